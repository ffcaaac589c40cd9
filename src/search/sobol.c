/* sobol.c - coordinates of Sobol's sequence (Sobol: On the distribution of points in a cube and the approximate
 * evaluation of integrals; USSR Comput. Math. Math. Phys. 7, 1967), scrambled as Owen proposed (Owen: Randomly permuted
 * (t,m,s)-nets and (t,s)-sequences; LNS 106, 1995).
 *
 * Points come in the order of the Gray code (Antonov, Saleev 1979), as other libraries give them, by random access: any
 * trial is found without those before it.
 *
 * Owen's scrambling swaps, or does not swap, the halves of every elementary interval, each by a coin of its own: bit k of
 * a coordinate is flipped or not as the k bits before it say. A table of coins has 2^32 of them; a hash of the bits before
 * is the same table without its memory. Burley (Practical hash-based Owen scrambling; JCGT 9, 2020) takes the hash of
 * Laine and Karras, which works on all bits at once and whose coins are not quite independent. Here one mixed word gives
 * the 15 coins of four levels: eight words for a coordinate, and the coins are as good as everything else that is keyed.
 * The order of points is not shuffled: every first 2^k of them are a net.
 */
#include "search/sobol.h"

static uint32_t degree_of(uint32_t polynomial)
{
    uint32_t degree = 0;
    while (polynomial >> (degree + 1) != 0) degree++;
    return degree;
}

static void first_dimension(vvi_directions *directions)
{
    for (uint32_t k = 0; k < VVI_SOBOL_BITS; k++) directions->bits[k] = UINT32_C(1) << (31 - k);
}

/* v_k = a_1 v_(k-1) + ... + a_(s-1) v_(k-s+1) + v_(k-s) + v_(k-s) / 2^s, bit by bit without carry. */
static void follow_recurrence(uint32_t polynomial, uint32_t degree, vvi_directions *directions)
{
    uint32_t *v = directions->bits;
    for (uint32_t k = degree; k < VVI_SOBOL_BITS; k++) {
        v[k] = v[k - degree] ^ v[k - degree] >> degree;
        for (uint32_t j = 1; j < degree; j++) v[k] ^= (polynomial >> (degree - j) & 1) * v[k - j];
    }
}

void vvi_sobol_next(vvi_sobol_reader *reader, vvi_directions *directions)
{
    if (reader->dimension++ == 0) {
        first_dimension(directions);
        return;
    }
    const uint16_t *numbers = vvi_sobol_numbers + reader->at;
    const uint32_t polynomial = numbers[0], degree = degree_of(polynomial);
    directions->bits[0] = UINT32_C(1) << 31;
    for (uint32_t k = 1; k < degree; k++) directions->bits[k] = (uint32_t)numbers[k] << (31 - k);
    follow_recurrence(polynomial, degree, directions);
    reader->at += degree;
}

uint32_t vvi_sobol_point(const vvi_directions *directions, uint32_t index)
{
    uint32_t bits = 0, gray = index ^ index >> 1;
    for (uint32_t k = 0; gray != 0; k++, gray >>= 1) bits ^= (0 - (gray & 1)) & directions->bits[k];
    return bits;
}

uint32_t vvi_sobol_scramble(uint32_t bits, vvi_key key)
{
    enum { LEVELS = 4 };
    uint32_t flips = 0;
    for (int below = VVI_SOBOL_BITS - LEVELS; below >= 0; below -= LEVELS) {
        const uint64_t before = (UINT64_C(1) << 32 | bits) >> (below + LEVELS); /* a leading 1 tells the levels apart */
        const uint64_t coins = vvi_key_int(key, (int64_t)before).bits;
        const uint32_t here = bits >> below & 15;
        const uint64_t four = (coins & 1) << 3 | (coins >> (1 + (here >> 3)) & 1) << 2 |
                              (coins >> (3 + (here >> 2)) & 1) << 1 | (coins >> (7 + (here >> 1)) & 1);
        flips = flips << LEVELS | (uint32_t)four;
    }
    return bits ^ flips;
}
