/* counts.c - how many layers there are, in all and of each kind; what parameters and multiply-accumulates come to.
 *
 * Layers are a function of the structure alone, so their formula is fitted to the table of structures. Parameters go
 * with every width: they are fitted structure by structure, over the cases of each, and told where a handful of formulas
 * serves all structures.
 */
#include "explain/counts.h"
#include "explain/formula.h"
#include "explain/subjects.h"

#include <limits.h>
#include <string.h>

enum { MOST_FORMULAS = 6, MOST_TABLE = 12, MOST_TERMS = 6 }; /* more than that nobody reads */

/* ---- what is counted -------------------------------------------------------------------------------------------- */

enum { ALL_LAYERS = 0 }; /* else a kind */

static int64_t layers_of(const vvi_facts *facts, uint32_t kind)
{
    return kind == ALL_LAYERS ? facts->layers : facts->kinds[kind];
}

static int64_t params_of(const vvi_facts *facts, uint32_t what)
{
    (void)what;
    return (int64_t)facts->cost.params;
}

static int64_t macs_of(const vvi_facts *facts, uint32_t what)
{
    (void)what;
    return (int64_t)facts->cost.macs;
}

/* ---- layers ----------------------------------------------------------------------------------------------------- */

static bool is_confirmed(const vvi_explainer *x, const vvi_points *points, const vvi_sum *sum, uint32_t kind)
{
    for (size_t i = x->check_from; i < x->cases.n; i++) {
        const vvi_case *c = &x->cases.list[i];
        if (c->buildable && vvi_formula_at(x, points, sum, &c->trace) != layers_of(&c->facts, kind)) return false;
    }
    return true;
}

typedef struct counted {
    vvi_points points;
    vvi_sum sum;
    bool found;
} counted;

/* The same in every structure: no matter how many values a variable has. */
static bool is_constant(const vvi_explainer *x, uint32_t kind, counted *c)
{
    bool any = false;
    for (uint32_t i = 0; i < x->space->n_outcomes; i++) {
        if (!x->space->outcomes[i].buildable) continue;
        const int64_t y = layers_of(&x->facts_of[i], kind);
        if (any && y != c->sum.terms[0].coefficient) return false;
        c->points = (vvi_points){ .n = 0 };
        c->sum = (vvi_sum){ .n = 1, .terms[0].coefficient = y };
        any = true;
    }
    return any && is_confirmed(x, &c->points, &c->sum, kind);
}

static vv_status count_layers(vvi_explainer *x, uint32_t kind, counted *c, vv_error *error)
{
    bool done = false;
    c->found = is_constant(x, kind, c);
    if (c->found) return VV_OK;
    VVI_TRY(vvi_points_of_rows(x, layers_of, kind, &c->points, &done, error));
    if (!done && !vvi_points_of_sums(x, layers_of, kind, &c->points)) return VV_OK;
    if (!vvi_points_merge(x, &c->points)) return vvi_no_memory(error);
    VVI_TRY(
        vvi_formula_find(x, &c->points, VVI_FORMULA_LINEAR, &c->sum, &c->found, error)); /* names asked first count */
    if (!c->found && !vvi_points_reduce(x, &c->points)) return vvi_no_memory(error);
    if (!c->found) VVI_TRY(vvi_formula_find(x, &c->points, VVI_FORMULA_COUNT, &c->sum, &c->found, error));
    c->found = c->found && is_confirmed(x, &c->points, &c->sum, kind);
    return VV_OK;
}

static const char *write_sum(vvi_explainer *x, const counted *c, int64_t more)
{
    vvi_text text = { 0 };
    vvi_formula_write(x, &c->points, &c->sum, more, &text);
    return vvi_keep_text(x, &text);
}

typedef struct extremes {
    int least, most;
} extremes;

/* In the structures that are known. */
static extremes find_extremes(const vvi_explainer *x)
{
    extremes e = { .least = INT_MAX };
    for (uint32_t i = 0; i < x->space->n_outcomes; i++) {
        if (!x->space->outcomes[i].buildable) continue;
        const int n = (int)x->facts_of[i].layers;
        if (n < e.least) e.least = n;
        if (n > e.most) e.most = n;
    }
    return e;
}

