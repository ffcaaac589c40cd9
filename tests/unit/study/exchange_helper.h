/* exchange_helper.h - a study with one of everything, to be copied; an attempt to fill one that fails. */
#ifndef VARVE_TESTS_EXCHANGE_HELPER_H
#define VARVE_TESTS_EXCHANGE_HELPER_H

#include "same_study.h"
#include "study/exchange.h"

#include <dirent.h>

/* ---- a study with one of everything ---------------------------------------------------------------------------------- */

static inline void report(vv_study *study, int id, int execution, int epochs)
{
    static const char *const metrics[] = { "loss", "val_loss", "odd name, \"quoted\"" };
    vv_error error = { 0 };
    for (int i = 0; i < epochs; i++) {
        const double values[] = { 1.0 / (i + 3), i == 1 ? (double)NAN : 0.1 * i, i == 2 ? -(double)INFINITY : 1e-300 };
        must(vv_trial_epoch(study, id, execution, i, metrics, values, 3, &error), &error);
    }
    must(vv_trial_execution(study, id, execution, 0, 1.0 / 3 + execution, 0.1, &error), &error);
}

static inline void put_checkpoint(const vv_study *study, int id, int execution, const char *text)
{
    char path[256];
    if (execution < 0)
        vv_study_checkpoint_path(study, id, path, sizeof path);
    else
        vv_study_state_path(study, id, execution, path, sizeof path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static inline void end_with(vv_study *study, int id, vv_trial_status status, const char *reason)
{
    vv_error error = { 0 };
    const double scores[] = { 1.0 / 3, 1e-7 };
    const vv_trial_result result = {
        .status = status, .scores = scores, .n_scores = 2, .violation = VV_SOME(0.25), .reason = reason, .seconds = 0.7
    };
    must(status == VV_TRIAL_PAUSED ? vv_trial_pause(study, id, &result, &error)
                                   : vv_trial_end(study, id, &result, &error),
         &error);
}

static inline void begin_by_hand(vv_study *study)
{
    vv_error error = { 0 };
    int id = -1;
    const vvi_beginning beginning = { .by_hand = true, .goal = 7 };
    must(vvi_trial_begin(study, &beginning, &id, &error), &error);
}

static inline void begin_with_refusals(vv_study *study)
{
    vv_error error = { 0 };
    int id = -1;
    vv_refusal refusals[5];
    for (int i = 0; i < 5; i++) {
        refusals[i] = (vv_refusal){ .n = i + 1 };
        snprintf(refusals[i].reason, sizeof refusals[i].reason, "reason %d", i);
        snprintf(refusals[i].values, sizeof refusals[i].values, "n=%d", i);
    }
    const vvi_beginning beginning = {
        .waiting = true, .model_json = "{\"layers\": []}", .refusals = refusals, .n_refusals = 5
    };
    must(vvi_trial_begin(study, &beginning, &id, &error), &error);
}

/* Trials 0 to 7: COMPLETED, FAILED, PRUNED, PAUSED, tried again and WAITING, by hand, INTERRUPTED, WAITING; and 8, RUNNING.
 * The study stays open. */
static inline vv_study *make_study(const char *path)
{
    vv_error error = { 0 };
    vv_study *study = open_study(path, VV_STUDY_WRITE);
    must(vv_study_set(study, "objective", "val_loss:min,params:min", &error), &error);
    must(vv_study_set(study, "note", "a 'fact'\nof two lines, \xc3\xa9", &error), &error);
    for (int i = 0; i < 4; i++) {
        const int id = begin_trial(study, i);
        report(study, id, 0, 3);
        report(study, id, 1, 2);
        end_with(study, id,
                 i == 0   ? VV_TRIAL_COMPLETED
                 : i == 1 ? VV_TRIAL_FAILED
                 : i == 2 ? VV_TRIAL_PRUNED
                          : VV_TRIAL_PAUSED,
                 i == 0 ? NULL : "a reason, \"quoted\"");
    }
    const int again = begin_trial(study, 4);
    must(vv_trial_retry(study, again, "killed by signal 11", 1.25, &error), &error);
    begin_by_hand(study);
    const int given_back = begin_trial(study, 6);
    report(study, given_back, 0, 1);
    end_with(study, given_back, VV_TRIAL_INTERRUPTED, "stopped");
    begin_with_refusals(study);
    const int running = begin_trial(study, 8);
    report(study, running, 0, 2);
    put_checkpoint(study, 0, -1, "the weights of 0");
    put_checkpoint(study, 3, 0, "a state");
    put_checkpoint(study, running, 1, "another state");
    return study;
}

static inline vvi_exchanged copy(const char *from, const char *to, bool overwrite)
{
    vv_error error = { 0 };
    vvi_exchanged exchanged;
    const vvi_exchange_args args = { .from = from, .to = to, .overwrite = overwrite };
    must(vvi_study_copy(&args, &exchanged, &error), &error);
    return exchanged;
}

static inline size_t count_entries(const char *path)
{
    size_t n = 0;
    DIR *list = opendir(path);
    assert_non_null(list);
    for (const struct dirent *entry; (entry = readdir(list)) != NULL;) n += entry->d_name[0] != '.';
    closedir(list);
    return n;
}

static inline vv_status fail_after_a_trial(void *context, vv_study *study, vv_error *error)
{
    (void)context;
    must(vv_study_set(study, "objective", "loss:min", error), error);
    begin_trial(study, 0);
    put_checkpoint(study, 0, -1, "weights");
    return vvi_fail(error, VV_IO, "the disk is full");
}

#endif
