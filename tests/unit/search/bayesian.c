/* The oracle "bayesian": better than random search, on problems of several kinds; what it learns of trials that fail or
 * break constraints; trials side by side; several objectives; how its work is bounded. */
#include "check.h"

#include "search/gp/trials.h"
#include "search/search.h"

#define LOSS(name) static double name(vv_hp *hp)

static double square(double x)
{
    return x * x;
}

LOSS(branin)
{
    const double x = vv_float(hp, "x", .min = -5, .max = 10), y = vv_float(hp, "y", .min = 0, .max = 15);
    const double pi = 3.14159265358979323846;
    return square(y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6) + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10;
}

LOSS(hartmann6)
{
    static const double a[4][6] = { { 10, 3, 17, 3.5, 1.7, 8 },
                                    { 0.05, 10, 17, 0.1, 8, 14 },
                                    { 3, 3.5, 1.7, 10, 17, 8 },
                                    { 17, 8, 0.05, 10, 0.1, 14 } };
    static const double p[4][6] = { { 0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886 },
                                    { 0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991 },
                                    { 0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650 },
                                    { 0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381 } };
    static const double c[4] = { 1, 1.2, 3, 3.2 };
    double x[6], sum = 0;
    for (int i = 0; i < 6; i++) x[i] = vv_float(hp, vv_name(hp, "x%d", i), .min = 0, .max = 1);
    for (int k = 0; k < 4; k++) {
        double far = 0;
        for (int i = 0; i < 6; i++) far += a[k][i] * square(x[i] - p[k][i]);
        sum -= c[k] * exp(-far);
    }
    return sum;
}

/* Categories move the optimum of the numbers. */
LOSS(mixed)
{
    static const double at[] = { 0.2, 0.9, 0.5, 0.7 }, costs[] = { 0.3, 0.1, 0, 0.2 };
    const int kind = *vv_choice(hp, "kind", VV_STRINGS("0", "1", "2", "3")) - '0';
    const bool flag = vv_bool(hp, "flag");
    const int n = vv_int(hp, "n", .min = 1, .max = 30);
    const double x = vv_float(hp, "x", .min = 0, .max = 1),
                 lr = vv_float(hp, "lr", .min = 1e-5, .max = 1, .sampling = VV_SAMPLE_LOG);
    return costs[kind] + (flag ? 0 : 0.2) + square(x - at[kind]) + 0.002 * square(n - 21) +
           0.1 * square(log10(lr) + 2.5 + x);
}

/* Each kind has hyperparameters of its own. */
LOSS(conditional)
{
    const char *kind = vv_choice(hp, "kind", VV_STRINGS("a", "b", "c"));
    if (*kind == 'a') return 0.1 + square(vv_float(hp, "u", .min = -1, .max = 1) - 0.4);
    const double v = vv_float(hp, "v", .min = -1, .max = 1);
    if (*kind == 'b') return 0.05 + square(v + 0.5);
    double sum = square(v - 0.3);
    const int n = vv_int(hp, "layers", .min = 1, .max = 3);
    for (int i = 0; i < n; i++)
        sum += square(vv_int(hp, vv_name(hp, "units_%d", i), .min = 8, .max = 256) / 100.0 - 1.3);
    return sum + 0.02 * (3 - n);
}

/* ---- a search -------------------------------------------------------------------------------------------------------- */

typedef double (*loss_function)(vv_hp *hp);

typedef struct search {
    vv_oracle *oracle;
    vv_answer answer;
    loss_function loss;
} search;

static vv_status build(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    const search *s = context;
    (void)built;
    (void)reason;
    s->loss(hp);
    return VV_OK;
}

static void open_search(search *s, const char *spec, loss_function loss, uint64_t seed, size_t n_objectives)
{
    s->loss = loss;
    const vv_oracle_args args = { .spec = spec, .builder = { build, s }, .seed = seed, .n_objectives = n_objectives };
    CHECK_OK(vv_oracle_open(&args, &s->oracle, NULL));
}

/* The next proposal as a trial that runs, and its loss. */
static double next(search *s)
{
    vv_error error = { 0 };
    if (vv_oracle_ask(s->oracle, &s->answer, &error) != VV_OK) fail_msg("%s", error.text);
    assert_int_equal(s->answer.kind, VV_ANSWER_PROPOSAL);
    vv_hp *hp = (vv_hp *)(uintptr_t)s->answer.hp; /* asking a finished handle again changes nothing */
    const double loss = s->loss(hp);
    CHECK_OK(vv_oracle_begin(s->oracle, hp, NULL));
    return loss;
}

static void tell(search *s, int id, vv_trial_status status, const double *scores, double violation)
{
    const vv_past_trial trial = { .id = id, .status = status, .scores = scores, .violation = violation };
    CHECK_OK(vv_oracle_tell(s->oracle, &trial, NULL));
}

