/* What the search benchmark writes it can read, and the oracles that a command line names are told apart. */
#include "bench/search_lines.h"
#include "bench/search_specs.h"
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void a_line_reads_back_as_it_was_written(void **state)
{
    (void)state;
    char path[] = "/tmp/varve-test-XXXXXX";
    const bench_line line = { .method = "varve-tpe:group=off",
                              .problem = bench_problem_find("toynn"),
                              .seed = 1029,
                              .seconds = 0.125,
                              .regret = { 1.0 / 3, 1e-300, 0 },
                              .log_regret = -1.0 / 7 };
    FILE *file = fdopen(mkstemp(path), "w");
    bench_line_write(file, &line);
    fclose(file);
    bench_lines lines = { 0 };
    CHECK_OK(bench_lines_read(&lines, path, NULL));
    assert_int_equal(lines.n, 1);
    assert_string_equal(lines.list[0].method, line.method);
    for (int i = 0; i < BENCH_STAGES; i++) CHECK_EQUAL_EXACTLY(lines.list[0].regret[i], line.regret[i]);
    CHECK_EQUAL_EXACTLY(lines.list[0].log_regret, line.log_regret);
    CHECK_EQUAL_EXACTLY(lines.list[0].seconds, line.seconds);
    assert_true(bench_lines_have(&lines, "varve-tpe:group=off", line.problem, 1029));
    assert_false(bench_lines_have(&lines, "varve-tpe:group=off", line.problem, 1028));
    assert_false(bench_lines_have(&lines, "varve-tpe", line.problem, 1029));
    bench_lines_deinit(&lines);
    unlink(path);
}

static void a_line_of_something_else_is_named_by_its_number(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{}\n", "no JSON\n",
        "{\"m\": \"a\", \"p\": \"no problem\", \"s\": 1, \"t\": 0, \"q\": [0, 0, 0], \"auc\": 0}\n",
        "{\"m\": \"a\", \"p\": \"toynn\", \"s\": 1, \"t\": 0, \"q\": [0, 0], \"auc\": 0}\n"
    };
    char path[] = "/tmp/varve-test-XXXXXX", text[512];
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bench_lines lines = { 0 };
        vv_error error = { 0 };
        snprintf(text, sizeof text,
                 "{\"m\": \"a\", \"p\": \"toynn\", \"s\": 1, \"t\": 0, \"q\": [0, 0, 0], \"auc\": 0}\n%s", bad[i]);
        write_text(path, text);
        assert_int_equal(bench_lines_read(&lines, path, &error), VV_FORMAT);
        CHECK_CONTAINS(error.text, ":2: ");
        bench_lines_deinit(&lines);
    }
    unlink(path);
    vv_error error = { 0 };
    assert_int_equal(bench_lines_read(&(bench_lines){ 0 }, path, &error), VV_IO);
}

static void commas_divide_oracles_and_their_options(void **state)
{
    (void)state;
    char text[] = "tpe:a=1,b=2,bayesian,random:c=3,d:e=4,f";
    const char *const wanted[] = { "tpe:a=1,b=2", "bayesian", "random:c=3", "d:e=4", "f" };
    bench_specs specs = { 0 };
    assert_true(bench_specs_add(&specs, text));
    assert_int_equal(specs.n, 5);
    for (int i = 0; i < specs.n; i++) assert_string_equal(specs.list[i], wanted[i]);
    char many[2 * BENCH_MOST_SPECS + 2] = "";
    for (int i = 0; i <= BENCH_MOST_SPECS; i++) strcat(many, i == 0 ? "a" : ",a");
    specs.n = 0;
    assert_false(bench_specs_add(&specs, many));
}

static vv_status build(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    (void)context;
    (void)hp;
    (void)built;
    (void)reason;
    return VV_OK;
}

static void a_method_is_called_after_its_oracle(void **state)
{
    (void)state;
    char name[BENCH_METHOD_SIZE];
    vv_error error = { 0 };
    const vv_oracle_args random = { .spec = "random", .builder = { build, NULL } };
    CHECK_OK(bench_method_name(&random, name, &error));
    assert_string_equal(name, "varve-random");
    assert_int_equal(bench_method_name(&(vv_oracle_args){ .spec = "nothing" }, name, &error), VV_BAD_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_reads_back_as_it_was_written),
        cmocka_unit_test(a_line_of_something_else_is_named_by_its_number),
        cmocka_unit_test(commas_divide_oracles_and_their_options),
        cmocka_unit_test(a_method_is_called_after_its_oracle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
