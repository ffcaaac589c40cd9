/* evolution.c - NSGA-II (Deb, Pratap, Agarwal, Meyarivan: A fast and elitist multiobjective genetic algorithm: NSGA-II;
 * IEEE TEC 6, 2002), for one objective or several.
 *
 * It goes one trial at a time, as a steady state (Durillo, Nebro, Luna, Alba: On the effect of the steady-state selection
 * scheme in multi-objective genetic algorithms; EMO 2009): each finished trial joins the population, which then loses its
 * worst member. Parallel workers never wait for a generation, a good trial breeds at once, and fronts come out better
 * than with generations. Better is: constraints kept before constraints violated, and less before more; a whole trial
 * before one that was cut short; a lower rank by dominance; a larger distance to the others of that rank. Of equal ones
 * the older one leaves, so that a plateau is walked over. Failed trials, and those with a loss that is not finite, never
 * join. Until the population is full, trials are points of a Sobol sequence.
 *
 * With one objective that is the (mu + 1) scheme. Regularised evolution (Real, Aggarwal, Huang, Le: Regularized evolution
 * for image classifier architecture search; AAAI 2019), in which the oldest leaves, is there as `selection=age`. It wants a
 * larger population and harder tournaments: with 40 and 10 it does as well on thirteen problems of 120 to 600 trials (it
 * finds the smaller loss in 49 % of the pairs), with the presets, which suit the other, far worse (9 %). One scheme for any
 * number of objectives is the simpler one.
 *
 * The search is a function of the past: the population is what the finished trials make of it in the order of their ids.
 * One that finishes after later ones were counted is put in its place, and what came after it is gone over again
 * (go_back).
 */
#include "search/breed.h"
#include "search/pareto.h"
#include "search/sobol.h"
#include "search/standing.h"

#include <math.h>
#include <string.h>

enum { MARKS = 64, CHILDREN = 48 };

/* Members by id, one more than the population while one of them has to leave. */
typedef struct memory {
    vvi_arena arena; /* of the axes */
    vvi_axes axes;
    size_t n_domains;
    bool has_axes;
    vvi_counted counted;
    int *members, *marks; /* marks: MARKS populations, that before trial i at i % MARKS */
    size_t n, most, n_marks[MARKS];
    int start; /* the next trial */
    /* of each member, as it stands now */
    uint32_t *ranks;
    double *distances, *losses;
} memory;

typedef struct work {
    const vv_question *question;
    memory *m;
    vvi_arena arena;
    double *a, *b, *child;
    vvi_target *targets;
    vvi_follow follow;
} work;

static double option(const vv_question *question, const char *name)
{
    return vvi_option(&vvi_oracle_evolution, question->options, name);
}

static size_t population_of(const vv_question *question)
{
    const size_t population = (size_t)option(question, "population");
    return population > 0 ? population : question->n_objectives > 1 ? 20 : 12;
}

/* ---- memory ------------------------------------------------------------------------------------------------------- */

static void free_memory(void *memory_)
{
    memory *m = memory_;
    vvi_arena_deinit(&m->arena);
    vvi_counted_deinit(&m->counted);
    vvi_free(m->members);
    vvi_free(m->ranks);
    vvi_free(m->distances);
    vvi_free(m);
}

static bool allocate(memory *m, size_t population, size_t n_objectives)
{
    const size_t most = population + 1;
    m->most = population;
    m->members = vvi_calloc(most + MARKS * population, sizeof *m->members);
    m->ranks = vvi_calloc(most, sizeof *m->ranks);
    m->distances = vvi_calloc(most * (1 + n_objectives), sizeof *m->distances);
    if (m->members == NULL || m->ranks == NULL || m->distances == NULL) return false;
    m->marks = m->members + most;
    m->losses = m->distances + most;
    return true;
}

static vv_status find_memory(const vv_question *question, memory **m, vv_error *error)
{
    *m = question->cache->memory;
    if (*m != NULL) return VV_OK;
    *m = vvi_calloc(1, sizeof **m);
    if (*m == NULL) return vvi_no_memory(error);
    if (!allocate(*m, population_of(question), question->n_objectives)) {
        free_memory(*m);
        return vvi_no_memory(error);
    }
    *question->cache = (vv_cache){ .memory = *m, .free = free_memory };
    return VV_OK;
}

static vv_status renew_axes(memory *m, const vv_past *past, vv_error *error)
{
    if (m->has_axes && m->n_domains == past->n_domains) return VV_OK;
    vvi_arena_empty(&m->arena);
    m->has_axes = false;
    VVI_TRY(vvi_axes_make(past, &m->arena, &m->axes, error));
    m->has_axes = true;
    m->n_domains = past->n_domains;
    return VV_OK;
}

