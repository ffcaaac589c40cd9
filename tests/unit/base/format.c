/* format.c - the library's own vsnprintf beside the C library's: same bytes, same lengths, whatever the room. */
#include "check.h"

#include "base/base.h"

#include <limits.h>

static int print(char *text, size_t size, const char *format, va_list args)
{
    return vvi_vsnprintf(text, size, format, args);
}

/* Prints with both into every room from none to more than enough. */
static void check_same(const char *format, ...)
{
    for (size_t size = 0; size <= 100; size++) {
        char ours[128], wanted[128];
        memset(ours, '#', sizeof ours);
        memset(wanted, '#', sizeof wanted);
        va_list args;
        va_start(args, format);
        const int wanted_length = vsnprintf(wanted, size, format, args);
        va_end(args);
        va_start(args, format);
        const int length = print(ours, size, format, args);
        va_end(args);
        assert_int_equal(length, wanted_length);
        assert_memory_equal(ours, wanted, sizeof ours);
    }
}

static void plain_conversions_print_as_the_c_library_does(void **state)
{
    (void)state;
    const int ints[] = { 0, 1, -1, 9, 10, -10, 99, 100, 12345, INT_MAX, INT_MIN };
    check_same("%s", "");
    check_same("plain text");
    check_same("%%");
    check_same("100%% of %s%%", "it");
    check_same("%s: a %dx%d %s%s does not fit its %dx%d input", "conv2d_3", 5, 5, "kernel", "", 1, 1);
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
        check_same("filters_%d", ints[i]);
        check_same("%i", ints[i]);
        check_same("%d%u%d", ints[i], (unsigned)ints[i], ints[i]);
        check_same("%zu nodes", (size_t)ints[i]);
        check_same("%lld", (long long)ints[i]);
    }
    check_same("%zu", SIZE_MAX);
    check_same("%lld %lld", LLONG_MIN, LLONG_MAX);
    check_same("caf\xc3\xa9_%d", 3);
}

static void everything_else_is_left_to_the_c_library(void **state)
{
    (void)state;
    const char *null = NULL;
    check_same("%s %d%%", null, 7);
    check_same("%05d|%-4d|%+d|% d|%4u", 12, 3, 4, 5, 6U);
    check_same("%d %.3s %x %c %d", 1, "abcdef", 255U, 'c', 2);
    check_same("%.9g %g %f %e", 0.1, 1e300, 2.5, 1e-9);
    check_same("%ld %lu %llu %zd %zx %hd", 1L, 2UL, 3ULL, (ptrdiff_t)-4, (size_t)255, 6);
    check_same("%s then %*d", "first", 6, 42);
    check_same("%d%s%p", 1, "two", (void *)&null);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_conversions_print_as_the_c_library_does),
        cmocka_unit_test(everything_else_is_left_to_the_c_library),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
