/* enqueue_check.c - what can be known to be wrong with values before any search looks at them: by the explanation that the
 * study keeps of its last search's space.
 *
 * Only where all of that space was seen. Whether values go together, and can be built, is for the search to find out. Without
 * an explanation nothing is known, as of programs and functions. */
#include "cli/cli.h"
#include "explain/json.h"
#include "space/space.h"
#include "tuner/tuner.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef struct checking {
    vv_explanation *explanation;
    vvi_arena arena;
    vv_error *reason;
} checking;

static vv_status refuse_name(const checking *c, const char *name)
{
    const vv_explanation *x = c->explanation;
    const char *near = vvi_nearest(name, &x->hyperparameters[0].name, x->n_hyperparameters, sizeof(vv_explained));
    return vvi_fail(c->reason, VV_BAD_ARG, "%s: there is no such hyperparameter%s%s%s", name,
                    near == NULL ? "" : "; did you mean ", near == NULL ? "" : near, near == NULL ? "" : "?");
}

/* A row that stands for many domains is told by its text, which is not the domain's: nothing is said of its values. */
static bool may_have(const vv_explained *h, vv_value given)
{
    char text[VVI_SHORT_TEXT];
    vv_value value;
    if (h->domain_text == NULL || strcmp(h->domain_text, vvi_domain_text(&h->domain, text)) != 0) return true;
    return vvi_value_fit(&h->domain, given, &value);
}

/* One name may have several domains, each in a row. */
static vv_status check_value(const checking *c, const vv_assignment *given)
{
    char text[VVI_SHORT_TEXT];
    const vv_explained *found = NULL;
    for (size_t i = 0; i < c->explanation->n_hyperparameters; i++) {
        const vv_explained *h = &c->explanation->hyperparameters[i];
        if (strcmp(h->name, given->name) != 0) continue;
        if (may_have(h, given->value)) return VV_OK;
        found = h;
    }
    if (found == NULL) return refuse_name(c, given->name);
    return vvi_fail(c->reason, VV_BAD_ARG, "%s: %s is not in its domain, %s", given->name,
                    vvi_value_text(given->value, text), found->domain_text);
}

/* What is no object of values is refused by who is asked. */
static vv_status check_one(checking *c, const json_t *object)
{
    const vv_assignment *values = NULL;
    size_t n = 0;
    VVI_TRY(vvi_values_read(object, "enqueued", &c->arena, &values, &n, c->reason));
    for (size_t i = 0; i < n; i++) VVI_TRY(check_value(c, &values[i]));
    return VV_OK;
}

static vv_status check_all(checking *c, const json_t *root)
{
    if (!json_is_array(root)) return check_one(c, root);
    for (size_t i = 0; i < json_array_size(root); i++) VVI_TRY(check_one(c, json_array_get(root, i)));
    return VV_OK;
}

/* NULL: none is kept, none that can be read, or not all of the space was seen. */
static vv_explanation *read_explanation(const vv_study *study)
{
    char *json = NULL;
    vv_explanation *x = NULL;
    if (vv_study_get(study, "explanation", &json, NULL) == VV_OK && json != NULL &&
        vvi_explanation_read(json, &x, NULL) != VV_OK)
        x = NULL;
    free(json);
    if (x != NULL && x->standing.kind == VV_EXACT && x->n_hyperparameters > 0) return x;
    vv_explanation_free(x);
    return NULL;
}

bool vvi_cli_enqueue_fits(const vv_study *study, const char *values, vv_error *reason)
{
    checking c = { .explanation = read_explanation(study), .reason = reason };
    json_t *root = c.explanation == NULL ? NULL : json_loads(values, JSON_REJECT_DUPLICATES, NULL);
    const bool fits = root == NULL || check_all(&c, root) != VV_BAD_ARG;
    json_decref(root);
    vvi_arena_deinit(&c.arena);
    vv_explanation_free(c.explanation);
    return fits;
}
