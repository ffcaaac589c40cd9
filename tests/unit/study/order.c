/* order.c - which trials are the best, against the definitions: every pair compared. */
#include "check.h"

#include "base/base.h"
#include "study/study.h"

#include <stdlib.h>

enum { MOST = 200 };

/* ---- the definitions -------------------------------------------------------------------------------------------- */

static bool beats(const vvi_order_key *a, const vvi_order_key *b, const vv_objectives *objectives)
{
    bool better = false;
    for (size_t i = 0; i < objectives->n; i++) {
        const double sign = objectives->list[i].maximize ? -1 : 1, x = sign * a->scores[i], y = sign * b->scores[i];
        if (x > y) return false;
        better = better || x < y;
    }
    return better;
}

static bool is_kept(const vvi_order_key *key)
{
    return key->completed && !(key->violation > 0);
}

/* Peels off one front after the other. */
static void rank_by_definition(vvi_order_key *keys, size_t n, const vv_objectives *objectives)
{
    for (size_t i = 0; i < n; i++) keys[i].rank = -1;
    for (int rank = 0, left = 1; left > 0; rank++) {
        bool in_front[MOST] = { false };
        left = 0;
        for (size_t i = 0; i < n; i++) {
            if (!is_kept(&keys[i]) || keys[i].rank >= 0) continue;
            bool beaten = false;
            for (size_t j = 0; j < n && !beaten; j++)
                beaten = is_kept(&keys[j]) && keys[j].rank < 0 && beats(&keys[j], &keys[i], objectives);
            in_front[i] = !beaten;
            left += beaten;
        }
        for (size_t i = 0; i < n; i++)
            if (in_front[i]) keys[i].rank = rank;
    }
}

static vvi_order_key draw_key(vvi_stream *stream, int id, const vv_objectives *objectives, int grid)
{
    vvi_order_key key = { .id = id, .completed = vvi_stream_below(stream, 8) > 0, .violation = (double)NAN };
    const uint64_t kind = vvi_stream_below(stream, 4);
    if (kind == 0) key.violation = (double)(1 + vvi_stream_below(stream, 3)) / 2;
    if (kind == 1) key.violation = 0;
    for (size_t i = 0; i < objectives->n; i++) key.scores[i] = (double)vvi_stream_below(stream, (uint64_t)grid) / 8 - 1;
    return key;
}

static const vvi_order_key *find(const vvi_order_key *keys, size_t n, int id)
{
    for (size_t i = 0; i < n; i++)
        if (keys[i].id == id) return &keys[i];
    fail_msg("trial %d is gone", id);
    return NULL;
}

/* Is `a` to stand before `b`? Keys as they were drawn, with their true ranks. */
static bool stands_before(const vvi_order_key *a, const vvi_order_key *b, const vv_objectives *objectives)
{
    const int x = !a->completed ? 2 : !is_kept(a), y = !b->completed ? 2 : !is_kept(b);
    const double sign = objectives->list[0].maximize ? -1 : 1;
    if (x != y) return x < y;
    if (x == 0 && a->rank != b->rank) return a->rank < b->rank;
    if (x == 1 && (a->violation > b->violation || a->violation < b->violation)) return a->violation < b->violation;
    if (x < 2 && (a->scores[0] > b->scores[0] || a->scores[0] < b->scores[0]))
        return sign * a->scores[0] < sign * b->scores[0];
    return a->id < b->id;
}

static void check_order(vvi_stream *stream, const char *text, size_t n, int grid)
{
    vv_objectives objectives;
    vvi_order_key truth[MOST], keys[MOST];
    assert_int_equal(vv_objectives_parse(text, &objectives, NULL), VV_OK);
    for (size_t i = 0; i < n; i++) truth[i] = draw_key(stream, (int)i, &objectives, grid);
    for (size_t i = 0; i < n; i++) keys[i] = truth[n - 1 - i];
    rank_by_definition(truth, n, &objectives);
    assert_int_equal(vvi_study_order(keys, n, &objectives, NULL), VV_OK);
    for (size_t i = 0; i < n; i++) {
        if (keys[i].rank != truth[keys[i].id].rank)
            fail_msg("%s: trial %d has rank %d, not %d", text, keys[i].id, keys[i].rank, truth[keys[i].id].rank);
        assert_non_null(find(keys, n, (int)i));
        if (i > 0 && !stands_before(&truth[keys[i - 1].id], &truth[keys[i].id], &objectives))
            fail_msg("%s: trial %d stands before %d", text, keys[i - 1].id, keys[i].id);
    }
}

/* ---- claims ----------------------------------------------------------------------------------------------------- */

static void ranks_and_order_are_those_of_the_definition(void **state)
{
    (void)state;
    static const char *const texts[] = { "a:max", "a:min", "a:max,b:min", "a:min,b:min,c:max",
                                         "a:max,b:max,c:min,d:max" };
    vvi_stream stream = vvi_stream_begin(vvi_key_new(4, "orders"));
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
        for (size_t n = 0; n <= MOST; n += n < 8 ? 1 : 24)
            for (int grid = 1; grid <= 64; grid *= 4) check_order(&stream, texts[t], n, grid);
}

static void a_missing_score_is_worse_than_any(void **state)
{
    (void)state;
    vv_objectives objectives;
    vvi_order_key keys[] = { { .id = 0, .completed = true, .scores = { 1, (double)NAN } },
                             { .id = 1, .completed = true, .scores = { 1, 1e300 } } };
    assert_int_equal(vv_objectives_parse("a:max,b:min", &objectives, NULL), VV_OK);
    assert_int_equal(vvi_study_order(keys, 2, &objectives, NULL), VV_OK);
    assert_int_equal(keys[0].id, 1);
    assert_int_equal(keys[0].rank, 0);
    assert_int_equal(keys[1].rank, 1);
}

static void failing_allocations_are_clean(void **state)
{
    (void)state;
    vv_objectives objectives;
    assert_int_equal(vv_objectives_parse("a:max,b:min", &objectives, NULL), VV_OK);
    for (long n = 1; n <= 2; n++) {
        vvi_order_key keys[2] = { { .id = 0, .completed = true }, { .id = 1, .completed = true } };
        vvi_fail_allocation(n);
        assert_int_equal(vvi_study_order(keys, 2, &objectives, NULL), VV_NO_MEMORY);
        vvi_fail_allocation(-1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_and_order_are_those_of_the_definition),
        cmocka_unit_test(a_missing_score_is_worse_than_any),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
