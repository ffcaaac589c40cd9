/* bohb.c - it is hyperband but for where configurations come from, it learns, and it learns from the highest rung that
 * says enough. */
#include "check.h"
#include "conformance/spaces.h"

#include "search/search.h"

enum { EPOCHS = 27, MOST = 400 };

/* Two numbers and a category; the best is at 0.7, 0.2, "b". */
static vv_status build_plane(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    (void)context, (void)built, (void)reason;
    (void)vv_float(hp, "x", .min = 0, .max = 1);
    (void)vv_float(hp, "y", .min = 0, .max = 1);
    (void)vv_choice(hp, "c", VV_STRINGS("a", "b", "c"));
    return vv_hp_status(hp);
}

static double distance(const vv_hp *hp)
{
    const double x = vv_hp_find(hp, "x")->value.f, y = vv_hp_find(hp, "y")->value.f;
    const bool best = vv_hp_find(hp, "c")->value.s[0] == 'b';
    return (x - 0.7) * (x - 0.7) + (y - 0.2) * (y - 0.2) + (best ? 0 : 0.3);
}

typedef struct outcome {
    int n;
    double goodness[MOST]; /* of each trial's configuration: its distance from the best */
    double best;           /* of whole trials */
    int epochs[MOST];
} outcome;

/* One after the other. Where `misleading`, whatever has less than nine epochs looks the better the worse it is. */
static outcome play(const char *spec, uint64_t seed, bool misleading)
{
    static double distances[MOST];
    outcome o = { .best = 9 };
    vv_oracle *oracle;
    vv_answer answer;
    vv_error error = { 0 };
    const vv_oracle_args args = { .spec = spec, .builder = { build_plane, NULL }, .seed = seed, .epochs = EPOCHS };
    if (vv_oracle_open(&args, &oracle, &error) != VV_OK) fail_msg("%s", error.text);
    while (vv_oracle_ask(oracle, &answer, NULL) == VV_OK && answer.kind != VV_ANSWER_EXHAUSTED &&
           answer.kind != VV_ANSWER_DONE) {
        const int id = answer.trial, epochs = answer.epochs == 0 ? EPOCHS : answer.epochs;
        if (answer.kind == VV_ANSWER_PROPOSAL) {
            assert_true(o.n < MOST);
            distances[id] = o.goodness[o.n++] = distance(answer.hp);
            CHECK_OK(vv_oracle_begin(oracle, answer.hp, NULL));
        } else {
            assert_int_equal(answer.kind, VV_ANSWER_RESUME);
        }
        const bool whole = epochs == EPOCHS;
        const double loss = misleading && epochs < 9 ? 9 - distances[id] : distances[id] + 0.1 / epochs;
        const vv_past_trial trial = {
            .id = id, .status = whole ? VV_TRIAL_COMPLETED : VV_TRIAL_PAUSED, .scores = &loss, .epochs = epochs
        };
        CHECK_OK(vv_oracle_tell(oracle, &trial, NULL));
        o.epochs[id] = epochs;
        if (whole && distances[id] < o.best) o.best = distances[id];
    }
    vv_oracle_close(oracle);
    return o;
}

static double mean_after(const outcome *o, int first)
{
    double sum = 0;
    for (int i = first; i < o->n; i++) sum += o->goodness[i];
    return sum / (o->n - first);
}

static void all_at_random_it_is_hyperband(void **state)
{
    (void)state;
    const outcome a = play("hyperband", 3, false), b = play("bohb:random=1", 3, false);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.goodness, b.goodness, sizeof a.goodness);
    assert_memory_equal(a.epochs, b.epochs, sizeof a.epochs);
}

/* In the first rung of the first bracket, all that is known are trials of one epoch; they say enough here. */
static void it_learns_with_either_model(void **state)
{
    (void)state;
    static const char *const specs[] = { "bohb", "bohb:model=bayesian" };
    enum { SEEDS = 12 };
    for (size_t i = 0; i < 2; i++) {
        double mine = 0, chance = 0, best = 0, best_by_chance = 0;
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            const outcome a = play("hyperband", seed, false), b = play(specs[i], seed, false);
            assert_int_equal(a.n, b.n);
            chance += mean_after(&a, 27) / SEEDS;
            mine += mean_after(&b, 27) / SEEDS;
            best_by_chance += a.best / SEEDS;
            best += b.best / SEEDS;
        }
        print_message("%-20s configurations after the first bracket: %.3f from the best on the mean, by chance %.3f; "
                      "best whole trial %.4f, by chance %.4f\n",
                      specs[i], mine, chance, best, best_by_chance);
        assert_true(mine < 0.9 * chance); /* a model that has found the best looks elsewhere then */
        assert_true(best < best_by_chance);
    }
}

/* Nine epochs and more tell the truth: once enough trials have come there, what the low rungs said is forgotten. */
static void the_highest_rung_that_says_enough_is_learnt_from(void **state)
{
    (void)state;
    double early = 0, late = 0;
    enum { SEEDS = 12 };
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const outcome o = play("bohb:random=0,enough=5", seed, true);
        for (int i = 10; i < 27; i++) early += o.goodness[i] / 17 / SEEDS;
        late += mean_after(&o, 45) / SEEDS;
    }
    print_message("misled %.3f from the best, later %.3f\n", early, late);
    assert_true(late < 0.75 * early);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_at_random_it_is_hyperband),
        cmocka_unit_test(it_learns_with_either_model),
        cmocka_unit_test(the_highest_rung_that_says_enough_is_learnt_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
