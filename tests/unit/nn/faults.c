/* faults.c - every allocation fails once: each failure is clean, and the next attempt works. */
#include "models.h"

#include <unistd.h>

static void check_builds(const example *e)
{
    for (long n = 1;; n++) {
        vvi_fail_allocation(n);
        vv_model *m = e->make();
        const long seen = vvi_fail_allocation(-1);
        const vv_status status = vv_model_status(m);
        vv_model_free(m);
        if (seen < n) {
            assert_int_equal(status, VV_OK);
            break;
        }
        assert_int_equal(status, VV_NO_MEMORY);
    }
}

static void builds_survive_failing_allocations(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++) check_builds(&examples[i]);
}

/* `call` returns a status; it is repeated until no allocation fails. */
#define CHECK_FAILURES(call)                                                                                           \
    do {                                                                                                               \
        for (long failing = 1;; failing++) {                                                                           \
            vvi_fail_allocation(failing);                                                                              \
            const vv_status failed = (call);                                                                           \
            if (vvi_fail_allocation(-1) < failing) {                                                                   \
                assert_int_equal(failed, VV_OK);                                                                       \
                break;                                                                                                 \
            }                                                                                                          \
            assert_int_equal(failed, VV_NO_MEMORY);                                                                    \
        }                                                                                                              \
    } while (0)

static vv_status fit(vv_model *m, const vv_data *data, const char *backend)
{
    vv_history *h = NULL;
    const vv_status status = vv_fit(m, data, .validation = data, .epochs = 2, .history = &h, .backend = backend,
                                    .callbacks = VV_CALLBACKS(vv_early_stopping("loss", .restore_best_weights = true)));
    if (status == VV_NO_MEMORY) CHECK_CONTAINS(vv_model_error(m), "memory");
    if (status == VV_OK) assert_true(vv_history_epochs(h) > 0);
    vv_history_free(h);
    return status;
}

static vv_status evaluate(vv_model *m, const vv_data *data)
{
    vv_history *h = NULL;
    const vv_status status = vv_evaluate(m, &h, data);
    assert_int_equal(h != NULL, status == VV_OK);
    vv_history_free(h);
    return status;
}

static void training_survives_failing_allocations(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++) {
        vv_data *data = examples[i].data(10);
        vv_model *m = made(&examples[i]);
        float out[60];
        CHECK_FAILURES(vv_predict(m, out, data));
        CHECK_FAILURES(fit(m, data, "cpu"));
        CHECK_FAILURES(evaluate(m, data));
        vv_model_free(m);
        vv_data_free(data);
    }
}

/* Its layers allocate as they go, and give NaN when they cannot. */
static void the_reference_backend_survives_failing_allocations(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++) {
        vv_data *data = examples[i].data(10);
        for (long n = 1;; n++) {
            vv_model *m = made(&examples[i]);
            vvi_fail_allocation(n);
            const vv_status status = fit(m, data, "reference");
            const long seen = vvi_fail_allocation(-1);
            vv_model_free(m);
            if (seen < n) {
                assert_int_equal(status, VV_OK);
                break;
            }
            assert_true(status == VV_NO_MEMORY || status == VV_DIVERGED || status == VV_OK);
        }
        vv_data_free(data);
    }
}

static vv_status load(const char *path)
{
    vv_model *m = NULL;
    const vv_status status = vv_model_load(path, &m, NULL);
    assert_int_equal(m != NULL, status == VV_OK);
    vv_model_free(m);
    return status;
}

static void files_survive_failing_allocations(void **state)
{
    (void)state;
    char path[] = "/tmp/varve-faults-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    vv_model *m = make_graph(), *other = make_graph();
    CHECK_FAILURES(vv_model_init(m, 1));
    CHECK_FAILURES(vv_model_save(m, path, NULL));
    CHECK_FAILURES(load(path));
    CHECK_FAILURES(vv_model_load_weights(other, path, NULL));
    unlink(path);
    vv_model_free(m);
    vv_model_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builds_survive_failing_allocations),
        cmocka_unit_test(training_survives_failing_allocations),
        cmocka_unit_test(the_reference_backend_survives_failing_allocations),
        cmocka_unit_test(files_survive_failing_allocations),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
