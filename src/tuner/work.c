/* work.c - what trials consist of: training networks, or calling a function.
 *
 * A hypermodel says which by what it has. Everything that is done differently is in a row here; what only a network has
 * (models, data, weights) is NULL elsewhere, and nothing asks why.
 */
#include "space/discovery/discovery.h"
#include "tuner/tuner.h"

/* ---- a function ------------------------------------------------------------------------------------------------- */

static vv_status check_nothing(const vvi_search *search, const vv_model *model, vv_error *error)
{
    (void)search, (void)model, (void)error;
    return VV_OK;
}

/* Where what is asked for is all that there is to see. */
typedef struct asking {
    const vvi_source *source;
} asking;

static vv_status ask(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    const asking *a = context;
    vvi_made made = { .model = NULL };
    const vv_status status = a->source->build(a->source->context, hp, &made, reason);
    built->progress = vv_hp_count(hp);
    return status;
}

/* Of all that an explanation holds, the space, which a search goes by. */
static vv_status discover(const vvi_source *source, const vv_explain_args *args, vvi_arena *arena,
                          vv_explanation **explanation, vv_error *error)
{
    asking a = { source };
    const vv_builder builder = { ask, &a };
    vv_explanation *e = vvi_arena_alloc(arena, sizeof *e);
    vv_space *space = vvi_arena_alloc(arena, sizeof *space);
    if (e == NULL || space == NULL) return vvi_no_memory(error);
    const vvi_discover_args discover_args = { .builder = &builder, .seconds = args->seconds };
    const vv_status status = vvi_space_discover(&discover_args, arena, space, error);
    vvi_space_seal(space);
    if (status != VV_OK) return status;
    *e = (vv_explanation){ .space = space, .pure = space->pure, .impurity = space->impurity, .builds = space->builds };
    *explanation = e;
    return VV_OK;
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

static const vvi_work network = { .name = "network",
                                  .network = true,
                                  .unit = "epoch",
                                  .objective = "val_loss",
                                  .epochs = 1,
                                  .make = vvi_network_make,
                                  .check = vvi_network_check,
                                  .explain = vvi_explain,
                                  .run = vvi_network_run },
                      function = { .name = "function",
                                   .unit = "step",
                                   .objective = "result:min",
                                   .epochs = VVI_EPOCHS_OPEN,
                                   .make = vvi_function_make,
                                   .check = check_nothing,
                                   .explain = discover,
                                   .run = vvi_function_run };

const vvi_work *vvi_work_of(const vv_hypermodel *hypermodel)
{
    return hypermodel->tune != NULL ? &function : &network;
}

vv_status vvi_work_check(const vv_hypermodel *hypermodel, const char *what, vv_error *error)
{
    if (hypermodel == NULL || (hypermodel->build == NULL && hypermodel->tune == NULL))
        return vvi_fail(error, VV_BAD_ARG, "%s: build is NULL, must be a function; or tune must be", what);
    if (hypermodel->tune != NULL && (hypermodel->build != NULL || hypermodel->fit != NULL))
        return vvi_fail(error, VV_BAD_ARG, "%s: the hypermodel has tune besides build or fit; it must be one of them",
                        what);
    return VV_OK;
}
