/* disturb.c - one search that is killed and begun again, until it ends by itself. */
#define _DEFAULT_SOURCE
#include "fault.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BLOWS = 5, MOST_STARTS = 24, PATIENCE_S = 240 };

/* ---- starting --------------------------------------------------------------------------------------------------- */

static void add(searching *s, int *n, const char *word)
{
    s->argv[(*n)++] = (char *)(uintptr_t)word;
    s->argv[*n] = NULL;
}

static const char *text(searching *s, int index, const char *format, ...) VV_PRINTF(3, 4);
static const char *text(searching *s, int index, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(s->texts[index], PATH_SIZE, format, args);
    va_end(args);
    return s->texts[index];
}

static void add_place(searching *s, int *n)
{
    if (!s->store->shared) {
        snprintf(s->where, PATH_SIZE, "%.900s/study", s->folder);
        add(s, n, "--directory"), add(s, n, s->folder);
        add(s, n, "--project"), add(s, n, "study");
        return;
    }
    snprintf(s->where, PATH_SIZE, "%.900s#fault_%d_%d", s->settings->postgresql, (int)getppid(), s->number);
    add(s, n, "--storage"), add(s, n, s->settings->postgresql);
    add(s, n, "--study"), add(s, n, strrchr(s->where, '#') + 1);
    add(s, n, "--lease"), add(s, n, "2s");
}

/* The command line, the same at every start. */
static void prepare(searching *s, const char *name)
{
    int n = 0;
    snprintf(s->folder, PATH_SIZE, "%.900s/%s", s->settings->folder, name);
    snprintf(s->log, PATH_SIZE, "%.1000s/log", s->folder);
    mkdir(s->folder, 0777);
    add(s, &n, s->settings->varve), add(s, &n, "search");
    add(s, &n, text(s, 0, "%s/tests/fault/%s", VARVE_SOURCE_DIR, s->kind->model));
    for (int i = 0; s->kind->options[i] != NULL; i++) add(s, &n, s->kind->options[i]);
    add(s, &n, "--json");
    add(s, &n, "--seed"), add(s, &n, text(s, 1, "%" PRIu64, s->settings->seed));
    add(s, &n, "--workers"), add(s, &n, text(s, 2, "%d", s->workers));
    add(s, &n, "--max-retries"), add(s, &n, "9");
    add_place(s, &n);
}

/* Where trials depend on what has ended before, one that still counts as running must not be passed by: in a database it
 * does until the lease of the worker that was killed is over. */
static void wait_for_lease(const searching *s)
{
    if (s->store->shared && s->kind->most_workers == 1 && s->result->starts > 0) usleep(2500000);
}

static void start(searching *s)
{
    wait_for_lease(s);
    program_begin(&s->program, s->argv, s->log);
    s->groups[s->result->starts++] = s->program.pid;
    s->struck = false;
}

/* ---- looking ---------------------------------------------------------------------------------------------------- */

/* What the study holds. There may be none, as long as none was seen. */
static void look(searching *s, vv_trials *trials)
{
    findings *f = &s->result->findings;
    vv_error error = { 0 };
    vv_study *study = NULL;
    *trials = (vv_trials){ .n = 0 };
    vv_status status = vv_study_open(s->where, VV_STUDY_READ, &study, &error);
    if (status == VV_NOT_FOUND && s->last.n == 0) return;
    if (status == VV_OK) status = vv_study_trials(study, &(vv_trials_args){ .curves = true }, trials, &error);
    if (status != VV_OK) find(f, &f->other, "the study cannot be read: %s", error.text);
    vv_study_close(study);
}

static void look_after_blow(searching *s)
{
    vv_trials now;
    findings *f = &s->result->findings;
    look(s, &now);
    compare_beginning(&s->reference->trials, &now, f);
    compare_growth(&s->last, &now, f);
    vv_trials_free(&s->last);
    s->last = now;
}

/* ---- blows ------------------------------------------------------------------------------------------------------ */

/* It has said that it has ended: nothing may be left as if it were at it. What a search that was killed before it has left
 * stays as it is until somebody takes it, and this one may have been stopped before it could. */
static void check_released(searching *s, pid_t stopped)
{
    char mark[32];
    vv_trials now;
    findings *f = &s->result->findings;
    snprintf(mark, sizeof mark, "-%ld-", (long)stopped);
    look(s, &now);
    for (size_t i = 0; i < now.n; i++)
        if (now.list[i].status == VV_TRIAL_RUNNING && strstr(now.list[i].worker, mark) != NULL)
            find(f, &f->other, "trial %zu is RUNNING after a stop", i);
    vv_trials_free(&now);
}

static bool kill_search(searching *s)
{
    program_kill(&s->program, false);
    return true;
}

static bool kill_all(searching *s)
{
    program_kill(&s->program, true);
    return true;
}

static bool kill_child(searching *s)
{
    pid_t family[64];
    const size_t n = program_family(&s->program, family, 64);
    if (n > 0) kill(family[vvi_stream_below(&s->stream, n)], SIGKILL);
    s->struck = s->struck || n > 0;
    return n > 0;
}

static bool stop(searching *s)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGUSR1 };
    findings *f = &s->result->findings;
    const pid_t pid = s->program.pid;
    kill(pid, signals[vvi_stream_below(&s->stream, 3)]);
    if (program_wait(&s->program, vvi_clock_s() + PATIENCE_S)) {
        if (s->program.code == 0) check_released(s, pid);
        return true;
    }
    find(f, &f->other, "it did not stop when it was asked to");
    program_kill(&s->program, true);
    return true;
}

const blow blows[BLOWS] = {
    { "search killed", 6, kill_search },
    { "child killed", 6, kill_child },
    { "all killed", 5, kill_all },
    { "stopped", 3, stop },
};

