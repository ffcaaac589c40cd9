/* search.h - oracles: ways to propose the next trial.
 *
 * An oracle is a function of the space, the past and the seed; whatever it remembers can be rebuilt from them, so that
 * stopping and resuming never changes what it proposes. A user's own oracle is the same struct as ours
 * (examples/custom_oracle.c).
 *
 *     vv_oracle *oracle = NULL;
 *     vv_answer answer;
 *     vv_status status = vv_oracle_open(&args, &oracle, &error);   args: .spec = "tpe", .builder = builder, .seed = 1
 *     while (status == VV_OK && (status = vv_oracle_ask(oracle, &answer, &error)) == VV_OK &&
 *            answer.kind == VV_ANSWER_PROPOSAL) {
 *         const double x = vv_hp_find(answer.hp, "x")->value.f, loss = evaluate(x);
 *         const vv_past_trial trial = { .id = answer.trial, .status = VV_TRIAL_COMPLETED, .scores = &loss };
 *         status = vv_oracle_begin(oracle, answer.hp, &error);
 *         if (status == VV_OK) status = vv_oracle_tell(oracle, &trial, &error);
 *     }
 *     vv_oracle_close(oracle);
 *
 * Oracles that halve (vv_oracle_kind.halves) also ask for less than a whole trial (answer.epochs: tell it as PAUSED, with
 * its epochs and the score so far) and for paused ones to go on (VV_ANSWER_RESUME).
 */
#ifndef VARVE_SEARCH_H
#define VARVE_SEARCH_H

#include <varve/space.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- trials ------------------------------------------------------------------------------------------------------ */

typedef enum vv_trial_status {
    VV_TRIAL_RUNNING = 1,
    VV_TRIAL_COMPLETED,
    VV_TRIAL_FAILED,      /* with a reason: NaN loss, a crash, ... */
    VV_TRIAL_INTERRUPTED, /* stopped on request, or its worker died: whoever takes it goes on from what it had reported */
    VV_TRIAL_PRUNED,      /* ended early, by a pruner or because others were better; its curve is kept */
    VV_TRIAL_PAUSED,      /* trained as far as its oracle asked for; may go on as the same trial */
    VV_TRIAL_WAITING      /* has its values, and nobody runs it yet */
} vv_trial_status;
const char *vv_trial_status_name(vv_trial_status status); /* "COMPLETED"; never NULL. Static storage */

/* What an oracle may know of a trial. */
typedef struct vv_past_trial {
    int id;                  /* counted from 0, without gaps */
    vv_trial_status status;
    const double *scores;    /* one for each objective; of a PAUSED or PRUNED one those of the epochs it had; NULL: none */
    double violation;        /* how far constraints are exceeded, in sum; 0: they are kept */
    int epochs;              /* it was trained for; 0: not known */
    const vv_active *values; /* its active values in the order of asking; looked at when the id is new */
    size_t n_values;
} vv_past_trial;

/* All trials that an oracle may know of. Names and domains are kept once, values as numbers: a trial of ten
 * hyperparameters takes some 170 bytes. */
typedef struct vv_past vv_past;
enum { VV_MAX_OBJECTIVES = 8 };
/* `maximize`: one for each of 1..VV_MAX_OBJECTIVES objectives; NULL: none is. Owned: free with vv_past_free. NULL: no
 * memory. */
vv_past *vv_past_new(size_t n_objectives, const bool *maximize);
void vv_past_free(vv_past *past); /* NULL is fine */
/* A new trial (its id is the count), or news of one that is there, whose values stay. Everything is copied. BAD_ARG: an
 * id beyond the count; a value outside its domain. */
vv_status vv_past_put(vv_past *past, const vv_past_trial *trial, vv_error *error) VV_MUST_USE;
size_t vv_past_count(const vv_past *past);
/* One trial, without its values (NULL). Scores are borrowed until the next put. */
vv_past_trial vv_past_at(const vv_past *past, int id);
/* One of its values, borrowed from the past. */
vv_active vv_past_value(const vv_past *past, int id, size_t index);
/* The k-th score as something to be minimized: negated where the objective is maximized. NaN: there is none. */
double vv_past_loss(const vv_past *past, int id, size_t objective);
/* Puts and news so far, and whose they were: what changed since the last ask is at the end. */
size_t vv_past_changes(const vv_past *past);
int vv_past_changed(const vv_past *past, size_t change);

/* ---- building ---------------------------------------------------------------------------------------------------- */

