/* tuner.h - where search and networks meet: a hypermodel, and the search for its best values.
 *
 *     static vv_model *build(vv_hp *hp, void *user) { ... }
 *     VV_HYPERMODEL(.build = build, .data = "digits:28x28", .objective = "val_accuracy", .epochs = 10);
 */
#ifndef VARVE_TUNER_H
#define VARVE_TUNER_H

#include <varve/explain.h>
#include <varve/study.h>
#include <varve/train.h>
#include <varve/tune.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A build function asks `hp` for values while it builds a model, and returns it (owned by the caller from then on), or
 * NULL. It must be a function of the values alone: it runs many times, often without training after it.
 * When vv_hp_status(hp) is not VV_OK the model it returns is not used. */
typedef vv_model *(*vv_build_function)(vv_hp *hp, void *user);

/* The user's own fit. `args` is what the search would train with; change a copy and pass it on:
 *     vv_fit_args mine = *args;
 *     mine.batch_size = vv_choice_int(hp, "batch_size", VV_INTS(16, 32, 64));
 *     return vv_fit_with(model, &mine);
 * It may ask for hyperparameters. To learn which, the search rehearses it: then vv_fit_with returns VV_OK at once and
 * trains nothing, vv_evaluate_with gives a history of no epochs, vv_predict_with writes nothing; and where only the
 * space is asked for, there is no data: args->training may be NULL. Keep args->callbacks, or the search sees no epochs.
 * After an interruption it is called again from its beginning, and a vv_fit_with that had trained some epochs goes on behind
 * them, if its callbacks promise plain_state (train.h): it must do the same every time, as build must. A fit that the search
 * ends returns VV_INTERRUPTED, and so does every later one of that call. */
typedef vv_status (*vv_fit_function)(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user);

/* All there is to say about a hypermodel. Zeroed members mean the defaults. */
struct vv_hypermodel {
    vv_build_function build; /* required, unless there is `tune` */
    vv_fit_function fit;     /* NULL: vv_fit_with */
    vv_tune_function tune;   /* instead of both: no network, see tune.h. Data, batches, costs and budgets mean nothing then */
    void *user;              /* handed to all of them */
    const char *name;        /* NULL: the file's name */
    const char *data;        /* a SPEC of data.h; NULL: must be given to the search */
    const char *objective;   /* NULL: "val_loss"; of `tune`: "result:min" */
    int max_trials;          /* 0: 10 */
    int executions_per_trial; /* 0: 1 */
    int epochs;              /* 0: 1. Of `tune`: steps, at the most; 0: as many as it reports */
    int batch_size;          /* 0: 32 */
    double validation_split; /* 0: 0.2 */
};

/* The one declaration at the end of a hypermodel's file. */
#define VV_HYPERMODEL(...)                            \
    extern const vv_hypermodel varve_hypermodel;      \
    const vv_hypermodel varve_hypermodel = { __VA_ARGS__ }

/* Runs the build function once. `chooser` NULL: all defaults. *hp and *model are owned by the caller; either may be
 * NULL (argument) if it is not wanted. A refusal (a layer that cannot exist, NULL returned, ...) is the error. The
 * fit function, if any, is rehearsed, so that *hp holds its hyperparameters too. With `tune` the model is NULL. */
vv_status vv_hypermodel_build(const vv_hypermodel *hypermodel, const vv_chooser *chooser, vv_hp **hp, vv_model **model,
                              vv_error *error) VV_MUST_USE;

/* A builder (search.h) over a hypermodel. Borrows it. */
vv_builder vv_hypermodel_builder(const vv_hypermodel *hypermodel);

