/* plan.c - which values to walk through when only switches are walked: every value of a switch, or, of one that has a
 * great many, one of each span between the places where something changes. Of everything else one value, drawn at
 * random anew for each path.
 */
#include "space/discovery/discovery.h"

#include <math.h>
#include <string.h>

/* The values that are walked: all of them, or one of each span. */
struct vvi_plan_entry {
    vvi_span *spans;
    size_t n;
    bool each;
};

enum { WALK_ALL = 64, WALK_AT_MOST = 4096, PROBES = 32, MOST_CHANGES = 8, MOST_CUTS = 32, PROBED_BASES = 8 };

/* Positions at which something changes: between cut - 1 and cut. Ascending. */
typedef struct cuts {
    uint64_t at[MOST_CUTS];
    size_t n;
    bool too_many;
} cuts;

static void add_cut(cuts *c, uint64_t at)
{
    size_t i = 0;
    while (i < c->n && c->at[i] < at) i++;
    if (i < c->n && c->at[i] == at) return;
    if (c->n == MOST_CUTS) {
        c->too_many = true;
        return;
    }
    memmove(c->at + i + 1, c->at + i, (c->n - i) * sizeof c->at[0]);
    c->at[i] = at;
    c->n++;
}

typedef struct probe {
    uint64_t position, signature;
} probe;

/* Halves the way between two values of different signatures until they are neighbours. */
static vv_status bisect(const vvi_tester *t, const vvi_build *base, const vv_active *active, probe low, probe high,
                        cuts *c, vv_error *error)
{
    while (high.position - low.position > 1) {
        probe middle = { .position = low.position + (high.position - low.position) / 2 };
        VVI_TRY(vvi_switches_sign(t, base, active, middle.position, &middle.signature, error));
        if (middle.signature == low.signature)
            low = middle;
        else
            high = middle;
    }
    add_cut(c, high.position);
    return VV_OK;
}

/* Where to look: as close together at the small end as can be, since counts change there; and all along. */
static size_t choose_probes(const vv_domain *domain, probe probes[PROBES])
{
    const uint64_t last = vvi_position_count(domain) - 1;
    const bool counted = vv_domain_size(domain) > 0;
    size_t n = 0;
    for (uint64_t at = 0; counted && at < last && n < PROBES / 2; at = 2 * at + 1) probes[n++].position = at;
    const size_t left = PROBES - n;
    for (size_t i = 0; i < left; i++) {
        const double u = (double)i / (double)(left - 1);
        const uint64_t at = i + 1 == left ? last : vvi_position_between(domain, 0, last, u);
        if (n == 0 || at > probes[n - 1].position) probes[n++].position = at;
    }
    return n;
}

/* Something that changes nearly everywhere has no few places where it does. */
static vv_status probe_axis(const vvi_tester *t, const vvi_build *base, const vv_active *active, cuts *c,
                            vv_error *error)
{
    probe probes[PROBES] = { { 0 } };
    const size_t n = choose_probes(&active->domain, probes);
    size_t changes = 0;
    for (size_t i = 0; i < n; i++) {
        VVI_TRY(vvi_switches_sign(t, base, active, probes[i].position, &probes[i].signature, error));
        changes += i > 0 && probes[i].signature != probes[i - 1].signature;
    }
    c->too_many = c->too_many || changes > MOST_CHANGES;
    for (size_t i = 1; i < n && !c->too_many; i++)
        if (probes[i].signature != probes[i - 1].signature)
            VVI_TRY(bisect(t, base, active, probes[i - 1], probes[i], c, error));
    return VV_OK;
}

/* What changes along a domain that has too many values to walk, in the first bases that ask for it. */
static vv_status find_cuts(const vvi_tester *t, uint32_t number, cuts *c, vv_error *error)
{
    const vvi_asked_domain *entry = &t->space->domains[number];
    const vv_domain domain = entry->domain; /* the table may move */
    const char *name = t->space->asked[entry->name].name;
    for (size_t i = 0, probed = 0; i < t->n_bases && probed < PROBED_BASES && !c->too_many; i++) {
        c->too_many = vvi_clock_s() > t->until_s; /* what is not known is not walked */
        if (c->too_many) break;
        const vv_active *active = vv_hp_find(t->bases[i].hp, name);
        if (active == NULL || !vv_domain_equal(&active->domain, &domain)) continue;
        VVI_TRY(probe_axis(t, &t->bases[i], active, c, error));
        probed++;
    }
    return VV_OK;
}

