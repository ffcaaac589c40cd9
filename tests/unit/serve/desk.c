/* desk.c - a desk makes an answer once for all who ask, makes it again when the study has changed, and tells viewers. */
#include "../study/study_helper.h"

#include "serve/desk.h"
#include "study/study.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <time.h>

/* ---- somebody who asks ------------------------------------------------------------------------------------------------- */

static atomic_int made;

static vv_status make_count(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    const vv_study *study = NULL;
    vv_counts counts;
    if (vvi_desk_study(desk, &study, error) != VV_OK || vv_study_counts(study, &counts, error) != VV_OK)
        return error->status;
    atomic_fetch_add(&made, 1);
    vvi_text_printf(text, "%s %d", argument, (int)counts.trials);
    return VV_OK;
}

static vv_status make_failure(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    (void)desk, (void)text;
    atomic_fetch_add(&made, 1);
    return vvi_fail(error, VV_NOT_FOUND, "no \x1b[31m%s", argument);
}

static const vvi_part count = { .name = "count", .make = make_count },
                      failing = { .name = "failing", .make = make_failure },
                      once = { .name = "once", .once = true, .make = make_count };

typedef struct asker {
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool awake;
    vvi_waiter waiter;
} asker;

static void wake(void *context)
{
    asker *a = context;
    pthread_mutex_lock(&a->lock);
    a->awake = true;
    pthread_cond_signal(&a->woken);
    pthread_mutex_unlock(&a->lock);
}

static void before(void *context)
{
    ((asker *)context)->awake = false;
}

static void begin_asking(asker *a, vvi_desk *desk, const vvi_part *part, const char *argument)
{
    *a = (asker){ .awake = false };
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->woken, NULL);
    a->waiter = (vvi_waiter){ .wake = wake, .context = a };
    if (vvi_desk_ask(desk, part, argument, &a->waiter, before)) a->awake = true; /* nobody wakes it */
}

static vvi_body *end_asking(asker *a)
{
    pthread_mutex_lock(&a->lock);
    while (!a->awake) pthread_cond_wait(&a->woken, &a->lock);
    pthread_mutex_unlock(&a->lock);
    pthread_cond_destroy(&a->woken);
    pthread_mutex_destroy(&a->lock);
    return a->waiter.body;
}

static vvi_body *ask(vvi_desk *desk, const vvi_part *part, const char *argument)
{
    asker a;
    begin_asking(&a, desk, part, argument);
    return end_asking(&a);
}

static void check_answer(vvi_desk *desk, const vvi_part *part, const char *argument, int code, const char *bytes)
{
    vvi_body *body = ask(desk, part, argument);
    assert_non_null(body);
    assert_int_equal(body->code, code);
    assert_string_equal(body->bytes, bytes);
    vvi_body_drop(body);
}

/* ---- a desk ------------------------------------------------------------------------------------------------------------ */

static vv_status look(vvi_desk *desk, vvi_text *text, vv_error *error)
{
    return make_count(desk, "trials:", text, error);
}

static vvi_desk *open_desk(const char *where)
{
    vv_error error = { 0 };
    vvi_desk *desk = NULL;
    must(vvi_desk_open(&(vvi_desk_args){ .name = "p", .where = where, .look = look }, &desk, &error), &error);
    atomic_store(&made, 0);
    return desk;
}

static void close_desk(vvi_desk *desk)
{
    vvi_desk_stop(desk);
    vvi_desk_free(desk);
}

static void many_who_ask_get_what_is_made_once(void **state)
{
    enum { MANY = 50 };
    const place *p = *state;
    asker askers[MANY];
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    vvi_desk *desk = open_desk(p->project);
    begin_trial(study, 1);
    for (int i = 0; i < MANY; i++) begin_asking(&askers[i], desk, &count, "n");
    for (int i = 0; i < MANY; i++) {
        vvi_body *body = end_asking(&askers[i]);
        assert_string_equal(body->bytes, "n 1");
        vvi_body_drop(body);
    }
    assert_int_equal(atomic_load(&made), 1);
    check_answer(desk, &count, "another", 200, "another 1");
    assert_int_equal(atomic_load(&made), 2);
    close_desk(desk);
    vv_study_close(study);
}

static void a_change_is_seen_by_the_next_who_asks(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    vvi_desk *desk = open_desk(p->project);
    for (int i = 1; i <= 5; i++) {
        char expected[16];
        begin_trial(study, i);
        snprintf(expected, sizeof expected, "n %d", i);
        check_answer(desk, &count, "n", 200, expected);
    }
    close_desk(desk);
    vv_study_close(study);
}

static void what_is_done_is_done_each_time(void **state)
{
    const place *p = *state;
    vv_study_close(open_study(p->project, VV_STUDY_WRITE));
    vvi_desk *desk = open_desk(p->project);
    for (int i = 0; i < 3; i++) check_answer(desk, &once, "n", 200, "n 0");
    assert_int_equal(atomic_load(&made), 3);
    close_desk(desk);
}

