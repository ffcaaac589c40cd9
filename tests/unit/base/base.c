/* base.c - the ground floor: errors, arenas, text, random streams, whole files, names. */
#include "check.h"

#include "base/base.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void first_error_wins(void **state)
{
    (void)state;
    vv_error error = { 0 };
    assert_int_equal(vvi_fail(&error, VV_BAD_ARG, "filters_2: max %d is below min %d", 16, 32), VV_BAD_ARG);
    assert_int_equal(vvi_fail(&error, VV_IO, "later"), VV_IO);
    assert_int_equal(error.status, VV_BAD_ARG);
    assert_string_equal(error.text, "filters_2: max 16 is below min 32");
    assert_int_equal(vvi_fail(NULL, VV_IO, "nobody listens"), VV_IO);
}

static void long_error_texts_are_cut_not_overrun(void **state)
{
    (void)state;
    char name[2 * VV_ERROR_SIZE];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    vv_error error = { 0 };
    vvi_fail(&error, VV_IO, "%s", name);
    assert_int_equal(strlen(error.text), VV_ERROR_SIZE - 1);
}

static void every_status_has_a_name_and_a_sentence(void **state)
{
    (void)state;
    for (int status = VV_OK; status >= VV_MISMATCH; status--) {
        assert_string_not_equal(vv_status_name((vv_status)status), "UNKNOWN");
        assert_true(strlen(vv_strerror((vv_status)status)) > 5);
    }
    assert_string_equal(vv_status_name((vv_status)-999), "UNKNOWN");
    assert_string_equal(vv_version(), "0.1.0");
}

static void arena_memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    vvi_arena arena = { 0 };
    unsigned char *before = NULL;
    for (size_t size = 1; size < 3000; size += 97) {
        unsigned char *bytes = vvi_arena_alloc(&arena, size);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % 16, 0);
        for (size_t i = 0; i < size; i++) assert_int_equal(bytes[i], 0);
        memset(bytes, 0xff, size);
        if (before != NULL) assert_int_equal(before[0], 0xff);
        before = bytes;
    }
    assert_string_equal(vvi_arena_printf(&arena, "filters_%d", 3), "filters_3");
    vvi_arena_deinit(&arena);
    assert_null(arena.blocks);
}

static void arenas_give_back_what_came_after_a_mark(void **state)
{
    (void)state;
    vvi_arena arena = { 0 };
    const vvi_arena_mark empty = vvi_arena_here(&arena);
    char *kept = vvi_arena_strdup(&arena, "kept");
    const vvi_arena_mark mark = vvi_arena_here(&arena);
    unsigned char *first = NULL;
    for (int round = 0; round < 3; round++) {
        unsigned char *bytes = vvi_arena_alloc(&arena, 100);
        if (round == 0) first = bytes;
        assert_ptr_equal(bytes, first);
        for (size_t i = 0; i < 100; i++) assert_int_equal(bytes[i], 0);
        memset(bytes, 0xff, 100);
        for (int i = 0; i < 100; i++) vvi_arena_alloc(&arena, 100); /* more blocks */
        vvi_arena_rewind(&arena, mark);
    }
    assert_string_equal(kept, "kept");
    vvi_arena_rewind(&arena, empty);
    assert_null(arena.blocks);
}

static void an_emptied_arena_allocates_nothing_for_the_same_again(void **state)
{
    (void)state;
    vvi_arena arena = { 0 };
    vvi_arena_empty(&arena);
    for (int round = 0; round < 4; round++) {
        vvi_fail_allocation(0);
        for (int i = 0; i < 25; i++) memset(vvi_arena_alloc(&arena, 100), 0xff, 100);
        const long allocations = vvi_fail_allocation(-1);
        assert_int_equal(allocations > 0, round < 2); /* the second time all of it fits no single block yet */
        vvi_arena_empty(&arena);
    }
    vvi_arena_deinit(&arena);
}

static void each_failing_allocation_is_reported_once(void **state)
{
    (void)state;
    vvi_fail_allocation(2);
    void *first = vvi_malloc(8), *second = vvi_malloc(8), *third = vvi_malloc_aligned(8);
    assert_int_equal(vvi_fail_allocation(-1), 3);
    assert_non_null(first);
    assert_null(second);
    assert_non_null(third);
    assert_int_equal((uintptr_t)third % 64, 0);
    vvi_free(first);
    vvi_free(third);
    assert_null(vvi_calloc(SIZE_MAX, 2));
    assert_null(vvi_malloc_aligned(SIZE_MAX - 3));
}

