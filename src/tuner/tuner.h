/* tuner.h - inside of the tuner: what its files know of each other.
 *
 * hypermodel.c  one build                        job.c      a child process and its records
 * settings.c    a search's arguments             facts.c    what a study keeps of them
 * search.c      a whole search, its events       stop.c     when it ends
 * pool.c        trials at once                   answer.c   what a proposal leads to
 * asker.c       the process that proposes        ask.c      how it does
 * limits.c      memory                           queue.c    trials that were not the oracle's idea
 * enqueued.c    building one of those            earlier.c  what another study has learnt
 * values.c      values by name as JSON
 * judge.c       what a trial came to             trial.c    a trial as its parent sees it
 * settle.c      how a trial ends                 files.c    files of trials that move
 * run*.c        a trial, in its child            check.c    what is refused before any training, in a child
 * misfits.c     trials of an earlier space
 * pause.c       trials that go on later          prune.c    trials that end early
 * guard.c       limits of builds in a child      explain.c  what the hyperparameters mean, in a child
 * digest.c      which numbers the data holds     work.c     what trials consist of
 * tune*.c       trials of a function             by_hand.c, tell.c  trials that somebody else runs
 * requests.c    what others want of a search     stop_trial.c       ending a trial that somebody wants to end
 */
#ifndef VVI_TUNER_TUNER_H
#define VVI_TUNER_TUNER_H

#include "base/base.h"
#include "explain/explain.h"
#include "study/study.h"
#include "tuner/records.h"
#include <limits.h>
#include <varve/pruner.h>
#include <varve/tuner.h>

/* ---- one build (hypermodel.c) ---------------------------------------------------------------------------------------
 */

/* Memory that a child shares with its parent (guard.c). */
typedef struct vvi_guard {
    volatile uint32_t beat; /* odd: a build function runs */
    volatile bool forked;   /* it has returned in a process of its own making */
    char forked_at[220];    /* with these values */
    uint64_t began_mb;      /* memory that the child had when it began */
    char journal[4096];     /* the values it has got (vvi_hp_journal) */
} vvi_guard;

/* Memory that trials share with their parent. */
typedef struct vvi_halt {
    volatile int now; /* set: they stop after the epoch that they are in */
} vvi_halt;

/* What its parent saw of it last. */
typedef struct vvi_guard_watch {
    const vvi_guard *guard; /* NULL: none */
    uint32_t beat;
    double since_s;
} vvi_guard_watch;

/* A hypermodel with what its fit function would be called with. */
typedef struct vvi_bound {
    const vv_hypermodel *hypermodel;
    vv_fit_args fit;         /* training NULL: no data at hand */
    vvi_guard *guard;        /* NULL: none */
    const char *own;         /* where this process finds a 1 and one that it forks a 0; NULL: nobody can tell */
    const vv_budget *budget; /* what its builder refuses beyond what cannot be built; NULL: nothing */
} vvi_bound;

/* Runs build and rehearses fit on a fresh hp. made->model is what the build function returned, good or not. */
vv_status vvi_bound_run(const vvi_bound *bound, vv_hp *hp, vvi_made *made, vv_error *error);
/* The same; *model is NULL unless VV_OK. */
vv_status vvi_bound_build(const vvi_bound *bound, vv_hp *hp, vv_model **model, vv_error *error);
vv_builder vvi_bound_builder(const vvi_bound *bound); /* borrows it */
/* The same at given values. Both results are owned by the caller, on VV_OK only. */
vv_status vvi_bound_replay(const vvi_bound *bound, const vv_active *values, size_t n, vv_hp **hp, vv_model **model,
                           vv_error *error);

/* ---- what trials consist of (work.c) ---------------------------------------------------------------------------------
 */

struct vvi_search;
struct vvi_run;

