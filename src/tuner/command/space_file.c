/* space_file.c - a space in YAML becomes a table of rows, and some settings. */
#include "tuner/command/space_read.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20 };

/* ---- for all readers --- */

vv_status vvi_space_must_be(const vvi_space_reading *r, const vvi_yaml *node, const char *what)
{
    if (node->kind != VVI_YAML_TEXT)
        return VVI_SPACE_FAIL(r, node, "%.60s must be %s, not %s", node->key == NULL ? "this" : node->key->text, what,
                              vvi_yaml_kind_name(node->kind));
    return VVI_SPACE_FAIL(r, node, "%.60s must be %s, not %s%.60s%s", node->key == NULL ? "this" : node->key->text,
                          what, node->quoted ? "\"" : "", node->text, node->quoted ? "\"" : "");
}

vv_status vvi_space_take_whole(const vvi_space_reading *r, const vvi_yaml *node, int *number)
{
    long long whole;
    if (!vvi_yaml_whole(node, &whole)) return vvi_space_must_be(r, node, "a whole number");
    if (whole < INT_MIN || whole > INT_MAX) return vvi_space_must_be(r, node, "a whole number of 32 bits");
    *number = (int)whole;
    return VV_OK;
}

vv_status vvi_space_check_keys(const vvi_space_reading *r, const vvi_yaml *map, const void *names, size_t n,
                               size_t stride)
{
    for (const vvi_yaml *m = map->first; m != NULL; m = m->next) {
        const char *key = m->key->text, *near = vvi_nearest(key, names, n, stride);
        bool known = false;
        for (size_t i = 0; i < n && !known; i++) {
            const char *name;
            memcpy(&name, (const char *)names + i * stride, sizeof name);
            known = strcmp(name, key) == 0;
        }
        if (!known)
            return VVI_SPACE_FAIL(r, m->key, "unknown key %.60s%s%s%s", key, near == NULL ? "" : "; did you mean ",
                                  near == NULL ? "" : near, near == NULL ? "" : "?");
    }
    return VV_OK;
}

/* ---- the whole ---------------------------------------------------------------------------------------------------- */

static vv_status take_space(vvi_space_reading *r, const vvi_yaml *node, void *member)
{
    (void)member;
    if (node->kind == VVI_YAML_MAP && node->n == 0) return VVI_SPACE_FAIL(r, node, "space has no hyperparameter");
    if (node->kind != VVI_YAML_MAP) return vvi_space_must_be(r, node, "a map of hyperparameters");
    r->file->rows = vvi_arena_alloc(&r->file->arena, node->n * sizeof *r->file->rows);
    if (r->file->rows == NULL) return vvi_no_memory(r->error);
    for (const vvi_yaml *m = node->first; m != NULL; m = m->next) VVI_TRY(vvi_space_take_row(r, m));
    return VV_OK;
}

static vv_status take_text(vvi_space_reading *r, const vvi_yaml *node, void *member)
{
    if (node->kind != VVI_YAML_TEXT || node->text[0] == '\0') return vvi_space_must_be(r, node, "a text");
    memcpy(member, &node->text, sizeof node->text);
    return VV_OK;
}

static vv_status take_count(vvi_space_reading *r, const vvi_yaml *node, void *member)
{
    int number = 0;
    VVI_TRY(vvi_space_take_whole(r, node, &number));
    memcpy(member, &number, sizeof number);
    return number >= 1 ? VV_OK : vvi_space_must_be(r, node, "1 or more");
}

static vv_status take_seed(vvi_space_reading *r, const vvi_yaml *node, void *member)
{
    long long number;
    if (!vvi_yaml_whole(node, &number) || number < 0) return vvi_space_must_be(r, node, "a whole number, not negative");
    const uint64_t seed = (uint64_t)number;
    memcpy(member, &seed, sizeof seed);
    return VV_OK;
}

static vv_status take_number(vvi_space_reading *r, const vvi_yaml *node, void *member)
{
    vv_maybe maybe = { .set = true };
    if (!vvi_yaml_number(node, &maybe.value)) return vvi_space_must_be(r, node, "a number");
    memcpy(member, &maybe, sizeof maybe);
    return VV_OK;
}

