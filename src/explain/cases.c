/* cases.c - many builds as numbers: all that can be built where the space is known from end to end, else random ones.
 *
 * Random ones are those that the space was tested with (samples.c), so that no case says other than the space; before
 * them comes the default configuration. Without a diagram, where a name that decides has a great many values, the two
 * neighbours are added between which it stops building: a random case hardly ever hits them.
 */
#include "explain/explain.h"

#include <string.h>

enum { MOST_CASES = 131072, MOST_ENTRIES = 4000000, MOST_OUTCOMES = 65536 };

bool vvi_trace_of(vvi_explainer *x, const vv_hp *hp, vvi_trace *trace)
{
    const size_t n = vv_hp_count(hp);
    uint32_t *domains = vvi_arena_alloc(&x->scratch, (n + 1) * sizeof *domains), name;
    uint64_t *positions = vvi_arena_alloc(&x->scratch, (n + 1) * sizeof *positions);
    if (domains == NULL || positions == NULL) return false;
    for (size_t i = 0; i < n; i++) {
        const vv_active *active = vv_hp_at(hp, i);
        if (!vvi_space_note_at(x->space, hp, i, &name, &domains[i])) return false;
        positions[i] = vvi_position_of(&active->domain, active->value);
    }
    *trace = (vvi_trace){ .domains = domains, .positions = positions, .n = n, .outcome = VVI_NONE };
    return true;
}

static bool values_in(vvi_explainer *x, vvi_arena *arena, const vvi_trace *trace, vv_values *values)
{
    vv_assignment *list = vvi_arena_alloc(arena, (trace->n + 1) * sizeof *list);
    if (list == NULL) return false;
    for (size_t i = 0; i < trace->n; i++) {
        const vvi_asked_domain *asked = &x->space->domains[trace->domains[i]];
        list[i] = (vv_assignment){ x->space->asked[asked->name].name,
                                   vvi_position_value(&asked->domain, trace->positions[i]) };
    }
    *values = (vv_values){ list, trace->n };
    return true;
}

bool vvi_trace_values(vvi_explainer *x, const vvi_trace *trace, vv_values *values)
{
    return values_in(x, x->arena, trace, values);
}

vv_status vvi_explain_replay(vvi_explainer *x, const vvi_trace *trace, vvi_build *build, vv_model **model,
                             vv_error *error)
{
    vvi_arena arena = { 0 };
    vv_values values;
    if (!values_in(x, &arena, trace, &values)) return vvi_no_memory(error);
    vvi_again again = { values.list, values.n, 0 };
    const vv_chooser chooser = vvi_chooser_again(&again);
    const vv_status status = vvi_explain_build(x, &chooser, build, model, error);
    vvi_arena_deinit(&arena);
    return status;
}

/* ---- collecting ------------------------------------------------------------------------------------------------- */

static bool add_case(vvi_explainer *x, const vvi_build *build)
{
    uint32_t end;
    if (!vvi_arena_reserve(&x->scratch, &x->cases.list, x->cases.n, sizeof *x->cases.list)) return false;
    vvi_case *c = &x->cases.list[x->cases.n++];
    if (!vvi_trace_of(x, build->hp, &c->trace) || !vvi_space_end(x->space, build, &end)) return false;
    c->trace.outcome = end & ~VVI_END;
    x->cases.entries += c->trace.n;
    c->buildable = build->buildable;
    if (build->buildable) c->facts = x->facts;
    return true;
}

typedef struct collecting {
    vvi_explainer *x;
    bool failed;
} collecting;

static bool collect_leaf(void *context, vvi_build *leaf)
{
    collecting *c = context;
    c->failed = !add_case(c->x, leaf);
    return !c->failed;
}

static vv_status collect_all(vvi_explainer *x, vv_error *error)
{
    collecting c = { .x = x };
    const vv_builder builder = vvi_explain_builder(x);
    const vvi_route within = vvi_route_within(x->space);
    vvi_walk walk;
    const vvi_walk_args args = {
        .builder = &builder, .cap = MOST_CASES, .visit = collect_leaf, .context = &c, .route = &within
    };
    VVI_TRY(vvi_space_walk(&args, &walk, error));
    x->builds += walk.leaves;
    x->cases.all = walk.end == VVI_WALK_COMPLETE;
    return c.failed ? vvi_no_memory(error) : VV_OK;
}

/* NULL chooser: the defaults. */
static vv_status collect_one(vvi_explainer *x, const vv_chooser *chooser, vv_error *error)
{
    const vv_builder builder = vvi_explain_builder(x);
    VVI_TRY(vvi_build_run(&builder, chooser, &x->other, error));
    x->builds++;
    return add_case(x, &x->other) ? VV_OK : vvi_no_memory(error);
}

static vv_status collect_sample(vvi_explainer *x, uint32_t number, vv_error *error)
{
    vvi_sample sample;
    const vv_chooser chooser = vvi_chooser_sample(&sample, x->space, number);
    VVI_TRY(collect_one(x, &chooser, error));
    x->cases.list[x->cases.n - 1].even = vvi_sample_is_even(x->space, number);
    x->cases.n_even += vvi_sample_is_even(x->space, number);
    return VV_OK;
}

/* ---- boundaries ------------------------------------------------------------------------------------------------- */

