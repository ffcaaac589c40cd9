/* sets.c - the sets known by name: where their files may be, where they come from, what they mean.
 *
 * The small ones are part of the project (data/README.md). The others are looked for in the folders of find.c, else
 * downloaded into the cache, each file checked against the SHA-256 of the published one.
 * cifar10 takes the parts it finds: a folder with one batch gives the examples of one batch.
 */
#include "data/data.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

/* ---- shipped sets ----------------------------------------------------------------------------------------------- */

static vv_status not_shipped(const char *set, const char *file, vv_error *error)
{
    return vvi_fail(error, VV_NOT_FOUND, "%s: %s is neither in $VARVE_DATA nor where Varve is installed", set, file);
}

static vv_status read_shipped(vvi_request *request, const char *const *candidates, const vvi_csv_options *options,
                              vvi_data_table *table, vv_error *error)
{
    const char *path = NULL;
    VVI_TRY(vvi_find_file(&request->arena, candidates, &path, error));
    if (path == NULL) return not_shipped(request->scheme->name, candidates[0], error);
    return vvi_csv_read(table, path, options, error);
}

/* All but the last column, divided by `unit`, are the inputs; the last is the class. */
static vv_status table_to_arrays(vvi_source *source, vv_shape shape, double unit, const char *const *classes,
                                 int n_classes, vv_error *error)
{
    const vvi_data_table *table = &source->table;
    const size_t size = vvi_data_size(shape);
    if (table->columns <= size)
        return vvi_fail(error, VV_FORMAT, "%s: has %zu columns; there must be more than %zu", table->path,
                        table->columns, size);
    double *value = vvi_calloc(table->n, sizeof *value);
    if (value == NULL) return vvi_no_memory(error);
    vv_status status = vvi_data_make(table->n, shape, (vv_shape){ 1, { 1 } }, &source->arrays, error);
    for (size_t j = 0; j <= size && status == VV_OK; j++) {
        status = vvi_data_table_numbers(table, j < size ? j : table->columns - 1, value, error);
        for (size_t i = 0; i < table->n && status == VV_OK; i++) {
            if (j < size)
                source->arrays->x[i * size + j] = (float)(value[i] / unit);
            else if (value[i] >= 0 && value[i] < n_classes)
                source->arrays->y[i] = (float)value[i];
            else
                status = vvi_fail(error, VV_FORMAT, "%s:%zu: class %g; it must be 0 to %d", table->path, table->line[i],
                                  value[i], n_classes - 1);
        }
    }
    vvi_free(value);
    source->kind = VVI_ARRAYS;
    return status == VV_OK ? vvi_data_set_classes(source->arrays, n_classes, classes, error) : status;
}

vv_status vvi_load_digits(vvi_request *request, vvi_source *source, vv_error *error)
{
    static const char *const candidates[] = { "digits.csv.gz", "digits/digits.csv.gz", "digits.csv",
                                              "digits/digits.csv", NULL };
    const vvi_csv_options options = { .delimiter = ',', .header = VVI_HEADER_NO };
    vvi_options *o = &request->options;
    if (*request->argument != '\0' && !vvi_spec_parse_size(request->argument, &o->height, &o->width))
        return vvi_fail(error, VV_BAD_ARG, "digits: \"%.60s\" is not a size; write digits:28x28", request->argument);
    VVI_TRY(read_shipped(request, candidates, &options, &source->table, error));
    VVI_TRY(table_to_arrays(source, (vv_shape){ 3, { 8, 8, 1 } }, 16, NULL, 10, error));
    return vvi_request_resize(request, source->arrays, error);
}

vv_status vvi_load_breast_cancer(vvi_request *request, vvi_source *source, vv_error *error)
{
    static const char *const candidates[] = { "breast-cancer.csv", "breast-cancer/breast_cancer.csv",
                                              "breast_cancer.csv", NULL };
    static const char *const classes[] = { "malignant", "benign" };
    const vvi_csv_options options = { .delimiter = ',', .header = VVI_HEADER_NO, .skip_first_line = true };
    const bool mean = strcmp(request->argument, "mean") == 0;
    if (*request->argument != '\0' && !mean)
        return vvi_fail(error, VV_BAD_ARG,
                        "breast-cancer: \"%.60s\" means nothing; write breast-cancer or breast-cancer:mean",
                        request->argument);
    VVI_TRY(read_shipped(request, candidates, &options, &source->table, error));
    return table_to_arrays(source, (vv_shape){ 1, { mean ? 10 : 30 } }, 1, classes, 2, error);
}

