/* IDX, NPY and CIFAR files, and the caller's own arrays. */
#include "files.h"

#include "base/base.h"

/* ---- makers ---------------------------------------------------------------------------------------------------------
 */

static size_t put_u32(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) to[i] = (unsigned char)(value >> (24 - 8 * i));
    return 4;
}

/* The header of an IDX file of bytes. */
static size_t idx_header(unsigned char *to, int rank, const uint32_t *dim)
{
    size_t at = 4;
    memcpy(to, (const unsigned char[]){ 0, 0, 8, (unsigned char)rank }, 4);
    for (int i = 0; i < rank; i++) at += put_u32(to + at, dim[i]);
    return at;
}

static const char *idx_images(const char *name)
{
    unsigned char bytes[64];
    size_t n = idx_header(bytes, 3, (const uint32_t[]){ 3, 2, 2 });
    for (int i = 0; i < 12; i++) bytes[n++] = (unsigned char)(i * 20);
    return files_write(name, bytes, n);
}

static const char *idx_labels(const char *name, uint32_t count)
{
    unsigned char bytes[64];
    size_t n = idx_header(bytes, 1, &count);
    for (uint32_t i = 0; i < count; i++) bytes[n++] = (unsigned char)(2 - i % 3);
    return files_write(name, bytes, n);
}

static const char *npy(const char *name, int version, const char *descr, const char *order, const char *shape,
                       const void *bytes, size_t n)
{
    unsigned char file[1024];
    char header[200];
    size_t at = 8;
    const int length = snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }   \n",
                                descr, order, shape);
    memcpy(file, "\x93NUMPY", 6);
    file[6] = (unsigned char)version;
    file[7] = 0;
    for (int i = 0; i < (version == 1 ? 2 : 4); i++) file[at++] = (unsigned char)(length >> (8 * i));
    memcpy(file + at, header, (size_t)length);
    memcpy(file + at + (size_t)length, bytes, n);
    return files_write(name, file, at + (size_t)length + n);
}

/* ---- IDX -------------------------------------------------------------------------------------------------------- */

static void idx_bytes_become_0_to_1(void **state)
{
    (void)state;
    vv_data *data = files_open(files_spec("idx:%s,%s", idx_images("i"), idx_labels("l", 3)));
    const vv_shape shape = vv_data_shape(data);
    assert_int_equal(shape.rank, 3);
    assert_int_equal(shape.dim[0] * 100 + shape.dim[1] * 10 + shape.dim[2], 221);
    for (int i = 0; i < 12; i++) CHECK_EQUAL_EXACTLY(vv_data_x(data)[i], (float)(i * 20) / 255.0F);
    CHECK_EQUAL_EXACTLY(vv_data_y(data)[0], 2);
    assert_int_equal(vv_data_classes(data), 3);
    vv_data_free(data);
}

static void images_alone_are_enough_under_a_preparation(void **state)
{
    (void)state;
    vv_data *first = files_open(files_spec("idx:%s,%s", idx_images("i"), idx_labels("l", 3)));
    vv_data *later = files_open_with(files_spec("idx:%s", files_path("i")), vv_data_preparation(first));
    assert_memory_equal(vv_data_x(later), vv_data_x(first), 12 * sizeof(float));
    assert_null(vv_data_y(later));
    assert_int_equal(vv_data_classes(later), 3);
    assert_string_equal(vv_data_class_name(later, 2), "2");
    vv_data_free(later);
    vv_data_free(first);
}

static void resizing_is_bilinear_with_half_pixel_centres(void **state)
{
    (void)state;
    unsigned char bytes[64];
    size_t n = idx_header(bytes, 3, (const uint32_t[]){ 1, 1, 2 });
    bytes[n++] = 0;
    bytes[n++] = 255;
    files_write("i", bytes, n);
    vv_data *data = files_open(files_spec("idx:%s,%s?resize=1x4", files_path("i"), idx_labels("l", 1)));
    static const float expected[4] = { 0, 0.25F, 0.75F, 1 }; /* centres at -0.25, 0.25, 0.75, 1.25 of the old grid */
    for (int i = 0; i < 4; i++) CHECK_EQUAL_EXACTLY(vv_data_x(data)[i], expected[i]);
    vv_data_free(data);
    data = files_open(files_spec("idx:%s,%s?resize=3x1", files_path("i"), files_path("l")));
    for (int i = 0; i < 3; i++) CHECK_EQUAL_EXACTLY(vv_data_x(data)[i], 0.5);
    vv_data_free(data);
}

