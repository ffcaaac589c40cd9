/* search.h - floor 2, inside: what the oracles share.
 *
 * past.c      all trials, as columns            tried.c     which configurations they hold
 * oracle.c    an oracle at work                 spec.c      "tpe:startup=20": names and options
 * propose.c   from a draw to a proposal         follow.c    a chooser that goes after wanted values
 * axes.c      values as points of a cube        registry.c  every oracle, one row each
 * sobol.h     even points for a first look      raster.h    the values of grids
 */
#ifndef VVI_SEARCH_SEARCH_H
#define VVI_SEARCH_SEARCH_H

#include "base/base.h"
#include "space/discovery/build.h"
#include <varve/search.h>

#define VVI_NOWHERE UINT32_MAX

/* ---- the past, as columns (past.c) -------------------------------------------------------------------------------
 *
 * Names, domains and shapes are known by their numbers. A value is kept as one number: that of a number, 0 or 1 of a
 * bool, the index of a choice, 0 of what is fixed. */

typedef struct vvi_past_domain {
    uint32_t name;
    uint64_t hash;
    vv_domain domain; /* its values are the past's own */
} vvi_past_domain;

/* What a build asks for, in the order of asking: trials of one shape have the same hyperparameters. */
typedef struct vvi_shape {
    uint32_t n;
    const uint32_t *domains;
    uint64_t hash;
} vvi_shape;

typedef struct vvi_past_row {
    size_t first;  /* of its numbers */
    uint64_t hash; /* of the configuration, whatever the order of asking */
    double violation;
    uint32_t shape;
    int32_t epochs;
    uint8_t status;
    bool scored;
} vvi_past_row;

struct vv_past {
    vvi_arena arena; /* of what is kept once */
    const char **names;
    uint64_t *name_hashes;
    vvi_past_domain *domains;
    vvi_shape *shapes;
    vvi_past_row *rows;
    double *numbers, *scores; /* scores: n_objectives for each row */
    int32_t *changes;
    struct vvi_slots { /* numbers by hash */
        struct vvi_slot {
            uint32_t tag,
                number; /* the upper half of the hash: spares a look at what has another; number + 1, 0: empty */
        } * list;
        size_t n; /* a power of two, or 0 */
    } by_name, by_domain, by_shape, by_values;
    size_t n_names, n_domains, n_shapes, n_rows, n_numbers, n_changes;
    size_t most_names, most_domains, most_shapes, most_rows, most_numbers, most_changes;
    size_t n_objectives;
    bool maximize[VV_MAX_OBJECTIVES];
};

/* VVI_NOWHERE: no trial has it. */
uint32_t vvi_past_find_name(const vv_past *past, const char *name);
uint32_t vvi_past_find_domain(const vv_past *past, const char *name, const vv_domain *domain);
static inline const vvi_shape *vvi_past_shape(const vv_past *past, int id)
{
    return &past->shapes[past->rows[id].shape];
}
static inline const double *vvi_past_numbers(const vv_past *past, int id)
{
    return past->numbers + past->rows[id].first;
}
double vvi_value_number(const vv_domain *domain, vv_value value);
/* The domain's value nearest to a number, which need not be one of its values. */
vv_value vvi_number_value(const vv_domain *domain, double number);

/* ---- which configurations were tried (tried.c) ------------------------------------------------------------------- */

uint64_t vvi_hash_assignment(uint64_t name_hash, vv_value value); /* by vvi_hash_text of the name */
bool vvi_past_contains(const vv_past *past, const vv_hp *hp);     /* exactly; hashes only say where to look */

/* ---- options (spec.c) -------------------------------------------------------------------------------------------- */

/* Splits "NAME:OPTION=VALUE,..." into a name (cut to fit) and the options' text ("" when there is none). */
const char *vvi_spec_split(const char *spec, char *name, size_t size);
/* Reads "a=1,b=word" over the rows into `values`, which gets the presets of the others. `what`: "oracle tpe", for
 * the error. BAD_ARG: no such option (what there is, the nearest), no number, no such word, out of range, given twice. */
vv_status vvi_options_read(const char *text, const vv_option_row *rows, size_t n, const char *what, double *values,
                           vv_error *error) VV_MUST_USE;
/* "name:a=1,b=word", options with their presets left out. As snprintf. */
int vvi_options_write(const char *name, const vv_option_row *rows, size_t n, const double *values, char *text,
                      size_t size);
