/* pruners.c - each pruner against its rule: at the boundaries, with NaN, with epochs that have no value, maximizing as
 * minimizing of the negative; signed-rank chances against SciPy's; and on curves that cross, what each saves and costs. */
#include "check.h"

#include "search/pruners/pruners.h"
#include "wilcoxon_table.h"

enum { MOST_OTHERS = 400, MOST_EPOCHS = 81 };

/* A question with its own storage. */
typedef struct asking {
    const vv_pruner_kind *kind;
    double options[VV_MAX_OPTIONS];
    vv_learning_curve others[MOST_OTHERS];
    vv_pruner_question question;
    vv_pruner_verdict verdict;
} asking;

static asking ask_of(const char *name)
{
    asking a = { .kind = vv_pruner_find(name) };
    assert_non_null(a.kind);
    for (size_t i = 0; i < a.kind->n_options; i++) a.options[i] = a.kind->options[i].preset;
    a.question.metric = "val_loss";
    return a;
}

static void set(asking *a, const char *option, double value)
{
    size_t i = 0;
    while (i < a->kind->n_options && strcmp(a->kind->options[i].name, option) != 0) i++;
    assert_true(i < a->kind->n_options);
    a->options[i] = value;
}

static void add(asking *a, vv_trial_status status, const double *values, size_t n)
{
    assert_true(a->question.n_others < MOST_OTHERS);
    a->others[a->question.n_others++] = (vv_learning_curve){ .status = status, .values = values, .n = n };
}

/* Asks twice: also with everything negated and maximized, which must come to the same. */
static bool prunes(asking *a, const double *values, size_t n)
{
    static double negated[MOST_OTHERS + 1][MOST_EPOCHS];
    vv_learning_curve others[MOST_OTHERS];
    vv_error error = { 0 };
    vv_pruner_verdict mirrored = { .prune = false };
    vv_pruner_question *q = &a->question;
    q->options = a->options;
    q->others = a->others;
    q->values = values;
    q->n_values = n;
    a->verdict = (vv_pruner_verdict){ .prune = false };
    CHECK_OK(a->kind->judge(q, &a->verdict, &error));
    vv_pruner_question other = *q;
    for (size_t i = 0; i <= q->n_others; i++) {
        const vv_learning_curve curve =
            i < q->n_others ? a->others[i] : (vv_learning_curve){ .values = values, .n = n };
        for (size_t e = 0; e < curve.n; e++) negated[i][e] = -curve.values[e];
        if (i < q->n_others)
            others[i] = (vv_learning_curve){ .status = curve.status, .values = negated[i], .n = curve.n };
    }
    other.others = others;
    other.values = negated[q->n_others];
    other.maximize = true;
    if (strcmp(a->kind->name, "threshold") != 0) { /* its limits are of values, not of losses */
        CHECK_OK(a->kind->judge(&other, &mirrored, &error));
        assert_int_equal(mirrored.prune, a->verdict.prune);
    }
    assert_int_equal(a->verdict.prune, a->verdict.reason[0] != '\0');
    return a->verdict.prune;
}

#define PRUNES(a, ...)                                                                                                 \
    prunes((a), (const double[]){ __VA_ARGS__ }, sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double))

#define NONE ((double)NAN)

/* ---- median, percentile -------------------------------------------------------------------------------------------- */

static const double levels[7][4] = { { 1.0, 0.9, 0.8, 0.7 }, { 1.1, 1.0, 0.9, 0.8 }, { 1.2, 1.1, 1.0, 0.9 },
                                     { 1.3, 1.2, 1.1, 1.0 }, { 1.4, 1.3, 1.2, 1.1 }, { 1.5, 1.4, 1.3, 1.2 },
                                     { 1.6, 1.5, 1.4, 1.3 } };

static asking with_levels(const char *name, size_t n)
{
    asking a = ask_of(name);
    for (size_t i = 0; i < n; i++) add(&a, VV_TRIAL_COMPLETED, levels[i], 4);
    return a;
}

