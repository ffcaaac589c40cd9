/* explain_head.c - an explanation in a few lines, before a search: how many layers there are, what the hyperparameters
 * that count them do, how much can be built and what never can, what a budget leaves.
 */
#include "report/explain.h"

#include <string.h>

enum { MOST_LINES = 5, INDENT = 2, MOST_COLUMNS = VVI_REPORT_WIDTH - INDENT };

typedef struct head {
    FILE *out;
    const vv_explanation *e;
    int left; /* lines that may still come */
    bool failed;
} head;

/* A line, cut where it is too long. */
static void write_line(head *h, vvi_text *text)
{
    static const char cut[] = "...";
    if (text->n > 0 && h->left > 0) {
        const size_t most = vvi_report_clip(text->data, MOST_COLUMNS);
        const bool fits = text->data[most] == '\0';
        const size_t n = fits ? most : vvi_report_clip(text->data, MOST_COLUMNS - strlen(cut));
        fprintf(h->out, "%*s%.*s%s\n", INDENT, "", (int)n, text->data, fits ? "" : cut);
        h->left--;
    }
    h->failed = h->failed || text->failed;
    vvi_text_deinit(text);
}

static void write_layers(head *h)
{
    const vv_layer_count *layers = &h->e->layers;
    const char *sampled = layers->standing.kind == VV_EXACT ? "" : "; sampled";
    vvi_text text = { 0 };
    if (layers->formula != NULL)
        vvi_text_printf(&text, "layers in all = %s (the input not counted%s)", layers->formula, sampled);
    else
        vvi_text_printf(&text, "layers: %d to %d (the input not counted%s), by no simple formula", layers->least,
                        layers->most, sampled);
    write_line(h, &text);
}

/* "num_layers: each one adds a conv2d and a max_pooling2d" */
static void write_steps(head *h)
{
    vvi_text text = { 0 };
    for (size_t i = 0; i < h->e->n_hyperparameters; i++) {
        const vv_explained *x = &h->e->hyperparameters[i];
        vvi_text step = { 0 };
        if (vvi_words_step(&step, h->e, x, 1) && !step.failed)
            vvi_text_printf(&text, "%s%s: %s", text.n == 0 ? "" : "; ", x->name, step.data);
        vvi_text_deinit(&step);
    }
    write_line(h, &text);
}

static void write_buildable(head *h)
{
    vvi_text text = { 0 };
    vvi_words_buildable(&text, h->e);
    write_line(h, &text);
}

static void write_reason(head *h, const vv_never *never)
{
    vvi_text text = { 0 };
    vvi_words_never(&text, never);
    write_line(h, &text);
}

/* Each in a line of its own where there is room for that; else the last line has those that are left. */
static void write_never(head *h, int reserved)
{
    const size_t n = h->e->n_never_builds;
    size_t i = 0;
    vvi_text text = { 0 };
    while (i < n && (h->left > reserved + 1 || i + 1 == n)) write_reason(h, &h->e->never_builds[i++]);
    if (i == n) return;
    vvi_text_printf(&text, "never builds%s: ", i == 0 ? "" : ", too");
    for (size_t k = i; k < n; k++) vvi_text_printf(&text, "%s%s", k == i ? "" : "; ", h->e->never_builds[k].when);
    write_line(h, &text);
}

static void write_budget(head *h)
{
    vvi_text text = { 0 };
    if (!h->e->budget.limited) return;
    vvi_text_printf(&text, "budget: ");
    vvi_words_fits(&text, &h->e->budget, &h->e->buildable);
    write_line(h, &text);
}

vv_status vvi_explain_write_head(const vv_explanation *e, FILE *out, vv_error *error)
{
    head h = { .out = out, .e = e, .left = MOST_LINES };
    write_layers(&h);
    write_steps(&h);
    write_buildable(&h);
    write_never(&h, e->budget.limited ? 1 : 0);
    write_budget(&h);
    return h.failed ? vvi_no_memory(error) : VV_OK;
}
