/* evaluate.c - varve evaluate PROJECT --data SPEC: loss and metrics of a trained network. */
#include "cli/cli.h"

static const vvi_positional positionals[] = { VVI_POSITIONAL_PROJECT };
static const vvi_option rows[] = { VVI_OPTIONS_TRAINED("what to evaluate on, see varve data"), VVI_OPTION_JSON };

static vv_status write_json(const vvi_trained *trained, const vv_history *result, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_int(&json, "trial", trained->trial);
    vvi_json_string(&json, "data", vv_data_name(trained->data));
    vvi_json_int(&json, "examples", (int64_t)vv_data_count(trained->data));
    vvi_json_begin(&json, "metrics", '{');
    for (size_t i = 0; i < vv_history_metric_count(result); i++)
        vvi_json_real(&json, vv_history_metric(result, i), vv_history_at(result, i, 0));
    vvi_json_end(&json, '}');
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, stdout, error);
}

static void write_lines(const vvi_trained *trained, const vv_history *result)
{
    printf("trial %d on %zu examples\n", trained->trial, vv_data_count(trained->data));
    for (size_t i = 0; i < vv_history_metric_count(result); i++) {
        char number[VVI_NUMBER_SIZE];
        vvi_report_number(vv_history_at(result, i, 0), number, sizeof number);
        vvi_cli_say(stdout, "%s %s", vv_history_metric(result, i), number);
    }
}

static int evaluate(const vvi_trained *trained, const vvi_options *options)
{
    vv_history *result = NULL;
    vv_error error = { 0 };
    const vv_evaluate_args args = { .data = trained->data, .batch_size = options->batch_size };
    vv_status status = vv_evaluate_with(trained->model, &args, &result);
    if (status != VV_OK) return vvi_cli_complain(vvi_cli_input_status(status), "%s", vv_model_error(trained->model));
    if (options->json)
        status = write_json(trained, result, &error);
    else
        write_lines(trained, result);
    vv_history_free(result);
    return status == VV_OK ? 0 : vvi_cli_fail(VVI_EXIT_FAILED, &error);
}

static int run(const vvi_options *options)
{
    vvi_trained trained;
    int exit_status = vvi_trained_open(options, &trained);
    if (exit_status != 0) return exit_status;
    exit_status = evaluate(&trained, options);
    vvi_trained_close(&trained);
    return vvi_cli_end(exit_status, stdout);
}

const vvi_command vvi_command_evaluate = {
    .name = "evaluate",
    .summary = "loss and metrics of a trial's trained network on some data",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
