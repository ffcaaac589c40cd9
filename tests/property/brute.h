/* brute.h - every configuration of a program, built one by one, by an odometer of its own. Of a continuum two values are
 * taken, one in either half: programs ask no more of it than in which it is.
 */
#ifndef VARVE_TESTS_BRUTE_H
#define VARVE_TESTS_BRUTE_H

#include "program.h"
#include "words.h"

enum { MOST_LEAVES = 4000, MOST_ASKED = 48 };

typedef struct leaf {
    vv_hp *hp; /* owned, like the model */
    vv_model *model;
    vv_assignment values[MOST_ASKED];
    size_t n;
    bool buildable;
    vv_cost cost;
    char *network; /* the text of all layers, without names; NULL: not buildable */
    int origins[MOST_ORIGINS];
    int n_origins;
} leaf;

typedef struct brute {
    leaf list[MOST_LEAVES];
    size_t n, buildable;
    bool complete;
} brute;

typedef struct odometer {
    uint64_t position[MOST_ASKED], count[MOST_ASKED];
    size_t n, asked;
    bool too_many;
} odometer;

static bool turn_choose(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    odometer *o = context;
    const uint64_t size = vv_domain_size(domain);
    (void)name;
    if (o->asked == MOST_ASKED) o->too_many = true;
    if (o->too_many) return false;
    if (o->asked == o->n) {
        o->count[o->n] = size == 0 ? 2 : size;
        o->position[o->n++] = 0;
    }
    const uint64_t at = o->position[o->asked++];
    *value = size == 0 ? vv_domain_from_unit(domain, at == 0 ? 0.25 : 0.75) : vv_domain_at(domain, at);
    return true;
}

static bool turn(odometer *o)
{
    while (o->n > 0 && o->position[o->n - 1] + 1 == o->count[o->n - 1]) o->n--;
    if (o->n > 0) o->position[o->n - 1]++;
    return o->n > 0;
}

static void add_text(char *text, size_t size, const char *format, ...)
{
    const size_t n = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + n, size - n, format, arguments);
    va_end(arguments);
}

/* Kinds, fields, shapes. */
static char *text_of(const vv_model *model)
{
    static char text[16384];
    text[0] = '\0';
    for (size_t i = 0; i < vv_model_node_count(model); i++) {
        const vv_layer_view view = vv_model_node(model, (vv_node)i);
        add_text(text, sizeof text, "%d %d %llu", (int)view.layer->kind, view.output.rank,
                 (unsigned long long)view.params);
        for (int d = 0; d < view.output.rank; d++) add_text(text, sizeof text, ".%d", view.output.dim[d]);
        if (view.layer->kind == VV_LAYER_DROPOUT) add_text(text, sizeof text, " %g", (double)view.layer->dropout.rate);
        if (view.layer->kind == VV_LAYER_ACTIVATION)
            add_text(text, sizeof text, " %d", (int)view.layer->activation.activation);
        if (view.layer->kind == VV_LAYER_CONV2D) add_text(text, sizeof text, " %d", view.layer->conv2d.kernel_size);
        add_text(text, sizeof text, "\n");
    }
    char *copy = malloc(strlen(text) + 1);
    assert_non_null(copy);
    return strcpy(copy, text);
}

static void build_leaf(leaf *l, program *p, odometer *o)
{
    const vv_chooser chooser = { turn_choose, o };
    *l = (leaf){ .hp = vv_hp_new(&chooser) };
    o->asked = 0;
    running r;
    l->model = run_program(&r, p, l->hp);
    memcpy(l->origins, r.origins, sizeof l->origins);
    l->n_origins = r.n_origins;
    if (vv_hp_status(l->hp) != VV_OK) fail_msg("a program's mistake: %s", vv_hp_error(l->hp));
    l->n = vv_hp_count(l->hp) < MOST_ASKED ? vv_hp_count(l->hp) : MOST_ASKED;
    for (size_t i = 0; i < l->n; i++)
        l->values[i] = (vv_assignment){ vv_hp_at(l->hp, i)->name, vv_hp_at(l->hp, i)->value };
    l->buildable = l->model != NULL && vv_model_status(l->model) == VV_OK;
    if (!l->buildable) return;
    CHECK_OK(vv_model_cost(l->model, VV_INT8, &l->cost, NULL, NULL, NULL));
    l->network = text_of(l->model);
}

