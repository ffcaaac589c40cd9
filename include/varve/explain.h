/* explain.h - what every hyperparameter of a hypermodel means, before the first trial.
 *
 *     vv_explanation *e = NULL;
 *     vv_error error = { 0 };
 *     if (vv_explain(&e, &error, &hypermodel) == VV_OK) printf("layers = %s\n", e->layers.formula);
 *     vv_explanation_free(e);
 *
 * The build function is run with many values, in a process of its own and without weights; everything is read off what
 * it asked for and built. Nothing is declared, nothing is trained. docs/explain.md teaches it with three examples.
 *
 * Conditions and formulas are texts, and what they say is this:
 *
 *     num_layers >= 3                  active, and at least 3; likewise <=, <, >, =, and `2..4` for a range
 *     optimizer in {"sgd", "adam"}     active, and one of these
 *     add_dropout, not add_dropout     active, and true or false
 *     a = 1 and b >= 2 or c            `and` binds closer than `or`
 *     2*num_layers + 2                 a hyperparameter that is not active counts 0, a boolean 0 or 1
 *     floor(n/2), ceil(n/2), min(n, 3), max(n - 3, 0)
 *     sum(repeats_{i})                 over all members of the family
 *     [n = 3], [kind = "deep"]         1 where it holds, else 0
 *     n is active, kind != "deep"      is asked for; active, and any other
 *
 * Each statement has its standing. Exact: every configuration was built, and it holds for all of them. Sampled: the
 * space is too large, its builds are slow, or it has a continuum; the statement held for all of so many random builds. One
 * that was read off random builds was read off others. Observed: the build function is not a function of its hyperparameters, and nothing
 * is promised.
 */
#ifndef VARVE_EXPLAIN_H
#define VARVE_EXPLAIN_H

#include <varve/cost.h>
#include <varve/space.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vv_hypermodel vv_hypermodel; /* tuner.h */

/* ---- budgets ---------------------------------------------------------------------------------------------------- */

/* What a network may cost at most; 0: as much as it likes. */
typedef struct vv_budget {
    uint64_t params, macs;
    uint64_t ram_bytes;   /* peak_activation_bytes */
    uint64_t flash_bytes; /* weight_bytes          */
    vv_precision precision;
} vv_budget;

/* "params=50k,macs=2M,ram=32k,flash=128k": k, M, G are powers of 1,000, Ki, Mi, Gi of 1,024. Precision is left alone.
 * BAD_ARG: another name, number or unit, a name twice. */
vv_status vv_budget_parse(const char *text, vv_budget *budget, vv_error *error) VV_MUST_USE;

/* ---- an explanation --------------------------------------------------------------------------------------------- */

typedef enum vv_standing_kind { VV_OBSERVED = 1, VV_SAMPLED, VV_EXACT } vv_standing_kind;
typedef struct vv_standing {
    vv_standing_kind kind;
    uint64_t checked; /* SAMPLED, OBSERVED: builds that it was checked with, and held for; of sizes and costs: that were
                         looked at */
} vv_standing;
/* "exact", "sampled (4096 of 4096)", "observed". As snprintf. */
int vv_standing_format(vv_standing standing, char *text, size_t size);

/* A number of configurations, however large. */
typedef struct vv_size {
    const char *digits; /* decimal; an estimate has four figures and then zeros */
    double log10;       /* -INFINITY: none */
    const char *low, *high; /* of an estimate: the ends of its 95 % interval; NULL: counted */
} vv_size;

/* What a hyperparameter is for: a name, with all the domains it is asked for with. */
typedef enum vv_role {
    VV_ROLE_STRUCTURE = 1, /* some values give other layers or hyperparameters than others, or nothing that builds */
    VV_ROLE_LAYER,         /* sets fields of layers */
    VV_ROLE_TRAINING,      /* sets what the network is compiled or trained with */
    VV_ROLE_UNUSED,        /* asked for, and nothing depends on it */
    VV_ROLE_FIXED,         /* has one value */
    VV_ROLE_UNREACHABLE,   /* asked for only where nothing can be built */
    VV_ROLE_UNKNOWN        /* nothing was seen of it, in too few builds to say more */
} vv_role;
const char *vv_role_name(vv_role role); /* "structure"; never NULL. Static storage */

