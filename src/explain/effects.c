/* effects.c - how two networks differ that have all values but one in common.
 *
 * Where both have the same structure their fields are compared, layer by layer, and what they are compiled and fitted
 * with; where the structures differ, their layers are aligned (align.c), and those without a partner are what the value
 * adds. If equal layers stand side by side, the alignment does not know which of them is new, and its guess by name
 * counts only if no other pair of networks has shown that this name is one that moves on.
 */
#include "explain/align.h"
#include "explain/flips.h"
#include "nn/nn.h"
#include "nn/values.h"

#include <string.h>

/* ---- lists ------------------------------------------------------------------------------------------------------ */

/* Names of layers come from models that end: they are copied. */
static const char *keep(vvi_explainer *x, const char *text)
{
    return vvi_arena_strdup(x->arena, text);
}

static bool has_layer(const vvi_layer_names *names, const char *layer, int line)
{
    for (size_t i = 0; i < names->n; i++)
        if (names->lines[i] == line && strcmp(names->list[i], layer) == 0) return true;
    return false;
}

static bool add_layer(vvi_explainer *x, vvi_layer_names *names, const char *layer, int line, size_t place)
{
    size_t at = 0;
    if (has_layer(names, layer, line)) return true;
    if (!vvi_arena_reserve(x->arena, &names->list, names->n, sizeof *names->list)) return false;
    if (!vvi_arena_reserve(x->arena, &names->places, names->n, sizeof *names->places)) return false;
    if (!vvi_arena_reserve(x->arena, &names->lines, names->n, sizeof *names->lines)) return false;
    while (at < names->n && names->places[at] <= place) at++;
    memmove(names->list + at + 1, names->list + at, (names->n - at) * sizeof *names->list);
    memmove(names->places + at + 1, names->places + at, (names->n - at) * sizeof *names->places);
    memmove(names->lines + at + 1, names->lines + at, (names->n - at) * sizeof *names->lines);
    names->list[at] = keep(x, layer);
    names->places[at] = place;
    names->lines[at] = line;
    names->n++;
    return names->list[at] != NULL;
}

static bool add_node(vvi_explainer *x, vvi_layer_names *names, const vvi_node *node, size_t place)
{
    return add_layer(x, names, node->name, node->layer.line, place);
}

static bool add_all(vvi_explainer *x, vvi_layer_names *to, const vvi_layer_names *from)
{
    for (size_t i = 0; i < from->n; i++)
        if (!add_layer(x, to, from->list[i], from->lines[i], from->places[i])) return false;
    return true;
}

static bool add_set(vvi_explainer *x, vvi_effects *effects, const char *layer, const char *field)
{
    for (size_t i = 0; i < effects->n_sets; i++)
        if (strcmp(effects->sets[i].layer, layer) == 0 && strcmp(effects->sets[i].field, field) == 0) return true;
    if (!vvi_arena_reserve(x->arena, &effects->sets, effects->n_sets, sizeof *effects->sets)) return false;
    const vv_set_field set = { keep(x, layer), field };
    effects->sets[effects->n_sets++] = set;
    return set.layer != NULL;
}

/* ---- comparing networks of one structure ------------------------------------------------------------------------ */

static bool same_number(double a, double b)
{
    return a >= b && a <= b;
}

static bool compare_fields(vvi_explainer *x, vvi_effects *effects, const char *what, const vv_field *fields, size_t n,
                           const void *a, const void *b, bool *differ)
{
    for (size_t i = 0; i < n; i++) {
        if (vvi_same_field(&fields[i], a, b)) continue;
        *differ = true;
        if (!add_set(x, effects, what, fields[i].name)) return false;
    }
    return true;
}

static bool compare_nodes(vvi_explainer *x, vvi_effects *effects, const vvi_node *a, const vvi_node *b, size_t place)
{
    const vv_layer_info *info = &a->row->info;
    bool differ = false;
    if (!compare_fields(x, effects, a->name, info->fields, info->n_fields, vvi_layer_arguments(&a->layer),
                        vvi_layer_arguments(&b->layer), &differ))
        return false;
    effects->fields = effects->fields || differ;
    if (differ || (vvi_shape_equal(a->out, b->out) && a->param_count == b->param_count)) return true;
    return add_node(x, &effects->follows, a, place);
}

static bool compare_metrics(const vv_model *a, const vv_model *b)
{
    if (a->args.metrics.n != b->args.metrics.n) return false;
    for (size_t i = 0; i < a->args.metrics.n; i++)
        if (strcmp(a->metrics[i].name, b->metrics[i].name) != 0) return false;
    return true;
}

static bool compare_optimizers(vvi_explainer *x, vvi_effects *effects, const vv_optimizer *a, const vv_optimizer *b)
{
    bool differ = false;
    if (a->kind != b->kind) return add_set(x, effects, "optimizer", "kind");
    const vvi_optimizer_row *row = vvi_optimizer_row_of(a->kind);
    vv_optimizer mine = *a, other = *b;
    return compare_fields(x, effects, "optimizer", row->fields, row->n_fields, vvi_optimizer_arguments(&mine),
                          vvi_optimizer_arguments(&other), &differ);
}

