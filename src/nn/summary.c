/* summary.c - a model as a table like Keras', at most 80 columns wide; long names are cut with a "~". */
#include "nn/nn.h"

#include <string.h>

enum { NAME_WIDTH = 30, SHAPE_WIDTH = 16, COUNT_WIDTH = 13, READS_WIDTH = 15 };

/* Bytes of so many characters; all of a text that has no more. */
static size_t bytes_of(const char *text, size_t characters)
{
    size_t n = 0;
    for (; characters > 0 && text[n] != '\0'; characters--) {
        const size_t length = vvi_utf8_length(text + n);
        n += length > 0 ? length : 1;
    }
    return n;
}

static void fit_into(char *text, size_t width)
{
    if (text[bytes_of(text, width)] == '\0') return;
    strcpy(text + bytes_of(text, width - 1), "~");
}

/* Names are of others: harmless, and so many characters at most. */
static void add_name(char *text, size_t size, const char *before, const char *name, size_t width)
{
    vvi_text visible = { 0 };
    const size_t at = strlen(text);
    vvi_text_add_visible(&visible, name, 0);
    const char *shown = visible.failed ? "?" : visible.data;
    snprintf(text + at, size - at, "%s%.*s", before, (int)bytes_of(shown, width + 1), shown);
    vvi_text_deinit(&visible);
}

static bool is_chain(const vv_model *model)
{
    for (size_t i = 1; i < model->n_nodes; i++)
        if (model->nodes[i]->n_inputs != 1 || model->nodes[i]->inputs[0] != (int)i - 1) return false;
    return true;
}

static void list_inputs(const vv_model *model, const vvi_node *node, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < node->n_inputs && bytes_of(text, READS_WIDTH + 1) == strlen(text); i++)
        add_name(text, size, i > 0 ? ", " : "", model->nodes[node->inputs[i]]->name, READS_WIDTH);
    fit_into(text, READS_WIDTH);
}

static void write_rule(FILE *out, char c, bool chain)
{
    const int width = 1 + NAME_WIDTH + 1 + SHAPE_WIDTH + COUNT_WIDTH + (chain ? 0 : 2 + READS_WIDTH);
    for (int i = 0; i < width; i++) fputc(c, out);
    fputc('\n', out);
}

static void write_row(FILE *out, const char *name, const char *shape, const char *count, const char *reads)
{
    size_t characters = 0;
    for (size_t n = 0; name[n] != '\0'; characters++) n += bytes_of(name + n, 1);
    fprintf(out, " %s%*s %-*s%*s", name, (int)(characters < NAME_WIDTH ? NAME_WIDTH - characters : 0), "", SHAPE_WIDTH,
            shape, COUNT_WIDTH, count);
    if (reads != NULL) fprintf(out, "  %s", reads);
    fputc('\n', out);
}

static void write_node(const vv_model *model, const vvi_node *node, bool chain, FILE *out)
{
    char name[320] = "", shape[64], count[VVI_FORMAT_SIZE], reads[320];
    const char *kind = node->row->info.name;
    const bool tells_kind = strncmp(node->name, kind, strlen(kind)) == 0; /* "conv2d_1" needs no "(conv2d)" */
    add_name(name, sizeof name, "", node->name, NAME_WIDTH);
    if (!tells_kind) add_name(name, sizeof name, " (", kind, NAME_WIDTH);
    if (!tells_kind) add_name(name, sizeof name, ")", "", NAME_WIDTH);
    fit_into(name, NAME_WIDTH);
    vvi_shape_format(node->out, shape, sizeof shape);
    fit_into(shape, SHAPE_WIDTH);
    list_inputs(model, node, reads, sizeof reads);
    write_row(out, name, shape, vvi_format_count(node->param_count, count), chain ? NULL : reads);
}

static void write_totals(const vv_model *model, FILE *out)
{
    const uint64_t params = vv_model_params(model);
    char text[VVI_FORMAT_SIZE];
    static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
    double size = 4.0 * (double)params;
    size_t unit = 0;
    for (; size >= 1024 && unit < 4; unit++) size /= 1024;
    fprintf(out, " Total params: %s (%.*f %s)\n", vvi_format_count(params, text), unit == 0 ? 0 : 2, size, units[unit]);
    uint64_t macs = 0;
    for (size_t i = 0; i < model->n_nodes; i++) macs = vvi_saturating_add(macs, model->nodes[i]->macs);
    fprintf(out, " Multiply-adds an example: %s\n", vvi_format_count(macs, text));
    fprintf(out, " Layers: %zu (the input is not counted)\n", vv_model_layer_count(model));
    if (!model->compiled) return;
    fprintf(out, " Optimizer: %s, loss: %s\n", vvi_optimizer_row_of(model->args.optimizer.kind)->name,
            model->loss->name);
}

vv_status vv_model_summary(const vv_model *model, FILE *out)
{
    if (model == NULL) return VV_NO_MEMORY;
    const bool chain = is_chain(model);
    write_rule(out, '_', chain);
    write_row(out, "Layer (type)", "Output shape", "Params", chain ? NULL : "Reads");
    write_rule(out, '=', chain);
    for (size_t i = 0; i < model->n_nodes; i++) write_node(model, model->nodes[i], chain, out);
    write_rule(out, '_', chain);
    write_totals(model, out);
    if (model->error.status != VV_OK) fprintf(out, " Not buildable: %.60s\n", model->error.text);
    return ferror(out) ? VV_IO : VV_OK;
}
