/* How good trials are, and which of them were counted. */
#include "check.h"

#include "search/standing.h"

typedef struct row {
    vv_trial_status status;
    double loss, violation;
    int epochs;
} row;

static void put(vv_past *past, int id, row r)
{
    const vv_past_trial trial = {
        .id = id, .status = r.status, .scores = &r.loss, .violation = r.violation, .epochs = r.epochs
    };
    CHECK_OK(vv_past_put(past, &trial, NULL));
}

/* From the best to the worst; those with the same place are equal. */
static const struct place {
    row row;
    int place;
} places[] = {
    { { VV_TRIAL_COMPLETED, -3, 0, 9 }, 0 },
    { { VV_TRIAL_COMPLETED, 2, 0, 1 }, 1 },
    { { VV_TRIAL_COMPLETED, 2, 0, 9 }, 1 },
    { { VV_TRIAL_COMPLETED, 1e300, -1, 9 }, 2 },
    { { VV_TRIAL_PRUNED, 5, 0, 8 }, 3 },
    { { VV_TRIAL_PRUNED, 1, 0, 4 }, 4 },
    { { VV_TRIAL_PRUNED, 2, 0, 4 }, 5 },
    { { VV_TRIAL_PRUNED, -9, 0, 0 }, 6 },
    { { VV_TRIAL_COMPLETED, 7, 0.1, 9 }, 7 },
    { { VV_TRIAL_COMPLETED, -7, 0.2, 9 }, 8 },
    { { VV_TRIAL_PRUNED, -6, 0.2, 9 }, 9 },
    { { VV_TRIAL_FAILED, -9, 0, 9 }, 10 },
    { { VV_TRIAL_COMPLETED, (double)INFINITY, 0, 9 }, 10 },
    { { VV_TRIAL_COMPLETED, -(double)INFINITY, 0, 9 }, 10 },
    { { VV_TRIAL_COMPLETED, (double)NAN, 1, 9 }, 10 },
    { { VV_TRIAL_PRUNED, (double)NAN, 0, 3 }, 10 },
};
enum { PLACES = sizeof places / sizeof *places };

static void trials_compare_by_what_happened_and_then_by_loss(void **state)
{
    (void)state;
    vv_past *past = vv_past_new(1, NULL);
    for (int i = 0; i < PLACES; i++) put(past, i, places[i].row);
    for (int a = 0; a < PLACES; a++) {
        for (int b = 0; b < PLACES; b++) {
            const int wanted = (places[a].place > places[b].place) - (places[a].place < places[b].place);
            if (vvi_trial_compare(past, a, b) != wanted) fail_msg("rows %d and %d", a, b);
        }
    }
    vv_past_free(past);
}

static void sorting_keeps_equal_trials_in_their_order(void **state)
{
    (void)state;
    vv_past *past = vv_past_new(1, NULL);
    int ids[PLACES * 5], room[PLACES * 5];
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "sorting"));
    for (int i = 0; i < PLACES * 5; i++) {
        ids[i] = i;
        put(past, i, places[vvi_stream_below(&stream, PLACES)].row);
    }
    vvi_trials_sort(past, ids, PLACES * 5, room);
    for (int i = 1; i < PLACES * 5; i++) {
        const int order = vvi_trial_compare(past, ids[i - 1], ids[i]);
        assert_true(order < 0 || (order == 0 && ids[i - 1] < ids[i]));
    }
    vv_past_free(past);
}

static void what_is_not_finished_has_no_standing_yet(void **state)
{
    (void)state;
    const vv_trial_status unfinished[] = { VV_TRIAL_RUNNING, VV_TRIAL_INTERRUPTED, VV_TRIAL_PAUSED };
    vv_past *past = vv_past_new(2, (bool[]){ true, false });
    const double scores[] = { 1, 2 }, half[] = { 1, (double)NAN };
    for (int i = 0; i < 3; i++) {
        CHECK_OK(vv_past_put(past, &(vv_past_trial){ .id = i, .status = unfinished[i], .scores = scores }, NULL));
        assert_int_equal(vvi_trial_standing(past, i), VVI_UNFINISHED);
    }
    CHECK_OK(vv_past_put(past, &(vv_past_trial){ .id = 0, .status = VV_TRIAL_COMPLETED, .scores = scores }, NULL));
    CHECK_OK(vv_past_put(past, &(vv_past_trial){ .id = 1, .status = VV_TRIAL_COMPLETED, .scores = half }, NULL));
    assert_int_equal(vvi_trial_standing(past, 0), VVI_WHOLE);
    assert_int_equal(vvi_trial_standing(past, 1), VVI_USELESS); /* one of two is not enough */
    vv_past_free(past);
}

static void news_are_of_trials_that_now_count_otherwise(void **state)
{
    (void)state;
    const row running = { VV_TRIAL_RUNNING, (double)NAN, 0, 0 }, done = { VV_TRIAL_COMPLETED, 1, 0, 0 };
    vv_past *past = vv_past_new(1, NULL);
    vvi_counted counted = { 0 };
    for (int i = 0; i < 6; i++) put(past, i, i % 2 == 0 ? done : running);
    CHECK_OK(vvi_counted_go_over(&counted, past, 0, 6, NULL));
    assert_int_equal(vvi_counted_first_news(&counted, past, 6), 0); /* all of it is new */
    assert_int_equal(vvi_counted_first_news(&counted, past, 6), 6);
    put(past, 5, running);
    assert_int_equal(vvi_counted_first_news(&counted, past, 6), 6); /* still running */
    put(past, 5, done);
    put(past, 3, done);
    put(past, 6, done); /* beyond what was gone over */
    assert_int_equal(vvi_counted_first_news(&counted, past, 6), 3);
    put(past, 2, (row){ VV_TRIAL_COMPLETED, 9, 0, 0 });
    assert_int_equal(vvi_counted_first_news(&counted, past, 6), 2);
    vvi_fail_allocation(1);
    assert_int_equal(vvi_counted_go_over(&counted, past, 0, 2000, NULL), VV_NO_MEMORY);
    vvi_fail_allocation(0);
    vvi_counted_deinit(&counted);
    vv_past_free(past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trials_compare_by_what_happened_and_then_by_loss),
        cmocka_unit_test(sorting_keeps_equal_trials_in_their_order),
        cmocka_unit_test(what_is_not_finished_has_no_standing_yet),
        cmocka_unit_test(news_are_of_trials_that_now_count_otherwise),
    };
    return cmocka_run_group_tests_name("standing", tests, NULL, NULL);
}
