/* describe.c - the hyperparameters, one by one: when each is active, what it does, which of its values are dead. */
#include "explain/describe.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_DEAD_VALUES = 256 };

/* ---- dead values ------------------------------------------------------------------------------------------------ */

/* Spans of positions, ascending, that may touch. */
typedef struct spans {
    vvi_span *list;
    size_t n;
} spans;

static int by_first(const void *a, const void *b)
{
    const vvi_span *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* All positions of a domain that something can be built with, somewhere in the diagram. */
static bool find_live(vvi_explainer *x, uint32_t domain, spans *live)
{
    size_t n = 0;
    for (uint32_t i = 0; i < x->space->n_forks; i++)
        if (x->space->forks[i].domain == domain) n += x->space->forks[i].n_live;
    *live = (spans){ vvi_arena_alloc(&x->scratch, (n + 1) * sizeof *live->list), 0 };
    if (live->list == NULL) return false;
    for (uint32_t i = 0; i < x->space->n_forks; i++) {
        const vvi_fork *fork = &x->space->forks[i];
        if (fork->domain != domain) continue;
        if (fork->n_live > 0) memcpy(live->list + live->n, fork->live, fork->n_live * sizeof *live->list);
        live->n += fork->n_live;
    }
    qsort(live->list, live->n, sizeof *live->list, by_first);
    return true;
}

static void add_dead(const vv_domain *domain, vvi_span span, vv_value *values, size_t *n, vvi_text *text)
{
    enum { LISTED = 8 };
    char shown[VVI_SHORT_TEXT];
    const bool listed = span.last - span.first < LISTED && vv_domain_size(domain) > 0;
    for (uint64_t at = span.first; at <= span.last && *n < MOST_DEAD_VALUES && vv_domain_size(domain) > 0; at++)
        values[(*n)++] = vvi_position_value(domain, at);
    for (uint64_t at = span.first; listed && at <= span.last; at++)
        vvi_text_printf(text, "%s%s", text->n == 0 ? "" : ", ", vvi_value_text(vvi_position_value(domain, at), shown));
    if (listed) return;
    vvi_text_printf(text, "%s%s", text->n == 0 ? "" : ", ",
                    vvi_value_text(vvi_position_value(domain, span.first), shown));
    if (span.last > span.first)
        vvi_text_printf(text, "..%s", vvi_value_text(vvi_position_value(domain, span.last), shown));
}

static vv_status describe_dead(vvi_explainer *x, const vvi_subject *subject, vv_explained *to, vv_error *error)
{
    const vv_domain *domain = &x->space->domains[subject->domain].domain;
    const uint64_t end = vvi_position_count(domain);
    vv_value *values = vvi_arena_alloc(x->arena, MOST_DEAD_VALUES * sizeof *values);
    vvi_text text = { 0 };
    spans live;
    uint64_t at = 0; /* positions before are told */
    to->dead_text = "";
    if (x->space->root == VVI_NONE || subject->varies) return VV_OK;
    if (values == NULL || !find_live(x, subject->domain, &live)) return vvi_no_memory(error);
    for (size_t i = 0; i <= live.n; i++) {
        const uint64_t next = i < live.n ? live.list[i].first : end;
        if (next > at) add_dead(domain, (vvi_span){ at, next - 1 }, values, &to->n_dead_values, &text);
        if (i < live.n && live.list[i].last + 1 > at) at = live.list[i].last + 1;
    }
    to->dead_values = values;
    to->unreachable = live.n == 0;
    to->dead_text = text.n == 0 ? "" : vvi_keep_text(x, &text);
    return to->dead_text == NULL ? vvi_no_memory(error) : VV_OK;
}

/* ---- roles ------------------------------------------------------------------------------------------------------ */

static bool is_asked_by_fit_alone(const vvi_explainer *x, uint32_t name)
{
    return name < x->n_asked_by_build && !x->asked_by_build[name];
}

static vv_role role_of(const vvi_explainer *x, const vvi_subject *subject, const vv_explained *to,
                       const vvi_effects *effects)
{
    const vvi_asked *asked = &x->space->asked[subject->name];
    bool fixed = true;
    for (uint32_t d = asked->first_domain; d != VVI_NONE; d = x->space->domains[d].next)
        fixed = fixed && vvi_position_count(&x->space->domains[d].domain) == 1;
    if (fixed) return VV_ROLE_FIXED;
    if (to->unreachable) return VV_ROLE_UNREACHABLE;
    if (to->structural) return VV_ROLE_STRUCTURE;
    if (effects->fields || effects->follows.n > 0) return VV_ROLE_LAYER;
    if (effects->n_sets > 0 || is_asked_by_fit_alone(x, subject->name) || x->source.has_fit) return VV_ROLE_TRAINING;
    return effects->compared >= VVI_COMPARED_ENOUGH || x->cases.all ? VV_ROLE_UNUSED : VV_ROLE_UNKNOWN;
}

const char *vv_role_name(vv_role role)
{
    static const char *const names[] = {
        [VV_ROLE_STRUCTURE] = "structure", [VV_ROLE_LAYER] = "layer", [VV_ROLE_TRAINING] = "training",
        [VV_ROLE_UNUSED] = "unused",       [VV_ROLE_FIXED] = "fixed", [VV_ROLE_UNREACHABLE] = "unreachable"
    };
    return role >= VV_ROLE_STRUCTURE && role <= VV_ROLE_UNREACHABLE ? names[role] : "unknown";
}

/* ---- domains ---------------------------------------------------------------------------------------------------- */

/* "int 1..1 to int 1..30": a range that goes with another value. */
static const char *describe_domains(vvi_explainer *x, const vvi_subject *subject)
{
    const vvi_asked *asked = &x->space->asked[subject->name];
    char first[VVI_SHORT_TEXT], last[VVI_SHORT_TEXT];
    uint32_t least = asked->first_domain, most = least;
    for (uint32_t d = least; d != VVI_NONE; d = x->space->domains[d].next) {
        if (vvi_position_count(&x->space->domains[d].domain) < vvi_position_count(&x->space->domains[least].domain))
            least = d;
        if (vvi_position_count(&x->space->domains[d].domain) > vvi_position_count(&x->space->domains[most].domain))
            most = d;
    }
    vvi_domain_text(&x->space->domains[least].domain, first);
    vvi_domain_text(&x->space->domains[most].domain, last);
    if (!subject->varies) {
        vvi_domain_text(&x->space->domains[subject->domain].domain, first);
        return vvi_arena_strdup(x->arena, first);
    }
    return vvi_arena_printf(x->arena, "%s to %s, %u in all", first, last, (unsigned)asked->n_domains);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static vv_status describe_one(vvi_explainer *x, const vvi_subjects *subjects, const vvi_subject *subject,
                              const vvi_effects *effects, vv_explained *to, vv_error *error)
{
    vvi_text text = { 0 };
    to->name = x->space->asked[subject->name].name;
    to->domain = x->space->domains[subject->domain].domain;
    to->family = subject->family == SIZE_MAX ? NULL : subjects->families[subject->family].name;
    to->domain_text = describe_domains(x, subject);
    if (subject->has_rule) {
        vvi_rule_write(x->space, &subject->rule, &text);
        to->active_when = vvi_keep_text(x, &text);
    }
    if (to->domain_text == NULL || (subject->has_rule && to->active_when == NULL)) return vvi_no_memory(error);
    to->active_structures = subject->active_structures;
    to->structures = subjects->structures;
    if (!vvi_effects_added(x, effects, &to->adds_layers)) return vvi_no_memory(error);
    to->follows = vvi_effects_names(&effects->follows);
    to->sets = effects->sets;
    to->n_sets = effects->n_sets;
    return describe_dead(x, subject, to, error);
}

/* A role is a name's: one domain may be too small to show it. */
static vv_status describe_role(vvi_explainer *x, const vvi_subject *subject, const vvi_effects *effects,
                               vv_explained *to, vv_error *error)
{
    vv_texts added;
    if (!vvi_effects_added(x, effects, &added)) return vvi_no_memory(error);
    to->structural = x->space->asked[subject->name].switches || added.n > 0;
    to->role = role_of(x, subject, to, effects);
    return VV_OK;
}

/* What was seen of all domains of a name, and of the subject's own: all of them, if it stands for all. */
typedef struct gathered {
    vvi_effects all, own;
} gathered;

static bool gather_effects(vvi_explainer *x, const vvi_subject *subject, const vvi_effects *effects_of, gathered *to)
{
    *to = (gathered){ .all = { .n_sets = 0 } };
    for (uint32_t d = x->space->asked[subject->name].first_domain; d != VVI_NONE; d = x->space->domains[d].next)
        if (!vvi_effects_merge(x, &to->all, &effects_of[d])) return false;
    if (!subject->varies) return vvi_effects_merge(x, &to->own, &effects_of[subject->domain]);
    to->own = to->all;
    return true;
}

static vv_status describe_families(vvi_explainer *x, const vvi_subjects *subjects, vv_error *error)
{
    vv_family *families = vvi_arena_alloc(x->arena, (subjects->n_families + 1) * sizeof *families);
    if (families == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < subjects->n_families; i++) {
        const vvi_family_of *f = &subjects->families[i];
        families[i] =
            (vv_family){ .name = f->name, .active_when = f->rule, .first = f->first, .n = f->n, .alike = f->alike };
    }
    x->e->families = families;
    x->e->n_families = subjects->n_families;
    return VV_OK;
}

vv_status vvi_describe(vvi_explainer *x, const vvi_effects *effects_of, vv_error *error)
{
    const vvi_subjects *subjects = x->subjects;
    vv_explained *list = vvi_arena_alloc(x->arena, (subjects->n + 1) * sizeof *list);
    if (list == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < subjects->n; i++) {
        gathered effects;
        if (!gather_effects(x, &subjects->list[i], effects_of, &effects)) return vvi_no_memory(error);
        VVI_TRY(describe_one(x, subjects, &subjects->list[i], &effects.own, &list[i], error));
        VVI_TRY(describe_role(x, &subjects->list[i], &effects.all, &list[i], error));
    }
    x->e->hyperparameters = list;
    x->e->n_hyperparameters = subjects->n;
    return describe_families(x, subjects, error);
}