/* One row for each kind of work. Where there is no network, models are NULL. */
typedef struct vvi_work {
    const char *name;      /* "network", in the facts of studies */
    bool network;          /* data, costs, budgets, weights mean something */
    const char *unit;      /* what an epoch is called */
    const char *objective; /* where nobody names one */
    int epochs;            /* of a trial, the same */
    /* Asks `hp` for its values, and makes the model. */
    vv_status (*make)(const vvi_bound *bound, vv_hp *hp, vvi_made *made, vv_error *error);
    /* What is to be seen before any trial: would this one do? */
    vv_status (*check)(const struct vvi_search *search, const vv_model *model, vv_error *error);
    /* Looks at the space, and says as much of it as it can. */
    vv_status (*explain)(const vvi_source *source, const vv_explain_args *args, vvi_arena *arena,
                         vv_explanation **explanation, vv_error *error);
    /* A trial, in its child (vvi_run_child). */
    int (*run)(const struct vvi_run *run, int fd);
} vvi_work;
const vvi_work *vvi_work_of(const vv_hypermodel *hypermodel);
/* Has it what a hypermodel must have? `what`: "search". BAD_ARG. */
vv_status vvi_work_check(const vv_hypermodel *hypermodel, const char *what, vv_error *error);

vv_status vvi_network_make(const vvi_bound *bound, vv_hp *hp, vvi_made *made, vv_error *error);       /* hypermodel.c */
vv_status vvi_network_check(const struct vvi_search *search, const vv_model *model, vv_error *error); /* check.c */
int vvi_network_run(const struct vvi_run *run, int fd);                                               /* run.c */
vv_status vvi_function_make(const vvi_bound *bound, vv_hp *hp, vvi_made *made, vv_error *error);      /* tune_run.c */
int vvi_function_run(const struct vvi_run *run, int fd);                                              /* tune_run.c */

/* Of a function that goes: for one that cannot be told to return (a program). */
bool vvi_tuning_has_failed(const vv_tuning *tuning);
bool vvi_tuning_is_to_stop(vv_tuning *tuning);    /* the search wants it to stop */
bool vvi_tuning_is_over(const vv_tuning *tuning); /* it is to stop, or has come to its goal: its result is not wanted */
int vvi_tuning_count(const vv_tuning *tuning);    /* steps so far */

/* An `epochs` that is none: a trial has as many as it reports. */
enum { VVI_EPOCHS_OPEN = INT_MAX };

/* VV_OK when the trace is exactly these values with these domains; else MISMATCH: what differs. */
vv_status vvi_trace_check(const vv_hp *hp, const vv_active *values, size_t n, vv_error *error);
vv_status vvi_trace_check_domain(const char *name, const vv_domain *was, const vv_domain *is, vv_error *error);

/* ---- a search's arguments, resolved (settings.c) ---------------------------------------------------------------- */

typedef struct vvi_misfit {
    int id;
    bool counts;          /* what it came to is a result of the new space, too */
    vv_trial_status open; /* it has not ended; 0: it has */
    const char *why;      /* what differs, where it has not ended */
} vvi_misfit;
typedef struct vvi_misfits {
    vvi_arena arena;
    vvi_misfit *list; /* by id */
    size_t n;
    int accepted; /* trials before this one need not fit */
} vvi_misfits;

typedef struct vvi_search {
    const vv_search_args *args;
    vv_objectives objectives;
    vv_objective objective; /* the first that is a metric: best epochs, pruners and checkpoints go by it */
    bool maximize[VV_MAX_OBJECTIVES];
    vv_constraints constraints;
    vv_error undirected; /* set: an objective's direction cannot be told; said after its metric was found to exist */
    const vv_oracle_kind *oracle;
    const vv_pruner_kind *pruner;            /* NULL: none */
    vv_pruner pruner_with_options;           /* where there is one */
    char oracle_spec[256], pruner_spec[256]; /* canonical */
    const char *project;
    int max_epochs_total;  /* 0: no limit */
    double seconds_before; /* of earlier searches of this study */
    struct vvi_queue *queue;
    struct vvi_earlier *earlier;             /* NULL until the study is open */
    char note[sizeof((vv_answer *)0)->note]; /* what the oracle said last */
    int max_trials, executions, epochs, batch_size, keep_checkpoints, max_failures, workers;
    bool by_hand; /* trials begin for somebody else to run */
    vvi_halt *halt;
    struct vvi_pool *pool;   /* NULL: it does not run */
    int64_t requests_before; /* those with lower ids were there when the study was opened ... */
    int64_t requests_open;   /* ... and those with still lower ones were answered */
    vvi_bound bound;
    vv_explanation *explanation; /* of the hypermodel; its space is what proposals go by */
    bool checked;                /* check.c has seen a model that builds */
    vvi_misfits misfits;
    vv_study *study;
    double began_s;
    int best;
    double best_score;
} vvi_search;