/* Does a condition give the networks of n layers, and no others, among the cases? */
static bool is_row_confirmed(const vvi_explainer *x, const vvi_rule *rule, int n)
{
    for (size_t i = x->check_from; i < x->cases.n; i++) {
        const vvi_case *c = &x->cases.list[i];
        if (c->buildable && vvi_rule_holds(x->space, rule, x->space, &c->trace) != ((int)c->facts.layers == n))
            return false;
    }
    return true;
}

/* Where no formula serves: for each count the condition under which it is that. */
static vv_status tabulate(vvi_explainer *x, vv_error *error)
{
    vv_layer_count *layers = &x->e->layers;
    vv_formula *table = vvi_arena_alloc(x->arena, MOST_TABLE * sizeof *table);
    unsigned char *wishes = vvi_arena_alloc(&x->scratch, x->rows.n + 1);
    if (table == NULL || wishes == NULL) return vvi_no_memory(error);
    const extremes e = find_extremes(x);
    layers->table = table;
    for (int n = e.least; n <= e.most; n++) {
        vvi_text when = { 0 };
        vvi_rule rule;
        bool any = false;
        for (size_t row = 0; row < x->rows.n; row++) {
            const uint32_t outcome = x->rows.outcomes[row];
            const bool is_n = (int)x->facts_of[outcome].layers == n;
            wishes[row] = !x->space->outcomes[outcome].buildable ? VVI_WISH_ANY : is_n ? VVI_WISH_YES : VVI_WISH_NO;
            any = any || wishes[row] == VVI_WISH_YES;
        }
        if (!any) continue;
        VVI_TRY(vvi_rule_find(&x->rows, wishes, x->rows.n_columns, 3, &x->scratch, &rule, error));
        if (layers->n_table == MOST_TABLE || !rule.whole || !is_row_confirmed(x, &rule, n)) {
            layers->n_table = 0;
            return VV_OK;
        }
        vvi_rule_write(x->space, &rule, &when);
        table[layers->n_table] = (vv_formula){ .what = "layers",
                                               .when = vvi_keep_text(x, &when),
                                               .formula = vvi_arena_printf(x->arena, "%d", n),
                                               .standing = vvi_standing(x) };
        if (table[layers->n_table].when == NULL || table[layers->n_table].formula == NULL) return vvi_no_memory(error);
        layers->n_table++;
    }
    return VV_OK;
}

static vv_status explain_layers(vvi_explainer *x, counted *c, vv_error *error)
{
    vv_layer_count *layers = &x->e->layers;
    layers->structures = x->subjects->structures;
    layers->standing = vvi_standing(x);
    VVI_TRY(count_layers(x, ALL_LAYERS, c, error));
    if (!c->found) return tabulate(x, error);
    layers->formula = write_sum(x, c, 0);
    layers->with_input = write_sum(x, c, 1);
    return layers->formula == NULL || layers->with_input == NULL ? vvi_no_memory(error) : VV_OK;
}

/* ---- formulas --------------------------------------------------------------------------------------------------- */

typedef struct formulas {
    vv_formula *list;
    size_t n;
} formulas;

static vv_status add_formula(vvi_explainer *x, formulas *f, vv_formula formula, vv_error *error)
{
    if (!vvi_arena_reserve(x->arena, &f->list, f->n, sizeof *f->list)) return vvi_no_memory(error);
    if (formula.what == NULL || formula.when == NULL || formula.formula == NULL) return vvi_no_memory(error);
    f->list[f->n++] = formula;
    return VV_OK;
}

static bool has_kind(const vvi_explainer *x, uint32_t kind)
{
    for (uint32_t i = 0; i < x->space->n_outcomes; i++)
        if (x->space->outcomes[i].buildable && x->facts_of[i].kinds[kind] > 0) return true;
    return false;
}