static void bad_idx_files_are_refused(void **state)
{
    (void)state;
    unsigned char b[64] = { 0 };
    char good[160];
    strcpy(good, idx_labels("l", 3)); /* files_path has few places */
    size_t n = idx_header(b, 3, (const uint32_t[]){ 3, 2, 2 });
    files_refuse(files_spec("idx:%s,%s", files_path("none"), good), VV_NOT_FOUND, "No such file");
    files_refuse(files_spec("idx:%s,%s", files_text("i", ""), good), VV_FORMAT, "cut short");
    files_refuse(files_spec("idx:%s,%s", files_text("i", "PK and so on"), good), VV_FORMAT,
                 "is not an IDX file: it begins with 0x50 0x4b");
    files_refuse(files_spec("idx:%s,%s", files_write("i", b, n + 11), good), VV_FORMAT,
                 "cut short: 1 of 12 bytes at offset 16 are missing");
    files_refuse(files_spec("idx:%s,%s", files_write("i", b, n + 13), good), VV_FORMAT,
                 "goes on after its last number");
    files_refuse(files_spec("idx:%s,%s", good, good), VV_FORMAT, "IDX of 1 axis are labels");
    files_refuse(files_spec("idx:%s,%s", idx_images("i"), idx_images("j")), VV_FORMAT, "IDX of 3 axes; labels have 1");
    files_refuse(files_spec("idx:%s,%s", idx_images("i"), idx_labels("k", 4)), VV_FORMAT, "has 3 images");
    files_refuse(files_spec("idx:%s", idx_images("i")), VV_BAD_ARG, "1 file given; write idx:IMAGES,LABELS");
    b[2] = 0x0d;
    files_refuse(files_spec("idx:%s,%s", files_write("i", b, n + 12), good), VV_UNSUPPORTED, "type 0x0d; only 0x08");
    b[2] = 8;
    b[3] = 9;
    files_refuse(files_spec("idx:%s,%s", files_write("i", b, n + 12), good), VV_FORMAT, "IDX of 9 axes");
    n = idx_header(b, 3, (const uint32_t[]){ 3, 0, 2 });
    files_refuse(files_spec("idx:%s,%s", files_write("i", b, n), good), VV_FORMAT, "size 1 in its header is 0");
}

static void enormous_headers_are_refused_without_allocating(void **state)
{
    (void)state;
    unsigned char b[64];
    const char *spec;
    size_t n = idx_header(b, 3, (const uint32_t[]){ 1 << 30, 1 << 10, 1 << 10 });
    files_write("huge", b, n + 8);
    spec = files_spec("idx:%s,%s", files_path("huge"), files_path("huge"));
    files_refuse(spec, VV_FORMAT, "promises 1125899906842624 bytes, the file cannot hold more than 24");
    n = idx_header(b, 4, (const uint32_t[]){ 0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff });
    files_refuse(files_spec("idx:%s,x", files_write("huge", b, n + 8)), VV_FORMAT, "in its header is");
    files_gzip("huge.gz", b, n); /* even a gzip stream can hold only so much */
    files_refuse(files_spec("idx:%s,x", files_path("huge.gz")), VV_FORMAT, "in its header is");
    npy("huge.npy", 1, "<f4", "False", "(1099511627776,)", b, 8);
    files_refuse(files_spec("npy:%s,x", files_path("huge.npy")), VV_FORMAT, "size 0 is 1099511627776");
    npy("huge.npy", 1, "<f4", "False", "(1073741824, 1024)", b, 8);
    files_refuse(files_spec("npy:%s,x", files_path("huge.npy")), VV_FORMAT, "promises 4398046511104 bytes");
}

