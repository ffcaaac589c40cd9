/* spaces.h - spaces of every shape that an oracle must cope with, as builders. */
#ifndef VARVE_TESTS_SPACES_H
#define VARVE_TESTS_SPACES_H

#include <stdio.h>
#include <varve/search.h>

#define BUILDER(name) static inline vv_status name(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
#define UNUSED_BUT_HP                                                                                                  \
    do {                                                                                                               \
        (void)context;                                                                                                 \
        (void)built;                                                                                                   \
        (void)reason;                                                                                                  \
    } while (0)

static inline vv_status refuse(vv_error *reason, const char *text)
{
    reason->status = VV_BAD_SHAPE;
    snprintf(reason->text, sizeof reason->text, "%s", text);
    return VV_BAD_SHAPE;
}

/* The guide's first example: 37,448 configurations, of which 328 build. Half of all draws do not. */
BUILDER(build_cnn)
{
    UNUSED_BUT_HP;
    int size = 28;
    bool fits = true;
    const int num_layers = vv_int(hp, "num_layers", .min = 1, .max = 5);
    for (int i = 0; i < num_layers; i++) {
        vv_int(hp, vv_name(hp, "filters_%d", i), .min = 32, .max = 128, .step = 32);
        const int kernel = vv_choice_int(hp, vv_name(hp, "kernel_size_%d", i), VV_INTS(3, 5));
        size = (size - kernel + 1) / 2;
        fits = fits && size >= 1;
    }
    return fits ? VV_OK : refuse(reason, "no pixel is left");
}

/* The second: 504, a hyperparameter that exists under a condition. */
BUILDER(build_dense)
{
    UNUSED_BUT_HP;
    const int num_layers = vv_int(hp, "num_dense_layers", .min = 1, .max = 3);
    for (int i = 0; i < num_layers; i++) vv_int(hp, vv_name(hp, "units_%d", i), .min = 32, .max = 128, .step = 32);
    if (vv_bool(hp, "add_dropout")) vv_float(hp, "dropout_rate", .min = 0.1, .max = 0.5, .step = 0.1);
    return VV_OK;
}

/* The third: 756, two counts. */
BUILDER(build_lstm)
{
    UNUSED_BUT_HP;
    const int num_lstm = vv_int(hp, "num_lstm_layers", .min = 1, .max = 3);
    const int num_dense = vv_int(hp, "num_dense_layers", .min = 1, .max = 2);
    for (int i = 0; i < num_lstm; i++) vv_int(hp, vv_name(hp, "lstm_units_%d", i), .min = 32, .max = 128, .step = 32);
    vv_int(hp, "dense_units", .min = 32, .max = 64, .step = 16);
    for (int i = 0; i < num_dense - 1; i++)
        vv_int(hp, vv_name(hp, "dense_units_%d", i), .min = 16, .max = 32, .step = 16);
    return VV_OK;
}

BUILDER(build_nothing)
{
    UNUSED_BUT_HP;
    (void)hp;
    return VV_OK;
}

BUILDER(build_fixed)
{
    UNUSED_BUT_HP;
    vv_fixed_int(hp, "epochs", 10);
    vv_fixed_string(hp, "optimizer", "adam");
    return VV_OK;
}

BUILDER(build_one_value)
{
    UNUSED_BUT_HP;
    vv_int(hp, "units", .min = 8, .max = 8);
    vv_float(hp, "rate", .min = 0.5, .max = 0.5);
    vv_choice(hp, "optimizer", VV_STRINGS("adam"));
    return VV_OK;
}

BUILDER(build_two_booleans)
{
    UNUSED_BUT_HP;
    vv_bool(hp, "a");
    vv_bool(hp, "b");
    return VV_OK;
}

