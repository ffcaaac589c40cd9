/* space_file.c - a space in YAML: what it asks for, and where it says what is wrong. */
#include "base/base.h"
#include "check.h"

#include <stdlib.h>
#include <varve/command.h>

static vv_space_file *must_parse(const char *text)
{
    vv_error error = { 0 };
    vv_space_file *file = NULL;
    if (vv_space_file_parse(text, "s.yaml", &file, &error) != VV_OK) fail_msg("%s", error.text);
    return file;
}

/* Values by text, "a=1,b=x"; the rest are defaults. */
static bool choose(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    const char *at = context;
    const size_t n = strlen(name);
    while ((at = strstr(at, name)) != NULL) {
        char text[64];
        const bool whole = at[n] == '=' && (at == (const char *)context || at[-1] == ',');
        if (!whole) {
            at += n;
            continue;
        }
        snprintf(text, sizeof text, "%.*s", (int)strcspn(at + n + 1, ","), at + n + 1);
        if (!vv_value_parse(domain, text, value)) fail_msg("%s=%s", name, text);
        return true;
    }
    return false;
}

/* What is asked for with these values, as "a=1 b=x". */
static void check_asks(const vv_space_file *file, const char *given, const char *expected)
{
    char text[1024] = "", values[256];
    snprintf(values, sizeof values, "%s", given);
    const vv_chooser chooser = { choose, values };
    vv_hp *hp = vv_hp_new(&chooser);
    vv_space_file_ask(file, hp);
    if (vv_hp_status(hp) != VV_OK) fail_msg("%s", vv_hp_error(hp));
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        char value[64];
        const size_t n = strlen(text);
        vv_value_format(vv_hp_at(hp, i)->value, value, sizeof value);
        snprintf(text + n, sizeof text - n, "%s%s=%s", i == 0 ? "" : " ", vv_hp_at(hp, i)->name, value);
    }
    assert_string_equal(text, expected);
    vv_hp_free(hp);
}

static void check_domain(const vv_space_file *file, const char *name, const char *expected)
{
    char text[256];
    vv_hp *hp = vv_hp_new(NULL);
    vv_space_file_ask(file, hp);
    const vv_active *active = vv_hp_find(hp, name);
    if (active == NULL) fail_msg("%s is not active", name);
    vv_domain_format(&active->domain, text, sizeof text);
    assert_string_equal(text, expected);
    vv_hp_free(hp);
}

static void every_type_has_its_domain(void **state)
{
    (void)state;
    vv_space_file *file = must_parse("space:\n"
                                     "  a: {type: int, min: -3, max: 9, step: 3, default: 6}\n"
                                     "  b: {type: float, min: 1e-4, max: 0.1, sampling: log, default: 0.01}\n"
                                     "  c: {type: float, min: 1, max: 100, sampling: reverse_log}\n"
                                     "  d: {type: bool, default: true}\n"
                                     "  e: {type: choice, values: [sgd, adam], default: adam}\n"
                                     "  f: {type: choice, values: [3, 5]}\n"
                                     "  g: {type: choice, values: [0.5, 1], default: 1}\n"
                                     "  h: {type: fixed, value: 7}\n"
                                     "  i: {type: fixed, value: \"7\"}\n");
    check_asks(file, "", "a=6 b=0.01 c=1.0 d=true e=adam f=3 g=1.0 h=7 i=7");
    check_domain(file, "a", "int -3..9 step 3");
    check_domain(file, "b", "float 0.0001..0.1 log");
    check_domain(file, "c", "float 1..100 reverse log");
    check_domain(file, "e", "choice {\"sgd\", \"adam\"}");
    check_domain(file, "f", "choice {3, 5}");
    check_domain(file, "g", "choice {0.5, 1.0}");
    check_domain(file, "i", "fixed \"7\"");
    vv_space_file_close(file);
}

static void only_true_and_false_are_booleans_and_only_where_one_is_meant(void **state)
{
    (void)state;
    vv_space_file *file = must_parse("space:\n"
                                     "  country: {type: choice, values: [no, yes, on, off, true, null, ~]}\n"
                                     "  debug: {type: bool, default: false}\n");
    check_domain(file, "country", "choice {\"no\", \"yes\", \"on\", \"off\", \"true\", \"null\", \"~\"}");
    check_asks(file, "country=true", "country=true debug=false");
    vv_space_file_close(file);
}

