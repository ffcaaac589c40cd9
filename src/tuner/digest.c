/* digest.c - which numbers a data set holds, as 64 bits, so that a study is not gone on with over others.
 *
 * Every word w changes the digest h by a bijection, for any w and any h:
 *
 *     h = (h ^ w) * odd;  h ^= h >> 32
 *
 * so two sets that differ in one word never have the same digest. Words of eight bytes rather than bytes: the 200 MB of
 * MNIST take tenths of a second at most. It guards against accidents, not against forgery, and depends on the machine's
 * byte order.
 */
#include "tuner/tuner.h"

#include <string.h>

static uint64_t add_word(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* n floats, or nothing, which is not the same as none. */
static uint64_t add_floats(uint64_t hash, const float *values, size_t n)
{
    uint64_t word;
    hash = add_word(hash, values == NULL ? 0 : n + 1);
    if (values == NULL) return hash;
    for (; n >= 2; n -= 2, values += 2) {
        memcpy(&word, values, sizeof word);
        hash = add_word(hash, word);
    }
    word = 0;
    memcpy(&word, values, n * sizeof *values);
    return add_word(hash, word);
}

static uint64_t add_shape(uint64_t hash, vv_shape shape, size_t *size)
{
    *size = 1;
    hash = add_word(hash, (uint64_t)shape.rank);
    for (int i = 0; i < shape.rank; i++) {
        hash = add_word(hash, (uint64_t)shape.dim[i]);
        *size *= (size_t)shape.dim[i];
    }
    return hash;
}

uint64_t vvi_data_digest(const vv_data *data)
{
    if (data == NULL) return 0;
    size_t x_size, y_size;
    const size_t n = vv_data_count(data);
    uint64_t hash = add_shape(VVI_HASH_START, vv_data_shape(data), &x_size);
    hash = add_shape(hash, vv_data_target_shape(data), &y_size);
    hash = add_floats(hash, vv_data_x(data), n * x_size);
    hash = add_floats(hash, vv_data_y(data), n * y_size);
    return add_floats(hash, vv_data_weights(data), n);
}
