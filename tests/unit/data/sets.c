/* The sets that come with the project, and the published ones where $VARVE_DATA has them. */
#include "files.h"

#include <sys/stat.h>

static void count_classes(const vv_data *data, size_t *count)
{
    for (size_t i = 0; i < vv_data_count(data); i++) count[(int)vv_data_y(data)[i]]++;
}

static void open_parts(const char *spec, double split, vv_data **training, vv_data **validation)
{
    vv_error error = { 0 };
    if (vv_data_open(spec, &(vv_data_args){ .validation_split = split }, training, validation, &error) != VV_OK)
        fail_msg("%s: %s", spec, error.text);
}

static void digits_are_the_published_ones(void **state)
{
    (void)state;
    static const size_t published[10] = { 178, 182, 177, 183, 181, 182, 181, 179, 174, 180 };
    static const float first_row[8] = { 0, 0, 5, 13, 9, 1, 0, 0 };
    vv_data *data = files_open("digits");
    const vv_shape shape = vv_data_shape(data);
    size_t count[10] = { 0 };
    assert_int_equal(vv_data_count(data), 1797);
    assert_int_equal(shape.rank, 3);
    assert_int_equal(shape.dim[0] * 100 + shape.dim[1] * 10 + shape.dim[2], 881);
    assert_int_equal(vv_data_classes(data), 10);
    assert_string_equal(vv_data_class_name(data, 7), "7");
    assert_null(vv_data_class_name(data, 10));
    assert_null(vv_data_class_name(data, -1));
    for (int i = 0; i < 8; i++) CHECK_EQUAL_EXACTLY(vv_data_x(data)[i], first_row[i] / 16);
    CHECK_EQUAL_EXACTLY(vv_data_y(data)[0], 0);
    count_classes(data, count);
    for (int k = 0; k < 10; k++) assert_int_equal(count[k], published[k]);
    assert_null(vv_data_weights(data));
    assert_string_equal(vv_data_name(data), "digits");
    assert_false(vv_data_is_series(data));
    vv_data_free(data);
}

static void digits_enlarged_keep_their_mean_and_range(void **state)
{
    (void)state;
    vv_data *small = files_open("digits"), *large = files_open("digits:28x28"),
            *same = files_open("digits?resize=28x28");
    double sum_small = 0, sum_large = 0;
    assert_int_equal(vv_data_shape(large).dim[0], 28);
    files_check_same(large, same);
    for (size_t i = 0; i < 1797 * 64; i++) sum_small += (double)vv_data_x(small)[i];
    for (size_t i = 0; i < (size_t)1797 * 784; i++) {
        const float x = vv_data_x(large)[i];
        assert_true(x >= 0 && x <= 1);
        sum_large += (double)x;
    }
    /* interpolation weighs the inner pixels alike, the edges (empty in most digits) a little more */
    CHECK_NEAR(sum_large / 784 / (sum_small / 64), 1, 0.02);
    vv_data_free(small);
    vv_data_free(large);
    vv_data_free(same);
}

static void breast_cancer_is_the_published_one_standardised(void **state)
{
    (void)state;
    vv_data *data = files_open("breast-cancer"), *raw = files_open("breast-cancer?scale=none"),
            *mean = files_open("breast-cancer:mean");
    size_t count[2] = { 0 };
    assert_int_equal(vv_data_count(data), 569);
    assert_int_equal(vv_data_shape(data).dim[0], 30);
    assert_int_equal(vv_data_shape(mean).dim[0], 10);
    CHECK_EQUAL_EXACTLY(vv_data_x(raw)[0], 17.99F);
    CHECK_EQUAL_EXACTLY(vv_data_x(raw)[29], 0.1189F);
    count_classes(data, count);
    assert_int_equal(count[0], 212);
    assert_int_equal(count[1], 357);
    assert_string_equal(vv_data_class_name(data, 0), "malignant");
    for (size_t j = 0; j < 30; j++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < 569; i++) {
            const double x = (double)vv_data_x(data)[i * 30 + j];
            sum += x;
            squares += x * x;
            if (j < 10) CHECK_EQUAL_EXACTLY(vv_data_x(mean)[i * 10 + j], x);
        }
        CHECK_NEAR(sum / 569, 0, 1e-6);
        CHECK_NEAR(squares / 569, 1, 1e-5);
    }
    vv_data_free(data);
    vv_data_free(raw);
    vv_data_free(mean);
}

static void co2_is_the_published_series_in_windows(void **state)
{
    (void)state;
    vv_data *raw = files_open("co2?scale=none&window=5"), *data = files_open("co2");
    assert_true(vv_data_is_series(raw));
    assert_int_equal(vv_data_count(raw), 2284 - 5);
    assert_int_equal(vv_data_count(data), 2284 - 100);
    assert_int_equal(vv_data_shape(data).dim[0], 100);
    assert_int_equal(vv_data_shape(data).dim[1], 1);
    assert_int_equal(vv_data_classes(data), 0);
    static const float first[6] = { 316.1F, 317.3F, 317.6F, 317.5F, 316.4F, 316.9F };
    for (int i = 0; i < 5; i++) CHECK_EQUAL_EXACTLY(vv_data_x(raw)[i], first[i]);
    CHECK_EQUAL_EXACTLY(vv_data_y(raw)[0], first[5]);
    vv_data_free(raw);
    vv_data_free(data);
    char spec[256];
    snprintf(spec, sizeof spec, "csv:%s/data/co2.csv?target=co2&window=1&missing=drop", VARVE_SOURCE_DIR);
    data = files_open(spec);
    assert_int_equal(vv_data_count(data), 2284 - 59 - 1);
    vv_data_free(data);
}

