/* hyperband.h - what Hyperband shares with its relatives: everything but where new configurations come from. */
#ifndef VVI_SEARCH_HYPERBAND_H
#define VVI_SEARCH_HYPERBAND_H

#include "search/oracles/brackets.h"
#include "search/search.h"

/* Options that every relative has first, in this order. */
enum { VVI_HALVING_FACTOR, VVI_HALVING_ITERATIONS, VVI_HALVING_MIN_EPOCHS, VVI_HALVING_OPTIONS };
#define VVI_HALVING_ROWS                                                                                               \
    { .name = "factor", .preset = 3, .min = 2, .max = 100, .whole = true, .help = "one in so many goes on" },          \
        { .name = "iterations",                                                                                        \
          .preset = 1,                                                                                                 \
          .min = 0,                                                                                                    \
          .max = 1e6,                                                                                                  \
          .whole = true,                                                                                               \
          .help = "times that all brackets are run; 0: until the budget is used up" },                                 \
    {                                                                                                                  \
        .name = "min_epochs", .preset = 1, .min = 1, .max = 1e6, .whole = true, .help = "epochs of the lowest rung"    \
    }

typedef vv_status (*vvi_propose)(const vv_question *question, vv_answer *answer, vv_error *error);
vv_status vvi_halving_ask(const vv_question *question, vvi_propose propose, vv_answer *answer, vv_error *error);

#endif
