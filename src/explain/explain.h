/* explain.h - inside of explain: how an explanation is put together.
 *
 * explain.c      the steps, in order                    standing.c   how well something is known
 * network.c      what one build shows                   cases.c      many builds, as numbers
 * rows.c         the space as a table                   subjects.c   which there are, when each is active
 * describe.c     the hyperparameters, one by one        notes.c      what should be looked at
 * rule.c         conditions; rule_text.c: in words      flips.c      what changes when one value does
 * family.c       names that a loop makes                joint.c      a family's conditions as one
 * effects.c      how two networks differ               align.c      layers of two networks, paired
 * counts.c       layers, parameters, operations         sizes.c      how many configurations and networks
 * formula.c      formulas, by guess and check           formula_text.c  in words; adding.c: their sums
 * points.c       what they are fitted to; sums.c: of families; reduce.c: what they can do without
 * solve.c        exact linear equations                 unused.c     what nothing depends on
 * dead.c         what never builds, or never fits       reasons.c    and why
 * cost.c         what one network costs                 ranges.c     the cheapest and the dearest
 * descend.c      to a cheaper configuration             one.c        one configuration in full
 * budget.c       what a budget leaves                   resources.c  what it limits
 * json.c         as JSON                                read.c       and back; read_members.c
 *
 * Everything that ends up in the vv_explanation is in one arena of the caller's; what is only needed on the way is in
 * `scratch`. A space that was built from end to end is described by all its buildable configurations, any other by cases
 * drawn at random, with which whatever was found elsewhere is checked before it is said.
 */
#ifndef VVI_EXPLAIN_EXPLAIN_H
#define VVI_EXPLAIN_EXPLAIN_H

#include "explain/rule.h"
#include "space/discovery/discovery.h"
#include <varve/explain.h>

/* ---- what builds networks ---------------------------------------------------------------------------------------- */

typedef struct vvi_made {
    vv_model *model;       /* owned by who asked, whatever the status; NULL: none */
    size_t asked_by_build; /* hyperparameters asked for before the fit function was rehearsed */
} vvi_made;

/* Runs a hypermodel once, as a vv_builder does, and hands over the model. */
typedef struct vvi_source {
    vv_status (*build)(void *context, vv_hp *hp, vvi_made *made, vv_error *reason);
    void *context;
    bool has_fit; /* has the user a fit function, whose use of values cannot be seen? */
} vvi_source;

/* ---- one build (network.c) -------------------------------------------------------------------------------------- */

enum { VVI_MOST_KINDS = 32 };

/* What is counted of a network. */
typedef struct vvi_facts {
    uint64_t network, training;     /* digests */
    uint32_t layers;                /* without the input */
    uint16_t kinds[VVI_MOST_KINDS]; /* layers of each kind, by place in the registry */
    vv_cost cost;
} vvi_facts;

typedef struct vvi_explainer vvi_explainer;
typedef struct vvi_subjects vvi_subjects; /* subjects.h */

/* Ends a model that a build has made; the next build with the same handle makes its own of it. NULL is fine. */
void vvi_model_give_back(vv_hp *hp, vv_model *model);

/* A builder over the source: leaves the facts of the latest buildable network in explainer->facts. With a budget what
 * does not fit is refused, with the reason. */
vv_builder vvi_explain_builder(vvi_explainer *x);
vv_builder vvi_explain_builder_within(vvi_explainer *x);

/* What a budget can limit. The table is in resources.c. */
enum { VVI_RESOURCES = 4 };
typedef struct vvi_resource {
    const char *name; /* "ram": in budgets */
    size_t cost, limit,
        range; /* places of the uint64_t in a vv_cost and a vv_budget, of the vv_range in vv_cost_ranges */
} vvi_resource;
extern const vvi_resource vvi_resources[VVI_RESOURCES];
const vvi_resource *vvi_resource_find(const char *name); /* NULL: there is none of that name */
uint64_t vvi_resource_cost(const vvi_resource *resource, const vv_cost *cost);
uint64_t vvi_resource_limit(const vvi_resource *resource, const vv_budget *budget); /* 0: none */

