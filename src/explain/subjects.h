/* subjects.h - the hyperparameters of a space, in the order in which they are told, and when each is asked for. */
#ifndef VVI_EXPLAIN_SUBJECTS_H
#define VVI_EXPLAIN_SUBJECTS_H

#include "explain/explain.h"

enum { VVI_MOST_NUMBERS = 4 };

/* A name as one of its domains. */
typedef struct vvi_subject {
    uint32_t name, domain;
    bool varies;   /* it stands for all domains of the name: there are many */
    vvi_rule rule; /* when it is asked for */
    bool has_rule;
    size_t active_structures;
    size_t family;                 /* number; SIZE_MAX: none */
    int numbers[VVI_MOST_NUMBERS]; /* in its name, of those that differ within the family */
} vvi_subject;

typedef struct vvi_family_of {
    const char *name; /* "filters_{i}" */
    size_t first, n;  /* of the subjects */
    size_t n_numbers;
    bool alike;
    const char *rule; /* for all members at once; NULL: none */
} vvi_family_of;

struct vvi_subjects {
    vvi_subject *list;
    size_t n;
    vvi_family_of *families;
    size_t n_families;
    uint32_t *family_of; /* by name, n_names of them: the number of its family; VVI_NONE: none */
    uint32_t n_names;
    size_t structures;              /* that can be built */
    char letters[VVI_MOST_NUMBERS]; /* that stand for the numbers in names: i, j, k, l, unless a name is one of them */
};

/* Fills in x->subjects. Texts of families are in the arena of the explanation. */
vv_status vvi_subjects_find(vvi_explainer *x, vv_error *error) VV_MUST_USE;

/* family.c: groups subjects whose names differ in numbers alone, puts members together, and finds their joint rule. */
vv_status vvi_families_find(vvi_explainer *x, vvi_subjects *subjects, vv_error *error) VV_MUST_USE;
/* joint.c: fills in the family's rule, if there is one. */
vv_status vvi_family_find_rule(vvi_explainer *x, const vvi_subjects *subjects, vvi_family_of *family,
                               vv_error *error) VV_MUST_USE;

/* Does the row ask for it? */
bool vvi_subject_in_row(const vvi_explainer *x, const vvi_subject *subject, size_t row);

#endif