/* ---- who is better ------------------------------------------------------------------------------------------------ */

/* Members first..end - 1 are of one standing; their ranks begin at `rank`, and the next free one is returned through it. */
static bool rank_group(memory *m, const vv_past *past, size_t first, size_t end, uint32_t *rank)
{
    const bool forbidden = vvi_trial_standing(past, m->members[first]) == VVI_FORBIDDEN;
    const size_t n_losses = forbidden ? 1 : past->n_objectives, n = end - first;
    double *losses = m->losses;
    uint32_t next = *rank;
    for (size_t i = 0; i < n; i++) {
        const int id = m->members[first + i];
        for (size_t k = 0; k < n_losses; k++)
            losses[i * n_losses + k] = forbidden ? past->rows[id].violation : vv_past_loss(past, id, k);
    }
    if (!vvi_pareto_ranks(losses, n, n_losses, m->ranks + first)) return false;
    if (!vvi_pareto_crowding(losses, n, n_losses, m->ranks + first, m->distances + first)) return false;
    for (size_t i = first; i < end; i++) {
        m->ranks[i] += *rank;
        if (m->ranks[i] >= next) next = m->ranks[i] + 1;
    }
    *rank = next;
    return true;
}

/* Members are in the order of standing, and of age within it. */
static vv_status rank_members(memory *m, const vv_past *past, vv_error *error)
{
    uint32_t rank = 0;
    for (size_t first = 0, end; first < m->n; first = end) {
        const vvi_standing standing = vvi_trial_standing(past, m->members[first]);
        for (end = first; end < m->n && vvi_trial_standing(past, m->members[end]) == standing; end++) continue;
        if (!rank_group(m, past, first, end, &rank)) return vvi_no_memory(error);
    }
    return VV_OK;
}

static bool is_better(const memory *m, size_t a, size_t b)
{
    if (m->ranks[a] != m->ranks[b]) return m->ranks[a] < m->ranks[b];
    return m->distances[a] > m->distances[b];
}

/* ---- the population ----------------------------------------------------------------------------------------------- */

static void insert(memory *m, const vv_past *past, int id)
{
    const vvi_standing standing = vvi_trial_standing(past, id);
    size_t at = m->n++;
    for (; at > 0 && vvi_trial_standing(past, m->members[at - 1]) > standing; at--) m->members[at] = m->members[at - 1];
    m->members[at] = id;
}

static void leave(memory *m, size_t at)
{
    memmove(m->members + at, m->members + at + 1, (--m->n - at) * sizeof *m->members);
}

/* The worst, and of equal ones the oldest; or the oldest of all. */
static size_t find_leaver(const memory *m, bool by_age)
{
    size_t leaver = 0;
    for (size_t i = 1; i < m->n; i++)
        if (by_age ? m->members[i] < m->members[leaver] : is_better(m, leaver, i)) leaver = i;
    return leaver;
}

static vv_status take(work *w, int id, vv_error *error)
{
    memory *m = w->m;
    const vv_past *past = w->question->past;
    const bool by_age = option(w->question, "selection") > 0;
    memcpy(m->marks + (size_t)(id % MARKS) * m->most, m->members, m->n * sizeof *m->members);
    m->n_marks[id % MARKS] = m->n;
    if (vvi_trial_standing(past, id) >= VVI_USELESS) return VV_OK;
    insert(m, past, id);
    if (m->n <= m->most) return VV_OK;
    if (!by_age) VVI_TRY(rank_members(m, past, error));
    leave(m, find_leaver(m, by_age));
    return VV_OK;
}

/* To the population before the trial; where that is too long ago, to the beginning. */
static void go_back(memory *m, int id)
{
    const bool is_marked = m->start - id <= MARKS;
    m->start = is_marked ? id : 0;
    m->n = is_marked ? m->n_marks[id % MARKS] : 0;
    memcpy(m->members, m->marks + (size_t)(id % MARKS) * m->most, m->n * sizeof *m->members);
}

static vv_status catch_up(work *w, vv_error *error)
{
    memory *m = w->m;
    const vv_past *past = w->question->past;
    const int news = vvi_counted_first_news(&m->counted, past, m->start), end = (int)past->n_rows;
    VVI_TRY(renew_axes(m, past, error));
    if (news < m->start) go_back(m, news);
    VVI_TRY(vvi_counted_go_over(&m->counted, past, m->start, end, error));
    for (; m->start < end; m->start++) VVI_TRY(take(w, m->start, error));
    return rank_members(m, past, error);
}

/* ---- children ----------------------------------------------------------------------------------------------------- */

