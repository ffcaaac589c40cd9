/* sums.c - points over sums of families, where there are too many hyperparameters to have each in a formula.
 *
 * Two hundred flags that each add a layer are one number: how many of them are set. Whole families of numbers and
 * booleans that decide become one variable, their sum over what is active; points are cases, not rows.
 */
#include "explain/points.h"
#include "explain/subjects.h"

static bool is_number(const vvi_explainer *x, uint32_t name)
{
    bool all = true;
    for (uint32_t d = x->space->asked[name].first_domain; d != VVI_NONE; d = x->space->domains[d].next)
        all = all && vvi_is_number(&x->space->domains[d].domain);
    return all;
}

/* Some of its members decide, and all are numbers. */
static bool can_be_summed(const vvi_explainer *x, const vvi_family_of *family)
{
    bool decides = false;
    for (size_t i = 0; i < family->n; i++) {
        const uint32_t name = x->subjects->list[family->first + i].name;
        decides = decides || x->space->asked[name].switches;
        if (!is_number(x, name)) return false;
    }
    return decides;
}

static bool add_variable(vvi_explainer *x, vvi_points *points, uint32_t name, const vvi_family_of *family)
{
    if (points->n_variables == VVI_MOST_VARIABLES) return false;
    vv_value *list = vvi_arena_alloc(&x->scratch, VVI_MOST_LISTED * sizeof *list);
    points->variables[points->n_variables++] =
        (vvi_variable){ .name = name, .number = true, .family = family, .alternatives = list };
    return list != NULL;
}

static bool choose_variables(vvi_explainer *x, vvi_points *points)
{
    const vvi_subjects *subjects = x->subjects;
    for (size_t i = 0; i < subjects->n; i++) {
        const vvi_subject *s = &subjects->list[i];
        const vvi_family_of *family = s->family == SIZE_MAX ? NULL : &subjects->families[s->family];
        if (family != NULL && can_be_summed(x, family)) {
            if (i == family->first && !add_variable(x, points, s->name, family)) return false;
        } else if (x->space->asked[s->name].switches) {
            if (!is_number(x, s->name) || !add_variable(x, points, s->name, NULL)) return false;
        }
    }
    return points->n_variables > 0;
}

int64_t vvi_variable_number(const vvi_explainer *x, const vvi_variable *v, const vvi_trace *trace)
{
    const vvi_subjects *subjects = x->subjects;
    int64_t sum = 0;
    for (size_t i = 0; i < trace->n; i++) {
        const vvi_asked_domain *asked = &x->space->domains[trace->domains[i]];
        const uint32_t family = asked->name < subjects->n_names ? subjects->family_of[asked->name] : VVI_NONE;
        const bool is_member = family != VVI_NONE && &subjects->families[family] == v->family;
        if (!is_member && !(v->family == NULL && asked->name == v->name)) continue;
        const vv_value value = vvi_position_value(&asked->domain, trace->positions[i]);
        sum += value.type == VV_VALUE_BOOL ? value.b : value.i;
    }
    return sum;
}

static bool add_point(const vvi_explainer *x, vvi_points *points, const vvi_case *c, int64_t y)
{
    for (size_t i = 0; i < points->n_variables; i++) {
        vvi_variable *v = &points->variables[i];
        const vv_value value = { VV_VALUE_INT, { .i = vvi_variable_number(x, v, &c->trace) } };
        const int32_t place = vvi_variable_place(v, value);
        if (place < 0) return false;
        points->choice[points->n * points->n_variables + i] = place;
    }
    points->y[points->n++] = y;
    return true;
}

bool vvi_points_of_sums(vvi_explainer *x, int64_t (*y_of)(const vvi_facts *facts, uint32_t what), uint32_t what,
                        vvi_points *points)
{
    const size_t n = x->check_from > 1 ? x->check_from : x->cases.n / 2; /* of a diagram none had a part in it */
    *points = (vvi_points){ .n = 0 };
    if (!choose_variables(x, points)) return false;
    points->choice = vvi_arena_alloc(&x->scratch, n * points->n_variables * sizeof *points->choice);
    points->y = vvi_arena_alloc(&x->scratch, n * sizeof *points->y);
    if (points->choice == NULL || points->y == NULL) return false;
    for (size_t i = 0; i < n; i++) {
        const vvi_case *c = &x->cases.list[i];
        if (c->buildable && !add_point(x, points, c, y_of(&c->facts, what))) return false;
    }
    return points->n > 0;
}
