/* spec.c - SPEC := scheme [":" argument] ["?" option "=" value {"&" option "=" value}].
 *
 * Two tables: the schemes with their loaders, the options with their readers. What a SPEC may say, and what an error
 * lists, is read from them. There is no quoting: a path with '?' or ',' in it has to be linked to another name.
 */
#include "data/data.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The named sets: vv_data_set_at reads this table, the schemes point into it. */
enum { DIGITS, BREAST_CANCER, CO2, MNIST, FASHION_MNIST, CIFAR10, SETS };
static const vv_data_set_info sets[SETS] = {
    [DIGITS] = { "digits", "UCI optical digits: 1797 images 8x8x1, 10 classes; enlarged: digits:28x28" },
    [BREAST_CANCER] = { "breast-cancer",
                        "UCI WDBC, breast tumours: 569 x 30 numbers, 2 classes; the first ten: breast-cancer:mean" },
    [CO2] = { "co2", "weekly CO2 at Mauna Loa 1958-2001: 2284 weeks; windows of 100, or ?window=N, predict the next" },
    [MNIST] = { "mnist",
                "handwritten digits: 60000 images 28x28x1, 10 classes (downloaded once); :test for the test part" },
    [FASHION_MNIST] = { "fashion-mnist", "Zalando's clothes: 60000 images 28x28x1, 10 classes (downloaded once); :test "
                                         "for the test part" },
    [CIFAR10] = { "cifar10",
                  "small photographs: 50000 images 32x32x3, 10 classes (downloaded once); :test for the test part" },
};

const vv_data_set_info *vv_data_set_at(size_t index)
{
    return index < SETS ? &sets[index] : NULL;
}

#define TABLE_OPTIONS ",target,header,delimiter,scale,missing,window,"

/* The named sets come first, in their order above. */
static const vvi_scheme schemes[] = {
    [DIGITS] = { "digits", "HxW", true, ",resize,", VVI_SCALE_NONE, vvi_load_digits },
    [BREAST_CANCER] = { "breast-cancer", "mean", true, ",scale,", VVI_SCALE_STANDARD, vvi_load_breast_cancer },
    [CO2] = { "co2", NULL, true, ",window,scale,", VVI_SCALE_STANDARD, vvi_load_co2 },
    [MNIST] = { "mnist", "test", true, ",resize,", VVI_SCALE_NONE, vvi_load_mnist },
    [FASHION_MNIST] = { "fashion-mnist", "test", true, ",resize,", VVI_SCALE_NONE, vvi_load_mnist },
    [CIFAR10] = { "cifar10", "test", true, ",resize,", VVI_SCALE_NONE, vvi_load_cifar10 },
    { "csv", "PATH", false, TABLE_OPTIONS, VVI_SCALE_STANDARD, vvi_load_csv },
    { "idx", "IMAGES,LABELS", false, ",resize,", VVI_SCALE_NONE, vvi_load_idx },
    { "npy", "X,Y", false, ",scale,", VVI_SCALE_NONE, vvi_load_npy },
    { "cifar", "FILE[,FILE...]", false, ",resize,", VVI_SCALE_NONE, vvi_load_cifar },
};
enum { SCHEMES = sizeof schemes / sizeof *schemes };

/* ---- options ------------------------------------------------------------------------------------------------------
 */

static const char *const missing_words[] = { "mean", "drop", "error", NULL };    /* vvi_missing */
static const char *const delimiter_words[] = { ",", ";", "tab", "space", NULL }; /* delimiters  */
static const char delimiters[] = ",;\t ";

/* Readers: false: not a legal value. */
static bool one_of(const char *value, const char *const *words, int *index)
{
    for (*index = 0; words[*index] != NULL; ++*index)
        if (strcmp(value, words[*index]) == 0) return true;
    return false;
}

static bool read_target(const char *value, vvi_options *options)
{
    options->target = value;
    return *value != '\0';
}

static bool read_header(const char *value, vvi_options *options)
{
    int index = 0;
    const bool good = one_of(value, (const char *const[]){ "auto", "yes", "no", NULL }, &index);
    if (good) options->header = (vvi_header)index;
    return good;
}

bool vvi_spec_parse_delimiter(const char *word, char *delimiter)
{
    int index = 0;
    const bool good = one_of(word, delimiter_words, &index);
    if (good) *delimiter = delimiters[index];
    return good;
}

