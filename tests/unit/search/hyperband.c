/* hyperband.c - the plan against the published tables; and a search played with any number of workers, in which trials
 * fail, spaces are small and budgets short: who goes on is always the best that live. */
#include "check.h"
#include "conformance/spaces.h"

#include "search/oracles/brackets.h"
#include "search/search.h"
#include "space/discovery/discovery.h"

#include <stdlib.h>

/* ---- the plan -------------------------------------------------------------------------------------------------------- */

static const struct table {
    int epochs, factor, n_brackets;
    struct {
        int n_rungs, size[5], epochs[5];
    } brackets[5];
    int trials, total;
} tables[] = {
    { 81,
      3,
      5, /* Li et al. 2018, table 1 */
      { { 5, { 81, 27, 9, 3, 1 }, { 1, 3, 9, 27, 81 } },
        { 4, { 34, 11, 3, 1 }, { 3, 9, 27, 81 } },
        { 3, { 15, 5, 1 }, { 9, 27, 81 } },
        { 2, { 8, 2 }, { 27, 81 } },
        { 1, { 5 }, { 81 } } },
      143,
      1581 },
    { 27,
      3,
      4,
      { { 4, { 27, 9, 3, 1 }, { 1, 3, 9, 27 } },
        { 3, { 12, 4, 1 }, { 3, 9, 27 } },
        { 2, { 6, 2 }, { 9, 27 } },
        { 1, { 4 }, { 27 } } },
      49,
      357 },
    { 9, 3, 3, { { 3, { 9, 3, 1 }, { 1, 3, 9 } }, { 2, { 5, 1 }, { 3, 9 } }, { 1, { 3 }, { 9 } } }, 17, 69 },
    { 8,
      2,
      4,
      { { 4, { 8, 4, 2, 1 }, { 1, 2, 4, 8 } },
        { 3, { 6, 3, 1 }, { 2, 4, 8 } },
        { 2, { 4, 2 }, { 4, 8 } },
        { 1, { 4 }, { 8 } } },
      22,
      98 },
    { 100,
      3,
      5, /* the epochs are rounded: 100/81 is 1, 100/27 4, 100/9 11, 100/3 33 */
      { { 5, { 81, 27, 9, 3, 1 }, { 1, 4, 11, 33, 100 } },
        { 4, { 34, 11, 3, 1 }, { 4, 11, 33, 100 } },
        { 3, { 15, 5, 1 }, { 11, 33, 100 } },
        { 2, { 8, 2 }, { 33, 100 } },
        { 1, { 5 }, { 100 } } },
      143,
      0 },
};

static void brackets_are_those_of_the_paper(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        const struct table *table = &tables[t];
        const vvi_brackets plan = {
            .epochs = table->epochs, .factor = table->factor, .min_epochs = 1, .iterations = 2
        };
        vvi_bracket bracket;
        uint64_t first = 0, total = 0;
        for (int k = 0; k < 2 * table->n_brackets; k++) {
            assert_true(vvi_bracket_at(&plan, (uint64_t)k, &bracket));
            const int b = k % table->n_brackets, rungs = table->brackets[b].n_rungs;
            assert_int_equal(bracket.first, first);
            assert_int_equal(bracket.n, table->brackets[b].size[0]);
            assert_int_equal(bracket.n_rungs, rungs);
            for (int i = 0; i < rungs; i++) {
                assert_int_equal(bracket.size[i], table->brackets[b].size[i]);
                assert_int_equal(bracket.epochs[i], table->brackets[b].epochs[i]);
                total += (uint64_t)(bracket.size[i] * (bracket.epochs[i] - (i > 0 ? bracket.epochs[i - 1] : 0)));
            }
            first += (uint64_t)bracket.n;
        }
        assert_false(vvi_bracket_at(&plan, 2 * (uint64_t)table->n_brackets, &bracket));
        assert_int_equal(first, 2 * table->trials);
        assert_int_equal(vvi_brackets_trials(&plan), first);
        assert_int_equal(vvi_brackets_epochs(&plan), total);
        if (table->total > 0) assert_int_equal(total, 2 * table->total);
    }
}

