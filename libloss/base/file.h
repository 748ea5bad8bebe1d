/* Files: whole reads with a bound, and atomic writes (temporary file, fsync, rename). */
#ifndef LOSSI_FILE_H
#define LOSSI_FILE_H

#include <stdio.h>

#include "base/base.h"

/** Reads a whole regular file.
 *  @param bytes  *bytes owned by the caller (free()), NULL on failure; a NUL follows the last
 * byte.
 *  @return LOSS_OK, LOSS_ERR_IO (message: path and the system's reason), LOSS_ERR_NOMEM */
loss_status lossi_file_read(const char *path, uint8_t **bytes, size_t *size);

/** True if the path exists and is a folder / a regular file. */
bool lossi_is_folder(const char *path);
bool lossi_is_file(const char *path);

/** A file that appears under its name only when it is complete.
 *  lossi_file_begin() opens PATH.tmp-PID; write to ->stream; lossi_file_commit() flushes,
 * fsyncs, renames and fsyncs the folder; it fails if any earlier write failed.
 * lossi_file_abandon() removes the temporary; a no-op after commit. From begin to the end,
 * numbers of this thread print with a point, whatever the program's locale. */
typedef struct lossi_file {
    FILE *stream;
    char *path, *temporary;
    locale_t locale; /* the thread's before */
} lossi_file;

loss_status lossi_file_begin(lossi_file *file, const char *path);
loss_status lossi_file_commit(lossi_file *file);
void lossi_file_abandon(lossi_file *file);

/** Writes a whole file atomically. */
loss_status lossi_file_write(const char *path, const void *bytes, size_t size);

#endif