static void the_median_ends_what_is_worse_than_half_at_the_same_epoch(void **state)
{
    (void)state;
    asking a = with_levels("median", 7);
    assert_false(PRUNES(&a, 1.3)); /* the median itself goes on */
    assert_true(PRUNES(&a, 1.31));
    assert_true(PRUNES(&a, 1.31, 1.25));
    assert_false(PRUNES(&a, 1.31, 1.2));
    assert_false(PRUNES(&a, 1.0, 9, 9, 9)); /* its best so far is compared */
    assert_true(PRUNES(&a, 2, 2, 2, 1.01));
    assert_string_equal(a.verdict.reason,
                        "epoch 4: the best val_loss so far, 1.01, is worse than the median 1 of 7 trials");
    assert_false(PRUNES(&a, 9, 9, 9, 9, 9)); /* nobody was trained that long */
}

static void only_completed_trials_are_compared_with(void **state)
{
    (void)state;
    asking a = with_levels("median", 5);
    const double low[] = { 0 };
    for (int status = VV_TRIAL_RUNNING; status <= VV_TRIAL_PAUSED; status++)
        for (int i = 0; status != VV_TRIAL_COMPLETED && i < 10; i++) add(&a, (vv_trial_status)status, low, 1);
    assert_false(PRUNES(&a, 1.2));
    assert_true(PRUNES(&a, 1.21));
    CHECK_CONTAINS(a.verdict.reason, "of 5 trials");
}

static void startup_warmup_and_interval_are_kept_to_the_epoch(void **state)
{
    (void)state;
    asking a = with_levels("median", 4);
    assert_false(PRUNES(&a, 9));
    add(&a, VV_TRIAL_COMPLETED, levels[4], 4);
    assert_true(PRUNES(&a, 9));
    set(&a, "startup", 6);
    assert_false(PRUNES(&a, 9));
    set(&a, "startup", 0);
    set(&a, "warmup", 2);
    assert_false(PRUNES(&a, 9, 9));
    assert_true(PRUNES(&a, 9, 9, 9));
    set(&a, "warmup", 1);
    set(&a, "interval", 2); /* looks at epochs 2 and 4 */
    assert_false(PRUNES(&a, 9));
    assert_true(PRUNES(&a, 9, 9));
    assert_false(PRUNES(&a, 9, 9, 9));
    assert_true(PRUNES(&a, 9, 9, 9, 9));
    assert_true(PRUNES(&a, 9, NONE, 9)); /* the first of its interval that has a value */
    asking none = ask_of("median");
    set(&none, "startup", 0);
    assert_false(PRUNES(&none, 9));
}

static void epochs_without_a_value_do_not_count(void **state)
{
    (void)state;
    asking a = with_levels("median", 5);
    static const double sparse[] = { NONE, 0.1, NONE, 0.1 };
    add(&a, VV_TRIAL_COMPLETED, sparse, 4);
    add(&a, VV_TRIAL_COMPLETED, sparse, 4);
    add(&a, VV_TRIAL_COMPLETED, sparse, 1);
    assert_false(PRUNES(&a, 1.2)); /* of five */
    assert_true(PRUNES(&a, 1.21));
    CHECK_CONTAINS(a.verdict.reason, "of 5 trials");
    assert_true(PRUNES(&a, 2, 1.01)); /* of seven: 0.1 0.1 0.9 1.0 ... */
    CHECK_CONTAINS(a.verdict.reason, "median 1 of 7 trials");
    assert_false(PRUNES(&a, 2, 1.0));
    assert_false(PRUNES(&a, 1.0, NONE, NONE));
    assert_true(PRUNES(&a, NONE, NONE));
    assert_string_equal(a.verdict.reason, "epoch 2: val_loss had no value in any epoch");
    set(&a, "least", 6);
    assert_false(PRUNES(&a, 9));
    assert_true(PRUNES(&a, 9, 9));
}

