/* study_helper.h - a folder of its own for each test, and a build's handle with one hyperparameter of every kind. */
#ifndef VARVE_TESTS_STUDY_HELPER_H
#define VARVE_TESTS_STUDY_HELPER_H

#include "check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <varve/study.h>

typedef struct place {
    char root[64];    /* a fresh temporary folder */
    char project[96]; /* root/project, not there yet */
} place;

static inline int place_begin(void **state)
{
    place *p = calloc(1, sizeof *p);
    if (p == NULL) return -1;
    snprintf(p->root, sizeof p->root, "/tmp/varve-test-XXXXXX");
    if (mkdtemp(p->root) == NULL) return -1;
    snprintf(p->project, sizeof p->project, "%s/project", p->root);
    *state = p;
    return 0;
}

static inline int place_end(void **state)
{
    char command[128];
    place *p = *state;
    snprintf(command, sizeof command, "rm -rf '%s'", p->root);
    const int rc = system(command);
    free(p);
    return rc;
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, place_begin, place_end)

static inline void must(vv_status status, const vv_error *error)
{
    if (status != VV_OK) fail_msg("%s: %s", vv_status_name(status), error == NULL ? "" : error->text);
}

static inline vv_study *open_study(const char *path, vv_study_mode mode)
{
    vv_error error = { 0 };
    vv_study *study = NULL;
    must(vv_study_open(path, mode, &study, &error), &error);
    assert_non_null(study);
    return study;
}

/* Begins a trial with `n` as its one value; returns its id. */
static inline int begin_trial(vv_study *study, int n)
{
    vv_error error = { 0 };
    int id = -1;
    vv_hp *hp = vv_hp_new(NULL);
    vv_int(hp, "n", .min = n, .max = n + 10);
    must(vv_trial_begin(study, hp, NULL, &id, &error), &error);
    vv_hp_free(hp);
    return id;
}

static inline vv_status end_trial(vv_study *study, int id, vv_trial_status status, double score, const char *reason)
{
    const vv_trial_result result = {
        .status = status, .scores = &score, .n_scores = 1, .reason = reason, .seconds = 3.5
    };
    return vv_trial_end(study, id, &result, NULL);
}

/* Takes the trial that waits, which must be this one. */
static inline void claim_trial(vv_study *study, int id)
{
    vv_error error = { 0 };
    int claimed = -1;
    must(vv_trial_claim(study, &claimed, &error), &error);
    assert_int_equal(claimed, id);
}

static inline bool file_exists(const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static inline void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

#endif
