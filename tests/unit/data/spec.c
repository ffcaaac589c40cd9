/* The text form of data sets: what is wrong in it is said with what would be right. */
#include "files.h"

static void unknown_sets_are_answered_with_those_there_are(void **state)
{
    (void)state;
    files_refuse("nonsense", VV_NOT_FOUND,
                 "no data set \"nonsense\"; there are: digits, breast-cancer, co2, mnist, fashion-mnist, cifar10, "
                 "csv:PATH, idx:IMAGES,LABELS, npy:X,Y, cifar:FILE");
    files_refuse("", VV_NOT_FOUND, "no data set \"\"");
    files_refuse("CSV:x", VV_NOT_FOUND, "no data set \"CSV\"");
    files_refuse("data.csv", VV_NOT_FOUND, "csv:PATH");
    files_refuse(NULL, VV_BAD_ARG, "the SPEC is NULL");
}

static void unknown_options_are_answered_with_the_legal_ones(void **state)
{
    (void)state;
    files_refuse("csv:x?colour=1", VV_BAD_ARG,
                 "csv: unknown option \"colour\"; there are: target, header, delimiter, scale, missing, window");
    files_refuse("idx:a,b?scale=none", VV_BAD_ARG, "idx: unknown option \"scale\"; there are: resize");
    files_refuse("npy:a,b?target=x", VV_BAD_ARG, "there are: scale");
    files_refuse("co2?target=co2", VV_BAD_ARG, "there are: scale, window");
    files_refuse("csv:x?=1", VV_BAD_ARG, "unknown option \"\"");
    files_refuse("csv:x?target=a&", VV_BAD_ARG, "option \"\" has no value");
    files_refuse("csv:x?", VV_BAD_ARG, "option \"\" has no value");
    files_refuse("csv:x?target", VV_BAD_ARG, "option \"target\" has no value; write OPTION=VALUE");
}

static void illegal_values_are_answered_with_the_legal_ones(void **state)
{
    (void)state;
    files_refuse("csv:x?target=", VV_BAD_ARG, "target= is not legal; it must be a column");
    files_refuse("csv:x?header=maybe", VV_BAD_ARG, "header=maybe is not legal; it must be yes, no or auto");
    files_refuse("csv:x?delimiter=|", VV_BAD_ARG, "it must be one of , ; tab space");
    files_refuse("csv:x?scale=log", VV_BAD_ARG, "it must be standard, minmax or none");
    files_refuse("csv:x?missing=zero", VV_BAD_ARG, "it must be mean, drop or error");
    files_refuse("csv:x?window=-1", VV_BAD_ARG, "a number of values, 1 to 1000000");
    files_refuse("csv:x?window=1000001", VV_BAD_ARG, "window=1000001 is not legal");
    files_refuse("csv:x?window=99999999999999999999", VV_BAD_ARG, "is not legal");
    files_refuse("csv:x?window=5x", VV_BAD_ARG, "is not legal");
    files_refuse("idx:a,b?resize=28", VV_BAD_ARG, "it must be HEIGHTxWIDTH, each 1 to 4096");
    files_refuse("idx:a,b?resize=28x28x1", VV_BAD_ARG, "is not legal");
}

static void arguments_that_are_missing_or_too_many_are_named(void **state)
{
    (void)state;
    files_refuse("csv", VV_BAD_ARG, "csv: nothing stands after it; write csv:PATH");
    files_refuse("csv:", VV_BAD_ARG, "write csv:PATH");
    files_refuse("csv:?target=a", VV_BAD_ARG, "write csv:PATH");
    files_refuse("npy:a,b,c", VV_BAD_ARG, "npy: 3 files given; write npy:X,Y");
    files_refuse("npy:,b", VV_BAD_ARG, "the name of a file is empty");
    files_refuse("cifar:a,,b", VV_NOT_FOUND, "a: cannot read");
}

static void the_first_error_is_kept(void **state)
{
    (void)state;
    vv_error error = { .status = VV_IO, .text = "earlier" };
    vv_data *data = NULL;
    assert_int_equal(vv_data_open("nonsense", NULL, &data, NULL, &error), VV_NOT_FOUND);
    assert_string_equal(error.text, "earlier");
    assert_int_equal(vv_data_open("nonsense", NULL, &data, NULL, NULL), VV_NOT_FOUND);
    assert_int_equal(vv_data_open("digits", NULL, NULL, NULL, NULL), VV_BAD_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_sets_are_answered_with_those_there_are),
        cmocka_unit_test(unknown_options_are_answered_with_the_legal_ones),
        cmocka_unit_test(illegal_values_are_answered_with_the_legal_ones),
        cmocka_unit_test(arguments_that_are_missing_or_too_many_are_named),
        cmocka_unit_test(the_first_error_is_kept),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
