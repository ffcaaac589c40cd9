/* search_score.c - which method searches better: tables out of search_quality's and search_peers' lines, in Markdown.
 *
 *     search_score [--held-out] FILE...
 *
 * Of the twelve problems, or of those held out. Regrets at the end of the budget by problem; every pair of methods by S, the mean over the problems of the chance that
 * one search of the first ends lower than one of the second; and for each of ours against each other method: S by kind of
 * problem and earlier in the search, how many problems are won and lost (Mann and Whitney's test, p < 0.05 after Holm's
 * correction over the problems), and whether it may be called better. It may if S is above one half with its whole
 * interval, at least 3 more problems are won than lost, and S is not below 0.45 for any kind of problem.
 */
#include "search_lines.h"
#include "search_stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_METHODS = 32, MOST_PROBLEMS = 32 };
static const double significant = 0.05, least_of_kind = 0.45;
enum { LEAST_LEAD = 3 };

/* All lines of one method on one problem. */
typedef struct cell {
    size_t n;
    double *regrets[BENCH_STAGES], *trial_ms;
} cell;

typedef struct board {
    bench_lines lines;
    const char *methods[MOST_METHODS];
    const bench_problem *problems[MOST_PROBLEMS];
    size_t n_methods, n_problems;
    cell cells[MOST_METHODS][MOST_PROBLEMS];
    vvi_arena arena;
} board;

/* ---- filling the board -------------------------------------------------------------------------------------------- */

static size_t find_method(board *b, const char *method)
{
    size_t i = 0;
    while (i < b->n_methods && strcmp(b->methods[i], method) != 0) i++;
    if (i == b->n_methods && i < MOST_METHODS) b->methods[b->n_methods++] = method;
    return i;
}

static size_t find_problem(const board *b, const bench_problem *problem)
{
    size_t i = 0;
    while (i < b->n_problems && b->problems[i] != problem) i++;
    return i;
}

/* Problems in the order of their table, those that there are lines of. */
static void list_problems(board *b, const bench_problems *set)
{
    for (size_t i = 0; i < set->n && b->n_problems < MOST_PROBLEMS; i++) {
        size_t k = 0;
        while (k < b->lines.n && b->lines.list[k].problem != &set->rows[i]) k++;
        if (k < b->lines.n) b->problems[b->n_problems++] = &set->rows[i];
    }
}

static bool put_line(board *b, const bench_line *line)
{
    const size_t problem = find_problem(b, line->problem);
    if (problem == b->n_problems) return true;
    const size_t method = find_method(b, line->method);
    if (method == MOST_METHODS) return false;
    cell *c = &b->cells[method][problem];
    for (int stage = 0; stage < BENCH_STAGES; stage++) {
        if (!vvi_arena_reserve(&b->arena, &c->regrets[stage], c->n, sizeof(double))) return false;
        c->regrets[stage][c->n] = line->regret[stage];
    }
    if (!vvi_arena_reserve(&b->arena, &c->trial_ms, c->n, sizeof(double))) return false;
    c->trial_ms[c->n++] = 1e3 * line->seconds / line->problem->budget;
    return true;
}

static bool fill(board *b, const bench_problems *set)
{
    list_problems(b, set);
    for (size_t i = 0; i < b->lines.n; i++)
        if (!put_line(b, &b->lines.list[i])) return false;
    return true;
}

/* ---- one method against another ----------------------------------------------------------------------------------- */

typedef struct pair {
    size_t n_problems;              /* that both have lines of */
    double score[BENCH_STAGES];     /* S */
    double kinds[BENCH_CATEGORIES]; /* S at the end by kind of problem; NaN: none of that kind */
    bench_interval interval;        /* of S at the end */
    int won, lost;
    bool better;
} pair;

static bench_match match_of(const board *b, size_t one, size_t other, size_t problem, int stage)
{
    const cell *x = &b->cells[one][problem], *y = &b->cells[other][problem];
    return (bench_match){ { x->regrets[stage], x->n }, { y->regrets[stage], y->n } };
}

static bool both_ran(const board *b, size_t one, size_t other, size_t problem)
{
    return b->cells[one][problem].n > 0 && b->cells[other][problem].n > 0;
}

static void score_kinds(const board *b, size_t one, size_t other, pair *result)
{
    for (int kind = 0; kind < BENCH_CATEGORIES; kind++) {
        double sum = 0;
        int n = 0;
        for (size_t p = 0; p < b->n_problems; p++)
            if ((int)b->problems[p]->category == kind && both_ran(b, one, other, p)) {
                sum += bench_win_probability(match_of(b, one, other, p, BENCH_STAGES - 1));
                n++;
            }
        result->kinds[kind] = n > 0 ? sum / n : (double)NAN;
    }
}

