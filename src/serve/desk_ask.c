/* desk_ask.c - what others see of a desk: answers that are kept, those who wait, viewers. All of it under the desk's lock, and
 * none of it takes long. */
#include "serve/desk_inside.h"

#include <math.h>
#include <string.h>

enum { MOST_ANSWERS = 64 };
static const double FRESH_S = 0.4, IDLE_S = 10, ALIVE_S = 10;

/* ---- processor time -------------------------------------------------------------------------------------------------- */

double vvi_desk_debt(vvi_desk *desk)
{
    const double now = vvi_clock_s();
    desk->debt_s = fmax(0, desk->debt_s - VVI_DESK_SHARE * (now - desk->debt_at_s));
    desk->debt_at_s = now;
    return desk->debt_s;
}

double vvi_desk_again_s(vvi_desk *desk)
{
    static const double soonest_s = 0.5;
    pthread_mutex_lock(&desk->lock);
    const double owed = vvi_desk_debt(desk) - VVI_DESK_CREDIT_S;
    pthread_mutex_unlock(&desk->lock);
    return fmax(soonest_s, owed / VVI_DESK_SHARE);
}

/* ---- answers --------------------------------------------------------------------------------------------------------- */

static vvi_desk_answer *find(const vvi_desk *desk, const vvi_part *part, const char *argument)
{
    vvi_desk_answer *a = desk->answers;
    while (a != NULL && (part->once || a->part != part || strcmp(a->argument, argument) != 0)) a = a->next;
    return a;
}

static void forget(vvi_desk *desk, vvi_desk_answer *answer)
{
    vvi_desk_answer **at = &desk->answers;
    while (*at != answer) at = &(*at)->next;
    *at = answer->next;
    desk->n_answers--;
    vvi_body_drop(answer->body);
    vvi_free(answer->argument);
    vvi_free(answer);
}

/* Makes room: what nobody waits for and was used least lately goes. */
static void forget_oldest(vvi_desk *desk)
{
    vvi_desk_answer *oldest = NULL;
    for (vvi_desk_answer *a = desk->answers; a != NULL; a = a->next)
        if (a->waiters == NULL && !a->wanted && (oldest == NULL || a->used_s < oldest->used_s)) oldest = a;
    if (oldest != NULL) forget(desk, oldest);
}

void vvi_desk_forget_all(vvi_desk *desk)
{
    for (vvi_desk_answer *a = desk->answers, *next; a != NULL; a = next) {
        next = a->next;
        if (a->waiters == NULL && !a->wanted) forget(desk, a);
    }
}

static vvi_desk_answer *add(vvi_desk *desk, const vvi_part *part, const char *argument)
{
    if (desk->n_answers >= MOST_ANSWERS) forget_oldest(desk);
    vvi_desk_answer *answer = vvi_calloc(1, sizeof *answer);
    char *copy = answer == NULL ? NULL : vvi_strdup(argument);
    if (copy == NULL) {
        vvi_free(answer);
        return NULL;
    }
    *answer = (vvi_desk_answer){ .part = part, .argument = copy, .next = desk->answers };
    desk->answers = answer;
    desk->n_answers++;
    return answer;
}

/* Is it what would be made now, or as good as can be had without taking more than our share? */
static bool will_do(vvi_desk *desk, const vvi_desk_answer *answer, double now)
{
    if (answer->body == NULL) return false;
    const bool looks = desk->viewers != NULL && now - desk->looked_s < FRESH_S;
    if (looks && answer->body->version == desk->version) return true;
    return vvi_desk_debt(desk) > VVI_DESK_CREDIT_S;
}

/* With the lock held. */
static bool ask(vvi_desk *desk, const vvi_part *part, const char *argument, vvi_waiter *waiter,
                void (*before_waiting)(void *context))
{
    const double now = desk->touched_s = vvi_clock_s();
    vvi_desk_answer *answer = desk->stop ? NULL : find(desk, part, argument);
    if (answer == NULL && !desk->stop) answer = add(desk, part, argument);
    if (answer == NULL) return true;
    answer->used_s = now;
    if (will_do(desk, answer, now)) {
        waiter->body = vvi_body_hold(answer->body);
        return true;
    }
    before_waiting(waiter->context);
    waiter->next = answer->waiters;
    answer->waiters = waiter;
    answer->wanted = true;
    pthread_cond_signal(&desk->asked);
    return false;
}

bool vvi_desk_ask(vvi_desk *desk, const vvi_part *part, const char *argument, vvi_waiter *waiter,
                  void (*before_waiting)(void *context))
{
    waiter->body = NULL;
    pthread_mutex_lock(&desk->lock);
    const bool done = ask(desk, part, argument, waiter, before_waiting);
    pthread_mutex_unlock(&desk->lock);
    return done;
}

