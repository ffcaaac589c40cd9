/* check.h - cmocka in its required order, and checks it lacks. */
#ifndef VARVE_TESTS_CHECK_H
#define VARVE_TESTS_CHECK_H

/* The order is cmocka's. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>
#include <stdio.h>
#include <string.h>

/* |a - b| <= tolerance; both NaN is equal. Prints both numbers. */
#define CHECK_NEAR(a, b, tolerance)                                                                                    \
    do {                                                                                                               \
        const double check_a = (double)(a), check_b = (double)(b);                                                     \
        if (!(fabs(check_a - check_b) <= (double)(tolerance)) && !(isnan(check_a) && isnan(check_b)))                  \
            fail_msg("%s = %.9g is not %s = %.9g within %.3g", #a, check_a, #b, check_b, (double)(tolerance));         \
    } while (0)

#define CHECK_EQUAL_EXACTLY(a, b)                                                                                      \
    do {                                                                                                               \
        const double check_a = (double)(a), check_b = (double)(b);                                                     \
        if (memcmp(&check_a, &check_b, sizeof check_a) != 0)                                                           \
            fail_msg("%s = %.17g is not %s = %.17g", #a, check_a, #b, check_b);                                        \
    } while (0)

/* Is `part` somewhere in `text`? Prints both. */
#define CHECK_CONTAINS(text, part)                                                                                     \
    do {                                                                                                               \
        const char *check_text = (text);                                                                               \
        if (!strstr(check_text, (part))) fail_msg("\"%s\" does not contain \"%s\"", check_text, (part));               \
    } while (0)

#define CHECK_OK(call)                                                                                                 \
    do {                                                                                                               \
        const int check_status = (int)(call);                                                                          \
        if (check_status != 0) fail_msg("%s gives %d", #call, check_status);                                           \
    } while (0)

#endif
