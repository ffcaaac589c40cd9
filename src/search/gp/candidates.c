/* candidates.c - configurations as points, and back.
 *
 * Which hyperparameters a configuration has is for the builder to say. Candidates of one structure share a form: their
 * axes and domains. A candidate comes from the builder, or from a trial; others of its form are made by moving it along
 * axes that have many values, which rarely change the structure and cost no build. If one does, the proposal that the
 * builder makes of it is merely another than was meant.
 */
#include "search/gp/trials.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FORMS = 256, DRAWS = 64, VARIANTS = 6, BEST = 10, NEIGHBOURS = 10 };

vv_status vvi_gp_pool_make(vvi_gp_pool *pool, const vv_question *question, const vvi_axes *axes,
                           const vvi_gp_learnt *learnt, vvi_arena *arena, vv_error *error)
{
    const vvi_key key = vvi_key_int(vvi_key_new(question->seed, "candidates"), question->trial);
    *pool = (vvi_gp_pool){ .question = question, .axes = axes, .learnt = learnt, .arena = arena, .key = key };
    pool->stream = vvi_stream_begin(vvi_key_name(key, "moves"));
    pool->most = DRAWS * (VARIANTS + 1) + BEST * NEIGHBOURS;
    if (axes->n > 100) pool->most = pool->most * 100 / axes->n + 32;
    pool->list = vvi_arena_alloc(arena, pool->most * sizeof *pool->list);
    pool->forms = vvi_arena_alloc(arena, MOST_FORMS * sizeof(vvi_gp_form *));
    pool->targets = vvi_arena_alloc(arena, (axes->n + 1) * sizeof *pool->targets);
    pool->looked.axes = vvi_arena_alloc(arena, (axes->n + 1) * sizeof *pool->looked.axes);
    pool->looked.domains = vvi_arena_alloc(arena, (axes->n + 1) * sizeof(vv_domain *));
    return pool->list == NULL || pool->forms == NULL || pool->targets == NULL || pool->looked.axes == NULL ||
                   pool->looked.domains == NULL
               ? vvi_no_memory(error)
               : VV_OK;
}

void vvi_gp_pool_deinit(vvi_gp_pool *pool)
{
    vvi_build_deinit(&pool->build);
}

/* ---- forms ------------------------------------------------------------------------------------------------------- */

static uint64_t hash_form(const vvi_gp_form *form)
{
    uint64_t hash = vvi_hash_bytes(VVI_HASH_START, form->axes, form->n * sizeof *form->axes);
    for (size_t i = 0; i < form->n; i++) {
        const vv_domain *domain = form->domains[i];
        hash = vvi_hash_number(vvi_hash_number(vvi_hash_number(hash, domain->min), domain->max), domain->step);
        hash = vvi_hash_bytes(hash, &domain->n_values, sizeof domain->n_values);
    }
    return hash;
}

static bool is_same_form(const vvi_gp_form *a, const vvi_gp_form *b)
{
    if (a->hash != b->hash || a->n != b->n || memcmp(a->axes, b->axes, a->n * sizeof *a->axes) != 0) return false;
    for (size_t i = 0; i < a->n; i++)
        if (!vv_domain_equal(a->domains[i], b->domains[i])) return false;
    return true;
}

static const vvi_gp_form *find_form(vvi_gp_pool *pool, vv_error *error)
{
    vvi_gp_form *looked = &pool->looked;
    looked->hash = hash_form(looked);
    for (size_t i = 0; i < pool->n_forms; i++)
        if (is_same_form(pool->forms[i], looked)) return pool->forms[i];
    vvi_gp_form *form = vvi_arena_alloc(pool->arena, sizeof *form);
    uint32_t *axes = vvi_arena_alloc(pool->arena, (looked->n + 1) * sizeof *axes);
    const vv_domain **domains = vvi_arena_alloc(pool->arena, (looked->n + 1) * sizeof *domains);
    if (form == NULL || axes == NULL || domains == NULL) {
        vvi_no_memory(error);
        return NULL;
    }
    *form = (vvi_gp_form){ .hash = looked->hash, .n = looked->n, .axes = axes, .domains = domains };
    memcpy(axes, looked->axes, looked->n * sizeof *axes);
    memcpy(domains, looked->domains, looked->n * sizeof *domains);
    if (pool->n_forms < MOST_FORMS) pool->forms[pool->n_forms++] = form;
    return form;
}

