/* data.h - what the files of the data module share.
 *
 * The way of a set: SPEC -> vvi_request (spec.c) -> a loader fills a vvi_source with what the files say, nothing learnt
 * yet -> open.c splits, learns the preparation from the training rows, applies it to both parts.
 * A source is one of three kinds, each with its own learn and apply: arrays (arrays.c), columns (columns.c), series
 * (series.c).
 */
#ifndef VVI_DATA_H
#define VVI_DATA_H

#include "base/base.h"
#include <jansson.h>
#include <varve/data.h>

struct vv_data {
    size_t n;
    vv_shape shape, target_shape;
    float *x, *y, *weights;
    vvi_arena arena; /* name, preparation, class names */
    const char *name, *preparation;
    const char **class_name;
    int classes;
    bool series;
    double target_offset, target_scale; /* target = (source - offset) / scale; scale 0: not scaled */
};

/* ---- data.c ----------------------------------------------------------------------------------------------------- */

/* Numbers in one example; 0: rank 0, a size below 1, or too many for size_t. */
size_t vvi_data_size(vv_shape shape);
/* Room for n examples, x and y uninitialised. target_shape of rank 0: no y. */
vv_status vvi_data_make(size_t n, vv_shape shape, vv_shape target_shape, vv_data **data, vv_error *error);
/* names NULL: the numbers as text. Copied. */
vv_status vvi_data_set_classes(vv_data *data, int classes, const char *const *names, vv_error *error);
vv_status vvi_data_set_texts(vv_data *data, const char *name, const char *preparation, vv_error *error);
/* The rows of `whole` that `row` names, with its classes. */
vv_status vvi_data_pick(const vv_data *whole, const size_t *row, size_t n, vv_data **part, vv_error *error);
/* K if the values are whole numbers 0..K-1, each of them there, 2 <= K <= 100; else 0: not known to be classes. */
int vvi_data_count_classes(const double *value, size_t n);
/* "[28, 28, 1]" */
void vvi_data_shape_text(vv_shape shape, char *text, size_t size);

/* ---- spec.c: the text form ----------------------------------------------------------------------------------------
 */

typedef enum vvi_scaling { VVI_SCALE_STANDARD, VVI_SCALE_MINMAX, VVI_SCALE_NONE } vvi_scaling;
typedef enum vvi_missing { VVI_MISSING_MEAN, VVI_MISSING_DROP, VVI_MISSING_ERROR } vvi_missing;
typedef enum vvi_header { VVI_HEADER_AUTO, VVI_HEADER_YES, VVI_HEADER_NO } vvi_header;

typedef struct vvi_options {
    const char *target; /* NULL: not given */
    vvi_header header;
    char delimiter; /* ' ': any run of blanks and tabs; 0: not given */
    vvi_scaling scale;
    vvi_missing missing;
    int window;        /* 0: not given */
    int height, width; /* of resize=; 0: not given */
} vvi_options;

typedef struct vvi_request vvi_request;
typedef struct vvi_source vvi_source;

/* One row of the table of schemes: what may stand before ':'. */
typedef struct vvi_scheme {
    const char *name;
    const char *argument; /* what stands after ':', for error texts; NULL: nothing may */
    bool optional;        /* may the argument be left out?                             */
    const char *options;  /* legal ones, comma separated, in commas: ",scale,"; ""     */
    vvi_scaling scale;    /* when not given                                            */
    vv_status (*load)(vvi_request *request, vvi_source *source, vv_error *error);
} vvi_scheme;

struct vvi_request {
    const char *spec;
    const vvi_scheme *scheme;
    const char *argument; /* "" when there is none */
    vvi_options options;
    const vv_data_args *args;
    const json_t *preparation; /* NULL: learn it */
    vvi_arena arena;
};

/* Fills *request, which is to be deinitialised in any case. args is borrowed; never NULL. */
vv_status vvi_request_parse(vvi_request *request, const char *spec, const vv_data_args *args, vv_error *error);
void vvi_request_deinit(vvi_request *request);
size_t vvi_request_count_paths(const vvi_request *request);
/* The `index`-th of the comma-separated parts of the argument, in the request's arena; NULL: no memory. */
const char *vvi_request_path(vvi_request *request, size_t index);
/* INPUTS,TARGETS. *second is NULL when only one is given, which only a preparation allows. */
vv_status vvi_request_pair(vvi_request *request, const char **first, const char **second, vv_error *error);
/* What resize= says; nothing when it was not given. */
vv_status vvi_request_resize(const vvi_request *request, vv_data *data, vv_error *error);
/* "28x28" */
bool vvi_spec_parse_size(const char *text, int *height, int *width);
/* The words of missing= and delimiter=, both ways; a preparation has the same ones. False: no such word. */
bool vvi_spec_parse_missing(const char *word, vvi_missing *missing);
const char *vvi_spec_missing_word(vvi_missing missing);
bool vvi_spec_parse_delimiter(const char *word, char *delimiter);
const char *vvi_spec_delimiter_word(char delimiter);

