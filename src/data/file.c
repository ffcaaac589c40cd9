/* file.c - reading plain and gzipped files alike, through zlib's gzopen.
 *
 * `most` bounds what a file can hold before anything is allocated for it: its length, times 1032 when it is gzipped
 * (deflate cannot do better). A header that promises more is refused by whoever reads it.
 */
#include "data/file.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

vv_status vvi_file_open(vvi_file *file, const char *path, vv_error *error)
{
    struct stat info;
    *file = (vvi_file){ .path = path };
    if (*path == '\0') return vvi_fail(error, VV_BAD_ARG, "the name of a file is empty");
    if (stat(path, &info) != 0)
        return vvi_fail(error, errno == ENOENT || errno == ENOTDIR ? VV_NOT_FOUND : VV_IO, "%s: cannot read: %s", path,
                        strerror(errno));
    if (!S_ISREG(info.st_mode))
        return vvi_fail(error, VV_IO, "%s: cannot read: %s", path,
                        S_ISDIR(info.st_mode) ? "it is a folder" : "it is not a file");
    errno = 0;
    file->gz = gzopen(path, "rb");
    if (file->gz == NULL && errno == 0) return vvi_no_memory(error);
    if (file->gz == NULL) return vvi_fail(error, VV_IO, "%s: cannot read: %s", path, strerror(errno));
    const uint64_t ratio = gzdirect(file->gz) ? 1 : 1032, length = (uint64_t)info.st_size;
    file->most = length > UINT64_MAX / ratio ? UINT64_MAX : length * ratio;
    return VV_OK;
}

static vv_status explain(vvi_file *file, vv_error *error)
{
    int code = Z_OK;
    const char *text = gzerror(file->gz, &code);
    if (code == Z_MEM_ERROR) return vvi_no_memory(error);
    if (code == Z_ERRNO) return vvi_fail(error, VV_IO, "%s: cannot read: %s", file->path, strerror(errno));
    if (code == Z_BUF_ERROR)
        return vvi_fail(error, VV_FORMAT, "%s: cut short: the gzip stream ends in its middle", file->path);
    return vvi_fail(error, VV_FORMAT, "%s: damaged gzip stream: %s", file->path, text);
}

vv_status vvi_file_read_some(vvi_file *file, void *bytes, size_t n, size_t *got, vv_error *error)
{
    *got = 0;
    while (*got < n) {
        const size_t left = n - *got, step = left > INT_MAX / 2 ? INT_MAX / 2 : left;
        const int read = gzread(file->gz, (char *)bytes + *got, (unsigned)step);
        if (read < 0) return explain(file, error);
        *got += (size_t)read;
        if ((size_t)read < step) break;
    }
    int code = Z_OK;
    gzerror(file->gz, &code);
    return code == Z_OK || code == Z_STREAM_END ? VV_OK : explain(file, error);
}

vv_status vvi_file_read(vvi_file *file, void *bytes, size_t n, vv_error *error)
{
    size_t got = 0;
    VVI_TRY(vvi_file_read_some(file, bytes, n, &got, error));
    if (got == n) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "%s: cut short: %zu of %zu bytes at offset %ld are missing", file->path, n - got,
                    n, (long)gztell(file->gz) - (long)got);
}

vv_status vvi_file_finish(vvi_file *file, vv_error *error)
{
    char more = 0;
    size_t got = 0;
    const long at = (long)gztell(file->gz);
    VVI_TRY(vvi_file_read_some(file, &more, 1, &got, error));
    if (got == 0) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "%s: goes on after its last number, at offset %ld", file->path, at);
}

void vvi_file_close(vvi_file *file)
{
    if (file->gz != NULL) gzclose_r(file->gz);
    file->gz = NULL;
}

static vv_status read_all(vvi_file *file, char **bytes, size_t *n, vv_error *error)
{
    size_t capacity = file->most < 65536 ? (size_t)file->most + 2 : 65536, got = 0;
    if (file->most == 0) return vvi_fail(error, VV_FORMAT, "%s: is empty", file->path);
    for (;;) {
        char *larger = capacity > SIZE_MAX / 2 ? NULL : vvi_realloc(*bytes, capacity);
        if (larger == NULL) return vvi_no_memory(error);
        *bytes = larger;
        VVI_TRY(vvi_file_read_some(file, *bytes + *n, capacity - *n - 1, &got, error));
        *n += got;
        if (*n < capacity - 1) break;
        capacity *= 2;
    }
    (*bytes)[*n] = '\0';
    return *n > 0 ? VV_OK : vvi_fail(error, VV_FORMAT, "%s: is empty", file->path);
}

vv_status vvi_file_read_all(const char *path, char **bytes, size_t *n, vv_error *error)
{
    vvi_file file;
    *bytes = NULL;
    *n = 0;
    vv_status status = vvi_file_open(&file, path, error);
    if (status == VV_OK) status = read_all(&file, bytes, n, error);
    vvi_file_close(&file);
    if (status != VV_OK) {
        vvi_free(*bytes);
        *bytes = NULL;
    }
    return status;
}
