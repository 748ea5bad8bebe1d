/* Surfaces that other programs made: tables of numbers, meshes and arrays, recognised by content
 * (docs/file-formats.md), and the landscapes that they become.
 *
 * HDF5 files, also those of weights and directions, are read in a child process: a program that
 * waits for any child may be told of its end. */
#ifndef LOSS_IMPORT_H
#define LOSS_IMPORT_H

#include <loss/surface.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a file of another program holds: points on a grid, which need not be even. Immutable.
 *  Since 0.1. */
typedef struct loss_import loss_import;

/** How a file is read. Start from LOSS_IMPORT_OPTIONS_INIT. Since 0.1. */
typedef struct loss_import_options {
    size_t struct_size; /**< sizeof(loss_import_options): set by the initialiser */
    size_t max_bytes;   /**< larger files are refused; 0: none is */
} loss_import_options;

/** The defaults of loss_import_options. Since 0.1. */
#define LOSS_IMPORT_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(loss_import_options), 0                                                             \
    }

/** Name of a kind of file that is read, such as "table of numbers"; NULL past the last. Static
 *  storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_import_kind_at(size_t i);

/** Usual endings of the files of kind i, such as ".csv .tsv"; NULL past the last. Files are
 *  recognised by content, whatever they are called. Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_import_endings_at(size_t i);

/** Reads a file. Time and memory are bounded by its size.
 *  @param path  Borrowed.
 *  @param opt   NULL: the defaults.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_IO (no regular file, too large), LOSS_ERR_FORMAT
 *          (of no kind that is read, damaged, no grid, two values at one point, no finite value),
 *          LOSS_ERR_NOMEM.
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_import_read(loss_import **out, const char *path,
                                      const loss_import_options *opt);

/** Frees it; NULL is a no-op. Threads: any; nothing else may use the handle then. Since 0.1. */
LOSS_API void loss_import_free(loss_import *import);

/** The kind of file, as loss_import_kind_at() has it. Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_import_kind(const loss_import *import);

/** Coordinates along an axis, ascending.
 *  @param axis  0: x, 1: y
 *  @param n     how many; a line has one y
 *  @return [n], borrowed until loss_import_free(); NULL with n = 0 for another axis.
 *  Threads: any. Since 0.1. */
LOSS_API const double *loss_import_axis(const loss_import *import, int axis, size_t *n);

/** What the file calls an axis, such as "epoch"; NULL where it has no word for it. Borrowed until
 *  loss_import_free(). Threads: any. Since 0.1. */
LOSS_API const char *loss_import_axis_name(const loss_import *import, int axis);

/** Whether there are points under this split. Threads: any. Since 0.1. */
LOSS_API bool loss_import_has_split(const loss_import *import, loss_split split);

/** Whether the file says of which split its points are; if not, they stand under LOSS_SPLIT_TEST.
 *  Threads: any. Since 0.1. */
LOSS_API bool loss_import_tells_split(const loss_import *import);

/** Whether the values are plain heights of a mesh, which need not be losses. Threads: any.
 *  Since 0.1. */
LOSS_API bool loss_import_is_height(const loss_import *import);

/** The points of a split. Those that the file lacks are not evaluated; what it does not tell of the
 *  others is NaN.
 *  @return [ny][nx], borrowed until loss_import_free(); NULL where there is no such split.
 *  Threads: any. Since 0.1. */
LOSS_API const loss_point *loss_import_points(const loss_import *import, loss_split split);

/** What else is noted in the landscape. Start from LOSS_SURFACE_IMPORT_OPTIONS_INIT. Since 0.1. */
typedef struct loss_surface_import_options {
    size_t struct_size; /**< sizeof(loss_surface_import_options): set by the initialiser */
    const char
        *command;     /**< LOSS_KEY_COMMAND, fit for a shell in any folder; NULL: none. Borrowed */
    const char *host; /**< LOSS_KEY_HOST, the name of this machine; NULL: none. Borrowed */
} loss_surface_import_options;

/** The defaults of loss_surface_import_options. Since 0.1. */
#define LOSS_SURFACE_IMPORT_OPTIONS_INIT                                                           \
    {                                                                                              \
        sizeof(loss_surface_import_options), NULL, NULL                                            \
    }

/** Makes a landscape of it, whose facts say that it was imported, from which file and as what, and
 *  nothing that the file does not tell: no network, no images, no directions. It can be shown,
 *  exported and compared; evaluation, paths and merging want to know what the losses are of, and
 *  refuse it.
 *  @param out   may be NULL where there is a path
 *  @param path  a file to make; what was imported there before from the same bytes is left as it
 *               is. NULL: the landscape is in memory. Borrowed.
 *  @param opt   NULL: the defaults.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_SHAPE (an axis that is not even, to 2 % of a step,
 *          or too long), LOSS_ERR_MISMATCH (another landscape is there), LOSS_ERR_IO,
 *          LOSS_ERR_NOMEM.
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_surface_import(loss_surface **out, const loss_import *import,
                                         const char *path, const loss_surface_import_options *opt);

/** Opens a file to look at: a landscape as loss_surface_read() does, another one as
 *  loss_import_read() and loss_surface_import() in memory.
 *  @return as those.
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_surface_look(loss_surface **out, const char *path);

#ifdef __cplusplus
}
#endif
#endif
