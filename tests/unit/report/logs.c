/* logs.c - records, messages and cells are what their formats say; what cannot be written leaves no half, and nothing behind.
 * What whole searches write is read back in tests/cli/logs.sh.
 */
#include "check.h"

#include "report/csv.h"
#include "report/log.h"
#include "report/tensorboard/messages.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK_BYTES(text, bytes)                                                                                       \
    do {                                                                                                               \
        assert_int_equal((text).n, sizeof(bytes) - 1);                                                                 \
        assert_memory_equal((text).data, bytes, sizeof(bytes) - 1);                                                    \
        vvi_text_deinit(&(text));                                                                                      \
    } while (0)

/* ---- formats ---------------------------------------------------------------------------------------------------- */

/* Of RFC 3720, appendix B.4, and the check value of the catalogues. */
static void checks_are_those_of_the_standard(void **state)
{
    (void)state;
    unsigned char bytes[32];
    assert_int_equal(vvi_crc32c("123456789", 9), 0xe3069283);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(vvi_crc32c(bytes, sizeof bytes), 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(vvi_crc32c(bytes, sizeof bytes), 0x62a8ab43);
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)i;
    assert_int_equal(vvi_crc32c(bytes, sizeof bytes), 0x46dd794e);
    assert_int_equal(vvi_crc32c("", 0), 0);
}

