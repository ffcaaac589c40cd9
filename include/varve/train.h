/* train.h - fit, evaluate, predict; callbacks; histories.
 *
 *     vv_history *history = NULL;
 *     vv_status status = vv_fit(m, training, .validation = validation, .epochs = 10, .history = &history);
 *
 * One call trains on one core. All memory is planned before the first step; nothing is allocated inside the loop.
 * Same seed, same machine: the same bits, run after run.
 */
#ifndef VARVE_TRAIN_H
#define VARVE_TRAIN_H

#include <varve/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- histories ------------------------------------------------------------------------------------------------- */

/* Metrics by epoch: "loss", the compiled metrics, and with validation "val_..." of each. */
typedef struct vv_history vv_history;
void vv_history_free(vv_history *history); /* NULL is fine */
size_t vv_history_epochs(const vv_history *history);
size_t vv_history_metric_count(const vv_history *history);
const char *vv_history_metric(const vv_history *history, size_t index); /* borrowed until vv_history_free */
double vv_history_at(const vv_history *history, size_t metric, size_t epoch);
/* The index of a metric by name, or -1. */
int vv_history_find(const vv_history *history, const char *metric);

/* ---- callbacks ------------------------------------------------------------------------------------------------- */

/* What a callback sees. Borrowed for the call. */
typedef struct vv_epoch {
    vv_model *model;
    int epoch, epochs;         /* counted from 0; how many there will be */
    const char *const *names;  /* metrics of this epoch; none at an epoch's begin */
    const double *values;
    size_t n;
    double learning_rate;
} vv_epoch;

/* What a callback may ask for; zeroed: nothing. */
typedef struct vv_verdict {
    bool stop;            /* end training after this epoch, normally                        */
    double learning_rate; /* > 0: from the next step on                                     */
    bool keep_weights;    /* remember the present weights ...                               */
    bool restore_weights; /* ... and when training ends, put back those remembered last     */
} vv_verdict;

/* A callback is a struct of functions; each may be NULL. `state` is the callback's own, zeroed state_size bytes for
 * every fit (so that one value serves many executions); but where a training goes on (model.h) what they were.
 *
 * `plain_state` promises that all the callback remembers from epoch to epoch is in `state`, and that this holds no pointers
 * but those that `begin` puts there anew: then it can be kept in a file. A training with a callback that does not promise it
 * is never taken up in its middle: callbacks begin anew, and a trial of a search that was interrupted is trained again from
 * its first epoch, to the same result. */
typedef struct vv_callback {
    const char *name;
    size_t state_size;
    bool plain_state;
    vv_status (*begin)(const struct vv_callback *self, void *state, vv_model *model, vv_error *error);
    vv_status (*epoch_begin)(const struct vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                             vv_error *error);
    vv_status (*epoch_end)(const struct vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                           vv_error *error);
    /* After the epoch_end of all callbacks: vv_model_save_training then keeps all that training needs to go on. */
    vv_status (*epoch_done)(const struct vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                            vv_error *error);
    void (*end)(const struct vv_callback *self, void *state);
    const char *text; /* the callback's arguments: a path, a metric, ...; borrowed for as long as fit runs */
    double number[8];
    double (*schedule)(int epoch, double learning_rate, void *context); /* of vv_learning_rate_schedule */
    void *context;
} vv_callback;

/* `monitor` NULL: "val_loss" with validation data, else "loss". `maximize`: larger is better; names that end in
 * "accuracy" or "auc" are maximized anyhow. A monitor that is not there is an error that lists those that are. */
typedef struct vv_early_stopping_args {
    const char *monitor;
    int patience;     /* epochs without improvement before stopping, >= 0 */
    double min_delta; /* smallest improvement that counts, >= 0 */
    int start_from_epoch;
    bool restore_best_weights;
    bool maximize;
} vv_early_stopping_args;
typedef struct vv_reduce_on_plateau_args {
    const char *monitor;
    double factor; /* (0, 1); 0: 0.1 */
    int patience;  /* 0: 10 */
    int cooldown;
    double min_delta;         /* 0: 1e-4 */
    double min_learning_rate; /* >= 0 */
    bool maximize;
} vv_reduce_on_plateau_args;
typedef struct vv_checkpoint_args {
    const char *path;    /* required; "%d" becomes the epoch counted from 1. Saved with vv_model_save  */
    const char *monitor;
    bool save_best_only;
    bool maximize;
} vv_checkpoint_args;
/* Argument strings are borrowed for as long as the callback is used. */
vv_callback vv_early_stopping_with(const vv_early_stopping_args *args);
vv_callback vv_reduce_on_plateau_with(const vv_reduce_on_plateau_args *args);
vv_callback vv_checkpoint_with(const vv_checkpoint_args *args);
vv_callback vv_csv_log(const char *path); /* epoch,metric,... one line an epoch; replaces the file, but where
                                             a training goes on (initial_epoch) adds to the epochs before */
