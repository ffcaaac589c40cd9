/* points.h - pairs of values and a number: what formulas are fitted to. */
#ifndef VVI_EXPLAIN_POINTS_H
#define VVI_EXPLAIN_POINTS_H

#include "explain/explain.h"

enum { VVI_MOST_VARIABLES = 24, VVI_MOST_ALTERNATIVES = 8192, VVI_MOST_LISTED = 256 };

/* A hyperparameter in a formula: a number (a boolean is 0 or 1), or one of a few alternatives. */
typedef struct vvi_variable {
    uint32_t name;
    const struct vvi_family_of *family; /* it is the sum of all its active members; NULL: it is `name` */
    bool number;
    bool sometimes;               /* in some points it is not active */
    const vv_value *alternatives; /* what it takes, ascending where it is a number; else each may stand for an atom: */
    const vvi_column *column;     /* whose atoms the alternatives are; NULL: they are single values */
    const uint32_t *group;        /* by atom: the alternative that it is part of; NULL: each is one */
    size_t n_alternatives;
} vvi_variable;

typedef struct vvi_points {
    vvi_variable variables[VVI_MOST_VARIABLES];
    size_t n_variables;
    size_t n;
    int32_t *choice; /* n times n_variables: which alternative; -1: not active */
    int64_t *y;
} vvi_points;

static inline const int32_t *vvi_point(const vvi_points *points, size_t number)
{
    return points->choice + number * points->n_variables;
}

/* The value of a number; 0 where it is not active. */
int64_t vvi_point_number(const vvi_points *points, size_t number, size_t variable);

/* Points of all rows that can be built, over the names that switch something; y of a row is that of its outcome. *done
 * false: they are too many, or a name has too many values. */
vv_status vvi_points_of_rows(vvi_explainer *x, int64_t (*y_of)(const vvi_facts *facts, uint32_t what), uint32_t what,
                             vvi_points *points, bool *done, vv_error *error) VV_MUST_USE;
/* Points of the cases of one outcome, over the names that are asked for in all of them. false: they are too many, do
 * not all ask for the same, or have a continuum; or there is no memory for them. */
bool vvi_points_of_cases(vvi_explainer *x, uint32_t outcome, int64_t (*y_of)(const vvi_facts *facts, uint32_t what),
                         uint32_t what, vvi_points *points);

/* sums.c: points of cases, with whole families as their sums. false: not all that decides can be told like that; or
 * there is no memory. */
bool vvi_points_of_sums(vvi_explainer *x, int64_t (*y_of)(const vvi_facts *facts, uint32_t what), uint32_t what,
                        vvi_points *points);
/* What a number comes to in one build: 0 where it is not active. */
int64_t vvi_variable_number(const vvi_explainer *x, const vvi_variable *variable, const vvi_trace *trace);

/* Whole numbers count; a choice between two is told by which one it is. */
bool vvi_is_number(const vv_domain *domain);
/* The place of a value among a variable's listed alternatives, added where it is new. -1: there are too many. */
int32_t vvi_variable_place(vvi_variable *variable, vv_value value);

/* reduce.c: takes atoms for one alternative where y does not tell them apart. false: no memory. */
bool vvi_points_merge(vvi_explainer *x, vvi_points *points) VV_MUST_USE;
/* Drops variables that y does without, those asked for last first; then equal points. false: no memory. */
bool vvi_points_reduce(vvi_explainer *x, vvi_points *points) VV_MUST_USE;

#endif
