/* importance.h - what importance.c and the ways to tell share. */
#ifndef VVI_INSIGHT_IMPORTANCE_H
#define VVI_INSIGHT_IMPORTANCE_H

#include "insight/insight.h"

extern const vvi_importance_kind vvi_importance_fanova, vvi_importance_ped_anova;

/* Fills in list and n: shares by variable (NULL: the means of the samples), and n_samples times the shares of all of
 * them, of which nine tenths lie in each one's interval. */
vv_status vvi_weights_fill(vvi_weights *weights, const vvi_frame *frame, const double *shares, const double *samples,
                           size_t n_samples, vv_error *error);

#endif
