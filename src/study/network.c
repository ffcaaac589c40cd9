/* network.c - is a folder on a network file system? SQLite's log is kept in memory that its users share, which two machines
 * cannot, and locks hold there as they please: a study would be damaged without anybody noticing. Such a folder can be
 * read; who writes needs a database.
 *
 * Most say what they are (statfs). What is mounted by FUSE may be anything; there the kernel's list of mounts knows.
 */
#include "study/study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

enum { FUSE = 0x65735546 };

static const struct {
    uint32_t magic;
    const char *name;
} kinds[] = {
    { 0x6969, "NFS" },        { 0x517b, "SMB" },      { 0xfe534d42, "SMB" },    { 0xff534d42, "CIFS" },
    { 0x5346414f, "AFS" },    { 0x6b414653, "AFS" },  { 0x73757245, "Coda" },   { 0x00c36400, "Ceph" },
    { 0x0bd00bd0, "Lustre" }, { 0x47504653, "GPFS" }, { 0x19830326, "BeeGFS" }, { 0x564c, "NCP" },
};

static const char *const fuse_kinds[] = { "sshfs", "s3fs",      "gcsfuse",  "rclone",  "glusterfs", "davfs",
                                          "ceph",  "curlftpfs", "smbnetfs", "juicefs", "goofys",    "blobfuse" };

const char *vvi_network_name(uint32_t magic, const char *mount_type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].magic == magic) return kinds[i].name;
    for (size_t i = 0; magic == FUSE && i < sizeof fuse_kinds / sizeof *fuse_kinds; i++)
        if (strstr(mount_type, fuse_kinds[i]) != NULL) return fuse_kinds[i];
    return NULL;
}

/* "36 35 98:0 / /mnt rw,noatime shared:1 - fuse.sshfs me@host: rw": the type of the mount with that device. */
static void find_mount_type(dev_t device, char *type, size_t size)
{
    char *line = NULL;
    size_t room = 0;
    FILE *mounts = fopen("/proc/self/mountinfo", "r");
    while (mounts != NULL && getline(&line, &room, mounts) > 0) {
        unsigned high, low;
        const char *rest = strstr(line, " - ");
        if (rest == NULL || sscanf(line, "%*d %*d %u:%u", &high, &low) != 2 || device != makedev(high, low)) continue;
        snprintf(type, size, "%.*s", (int)strcspn(rest + 3, " "), rest + 3);
    }
    free(line);
    if (mounts != NULL) fclose(mounts);
}

const char *vvi_folder_network(const char *path)
{
    struct statfs system;
    struct stat info;
    char type[64] = "";
    if (statfs(path, &system) != 0) return NULL;
    const uint32_t magic = (uint32_t)system.f_type;
    if (magic == FUSE && stat(path, &info) == 0) find_mount_type(info.st_dev, type, sizeof type);
    return vvi_network_name(magic, type);
}