static void an_image_file_cut_in_its_gzip_stream_is_refused(void **state)
{
    (void)state;
    unsigned char bytes[3000], gz[4096];
    size_t n = idx_header(bytes, 2, (const uint32_t[]){ 100, 28 });
    for (size_t i = n; i < n + 2800; i++) bytes[i] = (unsigned char)(i * i * 31 >> 3);
    files_gzip("whole.gz", bytes, n + 2800);
    FILE *file = fopen(files_path("whole.gz"), "rb");
    const size_t size = fread(gz, 1, sizeof gz, file);
    fclose(file);
    idx_labels("l", 40);
    for (size_t cut = 12; cut < size; cut += 37) {
        files_write("cut.gz", gz, cut);
        files_refuse(files_spec("idx:%s,%s", files_path("cut.gz"), files_path("l")), VV_FORMAT, "cut short");
    }
    gz[size - 6] ^= 1; /* the check sum */
    files_write("cut.gz", gz, size);
    files_refuse(files_spec("idx:%s,%s", files_path("cut.gz"), files_path("l")), VV_FORMAT, "damaged gzip stream");
}

/* ---- NPY -------------------------------------------------------------------------------------------------------- */

static void npy_reads_every_type_it_names(void **state)
{
    (void)state;
    static const struct {
        const char *descr;
        unsigned char bytes[16]; /* two numbers: 1 and 2, or 1 and 0 */
        size_t size;
        float second;
    } types[] = {
        { "<f4", { 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40 }, 4, 2 },
        { "<f8", { 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0x40 }, 8, 2 },
        { "|i1", { 1, 0xfe }, 1, -2 },
        { "<i2", { 1, 0, 0xfe, 0xff }, 2, -2 },
        { "<i4", { 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff }, 4, -2 },
        { "<i8", { 1, 0, 0, 0, 0, 0, 0, 0, 2 }, 8, 2 },
        { "|u1", { 1, 0xfe }, 1, 254 },
        { "<u2", { 1, 0, 0xfe, 0xff }, 2, 65534 },
        { "|b1", { 1, 0 }, 1, 0 },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const int version = 1 + (int)(i % 3);
        npy("x.npy", version, types[i].descr, "False", "(2,)", types[i].bytes, 2 * types[i].size);
        vv_data *data = files_open(files_spec("npy:%s,%s", files_path("x.npy"), files_path("x.npy")));
        assert_int_equal(vv_data_count(data), 2);
        CHECK_EQUAL_EXACTLY(vv_data_x(data)[0], 1);
        CHECK_EQUAL_EXACTLY(vv_data_x(data)[1], types[i].second);
        vv_data_free(data);
    }
}

static void npy_keeps_shapes_and_knows_classes(void **state)
{
    (void)state;
    unsigned char zero[64] = { 0 };
    npy("x.npy", 1, "|u1", "False", "(3, 2, 2, 1)", zero, 12);
    npy("y.npy", 1, "|u1", "False", "(3,)", (const unsigned char[]){ 0, 1, 1 }, 3);
    vv_data *data = files_open(files_spec("npy:%s,%s", files_path("x.npy"), files_path("y.npy")));
    assert_int_equal(vv_data_shape(data).rank, 3);
    assert_int_equal(vv_data_target_shape(data).dim[0], 1);
    assert_int_equal(vv_data_classes(data), 2);
    vv_data_free(data);
    npy("y.npy", 1, "|u1", "False", "(3, 2)", zero, 6);
    data = files_open(files_spec("npy:%s,%s", files_path("x.npy"), files_path("y.npy")));
    assert_int_equal(vv_data_target_shape(data).dim[0], 2);
    assert_int_equal(vv_data_classes(data), 0);
    vv_data_free(data);
}

static void npy_scales_when_asked(void **state)
{
    (void)state;
    npy("x.npy", 1, "|u1", "False", "(2, 2)", (const unsigned char[]){ 1, 7, 3, 7 }, 4);
    npy("y.npy", 1, "|u1", "False", "(2,)", (const unsigned char[]){ 5, 6 }, 2);
    vv_data *data = files_open(files_spec("npy:%s,%s?scale=standard", files_path("x.npy"), files_path("y.npy")));
    static const float expected[4] = { -1, 0, 1, 0 }; /* a constant stays finite */
    for (int i = 0; i < 4; i++) CHECK_EQUAL_EXACTLY(vv_data_x(data)[i], expected[i]);
    npy("z.npy", 1, "|u1", "False", "(1, 2)", (const unsigned char[]){ 5, 8 }, 2);
    vv_data *later = files_open_with(files_spec("npy:%s", files_path("z.npy")), vv_data_preparation(data));
    CHECK_EQUAL_EXACTLY(vv_data_x(later)[0], 3);
    CHECK_EQUAL_EXACTLY(vv_data_x(later)[1], 1);
    assert_null(vv_data_y(later));
    assert_int_equal(vv_data_target_shape(later).rank, 0);
    vv_data_free(later);
    vv_data_free(data);
}

