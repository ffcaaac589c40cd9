/* walk.c - the whole conditional space, by an odometer over traces.
 *
 * A space is known only by running the build. The first leaf takes the first value of everything it is asked for; the
 * next one keeps all but the last digit that can still be advanced, and finds out anew what is asked after it. Which
 * hyperparameters exist may thus depend on the values before them in any way. A build that gives up early has asked for
 * fewer names: its trace is a leaf like any other, and stands for every configuration that begins like it.
 *
 * Invariant between leaves: digits[0..n) is the trace of the last leaf, one digit per active hyperparameter. When the
 * walk is recorded, branches[] holds, digit after digit, where the values that are done with have led; a digit that has
 * no value left becomes a fork of the diagram and the branch of the digit before it.
 */
#include "space/discovery/walk.h"
#include "space/discovery/discovery.h"
#include "space/handle.h"

typedef struct digit {
    uint64_t hash; /* of the name: the same values must lead to the same names */
    uint64_t positions, position;
    vvi_stops stops;
    vvi_span all;   /* what is gone through without a route */
    size_t span;    /* of stops.spans */
    uint32_t state; /* the route's */
    uint32_t name, domain;
    size_t first_branch;
} digit;

typedef struct vvi_walker {
    const vvi_walk_args *args;
    vvi_walk *walk;
    digit *digits;
    size_t n, capacity;
    size_t asked;     /* by the running build */
    vv_status status; /* of the running build's questions */
    vvi_branch *branches;
    size_t n_branches, branch_capacity;
    vvi_walk own; /* of one that is gone on with */
} vvi_walker;

/* ---- digits ----------------------------------------------------------------------------------------------------- */

static vvi_span span_of(const digit *d)
{
    return d->stops.n == 0 ? d->all : d->stops.spans[d->span];
}

/* To the first value of a span, or to the one that stands for it. */
static void enter_span(vvi_walker *w, digit *d, const char *name, const vv_domain *domain)
{
    const vvi_span span = span_of(d);
    d->position = span.first;
    if (!d->stops.one_each || span.first == span.last) return;
    const vvi_key key = vvi_key_int(vvi_key_new(0, "stands for a span"), (int64_t)w->walk->leaves);
    vvi_stream stream = vvi_stream_begin(vvi_key_name(key, name));
    d->position = vvi_position_between(domain, span.first, span.last, vvi_stream_unit(&stream));
}

static bool can_advance(const digit *d)
{
    const bool in_span = !d->stops.one_each && d->position < span_of(d).last;
    return in_span || d->span + 1 < d->stops.n;
}

static digit *add_digit(vvi_walker *w)
{
    if (w->n == w->capacity) {
        const size_t capacity = w->capacity == 0 ? 32 : 2 * w->capacity;
        digit *digits = vvi_realloc(w->digits, capacity * sizeof *digits);
        if (digits == NULL) return NULL;
        w->digits = digits;
        w->capacity = capacity;
    }
    w->digits[w->n] = (digit){ .first_branch = w->n_branches };
    return &w->digits[w->n++];
}

static void name_continuum(vvi_walker *w, const char *name)
{
    if (w->walk->continuum[0] != '\0') return;
    vvi_line line = { .text = w->walk->continuum, .size = sizeof w->walk->continuum };
    vvi_line_printf(&line, "%s", name);
}

/* Not only to points of it? */
static bool goes_through(const digit *d)
{
    bool points = d->stops.one_each || d->stops.n > 0;
    for (size_t i = 0; !d->stops.one_each && points && i < d->stops.n; i++)
        points = d->stops.spans[i].first == d->stops.spans[i].last;
    return !points;
}

/* The handle knows the size of a finite domain. */
static uint64_t positions_of(const vv_domain *domain)
{
    const uint64_t size = vvi_entry_of(domain)->size;
    return size > 0 ? size : vvi_position_count(domain);
}

