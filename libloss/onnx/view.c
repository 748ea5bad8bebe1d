/* Other sizes for the same values: Reshape, Flatten, Squeeze and Unsqueeze; and where the images
 * of the batch are then. */
#include <string.h>

#include "onnx/fold.h"

static size_t product(const size_t *dims, size_t n)
{
    size_t all = 1;
    for (size_t i = 0; i < n; i++)
        all *= dims[i];
    return all;
}

/* What lies outside the images: before the batch's dimension, and in it. */
static size_t outside(const lossi_onnx_shape *s)
{
    return product(s->dims, (size_t)s->batch) * s->outer;
}

/* The images lie in dimension i, of `size` values for each image, of which as many lie outside
 * them as before. @return false: they do not */
static bool put_batch(const lossi_onnx_shape *in, lossi_onnx_shape *out, size_t i, size_t size)
{
    size_t before = product(out->dims, i), all = outside(in);
    if (!before || !all || all % before || size % (all / before))
        return false;
    out->batch = (int)i;
    out->outer = all / before;
    out->dims[i] = size;
    return true;
}

/* ---- Reshape -------------------------------------------------------------------------------- */

/* What Reshape is to give. */
typedef struct target {
    size_t n;
    bool is_open[LOSSI_ARRAY_MAX_DIMS]; /* -1: what is left */
    bool times_n[LOSSI_ARRAY_MAX_DIMS]; /* times the number of images */
    size_t sizes[LOSSI_ARRAY_MAX_DIMS];
} target;

static loss_status read_target(const lossi_onnx_call *call, const lossi_onnx_shape *in, target *t)
{
    loss_status status = LOSS_OK;
    const lossi_value *value = lossi_onnx_constant(call, 1, &status);
    bool zero_is_zero = lossi_onnx_int(call, "allowzero", 0) != 0;
    if (status)
        return status;
    if (!value || value->count > LOSSI_ARRAY_MAX_DIMS)
        return lossi_onnx_refuse(call, value ? "more than 8 dimensions"
                                             : "the new shape is not known beforehand");
    *t = (target){.n = value->count};
    for (size_t i = 0; i < t->n; i++) {
        double size = value->numbers[i];
        t->is_open[i] = size == -1 && !value->times_n[i];
        t->times_n[i] = value->times_n[i];
        if (size == 0 && !zero_is_zero && i < in->n_dims) {
            t->sizes[i] = in->dims[i];
            t->times_n[i] = in->batch == (int)i;
        } else if (t->is_open[i]) {
            t->sizes[i] = 1;
        } else if (!(size >= 1 && size <= LOSSI_LARGEST_SIZE) || size != (double)(size_t)size) {
            return lossi_onnx_refuse(call, "a size of %g", size);
        } else {
            t->sizes[i] = (size_t)size;
        }
    }
    return LOSS_OK;
}

/* Fills in the one size that is left open, so that there are `total` values. */
static bool close_target(target *t, size_t total)
{
    size_t n_open = 0, rest = product(t->sizes, t->n);
    for (size_t i = 0; i < t->n; i++)
        n_open += t->is_open[i];
    if (n_open > 1 || !rest || total % rest || (!n_open && total != rest))
        return false;
    for (size_t i = 0; i < t->n; i++)
        if (t->is_open[i])
            t->sizes[i] = total / rest;
    return true;
}

/* The exporter knew the number of images and wrote sizes with it: finds the one that has it. Best
 * is one of that size itself. */
static bool find_traced(const lossi_onnx_shape *in, lossi_onnx_shape *out, size_t images)
{
    for (int joined = 0; joined < 2; joined++)
        for (size_t i = 0; i < out->n_dims; i++) {
            size_t size = out->dims[i];
            if (size % images ||
                (!joined && (size != images || product(out->dims, i) != outside(in))))
                continue;
            if (put_batch(in, out, i, size / images))
                return true;
        }
    return false;
}

static loss_status reshape(const lossi_onnx_call *call, const lossi_onnx_shape *in,
                           lossi_onnx_shape *out)
{
    target t;
    loss_status status = read_target(call, in, &t);
    if (status)
        return status;
    size_t total = product(in->dims, in->n_dims), images = call->graph->traced_images, open = t.n,
           marked = t.n;
    for (size_t i = 0; i < t.n; i++) {
        open = t.is_open[i] ? i : open;
        marked = t.times_n[i] ? i : marked;
    }
    bool is_traced = in->batch >= 0 && images && marked == t.n;
    bool fits = close_target(&t, is_traced ? total * images : total);
    *out = (lossi_onnx_shape){.n_dims = t.n, .batch = -1, .outer = 1};
    memcpy(out->dims, t.sizes, sizeof out->dims);
    if (!fits)
        return lossi_onnx_refuse(call, "the new shape has other than the %zu values of an image",
                                 total);
    if (in->batch < 0)
        return marked < t.n ? lossi_onnx_refuse(call, "parameters that depend on the image")
                            : LOSS_OK;
    size_t at = marked < t.n ? marked : open;
    if (is_traced ? find_traced(in, out, images) : at < t.n && put_batch(in, out, at, t.sizes[at]))
        return LOSS_OK;
    return lossi_onnx_refuse(call, "the new shape is one for a fixed number of images; export with "
                                   "a batch of any size (dynamic_axes or dynamic_shapes)");
}

