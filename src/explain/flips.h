/* flips.h - what changes when one value does. */
#ifndef VVI_EXPLAIN_FLIPS_H
#define VVI_EXPLAIN_FLIPS_H

#include "explain/explain.h"

/* Layers by name, in the order of the networks they were seen in, each once for each line of the source that makes it. In
 * the arena of the explanation. */
typedef struct vvi_layer_names {
    const char **list;
    size_t *places;
    int *lines;
    size_t n;
} vvi_layer_names;

/* What changing one hyperparameter was seen to do. */
typedef struct vvi_effects {
    vvi_layer_names adds;    /* in one of two networks only */
    vvi_layer_names perhaps; /* the same by their names alone, equal layers being next to them */
    vvi_layer_names moved;   /* in both, and in one of them by another name */
    vvi_layer_names follows;
    vv_set_field *sets; /* of layers and of training */
    size_t n_sets;
    bool fields;               /* a layer's field is among them */
    uint32_t compared;         /* pairs of networks */
    uint32_t in_vain, skipped; /* flips in a row that showed nothing new; that were left out since */
} vvi_effects;

enum { VVI_COMPARED_ENOUGH = 64 }; /* pairs in which nothing was seen, to say that there is nothing */

/* By domain number, x->space->n_domains of them, zeroed. */
vv_status vvi_effects_find(vvi_explainer *x, vvi_effects *effects_of, vv_error *error) VV_MUST_USE;
/* Adds what was seen of one domain to what was seen of others. false: no memory. */
bool vvi_effects_merge(vvi_explainer *x, vvi_effects *to, const vvi_effects *from) VV_MUST_USE;
/* Each name once, whatever lines it comes from: writes them over the list's own. */
vv_texts vvi_effects_names(const vvi_layer_names *names);
/* The names of all layers that are added. false: no memory. */
bool vvi_effects_added(vvi_explainer *x, const vvi_effects *effects, vv_texts *texts) VV_MUST_USE;
/* Adds how two networks differ that have all values but one in common. false: no memory. */
bool vvi_effects_compare(vvi_explainer *x, vvi_effects *effects, const vv_model *a, const vv_model *b) VV_MUST_USE;

/* unused.c: looks, for names that nothing was seen of, through all pairs of cases. */
vv_status vvi_unused_check(vvi_explainer *x, vvi_effects *effects_of, vv_error *error) VV_MUST_USE;

#endif
