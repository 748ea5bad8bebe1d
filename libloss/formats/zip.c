/* zip as in PKWARE's APPNOTE 6.3: the end record, with zip64 its own end record, then the
 * central directory. Local headers are only asked where the data begin; sizes come from the
 * directory. */
#include "formats/zip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { END = 22, LOCATOR = 20, END64 = 56, CENTRAL = 46, LOCAL = 30, LONGEST_COMMENT = 65535 };
enum { STORED = 0, DEFLATED = 8, ENCRYPTED = 1, ZIP64_EXTRA = 1 };

/* The archive as it is being read. */
typedef struct source {
    const uint8_t *bytes;
    size_t size;
    const char *label;
} source;

static uint64_t little(const uint8_t *bytes, int n)
{
    uint64_t value = 0;
    while (n--)
        value = value << 8 | bytes[n];
    return value;
}

bool lossi_zip_is(const uint8_t *bytes, size_t size)
{
    return size >= END && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0);
}

/* Where the central directory begins and ends. */
static loss_status find_directory(const source *s, size_t *begin, size_t *end)
{
    size_t at = s->size < END ? 0 : s->size - END,
           lowest = at > LONGEST_COMMENT ? at - LONGEST_COMMENT : 0;
    while (at > lowest && memcmp(s->bytes + at, "PK\5\6", 4) != 0)
        at--;
    if (s->size < END || memcmp(s->bytes + at, "PK\5\6", 4) != 0)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: a zip archive without its end: truncated at byte %zu?", s->label,
                          s->size);
    uint64_t size = little(s->bytes + at + 12, 4), offset = little(s->bytes + at + 16, 4);
    if (at >= LOCATOR && memcmp(s->bytes + at - LOCATOR, "PK\6\7", 4) == 0) {
        uint64_t end64 = little(s->bytes + at - LOCATOR + 8, 8);
        if (end64 > at - LOCATOR || at - LOCATOR - end64 < END64 ||
            memcmp(s->bytes + end64, "PK\6\6", 4) != 0)
            return lossi_fail(LOSS_ERR_FORMAT, "%s: the zip64 end record is not at byte %llu",
                              s->label, (unsigned long long)end64);
        size = little(s->bytes + end64 + 40, 8);
        offset = little(s->bytes + end64 + 48, 8);
    }
    if (offset > at || size > at - offset)
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: a zip directory of %llu bytes at byte %llu reaches past its end at %zu", s->label,
            (unsigned long long)size, (unsigned long long)offset, at);
    *begin = (size_t)offset;
    *end = (size_t)(offset + size);
    return LOSS_OK;
}

/* Replaces sizes and offset that are all ones by those of the zip64 extra field, where they come
 * in this order. */
static void read_zip64(const uint8_t *extra, size_t n, uint64_t *fields[3])
{
    while (n >= 4) {
        size_t id = (size_t)little(extra, 2), length = (size_t)little(extra + 2, 2);
        extra += 4;
        n -= 4;
        if (length > n)
            return;
        if (id == ZIP64_EXTRA) {
            size_t at = 0;
            for (int i = 0; i < 3; i++)
                if (*fields[i] == UINT32_MAX && length - at >= 8) {
                    *fields[i] = little(extra + at, 8);
                    at += 8;
                }
            return;
        }
        extra += length;
        n -= length;
    }
}

/* One record of the directory at *at; moves *at behind it. */
static loss_status read_member(const source *s, size_t *at, size_t end, lossi_zip_member *member)
{
    const uint8_t *record = s->bytes + *at;
    if (end - *at < CENTRAL || memcmp(record, "PK\1\2", 4) != 0)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: no record of the zip directory at byte %zu",
                          s->label, *at);
    size_t name = (size_t)little(record + 28, 2), extra = (size_t)little(record + 30, 2);
    size_t comment = (size_t)little(record + 32, 2), method = (size_t)little(record + 10, 2);
    if (end - *at - CENTRAL < name + extra + comment)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: the zip directory ends within a record at byte %zu",
                          s->label, *at);
    *at += CENTRAL + name + extra + comment;
    uint64_t stored = little(record + 20, 4), size = little(record + 24, 4),
             local = little(record + 42, 4);
    read_zip64(record + CENTRAL + name, extra, (uint64_t *[3]){&size, &stored, &local});
    member->name = lossi_format("%.*s", (int)name, (const char *)record + CENTRAL);
    if (!member->name)
        return lossi_fail_nomem(name);
    if ((method != STORED && method != DEFLATED) || little(record + 8, 2) & ENCRYPTED)
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: %s is encrypted or packed by method %zu; expected stored or deflated", s->label,
            member->name, method);
    if (local > s->size || s->size - local < LOCAL || memcmp(s->bytes + local, "PK\3\4", 4) != 0)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %s: no zip header at byte %llu", s->label,
                          member->name, (unsigned long long)local);
    uint64_t data =
        local + LOCAL + little(s->bytes + local + 26, 2) + little(s->bytes + local + 28, 2);
    if (data > s->size || stored > s->size - data || (method == STORED && stored != size))
        return lossi_fail(
            LOSS_ERR_FORMAT, "%s: %s: %llu bytes at byte %llu reach past the end at %zu", s->label,
            member->name, (unsigned long long)stored, (unsigned long long)data, s->size);
    member->stored = s->bytes + data;
    member->stored_size = (size_t)stored;
    member->size = (size_t)size;
    member->is_deflated = method == DEFLATED;
    member->crc = (uint32_t)little(record + 16, 4);
    return LOSS_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const lossi_zip_member *)a)->name, ((const lossi_zip_member *)b)->name);
}

