/* stores_reading.c - what is read: all, the new, the best, the sums. Against what a slow and plain look at all trials says. */
#include "conformance/stores.h"

/* Many trials in every state, drawn from a seed. */
static void draw_trial(vv_study *study, vvi_stream *stream)
{
    static const vv_trial_status ends[] = {
        VV_TRIAL_COMPLETED, VV_TRIAL_COMPLETED, VV_TRIAL_COMPLETED, VV_TRIAL_FAILED,
        VV_TRIAL_PRUNED,    VV_TRIAL_PAUSED,    VV_TRIAL_RUNNING,   VV_TRIAL_WAITING
    };
    const uint64_t kind = vvi_stream_below(stream, sizeof ends / sizeof *ends);
    const double score = (double)vvi_stream_below(stream, 12) - 6;
    vv_trial_result result = { .status = ends[kind], .scores = &score, .n_scores = 1 };
    int id = -1;
    must(begin_bare(study, &(vvi_beginning){ .waiting = ends[kind] == VV_TRIAL_WAITING, .goal = (int)kind }, &id),
         NULL);
    if (ends[kind] == VV_TRIAL_WAITING) return;
    const int epochs = 1 + (int)vvi_stream_below(stream, 4);
    for (int e = 0; e < epochs; e++) report_epoch(study, id, e % 2, e / 2);
    if (vvi_stream_below(stream, 3) == 0) result.violation = VV_SOME((double)vvi_stream_below(stream, 3));
    if (ends[kind] == VV_TRIAL_PAUSED)
        must(vv_trial_pause(study, id, &result, NULL), NULL);
    else if (ends[kind] != VV_TRIAL_RUNNING)
        must(vv_trial_end(study, id, &result, NULL), NULL);
}

static vv_study *draw_study(const store_place *p, int n)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_new(5, "trials"));
    vv_study *study = open_leased(p->where, 0);
    must(vvi_study_batch_begin(study, NULL), NULL);
    for (int i = 0; i < n; i++) draw_trial(study, &stream);
    must(vvi_study_batch_end(study, VV_OK, NULL), NULL);
    return study;
}

/* ---- the new ------------------------------------------------------------------------------------------------------- */

static void only_what_is_new_can_be_asked_for(void **state)
{
    const store_place *p = *state;
    const struct {
        vv_trials_args args;
        int n, ids[8];
    } cases[] = {
        { { .from = 18 }, 2, { 18, 19 } },
        { { .from = 20 }, 0, { 0 } },
        { { .from = 50 }, 0, { 0 } },
        { { .from = 18, .also = (const int[]){ 7, 3, 7, 19, 99, -1 }, .n_also = 6 }, 4, { 3, 7, 18, 19 } },
        { { .from = 20, .also = (const int[]){ 19, 0 }, .n_also = 2 }, 2, { 0, 19 } },
        { { .from = 15, .also = (const int[]){ 2, 1 }, .n_also = 2, .limit = 3 }, 3, { 1, 2, 15 } },
        { { .limit = 2 }, 2, { 0, 1 } },
        { { .only = true, .id = 11 }, 1, { 11 } },
    };
    vv_study *study = draw_study(p, 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vv_trials trials;
        must(vv_study_trials(study, &cases[i].args, &trials, NULL), NULL);
        assert_int_equal(trials.n, cases[i].n);
        for (size_t t = 0; t < trials.n; t++) assert_int_equal(trials.list[t].id, cases[i].ids[t]);
        vv_trials_free(&trials);
    }
    vv_trials none;
    assert_int_equal(vv_study_trials(study, &(vv_trials_args){ .only = true, .id = 20 }, &none, NULL), VV_NOT_FOUND);
    vv_study_close(study);
}

static void an_empty_study_has_nothing(void **state)
{
    const store_place *p = *state;
    vv_study *study = open_leased(p->where, 0);
    must(vv_study_set(study, "objective", "val_loss:min", NULL), NULL);
    for (int best = 0; best < 2; best++) {
        vv_trials trials;
        must(vv_study_trials(study, &(vv_trials_args){ .best_first = best == 1, .limit = 3 }, &trials, NULL), NULL);
        assert_int_equal(trials.n, 0);
        vv_trials_free(&trials);
    }
    vv_study_close(study);
}

/* ---- the best ------------------------------------------------------------------------------------------------------- */

static bool direction; /* of compare: are large scores the better ones? */

static int class_of(const vv_trial *trial)
{
    return trial->status != VV_TRIAL_COMPLETED ? 2 : trial->violation > 0;
}