/* ---- table.c: cells of text ----------------------------------------------------------------------------------------
 */

typedef struct vvi_data_table {
    char *path;
    char *bytes;       /* the file; cells point into it */
    const char **cell; /* [n, columns]; NULL: missing    */
    size_t *line;      /* [n], from 1                    */
    const char **name; /* [columns]                      */
    size_t n, columns;
    char delimiter;
    bool header;
    vvi_arena arena; /* names made up */
} vvi_data_table;

typedef struct vvi_csv_options {
    char delimiter;
    vvi_header header;
    const char *target; /* a name that marks the first row as a header, or NULL */
    bool skip_first_line;
} vvi_csv_options;

/* *table is to be deinitialised in any case. */
vv_status vvi_csv_read(vvi_data_table *table, const char *path, const vvi_csv_options *options, vv_error *error);
void vvi_data_table_deinit(vvi_data_table *table);
static inline const char *vvi_data_table_cell(const vvi_data_table *table, size_t row, size_t column)
{
    return table->cell[row * table->columns + column];
}
/* By name, or by number from 0, or negative from the end. NOT_FOUND lists the names there are. */
vv_status vvi_data_table_find(const vvi_data_table *table, const char *name, size_t *column, vv_error *error);
/* -1: no column has that name */
long vvi_data_table_index(const vvi_data_table *table, const char *name);
/* "a", "b", ...: the names, as many as are worth reading. *list is to be deinitialised. */
void vvi_data_table_list(const vvi_data_table *table, vvi_text *list);
/* More than half of the values are numbers. */
bool vvi_data_table_is_numeric(const vvi_data_table *table, size_t column);
bool vvi_data_table_is_empty(const vvi_data_table *table, size_t column);
/* Each cell as a number into out[n], NaN: missing, or not finite. FORMAT names the line of the first text. */
vv_status vvi_data_table_numbers(const vvi_data_table *table, size_t column, double *out, vv_error *error);
/* Decimal numbers as everybody writes them, whatever the locale; "inf" too. */
typedef struct vvi_number_reader {
    void *locale;
} vvi_number_reader;
bool vvi_number_reader_init(vvi_number_reader *reader); /* false: no memory */
void vvi_number_reader_deinit(vvi_number_reader *reader);
bool vvi_number_read(const vvi_number_reader *reader, const char *text, double *value);

/* ---- what a loader finds -------------------------------------------------------------------------------------------
 */

typedef enum vvi_kind { VVI_ARRAYS = 1, VVI_COLUMNS, VVI_SERIES } vvi_kind;

struct vvi_source {
    vvi_kind kind;
    vv_data *arrays;      /* ARRAYS: as in the files, unscaled */
    vvi_data_table table; /* COLUMNS                           */
    double *series;       /* SERIES: NaN is a gap              */
    size_t n_series;
    int window;          /* SERIES                            */
    vvi_missing missing; /* SERIES: what became of its gaps   */
    const char *series_name;
};

vv_status vvi_load_csv(vvi_request *request, vvi_source *source, vv_error *error);
vv_status vvi_load_idx(vvi_request *request, vvi_source *source, vv_error *error);
vv_status vvi_load_npy(vvi_request *request, vvi_source *source, vv_error *error);
vv_status vvi_load_cifar(vvi_request *request, vvi_source *source, vv_error *error);
vv_status vvi_load_digits(vvi_request *request, vvi_source *source, vv_error *error);
vv_status vvi_load_breast_cancer(vvi_request *request, vvi_source *source, vv_error *error);
vv_status vvi_load_co2(vvi_request *request, vvi_source *source, vv_error *error);
vv_status vvi_load_mnist(vvi_request *request, vvi_source *source, vv_error *error);
vv_status vvi_load_cifar10(vvi_request *request, vvi_source *source, vv_error *error);

/* One column of source->table as a series. Checks that the preparation, if there is one, is for a series. */
vv_status vvi_load_series(const vvi_request *request, vvi_source *source, const char *name, vv_error *error);

/* Learns or reads the preparation, splits, applies. One for each kind. */
vv_status vvi_open_arrays(vvi_request *request, vvi_source *source, vv_data **training, vv_data **validation,
                          vv_error *error);
vv_status vvi_open_columns(vvi_request *request, vvi_source *source, vv_data **training, vv_data **validation,
                           vv_error *error);
vv_status vvi_open_series(vvi_request *request, vvi_source *source, vv_data **training, vv_data **validation,
                          vv_error *error);

