/* numpy's .npy arrays, and .npz archives of them. */
#ifndef LOSSI_NPY_H
#define LOSSI_NPY_H

#include "formats/archive.h"
#include "formats/arrays.h"

/** True if the archive holds a member NAME.npy. */
bool lossi_npz_is(const lossi_archive *zip);

/** The arrays of an archive, in the order of their names. Little-endian numbers; Fortran order
 * is read as strides. All bytes must outlive the arrays.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_npz_parse(const lossi_archive *zip, size_t size, const char *label,
                            lossi_arrays *out);

#endif
