/* importance.c - shares of functions whose analysis of variance can be done by hand, and what holds for any trials. */
#include "frames.h"

#define N(list) (sizeof(list) / sizeof *(list))

static vvi_weights weigh(const char *kind, const made_frame *m)
{
    vv_error error = { 0 };
    vvi_weights weights;
    assert_non_null(vvi_importance_find(kind));
    if (vvi_importance(vvi_importance_find(kind), &m->frame, 0, 1, &weights, &error) != VV_OK)
        fail_msg("%s", error.text);
    return weights;
}

static double share_of(const vvi_weights *weights, const char *name)
{
    for (size_t i = 0; i < weights->n; i++)
        if (strcmp(weights->list[i].name, name) == 0) return weights->list[i].share;
    fail_msg("%s has no share", name);
    return 0;
}

static double noise(vvi_stream *stream)
{
    return vvi_stream_normal(stream);
}

/* Whatever the trials are. */
static void check_weights(const vvi_weights *weights)
{
    for (size_t i = 0; i < weights->n; i++) {
        const vvi_weight *w = &weights->list[i];
        assert_true(w->share >= 0 && w->share <= 1 + 1e-12);
        assert_true(w->low <= w->share && w->share <= w->high && w->low >= 0 && w->high <= 1 + 1e-12);
        assert_true(i == 0 || w->share <= weights->list[i - 1].share);
        assert_true(w->trials <= weights->trials);
    }
}

/* ---- known functions --------------------------------------------------------------------------------------------- */

/* Sobol' and Levitan 1999, a = 7, b = 0.1: 0.3139, 0.4424, 0; the first and the third together the rest, 0.2437. Trees
 * take a symmetric hill for a little less than it is. */
static void shares_of_ishigamis_function_are_known(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x1", -3.14159265358979, 3.14159265358979, false, false, 0 },
                                          { "x2", -3.14159265358979, 3.14159265358979, false, false, 0 },
                                          { "x3", -3.14159265358979, 3.14159265358979, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 8000, 1);
    for (size_t t = 0; t < m->frame.n; t++) {
        const double s = sin(m->values[1][t]), third = m->values[2][t];
        m->scores[t] = sin(m->values[0][t]) * (1 + 0.1 * third * third * third * third) + 7 * s * s;
    }
    vvi_weights weights = weigh("fanova", m);
    check_weights(&weights);
    CHECK_NEAR(share_of(&weights, "x1"), 0.3139, 0.015);
    CHECK_NEAR(share_of(&weights, "x2"), 0.4424, 0.045);
    CHECK_NEAR(share_of(&weights, "x3"), 0, 0.01);
    assert_true(weights.explained > 0.97);
    vvi_weights_deinit(&weights);
    free_frame(m);
}

/* Of independent parts that are added each has its own variance. On a log scale the logarithm is even; of 4 words with
 * 0, 1, 2, 3 the variance is 5/4, of 1 to 5 it is 2. */
static void shares_of_a_sum_are_the_variances_of_its_parts(void **state)
{
    (void)state;
    static const made_variable list[] = { { "rate", 1e-4, 1e-1, false, true, 0 },
                                          { "word", 0, 0, false, false, 4 },
                                          { "count", 1, 5, true, false, 0 },
                                          { "nothing", 0, 1, false, false, 0 } };
    static const double of_word[] = { 2, 0, 3, 1 };
    made_frame *m = make_frame(list, N(list), 4000, 2);
    for (size_t t = 0; t < m->frame.n; t++)
        m->scores[t] = log10(m->values[0][t]) * 2 + of_word[(size_t)m->values[1][t]] + m->values[2][t];
    vvi_weights weights = weigh("fanova", m);
    check_weights(&weights);
    const double rate = 4 * 9.0 / 12, word = 1.25, count = 2, all = rate + word + count;
    CHECK_NEAR(share_of(&weights, "rate"), rate / all, 0.02);
    CHECK_NEAR(share_of(&weights, "word"), word / all, 0.02);
    CHECK_NEAR(share_of(&weights, "count"), count / all, 0.02);
    CHECK_NEAR(share_of(&weights, "nothing"), 0, 0.002);
    assert_string_equal(weights.list[0].name, "rate");
    assert_string_equal(weights.list[3].name, "nothing");
    vvi_weights_deinit(&weights);
    free_frame(m);
}

