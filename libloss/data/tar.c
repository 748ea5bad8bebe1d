/* A tar archive is a row of 512-byte headers, each followed by its file's bytes, filled up to
 * 512. */
#include "data/tar.h"

#include <string.h>

enum {
    BLOCK = 512,
    NAME = 0,
    NAME_LENGTH = 100,
    SIZE = 124,
    SIZE_LENGTH = 12,
    CHECKSUM = 148,
    CHECKSUM_LENGTH = 8,
    TYPE = 156
};

/* A number in octal text, or (GNU) in base 256 with the highest bit set. */
static bool parse_number(const uint8_t *field, size_t length, uint64_t *value)
{
    *value = 0;
    if (field[0] & 0x80) {
        for (size_t i = 0; i < length; i++) {
            if (*value >> 55)
                return false;
            *value = *value << 8 | (i ? field[i] : field[i] & 0x7f);
        }
        return true;
    }
    size_t i = 0, digits = 0;
    while (i < length && field[i] == ' ')
        i++;
    for (; i < length && field[i] >= '0' && field[i] <= '7'; i++, digits++)
        *value = *value << 3 | (uint64_t)(field[i] - '0');
    return digits > 0 && (i == length || field[i] == 0 || field[i] == ' ');
}

/* Sum of the header's bytes, those of the checksum taken as spaces. */
static uint64_t checksum(const uint8_t *header)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH ? ' ' : header[i];
    return sum;
}

bool lossi_tar_is(const uint8_t *bytes, size_t size)
{
    uint64_t found;
    return size >= BLOCK && bytes[0] && parse_number(bytes + CHECKSUM, CHECKSUM_LENGTH, &found) &&
           found == checksum(bytes);
}

static bool is_zero_block(const uint8_t *header)
{
    for (size_t i = 0; i < BLOCK; i++)
        if (header[i])
            return false;
    return true;
}

static void copy_last_part(const uint8_t *field, char name[256])
{
    char whole[NAME_LENGTH + 1];
    memcpy(whole, field, NAME_LENGTH);
    whole[NAME_LENGTH] = 0;
    const char *slash = strrchr(whole, '/');
    strcpy(name, slash ? slash + 1 : whole);
}

loss_status lossi_tar_next(const uint8_t *bytes, size_t size, const char *label, size_t *at,
                           lossi_tar_entry *entry, bool *found)
{
    *found = false;
    for (;;) {
        if (*at == size || (*at + BLOCK <= size && is_zero_block(bytes + *at)))
            return LOSS_OK;
        if (size - *at < BLOCK)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: truncated: %zu bytes where a header of %d should be", label,
                              size - *at, BLOCK);
        const uint8_t *header = bytes + *at;
        uint64_t stored, length;
        if (!parse_number(header + CHECKSUM, CHECKSUM_LENGTH, &stored) ||
            stored != checksum(header))
            return lossi_fail(
                LOSS_ERR_FORMAT, "%s: tar header at byte %zu: its checksum is %llu; expected %llu",
                label, *at, (unsigned long long)stored, (unsigned long long)checksum(header));
        if (!parse_number(header + SIZE, SIZE_LENGTH, &length) || length > size - *at - BLOCK)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: tar header at byte %zu claims %llu bytes; %zu follow", label,
                              *at, (unsigned long long)length, size - *at - BLOCK);
        size_t filled = ((size_t)length + BLOCK - 1) / BLOCK * BLOCK, data = *at + BLOCK;
        *at = filled > size - data ? size : data + filled;
        if (header[TYPE] != '0' && header[TYPE] != 0)
            continue; /* folders, links, pax headers: not ours */
        copy_last_part(header + NAME, entry->name);
        entry->bytes = bytes + data;
        entry->size = (size_t)length;
        *found = true;
        return LOSS_OK;
    }
}