static void conditions_decide_what_is_asked_for(void **state)
{
    (void)state;
    vv_space_file *file = must_parse("space:\n"
                                     "  opt: {type: choice, values: [sgd, adam, rmsprop]}\n"
                                     "  n: {type: int, min: 1, max: 5}\n"
                                     "  x: {type: float, min: 0, max: 1}\n"
                                     "  deep: {type: bool}\n"
                                     "  a: {type: bool, when: {opt: sgd}}\n"
                                     "  b: {type: bool, when: {opt: [adam, rmsprop]}}\n"
                                     "  c: {type: bool, when: {opt: \"!=sgd\", n: \">=2\"}}\n"
                                     "  d: {type: bool, when: {n: \"<2\"}}\n"
                                     "  e: {type: bool, when: {x: \"> 0.5\"}}\n"
                                     "  f: {type: bool, when: {deep: true}}\n"
                                     "  g: {type: bool, when: {f: true}}\n"
                                     "  h: {type: bool, when: {x: \"<=0.5\", n: [1, 3]}}\n");
    check_asks(file, "", "opt=sgd n=1 x=0.0 deep=false a=false d=false h=false");
    check_asks(file, "opt=adam,n=3", "opt=adam n=3 x=0.0 deep=false b=false c=false h=false");
    check_asks(file, "opt=rmsprop,x=0.75,n=1", "opt=rmsprop n=1 x=0.75 deep=false b=false d=false e=false");
    check_asks(file, "deep=true,x=1,n=2", "opt=sgd n=2 x=1.0 deep=true a=false e=false f=false");
    check_asks(file, "deep=true,f=true,x=1,n=2", "opt=sgd n=2 x=1.0 deep=true a=false e=false f=true g=false");
    vv_space_file_close(file);
}

static void repeated_ones_are_as_many_as_is_said(void **state)
{
    (void)state;
    vv_space_file *file = must_parse("space:\n"
                                     "  layers: {type: int, min: 0, max: 3}\n"
                                     "  units_{i}: {type: int, min: 8, max: 64, step: 8, repeat: layers}\n"
                                     "  drop_{i}: {type: bool, repeat: layers}\n"
                                     "  \"rate_{i}\": {type: float, min: 0.1, max: 0.5, repeat: layers,\n"
                                     "               when: {\"drop_{i}\": true}}\n"
                                     "  w{i}: {type: bool, repeat: 2, when: {layers: \">0\"}}\n"
                                     "  second: {type: bool, when: {units_1: \">8\"}}\n");
    check_asks(file, "", "layers=0");
    check_asks(file, "layers=1", "layers=1 units_0=8 drop_0=false w0=false w1=false");
    check_asks(file, "layers=2,drop_1=true,units_1=16",
               "layers=2 units_0=8 units_1=16 drop_0=false drop_1=true rate_1=0.1 w0=false w1=false second=false");
    vv_space_file_close(file);
}

static void what_else_is_said_is_read(void **state)
{
    (void)state;
    vv_space_file *file =
        must_parse("objective: val_loss:min\ntuner: \"tpe:startup=5\"\npruner: median\nmax_trials: 30\n"
                   "steps: 9\nmax_steps_total: 900\nexecutions_per_trial: 2\nstop_at: 0.5\nseed: 7\n"
                   "constraints: \"latency<=5\"\n"
                   "space:\n  a: {type: bool}\n");
    const vv_space_settings *s = vv_space_file_settings(file);
    assert_string_equal(s->objective, "val_loss:min");
    assert_string_equal(s->tuner, "tpe:startup=5");
    assert_string_equal(s->pruner, "median");
    assert_string_equal(s->constraints, "latency<=5");
    assert_int_equal(s->max_trials, 30);
    assert_int_equal(s->steps, 9);
    assert_int_equal(s->max_steps_total, 900);
    assert_int_equal(s->executions_per_trial, 2);
    assert_int_equal(s->seed, 7);
    assert_true(s->stop_at.set);
    CHECK_EQUAL_EXACTLY(s->stop_at.value, 0.5);
    vv_space_file_close(file);
}

