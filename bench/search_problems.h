/* search_problems.h - the problems that oracles are measured on: losses that are known, least value included.
 *
 * bench_suite holds the twelve that are reported; bench_held_out others to develop on, so that the twelve stay a test.
 * search_peers/problems.py and held_out.py have the same in Python for the peers; tests/bench/search_problems.c holds
 * both to the same values.
 */
#ifndef VARVE_BENCH_SEARCH_PROBLEMS_H
#define VARVE_BENCH_SEARCH_PROBLEMS_H

#include <varve/search.h>

typedef enum bench_category { BENCH_SMOOTH, BENCH_RUGGED, BENCH_HIGH_D, BENCH_MIXED, BENCH_CATEGORIES } bench_category;
const char *bench_category_name(bench_category category); /* "high_d" */

typedef struct bench_problem {
    const char *name;
    double (*loss)(vv_hp *hp); /* asks for what is active and says what it costs; asking a finished hp again is fine */
    int budget;                /* trials */
    double least;              /* the least loss there is */
    double noise;              /* deviation of the normal noise that is added to what an oracle sees */
    bench_category category;
} bench_problem;

typedef struct bench_problems {
    const bench_problem *rows;
    size_t n;
} bench_problems;
extern const bench_problems bench_suite, bench_held_out;

const bench_problem *bench_problem_find(const char *name); /* in either; NULL: there is none */

/* The problem as something that oracles ask. Borrows *problem, the pointer too. */
vv_builder bench_problem_builder(const bench_problem **problem);

#endif