/* Layer "conv2d_1", field "filters": it differs between two networks that have a layer of that name; of training: "optimizer", "compile" or "fit". */
typedef struct vv_set_field {
    const char *layer, *field;
} vv_set_field;

typedef struct vv_texts {
    const char *const *list;
    size_t n;
} vv_texts;

/* One hyperparameter as one domain; a name that is asked for with several domains has as many of these. */
typedef struct vv_explained {
    const char *name;
    const char *family;      /* "filters_{i}", with others whose names differ in numbers alone; NULL: no family */
    vv_domain domain;
    const char *domain_text; /* "int 1..5"; of a range that varies a great deal "int 1..1 to int 1..30, 30 in all" */
    const char *active_when; /* "always", a condition, or NULL: no simple one was found */
    size_t active_structures, structures; /* in how many of the structures that can be built; how many there are */
    bool structural;
    vv_role role;
    vv_texts adds_layers;    /* layers that some of its values give and others do not, all else equal; by their names in
                                the network that has them (what comes after a layer has moved on by one there) */
    const vv_set_field *sets;
    size_t n_sets;
    vv_texts follows;        /* layers whose shape or weights change with it though none of their fields does */
    const vv_value *dead_values; /* that nothing can be built with, the first few hundred; as text below, all */
    size_t n_dead_values;
    const char *dead_text;   /* "4, 5"; "": none */
    bool unreachable;        /* all of them */
} vv_explained;

/* A family in one row. */
typedef struct vv_family {
    const char *name;        /* "filters_{i}", "filters_{i}_{j}" */
    const char *active_when; /* "i < num_layers", for all members at once; NULL: each has its own */
    size_t first, n;         /* members are explanation->hyperparameters[first .. first + n - 1] */
    bool alike;              /* do all members have the same domain? */
} vv_family;

/* `what` equals `formula`, where `when` holds. */
typedef struct vv_formula {
    const char *what;    /* "layers", "conv2d layers", "params", "macs" */
    const char *when;    /* "always" or a condition */
    const char *formula;
    vv_standing standing;
} vv_formula;

/* How many layers there are; as Keras counts, the input is not one of them. */
typedef struct vv_layer_count {
    const char *formula;    /* "2*num_layers + 2"; NULL: no simple one reproduces every structure */
    const char *with_input; /* the same with the input counted */
    vv_standing standing;
    size_t structures;      /* different ones that can be built */
    int least, most;        /* layers */
    const vv_formula *table; /* without a formula: the count by conditions, if a dozen of them say it all */
    size_t n_table;
} vv_layer_count;

/* Configurations of which none can be built (or, of a budget, none fits). */
typedef struct vv_never {
    const char *when;   /* "num_layers >= 4"; "": in some further configurations, by no simple condition */
    const char *layer;  /* at which it fails in the best case; NULL: none can be named */
    const char *reason; /* "a 3x3 kernel does not fit its 1x1 input"; of one such build, where `when` is empty */
    vv_size size;       /* configurations that it rules out; digits NULL: not counted */
} vv_never;

typedef struct vv_values {
    const vv_assignment *list;
    size_t n;
} vv_values;

typedef struct vv_range {
    uint64_t min, max;
    vv_values argmin, argmax; /* one configuration each */
} vv_range;

typedef struct vv_cost_ranges {
    vv_range params, macs, peak_activation_bytes, weight_bytes;
    vv_standing standing; /* SAMPLED: the smallest and largest that were found */
    vv_precision precision;
} vv_cost_ranges;