static void bad_npy_files_are_refused(void **state)
{
    (void)state;
    unsigned char zero[64] = { 0 };
    const char *spec = "npy:%s,x";
    files_refuse(files_spec(spec, files_text("a.npy", "")), VV_FORMAT, "cut short");
    files_refuse(files_spec(spec, files_text("a.npy", "PK\3\4 a zip, .npz")), VV_FORMAT, "is not an NPY file");
    files_refuse(files_spec(spec, npy("a.npy", 4, "<f4", "False", "(2,)", zero, 8)), VV_VERSION,
                 "NPY version 4; 1 to 3 are read");
    files_refuse(files_spec(spec, npy("a.npy", 1, "<f4", "True", "(2,)", zero, 8)), VV_UNSUPPORTED,
                 "in Fortran order; save numpy.ascontiguousarray()");
    files_refuse(files_spec(spec, npy("a.npy", 1, ">f4", "False", "(2,)", zero, 8)), VV_UNSUPPORTED,
                 "big endian; save it as little endian");
    files_refuse(files_spec(spec, npy("a.npy", 1, "<c8", "False", "(2,)", zero, 16)), VV_UNSUPPORTED,
                 "NPY of type <c8; f4 f8");
    files_refuse(files_spec(spec, npy("a.npy", 1, "|O", "False", "(2,)", zero, 16)), VV_UNSUPPORTED, "NPY of type |O");
    files_refuse(files_spec(spec, npy("a.npy", 1, "<f4", "False", "()", zero, 4)), VV_FORMAT,
                 "a single number, no examples");
    files_refuse(files_spec(spec, npy("a.npy", 1, "<f4", "False", "(0, 2)", zero, 0)), VV_FORMAT, "size 0 is 0");
    files_refuse(files_spec(spec, npy("a.npy", 1, "<f4", "False", "(x)", zero, 0)), VV_FORMAT,
                 "not a tuple of numbers");
    files_refuse(files_spec(spec, npy("a.npy", 1, "<f4", "False", "(1,1,1,1,1,1)", zero, 4)), VV_UNSUPPORTED,
                 "more than 5 axes");
    files_refuse(files_spec(spec, npy("a.npy", 1, "<f4", "False", "(2,)", zero, 7)), VV_FORMAT, "cut short");
    files_refuse(files_spec(spec, npy("a.npy", 1, "<f4", "False", "(2,)", zero, 9)), VV_FORMAT,
                 "goes on after its last number");
    const float bad[4] = { 1, 2, (float)NAN, 4 };
    npy("y.npy", 1, "<f4", "False", "(2,)", zero, 8);
    npy("a.npy", 1, "<f4", "False", "(2, 2)", bad, 16);
    files_refuse(files_spec("npy:%s,%s", files_path("a.npy"), files_path("y.npy")), VV_FORMAT,
                 "number 0 of example 1 is nan");
    const double far[2] = { 1, 1e300 };
    npy("a.npy", 1, "<f8", "False", "(2,)", far, 16);
    files_refuse(files_spec("npy:%s,%s", files_path("a.npy"), files_path("y.npy")), VV_FORMAT,
                 "is 1e+300; it must be finite in float32");
    npy("a.npy", 1, "<f4", "False", "(3,)", zero, 12);
    files_refuse(files_spec("npy:%s,%s", files_path("a.npy"), files_path("y.npy")), VV_FORMAT, "has 3 examples");
}

/* ---- CIFAR ------------------------------------------------------------------------------------------------------ */

