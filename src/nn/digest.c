/* digest.c - numbers for "the same network, trained in the same way", "the same network", "the same structure".
 *
 * Kinds, fields (defaults written out), shapes, connections and compile arguments count. Names of layers do not: they
 * change which random weights are drawn, not what the model is. A width given as equal to its height is another field
 * value than a width left out, so two spellings of one network can differ. Two networks have the same digest by chance once in
 * 2^64 pairs.
 */
#include "nn/nn.h"
#include "nn/values.h"

static uint64_t hash_fields(uint64_t hash, const vv_field *fields, size_t n, const void *arguments)
{
    for (size_t i = 0; i < n; i++) hash = vvi_hash_number(hash, vvi_value_effective(&fields[i], arguments));
    return hash;
}

static uint64_t hash_node(uint64_t hash, const vvi_node *node)
{
    const vv_layer_info *info = &node->row->info;
    hash = vvi_hash_text(hash, info->name);
    hash = hash_fields(hash, info->fields, info->n_fields, vvi_layer_arguments(&node->layer));
    for (size_t i = 0; i < node->n_inputs; i++) hash = vvi_hash_number(hash, node->inputs[i]);
    for (int i = 0; i < node->out.rank; i++) hash = vvi_hash_number(hash, node->out.dim[i]);
    return hash;
}

static uint64_t hash_compile(uint64_t hash, const vv_model *model)
{
    vv_optimizer optimizer = model->args.optimizer;
    const vvi_optimizer_row *row = vvi_optimizer_row_of(optimizer.kind);
    hash = vvi_hash_text(hash, model->loss->name);
    hash = vvi_hash_number(hash, model->args.huber_delta);
    hash = vvi_hash_number(hash, model->args.label_smoothing);
    hash = vvi_hash_number(hash, model->args.from_logits);
    hash = vvi_hash_text(hash, row->name);
    hash = hash_fields(hash, row->fields, row->n_fields, vvi_optimizer_arguments(&optimizer));
    for (size_t i = 0; i < model->args.metrics.n; i++) hash = vvi_hash_text(hash, model->metrics[i].name);
    return hash;
}

/* Nodes keep the hash of all up to themselves: those taken over from an earlier build need no hashing. */
uint64_t vvi_model_network(const vv_model *model)
{
    uint64_t hash = VVI_HASH_START;
    for (size_t i = 0; i < vv_model_node_count(model); i++) {
        vvi_node *node = model->nodes[i];
        if (!node->has_hash) node->hash = hash_node(hash, node);
        node->has_hash = true;
        hash = node->hash;
    }
    return hash;
}

uint64_t vv_model_digest(const vv_model *model)
{
    const uint64_t hash = vvi_model_network(model);
    return model != NULL && model->compiled ? hash_compile(hash, model) : hash;
}

uint64_t vvi_model_structure(const vv_model *model)
{
    uint64_t hash = VVI_HASH_START;
    for (size_t i = 0; i < vv_model_node_count(model); i++) {
        const vvi_node *node = model->nodes[i];
        const uint32_t kind = (uint32_t)node->row->info.kind;
        hash = vvi_hash_bytes(hash, &kind, sizeof kind);
        hash = vvi_hash_bytes(hash, node->inputs, node->n_inputs * sizeof *node->inputs);
    }
    return hash;
}