static void count_wins(const bench_match *matches, size_t n, pair *result)
{
    double p[MOST_PROBLEMS];
    for (size_t i = 0; i < n; i++) p[i] = bench_mann_whitney_p(matches[i]);
    bench_holm(p, n);
    for (size_t i = 0; i < n; i++) {
        if (p[i] >= significant) continue;
        *(bench_win_probability(matches[i]) > 0.5 ? &result->won : &result->lost) += 1;
    }
}

static bool is_better(const pair *result)
{
    for (int kind = 0; kind < BENCH_CATEGORIES; kind++)
        if (result->kinds[kind] < least_of_kind) return false;
    return result->interval.low > 0.5 && result->won - result->lost >= LEAST_LEAD;
}

/* The interval is keyed by the two names, in one order, so that S of the other way round is its mirror. */
static vv_status compare(const board *b, size_t one, size_t other, pair *result, vv_error *error)
{
    bench_match matches[MOST_PROBLEMS] = { 0 };
    *result = (pair){ 0 };
    for (size_t p = 0; p < b->n_problems; p++)
        if (both_ran(b, one, other, p)) matches[result->n_problems++] = match_of(b, one, other, p, BENCH_STAGES - 1);
    const size_t n = result->n_problems;
    for (size_t p = 0; p < b->n_problems; p++)
        for (int stage = 0; stage < BENCH_STAGES && both_ran(b, one, other, p); stage++)
            result->score[stage] += bench_win_probability(match_of(b, one, other, p, stage)) / (double)n;
    score_kinds(b, one, other, result);
    count_wins(matches, n, result);
    const vvi_key key = vvi_key_name(vvi_key_name(vvi_key_new(0, "score"), b->methods[one]), b->methods[other]);
    if (n > 0) VVI_TRY(bench_bootstrap(matches, n, key, &result->interval, error));
    result->better = n > 0 && is_better(result);
    return VV_OK;
}

static pair mirrored(pair result)
{
    const bench_interval interval = { 1 - result.interval.high, 1 - result.interval.low };
    const int won = result.lost;
    for (int stage = 0; stage < BENCH_STAGES; stage++) result.score[stage] = 1 - result.score[stage];
    for (int kind = 0; kind < BENCH_CATEGORIES; kind++) result.kinds[kind] = 1 - result.kinds[kind];
    result.lost = result.won;
    result.won = won;
    result.interval = interval;
    result.better = result.n_problems > 0 && is_better(&result);
    return result;
}

/* ---- tables ------------------------------------------------------------------------------------------------------- */