/* "over the budget: params 61,234, at most 50,000". BAD_SHAPE. */
vv_status vvi_resource_over(const vvi_resource *resource, uint64_t needed, uint64_t limit, vv_error *reason);
/* Does the cost keep to the budget? BAD_SHAPE: "over the budget: params 61,234, at most 50,000". */
#define VVI_OVER_BUDGET "over the budget: "
vv_status vvi_budget_check(const vv_budget *budget, const vv_cost *cost, vv_error *reason);
/* The largest of needed / limit; at most 1: it fits. */
double vvi_strain(const vv_budget *budget, const vvi_facts *facts);

/* One build, with its model. *model NULL: it was refused. The caller owns both; on an error there is neither. */
vv_status vvi_explain_build(vvi_explainer *x, const vv_chooser *chooser, vvi_build *build, vv_model **model,
                            vv_error *error) VV_MUST_USE;

/* ---- many builds (cases.c) -------------------------------------------------------------------------------------- */

typedef struct vvi_case {
    vvi_trace trace;
    bool buildable;
    bool even;       /* drawn so that every buildable configuration has the same chance */
    vvi_facts facts; /* of a buildable one */
} vvi_case;

typedef struct vvi_cases {
    vvi_case *list;
    size_t n;
    size_t entries; /* of all traces */
    bool all;       /* they are all that can be built; else random ones, buildable or not */
    size_t n_even;
} vvi_cases;

/* Fills in x->cases, and x->facts_of, the facts of every outcome. */
vv_status vvi_cases_collect(vvi_explainer *x, vv_error *error) VV_MUST_USE;
/* The trace of a build as numbers of the space; false: no memory. */
bool vvi_trace_of(vvi_explainer *x, const vv_hp *hp, vvi_trace *trace) VV_MUST_USE;
/* Values of a trace, in the arena of the explanation. */
bool vvi_trace_values(vvi_explainer *x, const vvi_trace *trace, vv_values *values) VV_MUST_USE;
/* vvi_explain_build with them. */
vv_status vvi_explain_replay(vvi_explainer *x, const vvi_trace *trace, vvi_build *build, vv_model **model,
                             vv_error *error) VV_MUST_USE;

/* ---- the whole -------------------------------------------------------------------------------------------------- */

struct vvi_explainer {
    vvi_source source;
    const vv_explain_args *args;
    vvi_arena *arena;  /* of the explanation */
    vvi_arena scratch; /* of everything else */
    vv_explanation *e;
    vv_space *space;
    vvi_facts facts; /* of the latest buildable build */
    vvi_build other; /* a handle that serves all builds that nobody looks at for long */
    vv_model *model; /* of the latest build, if it is wanted */
    bool wants_model;
    vvi_facts *facts_of; /* by outcome */
    vvi_cases cases;
    size_t check_from; /* cases from here on had no part in finding what they check */
    vvi_rows rows;
    vvi_subjects *subjects;
    uint32_t *order;      /* names in the order of asking */
    bool *asked_by_build; /* by name, n_asked_by_build of them: did a build function ask, or its fit function alone? */
    uint32_t n_asked_by_build;
    struct vvi_stated *stated; /* notes.c: conditions that builds have stated */
    size_t n_stated;
    uint64_t builds;
    double discovery_s, until_s; /* what a discovery may take; when all should be done */
};

/* An explanation that is handed out, and what ends it. */
typedef struct vvi_owned_explanation {
    vv_explanation explanation; /* first: its address is this one's */
    void (*end)(struct vvi_owned_explanation *owned);
} vvi_owned_explanation;

/* Explains into `arena`. The space is sealed when it returns. */
vv_status vvi_explain(const vvi_source *source, const vv_explain_args *args, vvi_arena *arena,
                      vv_explanation **explanation, vv_error *error) VV_MUST_USE;

/* How well something is known that was checked with all cases. */
vv_standing vvi_standing(const vvi_explainer *x);
/* And what was looked at `looked_at` times, which was `all` there is or not. */
vv_standing vvi_standing_of(const vvi_explainer *x, bool all, uint64_t looked_at);
/* Copies a text that grew into the arena and ends it. NULL: no memory. */
const char *vvi_keep_text(vvi_explainer *x, vvi_text *text);

#endif
