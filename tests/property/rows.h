/* rows.h - what is said of single hyperparameters and of families of them, against every configuration. */
#ifndef VARVE_TESTS_PROPERTY_ROWS_H
#define VARVE_TESTS_PROPERTY_ROWS_H

#include "brute.h"

#include <varve/explain.h>

enum { PAIRED = 500 }; /* of that many leaves all pairs are compared */

typedef struct comparing {
    program program;
    brute brute;
    vv_explanation *e;
    bool sampled; /* it has a continuum */
} comparing;

/* How much was said, over all programs. */
static struct {
    size_t programs, hyperparameters, conditions, families, joint, counts, formulas, nevers, sets, sets_seen, added,
        added_seen;
} said;

/* ---- hyperparameters -------------------------------------------------------------------------------------------- */

/* Rows that stand for a name with many domains say so in their text. */
static inline const vv_domain *domain_of(const vv_explained *h)
{
    return strstr(h->domain_text, " in all") != NULL ? NULL : &h->domain;
}

static inline void check_all_are_listed(const comparing *c)
{
    for (size_t i = 0; i < c->brute.n; i++) {
        const leaf *l = &c->brute.list[i];
        for (size_t k = 0; k < l->n; k++) {
            size_t found = 0;
            for (size_t h = 0; h < c->e->n_hyperparameters; h++) {
                const vv_explained *x = &c->e->hyperparameters[h];
                found += strcmp(x->name, l->values[k].name) == 0 && asks_as(l, x->name, domain_of(x));
            }
            assert_int_equal(found, 1);
        }
    }
}

static inline void check_active(const comparing *c, const vv_explained *h)
{
    said.hyperparameters++;
    said.conditions += h->active_when != NULL;
    for (size_t i = 0; i < c->brute.n; i++) {
        const leaf *l = &c->brute.list[i];
        const bool is_active = asks_as(l, h->name, domain_of(h));
        if (h->active_when != NULL && condition_holds(h->active_when, l->values, l->n) != is_active)
            fail_msg("%s is not active when \"%s\"", h->name, h->active_when);
    }
}

static inline bool is_live(const comparing *c, const vv_explained *h, vv_value value)
{
    for (size_t i = 0; i < c->brute.n; i++) {
        const leaf *l = &c->brute.list[i];
        if (l->buildable && asks_as(l, h->name, domain_of(h)) && vv_value_equal(asks(l, h->name)->value, value))
            return true;
    }
    return false;
}

static inline void check_dead(const comparing *c, const vv_explained *h)
{
    const uint64_t size = vv_domain_size(&h->domain);
    size_t dead = 0;
    if (domain_of(h) == NULL || size == 0) return;
    for (uint64_t at = 0; at < size; at++) {
        bool listed = false;
        const vv_value value = vv_domain_at(&h->domain, at);
        for (size_t i = 0; i < h->n_dead_values; i++) listed = listed || vv_value_equal(h->dead_values[i], value);
        if (listed == is_live(c, h, value)) fail_msg("%s: is its value %zu dead or not?", h->name, (size_t)at);
        dead += listed;
    }
    assert_int_equal(dead, h->n_dead_values);
    assert_int_equal(h->unreachable, dead == size);
}

/* What pairs of configurations show that differ in one value. */
typedef struct shown {
    bool structure, network, training;
} shown;

static inline shown look_at_pairs(const comparing *c, const char *name)
{
    shown s = { false };
    for (size_t i = 0; i < c->brute.n; i++) {
        for (size_t k = 0; k < c->brute.n; k++) {
            const leaf *a = &c->brute.list[i], *b = &c->brute.list[k];
            bool moved;
            if (i == k || asks(a, name) == NULL || !a->buildable || !differ_in(a, b, name, &moved)) continue;
            if (moved)
                s.structure = s.structure || !b->buildable || !ask_the_same(a, b);
            else if (!b->buildable || !ask_the_same(a, b) || !same_kinds(a, b))
                s.structure = true;
            else if (strcmp(a->network, b->network) != 0)
                s.network = true;
            else if (vv_model_digest(a->model) != vv_model_digest(b->model))
                s.training = true;
        }
    }
    return s;
}