vv_status vvi_search_resolve(vvi_search *search, const vv_search_args *args, vv_error *error);
/* How its oracle is opened; builder and space are the caller's to fill in. */
vv_oracle_args vvi_search_oracle_args(const vvi_search *search);
/* The cost of its networks that an objective or a constraint is named after; NULL: it is a metric. */
const vvi_resource *vvi_search_cost(const vvi_search *search, const char *name);
bool vvi_search_asks_costs(const vvi_search *search); /* does any? (judge.c) */
/* facts.c: compares the facts of an opened study with this search's, then writes those that are not there. MISMATCH. */
vv_status vvi_search_agree(const vvi_search *search, vv_error *error);

/* Of all numbers of a data set: the same for the same shapes, x, y and weights, and for hardly any others. NULL: 0. */
uint64_t vvi_data_digest(const vv_data *data);

/* ---- a child process (job.c) ------------------------------------------------------------------------------------ */

typedef struct vvi_job {
    int (*child)(void *context, int fd);
    void *context; /* of both */
    vv_status (*take)(void *context, vvi_record *record,
                      vv_error *error); /* in the parent; a failure kills the child */
    const volatile int *stop;           /* ends it at once; NULL: never */
    const bool *enough;                 /* set by `take`: nothing more is wanted of the child; NULL: never */
    const vvi_guard *guard;             /* the child only runs builds: one that does not end ends it; NULL: it trains */
    double limit_s;                     /* it may take; 0: any time */
} vvi_job;

typedef struct vvi_job_end {
    bool stopped, garbage;
    bool enough; /* see vvi_job.enough */
    bool stuck;  /* see vvi_job.guard */
    bool late;   /* see vvi_job.limit_s */
    bool failed; /* the child said so: */
    vv_error said;
    int exit_code, signal_number;
    uint64_t peak_mb; /* of memory */
} vvi_job_end;

/* A job at work. It stays where it is from begin on, until it is no longer at work: then `end` says how it ended. */
typedef struct vvi_working {
    vvi_job job;
    vvi_process process;
    vvi_records records;
    vvi_guard_watch watch;
    double began_s;
    double closed_s; /* when it closed its socket; 0: it is open */
    bool at_work;
    vvi_job_end end;
} vvi_working;
vv_status vvi_job_begin(vvi_working *working, const vvi_job *job, vv_error *error);
int vvi_job_fd(const vvi_working *working); /* to be polled; -1: nothing will come any more */
/* How soon it is to be looked after, whatever can be read. */
int vvi_job_patience_ms(const vvi_working *working);
/* Looks after it; `readable`: its fd is. Never waits. A failure has ended it. */
vv_status vvi_job_step(vvi_working *working, bool readable, vv_error *error);
void vvi_job_kill(vvi_working *working); /* fine when it is not at work */
/* For who has but one: waits until there is something to read, or until it is to be looked after. */
vv_status vvi_job_wait(const vvi_working *working, bool *readable, vv_error *error);
/* From begin to end. */
vv_status vvi_job_run(const vvi_job *job, vvi_job_end *end, vv_error *error);
/* "signal 11 (Segmentation fault)", "exit code 3"; "" when it ended well. As snprintf. */
int vvi_job_death(const vvi_job_end *end, char *text, size_t size);

/* limits.c: of the process that asks. */
uint64_t vvi_memory_data_mb(void);
uint64_t vvi_memory_own_mb(void); /* resident, without what files have mapped: a fork takes no such pages along */
void vvi_memory_limit(uint64_t more_mb); /* from now on; 0: none */
/* "took all of the 512 MB that it may"; "" where its end had another cause. As snprintf. */
int vvi_memory_death(const vvi_job_end *end, uint64_t began_mb, uint64_t limit_mb, char *text, size_t size);

/* ---- before any training (check.c) ------------------------------------------------------------------------------ */

