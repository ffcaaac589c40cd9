/* fit.h - what tests and benchmarks need to drive a backend step by step, as fit does. */
#ifndef VVI_NN_FIT_H
#define VVI_NN_FIT_H

#include "nn/nn.h"
#include <varve/train.h>

/* Weights (drawn if there are none) and a fresh optimizer state (if there is none). The model is compiled. */
vv_status vvi_fit_make_ready(vv_model *model, uint64_t seed, vv_error *error);

#endif
