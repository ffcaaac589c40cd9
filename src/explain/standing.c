/* standing.c - how well something is known, and texts that stay with the explanation. */
#include "explain/explain.h"

#include <stdio.h>

vv_standing vvi_standing_of(const vvi_explainer *x, bool all, uint64_t looked_at)
{
    const vv_standing_kind kind = !x->space->pure ? VV_OBSERVED : all ? VV_EXACT : VV_SAMPLED;
    return (vv_standing){ .kind = kind, .checked = looked_at };
}

vv_standing vvi_standing(const vvi_explainer *x)
{
    const bool exact = vvi_space_is_exact(x->space) && x->rows.complete;
    return vvi_standing_of(x, exact, exact ? 0 : x->cases.n - x->check_from);
}

int vv_standing_format(vv_standing standing, char *text, size_t size)
{
    const unsigned long long n = standing.checked;
    switch (standing.kind) {
    case VV_EXACT:
        return snprintf(text, size, "exact");
    case VV_SAMPLED:
        return snprintf(text, size, "sampled (%llu of %llu)", n, n);
    case VV_OBSERVED:
        return snprintf(text, size, "observed");
    }
    return snprintf(text, size, "unknown");
}

const char *vvi_keep_text(vvi_explainer *x, vvi_text *text)
{
    const char *kept = text->failed ? NULL : vvi_arena_strdup(x->arena, text->data == NULL ? "" : text->data);
    vvi_text_deinit(text);
    return kept;
}
