/* discover.c - finding out what a builder can be asked to build, before anything is trained.
 *
 *     scout    a few dozen builds, uniform ones and such with small values, each made twice: is it pure, how large is it,
 *              about, and how long does a build take?
 *     all      a space of at most `most` configurations is built from end to end, if that is not bound to take longer than
 *              it may: what is said of it then is exact
 *     switches else every value that decides which names and layers there are is gone through, and of all others one
 *              (switches.c, plan.c); each path is built twice, with different values of those others, and then a few
 *              thousand random builds must end where the walk says. A value that does matter after all makes its name
 *              a switch, and the walk begins anew
 *     samples  else names and sizes are those of random builds
 *
 * Keys are fixed: the same builder gives the same space every time, unless time runs out, which it does only where a
 * build takes far longer than a build should. Each step then has a share of the time that those before it cannot use up.
 */
#include "space/discovery/discovery.h"
#include "space/discovery/sizes.h"

#include <math.h>
#include <string.h>

enum { SCOUTS = 64, MOST_ALL = 131072, MOST_PATHS = 65536, MOST_PLANS = 32, SAMPLES = 2048, MOST_REPEATED = 256 };

typedef struct discovering {
    const vvi_discover_args *args;
    vv_space *space;
    vvi_tester tester;
    vvi_tally total, buildable;
    vvi_build scouts[SCOUTS]; /* the default, then random ones */
    vvi_build other, sample;  /* of all other builds, one after the other */
    vvi_plan plan;
    double seconds, build_s; /* that all of it may take; that one build takes */
    vvi_verdict verdict;     /* on every path so far */
    vv_status status;        /* of the visitor */
    vv_error *error;
} discovering;

static uint64_t most_configurations(const discovering *d)
{
    return d->args->most > 0 ? d->args->most : MOST_ALL;
}

/* ---- scouts ----------------------------------------------------------------------------------------------------- */

static void note_impurity(vv_space *space, const vv_hp *hp)
{
    if (!space->pure) return;
    space->pure = false;
    vvi_hp_describe(hp, space->impurity, sizeof space->impurity);
}

static vv_status repeat(discovering *d, const vvi_build *build)
{
    bool same = true;
    VVI_TRY(vvi_build_repeat(d->args->builder, build, &same, d->error));
    d->space->builds++;
    if (!same) note_impurity(d->space, build->hp);
    return VV_OK;
}

static void tally(discovering *d, const vvi_build *build)
{
    const double log2 = vvi_path_log2(build->hp);
    vvi_tally_add(&d->total, log2, true);
    vvi_tally_add(&d->buildable, log2, build->buildable);
}

static vv_status run_random(discovering *d, int number, vvi_build *build)
{
    const bool small = number < SCOUTS && number % 2 == 0;
    vvi_draw draw = { vvi_key_int(vvi_key_new(0, "scout"), number), small };
    const vv_chooser chooser = vvi_chooser_draw(&draw);
    VVI_TRY(vvi_build_run(d->args->builder, number == 0 ? NULL : &chooser, build, d->error));
    d->space->builds++;
    if (!small) tally(d, build);
    return vvi_space_note_all(d->space, build->hp) ? VV_OK : vvi_no_memory(d->error);
}

static vv_status scout(discovering *d)
{
    enum { AT_LEAST = 4 };
    const double began_s = vvi_clock_s();
    for (int i = 0; i < SCOUTS && (i < AT_LEAST || vvi_clock_s() < d->tester.until_s); i++) {
        VVI_TRY(run_random(d, i, &d->scouts[i]));
        d->tester.n_bases++;
        VVI_TRY(repeat(d, &d->scouts[i]));
        vvi_hp_keep(d->scouts[i].hp, NULL, NULL); /* its values are looked at again, and nothing is built with it */
    }
    d->build_s = (vvi_clock_s() - began_s) / (2 * (double)d->tester.n_bases);
    return VV_OK;
}

/* What is still to come has a share of the time at least. */
static void grant(discovering *d, double share)
{
    const double until_s = vvi_clock_s() + share * d->seconds;
    if (until_s > d->tester.until_s) d->tester.until_s = until_s;
}

/* ---- all -------------------------------------------------------------------------------------------------------- */

/* Estimates are rough, and a walk builds faster than scouts do, having a handle that knows the last build: it is tried if
 * it may come to an end. */
static bool is_small(const discovering *d)
{
    enum { FASTER = 8 };
    const vvi_estimate about = vvi_tally_estimate(&d->total);
    const double most = log2((double)most_configurations(d));
    return about.low <= most && exp2(fmin(about.log2, most)) * d->build_s <= d->seconds * FASTER;
}

