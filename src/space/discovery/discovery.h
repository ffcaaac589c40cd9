/* discovery.h - what is known of a whole space, and how it is found out.
 *
 * discover.c   which way to look: everything, everything that decides, or samples
 * outcomes.c   the tables of a space: names, domains, outcomes        diagram.c   where each answer leads
 * switches.c   whose values decide, tried out one by one              plan.c      which values are walked then
 * samples.c    random builds to test it all with                      sizes.c     how many; Knuth's estimate
 * narrow.c     draws and walks among values that can still build
 * walk.c       every configuration, one after the other           count.c     exact integers, however large
 *
 * A space lives in one arena and does not change once it is sealed. Names, domains, outcomes and forks are known by
 * their numbers, which are their places in the tables below.
 */
#ifndef VVI_SPACE_DISCOVERY_H
#define VVI_SPACE_DISCOVERY_H

#include "space/discovery/build.h"
#include "space/discovery/count.h"
#include "space/discovery/walk.h"

#define VVI_NONE UINT32_MAX
#define VVI_END  (UINT32_C(1) << 31)

/* ---- tables (outcomes.c) ---------------------------------------------------------------------------------------- */

/* A name that some build asks for. */
typedef struct vvi_asked {
    const char *name;
    uint32_t first_domain, n_domains; /* the first of its list; how many different ones it was asked for with */
    uint32_t after;                   /* the name before it in the first build that asked; VVI_NONE: none */
    bool switches;                    /* its values decide which layers or names exist, or whether anything is built */
    bool whole;                       /* and do so one by one: no few spans of them will do */
} vvi_asked;

typedef struct vvi_asked_domain {
    uint32_t name, next; /* of the name's list; VVI_NONE: the last */
    vv_domain domain;    /* its values are the space's own */
} vvi_asked_domain;

/* What builds come to: a structure, or a reason. Reasons that differ in numbers alone are one outcome. */
typedef struct vvi_outcome {
    bool buildable;
    uint64_t label;              /* the structure; of a refusal the hash of its reason without numbers */
    const char *reason;          /* of the first build that came to it; NULL: buildable */
    uint64_t progress;           /* of that build */
    const vv_assignment *values; /* of that build */
    size_t n_values;
} vvi_outcome;

/* Numbers by hash. Zero-initialise. On the heap. */
typedef struct vvi_index {
    struct vvi_index_slot *slots;
    uint32_t n_slots, n;
} vvi_index;
typedef bool (*vvi_index_same)(const void *context, uint32_t number);
uint32_t vvi_index_find(const vvi_index *index, uint64_t hash, vvi_index_same same, const void *context);
bool vvi_index_add(vvi_index *index, uint64_t hash, uint32_t number) VV_MUST_USE; /* false: no memory */
void vvi_index_deinit(vvi_index *index);

/* ---- the diagram (diagram.c) ------------------------------------------------------------------------------------ */

/* Values at positions first..last lead to `to`: a fork, or VVI_END | outcome. */
typedef struct vvi_branch {
    uint64_t first, last;
    uint32_t to;
} vvi_branch;

/* A question. Branches ascend; neighbours lead to different places; forks they lead to have smaller numbers. */
typedef struct vvi_fork {
    uint32_t name, domain, n;
    const vvi_branch *branches;
    vvi_count total, buildable; /* configurations from here on */
    double log2_buildable;
    const vvi_span *live; /* positions from which something can be built, in as few spans as can be */
    uint32_t n_live;
} vvi_fork;

/* ---- a space ---------------------------------------------------------------------------------------------------- */

typedef enum vvi_depth {
    VVI_DEPTH_SAMPLED = 1, /* there is no diagram, only samples */
    VVI_DEPTH_SWITCHES,    /* the diagram is whole if nothing decides but what was found to: see `switches` */
    VVI_DEPTH_ALL          /* every configuration was built */
} vvi_depth;