static int compare(const void *a, const void *b)
{
    const vv_trial *const x = *(const vv_trial *const *)a, *const y = *(const vv_trial *const *)b;
    const int c = class_of(x);
    if (c != class_of(y)) return c - class_of(y);
    if (c == 1 && (x->violation < y->violation || x->violation > y->violation))
        return x->violation < y->violation ? -1 : 1;
    if (c < 2 && (x->score < y->score || x->score > y->score)) return (x->score < y->score) != direction ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static int plain_rank(const vv_trials *trials, const vv_trial *trial)
{
    bool better[13] = { false };
    int rank = 0;
    if (class_of(trial) > 0) return -1;
    for (size_t i = 0; i < trials->n; i++) {
        const vv_trial *other = &trials->list[i];
        if (class_of(other) == 0 && (direction ? other->score > trial->score : other->score < trial->score))
            better[(int)other->score + 6] = true;
    }
    for (size_t i = 0; i < 13; i++) rank += better[i];
    return rank;
}

static void check_best(const vv_study *study, int limit)
{
    vv_trials all = read_trials(study), best;
    const vv_trial *sorted[200];
    for (size_t i = 0; i < all.n; i++) sorted[i] = &all.list[i];
    qsort(sorted, all.n, sizeof *sorted, compare);
    must(vv_study_trials(study, &(vv_trials_args){ .best_first = true, .limit = limit }, &best, NULL), NULL);
    assert_int_equal(best.n, limit == 0 ? all.n : (size_t)limit);
    for (size_t i = 0; i < best.n; i++) {
        assert_int_equal(best.list[i].id, sorted[i]->id);
        assert_int_equal(best.list[i].rank, plain_rank(&all, sorted[i]));
    }
    vv_trials_free(&all);
    vv_trials_free(&best);
}

static void the_best_come_first_in_either_direction(void **state)
{
    const store_place *p = *state;
    vv_study *study = draw_study(p, 150);
    for (int maximize = 0; maximize < 2; maximize++) {
        direction = maximize == 1;
        must(vv_study_set(study, "objective", maximize == 1 ? "mine:max" : "mine:min", NULL), NULL);
        check_best(study, 0);
        check_best(study, 1);
        check_best(study, 30);
        check_best(study, 120);
    }
    vv_study_close(study);
}

static void of_several_objectives_the_front_comes_first(void **state)
{
    const store_place *p = *state;
    static const double scores[][2] = { { 1, 5 }, { 2, 2 }, { 3, 3 }, { 5, 1 }, { 4, 4 } };
    static const int order[] = { 0, 1, 3, 2, 4 }, ranks[] = { 0, 0, 0, 1, 2 };
    vv_study *study = open_leased(p->where, 0);
    must(vv_study_set(study, "objective", "a:min,b:min", NULL), NULL);
    for (size_t i = 0; i < 5; i++) {
        const vv_trial_result result = { .status = VV_TRIAL_COMPLETED, .scores = scores[i], .n_scores = 2 };
        must(vv_trial_end(study, begin_trial(study, 1), &result, NULL), NULL);
    }
    vv_trials best;
    must(vv_study_trials(study, &(vv_trials_args){ .best_first = true }, &best, NULL), NULL);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(best.list[i].id, order[i]);
        assert_int_equal(best.list[i].rank, ranks[i]);
        CHECK_EQUAL_EXACTLY(best.list[i].scores[1], scores[order[i]][1]);
    }
    vv_trials_free(&best);
    vv_study_close(study);
}

/* ---- sums ------------------------------------------------------------------------------------------------------------ */

static bool is_open(const vv_trial *trial)
{
    return trial->status == VV_TRIAL_WAITING || trial->status == VV_TRIAL_RUNNING ||
           trial->status == VV_TRIAL_INTERRUPTED;
}

static void check_standing(const vv_study *study, int most)
{
    const vvi_standing_query query = {
        .most_failures = most, .epochs = true, .trial_epochs = 6, .trial_executions = 2
    };
    vvi_stand stand, wanted = { .trials = 0 };
    vv_trials trials = read_trials(study);
    for (size_t i = 0; i < trials.n; i++) {
        const vv_trial *trial = &trials.list[i];
        const int goal = trial->goal > 0 && trial->goal < 6 ? trial->goal : 6, left = 2 * goal - trial->epochs_total;
        wanted.trials++;
        wanted.open += is_open(trial) && !(trial->status == VV_TRIAL_RUNNING && trial->worker == NULL); /* by hand */
        wanted.paused += trial->status == VV_TRIAL_PAUSED;
        wanted.epochs += trial->epochs_total + (is_open(trial) && left > 0 ? left : 0);
        if (!is_open(trial)) wanted.failures = trial->status == VV_TRIAL_FAILED ? wanted.failures + 1 : 0;
    }
    if (wanted.failures > most) wanted.failures = most;
    must(vvi_study_standing(study, &query, &stand, NULL), NULL);
    assert_int_equal(stand.trials, wanted.trials);
    assert_int_equal(stand.open, wanted.open);
    assert_int_equal(stand.paused, wanted.paused);
    assert_int_equal(stand.epochs, wanted.epochs);
    assert_int_equal(stand.failures, wanted.failures);
    vv_trials_free(&trials);
}