/* A product of two that are centred is theirs together alone. */
static void what_two_do_only_together_is_nobodys_own(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", -1, 1, false, false, 0 }, { "y", -1, 1, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 4000, 3);
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = m->values[0][t] * m->values[1][t];
    vvi_weights weights = weigh("fanova", m);
    CHECK_NEAR(share_of(&weights, "x"), 0, 0.02);
    CHECK_NEAR(share_of(&weights, "y"), 0, 0.02);
    assert_true(weights.explained > 0.95);
    vvi_weights_deinit(&weights);
    free_frame(m);
}

static void scores_that_are_noise_are_not_explained(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", 0, 1, false, false, 0 }, { "y", 0, 1, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 500, 4);
    vvi_stream stream = vvi_stream_begin(vvi_key_new(4, "noise"));
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = noise(&stream);
    vvi_weights weights = weigh("fanova", m);
    check_weights(&weights);
    assert_true(weights.explained < 0.05);
    vvi_weights_deinit(&weights);
    free_frame(m);
}

/* ---- conditions -------------------------------------------------------------------------------------------------- */

static made_frame *make_layers(size_t n, double effect_of_count, double effect_of_units)
{
    static const made_variable list[] = { { "layers", 1, 3, true, false, 0 },
                                          { "units_1", 0, 1, false, false, 0 },
                                          { "units_2", 0, 1, false, false, 0 },
                                          { "units_3", 0, 1, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), n, 5);
    for (size_t t = 0; t < n; t++) {
        const double layers = m->values[0][t];
        m->scores[t] = effect_of_count * layers + effect_of_units * (layers >= 3 ? m->values[3][t] : 0.5);
        for (size_t i = 2; i < 4; i++)
            if (layers < (double)i) m->values[i][t] = (double)NAN, m->variables[i].active--;
    }
    return m;
}

static void a_child_gets_nothing_of_what_its_parent_does(void **state)
{
    (void)state;
    made_frame *m = make_layers(600, 1, 0);
    vvi_weights weights = weigh("fanova", m);
    check_weights(&weights);
    CHECK_NEAR(share_of(&weights, "layers"), 1, 0.01);
    for (size_t i = 1; i < 4; i++) CHECK_NEAR(weights.list[i].share, 0, 0.002);
    vvi_weights_deinit(&weights);
    free_frame(m);
}

/* The third units have a variance of 1/12 in a third of the space; three layers are on average as good as fewer. */
static void a_parent_gets_nothing_of_what_its_child_does(void **state)
{
    (void)state;
    made_frame *m = make_layers(600, 0, 1);
    vvi_weights weights = weigh("fanova", m);
    check_weights(&weights);
    CHECK_NEAR(share_of(&weights, "units_3"), 1, 0.02);
    CHECK_NEAR(share_of(&weights, "layers"), 0, 0.01);
    for (size_t i = 0; i < weights.n; i++)
        if (strcmp(weights.list[i].name, "units_3") == 0) assert_in_range(weights.list[i].trials, 150, 250);
    vvi_weights_deinit(&weights);
    free_frame(m);
}

/* 2/3 of the count, 1/12 in a third of the space of the units. */
static void parent_and_child_have_each_their_own(void **state)
{
    (void)state;
    made_frame *m = make_layers(3000, 0.25, 1);
    vvi_weights weights = weigh("fanova", m);
    const double count = 0.0625 * 2 / 3, units = 1.0 / 36;
    CHECK_NEAR(share_of(&weights, "layers"), count / (count + units), 0.02);
    CHECK_NEAR(share_of(&weights, "units_3"), units / (count + units), 0.02);
    vvi_weights_deinit(&weights);
    free_frame(m);
}