/* Knuth's estimate of a number (sizes.c): log2 of the mean and of the ends of its 95 % interval. */
typedef struct vvi_estimate {
    double log2, low, high;
} vvi_estimate;

struct vv_space {
    vvi_arena *arena; /* borrowed */
    vvi_depth depth;
    vvi_asked *asked;
    uint32_t n_asked;
    vvi_asked_domain *domains;
    uint32_t n_domains;
    vvi_outcome *outcomes;
    uint32_t n_outcomes;
    uint32_t last_outcome; /* of the latest build */
    vvi_fork *forks;
    uint32_t n_forks;
    uint32_t root;                             /* VVI_NONE: there is no diagram */
    vvi_count total, buildable;                /* with a diagram; a continuum counts as one value */
    vvi_estimate about_total, about_buildable; /* without, from so many random paths */
    uint32_t n_paths;
    bool pure;
    char impurity[VV_ERROR_SIZE];             /* at which values it was noticed that it is not */
    uint32_t n_samples;                       /* so many have been found to end where the diagram says */
    uint64_t builds;                          /* made to find all this out */
    vvi_index by_name, by_label, by_branches; /* empty once sealed */
};

/* `arena` must live as long as the space. */
void vvi_space_init(vv_space *space, vvi_arena *arena);
/* Frees what is on the heap. */
void vvi_space_seal(vv_space *space);

/* The numbers of a name and of its domain, which are added where they are new. `after`: see vvi_asked. false: no
 * memory, as below. */
bool vvi_space_note(vv_space *space, const char *name, uint64_t hash, const vv_domain *domain, uint32_t after,
                    uint32_t *name_number, uint32_t *domain_number) VV_MUST_USE;
/* The same of the i-th that a build asked for, i from 0 on; *name is that of the one before, and becomes its own. */
bool vvi_space_note_at(vv_space *space, const vv_hp *hp, size_t i, uint32_t *name, uint32_t *domain) VV_MUST_USE;
/* The end of a build: VVI_END | outcome. */
bool vvi_space_end(vv_space *space, const vvi_build *build, uint32_t *end) VV_MUST_USE;
/* All that a build asked for. */
bool vvi_space_note_all(vv_space *space, const vv_hp *hp) VV_MUST_USE;
/* The fork with these branches, which are copied; an equal one that is there already. VVI_NONE: no memory. */
uint32_t vvi_space_fork(vv_space *space, uint32_t name, uint32_t domain, const vvi_branch *branches, size_t n);

uint32_t vvi_space_find_name(const vv_space *space, const char *name); /* VVI_NONE: nobody asks for it */
uint32_t vvi_space_find_domain(const vv_space *space, uint32_t name, const vv_domain *domain);
/* The domain by its name's text; VVI_NONE: nobody asks for the name, or nobody with that domain. */
uint32_t vvi_space_find(const vv_space *space, const char *name, const vv_domain *domain);
/* Names in the order in which builds ask for them: each after the one before it. `order` has n_asked places. false: no
 * memory. */
bool vvi_space_order(const vv_space *space, uint32_t *order) VV_MUST_USE;
/* Is it the question of this name with this domain? */
bool vvi_fork_asks(const vv_space *space, const vvi_fork *fork, const char *name, const vv_domain *domain);
/* Where a value leads; VVI_NONE: nowhere known. */
uint32_t vvi_fork_follow(const vvi_fork *fork, uint64_t position);
/* Where the diagram says that a build ends: VVI_END | outcome; VVI_NONE: it does not know it. */
uint32_t vvi_space_follow(const vv_space *space, const vv_hp *hp);

/* Counts the configurations behind every fork, and finds its live values. false: no memory. */
bool vvi_space_count(vv_space *space) VV_MUST_USE;
/* Marks the names of which some values lead elsewhere than others, all that cannot be built being one place. */
bool vvi_space_mark_switches(vv_space *space) VV_MUST_USE;
/* Can anything be built from there on? */
bool vvi_space_can_build(const vv_space *space, uint32_t to);

