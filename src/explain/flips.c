/* flips.c - what each hyperparameter does, by changing its value alone in many networks.
 *
 * A network is built, then again with one value changed, all others as they were. Where both have the same structure
 * their fields are compared, layer by layer, and what they are compiled and fitted with; where the structures differ,
 * their layers are aligned (align.c), and those without a partner are what the value adds. All that is reported has thus
 * been seen; what shows only in networks that are not among those looked at is missed. So names of which nothing was seen
 * are looked for once more: of a space known from end to end in all pairs of its cases (unused.c), else in as many bases
 * as it takes to say that nothing depends on them.
 */
#include "explain/flips.h"
#include "explain/align.h"
#include "explain/explain.h"
#include "nn/nn.h"
#include "nn/values.h"

#include <string.h>

enum { MOST_BASES = 512, MOST_BUILDS = 12000, MOST_OTHERS = 8, MOST_NAMES = 256 };

/* ---- lists ------------------------------------------------------------------------------------------------------ */

/* Names of layers come from models that end: they are copied. */
static const char *keep(vvi_explainer *x, const char *text)
{
    return vvi_arena_strdup(x->arena, text);
}

static bool reserve(vvi_explainer *x, void *table, size_t n, size_t size)
{
    void *old, *grown;
    if ((n & (n - 1)) != 0) return true; /* grows at powers of two */
    if ((grown = vvi_arena_alloc(x->arena, (n == 0 ? 1 : 2 * n) * size)) == NULL) return false;
    memcpy(&old, table, sizeof old);
    if (n > 0) memcpy(grown, old, n * size);
    memcpy(table, &grown, sizeof grown);
    return true;
}

static bool add_layer(vvi_explainer *x, vvi_layer_names *names, const char *layer, size_t place)
{
    size_t at = 0;
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->list[i], layer) == 0) return true;
    if (!reserve(x, &names->list, names->n, sizeof *names->list)) return false;
    if (!reserve(x, &names->places, names->n, sizeof *names->places)) return false;
    while (at < names->n && names->places[at] <= place) at++;
    memmove(names->list + at + 1, names->list + at, (names->n - at) * sizeof *names->list);
    memmove(names->places + at + 1, names->places + at, (names->n - at) * sizeof *names->places);
    names->list[at] = keep(x, layer);
    names->places[at] = place;
    names->n++;
    return names->list[at] != NULL;
}

