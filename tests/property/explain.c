/* Whatever is said of a random hypermodel is true of all its configurations: each statement, read as
 * varve/explain.h says, against every configuration built one by one.
 */
#include "explain/json.h"
#include "rows.h"

#include <stdlib.h>

/* ---- formulas --------------------------------------------------------------------------------------------------- */

static double count_of(const leaf *l, const char *what)
{
    char kind[64];
    if (strcmp(what, "layers") == 0) return (double)vv_model_layer_count(l->model);
    if (strcmp(what, "params") == 0) return (double)l->cost.params;
    if (strcmp(what, "macs") == 0) return (double)l->cost.macs;
    snprintf(kind, sizeof kind, "%.*s", (int)strcspn(what, " "), what);
    return (double)layers_of(l, kind);
}

static void check_formula(const comparing *c, const char *what, const char *when, const char *formula, double more)
{
    for (size_t i = 0; i < c->brute.n; i++) {
        const leaf *l = &c->brute.list[i];
        if (!l->buildable || !condition_holds(when, l->values, l->n)) continue;
        const double value = formula_value(formula, l->values, l->n), count = count_of(l, what) + more;
        if (value < count || value > count) fail_msg("%s = %s, when %s: %g is %g", what, formula, when, count, value);
    }
}

/* Rows of a table are all there are, and each of them is true. */
static void check_table(const comparing *c)
{
    const vv_layer_count *layers = &c->e->layers;
    for (size_t i = 0; i < layers->n_table; i++)
        check_formula(c, "layers", layers->table[i].when, layers->table[i].formula, 0);
    for (size_t i = 0; layers->n_table > 0 && i < c->brute.n; i++) {
        const leaf *l = &c->brute.list[i];
        size_t n = 0;
        for (size_t k = 0; k < layers->n_table; k++) n += condition_holds(layers->table[k].when, l->values, l->n);
        if (l->buildable) assert_int_equal(n, 1);
    }
}

static void check_counts(const comparing *c)
{
    const vv_layer_count *layers = &c->e->layers;
    said.counts += layers->formula != NULL || layers->n_table > 0;
    if (layers->formula != NULL) {
        check_formula(c, "layers", "always", layers->formula, 0);
        check_formula(c, "layers", "always", layers->with_input, 1);
    }
    check_table(c);
    for (size_t i = 0; i < c->e->n_formulas; i++) {
        const vv_formula *f = &c->e->formulas[i];
        check_formula(c, f->what, f->when, f->formula, 0);
        said.formulas++;
    }
    int least = 1000, most = 0;
    for (size_t i = 0; i < c->brute.n; i++) {
        if (!c->brute.list[i].buildable) continue;
        const int n = (int)vv_model_layer_count(c->brute.list[i].model);
        least = n < least ? n : least;
        most = n > most ? n : most;
    }
    assert_int_equal(layers->least, least);
    assert_int_equal(layers->most, most);
}

/* ---- what can never be built ------------------------------------------------------------------------------------ */

/* Nothing is built, and no part of the condition can be left out. */
static void check_never(const comparing *c, const vv_never *never)
{
    size_t n = 0;
    said.nevers++;
    for (size_t i = 0; i < c->brute.n; i++) {
        const leaf *l = &c->brute.list[i];
        if (!condition_holds(never->when, l->values, l->n)) continue;
        if (l->buildable) fail_msg("\"%s\" can be built", never->when);
        n++;
    }
    assert_true(n > 0);
    assert_non_null(never->reason);
    if (never->size.digits != NULL && !c->sampled) assert_int_equal(strtoul(never->size.digits, NULL, 10), n);
    char shorter[1024];
    for (const char *and = strstr(never->when, " and "); and != NULL; and = strstr(and+1, " and ")) {
        bool builds = false;
        snprintf(shorter, sizeof shorter, "%.*s", (int)(and-never->when), never->when);
        for (size_t i = 0; i < c->brute.n && !builds; i++) {
            const leaf *l = &c->brute.list[i];
            builds = l->buildable && condition_holds(shorter, l->values, l->n);
        }
        if (!builds) fail_msg("\"%s\" is longer than it need be", never->when);
    }
}

