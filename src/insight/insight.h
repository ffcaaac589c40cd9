/* insight.h - what the trials of a study say, once they are columns of numbers: what matters, what it leads to, where
 * to look.
 *
 * frame*.c       a study as columns           importance.c   which hyperparameters matter, and how surely
 * fanova.c, ped_anova.c   the two ways to tell
 * surface.c      what a score is expected to be, over two hyperparameters
 * bins.h         what these stand on: values in bins, the measure of a space with conditions, forests, their marginals
 *
 * Everything here is a function of a frame and a seed: the same study, the same numbers, to the bit.
 */
#ifndef VVI_INSIGHT_INSIGHT_H
#define VVI_INSIGHT_INSIGHT_H

#include "base/base.h"
#include <varve/cost.h>
#include <varve/study.h>

/* ---- a study as columns (frame.c) -------------------------------------------------------------------------------- */

/* A hyperparameter: one name, whatever domains it was asked for with. */
typedef struct vvi_variable {
    const char *name;
    const vv_domain *domain; /* of the first trial that has it */
    bool several;            /* others have it with another domain */
    /* What values[] are indexes of, of choices of texts and of booleans ("false", "true"): of all domains, in the order
     * given. NULL: values are numbers. */
    const char *const *words;
    size_t n_words;
    /* Of numbers that were only ever chosen from lists: those of all lists, ascending. NULL: words, or a range. */
    const double *choices;
    size_t n_choices;
    bool whole;           /* of numbers: int */
    bool log;             /* of ranges: the first domain is sampled on a log scale, and no value can be 0 or less */
    bool reverse;         /* ... with log: denser near the upper end, as a reverse log scale is */
    double low, high;     /* of all domains; of words 0 and n_words - 1 */
    const double *values; /* by row; NaN: not active there */
    size_t active;        /* rows in which it is */
} vvi_variable;

/* What all trials of one structure have in common: their layers, by name and kind. */
typedef struct vvi_structure {
    const char *const *names, *const *kinds; /* "conv2d_1", "conv2d" */
    size_t n;                                /* the input is one of them, where there is one */
    int layers;                              /* as Keras counts: without it */
} vvi_structure;

/* The first objective that has curves, which costs have not, by epoch: the mean over the executions that have the
 * epoch; NaN where none has it. */
typedef struct vvi_course {
    const double *values;
    size_t n;
} vvi_course;

/* A row is a trial, in the order of ids. Texts are as they were given: who shows them makes them harmless
 * (vvi_text_add_visible). Everything lives in the arena. */
typedef struct vvi_frame {
    vvi_arena arena;
    size_t n;
    const int *ids;
    const vv_trial_status *status;
    const double *scores[VV_MAX_OBJECTIVES]; /* by objective; NaN: none */
    const double *violation;                 /* NaN: no constraints, or no result */
    const int *rank;                         /* as vv_trial.rank, among the rows that are here */
    const int *epochs;                       /* of all executions together */
    const double *seconds, *began, *ended;   /* ended NaN: not yet */
    const int *worker;                       /* an index of workers; -1: none */
    const char *const *workers;
    size_t n_workers;
    const char *const *reasons;    /* NULL: none */
    const vvi_variable *variables; /* in the order in which they were first asked for */
    size_t n_variables;
    vvi_course *courses;  /* NULL: not asked for */
    const int *structure; /* an index of structures; -1: no network. NULL: not asked for */
    const vvi_structure *structures;
    size_t n_structures;
    const double *params, *macs, *peak_activation_bytes, *weight_bytes; /* NaN: no network. NULL: not asked for */
    vv_precision precision;                                             /* that bytes are counted in */
    vv_objectives objectives;                                           /* n 0: the study does not say */
    vv_constraints constraints;
    size_t metric; /* which of the objectives courses are of */
    int best;      /* row of the best trial, the first of the front; -1: none that keeps the constraints */
} vvi_frame;

