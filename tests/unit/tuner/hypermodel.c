/* hypermodel.c - one build: its trace and model, what refuses it, and builders over it. */
#include "search_helper.h"

#include "base/base.h"
#include "space/discovery/build.h"

static void a_build_gives_its_trace_and_its_model(void **state)
{
    (void)state;
    vv_error error = { 0 };
    vv_hp *hp = NULL;
    vv_model *model = NULL;
    must(vv_hypermodel_build(&toy_hypermodel, NULL, &hp, &model, &error), &error);
    assert_int_equal(vv_hp_count(hp), 4);
    assert_string_equal(vv_hp_at(hp, 1)->name, "units_0");
    assert_int_equal(vv_model_layer_count(model), 2);
    vv_model_free(model);
    vv_hp_free(hp);
    must(vv_hypermodel_build(&toy_hypermodel, NULL, NULL, NULL, &error), &error);
}

static void a_chooser_decides_and_structure_follows(void **state)
{
    (void)state;
    vv_hp *hp = NULL;
    vv_model *model = NULL;
    const vv_assignment values[] = { { "layers", { .type = VV_VALUE_INT, .i = 2 } },
                                     { "units_1", { .type = VV_VALUE_INT, .i = 6 } } };
    const vv_replay replay = { values, 2 };
    const vv_chooser chooser = vv_chooser_replay(&replay);
    must(vv_hypermodel_build(&toy_hypermodel, &chooser, &hp, &model, NULL), NULL);
    assert_int_equal(vv_hp_count(hp), 5);
    assert_int_equal(vv_model_layer_count(model), 3);
    assert_int_equal(vv_hp_find(hp, "units_1")->value.i, 6);
    vv_model_free(model);
    vv_hp_free(hp);
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */

static vv_model *build_null(vv_hp *hp, void *user)
{
    (void)hp, (void)user;
    return NULL;
}

static vv_model *build_conflict(vv_hp *hp, void *user)
{
    vv_int(hp, "n", .min = 1, .max = 2);
    vv_int(hp, "n", .min = 1, .max = 3);
    return build_toy(hp, user);
}

static vv_model *build_too_small(vv_hp *hp, void *user)
{
    (void)hp, (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4, 4, 1));
    vv_add(m, vv_conv2d(8, .kernel_size = 5));
    vv_compile(m, .loss = VV_MSE);
    return m;
}

static void check_refused(const vv_hypermodel *hypermodel, vv_status expected, const char *part)
{
    vv_error error = { 0 };
    vv_hp *hp = (vv_hp *)&error; /* must be overwritten */
    vv_model *model = (vv_model *)&error;
    assert_int_equal(vv_hypermodel_build(hypermodel, NULL, &hp, &model, &error), expected);
    CHECK_CONTAINS(error.text, part);
    assert_null(hp);
    assert_null(model);
}

static void a_refused_build_says_why(void **state)
{
    (void)state;
    check_refused(&(vv_hypermodel){ .build = build_null }, VV_BAD_ARG, "returned no model");
    check_refused(&(vv_hypermodel){ .build = build_conflict }, VV_CONFLICT, "n");
    check_refused(&(vv_hypermodel){ .build = build_too_small }, VV_BAD_SHAPE, "conv2d");
    check_refused(&(vv_hypermodel){ .build = NULL }, VV_BAD_ARG, "build is NULL");
    check_refused(NULL, VV_BAD_ARG, "build is NULL");
}

/* ---- fit, rehearsed --------------------------------------------------------------------------------------------- */

static vv_status fit_asking(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    int *fits = user;
    vv_fit_args mine = *args;
    mine.batch_size = vv_choice_int(hp, "batch_size", VV_INTS(16, 32));
    const vv_status status = vv_fit_with(model, &mine);
    if (status == VV_OK) ++*fits;
    return status;
}

static void the_fit_function_is_rehearsed_and_trains_nothing(void **state)
{
    (void)state;
    int fits = 0;
    vv_error error = { 0 };
    vv_hp *hp = NULL;
    vv_model *model = NULL;
    const vv_hypermodel hypermodel = { .build = build_toy, .fit = fit_asking, .user = &fits };
    must(vv_hypermodel_build(&hypermodel, NULL, &hp, &model, &error), &error);
    assert_int_equal(fits, 1);
    assert_non_null(vv_hp_find(hp, "batch_size"));
    assert_int_equal(vv_model_weight_count(model), 0);
    vv_model_free(model);
    vv_hp_free(hp);
}

static vv_status fit_wrong(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)user, (void)args;
    vv_int(hp, "patience", .min = 5, .max = 1);
    return vv_fit_with(model, args);
}

static vv_status fit_failing(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)model, (void)args, (void)user;
    return VV_UNSUPPORTED;
}

static void mistakes_of_the_fit_function_refuse_the_build(void **state)
{
    (void)state;
    check_refused(&(vv_hypermodel){ .build = build_toy, .fit = fit_wrong }, VV_BAD_ARG, "patience");
    check_refused(&(vv_hypermodel){ .build = build_toy, .fit = fit_failing }, VV_UNSUPPORTED, "fit function");
}

/* ---- builders --------------------------------------------------------------------------------------------------- */

static uint64_t digest_with(int layers)
{
    vv_built built = { 0 };
    vv_error error = { 0 };
    const vv_builder builder = vv_hypermodel_builder(&toy_hypermodel);
    const vv_assignment value = { "layers", { .type = VV_VALUE_INT, .i = layers } };
    const vv_replay replay = { &value, 1 };
    const vv_chooser chooser = vv_chooser_replay(&replay);
    vv_hp *hp = vv_hp_new(&chooser);
    must(builder.build(builder.context, hp, &built, &error), &error);
    vv_hp_free(hp);
    return built.digest;
}