static vv_status explain_kinds(vvi_explainer *x, counted *c, formulas *f, vv_error *error)
{
    const vv_layer_info *info;
    for (size_t i = 0; (info = vv_layer_info_at(i)) != NULL; i++) {
        const uint32_t kind = (uint32_t)info->kind;
        if (info->kind == VV_LAYER_INPUT || kind >= VVI_MOST_KINDS || !has_kind(x, kind)) continue;
        VVI_TRY(count_layers(x, kind, c, error));
        if (!c->found) continue;
        VVI_TRY(add_formula(x, f,
                            (vv_formula){ .what = vvi_arena_printf(x->arena, "%s layers", info->name),
                                          .when = "always",
                                          .formula = write_sum(x, c, 0),
                                          .standing = vvi_standing(x) },
                            error));
    }
    return VV_OK;
}

/* Formulas are added as texts: names and words in them must not look like parts of formulas. */
static bool is_plain(const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:";
    return (*name < '0' || *name > '9') && name[strspn(name, plain)] == '\0';
}

static bool can_be_added(const vvi_explainer *x)
{
    for (uint32_t i = 0; i < x->space->n_asked; i++)
        if (!is_plain(x->space->asked[i].name)) return false;
    for (uint32_t i = 0; i < x->space->n_domains; i++) {
        const vv_domain *domain = &x->space->domains[i].domain;
        for (size_t k = 0; domain->type == VV_VALUE_STRING && k < domain->n_values; k++)
            if (strchr(domain->values[k].s, '"') != NULL) return false;
    }
    return true;
}

/* Layers in all as the sum of the kinds, if each of them has a formula and that is shorter. */
static vv_status prefer_kinds(vvi_explainer *x, const formulas *f, vv_error *error)
{
    const char *texts[VVI_MOST_KINDS], *all = x->e->layers.formula;
    vvi_text sum = { 0 }, with_input = { 0 }, same = { 0 };
    size_t kinds = 0, of_sum, of_all;
    for (uint32_t kind = 1; kind < VVI_MOST_KINDS; kind++) kinds += kind != VV_LAYER_INPUT && has_kind(x, kind);
    if (kinds != f->n || f->n == 0 || !can_be_added(x)) return VV_OK;
    for (size_t i = 0; i < f->n; i++) texts[i] = f->list[i].formula;
    bool shorter =
        vvi_formulas_add(texts, f->n, 0, &sum, &of_sum) && vvi_formulas_add(texts, f->n, 1, &with_input, &of_sum);
    if (all != NULL) shorter = shorter && vvi_formulas_add(&all, 1, 1, &same, &of_all) && of_sum < of_all;
    vvi_text_deinit(&same);
    const char *formula = vvi_keep_text(x, &sum), *with = vvi_keep_text(x, &with_input);
    if (formula == NULL || with == NULL) return vvi_no_memory(error);
    if (!shorter) return VV_OK;
    x->e->layers.formula = formula;
    x->e->layers.with_input = with;
    x->e->layers.n_table = 0;
    return VV_OK;
}

/* ---- parameters, multiply-accumulates --------------------------------------------------------------------------- */

typedef struct by_structure {
    const char *formulas[MOST_FORMULAS]; /* different ones */
    size_t n;
    int *formula_of; /* by outcome */
    bool failed;     /* a structure has none, or there are too many */
} by_structure;

/* Parameters grow with what they depend on, and nobody reads long formulas; a number alone is no formula. */
static bool is_readable(const vvi_sum *sum)
{
    size_t with_names = 0;
    for (size_t t = 0; t < sum->n; t++) {
        if (sum->terms[t].coefficient < 0) return false;
        with_names += sum->terms[t].n > 0;
    }
    return with_names > 0 && sum->n <= MOST_TERMS;
}