static void a_fifth_for_validation_is_a_fifth(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        size_t training, validation;
    } sizes[] = { { "digits", 1438, 359 }, { "breast-cancer", 455, 114 }, { "co2", 1747, 437 } };
    for (size_t i = 0; i < 3; i++) {
        vv_data *training = NULL, *validation = NULL;
        open_parts(sizes[i].spec, 0.2, &training, &validation);
        assert_int_equal(vv_data_count(training), sizes[i].training);
        assert_int_equal(vv_data_count(validation), sizes[i].validation);
        assert_string_equal(vv_data_preparation(training), vv_data_preparation(validation));
        vv_data_free(training);
        vv_data_free(validation);
    }
}

static void every_set_with_a_name_can_be_asked_for(void **state)
{
    (void)state;
    size_t n = 0;
    for (; vv_data_set_at(n) != NULL; n++) {
        assert_true(strlen(vv_data_set_at(n)->summary) > 10);
        char spec[64];
        snprintf(spec, sizeof spec, "%s?nonsense=1", vv_data_set_at(n)->name);
        files_refuse(spec, VV_BAD_ARG, "unknown option \"nonsense\"");
    }
    assert_int_equal(n, 6);
}

static void parts_of_sets_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    files_refuse("digits:huge", VV_BAD_ARG, "\"huge\" is not a size");
    files_refuse("digits:0x28", VV_BAD_ARG, "is not a size");
    files_refuse("digits:28x5000", VV_BAD_ARG, "is not a size");
    files_refuse("breast-cancer:worst", VV_BAD_ARG, "write breast-cancer or breast-cancer:mean");
    files_refuse("mnist:train", VV_BAD_ARG, "write mnist or mnist:test");
    files_refuse("cifar10:train", VV_BAD_ARG, "write cifar10 or cifar10:test");
    files_refuse("co2:weekly", VV_BAD_ARG, "write co2 alone");
}

/* ---- published sets: only where they are ------------------------------------------------------------------------ */

static const char *real_data;

static bool is_there(const char *file)
{
    char path[512];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", real_data == NULL ? "" : real_data, file);
    if (real_data != NULL && stat(path, &info) == 0) return true;
    print_message("skipped: $VARVE_DATA has no %s\n", file);
    return false;
}

static void mnist_has_its_published_counts(void **state)
{
    (void)state;
    static const size_t test_counts[10] = { 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009 };
    static const size_t training_counts[10] = { 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949 };
    if (!is_there("mnist/train-images-idx3-ubyte.gz")) skip();
    for (int part = 0; part < 2; part++) {
        vv_data *data = files_open(part == 0 ? "mnist" : "mnist:test");
        size_t count[10] = { 0 };
        assert_int_equal(vv_data_count(data), part == 0 ? 60000 : 10000);
        assert_int_equal(vv_data_shape(data).dim[0], 28);
        assert_int_equal(vv_data_shape(data).dim[2], 1);
        count_classes(data, count);
        for (int k = 0; k < 10; k++) assert_int_equal(count[k], part == 0 ? training_counts[k] : test_counts[k]);
        vv_data_free(data);
    }
}

static void mnist_has_its_published_mean(void **state)
{
    (void)state;
    if (!is_there("mnist/train-images-idx3-ubyte.gz")) skip();
    vv_data *data = files_open("mnist");
    double sum = 0;
    for (size_t i = 0; i < (size_t)60000 * 784; i++) sum += (double)vv_data_x(data)[i];
    CHECK_NEAR(sum / 60000 / 784, 0.1307, 0.00005); /* as everybody quotes it, four digits */
    vv_data_free(data);
}

static void cifar10_takes_the_parts_there_are(void **state)
{
    (void)state;
    if (!is_there("cifar10/train_0000_4999.bin.gz")) skip();
    vv_data *training = files_open("cifar10"), *test = files_open("cifar10:test");
    assert_int_equal(vv_data_count(training) % 1000, 0);
    assert_int_equal(vv_data_count(test) % 1000, 0);
    assert_string_equal(vv_data_class_name(test, 3), "cat");
    /* test image 0 is a cat; its first pixel is 158, 112, 49 */
    CHECK_EQUAL_EXACTLY(vv_data_y(test)[0], 3);
    CHECK_EQUAL_EXACTLY(vv_data_x(test)[0], 158.0F / 255);
    CHECK_EQUAL_EXACTLY(vv_data_x(test)[1], 112.0F / 255);
    CHECK_EQUAL_EXACTLY(vv_data_x(test)[2], 49.0F / 255);
    vv_data_free(training);
    vv_data_free(test);
}

int main(void)
{
    real_data = getenv("VARVE_DATA");
    if (real_data == NULL) setenv("VARVE_DATA", VARVE_SOURCE_DIR "/data", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_the_published_ones),
        cmocka_unit_test(digits_enlarged_keep_their_mean_and_range),
        cmocka_unit_test(breast_cancer_is_the_published_one_standardised),
        cmocka_unit_test(co2_is_the_published_series_in_windows),
        cmocka_unit_test(a_fifth_for_validation_is_a_fifth),
        cmocka_unit_test(every_set_with_a_name_can_be_asked_for),
        cmocka_unit_test(parts_of_sets_that_do_not_exist_are_refused),
        cmocka_unit_test(mnist_has_its_published_counts),
        cmocka_unit_test(mnist_has_its_published_mean),
        cmocka_unit_test(cifar10_takes_the_parts_there_are),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
