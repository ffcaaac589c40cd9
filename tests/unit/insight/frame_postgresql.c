/* frame_postgresql.c - a study in PostgreSQL is the same frame as in a folder. */
#include "unit/study/exchange_helper.h"
#include "unit/study/postgresql_helper.h"

#include "insight/insight.h"

static vvi_frame read_frame(const char *where)
{
    vv_error error = { 0 };
    vvi_frame frame;
    vv_study *study = open_study(where, VV_STUDY_READ);
    must(vvi_frame_read(study, &(vvi_frame_args){ .courses = true, .networks = true }, &frame, &error), &error);
    vv_study_close(study);
    return frame;
}

static void check_numbers(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++) CHECK_EQUAL_EXACTLY(a[i], b[i]);
}

static void check_variables(const vvi_frame *a, const vvi_frame *b)
{
    assert_int_equal(a->n_variables, b->n_variables);
    assert_true(a->n_variables > 0);
    for (size_t i = 0; i < a->n_variables; i++) {
        const vvi_variable *x = &a->variables[i], *y = &b->variables[i];
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->active, y->active);
        assert_int_equal(x->n_words, y->n_words);
        for (size_t w = 0; w < x->n_words; w++) assert_string_equal(x->words[w], y->words[w]);
        for (size_t t = 0; t < a->n; t++) CHECK_NEAR(x->values[t], y->values[t], 0);
    }
}

static void check_rows(const vvi_frame *a, const vvi_frame *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->best, b->best);
    for (size_t t = 0; t < a->n; t++) {
        assert_int_equal(a->ids[t], b->ids[t]);
        assert_int_equal(a->status[t], b->status[t]);
        assert_int_equal(a->rank[t], b->rank[t]);
        assert_int_equal(a->epochs[t], b->epochs[t]);
        assert_int_equal(a->structure[t], b->structure[t]);
        assert_int_equal(a->courses[t].n, b->courses[t].n);
        check_numbers(a->courses[t].values, b->courses[t].values, a->courses[t].n);
        CHECK_NEAR(a->scores[0][t], b->scores[0][t], 0);
        CHECK_NEAR(a->params[t], b->params[t], 0);
    }
}

static void a_study_in_a_database_is_the_same_frame(void **state)
{
    const place *p = *state;
    vv_study_close(make_study(p->project));
    copy(p->project, url_of("frame"), false);
    vvi_frame here = read_frame(p->project), there = read_frame(url_of("frame"));
    check_rows(&here, &there);
    check_variables(&here, &there);
    vvi_frame_deinit(&here);
    vvi_frame_deinit(&there);
}

int main(void)
{
    const struct CMUnitTest tests[] = { WITH_PLACE(a_study_in_a_database_is_the_same_frame) };
    return cmocka_run_group_tests(tests, begin_server, end_server);
}
