/* pulse.c - what somebody who watches a study asks every moment, and must cost next to nothing: has it changed, what runs. */
#include "study/handle.h"

/* Of a store that cannot tell by itself: what changes whenever a trial does. */
static vv_status count_mark(const vv_study *study, uint64_t *mark, vv_error *error)
{
    vv_counts counts;
    VVI_TRY(vv_study_counts(study, &counts, error));
    *mark = vvi_hash_bytes(VVI_HASH_START, &counts.trials, sizeof counts.trials);
    *mark = vvi_hash_bytes(*mark, counts.by_status, sizeof counts.by_status);
    *mark = vvi_hash_bytes(*mark, &counts.epochs, sizeof counts.epochs);
    *mark = vvi_hash_number(vvi_hash_number(*mark, counts.first_began), counts.last_ended);
    return VV_OK;
}

vv_status vvi_study_mark(const vv_study *study, uint64_t *mark, vv_error *error)
{
    return study->store->mark == NULL ? count_mark(study, mark, error) : study->store->mark(study->state, mark, error);
}

vv_status vvi_study_running(const vv_study *study, vvi_arena *arena, const int **ids, size_t *n, vv_error *error)
{
    return study->store->running(study->state, arena, ids, n, error);
}
