/* grid.c - grid search: every combination of values, in order.
 *
 * The order is that of asking: the hyperparameter that is asked for first changes slowest, the last one fastest; values
 * ascend, choices come as they were given. Only active hyperparameters count, so a combination is a configuration; a range
 * that depends on values before it has a grid of its own. Which values ranges have is told in raster.c.
 *
 * The answer is the first combination in that order that builds and was not tried: whatever else the past holds, and
 * wherever a search was stopped, the rest is the same. What is remembered is how far all was tried or did not build, which
 * more trials do not change. An oracle without that memory walks there anew, one build for each combination.
 *
 * Where nothing is known of a space, a stretch of more than MOST_REFUSED combinations that do not build is given up.
 */
#include "search/raster.h"

#include <string.h>

enum { MOST_REFUSED = 1 << 18 };

static const vv_option_row options[] = {
    { .name = "points",
      .preset = 5,
      .min = 2,
      .max = 1000,
      .whole = true,
      .help = "how many values a continuous range has, both ends included" },
    { .name = "most",
      .preset = 1000,
      .min = 1,
      .max = 1000000,
      .whole = true,
      .help = "ranges of more values than this have as many as a continuous one" },
};

/* The cache. */
typedef struct grid {
    vvi_raster raster;
    vvi_route route;
    vvi_walk_args args;
    vvi_walker *walker; /* everything before it is done with; NULL: at the start */
    bool is_done;       /* all is */
    bool is_counted;
    double total;
} grid;

static void start_again(grid *g)
{
    vvi_walker_free(g->walker);
    g->walker = NULL;
    g->is_done = false;
    g->raster.failed = false;
}

static void free_grid(void *memory)
{
    grid *g = memory;
    start_again(g);
    vvi_raster_deinit(&g->raster);
    vvi_free(g);
}

static void set_rule(const vv_question *question, vvi_raster *raster)
{
    raster->points = (uint32_t)question->options[0];
    raster->most = (uint64_t)question->options[1];
    raster->space = question->space;
}

/* NULL: no memory. */
static grid *cached(const vv_question *question)
{
    if (question->cache->memory == NULL) {
        question->cache->memory = vvi_calloc(1, sizeof(grid));
        question->cache->free = free_grid;
    }
    return question->cache->memory;
}

static grid *take_up(const vv_question *question)
{
    grid *g = cached(question);
    if (g == NULL) return NULL;
    if (g->walker == NULL) set_rule(question, &g->raster);
    g->route = vvi_raster_route(&g->raster);
    g->args = (vvi_walk_args){ .builder = question->builder, .route = &g->route };
    if (g->walker == NULL) g->walker = vvi_walker_new(&g->args);
    return g->walker == NULL ? NULL : g;
}

/* A stretch that does not build is told of with the combination that ends it, as if the walk had begun there. */
static void forget_refusals(vv_answer *answer)
{
    if (answer->refused > 0) memset(answer->refusals, 0, sizeof answer->refusals);
    answer->refused = answer->duplicates = 0;
}

static vv_status look_at_one(const vv_question *question, grid *g, vv_answer *answer, vv_error *error)
{
    vvi_build *drawn = &question->session->drawn;
    bool endless, more;
    const vv_status status = vvi_walker_build(g->walker, drawn, &endless, error);
    if (g->raster.failed) return vvi_no_memory(error);
    VVI_TRY(status);
    vvi_propose_consider(question, drawn, answer);
    if (answer->kind == VV_ANSWER_PROPOSAL) return VV_OK;
    if (answer->duplicates > 0) forget_refusals(answer);
    VVI_TRY(vvi_walker_advance(g->walker, &more, error));
    g->is_done = !more;
    return VV_OK;
}

static void say_what_is_done(const grid *g, vv_answer *answer)
{
    vvi_line line = { .text = answer->note, .size = sizeof answer->note };
    if (g->raster.thinned[0] == '\0') return;
    vvi_line_printf(&line, "the grid is used up, not the space: %s, for one, has %u points (option points)",
                    g->raster.thinned, (unsigned)g->raster.points);
}

static vv_status look(const vv_question *question, grid *g, vv_answer *answer, vv_error *error)
{
    while (answer->kind == 0) {
        if (g->is_done) {
            answer->kind = g->raster.thinned[0] == '\0' ? VV_ANSWER_EXHAUSTED : VV_ANSWER_DONE;
            say_what_is_done(g, answer);
        } else if (answer->refused >= MOST_REFUSED) {
            answer->kind = VV_ANSWER_GAVE_UP;
            start_again(g); /* to end at the same place when asked again */
        } else {
            VVI_TRY(look_at_one(question, g, answer, error));
        }
    }
    return vvi_propose_finish(question, answer, error);
}

static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    grid *g = take_up(question);
    if (g == NULL) return vvi_no_memory(error);
    const vv_status status = look(question, g, answer, error);
    if (status != VV_OK) start_again(g);
    return status;
}

static vv_status count(const vv_question *question, double *total, vv_error *error)
{
    grid *g = cached(question);
    vvi_raster raster = { 0 }; /* the cached one is the walker's */
    if (g == NULL) return vvi_no_memory(error);
    set_rule(question, &raster);
    const vv_status status = g->is_counted ? VV_OK : vvi_raster_count(&raster, question->builder, &g->total, error);
    g->is_counted = status == VV_OK;
    *total = g->total;
    vvi_raster_deinit(&raster);
    return status;
}

const vv_oracle_kind vvi_oracle_grid = {
    .name = "grid",
    .summary = "grid search: every combination, the hyperparameter asked for first changing slowest, values ascending",
    .paper = "none: the oldest way; what it costs against random draws: Bergstra, Bengio, JMLR 13, 2012",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .most_objectives = VV_MAX_OBJECTIVES,
    .ask = ask,
    .count = count,
};
