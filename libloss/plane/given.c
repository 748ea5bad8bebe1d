/* Planes of given directions: arrays, or a .safetensors file with tensors x/<parameter> and
 * y/<parameter>. */
#include <stdlib.h>
#include <string.h>

#include "formats/hdf5.h"
#include "formats/read.h"
#include "formats/safetensors.h"
#include "plane/kinds.h"
#include "plane/numbered.h"

static const char AXES[2] = {'x', 'y'};

/* The trainable tensor of that name and where its values lie in a direction; NULL if there is
 * none. */
static const lossi_tensor *find(const loss_net *net, const char *name, size_t *at)
{
    *at = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        if (!lossi_tensor_is_trainable(tensor))
            continue;
        if (strcmp(tensor->name, name) == 0)
            return tensor;
        *at += tensor->count;
    }
    return NULL;
}

static loss_status take(loss_plane *plane, const loss_net *net, const char *path,
                        const lossi_array *array)
{
    const char *name = array->name;
    if ((name[0] != AXES[0] && name[0] != AXES[1]) || name[1] != '/')
        return lossi_fail(LOSS_ERR_MISMATCH,
                          "%s: tensor %s: expected x/<parameter> or y/<parameter>", path, name);
    size_t at;
    const lossi_tensor *tensor = find(net, name + 2, &at);
    if (!tensor)
        return lossi_fail(LOSS_ERR_MISMATCH, "%s: tensor %s: %s has no parameter of this name",
                          path, name, net->model);
    if (array->n_dims != tensor->n_dims ||
        memcmp(array->dims, tensor->dims, tensor->n_dims * sizeof *array->dims) != 0)
        return lossi_fail(
            LOSS_ERR_MISMATCH, "%s: tensor %s has %zu values in %zu dimensions; %s has %zu in %zu",
            path, name, array->count, array->n_dims, tensor->name, tensor->count, tensor->n_dims);
    lossi_array_floats(array, plane->directions[name[0] == AXES[1]] + at);
    return LOSS_OK;
}

loss_status loss_plane_create(loss_plane **out, const loss_net *net, const float *x, const float *y)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(net && x);
    loss_status status = lossi_plane_allocate(out, &lossi_plane_kind_given, net, !y);
    if (status)
        return status;
    memcpy((*out)->directions[0], x, (*out)->n * sizeof *x);
    if (y)
        memcpy((*out)->directions[1], y, (*out)->n * sizeof *y);
    return lossi_plane_finish(out, lossi_strdup("arrays"));
}

loss_status loss_plane_load(loss_plane **out, const loss_net *net, const char *path)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(net && path);
    lossi_arrays arrays;
    loss_status status = lossi_arrays_read(path, NULL, &arrays, NULL);
    if (status)
        return status;
    bool has_x = false, has_y = false;
    for (size_t i = 0; i < arrays.n; i++) {
        has_x = has_x || strncmp(arrays.items[i].name, "x/", 2) == 0;
        has_y = has_y || strncmp(arrays.items[i].name, "y/", 2) == 0;
    }
    bool is_numbered = lossi_plane_is_numbered(&arrays, 0);
    if (is_numbered) {
        has_x = true;
        has_y = lossi_plane_is_numbered(&arrays, 1);
    }
    loss_plane *plane = NULL;
    status = has_x ? lossi_plane_allocate(&plane, &lossi_plane_kind_given, net, !has_y)
                   : lossi_fail(LOSS_ERR_MISMATCH,
                                "%s: no direction x in it; expected tensors x/<parameter>, or "
                                "xdirection/0 and so on",
                                path);
    if (!status && is_numbered)
        status = lossi_plane_take_numbered(plane, net, &arrays, path);
    for (size_t i = 0; i < arrays.n && !status && !is_numbered; i++)
        status = take(plane, net, path, &arrays.items[i]);
    lossi_arrays_free(&arrays);
    if (status) {
        loss_plane_free(plane);
        return status;
    }
    status = lossi_plane_finish(&plane, lossi_format("file %s", path));
    *out = plane;
    return status;
}

loss_status loss_plane_save(const loss_plane *plane, const loss_net *net, const char *path)
{
    LOSSI_REQUIRE(plane && net && path);
    if (loss_net_n_parameters(net) != plane->n)
        return lossi_fail(LOSS_ERR_SHAPE, "a plane of %zu parameters and a network of %zu",
                          plane->n, loss_net_n_parameters(net));
    const char *ending = strrchr(path, '.');
    bool is_numbered = ending && strcmp(ending, ".h5") == 0;
    lossi_arrays arrays = {.items = calloc(2 * net->n_tensors + 1, sizeof *arrays.items)};
    loss_status status =
        arrays.items ? LOSS_OK : lossi_fail_nomem(2 * net->n_tensors * sizeof *arrays.items);
    for (int axis = 0; axis < 2 && plane->directions[axis]; axis++) {
        float *values = plane->directions[axis];
        size_t number = 0;
        for (size_t i = 0; i < net->n_tensors && !status; i++) {
            const lossi_tensor *tensor = &net->tensors[i];
            if (!lossi_tensor_is_trainable(tensor))
                continue;
            char *name = is_numbered ? lossi_format("%cdirection/%zu", AXES[axis], number++)
                                     : lossi_format("%c/%s", AXES[axis], tensor->name);
            arrays.items[arrays.n++] =
                lossi_array_of_floats(name, tensor->n_dims, tensor->dims, values);
            values += tensor->count;
            if (!name)
                status = lossi_fail_nomem(strlen(tensor->name) + 3);
        }
    }
    if (!status)
        status = is_numbered ? lossi_hdf5_write(path, arrays.items, arrays.n)
                             : lossi_safetensors_write(path, &arrays);
    for (size_t i = 0; i < arrays.n; i++) /* the values are the plane's */
        free(arrays.items[i].name);
    free(arrays.items);
    return status;
}

const lossi_plane_kind lossi_plane_kind_given = {
    .name = "given",
    .restore = lossi_plane_restore_kept,
    .move = lossi_plane_move_straight,
};