static vv_status fit_structure(vvi_explainer *x, uint32_t outcome, int64_t (*y_of)(const vvi_facts *, uint32_t),
                               counted *c, by_structure *b, vv_error *error)
{
    b->failed = !vvi_points_of_cases(x, outcome, y_of, 0, &c->points) || c->points.n == 0;
    if (b->failed) return VV_OK;
    if (!vvi_points_reduce(x, &c->points)) return vvi_no_memory(error);
    VVI_TRY(vvi_formula_find(x, &c->points, VVI_FORMULA_POLYNOMIAL, &c->sum, &c->found, error));
    b->failed = !c->found || !is_readable(&c->sum);
    if (b->failed) return VV_OK;
    const char *text = write_sum(x, c, 0);
    if (text == NULL) return vvi_no_memory(error);
    size_t i = 0;
    while (i < b->n && strcmp(b->formulas[i], text) != 0) i++;
    b->failed = i == MOST_FORMULAS;
    if (b->failed) return VV_OK;
    b->formulas[i] = text;
    b->formula_of[outcome] = (int)i;
    if (i == b->n) b->n++;
    return VV_OK;
}

/* When the structures of one formula are those. */
static vv_status write_when(vvi_explainer *x, const by_structure *b, size_t formula, const char **when, vv_error *error)
{
    vvi_text text = { 0 };
    vvi_rule rule;
    unsigned char *wishes = vvi_arena_alloc(&x->scratch, x->rows.n + 1);
    if (wishes == NULL) return vvi_no_memory(error);
    for (size_t row = 0; row < x->rows.n; row++) {
        const uint32_t outcome = x->rows.outcomes[row];
        wishes[row] = !x->space->outcomes[outcome].buildable   ? VVI_WISH_ANY
                      : b->formula_of[outcome] == (int)formula ? VVI_WISH_YES
                                                               : VVI_WISH_NO;
    }
    VVI_TRY(vvi_rule_find(&x->rows, wishes, x->rows.n_columns, 1, &x->scratch, &rule, error));
    *when = NULL;
    if (!rule.whole) return VV_OK;
    vvi_rule_write(x->space, &rule, &text);
    *when = vvi_keep_text(x, &text);
    return *when == NULL ? vvi_no_memory(error) : VV_OK;
}

static vv_status explain_cost(vvi_explainer *x, const char *what, int64_t (*y_of)(const vvi_facts *, uint32_t),
                              counted *c, formulas *f, vv_error *error)
{
    by_structure b = { .formula_of = vvi_arena_alloc(&x->scratch, (x->space->n_outcomes + 1) * sizeof(int)) };
    const size_t before = f->n;
    if (b.formula_of == NULL) return vvi_no_memory(error);
    if (!vvi_space_is_exact(x->space)) return VV_OK; /* a few thousand cases are too few for all structures */
    for (uint32_t i = 0; i < x->space->n_outcomes && !b.failed; i++)
        if (x->space->outcomes[i].buildable) VVI_TRY(fit_structure(x, i, y_of, c, &b, error));
    for (size_t i = 0; i < b.n && !b.failed; i++) {
        const char *when;
        VVI_TRY(write_when(x, &b, i, &when, error));
        if (when == NULL) {
            f->n = before;
            return VV_OK;
        }
        const vv_formula formula = {
            .what = what, .when = when, .formula = b.formulas[i], .standing = vvi_standing(x)
        };
        VVI_TRY(add_formula(x, f, formula, error));
    }
    return VV_OK;
}

vv_status vvi_counts_explain(vvi_explainer *x, vv_error *error)
{
    formulas f = { .n = 0 };
    counted *c = vvi_arena_alloc(&x->scratch, sizeof *c);
    if (c == NULL) return vvi_no_memory(error);
    VVI_TRY(explain_layers(x, c, error));
    VVI_TRY(explain_kinds(x, c, &f, error));
    VVI_TRY(prefer_kinds(x, &f, error));
    VVI_TRY(explain_cost(x, "params", params_of, c, &f, error));
    VVI_TRY(explain_cost(x, "macs", macs_of, c, &f, error));
    x->e->formulas = f.list;
    x->e->n_formulas = f.n;
    return VV_OK;
}