/* Forgets what a walk has recorded that came to no end. Names stay. */
static void forget_diagram(vv_space *space)
{
    space->n_forks = space->n_outcomes = space->last_outcome = 0;
    vvi_index_deinit(&space->by_label);
    vvi_index_deinit(&space->by_branches);
    space->root = VVI_NONE;
}

/* A build that is no function of its values shows in a walk, too. */
static vv_status pass_impurity(discovering *d, vv_status status, vv_error *why)
{
    if (status == VV_MISMATCH) {
        d->space->pure = false;
        return VV_OK;
    }
    return status == VV_OK ? VV_OK : vvi_fail(d->error, status, "%s", why->text);
}

/* Nothing is as good as having built them all: a busy machine gets longer. */
static vv_status walk_all(discovering *d)
{
    enum { PATIENCE = 2 };
    vvi_walk walk = { .end = VVI_WALK_STOPPED };
    vv_error why = { 0 };
    const vvi_walk_args args = { .builder = d->args->builder,
                                 .cap = most_configurations(d),
                                 .until_s = vvi_clock_s() + PATIENCE * d->seconds,
                                 .record = d->space };
    VVI_TRY(pass_impurity(d, vvi_space_walk(&args, &walk, &why), &why));
    d->space->builds += walk.leaves;
    if (walk.end == VVI_WALK_COMPLETE)
        d->space->depth = VVI_DEPTH_ALL;
    else
        forget_diagram(d->space);
    return VV_OK;
}

/* ---- switches --------------------------------------------------------------------------------------------------- */

static bool check_path(void *context, vvi_build *leaf)
{
    discovering *d = context;
    d->status = vvi_plan_check(&d->tester, &d->plan, leaf, &d->verdict, d->error);
    return d->status == VV_OK && d->verdict == VVI_AGREES;
}

/* Who is to blame that a build does not end where the walk says? Some build with the same values of what was walked, and
 * others of the rest, does. */
static vv_status find_out(discovering *d, const vvi_build *build)
{
    enum { TRIES = 16 };
    for (int i = 0; i < TRIES && d->verdict == VVI_AGREES; i++)
        VVI_TRY(vvi_plan_check(&d->tester, &d->plan, build, &d->verdict, d->error));
    if (d->verdict == VVI_AGREES) d->verdict = VVI_NOBODY_TO_BLAME;
    return VV_OK;
}

/* What cannot be built may fail in several ways. */
static bool is_end(const vv_space *space, uint32_t expected, uint32_t end)
{
    if (expected == VVI_NONE) return false;
    return expected == end || (!vvi_space_can_build(space, expected) && !vvi_space_can_build(space, end));
}

static vv_status check_end(discovering *d, const vvi_build *build)
{
    const uint32_t expected = vvi_space_follow(d->space, build->hp);
    uint32_t end;
    if (!vvi_space_end(d->space, build, &end)) return vvi_no_memory(d->error);
    return is_end(d->space, expected, end) ? VV_OK : find_out(d, build);
}

static vv_status check_samples(discovering *d)
{
    enum { AT_LEAST = 32 };
    vv_space *space = d->space;
    if (!vvi_space_count(space)) return vvi_no_memory(d->error);
    grant(d, 0.25);
    for (size_t i = 0; i < d->tester.n_bases && d->verdict == VVI_AGREES; i++) VVI_TRY(check_end(d, &d->scouts[i]));
    for (space->n_samples = 0; space->n_samples < VVI_SAMPLES && d->verdict == VVI_AGREES; space->n_samples++) {
        vvi_sample sample;
        if (space->n_samples >= AT_LEAST && vvi_clock_s() > d->tester.until_s) return VV_OK;
        const vv_chooser chooser = vvi_chooser_sample(&sample, space, space->n_samples);
        VVI_TRY(vvi_build_run(d->args->builder, &chooser, &d->sample, d->error));
        space->builds++;
        VVI_TRY(check_end(d, &d->sample));
    }
    return VV_OK;
}

/* *again: a build did not keep what the plan promised; there is another switch. */
static vv_status walk_plan(discovering *d, bool *again)
{
    vvi_walk walk = { .end = VVI_WALK_STOPPED };
    vv_error why = { 0 };
    const vvi_route route = vvi_plan_route(&d->plan);
    const vvi_walk_args args = { .builder = d->args->builder,
                                 .cap = MOST_PATHS,
                                 .until_s = d->tester.until_s,
                                 .visit = check_path,
                                 .context = d,
                                 .route = &route,
                                 .record = d->space };
    d->verdict = VVI_AGREES;
    VVI_TRY(pass_impurity(d, vvi_space_walk(&args, &walk, &why), &why));
    VVI_TRY(d->status);
    d->space->builds += walk.leaves;
    if (walk.end == VVI_WALK_COMPLETE) VVI_TRY(check_samples(d));
    *again = d->verdict == VVI_BLAMED;
    if (walk.end == VVI_WALK_COMPLETE && d->verdict == VVI_AGREES)
        d->space->depth = VVI_DEPTH_SWITCHES;
    else
        forget_diagram(d->space);
    return VV_OK;
}

