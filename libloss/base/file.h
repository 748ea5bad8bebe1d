/* Files inside the library: what <loss/file.h> offers, and opening input. */
#ifndef LOSSI_FILE_H
#define LOSSI_FILE_H

#include <loss/file.h>

#include "base/base.h"

/** Opens a regular file for reading; every input is opened here or by loss_file_read(). Anything
 * else is refused without waiting for it, as opening a FIFO would.
 *  @param descriptor  owned by the caller: close(); -1 on failure
 *  @param size        bytes in it now; may be NULL
 *  @return LOSS_OK, LOSS_ERR_IO (message: path and the system's reason) */
loss_status lossi_file_open_input(const char *path, int *descriptor, uint64_t *size);

/** A file's bytes as a view, which takes memory only for what was touched since
 * lossi_file_let_go(). Another program that shortens the file ends this one (SIGBUS).
 *  @param bytes  NULL of an empty file and on failure; lossi_file_unmap()
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_file_map(const char *path, uint8_t **bytes, size_t *n);
void lossi_file_let_go(uint8_t *bytes, size_t n);
void lossi_file_unmap(uint8_t *bytes, size_t n);

/** Whether a regular file is there. What cannot be found out is a failure, and not false.
 *  @return as loss_path_find() */
loss_status lossi_path_is_file(const char *path, bool *is);

#endif
