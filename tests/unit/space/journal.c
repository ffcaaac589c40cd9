/* journal.c - the values that a build has got so far, where another process can read them. */
#include "check.h"

#include "space/space.h"
#include <varve/hp.h>

static void check_journal(const char *buffer, size_t size, const char *expected)
{
    char text[200];
    assert_int_equal(vvi_hp_journal_read(buffer, size, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

static void the_journal_tells_what_was_answered_so_far(void **state)
{
    (void)state;
    char buffer[100];
    memset(buffer, '#', sizeof buffer);
    vv_hp *hp = vv_hp_new(NULL);
    vvi_hp_journal(hp, buffer, sizeof buffer);
    check_journal(buffer, sizeof buffer, "");
    vv_int(hp, "num_layers", .min = 4, .max = 5);
    check_journal(buffer, sizeof buffer, "num_layers=4");
    vv_int(hp, "num_layers", .min = 4, .max = 5);
    vv_bool(hp, "flag");
    vv_choice(hp, "kind", VV_STRINGS("deep", "wide"));
    vv_float(hp, "rate", .min = 0.5, .max = 1);
    check_journal(buffer, sizeof buffer, "num_layers=4, flag=false, kind=deep, rate=0.5");
    char cut[12];
    assert_true(vvi_hp_journal_read(buffer, sizeof buffer, cut, sizeof cut) > 12); /* as snprintf */
    assert_string_equal(cut, "num_layers=");
    vvi_hp_journal(hp, NULL, 0);
    vv_int(hp, "later", .min = 32, .max = 64);
    check_journal(buffer, sizeof buffer, "num_layers=4, flag=false, kind=deep, rate=0.5");
    vv_hp_free(hp);
}

static void a_full_journal_leaves_out_what_does_not_fit(void **state)
{
    (void)state;
    enum { TWO = 4 + 12 + 12 };                             /* its head, two integers with names of two letters */
    for (size_t size = TWO - 1; size <= TWO + 11; size++) { /* to the last byte, and with any number of them left */
        char buffer[TWO + 12];
        memset(buffer, '#', sizeof buffer);
        vv_hp *hp = vv_hp_new(NULL);
        vvi_hp_journal(hp, buffer, size);
        vv_int(hp, "n0", .min = 4, .max = 5);
        vv_int(hp, "n1", .min = 5, .max = 6);
        vv_int(hp, "n2", .min = 6, .max = 7);
        check_journal(buffer, size, size < TWO ? "n0=4" : "n0=4, n1=5");
        for (size_t i = size; i < sizeof buffer; i++) assert_int_equal(buffer[i], '#');
        vv_hp_free(hp);
    }
}

/* A process that dies while it writes leaves any bytes behind. */
static void a_damaged_journal_is_read_without_harm(void **state)
{
    (void)state;
    char buffer[64] = "", text[200];
    vv_hp *hp = vv_hp_new(NULL);
    vvi_hp_journal(hp, buffer, sizeof buffer);
    vv_choice(hp, "kind", VV_STRINGS("deep", "wide"));
    vv_int(hp, "n", .min = 4, .max = 5);
    vv_hp_free(hp);
    for (size_t at = 0; at < sizeof buffer; at++) {
        for (int bit = 0; bit < 8; bit++) {
            char damaged[64];
            memcpy(damaged, buffer, sizeof damaged);
            damaged[at] = (char)(damaged[at] ^ 1 << bit);
            assert_true(vvi_hp_journal_read(damaged, sizeof damaged, text, sizeof text) >= 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_journal_tells_what_was_answered_so_far),
        cmocka_unit_test(a_full_journal_leaves_out_what_does_not_fit),
        cmocka_unit_test(a_damaged_journal_is_read_without_harm),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
