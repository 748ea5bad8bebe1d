/* The temporary file behind lossi_spill. */
#include "base/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct lossi_spill {
    int descriptor;
    char *folder; /* for messages */
};

static loss_status fail_to(const char *verb, const char *folder)
{
    return lossi_fail(LOSS_ERR_IO, "%s: cannot %s a temporary file: %s", folder, verb,
                      errno ? strerror(errno) : "it ends too early");
}

static loss_status open_file(lossi_spill *spill)
{
    char *path = lossi_format("%s/libloss-XXXXXX", spill->folder);
    if (!path)
        return lossi_fail_nomem(strlen(spill->folder) + 16);
    spill->descriptor = mkostemp(path, O_CLOEXEC);
    loss_status status = spill->descriptor < 0 ? fail_to("make", spill->folder) : LOSS_OK;
    if (!status && unlink(path))
        status = fail_to("remove the name of", spill->folder);
    free(path);
    return status;
}

loss_status lossi_spill_create(lossi_spill **out)
{
    const char *folder = getenv("TMPDIR");
    lossi_spill *spill = calloc(1, sizeof *spill);
    *out = NULL;
    if (spill) {
        spill->descriptor = -1;
        spill->folder = lossi_strdup(folder && *folder ? folder : "/var/tmp");
    }
    loss_status status =
        spill && spill->folder ? open_file(spill) : lossi_fail_nomem(sizeof *spill);
    if (status)
        lossi_spill_free(spill);
    else
        *out = spill;
    return status;
}

void lossi_spill_free(lossi_spill *spill)
{
    if (!spill)
        return;
    if (spill->descriptor >= 0)
        close(spill->descriptor);
    free(spill->folder);
    free(spill);
}

loss_status lossi_spill_write(const lossi_spill *spill, const void *bytes, size_t n, uint64_t at)
{
    const char *from = bytes;
    while (n) {
        errno = 0;
        ssize_t now = pwrite(spill->descriptor, from, n, (off_t)at);
        if (now < 0 && errno == EINTR)
            continue;
        if (now <= 0)
            return fail_to("write", spill->folder);
        from += now;
        n -= (size_t)now;
        at += (uint64_t)now;
    }
    return LOSS_OK;
}

loss_status lossi_spill_read(const lossi_spill *spill, void *bytes, size_t n, uint64_t at)
{
    char *to = bytes;
    while (n) {
        errno = 0;
        ssize_t now = pread(spill->descriptor, to, n, (off_t)at);
        if (now < 0 && errno == EINTR)
            continue;
        if (now <= 0)
            return fail_to("read", spill->folder);
        to += now;
        n -= (size_t)now;
        at += (uint64_t)now;
    }
    return LOSS_OK;
}
