/* explain.c - the steps of an explanation, in order. */
#include "explain/budget.h"
#include "explain/counts.h"
#include "explain/dead.h"
#include "explain/describe.h"
#include "explain/notes.h"
#include "explain/ranges.h"
#include "explain/sizes.h"

#include <math.h>

/* For all of it; and how much of that to find out what there is. Only where a build takes far longer than it should does
 * it matter. */
static const double usual_seconds = 4, share_of_discovery = 0.375;

/* ---- steps ------------------------------------------------------------------------------------------------------ */

static vv_status discover(vvi_explainer *x, vv_error *error)
{
    const vv_builder builder = vvi_explain_builder(x);
    const double seconds = x->args->seconds > 0 ? x->args->seconds : usual_seconds;
    x->discovery_s = seconds * share_of_discovery;
    x->until_s = vvi_clock_s() + seconds;
    const vvi_discover_args args = { .builder = &builder, .seconds = x->discovery_s };
    VVI_TRY(vvi_space_discover(&args, x->arena, x->space, error));
    x->until_s = fmax(x->until_s, vvi_clock_s() + x->discovery_s / 2);
    x->builds = x->space->builds;
    x->n_asked_by_build = x->source.has_fit ? x->space->n_asked : 0;
    x->asked_by_build = vvi_arena_alloc(&x->scratch, x->space->n_asked + 1);
    return x->asked_by_build == NULL ? vvi_no_memory(error) : VV_OK;
}

/* The farthest refusal: what stands in the way when all else has gone well. */
static const char *find_refusal(const vv_space *space)
{
    const vvi_outcome *farthest = NULL;
    for (uint32_t i = 0; i < space->n_outcomes; i++)
        if (!space->outcomes[i].buildable && (farthest == NULL || space->outcomes[i].progress > farthest->progress))
            farthest = &space->outcomes[i];
    return farthest == NULL ? "nobody knows why" : farthest->reason;
}

static vv_status check_buildable(const vvi_explainer *x, vv_error *error)
{
    size_t n = 0;
    for (size_t i = 0; i < x->cases.n; i++) n += x->cases.list[i].buildable;
    if (n > 0) return VV_OK;
    const bool exact = vvi_space_is_exact(x->space);
    char text[VVI_FORMAT_SIZE];
    const uint64_t all = exact ? (x->space->total.n == 0 ? 0 : x->space->total.limbs[0]) : x->cases.n;
    return vvi_fail(error, exact ? VV_BAD_ARG : VV_NOT_FOUND, "none of %s configurations%s can be built: %s",
                    vvi_format_count(all, text), exact ? "" : " drawn at random", find_refusal(x->space));
}

static vv_status collect(vvi_explainer *x, vv_error *error)
{
    VVI_TRY(vvi_cases_collect(x, error));
    VVI_TRY(check_buildable(x, error));
    x->order = vvi_arena_alloc(&x->scratch, (x->space->n_asked + 1) * sizeof *x->order);
    x->check_from = x->cases.all ? 0 : x->space->root != VVI_NONE ? 1 : x->cases.n / 2; /* the first is the default */
    vvi_trace *traces = vvi_arena_alloc(&x->scratch, (x->cases.n + 1) * sizeof *traces);
    if (x->order == NULL || traces == NULL || !vvi_space_order(x->space, x->order)) return vvi_no_memory(error);
    const size_t n = x->cases.all ? 0 : x->cases.n / 2;
    for (size_t i = 0; i < n; i++) traces[i] = x->cases.list[i].trace;
    VVI_TRY(vvi_rows_make(x->space, traces, n, &x->scratch, &x->rows, error));
    if (!x->rows.complete) x->check_from = n;
    return VV_OK;
}

static vv_status describe(vvi_explainer *x, vv_error *error)
{
    vvi_effects *effects_of = vvi_arena_alloc(&x->scratch, (x->space->n_domains + 1) * sizeof *effects_of);
    if (effects_of == NULL) return vvi_no_memory(error);
    VVI_TRY(vvi_effects_find(x, effects_of, error));
    VVI_TRY(vvi_unused_check(x, effects_of, error));
    return vvi_describe(x, effects_of, error);
}

static vv_status explain(vvi_explainer *x, vv_error *error)
{
    VVI_TRY(discover(x, error));
    VVI_TRY(collect(x, error));
    x->e->standing = vvi_standing(x);
    VVI_TRY(vvi_subjects_find(x, error));
    VVI_TRY(vvi_sizes_explain(x, error));
    VVI_TRY(vvi_counts_explain(x, error));
    VVI_TRY(vvi_dead_find(x, &x->e->never_builds, &x->e->n_never_builds, error));
    VVI_TRY(vvi_one_explain(x, error));
    VVI_TRY(describe(x, error));
    VVI_TRY(vvi_ranges_explain(x, error));
    VVI_TRY(vvi_budget_explain(x, error));
    return vvi_notes_explain(x, error);
}

vv_status vvi_explain(const vvi_source *source, const vv_explain_args *args, vvi_arena *arena,
                      vv_explanation **explanation, vv_error *error)
{
    vvi_explainer x = { .source = *source, .args = args, .arena = arena };
    x.e = vvi_arena_alloc(arena, sizeof *x.e);
    x.space = vvi_arena_alloc(arena, sizeof *x.space);
    if (x.e == NULL || x.space == NULL) return vvi_no_memory(error);
    vvi_space_init(x.space, arena);
    x.e->space = x.space;
    const vv_status status = explain(&x, error);
    x.e->builds = x.builds;
    vvi_space_seal(x.space);
    vvi_build_deinit(&x.other);
    vvi_arena_deinit(&x.scratch);
    if (status == VV_OK) *explanation = x.e;
    return status;
}

void vv_explanation_free(vv_explanation *explanation)
{
    vvi_owned_explanation *owned = (vvi_owned_explanation *)(void *)explanation;
    if (owned != NULL) owned->end(owned);
}
