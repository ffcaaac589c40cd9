/* budget.c - how much of a space fits a budget, what never does, and which value breaks it first.
 *
 * What does not fit is refused like what cannot be built, with a reason of its own. So the space is discovered once more
 * under the budget, and what was said of dead values, conditions and narrowed draws holds for what fits.
 */
#include "explain/budget.h"
#include "explain/dead.h"
#include "explain/ranges.h"
#include "explain/sizes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the smallest ----------------------------------------------------------------------------------------------- */

static double strain(const void *context, const vvi_facts *facts)
{
    return vvi_strain(context, facts);
}

static const vvi_case *find_least_strained(const vvi_explainer *x)
{
    const vvi_case *best = NULL;
    for (size_t i = 0; i < x->cases.n; i++) {
        const vvi_case *c = &x->cases.list[i];
        if (c->buildable &&
            (best == NULL || strain(&x->args->budget, &c->facts) < strain(&x->args->budget, &best->facts)))
            best = c;
    }
    return best;
}

static vv_status find_smallest(vvi_explainer *x, vvi_case *smallest, vv_error *error)
{
    const vvi_case *best = find_least_strained(x);
    if (best == NULL) return VV_OK;
    *smallest = *best;
    const vvi_aim aim = { strain, NULL, &x->args->budget };
    if (!x->cases.all) VVI_TRY(vvi_descend(x, &aim, smallest, error));
    x->e->budget.smallest_cost = smallest->facts.cost;
    return vvi_trace_values(x, &smallest->trace, &x->e->budget.smallest) ? VV_OK : vvi_no_memory(error);
}

/* ---- what breaks it first --------------------------------------------------------------------------------------- */

typedef struct breaking {
    const vv_active *active;
    uint64_t position;
    double share; /* of the way through its domain */
    vv_error reason;
} breaking;

/* Is the build over the budget with the value at a position, all others being as they were? */
static vv_status is_broken(vvi_explainer *x, const vv_hp *hp, const vv_active *active, uint64_t at, bool *over,
                           vv_error *reason, vv_error *error)
{
    const vv_builder builder = vvi_explain_builder_within(x);
    vvi_flip flip = {
        .base = hp, .name = active->name, .value = vvi_position_value(&active->domain, at), .presets = true
    };
    const vv_chooser chooser = vvi_chooser_flip(&flip);
    VVI_TRY(vvi_build_run(&builder, &chooser, &x->other, error));
    x->builds++;
    *over = !flip.moved && !x->other.buildable &&
            strncmp(x->other.reason.text, VVI_OVER_BUDGET, strlen(VVI_OVER_BUDGET)) == 0;
    if (*over) *reason = x->other.reason;
    return VV_OK;
}

/* The smallest position above its own at which the build is over the budget: in steps, then by halves of the step. */
static vv_status find_break(vvi_explainer *x, const vv_hp *hp, const vv_active *active, breaking *first,
                            vv_error *error)
{
    enum { MOST_STEPS = 64 };
    const uint64_t count = vvi_position_count(&active->domain), own = vvi_position_of(&active->domain, active->value);
    const uint64_t by = (count - own) / MOST_STEPS + 1;
    uint64_t low = own, high = own;
    vv_error reason = { 0 };
    bool over = false;
    while (!over && high + 1 < count) {
        low = high;
        high = count - 1 - high > by ? high + by : count - 1;
        VVI_TRY(is_broken(x, hp, active, high, &over, &reason, error));
    }
    while (over && high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        bool here;
        VVI_TRY(is_broken(x, hp, active, middle, &here, &reason, error));
        *(here ? &high : &low) = middle;
    }
    const double share = (double)(high - own) / (double)(count - own);
    if (over && share < first->share) *first = (breaking){ active, high, share, reason };
    return VV_OK;
}

static vv_status write_break(vvi_explainer *x, const breaking *first, vv_error *error)
{
    char value[VVI_SHORT_TEXT];
    if (first->active == NULL) return VV_OK;
    vvi_value_text(vvi_position_value(&first->active->domain, first->position), value);
    x->e->budget.breaks_first = vvi_arena_printf(x->arena, "%s = %s: %s", first->active->name, value,
                                                 first->reason.text + strlen(VVI_OVER_BUDGET));
    return x->e->budget.breaks_first == NULL ? vvi_no_memory(error) : VV_OK;
}

/* Each hyperparameter of the smallest configuration is raised alone. Strings have no up. */
static vv_status find_first_break(vvi_explainer *x, const vvi_case *smallest, vv_error *error)
{
    vvi_build build = { 0 };
    vv_model *model = NULL;
    breaking first = { .share = 2 };
    if (!(strain(&x->args->budget, &smallest->facts) <= 1)) return VV_OK;
    vv_status status = vvi_explain_replay(x, &smallest->trace, &build, &model, error);
    vv_model_free(model);
    for (size_t i = 0; status == VV_OK && i < vv_hp_count(build.hp); i++) {
        const vv_active *active = vv_hp_at(build.hp, i);
        if (active->domain.type != VV_VALUE_STRING) status = find_break(x, build.hp, active, &first, error);
    }
    if (status == VV_OK) status = write_break(x, &first, error);
    vvi_build_deinit(&build);
    return status;
}

