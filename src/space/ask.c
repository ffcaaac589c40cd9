/* ask.c - the typed questions of hp.h: each makes a domain of its arguments and asks the handle. */
#include "space/handle.h"

/* As an int where it is one; anything else stays a float, which no domain of ints contains. */
static vv_value int_default(vv_maybe given)
{
    if (!given.set) return (vv_value){ 0 };
    const bool fits = given.value >= (double)INT32_MIN && given.value <= (double)INT32_MAX;
    const int64_t whole = fits ? (int64_t)given.value : 0;
    if (fits && (double)whole >= given.value && (double)whole <= given.value) {
        return (vv_value){ VV_VALUE_INT, { .i = whole } };
    }
    return (vv_value){ VV_VALUE_FLOAT, { .f = given.value } };
}

static vv_value float_default(vv_maybe given)
{
    return given.set ? (vv_value){ VV_VALUE_FLOAT, { .f = given.value } } : (vv_value){ 0 };
}

int vv_int_with(vv_hp *hp, const vv_int_args *args)
{
    const bool by_ones = args->step == 0 && args->sampling == VV_SAMPLE_LINEAR;
    const vv_domain domain = { .kind = VV_DOMAIN_INT,
                               .type = VV_VALUE_INT,
                               .min = args->min,
                               .max = args->max,
                               .step = by_ones ? 1 : args->step,
                               .sampling = args->sampling,
                               .default_value = int_default(args->default_value) };
    const vv_active *active = vvi_hp_ask(hp, args->name, &domain);
    return active == NULL ? args->min : (int)active->value.i;
}

double vv_float_with(vv_hp *hp, const vv_float_args *args)
{
    const vv_domain domain = { .kind = VV_DOMAIN_FLOAT,
                               .type = VV_VALUE_FLOAT,
                               .min = args->min,
                               .max = args->max,
                               .step = args->step,
                               .sampling = args->sampling,
                               .default_value = float_default(args->default_value) };
    const vv_active *active = vvi_hp_ask(hp, args->name, &domain);
    return active == NULL ? args->min : active->value.f;
}

bool vv_bool_with(vv_hp *hp, const vv_bool_args *args)
{
    const vv_domain domain = { .kind = VV_DOMAIN_BOOL,
                               .type = VV_VALUE_BOOL,
                               .default_value = { VV_VALUE_BOOL, { .b = args->default_value } } };
    const vv_active *active = vvi_hp_ask(hp, args->name, &domain);
    return active == NULL ? args->default_value : active->value.b;
}

enum { FEW = 16 };

/* Room for a list of values, here if there are few; NULL with n > 0: an error, now or before. */
static vv_value *new_list(vv_hp *hp, vv_value here[FEW], size_t n)
{
    if (hp == NULL || hp->error.status != VV_OK || n == 0) return NULL;
    return n <= FEW ? here : vvi_hp_alloc(hp, n, sizeof(vv_value));
}

static const vv_active *ask_choice(vv_hp *hp, const char *name, vv_value_type type, const vv_value *values, size_t n,
                                   vv_value preset)
{
    if (n > 0 && values == NULL) return NULL;
    const vv_domain domain = {
        .kind = VV_DOMAIN_CHOICE, .type = type, .values = values, .n_values = n, .default_value = preset
    };
    return vvi_hp_ask(hp, name, &domain);
}

int vv_choice_int_with(vv_hp *hp, const vv_choice_int_args *args)
{
    const int *given = args->values.values;
    const size_t n = given == NULL ? 0 : args->values.n;
    vv_value here[FEW], *values = new_list(hp, here, n);
    for (size_t i = 0; values != NULL && i < n; i++) values[i] = (vv_value){ VV_VALUE_INT, { .i = given[i] } };
    const vv_active *active = ask_choice(hp, args->name, VV_VALUE_INT, values, n, int_default(args->default_value));
    if (active == NULL) return n > 0 ? given[0] : 0;
    return (int)active->value.i;
}

double vv_choice_float_with(vv_hp *hp, const vv_choice_float_args *args)
{
    const double *given = args->values.values;
    const size_t n = given == NULL ? 0 : args->values.n;
    vv_value here[FEW], *values = new_list(hp, here, n);
    for (size_t i = 0; values != NULL && i < n; i++) values[i] = (vv_value){ VV_VALUE_FLOAT, { .f = given[i] } };
    const vv_active *active = ask_choice(hp, args->name, VV_VALUE_FLOAT, values, n, float_default(args->default_value));
    if (active == NULL) return n > 0 ? given[0] : 0;
    return active->value.f;
}

/* What a question for a string gives after an error: the caller's own text, copied where there is a handle to keep it.
 */
static const char *harmless_string(vv_hp *hp, const char *text)
{
    if (text == NULL) return "";
    if (hp == NULL) return text;
    const char *copy = vvi_arena_strdup(&hp->arena, text);
    return copy == NULL ? "" : copy;
}

const char *vv_choice_with(vv_hp *hp, const vv_choice_args *args)
{
    const char *const *given = args->values.values;
    const size_t n = given == NULL ? 0 : args->values.n;
    vv_value here[FEW], *values = new_list(hp, here, n);
    for (size_t i = 0; values != NULL && i < n; i++) values[i] = (vv_value){ VV_VALUE_STRING, { .s = given[i] } };
    vv_value preset = { 0 };
    if (args->default_value != NULL) preset = (vv_value){ VV_VALUE_STRING, { .s = args->default_value } };
    const vv_active *active = ask_choice(hp, args->name, VV_VALUE_STRING, values, n, preset);
    return active == NULL ? harmless_string(hp, n > 0 ? given[0] : NULL) : active->value.s;
}

/* ---- fixed ------------------------------------------------------------------------------------------------------ */

static const vv_active *ask_fixed(vv_hp *hp, const char *name, vv_value value)
{
    const vv_domain domain = { .kind = VV_DOMAIN_FIXED, .type = value.type, .values = &value, .n_values = 1 };
    return vvi_hp_ask(hp, name, &domain);
}

int vv_fixed_int(vv_hp *hp, const char *name, int value)
{
    ask_fixed(hp, name, (vv_value){ VV_VALUE_INT, { .i = value } });
    return value;
}

double vv_fixed_float(vv_hp *hp, const char *name, double value)
{
    ask_fixed(hp, name, (vv_value){ VV_VALUE_FLOAT, { .f = value } });
    return value;
}

bool vv_fixed_bool(vv_hp *hp, const char *name, bool value)
{
    ask_fixed(hp, name, (vv_value){ VV_VALUE_BOOL, { .b = value } });
    return value;
}

const char *vv_fixed_string(vv_hp *hp, const char *name, const char *value)
{
    const vv_active *active = ask_fixed(hp, name, (vv_value){ VV_VALUE_STRING, { .s = value } });
    return active == NULL ? harmless_string(hp, value) : active->value.s;
}
