/* insight.c - what it takes to look at a study: one JSON line a figure, the least processor time of several runs, of
 * one thread.
 *
 *     bench_insight WHERE        a study such as bench_big_study makes
 *
 * "trials": vv_study_trials alone, which the frame reads from; "frame": with it, by what is asked for.
 */
#include "insight/insight.h"
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TIMES = 5 };

static void must(vv_status status, const vv_error *error)
{
    if (status == VV_OK) return;
    fprintf(stderr, "bench_insight: %s: %s\n", vv_status_name(status), error->text);
    exit(1);
}

/* What is measured. */
typedef struct work {
    const vv_study *study;
    const vvi_frame *frame;
    vvi_frame_args args;
    const vvi_importance_kind *kind;
} work;
typedef void (*measured)(const work *w, vv_error *error);

static void read_trials(const work *w, vv_error *error)
{
    vv_trials trials;
    must(vv_study_trials(w->study, &(vv_trials_args){ .curves = w->args.courses }, &trials, error), error);
    vv_trials_free(&trials);
}

static void read_frame(const work *w, vv_error *error)
{
    vvi_frame frame;
    must(vvi_frame_read(w->study, &w->args, &frame, error), error);
    vvi_frame_deinit(&frame);
}

static void weigh(const work *w, vv_error *error)
{
    vvi_weights weights;
    must(vvi_importance(w->kind, w->frame, 0, 1, &weights, error), error);
    vvi_weights_deinit(&weights);
}

static void read_surface(const work *w, vv_error *error)
{
    vvi_surface surface;
    must(vvi_surface_read(w->frame, 0, 0, 1, 1, &surface, error), error);
    vvi_surface_deinit(&surface);
}

static void say(const char *what, size_t trials, measured call, const work *w)
{
    double least = 0;
    for (int i = 0; i < TIMES; i++) {
        vv_error error = { 0 };
        const clock_t began = clock();
        call(w, &error);
        const double took = (double)(clock() - began) / CLOCKS_PER_SEC;
        if (i == 0 || took < least) least = took;
    }
    printf("{\"what\": \"%s\", \"trials\": %zu, \"ms\": %.1f}\n", what, trials, 1e3 * least);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    vv_error error = { 0 };
    vv_study *study = NULL;
    vvi_frame frame;
    if (argc != 2) {
        fprintf(stderr, "usage: bench_insight WHERE\n");
        return 2;
    }
    must(vv_study_open(argv[1], VV_STUDY_READ, &study, &error), &error);
    must(vvi_frame_read(study, &(vvi_frame_args){ .courses = false }, &frame, &error), &error);
    work w = { .study = study, .frame = &frame };
    say("trials", frame.n, read_trials, &w);
    say("frame", frame.n, read_frame, &w);
    w.args.courses = true;
    say("trials with curves", frame.n, read_trials, &w);
    say("frame with courses", frame.n, read_frame, &w);
    w.args.networks = true;
    say("frame with courses and networks", frame.n, read_frame, &w);
    for (size_t i = 0; (w.kind = vvi_importance_at(i)) != NULL; i++) say(w.kind->name, frame.n, weigh, &w);
    if (frame.n_variables > 1) say("surface", frame.n, read_surface, &w);
    vvi_frame_deinit(&frame);
    vv_study_close(study);
    return 0;
}