/* A search that has looked at three layers nine times out of ten says the same. */
static void a_search_that_likes_one_place_weighs_the_space_all_the_same(void **state)
{
    (void)state;
    made_frame *m = make_layers(6000, 0.25, 1);
    size_t seen = 0;
    for (size_t t = 0; t < m->frame.n; t++)
        if (m->values[0][t] < 3 && seen++ % 10 != 0) m->status[t] = VV_TRIAL_FAILED;
    vvi_weights weights = weigh("fanova", m);
    const double count = 0.0625 * 2 / 3, units = 1.0 / 36;
    assert_true(weights.trials < 3000);
    CHECK_NEAR(share_of(&weights, "layers"), count / (count + units), 0.03);
    CHECK_NEAR(share_of(&weights, "units_3"), units / (count + units), 0.03);
    vvi_weights_deinit(&weights);
    free_frame(m);
}

static void momentum_matters_only_where_there_is_some(void **state)
{
    (void)state;
    static const made_variable list[] = { { "optimizer", 0, 0, false, false, 3 },
                                          { "momentum", 0, 1, false, false, 0 },
                                          { "rate", 1e-5, 1, false, true, 0 } };
    made_frame *m = make_frame(list, N(list), 300, 7);
    only_where(m, 1, 0, 0);
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = isnan(m->values[1][t]) ? 0 : (m->values[1][t] - 0.5) * 4;
    static const char *const names[] = { "fanova", "ped-anova" };
    for (size_t i = 0; i < 2; i++) {
        vvi_weights weights = weigh(names[i], m);
        check_weights(&weights);
        assert_string_equal(weights.list[0].name, "momentum");
        assert_true(weights.list[0].share > (i == 0 ? 0.9 : 0.6));
        CHECK_NEAR(share_of(&weights, "rate"), 0, 0.05);
        vvi_weights_deinit(&weights);
    }
    free_frame(m);
}

/* ---- PED-ANOVA --------------------------------------------------------------------------------------------------- */

/* The example of its authors: x1 + x2 / 1000. */
static void what_the_best_have_is_found(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x2", -10, 10, false, false, 0 }, { "x1", -10, 10, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 100, 8);
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = m->values[1][t] + m->values[0][t] / 1000;
    vvi_weights weights = weigh("ped-anova", m);
    check_weights(&weights);
    assert_string_equal(weights.list[0].name, "x1");
    assert_true(weights.list[0].share > 0.9);
    CHECK_NEAR(weights.list[0].share + weights.list[1].share, 1, 1e-12);
    assert_true(isnan(weights.explained));
    vvi_weights_deinit(&weights);
    free_frame(m);
}

/* y is good only where x is small; of the largest scores it is the other way round. */
static void the_direction_matters(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", 0, 1, false, false, 0 }, { "y", 0, 1, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 1000, 9);
    for (size_t t = 0; t < m->frame.n; t++)
        m->scores[t] = m->values[0][t] < 0.5 ? m->values[1][t] : 1 + m->values[0][t] * 10;
    vvi_weights small = weigh("ped-anova", m);
    m->frame.objectives.list[0].maximize = true;
    vvi_weights large = weigh("ped-anova", m);
    assert_true(share_of(&small, "y") > 0.3);
    assert_true(share_of(&large, "y") < 0.02);
    vvi_weights_deinit(&small);
    vvi_weights_deinit(&large);
    free_frame(m);
}

static void without_a_direction_nothing_is_said(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", 0, 1, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 100, 10);
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = m->values[0][t];
    m->frame.objectives.n = 0;
    vvi_weights weights = weigh("ped-anova", m);
    CHECK_CONTAINS(weights.why, "does not say");
    vvi_weights_deinit(&weights);
    weights = weigh("fanova", m);
    assert_null(weights.why);
    vvi_weights_deinit(&weights);
    free_frame(m);
}

/* ---- any trials -------------------------------------------------------------------------------------------------- */

