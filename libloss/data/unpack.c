/* zlib's own reader of files: it checks the sums, which libarchive's does not, and takes files
 * that are not packed as they are. */
#include "data/unpack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"

enum { MOST_AT_ONCE = 1 << 30, BUFFER = 1 << 16 };

loss_status lossi_unpack_open(lossi_unpack *u, const char *path)
{
    int descriptor;
    *u = (lossi_unpack){.path = path};
    loss_status status = lossi_file_open_input(path, &descriptor, &u->file_bytes);
    if (status)
        return status;
    u->stream = gzdopen(descriptor, "rb");
    if (!u->stream)
        close(descriptor);
    if (u->stream && gzbuffer(u->stream, BUFFER) == 0)
        return LOSS_OK;
    lossi_unpack_close(u);
    return lossi_fail_nomem(BUFFER);
}

static loss_status fail_with_zlib(const lossi_unpack *u)
{
    int code;
    const char *reason = gzerror(u->stream, &code);
    switch (code) {
    case Z_OK:
    case Z_STREAM_END: return LOSS_OK;
    case Z_ERRNO: return lossi_fail(LOSS_ERR_IO, "%s: cannot read: %s", u->path, strerror(errno));
    case Z_MEM_ERROR: return lossi_fail(LOSS_ERR_NOMEM, "%s: out of memory to unpack it", u->path);
    case Z_BUF_ERROR:
        return lossi_fail(LOSS_ERR_FORMAT, "%s: gzip data are truncated after %llu bytes", u->path,
                          (unsigned long long)u->file_bytes);
    default:
        return lossi_fail(LOSS_ERR_FORMAT, "%s: gzip data are corrupt near byte %ld: %s", u->path,
                          (long)gzoffset(u->stream), reason);
    }
}

loss_status lossi_unpack_read(lossi_unpack *u, void *to, size_t wanted, size_t *got)
{
    for (*got = 0; *got < wanted;) {
        size_t part = wanted - *got < MOST_AT_ONCE ? wanted - *got : MOST_AT_ONCE;
        errno = 0;
        int n = gzread(u->stream, (unsigned char *)to + *got, (unsigned)part);
        if (n > 0)
            *got += (size_t)n;
        if (n < (int)part)
            return fail_with_zlib(u);
    }
    return LOSS_OK;
}

void lossi_unpack_close(lossi_unpack *u)
{
    if (u->stream)
        gzclose(u->stream);
    *u = (lossi_unpack){0};
}