/* Can it be trained, does the objective's metric exist, does the data fit? `model` NULL: there is none to look at. */
vv_status vvi_check_model(const vvi_search *search, const vv_model *model, vv_error *error);
/* The default configuration and every stored trial, in a child. *stopped: `stop` said so. */
vv_status vvi_check_search(vvi_search *search, const vv_trials *trials, bool *stopped, vv_error *error);

/* ---- stored trials that the hypermodel would build otherwise, or not at all (misfits.c) ---------------------------- */

/* In a child: a stored trial, built by the hypermodel as it is now. */
typedef struct vvi_rebuilt {
    vv_hp *hp;    /* vv_hp_free, whatever came of it */
    bool same;    /* it is what it was */
    bool counts;  /* the new space has the very same trial, of these values */
    vv_error why; /* what differs */
} vvi_rebuilt;
vv_status vvi_trial_rebuild(const vvi_search *search, const vv_trial *trial, vvi_rebuilt *rebuilt, vv_error *error);

/* In a child: looks at all trials, and puts what it has found. MISMATCH: it was not accepted. */
vv_status vvi_misfits_find(const vvi_search *search, const vv_trials *trials, vvi_text *payload, vv_error *error);
vv_status vvi_misfits_take(vvi_search *search, vvi_record *record, vv_error *error); /* in its parent */
void vvi_misfits_free(vvi_search *search);
vv_status vvi_misfits_load(vvi_search *search, vv_error *error); /* what was accepted before */
/* All that were found are: those that have not ended end. LOCKED: other workers are at it. */
vv_status vvi_misfits_accept(vvi_search *search, size_t n_trials, vv_error *error);
void vvi_misfits_say(const vvi_search *search); /* how many there are */
bool vvi_misfits_has(const vvi_search *search, int id);
/* In a child: begins it in the oracle's past as a trial of the new space, if it is one; its scores are to be told then. */
vv_status vvi_misfit_begin(const vvi_search *search, const vv_trial *trial, vv_oracle *oracle, bool *counts,
                           vv_error *error);

/* ---- builds in a child (guard.c, explain.c) --------------------------------------------------------------------- */

vvi_guard *vvi_guard_new(void); /* NULL: no memory */
void vvi_guard_free(vvi_guard *guard);
/* NULL: no memory. */
vvi_halt *vvi_halt_new(void);
void vvi_halt_free(vvi_halt *halt);
/* In the child: around each run of the user's code; before the first. */
void vvi_guard_begin(vvi_bound *bound); /* once, in the child: limits its memory */
void vvi_guard_enter(const vvi_bound *bound, vv_hp *hp);
void vvi_guard_leave(const vvi_bound *bound, vv_hp *hp);
/* In the parent: has one build taken too long? To be asked every now and then. */
bool vvi_guard_is_stuck(vvi_guard_watch *watch);
/* The error of a child that only builds: with which values it crashed, what it said. */
vv_status vvi_builder_death(const vvi_guard *guard, const vvi_job_end *end, vv_error *error);
/* The same of one that ended without a word. CRASHED. */
vv_status vvi_builder_silence(const vvi_guard *guard, vv_error *error);

/* vv_explain of a bound hypermodel. */
vv_status vvi_bound_explain(const vvi_bound *bound, const vv_explain_args *args, vv_explanation **explanation,
                            vv_error *error) VV_MUST_USE;

/* BAD_ARG: nothing fits; what the smallest needs. */
vv_status vvi_budget_leaves(const vv_fit_report *report, vv_error *error);

/* ---- asking (ask.c, asker.c) ------------------------------------------------------------------------------------- */

typedef struct vvi_proposal {
    vvi_arena arena; /* of the rest; vvi_arena_deinit */
    vv_answer_kind kind;
    int trial, epochs; /* of the answer; RESUME: the id */
    int queued; /* which of the queue's it is; a kind that is no proposal: that one cannot be, and why. -1: none */
    char note[sizeof((vv_answer *)0)->note];
    vv_active *values;
    size_t n_values;
    vv_refusal refusals[VV_ANSWER_REASONS];
    size_t n_refusals;
    const char *model_json;
} vvi_proposal;

/* ask.c: answers what is asked through fd, until it is closed. In a child. */
int vvi_ask_child(vvi_search *search, int fd);

/* The process that proposes. It lives from one ask to the next, and knows what it was told; whatever it remembers can be
 * found out anew. Zero-initialise, but for `search`. */