/* What one build came to, for telling builds apart. */
typedef struct vv_built {
    uint64_t digest;    /* equal where the same was built: layers, fields, shapes, training */
    uint64_t structure; /* equal where the same kinds of layers are connected in the same way */
    uint64_t progress;  /* how far it came, in layers: of two refusals the farther one tells more */
} vv_built;

/* One run of the build function, seen as a question: the builder asks `hp` for hyperparameters and answers VV_OK (this
 * configuration can be built) or why not, in `reason`. VV_BAD_SHAPE and whatever else a build says of its own values
 * are refusals; VV_NO_MEMORY and errors of the hp itself end the search. *built is zeroed before the call; members that
 * do not apply stay 0. */
typedef struct vv_builder {
    vv_status (*build)(void *context, vv_hp *hp, vv_built *built, vv_error *reason);
    void *context;
} vv_builder;

/* ---- options ----------------------------------------------------------------------------------------------------- */

/* One option of an oracle or pruner. Its value is a number; of one with words, the index of the word. */
typedef struct vv_option_row {
    const char *name;
    double preset, min, max;  /* inclusive */
    bool whole;               /* integers only */
    const char *const *words; /* ends in NULL; NULL: a number */
    const char *help;         /* one line */
} vv_option_row;
enum { VV_MAX_OPTIONS = 12 };

/* ---- asking ------------------------------------------------------------------------------------------------------ */

/* What an oracle remembers between asks, all of it rebuilt from the past when it is not there. Zeroed at first. */
typedef struct vv_cache {
    void *memory;
    void (*free)(void *memory);
} vv_cache;

typedef struct vv_question {
    const vv_builder *builder;
    const vv_space *space; /* what discovery learnt of it (space.h); NULL: nothing */
    const vv_past *past;
    uint64_t seed;
    int trial;             /* the id that a proposal will get */
    size_t n_objectives;
    const double *options; /* by the rows of the kind's table */
    int max_trials;        /* that the search will run; 0: no limit, as below */
    int epochs;            /* of one whole trial; 0: trials have none */
    int max_epochs_total;
    vv_cache *cache;
    struct vvi_session *session; /* internal */
} vv_question;

typedef enum vv_answer_kind {
    VV_ANSWER_PROPOSAL = 1,
    VV_ANSWER_RESUME,    /* the PAUSED trial `trial` shall go on */
    VV_ANSWER_WAIT,      /* nothing can be said until a trial that runs has ended */
    VV_ANSWER_EXHAUSTED, /* no configuration is left that builds and was not tried: all of the space was looked at */
    VV_ANSWER_GAVE_UP,   /* a great many draws, none of them new and buildable; whether there is one is not known */
    VV_ANSWER_DONE       /* the oracle's plan is carried out; the space may hold more (a coarse grid, Hyperband) */
} vv_answer_kind;

/* Draws that did not build for one reason. */
typedef struct vv_refusal {
    char reason[VV_ERROR_SIZE];
    char values[VV_ERROR_SIZE]; /* the first one's active values as "num_layers=4, ..." (cut to fit) */
    int64_t n;
} vv_refusal;

/* Reasons that one answer tells apart. Further ones share the last place, which then reads "other reasons". */
#define VV_ANSWER_REASONS 5

typedef struct vv_answer {
    vv_answer_kind kind;
    const vv_hp *hp;     /* PROPOSAL: the finished build's handle, holding the active values; borrowed from the oracle until
                            the next ask */
    int trial;           /* PROPOSAL: the id that it will get; RESUME: the id that it has */
    int epochs;          /* how many epochs the trial shall have had when it stops next; 0: all */
    int refused;         /* draws that did not build */
    vv_refusal refusals[VV_ANSWER_REASONS]; /* the same by reason, as they came; n 0: no more */
    int duplicates;      /* draws that had been tried */
    char note[200];      /* what the oracle has to say, e.g. which method it chose and why; "": nothing */
} vv_answer;

typedef struct vv_oracle_kind {
    const char *name;    /* "random": on the command line, in files; never changes */
    const char *summary; /* one line */
    const char *paper;   /* where the method comes from */
    const vv_option_row *options;
    size_t n_options;       /* at most VV_MAX_OPTIONS */
    size_t most_objectives; /* that it can improve at once; 0: 1 */
    bool halves;            /* it pauses and resumes trials: needs epochs, and does a pruner's work */
    bool plans;             /* what it does depends on max_trials and max_epochs_total: a study keeps to those it began with */
    vv_status (*ask)(const vv_question *question, vv_answer *answer, vv_error *error);
    /* How many configurations its plan holds, tried or not; NaN: too many to find out. NULL: it goes on for ever. */
    vv_status (*count)(const vv_question *question, double *total, vv_error *error);
} vv_oracle_kind;

