/* images.c - what the fault tests search, of images: convolutions whose epochs take a moment each. */
#include <varve/varve.h>

static vv_model *build(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(8, 8, 1));
    const int blocks = vv_int(hp, "blocks", .min = 1, .max = 2);
    for (int i = 0; i < blocks; i++) {
        const int filters = vv_int(hp, vv_name(hp, "filters_%d", i), .min = 8, .max = 24, .step = 8);
        vv_add(m, vv_conv2d(filters, .kernel_size = 3, .padding = VV_SAME, .activation = VV_RELU));
    }
    vv_add(m, vv_max_pooling2d(2));
    vv_add(m, vv_flatten());
    const double rate = vv_float(hp, "dropout", .min = 0, .max = 0.5, .step = 0.25);
    vv_add(m, vv_dropout(rate));
    vv_add(m, vv_dense(10, .activation = VV_SOFTMAX));
    vv_compile(m, .optimizer = vv_adam(), .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY,
               .metrics = VV_METRICS(VV_ACCURACY));
    return m;
}

VV_HYPERMODEL(.build = build, .data = "digits", .objective = "val_accuracy", .max_trials = 5, .executions_per_trial = 2,
              .epochs = 3);