/* ---- how much fits ---------------------------------------------------------------------------------------------- */

/* Of those that can be built, by weight; `n` were looked at. */
typedef struct tried {
    double fit, sum;
    size_t n;
} tried;

/* All cases, or those that are drawn evenly; without either each counts with the weight of its path. */
static tried try_cases(const vvi_explainer *x)
{
    const bool even = x->cases.all || x->cases.n_even > 0;
    tried t = { .n = 0 };
    for (size_t i = 0; i < x->cases.n; i++) {
        const vvi_case *c = &x->cases.list[i];
        double log2_size = 0;
        if (!c->buildable || (x->cases.n_even > 0 && !c->even)) continue;
        for (size_t k = 0; !even && k < c->trace.n; k++)
            log2_size += log2(fmax(1, (double)vv_domain_size(&x->space->domains[c->trace.domains[k]].domain)));
        const double weight = exp2(fmin(log2_size, 1000));
        t.sum += weight;
        t.fit += strain(&x->args->budget, &c->facts) <= 1 ? weight : 0;
        t.n++;
    }
    return t;
}

/* Wilson's 95 % interval for a share (Journal of the American Statistical Association 22, 1927). */
static void wilson(double share, double n, double *low, double *high)
{
    const double z2 = 1.959963984540054 * 1.959963984540054;
    const double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
    const double half = sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n);
    *low = fmax(centre - half, 0);
    *high = fmin(centre + half, 1);
}

/* So much of what can be built; at least one, if one is known. */
static vv_status size_of_share(vvi_explainer *x, double share, const char **digits, double *log10_size, vv_error *error)
{
    const vv_fit_report *b = &x->e->budget;
    const bool one = vvi_budget_check(&b->budget, &b->smallest_cost, NULL) == VV_OK;
    *log10_size = x->e->buildable.log10 + log10(share);
    if (one && !(*log10_size > 0)) *log10_size = 0;
    *digits = vvi_count_about(x->arena, *log10_size / 0.30102999566398119521);
    return *digits == NULL ? vvi_no_memory(error) : VV_OK;
}

static vv_status estimate_fits(vvi_explainer *x, const tried *t, vv_error *error)
{
    vv_fit_report *b = &x->e->budget;
    double low, high, unused;
    if (x->cases.all) {
        b->fits = (vv_size){ .digits = vvi_arena_printf(x->arena, "%.0f", t->fit), .log10 = log10(t->fit) };
        return b->fits.digits == NULL ? vvi_no_memory(error) : VV_OK;
    }
    VVI_TRY(size_of_share(x, b->share, &b->fits.digits, &b->fits.log10, error));
    if (t->n == 0) return VV_OK;
    wilson(b->share, (double)t->n, &low, &high);
    VVI_TRY(size_of_share(x, low, &b->fits.low, &unused, error));
    return size_of_share(x, high, &b->fits.high, &unused, error);
}

static vv_status count_fits(vvi_explainer *x, const vv_space *within, vv_error *error)
{
    vv_fit_report *b = &x->e->budget;
    const tried t = try_cases(x);
    b->share = t.sum > 0 ? t.fit / t.sum : 0;
    b->standing = vvi_standing_of(x, x->cases.all, t.n);
    if (within->root == VVI_NONE) return estimate_fits(x, &t, error);
    return vvi_size_of_count(x, within->buildable, &b->fits, error);
}

static vv_status find_never(vvi_explainer *x, const vv_space *within, vv_error *error)
{
    vvi_rows rows;
    if (within->root == VVI_NONE) return VV_OK;
    VVI_TRY(vvi_rows_make(within, NULL, 0, &x->scratch, &rows, error));
    if (!rows.complete) return VV_OK;
    return vvi_dead_find_within(x, within, &rows, &x->e->budget.never, &x->e->budget.n_never, error);
}

static vv_status discover_within(vvi_explainer *x, vv_error *error)
{
    const vv_builder builder = vvi_explain_builder_within(x);
    const vvi_discover_args args = { .builder = &builder, .seconds = x->discovery_s };
    vv_space *within = vvi_arena_alloc(x->arena, sizeof *within);
    if (within == NULL) return vvi_no_memory(error);
    vv_status status = vvi_space_discover(&args, x->arena, within, error);
    x->builds += within->builds;
    if (status == VV_OK) status = count_fits(x, within, error);
    if (status == VV_OK) status = find_never(x, within, error);
    vvi_space_seal(within);
    x->e->space = within;
    return status;
}

vv_status vvi_budget_explain(vvi_explainer *x, vv_error *error)
{
    vvi_case smallest = { .buildable = false };
    x->e->budget.budget = x->args->budget;
    x->e->budget.limited = vvi_budget_limits(&x->args->budget);
    if (!x->e->budget.limited) return VV_OK;
    VVI_TRY(find_smallest(x, &smallest, error));
    if (smallest.buildable) VVI_TRY(find_first_break(x, &smallest, error));
    return discover_within(x, error);
}
