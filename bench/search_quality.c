/* search_quality.c - searches the problems with oracles and writes a line for each search (search_lines.h).
 *
 *     search_quality --oracles tpe,bayesian:fits=2 [--problems all|held_out|NAME,...] [--seeds FIRST..LAST] --out FILE
 *
 * What FILE has already is not run again, so it may be stopped and called again. Each oracle gets what a search gives
 * one: what discovery has learnt of the space, and how many trials there will be; it is told each trial's loss, with the
 * problem's noise. A method's name is "varve-" and the oracle's spec. Seconds are by the clock, discovery left out.
 * search_score makes tables of the lines.
 */
#include "search_lines.h"
#include "search_specs.h"
#include "space/discovery/discovery.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one search --------------------------------------------------------------------------------------------------- */

enum { MOST_TRIALS = 1024 };

typedef struct searching {
    const bench_problem *problem;
    vv_oracle *oracle;
    vvi_stream noise;
    double best_seen, best_loss;
    double regrets[MOST_TRIALS]; /* of the best so far, by trial */
    int n;
} searching;

/* The loss of what was proposed, from its values alone. */
static vv_status evaluate(const bench_problem *problem, const vv_hp *proposed, double *loss, vv_error *error)
{
    const vv_chooser chooser = bench_chooser_as_in(&proposed);
    vv_hp *hp = vv_hp_new(&chooser);
    if (hp == NULL) return vvi_no_memory(error);
    *loss = problem->loss(hp);
    const vv_status status = vv_hp_status(hp);
    if (status != VV_OK) vvi_fail(error, status, "%s: %s", problem->name, vv_hp_error(hp));
    vv_hp_free(hp);
    return status;
}

/* *more: there was something to try. */
static vv_status try_one(searching *s, bool *more, vv_error *error)
{
    vv_answer answer;
    double loss = 0;
    VVI_TRY(vv_oracle_ask(s->oracle, &answer, error));
    *more = answer.kind == VV_ANSWER_PROPOSAL;
    if (!*more) return VV_OK;
    VVI_TRY(evaluate(s->problem, answer.hp, &loss, error));
    VVI_TRY(vv_oracle_begin(s->oracle, answer.hp, error));
    const double seen = loss + (s->problem->noise > 0 ? s->problem->noise * vvi_stream_normal(&s->noise) : 0);
    if (s->n == 0 || seen < s->best_seen) {
        s->best_seen = seen;
        s->best_loss = loss;
    }
    s->regrets[s->n++] = s->best_loss - s->problem->least;
    return vv_oracle_tell(s->oracle,
                          &(vv_past_trial){ .id = answer.trial, .status = VV_TRIAL_COMPLETED, .scores = &seen }, error);
}

static void summarize(const searching *s, bench_line *line)
{
    const int budget = s->problem->budget;
    line->log_regret = 0;
    for (int i = 0; i < budget; i++)
        line->log_regret += log10(fmax(s->regrets[i < s->n ? i : s->n - 1], 1e-10)) / budget;
    for (int stage = 0; stage < BENCH_STAGES; stage++) {
        const int trials = budget >> (BENCH_STAGES - 1 - stage);
        line->regret[stage] = s->regrets[trials <= s->n ? trials - 1 : s->n - 1];
    }
}

static vv_status search(const vv_oracle_args *args, bench_line *line, vv_error *error)
{
    const vvi_key key = vvi_key_int(vvi_key_name(vvi_key_new(0, "noise"), line->problem->name), line->seed);
    searching s = { .problem = line->problem, .noise = vvi_stream_begin(key) };
    const double start = vvi_clock_s();
    bool more = true;
    vv_status status = vv_oracle_open(args, &s.oracle, error);
    while (status == VV_OK && more && s.n < line->problem->budget) status = try_one(&s, &more, error);
    line->seconds = vvi_clock_s() - start;
    if (status == VV_OK && s.n == 0)
        status = vvi_fail(error, VV_NOT_FOUND, "%s proposed nothing on %s", line->method, line->problem->name);
    if (status == VV_OK) summarize(&s, line);
    vv_oracle_close(s.oracle);
    return status;
}

/* ---- all of them -------------------------------------------------------------------------------------------------- */

enum { MOST_PROBLEMS = 64 };

typedef struct task {
    bench_specs oracles;
    const bench_problem *problems[MOST_PROBLEMS];
    int n_problems, first_seed, last_seed;
    FILE *out;
    bench_lines done;
} task;

