/* brackets.h - the plan of Hyperband: how many trials begin with how many epochs, and how many of them go on. */
#ifndef VVI_SEARCH_BRACKETS_H
#define VVI_SEARCH_BRACKETS_H

#include "base/base.h"

enum { VVI_MOST_RUNGS = 32 };

typedef struct vvi_brackets {
    int epochs, factor, min_epochs;
    int iterations;          /* 0: until the limits are reached; without any: once */
    uint64_t max_trials;     /* 0: no limit, as below */
    uint64_t max_epochs;     /* of all trials together; what a trial has is not counted again when it goes on */
    uint64_t configurations; /* that there are; 0: not known, or without end */
} vvi_brackets;

/* Trials first..first+n-1. Rung i: size[i] of them have epochs[i] epochs. */
typedef struct vvi_bracket {
    uint64_t first;
    int n, n_rungs;
    int size[VVI_MOST_RUNGS], epochs[VVI_MOST_RUNGS];
} vvi_bracket;

/* Bracket number k, counted over all iterations. false: there are no more. */
bool vvi_bracket_at(const vvi_brackets *plan, uint64_t k, vvi_bracket *bracket);
/* Of all brackets. */
uint64_t vvi_brackets_trials(const vvi_brackets *plan);
uint64_t vvi_brackets_epochs(const vvi_brackets *plan);
/* One line: the plan, and what it was shrunk to. As snprintf. */
int vvi_brackets_describe(const vvi_brackets *plan, char *text, size_t size);

#endif