static const struct {
    const char *text, *where, *why;
} bad[] = {
    { "", ":1:1", "nothing" },
    { "# a comment\n", ":2:1", "nothing" },
    { "[1, 2]\n", ":1:1", "a map with the key \"space\"" },
    { "spcae:\n  a: {type: bool}\n", ":1:1", "unknown key spcae; did you mean space?" },
    { "max_trials: 3\n", ":1:1", "\"space\" is missing" },
    { "space: {}\n", ":1:8", "space has no hyperparameter" },
    { "space:\n  a: {type: bool}\n  a: {type: bool}\n", ":3:3", "a is there twice, first in line 2" },
    { "space:\n  a: {type: bool, type: int}\n", ":2:19", "type is there twice" },
    { "space:\n  a: {typ: bool}\n", ":2:7", "unknown key typ; did you mean type?" },
    { "space:\n  a: {min: 1}\n", ":2:3", "a: type is missing" },
    { "space:\n  a: {type: integer}\n", ":2:13", "must be int, float, bool, choice or fixed, not integer" },
    { "space:\n  a: int\n", ":2:6", "must be a map like {type: int, min: 1, max: 5}" },
    { "space:\n  a: {type: int, min: 1}\n", ":2:3", "a: max is missing" },
    { "space:\n  a: {type: int, min: 1.5, max: 3}\n", ":2:23", "min must be a whole number, not 1.5" },
    { "space:\n  a: {type: int, min: \"1\", max: 3}\n", ":2:23", "min must be a whole number, not \"1\"" },
    { "space:\n  a: {type: int, min: 0x10, max: 30}\n", ":2:23", "min must be a whole number, not 0x10" },
    { "space:\n  a: {type: int, min: 1, max: 3000000000}\n", ":2:31", "of 32 bits" },
    { "space:\n  a: {type: int, min: 5, max: 3}\n", ":2:3", "max 3" },
    { "space:\n  a: {type: int, min: 1, max: [3]}\n", ":2:31", "max must be a whole number, not a list" },
    { "space:\n  a: {type: float, min: .inf, max: 3}\n", ":2:25", "min must be a number, not .inf" },
    { "space:\n  a: {type: float, min: no, max: 3}\n", ":2:25", "min must be a number, not no" },
    { "space:\n  a: {type: float, min: 0, max: 1, sampling: log}\n", ":2:3", "min" },
    { "space:\n  a: {type: float, min: 0, max: 1, sampling: uniform}\n", ":2:46", "linear, log or reverse_log" },
    { "space:\n  a: {type: float, min: 0, max: 1, step: 0}\n", ":2:42", "step must be more than 0" },
    { "space:\n  a: {type: float, min: 0, max: 1, default: 2}\n", ":2:3", "default" },
    { "space:\n  a: {type: bool, default: yes}\n", ":2:28", "default must be true or false, not yes" },
    { "space:\n  a: {type: bool, default: \"true\"}\n", ":2:28", "default must be true or false" },
    { "space:\n  a: {type: bool, min: 1}\n", ":2:19", "a: min means nothing for type bool" },
    { "space:\n  a: {type: choice}\n", ":2:3", "a: values is missing" },
    { "space:\n  a: {type: choice, values: []}\n", ":2:29", "values: there is none" },
    { "space:\n  a: {type: choice, values: 3}\n", ":2:29", "values must be a list" },
    { "space:\n  a: {type: choice, values: [1, auto]}\n", ":2:29", "numbers and texts cannot be mixed" },
    { "space:\n  a: {type: choice, values: [x, [y]]}\n", ":2:33", "must be one value" },
    { "space:\n  a: {type: choice, values: [x, x]}\n", ":2:3", "x" },
    { "space:\n  a: {type: choice, values: [x, y], default: z}\n", ":2:3", "z" },
    { "space:\n  a/b: {type: bool}\n", ":2:3", "/" },
    { "space:\n  a{j}: {type: bool}\n", ":2:3", "braces are for one {i} alone" },
    { "space:\n  a_{i}: {type: bool}\n", ":2:3", "repeat is missing" },
    { "space:\n  a: {type: bool, repeat: 3}\n", ":2:27", "no {i} in the name a" },
    { "space:\n  a_{i}: {type: bool, repeat: 0}\n", ":2:31", "1 to 1000" },
    { "space:\n  a_{i}: {type: bool, repeat: n}\n", ":2:31", "n: there is no such hyperparameter before" },
    { "space:\n  n: {type: bool}\n  a_{i}: {type: bool, repeat: n}\n", ":3:31", "n is not one whole number" },
    { "space:\n  n: {type: int, min: 0, max: 5000}\n  a_{i}: {type: bool, repeat: n}\n", ":3:31", "can be 5000" },
    { "space:\n  a_{i}: {type: bool, repeat: 2}\n  a_1: {type: bool}\n", ":3:3", "is one of a_{i} already" },
    { "space:\n  a: {type: bool, when: {b: true}}\n  b: {type: bool}\n", ":2:26", "before this one" },
    { "space:\n  opt: {type: choice, values: [sgd, adam]}\n  m: {type: bool, when: {opt: sdg}}\n", ":3:31",
      "sdg is no value of opt, which is choice" },
    { "space:\n  opt: {type: choice, values: [sgd]}\n  m: {type: bool, when: {op: sgd}}\n", ":3:26",
      "did you mean opt?" },
    { "space:\n  opt: {type: choice, values: [sgd, adam]}\n  m: {type: bool, when: {opt: \">sgd\"}}\n", ":3:31",
      "no number that could be compared" },
    { "space:\n  n: {type: int, min: 0, max: 5}\n  m: {type: bool, when: {n: \">=two\"}}\n", ":3:29",
      "a number must stand after the operator" },
    { "space:\n  n: {type: int, min: 0, max: 5}\n  m:\n    type: bool\n    when:\n      n: >=2\n", ":6:", "quoted" },
    { "space:\n  d_{i}: {type: bool, repeat: 2}\n  m: {type: bool, when: {\"d_{i}\": true}}\n", ":3:26",
      "which of them?" },
    { "space:\n  a: &x {type: bool}\n  b: *x\n", ":2:6", "an anchor (&x)" },
    { "space:\n  b: *x\n", ":2:6", "an alias (*x)" },
    { "space:\n  a: !!python/object {type: bool}\n", ":2:6", "a tag" },
    { "space:\n  <<: {type: bool}\n", ":2:3", "a merge key" },
    { "space: [[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]\n", ":1:23", "nested deeper than 16" },
    { "space:\n  a: {type: bool}\n---\nspace:\n  b: {type: bool}\n", ":3:1", "a second document" },
    { "space:\n  a: {type: bool\n", ":3:1", "" },
    { "space:\n\ta: {type: bool}\n", ":2:1", "" },
    { "space:\n  a: {type: bool}\n b: 3\n", ":3:", "" },
    { "space:\n  ? [x]\n  : {type: bool}\n", ":2:5", "a key must be a text" },
    { "max_trials: 0\nspace:\n  a: {type: bool}\n", ":1:13", "1 or more" },
    { "max_trials: many\nspace:\n  a: {type: bool}\n", ":1:13", "a whole number, not many" },
    { "seed: -1\nspace:\n  a: {type: bool}\n", ":1:7", "not negative" },
    { "objective: {val_loss: min}\nspace:\n  a: {type: bool}\n", ":1:12", "objective must be a text, not a map" },
    { "space:\n  a: {type: choice, values: [\"\xff\"]}\n", ":", "" },
};

