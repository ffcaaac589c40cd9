/* random.c - counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy
 * as 1, 2, 3; SC 2011), from the Random123 library.
 *
 * A key is 64 bits made by mixing what it is for, so that no draw depends on what was drawn before it for another
 * purpose: the same trial gets the same weights whatever the number or order of workers.
 */
#include "base/base.h"

#include <math.h>
#include <string.h>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#include <Random123/philox.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit. */
static uint64_t mix(uint64_t bits)
{
    bits ^= bits >> 30;
    bits *= UINT64_C(0xbf58476d1ce4e5b9);
    bits ^= bits >> 27;
    bits *= UINT64_C(0x94d049bb133111eb);
    return bits ^ bits >> 31;
}

vvi_key vvi_key_int(vvi_key key, int64_t number)
{
    return (
        vvi_key){ mix(key.bits * UINT64_C(0x9e3779b97f4a7c15) + mix((uint64_t)number + UINT64_C(0x9e3779b97f4a7c15))) };
}

vvi_key vvi_key_name(vvi_key key, const char *name)
{
    return vvi_key_int(key, (int64_t)vvi_hash_text(VVI_HASH_START, name));
}

vvi_key vvi_key_new(uint64_t seed, const char *purpose)
{
    return vvi_key_name(vvi_key_int((vvi_key){ 1 }, (int64_t)seed), purpose);
}

void vvi_random_block(vvi_key key, uint64_t counter, uint32_t out[4])
{
    const philox4x32_ctr_t block = { { (uint32_t)counter, (uint32_t)(counter >> 32), 0, 0 } };
    const philox4x32_key_t words = { { (uint32_t)key.bits, (uint32_t)(key.bits >> 32) } };
    const philox4x32_ctr_t result = philox4x32(block, words);
    memcpy(out, result.v, 4 * sizeof *out);
}

vvi_stream vvi_stream_begin(vvi_key key)
{
    return (vvi_stream){ .key = key };
}

uint32_t vvi_stream_u32(vvi_stream *stream)
{
    if (stream->left == 0) {
        vvi_random_block(stream->key, stream->counter++, stream->block);
        stream->left = 4;
    }
    return stream->block[4 - stream->left--];
}

static uint64_t next_u64(vvi_stream *stream)
{
    const uint64_t high = vvi_stream_u32(stream);
    return high << 32 | vvi_stream_u32(stream);
}

double vvi_stream_unit(vvi_stream *stream)
{
    return (double)(next_u64(stream) >> 11) * 0x1p-53;
}

uint64_t vvi_stream_below(vvi_stream *stream, uint64_t n)
{
    const uint64_t whole = UINT64_MAX - UINT64_MAX % n; /* the largest multiple of n that fits: no bias below it */
    uint64_t bits = next_u64(stream);
    while (bits >= whole) bits = next_u64(stream);
    return bits % n;
}

double vvi_stream_normal(vvi_stream *stream)
{
    if (stream->has_spare) {
        stream->has_spare = false;
        return stream->spare;
    }
    const double two_pi = 6.283185307179586;
    const double radius = sqrt(-2 * log(1 - vvi_stream_unit(stream)));
    const double angle = two_pi * vvi_stream_unit(stream);
    stream->spare = radius * sin(angle);
    stream->has_spare = true;
    return radius * cos(angle);
}

/* The prime of FNV and its powers. */
#define PRIME   UINT64_C(0x100000001b3)
#define PRIME_2 (PRIME * PRIME)
#define PRIME_3 (PRIME_2 * PRIME)
#define PRIME_4 (PRIME_3 * PRIME)
#define PRIME_5 (PRIME_4 * PRIME)
#define PRIME_6 (PRIME_5 * PRIME)
#define PRIME_7 (PRIME_6 * PRIME)
#define PRIME_8 (PRIME_7 * PRIME)
static const uint64_t prime_to[] = { 1, PRIME, PRIME_2, PRIME_3, PRIME_4, PRIME_5, PRIME_6, PRIME_7, PRIME_8 };

uint64_t vvi_hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < n; i++) hash = (hash ^ byte[i]) * PRIME;
    return hash;
}

/* A zero byte only multiplies, and zero, and on little-endian machines small whole numbers, begin with many of them. */
uint64_t vvi_hash_number(uint64_t hash, double number)
{
    unsigned char bytes[sizeof number];
    size_t zeros = 0;
    number += 0.0; /* -0 becomes 0 */
    memcpy(bytes, &number, sizeof number);
    while (zeros < sizeof bytes && bytes[zeros] == 0) zeros++;
    return vvi_hash_bytes(hash * prime_to[zeros], bytes + zeros, sizeof bytes - zeros);
}

uint64_t vvi_hash_text(uint64_t hash, const char *text)
{
    return vvi_hash_bytes(hash, text, strlen(text) + 1);
}
