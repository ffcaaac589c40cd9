/* hp.h - asking for hyperparameters inside a build function.
 *
 * A build function asks for values by name while it builds a model:
 *
 *     const int num_layers = vv_int(hp, "num_layers", .min = 1, .max = 5);
 *     const double rate = vv_float(hp, "dropout_rate", .min = 0.1, .max = 0.5, .step = 0.1);
 *     const char *optimizer = vv_choice(hp, "optimizer", VV_STRINGS("sgd", "adam"));
 *
 * What one run asks for, in order, with domains and values, is its trace (space.h). A hyperparameter is *active* when
 * this run asked for it; nothing else about a trial is stored or shown.
 *
 * The name is the identity: C leaves the order of evaluation inside one argument list open, so ask for one
 * hyperparameter per line, into a const. Asking twice for the same name with the same domain gives the same value;
 * with another domain it is an error (VV_CONFLICT).
 *
 * A build can ask for at most 65536 hyperparameters.
 *
 * Errors stick to the handle: the first one is kept, later calls return their default, see vv_hp_error().
 * Every string and array is copied. Terms follow Keras Tuner's HyperParameters.
 */
#ifndef VARVE_HP_H
#define VARVE_HP_H

#include <varve/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The hyperparameters of one build. Borrowed by the build function: it belongs to the caller of the build. */
typedef struct vv_hp vv_hp;

/* How a numeric range is covered when a value is drawn.
 *   linear:       min + u * (max - min)
 *   log:          min * (max / min)^u              denser near min; needs min > 0; a step multiplies, step > 1
 *   reverse log:  max + min - min * (max/min)^(1-u)  denser near max; the same needs                           */
typedef enum vv_sampling { VV_SAMPLE_LINEAR = 0, VV_SAMPLE_LOG, VV_SAMPLE_REVERSE_LOG } vv_sampling;

typedef struct vv_int_args {
    const char *name;       /* required; 1..127 bytes, no control characters, no '/' (scopes add those)       */
    int min, max;           /* inclusive, min <= max                                                          */
    int step;               /* 0: 1 (linear) or every integer (log). Linear: > 0, added. Log: > 1, multiplied.
                               The grid starts at min, and max need not be on it; with reverse log it is
                               max + min - min * step^i, starts at max, and min need not be on it             */
    vv_sampling sampling;   /* 0: linear                                                                      */
    vv_maybe default_value; /* in the domain and on the grid; unset: its smallest value (min)                 */
} vv_int_args;

typedef struct vv_float_args {
    const char *name;
    double min, max;        /* inclusive, finite, min <= max                                                  */
    double step;            /* 0: continuous. Else a grid: value i is min + i*step (log: min * step^i), and max
                               is on it when (max - min) / step is whole within 1e-9: 0..1 step 0.2 has 6     */
    vv_sampling sampling;
    vv_maybe default_value; /* unset: min                                                                     */
} vv_float_args;

typedef struct vv_bool_args {
    const char *name;
    bool default_value;
} vv_bool_args;

/* Lists of values: VV_INTS(3, 5), VV_FLOATS(0.1, 0.01), VV_STRINGS("sgd", "adam"). */
typedef struct vv_ints {
    const int *values;
    size_t n;
} vv_ints;
typedef struct vv_floats {
    const double *values;
    size_t n;
} vv_floats;
typedef struct vv_strings {
    const char *const *values;
    size_t n;
} vv_strings;
#ifndef __cplusplus
#define VV_INTS(...) ((vv_ints){ (const int[]){ __VA_ARGS__ }, sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int) })
#define VV_FLOATS(...) \
    ((vv_floats){ (const double[]){ __VA_ARGS__ }, sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double) })
#define VV_STRINGS(...)                               \
    ((vv_strings){ (const char *const[]){ __VA_ARGS__ }, \
                   sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *) })
#endif

/* One value out of a list: at least one value, no two equal, finite numbers, strings without control characters.
 * Choices of numbers are ordered. */
