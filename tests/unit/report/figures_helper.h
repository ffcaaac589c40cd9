/* figures_helper.h - frames made by hand, as odd as studies get, and readers of what figures are written as. */
#ifndef VARVE_TESTS_FIGURES_HELPER_H
#define VARVE_TESTS_FIGURES_HELPER_H

#include "check.h"

#include "report/figures/figure.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a study is made of; the rest follows from it and from the row. */
typedef struct recipe {
    const char *what;
    size_t n, variables, objectives, epochs, words; /* words: of the third hyperparameter; 0: 3 */
    bool networks, constrained, hostile, same;
    vv_trial_status status; /* of all; 0: a mixture */
    double scale;           /* of scores; 0: 1. NaN, infinite: all scores are that */
} recipe;

static const char hostile[] = "<b>&\"'\x1b[31m\n\xe2\x80\xae]]>\xef\xbf\xbe\xff<script>alert(1)</script>";

static inline void *room_for(vvi_frame *f, size_t n, size_t size)
{
    void *room = vvi_arena_alloc(&f->arena, (n + 1) * size);
    assert_non_null(room);
    return room;
}

static inline double unit_of(size_t a, size_t b)
{
    uint32_t out[4];
    vvi_random_block(vvi_key_int(vvi_key_new(7, "figures"), (int64_t)a), b, out);
    return (double)out[0] / 4294967296.0;
}

static inline const char *name_of(vvi_frame *f, const recipe *r, const char *stem, size_t i)
{
    const char *name = r->hostile ? vvi_arena_printf(&f->arena, "%s%zu%s", stem, i, hostile)
                                  : vvi_arena_printf(&f->arena, "%s%zu", stem, i);
    assert_non_null(name);
    return name;
}

static inline vv_trial_status status_of(const recipe *r, size_t row)
{
    static const vv_trial_status mixture[] = { VV_TRIAL_COMPLETED, VV_TRIAL_COMPLETED,   VV_TRIAL_PRUNED,
                                               VV_TRIAL_COMPLETED, VV_TRIAL_FAILED,      VV_TRIAL_COMPLETED,
                                               VV_TRIAL_RUNNING,   VV_TRIAL_INTERRUPTED, VV_TRIAL_WAITING,
                                               VV_TRIAL_PAUSED };
    return r->status != 0 ? r->status : mixture[row % COUNT(mixture)];
}

static inline double score_of(const recipe *r, size_t row, size_t k)
{
    const vv_trial_status status = status_of(r, row);
    if (status != VV_TRIAL_COMPLETED && status != VV_TRIAL_PRUNED && status != VV_TRIAL_PAUSED) return (double)NAN;
    if (r->scale != 0 && !isfinite(r->scale)) return r->scale;
    const double score = r->same ? 0.5 : unit_of(row, 100 + k);
    return (r->scale != 0 ? r->scale : 1) * score;
}

static inline void make_columns(vvi_frame *f, const recipe *r)
{
    int *ids = room_for(f, r->n, sizeof *ids), *rank = room_for(f, r->n, sizeof *rank);
    int *epochs = room_for(f, r->n, sizeof *epochs), *worker = room_for(f, r->n, sizeof *worker);
    vv_trial_status *status = room_for(f, r->n, sizeof *status);
    double *violation = room_for(f, r->n, sizeof *violation), *seconds = room_for(f, r->n, sizeof *seconds);
    double *began = room_for(f, r->n, sizeof *began), *ended = room_for(f, r->n, sizeof *ended);
    const char **reasons = room_for(f, r->n, sizeof *reasons);
    for (size_t i = 0; i < r->n; i++) {
        const bool open = status_of(r, i) != VV_TRIAL_COMPLETED && status_of(r, i) != VV_TRIAL_PRUNED &&
                          status_of(r, i) != VV_TRIAL_FAILED;
        ids[i] = (int)i, status[i] = status_of(r, i), epochs[i] = (int)r->epochs;
        worker[i] = status[i] == VV_TRIAL_WAITING ? -1 : (int)(i % 2);
        rank[i] = status[i] == VV_TRIAL_COMPLETED && !r->constrained ? (int)(i % 4) : -1;
        violation[i] = r->constrained && status[i] == VV_TRIAL_COMPLETED ? 0.5 : (double)NAN;
        began[i] = 1.7e9 + 10 * (double)i, seconds[i] = 9;
        ended[i] = open ? (double)NAN : began[i] + 15;
        reasons[i] = status[i] == VV_TRIAL_FAILED ? hostile : NULL;
    }
    f->ids = ids, f->rank = rank, f->epochs = epochs, f->worker = worker, f->status = status;
    f->violation = violation, f->seconds = seconds, f->began = began, f->ended = ended, f->reasons = reasons;
}

