/* registry.c - every oracle, one row each; names of trial states. */
#include "search/search.h"

#include <string.h>

/* As `varve oracles` lists them; the first is the one that is taken where none is named. */
static const vv_oracle_kind *const rows[] = {
    &vvi_oracle_auto, &vvi_oracle_random, &vvi_oracle_grid,      &vvi_oracle_sobol,     &vvi_oracle_bayesian,
    &vvi_oracle_tpe,  &vvi_oracle_cmaes,  &vvi_oracle_evolution, &vvi_oracle_hyperband, &vvi_oracle_bohb,
};

const char *vv_search_kind_name(vv_search_kind kind)
{
    static const char *const names[] = {
#define NAME_OF(id, name) name,
        VV_SEARCH_MAP(NAME_OF)
#undef NAME_OF
    };
    const size_t index = (size_t)kind;
    return index < sizeof names / sizeof *names ? names[index] : "unknown";
}

const vv_oracle_kind *vv_oracle_at(size_t index)
{
    return index < sizeof rows / sizeof *rows ? rows[index] : NULL;
}

const vv_oracle_kind *vv_oracle_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i]->name, name) == 0) return rows[i];
    }
    return NULL;
}

const char *vv_trial_status_name(vv_trial_status status)
{
    static const char *const names[] = {
        [VV_TRIAL_RUNNING] = "RUNNING",         [VV_TRIAL_COMPLETED] = "COMPLETED", [VV_TRIAL_FAILED] = "FAILED",
        [VV_TRIAL_INTERRUPTED] = "INTERRUPTED", [VV_TRIAL_PRUNED] = "PRUNED",       [VV_TRIAL_PAUSED] = "PAUSED",
        [VV_TRIAL_WAITING] = "WAITING"
    };
    return status >= VV_TRIAL_RUNNING && status <= VV_TRIAL_WAITING ? names[status] : "UNKNOWN";
}