/* numpy.percentile of the same numbers: 25 -> 1.15, 10 -> 1.06, 62.5 -> 1.375. */
static void percentiles_lie_on_straight_lines_between_trials(void **state)
{
    (void)state;
    asking a = with_levels("percentile", 7);
    assert_false(PRUNES(&a, 1.1499));
    assert_true(PRUNES(&a, 1.1501));
    CHECK_CONTAINS(a.verdict.reason, "the percentile 1.15 of 7 trials");
    set(&a, "percentile", 62.5);
    assert_false(PRUNES(&a, 1.3749));
    assert_true(PRUNES(&a, 1.3751));
    set(&a, "percentile", 0);
    assert_false(PRUNES(&a, 1.0));
    assert_true(PRUNES(&a, 1.0001));
    set(&a, "percentile", 100);
    assert_false(PRUNES(&a, 1.6));
    assert_true(PRUNES(&a, 1.6001));
    const double four[] = { 1, 2, 4, 8 };
    CHECK_NEAR(vvi_quantile(four, 4, 0.5), 3, 0);
    CHECK_NEAR(vvi_quantile(four, 4, 0.1), 1.3, 1e-15);
    CHECK_NEAR(vvi_quantile(four, 4, 0.9), 6.8, 1e-15);
    CHECK_NEAR(vvi_quantile(four, 1, 0.9), 1, 0);
}

/* ---- asha ------------------------------------------------------------------------------------------------------------
 */

static const double at_one[12] = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2 };

static void asha_keeps_one_in_factor_at_each_rung(void **state)
{
    (void)state;
    asking a = ask_of("asha");
    set(&a, "min_epochs", 1);
    assert_false(PRUNES(&a, 5.0)); /* the first to come is the best */
    for (int i = 1; i < 8; i++) add(&a, i % 2 ? VV_TRIAL_PRUNED : VV_TRIAL_COMPLETED, &at_one[i], 1);
    /* eight with itself: the best two go on */
    assert_false(PRUNES(&a, 0.1));
    assert_false(PRUNES(&a, 0.2)); /* ties too */
    assert_false(PRUNES(&a, 0.25));
    assert_true(PRUNES(&a, 0.31));
    assert_string_equal(a.verdict.reason,
                        "epoch 1: val_loss 0.31 is not among the best 2 of 8 trials at the rung of 1 epochs (0.3)");
    add(&a, VV_TRIAL_COMPLETED, &at_one[8], 1);
    assert_true(PRUNES(&a, 0.31));     /* nine: still two */
    assert_false(PRUNES(&a, 0.31, 9)); /* no rung at 2, 3 */
    assert_false(PRUNES(&a, 0.31, 9, 9));
    assert_false(PRUNES(&a, 0.31, 9, 9, 9)); /* rung 4: it is the first there */
    const double four[] = { 1, 1, 1, 0.5 };
    add(&a, VV_TRIAL_RUNNING, four, 4);
    assert_true(PRUNES(&a, 0.1, 9, 9, 0.6)); /* fewer than four: only the best */
    assert_false(PRUNES(&a, 0.1, 9, 9, 0.5));
    assert_false(PRUNES(&a, 0.1, 9, 9, 0.6, 9));
}

static void asha_passes_several_rungs_at_once_where_values_are_missing(void **state)
{
    (void)state;
    asking a = ask_of("asha");
    const double good_late[] = { 0.9, 0.9, 0.9, 0.1 };
    set(&a, "min_epochs", 1);
    add(&a, VV_TRIAL_COMPLETED, good_late, 4);
    assert_false(PRUNES(&a, NONE, NONE, NONE, 0.1)); /* rung 1: 0.1 < 0.9; rung 4: a tie */
    assert_true(PRUNES(&a, NONE, NONE, NONE, 0.2));
    CHECK_CONTAINS(a.verdict.reason, "rung of 4 epochs");
    assert_true(PRUNES(&a, NONE, NONE, NONE, 0.95));
    CHECK_CONTAINS(a.verdict.reason, "rung of 1 epochs");
    assert_true(PRUNES(&a, NONE));
    assert_string_equal(a.verdict.reason, "epoch 1: val_loss has no value at the rung of 1 epochs");
    assert_false(PRUNES(&a, 0.5, NONE, NONE)); /* no rung there */
    assert_true(PRUNES(&a, 0.5, NONE, NONE, NONE));
}

