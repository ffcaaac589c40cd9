/* Files cut at every byte, flipped at every byte, and of random bytes; and every allocation failing in turn. An opening
 * gives data or an error with words; nothing crashes and (under AddressSanitizer) nothing leaks. */
#include "files.h"

#include "base/base.h"

typedef struct sample {
    const char *name, *scheme, *options;
    enum { ALONE, WITH_LABELS, TWICE } second; /* the other file of a pair */
    unsigned char bytes[4096];
    size_t n;
} sample;

enum { SAMPLES = 5 };
static sample samples[SAMPLES];
static char whole_labels[160];

static void read_back(sample *s)
{
    FILE *file = fopen(files_path(s->name), "rb");
    assert_non_null(file);
    s->n = fread(s->bytes, 1, sizeof s->bytes, file);
    fclose(file);
}

static void make_samples(void)
{
    static const char csv[] = "a,\"b \"\"x\",kind\n1,u,yes\n2.5,v,no\n?,u,yes\n4,w,no\n";
    unsigned char images[] = { 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8 };
    const unsigned char labels[] = { 0, 0, 8, 1, 0, 0, 0, 2, 1, 1 }; /* two of a class can be split */
    static const char header[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n";
    unsigned char npy[128] = { 0 };
    memcpy(npy, "\x93NUMPY\1\0", 8);
    npy[8] = (unsigned char)(sizeof header - 1);
    memcpy(npy + 10, header, sizeof header - 1);
    static unsigned char cifar[3073];
    samples[0] = (sample){ .name = "d.csv", .scheme = "csv", .options = "?target=kind" };
    samples[1] = (sample){ .name = "d.csv.gz", .scheme = "csv", .options = "?target=-1" };
    samples[2] = (sample){ .name = "d.idx", .scheme = "idx", .options = "", .second = WITH_LABELS };
    samples[3] = (sample){ .name = "d.npy", .scheme = "npy", .options = "", .second = TWICE };
    samples[4] = (sample){ .name = "d.bin.gz", .scheme = "cifar", .options = "" };
    files_text("d.csv", csv);
    files_gzip("d.csv.gz", csv, sizeof csv - 1);
    files_write("d.idx", images, sizeof images);
    files_write("d.npy", npy, 10 + sizeof header - 1 + 8);
    files_gzip("d.bin.gz", cifar, sizeof cifar);
    strcpy(whole_labels, files_write("labels", labels, sizeof labels));
    for (int i = 0; i < SAMPLES; i++) read_back(&samples[i]);
}

static const char *spec_of(const sample *s)
{
    static char spec[512];
    const char *path = files_path(s->name), *const second[] = { "", whole_labels, path };
    snprintf(spec, sizeof spec, "%s:%s%s%s%s", s->scheme, path, s->second == ALONE ? "" : ",", second[s->second],
             s->options);
    return spec;
}

/* Whatever comes out must be consistent. */
static vv_status try_open(const char *spec)
{
    vv_data *training = NULL, *validation = NULL;
    vv_error error = { 0 };
    const vv_status status =
        vv_data_open(spec, &(vv_data_args){ .validation_split = 0.5 }, &training, &validation, &error);
    assert_int_equal(error.status, status);
    assert_true((status == VV_OK) == (training != NULL));
    assert_true((status == VV_OK) == (error.text[0] == '\0'));
    if (status == VV_OK) assert_true(vv_data_count(training) >= 1 && vv_data_count(validation) >= 1);
    for (size_t i = 0; status == VV_OK && i < vv_data_count(training); i++)
        assert_true(isfinite(vv_data_x(training)[i]));
    vv_data_free(training);
    vv_data_free(validation);
    return status;
}

static void whole_files_open(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES - 1; i++) { /* one CIFAR record cannot be split */
        files_write(samples[i].name, samples[i].bytes, samples[i].n);
        CHECK_OK(try_open(spec_of(&samples[i])));
    }
}

static void files_cut_at_every_byte_are_refused_or_a_shorter_table(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++)
        for (size_t n = 0; n < samples[i].n; n++) {
            files_write(samples[i].name, samples[i].bytes, n);
            const vv_status status = try_open(spec_of(&samples[i]));
            if (i > 0) assert_int_not_equal(status, VV_OK); /* a text file may well be whole with fewer rows */
        }
}