static void check_why(const made_frame *m, const char *part)
{
    const vvi_importance_kind *kind;
    for (size_t i = 0; (kind = vvi_importance_at(i)) != NULL; i++) {
        vvi_weights weights = weigh(kind->name, m);
        assert_int_equal(weights.n, 0);
        if (weights.why == NULL) fail_msg("%s says something", kind->name);
        CHECK_CONTAINS(weights.why, part);
        vvi_weights_deinit(&weights);
    }
}

static void where_nothing_can_be_said_it_is_said_why(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", 0, 1, false, false, 0 } };
    made_frame *none = make_frame(list, 1, 0, 11), *one = make_frame(list, 1, 1, 11),
               *same = make_frame(list, 1, 50, 11);
    check_why(none, "0 completed trials have a finite score");
    check_why(one, "1 completed trial has a finite score");
    check_why(same, "all 50 completed trials have the same score");
    for (size_t t = 0; t < same->frame.n; t++) same->scores[t] = (double)t, same->values[0][t] = 0.5;
    check_why(same, "no hyperparameter has more than one value");
    for (size_t t = 0; t < same->frame.n; t++) same->scores[t] = t % 2 == 0 ? (double)NAN : (double)INFINITY;
    check_why(same, "0 completed trials");
    free_frame(none);
    free_frame(one);
    free_frame(same);
}

static void a_frame_without_scores_of_that_objective_says_why(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", 0, 1, false, false, 0 } };
    made_frame *m = make_frame(list, 1, 30, 11);
    m->frame.scores[0] = NULL;
    check_why(m, "0 completed trials");
    free_frame(m);
}

/* Losses that are no numbers, infinite, or enormous. */
static void trials_that_diverged_do_not_hide_the_others(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", 0, 1, false, false, 0 }, { "y", 0, 1, false, false, 0 } };
    made_frame *m = make_frame(list, N(list), 400, 12);
    static const double wild[] = { 1e300, -1e300, (double)NAN, (double)INFINITY, 1e30 };
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = t % 40 == 0 ? wild[t / 40 % 5] : m->values[0][t];
    vvi_weights weights = weigh("fanova", m);
    check_weights(&weights);
    assert_int_equal(weights.trials, 400 - 4);
    assert_string_equal(weights.list[0].name, "x");
    assert_true(isfinite(weights.explained));
    vvi_weights_deinit(&weights);
    weights = weigh("ped-anova", m);
    check_weights(&weights);
    assert_true(share_of(&weights, "x") > 0.8);
    vvi_weights_deinit(&weights);
    free_frame(m);
}

static void one_hyperparameter_has_all_of_it(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", 0, 1, false, false, 0 } };
    made_frame *m = make_frame(list, 1, 40, 13);
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = m->values[0][t];
    vvi_weights weights = weigh("fanova", m);
    CHECK_NEAR(weights.list[0].share, 1, 1e-9);
    vvi_weights_deinit(&weights);
    weights = weigh("ped-anova", m);
    CHECK_NEAR(weights.list[0].share, 1, 1e-9);
    vvi_weights_deinit(&weights);
    free_frame(m);
}

/* All trees agree here, in any number of trials. */
static void few_trials_are_never_certain(void **state)
{
    (void)state;
    static const made_variable list[] = { { "x", 0, 1, false, false, 0 } };
    static const size_t sizes[] = { 8, 40, 1000 };
    static const double most[] = { 0.80, 0.96, 1 }, least[] = { 0.5, 0.8, 0.99 };
    for (size_t k = 0; k < N(sizes); k++) {
        const vvi_importance_kind *kind;
        made_frame *m = make_frame(list, 1, sizes[k], 13);
        for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = m->values[0][t];
        for (size_t i = 0; (kind = vvi_importance_at(i)) != NULL; i++) {
            vvi_weights weights = weigh(kind->name, m);
            check_weights(&weights);
            if (weights.why == NULL) {
                CHECK_NEAR(weights.list[0].high, 1, 1e-9);
                assert_true(weights.list[0].low < most[k] && weights.list[0].low > least[k]);
            } else
                assert_true(i > 0 && sizes[k] == 8); /* PED-ANOVA needs more */
            vvi_weights_deinit(&weights);
        }
        free_frame(m);
    }
}

