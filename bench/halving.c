/* halving.c - how many epochs hyperband and bohb need to come to what random search has after its whole budget.
 *
 *     halving EXAMPLE FOLDER ROWS TRIALS EPOCHS FIRST_SEED LAST_SEED >>halving.jsonl
 *
 * EXAMPLE: mnist_cnn, dense_dropout or lstm_series; FOLDER: where projects may be written; ROWS: training examples, the
 * first of the example's own (0: all), so that many seeds can be run. For each seed random search trains TRIALS trials of
 * EPOCHS epochs, one execution each; its best objective in any epoch is the target. Then each of the others searches, with
 * as many epochs in all to spend, and stops at the first epoch that comes to the target. One line of JSON for each search.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <varve/varve.h>

extern const vv_hypermodel mnist_cnn, dense_dropout, lstm_series; /* renamed in CMakeLists.txt */

static const struct {
    const char *name;
    const vv_hypermodel *hypermodel;
} examples[] = { { "mnist_cnn", &mnist_cnn }, { "dense_dropout", &dense_dropout }, { "lstm_series", &lstm_series } };

typedef struct course {
    int epochs, reached; /* so far; when the best was found, or the target come to */
    bool any, has_target, maximize;
    double best, target;
    volatile int stop;
} course;

static bool is_better(const course *c, double a, double b)
{
    return c->maximize ? a > b : a < b;
}

static void on_event(void *context, const vv_event *event)
{
    course *c = context;
    if (event->kind != VV_EVENT_EPOCH || c->stop) return;
    c->epochs++;
    c->maximize = event->objective->maximize;
    for (size_t i = 0; i < event->n_metrics; i++) {
        const double value = event->values[i];
        if (strcmp(event->metrics[i], event->objective->name) != 0 || !isfinite(value)) continue;
        if (c->any && !is_better(c, value, c->best)) continue;
        c->any = true;
        c->best = value;
        c->reached = c->epochs;
    }
    if (c->has_target && c->any && !is_better(c, c->target, c->best)) c->stop = 1;
}

static vv_data *first_rows(const vv_data *data, size_t rows, vv_error *error)
{
    vv_data *part = NULL;
    if (rows == 0 || rows > vv_data_count(data)) rows = vv_data_count(data);
    const vv_status status = vv_data_new(rows, vv_data_shape(data), vv_data_x(data), vv_data_target_shape(data),
                                         vv_data_y(data), NULL, &part, error);
    return status == VV_OK ? part : NULL;
}

/* The search's course, as a line. false: it failed. */
static bool search(const char *name, vv_search_args args, course *c, vv_error *error)
{
    *c = (course){ .has_target = c->has_target, .target = c->target };
    args.on_event = on_event;
    args.context = c;
    args.stop = &c->stop;
    if (vv_search_with(&args, NULL, error) != VV_OK) return false;
    printf("{\"example\": \"%s\", \"oracle\": \"%s\", \"rows\": %zu, \"seed\": %llu, \"trials\": %d, \"epochs\": %d, "
           "\"target\": %.9g, \"best\": %.9g, \"spent\": %d, \"reached_at\": %d, \"reached\": %s}\n",
           name, args.oracle, vv_data_count(args.training), (unsigned long long)args.seed, args.max_trials, args.epochs,
           c->has_target ? c->target : c->best, c->best, c->epochs, c->reached,
           c->stop || !c->has_target ? "true" : "false");
    fflush(stdout);
    return true;
}

static bool compare(const char *name, vv_search_args args, uint64_t seed, vv_error *error)
{
    static const char *const others[] = { "hyperband:iterations=0", "bohb:iterations=0" };
    course c = { .has_target = false };
    const int trials = args.max_trials;
    args.seed = seed;
    args.oracle = "random";
    if (!search(name, args, &c, error)) return false;
    c.target = c.best;
    c.has_target = true;
    args.max_epochs_total = trials * args.epochs;
    args.max_trials = 100000;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        args.oracle = others[i];
        if (!search(name, args, &c, error)) return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    vv_error error = { 0 };
    vv_data *training = NULL, *validation = NULL;
    size_t at = 0;
    if (argc != 8) return fprintf(stderr, "halving EXAMPLE FOLDER ROWS TRIALS EPOCHS FIRST_SEED LAST_SEED\n"), 2;
    while (at < 2 && strcmp(examples[at].name, argv[1]) != 0) at++;
    const vv_data_args split = { .validation_split = 0.2 };
    bool good = vv_data_open(examples[at].hypermodel->data, &split, &training, &validation, &error) == VV_OK;
    vv_data *part = good ? first_rows(training, strtoul(argv[3], NULL, 10), &error) : NULL;
    char project[512];
    snprintf(project, sizeof project, "%s/halving_%s", argv[2], examples[at].name);
    const vv_search_args args = { .hypermodel = examples[at].hypermodel,
                                  .training = part,
                                  .validation = validation,
                                  .max_trials = atoi(argv[4]),
                                  .epochs = atoi(argv[5]),
                                  .executions_per_trial = 1,
                                  .project = project,
                                  .overwrite = true };
    good = part != NULL;
    for (int seed = atoi(argv[6]); good && seed <= atoi(argv[7]); seed++)
        good = compare(examples[at].name, args, (uint64_t)seed, &error);
    if (!good) fprintf(stderr, "halving: %s\n", error.text);
    vv_data_free(part);
    vv_data_free(training);
    vv_data_free(validation);
    return good ? 0 : 1;
}
