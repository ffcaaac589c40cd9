/* crc32c.c - the records of event files (TFRecord), and the check that they carry: CRC-32C (Castagnoli), half a byte at a time;
 * epochs are few and records short. */
#include "report/tensorboard/messages.h"

uint32_t vvi_crc32c(const void *bytes, size_t n)
{
    static const uint32_t table[16] = { 0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
                                        0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
                                        0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75 };
    const unsigned char *at = bytes;
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < n; i++) {
        crc ^= at[i];
        crc = table[crc & 15] ^ crc >> 4;
        crc = table[crc & 15] ^ crc >> 4;
    }
    return ~crc;
}

/* A check that is no check of what it stands in. */
static uint32_t mask(uint32_t crc)
{
    return (crc >> 15 | crc << 17) + 0xa282ead8;
}

static void add_number(vvi_text *record, uint64_t number, size_t n)
{
    char bytes[8];
    for (size_t i = 0; i < n; i++) bytes[i] = (char)(number >> 8 * i);
    vvi_text_add(record, bytes, n);
}

void vvi_record_add(vvi_text *record, const vvi_text *event)
{
    const size_t before = record->n;
    add_number(record, event->n, 8);
    if (record->failed) return;
    add_number(record, mask(vvi_crc32c(record->data + before, 8)), 4);
    vvi_text_add(record, event->data, event->n);
    add_number(record, mask(vvi_crc32c(event->data, event->n)), 4);
}