static void asha_waits_for_a_whole_trial_to_know_its_lowest_rung(void **state)
{
    (void)state;
    asking a = ask_of("asha");
    add(&a, VV_TRIAL_RUNNING, at_one, 1);
    assert_false(PRUNES(&a, 9)); /* nothing completed: the lowest rung is not known */
    static double longer[MOST_EPOCHS * 5];
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) longer[i] = 0.1;
    a.question.n_others = 0;
    add(&a, VV_TRIAL_COMPLETED, longer, 50);
    assert_true(PRUNES(&a, 9));
    set(&a, "skip", 1);
    assert_false(PRUNES(&a, 9));
    assert_false(PRUNES(&a, 9, 9, 9));
    assert_true(PRUNES(&a, 9, 9, 9, 9));
    vv_error error = { 0 };
    a.others[0].n = 401; /* a hundredth: 4 */
    set(&a, "skip", 0);
    const double own[] = { 9, 9, 9, 9 };
    a.question.values = own;
    a.question.options = a.options;
    for (size_t n = 1; n <= 4; n++) {
        a.question.n_values = n;
        a.question.others = a.others;
        a.verdict.prune = false;
        CHECK_OK(a.kind->judge(&a.question, &a.verdict, &error));
        assert_int_equal(a.verdict.prune, n == 4);
    }
}

static void asha_bootstraps_with_trials_that_end_at_a_rung(void **state)
{
    (void)state;
    asking a = ask_of("asha");
    set(&a, "min_epochs", 1);
    set(&a, "bootstrap", 2);
    set(&a, "factor", 2);
    assert_true(PRUNES(&a, 0.01));
    CHECK_CONTAINS(a.verdict.reason, "only 1 trials have come");
    add(&a, VV_TRIAL_COMPLETED, &at_one[3], 1);
    assert_true(PRUNES(&a, 0.01));
    add(&a, VV_TRIAL_COMPLETED, &at_one[4], 1);
    assert_false(PRUNES(&a, 0.01));
}

/* ---- patience, threshold --------------------------------------------------------------------------------------------
 */

static void patience_ends_what_has_become_worse(void **state)
{
    (void)state;
    asking a = ask_of("patience");
    set(&a, "patience", 2);
    assert_false(PRUNES(&a, 1));
    assert_false(PRUNES(&a, 1, 2, 3)); /* not more than patience + 1 values */
    assert_true(PRUNES(&a, 1, 2, 3, 4));
    assert_string_equal(a.verdict.reason, "epoch 4: val_loss was 1 before the last 3 epochs, and is 2 at best in them");
    assert_false(PRUNES(&a, 1, 2, 3, 1)); /* as good as before */
    assert_false(PRUNES(&a, 1, 1, 3, 3));
    assert_true(PRUNES(&a, 1, 1, 3, 3, 3));
    set(&a, "min_delta", 1);
    assert_false(PRUNES(&a, 1, 2, 3, 4));
    set(&a, "min_delta", 0.5);
    assert_true(PRUNES(&a, 1, 2, 3, 4));
    set(&a, "min_delta", 0);
    assert_false(PRUNES(&a, 1, 2, NONE, 4)); /* three values */
    assert_true(PRUNES(&a, 1, 2, NONE, 3, 4));
    assert_false(PRUNES(&a, NONE, NONE, NONE, NONE, NONE));
    set(&a, "patience", 0);
    assert_false(PRUNES(&a, 3, 2, 1));
    assert_true(PRUNES(&a, 3, 2, 2.1));
}

