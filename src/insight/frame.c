/* frame.c - a study read into columns.
 *
 * One reading call gives one moment of the study, so that all columns are of that moment; what is kept of it is copied, and
 * the rest of it, several times as large, is given back before the call returns.
 * Ranks are those of the rows that are there: of all trials what `results` says, of some of them among themselves.
 */
#include "insight/frame.h"

#include "study/study.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- goals -------------------------------------------------------------------------------------------------------- */

vv_status vvi_goals_read(const vv_study *study, vvi_goals *goals, vv_error *error)
{
    char *text = NULL;
    *goals = (vvi_goals){ .objectives = { .n = 0 } };
    VVI_TRY(vv_study_get(study, "objective", &text, error));
    if (text != NULL) (void)!vv_objectives_parse(text, &goals->objectives, NULL); /* of another program: not known */
    free(text);
    VVI_TRY(vv_study_get(study, "constraints", &text, error));
    if (text != NULL) (void)!vv_constraints_parse(text, &goals->constraints, NULL); /* "none": there are none */
    free(text);
    VVI_TRY(vv_study_get(study, "work", &text, error));
    goals->function = text != NULL && strcmp(text, "function") == 0;
    free(text);
    VVI_TRY(vv_study_get(study, "executions_per_trial", &text, error));
    goals->executions = text == NULL ? 0 : atoi(text);
    free(text);
    return VV_OK;
}

static vv_status read_goals(const vv_study *study, vvi_frame *frame, vv_error *error)
{
    vvi_goals goals;
    char *text = NULL;
    VVI_TRY(vvi_goals_read(study, &goals, error));
    frame->objectives = goals.objectives;
    frame->constraints = goals.constraints;
    VVI_TRY(vv_study_get(study, "budget_precision", &text, error));
    frame->precision = text != NULL && strcmp(text, "float32") == 0 ? VV_FLOAT32 : VV_INT8;
    free(text);
    return VV_OK;
}

/* ---- columns of one number a trial -------------------------------------------------------------------------------- */

void *vvi_frame_column(vvi_frame *frame, size_t n, size_t size)
{
    return n >= SIZE_MAX / size ? NULL : vvi_arena_alloc(&frame->arena, (n + 1) * size);
}

/* The columns while they are written. */
typedef struct writing {
    int *ids, *rank, *epochs, *worker;
    vv_trial_status *status;
    double *scores[VV_MAX_OBJECTIVES], *violation, *seconds, *began, *ended;
    const char **workers, **reasons;
} writing;

static size_t count_scores(const vvi_framing *f)
{
    size_t n = f->frame->objectives.n > 0 ? f->frame->objectives.n : 1;
    for (size_t i = 0; i < f->trials.n; i++)
        if (f->trials.list[i].n_scores > n) n = f->trials.list[i].n_scores;
    return n < VV_MAX_OBJECTIVES ? n : VV_MAX_OBJECTIVES;
}

static vv_status make_columns(vvi_framing *f, writing *w)
{
    vvi_frame *frame = f->frame;
    const size_t n = f->trials.n, n_scores = count_scores(f);
    const struct column {
        void *place;
        size_t size;
    } columns[] = { { &w->ids, sizeof(int) },        { &w->rank, sizeof(int) },         { &w->epochs, sizeof(int) },
                    { &w->worker, sizeof(int) },     { &w->violation, sizeof(double) }, { &w->seconds, sizeof(double) },
                    { &w->began, sizeof(double) },   { &w->ended, sizeof(double) },     { &w->workers, sizeof(char *) },
                    { &w->reasons, sizeof(char *) }, { &w->status, sizeof *w->status } };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        void *column = vvi_frame_column(frame, n, columns[i].size);
        if (column == NULL) return vvi_no_memory(f->error);
        memcpy(columns[i].place, &column, sizeof column);
    }
    for (size_t i = 0; i < n_scores; i++) {
        w->scores[i] = vvi_frame_column(frame, n, sizeof(double));
        if (w->scores[i] == NULL) return vvi_no_memory(f->error);
    }
    return VV_OK;
}