vv_status vvi_load_co2(vvi_request *request, vvi_source *source, vv_error *error)
{
    static const char *const candidates[] = { "co2.csv", "timeseries/co2-weekly.csv", "co2-weekly.csv", NULL };
    const vvi_csv_options options = { .delimiter = ',', .header = VVI_HEADER_YES };
    const bool given = request->options.window > 0;
    VVI_TRY(read_shipped(request, candidates, &options, &source->table, error));
    VVI_TRY(vvi_load_series(request, source, "co2", error));
    if (!given) source->window = 100;
    return VV_OK;
}

/* ---- published sets --------------------------------------------------------------------------------------------- */

#define MNIST_URL   "https://ossci-datasets.s3.amazonaws.com/mnist/"
#define FASHION_URL "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
#define CIFAR_URL   "https://www.cs.toronto.edu/~kriz/"

typedef struct published {
    const char *set, *part; /* part: "" or "test" */
    const char *file, *url, *sha256;
} published;

static const published files[] = {
    { "mnist", "", "train-images-idx3-ubyte.gz", MNIST_URL,
      "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609" },
    { "mnist", "", "train-labels-idx1-ubyte.gz", MNIST_URL,
      "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c" },
    { "mnist", "test", "t10k-images-idx3-ubyte.gz", MNIST_URL,
      "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6" },
    { "mnist", "test", "t10k-labels-idx1-ubyte.gz", MNIST_URL,
      "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6" },
    { "fashion-mnist", "", "train-images-idx3-ubyte.gz", FASHION_URL,
      "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84" },
    { "fashion-mnist", "", "train-labels-idx1-ubyte.gz", FASHION_URL,
      "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845" },
    { "fashion-mnist", "test", "t10k-images-idx3-ubyte.gz", FASHION_URL,
      "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073" },
    { "fashion-mnist", "test", "t10k-labels-idx1-ubyte.gz", FASHION_URL,
      "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5" },
    { "cifar10", "", "cifar-10-binary.tar.gz", CIFAR_URL,
      "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd" },
    { "cifar10", "test", "cifar-10-binary.tar.gz", CIFAR_URL,
      "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd" },
};
enum { FILES = sizeof files / sizeof *files };

/* All files of the part, not just the one that was missing first: who is offline wants to fetch once. */
static vv_status cannot_fetch(vvi_request *request, const char *cache, const vv_error *why, vv_error *error)
{
    const char *set = request->scheme->name;
    vvi_text list = { 0 };
    for (size_t i = 0; i < FILES; i++)
        if (strcmp(files[i].set, set) == 0 && strcmp(files[i].part, request->argument) == 0)
            vvi_text_printf(&list, "%s%s", list.n > 0 ? " and " : "", files[i].file);
    const vv_status status =
        list.failed ? vvi_no_memory(error)
                    : vvi_fail(error, why->status, "%s: put %s into $VARVE_DATA/%s or %s/%s; downloading failed: %s",
                               set, list.data, set, cache, set, why->text);
    vvi_text_deinit(&list);
    return status;
}

static vv_status fetch(vvi_request *request, const published *file, const char **path, vv_error *error)
{
    vv_error why = { 0 };
    const char *cache = vvi_find_cache(&request->arena);
    if (cache == NULL) return vvi_no_memory(error);
    if (*cache == '\0')
        return vvi_fail(error, VV_NOT_FOUND,
                        "%s: %s is not here, and without $HOME there is no cache to put it; set $VARVE_DATA", file->set,
                        file->file);
    const char *folder = vvi_arena_printf(&request->arena, "%s/%s", cache, file->set);
    const char *url = vvi_arena_printf(&request->arena, "%s%s", file->url, file->file);
    *path = vvi_arena_printf(&request->arena, "%s/%s/%s", cache, file->set, file->file);
    if (folder == NULL || url == NULL || *path == NULL) return vvi_no_memory(error);
    VVI_TRY(vvi_make_directories(folder, error));
    if (vvi_fetch(url, file->sha256, *path, request->args, &why) == VV_OK) return VV_OK;
    return cannot_fetch(request, cache, &why, error);
}

