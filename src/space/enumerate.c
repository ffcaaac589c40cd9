/* enumerate.c - the whole conditional space, by an odometer over traces.
 *
 * A space is known only by running the build. The first leaf takes the first value of everything it is asked for; the
 * next one keeps all but the last digit that can still be advanced, and finds out anew what is asked after it. Which
 * hyperparameters exist may thus depend on the values before them in any way. A build that gives up early has asked for
 * fewer names: its trace is a leaf like any other, and stands for every configuration that begins like it.
 *
 * Invariant between leaves: digits[0..n) is the trace of the last leaf, one digit per active hyperparameter.
 */
#include "space/enumerate.h"
#include "space/handle.h"

typedef struct digit {
    uint64_t index, size;
    uint64_t name; /* its hash: the same values must lead to the same names */
} digit;

typedef struct odometer {
    digit *digits;
    size_t n, capacity;
    size_t asked;     /* by the running build */
    vv_status status; /* of the running build's questions */
    char *continuum;  /* VV_ERROR_SIZE bytes */
} odometer;

static bool reserve(odometer *o)
{
    if (o->n < o->capacity) return true;
    const size_t capacity = o->capacity == 0 ? 32 : 2 * o->capacity;
    digit *digits = vvi_realloc(o->digits, capacity * sizeof *digits);
    if (digits == NULL) return false;
    o->digits = digits;
    o->capacity = capacity;
    return true;
}

static void push(odometer *o, const char *name, uint64_t hash, uint64_t size)
{
    if (size == 0 && o->continuum[0] == '\0') {
        vvi_line line = { .text = o->continuum, .size = VV_ERROR_SIZE };
        vvi_line_printf(&line, "%s", name);
    }
    if (!reserve(o)) {
        o->status = VV_NO_MEMORY;
        return;
    }
    o->digits[o->n++] = (digit){ .size = size, .name = hash };
}

static bool choose_digit(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    odometer *o = context;
    const uint64_t size = vvi_entry_of(domain)->size, hash = vvi_entry_of(domain)->hash;
    if (o->status == VV_OK && o->asked == o->n) push(o, name, hash, size);
    if (o->status != VV_OK) return false;
    const digit *d = &o->digits[o->asked++];
    if (d->name != hash || d->size != size) o->status = VV_MISMATCH;
    if (o->status != VV_OK || size == 0) return false;
    *value = vv_domain_at(domain, d->index);
    return true;
}

/* To the next leaf; false: that was the last. */
static bool advance(odometer *o)
{
    while (o->n > 0 && o->digits[o->n - 1].index + 1 >= o->digits[o->n - 1].size) o->n--;
    if (o->n == 0) return false;
    o->digits[o->n - 1].index++;
    return true;
}

static vv_status run_leaf(odometer *o, const vv_builder *builder, vvi_build *leaf, vv_error *error)
{
    const vv_chooser chooser = { choose_digit, o };
    const size_t known = o->n;
    o->asked = 0;
    VVI_TRY(vvi_build_run(builder, &chooser, leaf, error));
    if (o->status == VV_OK && o->asked < known) o->status = VV_MISMATCH;
    if (o->status == VV_OK) return VV_OK;
    vvi_build_deinit(leaf);
    if (o->status == VV_NO_MEMORY) return vvi_no_memory(error);
    return vvi_build_differs(error);
}

vv_status vvi_space_walk(const vv_builder *builder, uint64_t cap, vvi_walk_visit visit, void *context, vvi_walk *walk,
                         vv_error *error)
{
    *walk = (vvi_walk){ 0 };
    odometer o = { .continuum = walk->continuum };
    vv_status status = VV_OK;
    vvi_build leaf = { 0 }; /* its handle serves all leaves, unless a visitor took it */
    while (walk->end == 0 && status == VV_OK) {
        if (walk->leaves >= cap) {
            walk->end = VVI_WALK_CAPPED;
            break;
        }
        status = run_leaf(&o, builder, &leaf, error);
        if (status == VV_OK && walk->continuum[0] != '\0') {
            walk->end = VVI_WALK_CONTINUUM;
        } else if (status == VV_OK) {
            walk->leaves++;
            walk->buildable += leaf.buildable;
            if (visit != NULL && !visit(context, &leaf)) {
                walk->end = VVI_WALK_STOPPED;
            } else if (!advance(&o)) {
                walk->end = VVI_WALK_COMPLETE;
            }
        }
    }
    vvi_build_deinit(&leaf);
    vvi_free(o.digits);
    return status;
}
