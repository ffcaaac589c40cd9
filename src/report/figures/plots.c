/* plots.c - the kinds of plots there are, in the order of pages. A new one is a file plot_*.c and a row here. */
#include "report/figures/plots.h"

#include <math.h>
#include <string.h>

static const vvi_plot_kind kinds[] = {
    { "history", "History", "every trial's score in the order of trials, and the best so far", vvi_plot_history },
    { "curves", "Learning curves", "the objective by epoch, of all trials", vvi_plot_curves },
    { "slice", "Slices", "the score against each hyperparameter", vvi_plot_slice },
    { "parallel", "Parallel coordinates", "trials as lines through all their hyperparameters", vvi_plot_parallel },
    { "contour", "Contour", "the score to be expected over two hyperparameters", vvi_plot_contour },
    { "importance", "Importance", "which hyperparameters matter, and how sure that is", vvi_plot_importance },
    { "depth", "Depth", "the score by layers, networks as piles of them", vvi_plot_depth },
    { "pareto", "Pareto front", "objectives against each other", vvi_plot_pareto },
    { "intermediate", "Pruned trials", "the courses of pruned trials, and where they ended", vvi_plot_intermediate },
    { "timeline", "Timeline", "which worker ran which trial, and when", vvi_plot_timeline },
    { "cost", "Cost", "the score against parameters, operations and bytes", vvi_plot_cost },
};

const vvi_plot_kind *vvi_plot_at(size_t index)
{
    return index < sizeof kinds / sizeof kinds[0] ? &kinds[index] : NULL;
}

const vvi_plot_kind *vvi_plot_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
    return NULL;
}

/* ---- making ----------------------------------------------------------------------------------------------------------- */

static void take_objective(vvi_maker *m)
{
    const vvi_frame *frame = m->frame;
    const size_t k = m->args->objective;
    const bool known = k < frame->objectives.n;
    const double *scores = k < VV_MAX_OBJECTIVES ? frame->scores[k] : NULL;
    double *finite = vvi_make_numbers(m, frame->n);
    m->objective = known ? frame->objectives.list[k].name : "score";
    m->maximize = known && frame->objectives.list[k].maximize;
    for (size_t i = 0; finite != NULL && i < frame->n; i++) {
        finite[i] = scores != NULL && isfinite(scores[i]) ? scores[i] : (double)NAN;
        if (!isnan(finite[i])) m->scored++;
    }
    m->scores = finite;
}

static const char *take_text(vvi_maker *m, vvi_text *text)
{
    const char *taken = text->failed || text->n == 0 ? NULL : vvi_make_text(m, "%s", text->data);
    if (text->failed && m->status == VV_OK) m->status = vvi_no_memory(m->error);
    vvi_text_deinit(text);
    return taken;
}

vv_status vvi_plot_make(const vvi_plot_kind *kind, const vvi_plot_args *args, vvi_figure *figure, vv_error *error)
{
    *figure = (vvi_figure){ .kind = kind->name, .title = kind->title };
    vvi_maker m = { .args = args, .frame = args->frame, .figure = figure, .error = error };
    m.seed = args->seed != 0 ? args->seed : VVI_INSIGHT_SEED;
    if (args->objective > 0 && args->objective >= args->frame->objectives.n)
        return vvi_fail(error, VV_BAD_ARG, "there is no objective number %zu", args->objective);
    m.memo = args->memo != NULL ? args->memo : &m.own;
    take_objective(&m);
    if (m.status == VV_OK) kind->make(&m);
    vvi_plot_memo_deinit(&m.own);
    figure->caption = take_text(&m, &m.caption);
    figure->reduced = take_text(&m, &m.reduced);
    if (figure->caption == NULL) figure->caption = "";
    vvi_figure_settle(figure);
    return m.status;
}
