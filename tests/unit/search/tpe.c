/* TPE at work: when it begins, that parallel asks keep apart, that it finds more than random search does. */
#include "check.h"
#include "conformance/spaces.h"

#include "search/pareto.h"
#include "search/search.h"

#include <stdlib.h>

typedef vv_status (*build_function)(void *, vv_hp *, vv_built *, vv_error *);

static vv_oracle *open_spec(const char *spec, build_function build, uint64_t seed, size_t n_objectives)
{
    vv_oracle *oracle = NULL;
    vv_error error = { 0 };
    const vv_oracle_args args = {
        .spec = spec, .builder = { build, NULL }, .seed = seed, .n_objectives = n_objectives
    };
    if (vv_oracle_open(&args, &oracle, &error) != VV_OK) fail_msg("%s: %s", spec, error.text);
    return oracle;
}

static double number_of(const vv_hp *hp, const char *name)
{
    const vv_active *active = vv_hp_find(hp, name);
    return active == NULL ? (double)NAN : vvi_value_number(&active->domain, active->value);
}

/* Asks and begins a trial. */
static int begin(vv_oracle *oracle, vv_answer *answer)
{
    vv_error error = { 0 };
    if (vv_oracle_ask(oracle, answer, &error) != VV_OK) fail_msg("%s", error.text);
    assert_int_equal(answer->kind, VV_ANSWER_PROPOSAL);
    CHECK_OK(vv_oracle_begin(oracle, answer->hp, NULL));
    return answer->trial;
}

static void tell(vv_oracle *oracle, int id, const double *losses, double violation)
{
    const vv_past_trial trial = { .id = id, .status = VV_TRIAL_COMPLETED, .scores = losses, .violation = violation };
    CHECK_OK(vv_oracle_tell(oracle, &trial, NULL));
}

/* ---- problems ---------------------------------------------------------------------------------------------------- */

BUILDER(build_branin)
{
    UNUSED_BUT_HP;
    vv_float(hp, "x", .min = -5, .max = 10);
    vv_float(hp, "y", .min = 0, .max = 15);
    return VV_OK;
}

static double branin(const vv_hp *hp)
{
    const double pi = acos(-1), x = number_of(hp, "x"), y = number_of(hp, "y");
    const double a = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6;
    return a * a + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10;
}

BUILDER(build_hartmann)
{
    UNUSED_BUT_HP;
    for (int i = 0; i < 6; i++) vv_float(hp, vv_name(hp, "x%d", i), .min = 0, .max = 1);
    return VV_OK;
}

static double hartmann(const vv_hp *hp)
{
    static const double heights[4] = { 1, 1.2, 3, 3.2 };
    static const double widths[4][6] = { { 10, 3, 17, 3.5, 1.7, 8 },
                                         { 0.05, 10, 17, 0.1, 8, 14 },
                                         { 3, 3.5, 1.7, 10, 17, 8 },
                                         { 17, 8, 0.05, 10, 0.1, 14 } };
    static const double places[4][6] = { { 1312, 1696, 5569, 124, 8283, 5886 },
                                         { 2329, 4135, 8307, 3736, 1004, 9991 },
                                         { 2348, 1451, 3522, 2883, 3047, 6650 },
                                         { 4047, 8828, 8732, 5743, 1091, 381 } };
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        double distance = 0;
        for (int j = 0; j < 6; j++) {
            char name[8];
            snprintf(name, sizeof name, "x%d", j);
            distance += widths[i][j] * pow(number_of(hp, name) - places[i][j] * 1e-4, 2);
        }
        sum -= heights[i] * exp(-distance);
    }
    return sum;
}