typedef struct vvi_asker {
    vvi_search *search;
    vvi_working working;
    bool asked;        /* no answer has come yet */
    bool answered;     /* there is one in `proposal`, which is the caller's then */
    uint64_t grown_mb; /* by its last answer */
    vvi_proposal proposal;
} vvi_asker;
/* Asks for the next trial of the study, if there is one. */
vv_status vvi_asker_ask(vvi_asker *asker, vv_error *error);
/* As vvi_job_step. The error of a build function that crashed is that. */
vv_status vvi_asker_step(vvi_asker *asker, bool readable, vv_error *error);
void vvi_asker_end(vvi_asker *asker);
/* Asks once, and waits for the answer. *stopped: `stop` said so, and there is none. */
vv_status vvi_ask_once(vvi_search *search, vvi_proposal *proposal, bool *stopped, vv_error *error);

/* ---- trials that were not the oracle's idea (queue.c, enqueued.c) ------------------------------------------------- */

enum { VVI_WAITING = -1, VVI_SKIPPED = -2, VVI_ANSWER_SIZE = 512 };
typedef struct vvi_queued {
    const vv_assignment *values;
    size_t n;
    bool defaults;   /* names without a value get their defaults */
    int trial;       /* that it became, or one of the above */
    int64_t request; /* that it came with; -1: none */
} vvi_queued;
typedef struct vvi_queue {
    vvi_arena arena;
    vvi_queued *list;
    size_t n;
} vvi_queue;
/* What the caller gives. BAD_ARG: it is not what it should be. */
vv_status vvi_queue_new(vvi_search *search, vv_error *error);
/* Puts what the study keeps before it, and leaves out what is kept already; all of it is kept then. */
vv_status vvi_queue_open(vvi_search *search, size_t n_trials, vv_error *error);
void vvi_queue_free(vvi_search *search);
vvi_queued *vvi_queue_next(const vvi_search *search); /* NULL: none waits */
size_t vvi_queue_waiting(const vvi_search *search);
/* Takes what the study keeps now in place of it. */
vv_status vvi_queue_read(vvi_search *search, size_t n_trials, vv_error *error);
/* Adds what a request wants to be tried, once, and says what was done, or why it cannot be. While it is this worker's turn
 * to propose. *stopped: `stop` said so, and nothing was done. */
vv_status vvi_queue_add(vvi_search *search, const vv_request *request, size_t n_trials, bool *stopped,
                        char answer[VVI_ANSWER_SIZE], vv_error *error);
/* Says what became of one, in the study too. */
vv_status vvi_queue_settle(vvi_search *search, vvi_queued *queued, int trial, vv_error *error);
/* "a=1, b=sgd", cut to fit. */
void vvi_queued_describe(const vvi_queued *queued, char *text, size_t size);

/* values.c: {"a": 1, "b": "sgd"} and back. `object`: a json_t; `what`, for the error: "enqueued configuration 2". */
void vvi_values_write(vvi_text *text, const vv_assignment *values, size_t n);
vv_status vvi_values_read(const void *object, const char *what, vvi_arena *arena, const vv_assignment **values,
                          size_t *n, vv_error *error);

/* In a child. The domain's value that a given one stands for; false: there is none. */
bool vvi_value_fit(const vv_domain *domain, vv_value given, vv_value *value);
/* The configuration with the values that were enqueued; what it does not say is as in `base` (NULL: none), or drawn. A
 * build that is not buildable: why it cannot be a trial is in its reason. */
vv_status vvi_enqueued_build(const vvi_search *search, const vvi_queued *queued, const vv_hp *base, const vv_past *past,
                             int trial, vvi_build *build, vv_error *error);
/* What the caller enqueues must be configurations: names and values that there are. In a child of its own. */
vv_status vvi_enqueued_check(vvi_search *search, double limit_s, bool *stopped, vv_error *error);

/* ---- what another study has learnt (earlier.c) -------------------------------------------------------------------- */