/* The default configuration with one value changed; added as a case if it is wanted. */
static vv_status run_changed(vvi_explainer *x, const vv_hp *base, const vv_active *active, uint64_t position,
                             bool wanted, bool *buildable, vv_error *error)
{
    vvi_flip flip = {
        .base = base, .name = active->name, .value = vvi_position_value(&active->domain, position), .presets = true
    };
    const vv_chooser chooser = vvi_chooser_flip(&flip);
    const vv_builder builder = vvi_explain_builder(x);
    VVI_TRY(vvi_build_run(&builder, &chooser, &x->other, error));
    x->builds++;
    *buildable = x->other.buildable;
    return !wanted || add_case(x, &x->other) ? VV_OK : vvi_no_memory(error);
}

/* From the smallest value, which builds, in doubling steps to one that does not; then by halves to where it stops. */
static vv_status find_boundary(vvi_explainer *x, const vv_hp *base, const vv_active *active, vv_error *error)
{
    const uint64_t last = vvi_position_count(&active->domain) - 1;
    uint64_t low = 0, high = 1;
    bool buildable = true;
    VVI_TRY(run_changed(x, base, active, 0, false, &buildable, error));
    if (!buildable) return VV_OK;
    for (;; low = high, high = high > last / 2 ? last : 2 * high) {
        VVI_TRY(run_changed(x, base, active, high, false, &buildable, error));
        if (!buildable) break;
        if (high == last) return VV_OK;
    }
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        VVI_TRY(run_changed(x, base, active, middle, false, &buildable, error));
        if (buildable)
            low = middle;
        else
            high = middle;
    }
    VVI_TRY(run_changed(x, base, active, low, true, &buildable, error));
    return run_changed(x, base, active, high, true, &buildable, error);
}

static vv_status collect_boundaries(vvi_explainer *x, vv_error *error)
{
    enum { GREAT_MANY = 64 };
    vvi_build build = { 0 };
    vv_model *model = NULL;
    VVI_TRY(vvi_explain_build(x, NULL, &build, &model, error));
    vv_model_free(model);
    vv_status status = VV_OK;
    for (size_t i = 0; status == VV_OK && i < vv_hp_count(build.hp); i++) {
        const vv_active *active = vv_hp_at(build.hp, i);
        const uint32_t name = vvi_space_find_name(x->space, active->name);
        const bool decides = name != VVI_NONE && x->space->asked[name].switches;
        if (decides && vv_domain_size(&active->domain) > GREAT_MANY && vvi_clock_s() < x->until_s)
            status = find_boundary(x, build.hp, active, error);
    }
    vvi_build_deinit(&build);
    return status;
}

static vv_status collect_random(vvi_explainer *x, vv_error *error)
{
    enum { AT_LEAST = 8 };
    const bool diagram = x->space->root != VVI_NONE;
    const uint32_t most = diagram ? x->space->n_samples : VVI_SAMPLES;
    const double now = vvi_clock_s(), until_s = now + (x->until_s - now) / 2; /* the rest has its time, too */
    VVI_TRY(collect_one(x, NULL, error));
    if (!diagram) VVI_TRY(collect_boundaries(x, error));
    for (uint32_t i = 0; i < most && x->cases.entries <= MOST_ENTRIES && (i < AT_LEAST || vvi_clock_s() < until_s); i++)
        VVI_TRY(collect_sample(x, i, error));
    return VV_OK;
}

/* ---- the facts of outcomes -------------------------------------------------------------------------------------- */

static vv_status replay_outcome(vvi_explainer *x, uint32_t number, vv_error *error)
{
    const vvi_outcome *outcome = &x->space->outcomes[number];
    vvi_again again = { outcome->values, outcome->n_values, 0 };
    const vv_chooser chooser = vvi_chooser_again(&again);
    const vv_builder builder = vvi_explain_builder(x);
    VVI_TRY(vvi_build_run(&builder, &chooser, &x->other, error));
    x->builds++;
    if (x->other.buildable) x->facts_of[number] = x->facts;
    return VV_OK;
}

static vv_status find_facts(vvi_explainer *x, vv_error *error)
{
    const vv_space *space = x->space;
    bool *known = vvi_arena_alloc(&x->scratch, space->n_outcomes + 1);
    x->facts_of = vvi_arena_alloc(&x->scratch, (space->n_outcomes + 1) * sizeof *x->facts_of);
    if (known == NULL || x->facts_of == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < x->cases.n; i++) {
        const vvi_case *c = &x->cases.list[i];
        if (!c->buildable) continue;
        x->facts_of[c->trace.outcome] = c->facts;
        known[c->trace.outcome] = true;
    }
    for (uint32_t i = 0; i < space->n_outcomes && i < MOST_OUTCOMES; i++)
        if (space->outcomes[i].buildable && !known[i]) VVI_TRY(replay_outcome(x, i, error));
    return VV_OK;
}

vv_status vvi_cases_collect(vvi_explainer *x, vv_error *error)
{
    if (vvi_space_is_exact(x->space)) VVI_TRY(collect_all(x, error));
    if (!x->cases.all) {
        x->cases.n = 0;
        VVI_TRY(collect_random(x, error));
    }
    return find_facts(x, error);
}
