/* Directions as the scripts of Li et al. keep them (github.com/tomgoldstein/loss-landscape): data
 * sets xdirection/0, xdirection/1, ... and ydirection/..., one for each parameter in the order of
 * the network, or for each tensor of its state_dict(), whose running statistics must then stay. */
#include "plane/numbered.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 40 };

static const char *name_of(int axis, size_t i, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "%cdirection/%zu", axis ? 'y' : 'x', i);
    return name;
}

bool lossi_plane_is_numbered(const lossi_arrays *arrays, int axis)
{
    char name[NAME_SIZE];
    return lossi_arrays_find(arrays, name_of(axis, 0, name)) != NULL;
}

/* The tensors of an axis in turn. BatchNorm's count of batches, a number in newer state_dict()s,
 * is no tensor of ours. */
typedef struct list {
    const lossi_array **items;
    size_t n;
} list;

static loss_status find_list(const lossi_arrays *arrays, int axis, list *l)
{
    char name[NAME_SIZE];
    const lossi_array *array;
    l->items = calloc(arrays->n + 1, sizeof *l->items);
    if (!l->items)
        return lossi_fail_nomem(arrays->n * sizeof *l->items);
    for (size_t i = 0; (array = lossi_arrays_find(arrays, name_of(axis, i, name))); i++)
        if (array->n_dims)
            l->items[l->n++] = array;
    return LOSS_OK;
}

static bool fits(const lossi_array *array, const lossi_tensor *tensor)
{
    return array->n_dims == tensor->n_dims &&
           memcmp(array->dims, tensor->dims, tensor->n_dims * sizeof *array->dims) == 0;
}

static loss_status fail_shape(const lossi_array *array, const lossi_tensor *tensor,
                              const char *path)
{
    char found[LOSSI_DIMS_TEXT], expected[LOSSI_DIMS_TEXT];
    return lossi_fail(LOSS_ERR_MISMATCH, "%s: %s has the shape %s; expected %s, that of %s", path,
                      array->name, lossi_dims_text(array->n_dims, array->dims, found),
                      lossi_dims_text(tensor->n_dims, tensor->dims, expected), tensor->name);
}

/* Running statistics move on a plane between solutions only. */
static loss_status check_still(const lossi_array *array, const lossi_tensor *tensor,
                               const char *path)
{
    float *values = malloc((array->count + 1) * sizeof *values);
    bool moves = false;
    if (!values)
        return lossi_fail_nomem(array->count * sizeof *values);
    lossi_array_floats(array, values);
    for (size_t i = 0; i < array->count; i++)
        moves = moves || !(values[i] <= 0 && values[i] >= 0);
    free(values);
    return moves ? lossi_fail(LOSS_ERR_MISMATCH,
                              "%s: %s moves %s, which is no parameter; a plane between solutions "
                              "does that: --to, with --bn states",
                              path, array->name, tensor->name)
                 : LOSS_OK;
}

static loss_status take(const loss_net *net, const list *l, const char *path, float *direction)
{
    size_t n_trainable = 0, at = 0, next = 0;
    for (size_t i = 0; i < net->n_tensors; i++)
        n_trainable += lossi_tensor_is_trainable(&net->tensors[i]);
    if (l->n != n_trainable && l->n != net->n_tensors)
        return lossi_fail(LOSS_ERR_MISMATCH,
                          "%s: a direction of %zu tensors; %s has %zu parameters, and %zu tensors "
                          "with its running statistics",
                          path, l->n, net->model, n_trainable, net->n_tensors);
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < net->n_tensors && !status; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        bool moves = lossi_tensor_is_trainable(tensor);
        if (!moves && l->n == n_trainable)
            continue;
        const lossi_array *array = l->items[next++];
        if (!fits(array, tensor))
            return fail_shape(array, tensor, path);
        if (!moves) {
            status = check_still(array, tensor, path);
            continue;
        }
        lossi_array_floats(array, direction + at);
        at += tensor->count;
    }
    return status;
}

loss_status lossi_plane_take_numbered(loss_plane *plane, const loss_net *net,
                                      const lossi_arrays *arrays, const char *path)
{
    loss_status status = LOSS_OK;
    for (int axis = 0; axis < 2 && plane->directions[axis] && !status; axis++) {
        list l = {0};
        status = find_list(arrays, axis, &l);
        if (!status)
            status = take(net, &l, path, plane->directions[axis]);
        free(l.items);
    }
    return status;
}
