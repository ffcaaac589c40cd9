/* rows.c - from a diagram, or from samples, to a table.
 *
 * First raw rows are gathered, whose cells are positions in domains; then each column's values, of all domains that its
 * name is asked for with, are cut wherever some row's cell begins or ends. What lies between two cuts is an atom: no row
 * tells its values apart. A column whose values have no order gets an atom for each value.
 */
#include "explain/rows.h"

#include <math.h>
#include <string.h>

enum { MOST_ROWS = 131072, MOST_COLUMNS = 64, MOST_BOUNDS = 1 << 20, DEEPEST = 8192 };

typedef struct raw_cell {
    uint32_t domain; /* VVI_NONE: not active */
    uint64_t first, last;
} raw_cell;

typedef struct gathering {
    const vv_space *space;
    vvi_arena *arena;
    vvi_rows *rows;
    uint32_t names[MOST_COLUMNS];
    uint32_t *column_of;        /* by name; VVI_NONE: no column */
    bool listed[MOST_COLUMNS];  /* its values have no order */
    bool dropped[MOST_COLUMNS]; /* and are too many: no condition will be found in it */
    raw_cell *raw;
    size_t depth;
    bool too_many;
    raw_cell path[MOST_COLUMNS];
    uint64_t *path_asked;
    double path_log2, path_size;
} gathering;

/* ---- columns ---------------------------------------------------------------------------------------------------- */

static bool ascends(const vv_domain *domain)
{
    if (domain->type == VV_VALUE_STRING) return false;
    if (domain->kind != VV_DOMAIN_CHOICE) return true;
    for (size_t i = 1; i < domain->n_values; i++)
        if (vvi_value_compare(domain->values[i - 1], domain->values[i]) >= 0) return false;
    return true;
}

/* Booleans and numbers have no common order, whatever C says. */
static bool all_ascend(const vv_space *space, const vvi_asked *asked)
{
    const bool boolean = space->domains[asked->first_domain].domain.type == VV_VALUE_BOOL;
    for (uint32_t d = asked->first_domain; d != VVI_NONE; d = space->domains[d].next) {
        const vv_domain *domain = &space->domains[d].domain;
        if (!ascends(domain) || (domain->type == VV_VALUE_BOOL) != boolean) return false;
    }
    return true;
}

/* Does a fork of this name have more than one branch? Without a diagram: is it a switch? */
static void find_different(const vv_space *space, bool *different)
{
    for (uint32_t i = 0; i < space->n_asked; i++) different[i] = space->root == VVI_NONE && space->asked[i].switches;
    for (uint32_t i = 0; space->root != VVI_NONE && i < space->n_forks; i++)
        if (space->forks[i].n > 1) different[space->forks[i].name] = true;
}

static vv_status choose_columns(gathering *g, vv_error *error)
{
    const vv_space *space = g->space;
    bool *different = vvi_arena_alloc(g->arena, space->n_asked + 1);
    uint32_t *order = vvi_arena_alloc(g->arena, (space->n_asked + 1) * sizeof *order);
    g->column_of = vvi_arena_alloc(g->arena, (space->n_asked + 1) * sizeof *g->column_of);
    if (different == NULL || order == NULL || g->column_of == NULL) return vvi_no_memory(error);
    find_different(space, different);
    if (!vvi_space_order(space, order)) return vvi_no_memory(error);
    for (uint32_t i = 0; i < space->n_asked; i++) g->column_of[i] = VVI_NONE;
    for (uint32_t i = 0; i < space->n_asked && g->rows->n_columns < MOST_COLUMNS; i++) {
        const vvi_asked *asked = &space->asked[order[i]];
        if (!different[order[i]]) continue;
        g->column_of[order[i]] = (uint32_t)g->rows->n_columns;
        g->listed[g->rows->n_columns] = !all_ascend(space, asked);
        g->names[g->rows->n_columns++] = order[i];
    }
    return VV_OK;
}

/* ---- raw rows --------------------------------------------------------------------------------------------------- */

