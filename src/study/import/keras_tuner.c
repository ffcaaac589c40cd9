/* keras_tuner.c - a project folder of Keras Tuner: oracle.json, trial_ID/trial.json.
 *
 * Trials keep their numbers: "0007" is 7. Where IDs are no numbers, or have gaps (those of Keras Tuner 1.1 and of chiefs are hashes),
 * they are counted in the order of starting. When a trial began is known if the search was watched (verbose); when it
 * ended is not kept.
 *
 * No file says which metric was the objective. It is the one whose best value is the score in every trial that has one.
 */
#include "study/import/keras_tuner.h"

#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- which trials there are ----------------------------------------------------------------------------------------- */

static const char prefix[] = "trial_";

static vv_status add_name(vvi_keras_project *project, const char *folder, const char *name, vv_error *error)
{
    char *path = vvi_arena_printf(&project->arena, "%s/%s%s/trial.json", folder, prefix, name);
    if (path == NULL) return vvi_no_memory(error);
    if (access(path, F_OK) != 0) return VV_OK;
    if (!vvi_arena_reserve(&project->arena, &project->list, project->n, sizeof *project->list))
        return vvi_no_memory(error);
    project->list[project->n] = (vvi_keras_trial){ .name = vvi_arena_strdup(&project->arena, name) };
    return project->list[project->n++].name == NULL ? vvi_no_memory(error) : VV_OK;
}

static vv_status list_trials(vvi_keras_project *project, const char *folder, vv_error *error)
{
    vv_status status = VV_OK;
    DIR *entries = opendir(folder);
    if (entries == NULL) return vvi_fail(error, VV_IO, "%s: cannot be read", folder);
    for (const struct dirent *entry; status == VV_OK && (entry = readdir(entries)) != NULL;)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            status = add_name(project, folder, entry->d_name + strlen(prefix), error);
    closedir(entries);
    return status;
}

/* "0007": 7; -1: not a number. */
static int number_of(const char *name)
{
    const size_t n = strspn(name, "0123456789");
    const long number = n == 0 || name[n] != '\0' || n > 9 ? -1 : strtol(name, NULL, 10);
    return number > INT_MAX ? -1 : (int)number;
}

static int by_id(const void *a, const void *b)
{
    const vvi_keras_trial *x = a, *y = b;
    return x->trial.id != y->trial.id ? (x->trial.id > y->trial.id ? 1 : -1) : strcmp(x->name, y->name);
}

/* Are all of them numbers, from 0 without a gap? */
static bool number_by_name(vvi_keras_project *project)
{
    for (size_t i = 0; i < project->n; i++)
        if ((project->list[i].trial.id = number_of(project->list[i].name)) < 0) return false;
    qsort(project->list, project->n, sizeof *project->list, by_id);
    for (size_t i = 0; i < project->n; i++)
        if (project->list[i].trial.id != (int)i) return false;
    return true;
}

static void number_by_start(vvi_keras_project *project, const vvi_keras_place *order)
{
    for (size_t i = 0; i < project->n; i++) {
        size_t at = 0;
        const char *name;
        while ((name = json_string_value(json_array_get(order->json, at))) != NULL &&
               strcmp(name, project->list[i].name) != 0)
            at++;
        project->list[i].trial.id = name == NULL ? INT_MAX : (int)at; /* those that it lacks come last */
    }
    qsort(project->list, project->n, sizeof *project->list, by_id);
    for (size_t i = 0; i < project->n; i++) project->list[i].trial.id = (int)i;
}

static bool has_trial(const vvi_keras_project *project, const char *name)
{
    for (size_t i = 0; i < project->n; i++)
        if (strcmp(project->list[i].name, name) == 0) return true;
    return false;
}

static void check_order(vvi_keras_file *oracle, const vvi_keras_project *project, const vvi_keras_place *order)
{
    for (size_t i = 0; i < vvi_keras_count(order) && oracle->status == VV_OK; i++) {
        const vvi_keras_place item = vvi_keras_item(oracle, order, i, VVI_KERAS_TEXT);
        const char *name = vvi_keras_text(oracle, &item);
        if (oracle->status == VV_OK && !has_trial(project, name))
            vvi_keras_refuse(oracle, &item, "there is no %s%.40s/trial.json", prefix, name);
    }
}

/* ---- when they began ------------------------------------------------------------------------------------------------- */