/* The examples of the protocol buffers' own documentation, and what they do not have. */
static void fields_are_those_of_protocol_buffers(void **state)
{
    (void)state;
    vvi_text m = { 0 }, part = { 0 };
    vvi_wire_number(&m, 1, 150);
    CHECK_BYTES(m, "\x08\x96\x01");
    vvi_wire_text(&m, 2, "testing");
    CHECK_BYTES(m, "\x12\x07testing");
    vvi_wire_number(&part, 1, 150);
    vvi_wire_message(&m, 3, &part);
    CHECK_BYTES(m, "\x1a\x03\x08\x96\x01");
    vvi_wire_number(&m, 16, UINT64_MAX);
    CHECK_BYTES(m, "\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    vvi_wire_double(&m, 1, 1);
    CHECK_BYTES(m, "\x09\0\0\0\0\0\0\xf0\x3f");
    vvi_wire_float(&m, 2, -2);
    CHECK_BYTES(m, "\x15\0\0\0\xc0");
    vvi_wire_text(&m, 1, "");
    CHECK_BYTES(m, "\x0a\0");
    vvi_wire_text(&m, 1, "a\xff\xc3\xa4\xe4");
    CHECK_BYTES(m, "\x0a\x09"
                   "a\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd");
}

/* The event of a file's version, at time 0, as TensorBoard's own writer makes a record of it. */
static void records_have_lengths_and_checks(void **state)
{
    (void)state;
    vvi_text event = { 0 }, record = { 0 };
    vvi_event_version(&event, 0);
    vvi_record_add(&record, &event);
    CHECK_BYTES(record, "\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22\x09\0\0\0\0\0\0\0\0\x1a\x0d"
                        "brain.Event:2\xee\xdf\x28\xa3");
    vvi_text_deinit(&event);
}

static void cells_read_back(void **state)
{
    (void)state;
    static const char *const cells[] = { "plain", "", "a,b", "\"", "\"\"", "line\nend", " blank ", "\r", "últ" };
    enum { N = sizeof cells / sizeof *cells };
    vvi_text line = { 0 };
    vvi_arena arena = { 0 };
    bool last = false;
    for (size_t i = 0; i < N; i++) {
        if (i > 0) vvi_text_add(&line, ",", 1);
        vvi_csv_cell_add(&line, cells[i]);
    }
    vvi_text_add(&line, "\r\nnext", 6);
    const char *at = line.data;
    for (size_t i = 0; i < N; i++) {
        assert_false(last);
        assert_string_equal(vvi_csv_cell_read(&at, &arena, &last), cells[i]);
    }
    assert_true(last);
    assert_string_equal(at, "next");
    assert_string_equal(vvi_csv_cell_read(&at, &arena, &last), "next");
    assert_true(last && *at == '\0');
    vvi_text_deinit(&line);
    vvi_arena_deinit(&arena);
}

/* What a terminal would obey, and what is no UTF-8, is seen; line ends and tabs stay. */
static void cells_are_harmless(void **state)
{
    (void)state;
    vvi_text line = { 0 };
    vvi_csv_cell_add(&line, "a\033[2J\x7f\tb\r\nc \xc2\x9b \xff \xc3\xa4 \xe2\x82");
    assert_string_equal(line.data, "\"a\\x1b[2J\\x7f\tb\r\nc \\x9b \\xff \xc3\xa4 \\xe2\\x82\"");
    vvi_text_deinit(&line);
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

static off_t size_of(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_size;
}

/* A file that may have 10 bytes: the first record fits, the second does not, and a short one fits again. */
static void what_does_not_fit_leaves_no_half(void **state)
{
    const char *path = *state;
    struct rlimit before, few = { 10, 10 };
    vvi_append file;
    vv_error error = { 0 };
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    few.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    CHECK_OK(vvi_append_open(&file, path, true, &error));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
    const vv_status first = vvi_append_write(&file, "123456", 6, path, &error);
    const vv_status second = vvi_append_write(&file, "abcdef", 6, path, &error);
    const off_t size = size_of(path);
    const vv_status third = vvi_append_write(&file, "78", 2, path, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(first, VV_OK);
    assert_int_equal(second, VV_IO);
    assert_int_equal(size, 6);
    assert_int_equal(third, VV_OK);
    assert_int_equal(size_of(path), 8);
    vvi_append_close(&file);
    assert_int_equal(vvi_append_open(&file, path, true, &error), VV_TAKEN);
    unlink(path);
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static const vv_active values[] = { { .name = "x\xff", .value = { VV_VALUE_STRING, { .s = "a\x80" } } },
                                    { .name = "n", .value = { VV_VALUE_INT, { .i = 3 } } } };

static vv_status write_all(const vvi_log_kind *kind, const char *path, vv_error *error)
{
    static const char *const metrics[] = { "loss", "b\xff" };
    static const double numbers[] = { 0.5, 1e300 };
    vv_trial trial = { .id = 4, .status = VV_TRIAL_RUNNING, .values = values, .n_values = 2 };
    vv_event event = {
        .kind = VV_EVENT_EPOCH, .trial = &trial, .metrics = metrics, .values = numbers, .n_metrics = 2, .executions = 2
    };
    void *log = NULL;
    VVI_TRY(kind->open(path, &log, error));
    vv_status status = kind->take(log, &event, error);
    event.execution = 1;
    if (status == VV_OK) status = kind->take(log, &event, error);
    event.kind = VV_EVENT_TRIAL_END;
    trial.status = VV_TRIAL_COMPLETED;
    if (status == VV_OK) status = kind->take(log, &event, error);
    kind->close(log);
    return status;
}

static void failing_allocations_leave_nothing_behind(void **state)
{
    const char *path = *state;
    static const vvi_log_kind *const kinds[] = { &vvi_log_csv, &vvi_log_tensorboard };
    for (size_t i = 0; i < 2; i++)
        for (long n = 1;; n++) {
            vv_error error = { 0 };
            vvi_fail_allocation(n);
            const vv_status status = write_all(kinds[i], path, &error);
            vvi_fail_allocation(0);
            vvi_remove_tree(path);
            if (status == VV_OK) {
                assert_true(n > 4);
                break;
            }
            assert_int_equal(status, VV_NO_MEMORY);
        }
}

static int set_up(void **state)
{
    static char path[] = "/tmp/varve-logs-XXXXXX";
    if (mkdtemp(path) == NULL) return -1;
    static char inside[sizeof path + 8];
    snprintf(inside, sizeof inside, "%s/log", path);
    *state = inside;
    return 0;
}

static int tear_down(void **state)
{
    char *path = *state;
    *strrchr(path, '/') = '\0';
    vvi_remove_tree(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_are_those_of_the_standard),
        cmocka_unit_test(fields_are_those_of_protocol_buffers),
        cmocka_unit_test(records_have_lengths_and_checks),
        cmocka_unit_test(cells_read_back),
        cmocka_unit_test(cells_are_harmless),
        cmocka_unit_test(what_does_not_fit_leaves_no_half),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return !!cmocka_run_group_tests(tests, set_up, tear_down);
}
