/* rank.c - in which order hyperparameters are shown. */
#include "report/figures/make.h"

#include <stdlib.h>
#include <string.h>

typedef struct place {
    double weight; /* negative: not known */
    size_t active, index;
} place;

static int before(const void *a, const void *b)
{
    const place *one = a, *two = b;
    if (one->weight < two->weight) return 1;
    if (one->weight > two->weight) return -1;
    if (one->active != two->active) return one->active < two->active ? 1 : -1;
    return one->index < two->index ? -1 : one->index > two->index;
}

static void take_weights(const vvi_frame *frame, const vvi_weights *weights, place *places)
{
    for (size_t k = 0; k < weights->n; k++)
        for (size_t i = 0; i < frame->n_variables; i++)
            if (strcmp(frame->variables[i].name, weights->list[k].name) == 0) places[i].weight = weights->list[k].share;
}

void vvi_plot_memo_deinit(vvi_plot_memo *memo)
{
    for (size_t i = 0; i < VVI_MOST_IMPORTANCES; i++)
        if (memo->known[i]) vvi_weights_deinit(&memo->weights[i]);
    *memo = (vvi_plot_memo){ .known = { false } };
}

const vvi_weights *vvi_make_weights(vvi_maker *m, size_t kind)
{
    vvi_plot_memo *memo = m->memo;
    if (m->status != VV_OK || kind >= VVI_MOST_IMPORTANCES) return NULL;
    if (memo->known[kind]) return &memo->weights[kind];
    m->status =
        vvi_importance(vvi_importance_at(kind), m->frame, m->args->objective, m->seed, &memo->weights[kind], m->error);
    memo->known[kind] = m->status == VV_OK;
    if (!memo->known[kind]) vvi_weights_deinit(&memo->weights[kind]);
    return memo->known[kind] ? &memo->weights[kind] : NULL;
}

/* The first kind of importance there is. */
static bool weigh(vvi_maker *m, place *places)
{
    const vvi_weights *weights = m->scored == 0 ? NULL : vvi_make_weights(m, 0);
    if (weights == NULL || weights->why != NULL) return false;
    take_weights(m->frame, weights, places);
    return true;
}

const size_t *vvi_make_order(vvi_maker *m, bool *known)
{
    const vvi_frame *frame = m->frame;
    place *places = vvi_make_room(m, frame->n_variables, sizeof *places);
    size_t *order = vvi_make_room(m, frame->n_variables, sizeof *order);
    *known = false;
    if (places == NULL || order == NULL) return NULL;
    for (size_t i = 0; i < frame->n_variables; i++) places[i] = (place){ -1, frame->variables[i].active, i };
    *known = weigh(m, places);
    qsort(places, frame->n_variables, sizeof *places, before);
    for (size_t i = 0; i < frame->n_variables; i++) order[i] = places[i].index;
    return order;
}
