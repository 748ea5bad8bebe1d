/* Claims on numbered things that several processes of one machine work on, so that each is done
 * once. A claim is a lock on a byte far behind the end of a file: the kernel gives it to one, and
 * takes it back when the holder ends, however it ends. Nothing is written. */
#ifndef LOSSI_CLAIMS_H
#define LOSSI_CLAIMS_H

#include "base/base.h"

typedef struct lossi_claims lossi_claims;

/** @param path  a file that is there and may be written. Close only when no lock of this process
 *               on the file counts: closing ends those of fcntl() that were made in other ways.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_claims_open(lossi_claims **out, const char *path);
/** Gives up all claims; NULL is a no-op. */
void lossi_claims_close(lossi_claims *claims);

/** Takes number i. @return false: another has it. Where the file system knows no such locks, all
 * is granted. */
bool lossi_claims_take(lossi_claims *claims, size_t i);
/** Gives it up. */
void lossi_claims_release(lossi_claims *claims, size_t i);

#endif