/* SET/FILE, FILE, each also without ".gz". Loose files are MNIST's: Fashion-MNIST's have the same names. */
static vv_status locate(vvi_request *request, const published *file, const char **path, vv_error *error)
{
    const int plain = (int)strlen(file->file) - (int)strlen(".gz");
    const char *in_set = vvi_arena_printf(&request->arena, "%s/%s", file->set, file->file);
    const char *in_set_plain = vvi_arena_printf(&request->arena, "%s/%.*s", file->set, plain, file->file);
    const char *loose_plain = vvi_arena_printf(&request->arena, "%.*s", plain, file->file);
    if (in_set == NULL || in_set_plain == NULL || loose_plain == NULL) return vvi_no_memory(error);
    const bool loose = strcmp(file->set, "fashion-mnist") != 0;
    const char *const candidates[] = { in_set, in_set_plain, loose ? file->file : NULL, loose_plain, NULL };
    VVI_TRY(vvi_find_file(&request->arena, candidates, path, error));
    return *path != NULL ? VV_OK : fetch(request, file, path, error);
}

static vv_status check_part(const vvi_request *request, vv_error *error)
{
    const char *name = request->scheme->name;
    if (*request->argument == '\0' || strcmp(request->argument, "test") == 0) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s: \"%.60s\" means nothing; write %s or %s:test", name, request->argument,
                    name, name);
}

/* The files of a set's part, in the order of the table. */
static vv_status locate_all(vvi_request *request, const char **path, size_t most, vv_error *error)
{
    size_t n = 0;
    VVI_TRY(check_part(request, error));
    for (size_t i = 0; i < FILES && n < most; i++)
        if (strcmp(files[i].set, request->scheme->name) == 0 && strcmp(files[i].part, request->argument) == 0)
            VVI_TRY(locate(request, &files[i], &path[n++], error));
    return VV_OK;
}

vv_status vvi_load_mnist(vvi_request *request, vvi_source *source, vv_error *error)
{
    static const char *const digits[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };
    static const char *const clothes[] = { "T-shirt/top", "trouser", "pullover", "dress", "coat",
                                           "sandal",      "shirt",   "sneaker",  "bag",   "ankle boot" };
    const char *path[2] = { NULL, NULL };
    const bool fashion = strcmp(request->scheme->name, "fashion-mnist") == 0;
    VVI_TRY(locate_all(request, path, 2, error));
    source->kind = VVI_ARRAYS;
    VVI_TRY(vvi_idx_read(path[0], path[1], fashion ? clothes : digits, 10, &source->arrays, error));
    return vvi_request_resize(request, source->arrays, error);
}

/* ---- CIFAR-10 in parts ----------------------------------------------------------------------------------------- */

/* Reads the files that match `pattern` in the first folder where some do; *data NULL: none do. */
static vv_status read_parts(vvi_request *request, const char *pattern, vv_data **data, vv_error *error)
{
    static const char *const layouts[] = { "cifar10/", "cifar10/cifar-10-batches-bin/", "cifar-10-batches-bin/", "" };
    const char **folder = vvi_find_folders(&request->arena);
    if (folder == NULL) return vvi_no_memory(error);
    for (; *folder != NULL; folder++)
        for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
            glob_t found = { 0 };
            const char *wanted = vvi_arena_printf(&request->arena, "%s/%s%s", *folder, layouts[i], pattern);
            if (wanted == NULL) return vvi_no_memory(error);
            const bool some = glob(wanted, 0, NULL, &found) == 0;
            const vv_status status =
                some ? vvi_cifar_read((const char *const *)found.gl_pathv, found.gl_pathc, data, error) : VV_OK;
            globfree(&found);
            if (some) return status;
        }
    return VV_OK;
}

vv_status vvi_load_cifar10(vvi_request *request, vvi_source *source, vv_error *error)
{
    static const char *const patterns[2][4] = {
        { "data_batch_*.bin", "data_batch_*.bin.gz", "train_*.bin", "train_*.bin.gz" },
        { "test_batch.bin", "test_batch.bin.gz", "test_[0-9]*.bin", "test_[0-9]*.bin.gz" }
    };
    const bool test = strcmp(request->argument, "test") == 0;
    const char *archive = NULL;
    VVI_TRY(check_part(request, error));
    source->kind = VVI_ARRAYS;
    for (size_t i = 0; i < 4 && source->arrays == NULL; i++)
        VVI_TRY(read_parts(request, patterns[test][i], &source->arrays, error));
    if (source->arrays == NULL) {
        VVI_TRY(locate_all(request, &archive, 1, error));
        VVI_TRY(vvi_cifar_read_archive(archive, test ? "test_batch" : "data_batch_", &source->arrays, error));
    }
    return vvi_request_resize(request, source->arrays, error);
}
