/* explain_rows.c - the hyperparameters of an explanation as a table: what each one is, and what it does.
 *
 * A family of names that a loop makes is one row where its members do the same to different layers. Members of which
 * nothing was seen (they are out of reach, or one of their values alone can be built) do not stand in the way.
 */
#include "report/explain.h"

#include <string.h>

enum { LISTED = 4 };

/* One hyperparameter, or a family of them. */
typedef struct row {
    const vv_explained *list;
    size_t n;
    const vv_family *family; /* NULL: one */
} row;

/* ---- families in one row ---------------------------------------------------------------------------------------- */

static bool shows_nothing(const vv_explained *h)
{
    if (h->n_sets > 0 || h->adds_layers.n > 0) return false;
    return h->unreachable || h->role == VV_ROLE_UNKNOWN || h->role == VV_ROLE_UNREACHABLE || h->n_dead_values > 0;
}

static bool sets_field(const vv_explained *h, const char *field)
{
    for (size_t i = 0; i < h->n_sets; i++)
        if (strcmp(h->sets[i].field, field) == 0) return true;
    return false;
}

static bool sets_no_more(const vv_explained *a, const vv_explained *b)
{
    for (size_t i = 0; i < a->n_sets; i++)
        if (!sets_field(b, a->sets[i].field)) return false;
    return true;
}

/* Structure and fields go together: whether a value changes the structure, too, is chance where few were looked at. */
static bool same_role(vv_role a, vv_role b)
{
    const bool both_build =
        (a == VV_ROLE_STRUCTURE || a == VV_ROLE_LAYER) && (b == VV_ROLE_STRUCTURE || b == VV_ROLE_LAYER);
    return a == b || both_build;
}

static bool do_the_same(const vv_explained *a, const vv_explained *b)
{
    if (shows_nothing(a) || shows_nothing(b)) return true;
    if (!same_role(a->role, b->role)) return false;
    return a->n_sets == 0 || b->n_sets == 0 || (sets_no_more(a, b) && sets_no_more(b, a));
}

/* A large family is one row even where its members have conditions of their own. */
static bool can_fold(const vv_explanation *e, const vv_family *family)
{
    enum { LARGE = 7 };
    const vv_explained *first = NULL;
    if (!family->alike || (family->active_when == NULL && family->n < LARGE)) return false;
    for (size_t i = 0; i < family->n; i++) {
        const vv_explained *h = &e->hyperparameters[family->first + i];
        if (first != NULL && !do_the_same(first, h)) return false;
        if (first == NULL && !shows_nothing(h)) first = h;
    }
    return true;
}

static row row_at(const vv_explanation *e, size_t at)
{
    for (size_t i = 0; i < e->n_families; i++)
        if (e->families[i].first == at && can_fold(e, &e->families[i]))
            return (row){ &e->hyperparameters[at], e->families[i].n, &e->families[i] };
    return (row){ &e->hyperparameters[at], 1, NULL };
}

/* ---- what a row does -------------------------------------------------------------------------------------------- */

static bool is_training(const vv_set_field *set)
{
    static const char *const places[] = { "optimizer", "compile", "fit" };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (strcmp(set->layer, places[i]) == 0) return true;
    return false;
}

/* A part of the sentence begins. */
static void begin(vvi_text *text)
{
    if (text->n > 0) vvi_text_printf(text, "; ");
}

/* Layers that the row adds: those of its steps, or the others. */
static void collect_added(vvi_names *names, const vv_explanation *e, const row *r, bool of_steps)
{
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->list[i].adds_layers.n; k++) {
            const char *layer = r->list[i].adds_layers.list[k];
            if (vvi_step_has(e, r->list, r->n, layer) == of_steps) vvi_names_add(names, layer);
        }
}

/* "each one adds a dense: dense_1, dense_2; adds dropout" */
static void describe_adds(vvi_text *text, const vv_explanation *e, const row *r)
{
    vvi_names of_steps = { .n = 0 }, others = { .n = 0 };
    collect_added(&of_steps, e, r, true);
    collect_added(&others, e, r, false);
    if (of_steps.n > 0) vvi_words_step(text, e, r->list, r->n);
    if (of_steps.n > 0 && !(of_steps.n == 1 && r->list[0].domain.kind == VV_DOMAIN_BOOL)) {
        vvi_text_printf(text, ": ");
        vvi_names_write(text, &of_steps, LISTED);
    }
    if (others.n == 0) return;
    begin(text);
    vvi_text_printf(text, "adds ");
    vvi_names_write(text, &others, LISTED);
}