static inline void make_scores(vvi_frame *f, const recipe *r)
{
    const size_t n = r->objectives == 0 ? 1 : r->objectives;
    for (size_t k = 0; k < n; k++) {
        double *scores = room_for(f, r->n, sizeof *scores);
        for (size_t i = 0; i < r->n; i++) scores[i] = score_of(r, i, k);
        f->scores[k] = scores;
    }
    f->objectives.n = r->objectives;
    for (size_t k = 0; k < r->objectives; k++) {
        snprintf(f->objectives.list[k].name, sizeof f->objectives.list[k].name, "%s",
                 r->hostile ? hostile
                 : k == 0   ? "val_accuracy"
                            : name_of(f, r, "objective_", k));
        f->objectives.list[k].maximize = k % 2 == 0;
    }
    for (size_t i = 0; i < r->n; i++)
        if (r->objectives > 0 && !r->constrained && f->status[i] == VV_TRIAL_COMPLETED && isfinite(f->scores[0][i]) &&
            (f->best < 0 || f->scores[0][i] > f->scores[0][f->best]))
            f->best = (int)i;
}

/* A float on a log scale, an int, words, numbers of a list, and the same again; those of odd number only in some rows. */
static inline void make_variable(vvi_frame *f, const recipe *r, size_t k, vvi_variable *v)
{
    static const double choices[] = { 16, 32, 64, 128 };
    static const vv_domain any = { .kind = VV_DOMAIN_FLOAT, .type = VV_VALUE_FLOAT, .min = 0, .max = 1 };
    const size_t n_words = r->words > 0 ? r->words : 3;
    double *values = room_for(f, r->n, sizeof *values);
    const char **words = room_for(f, n_words, sizeof *words);
    *v = (vvi_variable){ .name = name_of(f, r, "hp_", k), .domain = &any, .low = 1e-5, .high = 0.1, .log = true };
    if (k % 4 == 1) v->low = 1, v->high = 5, v->log = false, v->whole = true;
    if (k % 4 == 2) v->low = 0, v->high = (double)(n_words - 1), v->log = false, v->words = words, v->n_words = n_words;
    if (k % 4 == 3) v->low = 16, v->high = 128, v->log = false, v->whole = true, v->choices = choices, v->n_choices = 4;
    for (size_t i = 0; i < n_words; i++) words[i] = name_of(f, r, "word ", i);
    for (size_t i = 0; i < r->n; i++) {
        const double u = unit_of(i, k);
        values[i] = k % 4 == 0   ? 1e-5 * pow(1e4, u)
                    : k % 4 == 1 ? 1 + floor(5 * u)
                    : k % 4 == 2 ? floor((double)n_words * u)
                                 : choices[(size_t)(4 * u)];
        if (k > 4 && k % 2 == 1 && i % 3 != 0) values[i] = (double)NAN;
        v->active += isnan(values[i]) ? 0 : 1;
    }
    v->values = values;
}

