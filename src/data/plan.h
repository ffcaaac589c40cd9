/* plan.h - how the columns of a table become numbers: learnt once, kept as JSON, applied to any table. */
#ifndef VVI_DATA_PLAN_H
#define VVI_DATA_PLAN_H

#include "data/data.h"

typedef struct vvi_column {
    const char *name;
    bool text;
    vvi_linear linear;     /* of numbers              */
    double fill;           /* for missing numbers     */
    const char **category; /* of texts, ascending: one-hot; of a target: the names of its classes */
    size_t n_categories;   /* a target of numbers has them too when they are classes 0..n-1       */
    const char *fill_text; /* for missing texts   */
    /* while bound to a table: */
    size_t at;
    double *number; /* [table rows], NaN: missing; NULL: a text */
} vvi_column;

typedef struct vvi_data_plan {
    vvi_arena arena;
    vvi_column *input, target;
    size_t inputs, file_columns; /* columns of the file it was learnt from */
    vvi_missing missing;
    char delimiter;  /* of that file; not read back */
    bool header;     /* of that file */
    bool has_target; /* false: the table it is bound to has none, or an empty one */
} vvi_data_plan;

void vvi_data_plan_deinit(vvi_data_plan *plan);

/* plan_bind.c: which column is which. `found` is for a new plan, `match` for one that was read. */
vv_status vvi_data_plan_found(vvi_data_plan *plan, const vvi_data_table *table, const vvi_options *options,
                              vv_error *error);
vv_status vvi_data_plan_match(vvi_data_plan *plan, const vvi_data_table *table, const vvi_options *options,
                              vv_error *error);
/* The rows that can be used, as missing= says: *row is [table rows], owned: vvi_free. */
vv_status vvi_data_plan_keep(const vvi_data_plan *plan, const vvi_data_table *table, size_t **row, size_t *n,
                             vv_error *error);

/* plan_learn.c */
vv_status vvi_data_plan_learn_classes(vvi_data_plan *plan, const vvi_data_table *table, const size_t *row, size_t n,
                                      vv_error *error);
vv_status vvi_data_plan_learn(vvi_data_plan *plan, const vvi_data_table *table, vvi_scaling scaling, const size_t *row,
                              size_t n, vv_error *error);

/* plan_apply.c */
vv_status vvi_data_plan_apply(const vvi_data_plan *plan, const vvi_data_table *table, const size_t *row, size_t n,
                              vv_data **data, vv_error *error);
/* The number of a text among the ascending categories; -1: none of them. */
long vvi_column_find(const vvi_column *column, const char *text);

/* plan_json.c */
vv_status vvi_data_plan_write(const vvi_data_plan *plan, json_t **root, vv_error *error);
vv_status vvi_data_plan_read(vvi_data_plan *plan, const json_t *root, vv_error *error);

#endif
