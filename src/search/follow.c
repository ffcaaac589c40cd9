/* follow.c - a chooser that goes after wanted values. */
#include "search/search.h"

#include <math.h>
#include <string.h>

vvi_follow vvi_follow_begin(const vv_question *question, const vvi_target *targets, size_t n, vvi_key key)
{
    return (vvi_follow){ .targets = targets, .n = n, .walk = { .space = question->space }, .key = key };
}

static const vvi_target *find_target(vvi_follow *follow, const char *name)
{
    const uint64_t hash = vvi_hash_text(VVI_HASH_START, name);
    for (size_t i = 0; i < follow->n; i++) {
        const size_t at = (follow->next + i) % follow->n;
        const vvi_target *target = &follow->targets[at];
        if (target->hash != hash || strcmp(target->name, name) != 0) continue;
        follow->next = at + 1;
        return target;
    }
    return NULL;
}

static bool choose(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    vvi_follow *follow = context;
    const vvi_target *target = find_target(follow, name);
    if (target != NULL && !isnan(target->number)) {
        *value = vv_space_nearest(&follow->walk, name, domain, vvi_number_value(domain, target->number));
    } else {
        vvi_stream stream = vvi_stream_begin(vvi_key_name(follow->key, name));
        *value = vv_space_value(&follow->walk, name, domain, vvi_stream_unit(&stream));
    }
    return true;
}

vv_chooser vvi_chooser_follow(vvi_follow *follow)
{
    return (vv_chooser){ choose, follow };
}