static void failures_are_told_harmless_and_not_kept(void **state)
{
    const place *p = *state;
    vv_study_close(open_study(p->project, VV_STUDY_WRITE));
    vvi_desk *desk = open_desk(p->project);
    for (int i = 0; i < 2; i++)
        check_answer(desk, &failing, "x", 404, "{\"error\": \"no \\\\x1b[31mx\", \"status\": \"NOT_FOUND\"}");
    assert_int_equal(atomic_load(&made), 2);
    close_desk(desk);
}

static void a_study_that_takes_the_place_of_another_is_read(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    vvi_desk *desk = open_desk(p->project);
    begin_trial(study, 1);
    check_answer(desk, &count, "n", 200, "n 1");
    vv_study_close(study);
    study = open_study(p->project, VV_STUDY_OVERWRITE);
    check_answer(desk, &count, "n", 200, "n 0");
    close_desk(desk);
    vv_study_close(study);
}

static void a_study_that_comes_later_is_found(void **state)
{
    const place *p = *state;
    vvi_desk *desk = open_desk(p->project);
    vvi_body *body = ask(desk, &count, "n");
    assert_int_equal(body->code, 404);
    vvi_body_drop(body);
    vv_study_close(open_study(p->project, VV_STUDY_WRITE));
    check_answer(desk, &count, "n", 200, "n 0");
    close_desk(desk);
}

static void more_answers_than_are_kept_are_right(void **state)
{
    const place *p = *state;
    vv_study_close(open_study(p->project, VV_STUDY_WRITE));
    vvi_desk *desk = open_desk(p->project);
    for (int i = 0; i < 300; i++) {
        char argument[16], expected[24];
        snprintf(argument, sizeof argument, "%d", i % 150);
        snprintf(expected, sizeof expected, "%d 0", i % 150);
        check_answer(desk, &count, argument, 200, expected);
    }
    close_desk(desk);
}

/* ---- viewers ------------------------------------------------------------------------------------------------------------ */

typedef struct watcher {
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool awake;
    vvi_viewer viewer;
} watcher;

static void wake_watcher(void *context)
{
    watcher *w = context;
    pthread_mutex_lock(&w->lock);
    w->awake = true;
    pthread_cond_signal(&w->woken);
    pthread_mutex_unlock(&w->lock);
}

static void sleep_watcher(void *context)
{
    ((watcher *)context)->awake = false;
}

static void begin_watching(watcher *w, vvi_desk *desk)
{
    *w = (watcher){ .awake = true };
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->woken, NULL);
    w->viewer = (vvi_viewer){ .wake = wake_watcher, .context = w };
    vvi_desk_add_viewer(desk, &w->viewer);
}

/* What comes next: a body, or NULL at the end. */
static vvi_body *watch(watcher *w, vvi_desk *desk)
{
    for (;;) {
        vvi_body *body = NULL;
        const vvi_news news = vvi_desk_news(desk, &w->viewer, sleep_watcher, &body);
        if (news == VVI_NEWS_BODY || news == VVI_NEWS_END) return body;
        pthread_mutex_lock(&w->lock);
        while (!w->awake) pthread_cond_wait(&w->woken, &w->lock);
        pthread_mutex_unlock(&w->lock);
    }
}

static void check_news(watcher *w, vvi_desk *desk, const char *bytes)
{
    vvi_body *body = watch(w, desk);
    assert_non_null(body);
    assert_string_equal(body->bytes, bytes);
    vvi_body_drop(body);
}

static void viewers_are_told_what_is_and_then_each_change(void **state)
{
    const place *p = *state;
    watcher one, other;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    vvi_desk *desk = open_desk(p->project);
    begin_watching(&one, desk);
    check_news(&one, desk, "trials: 0");
    begin_watching(&other, desk);
    check_news(&other, desk, "trials: 0");
    begin_trial(study, 1);
    check_news(&one, desk, "trials: 1");
    check_news(&other, desk, "trials: 1");
    vvi_desk_remove_viewer(desk, &other.viewer);
    begin_trial(study, 2);
    check_news(&one, desk, "trials: 2");
    assert_int_equal(atomic_load(&made), 3); /* once each, for both */
    vvi_desk_remove_viewer(desk, &one.viewer);
    close_desk(desk);
    vv_study_close(study);
}

static void whoever_waits_or_looks_hears_of_the_end(void **state)
{
    const place *p = *state;
    watcher w;
    vv_study_close(open_study(p->project, VV_STUDY_WRITE));
    vvi_desk *desk = open_desk(p->project);
    begin_watching(&w, desk);
    check_news(&w, desk, "trials: 0");
    vvi_desk_stop(desk);
    assert_null(watch(&w, desk));
    assert_null(ask(desk, &count, "n"));
    vvi_desk_remove_viewer(desk, &w.viewer);
    vvi_desk_free(desk);
}

/* ---- what nobody writes ------------------------------------------------------------------------------------------------- */