typedef struct vvi_earlier_trial {
    const vv_assignment *values;
    size_t n_values;
    vv_trial_status status;
    const double *scores; /* NULL: none */
    double violation;
    int epochs;
} vvi_earlier_trial;
typedef struct vvi_earlier {
    vvi_arena arena;
    vvi_earlier_trial *list;
    size_t n;
    int fit; /* how many of them the hypermodel can be built with */
} vvi_earlier;
/* Is there another study to begin with, whose scores mean what these will? */
vv_status vvi_earlier_check(const vvi_search *search, vv_error *error);
/* What the study keeps; or else what the caller's other study holds, which is kept then. */
vv_status vvi_earlier_open(vvi_search *search, size_t n_trials, vv_error *error);
void vvi_earlier_close(vvi_search *search);
/* In a child: tells them; *n is how many fit, whose ids in the oracle's past come before all others. */
vv_status vvi_earlier_tell(const vvi_search *search, vv_oracle *oracle, int *n, vv_error *error);

/* How the answer to a request begins that was not carried out (study.h). */
#define VVI_REFUSED "refused: "

/* ---- when it ends (stop.c) ---------------------------------------------------------------------------------------- */

/* What is known of a study that decides whether there is a reason to stop. */
vv_status vvi_stop_look(const vvi_search *search, vvi_stand *standing, vv_error *error);
/* A reason to begin nothing more; 0: none. */
vv_stop_reason vvi_stop_reason(const vvi_search *search, const vvi_stand *standing);
/* Would a trial that goes from `had` epochs to `goal` (0: all) exceed the limit of epochs? */
bool vvi_stop_exceeds(const vvi_search *search, const vvi_stand *standing, int had, int goal);
/* Time is counted over all searches of a study. */
vv_status vvi_time_load(vvi_search *search, vv_error *error);
vv_status vvi_time_store(const vvi_search *search, vv_error *error);

/* ---- a trial --------------------------------------------------------------------------------------------------------
 */

/* What the child of a trial works from. */
typedef struct vvi_run {
    const vvi_search *search;
    const vv_trial *trial;    /* as it was claimed, with its curves: what it has is not done again */
    const char *checkpoint;   /* where the best weights go */
    int goal;                 /* epochs after which it is paused; 0: none */
    const volatile int *stop; /* in memory shared with the parent: becomes non-zero when it shall stop; NULL: never */
    double state_part;        /* of the time, that may go into writing states; 0: a twentieth */
} vvi_run;
/* run.c: all executions, reporting to fd. The exit code. */
int vvi_run_child(const vvi_run *run, int fd);
/* The key of all that is random in an execution. */
uint64_t vvi_run_seed(const vvi_run *run, int execution);

/* trial.c: a trial of this worker's, RUNNING, in a process of its own. */
typedef struct vvi_attempt vvi_attempt;
/* Owned: vvi_attempt_free. */
vv_status vvi_attempt_begin(const vvi_search *search, int id, vvi_attempt **attempt, vv_error *error);
void vvi_attempt_free(vvi_attempt *attempt); /* NULL is fine; a process that is at work is killed, and nothing stored */
const vv_trial *vvi_attempt_trial(const vvi_attempt *attempt);
vvi_working *vvi_attempt_working(vvi_attempt *attempt);
/* The trial is not this worker's any more: its process is killed, nothing more is stored of it. */
void vvi_attempt_lose(vvi_attempt *attempt);
bool vvi_attempt_is_lost(const vvi_attempt *attempt);
/* Somebody wants it to end: its process is killed; it is then PRUNED if it has epochs, else FAILED. */
void vvi_attempt_stop(vvi_attempt *attempt);
/* Its process has ended: stores what the trial came to, which may be that it is to be tried again. */
vv_status vvi_attempt_settle(vvi_attempt *attempt, vv_error *error);

/* files.c: in a study that machines share. `now`: whether or not it is time to. */
vv_status vvi_attempt_keep_states(vvi_attempt *attempt, bool now, vv_error *error);
vv_status vvi_attempt_keep_weights(vvi_attempt *attempt, vv_error *error);

/* ---- the pool (pool.c, answer.c) ------------------------------------------------------------------------------------ */

/* Runs trials, `workers` at once, until there is a reason to stop. */
vv_status vvi_pool_run(vvi_search *search, vv_stop_reason *reason, vv_error *error);
int vvi_pool_running(const vvi_search *search); /* trials that run now */

