/* Where the files of named sets are looked for, in which order. */
#include "files.h"

#include "data/data.h"

/* The place of the folder in the list; fails when it is not there. */
static size_t place(const char **folder, const char *wanted)
{
    for (size_t i = 0; folder[i] != NULL; i++)
        if (strcmp(folder[i], wanted) == 0) return i;
    fail_msg("%s is not looked into", wanted);
    return 0;
}

static void the_chosen_folder_comes_first_and_the_cache_last(void **state)
{
    (void)state;
    vvi_arena arena = { 0 };
    char program[512], share[600];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    assert_true(n > 0);
    program[n] = '\0';
    *strrchr(program, '/') = '\0';
    setenv("VARVE_DATA", "/chosen", 1);
    setenv("XDG_CACHE_HOME", "/cache", 1);
    const char **folder = vvi_find_folders(&arena);
    assert_non_null(folder);
    assert_string_equal(folder[0], "/chosen");
    assert_string_equal(folder[1], VARVE_SOURCE_DIR "/data");
    snprintf(share, sizeof share, "%s/../share/varve/data", program);
    const size_t beside = place(folder, share), cache = place(folder, "/cache/varve");
    assert_null(folder[cache + 1]);
    const char *installed = folder[cache - 1]; /* the prefix it was built for */
    CHECK_CONTAINS(installed, "/varve/data");
    assert_true(installed[0] == '/' && strstr(installed, "/../") == NULL);
    assert_true(beside < cache - 1);
    unsetenv("VARVE_DATA");
    assert_string_equal(vvi_find_folders(&arena)[0], VARVE_SOURCE_DIR "/data");
    vvi_arena_deinit(&arena);
}

/* ---- an installation that was moved ----------------------------------------------------------------------------- */

/* This program, as PREFIX/`where`/moved, opens the MNIST of two images in PREFIX/share/varve/data. `name` is what it is
 * called as. Its exit status: 0 when it finds them. */
static int run_moved(const char *where, const char *name)
{
    char command[1024];
    const char *prefix = files_folder;
    snprintf(command, sizeof command,
             "mkdir -p '%s/%s' && cp /proc/%d/exe '%s/%s/moved' && cd '%s/%s' && "
             "env -u VARVE_DATA HOME='%s/home' XDG_CACHE_HOME='%s/cache' http_proxy=http://127.0.0.1:1 "
             "https_proxy=http://127.0.0.1:1 PATH=\"$PWD:$PATH\" %s open-mnist",
             prefix, where, (int)getpid(), prefix, where, prefix, where, prefix, prefix, name);
    return system(command);
}

static int open_mnist(void)
{
    vv_data *data = NULL;
    const vv_status status = vv_data_open("mnist", NULL, &data, NULL, NULL);
    const bool good = status == VV_OK && vv_data_count(data) == 2;
    vv_data_free(data);
    return good ? 0 : 1;
}

static void a_moved_installation_finds_its_own_share(void **state)
{
    (void)state;
    const unsigned char images[] = { 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 9 },
                        labels[] = { 0, 0, 8, 1, 0, 0, 0, 2, 0, 5 };
    char command[256];
    files_path("");
    snprintf(command, sizeof command, "mkdir -p '%s/share/varve/data/mnist'", files_folder);
    CHECK_OK(system(command));
    files_write("share/varve/data/mnist/train-images-idx3-ubyte", images, sizeof images);
    files_write("share/varve/data/mnist/train-labels-idx1-ubyte", labels, sizeof labels);
    CHECK_OK(run_moved("bin", "./moved"));
    CHECK_OK(run_moved("lib", "./moved"));
    CHECK_OK(run_moved("lib/x86_64-linux-gnu", "./moved")); /* only the file that holds the code tells */
    assert_int_not_equal(run_moved("lib/x86_64-linux-gnu/deeper", "./moved"), 0);
    CHECK_OK(run_moved("bin", "moved")); /* a bare name says nothing: beside the program it is */
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "open-mnist") == 0) return open_mnist();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chosen_folder_comes_first_and_the_cache_last),
        cmocka_unit_test(a_moved_installation_finds_its_own_share),
    };
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    files_remove();
    return !!failures;
}
