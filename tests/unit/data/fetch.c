/* Downloads, against a server of our own on the loopback: whole and right, or not at all. */
#include "files.h"

#include "data/data.h"
#include "data/sha256.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char body[] = "the bytes of a data set, and nothing else";
static const char *body_sum; /* its SHA-256 */

static void sum_of(const char *text, char sum[65])
{
    vvi_sha256 hash;
    vvi_sha256_begin(&hash);
    vvi_sha256_add(&hash, text, strlen(text));
    vvi_sha256_end(&hash, sum);
}

/* FIPS 180-4's examples as NIST publishes them. */
static void sha256_gives_the_published_sums(void **state)
{
    (void)state;
    static const char *const vectors[][2] = {
        { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    };
    char sum[65], block[1000];
    for (size_t i = 0; i < 3; i++) {
        sum_of(vectors[i][0], sum);
        assert_string_equal(sum, vectors[i][1]);
    }
    memset(block, 'a', sizeof block);
    vvi_sha256 hash;
    vvi_sha256_begin(&hash);
    for (int i = 0; i < 1000; i++) vvi_sha256_add(&hash, block, sizeof block);
    vvi_sha256_end(&hash, sum);
    assert_string_equal(sum, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void sha256_does_not_depend_on_the_pieces(void **state)
{
    (void)state;
    char text[200], whole[65], pieces[65];
    memset(text, 'x', sizeof text);
    text[199] = '\0';
    sum_of(text, whole);
    for (size_t step = 1; step < 130; step++) {
        vvi_sha256 hash;
        vvi_sha256_begin(&hash);
        for (size_t i = 0; i < 199; i += step) vvi_sha256_add(&hash, text + i, 199 - i < step ? 199 - i : step);
        vvi_sha256_end(&hash, pieces);
        assert_string_equal(pieces, whole);
    }
}

/* ---- a server for one connection -------------------------------------------------------------------------------- */

typedef struct server {
    int port;
    pid_t pid;
} server;

static void answer(int listener, const char *response)
{
    char request[4096];
    const int connection = accept(listener, NULL, NULL);
    if (connection < 0 || read(connection, request, sizeof request) <= 0) _exit(1);
    if (write(connection, response, strlen(response)) < 0) _exit(1);
    shutdown(connection, SHUT_WR);
    while (read(connection, request, sizeof request) > 0) continue;
    _exit(0);
}

static server serve(const char *response)
{
    server s = { 0 };
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    s.port = ntohs(address.sin_port);
    s.pid = fork();
    if (s.pid == 0) answer(listener, response);
    close(listener);
    return s;
}

static vv_status fetch_from(const char *response, const char *sum, const vv_data_args *args, vv_error *error)
{
    char url[64];
    const server s = serve(response);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/set.gz", s.port);
    const vv_status status = vvi_fetch(url, sum, files_path("got.gz"), args, error);
    kill(s.pid, SIGKILL);
    waitpid(s.pid, NULL, 0);
    return status;
}

static bool is_there(const char *name)
{
    struct stat info;
    return stat(files_path(name), &info) == 0;
}

static void note_progress(void *context, const char *what, uint64_t done, uint64_t total)
{
    uint64_t *largest = context;
    if (strcmp(what, "got.gz") == 0 && done > largest[0]) largest[0] = done;
    if (total > largest[1]) largest[1] = total;
}

static void a_whole_file_arrives_and_progress_is_told(void **state)
{
    (void)state;
    char response[256], got[64] = "";
    uint64_t largest[2] = { 0, 0 };
    vv_error error = { 0 };
    const vv_data_args args = { .progress = note_progress, .context = largest };
    snprintf(response, sizeof response, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
             strlen(body), body);
    if (fetch_from(response, body_sum, &args, &error) != VV_OK) fail_msg("%s", error.text);
    FILE *file = fopen(files_path("got.gz"), "rb");
    assert_int_equal(fread(got, 1, sizeof got, file), strlen(body));
    fclose(file);
    assert_string_equal(got, body);
    assert_int_equal(largest[0], strlen(body));
    assert_int_equal(largest[1], strlen(body));
    unlink(files_path("got.gz"));
}

static void refuse_response(const char *response, const char *sum, vv_status status, const char *part)
{
    const vv_data_args silent = { 0 };
    vv_error error = { 0 };
    assert_int_equal(fetch_from(response, sum, &silent, &error), status);
    CHECK_CONTAINS(error.text, part);
    assert_false(is_there("got.gz"));
    char command[128];
    snprintf(command, sizeof command, "test -z \"$(ls -A %s)\"", files_folder);
    assert_int_equal(system(command), 0); /* no half-written file is left */
}

static void cut_wrong_and_refused_downloads_leave_nothing(void **state)
{
    (void)state;
    char response[256], wrong[65];
    sum_of("something else", wrong);
    snprintf(response, sizeof response, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
             strlen(body) + 9, body);
    refuse_response(response, body_sum, VV_IO, "127.0.0.1");
    snprintf(response, sizeof response, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
             strlen(body), body);
    refuse_response(response, wrong, VV_FORMAT, "not the file it should be");
    refuse_response("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", body_sum, VV_IO,
                    "127.0.0.1");
    refuse_response("", body_sum, VV_IO, "127.0.0.1");
    refuse_response(
        "HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        body_sum, VV_IO, "127.0.0.1");
}

static void other_protocols_are_not_spoken(void **state)
{
    (void)state;
    const vv_data_args silent = { 0 };
    vv_error error = { 0 };
    char url[256];
    snprintf(url, sizeof url, "file://%s", files_text("source", body));
    assert_int_equal(vvi_fetch(url, body_sum, files_path("got.gz"), &silent, &error), VV_IO);
    assert_false(is_there("got.gz"));
    unlink(files_path("source"));
}

static void offline_the_error_says_which_files_to_put_where(void **state)
{
    (void)state;
    static const char *const sets[][3] = {
        { "mnist", "put train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz into $VARVE_DATA/mnist or ",
          "/varve/mnist; downloading failed: " },
        { "fashion-mnist:test",
          "put t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz into $VARVE_DATA/fashion-mnist or ",
          "/varve/fashion-mnist" },
        { "cifar10", "put cifar-10-binary.tar.gz into $VARVE_DATA/cifar10 or ", "/varve/cifar10" },
    };
    setenv("VARVE_DATA", files_path("nothing"), 1);
    setenv("XDG_CACHE_HOME", files_path("cache"), 1);
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* nobody listens there */
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    for (size_t i = 0; i < 3; i++) {
        files_refuse(sets[i][0], VV_IO, sets[i][1]);
        files_refuse(sets[i][0], VV_IO, sets[i][2]);
    }
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    files_refuse("mnist", VV_NOT_FOUND, "without $HOME there is no cache to put it; set $VARVE_DATA");
}

/* ---- found, not fetched ----------------------------------------------------------------------------------------- */

static const char *tiny_idx(const char *name, int axes, bool gzipped)
{
    const unsigned char images[] = { 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 9 },
                        labels[] = { 0, 0, 8, 1, 0, 0, 0, 2, 0, 5 };
    if (gzipped) return axes == 3 ? files_gzip(name, images, sizeof images) : files_gzip(name, labels, sizeof labels);
    return axes == 3 ? files_write(name, images, sizeof images) : files_write(name, labels, sizeof labels);
}

static void files_are_found_in_every_documented_place(void **state)
{
    (void)state;
    setenv("HOME", files_path("home"), 1);
    setenv("XDG_CACHE_HOME", files_path("cache"), 1);
    mkdir(files_path("here"), 0777);
    mkdir(files_path("here/fashion-mnist"), 0777);
    setenv("VARVE_DATA", files_path("here"), 1);
    tiny_idx("here/train-images-idx3-ubyte", 3, false); /* unpacked, and loose: MNIST */
    tiny_idx("here/train-labels-idx1-ubyte.gz", 1, true);
    vv_data *data = files_open("mnist");
    assert_int_equal(vv_data_count(data), 2);
    assert_int_equal(vv_data_classes(data), 10);
    vv_data_free(data);
    files_refuse("fashion-mnist", VV_IO, "put train-images"); /* loose ones are not Fashion-MNIST's */
    tiny_idx("here/fashion-mnist/train-images-idx3-ubyte", 3, false);
    tiny_idx("here/fashion-mnist/train-labels-idx1-ubyte", 1, false);
    data = files_open("fashion-mnist");
    assert_string_equal(vv_data_class_name(data, 5), "sandal");
    vv_data_free(data);
    unsetenv("VARVE_DATA");
    CHECK_OK(system("mkdir -p \"$XDG_CACHE_HOME/varve/mnist\"; cp \"$XDG_CACHE_HOME\"/../here/train-* "
                    "\"$XDG_CACHE_HOME/varve/mnist\""));
    data = files_open("mnist");
    assert_int_equal(vv_data_count(data), 2);
    vv_data_free(data);
}

static void cifar10_is_read_from_its_archive(void **state)
{
    (void)state;
    static unsigned char records[4][3073];
    char command[600];
    for (int i = 0; i < 4; i++) records[i][0] = (unsigned char)i;
    CHECK_OK(system("mkdir -p \"$XDG_CACHE_HOME/cifar-10-batches-bin\" \"$XDG_CACHE_HOME/varve/cifar10\""));
    files_write("cache/cifar-10-batches-bin/data_batch_1.bin", records[0], 3073);
    files_write("cache/cifar-10-batches-bin/data_batch_2.bin", records[1], 2 * 3073);
    files_write("cache/cifar-10-batches-bin/test_batch.bin", records[3], 3073);
    files_text("cache/cifar-10-batches-bin/readme.html", "read me");
    snprintf(command, sizeof command,
             "cd %s && tar --format=ustar -czf varve/cifar10/cifar-10-binary.tar.gz cifar-10-batches-bin",
             files_path("cache"));
    CHECK_OK(system(command));
    vv_data *training = files_open("cifar10"), *test = files_open("cifar10:test");
    assert_int_equal(vv_data_count(training), 3);
    assert_int_equal(vv_data_count(test), 1);
    CHECK_EQUAL_EXACTLY(vv_data_y(test)[0], 3);
    vv_data_free(training);
    vv_data_free(test);
    files_text("cache/varve/cifar10/cifar-10-binary.tar.gz", "not an archive");
    files_refuse("cifar10", VV_FORMAT, "is not a tar archive");
}

int main(void)
{
    char sum[65];
    sum_of(body, sum);
    body_sum = sum;
    files_path("");
    setenv("no_proxy", "127.0.0.1", 1); /* our server is asked directly, whatever the environment says */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_published_sums),
        cmocka_unit_test(sha256_does_not_depend_on_the_pieces),
        cmocka_unit_test(a_whole_file_arrives_and_progress_is_told),
        cmocka_unit_test(cut_wrong_and_refused_downloads_leave_nothing),
        cmocka_unit_test(other_protocols_are_not_spoken),
        cmocka_unit_test(offline_the_error_says_which_files_to_put_where),
        cmocka_unit_test(files_are_found_in_every_documented_place),
        cmocka_unit_test(cifar10_is_read_from_its_archive),
    };
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    files_remove();
    return !!failures;
}