/* The best of some that are drawn: Deb et al. draw two, with three a thousand trials come a little farther. */
static int choose_parent(const work *w, vvi_stream *stream)
{
    const memory *m = w->m;
    const int rounds = (int)option(w->question, "tournament");
    size_t chosen = (size_t)vvi_stream_below(stream, m->n);
    for (int i = 1; i < rounds; i++) {
        const size_t other = (size_t)vvi_stream_below(stream, m->n);
        if (is_better(m, other, chosen)) chosen = other;
    }
    return m->members[chosen];
}

static void make_child(work *w, vvi_key key)
{
    const vvi_axes *axes = &w->m->axes;
    const vvi_breeding breeding = { option(w->question, "crossover"), option(w->question, "mutation") };
    vvi_stream stream = vvi_stream_begin(vvi_key_name(key, "parents"));
    vvi_axes_point(axes, w->question->past, choose_parent(w, &stream), w->a);
    vvi_axes_point(axes, w->question->past, choose_parent(w, &stream), w->b);
    vvi_breed(axes, w->a, w->b, &breeding, vvi_key_name(key, "child"), w->child);
    for (size_t i = 0; i < axes->n; i++) {
        const vvi_axis *axis = &axes->list[i];
        const double number = isnan(w->child[i]) ? (double)NAN : vvi_axis_from_unit(axis, w->child[i]);
        w->targets[i] = (vvi_target){ .hash = axis->hash, .name = axis->name, .number = number };
    }
}

/* Children that do not build or were tried give way to others, and in the end to draws at random. */
static vv_chooser begin_attempt(void *context, uint64_t attempt)
{
    work *w = context;
    const memory *m = w->m;
    const vvi_key trial = vvi_key_int(vvi_key_new(w->question->seed, "evolution"), w->question->trial);
    const vvi_key key = vvi_key_int(trial, (int64_t)attempt);
    const bool is_bred = attempt < CHILDREN;
    if (is_bred) make_child(w, key);
    w->follow = vvi_follow_begin(w->question, w->targets, is_bred ? m->axes.n : 0, key);
    return vvi_chooser_follow(&w->follow);
}

static vv_status propose(work *w, vv_answer *answer, vv_error *error)
{
    const size_t n = w->m->axes.n;
    vvi_sobol_draw start;
    vv_sampler sampler = { begin_attempt, w };
    w->a = vvi_arena_alloc(&w->arena, (3 * n + 1) * sizeof *w->a);
    w->targets = vvi_arena_alloc(&w->arena, (n + 1) * sizeof *w->targets);
    if (w->a == NULL || w->targets == NULL) return vvi_no_memory(error);
    w->b = w->a + n;
    w->child = w->b + n;
    if (w->m->n < w->m->most) VVI_TRY(vvi_sobol_begin(w->question, &start, &sampler, error));
    return vv_oracle_propose(w->question, &sampler, answer, error);
}

/* A memory that could not keep up starts anew. */
static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    work w = { .question = question };
    VVI_TRY(find_memory(question, &w.m, error));
    vv_status status = catch_up(&w, error);
    if (status != VV_OK) {
        free_memory(w.m);
        *question->cache = (vv_cache){ 0 };
    }
    if (status == VV_OK) status = propose(&w, answer, error);
    vvi_arena_deinit(&w.arena);
    return status;
}

static const char *const selections[] = { "best", "age", NULL };
static const vv_option_row options[] = {
    { .name = "population",
      .preset = 0,
      .min = 0,
      .max = 10000,
      .whole = true,
      .help = "trials to breed from, and to spread over the space first; 0: 12 with one objective, 20 with several" },
    { .name = "selection",
      .preset = 0,
      .max = 1,
      .words = selections,
      .help = "who stays: the best, or the youngest (regularised evolution)" },
    { .name = "crossover", .preset = 0.9, .min = 0, .max = 1, .help = "the chance that a trial has two parents" },
    { .name = "mutation",
      .preset = 1,
      .min = 0,
      .max = 100,
      .help = "how many hyperparameters of a child change, on average" },
    { .name = "tournament",
      .preset = 3,
      .min = 1,
      .max = 100,
      .whole = true,
      .help = "how many are drawn for the best of them to be a parent" },
};

const vv_oracle_kind vvi_oracle_evolution = {
    .name = "evolution",
    .summary = "NSGA-II, a genetic algorithm, for several objectives and thousands of trials",
    .paper =
        "Deb, Pratap, Agarwal, Meyarivan: A fast and elitist multiobjective genetic algorithm: NSGA-II, IEEE TEC 6, "
        "2002",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .most_objectives = VV_MAX_OBJECTIVES,
    .ask = ask,
};