/* One configuration, layer by layer. */
typedef struct vv_layer_line {
    const char *name, *kind;
    vv_shape output;
    vv_layer_cost cost;
} vv_layer_line;
typedef struct vv_costed {
    vv_values values;
    const char *refusal; /* NULL: it can be built, and the rest is there */
    const vv_layer_line *layers;
    size_t n_layers;
    vv_cost cost;
    size_t peak;           /* the layer that sets the memory peak */
    const char *peak_text; /* "conv2d: 784 of input + 21,632 of conv2d" */
} vv_costed;

/* How much of the space a budget leaves. */
typedef struct vv_fit_report {
    vv_budget budget;
    bool limited;          /* is there a budget at all? */
    double share;          /* of what can be built, [0, 1] */
    vv_size fits;          /* configurations */
    vv_standing standing;
    const vv_never *never; /* what never fits */
    size_t n_never;
    const char *breaks_first; /* "filters_0 = 96: params 61,234, at most 50,000": raised alone from `smallest`, the
                                 first value that does not fit; NULL: none breaks it */
    vv_values smallest;       /* the configuration that strains the limits least, by the largest of its shares */
    vv_cost smallest_cost;
} vv_fit_report;

/* All of it. Owned: free with vv_explanation_free; everything it points to lives as long. */
typedef struct vv_explanation {
    const char *hypermodel; /* its name; NULL: it has none */
    vv_standing standing; /* of the conditions */
    const vv_explained *hyperparameters; /* in the order in which builds ask for them; members of a family together */
    size_t n_hyperparameters; /* rows: a name with several domains has several */
    const vv_family *families;
    size_t n_families;
    vv_layer_count layers;
    const vv_formula *formulas; /* per kind of layer, parameters, multiply-accumulates; where one fits */
    size_t n_formulas;
    const vv_never *never_builds;
    size_t n_never_builds;
    vv_size total, buildable, networks; /* configurations; those that can be built; different networks among them
                                           (digits NULL: not known) */
    size_t continuous; /* hyperparameters without a finite number of values: each counts once in these numbers, or once
                          for each part of its range that makes a difference */
    vv_standing sizes;
    vv_cost_ranges cost;
    vv_costed one;        /* the configuration that was asked for, or the default one */
    vv_fit_report budget;
    vv_shape input;       /* of one example, where it does not vary; rank 0: it does */
    bool pure;
    const char *impurity; /* what differed when the same values were built twice; NULL: nothing */
    vv_texts notes;       /* what should be looked at: stated conditions that do not hold, values never used, ... */
    uint64_t builds;      /* made to find all this out */
    const vv_space *space; /* what a search goes by (search.h) */
} vv_explanation;

typedef struct vv_explain_args {
    const vv_hypermodel *hypermodel; /* required */
    vv_shape input;                  /* rank 0: as built; else the shape that every vv_input gets instead */
    vv_budget budget;
    /* The configuration that `one` shows; the rest of its values are defaults. A string for a hyperparameter of another
     * type is its value as text. */
    const vv_assignment *at;
    size_t n_at;
    const vv_data *training; /* for a fit function that looks at it; NULL: none */
    double seconds;          /* that it may take, about, where builds are slow or a great many; 0: 4 */
    const volatile int *stop;
} vv_explain_args;

/* Runs builds, in a child process, for a fraction of a second or, of a large space, a few seconds. BAD_ARG and the like:
 * the build function's own mistakes; nothing can be built, and why. NOT_FOUND: of many random builds of a large space
 * none could. CRASHED: the build function crashed, did not end, or took all memory; the text tells at which values.
 * INTERRUPTED: `stop` said so. *explanation is owned: vv_explanation_free. */
vv_status vv_explain_with(const vv_explain_args *args, vv_explanation **explanation, vv_error *error) VV_MUST_USE;
#ifndef __cplusplus
#define vv_explain(explanation, error, ...) \
    vv_explain_with(&(vv_explain_args){ .hypermodel = __VA_ARGS__ }, (explanation), (error))
#endif
void vv_explanation_free(vv_explanation *explanation); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