static inline void make_courses(vvi_frame *f, const recipe *r)
{
    f->courses = room_for(f, r->n, sizeof *f->courses);
    for (size_t i = 0; i < r->n; i++) {
        const vv_trial_status status = f->status[i];
        const size_t n = status == VV_TRIAL_WAITING ? 0 : status == VV_TRIAL_PRUNED ? r->epochs / 2 : r->epochs;
        double *values = room_for(f, n, sizeof *values);
        for (size_t e = 0; e < n; e++)
            values[e] = status == VV_TRIAL_FAILED && e > 0 ? (double)NAN : unit_of(i, 500) * (1 - 1 / (double)(e + 2));
        if (n > 0) f->courses[i] = (vvi_course){ values, n };
    }
}

static inline void make_networks(vvi_frame *f, const recipe *r)
{
    static const char *const names[] = { "input", "dense", "dense_1", "dense_2", "dense_3" };
    static const char *const kinds[] = { "input", "dense", "dense", "dense", "dense" };
    double *costs[4];
    int *structure = room_for(f, r->n, sizeof *structure);
    vvi_structure *structures = room_for(f, 3, sizeof *structures);
    for (size_t k = 0; k < 4; k++) costs[k] = room_for(f, r->n, sizeof **costs);
    for (int k = 0; k < 3; k++) structures[k] = (vvi_structure){ names, kinds, (size_t)k + 3, k + 2 };
    for (size_t i = 0; i < r->n; i++) {
        structure[i] = r->networks ? (int)(i % 3) : -1;
        for (size_t k = 0; k < 4; k++)
            costs[k][i] = r->networks ? floor(100 * pow(1000, unit_of(i, 900 + k))) : (double)NAN;
    }
    f->structure = structure, f->structures = structures, f->n_structures = 3;
    f->params = costs[0], f->macs = costs[1], f->peak_activation_bytes = costs[2], f->weight_bytes = costs[3];
}

static inline vvi_frame make_frame(const recipe *r)
{
    vvi_frame f = { .n = r->n, .best = -1 };
    const char **workers = room_for(&f, 2, sizeof *workers);
    vvi_variable *variables = room_for(&f, r->variables, sizeof *variables);
    workers[0] = name_of(&f, r, "worker-", 0), workers[1] = name_of(&f, r, "worker-", 1);
    f.workers = workers, f.n_workers = 2;
    make_columns(&f, r);
    make_scores(&f, r);
    for (size_t k = 0; k < r->variables; k++) make_variable(&f, r, k, &variables[k]);
    f.variables = variables, f.n_variables = r->variables;
    make_courses(&f, r);
    make_networks(&f, r);
    return f;
}

/* What `explain --json` says, as far as figures look at it. */
/* A hypermodel whose networks are those of make_networks, and what is explained of it, as JSON: free() it. */
static inline vv_model *build_dense(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    const int num_layers = vv_int(hp, "num_layers", .min = 1, .max = 3);
    for (int i = 0; i < num_layers; i++) {
        const int units = vv_int(hp, vv_name(hp, "units_%d", i), .min = 4, .max = 8, .step = 4);
        vv_add(m, vv_dense(units, .activation = VV_RELU));
    }
    vv_add(m, vv_dense(1));
    vv_compile(m, .optimizer = vv_sgd(), .loss = VV_MSE);
    return m;
}

static inline char *explain(vv_model *(*build)(vv_hp *hp, void *user))
{
    const vv_hypermodel hypermodel = { .build = build, .name = "dense" };
    vv_explanation *e = NULL;
    vv_error error = { 0 };
    char *json = NULL;
    size_t size = 0;
    if (vv_explain(&e, &error, &hypermodel) != VV_OK) fail_msg("%s", error.text);
    FILE *out = open_memstream(&json, &size);
    assert_non_null(out);
    CHECK_OK(vvi_explain_write_json(e, out, NULL));
    fclose(out);
    vv_explanation_free(e);
    return json;
}

static inline char *explain_dense(void)
{
    return explain(build_dense);
}

typedef vv_status (*figure_writer)(const vvi_figure *figure, FILE *out, vv_error *error);

/* free() it. */
static inline char *written_figure(figure_writer write, const vvi_figure *figure)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    CHECK_OK(write(figure, out, NULL));
    fclose(out);
    return text;
}

#endif