static void of_two_hundred_the_one_that_matters_is_found(void **state)
{
    (void)state;
    made_variable list[200];
    for (size_t i = 0; i < N(list); i++) {
        list[i] = (made_variable){ .low = 0, .high = 1, .n_words = i % 3 == 0 ? 4 : 0 };
        snprintf(list[i].name, sizeof list[i].name, "h%zu", i);
    }
    made_frame *m = make_frame(list, N(list), 500, 14);
    for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = m->values[77][t];
    const vvi_importance_kind *kind;
    for (size_t i = 0; (kind = vvi_importance_at(i)) != NULL; i++) {
        vvi_weights weights = weigh(kind->name, m);
        check_weights(&weights);
        assert_int_equal(weights.n, 200);
        assert_string_equal(weights.list[0].name, "h77");
        assert_true(weights.list[0].share > 10 * weights.list[1].share);
        vvi_weights_deinit(&weights);
    }
    free_frame(m);
}

/* Words beyond what has a bin of its own. */
static void hundreds_of_words_are_words_too(void **state)
{
    (void)state;
    enum { WORDS = 300 };
    static const made_variable list[] = { { "word", 0, 0, false, false, 8 }, { "x", 0, 1, false, false, 0 } };
    char texts[WORDS][8];
    const char *words[WORDS];
    made_frame *m = make_frame(list, N(list), 3000, 15);
    for (size_t i = 0; i < WORDS; i++) {
        snprintf(texts[i], sizeof texts[i], "w%zu", i);
        words[i] = texts[i];
    }
    m->variables[0].words = words;
    m->variables[0].n_words = WORDS;
    for (size_t t = 0; t < m->frame.n; t++) {
        m->values[0][t] = (double)(t * 7919 % WORDS);
        m->scores[t] = m->values[1][t];
    }
    const vvi_importance_kind *kind;
    for (size_t i = 0; (kind = vvi_importance_at(i)) != NULL; i++) {
        vvi_weights weights = weigh(kind->name, m);
        check_weights(&weights);
        assert_string_equal(weights.list[0].name, "x");
        vvi_weights_deinit(&weights);
    }
    free_frame(m);
}

/* Random spaces with conditions, random functions. */
static made_frame *make_random(uint64_t seed)
{
    made_variable list[12];
    vvi_stream stream = vvi_stream_begin(vvi_key_new(seed, "a space"));
    const size_t n = 2 + (size_t)vvi_stream_below(&stream, 11);
    for (size_t i = 0; i < n; i++) {
        list[i] = (made_variable){ .low = 1, .high = 9 };
        snprintf(list[i].name, sizeof list[i].name, "h%zu", i);
        list[i].whole = vvi_stream_below(&stream, 3) == 0;
        list[i].log = vvi_stream_below(&stream, 3) == 0;
        list[i].n_words = vvi_stream_below(&stream, 3) == 0 ? 2 + (size_t)vvi_stream_below(&stream, 4) : 0;
    }
    made_frame *m = make_frame(list, n, 30 + (size_t)vvi_stream_below(&stream, 300), seed);
    for (size_t i = 1; i < n; i++)
        if (vvi_stream_below(&stream, 3) == 0) only_where(m, i, i - 1, m->values[i - 1][0]);
    for (size_t t = 0; t < m->frame.n; t++) {
        for (size_t i = 0; i < n; i++)
            if (!isnan(m->values[i][t])) m->scores[t] += sin(m->values[i][t] * (double)(i + 1));
        m->scores[t] += 0.2 * noise(&stream);
        if (vvi_stream_below(&stream, 20) == 0) m->status[t] = VV_TRIAL_PRUNED;
    }
    return m;
}

static bool are_same(const vvi_weights *a, const vvi_weights *b)
{
    bool same = a->n == b->n && memcmp(&a->explained, &b->explained, sizeof a->explained) == 0;
    for (size_t i = 0; same && i < a->n; i++)
        same = a->list[i].variable == b->list[i].variable &&
               memcmp(&a->list[i].share, &b->list[i].share, 3 * sizeof(double)) == 0;
    return same;
}