static void the_lowest_rung_has_min_epochs(void **state)
{
    (void)state;
    const vvi_brackets plan = { .epochs = 81, .factor = 3, .min_epochs = 4, .iterations = 1 };
    vvi_bracket bracket;
    assert_true(vvi_bracket_at(&plan, 0, &bracket));
    assert_int_equal(bracket.epochs[0], 9); /* 3 would be too few */
    assert_int_equal(bracket.n, 9);
    assert_int_equal(vvi_brackets_trials(&plan), 17);
}

/* Whatever the limits: they are kept, ids follow each other, every bracket has the form n f^-i and ends with a whole
 * trial. */
static void shrunk_plans_keep_every_limit_and_their_form(void **state)
{
    (void)state;
    for (int trials = 1; trials <= 150; trials++)
        for (int epochs = 0; epochs <= 1600; epochs += 160) {
            const vvi_brackets plan = { .epochs = 81,
                                        .factor = 3,
                                        .min_epochs = 1,
                                        .iterations = trials % 3,
                                        .max_trials = trials % 2 == 0 ? (uint64_t)trials : 0,
                                        .configurations = trials % 2 == 1 ? (uint64_t)trials : 0,
                                        .max_epochs = (uint64_t)epochs };
            vvi_bracket bracket;
            uint64_t first = 0, total = 0;
            for (uint64_t k = 0; vvi_bracket_at(&plan, k, &bracket); k++) {
                assert_int_equal(bracket.first, first);
                assert_true(bracket.n > 0 && bracket.size[0] == bracket.n);
                assert_int_equal(bracket.epochs[bracket.n_rungs - 1], 81);
                for (int i = 0; i < bracket.n_rungs; i++) {
                    assert_true(bracket.size[i] > 0);
                    if (i > 0) assert_int_equal(bracket.size[i], bracket.size[i - 1] / 3);
                    total += (uint64_t)(bracket.size[i] * (bracket.epochs[i] - (i > 0 ? bracket.epochs[i - 1] : 0)));
                }
                first += (uint64_t)bracket.n;
            }
            assert_int_equal(first, vvi_brackets_trials(&plan));
            assert_int_equal(total, vvi_brackets_epochs(&plan));
            assert_true(first > 0 && first <= (uint64_t)trials);
            if (epochs > 0) assert_true(total <= (uint64_t)epochs);
        }
}

static void what_was_shrunk_is_said(void **state)
{
    (void)state;
    char text[200];
    vvi_brackets plan = { .epochs = 9, .factor = 3, .min_epochs = 1, .iterations = 1 };
    vvi_brackets_describe(&plan, text, sizeof text);
    assert_string_equal(text,
                        "plan: 17 trials, 69 epochs in each execution; 9 from epoch 1, 5 from epoch 3, 3 from epoch 9");
    plan.max_trials = 5;
    vvi_brackets_describe(&plan, text, sizeof text);
    assert_string_equal(
        text, "plan: 5 trials, 21 epochs in each execution; 5 from epoch 3; shrunk from 17 trials by max_trials");
    plan.configurations = 4;
    vvi_brackets_describe(&plan, text, sizeof text);
    CHECK_CONTAINS(text, "shrunk from 17 trials by the size of the space");
    plan.max_epochs = 15;
    vvi_brackets_describe(&plan, text, sizeof text);
    CHECK_CONTAINS(text, "by max_epochs_total");
}

/* ---- a search played ---------------------------------------------------------------------------------------------------
 */

typedef vv_status (*build_function)(void *, vv_hp *, vv_built *, vv_error *);
enum { MOST = 400, MOST_WORKERS = 8 };

typedef struct play {
    const char *spec;
    build_function build;
    int epochs, max_trials, max_epochs_total, workers;
    uint64_t seed;
    int (*dies_at)(int id); /* the epoch in which a trial fails; 0: none. NULL: none does */
    bool replays;           /* a fresh oracle for every ask */
    const vv_space *space;
    /* what came of it */
    vv_oracle *oracle;
    int n, spent, waits, goal[MOST], has[MOST];
    vv_trial_status status[MOST];
    int running[MOST_WORKERS], n_running;
    char note[200];
} play;

/* The loss after so many epochs: curves cross now and then. */
static double loss_of(int id, int epochs)
{
    const uint64_t h = vvi_key_int(vvi_key_new(3, "played losses"), id).bits;
    return (double)(h % 1000) / 1000 + (double)(h / 1000 % 100) / 100 / epochs;
}