typedef enum vv_stop_reason {
    VV_STOP_MAX_TRIALS = 1,
    VV_STOP_EXHAUSTED,   /* the space holds nothing new that builds: all of it was looked at */
    VV_STOP_GAVE_UP,     /* drawing found nothing new that builds; the space is too large to say that nothing is left */
    VV_STOP_INTERRUPTED, /* `stop` said so */
    VV_STOP_FAILURES,    /* too many failed trials in a row */
    VV_STOP_TIME,        /* max_seconds are over */
    VV_STOP_TARGET,      /* a completed trial that keeps the constraints has reached stop_at */
    VV_STOP_EPOCHS,      /* another trial would go beyond max_epochs_total */
    VV_STOP_PLAN         /* the oracle's plan is carried out: a grid that leaves values out, Hyperband */
} vv_stop_reason;
const char *vv_stop_reason_name(vv_stop_reason reason); /* "max_trials"; never NULL. Static storage */

typedef enum vv_event_kind {
    VV_EVENT_SEARCH_BEGIN = 1,
    VV_EVENT_TRIAL_BEGIN,
    VV_EVENT_EPOCH,
    VV_EVENT_TRIAL_END,
    VV_EVENT_SEARCH_END,
    VV_EVENT_NOTE /* what the oracle has to say, when it says something new; what becomes of enqueued values; requests
                     (study.h) and what was done */
} vv_event_kind;

/* What happens in a search, as it happens. Everything is borrowed for the call. */
typedef struct vv_event {
    vv_event_kind kind;
    const vv_study *study;
    const vv_objective *objective; /* the metric that epochs and pruners go by: the first objective that is no cost */
    const vv_objectives *objectives;
    const vv_constraints *constraints;
    const char *oracle, *pruner; /* as specs; pruner NULL: none */
    int max_trials, executions, epochs; /* epochs 0: nobody says how many there will be */
    const char *unit;          /* what they are: "epoch"; of a function: "step" */
    int trials_before;         /* SEARCH_BEGIN: trials that are already there */
    int enqueued;              /* SEARCH_BEGIN: configurations that wait to become trials */
    int earlier, misfits;      /* SEARCH_BEGIN: trials of a warm start that the oracle knows; that do not fit */
    const char *note;          /* NOTE */
    const vv_trial *trial;     /* TRIAL_BEGIN, EPOCH, TRIAL_END */
    int execution, epoch;      /* EPOCH: counted from 0 */
    const char *const *metrics; /* EPOCH */
    const double *values;
    size_t n_metrics;
    double seconds;            /* EPOCH: of this epoch; TRIAL_END, SEARCH_END: of the whole */
    vv_stop_reason reason;     /* SEARCH_END */
    int best;                  /* id of the best completed trial that keeps the constraints, or -1 */
    double best_score;         /* in the first objective */
    int running;               /* trials that run now, in this process's pool */
    const vv_refusals *refusals; /* SEARCH_END */
    const vv_explanation *explanation; /* SEARCH_BEGIN; NULL: random builds were looked at, and none could be
                                          built; or there are no networks */
} vv_event;