/* ---- prepare.c: JSON both ways, and the one linear transform ---------------------------------------------------- */

/* (value - offset) / scale; scale is never 0. */
typedef struct vvi_linear {
    double offset, scale;
} vvi_linear;
/* From the finite ones of n values, `stride` apart. None finite: { 0, 1 } and *mean NaN. */
vvi_linear vvi_linear_learn(vvi_scaling scaling, const double *value, size_t n, double *mean);
vv_status vvi_prepare_begin(json_t **root, const char *kind, vv_error *error);
/* Checks that the preparation is one of ours and of this kind. */
vv_status vvi_prepare_check(const json_t *root, const char *kind, vv_error *error);
vv_status vvi_prepare_read(const char *text, json_t **root, vv_error *error);
/* The text of `root` and the name go into data (and other, unless NULL). */
vv_status vvi_prepare_finish(const json_t *root, const char *name, vv_data *data, vv_data *other, vv_error *error);
/* Sets root[key] = value, taking the reference; a NULL value or a failure sets *failed. */
void vvi_prepare_set(json_t *root, const char *key, json_t *value, bool *failed);
json_t *vvi_prepare_strings(const char *const *text, size_t n);
/* A value of the wrong type: FORMAT names the key. */
vv_status vvi_prepare_number(const json_t *root, const char *key, double *value, vv_error *error);
vv_status vvi_prepare_text(const json_t *root, const char *key, const char **value, vv_error *error);
vv_status vvi_prepare_missing(const json_t *root, vvi_missing *missing, vv_error *error);
vv_status vvi_prepare_delimiter(const json_t *root, char *delimiter, vv_error *error);
vv_status vvi_prepare_texts(const json_t *root, const char *key, vvi_arena *arena, const char ***text, size_t *n,
                            vv_error *error);

/* ---- split.c ---------------------------------------------------------------------------------------------------- */

/* Which rows are for training, which for validation, each ascending. */
typedef struct vvi_parts {
    size_t *row; /* the training ones, then the validation ones */
    size_t n_training, n_validation;
} vvi_parts;

/* How many of n make the share; BAD_ARG when a part would be empty. */
vv_status vvi_split_count(size_t n, double share, size_t *n_validation, vv_error *error);
/* Draws by seed. class_of NULL or classes 0: one class. share 0: all are training rows. vvi_parts_deinit in any case.
 */
vv_status vvi_split_draw(vvi_parts *parts, size_t n, const int *class_of, int classes, double share, uint64_t seed,
                         vv_error *error);
void vvi_parts_deinit(vvi_parts *parts);

/* ---- image.c ---------------------------------------------------------------------------------------------------- */

/* Bilinear, half-pixel centres, edges repeated: [n, h, w, c] -> [n, height, width, c] */
vv_status vvi_image_resize(vv_data *data, int height, int width, vv_error *error);
/* Bytes to 0..1. y, if target_shape has a rank, is not yet filled in. */
vv_status vvi_image_from_bytes(size_t n, vv_shape shape, vv_shape target_shape, const unsigned char *pixels,
                               vv_data **data, vv_error *error);
/* The labels as targets, their classes as class names: n_names of them, or NULL and the numbers there are. */
vv_status vvi_image_set_labels(vv_data *data, const unsigned char *label, const char *const *names, int n_names,
                               const char *path, vv_error *error);

/* ---- idx.c, cifar.c: for sets.c too ----------------------------------------------------------------------------- */

/* labels NULL: no targets. names: of the n_names classes, or NULL: as many as there are. */
vv_status vvi_idx_read(const char *images, const char *labels, const char *const *names, int n_names, vv_data **data,
                       vv_error *error);
/* Record files, or one .tar.gz of them whose members begin with `member`. */
vv_status vvi_cifar_read(const char *const *path, size_t n, vv_data **data, vv_error *error);
vv_status vvi_cifar_read_archive(const char *path, const char *member, vv_data **data, vv_error *error);

/* ---- find.c, fetch.c: where files are, and where they come from ------------------------------------------------- */

/* The folders to look in, in the order that find.c names. NULL-terminated, in *arena; NULL: no memory. */
const char **vvi_find_folders(vvi_arena *arena);
/* The cache: $XDG_CACHE_HOME/varve or ~/.cache/varve; "" when there is no home; NULL: no memory. */
const char *vvi_find_cache(vvi_arena *arena);
/* The first of `candidates` (NULL-terminated, relative) in the first folder that has one. *path NULL: none. */
vv_status vvi_find_file(vvi_arena *arena, const char *const *candidates, const char **path, vv_error *error);

/* Fetches url into path, whole and with this SHA-256 (64 hexadecimal digits), or not at all. */
vv_status vvi_fetch(const char *url, const char *sha256, const char *path, const vv_data_args *args, vv_error *error);

#endif