static void a_threshold_ends_what_is_beyond_it(void **state)
{
    (void)state;
    asking a = ask_of("threshold");
    vv_error error = { 0 };
    assert_int_equal(a.kind->check(a.options, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "give lower or upper");
    set(&a, "upper", 2);
    CHECK_OK(a.kind->check(a.options, NULL));
    assert_false(PRUNES(&a, 2));
    assert_true(PRUNES(&a, 2.5));
    assert_string_equal(a.verdict.reason, "epoch 1: val_loss 2.5 is above 2");
    assert_true(PRUNES(&a, 1, (double)INFINITY));
    assert_true(PRUNES(&a, 1, NONE));
    CHECK_CONTAINS(a.verdict.reason, "is no number");
    set(&a, "lower", 0.5);
    assert_false(PRUNES(&a, 0.5));
    assert_true(PRUNES(&a, 0.4));
    CHECK_CONTAINS(a.verdict.reason, "below 0.5");
    set(&a, "warmup", 1);
    assert_false(PRUNES(&a, 9));
    assert_true(PRUNES(&a, 9, 9));
    set(&a, "lower", 3);
    error = (vv_error){ 0 };
    assert_int_equal(a.kind->check(a.options, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "lower 3 is above upper 2");
}

/* ---- wilcoxon -------------------------------------------------------------------------------------------------------
 */

static void signed_rank_chances_are_those_of_the_table(void **state)
{
    (void)state;
    const size_t n = sizeof wilcoxon_table / sizeof *wilcoxon_table;
    assert_true(n > 45);
    for (size_t i = 0; i < n; i++) {
        const double p = vvi_wilcoxon_p(wilcoxon_table[i].differences, wilcoxon_table[i].n);
        if (!(fabs(p - wilcoxon_table[i].p) <= 1e-12 * wilcoxon_table[i].p))
            fail_msg("case %zu of %zu pairs: %.17g is not %.17g", i, wilcoxon_table[i].n, p, wilcoxon_table[i].p);
    }
    CHECK_NEAR(vvi_wilcoxon_p(NULL, 0), 1, 0);
}

static bool wilcoxon_prunes(asking *a, const double *own, size_t n, const double *best, size_t n_best)
{
    vv_error error = { 0 };
    double negated[2][16];
    vv_pruner_verdict mirrored = { .prune = false };
    vv_pruner_question *q = &a->question;
    for (size_t i = 0; i < n; i++) negated[0][i] = -own[i];
    for (size_t i = 0; i < n_best; i++) negated[1][i] = -best[i];
    q->options = a->options;
    q->scores = own;
    q->n_scores = n;
    q->best_scores = best;
    q->n_best_scores = n_best;
    q->best = 7;
    a->verdict = (vv_pruner_verdict){ .prune = false };
    CHECK_OK(a->kind->judge(q, &a->verdict, &error));
    vv_pruner_question other = *q;
    other.scores = negated[0];
    other.best_scores = negated[1];
    other.maximize = true;
    CHECK_OK(a->kind->judge(&other, &mirrored, &error));
    assert_int_equal(mirrored.prune, a->verdict.prune);
    return a->verdict.prune;
}

static void wilcoxon_ends_what_is_worse_in_every_execution(void **state)
{
    (void)state;
    asking a = ask_of("wilcoxon");
    assert_true(a.kind->between);
    const double best[] = { 0.1, 0.2, 0.3, 0.4, 0.5 }, worse[] = { 0.2, 0.4, 0.6, 0.8, 1.0 },
                 mixed[] = { 0.2, 0.1, 0.6, 0.3, 0.9 }, better[] = { 0, 0, 0, 0, 0 },
                 broken[] = { 0.2, NONE, 0.6, 0.8, 1.0 };
    assert_false(wilcoxon_prunes(&a, worse, 1, best, 5));
    assert_false(wilcoxon_prunes(&a, worse, 3, best, 5)); /* p = 1/8 */
    assert_true(wilcoxon_prunes(&a, worse, 4, best, 5));  /* p = 1/16 */
    assert_true(wilcoxon_prunes(&a, worse, 5, best, 5));
    assert_string_equal(a.verdict.reason, "after 5 executions: val_loss is 0.6 on the mean, 0.3 in trial 7, and that "
                                          "is no chance (p = 0.0312)");
    assert_false(wilcoxon_prunes(&a, mixed, 5, best, 5));
    assert_false(wilcoxon_prunes(&a, better, 5, best, 5));
    assert_false(wilcoxon_prunes(&a, best, 5, best, 5));
    assert_false(wilcoxon_prunes(&a, broken, 5, best, 5));
    assert_false(wilcoxon_prunes(&a, worse, 5, broken, 5));
    assert_false(wilcoxon_prunes(&a, worse, 5, NULL, 0));
    set(&a, "p", 0.03);
    assert_false(wilcoxon_prunes(&a, worse, 5, best, 5));
    set(&a, "p", 0.2);
    set(&a, "startup", 6);
    assert_false(wilcoxon_prunes(&a, worse, 5, best, 5));
}

/* ---- all of them ----------------------------------------------------------------------------------------------------
 */

static void every_row_is_whole_and_found_by_its_name(void **state)
{
    (void)state;
    size_t n = 0;
    for (const vv_pruner_kind *kind; (kind = vv_pruner_at(n)) != NULL; n++) {
        assert_ptr_equal(vv_pruner_find(kind->name), kind);
        assert_non_null(kind->summary);
        assert_non_null(kind->paper);
        assert_true(kind->n_options > 0 && kind->n_options <= VV_MAX_OPTIONS);
        for (size_t i = 0; i < kind->n_options; i++) {
            const vv_option_row *o = &kind->options[i];
            assert_true(o->min <= o->preset && o->preset <= o->max && strlen(o->help) > 0);
        }
    }
    assert_int_equal(n, 6);
    assert_null(vv_pruner_find("nothing"));
    assert_null(vv_pruner_find(NULL));
}

static void specs_are_read_and_written_back(void **state)
{
    (void)state;
    vv_pruner pruner;
    char text[80];
    vv_error error = { 0 };
    CHECK_OK(vv_pruner_parse("asha:factor=3,min_epochs=2", &pruner, NULL));
    vv_pruner_spec(&pruner, text, sizeof text);
    assert_string_equal(text, "asha:min_epochs=2,factor=3");
    CHECK_OK(vv_pruner_parse("median:startup=5", &pruner, NULL));
    vv_pruner_spec(&pruner, text, sizeof text);
    assert_string_equal(text, "median");
    CHECK_OK(vv_pruner_parse("threshold:upper=2.5", &pruner, NULL));
    vv_pruner_spec(&pruner, text, sizeof text);
    assert_string_equal(text, "threshold:upper=2.5");
    const double exploded[] = { 3 };
    const vv_pruner_question question = { .metric = "loss", .values = exploded, .n_values = 1 };
    vv_pruner_verdict verdict;
    CHECK_OK(vv_pruner_judge(&pruner, &question, &verdict, NULL));
    assert_true(verdict.prune);
    const struct {
        const char *spec, *part;
    } bad[] = { { "medain", "did you mean median" },
                { "median:start=1", "startup" },
                { "asha:factor=1", "factor is 1, must be 2" },
                { "asha:factor=2.5", "whole" },
                { "threshold", "give lower or upper" } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        error = (vv_error){ 0 };
        assert_int_equal(vv_pruner_parse(bad[i].spec, &pruner, &error), VV_BAD_ARG);
        CHECK_CONTAINS(error.text, bad[i].part);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t k = 0; vv_pruner_at(k) != NULL; k++) {
        asking a = ask_of(vv_pruner_at(k)->name);
        for (size_t i = 0; i < 7; i++) add(&a, VV_TRIAL_COMPLETED, levels[i], 4);
        const double own[] = { 9, 9, 9, 9, 9, 9, 9 }, best[] = { 1, 1, 1, 1, 1, 1, 1 };
        vv_pruner_question *q = &a.question;
        q->options = a.options;
        q->others = a.others;
        q->values = own;
        q->n_values = 4;
        q->scores = own;
        q->best_scores = best;
        q->n_scores = q->n_best_scores = 7;
        for (long n = 1, seen = n; seen >= n; n++) {
            vv_error error = { 0 };
            vv_pruner_verdict verdict = { .prune = false };
            vvi_fail_allocation(n);
            const vv_status status = a.kind->judge(q, &verdict, &error);
            seen = vvi_fail_allocation(-1);
            assert_int_equal(status, seen < n ? VV_OK : VV_NO_MEMORY);
            assert_false(status != VV_OK && verdict.prune);
        }
    }
}

/* ---- curves that cross ------------------------------------------------------------------------------------------------
 * A loss falls from 1 to where it ends at a speed of its own, so that who leads early need not win. The more `against`,
 * the lower the slow ones end: at 0.05 it is mostly luck that decides, at 0.2 the rule is that early leaders lose, and
 * no pruner is worth it. 200 trials of 27 epochs. */

enum { TRIALS = 200, EPOCHS = 27 };

typedef struct outcome {
    double saved;   /* share of the epochs */
    double regret;  /* loss of the best that was trained to its end, above the best that there was */
    double control; /* the same of as many whole trials as these epochs are enough for */
    double left;    /* trials that were trained to their end */
} outcome;

static void draw_curve(uint64_t seed, int trial, double against, double curve[EPOCHS])
{
    vvi_stream stream = vvi_stream_begin(vvi_key_int(vvi_key_new(seed, "crossing curves"), trial));
    const double slow = vvi_stream_unit(&stream), luck = vvi_stream_unit(&stream);
    const double pace = 1 + 9 * slow, end = 0.55 - against * slow + 0.35 * luck;
    for (int e = 0; e < EPOCHS; e++)
        curve[e] = end + (1 - end) * exp(-(e + 1) / pace) + 0.01 * vvi_stream_normal(&stream);
}

static double least(const double curve[EPOCHS])
{
    double low = 9;
    for (int e = 0; e < EPOCHS; e++) low = fmin(low, curve[e]);
    return low;
}

static outcome play(const char *name, double against, uint64_t seed)
{
    static double curves[TRIALS][EPOCHS];
    asking a = ask_of(name);
    double best = 9, found = 9, first = 9, epochs = 0;
    int left = 0;
    if (strcmp(name, "threshold") == 0) set(&a, "upper", 0.97);
    for (int t = 0; t < TRIALS; t++) {
        size_t n = 0;
        bool pruned = false;
        draw_curve(seed, t, against, curves[t]);
        while (n < EPOCHS && !pruned) pruned = prunes(&a, curves[t], ++n);
        epochs += (double)n;
        add(&a, pruned ? VV_TRIAL_PRUNED : VV_TRIAL_COMPLETED, curves[t], n);
        best = fmin(best, least(curves[t]));
        if (!pruned) found = fmin(found, least(curves[t]));
        left += !pruned;
    }
    for (int t = 0; t < epochs / EPOCHS; t++) first = fmin(first, least(curves[t]));
    return (outcome){
        .saved = 1 - epochs / (TRIALS * EPOCHS), .regret = found - best, .control = first - best, .left = left
    };
}

static outcome play_often(const char *name, double against)
{
    enum { SEEDS = 20 };
    outcome mean = { 0 };
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const outcome o = play(name, against, seed);
        mean.saved += o.saved / SEEDS;
        mean.regret += o.regret / SEEDS;
        mean.control += o.control / SEEDS;
        mean.left += o.left / SEEDS;
    }
    print_message("against %.2f: %-10s saves %4.1f %% of the epochs, regret %.4f (whole trials for as many: %.4f), "
                  "%5.1f of %d trials whole\n",
                  against, name, 100 * mean.saved, mean.regret, mean.control, mean.left, TRIALS);
    return mean;
}

static void on_crossing_curves_pruners_save_epochs_at_little_regret(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double saved, regret; /* at least, at most */
    } wanted[] = {
        { "median", 0.7, 0.02 },    { "percentile", 0.7, 0.03 }, { "asha", 0.7, 0.03 },
        { "patience", 0.05, 0.01 }, { "threshold", 0.03, 0.01 },
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const outcome mild = play_often(wanted[i].name, 0.05);
        play_often(wanted[i].name, 0.2);
        if (!(mild.saved >= wanted[i].saved && mild.regret <= wanted[i].regret)) fail_msg("%s", wanted[i].name);
        if (mild.saved > 0.5) assert_true(mild.regret < mild.control); /* worth more than fewer trials */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole_and_found_by_its_name),
        cmocka_unit_test(the_median_ends_what_is_worse_than_half_at_the_same_epoch),
        cmocka_unit_test(only_completed_trials_are_compared_with),
        cmocka_unit_test(startup_warmup_and_interval_are_kept_to_the_epoch),
        cmocka_unit_test(epochs_without_a_value_do_not_count),
        cmocka_unit_test(percentiles_lie_on_straight_lines_between_trials),
        cmocka_unit_test(asha_keeps_one_in_factor_at_each_rung),
        cmocka_unit_test(asha_passes_several_rungs_at_once_where_values_are_missing),
        cmocka_unit_test(asha_waits_for_a_whole_trial_to_know_its_lowest_rung),
        cmocka_unit_test(asha_bootstraps_with_trials_that_end_at_a_rung),
        cmocka_unit_test(patience_ends_what_has_become_worse),
        cmocka_unit_test(a_threshold_ends_what_is_beyond_it),
        cmocka_unit_test(signed_rank_chances_are_those_of_the_table),
        cmocka_unit_test(wilcoxon_ends_what_is_worse_in_every_execution),
        cmocka_unit_test(specs_are_read_and_written_back),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(on_crossing_curves_pruners_save_epochs_at_little_regret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
