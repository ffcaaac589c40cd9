/* rows.c - which trials are drawn, in which order, and what became of them. */
#include "report/figures/make.h"

#include "study/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- fates ---------------------------------------------------------------------------------------------------------- */

enum { DONE, EXCEEDS, PRUNED, FAILED, OPEN };

static const vvi_fate fates[VVI_FATES] = {
    [FAILED] = { "failed", VVI_TINT_FAILED },   [PRUNED] = { "pruned", VVI_TINT_PRUNED },
    [OPEN] = { "not ended", VVI_TINT_RUNNING }, [EXCEEDS] = { "exceeds constraints", VVI_TINT_FAILED },
    [DONE] = { "completed", VVI_TINT_TRIAL },
};

const vvi_fate *vvi_fate_at(size_t index)
{
    return index < VVI_FATES ? &fates[index] : NULL;
}

size_t vvi_fate_of(const vvi_frame *frame, size_t row)
{
    static const int of[VV_TRIAL_WAITING + 1] = {
        [VV_TRIAL_RUNNING] = OPEN,     [VV_TRIAL_COMPLETED] = DONE, [VV_TRIAL_FAILED] = FAILED,
        [VV_TRIAL_INTERRUPTED] = OPEN, [VV_TRIAL_PRUNED] = PRUNED,  [VV_TRIAL_PAUSED] = OPEN,
        [VV_TRIAL_WAITING] = OPEN,
    };
    const vv_trial_status status = frame->status[row];
    if (status == VV_TRIAL_COMPLETED && !vvi_row_counts(frame, row)) return EXCEEDS;
    return (size_t)status <= VV_TRIAL_WAITING ? (size_t)of[status] : OPEN;
}

bool vvi_row_counts(const vvi_frame *frame, size_t row)
{
    return frame->status[row] == VV_TRIAL_COMPLETED && !(frame->violation[row] > 0);
}

static size_t count_fate(const vvi_frame *frame, size_t fate)
{
    size_t n = 0;
    for (size_t i = 0; i < frame->n; i++) n += vvi_fate_of(frame, i) == fate;
    return n;
}

const char *vvi_make_fates(vvi_maker *m)
{
    static const struct {
        size_t fate;
        const char *one, *several;
    } said[] = { { PRUNED, "was pruned", "were pruned" },
                 { FAILED, "failed", "failed" },
                 { EXCEEDS, "exceeds the constraints", "exceed the constraints" },
                 { OPEN, "has not ended", "have not ended" } };
    vvi_text text = { 0 };
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        const size_t n = count_fate(m->frame, said[i].fate);
        if (n > 0)
            vvi_text_printf(&text, "%s%s %s", text.n > 0 ? ", " : "", vvi_make_count(m, n),
                            n == 1 ? said[i].one : said[i].several);
    }
    const char *result = text.failed ? vvi_make_text(m, "?") : vvi_make_text(m, "%s", text.n > 0 ? text.data : "");
    vvi_text_deinit(&text);
    return result;
}

const char *vvi_make_nothing(vvi_maker *m)
{
    const size_t n = m->frame->n;
    if (n == 0) return "There is no trial so far.";
    if (m->scored > 0) return NULL;
    const char *sentences = vvi_make_fates(m);
    return vvi_make_text(m, "No trial has a finite %s so far. Of %s %s.", vvi_make_name(m, m->objective),
                         vvi_make_trials(m, n), *sentences == '\0' ? "all are completed" : sentences);
}

/* ---- better --------------------------------------------------------------------------------------------------------- */

bool vvi_make_better(const vvi_maker *m, double score, double than)
{
    return m->maximize ? score > than : score < than;
}

int vvi_row_best(const vvi_maker *m)
{
    int best = -1;
    for (size_t i = 0; i < m->frame->n; i++) {
        if (!vvi_row_counts(m->frame, i) || isnan(m->scores[i])) continue;
        if (best < 0 || vvi_make_better(m, m->scores[i], m->scores[best])) best = (int)i;
    }
    return best;
}

/* ---- rows ----------------------------------------------------------------------------------------------------------- */

static bool has(const double *column, size_t row)
{
    return column == NULL || isfinite(column[row]);
}

vvi_rows vvi_rows_with_all(vvi_maker *m, const double *a, const double *b, const double *c)
{
    vvi_rows rows = { .list = vvi_make_room(m, m->frame->n, sizeof(size_t)) };
    for (size_t i = 0; rows.list != NULL && i < m->frame->n; i++)
        if (has(a, i) && has(b, i) && has(c, i)) rows.list[rows.n++] = i;
    return rows;
}

vvi_rows vvi_rows_with(vvi_maker *m, const double *a, const double *b)
{
    return vvi_rows_with_all(m, a, b, NULL);
}