/* Three branches with hyperparameters of their own, one of which has a branch again. */
BUILDER(build_tree)
{
    UNUSED_BUT_HP;
    const char *kind = vv_choice(hp, "kind", VV_STRINGS("tree", "net", "line"));
    vv_float(hp, "scale", .min = 1e-3, .max = 10, .sampling = VV_SAMPLE_LOG);
    if (strcmp(kind, "tree") == 0) vv_int(hp, "depth", .min = 1, .max = 30);
    if (strcmp(kind, "net") == 0) {
        vv_float(hp, "rate", .min = 1e-5, .max = 1, .sampling = VV_SAMPLE_LOG);
        if (vv_bool(hp, "decay")) vv_float(hp, "by", .min = 0, .max = 1);
    }
    return VV_OK;
}

static double tree(const vv_hp *hp)
{
    const double kind = number_of(hp, "kind"), scale = pow(log10(number_of(hp, "scale")) + 1.3, 2) * 0.05;
    if (kind < 0.5) return 0.3 + scale + pow(number_of(hp, "depth") - 21, 2) * 0.001;
    if (kind > 1.5) return 0.5 + scale;
    const double by = number_of(hp, "by"), rate = pow(log10(number_of(hp, "rate")) + 2.2, 2) * 0.06;
    return scale + rate + (isnan(by) ? 0.15 : pow(by - 0.3, 2));
}

/* ---- when it begins ---------------------------------------------------------------------------------------------- */

static void the_first_trials_are_those_of_sobol(void **state)
{
    (void)state;
    vv_oracle *tpe = open_spec("tpe:startup=7", build_branin, 3, 1), *sobol = open_spec("sobol", build_branin, 3, 1);
    vv_answer one, other;
    for (int i = 0; i < 12; i++) {
        begin(tpe, &one);
        begin(sobol, &other);
        const bool same = fabs(number_of(one.hp, "x") - number_of(other.hp, "x")) < 1e-12;
        assert_int_equal(same, i < 7);
        const double loss = branin(one.hp);
        tell(tpe, i, &loss, 0);
        tell(sobol, i, &loss, 0);
    }
    vv_oracle_close(tpe);
    vv_oracle_close(sobol);
}

/* Seven that run are not seven that have ended. */
static void running_trials_do_not_end_the_start(void **state)
{
    (void)state;
    vv_oracle *tpe = open_spec("tpe:startup=7", build_branin, 3, 1), *sobol = open_spec("sobol", build_branin, 3, 1);
    vv_answer one, other;
    for (int i = 0; i < 12; i++) {
        begin(tpe, &one);
        begin(sobol, &other);
        CHECK_NEAR(number_of(one.hp, "x"), number_of(other.hp, "x"), 1e-12);
    }
    vv_oracle_close(tpe);
    vv_oracle_close(sobol);
}

static void options_out_of_range_are_refused(void **state)
{
    (void)state;
    const char *const specs[] = { "tpe:startup=0", "tpe:candidates=2.5", "tpe:rule=optuna6", "tpe:liar=2" };
    for (int i = 0; i < 4; i++) {
        vv_oracle *oracle = NULL;
        vv_error error = { 0 };
        const vv_oracle_args args = { .spec = specs[i], .builder = { build_branin, NULL } };
        assert_int_equal(vv_oracle_open(&args, &oracle, &error), VV_BAD_ARG);
        assert_null(oracle);
    }
}

/* ---- in parallel ------------------------------------------------------------------------------------------------- */

enum { AT_ONCE = 8 };

/* The smallest distance within eight asks at once, after 30 trials, in the unit square. */
static double nearest_of_eight(const char *spec, uint64_t seed)
{
    vv_oracle *oracle = open_spec(spec, build_branin, seed, 1);
    vv_answer answer;
    double x[AT_ONCE], y[AT_ONCE], nearest = (double)INFINITY;
    for (int i = 0; i < 30; i++) {
        const int id = begin(oracle, &answer);
        const double loss = branin(answer.hp);
        tell(oracle, id, &loss, 0);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        begin(oracle, &answer);
        x[i] = (number_of(answer.hp, "x") + 5) / 15;
        y[i] = number_of(answer.hp, "y") / 15;
        for (int j = 0; j < i; j++) nearest = fmin(nearest, hypot(x[i] - x[j], y[i] - y[j]));
    }
    vv_oracle_close(oracle);
    return nearest;
}

