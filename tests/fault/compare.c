/* compare.c - what a study must still hold after a kill, and what it must have become at its end. Numbers are compared as
 * bits. Times, workers and failed attempts are those of each study's own life. */
#include "fault.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void find(findings *f, int *counter, const char *format, ...)
{
    va_list args;
    ++*counter;
    if (f->first[0] != '\0') return;
    va_start(args, format);
    vsnprintf(f->first, sizeof f->first, format, args);
    va_end(args);
}

static bool same_bits(const double *a, const double *b, size_t n)
{
    return n == 0 || memcmp(a, b, n * sizeof *a) == 0;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* ---- trials ----------------------------------------------------------------------------------------------------- */

static bool same_values(const vv_trial *a, const vv_trial *b)
{
    if (a->n_values != b->n_values) return false;
    for (size_t i = 0; i < a->n_values; i++)
        if (strcmp(a->values[i].name, b->values[i].name) != 0 ||
            !vv_value_equal(a->values[i].value, b->values[i].value) ||
            !vv_domain_equal(&a->values[i].domain, &b->values[i].domain))
            return false;
    return true;
}

static const vv_curve *find_curve(const vv_trial *trial, const vv_curve *like)
{
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].execution == like->execution && strcmp(trial->curves[i].metric, like->metric) == 0)
            return &trial->curves[i];
    return NULL;
}

/* Is every epoch of `part` in `whole`, too? */
static bool holds_curves(const vv_trial *whole, const vv_trial *part)
{
    for (size_t i = 0; i < part->n_curves; i++) {
        const vv_curve *curve = find_curve(whole, &part->curves[i]);
        if (curve == NULL || curve->n < part->curves[i].n) return false;
        if (!same_bits(curve->values, part->curves[i].values, part->curves[i].n)) return false;
    }
    return true;
}

static bool same_executions(const vv_trial *a, const vv_trial *b)
{
    if (a->n_executions != b->n_executions) return false;
    for (size_t i = 0; i < a->n_executions; i++)
        if (a->executions[i].best_epoch != b->executions[i].best_epoch ||
            !same_bits(&a->executions[i].score, &b->executions[i].score, 1))
            return false;
    return true;
}

static bool same_result(const vv_trial *a, const vv_trial *b)
{
    return a->status == b->status && a->n_scores == b->n_scores && same_bits(a->scores, b->scores, a->n_scores) &&
           same_bits(&a->violation, &b->violation, 1) && a->epochs == b->epochs && a->epochs_total == b->epochs_total &&
           a->goal == b->goal && same_text(a->reason, b->reason);
}

static bool has_result(const vv_trial *trial)
{
    return trial->status == VV_TRIAL_COMPLETED || trial->status == VV_TRIAL_PRUNED || trial->status == VV_TRIAL_FAILED;
}

/* The first thing in which two finished trials differ; NULL: none. */
static const char *difference(const vv_trial *expected, const vv_trial *got)
{
    if (!same_values(expected, got)) return "its values";
    if (!same_text(expected->model_json, got->model_json)) return "its network";
    if (expected->status != got->status) return "what it came to";
    if (!same_result(expected, got)) return "its result";
    if (!same_executions(expected, got)) return "its executions";
    if (expected->n_curves != got->n_curves) return "which metrics it has";
    if (!holds_curves(expected, got) || !holds_curves(got, expected)) return "its epochs";
    return NULL;
}

/* ---- studies ---------------------------------------------------------------------------------------------------- */

static void check_ids(const vv_trials *got, findings *f)
{
    for (size_t i = 0; i < got->n; i++)
        if (got->list[i].id != (int)i) find(f, &f->other, "the trial at place %zu has the id %d", i, got->list[i].id);
    for (size_t i = 0; i < got->n; i++)
        for (size_t k = 0; k < i; k++)
            if (same_values(&got->list[i], &got->list[k]))
                find(f, &f->doubled, "trials %zu and %zu are the same configuration", k, i);
}

void compare_whole(const vv_trials *expected, const vv_trials *got, findings *f)
{
    check_ids(got, f);
    for (size_t i = got->n; i < expected->n; i++) find(f, &f->lost, "trial %zu is not there", i);
    for (size_t i = expected->n; i < got->n; i++) find(f, &f->doubled, "trial %zu is one too many", i);
    for (size_t i = 0; i < expected->n && i < got->n; i++) {
        const char *what = difference(&expected->list[i], &got->list[i]);
        if (what != NULL)
            find(f, &f->differing, "trial %zu: %s: %s, score %.17g; undisturbed: %s, score %.17g", i, what,
                 vv_trial_status_name(got->list[i].status), got->list[i].score,
                 vv_trial_status_name(expected->list[i].status), expected->list[i].score);
    }
}

void compare_beginning(const vv_trials *expected, const vv_trials *got, findings *f)
{
    check_ids(got, f);
    for (size_t i = expected->n; i < got->n; i++) find(f, &f->doubled, "trial %zu is one too many, after a kill", i);
    for (size_t i = 0; i < expected->n && i < got->n; i++) {
        const vv_trial *e = &expected->list[i], *g = &got->list[i];
        const char *what = has_result(g)         ? difference(e, g)
                           : !same_values(e, g)  ? "its values"
                           : !holds_curves(e, g) ? "its epochs"
                                                 : NULL;
        /* A trial of a plan that halves is paused, and pruned at the plan's end: it may have a result by then only. */
        if (what != NULL)
            find(f, &f->differing, "trial %zu, %s after a kill: %s", i, vv_trial_status_name(g->status), what);
    }
}

void compare_growth(const vv_trials *before, const vv_trials *now, findings *f)
{
    for (size_t i = 0; i < before->n; i++) {
        const vv_trial *was = &before->list[i], *is = i < now->n ? &now->list[i] : NULL;
        if (is == NULL || !same_values(was, is))
            find(f, &f->lost, "trial %zu was there, and is gone", i);
        else if (is->n_attempts == was->n_attempts && !holds_curves(is, was))
            find(f, &f->lost, "trial %zu has lost epochs that were reported", i);
        else if (has_result(was) && difference(was, is) != NULL)
            find(f, &f->differing, "trial %zu was at its end, and changed: %s", i, difference(was, is));
    }
}

/* ---- folders ---------------------------------------------------------------------------------------------------- */

static bool same_files(const char *a, const char *b)
{
    FILE *left = fopen(a, "rb"), *right = fopen(b, "rb");
    bool same = left != NULL && right != NULL;
    while (same) {
        const int c = getc(left);
        same = c == getc(right);
        if (c == EOF) break;
    }
    if (left != NULL) fclose(left);
    if (right != NULL) fclose(right);
    return same;
}

/* Every file of `a` is in `b`. */
static void hold_files(const char *a, const char *b, const char *what, findings *f)
{
    char left[4200], right[4200];
    DIR *folder = opendir(a);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        snprintf(left, sizeof left, "%s/%s", a, entry->d_name);
        snprintf(right, sizeof right, "%s/%s", b, entry->d_name);
        if (!same_files(left, right)) find(f, &f->differing, "%s %s", entry->d_name, what);
    }
    if (folder != NULL) closedir(folder);
}

void compare_folders(const char *expected, const char *got, findings *f)
{
    hold_files(expected, got, "is missing, or has other bytes", f);
    hold_files(got, expected, "is left over, or has other bytes", f);
}
