/* HDF5 (Keras, MATLAB 7.3, h5py): the numeric data sets of a file, through libhdf5, in a process of
 * their own (hdf5_apart.c). The file lies in memory. Groups are gone into, links to elsewhere are
 * not followed, and a data set is looked at before it is read (hdf5_storage.h). */
#include "formats/hdf5_read.h"
#include "formats/hdf5_session.h"
#include "formats/hdf5_storage.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libhdf5 may have been built for one thread. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void lossi_hdf5_lock(void)
{
    pthread_mutex_lock(&lock);
}

void lossi_hdf5_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

void lossi_hdf5_begin(lossi_hdf5_session *session)
{
    H5Eget_auto2(H5E_DEFAULT, &session->print, &session->user);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLget_loading_state(&session->plugins);
    H5PLset_loading_state(0);
}

void lossi_hdf5_end(const lossi_hdf5_session *session)
{
    H5PLset_loading_state(session->plugins);
    H5Eset_auto2(H5E_DEFAULT, session->print, session->user);
}

enum { DEEPEST = 8, LONGEST_NAME = 512, BYTES_A_LINK = 8, LARGEST_NUMBER = 16 };

/* The way through a file. */
typedef struct walk {
    lossi_arrays *out;
    lossi_hdf5_image image;
    const char *label;
    char name[LONGEST_NAME]; /* of the group that is gone through, with a / behind; "": the root */
    int depth;
    size_t links_left; /* a file of this size has no more */
    loss_status status;
} walk;

static loss_status fail_damaged(const walk *w, const char *name)
{
    return lossi_fail(LOSS_ERR_FORMAT, "%s: %s%s: damaged, or of a kind of HDF5 that is not read",
                      w->label, w->name, name);
}

/* What the values are read as; false: they are no numbers. */
static bool find_type(hid_t type, lossi_dtype *dtype, hid_t *memory)
{
    H5T_class_t class = H5Tget_class(type);
    bool is_small = H5Tget_size(type) <= sizeof(float);
    if ((class != H5T_FLOAT && class != H5T_INTEGER) || H5Tget_size(type) > LARGEST_NUMBER)
        return false;
    *dtype = class == H5T_INTEGER ? LOSSI_I64 : is_small ? LOSSI_F32 : LOSSI_F64;
    *memory = class == H5T_INTEGER ? H5T_NATIVE_INT64
              : is_small           ? H5T_NATIVE_FLOAT
                                   : H5T_NATIVE_DOUBLE;
    return true;
}

static loss_status find_shape(const walk *w, const char *name, hid_t set, lossi_array *view,
                              size_t *bytes)
{
    hsize_t dims[LOSSI_ARRAY_MAX_DIMS];
    hid_t space = H5Dget_space(set);
    int n = H5Sget_simple_extent_ndims(space);
    bool is_known = n >= 0 && n <= LOSSI_ARRAY_MAX_DIMS && H5Sis_simple(space) > 0 &&
                    H5Sget_simple_extent_dims(space, dims, NULL) >= 0;
    H5Sclose(space);
    if (!is_known)
        return fail_damaged(w, name);
    *bytes = lossi_dtype_size(view->dtype);
    view->n_dims = (size_t)n;
    for (int i = 0; i < n; i++) {
        view->dims[i] = (size_t)dims[i];
        if (dims[i] > SIZE_MAX || !lossi_mul(*bytes, (size_t)dims[i], bytes))
            *bytes = SIZE_MAX;
    }
    lossi_array_make_dense(view);
    if (*bytes <= w->out->allowance)
        return LOSS_OK;
    return lossi_fail(LOSS_ERR_FORMAT, "%s: %s%s: more values than a file of this size explains",
                      w->label, w->name, name);
}