static void eight_asks_at_once_keep_apart(void **state)
{
    (void)state;
    enum { SEARCHES = 20 };
    int near = 0;
    for (uint64_t seed = 0; seed < SEARCHES; seed++) {
        assert_true(nearest_of_eight("tpe", seed) >= 0.02);
        near += nearest_of_eight("tpe:liar=off", seed) < 0.02;
        assert_true(nearest_of_eight("tpe:rule=optuna", seed) >= 0.02);
    }
    assert_true(near > SEARCHES / 2); /* where nobody knows of the others */
}

/* ---- what it finds ----------------------------------------------------------------------------------------------- */

typedef struct task {
    build_function build;
    double (*loss)(const vv_hp *hp);
    int trials;
} task;

static double best_of(const char *spec, const task *problem, uint64_t seed)
{
    vv_oracle *oracle = open_spec(spec, problem->build, seed, 1);
    vv_answer answer;
    double best = (double)INFINITY;
    for (int i = 0; i < problem->trials; i++) {
        const int id = begin(oracle, &answer);
        const double loss = problem->loss(answer.hp);
        best = fmin(best, loss);
        tell(oracle, id, &loss, 0);
    }
    vv_oracle_close(oracle);
    return best;
}

enum { SEEDS = 20 };

/* Mann and Whitney's U of `first` being less, as a normal deviate. */
static double deviate(const double *first, const double *second)
{
    double u = 0;
    for (int i = 0; i < SEEDS; i++)
        for (int j = 0; j < SEEDS; j++) u += first[i] < second[j] ? 1 : first[i] > second[j] ? 0 : 0.5;
    return (u - SEEDS * SEEDS / 2.0) / sqrt(SEEDS * SEEDS * (2 * SEEDS + 1) / 12.0);
}

static void check_better(const char *spec, const char *other, const task *problem)
{
    double found[SEEDS], random[SEEDS];
    for (int i = 0; i < SEEDS; i++) {
        found[i] = best_of(spec, problem, 500 + (uint64_t)i);
        random[i] = best_of(other, problem, 700 + (uint64_t)i);
    }
    const double z = deviate(found, random);
    if (!(z > 2.33)) fail_msg("%s against %s: z = %.2f, p = 0.01 is 2.33", spec, other, z);
}

static void it_finds_more_than_random_search(void **state)
{
    (void)state;
    static const task problems[] = { { build_branin, branin, 40 },
                                     { build_hartmann, hartmann, 80 },
                                     { build_tree, tree, 60 } };
    for (int i = 0; i < 3; i++) {
        check_better("tpe", "random", &problems[i]);
    }
    check_better("tpe:multivariate=off", "random", &problems[1]);
    check_better("tpe:rule=optuna", "random", &problems[1]);
    check_better("tpe:group=off,liar=off", "random", &problems[2]);
    check_better("tpe", "tpe:rule=optuna", &problems[0]);
    check_better("tpe", "tpe:multivariate=off", &(task){ build_hartmann, hartmann, 80 });
}

/* Minimize x + y outside of a disc: the best point that keeps the constraint is on its edge. */
static double best_outside(const char *spec, uint64_t seed)
{
    vv_oracle *oracle = open_spec(spec, build_branin, seed, 1);
    vv_answer answer;
    double best = (double)INFINITY;
    for (int i = 0; i < 50; i++) {
        const int id = begin(oracle, &answer);
        const double x = number_of(answer.hp, "x"), y = number_of(answer.hp, "y"), loss = x + y;
        const double violation = fmax(0, 10 - hypot(x + 5, y));
        tell(oracle, id, &loss, violation);
        if (!(violation > 0)) best = fmin(best, loss);
    }
    vv_oracle_close(oracle);
    return best;
}