/* "filters of conv2d, conv2d_1" */
static void describe_field(vvi_text *text, const row *r, const char *field, bool training)
{
    vvi_names layers = { .n = 0 };
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->list[i].n_sets; k++) {
            const vv_set_field *set = &r->list[i].sets[k];
            if (is_training(set) == training && strcmp(set->field, field) == 0) vvi_names_add(&layers, set->layer);
        }
    vvi_names_sort(&layers);
    const bool article = training && layers.n > 0 && strcmp(layers.list[0], "optimizer") == 0;
    vvi_text_printf(text, "%s of %s", field, article ? "the " : "");
    vvi_names_write(text, &layers, LISTED);
}

static void describe_sets(vvi_text *text, const row *r, bool training)
{
    vvi_names fields = { .n = 0 };
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->list[i].n_sets; k++)
            if (is_training(&r->list[i].sets[k]) == training) vvi_names_add(&fields, r->list[i].sets[k].field);
    for (size_t i = 0; i < fields.n; i++) {
        begin(text);
        if (i == 0) vvi_text_printf(text, training ? "trains: " : "sets ");
        describe_field(text, r, fields.list[i], training);
    }
}

static void describe_follows(vvi_text *text, const row *r)
{
    vvi_names names = { .n = 0 };
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->list[i].follows.n; k++) vvi_names_add(&names, r->list[i].follows.list[k]);
    if (names.n == 0) return;
    vvi_text_printf(text, "changes the shape of ");
    vvi_names_write(text, &names, LISTED);
}

/* That of the first member of which something was seen. */
static vv_role role_of(const row *r)
{
    size_t i = 0;
    while (i + 1 < r->n && shows_nothing(&r->list[i])) i++;
    return r->list[i].role;
}

static void describe(vvi_text *text, const vv_explanation *e, const row *r)
{
    static const char *const otherwise[] = {
        [VV_ROLE_STRUCTURE] = "decides what is built",
        [VV_ROLE_LAYER] = "changes layers",
        [VV_ROLE_TRAINING] = "trains: the fit function asks for it",
        [VV_ROLE_UNUSED] = "nothing depends on it",
        [VV_ROLE_FIXED] = "has one value",
        [VV_ROLE_UNREACHABLE] = "out of reach",
        [VV_ROLE_UNKNOWN] = "not known: too few builds ask for it",
    };
    describe_adds(text, e, r);
    describe_sets(text, r, false);
    describe_sets(text, r, true);
    if (text->n == 0) describe_follows(text, r);
    if (text->n > 0) return;
    const bool is_seen_only = role_of(r) == VV_ROLE_UNUSED && e->standing.kind != VV_EXACT;
    vvi_text_printf(text, "%s", is_seen_only ? "nothing was seen to depend on it" : otherwise[role_of(r)]);
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

static void add_activity(vvi_report_table *table, const row *r)
{
    const vv_explained *h = r->list;
    if (r->family != NULL)
        vvi_report_table_cell(table, "%s", r->family->active_when == NULL ? "each by itself" : r->family->active_when);
    else if (h->active_when != NULL)
        vvi_report_table_cell(table, "%s", h->active_when);
    else
        vvi_report_table_cell(table, "in %zu of %zu structures", h->active_structures, h->structures);
}

static void add_row(vvi_report_table *table, const vv_explanation *e, const row *r)
{
    char preset[256];
    vvi_text text = { 0 };
    vv_value_format(r->list[0].domain.default_value, preset, sizeof preset);
    vvi_report_table_cell(table, "%s", r->family == NULL ? r->list[0].name : r->family->name);
    vvi_report_table_cell(table, "%s", r->list[0].domain_text);
    vvi_report_table_cell(table, "%s", preset);
    add_activity(table, r);
    describe(&text, e, r);
    vvi_report_table_text(table, &text);
}

void vvi_explain_rows(vvi_page *page, const vv_explanation *e)
{
    static const vvi_report_table_column columns[] = { { .title = "Hyperparameter" },
                                                       { .title = "Values" },
                                                       { .title = "Default" },
                                                       { .title = "Active" },
                                                       { .title = "What it does" } };
    vvi_report_table table = { .columns = columns, .n_columns = 5 };
    for (size_t i = 0; i < e->n_hyperparameters;) {
        const row r = row_at(e, i);
        add_row(&table, e, &r);
        i += r.n;
    }
    vvi_page_table(page, &table);
}
