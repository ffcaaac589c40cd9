/* The problems that oracles are measured on, against search_values.txt, which bench/search_peers/write_tables.py wrote. */
#include "bench/search_problems.h"
#include "check.h"

#include <stdlib.h>

/* A line of the table: problem, "draw" or "optimum", loss, name=value ... */
typedef struct line {
    char text[4096];
    const char *problem, *what;
    double loss;
    char *values;
} line;

static bool read_line(FILE *file, line *l)
{
    if (fgets(l->text, sizeof l->text, file) == NULL) return false;
    l->text[strcspn(l->text, "\n")] = 0;
    char *rest = l->text;
    l->problem = strsep(&rest, " ");
    l->what = strsep(&rest, " ");
    l->loss = strtod(strsep(&rest, " "), NULL);
    l->values = rest;
    return true;
}

/* A chooser of the values of a line. */
static bool choose(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    char pattern[128], text[128];
    snprintf(pattern, sizeof pattern, " %s=", name);
    const char *at = strstr(context, pattern);
    if (at == NULL) fail_msg("%s is active, but not in the table", name);
    snprintf(text, sizeof text, "%.*s", (int)strcspn(at + strlen(pattern), " "), at + strlen(pattern));
    if (!vv_value_parse(domain, text, value)) fail_msg("%s=%s is not in its domain", name, text);
    return true;
}

static size_t count_values(const char *values)
{
    size_t n = 0;
    for (; *values != 0; values++) n += *values == '=';
    return n;
}

static void check_line(const line *l)
{
    const bench_problem *problem = bench_problem_find(l->problem);
    if (problem == NULL) fail_msg("there is no %s", l->problem);
    char values[4096];
    snprintf(values, sizeof values, " %s", l->values);
    vv_hp *hp = vv_hp_new(&(vv_chooser){ choose, values });
    assert_non_null(hp);
    const double loss = problem->loss(hp);
    CHECK_OK(vv_hp_status(hp));
    assert_int_equal(vv_hp_count(hp), count_values(values));
    if (!(fabs(loss - l->loss) <= 1e-12 * fmax(1, fabs(l->loss))))
        fail_msg("%s: %.17g is not %.17g at%s", l->problem, loss, l->loss, values);
    CHECK_EQUAL_EXACTLY(problem->loss(hp), loss);
    if (strcmp(l->what, "optimum") == 0) CHECK_NEAR(loss, problem->least, 1e-12);
    if (loss < problem->least - 1e-12) fail_msg("%s: %.17g is below the least there is", l->problem, loss);
    vv_hp_free(hp);
}

static void every_line_of_the_table_is_what_the_problem_says(void **state)
{
    (void)state;
    FILE *file = fopen(VARVE_SOURCE_DIR "/tests/bench/search_values.txt", "r");
    assert_non_null(file);
    size_t n = 0;
    for (line l; read_line(file, &l); n++) check_line(&l);
    fclose(file);
    assert_int_equal(n, 17 * (bench_suite.n + bench_held_out.n));
}

static void a_problem_builds_as_oracles_see_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < bench_suite.n; i++) {
        const bench_problem *problem = &bench_suite.rows[i];
        const vv_builder builder = bench_problem_builder(&problem);
        vv_hp *hp = vv_hp_new(NULL);
        CHECK_OK(builder.build(builder.context, hp, &(vv_built){ 0 }, &(vv_error){ 0 }));
        assert_true(vv_hp_count(hp) > 0);
        vv_hp_free(hp);
    }
}

static void names_are_found_and_others_are_not(void **state)
{
    (void)state;
    assert_ptr_equal(bench_problem_find("toynn"), &bench_suite.rows[11]);
    assert_ptr_equal(bench_problem_find("hartmann3"), &bench_held_out.rows[0]);
    assert_null(bench_problem_find("hartmann"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_of_the_table_is_what_the_problem_says),
        cmocka_unit_test(a_problem_builds_as_oracles_see_it),
        cmocka_unit_test(names_are_found_and_others_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
