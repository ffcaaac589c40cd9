/* data.h - data sets: named ones and files, split without leaks.
 *
 * A vv_data is a table of n examples: inputs x [n, shape], targets y [n, target shape], optional weights [n], all
 * float32, row by row. Class numbers are stored as floats 0, 1, 2, ...
 *
 * SPEC, the text form used by the command line and by hypermodels:
 *     digits                 UCI optical digits, 1797 images 8x8x1 in 0..1, 10 classes (part of the project)
 *     digits:28x28           the same, enlarged bilinearly to 28x28x1
 *     breast-cancer          UCI WDBC, 569 x 30 numbers, 2 classes (part of the project); standardised
 *     breast-cancer:mean     its first ten columns, the cell means
 *     co2                    weekly CO2 at Mauna Loa 1958-2001 (part of the project): gaps interpolated, standardised,
 *                            windows of 100 weeks [100, 1] to predict the next; options: window=N
 *     mnist, fashion-mnist, cifar10; with ":test" the official test part (downloaded once, or found in $VARVE_DATA:
 *                            as mnist/train-images-idx3-ubyte.gz, cifar10/data_batch_*.bin ...; cifar10 then has the
 *                            examples of the batches that are there)
 *     csv:PATH?target=COLUMN columns by name (or by number from 0, negative from the end); .gz is read too.
 *                            Options, joined by '&': target=..., header=yes|no|auto, delimiter=, (or ';', tab, space),
 *                            scale=standard|minmax|none (of the inputs; standard), missing=mean|drop|error (mean),
 *                            window=N (the target column as a series: windows of N values predict the next; a gap is
 *                            interpolated, or dropped, or an error, as missing= says).
 *                            With a preparation, missing= is what it was for the training data, and so are header=
 *                            and delimiter= unless they are given
 *     idx:IMAGES,LABELS      IDX files as MNIST's, .gz or plain; bytes become 0..1; ?resize=HxW
 *     npy:X,Y                NumPy arrays, little endian, C order, f4 f8 i1 i2 i4 i8 u1 u2 b1; ?scale=... (none)
 *     cifar:FILE[,FILE...]   CIFAR-10 binary records, .gz or plain; bytes become 0..1
 *
 * A path cannot have '?' or (but for csv) ',' in it.
 *
 * A CSV cell is missing when it is empty, ?, NA, nan or infinite. In a file of one column an empty line is such a cell
 * too, but for the last line of the file and those before a header; in others empty lines are skipped. A column is one
 * of numbers when more than half of its values are: any text in it is then an error. A missing number becomes the
 * mean, a missing text the most frequent one; a missing target is an error unless missing=drop. Targets are known to
 * be classes when they are texts, labels, or the whole numbers 0 to K-1, each of them there, K <= 100.
 *
 * Text columns become category numbers (inputs: one-hot), in sorted order, 1000 at most. Whatever is learnt from the
 * data (means, scales, categories, replacements for missing values) is learnt from the training part only, and kept
 * with it as its *preparation*, so that new data is treated alike: columns are found by name, the target may be absent
 * (idx and npy: one file alone), an input text never seen is all zeros, a target text never seen is an error.
 */
#ifndef VARVE_DATA_H
#define VARVE_DATA_H

#include <varve/layers.h> /* vv_shape */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vv_data vv_data;

typedef struct vv_data_args {
    double validation_split; /* share of the examples for validation, (0, 1); 0: all examples are training ones.
                                Series: the last ones. Else drawn by `seed`, in the proportions of the classes
                                where y holds class numbers                                                       */
    uint64_t seed;           /* of the split; the same seed gives the same split                                  */
    const char *preparation; /* NULL: learn it. Else what vv_data_preparation() of the training data said; the
                                examples are then treated alike and not split                                    */
    /* Called now and then while a named set is downloaded; NULL: silence. total 0: not known yet. */
    void (*progress)(void *context, const char *what, uint64_t done_bytes, uint64_t total_bytes);
    void *context;
} vv_data_args;

/* Reads, prepares and splits. *validation is NULL when nothing was split off (validation itself may be NULL when
 * args->validation_split is 0). Owned: free both with vv_data_free.
 * Errors: BAD_ARG (the SPEC), NOT_FOUND, IO, FORMAT (with file, line and column), NO_MEMORY, UNSUPPORTED. */
vv_status vv_data_open(const char *spec, const vv_data_args *args, vv_data **training, vv_data **validation,
                       vv_error *error) VV_MUST_USE;

/* A data set over the caller's own arrays. Everything is copied. y and weights may be NULL. n >= 1. *data is owned:
 * vv_data_free. BAD_ARG, NO_MEMORY. */
vv_status vv_data_new(size_t n, vv_shape shape, const float *x, vv_shape target_shape, const float *y,
                      const float *weights, vv_data **data, vv_error *error) VV_MUST_USE;
void vv_data_free(vv_data *data); /* NULL is fine */

/* What there is of it. Pointers are borrowed until vv_data_free. */
size_t vv_data_count(const vv_data *data); /* examples */
vv_shape vv_data_shape(const vv_data *data); /* of one of them */
vv_shape vv_data_target_shape(const vv_data *data); /* rank 1, dim {1}: a number or a class per example; rank 0: no targets */
const float *vv_data_x(const vv_data *data);        /* example by example */
const float *vv_data_y(const vv_data *data);        /* NULL: no targets */
const float *vv_data_weights(const vv_data *data);  /* NULL: all 1 */
int vv_data_classes(const vv_data *data);           /* number of classes if the targets are known to be classes, else 0 */
const char *vv_data_class_name(const vv_data *data, int index); /* "7", "malignant"; NULL: has no name */
const char *vv_data_name(const vv_data *data);      /* the SPEC */
bool vv_data_is_series(const vv_data *data);

/* A target, or a network's prediction of one, in the units of the source: undoes the scaling of a series. The targets of
 * other sets are never scaled. */
double vv_data_restore(const vv_data *data, double target);

/* The preparation as text (JSON), for data that comes later. Borrowed until vv_data_free. */
const char *vv_data_preparation(const vv_data *data);

/* The sets this library knows by name: {name, summary}; NULL past the end. Static storage. */
typedef struct vv_data_set_info {
    const char *name, *summary;
} vv_data_set_info;
const vv_data_set_info *vv_data_set_at(size_t index);

#ifdef __cplusplus
}
#endif
#endif