static vv_status look_for_workers(vvi_desk *desk, vvi_text *text, vv_error *error)
{
    bool live = false;
    VVI_TRY(vvi_desk_is_live(desk, &live, error));
    vvi_desk_set_ages(desk, live);
    vvi_text_printf(text, live ? "at work" : "silent");
    return VV_OK;
}

static void viewers_are_told_of_a_worker_that_has_died(void **state)
{
    const place *p = *state;
    watcher w;
    vv_study *study = NULL;
    vv_error error = { 0 };
    const vv_study_args args = { .where = p->project, .mode = VV_STUDY_WRITE, .lease_s = 2 };
    must(vv_study_open_with(&args, &study, &error), &error);
    must(vvi_study_beat(study, &(vvi_beat){ .slots = 1 }, &error), &error);
    vvi_desk *desk = NULL;
    must(vvi_desk_open(&(vvi_desk_args){ .name = "p", .where = p->project, .look = look_for_workers }, &desk, &error),
         &error);
    begin_watching(&w, desk);
    check_news(&w, desk, "at work");
    check_news(&w, desk, "silent"); /* it beats no more */
    vvi_desk_remove_viewer(desk, &w.viewer);
    close_desk(desk);
    vv_study_close(study);
}

/* ---- a study of an earlier version -------------------------------------------------------------------------------------- */

/* All that version 3 lacks are requests. */
static void take_back_to_version_3(const char *project)
{
    char path[128];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/study.db", project);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DROP TABLE requests; PRAGMA user_version = 3", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static vv_status make_requests(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    const vv_study *study = NULL;
    vv_requests requests = { .n = 0 };
    VVI_TRY(vvi_desk_study(desk, &study, error));
    VVI_TRY(vv_study_requests(study, 0, &requests, error));
    vvi_text_printf(text, "%s %zu", argument, requests.n);
    vv_requests_free(&requests);
    return VV_OK;
}

static void a_study_that_is_brought_up_to_date_is_read_as_it_is_then(void **state)
{
    const place *p = *state;
    const vv_request stop = { .kind = VV_REQUEST_STOP };
    static const vvi_part requests = { .name = "requests", .make = make_requests };
    vv_error error = { 0 };
    vv_study_close(open_study(p->project, VV_STUDY_WRITE));
    take_back_to_version_3(p->project);
    vvi_desk *desk = open_desk(p->project);
    check_answer(desk, &requests, "n", 200, "n 0");
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    must(vv_study_request(p->project, &stop, NULL, &error), &error);
    check_answer(desk, &requests, "n", 200, "n 1");
    close_desk(desk);
    vv_study_close(study);
}

/* ---- pace ---------------------------------------------------------------------------------------------------------------- */

static atomic_int looks;

static vv_status look_slowly(vvi_desk *desk, vvi_text *text, vv_error *error)
{
    const long until_us = 60000;
    struct timespec begin, now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    do {
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    } while ((now.tv_sec - begin.tv_sec) * 1000000 + (now.tv_nsec - begin.tv_nsec) / 1000 < until_us);
    atomic_fetch_add(&looks, 1);
    return make_count(desk, "trials:", text, error);
}

/* Of a study that changes all the time. */
static void what_is_asked_for_is_made_again_though_looking_takes_long(void **state)
{
    const place *p = *state;
    const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
    watcher w;
    int trials = 0, told = -1, at_third_look = 0;
    vv_error error = { 0 };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    vvi_desk *desk = NULL;
    atomic_store(&looks, 0);
    must(vvi_desk_open(&(vvi_desk_args){ .name = "p", .where = p->project, .look = look_slowly }, &desk, &error),
         &error);
    begin_watching(&w, desk);
    while (at_third_look == 0 || told < at_third_look) {
        begin_trial(study, ++trials);
        if (at_third_look == 0 && atomic_load(&looks) >= 3) at_third_look = trials;
        vvi_body *body = ask(desk, &count, "n");
        assert_int_equal(sscanf(body->bytes, "n %d", &told), 1);
        vvi_body_drop(body);
        nanosleep(&pause, NULL);
    }
    vvi_desk_remove_viewer(desk, &w.viewer);
    close_desk(desk);
    vv_study_close(study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(many_who_ask_get_what_is_made_once),
        WITH_PLACE(a_change_is_seen_by_the_next_who_asks),
        WITH_PLACE(what_is_done_is_done_each_time),
        WITH_PLACE(failures_are_told_harmless_and_not_kept),
        WITH_PLACE(a_study_that_takes_the_place_of_another_is_read),
        WITH_PLACE(a_study_that_comes_later_is_found),
        WITH_PLACE(more_answers_than_are_kept_are_right),
        WITH_PLACE(viewers_are_told_what_is_and_then_each_change),
        WITH_PLACE(whoever_waits_or_looks_hears_of_the_end),
        WITH_PLACE(viewers_are_told_of_a_worker_that_has_died),
        WITH_PLACE(a_study_that_is_brought_up_to_date_is_read_as_it_is_then),
        WITH_PLACE(what_is_asked_for_is_made_again_though_looking_takes_long),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