/* rate = schedule(epoch, rate before, context), at each epoch's begin; it remembers nothing else */
vv_callback vv_learning_rate_schedule(double (*schedule)(int epoch, double learning_rate, void *context), void *context);
#ifndef __cplusplus
#define vv_early_stopping(...) vv_early_stopping_with(&(vv_early_stopping_args){ .monitor = __VA_ARGS__ })
#define vv_reduce_on_plateau(...) vv_reduce_on_plateau_with(&(vv_reduce_on_plateau_args){ .monitor = __VA_ARGS__ })
#define vv_checkpoint(...) vv_checkpoint_with(&(vv_checkpoint_args){ .path = __VA_ARGS__ })
#endif

typedef struct vv_callbacks {
    const vv_callback *list;
    size_t n;
} vv_callbacks;
#ifndef __cplusplus
#define VV_CALLBACKS(...)                             \
    ((vv_callbacks){ (const vv_callback[]){ __VA_ARGS__ }, \
                     sizeof((const vv_callback[]){ __VA_ARGS__ }) / sizeof(vv_callback) })
#endif

/* ---- training -------------------------------------------------------------------------------------------------- */

typedef struct vv_fit_args {
    const vv_data *training;   /* required, with targets */
    const vv_data *validation; /* NULL: none */
    int epochs;                /* >= 1; 0: 1. How many there are in the end: those before initial_epoch are among them */
    int initial_epoch;         /* of a training that goes on: epochs that there were before (model.h), 0..epochs */
    int batch_size;            /* >= 1; 0: 32. The last batch of an epoch may be smaller */
    bool no_shuffle;           /* 0: the order is drawn anew for each epoch, keyed by (seed, epoch) */
    uint64_t seed;             /* of weights, order, dropout */
    const double *class_weight; /* one factor for each class 0..n-1, >= 0; targets must be classes; NULL: none */
    size_t n_class_weight;
    vv_callbacks callbacks;
    vv_history **history;      /* NULL, or where to put one; owned: free with vv_history_free. Set on failure too */
    const char *backend;       /* NULL: "cpu". "reference": plain loops in double, slow, for checking */
} vv_fit_args;

/* Trains. The weights are drawn first if the model has none. The error is on the model (vv_model_error).
 * VV_DIVERGED: a loss was not finite; the text names the epoch. VV_BAD_ARG, VV_BAD_SHAPE: data and model do not fit,
 * a class number outside the output, no loss. VV_UNSUPPORTED: a layer that is not trained yet, by its name (evaluate and
 * predict too). VV_INTERRUPTED: a callback returned it. An error returned by fit does not stick: the model can be used
 * again. */
vv_status vv_fit_with(vv_model *model, const vv_fit_args *args) VV_MUST_USE;

typedef struct vv_evaluate_args {
    const vv_data *data; /* required, with targets */
    int batch_size;      /* 0: 32 */
    const char *backend;
} vv_evaluate_args;
/* Loss and metrics over all examples; names as without "val_". *result is a history of one epoch; owned:
 * vv_history_free. Errors as of vv_fit_with, which see; on the model. */
vv_status vv_evaluate_with(vv_model *model, const vv_evaluate_args *args, vv_history **result) VV_MUST_USE;

typedef struct vv_predict_args {
    const vv_data *data; /* required; targets are not needed */
    int batch_size;      /* 0: 32 */
    const char *backend;
} vv_predict_args;
/* Outputs, example by example: `out` has room for vv_data_count(data) * size of the output shape floats. Errors as of
 * vv_fit_with; on the model. */
vv_status vv_predict_with(vv_model *model, const vv_predict_args *args, float *out) VV_MUST_USE;

#ifndef __cplusplus
#define vv_fit(model, ...) vv_fit_with((model), &(vv_fit_args){ .training = __VA_ARGS__ })
#define vv_evaluate(model, result, ...) vv_evaluate_with((model), &(vv_evaluate_args){ .data = __VA_ARGS__ }, (result))
#define vv_predict(model, out, ...) vv_predict_with((model), &(vv_predict_args){ .data = __VA_ARGS__ }, (out))
#endif

/* ---- backends -------------------------------------------------------------------------------------------------- */

/* The kernels that "cpu" chose on this machine: "avx512", "avx2" or "plain". $VARVE_KERNELS names another choice.
 * Static storage. */
const char *vv_kernels_name(void);

#ifdef __cplusplus
}
#endif
#endif
