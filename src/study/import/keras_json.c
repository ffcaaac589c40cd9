/* keras_json.c - the JSON of Keras Tuner: Python's, which has NaN, Infinity and -Infinity as bare words.
 *
 * Those words are put into strings that no file of Keras Tuner can hold before the text goes to the parser: they begin
 * with U+0001. Whoever asks for a text does not get them, whoever asks for a number does.
 */
#include "study/import/keras_tuner.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 256 * 1024 * 1024 };

static const struct {
    const char *word, *quoted, *text;
} bare_words[] = {
    { "NaN", "\"\\u0001nan\"", "\001nan" },
    { "Infinity", "\"\\u0001inf\"", "\001inf" },
    { "-Infinity", "\"\\u0001-inf\"", "\001-inf" },
};
enum { N_WORDS = (int)(sizeof bare_words / sizeof bare_words[0]) };

/* ---- loading ------------------------------------------------------------------------------------------------------- */

/* The index of the bare word at `c`, or -1. */
static int word_at(const char *c)
{
    for (int i = 0; i < N_WORDS; i++)
        if (strncmp(c, bare_words[i].word, strlen(bare_words[i].word)) == 0) return i;
    return -1;
}

/* Past the string that begins at `c`: its end, or the text's. */
static const char *skip_string(const char *c)
{
    for (c++; *c != '\0' && *c != '"'; c++)
        if (*c == '\\' && c[1] != '\0') c++;
    return *c == '"' ? c + 1 : c;
}

static void quote_words(const char *c, vvi_text *out)
{
    while (*c != '\0') {
        const char *next = *c == '"' ? skip_string(c) : c + 1;
        const int word = *c == '"' ? -1 : word_at(c);
        if (word >= 0)
            vvi_text_add(out, bare_words[word].quoted, strlen(bare_words[word].quoted));
        else
            vvi_text_add(out, c, (size_t)(next - c));
        c = word >= 0 ? c + strlen(bare_words[word].word) : next;
    }
}

static vv_status read_bytes(const char *path, vvi_text *text, vv_error *error)
{
    char bytes[16384];
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        return vvi_fail(error, errno == ENOENT || errno == ENOTDIR ? VV_NOT_FOUND : VV_IO, "%s: %s", path,
                        strerror(errno));
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0 && text->n <= MOST_BYTES;) vvi_text_add(text, bytes, n);
    const bool failed = ferror(in) != 0;
    const int why = errno;
    fclose(in);
    if (failed) return vvi_fail(error, VV_IO, "%s: %s", path, strerror(why));
    if (text->n > MOST_BYTES) return vvi_fail(error, VV_FORMAT, "%s: too long to be a file of Keras Tuner", path);
    return text->failed ? vvi_no_memory(error) : VV_OK;
}

static vv_status parse(vvi_keras_file *file, const vvi_text *bytes, vv_error *error)
{
    vvi_text quoted = { 0 };
    json_error_t why = { .line = 0 };
    if (bytes->n > 0 && strlen(bytes->data) < bytes->n)
        return vvi_fail(error, VV_FORMAT, "%s: not JSON: it has a NUL byte", file->path);
    quote_words(bytes->n == 0 ? "" : bytes->data, &quoted);
    const bool failed = quoted.failed;
    if (!failed) file->root = json_loadb(quoted.n == 0 ? "" : quoted.data, quoted.n, 0, &why);
    vvi_text_deinit(&quoted);
    if (failed) return vvi_no_memory(error);
    if (file->root == NULL) return vvi_fail(error, VV_FORMAT, "%s: line %d: %.120s", file->path, why.line, why.text);
    if (!json_is_object(file->root)) return vvi_fail(error, VV_FORMAT, "%s: must be an object", file->path);
    return VV_OK;
}

vv_status vvi_keras_open(vvi_keras_file *file, vv_error *error)
{
    vvi_text bytes = { 0 };
    file->error = error;
    file->root = NULL;
    file->status = read_bytes(file->path, &bytes, error);
    if (file->status == VV_OK) file->status = parse(file, &bytes, error);
    vvi_text_deinit(&bytes);
    return file->status;
}

void vvi_keras_close(vvi_keras_file *file)
{
    json_decref(file->root);
    file->root = NULL;
}

/* ---- places -------------------------------------------------------------------------------------------------------- */

static void write_place(const vvi_keras_place *place, vvi_text *text)
{
    if (place->outer == NULL) return; /* the root has no name */
    write_place(place->outer, text);
    if (place->key == NULL)
        vvi_text_printf(text, "[%zu]", place->index);
    else
        vvi_text_printf(text, "%s%.60s", place->outer->outer == NULL ? "" : ".", place->key);
}

