/* diagram.c - where each answer leads: a decision diagram in which equal parts are one (as in Bryant: Graph-based
 * algorithms for Boolean function manipulation, 1986), with as many branches as a question has values that matter, and
 * in the order of asking, which may differ from path to path.
 *
 * A question whose values all lead to the same place stays in the diagram: that it is asked is what the diagram is for.
 */
#include "space/discovery/discovery.h"

#include <string.h>

typedef struct sought {
    const vv_space *space;
    uint32_t name, domain;
    const vvi_branch *branches;
    size_t n;
} sought;

static bool is_fork(const void *context, uint32_t number)
{
    const sought *s = context;
    const vvi_fork *fork = &s->space->forks[number];
    if (fork->name != s->name || fork->domain != s->domain || fork->n != s->n) return false;
    for (size_t i = 0; i < s->n; i++) {
        const vvi_branch *a = &fork->branches[i], *b = &s->branches[i];
        if (a->first != b->first || a->last != b->last || a->to != b->to) return false;
    }
    return true;
}

static uint64_t hash_fork(const sought *s)
{
    uint64_t hash = vvi_hash_bytes(VVI_HASH_START, &s->domain, sizeof s->domain);
    for (size_t i = 0; i < s->n; i++) {
        const uint64_t words[3] = { s->branches[i].first, s->branches[i].last, s->branches[i].to };
        hash = vvi_hash_bytes(hash, words, sizeof words);
    }
    return hash;
}

uint32_t vvi_space_fork(vv_space *space, uint32_t name, uint32_t domain, const vvi_branch *branches, size_t n)
{
    const sought s = { space, name, domain, branches, n };
    const uint64_t hash = hash_fork(&s);
    const uint32_t known = vvi_index_find(&space->by_branches, hash, is_fork, &s);
    if (known != VVI_NONE) return known;
    const uint32_t number = space->n_forks;
    if (number + 1 == VVI_END || !vvi_arena_reserve(space->arena, &space->forks, number, sizeof *space->forks))
        return VVI_NONE;
    vvi_branch *own = vvi_arena_alloc(space->arena, n * sizeof *own);
    if (own == NULL || !vvi_index_add(&space->by_branches, hash, number)) return VVI_NONE;
    memcpy(own, branches, n * sizeof *own);
    space->forks[number] = (vvi_fork){ .name = name, .domain = domain, .n = (uint32_t)n, .branches = own };
    return space->n_forks++;
}

bool vvi_fork_asks(const vv_space *space, const vvi_fork *fork, const char *name, const vv_domain *domain)
{
    return strcmp(space->asked[fork->name].name, name) == 0 &&
           vv_domain_equal(&space->domains[fork->domain].domain, domain);
}

uint32_t vvi_fork_follow(const vvi_fork *fork, uint64_t position)
{
    uint32_t low = 0, high = fork->n;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (fork->branches[middle].last < position)
            low = middle + 1;
        else
            high = middle;
    }
    const bool found = low < fork->n && fork->branches[low].first <= position;
    return found ? fork->branches[low].to : VVI_NONE;
}

uint32_t vvi_space_follow(const vv_space *space, const vv_hp *hp)
{
    uint32_t at = space->root;
    for (size_t i = 0; i < vv_hp_count(hp) && at < VVI_END; i++) {
        const vvi_fork *fork = &space->forks[at];
        const vv_active *active = vv_hp_at(hp, i);
        at = vvi_fork_asks(space, fork, active->name, &active->domain)
                 ? vvi_fork_follow(fork, vvi_position_of(&active->domain, active->value))
                 : VVI_NONE;
    }
    return at < VVI_END ? VVI_NONE : at;
}

/* ---- switches --------------------------------------------------------------------------------------------------- */

/* Places are numbered anew: 0 is all that cannot be built, forks with equal branches are one place. */
typedef struct places {
    vv_space merged; /* forks over places */
    uint32_t *of;    /* forks of the space */
    vvi_branch *branches;
} places;

static uint32_t place_of(const vv_space *space, const places *p, uint32_t to)
{
    if ((to & VVI_END) == 0) return p->of[to];
    const uint32_t outcome = to & ~VVI_END;
    return VVI_END | (space->outcomes[outcome].buildable ? outcome + 1 : 0);
}

/* The place of a fork: that of what cannot be built, or a fork of places. */
static bool merge_fork(vv_space *space, places *p, uint32_t number)
{
    const vvi_fork *fork = &space->forks[number];
    size_t n = 0;
    for (uint32_t i = 0; i < fork->n; i++) {
        const vvi_branch *b = &fork->branches[i];
        const uint32_t to = place_of(space, p, b->to);
        if (n > 0 && p->branches[n - 1].to == to && p->branches[n - 1].last + 1 == b->first)
            p->branches[n - 1].last = b->last;
        else
            p->branches[n++] = (vvi_branch){ b->first, b->last, to };
    }
    bool one_place = true;
    for (size_t i = 1; i < n; i++) one_place = one_place && p->branches[i].to == p->branches[0].to;
    if (!one_place) space->asked[fork->name].switches = true;
    if (one_place && p->branches[0].to == VVI_END) {
        p->of[number] = VVI_END;
        return true;
    }
    p->of[number] = vvi_space_fork(&p->merged, fork->name, fork->domain, p->branches, n);
    return p->of[number] != VVI_NONE;
}

bool vvi_space_mark_switches(vv_space *space)
{
    vvi_arena arena = { 0 };
    places p = { .of = vvi_malloc((space->n_forks + 1) * sizeof *p.of) };
    uint32_t most = 1;
    for (uint32_t i = 0; i < space->n_forks; i++) most = space->forks[i].n > most ? space->forks[i].n : most;
    p.branches = vvi_malloc(most * sizeof *p.branches);
    vvi_space_init(&p.merged, &arena);
    for (uint32_t i = 0; i < space->n_asked; i++) space->asked[i].switches = false;
    bool done = p.of != NULL && p.branches != NULL;
    for (uint32_t i = 0; done && i < space->n_forks; i++) done = merge_fork(space, &p, i);
    vvi_space_seal(&p.merged);
    vvi_arena_deinit(&arena);
    vvi_free(p.branches);
    vvi_free(p.of);
    return done;
}