/* Are there far more paths than may be walked? */
static bool is_hopeless(const discovering *d)
{
    enum { FAR = 16 };
    vvi_tally paths = { .n = 0 };
    for (size_t i = 1; i < d->tester.n_bases; i += 2) /* the uniform ones */
        vvi_tally_add(&paths, vvi_plan_log2(&d->plan, d->scouts[i].hp), true);
    return paths.n > 0 && vvi_tally_estimate(&paths).low > log2((double)MOST_PATHS * FAR);
}

static vv_status walk_switches(discovering *d)
{
    bool again = true;
    grant(d, 0.25);
    VVI_TRY(vvi_switches_find(&d->tester, d->error));
    grant(d, 0.5);
    for (int i = 0; i < MOST_PLANS && again && d->space->pure; i++) {
        vv_status status = vvi_plan_make(&d->tester, &d->plan, d->error);
        again = false;
        if (status == VV_OK && !d->plan.endless && !is_hopeless(d)) status = walk_plan(d, &again);
        vvi_plan_deinit(&d->plan);
        VVI_TRY(status);
    }
    return VV_OK;
}

/* ---- samples ---------------------------------------------------------------------------------------------------- */

static vv_status sample(discovering *d)
{
    grant(d, 0.25);
    for (int i = SCOUTS; i < SAMPLES && vvi_clock_s() < d->tester.until_s; i++) VVI_TRY(run_random(d, i, &d->other));
    d->space->n_paths = (uint32_t)d->total.n;
    d->space->about_total = vvi_tally_estimate(&d->total);
    d->space->about_buildable = vvi_tally_estimate(&d->buildable);
    if (!(d->buildable.sum > 0)) /* none of n: the rule of three */
        d->space->about_buildable.high = d->space->about_total.high + log2(3 / (double)d->buildable.n);
    d->space->about_buildable.high = fmin(d->space->about_buildable.high, d->space->about_total.high);
    return VV_OK;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static vv_status repeat_outcomes(discovering *d)
{
    for (uint32_t i = 0; i < d->space->n_outcomes && i < MOST_REPEATED && d->space->pure; i++) {
        vvi_again again = { d->space->outcomes[i].values, d->space->outcomes[i].n_values, 0 };
        const vv_chooser chooser = vvi_chooser_again(&again);
        uint32_t end;
        VVI_TRY(vvi_build_run(d->args->builder, &chooser, &d->other, d->error));
        d->space->builds++;
        if (!vvi_space_end(d->space, &d->other, &end)) return vvi_no_memory(d->error);
        if (end != (VVI_END | i)) note_impurity(d->space, d->other.hp);
    }
    return VV_OK;
}

static vv_status look(discovering *d)
{
    vv_space *space = d->space;
    VVI_TRY(scout(d));
    if (space->pure && is_small(d)) VVI_TRY(walk_all(d));
    if (space->pure && space->depth != VVI_DEPTH_ALL) VVI_TRY(walk_switches(d));
    if (space->depth != VVI_DEPTH_SAMPLED) VVI_TRY(repeat_outcomes(d));
    if (!space->pure) {
        forget_diagram(space);
        space->depth = VVI_DEPTH_SAMPLED;
    }
    if (space->depth == VVI_DEPTH_SAMPLED) return sample(d);
    if (space->depth == VVI_DEPTH_ALL && !vvi_space_count(space)) return vvi_no_memory(d->error);
    return vvi_space_mark_switches(space) ? VV_OK : vvi_no_memory(d->error);
}

vv_status vvi_space_discover(const vvi_discover_args *args, vvi_arena *arena, vv_space *space, vv_error *error)
{
    discovering d = { .args = args, .space = space, .error = error, .seconds = args->seconds > 0 ? args->seconds : 2 };
    vvi_space_init(space, arena);
    d.tester = (vvi_tester){ .builder = args->builder,
                             .space = space,
                             .bases = d.scouts,
                             .other = &d.other,
                             .until_s = vvi_clock_s() + d.seconds };
    const vv_status status = look(&d);
    for (int i = 0; i < SCOUTS; i++) vvi_build_deinit(&d.scouts[i]);
    vvi_build_deinit(&d.other);
    vvi_build_deinit(&d.sample);
    return status;
}
