/* append.c - files that grow by whole records, whoever else writes to them, and whatever becomes of the disk. */
#include "report/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

vv_status vvi_append_open(vvi_append *file, const char *path, bool fresh, vv_error *error)
{
    file->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (fresh ? O_EXCL : 0), 0666);
    if (file->fd >= 0) return VV_OK;
    if (errno == EEXIST) return VV_TAKEN;
    return vvi_fail(error, VV_IO, "%s: %s", path, strerror(errno));
}

/* Where files cannot be locked nobody else should write to them. */
void vvi_append_lock(const vvi_append *file)
{
    while (flock(file->fd, LOCK_EX) != 0 && errno == EINTR) continue;
}

void vvi_append_unlock(const vvi_append *file)
{
    (void)!flock(file->fd, LOCK_UN);
}

/* Half a record is taken back. */
static vv_status write_whole(const vvi_append *file, const void *bytes, size_t n, const char *path, vv_error *error)
{
    struct stat before;
    if (fstat(file->fd, &before) != 0) return vvi_fail(error, VV_IO, "%s: %s", path, strerror(errno));
    errno = 0;
    const ssize_t written = write(file->fd, bytes, n);
    if (written == (ssize_t)n) return VV_OK;
    const int why = written < 0 ? errno : ENOSPC;
    if (written > 0) (void)!ftruncate(file->fd, before.st_size);
    return vvi_fail(error, VV_IO, "%s: %s", path, strerror(why));
}

vv_status vvi_append_write(vvi_append *file, const void *bytes, size_t n, const char *path, vv_error *error)
{
    vvi_append_lock(file);
    const vv_status status = write_whole(file, bytes, n, path, error);
    vvi_append_unlock(file);
    return status;
}

void vvi_append_close(vvi_append *file)
{
    if (file->fd >= 0) close(file->fd);
    file->fd = -1;
}
