/* pruner.h - pruners: ways to end a trial early that is not going to be among the best.
 *
 * A pruner is a pure function of curves: the trial's own so far, those of the others, and what they came to. It is asked
 * after each epoch of an execution (or, `between`, after each execution) and says whether the trial ends there, and why.
 * A user's own pruner is the same struct as ours.
 */
#ifndef VARVE_PRUNER_H
#define VARVE_PRUNER_H

#include <varve/search.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Another trial: the first objective by epoch, in the same execution. NaN: no value at that epoch. */
typedef struct vv_learning_curve {
    vv_trial_status status;
    const double *values;
    size_t n;
} vv_learning_curve;

typedef struct vv_pruner_question {
    const char *metric;              /* the first objective's name, for the reason */
    const char *unit;                /* what the values are of, for the reason: "step"; NULL: "epoch" */
    bool maximize;
    const double *values;            /* the trial's own curve; the last of them is that of the epoch just ended */
    size_t n_values;
    const vv_learning_curve *others; /* every other trial that has a curve */
    size_t n_others;
    const double *scores;            /* of the trial's executions that are done */
    size_t n_scores;
    const double *best_scores;       /* the same of the best completed trial, `best`; none: there is none yet */
    size_t n_best_scores;
    int best;
    const double *options;           /* by the rows of the kind's table */
} vv_pruner_question;

typedef struct vv_pruner_verdict {
    bool prune;
    char reason[VV_ERROR_SIZE]; /* "epoch 4: the best val_loss so far, 0.61, is worse than the median 0.43 of 7 trials" */
} vv_pruner_verdict;

typedef struct vv_pruner_kind {
    const char *name;    /* "median": on the command line, in files; never changes */
    const char *summary; /* one line */
    const char *paper;   /* where the method comes from */
    const vv_option_row *options;
    size_t n_options; /* at most VV_MAX_OPTIONS */
    bool between;     /* asked after each execution but the last, not after each epoch */
    /* Rules beside the table, e.g. options that contradict; NULL: none. BAD_ARG. */
    vv_status (*check)(const double *options, vv_error *error);
    /* NO_MEMORY is all that can go wrong. *verdict is zeroed before the call. */
    vv_status (*judge)(const vv_pruner_question *question, vv_pruner_verdict *verdict, vv_error *error);
} vv_pruner_kind;

/* The registry. NULL past the end / for an unknown name. Static storage. */
const vv_pruner_kind *vv_pruner_at(size_t index);
const vv_pruner_kind *vv_pruner_find(const char *name);

/* A pruner with its options. */
typedef struct vv_pruner {
    const vv_pruner_kind *kind;
    double options[VV_MAX_OPTIONS];
} vv_pruner;
/* "median", "asha:factor=3,min_epochs=2". BAD_ARG: no such pruner, no such option, a value out of range, options that
 * contradict; the text says what there is. */
vv_status vv_pruner_parse(const char *spec, vv_pruner *pruner, vv_error *error) VV_MUST_USE;
/* Name and options as a spec that means the same, options in the order of the table, those with their presets left out.
 * As snprintf. */
int vv_pruner_spec(const vv_pruner *pruner, char *text, size_t size);
/* Should the trial end? question->options is not looked at. NO_MEMORY. */
vv_status vv_pruner_judge(const vv_pruner *pruner, const vv_pruner_question *question, vv_pruner_verdict *verdict,
                          vv_error *error) VV_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
