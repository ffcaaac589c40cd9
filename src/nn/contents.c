/* contents.c - what is written to a safetensors file, as a whole or not at all, and its hash.
 *
 * The hash is of every byte of the file but its own digits, names and shapes included. It must cost less than writing many
 * megabytes: it takes eight bytes at a time, and each step is a bijection of the hash so far and of the bytes, so that
 * damage to any one word is always seen.
 */
#include "nn/training.h"
#include "nn/weights_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- the hash ---------------------------------------------------------------------------------------------------- */

/* Of bytes as they come, in pieces of any size. Zero-initialise. */
typedef struct file_hash {
    uint64_t hash;
    unsigned char rest[8];
    size_t n_rest;
} file_hash;

static uint64_t mix(uint64_t hash, const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static void add_to_hash(file_hash *h, const void *bytes, size_t n)
{
    const unsigned char *byte = bytes;
    if (n == 0) return;
    while (h->n_rest > 0 && n > 0) { /* until the bytes left over from before are a whole word */
        h->rest[h->n_rest++] = *byte++;
        n--;
        if (h->n_rest == sizeof h->rest) h->hash = mix(h->hash, h->rest);
        h->n_rest %= sizeof h->rest;
    }
    for (; n >= sizeof h->rest; n -= sizeof h->rest, byte += sizeof h->rest) h->hash = mix(h->hash, byte);
    memcpy(h->rest + h->n_rest, byte, n);
    h->n_rest += n;
}

static uint64_t end_hash(file_hash *h)
{
    const uint64_t hash = vvi_hash_bytes(h->hash, h->rest, h->n_rest);
    *h = (file_hash){ 0 };
    return vvi_hash_bytes(VVI_HASH_START, &hash, sizeof hash);
}

/* ---- writing ------------------------------------------------------------------------------------------------------ */

typedef struct writing {
    const vvi_contents *c;
    const char *path;
    vvi_text header;
} writing;

/* The hash is the first thing of all, so that its place is known; it is of everything else. */
static const char hash_intro[] = "{\"__metadata__\":{\"varve.hash\":\"";
enum { LENGTH_SIZE = 8, HASH_SIZE = 16, HASH_AT = LENGTH_SIZE + sizeof hash_intro - 1 };

static void describe_notes(vvi_text *header, const vvi_contents *c)
{
    if (c->hashed)
        vvi_text_printf(header, "%s%016d\",", hash_intro, 0);
    else
        vvi_text_printf(header, "{\"__metadata__\":{");
    vvi_text_printf(header, "\"varve.version\":\"%s\"", vv_version());
    for (size_t i = 0; i < c->n_notes; i++) {
        vvi_text_printf(header, ",\"%s\":", c->notes[i].key);
        vvi_text_add_json(header, c->notes[i].text);
    }
    vvi_text_printf(header, "}");
}

static void describe_name(vvi_text *header, const char *prefix, const char *rest)
{
    vvi_text name = { 0 };
    vvi_text_printf(&name, "%s%s", prefix, rest);
    vvi_text_printf(header, ",");
    vvi_text_add_json(header, name.failed ? "" : name.data);
    header->failed |= name.failed;
    vvi_text_deinit(&name);
}

static void describe_weight(vvi_text *header, const char *prefix, const vvi_weight_slot *slot, size_t *offset)
{
    describe_name(header, prefix, slot->name);
    vvi_text_printf(header, ":{\"dtype\":\"F32\",\"shape\":[");
    for (int d = 0; d < slot->param->rank; d++) vvi_text_printf(header, "%s%d", d > 0 ? "," : "", slot->param->dim[d]);
    vvi_text_printf(header, "],\"data_offsets\":[%zu,%zu]}", *offset, *offset + slot->n * sizeof(float));
    *offset += slot->n * sizeof(float);
}

static size_t array_size(const vvi_array *array)
{
    return array->n * vvi_tensor_item_size(array->dtype);
}

static void describe_array(vvi_text *header, const vvi_array *array, size_t *offset)
{
    if (array->n == 0) return;
    describe_name(header, VVI_ARRAY_PREFIX, array->name);
    vvi_text_printf(header, ":{\"dtype\":\"%s\",\"shape\":[%zu],\"data_offsets\":[%zu,%zu]}", array->dtype, array->n,
                    *offset, *offset + array_size(array));
    *offset += array_size(array);
}

static void describe(vvi_text *header, const vvi_contents *c)
{
    size_t offset = 0;
    describe_notes(header, c);
    for (size_t b = 0; b < c->n_blocks; b++)
        for (size_t i = 0; i < c->model->n_slots; i++)
            describe_weight(header, c->blocks[b].prefix, &c->model->slots[i], &offset);
    for (size_t i = 0; i < c->n_arrays; i++) describe_array(header, &c->arrays[i], &offset);
    vvi_text_printf(header, "}");
    while (!header->failed && header->n % 8 != 0) vvi_text_add(header, " ", 1); /* numbers begin aligned */
}

/* Hands all numbers, piece by piece, in the order of the file, to `each`, until that returns false. */
static bool walk(const vvi_contents *c, bool (*each)(void *context, const void *bytes, size_t n), void *context)
{
    bool ok = true;
    for (size_t b = 0; ok && b < c->n_blocks; b++)
        for (size_t i = 0; ok && i < c->model->n_slots; i++) {
            const vvi_weight_slot *slot = &c->model->slots[i];
            ok = each(context, c->blocks[b].values + slot->offset, slot->n * sizeof(float));
        }
    for (size_t i = 0; ok && i < c->n_arrays; i++) ok = each(context, c->arrays[i].values, array_size(&c->arrays[i]));
    return ok;
}

static bool write_piece(void *file, const void *bytes, size_t n)
{
    return n == 0 || fwrite(bytes, 1, n, file) == n;
}

static bool hash_piece(void *hash, const void *bytes, size_t n)
{
    add_to_hash(hash, bytes, n);
    return true;
}

static void put_length(unsigned char length[LENGTH_SIZE], size_t n)
{
    for (int i = 0; i < LENGTH_SIZE; i++) length[i] = (unsigned char)((uint64_t)n >> (8 * i));
}

static void put_hash(writing *w)
{
    unsigned char length[LENGTH_SIZE];
    char digits[HASH_SIZE + 1];
    file_hash hash = { 0 };
    char *at = w->header.data + HASH_AT - LENGTH_SIZE;
    put_length(length, w->header.n);
    add_to_hash(&hash, length, sizeof length);
    add_to_hash(&hash, w->header.data, HASH_AT - LENGTH_SIZE);
    add_to_hash(&hash, at + HASH_SIZE, w->header.n - (HASH_AT - LENGTH_SIZE) - HASH_SIZE);
    walk(w->c, hash_piece, &hash);
    snprintf(digits, sizeof digits, "%016" PRIx64, end_hash(&hash));
    memcpy(at, digits, HASH_SIZE);
}

static vv_status write_contents(void *context, void *file, vv_error *error)
{
    const writing *w = context;
    unsigned char length[LENGTH_SIZE];
    put_length(length, w->header.n);
    const bool written = write_piece(file, length, sizeof length) && write_piece(file, w->header.data, w->header.n) &&
                         walk(w->c, write_piece, file);
    return written ? VV_OK : vvi_fail(error, VV_IO, "%s: cannot be written: %s", w->path, strerror(errno));
}

vv_status vvi_contents_write(const vvi_contents *c, const char *path, vv_error *error)
{
    writing w = { .c = c, .path = path };
    describe(&w.header, c);
    vv_status status = w.header.failed ? vvi_no_memory(error) : VV_OK;
    if (status == VV_OK && c->hashed) put_hash(&w);
    if (status == VV_OK) status = (c->unsynced ? vvi_swap_file : vvi_replace_file)(path, write_contents, &w, error);
    vvi_text_deinit(&w.header);
    return status;
}

vv_status vvi_contents_check(const vvi_tensors *tensors, vv_error *error)
{
    file_hash hash = { 0 };
    char digits[HASH_SIZE + 1];
    const unsigned char *bytes = tensors->bytes;
    const size_t intro = sizeof hash_intro - 1, behind = HASH_AT + HASH_SIZE;
    if (tensors->size < behind || memcmp(bytes + LENGTH_SIZE, hash_intro, intro) != 0)
        return vvi_fail(error, VV_FORMAT, "%s: has no hash where it should be", tensors->path);
    add_to_hash(&hash, bytes, HASH_AT);
    add_to_hash(&hash, bytes + behind, tensors->size - behind);
    snprintf(digits, sizeof digits, "%016" PRIx64, end_hash(&hash));
    if (memcmp(bytes + HASH_AT, digits, HASH_SIZE) == 0) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "%s: is damaged: its hash is %s, but it says %.16s", tensors->path, digits,
                    (const char *)bytes + HASH_AT);
}
