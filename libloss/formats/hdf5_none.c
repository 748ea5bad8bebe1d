/* In place of HDF5 where there is no libhdf5. */
#include "formats/hdf5.h"

loss_status lossi_hdf5_write(const char *path, const lossi_array *arrays, size_t n)
{
    (void)arrays;
    (void)n;
    return lossi_fail(LOSS_ERR_NAME, "%s: this libloss was built without libhdf5", path);
}