typedef struct vv_choice_int_args {
    const char *name;
    vv_ints values;
    vv_maybe default_value; /* one of the values; unset: the first */
} vv_choice_int_args;
typedef struct vv_choice_float_args {
    const char *name;
    vv_floats values;
    vv_maybe default_value;
} vv_choice_float_args;
typedef struct vv_choice_args {
    const char *name;
    vv_strings values;
    const char *default_value; /* one of the values; NULL: the first */
} vv_choice_args;

/* Asks for a hyperparameter: its value in this build. Mistakes stick to the hp. */
int vv_int_with(vv_hp *hp, const vv_int_args *args);                /* default on error: args->min          */
double vv_float_with(vv_hp *hp, const vv_float_args *args);         /* default on error: args->min          */
bool vv_bool_with(vv_hp *hp, const vv_bool_args *args);
int vv_choice_int_with(vv_hp *hp, const vv_choice_int_args *args);  /* default on error: the first value    */
double vv_choice_float_with(vv_hp *hp, const vv_choice_float_args *args);
const char *vv_choice_with(vv_hp *hp, const vv_choice_args *args);  /* never NULL; borrowed until the hp ends */

/* A value that is recorded with the trial but not searched. */
int vv_fixed_int(vv_hp *hp, const char *name, int value);
double vv_fixed_float(vv_hp *hp, const char *name, double value); /* finite */
bool vv_fixed_bool(vv_hp *hp, const char *name, bool value);
const char *vv_fixed_string(vv_hp *hp, const char *name, const char *value); /* borrowed until the hp ends */

#ifndef __cplusplus
#define vv_int(hp, ...) vv_int_with((hp), &(vv_int_args){ .name = __VA_ARGS__ })
#define vv_float(hp, ...) vv_float_with((hp), &(vv_float_args){ .name = __VA_ARGS__ })
#define vv_bool(hp, ...) vv_bool_with((hp), &(vv_bool_args){ .name = __VA_ARGS__ })
#define vv_choice_int(hp, ...) vv_choice_int_with((hp), &(vv_choice_int_args){ .name = __VA_ARGS__ })
#define vv_choice_float(hp, ...) vv_choice_float_with((hp), &(vv_choice_float_args){ .name = __VA_ARGS__ })
#define vv_choice(hp, ...) vv_choice_with((hp), &(vv_choice_args){ .name = __VA_ARGS__ })
#endif

/* printf into the hp's own memory, for names such as "filters_%d". Borrowed until the hp ends. */
const char *vv_name(vv_hp *hp, const char *format, ...) VV_PRINTF(2, 3);

/* Names asked for between begin and end get "SCOPE/" in front; scopes nest. End without begin is an error. */
void vv_scope_begin(vv_hp *hp, const char *scope);
void vv_scope_end(vv_hp *hp);

/* States a condition: true when `parent`, asked for earlier in this build, has one of the values.
 *     if (vv_when(hp, "optimizer", VV_STRINGS("sgd"))) momentum = vv_float(hp, "momentum", ...);
 * `parent` is looked up in the current scope, then in the enclosing ones. A parent that was not asked for, or values
 * of another type, are errors (false). Conditions need not be stated; a stated one is kept in the trace. */
bool vv_when_int(vv_hp *hp, const char *parent, int value);
bool vv_when_bool(vv_hp *hp, const char *parent, bool value);
bool vv_when_ints(vv_hp *hp, const char *parent, vv_ints values);
bool vv_when_floats(vv_hp *hp, const char *parent, vv_floats values);
bool vv_when_strings(vv_hp *hp, const char *parent, vv_strings values);
#ifndef __cplusplus
/* `true` and `false` are ints in C11: vv_when_int accepts 0 and 1 for a boolean parent. */
#define vv_when(hp, parent, ...)                                                                              \
    _Generic((__VA_ARGS__), vv_ints: vv_when_ints, vv_floats: vv_when_floats, vv_strings: vv_when_strings, \
             bool: vv_when_bool, int: vv_when_int)((hp), (parent), __VA_ARGS__)
#endif

/* VV_OK, or the first error of this build; the text names the hyperparameter and the numbers. Borrowed, never NULL. */
vv_status vv_hp_status(const vv_hp *hp);
const char *vv_hp_error(const vv_hp *hp);

#ifdef __cplusplus
}
#endif
#endif
