/* Claims by locks of open file descriptions (Linux), which are between handles, not processes:
 * two handles of one process exclude each other, too. */
#include "base/claims.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct lossi_claims {
    int file;
};

/* Behind every byte that a database can have, 2^48, and so behind SQLite's own locks. */
static const off_t FIRST_BYTE = (off_t)1 << 60;

loss_status lossi_claims_open(lossi_claims **out, const char *path)
{
    *out = malloc(sizeof **out);
    if (!*out)
        return lossi_fail_nomem(sizeof **out);
    (*out)->file = open(path, O_RDWR | O_CLOEXEC);
    if ((*out)->file >= 0)
        return LOSS_OK;
    free(*out);
    *out = NULL;
    return lossi_fail(LOSS_ERR_IO, "%s: cannot open: %s", path, strerror(errno));
}

void lossi_claims_close(lossi_claims *claims)
{
    if (claims)
        close(claims->file);
    free(claims);
}

static bool set(const lossi_claims *claims, short type, size_t i)
{
    struct flock lock = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = FIRST_BYTE + (off_t)i, .l_len = 1};
    return fcntl(claims->file, F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES);
}

bool lossi_claims_take(lossi_claims *claims, size_t i)
{
    return set(claims, F_WRLCK, i);
}

void lossi_claims_release(lossi_claims *claims, size_t i)
{
    set(claims, F_UNLCK, i);
}