static vv_oracle *open_one(const play *p)
{
    vv_oracle *oracle;
    vv_error error = { 0 };
    const vv_oracle_args args = { .spec = p->spec,
                                  .builder = { p->build, NULL },
                                  .space = p->space,
                                  .seed = p->seed,
                                  .epochs = p->epochs,
                                  .max_trials = p->max_trials,
                                  .max_epochs_total = p->max_epochs_total };
    if (vv_oracle_open(&args, &oracle, &error) != VV_OK) fail_msg("%s", error.text);
    return oracle;
}

static void tell(vv_oracle *oracle, int id, vv_trial_status status, int epochs)
{
    const double loss = epochs == 0 ? (double)NAN : loss_of(id, epochs);
    const vv_past_trial trial = { .id = id, .status = status, .scores = &loss, .epochs = epochs };
    CHECK_OK(vv_oracle_tell(oracle, &trial, NULL));
}

static void replay(play *p)
{
    vv_oracle *fresh = open_one(p);
    const vv_past *past = vv_oracle_past(p->oracle);
    for (int id = 0; id < p->n; id++) {
        vv_past_trial trial = vv_past_at(past, id);
        vv_active values[64];
        assert_true(trial.n_values <= 64);
        for (size_t i = 0; i < trial.n_values; i++) values[i] = vv_past_value(past, id, i);
        trial.values = values;
        CHECK_OK(vv_oracle_tell(fresh, &trial, NULL));
    }
    vv_oracle_close(p->oracle);
    p->oracle = fresh;
}

static void run(play *p, int id, int goal)
{
    p->goal[id] = goal == 0 ? p->epochs : goal;
    assert_true(p->goal[id] > p->has[id]);
    p->status[id] = VV_TRIAL_RUNNING;
    p->running[p->n_running++] = id;
    tell(p->oracle, id, VV_TRIAL_RUNNING, p->has[id]);
}

/* One of those that run ends. */
static void end_one(play *p, vvi_stream *stream)
{
    const int at = (int)vvi_stream_below(stream, (uint64_t)p->n_running), id = p->running[at];
    const int dies = p->dies_at == NULL ? 0 : p->dies_at(id);
    const bool dead = dies > 0 && dies <= p->goal[id];
    p->running[at] = p->running[--p->n_running];
    p->spent += (dead ? dies - 1 : p->goal[id]) - p->has[id];
    p->has[id] = dead ? dies - 1 : p->goal[id];
    p->status[id] = dead ? VV_TRIAL_FAILED : p->has[id] < p->epochs ? VV_TRIAL_PAUSED : VV_TRIAL_COMPLETED;
    tell(p->oracle, id, p->status[id], p->has[id]);
}

/* Asks once; false: no more to do for now. */
static bool ask(play *p, bool *over)
{
    vv_answer answer;
    vv_error error = { 0 };
    if (p->replays) replay(p);
    if (vv_oracle_ask(p->oracle, &answer, &error) != VV_OK) fail_msg("%s", error.text);
    memcpy(p->note, answer.note, sizeof p->note);
    *over = answer.kind == VV_ANSWER_EXHAUSTED || answer.kind == VV_ANSWER_GAVE_UP || answer.kind == VV_ANSWER_DONE;
    if (answer.kind == VV_ANSWER_WAIT) {
        assert_true(p->n_running > 0); /* or it would wait for ever */
        p->waits++;
    }
    if (answer.kind == VV_ANSWER_PROPOSAL) {
        assert_true(p->n < MOST);
        CHECK_OK(vv_oracle_begin(p->oracle, answer.hp, NULL));
        run(p, p->n++, answer.epochs);
    } else if (answer.kind == VV_ANSWER_RESUME) {
        assert_int_equal(p->status[answer.trial], VV_TRIAL_PAUSED);
        run(p, answer.trial, answer.epochs);
    }
    return answer.kind == VV_ANSWER_PROPOSAL || answer.kind == VV_ANSWER_RESUME;
}

static void play_it(play *p, uint64_t moments)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_new(moments, "moments"));
    bool over = false;
    if (p->workers == 0) p->workers = 1;
    p->oracle = open_one(p);
    while (!over || p->n_running > 0) {
        while (p->n_running < p->workers && ask(p, &over)) continue;
        if (p->n_running > 0) end_one(p, &stream);
    }
    vv_oracle_close(p->oracle);
    p->oracle = NULL;
}