/* Does the one come before the other? What is to be done goes before what is to be shown; then those who asked first. */
static bool is_before(const vvi_desk_answer *a, const vvi_desk_answer *b)
{
    return a->part->once != b->part->once ? a->part->once : a->used_s < b->used_s;
}

vvi_desk_answer *vvi_desk_next_wanted(const vvi_desk *desk)
{
    vvi_desk_answer *next = NULL;
    for (vvi_desk_answer *a = desk->answers; a != NULL; a = a->next)
        if (a->wanted && (next == NULL || is_before(a, next))) next = a;
    return next;
}

/* A failure is told to those who wait, and not kept. */
void vvi_desk_settle(vvi_desk *desk, vvi_desk_answer *answer, vvi_body *body)
{
    vvi_waiter *waiter = answer->waiters;
    answer->waiters = NULL;
    answer->wanted = false;
    while (waiter != NULL) {
        vvi_waiter *next = waiter->next; /* once woken, it may be gone */
        waiter->body = vvi_body_hold(body);
        waiter->wake(waiter->context);
        waiter = next;
    }
    if (answer->part->once || body == NULL || body->code != 200) {
        vvi_body_drop(body);
        forget(desk, answer);
    } else if (body != answer->body) {
        vvi_body_drop(answer->body);
        answer->body = body;
    } else {
        vvi_body_drop(body);
    }
}

/* ---- viewers ---------------------------------------------------------------------------------------------------------- */

static void wake_viewers(vvi_desk *desk)
{
    for (vvi_viewer *v = desk->viewers; v != NULL; v = v->next) {
        if (!v->asleep) continue;
        v->asleep = false;
        v->wake(v->context);
    }
}

void vvi_desk_tell(vvi_desk *desk, vvi_body *news)
{
    vvi_body_drop(desk->news);
    desk->news = news;
    desk->news_number++;
    wake_viewers(desk);
}

void vvi_desk_add_viewer(vvi_desk *desk, vvi_viewer *viewer)
{
    pthread_mutex_lock(&desk->lock);
    viewer->next = desk->viewers;
    desk->viewers = viewer;
    desk->touched_s = vvi_clock_s();
    pthread_cond_signal(&desk->asked);
    pthread_mutex_unlock(&desk->lock);
}

void vvi_desk_remove_viewer(vvi_desk *desk, vvi_viewer *viewer)
{
    pthread_mutex_lock(&desk->lock);
    vvi_viewer **at = &desk->viewers;
    while (*at != viewer) at = &(*at)->next;
    *at = viewer->next;
    desk->touched_s = vvi_clock_s();
    pthread_mutex_unlock(&desk->lock);
}

static vvi_news take_news(vvi_desk *desk, vvi_viewer *viewer, void (*before_sleeping)(void *context), vvi_body **body)
{
    if (desk->stop) return VVI_NEWS_END;
    viewer->heard_s = vvi_clock_s();
    if (desk->news != NULL && viewer->seen != desk->news_number) {
        viewer->seen = desk->news_number;
        *body = vvi_body_hold(desk->news);
        return VVI_NEWS_BODY;
    }
    if (viewer->alive) {
        viewer->alive = false;
        return VVI_NEWS_ALIVE;
    }
    before_sleeping(viewer->context);
    viewer->asleep = true;
    return VVI_NEWS_NONE;
}

vvi_news vvi_desk_news(vvi_desk *desk, vvi_viewer *viewer, void (*before_sleeping)(void *context), vvi_body **body)
{
    *body = NULL;
    pthread_mutex_lock(&desk->lock);
    const vvi_news news = take_news(desk, viewer, before_sleeping, body);
    pthread_mutex_unlock(&desk->lock);
    return news;
}

void vvi_desk_nudge(vvi_desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    const double long_ago = vvi_clock_s() - ALIVE_S;
    for (vvi_viewer *v = desk->viewers; v != NULL; v = v->next) {
        if (!v->asleep || v->heard_s > long_ago) continue;
        v->asleep = false;
        v->alive = true;
        v->wake(v->context);
    }
    pthread_mutex_unlock(&desk->lock);
}

bool vvi_desk_is_idle(vvi_desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    const bool idle =
        desk->viewers == NULL && vvi_desk_next_wanted(desk) == NULL && vvi_clock_s() - desk->touched_s > IDLE_S;
    pthread_mutex_unlock(&desk->lock);
    return idle;
}