static int by_number(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(const double *values, size_t n)
{
    double sorted[1024];
    if (n > 1024) n = 1024;
    memcpy(sorted, values, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_number);
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

static void print_header(const board *b, const char *corner)
{
    printf("\n| %s |", corner);
    for (size_t m = 0; m < b->n_methods; m++) printf(" %s |", b->methods[m]);
    printf("\n|---|");
    for (size_t m = 0; m < b->n_methods; m++) printf("--:|");
    printf("\n");
}

static void print_seeds(const board *b)
{
    printf("| searches |");
    for (size_t m = 0; m < b->n_methods; m++) {
        size_t least = SIZE_MAX, most = 0;
        for (size_t p = 0; p < b->n_problems; p++) {
            const size_t n = b->cells[m][p].n;
            least = n < least ? n : least;
            most = n > most ? n : most;
        }
        if (least == most)
            printf(" %zu |", most);
        else
            printf(" %zu..%zu |", least, most);
    }
    printf("\n");
}

static void print_regrets(const board *b)
{
    printf("## Regret at the end of the budget\n\nMedian of the searches; the least of each problem in bold.\n");
    print_header(b, "problem");
    print_seeds(b);
    for (size_t p = 0; p < b->n_problems; p++) {
        double medians[MOST_METHODS], least = (double)INFINITY;
        for (size_t m = 0; m < b->n_methods; m++) {
            const cell *c = &b->cells[m][p];
            medians[m] = c->n > 0 ? median(c->regrets[BENCH_STAGES - 1], c->n) : (double)NAN;
            least = fmin(least, medians[m]);
        }
        printf("| %s |", b->problems[p]->name);
        for (size_t m = 0; m < b->n_methods; m++) {
            const char *bold = medians[m] <= least ? "**" : "";
            if (b->cells[m][p].n == 0)
                printf(" |");
            else
                printf(" %s%.3g%s |", bold, medians[m], bold);
        }
        printf("\n");
    }
}

static void print_scores(const board *b, pair (*pairs)[MOST_METHODS])
{
    printf("\n## S, the row against the column\n\nAbove 0.5 the row is the better one; 95 %% bootstrap intervals.\n");
    print_header(b, "");
    for (size_t one = 0; one < b->n_methods; one++) {
        printf("| %s |", b->methods[one]);
        for (size_t other = 0; other < b->n_methods; other++) {
            const pair *r = &pairs[one][other];
            if (one == other || r->n_problems == 0)
                printf(" |");
            else
                printf(" %.2f [%.2f, %.2f] |", r->score[BENCH_STAGES - 1], r->interval.low, r->interval.high);
        }
        printf("\n");
    }
}

static bool is_ours(const char *method)
{
    return strncmp(method, "varve-", 6) == 0;
}

static void print_pair(const board *b, size_t one, size_t other, const pair *r)
{
    printf("| %s | %s | %zu | %.3f [%.3f, %.3f] |", b->methods[one], b->methods[other], r->n_problems,
           r->score[BENCH_STAGES - 1], r->interval.low, r->interval.high);
    for (int kind = 0; kind < BENCH_CATEGORIES; kind++)
        if (isnan(r->kinds[kind]))
            printf(" |");
        else
            printf(" %.2f |", r->kinds[kind]);
    printf(" %d | %d | %s | %.2f | %.2f |\n", r->won, r->lost, r->better ? "**better**" : "no", r->score[1],
           r->score[0]);
}

static void print_verdicts(const board *b, pair (*pairs)[MOST_METHODS])
{
    printf("\n## Ours against each\n\n| method | against | problems | S |");
    for (int kind = 0; kind < BENCH_CATEGORIES; kind++) printf(" %s |", bench_category_name((bench_category)kind));
    printf(" won | lost | verdict | S at 1/2 | S at 1/4 |\n|---|---|--:|--:|");
    for (int kind = 0; kind < BENCH_CATEGORIES; kind++) printf("--:|");
    printf("--:|--:|---|--:|--:|\n");
    for (size_t one = 0; one < b->n_methods; one++)
        for (size_t other = 0; other < b->n_methods && is_ours(b->methods[one]); other++)
            if (one != other && pairs[one][other].n_problems > 0) print_pair(b, one, other, &pairs[one][other]);
}

static void print_times(const board *b)
{
    printf("\n## Milliseconds a trial\n\nMedian of the searches, by the clock of machines that did other work too: "
           "orders of "
           "magnitude only; search_speed measures.\n");
    print_header(b, "problem");
    for (size_t p = 0; p < b->n_problems; p++) {
        printf("| %s |", b->problems[p]->name);
        for (size_t m = 0; m < b->n_methods; m++)
            if (b->cells[m][p].n == 0)
                printf(" |");
            else
                printf(" %.3g |", median(b->cells[m][p].trial_ms, b->cells[m][p].n));
        printf("\n");
    }
}

static vv_status compare_all(const board *b, pair (*pairs)[MOST_METHODS], vv_error *error)
{
    for (size_t one = 0; one < b->n_methods; one++)
        for (size_t other = one + 1; other < b->n_methods; other++) {
            VVI_TRY(compare(b, one, other, &pairs[one][other], error));
            pairs[other][one] = mirrored(pairs[one][other]);
        }
    return VV_OK;
}

static void print_all(const board *b, pair (*pairs)[MOST_METHODS])
{
    print_regrets(b);
    print_scores(b, pairs);
    print_verdicts(b, pairs);
    print_times(b);
}

int main(int argc, char **argv)
{
    static board b;
    static pair pairs[MOST_METHODS][MOST_METHODS];
    vv_error error = { 0 };
    const bool held_out = argc > 1 && strcmp(argv[1], "--held-out") == 0;
    const int first = held_out ? 2 : 1;
    vv_status status = VV_OK;
    if (argc <= first) vvi_fail(&error, status = VV_BAD_ARG, "usage: search_score [--held-out] FILE...");
    for (int i = first; i < argc && status == VV_OK; i++) status = bench_lines_read(&b.lines, argv[i], &error);
    if (status == VV_OK && !fill(&b, held_out ? &bench_held_out : &bench_suite))
        status = vvi_fail(&error, VV_NO_MEMORY, "no memory, or more than %d methods", MOST_METHODS);
    if (status == VV_OK) status = compare_all(&b, pairs, &error);
    if (status == VV_OK)
        print_all(&b, pairs);
    else
        fprintf(stderr, "search_score: %s\n", error.text);
    bench_lines_deinit(&b.lines);
    vvi_arena_deinit(&b.arena);
    return status == VV_OK ? 0 : 1;
}