static loss_status take_set(walk *w, const char *name, hid_t set)
{
    lossi_array view = {0};
    hid_t type = H5Dget_type(set), memory;
    size_t bytes;
    bool is_number = find_type(type, &view.dtype, &memory);
    loss_status status = is_number ? find_shape(w, name, set, &view, &bytes) : LOSS_OK;
    if (is_number && !status &&
        !lossi_hdf5_is_readable(&w->image, set, type, &view, w->out->allowance))
        status = fail_damaged(w, name);
    H5Tclose(type);
    if (status || !is_number)
        return status;
    uint8_t *values = malloc(bytes + 1);
    if (!values)
        return lossi_fail_nomem(bytes);
    if (bytes && H5Dread(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        status = fail_damaged(w, name);
    char *whole = lossi_format("%s%s", w->name, name);
    if (!status && !whole)
        status = lossi_fail_nomem(LONGEST_NAME);
    if (!status)
        status = lossi_arrays_add(w->out, w->label, whole, &view, values, bytes, 0);
    free(whole);
    if (!status)
        return lossi_arrays_own(w->out, values);
    free(values);
    return status;
}

static herr_t take_link(hid_t group, const char *name, const H5L_info_t *info, void *user);

static loss_status take_group(walk *w, const char *name, hid_t group)
{
    size_t before = strlen(w->name), n = strlen(name);
    if (w->depth == DEEPEST || before + n + 2 > LONGEST_NAME)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %.100s: groups more than %d deep", w->label,
                          w->name, DEEPEST);
    if (n)
        snprintf(w->name + before, LONGEST_NAME - before, "%s/", name);
    w->depth++;
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, take_link, w) < 0 && !w->status)
        w->status = fail_damaged(w, "");
    w->depth--;
    w->name[before] = 0;
    return w->status;
}

/* libhdf5 calls it for each link of a group. @return 0: go on */
static herr_t take_link(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    walk *w = user;
    if (!w->links_left--)
        w->status = lossi_fail(LOSS_ERR_FORMAT, "%s: more links than a file of this size explains",
                               w->label);
    if (w->status)
        return -1;
    if (info->type != H5L_TYPE_HARD)
        return 0;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    H5I_type_t type = object < 0 ? H5I_BADID : H5Iget_type(object);
    if (object < 0)
        w->status = fail_damaged(w, name);
    else if (type == H5I_GROUP)
        w->status = take_group(w, name, object);
    else if (type == H5I_DATASET)
        w->status = take_set(w, name, object);
    if (object >= 0)
        H5Oclose(object);
    return w->status ? -1 : 0;
}

/* Its weights have the names of layers, and other shapes than PyTorch's. */
static loss_status refuse_keras(hid_t file, const char *label)
{
    if (H5Aexists(file, "keras_version") <= 0 && H5Aexists(file, "layer_names") <= 0)
        return LOSS_OK;
    return lossi_fail(LOSS_ERR_FORMAT,
                      "%s: an HDF5 file of Keras, which is not read for weights; save {w.path: "
                      "w.numpy() for w in model.weights} with numpy.savez()",
                      label);
}

static loss_status read_file(hid_t file, const lossi_hdf5_image *image, const char *label,
                             lossi_arrays *out)
{
    walk w = {
        .out = out, .image = *image, .label = label, .links_left = image->size / BYTES_A_LINK};
    if (file < 0)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: a damaged HDF5 file", label);
    loss_status status = refuse_keras(file, label);
    hid_t root = status ? -1 : H5Gopen2(file, "/", H5P_DEFAULT);
    if (!status)
        status = root < 0 ? fail_damaged(&w, "") : take_group(&w, "", root);
    if (root >= 0)
        H5Gclose(root);
    return status ? status : lossi_arrays_check_names(out, label);
}

loss_status lossi_hdf5_read(const uint8_t *bytes, size_t size, const char *label, lossi_arrays *out)
{
    lossi_hdf5_session session;
    lossi_arrays_begin(out, size);
    lossi_hdf5_begin(&session);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    hid_t file = -1;
    /* It is only read; the cast is libhdf5's. */
    if (H5Pset_fapl_core(access, 1 << 16, 0) >= 0 &&
        H5Pset_file_image(access, (void *)(uintptr_t)bytes, size) >= 0)
        file = H5Fopen("image", H5F_ACC_RDONLY, access);
    H5Pclose(access);
    loss_status status = read_file(file, &(const lossi_hdf5_image){bytes, size}, label, out);
    if (file >= 0)
        H5Fclose(file);
    lossi_hdf5_end(&session);
    if (status)
        lossi_arrays_free(out);
    return status;
}
