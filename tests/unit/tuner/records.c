/* records.c - the framing of records: what was sent comes back, and everything else is told apart from it. */
#include "check.h"

#include "tuner/records.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What three records look like on their way. */
static size_t make_bytes(char *bytes, size_t size)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    vvi_text payload = { 0 };
    vvi_put_int(&payload, -5);
    vvi_put_double(&payload, (double)NAN);
    vvi_put_text(&payload, "loss");
    vvi_put_text(&payload, "");
    vvi_put_double(&payload, -0.0);
    assert_true(vvi_record_send(ends[1], VVI_RECORD_EPOCH, &payload));
    vvi_record_send_error(ends[1], VV_BAD_SHAPE, "conv2d: too small");
    assert_true(vvi_record_send(ends[1], VVI_RECORD_DONE, NULL));
    close(ends[1]);
    const ssize_t n = read(ends[0], bytes, size);
    close(ends[0]);
    assert_true(n > 0 && (size_t)n < size);
    return (size_t)n;
}

/* Sends bytes through sockets into a reader. */
static void feed(vvi_records *records, const char *bytes, size_t n)
{
    int ends[2];
    bool more = true;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(write(ends[1], bytes, n), (ssize_t)n);
    close(ends[1]);
    while (more) CHECK_OK(vvi_records_fill(records, ends[0], &more, NULL));
    close(ends[0]);
}

static void check_epoch(vvi_record *record)
{
    assert_int_equal(record->kind, VVI_RECORD_EPOCH);
    assert_int_equal(vvi_get_int(record), -5);
    assert_true(isnan(vvi_get_double(record)));
    assert_string_equal(vvi_get_text(record), "loss");
    assert_string_equal(vvi_get_text(record), "");
    CHECK_EQUAL_EXACTLY(vvi_get_double(record), -0.0);
    assert_false(record->bad);
}

static void records_come_back(void **state)
{
    (void)state;
    char bytes[1024];
    vvi_records records = { 0 };
    vvi_record record;
    feed(&records, bytes, make_bytes(bytes, sizeof bytes));
    assert_int_equal(vvi_records_next(&records, &record), VVI_NEXT_RECORD);
    check_epoch(&record);
    assert_int_equal(vvi_get_int(&record), 0); /* past the end */
    assert_true(record.bad);
    assert_string_equal(vvi_get_text(&record), "");
    assert_int_equal(vvi_records_next(&records, &record), VVI_NEXT_RECORD);
    assert_int_equal(record.kind, VVI_RECORD_ERROR);
    assert_int_equal(vvi_get_int(&record), VV_BAD_SHAPE);
    assert_string_equal(vvi_get_text(&record), "conv2d: too small");
    assert_int_equal(vvi_records_next(&records, &record), VVI_NEXT_RECORD);
    assert_int_equal(record.kind, VVI_RECORD_DONE);
    assert_int_equal(vvi_records_next(&records, &record), VVI_NEXT_NONE);
    assert_false(vvi_records_cut(&records));
    vvi_records_deinit(&records);
}

static int count_whole(const char *bytes, size_t n, bool *cut, bool *garbage)
{
    vvi_records records = { 0 };
    vvi_record record;
    vvi_next next;
    int whole = 0;
    feed(&records, bytes, n);
    while ((next = vvi_records_next(&records, &record)) == VVI_NEXT_RECORD) whole++;
    *garbage = next == VVI_NEXT_GARBAGE;
    *cut = vvi_records_cut(&records);
    vvi_records_deinit(&records);
    return whole;
}

static void a_stream_cut_anywhere_gives_its_whole_records_and_says_that_it_is_cut(void **state)
{
    (void)state;
    char bytes[1024];
    const size_t n = make_bytes(bytes, sizeof bytes);
    int before = 0, complete = 0;
    for (size_t i = 0; i <= n; i++) {
        bool cut, garbage;
        const int whole = count_whole(bytes, i, &cut, &garbage);
        assert_false(garbage);
        assert_true(whole == before || whole == before + 1);
        complete += !cut;
        assert_true(cut || i == 0 || whole == before + 1);
        before = whole;
    }
    assert_int_equal(before, 3);
    assert_int_equal(complete, 4); /* at 0 and after each record */
}

static void every_flipped_bit_is_noticed(void **state)
{
    (void)state;
    char bytes[1024];
    const size_t n = make_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < 8 * n; i++) {
        bool cut, garbage;
        bytes[i / 8] = (char)(bytes[i / 8] ^ (1 << (i % 8)));
        const int whole = count_whole(bytes, n, &cut, &garbage);
        assert_true(whole < 3 && (garbage || cut));
        bytes[i / 8] = (char)(bytes[i / 8] ^ (1 << (i % 8)));
    }
}

static void long_payloads_and_many_records_fit(void **state)
{
    (void)state;
    vvi_records records = { 0 };
    vvi_record record;
    int ends[2], seen = 0;
    bool more = true;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    char *text = malloc(300001);
    memset(text, 'x', 300000);
    text[300000] = '\0';
    const pid_t pid = fork(); /* or it would wait for itself to read */
    for (int i = 0; pid == 0 && i < 5; i++) {
        vvi_text payload = { 0 };
        vvi_put_text(&payload, text);
        if (!vvi_record_send(ends[1], VVI_RECORD_ANSWER, &payload)) _exit(1);
    }
    if (pid == 0) _exit(0);
    close(ends[1]);
    while (more) {
        CHECK_OK(vvi_records_fill(&records, ends[0], &more, NULL));
        while (vvi_records_next(&records, &record) == VVI_NEXT_RECORD) {
            assert_string_equal(vvi_get_text(&record), text);
            seen++;
        }
    }
    assert_int_equal(seen, 5);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(ends[0]);
    free(text);
    vvi_records_deinit(&records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(a_stream_cut_anywhere_gives_its_whole_records_and_says_that_it_is_cut),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(long_payloads_and_many_records_fit),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
