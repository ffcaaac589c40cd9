/* records.c - the framing of what processes of a search tell each other.
 *
 *     magic "VVRC" (4) | kind (4) | payload bytes (8) | FNV-1a of kind, size and payload (8) | payload
 *
 * Both ends are one program on one machine (a fork), so numbers are in the machine's own order. The hash is there
 * because user code runs beside the writer and may scribble into its descriptors or its memory: what does not add up is
 * garbage, and garbage is a failed trial, never a wrong number. Nothing after garbage is looked at.
 */
#include "tuner/records.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAGIC = 0x43525656, MOST_BYTES = 64 << 20, READ_BYTES = 64 << 10 };

typedef struct header {
    uint32_t magic, kind;
    uint64_t size, hash;
} header;

static uint64_t hash_record(uint32_t kind, uint64_t size, const char *bytes)
{
    uint64_t hash = vvi_hash_bytes(VVI_HASH_START, &kind, sizeof kind);
    hash = vvi_hash_bytes(hash, &size, sizeof size);
    return size == 0 ? hash : vvi_hash_bytes(hash, bytes, (size_t)size);
}

/* ---- sending ------------------------------------------------------------------------------------------------------
 */

void vvi_put_int(vvi_text *payload, int64_t value)
{
    char bytes[sizeof value];
    memcpy(bytes, &value, sizeof value);
    vvi_text_add(payload, bytes, sizeof bytes);
}

void vvi_put_double(vvi_text *payload, double value)
{
    char bytes[sizeof value];
    memcpy(bytes, &value, sizeof value);
    vvi_text_add(payload, bytes, sizeof bytes);
}

void vvi_put_text(vvi_text *payload, const char *text)
{
    vvi_text_add(payload, text, strlen(text) + 1);
}

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t written = send(fd, bytes, n, MSG_NOSIGNAL);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes += written;
        n -= (size_t)written;
    }
    return true;
}

static bool send_bytes(int fd, vvi_record_kind kind, const char *payload, size_t n)
{
    const header h = { MAGIC, (uint32_t)kind, n, hash_record((uint32_t)kind, n, payload) };
    char bytes[sizeof h];
    memcpy(bytes, &h, sizeof h);
    return write_all(fd, bytes, sizeof bytes) && write_all(fd, payload, n);
}

bool vvi_record_send(int fd, vvi_record_kind kind, vvi_text *payload)
{
    const bool failed = payload != NULL && payload->failed;
    bool ok = false;
    if (failed)
        vvi_record_send_error(fd, VV_NO_MEMORY, vv_strerror(VV_NO_MEMORY));
    else
        ok = send_bytes(fd, kind, payload == NULL ? NULL : payload->data, payload == NULL ? 0 : payload->n);
    if (payload != NULL) vvi_text_deinit(payload);
    return ok;
}

/* Allocates nothing: out of memory must be told, too. */
void vvi_record_send_error(int fd, vv_status status, const char *text)
{
    char payload[sizeof(int64_t) + VV_ERROR_SIZE];
    const int64_t number = status;
    size_t n = strlen(text);
    if (n >= VV_ERROR_SIZE) n = VV_ERROR_SIZE - 1;
    memcpy(payload, &number, sizeof number);
    memcpy(payload + sizeof number, text, n);
    payload[sizeof number + n] = '\0';
    send_bytes(fd, VVI_RECORD_ERROR, payload, sizeof number + n + 1);
}

/* ---- a record's payload ---------------------------------------------------------------------------------------------
 */

static bool take(vvi_record *record, void *value, size_t n)
{
    memset(value, 0, n);
    if (record->bad || record->n - record->at < n) {
        record->bad = true;
        return false;
    }
    memcpy(value, record->bytes + record->at, n);
    record->at += n;
    return true;
}

int64_t vvi_get_int(vvi_record *record)
{
    int64_t value;
    take(record, &value, sizeof value);
    return value;
}

int vvi_get_count(vvi_record *record)
{
    const int64_t value = vvi_get_int(record);
    if (value >= 0 && value <= INT32_MAX) return (int)value;
    record->bad = true;
    return 0;
}

double vvi_get_double(vvi_record *record)
{
    double value;
    take(record, &value, sizeof value);
    return value;
}

const char *vvi_get_text(vvi_record *record)
{
    const size_t left = record->n - record->at;
    const char *text = record->bad || left == 0 ? NULL : record->bytes + record->at;
    const char *end = text == NULL ? NULL : memchr(text, '\0', left);
    if (end == NULL) {
        record->bad = true;
        return "";
    }
    record->at += (size_t)(end - text) + 1;
    return text;
}

/* ---- receiving -------------------------------------------------------------------------------------------------- */

void vvi_records_deinit(vvi_records *records)
{
    vvi_free(records->bytes);
    *records = (vvi_records){ 0 };
}

/* Forgets what was handed out and makes room for one more read. */
static bool make_room(vvi_records *records)
{
    if (records->at > 0) memmove(records->bytes, records->bytes + records->at, records->n - records->at);
    records->n -= records->at;
    records->at = 0;
    if (records->capacity - records->n >= READ_BYTES) return true;
    const size_t capacity = 2 * records->capacity + READ_BYTES;
    char *bytes = vvi_realloc(records->bytes, capacity);
    if (bytes == NULL) return false;
    records->bytes = bytes;
    records->capacity = capacity;
    return true;
}

vv_status vvi_records_fill(vvi_records *records, int fd, bool *more, vv_error *error)
{
    if (!make_room(records)) return vvi_no_memory(error);
    ssize_t n;
    do n = read(fd, records->bytes + records->n, READ_BYTES);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == ECONNRESET) n = 0; /* it ended with something unread */
    if (n < 0) return vvi_fail(error, VV_IO, "cannot read from a process: %s", strerror(errno));
    records->n += (size_t)n;
    *more = n > 0;
    return VV_OK;
}

vvi_next vvi_records_next(vvi_records *records, vvi_record *record)
{
    header h;
    const size_t left = records->n - records->at;
    if (left < sizeof h) return VVI_NEXT_NONE;
    memcpy(&h, records->bytes + records->at, sizeof h);
    if (h.magic != MAGIC || h.kind == 0 || h.kind >= VVI_RECORD_COUNT || h.size > MOST_BYTES) return VVI_NEXT_GARBAGE;
    if (left - sizeof h < h.size) return VVI_NEXT_NONE;
    const char *bytes = records->bytes + records->at + sizeof h;
    if (hash_record(h.kind, h.size, bytes) != h.hash) return VVI_NEXT_GARBAGE;
    *record = (vvi_record){ .kind = (vvi_record_kind)h.kind, .bytes = bytes, .n = (size_t)h.size };
    records->at += sizeof h + (size_t)h.size;
    return VVI_NEXT_RECORD;
}

bool vvi_records_cut(const vvi_records *records)
{
    return records->n > records->at;
}
