/* predict.c - varve predict PROJECT --data SPEC: a trained network's answers, as CSV or JSON.
 *
 * An output that ends in softmax is one probability for each class; a single sigmoid is the probability of the second
 * of two. The answer is then the most probable class (ties: the first), by its name if the data knows one. Any other
 * output is numbers, in the units of the data's source.
 */
#include "cli/cli.h"

#include <string.h>

static const vvi_positional positionals[] = { VVI_POSITIONAL_PROJECT };
static const vvi_option rows[] = { VVI_OPTIONS_TRAINED("what to predict from, see varve data"), VVI_OPTION_JSON };

typedef struct answers {
    const vvi_trained *trained;
    const float *out; /* n x width */
    size_t n, width;
    int classes; /* 0: numbers */
} answers;

/* ---- what the output means -------------------------------------------------------------------------------------- */

static vv_activation last_activation(const vv_model *model)
{
    const vv_layer_view last = vv_model_node(model, (vv_node)vv_model_node_count(model) - 1);
    if (last.layer->kind == VV_LAYER_DENSE) return last.layer->dense.activation;
    if (last.layer->kind == VV_LAYER_ACTIVATION) return last.layer->activation.activation;
    return VV_ACTIVATION_DEFAULT;
}

static int count_classes(const vvi_trained *trained, size_t width)
{
    const vv_activation activation = last_activation(trained->model);
    const int known = vv_data_classes(trained->data);
    if (activation == VV_SOFTMAX && vv_model_output_shape(trained->model).rank == 1) return (int)width;
    return activation == VV_SIGMOID && width == 1 && known > 0 ? 2 : 0;
}

static float probability(const answers *a, size_t row, int index)
{
    const float *p = a->out + row * a->width;
    if (a->width > 1) return p[index];
    return index == 1 ? p[0] : 1 - p[0];
}

static double number(const answers *a, size_t row, size_t index)
{
    return vv_data_restore(a->trained->data, (double)a->out[row * a->width + index]);
}

static const char *answer(const answers *a, size_t row, char text[VVI_FORMAT_SIZE])
{
    int best = 0;
    for (int i = 1; i < a->classes; i++)
        if (probability(a, row, i) > probability(a, row, best)) best = i;
    const char *name = vv_data_class_name(a->trained->data, best);
    snprintf(text, VVI_FORMAT_SIZE, "%d", best);
    return name == NULL ? text : name;
}

/* ---- CSV -------------------------------------------------------------------------------------------------------- */

static void write_field(const char *text)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"') putchar('"');
        putchar(*text);
    }
    putchar('"');
}

/* "p(cat)", or "p0" where classes have no names. */
static void write_class_head(const answers *a, int index)
{
    const char *name = vv_data_class_name(a->trained->data, index);
    char text[160];
    if (name == NULL)
        snprintf(text, sizeof text, "p%d", index);
    else
        snprintf(text, sizeof text, "p(%.150s)", name);
    putchar(',');
    write_field(text);
}

static void write_head(const answers *a, size_t n)
{
    fputs(a->classes > 0 ? "row,prediction" : "row", stdout);
    for (size_t i = 0; i < n; i++)
        if (a->classes > 0)
            write_class_head(a, (int)i);
        else if (n > 1)
            printf(",prediction%zu", i);
        else
            fputs(",prediction", stdout);
    putchar('\n');
}

static void write_row(const answers *a, size_t row, size_t n)
{
    char text[VVI_FORMAT_SIZE];
    printf("%zu", row);
    if (a->classes > 0) {
        putchar(',');
        write_field(answer(a, row, text));
    }
    for (size_t i = 0; i < n; i++) {
        const float value = a->classes > 0 ? probability(a, row, (int)i) : (float)number(a, row, i);
        printf(",%s", vvi_format_float(value, text));
    }
    putchar('\n');
}

static void write_csv(const answers *a)
{
    const size_t n = a->classes > 0 ? (size_t)a->classes : a->width;
    write_head(a, n);
    for (size_t row = 0; row < a->n; row++) write_row(a, row, n);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void add_row(vvi_json *json, const answers *a, size_t row)
{
    char text[VVI_FORMAT_SIZE];
    vvi_json_begin(json, NULL, '{');
    vvi_json_int(json, "row", (int64_t)row);
    if (a->classes > 0) {
        vvi_json_string(json, "prediction", answer(a, row, text));
        vvi_json_begin(json, "probabilities", '[');
        for (int i = 0; i < a->classes; i++) vvi_json_float(json, NULL, probability(a, row, i));
        vvi_json_end(json, ']');
    } else if (a->width == 1) {
        vvi_json_float(json, "prediction", (float)number(a, row, 0));
    } else {
        vvi_json_begin(json, "prediction", '[');
        for (size_t i = 0; i < a->width; i++) vvi_json_float(json, NULL, (float)number(a, row, i));
        vvi_json_end(json, ']');
    }
    vvi_json_end(json, '}');
}

static void write_class(vvi_json *json, const answers *a, int index)
{
    const char *name = vv_data_class_name(a->trained->data, index);
    char number[VVI_FORMAT_SIZE];
    snprintf(number, sizeof number, "%d", index);
    vvi_json_string(json, NULL, name == NULL ? number : name);
}

static vv_status write_json(const answers *a, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_int(&json, "trial", a->trained->trial);
    if (a->classes > 0) {
        vvi_json_begin(&json, "classes", '[');
        for (int i = 0; i < a->classes; i++) write_class(&json, a, i);
        vvi_json_end(&json, ']');
    }
    vvi_json_begin(&json, "predictions", '[');
    for (size_t row = 0; row < a->n; row++) add_row(&json, a, row);
    vvi_json_end(&json, ']');
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, stdout, error);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static int predict(const vvi_trained *trained, const vvi_options *options)
{
    vv_error error = { 0 };
    const vv_shape shape = vv_model_output_shape(trained->model);
    answers a = { .trained = trained, .n = vv_data_count(trained->data), .width = 1 };
    for (int i = 0; i < shape.rank; i++) a.width *= (size_t)shape.dim[i];
    a.classes = count_classes(trained, a.width);
    float *out = vvi_calloc(a.n * a.width, sizeof *out);
    if (out == NULL) return vvi_cli_complain(VVI_EXIT_FAILED, "%s", vv_strerror(VV_NO_MEMORY));
    const vv_predict_args args = { .data = trained->data, .batch_size = options->batch_size };
    vv_status status = vv_predict_with(trained->model, &args, out);
    int exit_status = 0;
    a.out = out;
    if (status != VV_OK)
        exit_status = vvi_cli_complain(vvi_cli_input_status(status), "%s", vv_model_error(trained->model));
    else if (options->json)
        status = write_json(&a, &error);
    else
        write_csv(&a);
    vvi_free(out);
    return status == VV_OK || exit_status != 0 ? exit_status : vvi_cli_fail(VVI_EXIT_FAILED, &error);
}

static int run(const vvi_options *options)
{
    vvi_trained trained;
    int exit_status = vvi_trained_open(options, &trained);
    if (exit_status != 0) return exit_status;
    exit_status = predict(&trained, options);
    vvi_trained_close(&trained);
    return vvi_cli_end(exit_status, stdout);
}

const vvi_command vvi_command_predict = {
    .name = "predict",
    .summary = "a trial's trained network's answers, as CSV",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
