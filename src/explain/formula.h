/* formula.h - formulas with whole coefficients that reproduce every point. */
#ifndef VVI_EXPLAIN_FORMULA_H
#define VVI_EXPLAIN_FORMULA_H

#include "explain/points.h"
#include "explain/solve.h"

typedef enum vvi_shape_of_factor {
    VVI_FACTOR_ITSELF = 1, /* x           */
    VVI_FACTOR_FLOOR,      /* floor(x/c)  */
    VVI_FACTOR_CEIL,       /* ceil(x/c)   */
    VVI_FACTOR_MIN,        /* min(x, c)   */
    VVI_FACTOR_OVER,       /* max(x - c, 0) */
    VVI_FACTOR_FROM,       /* [x >= c]    */
    VVI_FACTOR_IS,         /* [x = the c-th alternative] */
    VVI_FACTOR_ACTIVE      /* [x is active] */
} vvi_shape_of_factor;

typedef struct vvi_factor {
    vvi_shape_of_factor shape;
    size_t variable;
    int64_t c;
} vvi_factor;

/* floor(x/c) and so on; of the others x. */
int64_t vvi_factor_number(vvi_shape_of_factor shape, int64_t x, int64_t c);

enum { VVI_MOST_FACTORS = 3 };

/* coefficient * a product of factors; none: 1. */
typedef struct vvi_product {
    int64_t coefficient;
    vvi_factor factors[VVI_MOST_FACTORS];
    size_t n;
} vvi_product;

typedef struct vvi_sum {
    vvi_product terms[VVI_MOST_UNKNOWNS]; /* none with coefficient 0; the constant last */
    size_t n;
} vvi_sum;

/* How far to look. */
typedef enum vvi_formula_kind {
    VVI_FORMULA_LINEAR = 1,
    VVI_FORMULA_COUNT,     /* counts of layers: products, then floor, min, indicators */
    VVI_FORMULA_POLYNOMIAL /* parameters: squares and products of three instead */
} vvi_formula_kind;

/* The first formula that reproduces all points and has fewer terms than there are points (but for those over booleans
 * and alternatives alone, which are tables in another form). *found false: none. */
vv_status vvi_formula_find(vvi_explainer *x, const vvi_points *points, vvi_formula_kind kind, vvi_sum *sum, bool *found,
                           vv_error *error) VV_MUST_USE;

/* formula_text.c: what it gives for one build. */
int64_t vvi_formula_at(const vvi_explainer *x, const vvi_points *points, const vvi_sum *sum, const vvi_trace *trace);

/* "2*num_layers + 2", with `more` added to the constant. */
void vvi_formula_write(const vvi_explainer *x, const vvi_points *points, const vvi_sum *sum, int64_t more,
                       vvi_text *text);

/* adding.c: the sum of formulas and a number, as text, and how many terms it has. false: they are too many. */
bool vvi_formulas_add(const char *const *formulas, size_t n, long more, vvi_text *text, size_t *n_terms);

/* Products that leave 64 bits stay at their end: nothing that is counted is there. */
int64_t vvi_times(int64_t a, int64_t b);

#endif