static const struct {
    const char *name;
    vv_status (*take)(vvi_space_reading *r, const vvi_yaml *node, void *member);
    size_t offset; /* in vv_space_settings */
} settings[] = {
    { "space", take_space, 0 },
    { "objective", take_text, offsetof(vv_space_settings, objective) },
    { "constraints", take_text, offsetof(vv_space_settings, constraints) },
    { "tuner", take_text, offsetof(vv_space_settings, tuner) },
    { "pruner", take_text, offsetof(vv_space_settings, pruner) },
    { "max_trials", take_count, offsetof(vv_space_settings, max_trials) },
    { "steps", take_count, offsetof(vv_space_settings, steps) },
    { "max_steps_total", take_count, offsetof(vv_space_settings, max_steps_total) },
    { "executions_per_trial", take_count, offsetof(vv_space_settings, executions_per_trial) },
    { "stop_at", take_number, offsetof(vv_space_settings, stop_at) },
    { "seed", take_seed, offsetof(vv_space_settings, seed) },
};
enum { N_SETTINGS = sizeof settings / sizeof *settings };

static vv_status take_all(vvi_space_reading *r, const vvi_yaml *root)
{
    if (root->kind != VVI_YAML_MAP) return vvi_space_must_be(r, root, "a map with the key \"space\"");
    VVI_TRY(vvi_space_check_keys(r, root, &settings[0].name, N_SETTINGS, sizeof *settings));
    if (vvi_yaml_member(root, "space") == NULL) return VVI_SPACE_FAIL(r, root, "the key \"space\" is missing");
    for (size_t i = 0; i < N_SETTINGS; i++) {
        const vvi_yaml *node = vvi_yaml_member(root, settings[i].name);
        if (node == NULL) continue;
        VVI_TRY(settings[i].take(r, node, (char *)&r->file->settings + settings[i].offset));
    }
    return VV_OK;
}

static vv_status read_text(vv_space_file *file, const char *text, size_t n, const char *name, vv_error *error)
{
    const vvi_yaml *root = NULL;
    vvi_space_reading r = { .file = file, .error = error };
    file->name = vvi_arena_strdup(&file->arena, name);
    file->text = vvi_arena_strdup(&file->arena, text);
    if (file->name == NULL || file->text == NULL) return vvi_no_memory(error);
    if (strlen(text) != n) return vvi_fail(error, VV_BAD_ARG, "%.200s: holds a zero byte", name);
    VVI_TRY(vvi_yaml_parse(text, n, file->name, &file->arena, &root, error));
    r.hp = vv_hp_new(NULL);
    if (r.hp == NULL) return vvi_no_memory(error);
    const vv_status status = take_all(&r, root);
    vv_hp_free(r.hp);
    return status;
}

static vv_status parse(const char *text, size_t n, const char *name, vv_space_file **file, vv_error *error)
{
    *file = NULL;
    vv_space_file *f = vvi_calloc(1, sizeof *f);
    if (f == NULL) return vvi_no_memory(error);
    const vv_status status = read_text(f, text, n, name, error);
    if (status == VV_OK)
        *file = f;
    else
        vv_space_file_close(f);
    return status;
}

vv_status vv_space_file_parse(const char *text, const char *name, vv_space_file **file, vv_error *error)
{
    return parse(text, strlen(text), name, file, error);
}

static vv_status read_all(FILE *in, const char *path, vvi_text *text, vv_error *error)
{
    char bytes[4096];
    for (size_t n; text->n <= MOST_BYTES && (n = fread(bytes, 1, sizeof bytes, in)) > 0;) vvi_text_add(text, bytes, n);
    if (ferror(in)) return vvi_fail(error, VV_IO, "%.200s: %s", path, strerror(errno));
    if (text->failed) return vvi_no_memory(error);
    if (text->n > MOST_BYTES) return vvi_fail(error, VV_BAD_ARG, "%.200s: is larger than 1 MiB", path);
    return text->n > 0 ? VV_OK : vvi_fail(error, VV_BAD_ARG, "%.200s: is empty", path);
}

vv_status vv_space_file_open(const char *path, vv_space_file **file, vv_error *error)
{
    vvi_text text = { 0 };
    *file = NULL;
    FILE *in = fopen(path, "rb");
    if (in == NULL) return vvi_fail(error, errno == ENOENT ? VV_NOT_FOUND : VV_IO, "%.200s: %s", path, strerror(errno));
    vv_status status = read_all(in, path, &text, error);
    fclose(in);
    if (status == VV_OK) status = parse(text.data, text.n, path, file, error);
    vvi_text_deinit(&text);
    return status;
}

void vv_space_file_close(vv_space_file *file)
{
    if (file == NULL) return;
    vvi_arena arena = file->arena;
    vvi_free(file);
    vvi_arena_deinit(&arena);
}

const char *vv_space_file_text(const vv_space_file *file)
{
    return file->text;
}

const vv_space_settings *vv_space_file_settings(const vv_space_file *file)
{
    return &file->settings;
}
