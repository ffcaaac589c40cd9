/* samples.c - the random builds that everything is tested with that is said of a space.
 *
 * They are drawn in three ways, by turns. Where the space has a diagram every second one gives each buildable
 * configuration the same chance, so that shares can be read off them. The others draw each value by itself: uniformly,
 * or mostly among the small ones, since where a count has a million values nearly all of them are too large to be
 * built. Thus rare structures and refusals are among them.
 */
#include "space/discovery/discovery.h"

bool vvi_sample_is_even(const vv_space *space, uint32_t number)
{
    return space->root != VVI_NONE && number % 2 == 0 && vvi_space_can_build(space, space->root);
}

vv_chooser vvi_chooser_sample(vvi_sample *sample, const vv_space *space, uint32_t number)
{
    const vvi_key key = vvi_key_int(vvi_key_new(0, "sample"), number);
    sample->even = (vvi_even){ .space = space, .key = key };
    sample->draw = (vvi_draw){ key, number % 4 == 1 };
    return vvi_sample_is_even(space, number) ? vvi_chooser_even(&sample->even) : vvi_chooser_draw(&sample->draw);
}
