/* random.c - random search: every value uniform over its own domain (Bergstra, Bengio: Random search for
 * hyper-parameter optimization; JMLR 13, 2012).
 *
 * The draw of a value is a function of (seed, trial, attempt, name): the order of asking, the history, and how many
 * workers there are do not change it. Which hyperparameters are drawn at all follows from the values drawn before, so a
 * structure that has many configurations is not drawn more often than one that has few. Values from which nothing can be
 * built are left out where they are known: the others have the same chances among themselves.
 */
#include "search/search.h"

typedef struct random_draw {
    const vv_space *space;
    vv_space_walk walk; /* of the running attempt */
    vvi_key trial, attempt;
} random_draw;

static bool choose_uniformly(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    random_draw *draw = context;
    vvi_stream stream = vvi_stream_begin(vvi_key_int(draw->attempt, (int64_t)vvi_asked_hash(domain)));
    *value = vv_space_value(&draw->walk, name, domain, vvi_stream_unit(&stream));
    return true;
}

static vv_chooser begin_attempt(void *context, uint64_t attempt)
{
    random_draw *draw = context;
    draw->walk = (vv_space_walk){ .space = draw->space };
    draw->attempt = vvi_key_int(draw->trial, (int64_t)attempt);
    return (vv_chooser){ choose_uniformly, draw };
}

static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    random_draw draw = { .space = question->space,
                         .trial = vvi_key_int(vvi_key_new(question->seed, "random search"), question->trial) };
    const vv_sampler sampler = { begin_attempt, &draw };
    return vv_oracle_propose(question, &sampler, answer, error);
}

const vv_oracle_kind vvi_oracle_random = {
    .name = "random",
    .summary = "random search: every value uniform over its range",
    .paper = "Bergstra, Bengio: Random search for hyper-parameter optimization, JMLR 13, 2012",
    .most_objectives = VV_MAX_OBJECTIVES,
    .ask = ask,
};
