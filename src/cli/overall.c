/* overall.c - how far a search is, and how long it may take.
 *
 * The pace is measured in trials' worth of work: a trial that has ended is one, one that runs is the share of its epochs
 * that it has; what was there when it went on, after an interruption, is not this search's work. It is measured from the last
 * so many ends on, or from where the first trial began. Trials that other processes end count as they come.
 *
 * Whichever limit comes first ends a search: trials, epochs, time. Nothing is guessed: where paused trials may or may not go
 * on, or before there is work to measure by, no time is said.
 */
#include "cli/cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- events ----------------------------------------------------------------------------------------------------- */

static int64_t final_of(const vv_counts *counts)
{
    return counts->by_status[VV_TRIAL_COMPLETED] + counts->by_status[VV_TRIAL_FAILED] +
           counts->by_status[VV_TRIAL_PRUNED];
}

/* What is of the study, and not of this process alone. Looked at anew now and then, for a hundredth of the time at most;
 * what cannot be read stays as it was. */
static void read_study(vvi_overall *o, const vv_study *study, bool now)
{
    const double began_s = vvi_clock_s();
    vv_counts counts;
    vv_refusals refusals;
    if (!now && began_s - o->read_s < fmax(0.5, 100 * o->reading_s)) return;
    if (vv_study_counts(study, &counts, NULL) == VV_OK) {
        o->counts = counts;
        o->epochs_read = o->epochs;
    }
    if (vv_study_refusals(study, &refusals, NULL) == VV_OK) o->refused = refusals.n;
    o->read_s = vvi_clock_s();
    o->reading_s = o->read_s - began_s;
}

static bool oracle_halves(const char *spec)
{
    const size_t n = strcspn(spec, ":");
    for (size_t i = 0; vv_oracle_at(i) != NULL; i++)
        if (strlen(vv_oracle_at(i)->name) == n && strncmp(vv_oracle_at(i)->name, spec, n) == 0)
            return vv_oracle_at(i)->halves;
    return false;
}

/* A space may hold less than is asked for. */
static int64_t most_of(const vv_event *e)
{
    const vv_explanation *x = e->explanation;
    if (oracle_halves(e->oracle)) return 0;
    if (x == NULL || x->standing.kind != VV_EXACT || x->buildable.digits == NULL) return e->max_trials;
    if (strlen(x->buildable.digits) > 9) return e->max_trials;
    const int64_t there_are = atoll(x->buildable.digits);
    return there_are > 0 && there_are < e->max_trials ? there_are : e->max_trials;
}

/* Whatever becomes of a request is a note: nothing else pauses a search, or lets it go on. */
static void read_paused(vvi_overall *o, const vv_study *study)
{
    char *text = NULL;
    if (vv_study_get(study, "paused", &text, NULL) == VV_OK) o->paused = text != NULL && strcmp(text, "yes") == 0;
    free(text);
    o->where = vv_study_path(study);
}

static void begin(vvi_overall *o, const vv_event *e)
{
    char *spent = NULL;
    o->most = most_of(e);
    o->began_s = vvi_clock_s();
    if (vv_study_get(e->study, "seconds", &spent, NULL) == VV_OK && spent != NULL) o->spent_s = strtod(spent, NULL);
    free(spent);
    read_study(o, e->study, true);
    o->final_before = final_of(&o->counts);
}

/* Of trials that have ended here, and elsewhere. */
static double work_of(const vvi_overall *o)
{
    const double elsewhere = (double)(final_of(&o->counts) - o->final_before - o->ended);
    return o->work + fmax(0, elsewhere);
}

static double whole_of(const vv_event *e)
{
    const int goal = e->trial->goal > 0 ? e->trial->goal : e->epochs;
    return (double)goal * (e->executions > 0 ? e->executions : 1);
}

static void end_trial(vvi_overall *o, const vvi_running *running, const vv_event *e)
{
    double before = 0;
    for (size_t i = 0; i < running->n; i++)
        if (running->list[i].shown.id == e->trial->id && whole_of(e) > 0)
            before = fmin(1, running->list[i].before / whole_of(e));
    const vv_trial_status status = e->trial->status;
    const bool final = status == VV_TRIAL_COMPLETED || status == VV_TRIAL_FAILED || status == VV_TRIAL_PRUNED;
    if (final) o->work += 1 - before;
    o->counts.by_status[status]++; /* until the study is read anew */
    read_study(o, e->study, false);
    if (!final) return;
    const int at = o->ended++ % VVI_OVERALL_ENDS;
    o->ends[at].s = vvi_clock_s();
    o->ends[at].work = work_of(o);
}

void vvi_overall_event(vvi_overall *o, const vvi_running *running, const vv_event *e)
{
    if (e->kind == VV_EVENT_SEARCH_BEGIN) begin(o, e);
    if (e->kind == VV_EVENT_TRIAL_BEGIN) o->paused = false;
    if (e->kind == VV_EVENT_TRIAL_BEGIN && !(o->first_s > 0)) o->first_s = vvi_clock_s();
    if (e->kind == VV_EVENT_EPOCH) o->epochs++;
    if (e->kind == VV_EVENT_NOTE) read_paused(o, e->study);
    if (e->kind == VV_EVENT_TRIAL_END) end_trial(o, running, e);
}

/* ---- the time left ---------------------------------------------------------------------------------------------- */

