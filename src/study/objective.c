/* objective.c - "val_accuracy", "val_loss:min": the metric a search improves, and in which direction.
 *
 * A direction that was not given is told from the end of the name. A name that tells nothing is refused rather than
 * guessed: a search in the wrong direction looks like a search that works. */
#include "study/study.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *ending;
    bool maximize;
} directions[] = {
    { "accuracy", true }, { "auc", true }, { "loss", false }, { "mse", false }, { "mae", false },
};

static bool ends_with(const char *text, const char *ending)
{
    const size_t n = strlen(text), m = strlen(ending);
    return n >= m && strcmp(text + n - m, ending) == 0;
}

static vv_status guess_direction(vv_objective *objective, vv_error *error)
{
    for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++) {
        if (!ends_with(objective->name, directions[i].ending)) continue;
        objective->maximize = directions[i].maximize;
        return VV_OK;
    }
    return vvi_fail(error, VV_BAD_ARG, "objective \"%s\": is larger better? Say \"%s:max\" or \"%s:min\"",
                    objective->name, objective->name, objective->name);
}

vv_status vv_objective_parse(const char *text, vv_objective *objective, vv_error *error)
{
    if (text == NULL || objective == NULL) return vvi_fail(error, VV_BAD_ARG, "objective: none given");
    const char *colon = strchr(text, ':');
    const size_t n = colon == NULL ? strlen(text) : (size_t)(colon - text);
    vv_objective parsed = { .maximize = false };
    if (n == 0) return vvi_fail(error, VV_BAD_ARG, "objective \"%s\": the name of a metric is missing", text);
    if (n >= sizeof parsed.name)
        return vvi_fail(error, VV_BAD_ARG, "objective \"%.80s\": a name has at most %zu bytes, this has %zu", text,
                        sizeof parsed.name - 1, n);
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

int vvi_objective_format(const vv_objective *objective, char *text, size_t size)
{
    return snprintf(text, size, "%s:%s", objective->name, objective->maximize ? "max" : "min");
}
