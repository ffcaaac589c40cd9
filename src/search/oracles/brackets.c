/* brackets.c - how many trials begin with how many epochs, and how many of them go on: the brackets of Hyperband (Li,
 * Jamieson, DeSalvo, Rostamizadeh, Talwalkar: Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization;
 * JMLR 18(185), 2018, algorithm 1). With R epochs, factor f and S = floor(log_f(R / min_epochs)):
 *
 *     bracket s = S, ..., 0:  n = ceil((S + 1) f^s / (s + 1)) trials begin;
 *     rung i = 0, ..., s:     floor(n f^-i) of them have R f^(i - s) epochs, to the nearest whole number
 *
 * Where fewer trials can be had (max_trials, as many configurations as there are, or all the epochs that may be spent)
 * the last iteration gets what is left, in proportion, but by no more brackets than can halve, those first that halve
 * most. A bracket of n < f^s trials does without its lowest rungs, so that it still is of the form above and its last rung holds a trial.
 */
#include "search/oracles/brackets.h"
#include "space/space.h"

#include <math.h>
#include <stdio.h>

enum { UNLIMITED = 1000000000 };

/* S. Exact: no logarithm decides whether a bracket exists. */
static int top(const vvi_brackets *plan)
{
    int s = 0;
    const int64_t least = plan->min_epochs < 1 ? 1 : plan->min_epochs;
    for (int64_t scaled = least * plan->factor; scaled <= plan->epochs && s < VVI_MOST_RUNGS - 1; s++)
        scaled *= plan->factor;
    return s;
}

static uint64_t power(int base, int exponent)
{
    uint64_t result = 1;
    while (exponent-- > 0) result *= (uint64_t)base;
    return result;
}

static uint64_t full_size(const vvi_brackets *plan, int s)
{
    const uint64_t n = (uint64_t)(top(plan) + 1) * power(plan->factor, s);
    return (n + (uint64_t)s) / (uint64_t)(s + 1);
}

static uint64_t full_iteration(const vvi_brackets *plan)
{
    uint64_t n = 0;
    for (int s = top(plan); s >= 0; s--) n += full_size(plan, s);
    return n;
}

/* n trials, halved as often as that leaves one, but not more than s times. */
static void shape(const vvi_brackets *plan, int s, uint64_t n, vvi_bracket *bracket)
{
    const uint64_t factor = (uint64_t)plan->factor;
    while (s > 0 && n < power(plan->factor, s)) s--;
    bracket->n = (int)n;
    bracket->n_rungs = s + 1;
    for (int i = 0; i <= s; i++, n /= factor) {
        const double epochs = floor(plan->epochs / (double)power(plan->factor, s - i) + 0.5);
        bracket->size[i] = (int)n;
        bracket->epochs[i] = epochs < 1 ? 1 : (int)epochs;
    }
}

static uint64_t cost(const vvi_bracket *bracket)
{
    uint64_t sum = 0;
    for (int i = 0; i < bracket->n_rungs; i++)
        sum += (uint64_t)bracket->size[i] * (uint64_t)(bracket->epochs[i] - (i == 0 ? 0 : bracket->epochs[i - 1]));
    return sum;
}

/* The last s of the brackets that `left` trials are shared by: so few that each can halve, if they are enough for all. */
static int last_bracket(const vvi_brackets *plan, uint64_t left, uint64_t *whole)
{
    const uint64_t brackets = left / (uint64_t)(plan->factor + 1);
    int s = top(plan);
    for (*whole = full_size(plan, s); s > 0; *whole += full_size(plan, --s))
        if ((uint64_t)(top(plan) - s + 1) >= brackets && *whole >= left) break;
    return s;
}

/* What bracket s has of `left` trials that are left for an iteration. */
static uint64_t share(const vvi_brackets *plan, int s, uint64_t left)
{
    uint64_t whole, used = 0;
    const int last = last_bracket(plan, left, &whole);
    if (s < last) return 0;
    if (left >= whole) return full_size(plan, s);
    for (int k = top(plan); k >= last; k--) used += full_size(plan, k) * left / whole;
    const uint64_t place = (uint64_t)(top(plan) - s); /* what rounding leaves goes to the first, one each */
    return full_size(plan, s) * left / whole + (place < left - used ? 1 : 0);
}