const char *vvi_spec_delimiter_word(char delimiter)
{
    return delimiter_words[strchr(delimiters, delimiter) - delimiters];
}

static bool read_delimiter(const char *value, vvi_options *options)
{
    return vvi_spec_parse_delimiter(value, &options->delimiter);
}

static bool read_scale(const char *value, vvi_options *options)
{
    int index = 0;
    const bool good = one_of(value, (const char *const[]){ "standard", "minmax", "none", NULL }, &index);
    if (good) options->scale = (vvi_scaling)index;
    return good;
}

bool vvi_spec_parse_missing(const char *word, vvi_missing *missing)
{
    int index = 0;
    const bool good = one_of(word, missing_words, &index);
    if (good) *missing = (vvi_missing)index;
    return good;
}

const char *vvi_spec_missing_word(vvi_missing missing)
{
    return missing_words[missing];
}

static bool read_missing(const char *value, vvi_options *options)
{
    return vvi_spec_parse_missing(value, &options->missing);
}

enum { LARGEST_WINDOW = 1000000, LARGEST_SIDE = 4096 };

/* Digits alone, 1..most. Returns what follows them; NULL: no such number. */
static const char *read_count(const char *text, int most, int *count)
{
    long value = 0;
    const char *at = text;
    for (; isdigit((unsigned char)*at); at++) {
        value = value * 10 + (*at - '0');
        if (value > most) return NULL;
    }
    *count = (int)value;
    return at == text || value < 1 ? NULL : at;
}

static bool read_window(const char *value, vvi_options *options)
{
    const char *end = read_count(value, LARGEST_WINDOW, &options->window);
    return end != NULL && *end == '\0';
}

bool vvi_spec_parse_size(const char *text, int *height, int *width)
{
    const char *end = read_count(text, LARGEST_SIDE, height);
    if (end == NULL || *end != 'x') return false;
    end = read_count(end + 1, LARGEST_SIDE, width);
    return end != NULL && *end == '\0';
}

static bool read_resize(const char *value, vvi_options *options)
{
    return vvi_spec_parse_size(value, &options->height, &options->width);
}

static const struct option {
    const char *name;
    bool (*read)(const char *value, vvi_options *options);
    const char *legal;
} options[] = {
    { "target", read_target, "a column: its name, or its number from 0, negative from the end" },
    { "header", read_header, "yes, no or auto" },
    { "delimiter", read_delimiter, "one of , ; tab space" },
    { "scale", read_scale, "standard, minmax or none" },
    { "missing", read_missing, "mean, drop or error" },
    { "window", read_window, "a number of values, 1 to 1000000" },
    { "resize", read_resize, "HEIGHTxWIDTH, each 1 to 4096" },
};
enum { OPTIONS = sizeof options / sizeof *options };

static bool is_legal(const vvi_scheme *scheme, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = scheme->options; (at = strstr(at, name)) != NULL; at += n)
        if (at[-1] == ',' && at[n] == ',') return true;
    return false;
}

static vv_status unknown_option(const vvi_request *request, const char *name, vv_error *error)
{
    vvi_text list = { 0 };
    for (size_t i = 0; i < OPTIONS; i++)
        if (is_legal(request->scheme, options[i].name))
            vvi_text_printf(&list, "%s%s", list.n > 0 ? ", " : "", options[i].name);
    const vv_status status = list.failed ? vvi_no_memory(error)
                                         : vvi_fail(error, VV_BAD_ARG, "%s: unknown option \"%s\"; there are: %s",
                                                    request->scheme->name, name, list.data);
    vvi_text_deinit(&list);
    return status;
}

static vv_status read_option(vvi_request *request, char *text, vv_error *error)
{
    char *equals = strchr(text, '=');
    if (equals == NULL)
        return vvi_fail(error, VV_BAD_ARG, "%s: option \"%s\" has no value; write OPTION=VALUE", request->scheme->name,
                        text);
    *equals = '\0';
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strcmp(text, options[i].name) != 0 || !is_legal(request->scheme, text)) continue;
        if (options[i].read(equals + 1, &request->options)) return VV_OK;
        return vvi_fail(error, VV_BAD_ARG, "%s: %s=%s is not legal; it must be %s", request->scheme->name, text,
                        equals + 1, options[i].legal);
    }
    return unknown_option(request, text, error);
}