static void a_builder_tells_models_apart(void **state)
{
    (void)state;
    assert_true(digest_with(1) == digest_with(1));
    assert_true(digest_with(1) != digest_with(2));
}

/* ---- one handle for many builds --------------------------------------------------------------------------------- */

/* What users may do with models beside the one they return. */
typedef struct habit {
    vv_model *kept[3];
    int builds;
} habit;

static vv_model *build_beside_another(vv_hp *hp, void *user)
{
    vv_model *helper = vv_sequential();
    vv_add(helper, vv_input(7));
    vv_model *m = build_toy(hp, NULL);
    vv_add(helper, vv_dense(7));
    (void)user;
    vv_model_free(helper);
    return m;
}

static vv_model *build_after_keeping_one(vv_hp *hp, void *user)
{
    habit *h = user;
    if (h->kept[0] == NULL) {
        h->kept[0] = vv_sequential();
        vv_add(h->kept[0], vv_input(9));
    }
    if (vv_model_input_shape(h->kept[0]).dim[0] != 9) return NULL;
    return build_toy(hp, NULL);
}

static vv_model *build_and_free_later(vv_hp *hp, void *user)
{
    habit *h = user;
    vv_model **oldest = &h->kept[h->builds++ % 3];
    vv_model *m = build_toy(hp, NULL);
    vv_model_free(*oldest);
    *oldest = vv_sequential();
    vv_add(*oldest, vv_input(1 + h->builds));
    return m;
}

static vv_model *build_or_not(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = build_toy(hp, NULL);
    if (vv_hp_find(hp, "units_0")->value.i != 4) return m;
    vv_model_free(m);
    return NULL;
}

static vv_model *build_from_json(vv_hp *hp, void *user)
{
    (void)user;
    char *json = NULL;
    vv_model *m = build_toy(hp, NULL), *read = NULL;
    CHECK_OK(vv_model_to_json(m, &json, NULL));
    CHECK_OK(vv_model_from_json(json, &read, NULL));
    vv_model_free(m);
    free(json);
    return read;
}

static bool draw(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_name(vvi_key_int((vvi_key){ 1 }, *(int *)context), name));
    *value = vv_domain_from_unit(domain, vvi_stream_unit(&stream));
    return true;
}

static void check_reuse(vv_build_function function)
{
    habit reusing = { .builds = 0 }, fresh = { .builds = 0 };
    const vv_hypermodel a = { .build = function, .user = &reusing }, b = { .build = function, .user = &fresh };
    const vv_builder one = vv_hypermodel_builder(&a), other = vv_hypermodel_builder(&b);
    vvi_build reused = { 0 };
    for (int round = 0; round < 60; round++) {
        const vv_chooser chooser = { draw, &round };
        vvi_build anew = { 0 };
        char text[2][300];
        CHECK_OK(vvi_build_run(&one, &chooser, &reused, NULL));
        CHECK_OK(vvi_build_run(&other, &chooser, &anew, NULL));
        vvi_hp_describe(reused.hp, text[0], sizeof text[0]);
        vvi_hp_describe(anew.hp, text[1], sizeof text[1]);
        assert_string_equal(text[0], text[1]);
        assert_string_equal(reused.reason.text, anew.reason.text);
        assert_int_equal(reused.buildable, anew.buildable);
        assert_true(reused.built.digest == anew.built.digest);
        vvi_build_deinit(&anew);
    }
    vvi_build_deinit(&reused);
    for (int i = 0; i < 3; i++) {
        vv_model_free(reusing.kept[i]);
        vv_model_free(fresh.kept[i]);
    }
}

static void nobody_can_tell_a_rebuilt_model_from_a_new_one(void **state)
{
    (void)state;
    check_reuse(build_toy);
    check_reuse(build_beside_another);
    check_reuse(build_after_keeping_one);
    check_reuse(build_and_free_later);
    check_reuse(build_or_not);
    check_reuse(build_from_json);
    check_reuse(build_too_small);
}

static void every_failing_allocation_of_a_build_is_clean(void **state)
{
    (void)state;
    int fits = 0;
    const vv_hypermodel hypermodel = { .build = build_toy, .fit = fit_asking, .user = &fits };
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status != VV_OK; n++) {
        vv_hp *hp = NULL;
        vv_model *model = NULL;
        vv_error error = { 0 };
        assert_true(n < 1000);
        vvi_fail_allocation(n);
        status = vv_hypermodel_build(&hypermodel, NULL, &hp, &model, &error);
        vvi_fail_allocation(0);
        /* A model that could not be made is NULL to the build function, and that is what it returns. */
        const bool no_model = status == VV_BAD_ARG && strstr(error.text, "returned no model") != NULL;
        if (status != VV_OK && status != VV_NO_MEMORY && !no_model) fail_msg("allocation %ld: %s", n, error.text);
        vv_model_free(model);
        vv_hp_free(hp);
    }
    vvi_fail_allocation(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_build_gives_its_trace_and_its_model),
        cmocka_unit_test(a_chooser_decides_and_structure_follows),
        cmocka_unit_test(a_refused_build_says_why),
        cmocka_unit_test(the_fit_function_is_rehearsed_and_trains_nothing),
        cmocka_unit_test(mistakes_of_the_fit_function_refuse_the_build),
        cmocka_unit_test(a_builder_tells_models_apart),
        cmocka_unit_test(nobody_can_tell_a_rebuilt_model_from_a_new_one),
        cmocka_unit_test(every_failing_allocation_of_a_build_is_clean),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
