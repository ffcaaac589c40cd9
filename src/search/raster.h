/* raster.h - which values a grid has, as a route for walks, and how many combinations there are. */
#ifndef VVI_SEARCH_RASTER_H
#define VVI_SEARCH_RASTER_H

#include "search/search.h"
#include "space/discovery/walk.h"

typedef struct vvi_spans {
    vvi_span *list;
    size_t n, most;
} vvi_spans;

/* Begin with the first three, end with vvi_raster_deinit. */
typedef struct vvi_raster {
    uint32_t points; /* of a range that has too many values, at least 2 */
    uint64_t most;   /* values that a range may have and be taken whole */
    const vv_space *space;
    struct vvi_raster_level *levels; /* one for each question of a walk, owned */
    size_t n_levels, most_levels;
    vvi_spans values;             /* of the domain at hand */
    char thinned[VVI_SHORT_TEXT]; /* the first name of which the route left out values; "": none so far */
    bool failed;                  /* no memory: the walk must not go on */
} vvi_raster;
void vvi_raster_deinit(vvi_raster *raster);

/* The positions of a domain's values that the grid has, ascending, in raster->values. false: no memory. */
bool vvi_raster_values(vvi_raster *raster, const vv_domain *domain) VV_MUST_USE;
/* Through the grid's values, without those that are known to be dead. Borrows the raster. */
vvi_route vvi_raster_route(vvi_raster *raster);
/* How many combinations build; NaN: the space is not known and too large to be walked, or there are more than 1e308. */
vv_status vvi_raster_count(vvi_raster *raster, const vv_builder *builder, double *total, vv_error *error) VV_MUST_USE;

#endif
