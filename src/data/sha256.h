/* sha256.h - SHA-256 (FIPS 180-4), for checking downloads. */
#ifndef VVI_DATA_SHA256_H
#define VVI_DATA_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct vvi_sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    unsigned char block[64];
} vvi_sha256;

void vvi_sha256_begin(vvi_sha256 *hash);
void vvi_sha256_add(vvi_sha256 *hash, const void *bytes, size_t n);
/* 64 lower-case hexadecimal digits and a NUL. */
void vvi_sha256_end(vvi_sha256 *hash, char text[65]);

#endif
