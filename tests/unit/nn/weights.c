/* weights.c - drawing weights, saving and loading them, files that are not what they should be. */
#include "models.h"
#include "nn/safetensors.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[64], path[96];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/varve-weights-XXXXXX");
    if (mkdtemp(folder) == NULL) return 1;
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void put_file(const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static unsigned char *get_file(size_t *n)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*n);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *n, file), *n);
    fclose(file);
    return bytes;
}

static void check_equal(vv_model *a, vv_model *b, bool equal)
{
    bool differ = false;
    assert_int_equal(vv_model_weight_count(a), vv_model_weight_count(b));
    for (size_t i = 0; i < vv_model_weight_count(a); i++) {
        const vv_weight x = vv_model_weight(a, i), y = vv_model_weight(b, i);
        assert_string_equal(x.name, y.name);
        assert_int_equal(x.n, y.n);
        differ |= memcmp(x.values, y.values, x.n * sizeof *x.values) != 0;
    }
    assert_int_equal(differ, !equal);
}

static void weights_have_names_shapes_and_keras_starts(void **state)
{
    (void)state;
    vv_model *m = make_cnn();
    assert_int_equal(vv_model_weight_count(m), 0);
    CHECK_OK(vv_model_init(m, 1));
    assert_int_equal(vv_model_weight_count(m), 6);
    const vv_weight kernel = vv_model_weight(m, 0), bias = vv_model_weight(m, 1);
    assert_string_equal(kernel.name, "conv2d/kernel");
    assert_int_equal(kernel.rank, 4);
    assert_int_equal(kernel.dim[0] * 1000 + kernel.dim[1] * 100 + kernel.dim[2] * 10 + kernel.dim[3], 3324);
    assert_int_equal(kernel.n, 72);
    assert_string_equal(bias.name, "conv2d/bias");
    for (size_t i = 0; i < bias.n; i++) CHECK_EQUAL_EXACTLY(bias.values[i], 0.0);
    double sum = 0;
    for (size_t i = 0; i < kernel.n; i++) sum += fabs((double)kernel.values[i]);
    assert_true(sum > 0);
    assert_string_equal(vv_model_weight(m, 6).name, "");
    vv_model_free(m);
}

static void weights_depend_on_seed_and_names_alone(void **state)
{
    (void)state;
    vv_model *a = make_mlp(), *b = make_mlp(), *c = make_mlp();
    CHECK_OK(vv_model_init(a, 7));
    CHECK_OK(vv_model_init(b, 7));
    CHECK_OK(vv_model_init(c, 8));
    check_equal(a, b, true);
    check_equal(a, c, false);
    CHECK_OK(vv_model_init(c, 7));
    check_equal(a, c, true);
    vv_model *other = vv_sequential(); /* only its second layer is like that of the others */
    vv_add(other, vv_input(3));
    vv_add(other, vv_dense(16));
    vv_add(other, vv_dense(8));
    CHECK_OK(vv_model_init(other, 7));
    const vv_weight x = vv_model_weight(a, 2), y = vv_model_weight(other, 2);
    assert_string_equal(x.name, y.name);
    assert_memory_equal(x.values, y.values, x.n * sizeof *x.values);
    vv_model_free(a);
    vv_model_free(b);
    vv_model_free(c);
    vv_model_free(other);
}

static void saved_models_come_back_bit_by_bit(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++) {
        vv_error error = { 0 };
        vv_model *m = made(&examples[i]), *copy = NULL, *same = examples[i].make();
        CHECK_OK(vv_model_init(m, 3));
        vv_model_weight(m, 0).values[0] = (float)NAN;
        vv_model_weight(m, 0).values[1] = -0.0F;
        CHECK_OK(vv_model_save(m, path, &error));
        if (vv_model_load(path, &copy, &error) != VV_OK) fail_msg("%s", error.text);
        check_equal(m, copy, true);
        assert_true(vv_model_digest(m) == vv_model_digest(copy));
        CHECK_OK(vv_model_load_weights(same, path, &error));
        check_equal(m, same, true);
        vv_model_free(m);
        vv_model_free(copy);
        vv_model_free(same);
    }
}

