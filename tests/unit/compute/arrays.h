/* arrays.h - what the tests of the kernels share: arrays with guards around them at odd addresses, random values, and
 * the walk over every table that runs here.
 */
#ifndef VARVE_TESTS_COMPUTE_ARRAYS_H
#define VARVE_TESTS_COMPUTE_ARRAYS_H

#include "check.h"
#include "compute/kernels.h"

#include <stdlib.h>

enum { GUARD = 67 }; /* odd: what follows is aligned to nothing but floats */

typedef struct array {
    float *all, *at; /* at: the usable part */
    size_t n;
} array;

static inline float guard_value(size_t i)
{
    return -12345.0f - (float)(i % 89);
}

static inline array array_new(size_t n)
{
    array a = { .all = malloc((n + 2 * GUARD) * sizeof(float)), .n = n };
    if (!a.all) fail_msg("no memory for %zu floats", n);
    a.at = a.all + GUARD;
    for (size_t i = 0; i < n + 2 * GUARD; i++) a.all[i] = guard_value(i);
    return a;
}

static inline void array_free(array a)
{
    free(a.all);
}

/* Nothing before or after the array was touched. */
static inline void check_guards(array a, const char *who)
{
    for (size_t i = 0; i < GUARD; i++) {
        if (a.all[i] != guard_value(i)) fail_msg("%s wrote %zu floats before its array", who, GUARD - i);
        if (a.at[a.n + i] != guard_value(GUARD + a.n + i)) fail_msg("%s wrote %zu floats past its array", who, i + 1);
    }
}

static uint32_t random_state = 20240229;

static inline uint32_t random_below(uint32_t n)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)random_state * n) >> 32);
}

static inline float random_between(float low, float high)
{
    return low + (high - low) * (float)random_below(1u << 24) / (float)(1u << 24);
}

static inline void fill_random(array a, float low, float high)
{
    for (size_t i = 0; i < a.n; i++) a.at[i] = random_between(low, high);
}

static inline array array_random(size_t n, float low, float high)
{
    array a = array_new(n);
    fill_random(a, low, high);
    return a;
}

static inline array array_copy(array from)
{
    array a = array_new(from.n);
    memcpy(a.at, from.at, from.n * sizeof(float));
    return a;
}

/* Does this table fuse multiply and add? All that do must agree in every bit. */
static inline bool is_fused(const vvi_kernels *k)
{
#ifdef FP_FAST_FMAF
    if (strcmp(k->name, "plain") == 0) return true;
#endif
    return strncmp(k->name, "avx", 3) == 0;
}

static inline const vvi_kernels *reference_kernels(void)
{
    const vvi_kernels *last = NULL;
    for (size_t i = 0; vvi_kernels_at(i); i++) last = vvi_kernels_at(i);
    return last;
}

/* The next table that runs here, from *index on, without the reference; NULL: no more. */
static inline const vvi_kernels *next_table(size_t *index)
{
    while (vvi_kernels_at(*index + 1)) {
        const vvi_kernels *k = vvi_kernels_at((*index)++);
        if (k->available()) return k;
    }
    return NULL;
}
#define FOR_EACH_TABLE(k)                                                                                              \
    for (size_t table_index = 0; table_index != SIZE_MAX; table_index = SIZE_MAX)                                      \
        for (const vvi_kernels *k; (k = next_table(&table_index)) != NULL;)

/* Results of fused tables so far: the first is kept, later ones must have its bits. */
typedef struct same_bits {
    array first;
    const char *who;
} same_bits;

static inline void check_same_bits(same_bits *s, const vvi_kernels *k, const float *values, size_t n)
{
    if (!is_fused(k)) return;
    if (!s->who) {
        s->first = array_new(n);
        memcpy(s->first.at, values, n * sizeof(float));
        s->who = k->name;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (memcmp(&s->first.at[i], &values[i], sizeof(float)) != 0 && !(isnan(values[i]) && isnan(s->first.at[i])))
            fail_msg("element %zu: %s gives %.9g, %s gives %.9g", i, s->who, (double)s->first.at[i], k->name,
                     (double)values[i]);
    }
}

static inline void same_bits_end(same_bits *s)
{
    array_free(s->first);
    *s = (same_bits){ 0 };
}

/* |a - b| <= tolerance * (1 + |b|) for all. */
static inline void check_close(const char *who, const float *a, const float *b, size_t n, double tolerance)
{
    for (size_t i = 0; i < n; i++) {
        const double x = (double)a[i], y = (double)b[i];
        if (!(fabs(x - y) <= tolerance * (1 + fabs(y))) && !(isnan(x) && isnan(y)) && x != y)
            fail_msg("%s: element %zu is %.9g, the reference says %.9g", who, i, x, y);
    }
}

#endif