static void push(vvi_walker *w, const char *name, uint64_t hash, const vv_domain *domain)
{
    const vvi_route *route = w->args->route;
    const digit *before = w->n == 0 ? NULL : &w->digits[w->n - 1];
    const uint32_t state = before == NULL ? 0 : before->state;
    const uint64_t position = before == NULL ? 0 : before->position;
    const uint32_t after = before == NULL ? VVI_NONE : before->name;
    digit *d = add_digit(w);
    if (d == NULL) {
        w->status = VV_NO_MEMORY;
        return;
    }
    d->hash = hash;
    d->positions = positions_of(domain);
    d->all.last = d->positions - 1;
    if (route != NULL) d->state = route->stops(route->context, state, position, name, domain, &d->stops);
    if (vvi_entry_of(domain)->size == 0 && goes_through(d)) name_continuum(w, name);
    if (w->args->record != NULL && !vvi_space_note(w->args->record, name, hash, domain, after, &d->name, &d->domain))
        w->status = VV_NO_MEMORY;
    enter_span(w, d, name, domain);
}

static bool choose_digit(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    vvi_walker *w = context;
    const uint64_t hash = vvi_entry_of(domain)->hash;
    if (w->status != VV_OK) return false;
    if (w->asked == w->n) {
        push(w, name, hash, domain);
        if (w->status != VV_OK) return false;
    }
    digit *d = &w->digits[w->asked++];
    if (d->hash != hash || d->positions != positions_of(domain)) w->status = VV_MISMATCH;
    if (w->status != VV_OK || w->walk->continuum[0] != '\0') return false;
    if (w->asked == w->n && d->position > span_of(d).last) enter_span(w, d, name, domain);
    *value = vvi_position_value(domain, d->position);
    return true;
}

/* ---- recording -------------------------------------------------------------------------------------------------- */

static bool add_branch(vvi_walker *w, const digit *d, vvi_span span, uint32_t to)
{
    vvi_branch *last = w->n_branches > d->first_branch ? &w->branches[w->n_branches - 1] : NULL;
    if (last != NULL && last->to == to && last->last + 1 == span.first) {
        last->last = span.last;
        return true;
    }
    if (w->n_branches == w->branch_capacity) {
        const size_t capacity = w->branch_capacity == 0 ? 64 : 2 * w->branch_capacity;
        vvi_branch *branches = vvi_realloc(w->branches, capacity * sizeof *branches);
        if (branches == NULL) return false;
        w->branches = branches;
        w->branch_capacity = capacity;
    }
    w->branches[w->n_branches++] = (vvi_branch){ span.first, span.last, to };
    return true;
}

/* The last digit becomes a fork. VVI_NONE: no memory. */
static uint32_t close_digit(vvi_walker *w, const digit *d)
{
    const size_t n = w->n_branches - d->first_branch;
    w->n_branches = d->first_branch;
    return vvi_space_fork(w->args->record, d->name, d->domain, w->branches + d->first_branch, n);
}

/* ---- from leaf to leaf ------------------------------------------------------------------------------------------ */

static void step(digit *d)
{
    if (!d->stops.one_each && d->position < span_of(d).last) {
        d->position++;
        return;
    }
    d->span++;
    d->position = d->stops.one_each ? UINT64_MAX : span_of(d).first; /* drawn when it is asked for */
}

/* To the next leaf. `to`: where the last one led. *more: there is a next one. */
static vv_status advance(vvi_walker *w, uint32_t to, bool *more)
{
    *more = false;
    while (w->n > 0 && !*more) {
        digit *d = &w->digits[w->n - 1];
        const vvi_span span = d->stops.one_each ? span_of(d) : (vvi_span){ d->position, d->position };
        if (w->args->record != NULL && !add_branch(w, d, span, to)) return VV_NO_MEMORY;
        *more = can_advance(d);
        if (*more) {
            step(d);
            return VV_OK;
        }
        if (w->args->record != NULL && (to = close_digit(w, d)) == VVI_NONE) return VV_NO_MEMORY;
        w->n--;
    }
    if (w->args->record != NULL) w->args->record->root = to;
    return VV_OK;
}

