/* stores.c - every store of studies, by the same claims: lives of trials (stores_life.c), many workers (stores_many.c),
 * reading (stores_reading.c), requests (stores_requests.c). `test_conformance_stores NAME` takes the store of that name. */
#include "conformance/stores.h"

#include "postgresql.h"

/* ---- sqlite ------------------------------------------------------------------------------------------------------ */

static bool start_nothing(void)
{
    return true;
}

static void stop_nothing(void)
{
}

static void begin_folder(char where[WHERE_SIZE])
{
    char root[] = "/tmp/varve-test-XXXXXX";
    assert_non_null(mkdtemp(root));
    snprintf(where, WHERE_SIZE, "%s/project", root);
}

static void end_folder(const char *where)
{
    char command[WHERE_SIZE + 32];
    snprintf(command, sizeof command, "rm -rf \"$(dirname '%s')\"", where);
    assert_int_equal(system(command), 0);
}

/* Somebody who knows better removes the lock. */
static void remove_lock(const char *where)
{
    char path[WHERE_SIZE + 8];
    snprintf(path, sizeof path, "%s/lock", where);
    unlink(path);
}

/* ---- postgresql --------------------------------------------------------------------------------------------------- */

static cluster server;

static bool start_server(void)
{
    cluster_begin(&server, "trust");
    return true;
}

static void stop_server(void)
{
    cluster_end(&server);
}

static void begin_name(char where[WHERE_SIZE])
{
    static int count;
    char name[32];
    snprintf(name, sizeof name, "study %d", count++);
    cluster_url(&server, name, where, WHERE_SIZE);
}

static void end_name(const char *where)
{
    (void)where; /* it goes with the server */
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

/* A row for each store of src/study/place.c. */
static const store_kind kinds[] = {
    { "sqlite", false, start_nothing, stop_nothing, begin_folder, end_folder, remove_lock },
    { "postgresql", true, start_server, stop_server, begin_name, end_name, NULL },
};

static const store_kind *kind_now; /* that main was called for */

int store_place_begin(void **state)
{
    store_place *p = calloc(1, sizeof *p);
    if (p == NULL) return -1;
    p->kind = kind_now;
    p->kind->begin(p->where);
    *state = p;
    return 0;
}

int store_place_end(void **state)
{
    store_place *p = *state;
    p->kind->end(p->where);
    free(p);
    return 0;
}

static int run_all(void)
{
    int failed = 0;
    if (!kind_now->start()) return 1;
    failed += _cmocka_run_group_tests("life", store_life_tests, n_store_life_tests, NULL, NULL);
    failed += _cmocka_run_group_tests("many", store_many_tests, n_store_many_tests, NULL, NULL);
    failed += _cmocka_run_group_tests("reading", store_reading_tests, n_store_reading_tests, NULL, NULL);
    failed += _cmocka_run_group_tests("requests", store_requests_tests, n_store_requests_tests, NULL, NULL);
    kind_now->stop();
    return failed != 0;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(argv[1], kinds[i].name) == 0) kind_now = &kinds[i];
    if (kind_now != NULL) return run_all();
    fprintf(stderr, "usage: %s STORE\n", argv[0]);
    return 2;
}
