/* registry.c - every pruner, one row each; pruners with options. */
#include "search/pruners/pruners.h"
#include "search/search.h"

#include <string.h>

static const vv_pruner_kind *const rows[] = {
    &vvi_pruner_median,   &vvi_pruner_percentile, &vvi_pruner_asha,
    &vvi_pruner_wilcoxon, &vvi_pruner_patience,   &vvi_pruner_threshold,
};

const vv_pruner_kind *vv_pruner_at(size_t index)
{
    return index < sizeof rows / sizeof *rows ? rows[index] : NULL;
}

const vv_pruner_kind *vv_pruner_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i]->name, name) == 0) return rows[i];
    return NULL;
}

vv_status vv_pruner_parse(const char *spec, vv_pruner *pruner, vv_error *error)
{
    char name[64], what[80];
    const char *names[sizeof rows / sizeof *rows];
    const char *options = vvi_spec_split(spec, name, sizeof name);
    *pruner = (vv_pruner){ .kind = vv_pruner_find(name) };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) names[i] = rows[i]->name;
    if (pruner->kind == NULL) return vvi_no_such("pruner", name, names, sizeof rows / sizeof *rows, error);
    const vv_pruner_kind *kind = pruner->kind;
    vvi_line line = { .text = what, .size = sizeof what };
    vvi_line_printf(&line, "pruner %s", kind->name);
    VVI_TRY(vvi_options_read(options, kind->options, kind->n_options, what, pruner->options, error));
    return kind->check == NULL ? VV_OK : kind->check(pruner->options, error);
}

int vv_pruner_spec(const vv_pruner *pruner, char *text, size_t size)
{
    const vv_pruner_kind *kind = pruner->kind;
    return vvi_options_write(kind->name, kind->options, kind->n_options, pruner->options, text, size);
}

vv_status vv_pruner_judge(const vv_pruner *pruner, const vv_pruner_question *question, vv_pruner_verdict *verdict,
                          vv_error *error)
{
    vv_pruner_question asked = *question;
    asked.options = pruner->options;
    *verdict = (vv_pruner_verdict){ .prune = false };
    return pruner->kind->judge(&asked, verdict, error);
}
