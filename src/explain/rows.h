/* rows.h - a space as a table of cases: what conditions and formulas are found in. */
#ifndef VVI_EXPLAIN_ROWS_H
#define VVI_EXPLAIN_ROWS_H

#include "space/discovery/discovery.h"

enum { VVI_MOST_ATOMS = 4096 };

/* A name whose values make a difference somewhere. Its values are cut into atoms, which rows never tell apart. */
typedef struct vvi_column {
    uint32_t name;
    bool ordered; /* atoms ascend */
    uint32_t n_atoms;
    const vv_value *low, *high; /* of each atom */
} vvi_column;

/* Atoms first..last of a column; first > last: not active. */
typedef struct vvi_cell {
    uint32_t first, last;
} vvi_cell;

/* A row stands for all configurations with values in its cells; it has asked for the same and come to the same. */
typedef struct vvi_rows {
    size_t n, n_columns;
    const vvi_column *columns; /* in the order in which builds ask */
    vvi_cell *cells;           /* n times n_columns */
    uint32_t *outcomes;
    double *log2_size; /* configurations of each row */
    double *size;      /* the same, exact below 2^53; INFINITY: beyond any double */
    uint64_t *asked;   /* n times n_words: a bit for each domain of the space */
    size_t n_words;
    bool complete; /* together they are the whole space */
} vvi_rows;

static inline const vvi_cell *vvi_row_cells(const vvi_rows *rows, size_t row)
{
    return rows->cells + row * rows->n_columns;
}

static inline bool vvi_row_asks(const vvi_rows *rows, size_t row, uint32_t domain)
{
    return (rows->asked[row * rows->n_words + domain / 64] >> domain % 64 & 1) != 0;
}

/* One build, as numbers of the space. */
typedef struct vvi_trace {
    const uint32_t *domains;
    const uint64_t *positions;
    size_t n;
    uint32_t outcome;
} vvi_trace;

/* All paths of the space's diagram, if they are not too many; else, or without a diagram, the traces given. The table is
 * in the arena. */
vv_status vvi_rows_make(const vv_space *space, const vvi_trace *traces, size_t n_traces, vvi_arena *arena,
                        vvi_rows *rows, vv_error *error) VV_MUST_USE;

#endif
