/* Arrays as HDF5: the file is made in memory, and written as a whole. */
#include "base/file.h"
#include "formats/hdf5.h"
#include "formats/hdf5_session.h"

#include <stdlib.h>
#include <string.h>

static const loss_file_kind KIND = {"HDF5 file", 0, "\x89HDF\r\n\x1a\n", 8};

static bool write_array(hid_t file, hid_t links, hid_t create, const lossi_array *a)
{
    bool is_double = a->dtype == LOSSI_F64;
    hsize_t dims[LOSSI_ARRAY_MAX_DIMS];
    for (size_t i = 0; i < a->n_dims; i++)
        dims[i] = a->dims[i];
    hid_t space = a->n_dims ? H5Screate_simple((int)a->n_dims, dims, NULL) : H5Screate(H5S_SCALAR);
    hid_t set = H5Dcreate2(file, a->name, is_double ? H5T_IEEE_F64LE : H5T_IEEE_F32LE, space, links,
                           create, H5P_DEFAULT);
    bool done = set >= 0 && H5Dwrite(set, is_double ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT, H5S_ALL,
                                     H5S_ALL, H5P_DEFAULT, a->bytes) >= 0;
    if (set >= 0)
        H5Dclose(set);
    H5Sclose(space);
    return done;
}

/* @return the file's bytes; NULL: it could not be made. free() */
static void *make_image(const lossi_array *arrays, size_t n, size_t *size)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), links = H5Pcreate(H5P_LINK_CREATE),
          create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    H5Pset_obj_track_times(create, 0); /* the same bytes every time */
    H5Pset_fapl_core(access, 1 << 20, 0);
    hid_t file = H5Fcreate("image", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    bool done = file >= 0;
    for (size_t i = 0; i < n && done; i++)
        done = write_array(file, links, create, &arrays[i]);
    done = done && H5Fflush(file, H5F_SCOPE_LOCAL) >= 0;
    ssize_t bytes = done ? H5Fget_file_image(file, NULL, 0) : -1;
    void *image = bytes > 0 ? malloc((size_t)bytes) : NULL;
    if (image && H5Fget_file_image(file, image, (size_t)bytes) != bytes) {
        free(image);
        image = NULL;
    }
    *size = image ? (size_t)bytes : 0;
    if (file >= 0)
        H5Fclose(file);
    H5Pclose(create);
    H5Pclose(links);
    H5Pclose(access);
    return image;
}

loss_status lossi_hdf5_write(const char *path, const lossi_array *arrays, size_t n)
{
    lossi_hdf5_session session;
    size_t size;
    lossi_hdf5_lock();
    lossi_hdf5_begin(&session);
    void *image = make_image(arrays, n, &size);
    lossi_hdf5_end(&session);
    lossi_hdf5_unlock();
    if (!image) /* it is in memory, so that nothing else can go wrong */
        return lossi_fail(LOSS_ERR_NOMEM, "%s: out of memory for an HDF5 file", path);
    loss_status status = loss_file_write(path, image, size, &KIND);
    free(image);
    return status;
}