static vv_status cut_into_spans(struct vvi_plan_entry *entry, const cuts *c, uint64_t last, vv_error *error)
{
    entry->n = c->n + 1;
    entry->spans = vvi_calloc(entry->n, sizeof *entry->spans);
    if (entry->spans == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < entry->n; i++)
        entry->spans[i] = (vvi_span){ .first = i == 0 ? 0 : c->at[i - 1], .last = i < c->n ? c->at[i] - 1 : last };
    return VV_OK;
}

static vv_status plan_domain(const vvi_tester *t, vvi_plan *plan, uint32_t number, vv_error *error)
{
    const vvi_asked_domain asked = t->space->domains[number]; /* the table may move */
    const uint64_t count = vvi_position_count(&asked.domain);
    const bool continuum = vv_domain_size(&asked.domain) == 0;
    struct vvi_plan_entry *entry = &plan->entries[number];
    cuts c = { .n = 0 };
    if (t->space->asked[asked.name].switches) {
        const bool can = !continuum && count <= WALK_AT_MOST;
        entry->each = can && (count <= WALK_ALL || t->space->asked[asked.name].whole);
        if (!entry->each) VVI_TRY(find_cuts(t, number, &c, error));
        entry->each = entry->each || (c.too_many && can);
        plan->endless = plan->endless || (c.too_many && !entry->each);
    }
    if (entry->each) c.n = 0;
    return cut_into_spans(entry, &c, count - 1, error);
}

vv_status vvi_plan_make(const vvi_tester *tester, vvi_plan *plan, vv_error *error)
{
    const uint32_t n = tester->space->n_domains;
    *plan = (vvi_plan){ .space = tester->space, .entries = vvi_calloc(n + 1, sizeof *plan->entries) };
    if (plan->entries == NULL) return vvi_no_memory(error);
    for (; plan->n < n && !plan->endless; plan->n++) VVI_TRY(plan_domain(tester, plan, plan->n, error));
    return VV_OK;
}

void vvi_plan_deinit(vvi_plan *plan)
{
    for (uint32_t i = 0; plan->entries != NULL && i < plan->n; i++) vvi_free(plan->entries[i].spans);
    vvi_free(plan->entries);
    *plan = (vvi_plan){ 0 };
}

/* ---- the way ---------------------------------------------------------------------------------------------------- */

static const struct vvi_plan_entry *find_entry(const vvi_plan *plan, const char *name, const vv_domain *domain)
{
    const uint32_t at = vvi_space_find(plan->space, name, domain);
    return at < plan->n ? &plan->entries[at] : NULL;
}

static uint32_t planned_stops(void *context, uint32_t before, uint64_t position, const char *name,
                              const vv_domain *domain, vvi_stops *stops)
{
    (void)before, (void)position;
    const struct vvi_plan_entry *entry = find_entry(context, name, domain);
    *stops = (vvi_stops){ .one_each = true }; /* nobody has met it: one value stands for all */
    if (entry != NULL) *stops = (vvi_stops){ .spans = entry->spans, .n = entry->n, .one_each = !entry->each };
    return 0;
}

vvi_route vvi_plan_route(vvi_plan *plan)
{
    return (vvi_route){ planned_stops, plan };
}

double vvi_plan_log2(const vvi_plan *plan, const vv_hp *hp)
{
    double sum = 0;
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        const vv_active *active = vv_hp_at(hp, i);
        const struct vvi_plan_entry *entry = find_entry(plan, active->name, &active->domain);
        if (entry != NULL) sum += log2(entry->each ? (double)vv_domain_size(&active->domain) : (double)entry->n);
    }
    return sum;
}

/* ---- do leaves keep what the plan promises? --------------------------------------------------------------------- */

typedef struct varied {
    const vvi_plan *plan;
    const vv_hp *leaf;
    vvi_draw draw;
} varied;