/* What is to be done after an answer. Nothing of it: ask again. */
typedef struct vvi_decision {
    int id;                /* a trial that has begun and is this worker's; -1: none */
    vv_stop_reason reason; /* nothing more is to be begun; 0: none */
    bool waits;            /* nothing can be said until some trial has ended */
} vvi_decision;
/* `room`: a trial that begins can be run here and now. */
vv_status vvi_answer_follow(vvi_search *search, const vvi_proposal *proposal, bool room, vvi_decision *decision,
                            vv_error *error);
/* BAD_ARG: nothing builds; the most frequent reason. */
vv_status vvi_answer_nothing_builds(const vvi_proposal *proposal, vv_error *error);

/* by_hand.c: vv_study_open that waits for others who are at it for a moment. */
vv_status vvi_study_open_soon(const char *project, vv_study_mode mode, vv_study **study, vv_error *error);

/* prune.c: is a trial to be ended? */
typedef struct vvi_pruning vvi_pruning;
/* Owned: vvi_pruning_free. NULL: no memory. */
vvi_pruning *vvi_pruning_new(const vvi_search *search, int id);
void vvi_pruning_free(vvi_pruning *pruning); /* NULL is fine */
/* After an epoch of an execution: takes its value of the objective. *reason is borrowed until the next call; NULL: it
 * goes on. The last epoch of all is not judged. */
vv_status vvi_pruning_epoch(vvi_pruning *pruning, int execution, double value, const char **reason, vv_error *error);
/* What is stored of an execution that is gone on with, before its next epoch: judged once, by all of it. */
vv_status vvi_pruning_stored(vvi_pruning *pruning, int execution, const double *values, size_t n, const char **reason,
                             vv_error *error);
/* After an execution, with its score. */
vv_status vvi_pruning_execution(vvi_pruning *pruning, double score, const char **reason, vv_error *error);

/* stop_trial.c: a trial that does not run in this process ends as somebody wants it to; `answer` says what was done, or why
 * not. *left: it is another worker's, and there is no answer. */
vv_status vvi_trial_stop(vvi_search *search, int id, bool *ended, bool *left, char answer[VVI_ANSWER_SIZE],
                         vv_error *error);

/* run_state.c: where an execution's training state is. */
enum { VVI_PATH_SIZE = 4096 };
vv_status vvi_trial_state_path(const vvi_search *search, int id, int execution, char path[VVI_PATH_SIZE],
                               vv_error *error);
void vvi_trial_drop_states(const vvi_search *search, int id); /* it is to begin anew */
/* pause.c. At the end of the oracle's plan: what is PAUSED becomes PRUNED. */
vv_status vvi_search_eliminate(const vvi_search *search, vv_error *error);

/* judge.c: what a trial has come to so far, from its curves and its network. */
typedef struct vvi_judgement {
    double scores[VV_MAX_OBJECTIVES]; /* the mean over executions of each one's best epoch; of a cost: the cost */
    size_t n_scores;    /* one for each objective; 0: some execution has no epoch with a finite objective */
    vv_maybe violation; /* not set: there are no constraints, or no scores */
} vvi_judgement;
/* `trial`: read with its curves. An execution's best epoch is the first with the best finite value of search->objective. */
vv_status vvi_trial_judge(const vvi_search *search, const vv_trial *trial, vvi_judgement *judgement, vv_error *error);

/* search.c: what is to be done, and said, when one has ended, or is to be tried again. */
vv_status vvi_search_after_trial(vvi_search *search, int id, vv_error *error);
/* search.c: a search's arguments are settled, and what it needs is there, while `task` runs. */
typedef vv_status (*vvi_search_task)(vvi_search *search, void *context, vv_error *error);
vv_status vvi_search_prepared(const vv_search_args *args, vvi_search_task task, void *context, vv_error *error);
/* What can be wrong before there is a study. Looks at the space: search->explanation. */
vv_status vvi_search_check(vvi_search *search, bool *stopped, vv_error *error);
/* Are the facts of an opened study, and its trials, this search's? Writes the facts that are not there. */
vv_status vvi_search_meet(vvi_search *search, size_t *trials_before, bool *stopped, vv_error *error);
/* Fills in what all events have in common and hands it to the caller's on_event. */
void vvi_search_say(const vvi_search *search, vv_event event);

#endif