static bool reserve(gathering *g)
{
    vvi_rows *rows = g->rows;
    const size_t n = rows->n;
    return vvi_arena_reserve(g->arena, &g->raw, n, rows->n_columns * sizeof *g->raw) &&
           vvi_arena_reserve(g->arena, &rows->outcomes, n, sizeof *rows->outcomes) &&
           vvi_arena_reserve(g->arena, &rows->log2_size, n, sizeof *rows->log2_size) &&
           vvi_arena_reserve(g->arena, &rows->size, n, sizeof *rows->size) &&
           vvi_arena_reserve(g->arena, &rows->asked, n, rows->n_words * sizeof *rows->asked);
}

static bool add_row(gathering *g, uint32_t outcome)
{
    vvi_rows *rows = g->rows;
    if (rows->n == MOST_ROWS) {
        g->too_many = true;
        return true;
    }
    if (!reserve(g)) return false;
    if (rows->n_columns > 0) memcpy(g->raw + rows->n * rows->n_columns, g->path, rows->n_columns * sizeof *g->raw);
    rows->outcomes[rows->n] = outcome;
    rows->log2_size[rows->n] = g->path_log2;
    rows->size[rows->n] = g->path_size;
    memcpy(rows->asked + rows->n * rows->n_words, g->path_asked, rows->n_words * sizeof *rows->asked);
    rows->n++;
    return true;
}

static void mark_asked(gathering *g, uint32_t domain, bool yes)
{
    const uint64_t bit = UINT64_C(1) << domain % 64;
    if (yes)
        g->path_asked[domain / 64] |= bit;
    else
        g->path_asked[domain / 64] &= ~bit;
}

static bool follow(gathering *g, uint32_t to);

/* One branch, or one value of it. */
static bool follow_span(gathering *g, const vvi_fork *fork, uint64_t first, uint64_t last, uint32_t to)
{
    const uint32_t column = g->column_of[fork->name];
    const bool finite = vv_domain_size(&g->space->domains[fork->domain].domain) > 0;
    const double values = finite ? (double)(last - first) + 1 : 1, outer_log2 = g->path_log2, outer = g->path_size;
    if (column != VVI_NONE) g->path[column] = (raw_cell){ fork->domain, first, last };
    g->path_log2 += log2(values);
    g->path_size *= values;
    const bool done = follow(g, to);
    g->path_log2 = outer_log2;
    g->path_size = outer;
    if (column != VVI_NONE) g->path[column] = (raw_cell){ .domain = VVI_NONE };
    return done;
}

static bool follow_branch(gathering *g, const vvi_fork *fork, const vvi_branch *branch)
{
    const uint32_t column = g->column_of[fork->name];
    const bool listed = column != VVI_NONE && g->listed[column];
    const bool too_wide = branch->last - branch->first >= VVI_MOST_ATOMS;
    if (listed && too_wide) g->dropped[column] = true;
    if (!listed || too_wide) return follow_span(g, fork, branch->first, branch->last, branch->to);
    for (uint64_t at = branch->first; at <= branch->last && !g->too_many; at++)
        if (!follow_span(g, fork, at, at, branch->to)) return false;
    return true;
}

/* Depth first; as deep as a build asks. */
static bool follow(gathering *g, uint32_t to)
{
    if (g->too_many) return true;
    if ((to & VVI_END) != 0) return add_row(g, to & ~VVI_END);
    const vvi_fork *fork = &g->space->forks[to];
    bool done = true;
    g->too_many = ++g->depth > DEEPEST;
    mark_asked(g, fork->domain, true);
    for (uint32_t i = 0; done && i < fork->n; i++) done = follow_branch(g, fork, &fork->branches[i]);
    mark_asked(g, fork->domain, false);
    g->depth--;
    return done;
}

static bool add_trace(gathering *g, const vvi_trace *trace)
{
    for (size_t i = 0; i < g->rows->n_columns; i++) g->path[i] = (raw_cell){ .domain = VVI_NONE };
    memset(g->path_asked, 0, g->rows->n_words * sizeof *g->path_asked);
    for (size_t i = 0; i < trace->n; i++) {
        const uint32_t column = g->column_of[g->space->domains[trace->domains[i]].name];
        mark_asked(g, trace->domains[i], true);
        if (column != VVI_NONE)
            g->path[column] = (raw_cell){ trace->domains[i], trace->positions[i], trace->positions[i] };
    }
    return add_row(g, trace->outcome);
}