/* An option by name; of one that is not there, NaN. */
double vvi_option(const vv_oracle_kind *kind, const double *values, const char *name);
/* "oracle \"tpee\": there is none of this name; did you mean tpe; there are: auto, ..." BAD_ARG. */
vv_status vvi_no_such(const char *what, const char *word, const char *const *names, size_t n, vv_error *error);

/* ---- proposing (oracle.c, propose.c) ----------------------------------------------------------------------------- */

/* What the asks of one oracle share: handles that are used again, and all trials there are, even where a question shows
 * only some. */
typedef struct vvi_session {
    const vv_past *tried;
    vvi_build drawn, proposed;
    struct vvi_sobol *sobol; /* sobol.h: a cache; NULL: not needed so far */
} vvi_session;
void vvi_session_deinit(vvi_session *session);

/* Which name has which dimension of a Sobol sequence, and its direction numbers (sobol.h). */
typedef struct vvi_sobol vvi_sobol;
void vvi_sobol_free(vvi_sobol *sobol); /* NULL is fine */

/* For those that have no draws: takes a build over for the answer if it is buildable and new, else counts it; at last
 * hands the answer over, a proposal built once more to see that it repeats. */
void vvi_propose_consider(const vv_question *question, vvi_build *build, vv_answer *answer);
vv_status vvi_propose_finish(const vv_question *question, vv_answer *answer, vv_error *error) VV_MUST_USE;

/* ---- following (follow.c) ---------------------------------------------------------------------------------------- */

typedef struct vvi_target {
    uint64_t hash; /* vvi_hash_text of the name */
    const char *name;
    double number; /* as in the past; the nearest value that is in the domain and known to build is taken */
} vvi_target;

/* A chooser that takes wanted values, or the nearest from which something can be built; names that no target is for draw
 * uniformly, keyed by their names. Borrows the targets. */
typedef struct vvi_follow {
    const vvi_target *targets;
    size_t n, next; /* targets are mostly asked for in their order */
    vv_space_walk walk;
    vvi_key key;
} vvi_follow;
vvi_follow vvi_follow_begin(const vv_question *question, const vvi_target *targets, size_t n, vvi_key key);
vv_chooser vvi_chooser_follow(vvi_follow *follow);

/* ---- axes (axes.c) ----------------------------------------------------------------------------------------------- */

/* A hyperparameter as an axis of the unit cube. One name is one axis as long as its domains are of one sort; their ranges
 * are then parts of the axis' range. */
typedef struct vvi_axis {
    const char *name;
    uint64_t hash; /* vvi_hash_text of it */
    vv_sampling sampling;
    bool ordered;     /* numbers, or a choice of such; else categories: positions are indices */
    uint32_t n;       /* categories, or values of a finite domain (0: a continuum) */
    double low, high; /* of the range after its sampling's transformation, a finite domain widened by half a step */
    double step;      /* between neighbours in the unit cube, of finite domains that are linear; 0: none, or uneven */
    vv_domain domain; /* the widest; borrowed from the past */
} vvi_axis;

typedef struct vvi_axes {
    const vvi_axis *list;
    size_t n;
    const uint32_t *of_domain; /* by number of the past's domains */
} vvi_axes;

/* Axes of all that trials have asked for, in the order of first asking. Fixed values and domains of one value have none
 * (VVI_NOWHERE). Lives in the arena. */
vv_status vvi_axes_make(const vv_past *past, vvi_arena *arena, vvi_axes *axes, vv_error *error) VV_MUST_USE;
double vvi_axis_to_unit(const vvi_axis *axis, double number); /* of categories: the index itself */
double vvi_axis_from_unit(const vvi_axis *axis, double unit); /* a number; not yet on the domain's grid */
/* The unit position of the domain's value nearest to `unit`: what a model must be asked about. */
double vvi_axis_snap(const vvi_axis *axis, const vv_domain *domain, double unit);
/* point[axis]: its position, NaN where it is not active. n places. */
void vvi_axes_point(const vvi_axes *axes, const vv_past *past, int id, double *point);

/* ---- the rows of the registry, one file each -------------------------------------------------------------------- */

extern const vv_oracle_kind vvi_oracle_auto;
extern const vv_oracle_kind vvi_oracle_random;
extern const vv_oracle_kind vvi_oracle_hyperband;
extern const vv_oracle_kind vvi_oracle_bohb;
extern const vv_oracle_kind vvi_oracle_sobol;
extern const vv_oracle_kind vvi_oracle_tpe;
extern const vv_oracle_kind vvi_oracle_grid;
extern const vv_oracle_kind vvi_oracle_cmaes;
extern const vv_oracle_kind vvi_oracle_evolution;
extern const vv_oracle_kind vvi_oracle_bayesian;

#endif