vvi_rows vvi_rows_of(vvi_maker *m, vvi_rows rows, size_t fate)
{
    vvi_rows some = { .list = vvi_make_room(m, rows.n, sizeof(size_t)) };
    for (size_t i = 0; some.list != NULL && i < rows.n; i++)
        if (vvi_fate_of(m->frame, rows.list[i]) == fate) some.list[some.n++] = rows.list[i];
    return some;
}

typedef struct keyed {
    double loss;
    size_t row;
} keyed;

static int by_loss(const void *a, const void *b)
{
    const keyed *one = a, *two = b;
    const bool no = isnan(one->loss), nor = isnan(two->loss);
    if (no != nor) return no ? 1 : -1;
    if (!no && one->loss < two->loss) return -1;
    if (!no && one->loss > two->loss) return 1;
    return one->row < two->row ? -1 : one->row > two->row;
}

static int by_row(const void *a, const void *b)
{
    const size_t one = *(const size_t *)a, two = *(const size_t *)b;
    return one < two ? -1 : one > two;
}

/* The best first; those that do not count are behind those that do. NULL: no memory. */
static keyed *sorted(vvi_maker *m, vvi_rows rows)
{
    keyed *list = vvi_make_room(m, rows.n, sizeof *list);
    if (list == NULL) return NULL;
    for (size_t i = 0; i < rows.n; i++) {
        const double score = m->scores[rows.list[i]];
        list[i] = (keyed){ m->maximize ? -score : score, rows.list[i] };
    }
    qsort(list, rows.n, sizeof *list, by_loss);
    return list;
}

vvi_rows vvi_rows_best_first(vvi_maker *m, vvi_rows rows)
{
    vvi_rows result = { .list = vvi_make_room(m, rows.n, sizeof(size_t)), .n = rows.n };
    const keyed *list = sorted(m, rows);
    if (result.list == NULL || list == NULL) return (vvi_rows){ .n = 0 };
    for (size_t i = 0; i < rows.n; i++) result.list[i] = list[i].row;
    return result;
}

vvi_rows vvi_rows_worst_first(vvi_maker *m, vvi_rows rows)
{
    vvi_rows result = { .list = vvi_make_room(m, rows.n, sizeof(size_t)), .n = rows.n };
    const keyed *list = sorted(m, rows);
    if (result.list == NULL || list == NULL) return (vvi_rows){ .n = 0 };
    for (size_t i = 0; i < rows.n; i++) result.list[i] = list[rows.n - 1 - i].row;
    return result;
}

vvi_rows vvi_rows_pick(vvi_maker *m, vvi_rows rows, size_t most, const char *of)
{
    if (rows.n <= most) return rows;
    const size_t best = most / 4, rest = rows.n - best, every = (rest + most - best - 1) / (most - best);
    const keyed *list = sorted(m, rows);
    vvi_rows picked = { .list = vvi_make_room(m, most, sizeof(size_t)) };
    if (list == NULL || picked.list == NULL) return (vvi_rows){ .n = 0 };
    for (size_t i = 0; i < best; i++) picked.list[picked.n++] = list[i].row;
    for (size_t i = best; i < rows.n; i += every) picked.list[picked.n++] = list[i].row;
    qsort(picked.list, picked.n, sizeof *picked.list, by_row);
    if (!m->picked && of != NULL)
        vvi_make_reduced(m, "%s of %s %s are drawn: the best %s, and one in %zu of the others by score.",
                         vvi_make_count(m, picked.n), vvi_make_count(m, rows.n), of, vvi_make_count(m, best), every);
    m->picked = true;
    return picked;
}

/* ---- points --------------------------------------------------------------------------------------------------------- */

void vvi_make_best(vvi_maker *m, vvi_panel *panel, vvi_rows rows, const double *x, const double *y)
{
    const int best = vvi_row_best(m);
    bool drawn = false;
    for (size_t i = 0; best >= 0 && i < rows.n; i++) drawn = drawn || rows.list[i] == (size_t)best;
    if (!drawn) return;
    const size_t row = (size_t)best;
    vvi_make_gather(m, vvi_make_mark(m, panel, VVI_POINTS, "best", VVI_TINT_BEST), &row, 1, x, y);
}

void vvi_make_points(vvi_maker *m, vvi_panel *panel, vvi_rows rows, const double *x, const double *y)
{
    for (size_t fate = 0; fate < VVI_FATES; fate++) {
        const vvi_rows some = vvi_rows_of(m, rows, fate);
        if (some.n == 0) continue;
        vvi_mark *mark = vvi_make_mark(m, panel, VVI_POINTS, fates[fate].name, fates[fate].tint);
        vvi_make_gather(m, mark, some.list, some.n, x, y);
    }
    vvi_make_best(m, panel, rows, x, y);
}