/* ---- atoms ------------------------------------------------------------------------------------------------------ */

/* Inserts a value at which an atom begins, unless it is there: in order, else in that of meeting. */
static size_t add_edge(vv_value *edges, size_t n, vv_value value, bool listed)
{
    size_t at = 0;
    if (listed)
        while (at < n && !vv_value_equal(edges[at], value)) at++;
    else
        while (at < n && vvi_value_compare(edges[at], value) < 0) at++;
    if (at < n && (listed || vvi_value_compare(edges[at], value) == 0)) return n;
    if (n == VVI_MOST_ATOMS) return n + 1;
    memmove(edges + at + 1, edges + at, (n - at) * sizeof *edges);
    edges[at] = value;
    return n + 1;
}

/* All starts of atoms of a column; more than VVI_MOST_ATOMS: too many. */
static size_t find_edges(const gathering *g, size_t column, vv_value *edges)
{
    size_t n = 0;
    raw_cell before = { .domain = VVI_NONE };
    for (size_t row = 0; row < g->rows->n && n <= VVI_MOST_ATOMS; row++) {
        const raw_cell c = g->raw[row * g->rows->n_columns + column];
        if (c.domain == VVI_NONE || memcmp(&c, &before, sizeof c) == 0) continue;
        before = c;
        const vv_domain *domain = &g->space->domains[c.domain].domain;
        n = add_edge(edges, n, vvi_position_value(domain, c.first), g->listed[column]);
        if (g->listed[column] || !g->rows->complete || n > VVI_MOST_ATOMS) continue;
        if (c.last + 1 < vvi_position_count(domain))
            n = add_edge(edges, n, vvi_position_value(domain, c.last + 1), false);
    }
    return n;
}

/* The numbers of a list are sorted; words are not. */
static bool sort_edges(vv_value *edges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (edges[i].type == VV_VALUE_STRING || (edges[i].type == VV_VALUE_BOOL) != (edges[0].type == VV_VALUE_BOOL))
            return false;
    for (size_t i = 1; i < n; i++) {
        const vv_value e = edges[i];
        size_t at = i;
        for (; at > 0 && vvi_value_compare(edges[at - 1], e) > 0; at--) edges[at] = edges[at - 1];
        edges[at] = e;
    }
    return true;
}

/* The largest value that some domain of the name has below another; NULL: below nothing, the largest of all. */
static vv_value find_largest(const gathering *g, size_t column, vv_value largest, const vv_value *below)
{
    for (uint32_t d = g->space->asked[g->names[column]].first_domain; d != VVI_NONE; d = g->space->domains[d].next) {
        const vv_domain *domain = &g->space->domains[d].domain;
        const uint64_t n = below == NULL ? vvi_position_count(domain) : vvi_positions_below(domain, *below);
        if (n == 0) continue;
        const vv_value value = vvi_position_value(domain, n - 1);
        if (vvi_value_compare(value, largest) > 0) largest = value;
    }
    return largest;
}

/* In a sampled table the values between two that were met belong to neither. */
static bool fill_column(gathering *g, size_t column, const vv_value *edges, size_t n, vvi_column *to)
{
    vv_value *low = vvi_arena_alloc(g->arena, (n + 1) * sizeof *low), *high;
    high = vvi_arena_alloc(g->arena, (n + 1) * sizeof *high);
    if (low == NULL || high == NULL) return false;
    for (size_t i = 0; i < n; i++) {
        low[i] = high[i] = edges[i];
        if (g->listed[column] || !g->rows->complete) continue;
        high[i] = find_largest(g, column, low[i], i + 1 < n ? &edges[i + 1] : NULL);
    }
    to->name = g->names[column];
    to->low = low;
    to->high = high;
    to->n_atoms = (uint32_t)n;
    return true;
}

