/* unused.c - "nothing depends on it" is said of a hyperparameter only when no two builds that differ in it alone differ
 * in anything else. Where all that can be built is at hand, that is looked up for every pair; elsewhere flips.c has
 * looked for a pair and found none.
 */
#include "explain/flips.h"

#include <string.h>

typedef struct leaving_out {
    const vvi_cases *cases;
    uint32_t domain; /* that is left out */
    size_t number;
} leaving_out;

static bool is_left_out(const leaving_out *l, const vvi_trace *trace, size_t i)
{
    return trace->domains[i] == l->domain;
}

static bool asks(const leaving_out *l, const vvi_trace *trace)
{
    for (size_t i = 0; i < trace->n; i++)
        if (is_left_out(l, trace, i)) return true;
    return false;
}

static uint64_t hash_rest(const leaving_out *l, const vvi_trace *trace)
{
    uint64_t hash = VVI_HASH_START;
    for (size_t i = 0; i < trace->n; i++) {
        const uint64_t words[2] = { trace->domains[i], trace->positions[i] };
        if (!is_left_out(l, trace, i)) hash = vvi_hash_bytes(hash, words, sizeof words);
    }
    return hash;
}

static bool same_rest(const void *context, uint32_t number)
{
    const leaving_out *l = context;
    const vvi_trace *a = &l->cases->list[number].trace, *b = &l->cases->list[l->number].trace;
    if (a->n != b->n || memcmp(a->domains, b->domains, a->n * sizeof *a->domains) != 0) return false;
    for (size_t i = 0; i < a->n; i++)
        if (!is_left_out(l, a, i) && a->positions[i] != b->positions[i]) return false;
    return true;
}

/* Two cases that differ in the value asked of the domain alone, and in what was made of them. false: there are none, or no memory. */
static bool find_pair(vvi_explainer *x, uint32_t domain, const vvi_case **a, const vvi_case **b, bool *failed)
{
    vvi_index index = { 0 };
    leaving_out l = { .cases = &x->cases, .domain = domain };
    bool found = false;
    for (size_t i = 0; i < x->cases.n && !found && !*failed; i++) {
        const vvi_case *c = &x->cases.list[i];
        if (!c->buildable || !asks(&l, &c->trace)) continue;
        l.number = i;
        const uint64_t hash = hash_rest(&l, &c->trace);
        const uint32_t known = vvi_index_find(&index, hash, same_rest, &l);
        if (known == VVI_NONE) {
            *failed = !vvi_index_add(&index, hash, (uint32_t)i);
        } else if (x->cases.list[known].facts.training != c->facts.training) {
            *a = &x->cases.list[known];
            *b = c;
            found = true;
        }
    }
    vvi_index_deinit(&index);
    return found;
}

static vv_status compare_pair(vvi_explainer *x, vvi_effects *effects, const vvi_case *a, const vvi_case *b,
                              vv_error *error)
{
    vvi_build first = { 0 }, second = { 0 };
    vv_model *one = NULL, *other = NULL;
    vv_status status = vvi_explain_replay(x, &a->trace, &first, &one, error);
    if (status == VV_OK) status = vvi_explain_replay(x, &b->trace, &second, &other, error);
    if (status == VV_OK && one != NULL && other != NULL && !vvi_effects_compare(x, effects, one, other))
        status = vvi_no_memory(error);
    vv_model_free(one);
    vv_model_free(other);
    vvi_build_deinit(&first);
    vvi_build_deinit(&second);
    return status;
}

vv_status vvi_unused_check(vvi_explainer *x, vvi_effects *effects_of, vv_error *error)
{
    for (uint32_t i = 0; x->cases.all && i < x->space->n_domains; i++) {
        const vvi_case *a, *b;
        bool failed = false;
        if (effects_of[i].n_sets > 0 || effects_of[i].follows.n > 0 || effects_of[i].adds.n > 0 ||
            effects_of[i].perhaps.n > 0)
            continue;
        if (find_pair(x, i, &a, &b, &failed)) VVI_TRY(compare_pair(x, &effects_of[i], a, b, error));
        if (failed) return vvi_no_memory(error);
    }
    return VV_OK;
}