/* Of the trials that run: the share that they have, and of it what was done here. */
static double shares(const vvi_running *running, double *here)
{
    double sum = 0;
    *here = 0;
    for (size_t i = 0; i < running->n; i++) {
        const vvi_row *row = &running->list[i];
        const double share = vvi_running_share(running, row);
        sum += share;
        if (row->before + row->here > 0) *here += share * row->here / (row->before + row->here);
    }
    return sum;
}

/* No search ends before the trials that run. */
static double longest_s(const vvi_running *running, double now_s)
{
    double longest = 0;
    for (size_t i = 0; i < running->n; i++) {
        const double left_s = vvi_running_left_s(running, &running->list[i], now_s);
        if (left_s > longest) longest = left_s;
    }
    return longest;
}

static double by_trials(const vvi_overall *o, const vvi_running *running, double now_s)
{
    double here, from_s = o->first_s, before = 0;
    const double shared = shares(running, &here);
    if (o->ended >= VVI_OVERALL_ENDS) { /* the oldest of those that are kept */
        from_s = o->ends[o->ended % VVI_OVERALL_ENDS].s;
        before = o->ends[o->ended % VVI_OVERALL_ENDS].work;
    }
    const double work = work_of(o) - before + here, to_do = (double)(o->most - final_of(&o->counts)) - shared;
    if (o->most == 0 || !(o->first_s > 0) || (o->ended == 0 && (work < 0.1 || o->epochs < 2)) || !(work > 0))
        return (double)NAN;
    return fmax(longest_s(running, now_s), fmax(0, to_do) * (now_s - from_s) / work);
}

static double by_epochs(const vvi_overall *o, double now_s)
{
    if (o->max_epochs_total == 0 || o->epochs < 2) return (double)NAN;
    const double here = (double)o->epochs, had = (double)(o->counts.epochs + o->epochs - o->epochs_read),
                 left = o->max_epochs_total - had;
    return fmax(0, left) * (now_s - o->first_s) / here;
}

double vvi_overall_left_s(const vvi_overall *o, const vvi_running *running, double now_s)
{
    const double by_time =
        o->max_seconds > 0 ? fmax(0, o->max_seconds - o->spent_s - (now_s - o->began_s)) : (double)NAN;
    return fmin(fmin(by_trials(o, running, now_s), by_epochs(o, now_s)), by_time);
}

/* ---- the line --------------------------------------------------------------------------------------------------- */

enum { BAR = 20, BAR_LEAST = 6 };

static void add_bar(vvi_text *line, double share, size_t columns)
{
    static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    const int filled = (int)(fmin(1, fmax(0, share)) * (double)columns * 8);
    size_t used = (size_t)filled / 8;
    for (size_t i = 0; i < used; i++) vvi_text_printf(line, "█");
    vvi_text_printf(line, "%s", eighths[filled % 8]);
    used += filled % 8 > 0;
    for (; used < columns; used++) vvi_text_printf(line, "░");
    vvi_text_printf(line, "  ");
}

static void add_counts(const vvi_overall *o, vvi_text *text)
{
    const int64_t refused = o->refused, done = final_of(&o->counts);
    const int64_t numbers[] = { o->counts.by_status[VV_TRIAL_PRUNED], o->counts.by_status[VV_TRIAL_PAUSED],
                                o->counts.by_status[VV_TRIAL_FAILED], refused };
    static const char *const words[] = { "pruned", "paused", "failed", "refused" };
    char number[VVI_FORMAT_SIZE];
    vvi_text_printf(text, "%s", vvi_format_count((uint64_t)done, number));
    if (o->most > 0) vvi_text_printf(text, " of %s", vvi_format_count((uint64_t)o->most, number));
    vvi_text_printf(text, " trials done");
    for (size_t i = 0; i < VVI_COUNT(numbers); i++)
        if (numbers[i] > 0) vvi_text_printf(text, ", %s %s", vvi_format_count((uint64_t)numbers[i], number), words[i]);
}

/* Nothing moves, and what is to be done stands first. */
static void write_paused(const vvi_overall *o, vvi_text *block)
{
    vvi_text project = { 0 };
    vvi_text_add_quoted(&project, o->where);
    vvi_text_printf(block, "Paused; varve resume ");
    vvi_text_add_visible(block, project.data == NULL ? "PROJECT" : project.data, 0);
    vvi_text_printf(block, " lets it go on; ");
    add_counts(o, block);
    vvi_text_printf(block, "\n");
    vvi_text_deinit(&project);
}

void vvi_overall_write(const vvi_overall *o, const vvi_running *running, size_t columns, vvi_text *block)
{
    double here;
    char seconds[VVI_NUMBER_SIZE];
    vvi_text text = { 0 };
    const double left_s = vvi_overall_left_s(o, running, vvi_clock_s());
    const double done = (double)final_of(&o->counts) + shares(running, &here);
    if (o->paused) {
        write_paused(o, block);
        return;
    }
    add_counts(o, &text);
    if (isfinite(left_s)) {
        vvi_report_whole_seconds(left_s, seconds, sizeof seconds);
        vvi_text_printf(&text, "; about %s left", seconds);
    }
    const size_t used = text.failed ? 0 : vvi_report_columns(text.data, text.n);
    const size_t room = columns > used + 2 ? columns - used - 2 : 0;
    if (o->most > 0 && room >= BAR_LEAST) add_bar(block, done / (double)o->most, room < BAR ? room : BAR);
    if (!text.failed) vvi_text_printf(block, "%s\n", text.data);
    vvi_text_deinit(&text);
}
