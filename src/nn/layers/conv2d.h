/* conv2d.h - what conv2d.c (the layer, its twin) and conv2d_fast.c (products) share. */
#ifndef VVI_NN_LAYERS_CONV2D_H
#define VVI_NN_LAYERS_CONV2D_H

#include "nn/layers/layers.h"

typedef struct vvi_conv2d {
    vvi_axis y, x;
    int c, filters;
    bool is_padded;
} vvi_conv2d;
vvi_conv2d vvi_conv2d_of(const vv_layer *layer, vv_shape in);
size_t vvi_conv2d_padded_size(const vvi_conv2d *g); /* of one image, floats; 0: no zeros are needed */
vv_activation vvi_conv2d_activation(const vv_layer *layer);

void vvi_conv2d_prepare(const vvi_pass *pass);
void vvi_conv2d_forward(const vvi_pass *pass);
void vvi_conv2d_backward(const vvi_pass *pass);

#endif
