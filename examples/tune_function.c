/* tune_function.c - a function of your own as objective: no network, no data.
 *
 * Newton's method for the square root of 2 is told to be patient or not, and how to step; what it costs is searched. Each
 * step of the method is a step of the trial, so that a pruner can end those that get nowhere.
 *
 *     cc examples/tune_function.c $(pkg-config --cflags --libs varve) -lm -o tune_function && ./tune_function
 */
#include <math.h>
#include <stdio.h>
#include <varve/varve.h>

static double find_root(vv_hp *hp, vv_tuning *tuning, void *user)
{
    const double target = *(const double *)user;
    const double start = vv_float(hp, "start", .min = 0.1, .max = 100, .sampling = VV_SAMPLE_LOG);
    const double damping = vv_float(hp, "damping", .min = 0.1, .max = 2);
    const int steps = vv_int(hp, "steps", .min = 1, .max = 12);
    if (!vv_tuning_go(tuning)) return 0; /* only the space is looked at */

    double x = start;
    for (int i = 0; i < steps; i++) {
        x -= damping * (x * x - target) / (2 * x);
        vv_tuning_metric(tuning, "root", x);
        if (!vv_tuning_step(tuning, fabs(x * x - target) + 0.01 * (i + 1))) break;
    }
    return vv_tuning_best(tuning);
}

static void on_event(void *context, const vv_event *event)
{
    (void)context;
    if (event->kind == VV_EVENT_TRIAL_END)
        printf("trial %d %s, score %.4f\n", event->trial->id, vv_trial_status_name(event->trial->status),
               event->trial->score);
}

int main(int argc, char **argv)
{
    double target = 2;
    vv_error error = { 0 };
    vv_search_result result = { 0 };
    const vv_status status =
        vv_tune(&result, &error, find_root, .user = &target, .objective = "cost:min", .max_trials = 20, .oracle = "tpe",
                .project = argc > 1 ? argv[1] : "tune_function_project", .overwrite = true, .on_event = on_event);
    if (status != VV_OK)
        fprintf(stderr, "tune_function: %s\n", error.text);
    else
        printf("the best is trial %d: %.4f\n", result.best, result.best_score);
    return status == VV_OK ? 0 : 1;
}