/* ---- Others --------------------------------------------------------------------------------- */

static loss_status flatten(const lossi_onnx_call *call, const lossi_onnx_shape *in,
                           lossi_onnx_shape *out)
{
    int64_t given = lossi_onnx_int(call, "axis", 1), n = (int64_t)in->n_dims;
    if (given < -n || given > n)
        return lossi_onnx_refuse(call, "axis %lld of %zu dimensions", (long long)given, in->n_dims);
    size_t axis = (size_t)(given < 0 ? given + n : given);
    *out = (lossi_onnx_shape){.n_dims = 2, .batch = -1, .outer = 1};
    out->dims[0] = product(in->dims, axis);
    out->dims[1] = product(in->dims + axis, in->n_dims - axis);
    size_t at = in->batch >= (int)axis;
    if (in->batch >= 0 && !put_batch(in, out, at, out->dims[at]))
        return lossi_onnx_refuse(call, "the images of the batch would be torn apart");
    return LOSS_OK;
}

/* Marks the axes that are listed, of n. */
static loss_status read_axes(const lossi_onnx_call *call, size_t n, bool *is_listed, size_t *count)
{
    int64_t axes[LOSSI_ONNX_MOST_INTS];
    loss_status status = lossi_onnx_ints(call, "axes", 1, count, axes);
    for (size_t i = 0; !status && i < *count; i++) {
        size_t axis;
        status = lossi_onnx_axis(call, axes[i], n, &axis);
        if (!status)
            is_listed[axis] = true;
    }
    return status;
}

static loss_status squeeze(const lossi_onnx_call *call, const lossi_onnx_shape *in,
                           lossi_onnx_shape *out)
{
    bool is_listed[LOSSI_ARRAY_MAX_DIMS] = {false};
    size_t n;
    loss_status status = read_axes(call, in->n_dims, is_listed, &n);
    *out = (lossi_onnx_shape){.batch = -1, .outer = in->outer};
    for (size_t i = 0; !status && i < in->n_dims; i++) {
        bool is_batch = in->batch == (int)i;
        if (is_listed[i] && (in->dims[i] != 1 || is_batch))
            status = lossi_onnx_refuse(call, "dimension %zu is %s", i,
                                       is_batch ? "the batch's" : "larger than 1");
        if (is_listed[i] || (!n && in->dims[i] == 1 && !is_batch))
            continue;
        if (is_batch)
            out->batch = (int)out->n_dims;
        out->dims[out->n_dims++] = in->dims[i];
    }
    return status;
}

static loss_status unsqueeze(const lossi_onnx_call *call, const lossi_onnx_shape *in,
                             lossi_onnx_shape *out)
{
    int64_t axes[LOSSI_ONNX_MOST_INTS];
    bool is_new[LOSSI_ARRAY_MAX_DIMS] = {false};
    size_t n = 0, from = 0;
    loss_status status = lossi_onnx_ints(call, "axes", 1, &n, axes);
    *out = (lossi_onnx_shape){.n_dims = in->n_dims + n, .batch = -1, .outer = in->outer};
    if (!status && (!n || out->n_dims > LOSSI_ARRAY_MAX_DIMS))
        return lossi_onnx_refuse(call, "%zu dimensions; expected at most %d", out->n_dims,
                                 LOSSI_ARRAY_MAX_DIMS);
    for (size_t i = 0; !status && i < n; i++) {
        size_t axis = 0;
        status = lossi_onnx_axis(call, axes[i], out->n_dims, &axis);
        if (!status && is_new[axis])
            status = lossi_onnx_refuse(call, "axis %zu is there twice", axis);
        is_new[axis] = true;
    }
    for (size_t i = 0; !status && i < out->n_dims; i++) {
        if (!is_new[i] && in->batch == (int)from)
            out->batch = (int)i;
        out->dims[i] = is_new[i] ? 1 : in->dims[from++];
    }
    return status;
}

loss_status lossi_onnx_view(const lossi_onnx_call *call, const lossi_onnx_shape *in,
                            lossi_onnx_shape *out)
{
    static const struct {
        const char *name;
        loss_status (*view)(const lossi_onnx_call *, const lossi_onnx_shape *, lossi_onnx_shape *);
    } views[] = {
        {"Reshape", reshape}, {"Flatten", flatten}, {"Squeeze", squeeze}, {"Unsqueeze", unsqueeze}};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (strcmp(views[i].name, call->operator->name) == 0)
            return views[i].view(call, in, out);
    return lossi_onnx_refuse(call, "no other view of the same values");
}
