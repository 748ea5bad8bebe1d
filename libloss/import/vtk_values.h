/* The values of arrays in VTK's XML files, however they are packed. */
#ifndef LOSSI_VTK_VALUES_H
#define LOSSI_VTK_VALUES_H

#include "base/base.h"

/** zlib makes no more bytes of one than that. */
enum { LOSSI_VTK_MOST_PACKED = 1100 };

/** A file, and how its arrays lie in it. Borrowed. */
typedef struct lossi_vtk_source {
    const char *path, *text; /* [size], and a NUL */
    size_t size;
    const char *appended;  /* the first byte of what is appended; NULL: nothing is */
    bool is_base64;        /* what is appended; what stands in a tag always is */
    bool is_packed;        /* by zlib */
    bool has_long_headers; /* of 64 bits, else of 32 */
} lossi_vtk_source;

/** The bytes of an array.
 *  @param inside  where its base64 begins, in its tag; NULL: it is appended, at `offset`
 *  @param n       how many bytes are expected
 *  @param bytes   [n]; NULL on failure. free()
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_vtk_values(const lossi_vtk_source *source, const char *inside, size_t offset,
                             size_t n, uint8_t **bytes);

#endif
