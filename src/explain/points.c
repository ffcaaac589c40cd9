/* points.c - from rows and cases to points. */
#include "explain/points.h"

#include <string.h>

enum { MOST_POINTS = 65536 };

int64_t vvi_point_number(const vvi_points *points, size_t number, size_t variable)
{
    const int32_t choice = vvi_point(points, number)[variable];
    if (choice < 0) return 0;
    const vv_value value = points->variables[variable].alternatives[choice];
    return value.type == VV_VALUE_BOOL ? value.b : value.i;
}

bool vvi_is_number(const vv_domain *domain)
{
    if (domain->type == VV_VALUE_BOOL) return true;
    return domain->type == VV_VALUE_INT && (domain->kind != VV_DOMAIN_CHOICE || domain->n_values > 2);
}

/* ---- from rows -------------------------------------------------------------------------------------------------- */

typedef struct spreading {
    vvi_explainer *x;
    vvi_points *points;
    size_t columns[VVI_MOST_VARIABLES]; /* of the variables */
    uint32_t *first;                    /* by variable and atom: its first alternative; one more for the end */
    size_t first_at[VVI_MOST_VARIABLES];
    bool too_many, failed;
} spreading;

static bool reserve(const spreading *s)
{
    vvi_points *p = s->points;
    return vvi_arena_reserve(&s->x->scratch, &p->choice, p->n, p->n_variables * sizeof *p->choice) &&
           vvi_arena_reserve(&s->x->scratch, &p->y, p->n, sizeof *p->y);
}

/* Which atoms of a column do buildable rows touch? */
static bool *find_used(spreading *s, size_t column)
{
    const vvi_rows *rows = &s->x->rows;
    bool *used = vvi_arena_alloc(&s->x->scratch, rows->columns[column].n_atoms + 1);
    for (size_t row = 0; used != NULL && row < rows->n; row++) {
        const vvi_cell cell = vvi_row_cells(rows, row)[column];
        if (!s->x->space->outcomes[rows->outcomes[row]].buildable) continue;
        for (uint32_t a = cell.first; a <= cell.last && cell.first <= cell.last; a++) used[a] = true;
    }
    return used;
}

/* All values of an atom that a domain has and that are not listed yet. false: too many. */
static bool list_values(const vv_domain *domain, vv_value low, vv_value high, size_t before, vvi_variable *v,
                        vv_value *list)
{
    const uint64_t count = vvi_position_count(domain);
    const size_t known = v->n_alternatives; /* of other domains */
    for (uint64_t at = vvi_positions_below(domain, low); at < count; at++) {
        const vv_value value = vvi_position_value(domain, at);
        size_t i = before;
        if (vvi_value_compare(value, high) > 0) return true;
        while (i < known && !vv_value_equal(list[i], value)) i++;
        if (i < known) continue;
        if (v->n_alternatives == VVI_MOST_ALTERNATIVES) return false;
        list[v->n_alternatives++] = value;
    }
    return true;
}

/* All values of an atom, if the variable is a number; else the atom itself. false: too many. */
static bool list_atom(spreading *s, const vvi_column *c, uint32_t a, vvi_variable *v, vv_value *list)
{
    const vv_space *space = s->x->space;
    const size_t before = v->n_alternatives;
    if (!v->number || vv_value_equal(c->low[a], c->high[a])) {
        if (v->n_alternatives == VVI_MOST_ALTERNATIVES) return false;
        list[v->n_alternatives++] = c->low[a];
        return true;
    }
    for (uint32_t d = space->asked[c->name].first_domain; d != VVI_NONE; d = space->domains[d].next)
        if (!list_values(&space->domains[d].domain, c->low[a], c->high[a], before, v, list)) return false;
    return true;
}

/* Alternatives of all atoms that are used; first[a] is where those of atom a begin. false: too many. */
static bool list_alternatives(spreading *s, size_t column, uint32_t *first, vvi_variable *v)
{
    const vvi_column *c = &s->x->rows.columns[column];
    vv_value *list = vvi_arena_alloc(&s->x->scratch, VVI_MOST_ALTERNATIVES * sizeof *list);
    const bool *used = find_used(s, column);
    s->failed = list == NULL || used == NULL;
    if (s->failed) return false;
    if (!v->number) v->column = c;
    v->alternatives = list;
    for (uint32_t a = 0; a < c->n_atoms; a++) {
        first[a] = (uint32_t)v->n_alternatives;
        if ((used[a] || !v->number) && !list_atom(s, c, a, v, list)) return false;
    }
    first[c->n_atoms] = (uint32_t)v->n_alternatives;
    return true;
}

static bool add_variable(spreading *s, size_t column)
{
    vvi_points *p = s->points;
    const vvi_column *c = &s->x->rows.columns[column];
    const vvi_asked *asked = &s->x->space->asked[c->name];
    if (!asked->switches) return true;
    if (p->n_variables == VVI_MOST_VARIABLES || c->n_atoms == 0) return false;
    vvi_variable *v = &p->variables[p->n_variables];
    *v = (vvi_variable){ .name = c->name, .number = c->ordered };
    for (uint32_t d = asked->first_domain; d != VVI_NONE; d = s->x->space->domains[d].next)
        v->number = v->number && vvi_is_number(&s->x->space->domains[d].domain);
    s->columns[p->n_variables] = column;
    s->first_at[p->n_variables] = p->n_variables == 0 ? 0 : s->first_at[p->n_variables - 1] + VVI_MOST_ATOMS + 2;
    if (!list_alternatives(s, column, s->first + s->first_at[p->n_variables], v)) return false;
    p->n_variables++;
    return true;
}

