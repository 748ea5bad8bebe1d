/* Files: written complete or not at all, read whole. Every file that the library and its programs
 * write goes through here. */
#ifndef LOSS_FILE_H
#define LOSS_FILE_H

#include <stddef.h>
#include <stdint.h>

#include <loss/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A file that is being written.
 *
 *  It appears under its name only when it is complete, and it is on the disk then: it is written
 *  into a temporary file beside it, synced, and renamed, and the folder is synced. A reader sees
 *  the old file or the new one, whatever moment the process is killed at.
 *
 *  - The mode of a file that is replaced is kept. A file without any write permission is not
 *    replaced, also not by root.
 *  - A symbolic link stays; the file that it leads to is replaced. Devices, FIFOs and what
 *    /dev/stdout leads to are written as they are.
 *  - The temporary is `.loss-tmp-` and 33 more letters, unique between threads, processes and
 *    machines. One that a kill left behind is removed when the same file is written again.
 *  Since 0.1. */
typedef struct loss_file loss_file;

/** What kind of contents a file has, by how they begin. Since 0.1. */
typedef struct loss_file_kind {
    const char *name; /**< for messages, such as "PNG picture" */
    size_t offset;    /**< where the bytes below are; at most 64 */
    /** what every such file has there. NULL: a text, which has no NUL in its first 512 bytes */
    const char *begin;
    size_t n_begin; /**< bytes of it, 1 to 64 */
} loss_file_kind;

/** Begins to write a file.
 *  @param out   *out is NULL on failure. Ends with loss_file_commit() or loss_file_abandon().
 *  @param path  copied. Its folder must be there.
 *  @param kind  a file of other contents, and not empty, is not written over; NULL: any is.
 *               Borrowed for the call.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_IO (no such folder, no right, write-protected),
 *          LOSS_ERR_MISMATCH (it is of another kind), LOSS_ERR_NOMEM
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_file_open(loss_file **out, const char *path, const loss_file_kind *kind);

/** Writes n bytes. A failure is kept, and told by loss_file_commit(). Threads: one caller a handle.
 *  Since 0.1. */
LOSS_API void loss_file_put(loss_file *file, const void *bytes, size_t n);

/** Writes a text, without its NUL; NULL counts as a failure for want of memory. Threads: one caller
 *  a handle. Since 0.1. */
LOSS_API void loss_file_put_text(loss_file *file, const char *text);

/** Writes as printf does, but numbers always have a decimal point, whatever the program's locale.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API void loss_file_print(loss_file *file, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/** Puts the file in place and frees the handle, also on failure. Then the old file is as it was,
 *  unless only the sync of the folder failed. NULL is refused.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_IO (a write failed, now or before), LOSS_ERR_NOMEM.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_file_commit(loss_file *file);

/** Frees the handle without writing the file; NULL is a no-op. What went to a device or a FIFO has
 *  gone. Threads: any; nothing else may use the handle then. Since 0.1. */
LOSS_API void loss_file_abandon(loss_file *file);

/** Writes a whole file: open, put, commit.
 *  @param bytes  [n]; may be NULL where n is 0. Borrowed.
 *  @return as loss_file_open() and loss_file_commit().
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_file_write(const char *path, const void *bytes, size_t n,
                                     const loss_file_kind *kind);

/** Reads a whole regular file. Anything else (a folder, a FIFO, a device) is refused without
 *  waiting for it.
 *  @param max    most bytes that it may have; SIZE_MAX: any number
 *  @param bytes  *bytes is owned by the caller: free(); NULL on failure. A NUL follows the last.
 *  @param n      *n bytes without that NUL
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_IO, LOSS_ERR_FORMAT (more than max),
 *          LOSS_ERR_NOMEM.
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_file_read(const char *path, size_t max, uint8_t **bytes, size_t *n);

/** Reads a file that holds one JSON object (RFC 8259) and checks the text, so that a JSON library
 *  that then fails on it has run out of memory.
 *  @param path  Borrowed.
 *  @param max   most bytes that it may have; SIZE_MAX: any number
 *  @param text  *text ends with a NUL and is owned by the caller: free(); NULL on failure
 *  @return as loss_file_read(); LOSS_ERR_FORMAT also where it is no JSON, or not an object, or
 *          nested more than 500 deep.
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_json_read(const char *path, size_t max, char **text);

/** What a path leads to. Since 0.1. */
typedef enum loss_path_kind {
    LOSS_PATH_NOTHING = 0, /**< nothing of that name */
    LOSS_PATH_FILE = 1,    /**< a regular file */
    LOSS_PATH_FOLDER = 2,  /**< a folder */
    LOSS_PATH_OTHER = 3    /**< a device, a FIFO or a socket */
} loss_path_kind;

/** Asks what a path leads to; links are followed.
 *  @return LOSS_OK; LOSS_ERR_ARGUMENT; LOSS_ERR_IO where the system cannot tell (no right to search
 *          a folder of it, a loop of links).
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_path_find(const char *path, loss_path_kind *kind);

/** The kind of file system that a path lies on, or would, if several machines share it: "NFS",
 *  "Lustre", ... Locks may not hold between machines there, and a landscape is to be filled by one
 *  machine only.
 *  @return static storage; NULL: a file system of this machine, or none that is known
 *  Threads: any. Since 0.1. */
LOSS_API const char *loss_path_shared(const char *path);

#ifdef __cplusplus
}
#endif
#endif
