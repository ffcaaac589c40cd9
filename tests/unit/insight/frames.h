/* frames.h - frames made by hand: hyperparameters drawn at random, and scores that are a function of them. */
#ifndef VARVE_TESTS_FRAMES_H
#define VARVE_TESTS_FRAMES_H

#include "check.h"

#include "insight/insight.h"

#include <stdlib.h>

enum { MOST_VARIABLES = 256 };

/* One hyperparameter: a range of numbers, whole ones, or words. */
typedef struct made_variable {
    char name[32];
    double low, high;
    bool whole, log;
    size_t n_words;
} made_variable;

typedef struct made_frame {
    vvi_frame frame;
    vvi_variable variables[MOST_VARIABLES];
    vv_domain domains[MOST_VARIABLES];
    made_variable made[MOST_VARIABLES];
    double *values[MOST_VARIABLES], *scores;
    vv_trial_status *status;
    int *ids;
} made_frame;

static inline double number_at(const made_variable *v, double u)
{
    if (v->n_words > 0) return floor(u * (double)v->n_words);
    if (v->whole) return v->low + floor(u * (v->high - v->low + 1));
    return v->log ? v->low * pow(v->high / v->low, u) : v->low + u * (v->high - v->low);
}

static inline void make_variable(made_frame *m, size_t i, size_t n)
{
    static const char *const words[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
    const made_variable *v = &m->made[i];
    m->domains[i] = (vv_domain){ .kind = v->whole ? VV_DOMAIN_INT : VV_DOMAIN_FLOAT, .min = v->low, .max = v->high };
    m->variables[i] = (vvi_variable){ .name = v->name,
                                      .domain = &m->domains[i],
                                      .words = v->n_words > 0 ? words : NULL,
                                      .n_words = v->n_words,
                                      .whole = v->whole,
                                      .log = v->log,
                                      .low = v->n_words > 0 ? 0 : v->low,
                                      .high = v->n_words > 0 ? (double)v->n_words - 1 : v->high,
                                      .values = m->values[i],
                                      .active = n };
}

/* n trials, all of them completed, with a score of 0 that is to be minimized. To be freed with free_frame. */
static inline made_frame *make_frame(const made_variable *list, size_t n_variables, size_t n, uint64_t seed)
{
    made_frame *m = calloc(1, sizeof *m);
    assert_non_null(m);
    vvi_stream stream = vvi_stream_begin(vvi_key_new(seed, "a frame"));
    for (size_t i = 0; i < n_variables; i++) {
        m->made[i] = list[i];
        m->values[i] = calloc(n + 1, sizeof(double));
        assert_non_null(m->values[i]);
        make_variable(m, i, n);
    }
    for (size_t t = 0; t < n; t++)
        for (size_t i = 0; i < n_variables; i++) m->values[i][t] = number_at(&list[i], vvi_stream_unit(&stream));
    m->scores = calloc(n + 1, sizeof(double));
    m->status = calloc(n + 1, sizeof *m->status);
    m->ids = calloc(n + 1, sizeof *m->ids);
    assert_true(m->scores != NULL && m->status != NULL && m->ids != NULL);
    for (size_t t = 0; t < n; t++) m->status[t] = VV_TRIAL_COMPLETED, m->ids[t] = (int)t;
    m->frame = (vvi_frame){ .n = n,
                            .ids = m->ids,
                            .status = m->status,
                            .scores = { m->scores },
                            .variables = m->variables,
                            .n_variables = n_variables,
                            .objectives = { .list = { { .name = "loss" } }, .n = 1 },
                            .best = -1 };
    return m;
}

static inline void free_frame(made_frame *m)
{
    for (size_t i = 0; i < MOST_VARIABLES; i++) free(m->values[i]);
    free(m->scores);
    free(m->status);
    free(m->ids);
    free(m);
}

/* A hyperparameter is not active in the trials in which a word or a number of another is not this. */
static inline void only_where(made_frame *m, size_t variable, size_t parent, double value)
{
    for (size_t t = 0; t < m->frame.n; t++)
        if (m->values[parent][t] < value || m->values[parent][t] > value) {
            m->values[variable][t] = (double)NAN;
            m->variables[variable].active--;
        }
}

#endif