static void how_a_study_stands_is_what_its_trials_say(void **state)
{
    const store_place *p = *state;
    vv_study *study = open_leased(p->where, 0);
    check_standing(study, 3);
    vv_study_close(study);
    study = draw_study(p, 150);
    check_standing(study, 3);
    for (int i = 0; i < 4; i++) {
        must(end_trial(study, begin_trial(study, 1), VV_TRIAL_FAILED, 0, "why"), NULL);
        begin_waiting(study);
        check_standing(study, 3);
    }
    int id = -1;
    must(vv_trial_claim(study, &id, NULL), NULL);
    must(vv_trial_retry(study, id, "why", 1, NULL), NULL);
    check_standing(study, 9);
    must(begin_bare(study, &(vvi_beginning){ .by_hand = true }, &id), NULL);
    check_standing(study, 9);
    vv_study_close(study);
}

static void counts_are_what_the_trials_say(void **state)
{
    const store_place *p = *state;
    vv_counts counts, wanted = { .trials = 0 };
    vv_study *study = draw_study(p, 100);
    vv_trials trials = read_trials(study);
    for (size_t i = 0; i < trials.n; i++) {
        const vv_trial *trial = &trials.list[i];
        wanted.by_status[trial->status]++;
        wanted.epochs += trial->epochs_total;
        const bool first = !(wanted.first_began > 0) || trial->began < wanted.first_began;
        if (trial->began > 0 && first) wanted.first_began = trial->began;
        if (trial->ended > wanted.last_ended) wanted.last_ended = trial->ended;
    }
    must(vv_study_counts(study, &counts, NULL), NULL);
    assert_int_equal(counts.trials, trials.n);
    assert_int_equal(counts.epochs, wanted.epochs);
    for (int i = VV_TRIAL_RUNNING; i <= VV_TRIAL_WAITING; i++)
        assert_int_equal(counts.by_status[i], wanted.by_status[i]);
    CHECK_EQUAL_EXACTLY(counts.first_began, wanted.first_began);
    CHECK_EQUAL_EXACTLY(counts.last_ended, wanted.last_ended);
    vv_trials_free(&trials);
    vv_study_close(study);
}

/* ---- at once ----------------------------------------------------------------------------------------------------------- */

static void a_reader_sees_whole_calls_while_a_writer_goes_on(void **state)
{
    const store_place *p = *state;
    vv_study *reader = NULL, *writer = open_leased(p->where, 0);
    begin_trial(writer, 1);
    must(vv_study_open(p->where, VV_STUDY_READ, &reader, NULL), NULL);
    for (int i = 0; i < 3; i++) {
        vv_trials trials = read_trials(reader);
        assert_int_equal(trials.n, i + 1);
        assert_int_equal(trials.list[i].status, VV_TRIAL_RUNNING);
        assert_false(trials.list[i].lapsed);
        vv_trials_free(&trials);
        assert_int_equal(vv_study_set(reader, "a", "b", NULL), VV_BAD_ARG);
        begin_trial(writer, 1);
    }
    vv_study_close(reader);
    vv_study_close(writer);
}

static void a_trial_whose_worker_is_silent_has_lapsed(void **state)
{
    const store_place *p = *state;
    vv_study *reader = NULL, *writer = open_leased(p->where, 0.05);
    begin_trial(writer, 1);
    must(vv_study_open(p->where, VV_STUDY_READ, &reader, NULL), NULL);
    bool lapsed = false;
    for (int tries = 0; !lapsed && tries < 3000; tries++) {
        vv_trials trials = read_trials(reader);
        lapsed = trials.list[0].lapsed;
        vv_trials_free(&trials);
        wait_ms(10);
    }
    assert_true(lapsed);
    vv_study_close(reader);
    vv_study_close(writer);
}

const struct CMUnitTest store_reading_tests[] = {
    STORE_TEST(only_what_is_new_can_be_asked_for),
    STORE_TEST(an_empty_study_has_nothing),
    STORE_TEST(the_best_come_first_in_either_direction),
    STORE_TEST(of_several_objectives_the_front_comes_first),
    STORE_TEST(how_a_study_stands_is_what_its_trials_say),
    STORE_TEST(counts_are_what_the_trials_say),
    STORE_TEST(a_reader_sees_whole_calls_while_a_writer_goes_on),
    STORE_TEST(a_trial_whose_worker_is_silent_has_lapsed),
};
const size_t n_store_reading_tests = sizeof store_reading_tests / sizeof *store_reading_tests;