static void the_file_is_safetensors(void **state)
{
    (void)state;
    vv_model *m = make_mlp();
    CHECK_OK(vv_model_init(m, 3));
    CHECK_OK(vv_model_save(m, path, NULL));
    vvi_tensors tensors;
    vvi_tensor tensor;
    CHECK_OK(vvi_tensors_open(&tensors, path, NULL));
    CHECK_OK(vvi_tensors_get(&tensors, "dense_1/kernel", &tensor, NULL));
    assert_string_equal(tensor.dtype, "F32");
    assert_int_equal(tensor.rank, 2);
    assert_int_equal(tensor.dim[0] * 100 + tensor.dim[1], 1608);
    assert_int_equal((tensors.data - tensors.bytes) % 8, 0);
    assert_memory_equal(tensor.data, vv_model_weight(m, 2).values, tensor.size_bytes);
    assert_string_equal(vvi_tensors_metadata(&tensors, "varve.version"), vv_version());
    char *json = NULL;
    CHECK_OK(vv_model_to_json(m, &json, NULL));
    assert_string_equal(vvi_tensors_metadata(&tensors, "varve.model"), json);
    free(json);
    vvi_tensors_close(&tensors);
    vv_model_free(m);
}

static void files_cut_short_anywhere_are_refused(void **state)
{
    (void)state;
    vv_model *m = make_mlp();
    CHECK_OK(vv_model_init(m, 3));
    CHECK_OK(vv_model_save(m, path, NULL));
    size_t n;
    unsigned char *bytes = get_file(&n);
    for (size_t cut = 0; cut < n; cut += cut < 40 || cut > n - 40 ? 1 : 37) {
        vv_error error = { 0 };
        vv_model *copy = NULL;
        put_file(bytes, cut);
        assert_int_equal(vv_model_load(path, &copy, &error), VV_FORMAT);
        assert_null(copy);
        CHECK_CONTAINS(error.text, path);
    }
    free(bytes);
    vv_model_free(m);
}

/* A file with the header and 64 zero bytes of data. */
static void put_tensors(const char *header)
{
    unsigned char bytes[1024] = { 0 };
    const size_t n = strlen(header);
    bytes[0] = (unsigned char)n;
    bytes[1] = (unsigned char)(n >> 8);
    memcpy(bytes + 8, header, n);
    put_file(bytes, 8 + n + 64);
}

