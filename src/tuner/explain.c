/* explain.c - an explanation of a hypermodel, made in a child process.
 *
 * The build function is the user's code and is run with every kind of values: it may crash, loop for ever, or take all
 * memory. In a child none of that matters: the parent watches it, ends it when one build takes too long, and says with
 * which values that was. What the child finds out it leaves in memory that both share, at the same address in both, so
 * that the parent reads it where it lies.
 */
#include "explain/explain.h"
#include "nn/nn.h"
#include "space/space.h"
#include "tuner/tuner.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Address space; what is not written to takes no memory. */
static const size_t region_size = (size_t)1 << 30;

/* The beginning of the shared memory. */
typedef struct region {
    vvi_owned_explanation owned; /* first: its address is the region's */
    size_t size;
    bool done;
    vvi_guard guard;
    _Alignas(16) unsigned char memory[];
} region;

typedef struct explaining {
    const vv_explain_args *args;
    vvi_bound bound;
    region *region;
} explaining;

/* ---- in the child ----------------------------------------------------------------------------------------------- */

static vv_status build(void *context, vv_hp *hp, vvi_made *made, vv_error *reason)
{
    return vvi_bound_run(context, hp, made, reason);
}

/* A study knows a hypermodel by its file's path, people by the file's name. */
static const char *name_of(const vv_hypermodel *hypermodel, vvi_arena *arena)
{
    const char *name = hypermodel->name;
    if (name == NULL || name[0] != '/') return name;
    const char *file = strrchr(name, '/') + 1, *dot = strrchr(file, '.');
    return vvi_arena_printf(arena, "%.*s", (int)(dot == NULL ? strlen(file) : (size_t)(dot - file)), file);
}

static int explain_child(void *context, int fd)
{
    explaining *e = context;
    vv_error error = { 0 };
    vv_explanation *explanation = NULL;
    vvi_arena arena = vvi_arena_inside(e->region->memory, e->region->size - sizeof *e->region);
    const vvi_source source = { build, &e->bound, e->args->hypermodel->fit != NULL };
    vvi_guard_begin(&e->bound);
    if (e->args->input.rank > 0) vvi_model_override_input(&e->args->input);
    const vvi_work *work = vvi_work_of(e->args->hypermodel);
    const vv_status status = work->explain(&source, e->args, &arena, &explanation, &error);
    if (status == VV_OK) {
        e->region->owned.explanation = *explanation;
        e->region->owned.explanation.hypermodel = name_of(e->args->hypermodel, &arena);
        e->region->done = true;
    } else {
        vvi_record_send_error(fd, status, error.text[0] != '\0' ? error.text : vv_strerror(status));
    }
    return vvi_record_send(fd, VVI_RECORD_DONE, NULL) ? 0 : 1;
}

/* ---- in the parent ---------------------------------------------------------------------------------------------- */

static void end_region(vvi_owned_explanation *owned)
{
    region *r = (region *)(void *)owned;
    munmap(r, r->size);
}

static vv_status take_nothing(void *context, vvi_record *record, vv_error *error)
{
    (void)context, (void)record, (void)error;
    return VV_OK;
}

static vv_status run(explaining *e, vv_error *error)
{
    vvi_job_end end;
    const vvi_job job = {
        .child = explain_child, .context = e, .take = take_nothing, .stop = e->args->stop, .guard = &e->region->guard
    };
    VVI_TRY(vvi_job_run(&job, &end, error));
    if (end.stopped) return vvi_fail(error, VV_INTERRUPTED, "stopped on request");
    VVI_TRY(vvi_builder_death(&e->region->guard, &end, error));
    return e->region->done ? VV_OK : vvi_builder_silence(&e->region->guard, error);
}

vv_status vvi_bound_explain(const vvi_bound *bound, const vv_explain_args *args, vv_explanation **explanation,
                            vv_error *error)
{
    *explanation = NULL;
    region *r = mmap(NULL, region_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (r == MAP_FAILED) return vvi_no_memory(error);
    r->size = region_size;
    r->owned.end = end_region;
    explaining e = { .args = args, .bound = *bound, .region = r };
    e.bound.guard = &r->guard;
    const vv_status status = run(&e, error);
    if (status == VV_OK)
        *explanation = &r->owned.explanation;
    else
        munmap(r, region_size);
    return status;
}

vv_status vvi_budget_leaves(const vv_fit_report *report, vv_error *error)
{
    vv_error why = { 0 };
    if (!report->limited || vvi_budget_check(&report->budget, &report->smallest_cost, &why) == VV_OK) return VV_OK;
    vvi_text values = { 0 };
    for (size_t i = 0; i < report->smallest.n; i++) {
        char text[VVI_SHORT_TEXT];
        vvi_text_printf(&values, "%s%s=%s", i > 0 ? ", " : "", report->smallest.list[i].name,
                        vvi_value_text(report->smallest.list[i].value, text));
    }
    vvi_fail(error, VV_BAD_ARG, "nothing fits the budget; the smallest needs %.100s, with %.150s",
             why.text + strlen(VVI_OVER_BUDGET), values.data == NULL ? "" : values.data);
    vvi_text_deinit(&values);
    return VV_BAD_ARG;
}

static vv_status check_input(vv_shape shape, vv_error *error)
{
    if (shape.rank < 0 || shape.rank > VV_MAX_RANK)
        return vvi_fail(error, VV_BAD_ARG, "explain: an input of rank %d; at most %d is possible", shape.rank,
                        VV_MAX_RANK);
    for (int i = 0; i < shape.rank; i++)
        if (shape.dim[i] < 1)
            return vvi_fail(error, VV_BAD_ARG, "explain: size %d of the input is %d, must be >= 1", i, shape.dim[i]);
    return VV_OK;
}

vv_status vv_explain_with(const vv_explain_args *args, vv_explanation **explanation, vv_error *error)
{
    *explanation = NULL;
    VVI_TRY(vvi_work_check(args->hypermodel, "hypermodel", error));
    if (!vvi_work_of(args->hypermodel)->network)
        return vvi_fail(error, VV_BAD_ARG, "explain: there is no network to explain, only a function to tune");
    if (args->budget.precision != VV_INT8 && args->budget.precision != VV_FLOAT32)
        return vvi_fail(error, VV_BAD_ARG, "explain: there is no precision %d", (int)args->budget.precision);
    VVI_TRY(check_input(args->input, error));
    const vvi_bound bound = { .hypermodel = args->hypermodel, .fit = { .training = args->training } };
    return vvi_bound_explain(&bound, args, explanation, error);
}