/* The registry, in the order of the numbers below. NULL past the end / for an unknown name. */
#define VV_SEARCH_MAP(X)     \
    X(AUTO, "auto")          \
    X(RANDOM, "random")      \
    X(GRID, "grid")          \
    X(SOBOL, "sobol")        \
    X(BAYESIAN, "bayesian")  \
    X(TPE, "tpe")            \
    X(CMAES, "cmaes")        \
    X(EVOLUTION, "evolution") \
    X(HYPERBAND, "hyperband") \
    X(BOHB, "bohb")
typedef enum vv_search_kind {
#define VV_SEARCH_ENUM(id, name) VV_SEARCH_##id,
    VV_SEARCH_MAP(VV_SEARCH_ENUM)
#undef VV_SEARCH_ENUM
} vv_search_kind;
/* Static storage. */
const char *vv_search_kind_name(vv_search_kind kind); /* "tpe"; never NULL ("unknown") */
const vv_oracle_kind *vv_oracle_at(size_t index);
const vv_oracle_kind *vv_oracle_find(const char *name);

/* ---- an oracle at work ------------------------------------------------------------------------------------------- */

typedef struct vv_oracle vv_oracle;
typedef struct vv_oracle_args {
    const char *spec;           /* "tpe", "tpe:startup=20,group=off"; NULL: the default, see vv_oracle_at(0) */
    const vv_oracle_kind *kind; /* a kind of the caller's own instead; spec may then give options: ":a=1" */
    vv_builder builder;         /* required */
    const vv_space *space;      /* borrowed until close, as the kind is */
    uint64_t seed;
    size_t n_objectives;        /* 0: 1 */
    const bool *maximize;       /* n_objectives of them; NULL: none is maximized */
    int max_trials, epochs, max_epochs_total; /* see vv_question */
} vv_oracle_args;
/* *oracle is owned: vv_oracle_close. BAD_ARG: no such oracle, no such option, a value out of range, too many objectives;
 * no builder; the text says what there is. */
vv_status vv_oracle_open(const vv_oracle_args *args, vv_oracle **oracle, vv_error *error) VV_MUST_USE;
void vv_oracle_close(vv_oracle *oracle); /* NULL is fine */
/* A proposal is not a trial before it is told to be one. Errors: those of the builder that are no refusals; NO_MEMORY. */
vv_status vv_oracle_ask(vv_oracle *oracle, vv_answer *answer, vv_error *error) VV_MUST_USE;
/* A trial with the values of `hp`, which is RUNNING; its id is the count of trials. As vv_past_put. */
vv_status vv_oracle_begin(vv_oracle *oracle, const vv_hp *hp, vv_error *error) VV_MUST_USE;
/* What has become of a trial, as vv_past_put: of one that was begun (its values stay), or, with its values, of one from
 * elsewhere, whose id is the count of trials. PAUSED and PRUNED ones are told with their epochs. */
vv_status vv_oracle_tell(vv_oracle *oracle, const vv_past_trial *trial, vv_error *error) VV_MUST_USE;
/* How many configurations the oracle will propose in all, if it comes to its end: "trial 12 of 328". NaN: it has no
 * plan with an end, or one that is too large to be counted. Errors: as for vv_oracle_ask. */
vv_status vv_oracle_plan(vv_oracle *oracle, double *total, vv_error *error) VV_MUST_USE;
/* What it knows, and what it is. Borrowed until vv_oracle_close. */
const vv_past *vv_oracle_past(const vv_oracle *oracle);
const vv_oracle_kind *vv_oracle_kind_of(const vv_oracle *oracle);
/* Name and options as a spec that means the same, options in the order of the table, those with their presets left out.
 * As snprintf. */
int vv_oracle_spec(const vv_oracle *oracle, char *text, size_t size);

/* ---- for those who write one ------------------------------------------------------------------------------------- */

/* A way to draw: attempt 0, 1, ... of one ask. Gives a chooser for it, valid until the next call. Attempts must differ:
 * each follows on one that does not build or was tried. */
typedef struct vv_sampler {
    vv_chooser (*attempt)(void *context, uint64_t attempt);
    void *context;
} vv_sampler;

/* Draws until a configuration builds and was not tried; after many unlucky draws in a row looks at the whole space, and
 * takes one of what is left, each with the same chance, or answers EXHAUSTED; GAVE_UP where looking settles nothing. Errors:
 * as for vv_oracle_ask. */
vv_status vv_oracle_propose(const vv_question *question, const vv_sampler *sampler, vv_answer *answer,
                            vv_error *error) VV_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