static uint32_t atom_of(const vvi_column *column, vv_value value)
{
    uint32_t low = 0, high = column->n_atoms;
    if (!column->ordered) {
        while (low < high && !vv_value_equal(column->low[low], value)) low++;
        return low;
    }
    while (low + 1 < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (vvi_value_compare(column->low[middle], value) <= 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void fill_cells(gathering *g, size_t column, const vvi_column *c)
{
    for (size_t row = 0; row < g->rows->n; row++) {
        const raw_cell raw = g->raw[row * g->rows->n_columns + column];
        vvi_cell *cell = &g->rows->cells[row * g->rows->n_columns + column];
        *cell = (vvi_cell){ 1, 0 };
        if (raw.domain == VVI_NONE) continue;
        const vv_domain *domain = &g->space->domains[raw.domain].domain;
        cell->first = atom_of(c, vvi_position_value(domain, raw.first));
        cell->last = raw.last == raw.first ? cell->first : atom_of(c, vvi_position_value(domain, raw.last));
    }
}

static bool is_too_much(const gathering *g, size_t column, size_t n)
{
    return g->dropped[column] || n > VVI_MOST_ATOMS || n * g->space->asked[g->names[column]].n_domains > MOST_BOUNDS;
}

static vv_status make_column(gathering *g, size_t number, vvi_column *column, vv_value *edges, vv_error *error)
{
    const size_t n = find_edges(g, number, edges);
    if (is_too_much(g, number, n)) {
        *column = (vvi_column){ .name = g->names[number] };
        for (size_t row = 0; row < g->rows->n; row++)
            g->rows->cells[row * g->rows->n_columns + number] = (vvi_cell){ 1, 0 };
        return VV_OK;
    }
    column->ordered = !g->listed[number] || sort_edges(edges, n);
    if (!fill_column(g, number, edges, n, column)) return vvi_no_memory(error);
    fill_cells(g, number, column);
    return VV_OK;
}

static vv_status make_columns(gathering *g, vv_error *error)
{
    vvi_rows *rows = g->rows;
    vvi_column *columns = vvi_arena_alloc(g->arena, (rows->n_columns + 1) * sizeof *columns);
    vv_value *edges = vvi_malloc((VVI_MOST_ATOMS + 1) * sizeof *edges);
    rows->cells = vvi_arena_alloc(g->arena, (rows->n * rows->n_columns + 1) * sizeof *rows->cells);
    rows->columns = columns;
    vv_status status = columns == NULL || edges == NULL || rows->cells == NULL ? vvi_no_memory(error) : VV_OK;
    for (size_t i = 0; status == VV_OK && i < rows->n_columns; i++)
        status = make_column(g, i, &columns[i], edges, error);
    vvi_free(edges);
    return status;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static vv_status gather(gathering *g, const vvi_trace *traces, size_t n_traces, vv_error *error)
{
    const vv_space *space = g->space;
    for (size_t i = 0; i < MOST_COLUMNS; i++) g->path[i] = (raw_cell){ .domain = VVI_NONE };
    if (space->root != VVI_NONE && !follow(g, space->root)) return vvi_no_memory(error);
    g->rows->complete = space->root != VVI_NONE && !g->too_many;
    if (g->rows->complete) return VV_OK;
    g->rows->n = 0;
    g->too_many = false;
    g->path_log2 = 0;
    g->path_size = 1;
    for (size_t i = 0; i < n_traces; i++)
        if (!add_trace(g, &traces[i])) return vvi_no_memory(error);
    return VV_OK;
}

vv_status vvi_rows_make(const vv_space *space, const vvi_trace *traces, size_t n_traces, vvi_arena *arena,
                        vvi_rows *rows, vv_error *error)
{
    gathering g = { .space = space, .arena = arena, .rows = rows, .path_size = 1 };
    *rows = (vvi_rows){ .n_words = (space->n_domains + 63) / 64 + 1 };
    VVI_TRY(choose_columns(&g, error));
    g.path_asked = vvi_arena_alloc(arena, rows->n_words * sizeof *g.path_asked);
    if (g.path_asked == NULL) return vvi_no_memory(error);
    VVI_TRY(gather(&g, traces, n_traces, error));
    return make_columns(&g, error);
}
