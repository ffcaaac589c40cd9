/* space.h - domains, values and traces: what a build asked for.
 *
 * A domain is the set of values that one hyperparameter may take. Grids are exact: value i is computed from the
 * integer index i, so value -> index -> value is the identity.
 */
#ifndef VARVE_SPACE_H
#define VARVE_SPACE_H

#include <varve/hp.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum vv_value_type { VV_VALUE_INT = 1, VV_VALUE_FLOAT, VV_VALUE_BOOL, VV_VALUE_STRING } vv_value_type;

typedef struct vv_value {
    vv_value_type type;
    union {
        int64_t i;
        double f;
        bool b;
        const char *s; /* borrowed from the domain or trace it came from */
    };
} vv_value;

bool vv_value_equal(vv_value a, vv_value b); /* same type and value */

/* Writes the shortest text that reads back as the same value ("0.3", "true", "sgd"); always ends in NUL.
 * Returns the length it wanted, as snprintf. */
int vv_value_format(vv_value value, char *text, size_t size);

typedef struct vv_domain vv_domain;
/* The domain's value that the text stands for, as vv_value_format writes it; a number on a grid may be written shorter
 * or longer. A string is borrowed from the domain. false: there is none. */
bool vv_value_parse(const vv_domain *domain, const char *text, vv_value *value);

typedef enum vv_domain_kind {
    VV_DOMAIN_INT = 1,
    VV_DOMAIN_FLOAT,
    VV_DOMAIN_CHOICE,
    VV_DOMAIN_BOOL,
    VV_DOMAIN_FIXED
} vv_domain_kind;

struct vv_domain {
    vv_domain_kind kind;
    vv_value_type type;     /* of its values                                                    */
    double min, max, step;  /* INT, FLOAT; step 0: none                                         */
    vv_sampling sampling;   /* INT, FLOAT                                                       */
    const vv_value *values; /* CHOICE, FIXED: n_values of them; borrowed until the owner ends   */
    size_t n_values;
    vv_value default_value;
};

/* Checks every rule of hp.h. `name` is for the text of the error. */
vv_status vv_domain_check(const vv_domain *domain, const char *name, vv_error *error);

/* Number of values; 0: a continuum. (A Float with min == max has one.) */
uint64_t vv_domain_size(const vv_domain *domain);

/* The value at `index` < vv_domain_size(), ascending; choices in the order they were given. */
vv_value vv_domain_at(const vv_domain *domain, uint64_t index);

/* The index of a value, or -1 when it is not in the domain or the domain is a continuum. */
int64_t vv_domain_index(const vv_domain *domain, vv_value value);

/* Is the value one of the domain's? Are two domains the same values, in the same order, with the same default? */
bool vv_domain_contains(const vv_domain *domain, vv_value value);
bool vv_domain_equal(const vv_domain *a, const vv_domain *b);

/* [0, 1) to a value and back. Finite domains: n equal buckets, back to the bucket's centre. A continuum: the formula
 * of its sampling. An Int with log sampling and no step treats [min, max + 1) as a continuum and truncates. */
vv_value vv_domain_from_unit(const vv_domain *domain, double u);
double vv_domain_to_unit(const vv_domain *domain, vv_value value);

/* One line, e.g. "int 32..128 step 32", "choice {3, 5}", "float 0.0001..0.1 log". As snprintf. */
int vv_domain_format(const vv_domain *domain, char *text, size_t size);

/* ---- traces -------------------------------------------------------------------------------------------------- */

/* One hyperparameter of a trace. Pointers are borrowed until the hp ends. */
typedef struct vv_active {
    const char *name;
    vv_domain domain;
    vv_value value;
} vv_active;

/* What the build asked for, in order of first asking. Borrowed until the hp ends. */
size_t vv_hp_count(const vv_hp *hp);
const vv_active *vv_hp_at(const vv_hp *hp, size_t index);
const vv_active *vv_hp_find(const vv_hp *hp, const char *name); /* NULL: not active */

/* Where a build gets its values from. `choose` returns false to take the default, and true after writing *value,
 * which must be in the domain (else the build gets VV_BAD_ARG, naming the value). It is called once for each active
 * name. */
typedef struct vv_chooser {
    bool (*choose)(void *context, const char *name, const vv_domain *domain, vv_value *value);
    void *context;
} vv_chooser;

/* A fresh handle for one build; NULL chooser: all defaults. Owned: free with vv_hp_free. NULL: out of memory. */
vv_hp *vv_hp_new(const vv_chooser *chooser);
void vv_hp_free(vv_hp *hp); /* NULL is fine */

/* A list of values by name, e.g. one trial's. */
typedef struct vv_assignment {
    const char *name;
    vv_value value;
} vv_assignment;

/* A chooser that gives the values of a list and the default for names that are not in it. Borrows `list`. */
typedef struct vv_replay {
    const vv_assignment *list;
    size_t n;
} vv_replay;
vv_chooser vv_chooser_replay(const vv_replay *replay);

/* ---- whole spaces ---------------------------------------------------------------------------------------------- */

/* What discovery learnt of all that a build function can be asked to build; a search makes one before its first trial
 * (vv_explain in explain.h shows it to people). Does not change; any number of threads may read it. */
typedef struct vv_space vv_space;

/* Where one build is in a space. Begin with { .space = space }; NULL: nothing is known. */
typedef struct vv_space_walk {
    const vv_space *space;
    uint32_t at; /* internal */
    bool begun;
} vv_space_walk;

/* The value at u in [0, 1) among those values of the domain from which something can still be built, each with the
 * same share; among all values where that is not known. To be called once for each hyperparameter of a build, in the
 * order of asking, as a chooser is. */
vv_value vv_space_value(vv_space_walk *walk, const char *name, const vv_domain *domain, double u);
/* The same in place of vv_space_value for a value that is wanted: the value itself, which is in the domain, or the nearest
 * of those from which something can still be built (ties: the smaller). */
vv_value vv_space_nearest(vv_space_walk *walk, const char *name, const vv_domain *domain, vv_value value);
/* Does the walk go by what is known? false from the first question on that discovery has not seen. */
bool vv_space_knows(const vv_space_walk *walk);

#ifdef __cplusplus
}
#endif
#endif
