/* tune.h - a function of your own as objective: no network, no data, only values in and a number out.
 *
 *     static double bowl(vv_hp *hp, vv_tuning *tuning, void *user)
 *     {
 *         const double x = vv_float(hp, "x", .min = -2, .max = 2);
 *         const double y = vv_float(hp, "y", .min = -2, .max = 2);
 *         if (!vv_tuning_go(tuning)) return 0;
 *         return (x - 1) * (x - 1) + y * y;
 *     }
 *     ...
 *     vv_tune(&result, &error, bowl, .objective = "distance:min", .max_trials = 50);
 *
 * The function runs many times with a tuning that does not go, so that its space can be looked at; what comes after
 * vv_tuning_go runs once for each execution of a trial, in a process of its own. All values are asked for before it.
 *
 * It may report steps on its way. A step is what an epoch is to a network: pruners and halving oracles go by it, and it
 * is kept. A trial that was interrupted runs again from its beginning, and its steps must come in the same order; those
 * that were stored stay as they were. With vv_tuning_folder it can keep files to go on from.
 */
#ifndef VARVE_TUNE_H
#define VARVE_TUNE_H

#include <varve/hp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One run of the function. Borrowed by it for the call. */
typedef struct vv_tuning vv_tuning;

/* Returns the trial's score, which must be finite. What steps reported may be returned: then that step is what the trial came
 * to; any other result is kept as one step more. */
typedef double (*vv_tune_function)(vv_hp *hp, vv_tuning *tuning, void *user);

/* To be called when all values have been asked for. false: return at once, whatever. */
bool vv_tuning_go(vv_tuning *tuning);
/* A further metric of the next step, or of the result: what constraints and further objectives are about. A result without
 * any has those of the last step. The name is copied; a trial can have 64 of them. */
void vv_tuning_metric(vv_tuning *tuning, const char *name, double value);
/* The objective after one step more. A NaN is kept, too. false: the trial shall not go on from here (it has the steps that
 * it was asked for, or the search is to stop): return soon. */
bool vv_tuning_step(vv_tuning *tuning, double objective);
/* The best of the steps so far, for a function that has no other result. NaN: there is none that is finite. */
double vv_tuning_best(const vv_tuning *tuning);
/* The trial is FAILED, for this reason; before vv_tuning_go: there can be no trial with these values, none is proposed.
 * The first reason counts. What the function returns does not matter any more. */
void vv_tuning_fail(vv_tuning *tuning, const char *format, ...) VV_PRINTF(2, 3);

const char *vv_tuning_objective(const vv_tuning *tuning); /* its name: "loss"; "": it does not go. Borrowed */
int vv_tuning_trial(const vv_tuning *tuning);     /* its number; -1: it does not go */
int vv_tuning_execution(const vv_tuning *tuning); /* counted from 0 */
int vv_tuning_steps(const vv_tuning *tuning);     /* after so many it shall stop; 0: nobody says */
int vv_tuning_stored(const vv_tuning *tuning);    /* steps that are stored, from before it was interrupted */
/* It goes on from its own files, after so many steps, and does not report those again. They must be stored; false: they are
 * not, and the trial has failed. */
bool vv_tuning_skip(vv_tuning *tuning, int steps);
/* For random numbers: the same whoever runs the trial, and when; another for each execution. */
uint64_t vv_tuning_seed(const vv_tuning *tuning);
/* A folder for this trial and execution alone, which is there until the trial can not be gone on with any more. Borrowed.
 * NULL: it cannot be made, and the trial has failed. */
const char *vv_tuning_folder(vv_tuning *tuning);

#ifdef __cplusplus
}
#endif
#endif