void vvi_keras_refuse(vvi_keras_file *file, const vvi_keras_place *place, const char *format, ...)
{
    char what[160];
    vvi_text where = { 0 };
    va_list args;
    if (file->status != VV_OK) return;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    write_place(place, &where);
    file->status = vvi_fail(file->error, VV_FORMAT, "%s: %s%s%s", file->path, where.data == NULL ? "" : where.data,
                            where.data == NULL ? "" : ": ", what);
    vvi_text_deinit(&where);
}

void *vvi_keras_alloc(vvi_keras_file *file, size_t n, size_t size)
{
    if (file->status != VV_OK) return NULL;
    void *memory = n > SIZE_MAX / size - 1 ? NULL : vvi_arena_alloc(file->arena, (n + 1) * size);
    if (memory == NULL) file->status = vvi_no_memory(file->error);
    return memory;
}

/* Which of the bare words it was, or -1. */
static int bare_word(const json_t *json)
{
    const char *text = json_string_value(json);
    for (int i = 0; text != NULL && i < N_WORDS; i++)
        if (strcmp(text, bare_words[i].text) == 0) return i;
    return -1;
}

static unsigned kind_of(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return VVI_KERAS_OBJECT;
    case JSON_ARRAY:
        return VVI_KERAS_ARRAY;
    case JSON_STRING:
        return bare_word(json) >= 0 ? VVI_KERAS_NUMBER : VVI_KERAS_TEXT | VVI_KERAS_VALUE;
    case JSON_INTEGER:
    case JSON_REAL:
        return VVI_KERAS_NUMBER | VVI_KERAS_VALUE;
    case JSON_TRUE:
    case JSON_FALSE:
        return VVI_KERAS_VALUE;
    case JSON_NULL:
        break;
    }
    return VVI_KERAS_NULL;
}

static const char *const kind_names[] = {
    "an object", "a list", "a text", "a number", "a text, a finite number, true or false", "null"
};

/* The place, if what is there is one of `kinds`. */
static vvi_keras_place checked(vvi_keras_file *file, vvi_keras_place place, unsigned kinds)
{
    vvi_text legal = { 0 };
    if (file->status == VV_OK && place.json != NULL && (kind_of(place.json) & kinds) != 0) return place;
    for (unsigned i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++)
        if ((kinds & 1u << i) != 0) vvi_text_printf(&legal, "%s%s", legal.n == 0 ? "" : " or ", kind_names[i]);
    vvi_keras_refuse(file, &place, "%s, must be %s", place.json == NULL ? "not there" : "of another kind",
                     legal.data == NULL ? "" : legal.data);
    vvi_text_deinit(&legal);
    place.json = NULL;
    return place;
}

vvi_keras_place vvi_keras_root(const vvi_keras_file *file)
{
    return (vvi_keras_place){ .json = file->root };
}

vvi_keras_place vvi_keras_member(vvi_keras_file *file, const vvi_keras_place *outer, const char *key, unsigned kinds)
{
    return checked(file, (vvi_keras_place){ .json = json_object_get(outer->json, key), .outer = outer, .key = key },
                   kinds);
}

vvi_keras_place vvi_keras_item(vvi_keras_file *file, const vvi_keras_place *outer, size_t index, unsigned kinds)
{
    return checked(
        file, (vvi_keras_place){ .json = json_array_get(outer->json, index), .outer = outer, .index = index }, kinds);
}

bool vvi_keras_has(const vvi_keras_place *outer, const char *key)
{
    const json_t *json = json_object_get(outer->json, key);
    return json != NULL && !json_is_null(json);
}

size_t vvi_keras_count(const vvi_keras_place *place)
{
    return json_array_size(place->json);
}

double vvi_keras_number(const vvi_keras_place *place)
{
    static const double words[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };
    const int word = bare_word(place->json);
    if (word >= 0) return words[word];
    return json_is_number(place->json) ? json_number_value(place->json) : (double)NAN;
}

const char *vvi_keras_text(vvi_keras_file *file, const vvi_keras_place *place)
{
    const char *text = json_string_value(place->json);
    if (file->status != VV_OK || text == NULL) return "";
    const char *copy = vvi_arena_strdup(file->arena, text);
    if (copy == NULL) file->status = vvi_no_memory(file->error);
    return copy == NULL ? "" : copy;
}