static vv_status search_seeds(task *t, vv_oracle_args *args, const bench_problem *problem, vv_error *error)
{
    bench_line line = { .problem = problem };
    VVI_TRY(bench_method_name(args, line.method, error));
    for (line.seed = t->first_seed; line.seed <= t->last_seed; line.seed++) {
        if (bench_lines_have(&t->done, line.method, problem, line.seed)) continue;
        args->seed = (uint64_t)line.seed;
        VVI_TRY(search(args, &line, error));
        bench_line_write(t->out, &line);
    }
    return VV_OK;
}

static vv_status search_problem(task *t, const bench_problem *problem, vv_error *error)
{
    vvi_arena arena = { 0 };
    vv_space space;
    const vv_builder builder = bench_problem_builder(&problem);
    vv_status status = vvi_space_discover(&(vvi_discover_args){ .builder = &builder }, &arena, &space, error);
    vvi_space_seal(&space);
    vv_oracle_args args = { .builder = builder, .space = &space, .max_trials = problem->budget };
    for (int i = 0; i < t->oracles.n && status == VV_OK; i++) {
        args.spec = t->oracles.list[i];
        status = search_seeds(t, &args, problem, error);
    }
    vvi_arena_deinit(&arena);
    return status;
}

/* ---- the command line --------------------------------------------------------------------------------------------- */

static bool add_problems(task *t, const bench_problems *set)
{
    for (size_t i = 0; i < set->n && t->n_problems < MOST_PROBLEMS; i++) t->problems[t->n_problems++] = &set->rows[i];
    return true;
}

static bool add_named_problems(task *t, char *text)
{
    if (strcmp(text, "all") == 0) return add_problems(t, &bench_suite);
    if (strcmp(text, "held_out") == 0) return add_problems(t, &bench_held_out);
    for (char *name; (name = strsep(&text, ",")) != NULL;) {
        const bench_problem *problem = bench_problem_find(name);
        if (problem == NULL) fprintf(stderr, "there is no problem %s\n", name);
        if (problem == NULL || t->n_problems == MOST_PROBLEMS) return false;
        t->problems[t->n_problems++] = problem;
    }
    return true;
}

static bool read_seeds(task *t, const char *text)
{
    return sscanf(text, "%d..%d", &t->first_seed, &t->last_seed) == 2 && t->first_seed <= t->last_seed;
}

/* Lines that are there already are not made again. A file that is not there is none of them. */
static bool open_out(task *t, const char *path)
{
    vv_error error = { 0 };
    t->out = fopen(path, "a");
    if (t->out != NULL && bench_lines_read(&t->done, path, &error) == VV_OK) return true;
    fprintf(stderr, "%s\n", t->out == NULL ? "the file of --out cannot be written" : error.text);
    return false;
}

static bool read_arguments(task *t, int argc, char **argv)
{
    static const struct option options[] = { { "oracles", required_argument, NULL, 'o' },
                                             { "problems", required_argument, NULL, 'p' },
                                             { "seeds", required_argument, NULL, 's' },
                                             { "out", required_argument, NULL, 'f' },
                                             { 0 } };
    bool fine = true;
    for (int option; fine && (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        fine = option == 'o'   ? bench_specs_add(&t->oracles, optarg)
               : option == 'p' ? add_named_problems(t, optarg)
               : option == 's' ? read_seeds(t, optarg)
               : option == 'f' ? open_out(t, optarg)
                               : false;
    if (t->n_problems == 0) add_problems(t, &bench_suite);
    if (fine && t->oracles.n > 0 && t->out != NULL && optind == argc) return true;
    fprintf(stderr, "usage: search_quality --oracles NAME,... [--problems all|held_out|NAME,...] [--seeds FIRST..LAST] "
                    "--out FILE\n");
    return false;
}

int main(int argc, char **argv)
{
    static task t = { .first_seed = 0, .last_seed = 9 };
    vv_error error = { 0 };
    vv_status status = VV_OK;
    const bool fine = read_arguments(&t, argc, argv);
    for (int i = 0; fine && i < t.n_problems && status == VV_OK; i++)
        status = search_problem(&t, t.problems[i], &error);
    if (status != VV_OK) fprintf(stderr, "search_quality: %s\n", error.text);
    bench_lines_deinit(&t.done);
    if (t.out != NULL) fclose(t.out);
    return fine && status == VV_OK ? 0 : 1;
}
