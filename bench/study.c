/* study.c - what storing trials costs in a folder: one JSON line a figure.
 *
 *     bench_study FOLDER            durable trials (three synced transactions each), trials in a batch, and at several
 *                                   numbers of stored trials a claim, the best ten, where the study stands
 *
 * A trial is what most are: four values, one epoch of two metrics, an end. FOLDER is made, and overwritten. "sync" is what
 * the disk alone needs for such a write: the rate of durable trials is at most a third of its inverse.
 */
#include "study/study.h"
#include "base/base.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void must(vv_status status, const vv_error *error)
{
    if (status == VV_OK) return;
    fprintf(stderr, "bench_study: %s: %s\n", vv_status_name(status), error->text);
    exit(1);
}

/* ---- trials ------------------------------------------------------------------------------------------------------- */

static const vv_active *values_of(vv_hp *hp, vv_active values[4])
{
    vv_int(hp, "layers", .min = 1, .max = 5);
    vv_int(hp, "units", .min = 32, .max = 512, .step = 32);
    vv_float(hp, "rate", .min = 1e-5, .max = 0.1, .sampling = VV_SAMPLE_LOG);
    vv_choice(hp, "optimizer", VV_STRINGS("adam", "sgd"));
    for (size_t i = 0; i < 4; i++) values[i] = *vv_hp_at(hp, i);
    return values;
}

static void write_trial(vv_study *study, const vvi_beginning *beginning, double score)
{
    static const char *const names[] = { "loss", "val_loss" };
    vv_error error = { 0 };
    int id = -1;
    must(vvi_trial_begin(study, beginning, &id, &error), &error);
    must(vv_trial_epoch(study, id, 0, 0, names, (double[]){ score, score }, 2, &error), &error);
    const vv_trial_result result = { .status = VV_TRIAL_COMPLETED, .scores = &score, .n_scores = 1 };
    must(vv_trial_end(study, id, &result, &error), &error);
}

static double write_trials(vv_study *study, const vvi_beginning *beginning, int n)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "scores"));
    const double began_s = vvi_clock_s();
    for (int i = 0; i < n; i++) write_trial(study, beginning, vvi_stream_unit(&stream));
    return vvi_clock_s() - began_s;
}

static double write_batch(vv_study *study, const vvi_beginning *beginning, int n)
{
    vv_error error = { 0 };
    const double began_s = vvi_clock_s();
    must(vvi_study_batch_begin(study, &error), &error);
    write_trials(study, beginning, n);
    must(vvi_study_batch_end(study, VV_OK, &error), &error);
    return vvi_clock_s() - began_s;
}

static void say_rate(const char *what, int n, double seconds)
{
    printf("{\"what\": \"%s\", \"trials\": %d, \"trials_per_s\": %.0f}\n", what, n, n / seconds);
    fflush(stdout);
}

/* ---- the disk ------------------------------------------------------------------------------------------------------- */

static void say_sync(const char *folder, int n)
{
    char path[4096];
    static const char page[4096];
    snprintf(path, sizeof path, "%s/sync", folder);
    const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) exit(1);
    const double began_s = vvi_clock_s();
    for (int i = 0; i < n; i++)
        if (write(fd, page, sizeof page) < 0 || fdatasync(fd) != 0) exit(1);
    printf("{\"what\": \"sync\", \"ms\": %.3f}\n", 1000 * (vvi_clock_s() - began_s) / n);
    close(fd);
    unlink(path);
}

/* ---- what is asked for after every trial ------------------------------------------------------------------------------- */

static double claim(vv_study *study, const vvi_beginning *beginning)
{
    vv_error error = { 0 };
    int id = -1, claimed = -1;
    vvi_beginning waiting = *beginning;
    waiting.waiting = true;
    must(vvi_trial_begin(study, &waiting, &id, &error), &error);
    const double began_s = vvi_clock_s();
    must(vv_trial_claim(study, &claimed, &error), &error);
    const double took_s = vvi_clock_s() - began_s;
    must(vv_trial_end(study, claimed, &(vv_trial_result){ .status = VV_TRIAL_FAILED }, &error), &error);
    return took_s;
}

static double best(vv_study *study)
{
    vv_error error = { 0 };
    vv_trials trials;
    const double began_s = vvi_clock_s();
    must(vv_study_trials(study, &(vv_trials_args){ .best_first = true, .limit = 10 }, &trials, &error), &error);
    vv_trials_free(&trials);
    return vvi_clock_s() - began_s;
}

static double standing(vv_study *study)
{
    vv_error error = { 0 };
    vvi_stand stand;
    const vvi_standing_query query = { .most_failures = 3, .epochs = true, .trial_epochs = 10, .trial_executions = 1 };
    const double began_s = vvi_clock_s();
    must(vvi_study_standing(study, &query, &stand, &error), &error);
    return vvi_clock_s() - began_s;
}

enum { TIMES = 51 };

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median, and the longest. */
static void say_time(const char *what, int stored, double times_s[TIMES])
{
    qsort(times_s, TIMES, sizeof *times_s, compare);
    printf("{\"what\": \"%s\", \"stored\": %d, \"median_ms\": %.3f, \"longest_ms\": %.3f}\n", what, stored,
           1000 * times_s[TIMES / 2], 1000 * times_s[TIMES - 1]);
    fflush(stdout);
}

static void say_times(vv_study *study, const vvi_beginning *beginning, int stored)
{
    double claim_s[TIMES], best_s[TIMES], standing_s[TIMES];
    for (int i = 0; i < TIMES; i++) {
        claim_s[i] = claim(study, beginning);
        best_s[i] = best(study);
        standing_s[i] = standing(study);
    }
    say_time("claim", stored, claim_s);
    say_time("best ten", stored, best_s);
    say_time("standing", stored, standing_s);
}

int main(int argc, char **argv)
{
    vv_error error = { 0 };
    vv_study *study = NULL;
    vv_active values[4];
    if (argc != 2) return 2;
    vv_hp *hp = vv_hp_new(NULL);
    const vvi_beginning beginning = { .values = values_of(hp, values),
                                      .n_values = 4,
                                      .model_json = "{\"layers\": []}" };
    must(vv_study_open(argv[1], VV_STUDY_OVERWRITE, &study, &error), &error);
    must(vv_study_set(study, "objective", "val_loss:min", &error), &error);
    say_sync(argv[1], 200);
    say_rate("durable", 500, write_trials(study, &beginning, 500));
    say_rate("batch", 20000, write_batch(study, &beginning, 20000));
    int stored = 20500;
    static const int sizes[] = { 21000, 100000, 1000000 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        write_batch(study, &beginning, sizes[i] - stored);
        stored = sizes[i];
        say_times(study, &beginning, stored);
    }
    vv_study_close(study);
    vv_hp_free(hp);
    return 0;
}
