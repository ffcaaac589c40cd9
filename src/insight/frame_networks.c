/* frame_networks.c - what networks the trials had: structures by name and kind of layer, and what each costs.
 *
 * Reading a network's JSON takes far longer than all else here, and many trials have the same layers, since a learning
 * rate changes none: texts that are equal up to how the network is trained are read once. A text that this library
 * cannot read (a newer one's kind of layer) is as no network: one such trial must not hide the others.
 */
#include "insight/frame.h"

#include <math.h>
#include <string.h>

/* An open hash table of indexes + 1; 0: free. */
typedef struct slots {
    uint32_t *list;
    size_t n; /* a power of 2, at least twice what is put in */
} slots;

/* What is known of one text. */
typedef struct network {
    const char *json;
    size_t length; /* up to how it is trained */
    uint64_t hash;
    int structure;
    vv_cost cost;
} network;

typedef struct networks {
    vvi_framing *f;
    network *list;
    vvi_structure *structures;
    uint64_t *hashes; /* of structures */
    size_t n, n_structures;
    slots by_json, by_structure;
} networks;

static bool make_slots(vvi_frame *frame, slots *s, size_t most)
{
    s->n = 16;
    while (s->n < 2 * most) s->n *= 2;
    s->list = vvi_frame_column(frame, s->n, sizeof *s->list);
    return s->list != NULL;
}

static uint32_t *begin_at(const slots *s, uint64_t hash)
{
    return &s->list[(hash ^ hash >> 32) & (s->n - 1)];
}

static uint32_t *next_slot(const slots *s, uint32_t *slot)
{
    return slot + 1 == s->list + s->n ? s->list : slot + 1;
}

/* ---- structures -------------------------------------------------------------------------------------------------- */

static const char *kind_of(const vv_model *model, size_t node)
{
    const vv_layer_info *info = vv_layer_info_of(vv_model_node(model, (vv_node)node).layer->kind);
    return info->name;
}

static uint64_t hash_structure(const vv_model *model)
{
    uint64_t hash = VVI_HASH_START;
    const size_t n = vv_model_node_count(model);
    for (size_t i = 0; i < n; i++) {
        hash = vvi_hash_text(hash, vv_model_node(model, (vv_node)i).name);
        hash = vvi_hash_text(hash, kind_of(model, i));
    }
    return hash;
}

static bool is_structure(const vvi_structure *structure, const vv_model *model)
{
    bool same = structure->n == vv_model_node_count(model);
    for (size_t i = 0; same && i < structure->n; i++)
        same = strcmp(structure->names[i], vv_model_node(model, (vv_node)i).name) == 0 &&
               strcmp(structure->kinds[i], kind_of(model, i)) == 0;
    return same;
}

static bool copy_structure(vvi_arena *arena, const vv_model *model, vvi_structure *structure)
{
    const size_t n = vv_model_node_count(model);
    const char **names = vvi_arena_alloc(arena, (n + 1) * sizeof *names);
    const char **kinds = vvi_arena_alloc(arena, (n + 1) * sizeof *kinds);
    if (names == NULL || kinds == NULL) return false;
    for (size_t i = 0; i < n; i++) {
        names[i] = vvi_arena_strdup(arena, vv_model_node(model, (vv_node)i).name);
        kinds[i] = kind_of(model, i);
        if (names[i] == NULL) return false;
    }
    *structure = (vvi_structure){ .names = names, .kinds = kinds, .n = n, .layers = (int)vv_model_layer_count(model) };
    return true;
}

static vv_status find_structure(networks *w, const vv_model *model, int *found)
{
    const uint64_t hash = hash_structure(model);
    vvi_arena *arena = &w->f->frame->arena;
    uint32_t *slot = begin_at(&w->by_structure, hash);
    for (; *slot != 0; slot = next_slot(&w->by_structure, slot)) {
        *found = (int)*slot - 1;
        if (w->hashes[*found] == hash && is_structure(&w->structures[*found], model)) return VV_OK;
    }
    if (!vvi_arena_reserve(arena, &w->structures, w->n_structures, sizeof *w->structures) ||
        !vvi_arena_reserve(arena, &w->hashes, w->n_structures, sizeof *w->hashes) ||
        !copy_structure(arena, model, &w->structures[w->n_structures]))
        return vvi_no_memory(w->f->error);
    w->hashes[w->n_structures] = hash;
    *found = (int)w->n_structures++;
    *slot = (uint32_t)w->n_structures;
    return VV_OK;
}