/* What the networks are compiled and fitted with. */
static bool compare_training(vvi_explainer *x, vvi_effects *effects, const vv_model *a, const vv_model *b)
{
    const vvi_rehearsed_fit *f = &a->rehearsed, *g = &b->rehearsed;
    const struct {
        bool differ;
        const char *what, *field;
    } rows[] = {
        { a->args.loss != b->args.loss, "compile", "loss" },
        { !same_number(a->args.huber_delta, b->args.huber_delta), "compile", "huber_delta" },
        { !same_number(a->args.label_smoothing, b->args.label_smoothing), "compile", "label_smoothing" },
        { a->args.from_logits != b->args.from_logits, "compile", "from_logits" },
        { !compare_metrics(a, b), "compile", "metrics" },
        { f->epochs != g->epochs, "fit", "epochs" },
        { f->batch_size != g->batch_size, "fit", "batch_size" },
        { f->no_shuffle != g->no_shuffle, "fit", "no_shuffle" },
        { f->class_weight != g->class_weight, "fit", "class_weight" },
        { f->callbacks != g->callbacks, "fit", "callbacks" },
    };
    if (!a->compiled || !b->compiled) return true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].differ && !add_set(x, effects, rows[i].what, rows[i].field)) return false;
    return compare_optimizers(x, effects, &a->args.optimizer, &b->args.optimizer);
}

/* ---- comparing networks of two structures ----------------------------------------------------------------------- */

/* Is it the last of its network? Outputs are partners by their place, which says nothing of others. */
static bool is_output(const vv_model *model, size_t i)
{
    return i + 1 == model->n_nodes;
}

static bool has_inside(const vv_model *model, const char *name)
{
    for (size_t i = 0; i < model->n_nodes; i++)
        if (!is_output(model, i) && strcmp(model->nodes[i]->name, name) == 0) return true;
    return false;
}

static bool add_by_fates(vvi_explainer *x, vvi_effects *effects, const vv_model *model, const vvi_fate *fates,
                         const vv_model *other)
{
    for (size_t i = 0; i < model->n_nodes; i++) {
        const vvi_node *node = model->nodes[i];
        const bool moved = fates[i] == VVI_PAIRED && !is_output(model, i) && !has_inside(other, node->name);
        vvi_layer_names *to = fates[i] == VVI_ALONE         ? &effects->adds
                              : fates[i] == VVI_MAYBE_ALONE ? &effects->perhaps
                                                            : &effects->moved;
        if ((fates[i] < VVI_MAYBE_PAIRED || moved) && !add_node(x, to, node, i)) return false;
    }
    return true;
}

/* Partners that have kept their name: what of them is set? */
static bool compare_partners(vvi_explainer *x, vvi_effects *effects, const vv_model *a, const vv_model *b,
                             const int *partners)
{
    for (size_t i = 0; i < a->n_nodes; i++) {
        const vvi_node *node = a->nodes[i], *partner = partners[i] < 0 ? NULL : b->nodes[partners[i]];
        bool differ = false;
        if (partner == NULL || strcmp(node->name, partner->name) != 0) continue;
        if (!compare_fields(x, effects, node->name, node->row->info.fields, node->row->info.n_fields,
                            vvi_layer_arguments(&node->layer), vvi_layer_arguments(&partner->layer), &differ))
            return false;
    }
    return true;
}

static bool compare_structures(vvi_explainer *x, vvi_effects *effects, const vv_model *a, const vv_model *b)
{
    vvi_alignment al;
    const bool done = vvi_align(a, b, &al) && add_by_fates(x, effects, a, al.fates_a, b) &&
                      add_by_fates(x, effects, b, al.fates_b, a) && compare_partners(x, effects, a, b, al.partners_a);
    vvi_alignment_deinit(&al);
    return done;
}

bool vvi_effects_compare(vvi_explainer *x, vvi_effects *effects, const vv_model *a, const vv_model *b)
{
    if (vvi_model_structure(a) != vvi_model_structure(b)) return compare_structures(x, effects, a, b);
    for (size_t i = 0; i < a->n_nodes; i++)
        if (!compare_nodes(x, effects, a->nodes[i], b->nodes[i], i)) return false;
    return compare_training(x, effects, a, b);
}

/* ---- all that was seen ------------------------------------------------------------------------------------------ */

bool vvi_effects_merge(vvi_explainer *x, vvi_effects *to, const vvi_effects *from)
{
    for (size_t i = 0; i < from->n_sets; i++)
        if (!add_set(x, to, from->sets[i].layer, from->sets[i].field)) return false;
    to->fields = to->fields || from->fields;
    to->compared += from->compared;
    return add_all(x, &to->adds, &from->adds) && add_all(x, &to->perhaps, &from->perhaps) &&
           add_all(x, &to->moved, &from->moved) && add_all(x, &to->follows, &from->follows);
}

vv_texts vvi_effects_names(const vvi_layer_names *names)
{
    size_t n = 0;
    for (size_t i = 0; i < names->n; i++) {
        size_t k = 0;
        while (k < n && strcmp(names->list[k], names->list[i]) != 0) k++;
        if (k == n) names->list[n++] = names->list[i];
    }
    return (vv_texts){ names->list, n };
}

bool vvi_effects_added(vvi_explainer *x, const vvi_effects *effects, vv_texts *texts)
{
    vvi_layer_names all = { .n = 0 };
    if (!add_all(x, &all, &effects->adds)) return false;
    for (size_t i = 0; i < effects->perhaps.n; i++) {
        const vvi_layer_names *p = &effects->perhaps;
        if (has_layer(&effects->moved, p->list[i], p->lines[i])) continue;
        if (!add_layer(x, &all, p->list[i], p->lines[i], p->places[i])) return false;
    }
    *texts = vvi_effects_names(&all);
    return true;
}