static vv_status run_leaf(vvi_walker *w, vvi_build *leaf, vv_error *error)
{
    const vv_chooser chooser = { choose_digit, w };
    const size_t known = w->n;
    w->asked = 0;
    VVI_TRY(vvi_build_run(w->args->builder, &chooser, leaf, error));
    if (w->status == VV_OK && w->asked < known) w->status = VV_MISMATCH;
    if (w->status == VV_OK) return VV_OK;
    return w->status == VV_NO_MEMORY ? vvi_no_memory(error) : vvi_build_differs(error);
}

static vv_status visit_leaf(vvi_walker *w, vvi_build *leaf, vv_error *error)
{
    const vvi_walk_args *args = w->args;
    uint32_t to = VVI_END;
    bool more;
    if (args->record != NULL && !vvi_space_end(args->record, leaf, &to)) return vvi_no_memory(error);
    w->walk->leaves++;
    w->walk->buildable += leaf->buildable;
    if (args->visit != NULL && !args->visit(args->context, leaf)) {
        w->walk->end = VVI_WALK_STOPPED;
        return VV_OK;
    }
    if (advance(w, to, &more) != VV_OK) return vvi_no_memory(error);
    if (!more) w->walk->end = VVI_WALK_COMPLETE;
    return VV_OK;
}

static bool is_out_of_time(const vvi_walker *w)
{
    return w->args->until_s > 0 && vvi_clock_s() > w->args->until_s;
}

static vv_status go_through(vvi_walker *w, vvi_build *leaf, vv_error *error)
{
    while (w->walk->end == 0) {
        if (w->walk->leaves >= w->args->cap || is_out_of_time(w)) {
            w->walk->end = VVI_WALK_CAPPED;
            return VV_OK;
        }
        vv_status status = run_leaf(w, leaf, error);
        if (status == VV_OK && w->walk->continuum[0] != '\0')
            w->walk->end = VVI_WALK_CONTINUUM;
        else if (status == VV_OK)
            status = visit_leaf(w, leaf, error);
        VVI_TRY(status);
    }
    return VV_OK;
}

vv_status vvi_space_walk(const vvi_walk_args *args, vvi_walk *walk, vv_error *error)
{
    *walk = (vvi_walk){ 0 };
    vvi_walker w = { .args = args, .walk = walk };
    vvi_build leaf = { 0 }; /* its handle serves all leaves, unless a visitor took it */
    const vv_status status = go_through(&w, &leaf, error);
    vvi_build_deinit(&leaf);
    vvi_free(w.digits);
    vvi_free(w.branches);
    return status;
}

/* ---- one leaf at a time ----------------------------------------------------------------------------------------- */

vvi_walker *vvi_walker_new(const vvi_walk_args *args)
{
    vvi_walker *walker = vvi_calloc(1, sizeof *walker);
    if (walker == NULL) return NULL;
    walker->args = args;
    walker->walk = &walker->own;
    return walker;
}

void vvi_walker_free(vvi_walker *walker)
{
    if (walker == NULL) return;
    vvi_free(walker->digits);
    vvi_free(walker->branches);
    vvi_free(walker);
}

vv_status vvi_walker_build(vvi_walker *walker, vvi_build *leaf, bool *endless, vv_error *error)
{
    const vv_status status = run_leaf(walker, leaf, error);
    *endless = walker->own.continuum[0] != '\0';
    return status;
}

vv_status vvi_walker_advance(vvi_walker *walker, bool *more, vv_error *error)
{
    walker->own.leaves++;
    return advance(walker, VVI_END, more) == VV_OK ? VV_OK : vvi_no_memory(error);
}