typedef struct vvi_frame_args {
    bool courses, networks; /* read those, too: structures, costs */
    const int *only;        /* ids, in any order; one that is not there is passed over. NULL: all trials */
    size_t n_only;
} vvi_frame_args;
/* Owned: vvi_frame_deinit, even after a failure. */
vv_status vvi_frame_read(const vv_study *study, const vvi_frame_args *args, vvi_frame *frame, vv_error *error);
void vvi_frame_deinit(vvi_frame *frame);

/* Is that trial COMPLETED, with a finite score of that objective? What importance and surfaces go by. */
bool vvi_frame_has_result(const vvi_frame *frame, size_t objective, size_t row);

/* What a study keeps of what is sought; what it does not say is empty. */
typedef struct vvi_goals {
    vv_objectives objectives;
    vv_constraints constraints;
    bool function;  /* trials are calls of a function, or of a program; else they train networks */
    int executions; /* of each trial; 0: not known */
} vvi_goals;
vv_status vvi_goals_read(const vv_study *study, vvi_goals *goals, vv_error *error);

/* ---- importance (importance.c) ----------------------------------------------------------------------------------- */

/* How much of an objective's spread a hyperparameter accounts for. */
typedef struct vvi_weight {
    const char *name; /* borrowed from the frame */
    size_t variable;  /* index in the frame */
    double share;     /* [0, 1]. Those of all need not sum to 1: the rest is what they do together, and noise */
    /* Nine tenths of trees or resamples say one between these, and it is never narrower than the interval of a share that
     * was counted in so many trials: trees of a few trials are easily of one mind. */
    double low, high;
    size_t trials; /* with a result, in which it is active */
} vvi_weight;
typedef struct vvi_weights {
    vvi_arena arena;
    vvi_weight *list; /* the largest first */
    size_t n;
    size_t trials; /* with a result */
    /* How much of the spread the model accounts for in trials that it was not made from: 1 is all; 0, and less, is no
     * more than knowing the mean. NaN: there is no model. */
    double explained;
    const char *why; /* not NULL: why nothing can be said ("2 completed trials have ..."), and the list is empty */
} vvi_weights;

/* With which all that is shown is made, so that a number is the same wherever it stands. */
enum { VVI_INSIGHT_SEED = 1 };

/* A way to tell. */
typedef struct vvi_importance_kind {
    const char *name, *title, *summary, *paper;
    vv_status (*weigh)(const vvi_frame *frame, size_t objective, uint64_t seed, vvi_weights *weights, vv_error *error);
} vvi_importance_kind;
/* NULL past the end; for an unknown name. */
const vvi_importance_kind *vvi_importance_at(size_t index);
const vvi_importance_kind *vvi_importance_find(const char *name);
/* Owned: vvi_weights_deinit, even after a failure. */
vv_status vvi_importance(const vvi_importance_kind *kind, const vvi_frame *frame, size_t objective, uint64_t seed,
                         vvi_weights *weights, vv_error *error);
void vvi_weights_deinit(vvi_weights *weights);

/* ---- a surface (surface.c) --------------------------------------------------------------------------------------- */

/* What a score is expected to be over two hyperparameters, in the part of the space that has both: a forest's
 * marginal. */
typedef struct vvi_surface {
    vvi_arena arena;
    size_t x, y; /* indexes of variables */
    /* Where, in their own units, ascending: of words (the most frequent 40) and of up to 40 whole or listed numbers
     * each of them, else 40 places evenly on the scale of the domain, from end to end. */
    const double *xs, *ys;
    size_t n_x, n_y;
    const double *values; /* [n_y][n_x]; NaN: there is no such place, or no trial has the word */
    const char *why;      /* not NULL: why there is none */
} vvi_surface;
/* BAD_ARG: not two different variables of the frame. Owned: vvi_surface_deinit, even after a failure. */
vv_status vvi_surface_read(const vvi_frame *frame, size_t objective, size_t x, size_t y, uint64_t seed,
                           vvi_surface *surface, vv_error *error);
void vvi_surface_deinit(vvi_surface *surface);

#endif