/* "2026-11-28T05:00:37.230837", as the clock on the wall said there; here is taken for there. 0: cannot be told. */
static double unix_time(const char *text)
{
    struct tm wall = { .tm_isdst = -1 };
    double seconds = 0;
    if (sscanf(text, "%d-%d-%dT%d:%d:%lf", &wall.tm_year, &wall.tm_mon, &wall.tm_mday, &wall.tm_hour, &wall.tm_min,
               &seconds) != 6)
        return 0;
    wall.tm_year -= 1900;
    wall.tm_mon -= 1;
    const time_t whole = mktime(&wall);
    return whole == (time_t)-1 ? 0 : (double)whole + seconds;
}

static void read_begins(vvi_keras_file *oracle, const vvi_keras_place *root, vvi_keras_project *project)
{
    if (!vvi_keras_has(root, "display")) return;
    const vvi_keras_place display = vvi_keras_member(oracle, root, "display", VVI_KERAS_OBJECT);
    if (!vvi_keras_has(&display, "trial_start")) return;
    const vvi_keras_place starts = vvi_keras_member(oracle, &display, "trial_start", VVI_KERAS_OBJECT);
    for (size_t i = 0; i < project->n && oracle->status == VV_OK; i++) {
        if (!vvi_keras_has(&starts, project->list[i].name)) continue;
        const vvi_keras_place start = vvi_keras_member(oracle, &starts, project->list[i].name, VVI_KERAS_TEXT);
        project->list[i].trial.began = unix_time(vvi_keras_text(oracle, &start));
    }
}

/* ---- the files ------------------------------------------------------------------------------------------------------- */

static vv_status read_oracle(vvi_keras_project *project, const char *folder, vv_error *error)
{
    vv_error why = { 0 };
    vvi_keras_file oracle = { .path = vvi_arena_printf(&project->arena, "%s/oracle.json", folder),
                              .arena = &project->arena };
    if (oracle.path == NULL) return vvi_no_memory(error);
    if (vvi_keras_open(&oracle, &why) == VV_NOT_FOUND)
        return vvi_fail(error, VV_NOT_FOUND, "%s: no project of Keras Tuner (no file oracle.json)", folder);
    if (oracle.status != VV_OK) return vvi_fail(error, oracle.status, "%s", why.text);
    oracle.error = error;
    const vvi_keras_place root = vvi_keras_root(&oracle);
    const vvi_keras_place order = vvi_keras_member(&oracle, &root, "start_order", VVI_KERAS_ARRAY);
    check_order(&oracle, project, &order);
    if (oracle.status == VV_OK && !number_by_name(project)) number_by_start(project, &order);
    if (oracle.status == VV_OK) read_begins(&oracle, &root, project);
    vvi_keras_close(&oracle);
    return oracle.status;
}

static vv_status read_trial(vvi_keras_project *project, const char *folder, vvi_keras_trial *trial, vv_error *error)
{
    const int id = trial->trial.id;
    const double began = trial->trial.began;
    const char *name = trial->name;
    vvi_keras_file file = { .path = vvi_arena_printf(&project->arena, "%s/%s%s/trial.json", folder, prefix, name),
                            .arena = &project->arena };
    if (file.path == NULL) return vvi_no_memory(error);
    VVI_TRY(vvi_keras_open(&file, error));
    vvi_keras_read_trial(&file, trial);
    if (file.status == VV_OK && strcmp(trial->name, name) != 0)
        file.status =
            vvi_fail(error, VV_FORMAT, "%s: trial_id: \"%.40s\", must be \"%.40s\"", file.path, trial->name, name);
    trial->trial.id = id;
    trial->trial.began = began;
    vvi_keras_close(&file);
    return file.status;
}

/* ---- the objective --------------------------------------------------------------------------------------------------- */

static const vvi_keras_metric *find_metric(const vvi_keras_trial *trial, const char *name)
{
    for (size_t i = 0; i < trial->n_metrics; i++)
        if (strcmp(trial->metrics[i].name, name) == 0) return &trial->metrics[i];
    return NULL;
}

static const vvi_keras_metric *find_any(const vvi_keras_project *project, const char *name)
{
    const vvi_keras_metric *metric = NULL;
    for (size_t i = 0; i < project->n && metric == NULL; i++) metric = find_metric(&project->list[i], name);
    return metric;
}