static bool is_told(const comparing *c, const leaf *l)
{
    for (size_t i = 0; i < c->e->n_never_builds; i++) {
        const char *when = c->e->never_builds[i].when;
        if (when[0] == '\0' || condition_holds(when, l->values, l->n)) return true;
    }
    return false;
}

static void check_nevers(const comparing *c)
{
    for (size_t i = 0; i < c->e->n_never_builds; i++)
        if (c->e->never_builds[i].when[0] != '\0') check_never(c, &c->e->never_builds[i]);
    for (size_t i = 0; i < c->brute.n; i++) assert_true(c->brute.list[i].buildable || is_told(c, &c->brute.list[i]));
}

/* ---- what is kept of it ----------------------------------------------------------------------------------------- */

/* Written, read and written again it is the same. */
static void check_kept(const vv_explanation *e)
{
    vvi_json first = { 0 }, second = { 0 };
    vv_explanation *read = NULL;
    vvi_json_explanation(&first, NULL, e);
    CHECK_OK(vvi_explanation_read(first.text.data, &read, NULL));
    vvi_json_explanation(&second, NULL, read);
    assert_string_equal(first.text.data, second.text.data);
    vv_explanation_free(read);
    vvi_text_deinit(&first.text);
    vvi_text_deinit(&second.text);
}

/* ---- sizes, costs ----------------------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t count_networks(const brute *b)
{
    char *texts[MOST_LEAVES];
    size_t n = 0, different = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->list[i].buildable) texts[n++] = b->list[i].network;
    qsort(texts, n, sizeof *texts, by_text);
    for (size_t i = 0; i < n; i++) different += i == 0 || strcmp(texts[i], texts[i - 1]) != 0;
    return different;
}

static void check_sizes(const comparing *c)
{
    assert_int_equal(c->e->standing.kind, VV_EXACT);
    assert_int_equal(strtoul(c->e->total.digits, NULL, 10), c->brute.n);
    assert_int_equal(strtoul(c->e->buildable.digits, NULL, 10), c->brute.buildable);
    assert_int_equal(strtoul(c->e->networks.digits, NULL, 10), count_networks(&c->brute));
}

static uint64_t cost_of(const vv_cost *cost, int which)
{
    const uint64_t costs[] = { cost->params, cost->macs, cost->peak_activation_bytes, cost->weight_bytes };
    return costs[which];
}

static const leaf *leaf_at(const brute *b, vv_values values)
{
    for (size_t i = 0; i < b->n; i++) {
        bool is_it = b->list[i].n == values.n;
        for (size_t k = 0; is_it && k < values.n; k++) {
            const vv_active *active = asks(&b->list[i], values.list[k].name);
            is_it = active != NULL && vv_value_equal(active->value, values.list[k].value);
        }
        if (is_it) return &b->list[i];
    }
    fail_msg("there is no such configuration");
    return NULL;
}

static void check_costs(const comparing *c)
{
    const vv_cost_ranges *ranges = &c->e->cost;
    const vv_range *list[] = { &ranges->params, &ranges->macs, &ranges->peak_activation_bytes, &ranges->weight_bytes };
    for (int which = 0; which < 4; which++) {
        uint64_t min = UINT64_MAX, max = 0;
        for (size_t i = 0; i < c->brute.n; i++) {
            if (!c->brute.list[i].buildable) continue;
            const uint64_t cost = cost_of(&c->brute.list[i].cost, which);
            min = cost < min ? cost : min;
            max = cost > max ? cost : max;
        }
        assert_int_equal(list[which]->min, min);
        assert_int_equal(list[which]->max, max);
        assert_int_equal(cost_of(&leaf_at(&c->brute, list[which]->argmin)->cost, which), min);
        assert_int_equal(cost_of(&leaf_at(&c->brute, list[which]->argmax)->cost, which), max);
    }
}

/* ---- budgets ---------------------------------------------------------------------------------------------------- */