static void cifar_planes_become_channels(void **state)
{
    (void)state;
    static unsigned char records[2 * 3073];
    memset(records, 0, sizeof records);
    records[0] = 9;
    records[1] = 255;               /* red of the first pixel     */
    records[1 + 1024 + 1] = 51;     /* green of the second        */
    records[1 + 2048 + 1023] = 102; /* blue of the last           */
    records[3073] = 3;
    files_write("c.bin", records, sizeof records);
    files_gzip("c.bin.gz", records, 3073);
    vv_data *data = files_open(files_spec("cifar:%s,%s", files_path("c.bin"), files_path("c.bin.gz")));
    assert_int_equal(vv_data_count(data), 3);
    CHECK_EQUAL_EXACTLY(vv_data_x(data)[0], 1);
    CHECK_EQUAL_EXACTLY(vv_data_x(data)[3 + 1], 0.2F);
    CHECK_EQUAL_EXACTLY(vv_data_x(data)[3 * 1023 + 2], 0.4F);
    CHECK_EQUAL_EXACTLY(vv_data_y(data)[1], 3);
    assert_string_equal(vv_data_class_name(data, 9), "truck");
    vv_data_free(data);
    files_refuse(files_spec("cifar:%s", files_write("d.bin", records, 3072)), VV_FORMAT,
                 "ends 3072 bytes into a record of 3073");
    files_refuse(files_spec("cifar:%s", files_write("d.bin", records, 0)), VV_FORMAT, "is empty");
    records[3073] = 10;
    files_refuse(files_spec("cifar:%s", files_write("d.bin", records, sizeof records)), VV_FORMAT,
                 "label 10; CIFAR-10 has labels 0 to 9");
}

/* ---- the caller's own arrays ------------------------------------------------------------------------------------ */

static void own_arrays_are_copied(void **state)
{
    (void)state;
    float x[4] = { 1, 2, 3, 4 }, y[2] = { 0, 1 }, w[2] = { 0.5F, 2 };
    vv_data *data = NULL, *bare = NULL;
    vv_error error = { 0 };
    const vv_shape pair = { 1, { 2 } }, one = { 1, { 1 } };
    CHECK_OK(vv_data_new(2, pair, x, one, y, w, &data, &error));
    CHECK_OK(vv_data_new(2, pair, x, one, NULL, NULL, &bare, &error));
    x[0] = y[0] = w[0] = 9;
    CHECK_EQUAL_EXACTLY(vv_data_x(data)[0], 1);
    CHECK_EQUAL_EXACTLY(vv_data_y(data)[0], 0);
    CHECK_EQUAL_EXACTLY(vv_data_weights(data)[0], 0.5);
    assert_null(vv_data_y(bare));
    assert_null(vv_data_weights(bare));
    assert_int_equal(vv_data_target_shape(bare).rank, 0);
    assert_int_equal(vv_data_classes(data), 0);
    vv_data_free(data);
    vv_data_free(bare);
    vv_data_free(NULL);
}

static void own_arrays_of_impossible_shapes_are_refused(void **state)
{
    (void)state;
    const float x[4] = { 0 };
    const vv_shape one = { 1, { 1 } };
    static const struct {
        size_t n;
        vv_shape shape;
        const char *part;
    } cases[] = { { 0, { 1, { 1 } }, "0 examples" },
                  { 1, { 0, { 1 } }, "rank 0; it must be 1 to 4" },
                  { 1, { 5, { 1 } }, "rank 5" },
                  { 1, { 2, { 1, 0 } }, "size 1 of the input shape is 0" },
                  { 1, { 1, { -3 } }, "is -3" },
                  { SIZE_MAX / 2, { 1, { 4 } }, "more than memory can address" },
                  { 1, { 4, { 1 << 30, 1 << 30, 1 << 30, 1 << 30 } }, "more than memory can address" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vv_data *data = NULL;
        vv_error error = { 0 };
        assert_int_equal(vv_data_new(cases[i].n, cases[i].shape, x, one, x, NULL, &data, &error), VV_BAD_ARG);
        CHECK_CONTAINS(error.text, cases[i].part);
        assert_null(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idx_bytes_become_0_to_1),
        cmocka_unit_test(images_alone_are_enough_under_a_preparation),
        cmocka_unit_test(resizing_is_bilinear_with_half_pixel_centres),
        cmocka_unit_test(bad_idx_files_are_refused),
        cmocka_unit_test(enormous_headers_are_refused_without_allocating),
        cmocka_unit_test(an_image_file_cut_in_its_gzip_stream_is_refused),
        cmocka_unit_test(npy_reads_every_type_it_names),
        cmocka_unit_test(npy_keeps_shapes_and_knows_classes),
        cmocka_unit_test(npy_scales_when_asked),
        cmocka_unit_test(bad_npy_files_are_refused),
        cmocka_unit_test(cifar_planes_become_channels),
        cmocka_unit_test(own_arrays_are_copied),
        cmocka_unit_test(own_arrays_of_impossible_shapes_are_refused),
    };
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    files_remove();
    return !!failures;
}
