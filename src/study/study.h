/* study.h - inside of the study: what study.c asks of a store, and what the tuner needs beyond the public header. */
#ifndef VVI_STUDY_STUDY_H
#define VVI_STUDY_STUDY_H

#include "base/base.h"
#include <varve/study.h>

/* ---- for the tuner ------------------------------------------------------------------------------------------------
 */

/* What a trial begins with. */
typedef struct vvi_beginning {
    const vv_active *values;
    size_t n_values;
    const char *model_json;
    const vv_refusal *refusals; /* what did not build on the way to it: counted with the trial, or not at all */
    size_t n_refusals;
    int goal; /* epochs it shall be trained for; 0: all */
} vvi_beginning;

/* vv_trial_begin without a vv_hp. Everything is copied. */
vv_status vvi_trial_begin(vv_study *study, const vvi_beginning *beginning, int *id, vv_error *error);

/* domain_json.c: a domain as one line of JSON and back. *json is owned: vvi_free. The domain read back lives in the
 * arena. `name` is for the text of the error. */
vv_status vvi_domain_to_json(const vv_domain *domain, const char *name, char **json, vv_error *error);
vv_status vvi_domain_from_json(const char *json, const char *name, vvi_arena *arena, vv_domain *domain,
                               vv_error *error);

/* "val_loss:min": parses back to the same objective. As snprintf. */
int vvi_objective_format(const vv_objective *objective, char *text, size_t size);
/* "val_accuracy:max,params:min", "params<=50000,val_accuracy>=0.9": parse back to the same. */
void vvi_objectives_format(const vv_objectives *objectives, vvi_text *text);
void vvi_constraint_format(const vv_constraint *constraint, vvi_text *text);
void vvi_constraints_format(const vv_constraints *constraints, vvi_text *text);

/* ---- the project folder (folder.c) ----------------------------------------------------------------------------------
 */

typedef struct vvi_folder {
    char *path, *database, *lock, *checkpoints; /* owned */
    int lock_fd;                                /* -1: not held */
    size_t new_from;                            /* length of the shortest prefix of `path` that begin made; 0: none */
    bool fresh;                                 /* there was no database when it was begun */
} vvi_folder;

/* Paths only. */
vv_status vvi_folder_init(vvi_folder *folder, const char *path, vv_error *error);
void vvi_folder_deinit(vvi_folder *folder); /* gives the lock back */
/* Makes the folder, takes the lock; with `overwrite`, removes a study that is there. On failure nothing new stays. */
vv_status vvi_folder_begin(vvi_folder *folder, bool overwrite, vv_error *error);
/* Takes back what begin made: for an open that failed later on. */
void vvi_folder_undo(vvi_folder *folder);
/* Calls `each` for every file in checkpoints/ that is ours. */
typedef enum vvi_kept { VVI_KEPT_WEIGHTS, VVI_KEPT_STATE, VVI_KEPT_LEFTOVER /* of a killed writer */ } vvi_kept;
void vvi_folder_checkpoints(const vvi_folder *folder,
                            void (*each)(void *context, int id, vvi_kept kind, const char *path), void *context);

/* ---- the order of trials (order.c) ------------------------------------------------------------------------------ */

typedef struct vvi_order_key {
    int id;
    bool completed;
    double violation;                 /* NaN as 0 */
    double scores[VV_MAX_OBJECTIVES]; /* as stored; missing ones NaN */
    int rank;                         /* what comes out: see vv_trial.rank */
} vvi_order_key;
/* Sorts them best first and fills in the ranks. The scores come out with the larger ones the worse. */
vv_status vvi_study_order(vvi_order_key *keys, size_t n, const vv_objectives *objectives, vv_error *error);

/* ---- stores ----------------------------------------------------------------------------------------------------- */

/* How a trial is to be read; filled in by study.c. */
typedef struct vvi_trial_query {
    vv_trials_args args;
    vv_objectives objectives; /* for args.best_first */
} vvi_trial_query;

/* A place where studies are kept. Every call is one transaction; every reading call sees one moment. */
typedef struct vvi_store_row {
    const char *name;
    /* *state is owned by the store until close. `write`: may create what is not there. */
    vv_status (*open)(const char *where, bool write, void **state, vv_error *error);
    void (*close)(void *state);
    vv_status (*fact_set)(void *state, const char *key, const char *text, vv_error *error);
    vv_status (*fact_get)(void *state, const char *key, char **text, vv_error *error);
    vv_status (*trial_begin)(void *state, const vvi_beginning *beginning, int *id, vv_error *error);
    vv_status (*trial_restart)(void *state, int id, vv_error *error);
    vv_status (*trial_epoch)(void *state, int id, int execution, int epoch, const char *const *metrics,
                             const double *values, size_t n, vv_error *error);
    vv_status (*trial_execution)(void *state, int id, int execution, const vv_execution *result, vv_error *error);
    vv_status (*trial_resume)(void *state, int id, int goal, vv_error *error);
    /* COMPLETED, FAILED, INTERRUPTED, PRUNED, PAUSED. */
    vv_status (*trial_end)(void *state, int id, const vv_trial_result *result, vv_error *error);
    /* Everything lands in the arena. */
    vv_status (*trials)(void *state, const vvi_trial_query *query, vvi_arena *arena, const vv_trial **list, size_t *n,
                        vv_error *error);
    vv_status (*refusals)(void *state, vv_refusals *refusals, vv_error *error);
} vvi_store_row;

extern const vvi_store_row vvi_store_sqlite;

#endif