static double best_of(const char *spec, loss_function loss, uint64_t seed, int n_trials)
{
    search s;
    double best = (double)INFINITY;
    open_search(&s, spec, loss, seed, 1);
    for (int i = 0; i < n_trials; i++) {
        const double found = next(&s);
        tell(&s, s.answer.trial, VV_TRIAL_COMPLETED, &found, 0);
        best = fmin(best, found);
    }
    vv_oracle_close(s.oracle);
    return best;
}

/* ---- better than random ---------------------------------------------------------------------------------------------- */

static void it_finds_more_than_random_search(void **state)
{
    (void)state;
    enum { SEEDS = 8, MOST = 9 }; /* U of Mann and Whitney at p < 0.01, one-sided, for 8 against 8 */
    const loss_function losses[] = { branin, hartmann6, mixed, conditional };
    const int trials[] = { 25, 40, 40, 35 };
    for (size_t p = 0; p < 4; p++) {
        double ours[SEEDS], others[SEEDS], wins = 0;
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            ours[seed] = best_of("bayesian", losses[p], seed, trials[p]);
            others[seed] = best_of("random", losses[p], seed, trials[p]);
        }
        for (int i = 0; i < SEEDS; i++)
            for (int k = 0; k < SEEDS; k++) wins += others[k] < ours[i];
        if (wins > MOST) fail_msg("problem %zu: random search is better in %g pairs of 64", p, wins);
    }
}

static void a_smooth_optimum_is_found_to_many_digits(void **state)
{
    (void)state;
    assert_true(best_of("bayesian", branin, 3, 50) < 0.397887 + 1e-2);
}

/* ---- what fails ------------------------------------------------------------------------------------------------------ */

LOSS(slope)
{
    return -vv_float(hp, "x", .min = 0, .max = 1) + square(vv_float(hp, "y", .min = 0, .max = 1) - 0.3);
}

static double x_of(const search *s)
{
    return vv_hp_find(s->answer.hp, "x")->value.f;
}

/* The loss falls towards where trials fail: far behind the border they are to be few, and the border to be found. */
static void check_learns_of_fails(vv_trial_status status, double loss_of_fails)
{
    search s;
    int fails = 0;
    double best = 1;
    open_search(&s, "bayesian", slope, 2, 1);
    for (int i = 0; i < 45; i++) {
        const double loss = next(&s), told = x_of(&s) > 0.6 ? loss_of_fails : loss;
        const bool failed = x_of(&s) > 0.6;
        tell(&s, s.answer.trial, failed ? status : VV_TRIAL_COMPLETED, &told, 0);
        fails += x_of(&s) > 0.65 && i >= 20;
        if (!failed) best = fmin(best, loss);
    }
    vv_oracle_close(s.oracle);
    if (fails > 4) fail_msg("%d of the last 25 trials are far behind the border", fails);
    if (best > -0.595) fail_msg("the best is %g", best);
}

static void failed_trials_teach_what_fails(void **state)
{
    (void)state;
    check_learns_of_fails(VV_TRIAL_FAILED, (double)NAN);
}

static void infinite_losses_teach_what_fails(void **state)
{
    (void)state;
    check_learns_of_fails(VV_TRIAL_COMPLETED, (double)INFINITY);
}

static void constraints_are_kept(void **state)
{
    (void)state;
    search s;
    double best = 1;
    int broken = 0;
    open_search(&s, "bayesian", slope, 4, 1);
    for (int i = 0; i < 45; i++) {
        const double loss = next(&s), over = fmax(0, x_of(&s) - 0.6);
        tell(&s, s.answer.trial, VV_TRIAL_COMPLETED, &loss, over);
        broken += over > 0.05 && i >= 20;
        if (!(over > 0)) best = fmin(best, loss);
    }
    vv_oracle_close(s.oracle);
    if (broken > 4) fail_msg("%d of the last 25 trials are far behind the border", broken);
    if (best > -0.595) fail_msg("the best is %g", best);
}

/* ---- side by side ---------------------------------------------------------------------------------------------------- */

static void trials_side_by_side_are_well_apart(void **state)
{
    (void)state;
    enum { N = 8 };
    search s;
    double x[N], y[N], nearest = 1, mean = 0;
    open_search(&s, "bayesian", branin, 5, 1);
    for (int i = 0; i < 15; i++) {
        const double loss = next(&s);
        tell(&s, s.answer.trial, VV_TRIAL_COMPLETED, &loss, 0);
    }
    for (int i = 0; i < N; i++) {
        next(&s);
        x[i] = x_of(&s) / 15;
        y[i] = vv_hp_find(s.answer.hp, "y")->value.f / 15;
        for (int k = 0; k < i; k++) {
            nearest = fmin(nearest, hypot(x[i] - x[k], y[i] - y[k]));
            mean += hypot(x[i] - x[k], y[i] - y[k]) / (N * (N - 1) / 2.0);
        }
    }
    vv_oracle_close(s.oracle);
    if (nearest < 1e-3 || mean < 0.2) fail_msg("they are %g apart in the mean, two only %g", mean, nearest);
}