static int count(const play *p, vv_trial_status status)
{
    int n = 0;
    for (int id = 0; id < p->n; id++) n += p->status[id] == status;
    return n;
}

/* Of each rung exactly the best by the loss that they had there went on. */
static void check_survivors(const play *p, const struct table *table)
{
    int first = 0;
    for (int b = 0; b < table->n_brackets; b++) {
        const int n = table->brackets[b].size[0];
        for (int rung = 1; rung < table->brackets[b].n_rungs; rung++) {
            const int before = table->brackets[b].epochs[rung - 1];
            int went = 0;
            for (int id = first; id < first + n; id++) {
                went += p->has[id] > before;
                for (int other = first; other < first + n; other++)
                    if (p->has[id] == before && p->has[other] > before)
                        if (loss_of(other, before) > loss_of(id, before))
                            fail_msg("workers %d, epochs %d: %d (%g) went on from %d and %d (%g) did not", p->workers,
                                     p->epochs, other, loss_of(other, before), before, id, loss_of(id, before));
            }
            assert_int_equal(went, table->brackets[b].size[rung]);
        }
        first += n;
    }
    assert_int_equal(p->n, first);
}

static void the_best_of_each_rung_go_on_whatever_the_number_of_workers(void **state)
{
    (void)state;
    for (size_t t = 0; t < 4; t++)
        for (int workers = 1; workers <= 8; workers += workers == 1 ? 2 : 5) {
            play p = { .spec = tables[t].factor == 2 ? "hyperband:factor=2" : "hyperband",
                       .build = build_continuous,
                       .epochs = tables[t].epochs,
                       .workers = workers };
            play_it(&p, t);
            check_survivors(&p, &tables[t]);
            assert_int_equal(p.spent, tables[t].total);
            assert_int_equal(count(&p, VV_TRIAL_FAILED), 0);
            if (workers == 1) assert_int_equal(p.waits, 0);
        }
}

static void stopped_and_resumed_is_never_stopped(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 8; workers += 7) {
        play whole = { .spec = "hyperband", .build = build_dense, .epochs = 9, .workers = workers, .seed = 4 },
             again = whole;
        again.replays = true;
        play_it(&whole, 1);
        play_it(&again, 1);
        assert_int_equal(whole.n, again.n);
        assert_memory_equal(whole.has, again.has, sizeof whole.has);
    }
}

/* ---- failures ----------------------------------------------------------------------------------------------------------
 */

static int second_dies(int id)
{
    return id == 1 ? 1 : 0;
}
static int most_die_at_once(int id)
{
    return id % 9 == 4 ? 0 : 1;
}
static int all_that_lead_die(int id)
{
    return loss_of(id, 1) < 0.7 ? 2 : 0;
}
static int all_die_late(int id)
{
    (void)id;
    return 5;
}
static int all_die_at_once(int id)
{
    (void)id;
    return 1;
}

/* The flaw of Keras Tuner's: one failure in the first rung, and its bracket never got a whole trial. */
static void a_failed_trial_is_eliminated_and_starves_nobody(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 8; workers += 7) {
        play p = { .spec = "hyperband", .build = build_continuous, .epochs = 9, .workers = workers };
        p.dies_at = second_dies;
        play_it(&p, 2);
        assert_int_equal(p.n, 17);
        assert_int_equal(count(&p, VV_TRIAL_FAILED), 1);
        assert_int_equal(count(&p, VV_TRIAL_COMPLETED), 5); /* 1 + 1 + 3 */
    }
}

static void a_bracket_ends_with_a_whole_trial_if_any_lives(void **state)
{
    (void)state;
    int (*const deaths[])(int) = { most_die_at_once, all_that_lead_die };
    for (size_t i = 0; i < 2; i++)
        for (int workers = 1; workers <= 8; workers += 7) {
            play p = { .spec = "hyperband", .build = build_continuous, .epochs = 9, .workers = workers };
            p.dies_at = deaths[i];
            play_it(&p, i);
            const int ends[] = { 9, 14, 17 };
            for (int b = 0, id = 0; b < 3; b++) {
                int whole = 0, lives = 0;
                for (; id < ends[b]; id++) {
                    whole += p.status[id] == VV_TRIAL_COMPLETED;
                    lives += p.status[id] == VV_TRIAL_COMPLETED || p.status[id] == VV_TRIAL_PAUSED;
                }
                assert_int_equal(whole > 0, lives > 0);
            }
        }
}

