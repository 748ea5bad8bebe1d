/* An array is its length in bytes and the bytes; a packed one the number of blocks, the size of a
 * block and of the last, the packed size of each, and the blocks. As base64, the numbers before and
 * the bytes are one text each. */
#include "import/vtk_values.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Where bytes are taken from. */
typedef struct stream {
    const char *at, *end;
    bool is_base64;
} stream;

static int digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* The next n bytes of a base64 text that holds just these. */
static bool take_base64(stream *s, uint8_t *bytes, size_t n)
{
    while (s->at < s->end && strchr(" \t\r\n", *s->at))
        s->at++;
    for (size_t i = 0; i < n; i += 3, s->at += 4) {
        int digits[4];
        if (s->end - s->at < 4)
            return false;
        for (int k = 0; k < 4; k++)
            digits[k] = s->at[k] == '=' ? 0 : digit_of(s->at[k]);
        if (digits[0] < 0 || digits[1] < 0 || digits[2] < 0 || digits[3] < 0)
            return false;
        uint32_t word = (uint32_t)digits[0] << 18 | (uint32_t)digits[1] << 12 |
                        (uint32_t)digits[2] << 6 | (uint32_t)digits[3];
        for (size_t k = 0; k < 3 && i + k < n; k++)
            bytes[i + k] = (uint8_t)(word >> (16 - 8 * k));
    }
    return true;
}

static bool take(stream *s, uint8_t *bytes, size_t n)
{
    if (s->is_base64)
        return take_base64(s, bytes, n);
    if ((size_t)(s->end - s->at) < n)
        return false;
    memcpy(bytes, s->at, n);
    s->at += n;
    return true;
}

static uint64_t number_at(const lossi_vtk_source *f, const uint8_t *bytes, size_t i)
{
    uint64_t wide = 0;
    uint32_t narrow;
    if (f->has_long_headers) {
        memcpy(&wide, bytes + i * sizeof wide, sizeof wide);
        return wide;
    }
    memcpy(&narrow, bytes + i * sizeof narrow, sizeof narrow);
    return narrow;
}

static size_t width(const lossi_vtk_source *f)
{
    return f->has_long_headers ? sizeof(uint64_t) : sizeof(uint32_t);
}

static bool take_plain(const lossi_vtk_source *f, stream *s, uint8_t *bytes, size_t n)
{
    uint8_t head[sizeof(uint64_t)];
    size_t n_text = (width(f) + 2) / 3 * 4; /* of the length alone */
    while (s->is_base64 && s->at < s->end && strchr(" \t\r\n", *s->at))
        s->at++;
    if (!s->is_base64 || ((size_t)(s->end - s->at) >= n_text && s->at[n_text - 1] == '='))
        return take(s, head, width(f)) && number_at(f, head, 0) == n && take(s, bytes, n);
    /* other programs make one text of the length and the bytes */
    uint8_t *all = malloc(width(f) + n);
    bool done = all && take(s, all, width(f) + n) && number_at(f, all, 0) == n;
    if (done)
        memcpy(bytes, all + width(f), n);
    free(all);
    return done;
}

/* The blocks, whose packed sizes follow the first three numbers of `head`. */
static bool unpack(const lossi_vtk_source *f, const uint8_t *head, const uint8_t *packed,
                   size_t n_packed, uint8_t *bytes, size_t n)
{
    uint64_t n_blocks = number_at(f, head, 0);
    size_t from = 0, to = 0;
    for (uint64_t i = 0; i < n_blocks; i++) {
        uint64_t size = number_at(f, head, 3 + (size_t)i);
        uLongf made = (uLongf)(n - to);
        if (size > n_packed - from ||
            uncompress(bytes + to, &made, packed + from, (uLong)size) != Z_OK)
            return false;
        from += (size_t)size;
        to += made;
    }
    return to == n;
}

static bool take_packed(const lossi_vtk_source *f, stream *s, uint8_t *bytes, size_t n)
{
    uint8_t first[3 * sizeof(uint64_t)];
    stream begin = *s;
    size_t w = width(f);
    if (!take(&begin, first, w))
        return false;
    uint64_t n_blocks = number_at(f, first, 0);
    if (n_blocks > f->size / w)
        return false;
    size_t n_head = w * (3 + (size_t)n_blocks);
    uint8_t *head = malloc(n_head), *packed = NULL;
    bool done = head && take(s, head, n_head);
    uint64_t n_packed = 0;
    for (size_t i = 0; i < n_blocks && done; i++) {
        n_packed += number_at(f, head, 3 + i);
        done = n_packed <= f->size;
    }
    done = done && (packed = malloc((size_t)n_packed + 1)) && take(s, packed, (size_t)n_packed) &&
           unpack(f, head, packed, (size_t)n_packed, bytes, n);
    free(head);
    free(packed);
    return done;
}

loss_status lossi_vtk_values(const lossi_vtk_source *f, const char *inside, size_t offset, size_t n,
                             uint8_t **bytes)
{
    const char *end = f->text + f->size;
    *bytes = NULL;
    bool is_there = inside || (f->appended && offset <= (size_t)(end - f->appended));
    if (!is_there || n / (f->is_packed ? LOSSI_VTK_MOST_PACKED : 1) > f->size)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: an array of %zu bytes is not there", f->path, n);
    stream s = {inside ? inside : f->appended + offset, end, inside || f->is_base64};
    *bytes = malloc(n + 1);
    if (!*bytes)
        return lossi_fail_nomem(n);
    if (f->is_packed ? take_packed(f, &s, *bytes, n) : take_plain(f, &s, *bytes, n))
        return LOSS_OK;
    free(*bytes);
    *bytes = NULL;
    return lossi_fail(LOSS_ERR_FORMAT, "%s: an array of %zu bytes is damaged or short", f->path, n);
}