/* A domain that no trial has had goes to an axis of its name if both are numbers of one sampling: a range that depends
 * on other values. */
static uint32_t find_relative(const vvi_gp_pool *pool, const vv_active *active)
{
    const uint32_t name = vvi_past_find_name(pool->question->past, active->name);
    const bool number = active->domain.kind == VV_DOMAIN_INT || active->domain.kind == VV_DOMAIN_FLOAT;
    for (uint32_t a = 0; name != VVI_NOWHERE && number && a < pool->axes->n; a++) {
        const vv_domain *domain = &pool->axes->list[a].domain;
        if (pool->axes->list[a].name == pool->question->past->names[name] && domain->kind == active->domain.kind &&
            domain->sampling == active->domain.sampling)
            return a;
    }
    return VVI_NOWHERE;
}

static vv_status look_at(vvi_gp_pool *pool, const vv_active *active, double *point, vv_error *error)
{
    const vv_past *past = pool->question->past;
    const uint32_t number = vvi_past_find_domain(past, active->name, &active->domain);
    const uint32_t axis = number == VVI_NOWHERE ? find_relative(pool, active) : pool->axes->of_domain[number];
    if (axis == VVI_NOWHERE) return VV_OK;
    const vv_domain *domain = number == VVI_NOWHERE ? NULL : &past->domains[number].domain;
    if (domain == NULL) {
        vv_domain *copy = vvi_arena_alloc(pool->arena, sizeof *copy);
        if (copy == NULL) return vvi_no_memory(error);
        *copy = active->domain;
        domain = copy;
    }
    pool->looked.axes[pool->looked.n] = axis;
    pool->looked.domains[pool->looked.n++] = domain;
    point[axis] = vvi_axis_to_unit(&pool->axes->list[axis], vvi_value_number(&active->domain, active->value));
    return VV_OK;
}

static vv_status candidate_of_build(vvi_gp_pool *pool, vvi_gp_candidate *candidate, double *point, vv_error *error)
{
    const vv_hp *hp = pool->build.hp;
    for (size_t a = 0; a < pool->axes->n; a++) point[a] = (double)NAN;
    pool->looked.n = 0;
    for (size_t i = 0; i < vv_hp_count(hp); i++) VVI_TRY(look_at(pool, vv_hp_at(hp, i), point, error));
    *candidate = (vvi_gp_candidate){ .form = find_form(pool, error), .point = point };
    return candidate->form == NULL ? VV_NO_MEMORY : VV_OK;
}

static vv_status candidate_of_trial(vvi_gp_pool *pool, int id, vvi_gp_candidate *candidate, double *point,
                                    vv_error *error)
{
    const vv_past *past = pool->question->past;
    const vvi_shape *shape = vvi_past_shape(past, id);
    vvi_axes_point(pool->axes, past, id, point);
    pool->looked.n = 0;
    for (uint32_t i = 0; i < shape->n; i++) {
        if (pool->axes->of_domain[shape->domains[i]] == VVI_NOWHERE) continue;
        pool->looked.axes[pool->looked.n] = pool->axes->of_domain[shape->domains[i]];
        pool->looked.domains[pool->looked.n++] = &past->domains[shape->domains[i]].domain;
    }
    *candidate = (vvi_gp_candidate){ .form = find_form(pool, error), .point = point };
    return candidate->form == NULL ? VV_NO_MEMORY : VV_OK;
}

/* ---- building ---------------------------------------------------------------------------------------------------- */

