/* search_lines.h - what the search benchmark writes and reads: a line for one search.
 *
 *     {"m": method, "p": problem, "s": seed, "t": seconds, "q": [regret at 1/4, 1/2, all of the budget], "auc": ...}
 *
 * The regret is the noise-free loss of the trial that looked best, less the least loss there is; auc is the mean of its
 * decimal logarithm over the trials. search_peers/measure.py writes the same.
 */
#ifndef VARVE_BENCH_SEARCH_LINES_H
#define VARVE_BENCH_SEARCH_LINES_H

#include "search_problems.h"
#include "search_specs.h"

#include <stdio.h>

enum { BENCH_STAGES = 3 };

typedef struct bench_line {
    char method[BENCH_METHOD_SIZE];
    const bench_problem *problem;
    int seed;
    double seconds, regret[BENCH_STAGES], log_regret;
} bench_line;

typedef struct bench_lines { /* zero-initialise; end with bench_lines_deinit */
    bench_line *list;
    size_t n, most;
} bench_lines;

/* Adds those of a file, which may be gzipped. IO: it cannot be read; FORMAT: a line is none of these. */
vv_status bench_lines_read(bench_lines *lines, const char *path, vv_error *error);
bool bench_lines_have(const bench_lines *lines, const char *method, const bench_problem *problem, int seed);
void bench_lines_deinit(bench_lines *lines);
void bench_line_write(FILE *file, const bench_line *line);

#endif