static bool add_set(vvi_explainer *x, vvi_effects *effects, const char *layer, const char *field)
{
    for (size_t i = 0; i < effects->n_sets; i++)
        if (strcmp(effects->sets[i].layer, layer) == 0 && strcmp(effects->sets[i].field, field) == 0) return true;
    if (!reserve(x, &effects->sets, effects->n_sets, sizeof *effects->sets)) return false;
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
    return add_layer(x, &effects->follows, a->name, place);
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

static bool add_alone(vvi_explainer *x, vvi_effects *effects, const vv_model *model, const bool *alone)
{
    for (size_t i = 0; i < model->n_nodes; i++)
        if (alone[i] && !add_layer(x, &effects->adds, model->nodes[i]->name, i)) return false;
    return true;
}

static bool compare_structures(vvi_explainer *x, vvi_effects *effects, const vv_model *a, const vv_model *b)
{
    bool *alone = vvi_calloc(a->n_nodes + b->n_nodes + 1, sizeof *alone);
    const bool done = alone != NULL && vvi_align(a, b, alone, alone + a->n_nodes) && add_alone(x, effects, a, alone) &&
                      add_alone(x, effects, b, alone + a->n_nodes);
    vvi_free(alone);
    return done;
}

bool vvi_effects_compare(vvi_explainer *x, vvi_effects *effects, const vv_model *a, const vv_model *b)
{
    if (vvi_model_structure(a) != vvi_model_structure(b)) return compare_structures(x, effects, a, b);
    for (size_t i = 0; i < a->n_nodes; i++)
        if (!compare_nodes(x, effects, a->nodes[i], b->nodes[i], i)) return false;
    return compare_training(x, effects, a, b);
}

/* ---- flipping --------------------------------------------------------------------------------------------------- */

/* Has enough been seen? Once many flips of a name in a row have shown nothing new, only some are still looked at. */
static bool is_settled(vvi_effects *effects)
{
    enum { MANY = 48, ONE_IN = 8 };
    return effects->in_vain > MANY && ++effects->skipped % ONE_IN != 0;
}

static size_t count_seen(const vvi_effects *effects)
{
    return effects->n_sets + effects->adds.n + effects->follows.n;
}

/* Two handles serve all builds: what a build asks as the one before did costs less. */
typedef struct flipper {
    vvi_explainer *x;
    vvi_effects *effects_of;
    vvi_build base, other;
    vv_model *model; /* of the base */
} flipper;

static vv_status flip_to(flipper *f, vvi_effects *effects, const vv_active *active, uint64_t position, vv_error *error)
{
    vvi_flip flip = { .base = f->base.hp,
                      .name = active->name,
                      .value = vvi_position_value(&active->domain, position),
                      .draw = { .key = vvi_key_int(vvi_key_new(0, "explain"), (int64_t)f->x->builds) } };
    const vv_chooser chooser = vvi_chooser_flip(&flip);
    const size_t seen = count_seen(effects);
    vv_model *model = NULL;
    if (is_settled(effects)) return VV_OK;
    VVI_TRY(vvi_explain_build(f->x, &chooser, &f->other, &model, error));
    const bool comparable = model != NULL && !flip.moved;
    const bool compared = !comparable || vvi_effects_compare(f->x, effects, f->model, model);
    effects->compared += comparable;
    effects->in_vain = count_seen(effects) > seen ? 0 : effects->in_vain + 1;
    vvi_model_give_back(f->other.hp, model);
    return compared ? VV_OK : vvi_no_memory(error);
}

/* All other values of a small domain; of a large one its ends, a neighbour, and one at random. */
static size_t choose_others(const vv_active *active, vvi_stream *stream, uint64_t others[MOST_OTHERS])
{
    const uint64_t count = vvi_position_count(&active->domain), own = vvi_position_of(&active->domain, active->value);
    size_t n = 0;
    if (count <= MOST_OTHERS) {
        for (uint64_t i = 0; i < count; i++)
            if (i != own) others[n++] = i;
        return n;
    }
    const double u = vvi_stream_unit(stream);
    const uint64_t wanted[] = { 0, count - 1, own + 1 < count ? own + 1 : own - 1,
                                vvi_position_between(&active->domain, 0, count - 1, u) };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (wanted[i] != own) others[n++] = wanted[i];
    return n;
}

static vv_status flip_name(flipper *f, const vv_active *active, vvi_stream *stream, vv_error *error)
{
    const uint32_t name = vvi_space_find_name(f->x->space, active->name);
    uint64_t others[MOST_OTHERS];
    if (name == VVI_NONE || vvi_position_count(&active->domain) == 1) return VV_OK;
    const size_t n = choose_others(active, stream, others);
    for (size_t i = 0; i < n; i++) VVI_TRY(flip_to(f, &f->effects_of[name], active, others[i], error));
    return VV_OK;
}

static vv_status flip_all(flipper *f, vv_error *error)
{
    enum { AT_LEAST = 8 };
    const size_t count = vv_hp_count(f->base.hp), most = count < MOST_NAMES ? count : MOST_NAMES;
    vvi_stream stream = vvi_stream_begin(vvi_key_int(vvi_key_new(0, "flip case"), (int64_t)f->x->builds));
    const size_t from = count > most ? vvi_stream_below(&stream, count) : 0;
    for (size_t i = 0; i < most && (i < AT_LEAST || vvi_clock_s() < f->x->until_s); i++)
        VVI_TRY(flip_name(f, vv_hp_at(f->base.hp, (from + i * count / most) % count), &stream, error));
    return VV_OK;
}

static vv_status flip_case(flipper *f, const vvi_case *c, vv_error *error)
{
    VVI_TRY(vvi_explain_replay(f->x, &c->trace, &f->base, &f->model, error));
    const vv_status status = f->model == NULL ? VV_OK : flip_all(f, error);
    vvi_model_give_back(f->base.hp, f->model);
    return status;
}

/* Bases are spread over the cases, and all parts of these are seen early, should time run out. */
static vv_status flip_cases(flipper *f, vv_error *error)
{
    enum { STRIDE = 509, AT_LEAST = 16 }; /* a prime */
    const vvi_explainer *x = f->x;
    const size_t n = x->cases.n, most = n < MOST_BASES ? n : MOST_BASES;
    const size_t stride = most % STRIDE == 0 ? 1 : STRIDE;
    const double now = vvi_clock_s(), until_s = now + (x->until_s - now) / 2; /* others have to do, too */
    const uint64_t began = x->builds;
    for (size_t i = 0; i < most && x->builds - began < MOST_BUILDS; i++) {
        const vvi_case *c = &x->cases.list[i * stride % most * n / most];
        if (i >= AT_LEAST && vvi_clock_s() > until_s) break;
        if (c->buildable) VVI_TRY(flip_case(f, c, error));
    }
    return VV_OK;
}

/* One name alone, in a case that asks for it. */
static vv_status flip_name_in(flipper *f, const vvi_case *c, uint32_t name, vv_error *error)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_int(vvi_key_new(0, "flip name"), (int64_t)f->x->builds));
    VVI_TRY(vvi_explain_replay(f->x, &c->trace, &f->base, &f->model, error));
    const vv_active *active = vv_hp_find(f->base.hp, f->x->space->asked[name].name);
    f->effects_of[name].in_vain = 0;
    const vv_status status = f->model == NULL || active == NULL ? VV_OK : flip_name(f, active, &stream, error);
    vvi_model_give_back(f->base.hp, f->model);
    return status;
}

static bool asks_for(const vvi_explainer *x, const vvi_case *c, uint32_t name)
{
    for (size_t i = 0; i < c->trace.n; i++)
        if (x->space->domains[c->trace.domains[i]].name == name) return c->buildable;
    return false;
}

/* Names of which nothing was seen, in more bases. */
static vv_status flip_doubtful(flipper *f, vv_error *error)
{
    const vvi_explainer *x = f->x;
    for (uint32_t name = 0; name < x->space->n_asked && !x->cases.all; name++) {
        const vvi_effects *effects = &f->effects_of[name];
        for (size_t i = 0; i < x->cases.n && vvi_clock_s() < x->until_s; i++) {
            const vvi_case *c = &x->cases.list[i];
            if (count_seen(effects) > 0 || effects->compared >= VVI_COMPARED_ENOUGH) break;
            if (asks_for(x, c, name)) VVI_TRY(flip_name_in(f, c, name, error));
        }
    }
    return VV_OK;
}

vv_status vvi_effects_find(vvi_explainer *x, vvi_effects *effects_of, vv_error *error)
{
    flipper f = { .x = x, .effects_of = effects_of };
    vv_status status = flip_cases(&f, error);
    if (status == VV_OK) status = flip_doubtful(&f, error);
    vvi_build_deinit(&f.base);
    vvi_build_deinit(&f.other);
    return status;
}
