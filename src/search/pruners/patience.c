/* patience.c - ends a trial that has stopped improving: whose best of the last patience + 1 epochs is worse, by more than
 * min_delta, than its best before them. It looks at no other trial. (The rule of early stopping: Prechelt: Early stopping
 * - but when?; 1998.)
 */
#include "search/pruners/pruners.h"

#include <math.h>

enum { PATIENCE, MIN_DELTA };

/* The newest epochs that hold so many values; 0: there are not more than that. */
static size_t find_last(const vv_pruner_question *question, size_t values)
{
    size_t at = question->n_values;
    for (size_t found = 0; at > 0 && found < values; at--) found += isnan(question->values[at - 1]) ? 0U : 1U;
    return at;
}

static vv_status judge(const vv_pruner_question *question, vv_pruner_verdict *verdict, vv_error *error)
{
    (void)error;
    const double delta = question->options[MIN_DELTA];
    const size_t patience = (size_t)question->options[PATIENCE], n = question->n_values;
    const size_t split = find_last(question, patience + 1);
    const double before = vvi_prune_best(question, question->values, split),
                 after = vvi_prune_best(question, question->values + split, n - split);
    if (before + delta < after)
        vvi_prune(question, verdict, "%s was %.6g before the last %zu %ss, and is %.6g at best in them",
                  question->metric, vvi_prune_loss(question, before), n - split, vvi_prune_unit(question),
                  vvi_prune_loss(question, after));
    return VV_OK;
}

static const vv_option_row options[] = {
    { .name = "patience", .preset = 5, .min = 0, .max = 1e6, .whole = true, .help = "epochs that may be worse" },
    { .name = "min_delta", .preset = 0, .min = 0, .max = 1e300, .help = "how much worse they may be" },
};

const vv_pruner_kind vvi_pruner_patience = {
    .name = "patience",
    .summary = "ends a trial that has not improved for some epochs",
    .paper = "Prechelt: Early Stopping - But When?; Neural Networks: Tricks of the Trade, 1998",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .judge = judge,
};