/* Which of the workers; -1: none, or no memory. Those of neighbours are likely to be the same. */
static int find_worker(vvi_frame *frame, writing *w, const char *name, int hint)
{
    if (name == NULL) return -1;
    if (hint >= 0 && strcmp(w->workers[hint], name) == 0) return hint;
    for (size_t i = 0; i < frame->n_workers; i++)
        if (strcmp(w->workers[i], name) == 0) return (int)i;
    w->workers[frame->n_workers] = vvi_arena_strdup(&frame->arena, name);
    return w->workers[frame->n_workers] == NULL ? -1 : (int)frame->n_workers++;
}

static vv_status write_texts(vvi_framing *f, writing *w, size_t row)
{
    const vv_trial *trial = &f->trials.list[row];
    w->worker[row] = find_worker(f->frame, w, trial->worker, row > 0 ? w->worker[row - 1] : -1);
    if (trial->worker != NULL && w->worker[row] < 0) return vvi_no_memory(f->error);
    if (trial->reason == NULL) return VV_OK;
    w->reasons[row] = vvi_arena_strdup(&f->frame->arena, trial->reason);
    return w->reasons[row] == NULL ? vvi_no_memory(f->error) : VV_OK;
}

static void write_numbers(const vv_trial *trial, writing *w, size_t row)
{
    w->ids[row] = trial->id;
    w->status[row] = trial->status;
    w->epochs[row] = trial->epochs_total;
    w->violation[row] = trial->violation;
    w->seconds[row] = trial->seconds;
    w->began[row] = trial->began;
    w->ended[row] = trial->ended > 0 ? trial->ended : (double)NAN;
    for (size_t i = 0; i < VV_MAX_OBJECTIVES && w->scores[i] != NULL; i++)
        w->scores[i][row] = i < trial->n_scores ? trial->scores[i] : (double)NAN;
}

/* ---- ranks -------------------------------------------------------------------------------------------------------- */

static void make_keys(const vvi_framing *f, vvi_order_key *keys)
{
    for (size_t i = 0; i < f->trials.n; i++) {
        const vv_trial *trial = &f->trials.list[i];
        keys[i] = (vvi_order_key){ .id = (int)i, /* the row: it is in the order of ids, too */
                                   .completed = trial->status == VV_TRIAL_COMPLETED,
                                   .violation = trial->violation };
        for (size_t k = 0; k < VV_MAX_OBJECTIVES; k++)
            keys[i].scores[k] = k < trial->n_scores ? trial->scores[k] : (double)NAN;
    }
}

static vv_status write_ranks(vvi_framing *f, writing *w)
{
    const size_t n = f->trials.n;
    for (size_t i = 0; i < n; i++) w->rank[i] = -1;
    f->frame->best = -1;
    if (n == 0 || f->frame->objectives.n == 0) return VV_OK;
    vvi_order_key *keys = vvi_calloc(n, sizeof *keys);
    if (keys == NULL) return vvi_no_memory(f->error);
    make_keys(f, keys);
    const vv_status status = vvi_study_order(keys, n, &f->frame->objectives, f->error);
    for (size_t i = 0; status == VV_OK && i < n; i++) w->rank[keys[i].id] = keys[i].rank;
    if (status == VV_OK && keys[0].rank == 0) f->frame->best = keys[0].id;
    vvi_free(keys);
    return status;
}

static vv_status read_columns(vvi_framing *f)
{
    writing w = { .ids = NULL };
    vvi_frame *frame = f->frame;
    frame->n = f->trials.n;
    VVI_TRY(make_columns(f, &w));
    for (size_t i = 0; i < frame->n; i++) {
        write_numbers(&f->trials.list[i], &w, i);
        VVI_TRY(write_texts(f, &w, i));
    }
    VVI_TRY(write_ranks(f, &w));
    for (size_t i = 0; i < VV_MAX_OBJECTIVES; i++) frame->scores[i] = w.scores[i];
    frame->ids = w.ids, frame->status = w.status, frame->rank = w.rank, frame->epochs = w.epochs;
    frame->violation = w.violation, frame->seconds = w.seconds, frame->began = w.began, frame->ended = w.ended;
    frame->worker = w.worker, frame->workers = w.workers, frame->reasons = w.reasons;
    return VV_OK;
}