typedef struct vv_search_args {
    const vv_hypermodel *hypermodel; /* required; its members are the defaults of those below */
    const vv_data *training;         /* required, unless the hypermodel has `tune` */
    const vv_data *validation;       /* required when the objective begins with "val_" */
    vv_search_kind kind;      /* which oracle; 0: VV_SEARCH_AUTO */
    const char *oracle;       /* instead, with options: "NAME:OPTION=VALUE,..." of vv_oracle_at; NULL: `kind` */
    const vv_oracle_kind *oracle_kind; /* one of the caller's own instead; `oracle` may then give options: ":a=1" */
    const char *pruner;       /* the same of vv_pruner_at; NULL: none. It goes by the metric of the one objective there is */
    const char *objective;    /* of vv_objectives_parse: metrics, and costs of the network (params, macs, ram, flash); at
                                 least one is a metric */
    const char *constraints;  /* of vv_constraints_parse; NULL: none */
    int max_trials;           /* counts every trial there is, those of earlier searches too */
    int max_epochs_total;     /* of all trials and executions there are, never exceeded; 0: no limit */
    double max_seconds;       /* nothing is begun any more when they are over; those of earlier searches of the study
                                 count. 0: no limit */
    vv_maybe stop_at;         /* of the first objective */
    bool defaults_first;      /* the default configuration is the first trial */
    const char *enqueued;     /* the next trials, as JSON: {"units": 64, "rate": 0.1}, or an array of such. Names without a
                                 value get what the oracle proposes, or draw one. They are kept with the study until they
                                 have run; what a trial has already is skipped, and said in a NOTE. NULL: none */
    const char *warm_start;   /* another study: what its finished trials came to is told to the oracle, and kept with this
                                 one. Its objectives must be these; values that do not fit the hypermodel are left out */
    int executions_per_trial;
    int epochs;
    int batch_size;
    vv_budget budget;         /* only what fits is proposed; zeroed: everything does */
    uint64_t seed;
    const char *project;      /* where the study is: a folder, or a database's URL and "#NAME" (study.h); NULL: "untitled_project" */
    bool overwrite;
    bool accept_new_space;    /* go on with a study whose trials the hypermodel would build otherwise, or not at all: they
                                 stay as they are, and what they came to is told where it fits; those that have not ended
                                 end as FAILED. LOCKED: other workers are at it. Later searches need not say it again */
    const char *checkpoints;  /* of vv_study_args; NULL: in the database */
    double lease_s;           /* the same; 0: 60 */
    int keep_checkpoints;     /* of the best trials; 0: 3 */
    int workers;              /* trials at once, each in a process of its own, on one core; 0: 1 */
    double trial_timeout_s;   /* a trial (one attempt) that takes longer is ended, and FAILED; 0: no limit */
    int trial_memory_mb;      /* what a trial's process may take beyond what it shares with its parent; 0: no limit */
    int max_retries;          /* how often a trial that failed is tried again */
    int max_consecutive_failures; /* 0: 3 */
    void (*on_event)(void *context, const vv_event *event); /* NULL: silence */
    void (*on_tick)(void *context); /* NULL: none. About ten times a second while trials run, and at once when a signal has
                               come: for those who show the time */
    void *context;
    const volatile int *stop; /* becomes non-zero when the search shall stop; NULL: never */
    const char *command;      /* how the search was begun, as JSON {"argv": [...], "cwd": "...", "host": "..."}: kept as the
                                 fact "command". No password may be in it. NULL: nothing is said */
    vv_tune_function tune;    /* of vv_tune_with alone */
    void *user;               /* handed to it */
} vv_search_args;

/* What a search came to. */
typedef struct vv_search_result {
    vv_stop_reason reason;
    int best;          /* id of the best completed trial that keeps the constraints, or -1 */
    double best_score; /* in the first objective */
} vv_search_result;

/* Searches. Each trial runs in a process of its own (fork), so that a crash ends that trial only. A study that is there
 * is gone on with: its objectives, oracle, seed, settings and space must be the caller's (MISMATCH says what differs).
 * Refused before any training, mostly as BAD_ARG or BAD_SHAPE: an objective that no metric provides, data that does not fit the model, a budget that
 * nothing fits, enqueued values that there are not, options that contradict each other. Other errors: those of
 * vv_explain_with, vv_study_open_with and the study's calls. */
vv_status vv_search_with(const vv_search_args *args, vv_search_result *result, vv_error *error) VV_MUST_USE;
/* What can be said of the arguments alone, before there is data (training may be NULL): names and options that there are
 * not, numbers out of range, what cannot go together. BAD_ARG. */
vv_status vv_search_check(const vv_search_args *args, vv_error *error) VV_MUST_USE;
/* As vv_search_with, for a function (tune.h): args->tune and args->user stand for a hypermodel, which must be NULL. */
vv_status vv_tune_with(const vv_search_args *args, vv_search_result *result, vv_error *error) VV_MUST_USE;
#ifndef __cplusplus
#define vv_search(result, error, ...) vv_search_with(&(vv_search_args){ .hypermodel = __VA_ARGS__ }, (result), (error))
#define vv_tune(result, error, ...) vv_tune_with(&(vv_search_args){ .tune = __VA_ARGS__ }, (result), (error))
#endif

#ifdef __cplusplus
}
#endif
#endif