static void text_that_could_not_grow_stays_failed(void **state)
{
    (void)state;
    vvi_text text = { 0 };
    vvi_text_printf(&text, "%d", 1);
    vvi_fail_allocation(1);
    for (int i = 0; i < 100; i++) vvi_text_printf(&text, "%d,", i);
    vvi_fail_allocation(-1);
    assert_true(text.failed);
    vvi_text_deinit(&text);
    for (int i = 0; i < 100; i++) vvi_text_add(&text, "ab", 2);
    assert_int_equal(text.n, 200);
    assert_int_equal(strlen(text.data), 200);
    vvi_text_deinit(&text);
}

/* Known answer of Philox4x32-10 for counter 0, key 0 (the Random123 distribution's kat_vectors). */
static void philox_gives_its_published_numbers(void **state)
{
    (void)state;
    uint32_t out[4];
    vvi_random_block((vvi_key){ 0 }, 0, out);
    const uint32_t published[4] = { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 };
    assert_memory_equal(out, published, sizeof published);
}

static void keys_of_neighbouring_seeds_and_names_are_unrelated(void **state)
{
    (void)state;
    int equal_bits = 0;
    for (uint64_t seed = 0; seed < 64; seed++) {
        const vvi_key a = vvi_key_name(vvi_key_new(seed, "trial"), "filters_0");
        const vvi_key b = vvi_key_name(vvi_key_new(seed + 1, "trial"), "filters_0");
        const vvi_key c = vvi_key_name(vvi_key_new(seed, "trial"), "filters_1");
        assert_true(a.bits != b.bits && a.bits != c.bits);
        equal_bits += 64 - __builtin_popcountll(a.bits ^ b.bits);
    }
    CHECK_NEAR(equal_bits, 64 * 32, 64 * 3); /* 4096 fair coins: deviation 32, this is six of them */
}

static void streams_are_uniform_and_repeatable(void **state)
{
    (void)state;
    vvi_stream a = vvi_stream_begin(vvi_key_new(7, "test")), b = a;
    double sum = 0, squares = 0, normal_sum = 0, normal_squares = 0;
    const int n = 100000;
    int counts[7] = { 0 };
    for (int i = 0; i < n; i++) {
        const double u = vvi_stream_unit(&a);
        CHECK_EQUAL_EXACTLY(u, vvi_stream_unit(&b));
        assert_true(u >= 0 && u < 1);
        sum += u;
        squares += u * u;
    }
    for (int i = 0; i < n; i++) {
        const double z = vvi_stream_normal(&a);
        normal_sum += z;
        normal_squares += z * z;
        counts[vvi_stream_below(&a, 7)]++;
    }
    CHECK_NEAR(sum / n, 0.5, 0.005); /* five deviations of the mean of n uniforms */
    CHECK_NEAR(squares / n, 1.0 / 3, 0.005);
    CHECK_NEAR(normal_sum / n, 0, 0.016);
    CHECK_NEAR(normal_squares / n, 1, 0.023);
    for (int i = 0; i < 7; i++) CHECK_NEAR(counts[i], n / 7.0, 560);
}

static void numbers_are_hashed_by_their_bytes(void **state)
{
    (void)state;
    const double numbers[] = { 0, 1, -1, 2, 3, 64, 0.1, 1e-300, 1e300, 5e-324, (double)INFINITY, 0x1.0000000000001p0 };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const uint64_t wanted = vvi_hash_bytes(VVI_HASH_START, &numbers[i], sizeof numbers[i]);
        assert_true(vvi_hash_number(VVI_HASH_START, numbers[i]) == wanted);
    }
    assert_true(vvi_hash_number(VVI_HASH_START, -0.0) == vvi_hash_number(VVI_HASH_START, 0.0));
}

static vv_status write_half_then_fail(void *context, void *file, vv_error *error)
{
    fputs("half", file);
    return *(bool *)context ? vvi_fail(error, VV_FORMAT, "gave up") : VV_OK;
}