static inline bool has_several_values(const comparing *c, const char *name)
{
    for (size_t i = 0; i < c->brute.n; i++)
        if (asks(&c->brute.list[i], name) != NULL && vv_domain_size(&asks(&c->brute.list[i], name)->domain) != 1)
            return true;
    return false;
}

static inline vv_role expected_role(const comparing *c, const vv_explained *h, shown s)
{
    if (!has_several_values(c, h->name)) return VV_ROLE_FIXED;
    if (h->unreachable) return VV_ROLE_UNREACHABLE;
    return s.structure ? VV_ROLE_STRUCTURE : s.network ? VV_ROLE_LAYER : s.training ? VV_ROLE_TRAINING : VV_ROLE_UNUSED;
}

static inline void check_role(const comparing *c, const vv_explained *h)
{
    const shown s = look_at_pairs(c, h->name);
    const vv_role role = expected_role(c, h, s);
    if (h->role != role) fail_msg("%s: its role is %s, not %s", h->name, vv_role_name(role), vv_role_name(h->role));
    assert_int_equal(h->structural, s.structure);
    assert_true(s.structure || h->adds_layers.n == 0);
}

/* ---- layers ----------------------------------------------------------------------------------------------------- */

/* The one number of a layer that programs set. */
static inline double number_set(const vv_layer *layer, const char **field)
{
    *field = layer->kind == VV_LAYER_DENSE     ? "units"
             : layer->kind == VV_LAYER_DROPOUT ? "rate"
             : layer->kind == VV_LAYER_CONV2D  ? "kernel_size"
                                               : "activation";
    return layer->kind == VV_LAYER_DENSE        ? layer->dense.units
           : layer->kind == VV_LAYER_DROPOUT    ? (double)layer->dropout.rate
           : layer->kind == VV_LAYER_CONV2D     ? layer->conv2d.kernel_size
           : layer->kind == VV_LAYER_ACTIVATION ? (double)layer->activation.activation
                                                : 0;
}

/* Are two layers of a network equal in all but their names? */
static inline bool are_equal(const leaf *l, int a, int b)
{
    const char *field;
    const vv_layer *first = vv_model_node(l->model, (vv_node)a).layer,
                   *second = vv_model_node(l->model, (vv_node)b).layer;
    if (first->kind != second->kind || first->line != second->line) return false;
    const double x = number_set(first, &field), y = number_set(second, &field);
    return x >= y && x <= y;
}

/* Is there a layer in one that comes from where none in the other comes from, and is of that name, or equal to that? */
static inline bool is_added(const leaf *l, const leaf *other, const char *name)
{
    const int node = node_of(l, name);
    for (int i = 1; node >= 0 && i <= l->n_origins; i++)
        if (!has_origin(other, l->origins[i - 1]) && (i == node || are_equal(l, i, node))) return true;
    return false;
}

static inline bool is_listed(const vv_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->n; i++)
        if (strcmp(texts->list[i], text) == 0) return true;
    return false;
}

/* Layers that are in `l` and not in `other`: how many of them are said? */
static inline void count_added(const leaf *l, const leaf *other, const vv_explained *h)
{
    for (int i = 1; i <= l->n_origins; i++) {
        if (has_origin(other, l->origins[i - 1])) continue;
        said.added_seen++;
        for (int k = 1; k <= l->n_origins; k++) {
            if (k != i && !are_equal(l, i, k)) continue;
            if (!is_listed(&h->adds_layers, vv_model_node(l->model, (vv_node)k).name)) continue;
            said.added++;
            break;
        }
    }
}

/* What is said to be added is, in some pair; and nearly all that can be seen to be is said. */
static inline void check_adds(const comparing *c, const vv_explained *h)
{
    bool seen[256] = { false };
    assert_true(h->adds_layers.n <= 256);
    for (size_t i = 0; i < c->brute.n; i++) {
        for (size_t k = 0; k < c->brute.n; k++) {
            const leaf *a = &c->brute.list[i], *b = &c->brute.list[k];
            bool moved = false;
            if (!a->buildable || !b->buildable || !asks_as(a, h->name, domain_of(h))) continue;
            if (!asks_as(b, h->name, domain_of(h)) || !differ_in(a, b, h->name, &moved) || moved) continue;
            count_added(a, b, h);
            for (size_t n = 0; n < h->adds_layers.n; n++)
                seen[n] = seen[n] || is_added(a, b, h->adds_layers.list[n]) || is_added(b, a, h->adds_layers.list[n]);
        }
    }
    for (size_t n = 0; n < h->adds_layers.n; n++)
        if (!seen[n]) fail_msg("%s does not add %s", h->name, h->adds_layers.list[n]);
}

