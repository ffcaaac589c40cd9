/* values.h - reading and writing argument structs through their field tables, for layers and optimizers alike: what
 * JSON, digests and range checks share.
 */
#ifndef VVI_NN_VALUES_H
#define VVI_NN_VALUES_H

#include "nn/layer.h"

/* The argument struct inside a layer, where the offsets of its kind's fields count from. */
const void *vvi_layer_arguments(const vv_layer *layer);

/* The member as a number. `*given` (may be NULL): is it set, that is not zero? */
double vvi_value_get(const vv_field *field, const void *arguments, bool *given);
/* The same with the documented default where nothing is given. */
double vvi_value_effective(const vv_field *field, const void *arguments);
void vvi_value_set(const vv_field *field, void *arguments, double value);

/* Has every member the same bits? */
bool vvi_values_same(const vv_field *fields, size_t n, const void *a, const void *b);

/* Every given value against its range, every required one there: BAD_ARG with `name`, field, value, range. */
vv_status vvi_values_check(const vv_field *fields, size_t n, const void *arguments, const char *name, vv_error *error);
/* Writes its default into every member that is not given. */
void vvi_values_fill(const vv_field *fields, size_t n, void *arguments);
/* NULL: there is none. */
const vv_field *vvi_values_find(const vv_field *fields, size_t n, const char *name);
/* The index of a label of an ENUM field, or -1. Where the default's label is also that of a value: the value. */
int vvi_value_label(const vv_field *field, const char *label);

#endif
