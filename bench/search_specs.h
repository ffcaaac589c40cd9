/* search_specs.h - lists of oracles on a command line: "tpe,bayesian:fits=2,noise=off,random". */
#ifndef VARVE_BENCH_SEARCH_SPECS_H
#define VARVE_BENCH_SEARCH_SPECS_H

#include <varve/search.h>

enum { BENCH_MOST_SPECS = 64, BENCH_METHOD_SIZE = 64 };
typedef struct bench_specs {
    char *list[BENCH_MOST_SPECS];
    int n;
} bench_specs;

/* Cuts the text apart and keeps the pieces. Commas divide oracles and an oracle's options: a piece with '=' and without
 * ':' goes on with the oracle before it. false: too many. */
bool bench_specs_add(bench_specs *specs, char *text);

/* What lines call the method of args->spec: presets that were spelt out make no other method of it. */
vv_status bench_method_name(const vv_oracle_args *args, char name[BENCH_METHOD_SIZE], vv_error *error);

/* A chooser that gives the values of a finished build again; `context` is where the pointer to its handle is. */
vv_chooser bench_chooser_as_in(const vv_hp **proposed);

#endif