static vv_status read_options(vvi_request *request, char *text, vv_error *error)
{
    while (text != NULL) {
        char *next = strchr(text, '&');
        if (next != NULL) *next++ = '\0';
        VVI_TRY(read_option(request, text, error));
        text = next;
    }
    return VV_OK;
}

/* ---- schemes ------------------------------------------------------------------------------------------------------
 */

static vv_status unknown_scheme(const char *name, vv_error *error)
{
    vvi_text list = { 0 };
    for (size_t i = 0; i < SCHEMES; i++)
        vvi_text_printf(&list, "%s%s%s%s", i > 0 ? ", " : "", schemes[i].name, i < SETS ? "" : ":",
                        i < SETS ? "" : schemes[i].argument);
    const vv_status status =
        list.failed ? vvi_no_memory(error)
                    : vvi_fail(error, VV_NOT_FOUND, "no data set \"%.60s\"; there are: %s", name, list.data);
    vvi_text_deinit(&list);
    return status;
}

static vv_status find_scheme(vvi_request *request, const char *name, vv_error *error)
{
    for (size_t i = 0; i < SCHEMES; i++)
        if (strcmp(name, schemes[i].name) == 0) request->scheme = &schemes[i];
    return request->scheme != NULL ? VV_OK : unknown_scheme(name, error);
}

static vv_status check_argument(vvi_request *request, const char *argument, vv_error *error)
{
    const vvi_scheme *scheme = request->scheme;
    request->argument = argument == NULL ? "" : argument;
    if (argument == NULL && scheme->optional) return VV_OK;
    if (argument == NULL || (*argument == '\0' && scheme->argument != NULL))
        return vvi_fail(error, VV_BAD_ARG, "%s: nothing stands after it; write %s:%s", scheme->name, scheme->name,
                        scheme->argument);
    if (scheme->argument == NULL)
        return vvi_fail(error, VV_BAD_ARG, "%s: \"%s\" after ':' means nothing; write %s alone", scheme->name, argument,
                        scheme->name);
    return VV_OK;
}

vv_status vvi_request_parse(vvi_request *request, const char *spec, const vv_data_args *args, vv_error *error)
{
    *request = (vvi_request){ .spec = spec, .args = args, .argument = "" };
    if (spec == NULL) return vvi_fail(error, VV_BAD_ARG, "data: the SPEC is NULL; it is required");
    char *text = vvi_arena_strdup(&request->arena, spec);
    if (text == NULL) return vvi_no_memory(error);
    char *question = strchr(text, '?');
    if (question != NULL) *question++ = '\0';
    char *colon = strchr(text, ':');
    if (colon != NULL) *colon++ = '\0';
    VVI_TRY(find_scheme(request, text, error));
    VVI_TRY(check_argument(request, colon, error));
    request->options = (vvi_options){ .scale = request->scheme->scale };
    return read_options(request, question, error);
}

void vvi_request_deinit(vvi_request *request)
{
    vvi_arena_deinit(&request->arena);
}

/* ---- what loaders ask ----------------------------------------------------------------------------------------------
 */

size_t vvi_request_count_paths(const vvi_request *request)
{
    size_t n = 1;
    for (const char *at = request->argument; *at != '\0'; at++) n += *at == ',';
    return n;
}

const char *vvi_request_path(vvi_request *request, size_t index)
{
    const char *at = request->argument;
    for (; index > 0; index--) at = strchr(at, ',') + 1;
    return vvi_arena_printf(&request->arena, "%.*s", (int)strcspn(at, ","), at);
}

vv_status vvi_request_pair(vvi_request *request, const char **first, const char **second, vv_error *error)
{
    const size_t n = vvi_request_count_paths(request);
    const char *name = request->scheme->name;
    *second = NULL;
    if (n > 2 || (n == 1 && request->preparation == NULL))
        return vvi_fail(error, VV_BAD_ARG, "%s: %zu file%s given; write %s:%s", name, n, n == 1 ? "" : "s", name,
                        request->scheme->argument);
    *first = vvi_request_path(request, 0);
    if (n == 2) *second = vvi_request_path(request, 1);
    return *first == NULL || (n == 2 && *second == NULL) ? vvi_no_memory(error) : VV_OK;
}

vv_status vvi_request_resize(const vvi_request *request, vv_data *data, vv_error *error)
{
    const vvi_options *o = &request->options;
    return o->height == 0 ? VV_OK : vvi_image_resize(data, o->height, o->width, error);
}
