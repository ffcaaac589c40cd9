/* keras_tuner.h - shared by the files that read a project folder of Keras Tuner (1.4.7; the format has been the same since
 * 1.1).
 *
 * keras_json.c    JSON with bare NaN and Infinity, and where in a file something is
 * keras_space.c   hyperparameters: which are active, their domains and values
 * keras_trial.c   trial.json as a trial
 * keras_tuner.c   the folder as a study
 */
#ifndef VVI_STUDY_IMPORT_KERAS_TUNER_H
#define VVI_STUDY_IMPORT_KERAS_TUNER_H

#include "study/study.h"

#include <jansson.h>

/* One file. The first failure sticks: later reading gives harmless values, one check at the end is enough. */
typedef struct vvi_keras_file {
    const char *path;
    vvi_arena *arena; /* everything that is read lands here */
    vv_error *error;
    vv_status status;
    json_t *root; /* owned: vvi_keras_close */
} vvi_keras_file;
vv_status vvi_keras_open(vvi_keras_file *file, vv_error *error); /* path and arena are set. NOT_FOUND, IO, FORMAT */
void vvi_keras_close(vvi_keras_file *file);

/* What may stand somewhere. Of numbers NaN and infinities, too. */
enum {
    VVI_KERAS_OBJECT = 1,
    VVI_KERAS_ARRAY = 2,
    VVI_KERAS_TEXT = 4,
    VVI_KERAS_NUMBER = 8,
    VVI_KERAS_VALUE = 16, /* of a hyperparameter: a text, a finite number, true, false */
    VVI_KERAS_NULL = 32
};
/* Something in a file, and the way there: for error texts. */
typedef struct vvi_keras_place {
    const json_t *json; /* NULL: reading has failed */
    const struct vvi_keras_place *outer;
    const char *key; /* NULL: an item of a list */
    size_t index;
} vvi_keras_place;
vvi_keras_place vvi_keras_root(const vvi_keras_file *file);
/* A member, an item: FORMAT when it is not there, or is none of `kinds`. */
vvi_keras_place vvi_keras_member(vvi_keras_file *file, const vvi_keras_place *outer, const char *key, unsigned kinds);
vvi_keras_place vvi_keras_item(vvi_keras_file *file, const vvi_keras_place *outer, size_t index, unsigned kinds);
bool vvi_keras_has(const vvi_keras_place *outer, const char *key);              /* and it is not null */
size_t vvi_keras_count(const vvi_keras_place *place);                           /* of a list */
double vvi_keras_number(const vvi_keras_place *place);                          /* NaN: it is no number */
const char *vvi_keras_text(vvi_keras_file *file, const vvi_keras_place *place); /* in the arena; never NULL */
/* FORMAT: "FILE: hyperparameters.space[3].config.step: TEXT". */
void vvi_keras_refuse(vvi_keras_file *file, const vvi_keras_place *place, const char *format, ...) VV_PRINTF(3, 4);
/* Memory of the arena. NULL: there is none left, and that sticks. */
void *vvi_keras_alloc(vvi_keras_file *file, size_t n, size_t size);

/* The active hyperparameters of {"space": [...], "values": {...}} in the order of the space, as they hang on a trial. */
void vvi_keras_values(vvi_keras_file *file, const vvi_keras_place *hyperparameters, vv_trial *trial);

/* A metric of a trial. */
typedef struct vvi_keras_metric {
    const char *name;
    bool maximize;
    double best; /* over its observations; NaN: none is a number */
} vvi_keras_metric;
typedef struct vvi_keras_trial {
    const char *name; /* as Keras Tuner calls it */
    vv_trial trial;   /* but for its id; its score is what Keras Tuner says */
    const vvi_keras_metric *metrics;
    size_t n_metrics;
} vvi_keras_trial;
void vvi_keras_read_trial(vvi_keras_file *file, vvi_keras_trial *trial);

/* A folder. Zero-initialise; vvi_keras_project_deinit. */
typedef struct vvi_keras_project {
    vvi_arena arena;
    vvi_keras_trial *list; /* by id */
    size_t n;
    vv_objective objective;
} vvi_keras_project;
/* `objective`: "NAME" or "NAME:min|max"; NULL: the metric that the scores come from. NOT_FOUND, IO, FORMAT; BAD_ARG: the
 * objective is none of the metrics, or cannot be told. */
vv_status vvi_keras_project_read(const char *folder, const char *objective, vvi_keras_project *project,
                                 vv_error *error);
void vvi_keras_project_deinit(vvi_keras_project *project);

#endif