static void a_replaced_file_is_whole_or_as_before(void **state)
{
    (void)state;
    char folder[] = "/tmp/varve-base-XXXXXX", path[64], text[16] = "";
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a/b/c", folder);
    assert_int_equal(vvi_make_directories(path, NULL), VV_OK);
    assert_int_equal(vvi_make_directories(path, NULL), VV_OK);
    snprintf(path, sizeof path, "%s/a/b/file", folder);

    bool fails = false;
    assert_int_equal(vvi_replace_file(path, write_half_then_fail, &fails, NULL), VV_OK);
    fails = true;
    vv_error error = { 0 };
    assert_int_equal(vvi_replace_file(path, write_half_then_fail, &fails, &error), VV_FORMAT);
    assert_string_equal(error.text, "gave up");
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text - 1, file), 4);
    fclose(file);
    assert_string_equal(text, "half");

    char beyond[80];
    snprintf(beyond, sizeof beyond, "%s/x", path);
    error = (vv_error){ 0 };
    assert_int_equal(vvi_make_directories(beyond, &error), VV_IO);
    CHECK_CONTAINS(error.text, path);
    char command[96];
    snprintf(command, sizeof command, "test $(ls %s/a/b | wc -l) = 2 && rm -r %s", folder, folder); /* c, file */
    assert_int_equal(system(command), 0);
}

/* A German locale of our own making, where numbers have commas; false: this machine has no sources for one. */
static bool use_decimal_comma(char *folder)
{
    char command[160];
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1", folder);
    if (system(command) != 0) return false;
    setenv("LOCPATH", folder, 1);
    return setlocale(LC_NUMERIC, "de_DE.UTF-8") != NULL;
}

static void numbers_have_points_whatever_the_locale(void **state)
{
    (void)state;
    char text[VVI_FORMAT_SIZE], folder[] = "/tmp/varve-locale-XXXXXX", command[64];
    assert_string_equal(vvi_format_double(0.1 + 0.2, text), "0.30000000000000004");
    assert_string_equal(vvi_format_double(0.3, text), "0.3");
    assert_string_equal(vvi_format_float(0.1f, text), "0.1");
    assert_string_equal(vvi_format_count(37448, text), "37,448");
    assert_string_equal(vvi_format_count(999, text), "999");
    assert_string_equal(vvi_format_count(UINT64_MAX, text), "18,446,744,073,709,551,615");
    assert_non_null(mkdtemp(folder));
    const bool german = use_decimal_comma(folder);
    if (german) {
        snprintf(command, sizeof command, "%g", 0.5);
        assert_string_equal(command, "0,5");
        assert_string_equal(vvi_format_double(0.5, text), "0.5");
        assert_string_equal(vvi_format_float(-2.25f, text), "-2.25");
        setlocale(LC_NUMERIC, "C");
    }
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    if (!german) skip();
}

static void a_name_that_is_near_is_found_and_no_other(void **state)
{
    (void)state;
    static const char *const names[] = { "units", "filters_0", "n" };
    char long_word[200];
    memset(long_word, 'q', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    assert_string_equal(vvi_nearest("unit", names, 3, sizeof *names), "units");
    assert_string_equal(vvi_nearest("filter_0", names, 3, sizeof *names), "filters_0");
    assert_null(vvi_nearest("dropout", names, 3, sizeof *names));
    assert_null(vvi_nearest(long_word, names, 3, sizeof *names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_error_wins),
        cmocka_unit_test(long_error_texts_are_cut_not_overrun),
        cmocka_unit_test(every_status_has_a_name_and_a_sentence),
        cmocka_unit_test(arena_memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(arenas_give_back_what_came_after_a_mark),
        cmocka_unit_test(an_emptied_arena_allocates_nothing_for_the_same_again),
        cmocka_unit_test(each_failing_allocation_is_reported_once),
        cmocka_unit_test(text_that_could_not_grow_stays_failed),
        cmocka_unit_test(philox_gives_its_published_numbers),
        cmocka_unit_test(keys_of_neighbouring_seeds_and_names_are_unrelated),
        cmocka_unit_test(numbers_are_hashed_by_their_bytes),
        cmocka_unit_test(streams_are_uniform_and_repeatable),
        cmocka_unit_test(a_replaced_file_is_whole_or_as_before),
        cmocka_unit_test(numbers_have_points_whatever_the_locale),
        cmocka_unit_test(a_name_that_is_near_is_found_and_no_other),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
