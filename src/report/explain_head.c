/* explain_head.c - an explanation in a few lines, before a search: how many layers there are, what the hyperparameters
 * that count them do, how much can be built and what never can, what is drawn in vain, what a budget leaves.
 *
 * Formulas and conditions are whole, on as many lines as they take. Of a long list the first few are there.
 */
#include "report/explain.h"

enum { INDENT = 2, DEEPER = 6, LISTED = 3 };
#define SHOWN_BY_EXPLAIN "(varve explain FILE shows all)"

static void write_layers(vvi_page *page, const vv_layer_count *layers)
{
    const char *sampled = layers->standing.kind == VV_EXACT ? "" : "; sampled";
    if (layers->formula != NULL)
        vvi_page_printf(page, INDENT, DEEPER, "layers in all = %s (the input not counted%s)", layers->formula, sampled);
    else
        vvi_page_printf(page, INDENT, DEEPER, "layers: %d to %d (the input not counted%s), by no simple formula",
                        layers->least, layers->most, sampled);
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */

static const vv_family *family_at(const vv_explanation *e, size_t at)
{
    for (size_t i = 0; i < e->n_families; i++)
        if (e->families[i].first == at && e->families[i].alike) return &e->families[i];
    return NULL;
}

/* Adds what comes with each one, of a family at once where its members do the same. Returns how many were looked at;
 * *name is NULL where nothing is said. */
static size_t add_step(vvi_text *text, const vv_explanation *e, size_t at, const char **name)
{
    const vv_explained *h = &e->hyperparameters[at];
    const vv_family *family = family_at(e, at);
    if (family != NULL && vvi_words_step(text, e, h, family->n)) {
        *name = family->name;
        return family->n;
    }
    *name = vvi_words_step(text, e, h, 1) ? h->name : NULL;
    return 1;
}

/* "num_layers: each one adds a conv2d and a max_pooling2d" */
static void write_steps(vvi_page *page, const vv_explanation *e)
{
    vvi_names names = { .n = 0 }; /* one with two domains is told once */
    vvi_text text = { 0 };
    for (size_t i = 0; i < e->n_hyperparameters;) {
        const char *name;
        const size_t before = names.n;
        vvi_text step = { 0 };
        i += add_step(&step, e, i, &name);
        if (name != NULL) vvi_names_add(&names, name);
        if (names.n > before && names.n <= LISTED && !step.failed)
            vvi_text_printf(&text, "%s%s: %s", before == 0 ? "" : "; ", name, step.data);
        page->failed = page->failed || step.failed;
        vvi_text_deinit(&step);
    }
    if (names.n > LISTED) vvi_text_printf(&text, "; and %zu more " SHOWN_BY_EXPLAIN, names.n - LISTED);
    vvi_page_text(page, INDENT, DEEPER, &text);
}

/* ---- what can be built ------------------------------------------------------------------------------------------ */

static void write_buildable(vvi_page *page, const vv_explanation *e)
{
    vvi_text text = { 0 };
    vvi_words_buildable(&text, e);
    vvi_words_capital(&text, 0);
    vvi_page_text(page, INDENT, DEEPER, &text);
}

static void write_never(vvi_page *page, const vv_explanation *e)
{
    const size_t n = e->n_never_builds;
    for (size_t i = 0; i < n && i < LISTED; i++) {
        vvi_text text = { 0 };
        vvi_words_never(&text, &e->never_builds[i]);
        vvi_page_text(page, INDENT, DEEPER, &text);
    }
    if (n > LISTED)
        vvi_page_printf(page, INDENT, DEEPER, "%zu more never build%s " SHOWN_BY_EXPLAIN, n - LISTED,
                        n == LISTED + 1 ? "s" : "");
}

/* ---- the rest --------------------------------------------------------------------------------------------------- */

/* A search draws them all the same. */
static void write_unused(vvi_page *page, const vv_explanation *e)
{
    vvi_names names = { .n = 0 };
    vvi_text text = { 0 };
    for (size_t i = 0; i < e->n_hyperparameters; i++)
        if (e->hyperparameters[i].role == VV_ROLE_UNUSED) vvi_names_add(&names, e->hyperparameters[i].name);
    if (names.n == 0) return;
    vvi_names_write(&text, &names, LISTED);
    vvi_text_printf(&text, " %s asked for and never%s used", names.n == 1 ? "is" : "are",
                    e->standing.kind == VV_EXACT ? "" : " seen to be");
    vvi_page_text(page, INDENT, DEEPER, &text);
}

static void write_budget(vvi_page *page, const vv_explanation *e)
{
    vvi_text text = { 0 };
    if (!e->budget.limited) return;
    vvi_text_printf(&text, "budget: ");
    vvi_words_fits(&text, &e->budget, &e->buildable);
    vvi_page_text(page, INDENT, DEEPER, &text);
}

vv_status vvi_explain_write_head(const vv_explanation *e, FILE *out, vv_error *error)
{
    const int width = vvi_report_width(out);
    vvi_page page = { .out = out, .width = width < VVI_REPORT_WIDTH ? width : VVI_REPORT_WIDTH };
    write_layers(&page, &e->layers);
    write_steps(&page, e);
    write_buildable(&page, e);
    write_never(&page, e);
    write_unused(&page, e);
    write_budget(&page, e);
    return vvi_page_end(&page, error);
}
