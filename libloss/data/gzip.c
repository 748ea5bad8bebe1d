/* Inflating with zlib. */
#include "data/gzip.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, FIRST_BLOCK = 1 << 16 };

bool lossi_gzip_is(const uint8_t *bytes, size_t size)
{
    return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/* zlib counts in unsigned int: feeds it the next part of the input. */
static void feed(z_stream *stream, const uint8_t *bytes, size_t size)
{
    size_t at = (size_t)(stream->next_in - bytes), left = size - at;
    stream->avail_in = left > UINT_MAX / 2 ? UINT_MAX / 2 : (uInt)left;
}

/* Inflates until `room` bytes are there or the stream ends. Z_OK: more may come. */
static int inflate_some(z_stream *stream, const uint8_t *bytes, size_t size, uint8_t *out,
                        size_t room, size_t *got)
{
    *got = 0;
    while (*got < room) {
        feed(stream, bytes, size);
        size_t part = room - *got > UINT_MAX / 2 ? UINT_MAX / 2 : room - *got;
        stream->next_out = out + *got;
        stream->avail_out = (uInt)part;
        int code = inflate(stream, Z_NO_FLUSH);
        *got += part - stream->avail_out;
        if (code != Z_OK)
            return code;
    }
    return Z_OK;
}

size_t lossi_gzip_peek(const uint8_t *bytes, size_t size, uint8_t *out, size_t wanted)
{
    z_stream stream = {.next_in = (z_const Bytef *)bytes};
    size_t got = 0;
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return 0;
    inflate_some(&stream, bytes, size, out, wanted, &got);
    inflateEnd(&stream);
    return got;
}

static loss_status describe_error(int code, const z_stream *stream, const char *label)
{
    if (code == Z_BUF_ERROR)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: gzip data are truncated after %lu bytes", label,
                          stream->total_in);
    if (code == Z_MEM_ERROR)
        return lossi_fail(LOSS_ERR_NOMEM, "%s: out of memory while inflating", label);
    return lossi_fail(LOSS_ERR_FORMAT, "%s: gzip data are corrupt near byte %lu: %s", label,
                      stream->total_in, stream->msg ? stream->msg : "bad data");
}

loss_status lossi_gzip_inflate(const uint8_t *bytes, size_t size, const char *label, size_t limit,
                               uint8_t **out, size_t *out_size)
{
    *out = NULL;
    *out_size = 0;
    z_stream stream = {.next_in = (z_const Bytef *)bytes};
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return lossi_fail(LOSS_ERR_NOMEM, "%s: out of memory for inflating", label);
    uint8_t *memory = NULL;
    size_t used = 0, capacity = 0;
    loss_status status = LOSS_OK;
    for (int code = Z_OK; !status && code != Z_STREAM_END;) {
        if (used > limit) {
            status = lossi_fail(LOSS_ERR_FORMAT,
                                "%s: it unpacks to more than the %zu bytes expected", label, limit);
            break;
        }
        capacity = capacity ? 2 * capacity : FIRST_BLOCK;
        uint8_t *grown = realloc(memory, capacity);
        if (!grown) {
            status = lossi_fail_nomem(capacity);
            break;
        }
        memory = grown;
        size_t got;
        code = inflate_some(&stream, bytes, size, memory + used, capacity - used, &got);
        used += got;
        if (code != Z_OK && code != Z_STREAM_END)
            status = describe_error(code, &stream, label);
    }
    if (!status && used > limit)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: it unpacks to %zu bytes; expected at most %zu",
                            label, used, limit);
    inflateEnd(&stream);
    if (status) {
        free(memory);
        return status;
    }
    *out = memory;
    *out_size = used;
    return LOSS_OK;
}
