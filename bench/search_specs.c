/* search_specs.c - see search_specs.h. */
#include "search_specs.h"

#include <stdio.h>
#include <string.h>

bool bench_specs_add(bench_specs *specs, char *text)
{
    while (text != NULL && specs->n < BENCH_MOST_SPECS) {
        specs->list[specs->n++] = text;
        for (text = strchr(text, ','); text != NULL; text = strchr(text + 1, ',')) {
            const size_t piece = strcspn(text + 1, ",");
            if (memchr(text + 1, '=', piece) == NULL || memchr(text + 1, ':', piece) != NULL) break;
        }
        if (text != NULL) *text++ = '\0';
    }
    return text == NULL;
}

vv_status bench_method_name(const vv_oracle_args *args, char name[BENCH_METHOD_SIZE], vv_error *error)
{
    static const char prefix[] = "varve-";
    vv_oracle *oracle = NULL;
    const vv_status status = vv_oracle_open(args, &oracle, error);
    if (status != VV_OK) return status;
    memcpy(name, prefix, sizeof prefix);
    vv_oracle_spec(oracle, name + strlen(prefix), BENCH_METHOD_SIZE - strlen(prefix));
    vv_oracle_close(oracle);
    return VV_OK;
}

static bool choose_as_in(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    const vv_active *active = vv_hp_find(*(const vv_hp **)context, name);
    (void)domain;
    if (active != NULL) *value = active->value;
    return active != NULL;
}

vv_chooser bench_chooser_as_in(const vv_hp **proposed)
{
    return (vv_chooser){ choose_as_in, proposed };
}
