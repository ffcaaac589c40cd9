/* sizes.c - how many configurations there are, how many can be built, and how many different networks they are. */
#include "explain/sizes.h"

#include <math.h>

static const double log10_of_2 = 0.30102999566398119521;

vv_status vvi_size_of_count(vvi_explainer *x, vvi_count count, vv_size *size, vv_error *error)
{
    *size = (vv_size){ .digits = vvi_count_digits(x->arena, count), .log10 = vvi_count_log2(count) * log10_of_2 };
    return size->digits == NULL ? vvi_no_memory(error) : VV_OK;
}

static vv_status size_about(vvi_explainer *x, vvi_estimate about, vv_size *size, vv_error *error)
{
    *size = (vv_size){ .digits = vvi_count_about(x->arena, about.log2),
                       .log10 = about.log2 * log10_of_2,
                       .low = vvi_count_about(x->arena, about.low),
                       .high = vvi_count_about(x->arena, about.high) };
    const bool whole = size->digits != NULL && size->low != NULL && size->high != NULL;
    return whole ? VV_OK : vvi_no_memory(error);
}

static bool never_same(const void *context, uint32_t number)
{
    (void)context, (void)number;
    return true; /* the hash is the digest itself */
}

/* Different digests among all cases. */
static bool count_networks(vvi_explainer *x, uint64_t *n)
{
    vvi_index index = { 0 };
    bool failed = false;
    *n = 0;
    for (size_t i = 0; i < x->cases.n && !failed; i++) {
        const uint64_t digest = x->cases.list[i].facts.network;
        if (vvi_index_find(&index, digest, never_same, NULL) != VVI_NONE) continue;
        failed = !vvi_index_add(&index, digest, (uint32_t)i);
        ++*n;
    }
    vvi_index_deinit(&index);
    return !failed;
}

static size_t count_continuous(const vv_space *space)
{
    size_t n = 0;
    for (uint32_t i = 0; i < space->n_asked; i++) {
        bool continuous = false;
        for (uint32_t d = space->asked[i].first_domain; d != VVI_NONE; d = space->domains[d].next)
            continuous = continuous || vv_domain_size(&space->domains[d].domain) == 0;
        n += continuous;
    }
    return n;
}

vv_status vvi_sizes_explain(vvi_explainer *x, vv_error *error)
{
    vv_explanation *e = x->e;
    const vv_space *space = x->space;
    e->continuous = count_continuous(space);
    e->networks = (vv_size){ .log10 = -(double)INFINITY };
    e->sizes =
        vvi_standing_of(x, vvi_space_is_exact(space), space->root == VVI_NONE ? space->n_paths : space->n_samples);
    if (space->root == VVI_NONE) {
        VVI_TRY(size_about(x, space->about_total, &e->total, error));
        return size_about(x, space->about_buildable, &e->buildable, error);
    }
    VVI_TRY(vvi_size_of_count(x, space->total, &e->total, error));
    VVI_TRY(vvi_size_of_count(x, space->buildable, &e->buildable, error));
    if (!x->cases.all) return VV_OK;
    uint64_t n;
    vvi_count count;
    if (!count_networks(x, &n) || !vvi_count_of(x->arena, n, &count)) return vvi_no_memory(error);
    return vvi_size_of_count(x, count, &e->networks, error);
}