static void what_is_wrong_is_told_with_its_line_and_column(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vv_error error = { 0 };
        vv_space_file *file = NULL;
        char start[64];
        const vv_status status = vv_space_file_parse(bad[i].text, "s.yaml", &file, &error);
        snprintf(start, sizeof start, "s.yaml%s", bad[i].where);
        if (status != VV_BAD_ARG || file != NULL) fail_msg("taken: %s", bad[i].text);
        if (strncmp(error.text, start, strlen(start)) != 0) fail_msg("%s: %s", bad[i].text, error.text);
        if (strstr(error.text, bad[i].why) == NULL) fail_msg("%s: %s", bad[i].text, error.text);
    }
}

/* A few bytes that would be billions of nodes, and many nodes that are there. */
static void bombs_are_refused(void **state)
{
    (void)state;
    vv_error error = { 0 };
    vv_space_file *file = NULL;
    const char *aliases = "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nspace: *c\n";
    assert_int_equal(vv_space_file_parse(aliases, "bomb", &file, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "bomb:1:4: an anchor");
    enum { N = 150000 };
    char *many = malloc(2 * N + 64);
    size_t n = (size_t)sprintf(many, "space: [");
    for (int i = 0; i < N; i++) {
        many[n++] = '1';
        many[n++] = ',';
    }
    many[n++] = ']';
    many[n] = '\0';
    error = (vv_error){ 0 };
    assert_int_equal(vv_space_file_parse(many, "many", &file, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "more than 100000 things");
    free(many);
    error = (vv_error){ 0 };
    assert_int_equal(vv_space_file_open("/no/such/space.yaml", &file, &error), VV_NOT_FOUND);
}

static vv_status read_and_open(vv_error *error)
{
    static const char text[] =
        "space:\n  n: {type: int, min: 1, max: 3}\n  u_{i}: {type: choice, values: [1, 2], repeat: n}\n"
        "  o: {type: choice, values: [a, b], when: {n: \">1\", u_0: [1, 2]}}\n";
    const char *const words[] = { "sh", "-c", "exit {n}", "{u_*} {{}} {varve:trial}" };
    vv_space_file *file = NULL;
    vv_command *command = NULL;
    vv_status status = vv_space_file_parse(text, "s.yaml", &file, error);
    if (status == VV_OK) status = vv_command_open(&(vv_command_args){ file, words, 4 }, &command, error);
    vv_command_close(command);
    vv_space_file_close(file);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    int failed = 0;
    for (long n = 1;; n++, failed++) {
        vv_error error = { 0 };
        vvi_fail_allocation(n);
        const vv_status status = read_and_open(&error);
        vvi_fail_allocation(0);
        if (status == VV_OK) break;
        if (status != VV_NO_MEMORY) fail_msg("allocation %ld: %s: %s", n, vv_status_name(status), error.text);
    }
    assert_true(failed > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_its_domain),
        cmocka_unit_test(only_true_and_false_are_booleans_and_only_where_one_is_meant),
        cmocka_unit_test(conditions_decide_what_is_asked_for),
        cmocka_unit_test(repeated_ones_are_as_many_as_is_said),
        cmocka_unit_test(what_else_is_said_is_read),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line_and_column),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
