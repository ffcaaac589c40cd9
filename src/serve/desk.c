/* desk.c - the thread of a desk: it makes what is wanted, looks for changes while somebody looks, and lets go of the study when
 * nobody does. */
#include "serve/desk_inside.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

static const double LOOK_S = 0.25, SLOWEST_LOOK_S = 0.8, LOOK_SHARE = 0.01, KEEP_S = 60, RETRY_S = 1;

/* ---- processor time --------------------------------------------------------------------------------------------------- */

/* With the lock held. */
static void owe(vvi_desk *desk, double seconds)
{
    vvi_desk_debt(desk);
    desk->debt_s += seconds;
}

/* ---- what is wanted --------------------------------------------------------------------------------------------------- */

static vvi_body *failure(vvi_desk *desk, vv_status status, const vv_error *error)
{
    vvi_text text = { 0 };
    vvi_text visible = { 0 };
    vvi_text_add_visible(&visible, error->text[0] == '\0' ? vv_strerror(status) : error->text, 0);
    vvi_text_printf(&text, "{\"error\": ");
    vvi_text_add_json(&text, visible.data == NULL ? "" : visible.data);
    vvi_text_printf(&text, ", \"status\": \"%s\"}", vv_status_name(status));
    vvi_text_deinit(&visible);
    return vvi_body_new(vvi_serve_code(status), &text, desk->version);
}

static vvi_body *make(vvi_desk *desk, const vvi_desk_answer *answer)
{
    vv_error error = { 0 };
    vvi_text text = { 0 };
    desk->reading.made_of = desk->version; /* which only this thread changes */
    const vv_status status = answer->part->make(desk, answer->argument, &text, &error);
    if (status == VV_OK) return vvi_body_new(200, &text, desk->reading.made_of);
    vvi_text_deinit(&text);
    return failure(desk, status, &error);
}

/* Takes notice of a change; with the lock not held. */
static vv_status check(vvi_desk *desk, vv_error *error)
{
    bool changed = false;
    const vv_status status = vvi_desk_check(desk, &changed, error);
    pthread_mutex_lock(&desk->lock);
    desk->version += changed;
    desk->looked_s = vvi_clock_s();
    pthread_mutex_unlock(&desk->lock);
    return status;
}

static void serve(vvi_desk *desk, vvi_desk_answer *answer)
{
    vv_error error = { 0 };
    const double before = vvi_desk_thread_s();
    vvi_body *body = NULL;
    pthread_mutex_unlock(&desk->lock);
    const vv_status status = check(desk, &error);
    if (status != VV_OK)
        body = failure(desk, status, &error);
    else if (answer->body != NULL && answer->body->version == desk->version)
        body = vvi_body_hold(answer->body); /* only this thread replaces it */
    else
        body = make(desk, answer);
    pthread_mutex_lock(&desk->lock);
    owe(desk, vvi_desk_thread_s() - before);
    vvi_desk_settle(desk, answer, body);
}

/* ---- looking ----------------------------------------------------------------------------------------------------------- */

static bool is_known(const vvi_desk *desk, const vvi_body *news)
{
    return news != NULL && desk->news != NULL && strcmp(news->etag, desk->news->etag) == 0;
}

static vvi_body *see(vvi_desk *desk)
{
    vv_error error = { 0 };
    vvi_text text = { 0 };
    vv_status status = check(desk, &error); /* whoever asked for a part may have seen the change before */
    const bool told = desk->news != NULL && desk->news->code == 200 && desk->news->version == desk->version;
    if (status == VV_OK && told) return NULL;
    if (status == VV_OK) status = desk->look(desk, &text, &error);
    if (status == VV_OK) return vvi_body_new(200, &text, desk->version);
    vvi_text_deinit(&text);
    return failure(desk, status, &error);
}

/* The slower it is, the rarer. One that is slow now and then does not make an epoch be told of more than a second late; all of
 * them together keep to their share, or there would never be any left for what is asked for. */
static double pause_after(vvi_desk *desk, double spent)
{
    const double now = vvi_clock_s();
    desk->looks_s = fmax(0, desk->looks_s - LOOK_SHARE * (now - desk->looks_at_s)) + spent;
    desk->looks_at_s = now;
    const double pause = fmin(SLOWEST_LOOK_S, fmax(LOOK_S, spent / LOOK_SHARE));
    return fmax(pause, (desk->looks_s - VVI_DESK_CREDIT_S) / LOOK_SHARE);
}