/* ---- courses ------------------------------------------------------------------------------------------------------ */

static bool has_curve(const vv_trials *trials, const char *metric)
{
    for (size_t i = 0; i < trials->n; i++)
        for (size_t k = 0; k < trials->list[i].n_curves; k++)
            if (strcmp(trials->list[i].curves[k].metric, metric) == 0) return true;
    return false;
}

/* Costs have no curves, so the first objective with one is the first that is no cost. */
static size_t find_metric(const vvi_framing *f)
{
    const vv_objectives *objectives = &f->frame->objectives;
    for (size_t i = 0; i < objectives->n; i++)
        if (has_curve(&f->trials, objectives->list[i].name)) return i;
    return 0;
}

/* The mean by epoch over the executions that have it. A sum that nothing was added to stays NaN. */
static void average(const vv_trial *trial, const char *metric, double *values, size_t n)
{
    for (size_t epoch = 0; epoch < n; epoch++) {
        size_t counted = 0;
        double sum = 0;
        for (size_t i = 0; i < trial->n_curves; i++) {
            const vv_curve *curve = &trial->curves[i];
            if (epoch >= curve->n || isnan(curve->values[epoch]) || strcmp(curve->metric, metric) != 0) continue;
            sum += curve->values[epoch];
            counted++;
        }
        values[epoch] = counted == 0 ? (double)NAN : sum / (double)counted;
    }
}

static vv_status read_course(vvi_framing *f, const vv_trial *trial, const char *metric, vvi_course *course)
{
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].n > course->n && strcmp(trial->curves[i].metric, metric) == 0)
            course->n = trial->curves[i].n;
    if (course->n == 0) return VV_OK;
    double *values = vvi_frame_column(f->frame, course->n, sizeof *values);
    if (values == NULL) return vvi_no_memory(f->error);
    average(trial, metric, values, course->n);
    course->values = values;
    return VV_OK;
}

static vv_status read_courses(vvi_framing *f)
{
    vvi_frame *frame = f->frame;
    frame->courses = vvi_frame_column(frame, frame->n, sizeof *frame->courses);
    if (frame->courses == NULL) return vvi_no_memory(f->error);
    frame->metric = find_metric(f);
    if (frame->objectives.n == 0) return VV_OK;
    const char *metric = frame->objectives.list[frame->metric].name;
    for (size_t i = 0; i < frame->n; i++) VVI_TRY(read_course(f, &f->trials.list[i], metric, &frame->courses[i]));
    return VV_OK;
}

bool vvi_frame_has_result(const vvi_frame *frame, size_t objective, size_t row)
{
    const double *scores = objective < VV_MAX_OBJECTIVES ? frame->scores[objective] : NULL;
    return scores != NULL && frame->status[row] == VV_TRIAL_COMPLETED && isfinite(scores[row]);
}

/* ---- the whole ---------------------------------------------------------------------------------------------------- */

static vv_status read_all(vvi_framing *f, const vvi_frame_args *args)
{
    VVI_TRY(read_columns(f));
    VVI_TRY(vvi_frame_read_variables(f));
    if (args->courses) VVI_TRY(read_courses(f));
    return args->networks ? vvi_frame_read_networks(f) : VV_OK;
}

vv_status vvi_frame_read(const vv_study *study, const vvi_frame_args *args, vvi_frame *frame, vv_error *error)
{
    vv_trials_args which = { .curves = args->courses };
    if (args->only != NULL) which.from = INT_MAX, which.also = args->only, which.n_also = args->n_only;
    *frame = (vvi_frame){ .best = -1 };
    vvi_framing f = { .frame = frame, .error = error };
    VVI_TRY(read_goals(study, frame, error));
    VVI_TRY(vv_study_trials(study, &which, &f.trials, error));
    const vv_status status = read_all(&f, args);
    vv_trials_free(&f.trials);
    return status;
}

void vvi_frame_deinit(vvi_frame *frame)
{
    vvi_arena_deinit(&frame->arena);
    *frame = (vvi_frame){ .best = -1 };
}