static vvi_span span_around(const struct vvi_plan_entry *entry, uint64_t position)
{
    size_t i = 0;
    while (i + 1 < entry->n && entry->spans[i].last < position) i++;
    return entry->spans[i];
}

/* What the plan walks stays as it is in the leaf; anything else is drawn. */
static bool choose_varied(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    varied *v = context;
    const struct vvi_plan_entry *entry = find_entry(v->plan, name, domain);
    const vv_active *active = vv_hp_find(v->leaf, name);
    vvi_stream stream = vvi_stream_begin(vvi_key_name(v->draw.key, name));
    const double u = vvi_stream_unit(&stream);
    if (entry == NULL || active == NULL || !vv_domain_equal(&active->domain, domain)) {
        *value = vv_domain_from_unit(domain, u);
        return true;
    }
    const uint64_t position = vvi_position_of(domain, active->value);
    const vvi_span span = span_around(entry, position);
    *value = entry->each ? active->value
                         : vvi_position_value(domain, vvi_position_between(domain, span.first, span.last, u));
    return true;
}

/* The leaf's values for all names from number `from` of the other build on; that build's for those before. */
typedef struct mixed {
    const vv_hp *leaf, *other;
    size_t from;
} mixed;

static bool choose_mixed(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    const mixed *m = context;
    const vv_active *active = vv_hp_find(m->leaf, name);
    for (size_t i = 0; i < m->from; i++)
        if (strcmp(vv_hp_at(m->other, i)->name, name) == 0) active = vv_hp_at(m->other, i);
    if (active == NULL || !vv_domain_contains(domain, active->value)) return false;
    *value = active->value;
    return true;
}

static vvi_verdict blame(vv_space *space, uint32_t name)
{
    if (name == VVI_NONE || space->asked[name].whole) return VVI_NOBODY_TO_BLAME;
    space->asked[name].whole = space->asked[name].switches;
    space->asked[name].switches = true;
    for (uint32_t d = space->asked[name].first_domain; d != VVI_NONE; d = space->domains[d].next)
        if (space->asked[name].whole && vv_domain_size(&space->domains[d].domain) == 0) return VVI_NOBODY_TO_BLAME;
    return VVI_BLAMED;
}

/* Goes from the leaf's values to the other build's, one by one: the first that changes anything is to blame. */
static vv_status find_blame(const vvi_tester *t, const vvi_build *leaf, const vvi_build *other, uint64_t signature,
                            vvi_verdict *verdict, vv_error *error)
{
    *verdict = VVI_NOBODY_TO_BLAME;
    for (size_t i = 0; i < vv_hp_count(other->hp); i++) {
        mixed m = { .leaf = leaf->hp, .other = other->hp, .from = i + 1 };
        vvi_build build = { 0 };
        uint64_t now;
        VVI_TRY(vvi_build_run(t->builder, &(vv_chooser){ choose_mixed, &m }, &build, error));
        const bool signed_it = vvi_space_sign(t->space, &build, &now);
        vvi_build_deinit(&build);
        t->space->builds++;
        if (!signed_it) return vvi_no_memory(error);
        if (now == signature) continue;
        *verdict = blame(t->space, vvi_space_find_name(t->space, vv_hp_at(other->hp, i)->name));
        return VV_OK;
    }
    return VV_OK;
}

vv_status vvi_plan_check(const vvi_tester *tester, const vvi_plan *plan, const vvi_build *leaf, vvi_verdict *verdict,
                         vv_error *error)
{
    varied v = { plan, leaf->hp, { .key = vvi_key_int(vvi_key_new(0, "varied"), (int64_t)tester->space->builds) } };
    vvi_build *other = tester->other;
    uint64_t a = 0, b = 0;
    VVI_TRY(vvi_build_run(tester->builder, &(vv_chooser){ choose_varied, &v }, other, error));
    tester->space->builds++;
    if (!vvi_space_sign(tester->space, leaf, &a) || !vvi_space_sign(tester->space, other, &b))
        return vvi_no_memory(error);
    *verdict = VVI_AGREES;
    return a == b ? VV_OK : find_blame(tester, leaf, other, a, verdict, error);
}