static void it_finds_more_within_constraints_than_random_search(void **state)
{
    (void)state;
    double found[SEEDS], random[SEEDS];
    for (int i = 0; i < SEEDS; i++) {
        found[i] = best_outside("tpe", 500 + (uint64_t)i);
        random[i] = best_outside("random", 700 + (uint64_t)i);
    }
    assert_true(deviate(found, random) > 2.33);
}

/* Two objectives with a convex front (Zitzler, Deb, Thiele 2000: ZDT1, four numbers). */
static void zdt(const vv_hp *hp, double *losses)
{
    double rest = 0;
    for (int i = 1; i < 4; i++) {
        char name[8];
        snprintf(name, sizeof name, "x%d", i);
        rest += number_of(hp, name) / 3;
    }
    losses[0] = number_of(hp, "x0");
    losses[1] = (1 + 9 * rest) * (1 - sqrt(losses[0] / (1 + 9 * rest)));
}

static double volume_found(const char *spec, uint64_t seed)
{
    enum { TRIALS = 100 };
    vv_oracle *oracle = open_spec(spec, build_hartmann, seed, 2);
    vv_answer answer;
    double losses[TRIALS][2], volume;
    for (int i = 0; i < TRIALS; i++) {
        const int id = begin(oracle, &answer);
        zdt(answer.hp, losses[i]);
        tell(oracle, id, losses[i], 0);
    }
    assert_true(vvi_hypervolume(&losses[0][0], TRIALS, 2, (double[]){ 1.1, 4 }, &volume));
    vv_oracle_close(oracle);
    return volume;
}

static void it_finds_more_of_a_front_than_random_search(void **state)
{
    (void)state;
    double found[SEEDS], random[SEEDS];
    for (int i = 0; i < SEEDS; i++) {
        found[i] = -volume_found("tpe", 500 + (uint64_t)i);
        random[i] = -volume_found("random", 700 + (uint64_t)i);
    }
    assert_true(deviate(found, random) > 2.33);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static void failing_allocations_are_clean(void **state)
{
    (void)state;
    vv_oracle *oracle = open_spec("tpe:startup=4", build_tree, 1, 1);
    vv_answer answer;
    for (int i = 0; i < 12; i++) {
        const int id = begin(oracle, &answer);
        const double loss = tree(answer.hp);
        tell(oracle, id, &loss, 0);
    }
    CHECK_OK(vv_oracle_ask(oracle, &answer, NULL));
    const double expected = number_of(answer.hp, "scale");
    vv_oracle_close(oracle);

    for (long n = 1;; n++) {
        oracle = open_spec("tpe:startup=4", build_tree, 1, 1);
        for (int i = 0; i < 12; i++) {
            const int id = begin(oracle, &answer);
            const double loss = tree(answer.hp);
            tell(oracle, id, &loss, 0);
        }
        vv_error error = { 0 };
        (void)vvi_fail_allocation(n);
        const vv_status status = vv_oracle_ask(oracle, &answer, &error);
        const bool hit = vvi_fail_allocation(0) >= n;
        assert_int_equal(status, hit ? VV_NO_MEMORY : VV_OK);
        CHECK_OK(vv_oracle_ask(oracle, &answer, NULL)); /* the next ask is as if nothing had happened */
        CHECK_NEAR(number_of(answer.hp, "scale"), expected, 0);
        vv_oracle_close(oracle);
        if (!hit) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_trials_are_those_of_sobol),
        cmocka_unit_test(running_trials_do_not_end_the_start),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(eight_asks_at_once_keep_apart),
        cmocka_unit_test(it_finds_more_than_random_search),
        cmocka_unit_test(it_finds_more_within_constraints_than_random_search),
        cmocka_unit_test(it_finds_more_of_a_front_than_random_search),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
