/* objective.c - "val_accuracy", "val_loss:min,params": what a search improves, and in which direction.
 *
 * A direction that was not given is told from the end of the name; the costs of a network are minimized. A name that
 * tells nothing is refused rather than guessed: a search in the wrong direction looks like a search that works. */
#include "study/study.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *ending;
    bool whole; /* the name itself */
    bool maximize;
} directions[] = {
    { "accuracy", false, true }, { "auc", false, true },  { "loss", false, false },
    { "mse", false, false },     { "mae", false, false }, { "params", true, false },
    { "macs", true, false },     { "ram", true, false },  { "flash", true, false },
};

static bool ends_with(const char *text, const char *ending, bool whole)
{
    const size_t n = strlen(text), m = strlen(ending);
    return (whole ? n == m : n >= m) && strcmp(text + n - m, ending) == 0;
}

static vv_status guess_direction(vv_objective *objective, vv_error *error)
{
    for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++) {
        if (!ends_with(objective->name, directions[i].ending, directions[i].whole)) continue;
        objective->maximize = directions[i].maximize;
        return VV_OK;
    }
    return vvi_fail(error, VV_BAD_ARG, "objective \"%s\": is larger better? Say \"%s:max\" or \"%s:min\"",
                    objective->name, objective->name, objective->name);
}

static vv_status check_name(const char *text, size_t n, vv_error *error)
{
    if (n == 0) return vvi_fail(error, VV_BAD_ARG, "objective \"%.80s\": the name of a metric is missing", text);
    if (n >= sizeof((vv_objective *)0)->name)
        return vvi_fail(error, VV_BAD_ARG, "objective \"%.80s\": a name has at most %zu bytes, this has %zu", text,
                        sizeof((vv_objective *)0)->name - 1, n);
    if (memchr(text, ',', n) != NULL)
        return vvi_fail(error, VV_BAD_ARG, "objective \"%.80s\": one is possible here, and no comma", text);
    return VV_OK;
}

vv_status vv_objective_parse(const char *text, vv_objective *objective, vv_error *error)
{
    if (text == NULL || objective == NULL) return vvi_fail(error, VV_BAD_ARG, "objective: none given");
    const char *colon = strchr(text, ':');
    const size_t n = colon == NULL ? strlen(text) : (size_t)(colon - text);
    vv_objective parsed = { .maximize = false };
    VVI_TRY(check_name(text, n, error));
    memcpy(parsed.name, text, n);
    if (colon == NULL) {
        VVI_TRY(guess_direction(&parsed, error));
    } else {
        parsed.maximize = strcmp(colon, ":max") == 0;
        if (!parsed.maximize && strcmp(colon, ":min") != 0)
            return vvi_fail(error, VV_BAD_ARG, "objective \"%s\": the direction is \"%s\", must be max or min", text,
                            colon + 1);
    }
    *objective = parsed;
    return VV_OK;
}

bool vvi_objective_better(const vv_objective *objective, double value, double than)
{
    return objective->maximize ? value > than : value < than;
}

int vvi_objective_format(const vv_objective *objective, char *text, size_t size)
{
    return snprintf(text, size, "%s:%s", objective->name, objective->maximize ? "max" : "min");
}

/* ---- several ---------------------------------------------------------------------------------------------------- */

static vv_status add(vv_objectives *objectives, const char *item, vv_error *error)
{
    if (objectives->n == VV_MAX_OBJECTIVES)
        return vvi_fail(error, VV_BAD_ARG, "objective \"%.80s\": one too many, at most %d are possible", item,
                        VV_MAX_OBJECTIVES);
    vv_objective *next = &objectives->list[objectives->n];
    VVI_TRY(vv_objective_parse(item, next, error));
    for (size_t i = 0; i < objectives->n; i++)
        if (strcmp(objectives->list[i].name, next->name) == 0)
            return vvi_fail(error, VV_BAD_ARG, "objective \"%s\" is there twice", next->name);
    objectives->n++;
    return VV_OK;
}

vv_status vv_objectives_parse(const char *text, vv_objectives *objectives, vv_error *error)
{
    vv_objectives parsed = { .n = 0 };
    char item[sizeof parsed.list[0].name + 64];
    if (text == NULL || objectives == NULL) return vvi_fail(error, VV_BAD_ARG, "objective: none given");
    while (true) {
        const size_t n = strcspn(text, ",");
        if (n >= sizeof item)
            return vvi_fail(error, VV_BAD_ARG, "objective \"%.80s\": a name has at most %zu bytes", text,
                            sizeof parsed.list[0].name - 1);
        memcpy(item, text, n);
        item[n] = '\0';
        VVI_TRY(add(&parsed, item, error));
        if (text[n] == '\0') break;
        text += n + 1;
    }
    *objectives = parsed;
    return VV_OK;
}

void vvi_objectives_format(const vv_objectives *objectives, vvi_text *text)
{
    for (size_t i = 0; i < objectives->n; i++)
        vvi_text_printf(text, "%s%s:%s", i == 0 ? "" : ",", objectives->list[i].name,
                        objectives->list[i].maximize ? "max" : "min");
}