/* ---- networks ---------------------------------------------------------------------------------------------------- */

static vv_status read_network(networks *w, network *net)
{
    vv_model *model = NULL;
    vv_error error = { 0 };
    net->structure = -1;
    vv_status status = vv_model_from_json(net->json, &model, &error);
    if (status == VV_OK) status = vv_model_cost(model, w->f->frame->precision, &net->cost, NULL, NULL, &error);
    if (status == VV_OK) status = find_structure(w, model, &net->structure);
    vv_model_free(model);
    return status == VV_NO_MEMORY ? vvi_no_memory(w->f->error) : VV_OK;
}

/* Costs and structures are those of layers, which come first. A text inside of the JSON has no line's end in it. */
static size_t length_of_layers(const char *json)
{
    const char *end = strstr(json, ",\n \"compile\":");
    return end == NULL ? strlen(json) : (size_t)(end - json);
}

/* *found is NULL where there is no text. */
static vv_status find_network(networks *w, const char *json, const network **found)
{
    *found = NULL;
    if (json == NULL) return VV_OK;
    const size_t length = length_of_layers(json);
    const uint64_t hash = vvi_hash_bytes(VVI_HASH_START, json, length);
    uint32_t *slot = begin_at(&w->by_json, hash);
    for (; *slot != 0; slot = next_slot(&w->by_json, slot)) {
        *found = &w->list[*slot - 1];
        if ((*found)->hash == hash && (*found)->length == length && memcmp((*found)->json, json, length) == 0)
            return VV_OK;
    }
    network *net = &w->list[w->n++];
    *slot = (uint32_t)w->n;
    *net = (network){ .json = json, .length = length, .hash = hash };
    *found = net;
    return read_network(w, net);
}

/* ---- columns ----------------------------------------------------------------------------------------------------- */

typedef struct costs {
    int *structure;
    double *params, *macs, *peak, *weights;
} costs;

static bool make_columns(vvi_frame *frame, costs *c)
{
    c->structure = vvi_frame_column(frame, frame->n, sizeof *c->structure);
    c->params = vvi_frame_column(frame, frame->n, sizeof(double));
    c->macs = vvi_frame_column(frame, frame->n, sizeof(double));
    c->peak = vvi_frame_column(frame, frame->n, sizeof(double));
    c->weights = vvi_frame_column(frame, frame->n, sizeof(double));
    return c->structure != NULL && c->params != NULL && c->macs != NULL && c->peak != NULL && c->weights != NULL;
}

static void write_row(costs *c, size_t row, const network *net)
{
    const bool known = net != NULL && net->structure >= 0;
    c->structure[row] = known ? net->structure : -1;
    c->params[row] = known ? (double)net->cost.params : (double)NAN;
    c->macs[row] = known ? (double)net->cost.macs : (double)NAN;
    c->peak[row] = known ? (double)net->cost.peak_activation_bytes : (double)NAN;
    c->weights[row] = known ? (double)net->cost.weight_bytes : (double)NAN;
}

static vv_status read_rows(networks *w, costs *c)
{
    const vv_trials *trials = &w->f->trials;
    for (size_t i = 0; i < trials->n; i++) {
        const network *net = NULL;
        VVI_TRY(find_network(w, trials->list[i].model_json, &net));
        write_row(c, i, net);
    }
    return VV_OK;
}

vv_status vvi_frame_read_networks(vvi_framing *f)
{
    costs c = { .structure = NULL };
    networks w = { .f = f };
    vvi_frame *frame = f->frame;
    w.list = vvi_calloc(frame->n + 1, sizeof *w.list);
    const bool held = w.list != NULL && make_slots(frame, &w.by_json, frame->n) &&
                      make_slots(frame, &w.by_structure, frame->n) && make_columns(frame, &c);
    const vv_status status = held ? read_rows(&w, &c) : vvi_no_memory(f->error);
    vvi_free(w.list);
    frame->structure = c.structure, frame->params = c.params, frame->macs = c.macs;
    frame->peak_activation_bytes = c.peak, frame->weight_bytes = c.weights;
    frame->structures = w.structures;
    frame->n_structures = w.n_structures;
    return status;
}
