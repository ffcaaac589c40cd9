/* lstm.h - what lstm.c (the layer), lstm_fast.c (products) and lstm_reference.c (the twin) share. */
#ifndef VVI_NN_LAYERS_LSTM_H
#define VVI_NN_LAYERS_LSTM_H

#include "nn/layers/layers.h"

/* The sizes of one LSTM; its activations with their defaults. */
typedef struct vvi_lstm {
    int steps, in, units;
    vv_activation activation, recurrent_activation;
    bool sequences, backwards;
    double dropout, recurrent_dropout; /* 0 outside training */
} vvi_lstm;
vvi_lstm vvi_lstm_of(const vv_layer *layer, vv_shape in, bool training);

/* The keys of the two masks, one of each for an example. */
vvi_key vvi_lstm_input_key(vvi_key key);
vvi_key vvi_lstm_state_key(vvi_key key);

vvi_needs vvi_lstm_needs(const vv_layer *layer, const vv_shape *in, vv_shape out);
void vvi_lstm_prepare(const vvi_pass *pass);
void vvi_lstm_forward(const vvi_pass *pass);
void vvi_lstm_backward(const vvi_pass *pass);
void vvi_lstm_reference_forward(const vvi_reference_pass *pass);
void vvi_lstm_reference_backward(const vvi_reference_pass *pass);

#endif