/* A boolean that is not active counts as false, and cannot be told from it. */
static int32_t when_inactive(const vvi_variable *v)
{
    for (size_t i = 0; v->number && i < v->n_alternatives; i++)
        if (v->alternatives[i].type == VV_VALUE_BOOL && !v->alternatives[i].b) return (int32_t)i;
    return -1;
}

/* All points of a row, variable by variable. */
static void spread(spreading *s, const vvi_cell *cells, int64_t y, int32_t *choice, size_t variable)
{
    vvi_points *p = s->points;
    if (s->too_many || s->failed) return;
    if (variable == p->n_variables) {
        s->too_many = p->n == MOST_POINTS;
        s->failed = !s->too_many && !reserve(s);
        if (s->too_many || s->failed) return;
        if (p->n_variables > 0) memcpy(p->choice + p->n * p->n_variables, choice, p->n_variables * sizeof *choice);
        p->y[p->n++] = y;
        return;
    }
    const vvi_cell cell = cells[s->columns[variable]];
    const uint32_t *first = s->first + s->first_at[variable];
    choice[variable] = when_inactive(&p->variables[variable]);
    if (cell.first > cell.last && choice[variable] < 0) p->variables[variable].sometimes = true;
    if (cell.first > cell.last) spread(s, cells, y, choice, variable + 1);
    for (uint32_t a = cell.first <= cell.last ? first[cell.first] : 1;
         cell.first <= cell.last && a < first[cell.last + 1]; a++) {
        choice[variable] = (int32_t)a;
        spread(s, cells, y, choice, variable + 1);
    }
}

vv_status vvi_points_of_rows(vvi_explainer *x, int64_t (*y_of)(const vvi_facts *facts, uint32_t what), uint32_t what,
                             vvi_points *points, bool *done, vv_error *error)
{
    spreading s = { .x = x, .points = points };
    int32_t choice[VVI_MOST_VARIABLES];
    *points = (vvi_points){ .n = 0 };
    *done = true;
    s.first = vvi_arena_alloc(&x->scratch, VVI_MOST_VARIABLES * (VVI_MOST_ATOMS + 2) * sizeof *s.first);
    if (s.first == NULL) return vvi_no_memory(error);
    for (size_t c = 0; *done && c < x->rows.n_columns; c++) *done = add_variable(&s, c);
    for (size_t row = 0; *done && row < x->rows.n; row++) {
        const uint32_t outcome = x->rows.outcomes[row];
        if (!x->space->outcomes[outcome].buildable) continue;
        spread(&s, vvi_row_cells(&x->rows, row), y_of(&x->facts_of[outcome], what), choice, 0);
        *done = !s.too_many && !s.failed;
    }
    return s.failed ? vvi_no_memory(error) : VV_OK;
}

/* ---- from cases ------------------------------------------------------------------------------------------------- */

int32_t vvi_variable_place(vvi_variable *variable, vv_value value)
{
    vv_value *list;
    size_t i = 0;
    memcpy(&list, &variable->alternatives, sizeof list); /* it is the variable's own */
    while (i < variable->n_alternatives && !vv_value_equal(list[i], value)) i++;
    if (i == variable->n_alternatives && i == VVI_MOST_LISTED) return -1;
    if (i == variable->n_alternatives) list[variable->n_alternatives++] = value;
    return (int32_t)i;
}

/* The names of a trace that have more than one value, as variables without alternatives. */
static bool add_variables_of(vvi_explainer *x, vvi_points *points, const vvi_trace *trace)
{
    for (size_t i = 0; i < trace->n; i++) {
        const vvi_asked_domain *asked = &x->space->domains[trace->domains[i]];
        if (vvi_position_count(&asked->domain) == 1) continue;
        if (points->n_variables == VVI_MOST_VARIABLES || vv_domain_size(&asked->domain) == 0) return false;
        vv_value *list = vvi_arena_alloc(&x->scratch, VVI_MOST_LISTED * sizeof *list);
        if (list == NULL) return false;
        points->variables[points->n_variables++] =
            (vvi_variable){ .name = asked->name, .number = vvi_is_number(&asked->domain), .alternatives = list };
    }
    return true;
}

static bool add_case(spreading *s, const vvi_case *c, int64_t y)
{
    vvi_points *p = s->points;
    size_t v = 0;
    if (p->n == MOST_POINTS || !reserve(s)) return false;
    for (size_t i = 0; i < c->trace.n; i++) {
        const vvi_asked_domain *asked = &s->x->space->domains[c->trace.domains[i]];
        if (vvi_position_count(&asked->domain) == 1) continue;
        if (v == p->n_variables || p->variables[v].name != asked->name) return false; /* asks for others */
        const vv_value value = vvi_position_value(&asked->domain, c->trace.positions[i]);
        const int32_t place = vvi_variable_place(&p->variables[v], value);
        if (place < 0) return false;
        p->choice[p->n * p->n_variables + v++] = place;
    }
    if (v != p->n_variables) return false;
    p->y[p->n++] = y;
    return true;
}

bool vvi_points_of_cases(vvi_explainer *x, uint32_t outcome, int64_t (*y_of)(const vvi_facts *facts, uint32_t what),
                         uint32_t what, vvi_points *points)
{
    spreading s = { .x = x, .points = points };
    bool done = true;
    *points = (vvi_points){ .n = 0 };
    for (size_t i = 0; i < x->cases.n && done; i++) {
        const vvi_case *c = &x->cases.list[i];
        if (!c->buildable || c->trace.outcome != outcome) continue;
        if (points->n == 0) done = add_variables_of(x, points, &c->trace);
        done = done && add_case(&s, c, y_of(&c->facts, what));
    }
    return done;
}
