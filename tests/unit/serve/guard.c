/* guard.c - which requests are looked at further: paths, routes, names, origins, tokens. */
#include "check.h"

#include "serve/guard.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- paths ------------------------------------------------------------------------------------------------------------ */

static void paths_are_taken_apart_and_decoded_once(void **state)
{
    (void)state;
    vvi_path path;
    assert_null(vvi_path_read("/", &path));
    assert_int_equal(path.n, 0);
    assert_null(vvi_path_read("/api/studies/a%20b%2Fc%2541/status", &path));
    assert_int_equal(path.n, 4);
    assert_string_equal(path.segments[2], "a b/c%41");
    assert_string_equal(path.segments[3], "status");
}

static void what_climbs_or_is_malformed_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "x",
        "//",
        "/a//b",
        "/a/",
        "/..",
        "/../etc/passwd",
        "/a/../b",
        "/a/./b",
        "/%2e%2e",
        "/%2E./b",
        "/a/%2e%2E",
        "/a%00b",
        "/a%0ab",
        "/a%7f",
        "/a%",
        "/a%2",
        "/a%2g",
        "/a%zz",
        "/a\\..\\b",
        "/a%5cb",
        "/a b",
        "/a\x01",
        "/a\x80",
        "/a<b",
        "/a\"b",
        "/*\n",
        "*",
        "http://a/b",
        "/1/2/3/4/5/6/7",
    };
    vvi_path path;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (vvi_path_read(bad[i], &path) == NULL) fail_msg("\"%s\" is not refused", bad[i]);
}

static void a_path_has_at_most_so_many_bytes(void **state)
{
    (void)state;
    vvi_path path;
    char longest[VVI_PATH_SIZE + 3];
    memset(longest, 'a', sizeof longest);
    longest[0] = '/';
    longest[VVI_PATH_SIZE] = '\0';
    assert_null(vvi_path_read(longest, &path));
    longest[VVI_PATH_SIZE] = 'a';
    longest[VVI_PATH_SIZE + 1] = '\0';
    assert_non_null(vvi_path_read(longest, &path));
}

/* ---- routes ----------------------------------------------------------------------------------------------------------- */

static const vvi_route routes[] = {
    { .method = "GET", .path = "/", .page = true }, { .method = "GET", .path = "/study/:", .page = true },
    { .method = "GET", .path = "/api/:/trials/:" }, { .method = "GET", .path = "/api/:/events", .endless = true },
    { .method = "GET", .path = "/api/:/requests" }, { .method = "POST", .path = "/api/:/requests", .writes = true },
};

static const vvi_route *find(const char *method, const char *raw, vvi_params *params, const char **allowed)
{
    static vvi_path path;
    assert_null(vvi_path_read(raw, &path));
    return vvi_route_find(routes, COUNT(routes), method, &path, params, allowed);
}

static void a_route_is_found_by_its_method_and_path(void **state)
{
    (void)state;
    vvi_params params;
    const char *allowed = NULL;
    assert_ptr_equal(find("GET", "/", &params, &allowed), &routes[0]);
    assert_ptr_equal(find("GET", "/api/p/trials/12", &params, &allowed), &routes[2]);
    assert_int_equal(params.n, 2);
    assert_string_equal(params.list[0], "p");
    assert_string_equal(params.list[1], "12");
    assert_ptr_equal(find("POST", "/api/p/requests", &params, &allowed), &routes[5]);
    assert_ptr_equal(find("HEAD", "/study/p", &params, &allowed), &routes[1]);
}

static void what_has_no_row_is_not_found_and_methods_are_named(void **state)
{
    (void)state;
    vvi_params params;
    const char *allowed = NULL;
    assert_null(find("GET", "/api/p", &params, &allowed));
    assert_null(allowed);
    assert_null(find("GET", "/api/p/trials/1/2", &params, &allowed));
    assert_null(allowed);
    assert_null(find("DELETE", "/", &params, &allowed));
    assert_string_equal(allowed, "GET");
    assert_null(find("PUT", "/api/p/requests", &params, &allowed));
    assert_string_equal(allowed, "GET, POST");
    assert_null(find("HEAD", "/api/p/events", &params, &allowed)); /* a stream without its bytes has no end */
    assert_null(find("get", "/", &params, &allowed));
}

/* ---- who asks --------------------------------------------------------------------------------------------------------- */

static vvi_guard guard_of(const char *host)
{
    vvi_guard guard;
    CHECK_OK(vvi_guard_init(&guard, host, NULL));
    return guard;
}

static bool lets_pass(const vvi_guard *guard, const char *host)
{
    const vvi_origin from = { .host = host };
    return vvi_guard_look(guard, &routes[2], &from) == NULL;
}