static void files_with_any_byte_changed_never_crash(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++)
        for (size_t at = 0; at < samples[i].n; at++)
            for (int bit = 0; bit < 8; bit += 3) {
                samples[i].bytes[at] ^= (unsigned char)(1 << bit);
                files_write(samples[i].name, samples[i].bytes, samples[i].n);
                (void)try_open(spec_of(&samples[i]));
                samples[i].bytes[at] ^= (unsigned char)(1 << bit);
            }
}

/* Bytes that a format's readers care about, so that random files get past the first check now and then. */
static size_t random_bytes(vvi_stream *stream, const sample *s, unsigned char *bytes)
{
    static const char spice[] = "\n\n,,,\"\"?;0123456789.-eENAnan()':{}<f\r";
    const size_t n = (size_t)vvi_stream_below(stream, 200), kept = (size_t)vvi_stream_below(stream, 40);
    for (size_t i = 0; i < n; i++)
        bytes[i] = vvi_stream_below(stream, 4) == 0 ? (unsigned char)vvi_stream_u32(stream)
                                                    : (unsigned char)spice[vvi_stream_below(stream, sizeof spice - 1)];
    if (vvi_stream_below(stream, 2) == 0) memcpy(bytes, s->bytes, kept < s->n ? kept : s->n);
    return n;
}

static void random_files_never_crash(void **state)
{
    (void)state;
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "damage"));
    unsigned char bytes[256] = { 0 };
    for (int round = 0; round < 2000; round++)
        for (int i = 0; i < SAMPLES; i++) {
            files_write(samples[i].name, bytes, random_bytes(&stream, &samples[i], bytes));
            (void)try_open(spec_of(&samples[i]));
        }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        files_write(samples[i].name, samples[i].bytes, samples[i].n);
        char spec[512];
        strcpy(spec, spec_of(&samples[i]));
        vv_data *data = NULL, *validation = NULL, *again = NULL;
        const vv_data_args args = { .validation_split = i < SAMPLES - 1 ? 0.5 : 0 };
        vv_error error = { 0 };
        long n = 1;
        for (; n < 1000; n++) {
            error = (vv_error){ 0 };
            vvi_fail_allocation(n);
            const vv_status status = vv_data_open(spec, &args, &data, &validation, &error);
            vvi_fail_allocation(-1);
            if (status == VV_OK) break;
            assert_int_equal(status, VV_NO_MEMORY);
            assert_null(data);
            assert_null(validation);
        }
        assert_true(n > 3 && n < 1000);
        for (long m = 1;; m++) {
            error = (vv_error){ 0 };
            vvi_fail_allocation(m);
            const vv_status status =
                vv_data_open(spec, &(vv_data_args){ .preparation = vv_data_preparation(data) }, &again, NULL, &error);
            vvi_fail_allocation(-1);
            if (status == VV_OK) break;
            assert_int_equal(status, VV_NO_MEMORY);
            assert_null(again);
        }
        vv_data_free(again);
        vv_data_free(data);
        vv_data_free(validation);
    }
}

static void every_allocation_may_fail_for_series_and_named_sets(void **state)
{
    (void)state;
    setenv("VARVE_DATA", VARVE_SOURCE_DIR "/data", 1);
    files_text("s.csv", "v\n1\n2\n\n4\n3\n5\n");
    char series[256];
    snprintf(series, sizeof series, "csv:%s?target=v&window=2", files_path("s.csv"));
    const char *const specs[] = { series, "co2?window=3", "digits?resize=9x9", "nonsense" };
    for (size_t i = 0; i < 4; i++)
        for (long n = 1; n < 500; n++) {
            vv_data *data = NULL, *validation = NULL;
            vv_error error = { 0 };
            vvi_fail_allocation(n);
            const vv_status status =
                vv_data_open(specs[i], &(vv_data_args){ .validation_split = 0.3 }, &data, &validation, &error);
            vvi_fail_allocation(-1);
            vv_data_free(data);
            vv_data_free(validation);
            if (status != VV_NO_MEMORY) {
                assert_int_equal(status, i == 3 ? VV_NOT_FOUND : VV_OK);
                assert_true(n > 1);
                break;
            }
            assert_null(data);
            assert_true(n < 499);
        }
}

int main(void)
{
    make_samples();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files_open),
        cmocka_unit_test(files_cut_at_every_byte_are_refused_or_a_shorter_table),
        cmocka_unit_test(files_with_any_byte_changed_never_crash),
        cmocka_unit_test(random_files_never_crash),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(every_allocation_may_fail_for_series_and_named_sets),
    };
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    files_remove();
    return !!failures;
}
