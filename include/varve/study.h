/* study.h - what a search leaves behind: trials with their values, metrics, scores and checkpoints.
 *
 * A study is one folder, DIRECTORY/PROJECT/: `study.db` (SQLite) and `checkpoints/`. One search at a time writes to it;
 * any number of readers look at it meanwhile.
 */
#ifndef VARVE_STUDY_H
#define VARVE_STUDY_H

#include <varve/search.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vv_study vv_study;

typedef enum vv_study_mode {
    VV_STUDY_READ = 0, /* must exist */
    VV_STUDY_WRITE,    /* created if it is not there; held against other writers until vv_study_close */
    VV_STUDY_OVERWRITE /* as WRITE, but begins empty: an existing study (and nothing else) is removed first */
} vv_study_mode;

/* `path`: the project folder. *study is owned: close with vv_study_close.
 * NOT_FOUND, IO (not writable, ...), LOCKED (the text names the process), VERSION, FORMAT (not a study), DATABASE. */
vv_status vv_study_open(const char *path, vv_study_mode mode, vv_study **study, vv_error *error) VV_MUST_USE;
void vv_study_close(vv_study *study); /* NULL is fine */
const char *vv_study_path(const vv_study *study); /* borrowed until vv_study_close */

/* Facts about the whole study ("objective", "data", "preparation", "seed", ...), text by key.
 * get: *text is owned, free with free(); NULL when the key is not there (VV_OK). */
vv_status vv_study_set(vv_study *study, const char *key, const char *text, vv_error *error) VV_MUST_USE;
vv_status vv_study_get(const vv_study *study, const char *key, char **text, vv_error *error) VV_MUST_USE;

/* ---- a trial's life: begin, (epoch)*, (execution)*, end. Each call is one transaction ------------------------------ */

/* Values are copied. The id is counted from 0. INTERRUPTED trials and RUNNING ones whose writer died are taken
 * up again by vv_trial_restart, with their values; what they had reported is dropped. */
vv_status vv_trial_begin(vv_study *study, const vv_hp *hp, const char *model_json, int *id, vv_error *error) VV_MUST_USE;
vv_status vv_trial_restart(vv_study *study, int id, vv_error *error) VV_MUST_USE;
vv_status vv_trial_epoch(vv_study *study, int id, int execution, int epoch, const char *const *metrics,
                         const double *values, size_t n, vv_error *error) VV_MUST_USE;
/* One execution's objective at its best epoch. */
vv_status vv_trial_execution(vv_study *study, int id, int execution, int best_epoch, double score, double seconds,
                             vv_error *error) VV_MUST_USE;
/* `score` is used for COMPLETED only; `reason` may be NULL. */
vv_status vv_trial_end(vv_study *study, int id, vv_trial_status status, double score, const char *reason, double seconds,
                       vv_error *error) VV_MUST_USE;

/* ---- reading ----------------------------------------------------------------------------------------------------- */

typedef struct vv_curve {
    const char *metric;
    int execution;
    const double *values; /* by epoch */
    size_t n;
} vv_curve;

typedef struct vv_execution {
    int best_epoch;
    double score, seconds;
} vv_execution;

/* A whole trial. Everything is borrowed from the vv_trials it is in. */
typedef struct vv_trial {
    int id;
    vv_trial_status status;
    const char *reason;          /* NULL: none */
    double score;                /* of a completed trial: the mean over executions of each one's best epoch */
    double seconds;
    const vv_active *values;     /* active hyperparameters in the order of the build, with their domains */
    size_t n_values;
    const vv_execution *executions;
    size_t n_executions;
    const vv_curve *curves; /* only when asked for */
    size_t n_curves;
    const char *model_json;
} vv_trial;

typedef struct vv_trials {
    const vv_trial *list;
    size_t n;
    void *memory; /* frees everything above */
} vv_trials;

typedef struct vv_trials_args {
    bool best_first; /* completed ones by score, best first (ties: the lower id), then the others by id; else by id */
    int limit;       /* 0: all */
    bool only;       /* just the trial `id` (NOT_FOUND if it is not there) */
    int id;
    bool curves;
} vv_trials_args;
/* *trials is owned: free with vv_trials_free. The direction of best_first is the study's "objective". */
vv_status vv_study_trials(const vv_study *study, const vv_trials_args *args, vv_trials *trials, vv_error *error) VV_MUST_USE;
void vv_trials_free(vv_trials *trials);

/* The draws that did not build on the way to the trials there are. Each is counted once, together with its trial: a
 * last ask that led to no trial, and may be asked again by the next search, counts for nothing. */
typedef struct vv_refusals {
    int64_t n;
    vv_refusal top[3]; /* the most frequent reasons; n 0: no more */
} vv_refusals;
vv_status vv_study_refusals(const vv_study *study, vv_refusals *refusals, vv_error *error) VV_MUST_USE;

/* Path of a trial's checkpoint, whether or not it is there: "PROJECT/checkpoints/trial_0003.safetensors". As snprintf. */
int vv_study_checkpoint_path(const vv_study *study, int id, char *path, size_t size);
/* Removes the checkpoints of all but the best `keep` completed trials. */
vv_status vv_study_prune_checkpoints(vv_study *study, int keep, vv_error *error) VV_MUST_USE;

/* ---- objectives --------------------------------------------------------------------------------------------------- */

/* "val_accuracy", "val_loss:min", "my_metric:max". Without a direction: names ending in accuracy or auc are maximized;
 * loss, mse, mae are minimized; others are refused. BAD_ARG. */
typedef struct vv_objective {
    char name[64];
    bool maximize;
} vv_objective;
vv_status vv_objective_parse(const char *text, vv_objective *objective, vv_error *error) VV_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