static void where_all_fail_the_plan_still_ends(void **state)
{
    (void)state;
    int (*const deaths[])(int) = { all_die_at_once, all_die_late };
    for (size_t i = 0; i < 2; i++) {
        play p = { .spec = "hyperband", .build = build_continuous, .epochs = 9, .workers = i == 0 ? 1 : 4 };
        p.dies_at = deaths[i];
        play_it(&p, i);
        assert_int_equal(p.n, 17);
        assert_int_equal(count(&p, VV_TRIAL_COMPLETED), 0);
        assert_int_equal(count(&p, VV_TRIAL_FAILED), 17); /* each that was left behind had its turn */
    }
}

/* ---- small spaces, short budgets ------------------------------------------------------------------------------------------
 */

static void small_spaces_are_halved_too(void **state)
{
    (void)state;
    static const struct {
        build_function build;
        int n;
    } spaces[] = { { build_one_value, 1 },
                   { build_two_booleans, 4 },
                   { build_three_deep, 8 },
                   { build_triangle, 10 },
                   { build_never, 0 } };
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        for (int known = 0; known < 2; known++) {
            vvi_arena arena = { 0 };
            vv_space space;
            const vv_builder builder = { spaces[i].build, NULL };
            const vvi_discover_args args = { .builder = &builder, .seconds = 60 };
            play p = { .spec = "hyperband", .build = spaces[i].build, .epochs = 27, .workers = 1 + 7 * known };
            if (known) CHECK_OK(vvi_space_discover(&args, &arena, &space, NULL));
            if (known) p.space = &space;
            play_it(&p, i);
            if (known) vvi_space_seal(&space);
            assert_int_equal(p.n, spaces[i].n);
            if (spaces[i].n > 0) assert_true(count(&p, VV_TRIAL_COMPLETED) > 0);
            vvi_arena_deinit(&arena);
        }
}

static void budgets_are_kept(void **state)
{
    (void)state;
    for (int max_trials = 1; max_trials <= 60; max_trials += 7) {
        play p = { .spec = "hyperband", .build = build_continuous, .epochs = 27, .max_trials = max_trials };
        play_it(&p, 1);
        assert_int_equal(p.n, max_trials < 49 ? max_trials : 49);
        assert_true(count(&p, VV_TRIAL_COMPLETED) > 0);
        if (max_trials < 49) CHECK_CONTAINS(p.note, "by max_trials");
    }
    for (int epochs = 27; epochs <= 400; epochs += 31) {
        play p = { .spec = "hyperband:iterations=0", .build = build_continuous, .epochs = 27 };
        p.max_epochs_total = epochs;
        play_it(&p, 1);
        assert_true(p.spent <= epochs && p.spent > epochs / 3);
        assert_true(count(&p, VV_TRIAL_COMPLETED) > 0);
    }
}

static void one_epoch_is_refused(void **state)
{
    (void)state;
    vv_oracle *oracle = NULL;
    vv_error error = { 0 };
    const vv_oracle_args args = { .spec = "hyperband", .builder = { build_dense, NULL }, .epochs = 1 };
    assert_int_equal(vv_oracle_open(&args, &oracle, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "at least 2");
    assert_null(oracle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brackets_are_those_of_the_paper),
        cmocka_unit_test(the_lowest_rung_has_min_epochs),
        cmocka_unit_test(shrunk_plans_keep_every_limit_and_their_form),
        cmocka_unit_test(what_was_shrunk_is_said),
        cmocka_unit_test(the_best_of_each_rung_go_on_whatever_the_number_of_workers),
        cmocka_unit_test(stopped_and_resumed_is_never_stopped),
        cmocka_unit_test(a_failed_trial_is_eliminated_and_starves_nobody),
        cmocka_unit_test(a_bracket_ends_with_a_whole_trial_if_any_lives),
        cmocka_unit_test(where_all_fail_the_plan_still_ends),
        cmocka_unit_test(small_spaces_are_halved_too),
        cmocka_unit_test(budgets_are_kept),
        cmocka_unit_test(one_epoch_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
