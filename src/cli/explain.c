/* explain.c - varve explain FILE: what every hyperparameter means, before any trial; of a study explain_kept.c tells it. */
#include "cli/cli.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const vvi_positional positionals[] = {
    { .name = "FILE",
      .offset = VVI_MEMBER(file),
      .help = "a hypermodel, as search takes it; or a project's folder, or postgresql://HOST/DATABASE#NAME" }
};
static const vvi_option rows[] = {
    VVI_OPTION_DATA(false, "data that the model's input must fit, see varve data"),
    { .name = "input",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(input),
      .argument = "SHAPE",
      .help = "the shape that every input gets instead of the file's: 28x28x1, 10" },
    VVI_OPTIONS_BUDGET("how much fits: params=50k,macs=2M,ram=32k,flash=128k, some or all of them"),
    { .name = "at",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(at),
      .argument = "NAME=VALUE,...",
      .help = "shows this configuration layer by layer; other values are defaults" },
    VVI_OPTION_JSON,
};

typedef struct explaining {
    const vvi_options *options;
    vvi_loaded loaded;
    vv_data *data;        /* NULL: none */
    vv_explain_args args; /* for the whole of it */
    vvi_values at;
    vv_explanation *explanation;
    FILE *out;
} explaining;

/* ---- before ----------------------------------------------------------------------------------------------------- */

/* "28x28x1" */
static int read_shape(const char *text, vv_shape *shape)
{
    const char *at = text;
    *shape = (vv_shape){ 0 };
    while (shape->rank < VV_MAX_RANK && *at >= '0' && *at <= '9') {
        char *end;
        errno = 0;
        const long size = strtol(at, &end, 10);
        if (size < 1 || size > INT_MAX || errno != 0) break;
        shape->dim[shape->rank++] = (int)size;
        if (*end == '\0') return 0;
        if (*end != 'x') break;
        at = end + 1;
    }
    return vvi_cli_complain(VVI_EXIT_USAGE, "--input: \"%s\" is not a shape of 1 to %d sizes, such as 28x28x1 or 10",
                            text, VV_MAX_RANK);
}

static int open_data(explaining *x)
{
    vv_error error = { 0 };
    vv_data *validation = NULL;
    const vv_data_args args = { .seed = 0 };
    const vv_status status = vvi_cli_open_data(x->options->data, &args, &x->data, &validation, &error);
    vv_data_free(validation);
    x->args.training = x->data;
    return status == VV_OK ? 0 : vvi_cli_fail(vvi_cli_data_status(status), &error);
}

static int read_at(explaining *x)
{
    const int exit_status = vvi_values_parse(x->options->at, &x->at);
    x->args.at = x->at.list;
    x->args.n_at = x->at.n;
    return exit_status;
}

/* ---- after ------------------------------------------------------------------------------------------------------ */

/* Is the data what the model, or --input, asks for? */
static int check_data(const explaining *x)
{
    const vv_shape input = x->explanation->input;
    char has[VVI_NUMBER_SIZE * 2], wants[VVI_NUMBER_SIZE * 2];
    vvi_report_shape(vv_data_shape(x->data), has, sizeof has);
    vvi_report_shape(input, wants, sizeof wants);
    if (input.rank == 0)
        return vvi_cli_complain(0, "the input's shape varies with the values: the data was not compared with it");
    if (strcmp(has, wants) == 0) return 0;
    return vvi_cli_complain(VVI_EXIT_USAGE, "%s: an example is %s, but %s %s", x->options->data, has,
                            x->options->input == NULL ? "the model's input is" : "--input says", wants);
}

static int write_it(const explaining *x)
{
    vv_error error = { 0 };
    const vv_status status = x->options->json
                                 ? vvi_explain_write_json(x->explanation, x->out, &error)
                                 : vvi_explain_write(x->explanation, x->options->at != NULL, x->out, &error);
    return status == VV_OK ? 0 : vvi_cli_fail(VVI_EXIT_FAILED, &error);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static int explain(explaining *x)
{
    const vvi_options *o = x->options;
    int exit_status = vvi_cli_budget(o, &x->args.budget);
    if (exit_status == 0 && o->input != NULL) exit_status = read_shape(o->input, &x->args.input);
    if (exit_status == 0 && o->data != NULL) exit_status = open_data(x);
    if (exit_status == 0 && o->at != NULL) exit_status = read_at(x);
    if (exit_status == 0) exit_status = vvi_hypermodel_explain(o->file, &x->args, &x->explanation);
    if (exit_status == 0 && x->data != NULL) exit_status = check_data(x);
    if (exit_status == 0) exit_status = write_it(x);
    vv_explanation_free(x->explanation);
    vvi_values_deinit(&x->at);
    vv_data_free(x->data);
    return exit_status;
}

static int run(const vvi_options *options)
{
    if (vvi_cli_is_place(options->file)) return vvi_cli_explain_kept(options);
    explaining x = { .options = options, .out = vvi_cli_output(options->json) };
    int exit_status = vvi_hypermodel_load(options->file, &x.loaded);
    if (exit_status != 0) return exit_status;
    x.args.hypermodel = &x.loaded.hypermodel;
    exit_status = explain(&x);
    vvi_hypermodel_unload(&x.loaded);
    return vvi_cli_end(exit_status, x.out);
}

const vvi_command vvi_command_explain = {
    .name = "explain",
    .summary = "what every hyperparameter means, before any trial",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