static void contradictions_are_named_with_file_tensor_and_numbers(void **state)
{
    (void)state;
#define KERNEL "\"dense/kernel\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}"
#define BIAS   "\"dense/bias\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[24,36]}"
    const struct {
        const char *header;
        vv_status status;
        const char *text;
    } bad[] = {
        { "{" KERNEL "}", VV_NOT_FOUND, "dense/bias" },
        { "{" KERNEL "," BIAS ",\"more\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[36,40]}}", VV_MISMATCH,
          "more" },
        { "{" BIAS ",\"dense/kernel\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]}}", VV_BAD_SHAPE,
          "dense/kernel is 3x2; the model wants 2x3" },
        { "{" BIAS ",\"dense/kernel\":{\"dtype\":\"F64\",\"shape\":[2,3],\"data_offsets\":[0,48]}}", VV_FORMAT, "F64" },
        { "{" BIAS ",\"dense/kernel\":{\"dtype\":\"F33\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", VV_FORMAT, "F33" },
        { "{" BIAS ",\"dense/kernel\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,20]}}", VV_FORMAT,
          "20 bytes" },
        { "{" BIAS ",\"dense/kernel\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[56,80]}}", VV_FORMAT, "64" },
        { "{" BIAS ",\"dense/kernel\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[-8,16]}}", VV_FORMAT, "-8" },
        { "{" BIAS ",\"dense/kernel\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,8],\"data_offsets\":[0,0]}}",
          VV_FORMAT, "4611686018427387904" },
        { "{" BIAS ",\"dense/kernel\":{\"dtype\":\"F32\",\"shape\":\"2\",\"data_offsets\":[0,24]}}", VV_FORMAT,
          "shape" },
        { "{" BIAS ",\"dense/kernel\":7}", VV_FORMAT, "dense/kernel" },
        { "[]", VV_FORMAT, "header" },
        { "{\"a\":1,\"a\":1}", VV_FORMAT, "header" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vv_model *m = vv_sequential();
        vv_add(m, vv_input(2));
        vv_add(m, vv_dense(3));
        vv_error error = { 0 };
        put_tensors(bad[i].header);
        const vv_status status = vv_model_load_weights(m, path, &error);
        if (status != bad[i].status) fail_msg("%s gives %d: %s", bad[i].header, (int)status, error.text);
        CHECK_CONTAINS(error.text, path);
        CHECK_CONTAINS(error.text, bad[i].text);
        assert_int_equal(vv_model_weight_count(m), 0); /* none were invented */
        put_tensors("{" KERNEL "," BIAS "}");
        CHECK_OK(vv_model_load_weights(m, path, NULL));
        assert_int_equal(vv_model_weight_count(m), 2);
        vv_model *whole = NULL;
        error = (vv_error){ 0 };
        assert_int_equal(vv_model_load(path, &whole, &error), VV_FORMAT);
        CHECK_CONTAINS(error.text, "varve.model");
        vv_model_free(m);
    }
}

static void failed_loads_leave_weights_alone(void **state)
{
    (void)state;
    vv_model *m = make_mlp(), *same = make_mlp();
    CHECK_OK(vv_model_init(m, 3));
    CHECK_OK(vv_model_init(same, 3));
    put_tensors("{" KERNEL "," BIAS "}");
    assert_int_equal(vv_model_load_weights(m, path, NULL), VV_BAD_SHAPE);
    check_equal(m, same, true);
    unlink(path);
    vv_error error = { 0 };
    assert_int_equal(vv_model_load_weights(m, path, &error), VV_NOT_FOUND);
    check_equal(m, same, true);
    vv_model_free(m);
    vv_model_free(same);
}

static void a_header_longer_than_the_file_is_refused(void **state)
{
    (void)state;
    unsigned char bytes[64];
    memset(bytes, 0xff, sizeof bytes);
    put_file(bytes, sizeof bytes);
    vv_error error = { 0 };
    vv_model *m = NULL;
    assert_int_equal(vv_model_load(path, &m, &error), VV_FORMAT);
    CHECK_CONTAINS(error.text, "18446744073709551615");
}

static void a_model_without_weights_cannot_be_saved(void **state)
{
    (void)state;
    vv_model *m = make_mlp();
    vv_error error = { 0 };
    assert_int_equal(vv_model_save(m, path, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "no weights");
    CHECK_OK(vv_model_init(m, 0));
    error = (vv_error){ 0 };
    assert_int_equal(vv_model_save(m, "/no such folder/model", &error), VV_IO);
    CHECK_CONTAINS(error.text, "/no such folder/model");
    vv_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_have_names_shapes_and_keras_starts),
        cmocka_unit_test(weights_depend_on_seed_and_names_alone),
        cmocka_unit_test(saved_models_come_back_bit_by_bit),
        cmocka_unit_test(the_file_is_safetensors),
        cmocka_unit_test(files_cut_short_anywhere_are_refused),
        cmocka_unit_test(contradictions_are_named_with_file_tensor_and_numbers),
        cmocka_unit_test(failed_loads_leave_weights_alone),
        cmocka_unit_test(a_header_longer_than_the_file_is_refused),
        cmocka_unit_test(a_model_without_weights_cannot_be_saved),
    };
    return !!cmocka_run_group_tests(tests, make_folder, remove_folder);
}