static void free_leaf(leaf *l)
{
    vv_model_free(l->model);
    vv_hp_free(l->hp);
    free(l->network);
}

/* complete false: there are more than that. */
static void enumerate(brute *b, program *p, size_t most)
{
    odometer o = { .n = 0 };
    b->n = b->buildable = 0;
    b->complete = false;
    do {
        if (b->n == most || o.too_many) return;
        build_leaf(&b->list[b->n], p, &o);
        b->buildable += b->list[b->n++].buildable;
    } while (turn(&o));
    b->complete = !o.too_many;
}

static void free_brute(brute *b)
{
    for (size_t i = 0; i < b->n; i++) free_leaf(&b->list[i]);
}

/* ---- looking at leaves ------------------------------------------------------------------------------------------ */

static const vv_active *asks(const leaf *l, const char *name)
{
    return vv_hp_find(l->hp, name);
}

static bool asks_as(const leaf *l, const char *name, const vv_domain *domain)
{
    const vv_active *active = asks(l, name);
    return active != NULL && (domain == NULL || vv_domain_equal(&active->domain, domain));
}

static size_t layers_of(const leaf *l, const char *kind)
{
    size_t n = 0;
    for (size_t i = 0; i < vv_model_node_count(l->model); i++) {
        const vv_layer *layer = vv_model_node(l->model, (vv_node)i).layer;
        for (size_t k = 0; vv_layer_info_at(k) != NULL; k++)
            n += vv_layer_info_at(k)->kind == layer->kind && strcmp(vv_layer_info_at(k)->name, kind) == 0;
    }
    return n;
}

/* The node of a layer of that name; -1: there is none. */
static int node_of(const leaf *l, const char *name)
{
    for (size_t i = 0; i < vv_model_node_count(l->model); i++)
        if (strcmp(vv_model_node(l->model, (vv_node)i).name, name) == 0) return (int)i;
    return -1;
}

static bool has_origin(const leaf *l, int origin)
{
    for (int i = 0; i < l->n_origins; i++)
        if (l->origins[i] == origin) return true;
    return false;
}

/* Could each keep its value where the other is? */
static bool can_swap(const vv_active *a, const vv_active *b)
{
    return vv_domain_contains(&a->domain, b->value) && vv_domain_contains(&b->domain, a->value);
}

/* Have they all values in common but that one, as far as both ask? *moved: but for some that could not. */
static bool differ_in(const leaf *a, const leaf *b, const char *name, bool *moved)
{
    *moved = false;
    for (size_t i = 0; i < a->n; i++) {
        const vv_active *own = vv_hp_at(a->hp, i), *other = asks(b, own->name);
        const bool is_it = strcmp(own->name, name) == 0,
                   same = other != NULL && vv_value_equal(other->value, own->value);
        if (is_it && (other == NULL || same)) return false;
        if (is_it || other == NULL || same) continue;
        if (can_swap(own, other)) return false;
        *moved = true;
    }
    return true;
}

static bool ask_the_same(const leaf *a, const leaf *b)
{
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++)
        if (!asks_as(b, a->values[i].name, &vv_hp_at(a->hp, i)->domain)) return false;
    return true;
}

static bool same_kinds(const leaf *a, const leaf *b)
{
    const size_t n = vv_model_node_count(a->model);
    if (n != vv_model_node_count(b->model)) return false;
    for (size_t i = 0; i < n; i++)
        if (vv_model_node(a->model, (vv_node)i).layer->kind != vv_model_node(b->model, (vv_node)i).layer->kind)
            return false;
    return true;
}

#endif