/* A limit between the smallest and the largest. */
static void check_budget(comparing *c, const vv_hypermodel *hypermodel)
{
    const uint64_t limit = c->e->cost.params.min + (c->e->cost.params.max - c->e->cost.params.min) / 3;
    const vv_explain_args args = { .hypermodel = hypermodel, .budget = { .params = limit }, .seconds = 600 };
    vv_explanation *e = NULL;
    vv_error error = { 0 };
    size_t fits = 0;
    if (vv_explain_with(&args, &e, &error) != VV_OK) fail_msg("%s", error.text);
    for (size_t i = 0; i < c->brute.n; i++) fits += c->brute.list[i].buildable && c->brute.list[i].cost.params <= limit;
    assert_int_equal(strtoul(e->budget.fits.digits, NULL, 10), fits);
    CHECK_NEAR(e->budget.share, (double)fits / (double)c->brute.buildable, 1e-12);
    assert_int_equal(e->budget.smallest_cost.params, c->e->cost.params.min);
    for (size_t k = 0; k < e->budget.n_never; k++)
        for (size_t i = 0; e->budget.never[k].when[0] != '\0' && i < c->brute.n; i++) {
            const leaf *l = &c->brute.list[i];
            const bool holds_here = l->buildable && condition_holds(e->budget.never[k].when, l->values, l->n);
            if (holds_here && l->cost.params <= limit) fail_msg("\"%s\" fits", e->budget.never[k].when);
        }
    vv_explanation_free(e);
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

static void check_program(comparing *c, uint64_t seed)
{
    const vv_hypermodel hypermodel = { .build = build_program, .user = &c->program };
    vv_error error = { 0 };
    if (getenv("PRINT")) print_program(&c->program);
    print_message("program %llu\n", (unsigned long long)seed);
    if (vv_explain(&c->e, &error, &hypermodel, .seconds = 600) != VV_OK) fail_msg("%s", error.text);
    assert_true(c->e->pure);
    check_hyperparameters(c);
    check_families(c);
    check_counts(c);
    check_nevers(c);
    check_kept(c->e);
    if (!c->sampled) {
        check_sizes(c);
        check_costs(c);
        if (seed % 4 == 0) check_budget(c, &hypermodel);
    }
    vv_explanation_free(c->e);
    said.programs++;
}

static bool has_a_continuum(const brute *b)
{
    for (size_t i = 0; i < b->n; i++)
        for (size_t k = 0; k < b->list[i].n; k++)
            if (vv_domain_size(&vv_hp_at(b->list[i].hp, k)->domain) == 0) return true;
    return false;
}

/* Programs of which something builds, and which are small enough. What is true has been said of nearly all, too. */
static void check_programs(uint64_t first, size_t wanted, bool floats)
{
    comparing *c = calloc(1, sizeof *c);
    assert_non_null(c);
    memset(&said, 0, sizeof said);
    for (uint64_t seed = first; said.programs < wanted; seed++) {
        make_program(&c->program, seed, floats);
        enumerate(&c->brute, &c->program, MOST_LEAVES);
        c->sampled = has_a_continuum(&c->brute);
        if (c->brute.complete && c->brute.buildable > 0 && c->brute.n > 4 && c->sampled == floats)
            check_program(c, seed);
        free_brute(&c->brute);
    }
    free(c);
    print_message(
        "%zu programs, %zu hyperparameters, %zu conditions, %zu families, %zu joint, %zu counts, %zu formulas, "
        "%zu nevers, %zu of %zu fields, %zu of %zu layers\n",
        said.programs, said.hyperparameters, said.conditions, said.families, said.joint, said.counts, said.formulas,
        said.nevers, said.sets, said.sets_seen, said.added, said.added_seen);
    assert_true(said.conditions == said.hyperparameters && said.families > 0 && said.joint > 0);
    assert_true(100 * said.counts >= 98 * said.programs && said.formulas > said.programs && said.nevers > 0);
    assert_true(100 * said.sets >= 98 * said.sets_seen && 100 * said.added >= 90 * said.added_seen);
}

/* VARVE_PROGRAMS=5000 in the environment looks through more of them. */
static size_t how_many(size_t usual)
{
    const char *wanted = getenv("VARVE_PROGRAMS");
    return wanted == NULL ? usual : (size_t)strtoul(wanted, NULL, 10);
}

static void what_is_said_of_a_finite_space_is_true_of_all_of_it(void **state)
{
    (void)state;
    check_programs(0, how_many(150), false);
}

static void what_is_said_of_a_space_with_a_continuum_is_true_of_all_that_was_tried(void **state)
{
    (void)state;
    check_programs(100000000, how_many(60), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_of_a_finite_space_is_true_of_all_of_it),
        cmocka_unit_test(what_is_said_of_a_space_with_a_continuum_is_true_of_all_that_was_tried),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
