/* makers.c - which hyperparameter made which layer of a network. */
#include "report/makers.h"

#include <string.h>

/* ---- what is always there ------------------------------------------------------------------------------------------- */

static size_t place_of(const vvi_always *always, const char *kind)
{
    size_t i = 0;
    while (i < always->n && strcmp(always->kinds[i], kind) != 0) i++;
    return i;
}

static void count_one(vvi_always *counts, const char *kind)
{
    const size_t k = place_of(counts, kind);
    if (k == VVI_MOST_KINDS) return;
    if (k == counts->n) counts->kinds[counts->n++] = kind;
    counts->least[k]++;
}

static void count_kinds(const char *const *kinds, size_t n, vvi_always *counts)
{
    *counts = (vvi_always){ .n = 0 };
    for (size_t i = 0; i < n; i++) count_one(counts, kinds[i]);
}

static size_t count_of(const vvi_always *counts, const char *kind)
{
    const size_t k = place_of(counts, kind);
    return k < counts->n ? counts->least[k] : 0;
}

/* What one network has less of is there always only as often as that. */
static void take(vvi_always *always, const vvi_always *counts, bool *begun)
{
    for (size_t k = 0; *begun && k < always->n; k++) {
        const size_t n = count_of(counts, always->kinds[k]);
        if (n < always->least[k]) always->least[k] = n;
    }
    if (!*begun) *always = *counts;
    *begun = true;
}

void vvi_always_find(const vv_explanation *e, const vvi_frame *frame, vvi_always *always)
{
    vvi_always counts;
    bool begun = false;
    *always = (vvi_always){ .n = 0 };
    if (e != NULL && e->one.refusal == NULL && e->one.n_layers > 0) {
        counts = (vvi_always){ .n = 0 };
        for (size_t i = 0; i < e->one.n_layers; i++) count_one(&counts, e->one.layers[i].kind);
        take(always, &counts, &begun);
    }
    for (size_t i = 0; i < frame->n_structures; i++) {
        count_kinds(frame->structures[i].kinds, frame->structures[i].n, &counts);
        take(always, &counts, &begun);
    }
}

/* ---- who made what ------------------------------------------------------------------------------------------------- */

int vvi_maker_of(const vv_explanation *e, const char *layer)
{
    for (size_t i = 0; i < e->n_hyperparameters; i++)
        for (size_t k = 0; k < e->hyperparameters[i].adds_layers.n; k++)
            if (strcmp(e->hyperparameters[i].adds_layers.list[k], layer) == 0) return (int)i;
    return VVI_ALWAYS_THERE;
}

void vvi_makers_find(const vv_explanation *e, const vvi_always *always, const vvi_structure *structure, int *makers)
{
    vvi_always left;
    count_kinds(structure->kinds, structure->n, &left);
    for (size_t k = 0; k < left.n; k++) left.least[k] -= count_of(always, left.kinds[k]);
    for (size_t i = 0; i < structure->n; i++) {
        const size_t k = place_of(&left, structure->kinds[i]);
        const int maker = k < left.n && left.least[k] > 0 ? vvi_maker_of(e, structure->names[i]) : VVI_ALWAYS_THERE;
        makers[i] = maker;
        if (maker != VVI_ALWAYS_THERE) left.least[k]--;
    }
}