/* ---- fields ----------------------------------------------------------------------------------------------------- */

static inline bool is_set(const vv_explained *h, const char *layer, const char *field)
{
    for (size_t i = 0; i < h->n_sets; i++)
        if (strcmp(h->sets[i].layer, layer) == 0 && strcmp(h->sets[i].field, field) == 0) return true;
    return false;
}

/* Every field that is said to be set was seen to be; and nearly every one that can be seen is said. */
static inline void look_at_fields(const leaf *a, const leaf *b, const vv_explained *h, bool *seen)
{
    const bool same = same_kinds(a, b);
    for (size_t n = 0; n < vv_model_node_count(a->model); n++) {
        const char *field, *unused;
        const vv_layer_view va = vv_model_node(a->model, (vv_node)n);
        const int partner = node_of(b, va.name);
        const vv_layer *other = partner < 0 ? NULL : vv_model_node(b->model, (vv_node)partner).layer;
        if (other == NULL || other->kind != va.layer->kind) continue;
        const double x = number_set(va.layer, &field), y = number_set(other, &unused);
        if (!(x < y) && !(x > y)) continue;
        said.sets_seen += same;
        said.sets += same && is_set(h, va.name, field);
        for (size_t s = 0; s < h->n_sets; s++)
            if (strcmp(h->sets[s].layer, va.name) == 0 && strcmp(h->sets[s].field, field) == 0) seen[s] = true;
    }
}

static inline void check_sets(const comparing *c, const vv_explained *h)
{
    bool seen[256] = { false };
    assert_true(h->n_sets <= 256);
    for (size_t i = 0; i < c->brute.n; i++) {
        for (size_t k = 0; k < i; k++) {
            const leaf *a = &c->brute.list[i], *b = &c->brute.list[k];
            bool moved = false;
            if (!a->buildable || !b->buildable || !asks_as(a, h->name, domain_of(h))) continue;
            if (asks_as(b, h->name, domain_of(h)) && differ_in(a, b, h->name, &moved) && !moved)
                look_at_fields(a, b, h, seen);
        }
    }
    for (size_t s = 0; s < h->n_sets; s++) {
        const bool training = strcmp(h->sets[s].layer, "optimizer") == 0;
        if (!seen[s] && !training) fail_msg("%s does not set %s of %s", h->name, h->sets[s].field, h->sets[s].layer);
    }
}

static inline void check_hyperparameters(const comparing *c)
{
    check_all_are_listed(c);
    for (size_t i = 0; i < c->e->n_hyperparameters; i++) {
        const vv_explained *h = &c->e->hyperparameters[i];
        check_active(c, h);
        check_dead(c, h);
        if (c->brute.n > PAIRED) continue;
        check_sets(c, h);
        check_adds(c, h);
        if (!c->sampled) check_role(c, h);
    }
}

/* ---- families --------------------------------------------------------------------------------------------------- */

static inline void check_families(const comparing *c)
{
    for (size_t i = 0; i < c->e->n_families; i++) {
        const vv_family *f = &c->e->families[i];
        said.families++;
        said.joint += f->active_when != NULL;
        for (size_t m = 0; m < f->n; m++) {
            const vv_explained *h = &c->e->hyperparameters[f->first + m];
            assert_string_equal(h->family, f->name);
            for (size_t k = 0; f->active_when != NULL && k < c->brute.n; k++) {
                const leaf *l = &c->brute.list[k];
                if (member_condition_holds(f->active_when, l->values, l->n, f->name, h->name) !=
                    asks_as(l, h->name, domain_of(h)))
                    fail_msg("%s of %s is not active when \"%s\"", h->name, f->name, f->active_when);
            }
        }
    }
}

#endif