loss_status lossi_zip_open(lossi_zip *zip, const uint8_t *bytes, size_t size, const char *label)
{
    *zip = (lossi_zip){0};
    source s = {bytes, size, label};
    size_t at = 0, end = 0;
    loss_status status = find_directory(&s, &at, &end);
    if (status)
        return status;
    zip->members = calloc((end - at) / CENTRAL + 1, sizeof *zip->members);
    if (!zip->members)
        return lossi_fail_nomem((end - at) / CENTRAL * sizeof *zip->members);
    while (!status && at < end)
        status = read_member(&s, &at, end, &zip->members[zip->n++]);
    if (!status)
        qsort(zip->members, zip->n, sizeof *zip->members, by_name);
    for (size_t i = 1; !status && i < zip->n; i++)
        if (strcmp(zip->members[i - 1].name, zip->members[i].name) == 0)
            status =
                lossi_fail(LOSS_ERR_FORMAT, "%s: %s is in it twice", label, zip->members[i].name);
    if (status)
        lossi_zip_close(zip);
    return status;
}

void lossi_zip_close(lossi_zip *zip)
{
    for (size_t i = 0; i < zip->n; i++)
        free(zip->members[i].name);
    free(zip->members);
    *zip = (lossi_zip){0};
}

lossi_zip_member *lossi_zip_find(const lossi_zip *zip, const char *name)
{
    lossi_zip_member key = {.name = (char *)name};
    return zip->n ? bsearch(&key, zip->members, zip->n, sizeof key, by_name) : NULL;
}

/* Inflates exactly member->size bytes. */
static bool inflate_into(const lossi_zip_member *member, uint8_t *out)
{
    z_stream stream = {0};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return false;
    size_t in = member->stored_size, left = member->size;
    stream.next_in = (Bytef *)member->stored;
    stream.next_out = out;
    int result = Z_OK;
    while (result == Z_OK) { /* zlib counts in 32 bits */
        uInt in_part = in > UINT32_MAX ? UINT32_MAX : (uInt)in,
             out_part = left > UINT32_MAX ? UINT32_MAX : (uInt)left;
        stream.avail_in = in_part;
        stream.avail_out = out_part;
        result = inflate(&stream, Z_NO_FLUSH);
        in -= in_part - stream.avail_in;
        left -= out_part - stream.avail_out;
    }
    inflateEnd(&stream);
    return result == Z_STREAM_END && !left;
}

loss_status lossi_zip_contents(lossi_zip_member *member, const char *label, lossi_arrays *arrays)
{
    if (member->contents)
        return LOSS_OK;
    const uint8_t *contents = member->stored;
    if (member->is_deflated) {
        if (!lossi_arrays_allow(arrays, member->size))
            return lossi_fail(
                LOSS_ERR_FORMAT,
                "%s: %s would inflate from %zu to %zu bytes: more than any honest file; refused",
                label, member->name, member->stored_size, member->size);
        uint8_t *block = malloc(member->size + 1);
        if (!block)
            return lossi_fail_nomem(member->size);
        bool inflated = inflate_into(member, block);
        loss_status status = lossi_arrays_own(arrays, block);
        if (status)
            return status;
        if (!inflated)
            return lossi_fail(LOSS_ERR_FORMAT, "%s: %s does not inflate to its %zu bytes: damaged",
                              label, member->name, member->size);
        contents = block;
    }
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION /* a fuzzer would hardly ever get past it */
    uint32_t crc = (uint32_t)crc32_z(0, contents, member->size);
    if (crc != member->crc)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %s is damaged: its checksum is %08x; expected %08x",
                          label, member->name, crc, member->crc);
#endif
    member->contents = contents;
    return LOSS_OK;
}
