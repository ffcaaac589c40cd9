/* pulse.c - what somebody who watches a study asks every moment, and must cost next to nothing: has it changed, what runs. */
#include "study/handle.h"

vv_status vvi_study_mark(const vv_study *study, uint64_t *mark, vv_error *error)
{
    return study->store->mark(study->state, mark, error);
}

vv_status vvi_study_running(const vv_study *study, vvi_arena *arena, const int **ids, size_t *n, vv_error *error)
{
    return study->store->running(study->state, arena, ids, n, error);
}