/* 1 + 1 + (1 + 2 + 3) = 8 configurations, conditions three deep. */
BUILDER(build_three_deep)
{
    UNUSED_BUT_HP;
    vv_choice(hp, "model", VV_STRINGS("linear", "tree", "network"));
    if (vv_when(hp, "model", VV_STRINGS("network"))) {
        vv_scope_begin(hp, "network");
        vv_int(hp, "depth", .min = 1, .max = 3);
        if (vv_when(hp, "depth", VV_INTS(2, 3))) {
            vv_bool(hp, "skip");
            if (vv_when(hp, "skip", true) && vv_when(hp, "depth", 3))
                vv_choice_float(hp, "decay", VV_FLOATS(0.1, 0.01));
        }
        vv_scope_end(hp);
    }
    return VV_OK;
}

/* A triangle, less its diagonal: the range of the second depends on the first, 10 of 15 build. */
BUILDER(build_triangle)
{
    UNUSED_BUT_HP;
    const int outer = vv_int(hp, "outer", .min = 1, .max = 5);
    const int inner = vv_int(hp, "inner", .min = 1, .max = outer);
    return inner < outer ? VV_OK : refuse(reason, "inner must be below outer");
}

/* Asks less when it gives up early: 20 configurations build, behind 99 refusals. */
BUILDER(build_needle)
{
    UNUSED_BUT_HP;
    if (vv_int(hp, "lock", .min = 1, .max = 100) != 77) return refuse(reason, "locked");
    vv_int(hp, "behind", .min = 1, .max = 20);
    return VV_OK;
}

BUILDER(build_never)
{
    UNUSED_BUT_HP;
    vv_int(hp, "n", .min = 1, .max = 50);
    return refuse(reason, "nothing builds here");
}

BUILDER(build_continuous)
{
    UNUSED_BUT_HP;
    vv_float(hp, "learning_rate", .min = 1e-5, .max = 0.1, .sampling = VV_SAMPLE_LOG);
    vv_float(hp, "momentum", .min = 0.5, .max = 0.99, .sampling = VV_SAMPLE_REVERSE_LOG);
    vv_float(hp, "dropout", .min = 0, .max = 0.6);
    vv_int(hp, "units", .min = 2, .max = 1024, .sampling = VV_SAMPLE_LOG);
    return VV_OK;
}

/* A continuum of which a single point builds. */
BUILDER(build_point)
{
    UNUSED_BUT_HP;
    return vv_float(hp, "rate", .min = 0, .max = 1) == 0.5 ? VV_OK : refuse(reason, "not the point");
}

BUILDER(build_thousands)
{
    UNUSED_BUT_HP;
    for (int i = 0; i < 3000; i++) vv_int(hp, vv_name(hp, "x_%d", i), .min = 0, .max = 9);
    return VV_OK;
}

/* Eight configurations, and spaces that this one may have been before. */
BUILDER(build_as_now)
{
    UNUSED_BUT_HP;
    vv_int(hp, "n", .min = 1, .max = 4);
    vv_choice(hp, "kind", VV_STRINGS("x", "y"));
    return VV_OK;
}

BUILDER(build_wider)
{
    UNUSED_BUT_HP;
    vv_int(hp, "n", .min = 5, .max = 90);
    vv_choice(hp, "kind", VV_STRINGS("x", "y", "z"));
    return VV_OK;
}

BUILDER(build_of_other_sorts)
{
    UNUSED_BUT_HP;
    vv_choice(hp, "n", VV_STRINGS("one", "two", "three", "four"));
    vv_float(hp, "kind", .min = 1e-4, .max = 1, .sampling = VV_SAMPLE_LOG);
    return VV_OK;
}

BUILDER(build_with_more)
{
    UNUSED_BUT_HP;
    vv_int(hp, "n", .min = 1, .max = 4);
    vv_choice(hp, "kind", VV_STRINGS("x", "y"));
    vv_float(hp, "rate", .min = 0, .max = 1);
    return VV_OK;
}

BUILDER(build_with_less)
{
    UNUSED_BUT_HP;
    vv_int(hp, "n", .min = 1, .max = 16, .sampling = VV_SAMPLE_LOG);
    return VV_OK;
}

BUILDER(build_bad_domain)
{
    UNUSED_BUT_HP;
    vv_int(hp, "filters_2", .min = 32, .max = 16);
    return VV_OK;
}

#endif