/* Is it the score in every trial that has one? Sums may have been made in another order. */
static bool explains_scores(const vvi_keras_project *project, const char *name)
{
    for (size_t i = 0; i < project->n; i++) {
        const double score = project->list[i].trial.score;
        const vvi_keras_metric *metric = find_metric(&project->list[i], name);
        if (project->list[i].trial.status != VV_TRIAL_COMPLETED) continue;
        if (metric == NULL || !(fabs(metric->best - score) <= 1e-12 * fabs(score))) return false;
    }
    return true;
}

/* "val_loss, loss": those that may be. */
static size_t list_candidates(const vvi_keras_project *project, const vvi_keras_metric **found, vvi_text *names)
{
    size_t n = 0;
    const vvi_keras_trial *first = project->n == 0 ? NULL : &project->list[0];
    for (size_t i = 0; i < project->n && (first == NULL || first->trial.status != VV_TRIAL_COMPLETED); i++)
        first = &project->list[i];
    for (size_t i = 0; first != NULL && i < first->n_metrics; i++) {
        if (!explains_scores(project, first->metrics[i].name)) continue;
        vvi_text_printf(names, "%s%.60s", n++ == 0 ? "" : ", ", first->metrics[i].name);
        *found = &first->metrics[i];
    }
    return n;
}

static vv_status set_objective(vvi_keras_project *project, const char *name, size_t length, bool maximize,
                               vv_error *error)
{
    if (length == 0 || length >= sizeof project->objective.name || memchr(name, ',', length) != NULL ||
        memchr(name, ':', length) != NULL)
        return vvi_fail(error, VV_BAD_ARG, "objective \"%.80s\": must have 1 to %zu bytes, no comma, no colon", name,
                        sizeof project->objective.name - 1);
    memcpy(project->objective.name, name, length);
    project->objective.name[length] = '\0';
    project->objective.maximize = maximize;
    return VV_OK;
}

static vv_status find_objective(vvi_keras_project *project, const char *folder, vv_error *error)
{
    vvi_text names = { 0 };
    const vvi_keras_metric *metric = NULL;
    const size_t n = list_candidates(project, &metric, &names);
    vv_status status = names.failed ? vvi_no_memory(error) : VV_OK;
    if (status == VV_OK && n == 1)
        status = set_objective(project, metric->name, strlen(metric->name), metric->maximize, error);
    else if (status == VV_OK && n > 1)
        status = vvi_fail(error, VV_BAD_ARG, "%s: the objective may be any of %.150s; say which", folder, names.data);
    else if (status == VV_OK)
        status = vvi_fail(error, VV_BAD_ARG, "%s: no metric explains the scores; say what the objective is", folder);
    vvi_text_deinit(&names);
    return status;
}

/* What the caller says, who may leave the direction to the files. */
static vv_status take_objective(vvi_keras_project *project, const char *folder, const char *text, vv_error *error)
{
    vv_objective parsed;
    const vvi_keras_metric *metric = find_any(project, text);
    if (metric != NULL) return set_objective(project, text, strlen(text), metric->maximize, error);
    VVI_TRY(vv_objective_parse(text, &parsed, error));
    metric = find_any(project, parsed.name);
    project->objective = parsed;
    if (metric == NULL && project->n > 0 && !explains_scores(project, parsed.name))
        return vvi_fail(error, VV_BAD_ARG, "%s: there is no metric \"%s\"", folder, parsed.name);
    if (metric != NULL && metric->maximize != parsed.maximize)
        return vvi_fail(error, VV_BAD_ARG, "%s: %s is to be %s there", folder, parsed.name,
                        metric->maximize ? "maximized" : "minimized");
    return VV_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------- */

vv_status vvi_keras_project_read(const char *folder, const char *objective, vvi_keras_project *project, vv_error *error)
{
    if (access(folder, F_OK) != 0) return vvi_fail(error, VV_NOT_FOUND, "%s: there is no such folder", folder);
    vv_status status = list_trials(project, folder, error);
    if (status == VV_OK) status = read_oracle(project, folder, error);
    for (size_t i = 0; i < project->n && status == VV_OK; i++)
        status = read_trial(project, folder, &project->list[i], error);
    if (status != VV_OK) return status;
    return objective == NULL ? find_objective(project, folder, error)
                             : take_objective(project, folder, objective, error);
}

void vvi_keras_project_deinit(vvi_keras_project *project)
{
    vvi_arena_deinit(&project->arena);
    *project = (vvi_keras_project){ .n = 0 };
}
