/* theme.c - the colours of figures, by day and by night: svg.c writes them into its pictures, json.c into sheets, so that
 * there is one list of them.
 *
 * Tints follow Okabe and Ito (2008): they are told apart with any kind of colour vision, and "best" and "failed" by how
 * light they are, too. Shades go from what is near to the ground (bad) to what stands out from it (good), so each ground
 * has its own.
 */
#include "report/figures/figure.h"

#include <stdio.h>

static const char *const names[VVI_TINTS] = {
    "trial",   "best",    "running", "pruned",  "failed",  "plain",   "series0",
    "series1", "series2", "series3", "series4", "series5", "series6", "series7",
};

const char *vvi_tint_name(int tint)
{
    return names[vvi_tint_index(tint)];
}

int vvi_tint_index(int tint)
{
    if (tint < 0) return VVI_TINT_PLAIN;
    return tint < VVI_TINT_SERIES ? tint : VVI_TINT_SERIES + (tint - VVI_TINT_SERIES) % VVI_SERIES;
}

static const vvi_theme themes[2] = {
    { .name = "light",
      .ground = 0xffffff,
      .ink = 0x1b2430,
      .soft = 0x5a6675,
      .grid = 0xe7eaef,
      .axis = 0xa7b0bd,
      .tints = { 0x0072b2, 0xe67700, 0x009e73, 0xb86aa0, 0xa51d2d, 0x8d97a5, 0x0072b2, 0xe69f00, 0x009e73, 0xc06a9c,
                 0xd55e00, 0x4aa5dc, 0x857600, 0x6a4c93 },
      .anchors = { 0xdfe3e8, 0xa3c6d8, 0x4a97bd, 0x1c5d97, 0x14235f } },
    { .name = "dark",
      .ground = 0x14181f,
      .ink = 0xe8ecf2,
      .soft = 0x9aa6b5,
      .grid = 0x272e39,
      .axis = 0x4b5664,
      .tints = { 0x5aa9e6, 0xffb347, 0x2fc49a, 0xd79ac8, 0xff6b7d, 0x7b8796, 0x5aa9e6, 0xf2b134, 0x2fc49a, 0xe39ac4,
                 0xf0793a, 0x9ad4f5, 0xd6ca4c, 0xa68be0 },
      .anchors = { 0x2c3440, 0x2f5f7e, 0x36a0b0, 0x8ad7a0, 0xf3f08c } },
};

const vvi_theme *vvi_theme_at(size_t index)
{
    return index < sizeof themes / sizeof themes[0] ? &themes[index] : NULL;
}

static unsigned blend(unsigned a, unsigned b, double share, int shift)
{
    const double low = (a >> shift) & 0xff, high = (b >> shift) & 0xff;
    return (unsigned)(low + (high - low) * share + 0.5) << shift;
}

unsigned vvi_theme_shade(const vvi_theme *theme, size_t index)
{
    const double at = (double)(index < VVI_SHADES ? index : VVI_SHADES - 1) / (VVI_SHADES - 1) * (VVI_ANCHORS - 1);
    const size_t from = at >= VVI_ANCHORS - 1 ? VVI_ANCHORS - 2 : (size_t)at;
    const unsigned a = theme->anchors[from], b = theme->anchors[from + 1];
    const double share = at - (double)from;
    return blend(a, b, share, 16) | blend(a, b, share, 8) | blend(a, b, share, 0);
}