static int draw_blow(searching *s)
{
    int total = 0, i = 0;
    for (int k = 0; k < BLOWS; k++) total += blows[k].weight;
    int at = (int)vvi_stream_below(&s->stream, (uint64_t)total);
    while (at >= blows[i].weight) at -= blows[i++].weight;
    return i;
}

/* ---- one search ------------------------------------------------------------------------------------------------- */

/* It has ended by itself. True: that was the end of the search. A search whose child was killed may fail while it finds out
 * what it is to search: it is begun again then. */
static bool judge_end(searching *s)
{
    findings *f = &s->result->findings;
    if (s->program.code == 0) return true;
    if (s->struck && s->program.code > 0) return false;
    find(f, &f->other, "it ended with exit status %d, signal %d: see %.300s", s->program.code, s->program.signal,
         s->log);
    return true;
}

/* Runs it until it ends or is struck; false: it has ended for good. */
static bool run_to_blow(searching *s, int which)
{
    const double part = (s->workers > 1 ? 0.5 : 0.8) * vvi_stream_unit(&s->stream);
    if (s->program.pid == 0) start(s);
    if (program_wait(&s->program, vvi_clock_s() + part * s->reference->seconds)) return !judge_end(s);
    s->result->blows[which] += blows[which].strike(s);
    look_after_blow(s);
    return true;
}

static void run_to_end(searching *s)
{
    findings *f = &s->result->findings;
    while (s->result->starts < MOST_STARTS) {
        if (s->program.pid == 0) start(s);
        if (!program_wait(&s->program, vvi_clock_s() + PATIENCE_S)) {
            find(f, &f->other, "it did not end within %d s: see %.300s", PATIENCE_S, s->log);
            program_kill(&s->program, true);
            return;
        }
        if (judge_end(s)) return;
    }
    find(f, &f->other, "it did not come to its end");
}

/* Trials' processes end when the one that started them does: nothing may be left but for a moment. */
static void check_nothing_left(searching *s)
{
    findings *f = &s->result->findings;
    const double until_s = vvi_clock_s() + 10;
    for (int i = 0; i < s->result->starts; i++) {
        while (kill(-s->groups[i], 0) == 0 && vvi_clock_s() < until_s) usleep(5000);
        if (kill(-s->groups[i], 0) == 0) find(f, &f->other, "start %d has left processes behind", i + 1);
    }
}

static void check_end(searching *s)
{
    vv_trials now;
    char mine[PATH_SIZE], theirs[PATH_SIZE];
    findings *f = &s->result->findings;
    look(s, &now);
    compare_growth(&s->last, &now, f);
    compare_whole(&s->reference->trials, &now, f);
    vv_trials_free(&now);
    check_nothing_left(s);
    if (s->store->shared) return;
    snprintf(mine, sizeof mine, "%.1000s/study/checkpoints", s->folder);
    snprintf(theirs, sizeof theirs, "%.1000s/study/checkpoints", s->reference->folder);
    compare_folders(theirs, mine, f);
}

static void report(const searching *s)
{
    const findings *f = &s->result->findings;
    const int *b = s->result->blows;
    printf("%4d  %-16s  %-10s  %d worker%s  %d blows, %d starts  %s%s\n", s->number, s->kind->name, s->store->name,
           s->workers, s->workers == 1 ? " " : "s", b[0] + b[1] + b[2] + b[3], s->result->starts,
           f->first[0] == '\0' ? "as undisturbed" : "WRONG: ", f->first);
    fflush(stdout);
}

static void clean(const searching *s)
{
    char command[PATH_SIZE + 32];
    if (s->result->findings.first[0] != '\0') return; /* left to be looked at */
    snprintf(command, sizeof command, "rm -rf '%s'", s->folder);
    if (system(command) != 0) perror(s->folder);
}

void search_disturbed(searching *s)
{
    char name[32];
    int i = 0;
    snprintf(name, sizeof name, "search_%d", s->number);
    prepare(s, name);
    const int n = 1 + (int)vvi_stream_below(&s->stream, MOST_BLOWS);
    while (i < n && run_to_blow(s, draw_blow(s))) i++;
    if (i == n) run_to_end(s);
    check_end(s);
    vv_trials_free(&s->last);
    report(s);
    clean(s);
    s->result->done = true;
}

/* ---- undisturbed ------------------------------------------------------------------------------------------------ */

/* Compiles the hypermodel, which is kept: that is not what is to be disturbed. */
static void compile(const searching *s)
{
    program p;
    char *const argv[] = { s->argv[0], (char *)(uintptr_t) "summary", s->argv[2], NULL };
    program_begin(&p, argv, s->log);
    if (!program_wait(&p, vvi_clock_s() + PATIENCE_S)) program_kill(&p, true);
}

static void show_log(const searching *s)
{
    char command[PATH_SIZE + 32];
    snprintf(command, sizeof command, "tail -n 5 '%s' >&2", s->log);
    if (system(command) != 0) perror(s->log);
}

bool search_undisturbed(searching *s, reference *r)
{
    char name[32];
    snprintf(name, sizeof name, "undisturbed_%d", s->number);
    prepare(s, name);
    compile(s);
    const double began_s = vvi_clock_s();
    start(s);
    const bool ended = program_wait(&s->program, began_s + PATIENCE_S) && s->program.code == 0;
    r->seconds = vvi_clock_s() - began_s;
    memcpy(r->folder, s->folder, sizeof r->folder);
    look(s, &r->trials);
    if (ended && s->result->findings.first[0] == '\0' && r->trials.n > 1) return true;
    fprintf(stderr, "fault: %s: the undisturbed search failed: %s\n", s->kind->name, s->result->findings.first);
    show_log(s);
    return false;
}
