/* ask.h - studies whose trials somebody else runs: values are asked for, and results are told, one by one.
 *
 *     vv_asked asked;
 *     status = vv_ask_with(&args, &asked, &error);               a search's arguments: hypermodel, project, oracle, ...
 *     ... asked.trial, asked.trials.list[0].values ...
 *     status = vv_tell(&told, &error, project, asked.trial, .metrics = VV_STRINGS("loss"), .values = &loss);
 *
 * Between the two nothing needs to run: a trial that was asked for waits for its result as long as it takes.
 */
#ifndef VARVE_ASK_H
#define VARVE_ASK_H

#include <varve/tuner.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A trial that was asked for. */
typedef struct vv_asked {
    int trial;             /* -1: there is none, and: */
    vv_stop_reason reason; /* why */
    vv_trials trials;      /* the trial, alone */
    char note[256];        /* what the oracle has to say; "": nothing */
} vv_asked;
/* Begins a study, or goes on with one, as vv_search_with does, and proposes its next trial. max_trials 0: no limit. What is
 * about running trials means nothing. Release with vv_asked_free, whatever the status. BAD_ARG: an oracle that pauses
 * trials; LOCKED: somebody searches there. */
vv_status vv_ask_with(const vv_search_args *args, vv_asked *asked, vv_error *error) VV_MUST_USE;
void vv_asked_free(vv_asked *asked);

/* What a study was begun with: args for vv_ask_with (and vv_search_with), but for its hypermodel. Texts live in the
 * settings: vv_study_settings_free. NOT_FOUND, FORMAT: it says nothing of that kind. */
typedef struct vv_study_settings {
    vv_search_args args;
    void *memory;
} vv_study_settings;
vv_status vv_study_settings_read(const char *project, vv_study_settings *settings, vv_error *error) VV_MUST_USE;
void vv_study_settings_free(vv_study_settings *settings);

typedef struct vv_tell_args {
    const char *project;   /* required */
    int trial;
    int step;              /* what it came to after this one, counted from 1; 0: at its end */
    vv_strings metrics;    /* the objective, unless it ends with its best step, and others */
    const double *values;  /* one for each */
    const char *failed;    /* it has failed, for this reason; NULL: it has not */
    bool pruned;           /* it was ended early, with what its steps came to */
} vv_tell_args;
typedef struct vv_told {
    bool prune;            /* after a step: the study's pruner would end the trial ... */
    char reason[320];      /* ... for this reason */
    double score;          /* at its end; NaN: none */
} vv_told;
/* NOT_FOUND: no such study or trial; CONFLICT: the trial has ended, or is not run by hand; steps out of order; BAD_ARG: no
 * number for the objective, a number that is not finite. Nothing has changed then. */
vv_status vv_tell_with(const vv_tell_args *args, vv_told *told, vv_error *error) VV_MUST_USE;
#ifndef __cplusplus
#define vv_tell(told, error, ...) vv_tell_with(&(vv_tell_args){ .project = __VA_ARGS__ }, (told), (error))
#endif

#ifdef __cplusplus
}
#endif
#endif