size_t vvi_gp_targets(const vvi_gp_pool *pool, const vvi_gp_candidate *candidate, vvi_target *targets)
{
    for (size_t i = 0; i < candidate->form->n; i++) {
        const uint32_t at = candidate->form->axes[i];
        const vvi_axis *axis = &pool->axes->list[at];
        targets[i] = (vvi_target){ axis->hash, axis->name, vvi_axis_from_unit(axis, candidate->point[at]) };
    }
    return candidate->form->n;
}

static vv_status build(vvi_gp_pool *pool, size_t n_targets, bool *made, vv_error *error)
{
    const vvi_key key = vvi_key_int(pool->key, pool->builds++);
    vvi_follow follow = vvi_follow_begin(pool->question, pool->targets, n_targets, key);
    const vv_chooser chooser = vvi_chooser_follow(&follow);
    VVI_TRY(vvi_build_run(pool->question->builder, &chooser, &pool->build, error));
    *made = pool->build.buildable && !vvi_past_contains(pool->question->session->tried, pool->build.hp);
    return VV_OK;
}

vv_status vvi_gp_pool_build(vvi_gp_pool *pool, const vvi_gp_candidate *wanted, uint32_t axis, double position,
                            vvi_gp_candidate *candidate, double *point, bool *made, vv_error *error)
{
    const size_t n = vvi_gp_targets(pool, wanted, pool->targets);
    for (size_t i = 0; i < n; i++) {
        if (wanted->form->axes[i] != axis) continue;
        pool->targets[i].number = vvi_axis_from_unit(&pool->axes->list[axis], position);
    }
    VVI_TRY(build(pool, n, made, error));
    return *made ? candidate_of_build(pool, candidate, point, error) : VV_OK;
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

void vvi_gp_candidate_snap(const vvi_gp_pool *pool, vvi_gp_candidate *candidate)
{
    for (size_t i = 0; i < candidate->form->n; i++) {
        const vvi_axis *axis = &pool->axes->list[candidate->form->axes[i]];
        double *at = &candidate->point[candidate->form->axes[i]];
        if (axis->ordered) *at = vvi_axis_snap(axis, candidate->form->domains[i], *at);
    }
}

static bool is_known(const vvi_gp_points *points, size_t i, const double *point)
{
    for (size_t a = 0; a < points->axes->n; a++) {
        const double known = points->columns[a * points->most + i];
        if (!(known <= point[a] && known >= point[a]) && !(isnan(known) && isnan(point[a]))) return false;
    }
    return true;
}

void vvi_gp_candidate_score(const vvi_gp_pool *pool, vvi_gp_candidate *candidate)
{
    const vvi_gp_points *points = &pool->learnt->trials.points;
    candidate->value = vvi_gp_acquire(&pool->learnt->acquisition, candidate->point, NULL);
    if (isnan(candidate->value)) candidate->value = -(double)INFINITY;
    for (size_t i = 0; i < points->n; i++)
        if (is_known(points, i, candidate->point)) candidate->value = -(double)INFINITY; /* tried, or running */
}

/* Ties by place, so that the order does not hang on how the library sorts. */
static int compare(const void *a, const void *b)
{
    const vvi_gp_candidate *x = a, *y = b;
    if (x->value > y->value) return -1;
    if (x->value < y->value) return 1;
    return (x->place > y->place) - (x->place < y->place);
}

void vvi_gp_pool_sort(vvi_gp_pool *pool)
{
    qsort(pool->list, pool->n, sizeof *pool->list, compare);
}

/* ---- filling ----------------------------------------------------------------------------------------------------- */

/* An axis along which candidates of one form are moved: it has many values. */
static bool is_long(const vvi_gp_candidate *candidate, const vvi_axes *axes, size_t i)
{
    const uint64_t size = vv_domain_size(candidate->form->domains[i]);
    return axes->list[candidate->form->axes[i]].ordered && (size == 0 || size > 12);
}

static void add(vvi_gp_pool *pool, const vvi_gp_candidate *candidate)
{
    pool->list[pool->n] = *candidate;
    pool->list[pool->n].place = pool->n;
    vvi_gp_candidate_snap(pool, &pool->list[pool->n]);
    vvi_gp_candidate_score(pool, &pool->list[pool->n]);
    pool->n++;
}

/* Another one of the form. Spread 0: anywhere; else near, along some of the axes (Regis, Shoemaker: Combining radial basis
 * function surrogates and dynamic coordinate search, Engineering Optimization 45, 2013). */
static vv_status add_moved(vvi_gp_pool *pool, const vvi_gp_candidate *from, double spread, vv_error *error)
{
    vvi_gp_candidate moved = *from;
    moved.near = spread > 0;
    if (pool->n == pool->most) return VV_OK;
    moved.point = vvi_arena_alloc(pool->arena, (pool->axes->n + 1) * sizeof *moved.point);
    if (moved.point == NULL) return vvi_no_memory(error);
    memcpy(moved.point, from->point, pool->axes->n * sizeof *moved.point);
    const double chance = spread > 0 ? fmax(0.3, fmin(1, 8 / (double)(from->form->n + 1))) : 1;
    for (size_t i = 0; i < from->form->n; i++) {
        double *at = &moved.point[from->form->axes[i]];
        if (!is_long(from, pool->axes, i) || vvi_stream_unit(&pool->stream) >= chance) continue;
        *at = spread > 0 ? *at + spread * vvi_stream_normal(&pool->stream) : vvi_stream_unit(&pool->stream);
        *at = fmin(fmax(*at, 0), 1);
    }
    add(pool, &moved);
    return VV_OK;
}

static vv_status add_draws(vvi_gp_pool *pool, size_t n, vv_error *error)
{
    for (size_t i = 0; i < n && pool->n < pool->most; i++) {
        bool made;
        vvi_gp_candidate drawn;
        double *point = vvi_arena_alloc(pool->arena, (pool->axes->n + 1) * sizeof *point);
        if (point == NULL) return vvi_no_memory(error);
        VVI_TRY(build(pool, 0, &made, error));
        if (!made) continue;
        VVI_TRY(candidate_of_build(pool, &drawn, point, error));
        add(pool, &drawn);
        for (size_t k = 0; k < VARIANTS; k++) VVI_TRY(add_moved(pool, &drawn, 0, error));
    }
    return VV_OK;
}

/* The k-th best of the points by posterior mean; ties: the older one. */
static size_t next_best(const vvi_gp_model *model, size_t n, size_t before, bool first)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++) {
        const double mean = model->means[i];
        const bool after = first || mean > model->means[before] || (mean >= model->means[before] && i > before);
        if (after && (best == n || mean < model->means[best])) best = i;
    }
    return best;
}

static vv_status add_neighbours(vvi_gp_pool *pool, vv_error *error)
{
    const vvi_gp_trials *trials = &pool->learnt->trials;
    if (pool->learnt->acquisition.losses == NULL) return VV_OK;
    size_t at = 0;
    for (size_t k = 0; k < BEST && k < trials->n; k++) {
        vvi_gp_candidate candidate;
        double *point = vvi_arena_alloc(pool->arena, (pool->axes->n + 1) * sizeof *point);
        if (point == NULL) return vvi_no_memory(error);
        at = next_best(&pool->learnt->losses, trials->n, at, k == 0);
        if (at == trials->n) break;
        VVI_TRY(candidate_of_trial(pool, trials->ids[at], &candidate, point, error));
        for (int i = 0; i < NEIGHBOURS; i++) VVI_TRY(add_moved(pool, &candidate, 0.2 * pow(0.5, i % 5), error));
    }
    return VV_OK;
}

vv_status vvi_gp_pool_fill(vvi_gp_pool *pool, vv_error *error)
{
    VVI_TRY(add_neighbours(pool, error));
    VVI_TRY(add_draws(pool, DRAWS, error));
    vvi_gp_pool_sort(pool);
    return VV_OK;
}