static void workers_side_by_side_find_what_one_finds(void **state)
{
    (void)state;
    search s;
    double best = 1e9, losses[64];
    open_search(&s, "bayesian", branin, 6, 1);
    for (int i = 0; i < 48; i++) { /* each trial ends when four more have begun */
        losses[i] = next(&s);
        if (i < 4) continue;
        tell(&s, i - 4, VV_TRIAL_COMPLETED, &losses[i - 4], 0);
        best = fmin(best, losses[i - 4]);
    }
    vv_oracle_close(s.oracle);
    if (best > 0.45) fail_msg("the best is %g", best);
}

/* ---- several objectives ---------------------------------------------------------------------------------------------- */

LOSS(two_distances)
{
    return square(vv_float(hp, "x", .min = -2, .max = 2)) + square(vv_float(hp, "y", .min = -2, .max = 2));
}

/* The front of the distances from (-1, 0) and (1, 0) is the line between them. */
static double mean_distance_from_front(const char *spec)
{
    search s;
    double sum = 0;
    open_search(&s, spec, two_distances, 7, 2);
    for (int i = 0; i < 40; i++) {
        next(&s);
        const double x = x_of(&s), y = vv_hp_find(s.answer.hp, "y")->value.f;
        const double scores[] = { square(x + 1) + y * y, square(x - 1) + y * y };
        tell(&s, s.answer.trial, VV_TRIAL_COMPLETED, scores, 0);
        if (i >= 20) sum += hypot(fmax(0, fabs(x) - 1), y) / 20;
    }
    vv_oracle_close(s.oracle);
    return sum;
}

static void several_objectives_are_improved_together(void **state)
{
    (void)state;
    const double ours = mean_distance_from_front("bayesian"), random = mean_distance_from_front("random");
    if (!(ours < 0.4 * random)) fail_msg("%g, random search %g", ours, random);
}

/* ---- bounds ---------------------------------------------------------------------------------------------------------- */

static void a_model_has_a_bounded_number_of_trials_the_best_among_them(void **state)
{
    (void)state;
    enum { N = 3000 };
    search s;
    open_search(&s, "random", branin, 8, 1);
    int best = 0;
    double least = (double)INFINITY;
    for (int i = 0; i < N; i++) {
        const double loss = next(&s);
        tell(&s, i, VV_TRIAL_COMPLETED, &loss, 0);
        if (loss < least) best = i;
        least = fmin(least, loss);
    }
    vvi_arena arena = { 0 };
    vvi_axes axes;
    vvi_gp_axes gp_axes;
    vvi_gp_trials trials;
    const bool ordered[] = { true, true };
    const vv_question question = { .past = vv_oracle_past(s.oracle), .trial = N, .n_objectives = 1 };
    CHECK_OK(vvi_axes_make(question.past, &arena, &axes, NULL));
    assert_true(vvi_gp_axes_make(&gp_axes, ordered, 2, &arena));
    CHECK_OK(vvi_gp_trials_make(&trials, &question, &axes, &gp_axes, N, &arena, NULL));
    assert_true(trials.n <= VVI_GP_MOST_POINTS && trials.n > VVI_GP_MOST_POINTS / 2);
    bool has_best = false, has_newest = false;
    for (size_t i = 0; i < trials.n; i++) {
        has_best = has_best || trials.ids[i] == best;
        has_newest = has_newest || trials.ids[i] == N - 1;
    }
    assert_true(has_best && has_newest);
    vvi_arena_deinit(&arena);
    vv_oracle_close(s.oracle);
}

LOSS(bowl)
{
    return square(vv_float(hp, "x", .min = 0, .max = 1) - 0.5) + 0.1 * vv_int(hp, "n", .min = 1, .max = 4);
}

static void it_goes_on_after_it_has_converged(void **state)
{
    (void)state;
    assert_true(best_of("bayesian", bowl, 9, 80) < 0.1 + 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_more_than_random_search),
        cmocka_unit_test(a_smooth_optimum_is_found_to_many_digits),
        cmocka_unit_test(failed_trials_teach_what_fails),
        cmocka_unit_test(infinite_losses_teach_what_fails),
        cmocka_unit_test(constraints_are_kept),
        cmocka_unit_test(trials_side_by_side_are_well_apart),
        cmocka_unit_test(workers_side_by_side_find_what_one_finds),
        cmocka_unit_test(several_objectives_are_improved_together),
        cmocka_unit_test(a_model_has_a_bounded_number_of_trials_the_best_among_them),
        cmocka_unit_test(it_goes_on_after_it_has_converged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