/* A chooser that gives every buildable configuration of the diagram the same chance (narrow.c). */
typedef struct vvi_even {
    const vv_space *space; /* with a diagram */
    vvi_key key;
    uint32_t at;
    bool begun;
} vvi_even;
vv_chooser vvi_chooser_even(vvi_even *even);

/* ---- random builds (samples.c) ---------------------------------------------------------------------------------- */

enum { VVI_SAMPLES = 4096 };

typedef struct vvi_sample {
    vvi_even even;
    vvi_draw draw;
} vvi_sample;
/* Number 0, 1, ... of them. */
vv_chooser vvi_chooser_sample(vvi_sample *sample, const vv_space *space, uint32_t number);
/* Does it give each buildable configuration the same chance? */
bool vvi_sample_is_even(const vv_space *space, uint32_t number);

/* ---- whose values decide (switches.c) --------------------------------------------------------------------------- */

/* What a build came to and asked for, as one number; domains are noted in the space. false: no memory. */
bool vvi_space_sign(vv_space *space, const vvi_build *build, uint64_t *signature) VV_MUST_USE;

/* Which values of a domain are walked when only those that decide are. */
typedef struct vvi_plan {
    vv_space *space;
    struct vvi_plan_entry *entries; /* by domain number, n of them */
    uint32_t n;
    bool endless; /* a domain that decides has too many values to walk and no few spans */
} vvi_plan;

typedef struct vvi_tester {
    const vv_builder *builder;
    vv_space *space;
    double until_s;
    vvi_build *bases; /* builds that values are changed in, one by one */
    size_t n_bases;
    vvi_build *other; /* of which the handle serves all those builds */
} vvi_tester;

/* The signature of `base` with the value of one name at another position. */
vv_status vvi_switches_sign(const vvi_tester *tester, const vvi_build *base, const vv_active *active, uint64_t position,
                            uint64_t *signature, vv_error *error) VV_MUST_USE;
/* Changes values one by one in every base and marks the names that switch something. */
vv_status vvi_switches_find(const vvi_tester *tester, vv_error *error) VV_MUST_USE;
/* The values to walk for the switches found. Zero-initialise; vvi_plan_deinit. */
vv_status vvi_plan_make(const vvi_tester *tester, vvi_plan *plan, vv_error *error) VV_MUST_USE;
void vvi_plan_deinit(vvi_plan *plan);
vvi_route vvi_plan_route(vvi_plan *plan);
/* log2 of the product of how many values are walked at each of this build's questions: of random builds the mean is the
 * number of paths. */
double vvi_plan_log2(const vvi_plan *plan, const vv_hp *hp);
/* Builds the leaf again with other values of everything that is no switch. To the same end: VVI_AGREES. If not, the
 * name that is to blame is marked as a switch, or, if it is one, as one whose values are all walked. */
typedef enum vvi_verdict { VVI_AGREES = 1, VVI_BLAMED, VVI_NOBODY_TO_BLAME } vvi_verdict;
vv_status vvi_plan_check(const vvi_tester *tester, const vvi_plan *plan, const vvi_build *leaf, vvi_verdict *verdict,
                         vv_error *error) VV_MUST_USE;

/* ---- finding out ------------------------------------------------------------------------------------------------ */

typedef struct vvi_discover_args {
    const vv_builder *builder; /* required */
    uint64_t most;             /* configurations that may be built one by one; 0: 131,072 */
    double seconds;            /* for everything, about; 0: 2 */
} vvi_discover_args;

/* Begins *space, whatever it returns: vvi_space_seal ends it. BAD_ARG and the like: an error of the hp, which ends a
 * search too. */
vv_status vvi_space_discover(const vvi_discover_args *args, vvi_arena *arena, vv_space *space,
                             vv_error *error) VV_MUST_USE;

#endif