static void any_trials_give_shares_and_the_same_ones_again(void **state)
{
    (void)state;
    const vvi_importance_kind *kind;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        made_frame *m = make_random(seed);
        for (size_t i = 0; (kind = vvi_importance_at(i)) != NULL; i++) {
            vvi_weights weights = weigh(kind->name, m);
            check_weights(&weights);
            for (size_t k = 0; k < m->frame.n_variables; k++) m->made[k].name[0] = (char)('z' - k);
            vvi_weights again = weigh(kind->name, m); /* under other names */
            assert_true(are_same(&weights, &again));
            vvi_weights_deinit(&weights);
            vvi_weights_deinit(&again);
        }
        free_frame(m);
    }
}

static void another_unit_of_scores_gives_the_same_shares(void **state)
{
    (void)state;
    const vvi_importance_kind *kind;
    made_frame *m = make_random(5);
    for (size_t i = 0; (kind = vvi_importance_at(i)) != NULL; i++) {
        vvi_weights weights = weigh(kind->name, m);
        for (size_t t = 0; t < m->frame.n; t++) m->scores[t] = 4096 * m->scores[t];
        vvi_weights again = weigh(kind->name, m);
        for (size_t k = 0; k < weights.n; k++)
            CHECK_NEAR(weights.list[k].share, share_of(&again, weights.list[k].name), 1e-9);
        vvi_weights_deinit(&weights);
        vvi_weights_deinit(&again);
    }
    free_frame(m);
}

static void no_memory_is_said_and_nothing_is_lost(void **state)
{
    (void)state;
    const vvi_importance_kind *kind;
    made_frame *m = make_random(3);
    for (size_t i = 0; (kind = vvi_importance_at(i)) != NULL; i++) {
        vv_status status = VV_NO_MEMORY;
        for (long n = 1; status == VV_NO_MEMORY; n++) {
            vv_error error = { 0 };
            vvi_weights weights;
            vvi_fail_allocation(n);
            status = vvi_importance(kind, &m->frame, 0, 1, &weights, &error);
            vvi_fail_allocation(0);
            vvi_weights_deinit(&weights);
        }
        assert_int_equal(status, VV_OK);
    }
    free_frame(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_of_ishigamis_function_are_known),
        cmocka_unit_test(shares_of_a_sum_are_the_variances_of_its_parts),
        cmocka_unit_test(what_two_do_only_together_is_nobodys_own),
        cmocka_unit_test(scores_that_are_noise_are_not_explained),
        cmocka_unit_test(a_child_gets_nothing_of_what_its_parent_does),
        cmocka_unit_test(a_parent_gets_nothing_of_what_its_child_does),
        cmocka_unit_test(parent_and_child_have_each_their_own),
        cmocka_unit_test(a_search_that_likes_one_place_weighs_the_space_all_the_same),
        cmocka_unit_test(momentum_matters_only_where_there_is_some),
        cmocka_unit_test(what_the_best_have_is_found),
        cmocka_unit_test(the_direction_matters),
        cmocka_unit_test(without_a_direction_nothing_is_said),
        cmocka_unit_test(where_nothing_can_be_said_it_is_said_why),
        cmocka_unit_test(a_frame_without_scores_of_that_objective_says_why),
        cmocka_unit_test(trials_that_diverged_do_not_hide_the_others),
        cmocka_unit_test(one_hyperparameter_has_all_of_it),
        cmocka_unit_test(few_trials_are_never_certain),
        cmocka_unit_test(of_two_hundred_the_one_that_matters_is_found),
        cmocka_unit_test(hundreds_of_words_are_words_too),
        cmocka_unit_test(any_trials_give_shares_and_the_same_ones_again),
        cmocka_unit_test(another_unit_of_scores_gives_the_same_shares),
        cmocka_unit_test(no_memory_is_said_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