/* What it reads that parts need, too, is paced as they are (desk_read.c). */
static void look(vvi_desk *desk)
{
    const double before = vvi_desk_thread_s(), read = desk->reading.read_s;
    pthread_mutex_unlock(&desk->lock);
    vvi_body *news = see(desk);
    pthread_mutex_lock(&desk->lock);
    const double spent = vvi_desk_thread_s() - before;
    owe(desk, spent);
    desk->saw_s = vvi_clock_s();
    desk->pause_s = pause_after(desk, fmax(0, spent - (desk->reading.read_s - read)));
    if (news != NULL && news->code != 200) desk->pause_s = fmax(desk->pause_s, RETRY_S);
    if (news != NULL && !is_known(desk, news))
        vvi_desk_tell(desk, news);
    else
        vvi_body_drop(news);
}

/* ---- the thread -------------------------------------------------------------------------------------------------------- */

static void sleep_for(vvi_desk *desk, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    const double at = (double)until.tv_nsec * 1e-9 + fmax(seconds, 0.001);
    until.tv_sec += (time_t)at;
    until.tv_nsec = (long)((at - floor(at)) * 1e9);
    pthread_cond_timedwait(&desk->asked, &desk->lock, &until);
}

static void rest(vvi_desk *desk, double now)
{
    const bool reading = desk->reading.study != NULL;
    if (desk->viewers != NULL && desk->look != NULL)
        sleep_for(desk, desk->saw_s + desk->pause_s - now);
    else if (reading && now - desk->touched_s < KEEP_S)
        sleep_for(desk, KEEP_S - (now - desk->touched_s));
    else if (reading) {
        vvi_desk_forget_all(desk);
        vvi_desk_let_go(desk);
    } else
        pthread_cond_wait(&desk->asked, &desk->lock);
}

static void *work(void *context)
{
    vvi_desk *desk = context;
    pthread_mutex_lock(&desk->lock);
    while (!desk->stop) {
        const double now = vvi_clock_s();
        vvi_desk_answer *answer = vvi_desk_next_wanted(desk);
        const bool due =
            desk->viewers != NULL && desk->look != NULL && (desk->news == NULL || now - desk->saw_s >= desk->pause_s);
        if (due)
            look(desk);
        else if (answer != NULL)
            serve(desk, answer);
        else
            rest(desk, now);
    }
    pthread_mutex_unlock(&desk->lock);
    vvi_desk_let_go(desk);
    return NULL;
}

/* ---- open, stop ------------------------------------------------------------------------------------------------------- */

static vv_status begin_thread(vvi_desk *desk, vv_error *error)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&desk->lock, NULL);
    pthread_cond_init(&desk->asked, &monotonic);
    pthread_condattr_destroy(&monotonic);
    const int code = pthread_create(&desk->thread, NULL, work, desk);
    if (code == 0) return VV_OK;
    desk->stop = true;
    return vvi_fail(error, VV_IO, "no more threads: %s", strerror(code));
}

vv_status vvi_desk_open(const vvi_desk_args *args, vvi_desk **desk, vv_error *error)
{
    vvi_desk *d = *desk = vvi_calloc(1, sizeof *d);
    if (d == NULL) return vvi_no_memory(error);
    d->look = args->look;
    d->context = args->context;
    d->version = 1;
    d->debt_at_s = d->looks_at_s = d->touched_s = vvi_clock_s();
    d->name = vvi_strdup(args->name);
    d->where = vvi_strdup(args->where);
    const vv_status status = d->name == NULL || d->where == NULL ? vvi_no_memory(error) : begin_thread(d, error);
    if (status == VV_OK) return VV_OK;
    vvi_free(d->name);
    vvi_free(d->where);
    vvi_free(d);
    *desk = NULL;
    return status;
}

void vvi_desk_stop(vvi_desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    desk->stop = true;
    pthread_cond_signal(&desk->asked);
    pthread_mutex_unlock(&desk->lock);
    pthread_join(desk->thread, NULL);
    pthread_mutex_lock(&desk->lock);
    while (desk->answers != NULL) {
        vvi_desk_answer *first = desk->answers;
        vvi_body_drop(first->body);
        first->body = NULL;
        vvi_desk_settle(desk, first, NULL);
    }
    vvi_desk_tell(desk, NULL);
    pthread_mutex_unlock(&desk->lock);
}

void vvi_desk_free(vvi_desk *desk)
{
    if (desk == NULL) return;
    vvi_body_drop(desk->news);
    pthread_cond_destroy(&desk->asked);
    pthread_mutex_destroy(&desk->lock);
    vvi_free(desk->name);
    vvi_free(desk->where);
    vvi_free(desk);
}