static uint64_t iteration_cost(const vvi_brackets *plan, uint64_t left)
{
    uint64_t sum = 0;
    for (int s = top(plan); s >= 0; s--) {
        vvi_bracket bracket;
        const uint64_t n = share(plan, s, left);
        if (n == 0) break;
        shape(plan, s, n, &bracket);
        sum += cost(&bracket);
    }
    return sum;
}

static uint64_t cost_of(const vvi_brackets *plan, uint64_t trials)
{
    const uint64_t all = full_iteration(plan), rest = trials % all;
    return trials / all * iteration_cost(plan, all) + (rest == 0 ? 0 : iteration_cost(plan, rest));
}

/* The most trials that these epochs are enough for; at least one. */
static uint64_t affordable(const vvi_brackets *plan, uint64_t most)
{
    uint64_t low = 1, high = most;
    while (low < high) {
        const uint64_t middle = high - (high - low) / 2;
        if (cost_of(plan, middle) <= plan->max_epochs)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static uint64_t wanted(const vvi_brackets *plan)
{
    const bool limited = plan->max_trials > 0 || plan->max_epochs > 0 || plan->configurations > 0;
    const uint64_t iterations = plan->iterations > 0 ? (uint64_t)plan->iterations : limited ? UNLIMITED : 1;
    const uint64_t n = full_iteration(plan);
    return n > UNLIMITED / iterations ? UNLIMITED : n * iterations;
}

uint64_t vvi_brackets_trials(const vvi_brackets *plan)
{
    uint64_t n = wanted(plan);
    if (plan->max_trials > 0 && plan->max_trials < n) n = plan->max_trials;
    if (plan->configurations > 0 && plan->configurations < n) n = plan->configurations;
    return plan->max_epochs > 0 ? affordable(plan, n) : n;
}

uint64_t vvi_brackets_epochs(const vvi_brackets *plan)
{
    return cost_of(plan, vvi_brackets_trials(plan));
}

bool vvi_bracket_at(const vvi_brackets *plan, uint64_t k, vvi_bracket *bracket)
{
    const uint64_t per = (uint64_t)top(plan) + 1, all = full_iteration(plan), before = k / per * all,
                   trials = vvi_brackets_trials(plan);
    const int s = top(plan) - (int)(k % per);
    *bracket = (vvi_bracket){ .first = before };
    if (before >= trials) return false;
    for (int b = top(plan); b > s; b--) bracket->first += share(plan, b, trials - before);
    const uint64_t n = share(plan, s, trials - before);
    if (n > 0) shape(plan, s, n, bracket);
    return n > 0;
}

int vvi_brackets_describe(const vvi_brackets *plan, char *text, size_t size)
{
    vvi_line line = { .text = text, .size = size };
    const uint64_t n = vvi_brackets_trials(plan), all = wanted(plan);
    const char *why = plan->max_trials > 0 && n == plan->max_trials           ? "max_trials"
                      : plan->configurations > 0 && n == plan->configurations ? "the size of the space"
                                                                              : "max_epochs_total";
    vvi_bracket bracket;
    uint64_t k = 0;
    vvi_line_printf(&line, "plan: %llu trials, %llu epochs in each execution", (unsigned long long)n,
                    (unsigned long long)vvi_brackets_epochs(plan));
    for (; k < 5 && vvi_bracket_at(plan, k, &bracket); k++)
        vvi_line_printf(&line, "%s%d from epoch %d", k == 0 ? "; " : ", ", bracket.n, bracket.epochs[0]);
    if (vvi_bracket_at(plan, k, &bracket)) vvi_line_printf(&line, ", ...");
    if (n < all && plan->iterations > 0)
        vvi_line_printf(&line, "; shrunk from %llu trials by %s", (unsigned long long)all, why);
    return (int)line.n;
}
