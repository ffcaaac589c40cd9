/* stores.h - what every store of studies must do: its tests, and where they find a fresh place. */
#ifndef VARVE_TESTS_CONFORMANCE_STORES_H
#define VARVE_TESTS_CONFORMANCE_STORES_H

#include "unit/study/study_helper.h"

#include "base/base.h"
#include "study/study.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

enum { WHERE_SIZE = 512 };

/* A store that can be tested. */
typedef struct store_kind {
    const char *name;
    bool shared; /* many may write to it at a time */
    /* Starts what must run, once; false: it cannot be, and why was said. */
    bool (*start)(void);
    void (*stop)(void);
    /* A place with no study in it yet, and its removal with all that was made there. */
    void (*begin)(char where[WHERE_SIZE]);
    void (*end)(const char *where);
    /* Of a store that is not shared: its writer loses its right to it, and lives on. NULL: there are leases for that. */
    void (*usurp)(const char *where);
} store_kind;

/* The state of each test. */
typedef struct store_place {
    const store_kind *kind;
    char where[WHERE_SIZE];
} store_place;

int store_place_begin(void **state);
int store_place_end(void **state);
#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, store_place_begin, store_place_end)

extern const struct CMUnitTest store_life_tests[], store_many_tests[], store_reading_tests[], store_requests_tests[];
extern const size_t n_store_life_tests, n_store_many_tests, n_store_reading_tests, n_store_requests_tests;

/* ---- for them ---------------------------------------------------------------------------------------------------- */

static const char *const store_metrics[] = { "loss", "val_loss" };

static inline void wait_ms(int ms)
{
    nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000 * 1000 }, NULL);
}

static inline vv_study *open_leased(const char *where, double lease_s)
{
    vv_error error = { 0 };
    vv_study *study = NULL;
    const vv_study_args args = { .where = where, .mode = VV_STUDY_WRITE, .lease_s = lease_s };
    must(vv_study_open_with(&args, &study, &error), &error);
    return study;
}

/* For processes that work at the same study: at once where that is possible, else in turns. NULL: it failed. */
static inline vv_study *open_in_turn(const char *where)
{
    vv_study *study = NULL;
    vv_status status = VV_LOCKED;
    for (int tries = 0; status == VV_LOCKED && tries < 10000; tries++) {
        status = vv_study_open(where, VV_STUDY_WRITE, &study, NULL);
        if (status == VV_LOCKED) wait_ms(2);
    }
    return study;
}

static inline void report_epoch(vv_study *study, int id, int execution, int epoch)
{
    vv_error error = { 0 };
    const double values[] = { 100 * execution + epoch, -epoch };
    must(vv_trial_epoch(study, id, execution, epoch, store_metrics, values, 2, &error), &error);
}

static inline vv_trials read_trials(const vv_study *study)
{
    vv_error error = { 0 };
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, &error), &error);
    return trials;
}

static inline vv_trial_status status_of(const vv_study *study, int id)
{
    vv_error error = { 0 };
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .only = true, .id = id }, &trials, &error), &error);
    const vv_trial_status status = trials.list[0].status;
    vv_trials_free(&trials);
    return status;
}

/* A trial without values; `how` may be NULL. */
static inline vv_status begin_bare(vv_study *study, const vvi_beginning *how, int *id)
{
    static const vvi_beginning bare;
    return vvi_trial_begin(study, how == NULL ? &bare : how, id, NULL);
}

static inline int begin_waiting(vv_study *study)
{
    int id = -1;
    must(begin_bare(study, &(vvi_beginning){ .waiting = true }, &id), NULL);
    return id;
}

/* Another worker's handle, to which the trial belongs from now on; `first`, which had it, is still open. The lease of
 * `first` must be short, and nobody renews it. */
static inline vv_study *take_trial_away(const store_place *p, int id)
{
    int claimed = -1;
    if (p->kind->usurp != NULL) p->kind->usurp(p->where);
    vv_study *second = open_leased(p->where, 0);
    for (int tries = 0; claimed < 0 && tries < 3000; tries++) {
        must(vv_trial_claim(second, &claimed, NULL), NULL);
        if (claimed < 0) wait_ms(10);
    }
    assert_int_equal(claimed, id);
    return second;
}

#endif
