/* standing.c - how good trials are. */
#include "search/standing.h"

#include <math.h>
#include <string.h>

static bool has_finite_losses(const vv_past *past, int id)
{
    for (size_t k = 0; k < past->n_objectives; k++)
        if (!isfinite(vv_past_loss(past, id, k))) return false;
    return true;
}

vvi_standing vvi_trial_standing(const vv_past *past, int id)
{
    const vvi_past_row *row = &past->rows[id];
    const bool completed = row->status == VV_TRIAL_COMPLETED, pruned = row->status == VV_TRIAL_PRUNED;
    if (row->status == VV_TRIAL_FAILED) return VVI_USELESS;
    if (!completed && !pruned) return VVI_UNFINISHED;
    if (!has_finite_losses(past, id)) return VVI_USELESS;
    if (!(row->violation <= 0)) return VVI_FORBIDDEN;
    return completed ? VVI_WHOLE : VVI_CUT_SHORT;
}

static int compare(double a, double b)
{
    return a < b ? -1 : a > b;
}

int vvi_trial_compare(const vv_past *past, int a, int b)
{
    const vvi_standing first = vvi_trial_standing(past, a), second = vvi_trial_standing(past, b);
    const vvi_past_row *one = &past->rows[a], *other = &past->rows[b];
    int order = 0;
    if (first != second) return first < second ? -1 : 1;
    if (first >= VVI_USELESS) return 0;
    if (first == VVI_FORBIDDEN) order = compare(one->violation, other->violation);
    if (first == VVI_CUT_SHORT) order = compare(other->epochs, one->epochs);
    return order != 0 ? order : compare(vv_past_loss(past, a, 0), vv_past_loss(past, b, 0));
}

static void merge(const vv_past *past, const int *from, size_t n, size_t half, int *to)
{
    size_t a = 0, b = half;
    for (size_t i = 0; i < n; i++) {
        const bool first = b == n || (a < half && vvi_trial_compare(past, from[a], from[b]) <= 0);
        to[i] = first ? from[a++] : from[b++];
    }
}

void vvi_trials_sort(const vv_past *past, int *ids, size_t n, int *room)
{
    if (n < 2) return;
    vvi_trials_sort(past, ids, n / 2, room);
    vvi_trials_sort(past, ids + n / 2, n - n / 2, room);
    merge(past, ids, n, n / 2, room);
    memcpy(ids, room, n * sizeof *ids);
}

/* ---- which trials were counted ----------------------------------------------------------------------------------- */

void vvi_counted_deinit(vvi_counted *counted)
{
    vvi_free(counted->list);
    *counted = (vvi_counted){ 0 };
}

vv_status vvi_counted_go_over(vvi_counted *counted, const vv_past *past, int from, int to, vv_error *error)
{
    if ((size_t)to > counted->most) {
        const size_t most = 64 + (size_t)to + (size_t)to / 2;
        bool *grown = vvi_realloc(counted->list, most * sizeof *grown);
        if (grown == NULL) return vvi_no_memory(error);
        counted->list = grown;
        counted->most = most;
    }
    for (int id = from; id < to; id++) counted->list[id] = vvi_trial_standing(past, id) != VVI_UNFINISHED;
    return VV_OK;
}

int vvi_counted_first_news(vvi_counted *counted, const vv_past *past, int end)
{
    for (; counted->changes < past->n_changes; counted->changes++) {
        const int id = past->changes[counted->changes];
        if (id < end && (counted->list[id] || vvi_trial_standing(past, id) != VVI_UNFINISHED)) end = id;
    }
    return end;
}