static void only_our_own_names_are_answered_to(void **state)
{
    (void)state;
    static const char *const ours[] = { "localhost",       "localhost:8501", "LOCALHOST:1", "127.0.0.1",
                                        "127.0.0.1:65535", "[::1]:8501",     "[::1]" };
    static const char *const foreign[] = { "evil.example",
                                           "evil.example:8501",
                                           "localhost.evil.example",
                                           "127.0.0.2",
                                           "10.0.0.1:8501",
                                           "",
                                           ":8501",
                                           "[::1",
                                           "localhost:80:80",
                                           "localhost:8x",
                                           "[::2]:8501",
                                           "localhost/",
                                           "127.0.0.1@evil:1",
                                           "localhost:8501, evil",
                                           "::1" };
    const vvi_guard guard = guard_of("127.0.0.1");
    for (size_t i = 0; i < COUNT(ours); i++)
        if (!lets_pass(&guard, ours[i])) fail_msg("\"%s\" is refused", ours[i]);
    for (size_t i = 0; i < COUNT(foreign); i++)
        if (lets_pass(&guard, foreign[i])) fail_msg("\"%s\" is not refused", foreign[i]);
    assert_false(lets_pass(&guard, NULL));
}

static void an_address_that_was_told_is_a_name_too(void **state)
{
    (void)state;
    const vvi_guard one = guard_of("192.168.1.7"), all = guard_of("0.0.0.0");
    assert_true(lets_pass(&one, "192.168.1.7:8501"));
    assert_false(lets_pass(&one, "192.168.1.8:8501"));
    assert_true(lets_pass(&all, "192.168.1.8:8501"));
    assert_true(lets_pass(&all, "[fe80::1]:8501"));
    assert_false(lets_pass(&all, "evil.example:8501"));
}

static void requests_of_other_sites_are_refused(void **state)
{
    (void)state;
    const vvi_guard guard = guard_of("127.0.0.1");
    vvi_origin from = { .host = "localhost:8501", .token = guard.token };
    static const char *const foreign[] = { "http://evil.example",
                                           "null",
                                           "http://localhost:8502",
                                           "localhost:8501",
                                           "http://localhost:8501.evil.example",
                                           "file://" };
    for (size_t i = 0; i < COUNT(foreign); i++) {
        from.origin = foreign[i];
        assert_non_null(vvi_guard_look(&guard, &routes[5], &from));
        assert_non_null(vvi_guard_look(&guard, &routes[2], &from));
    }
    from.origin = "http://localhost:8501";
    assert_null(vvi_guard_look(&guard, &routes[5], &from));
    from.origin = NULL;
    from.site = "cross-site";
    assert_non_null(vvi_guard_look(&guard, &routes[2], &from));
    assert_null(vvi_guard_look(&guard, &routes[1], &from)); /* a link to the page */
    from.site = "same-site";
    assert_non_null(vvi_guard_look(&guard, &routes[5], &from));
    from.site = "same-origin";
    assert_null(vvi_guard_look(&guard, &routes[5], &from));
}

static void nothing_is_written_without_the_token(void **state)
{
    (void)state;
    const vvi_guard guard = guard_of("127.0.0.1"), other = guard_of("127.0.0.1");
    char changed[VVI_TOKEN_SIZE];
    vvi_origin from = { .host = "localhost" };
    memcpy(changed, guard.token, sizeof changed);
    changed[strlen(changed) - 1] ^= 1;
    assert_int_equal(strlen(guard.token), 40);
    assert_string_not_equal(guard.token, other.token);
    const char *const wrong[] = { NULL, "", "0", other.token, changed };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        from.token = wrong[i];
        assert_non_null(vvi_guard_look(&guard, &routes[5], &from));
        assert_null(vvi_guard_look(&guard, &routes[4], &from));
    }
    from.token = guard.token;
    assert_null(vvi_guard_look(&guard, &routes[5], &from));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_taken_apart_and_decoded_once),
        cmocka_unit_test(what_climbs_or_is_malformed_is_refused),
        cmocka_unit_test(a_path_has_at_most_so_many_bytes),
        cmocka_unit_test(a_route_is_found_by_its_method_and_path),
        cmocka_unit_test(what_has_no_row_is_not_found_and_methods_are_named),
        cmocka_unit_test(only_our_own_names_are_answered_to),
        cmocka_unit_test(an_address_that_was_told_is_a_name_too),
        cmocka_unit_test(requests_of_other_sites_are_refused),
        cmocka_unit_test(nothing_is_written_without_the_token),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
