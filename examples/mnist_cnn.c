/* mnist_cnn.c - example 1: a convolutional network with num_layers blocks for images of digits.
 *
 *     varve explain examples/mnist_cnn.c
 *     varve search examples/mnist_cnn.c
 *     varve search examples/mnist_cnn.c --data mnist --epochs 3
 *
 * num_layers counts blocks, not layers: each block is a Conv2D and a MaxPooling2D, and Flatten and Dense follow, so the
 * model has 2 * num_layers + 2 layers. A block takes kernel_size - 1 pixels and then halves what is left: from 28x28,
 * four blocks never fit, and Varve proposes none.
 */
#include <varve/varve.h>

static vv_model *build(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(28, 28, 1));

    const int num_layers = vv_int(hp, "num_layers", .min = 1, .max = 5);
    for (int i = 0; i < num_layers; i++) {
        const int filters = vv_int(hp, vv_name(hp, "filters_%d", i), .min = 32, .max = 128, .step = 32);
        const int kernel_size = vv_choice_int(hp, vv_name(hp, "kernel_size_%d", i), VV_INTS(3, 5));
        vv_add(m, vv_conv2d(filters, .kernel_size = kernel_size, .activation = VV_RELU));
        vv_add(m, vv_max_pooling2d(2));
    }

    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(10, .activation = VV_SOFTMAX));
    vv_compile(m, .optimizer = vv_adam(), .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY,
               .metrics = VV_METRICS(VV_ACCURACY));
    return m;
}

VV_HYPERMODEL(.build = build, .data = "digits:28x28", .objective = "val_accuracy", .max_trials = 5,
              .executions_per_trial = 2, .epochs = 10);
