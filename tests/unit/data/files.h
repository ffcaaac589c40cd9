/* files.h - small files in a folder of their own, and what opening them says. */
#ifndef VARVE_TESTS_DATA_FILES_H
#define VARVE_TESTS_DATA_FILES_H

#include "check.h"

#include <stdlib.h>
#include <unistd.h>
#include <varve/data.h>
#include <zlib.h>

/* Static: one folder for a test program, removed by files_remove. */
static char files_folder[64];

static inline const char *files_path(const char *name)
{
    static char path[4][160];
    static int next;
    if (files_folder[0] == '\0') {
        strcpy(files_folder, "/tmp/varve-data-XXXXXX");
        assert_non_null(mkdtemp(files_folder));
    }
    char *one = path[next++ % 4];
    snprintf(one, sizeof path[0], "%s/%s", files_folder, name);
    return one;
}

static inline const char *files_write(const char *name, const void *bytes, size_t n)
{
    const char *path = files_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline const char *files_text(const char *name, const char *text)
{
    return files_write(name, text, strlen(text));
}

static inline const char *files_gzip(const char *name, const void *bytes, size_t n)
{
    const char *path = files_path(name);
    gzFile file = gzopen(path, "wb9");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)n), (int)n);
    assert_int_equal(gzclose(file), Z_OK);
    return path;
}

/* A SPEC made like printf. */
static inline const char *files_spec(const char *format, ...)
{
    static char spec[512];
    va_list args;
    va_start(args, format);
    vsnprintf(spec, sizeof spec, format, args);
    va_end(args);
    return spec;
}

/* Opens without a split; must succeed. */
static inline vv_data *files_open(const char *spec)
{
    vv_data *data = NULL;
    vv_error error = { 0 };
    if (vv_data_open(spec, NULL, &data, NULL, &error) != VV_OK) fail_msg("%s: %s", spec, error.text);
    assert_non_null(data);
    return data;
}

static inline vv_data *files_open_with(const char *spec, const char *preparation)
{
    vv_data *data = NULL;
    vv_error error = { 0 };
    if (vv_data_open(spec, &(vv_data_args){ .preparation = preparation }, &data, NULL, &error) != VV_OK)
        fail_msg("%s: %s", spec, error.text);
    return data;
}

/* Opening must fail with this status, and with a text that has `part` in it. */
static inline void files_refuse_with(const char *spec, const vv_data_args *args, vv_status status, const char *part)
{
    vv_data *training = NULL, *validation = NULL;
    vv_error error = { 0 };
    const vv_status got = vv_data_open(spec, args, &training, &validation, &error);
    if (got == VV_OK) fail_msg("%s: was opened; \"%s\" was expected", spec, part);
    CHECK_CONTAINS(error.text, part);
    if (got != status || error.status != status)
        fail_msg("%s: %s, not %s (%s)", spec, vv_status_name(got), vv_status_name(status), error.text);
    assert_null(training);
    assert_null(validation);
}

static inline void files_refuse(const char *spec, vv_status status, const char *part)
{
    files_refuse_with(spec, NULL, status, part);
}

static inline void files_remove(void)
{
    char command[96];
    if (files_folder[0] == '\0') return;
    snprintf(command, sizeof command, "rm -rf '%s'", files_folder);
    if (system(command) != 0) fprintf(stderr, "%s is left\n", files_folder);
}

/* Same shapes, same numbers, bit for bit. */
static inline void files_check_same(const vv_data *a, const vv_data *b)
{
    const vv_shape s = vv_data_shape(a), t = vv_data_shape(b);
    assert_int_equal(vv_data_count(a), vv_data_count(b));
    assert_memory_equal(&s, &t, sizeof s);
    size_t size = 1;
    for (int i = 0; i < s.rank; i++) size *= (size_t)s.dim[i];
    assert_memory_equal(vv_data_x(a), vv_data_x(b), vv_data_count(a) * size * sizeof(float));
    if (vv_data_y(a) != NULL) assert_memory_equal(vv_data_y(a), vv_data_y(b), vv_data_count(a) * sizeof(float));
    assert_int_equal(vv_data_classes(a), vv_data_classes(b));
}

#endif
