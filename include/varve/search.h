/* search.h - oracles: ways to propose the next trial.
 *
 * An oracle is a function of the space, the history and the seed; whatever it remembers can be rebuilt from them, so
 * that stopping and resuming never changes what it proposes. A user's own oracle is the same struct as ours.
 */
#ifndef VARVE_SEARCH_H
#define VARVE_SEARCH_H

#include <varve/space.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum vv_trial_status {
    VV_TRIAL_RUNNING = 1,
    VV_TRIAL_COMPLETED,
    VV_TRIAL_FAILED,     /* with a reason: NaN loss, a crash, ... */
    VV_TRIAL_INTERRUPTED, /* stopped on request; the next search runs it again with the same values */
    VV_TRIAL_PRUNED,      /* stopped early, by a pruner or eliminated; what it had reported is kept */
    VV_TRIAL_PAUSED       /* trained as far as its oracle asked for; may go on as the same trial */
} vv_trial_status;
const char *vv_trial_status_name(vv_trial_status status); /* "COMPLETED"; never NULL */

/* What an oracle may know of a trial. */
typedef struct vv_past_trial {
    int id;
    vv_trial_status status;
    double score;                /* of a completed trial */
    const vv_assignment *values; /* its active values */
    size_t n_values;
} vv_past_trial;

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

typedef struct vv_question {
    const vv_builder *builder;
    const vv_space *space; /* what discovery learnt of it (space.h); NULL: nothing */
    const vv_past_trial *history; /* by id */
    size_t n_history;
    uint64_t seed;
    int trial;     /* the id that the answer will get */
    bool maximize; /* is a larger score better? */
} vv_question;

typedef enum vv_answer_kind {
    VV_ANSWER_PROPOSAL = 1,
    VV_ANSWER_EXHAUSTED, /* no configuration is left that builds and was not tried: all of the space was looked at */
    VV_ANSWER_GAVE_UP    /* a great many draws, none of them new and buildable; whether there is one is not known */
} vv_answer_kind;

/* Draws that did not build for one reason. */
typedef struct vv_refusal {
    char reason[VV_ERROR_SIZE];
    char values[VV_ERROR_SIZE]; /* the first one's active values as "num_layers=4, ..." (cut to fit) */
    int64_t n;
} vv_refusal;

/* Reasons that one answer tells apart. Further ones share the last place, which then reads "other reasons". */
#define VV_ANSWER_REASONS 5

/* An answer; begin with zeros, end with vv_answer_deinit. */
typedef struct vv_answer {
    vv_answer_kind kind;
    vv_hp *hp;           /* PROPOSAL: the finished build's handle, holding the active values; owned by the answer */
    int refused;         /* draws that did not build */
    vv_refusal refusals[VV_ANSWER_REASONS]; /* the same by reason, as they came; n 0: no more */
    int duplicates;      /* draws that had been tried */
} vv_answer;
void vv_answer_deinit(vv_answer *answer);

typedef struct vv_oracle_kind {
    const char *name;    /* "random": on the command line, in files; never changes */
    const char *summary; /* one line */
    vv_status (*ask)(const vv_question *question, vv_answer *answer, vv_error *error);
} vv_oracle_kind;

/* The registry. NULL past the end / for an unknown name. */
const vv_oracle_kind *vv_oracle_at(size_t index);
const vv_oracle_kind *vv_oracle_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
