/* Values from places that are named by their numbers, and values that are repeated. */
#include <math.h>
#include <string.h>

#include "onnx/broadcast.h"
#include "onnx/fold.h"

/* ---- Gather --------------------------------------------------------------------------------- */

/* The sizes of the indices take the place of an axis. */
static loss_status replace_axis(const lossi_onnx_call *call, lossi_onnx_shape *shape, size_t axis,
                                size_t n, const size_t *dims)
{
    size_t after = shape->n_dims - axis - 1;
    if (axis + n + after > LOSSI_ARRAY_MAX_DIMS)
        return lossi_onnx_refuse(call, "%zu dimensions; expected at most %d", axis + n + after,
                                 LOSSI_ARRAY_MAX_DIMS);
    memmove(shape->dims + axis + n, shape->dims + axis + 1, after * sizeof *dims);
    memcpy(shape->dims + axis, dims, n * sizeof *dims);
    shape->batch += shape->batch > (int)axis ? (int)n - 1 : 0;
    shape->n_dims = axis + n + after;
    return LOSS_OK;
}

/* One place of an axis of an image. */
static loss_status take_one(lossi_onnx_call *call, double place, size_t axis, lossi_onnx_term *x)
{
    double begin = place, end = begin + 1, at = lossi_onnx_image_axis(&x->shape, axis);
    const loss_layer_key keys[] = {lossi_onnx_sizes("axis", 1, &at),
                                   lossi_onnx_sizes("begin", 1, &begin),
                                   lossi_onnx_sizes("end", 1, &end),
                                   {NULL, NULL, 0, NULL}};
    return x->shape.dims[axis] == 1 ? LOSS_OK : lossi_onnx_apply(call, "slice", keys, x);
}

/* The places that another layer names. */
static loss_status take_places(lossi_onnx_call *call, size_t axis, const lossi_onnx_term *places,
                               lossi_onnx_term *x)
{
    double at = lossi_onnx_image_axis(&x->shape, axis);
    const loss_layer_key keys[] = {lossi_onnx_sizes("axis", 1, &at), {NULL, NULL, 0, NULL}};
    loss_node in[] = {x->node, places->node};
    x->node = lossi_onnx_layer(call, "gather", 2, in, keys);
    return lossi_onnx_builder_status(call, x->node);
}

/* Checked places, counted from the first, as a constant layer; one place is given by itself.
 * @param n_dims  of the indices; the last ones of the value may be left out */
static loss_status read_places(lossi_onnx_call *call, const lossi_value *where, size_t n_dims,
                               size_t side, double *first, lossi_onnx_term *places)
{
    lossi_value *value;
    loss_status status =
        lossi_value_create(&value, &call->graph->file, LOSSI_ONNX_WHOLE, n_dims, where->dims);
    for (size_t i = 0; !status && i < where->count; i++) {
        double at = where->numbers[i] + (where->numbers[i] < 0 ? (double)side : 0);
        if (!(at >= 0 && at < (double)side) || at != floor(at) || where->times_n[i])
            status = lossi_onnx_refuse(call, "place %g of %zu", where->numbers[i], side);
        value->numbers[i] = at;
    }
    if (status || !where->count) {
        lossi_value_free(value);
        return status ? status : lossi_onnx_refuse(call, "no places");
    }
    *first = value->numbers[0];
    if (where->count > 1)
        return lossi_onnx_constant_term(call, value, places);
    lossi_value_free(value);
    return LOSS_OK;
}

/* By constant indices. */
static loss_status gather(lossi_onnx_call *call, const lossi_value *where, size_t n_dims,
                          size_t axis, lossi_onnx_term *x)
{
    lossi_onnx_term places;
    double first = 0;
    if (x->shape.batch == (int)axis)
        return lossi_onnx_refuse(call, "it takes some images of the batch");
    loss_status status = read_places(call, where, n_dims, x->shape.dims[axis], &first, &places);
    if (!status)
        status = where->count == 1 ? take_one(call, first, axis, x)
                                   : take_places(call, axis, &places, x);
    return status ? status : replace_axis(call, &x->shape, axis, n_dims, where->dims);
}

/* Places that the exporter has counted through the whole batch, as those of the first image and as
 * many more for each image after it. *out is NULL where they are not; owned. */
static loss_status split_places(lossi_onnx_call *call, const lossi_value *where, size_t each,
                                lossi_value **out)
{
    size_t images = call->graph->traced_images, dims[LOSSI_ARRAY_MAX_DIMS];
    *out = NULL;
    if (!images || !where->n_dims || where->dims[0] != images)
        return LOSS_OK;
    memcpy(dims, where->dims, sizeof dims);
    dims[0] = 1;
    lossi_value *value;
    loss_status status =
        lossi_value_create(&value, &call->graph->file, LOSSI_ONNX_WHOLE, where->n_dims, dims);
    if (!status)
        status = lossi_value_vary(value, 0);
    bool fits = !status;
    for (size_t i = 0; fits && i < where->count; i++) {
        size_t of_first = i % value->count, image = i / value->count;
        fits = where->numbers[i] == where->numbers[of_first] + (double)(image * each);
    }
    for (size_t i = 0; fits && i < value->count; i++) {
        value->numbers[i] = where->numbers[i];
        value->by_image[i] = (double)each;
    }
    if (fits)
        *out = value;
    else
        lossi_value_free(value);
    return status;
}

/* Places for each image, in a dimension that has the images outside of all else: each takes its
 * own values. */
static loss_status gather_own(lossi_onnx_call *call, const lossi_value *where, size_t axis,
                              lossi_onnx_term *x)
{
    size_t each = x->shape.dims[axis], outside = x->shape.outer;
    for (size_t i = 0; i < axis; i++)
        outside *= x->shape.dims[i];
    bool fits = x->shape.batch == (int)axis && outside == 1;
    for (size_t i = 0; fits && i < where->count; i++)
        fits = where->by_image[i] == (double)each && where->numbers[i] >= 0 &&
               where->numbers[i] < (double)each && where->numbers[i] == floor(where->numbers[i]);
    if (!fits || !where->count)
        return lossi_onnx_refuse(call, "it takes some images of the batch");
    lossi_onnx_dims own = {.n = 1, .v = {each}};
    for (size_t i = axis + 1; i < x->shape.n_dims; i++)
        own.v[own.n++] = x->shape.dims[i];
    x->node = lossi_onnx_reshaped(call, x->node, &own);
    x->shape = (lossi_onnx_shape){.n_dims = own.n, .batch = -1, .outer = 1};
    memcpy(x->shape.dims, own.v, sizeof x->shape.dims);
    lossi_value *same;
    loss_status status =
        lossi_value_create(&same, &call->graph->file, LOSSI_ONNX_WHOLE, where->n_dims, where->dims);
    if (status)
        return status;
    memcpy(same->numbers, where->numbers, where->count * sizeof *where->numbers);
    status = gather(call, same, where->n_dims, 0, x);
    lossi_value_free(same);
    x->shape.batch = where->batch;
    return status;
}

/* A row of a table for each value of the images. */
static loss_status embed(lossi_onnx_call *call, size_t axis)
{
    lossi_onnx_entry *table;
    loss_node in;
    lossi_onnx_shape shape;
    loss_status status = lossi_onnx_whole_operand(call, 1, &in, &shape);
    if (!status)
        status = lossi_onnx_weights(call, 0, false, 2, &table);
    if (!status && (axis || table->is_transposed))
        status = lossi_onnx_refuse(call, "places that depend on the images, of other than the rows "
                                         "of a table");
    if (!status && shape.n_dims == LOSSI_ARRAY_MAX_DIMS)
        status = lossi_onnx_refuse(call, "%zu dimensions are too many", shape.n_dims);
    if (status)
        return status;
    double count = (double)table->shape.dims[0], width = (double)table->shape.dims[1], cut = 1;
    const loss_layer_key keys[] = {lossi_onnx_sizes("count", 1, &count),
                                   lossi_onnx_sizes("width", 1, &width),
                                   lossi_onnx_sizes("cut", 1, &cut),
                                   {NULL, NULL, 0, NULL}};
    loss_node node = lossi_onnx_layer(call, "embedding", 1, &in, keys);
    status = lossi_onnx_builder_status(call, node);
    shape.dims[shape.n_dims++] = table->shape.dims[1];
    if (!status)
        status = lossi_onnx_give(call, node, "weight", table, table->tensor, false);
    return status ? status : lossi_onnx_set_node(call, 0, node, &shape);
}

static loss_status map_gather(lossi_onnx_call *call)
{
    lossi_onnx_term x;
    size_t axis = 0;
    loss_status status = LOSS_OK;
    const lossi_onnx_entry *first = lossi_onnx_input(call, 0);
    const lossi_value *where = lossi_onnx_image_constant(call, 1, &status);
    lossi_value *counted = NULL;
    if (!status && !first)
        status = lossi_onnx_refuse(call, "it has no input");
    size_t n_dims = status                             ? 0
                    : first->is == LOSSI_ONNX_CONSTANT ? first->value->n_dims
                                                       : first->shape.n_dims;
    if (!status)
        status = lossi_onnx_axis(call, lossi_onnx_int(call, "axis", 0), n_dims, &axis);
    if (!status && !where)
        return embed(call, axis);
    if (!status)
        status = lossi_onnx_term_of(call, 0, &x);
    if (!status && where->batch < 0 && x.shape.batch == (int)axis)
        status = split_places(call, where, x.shape.dims[axis], &counted);
    where = counted ? counted : where;
    if (!status)
        status = where->batch >= 0 ? gather_own(call, where, axis, &x)
                                   : gather(call, where, where->n_dims, axis, &x);
    lossi_value_free(counted);
    return status ? status : lossi_onnx_set_term(call, 0, &x);
}

/* GatherND whose indices name places of the first dimension. */
static loss_status map_gather_nd(lossi_onnx_call *call)
{
    lossi_onnx_term x;
    loss_status status = lossi_onnx_term_of(call, 0, &x);
    const lossi_value *where = status ? NULL : lossi_onnx_constant(call, 1, &status);
    if (!status && (!where || !where->n_dims || where->dims[where->n_dims - 1] != 1 ||
                    lossi_onnx_int(call, "batch_dims", 0)))
        status = lossi_onnx_refuse(call, "by other than constant places of the first dimension");
    if (!status)
        status = gather(call, where, where->n_dims - 1, 0, &x);
    return status ? status : lossi_onnx_set_term(call, 0, &x);
}

/* ---- ScatterND ------------------------------------------------------------------------------ */

/* Zeros and ones as a value of these sizes, with `number` in the places that are written. */
static loss_status scattered(lossi_onnx_call *call, const lossi_onnx_shape *shape, double around,
                             const double *number, lossi_onnx_term *term)
{
    lossi_value *value;
    loss_status status = lossi_value_create(&value, &call->graph->file, LOSSI_ONNX_FLOAT,
                                            shape->n_dims, shape->dims);
    for (size_t i = 0; !status && i < value->count; i++)
        value->numbers[i] = around;
    if (!status)
        status = lossi_onnx_scatter(call, value, number);
    if (!status)
        return lossi_onnx_constant_term(call, value, term);
    lossi_value_free(value);
    return status;
}

/* Constants in constant places of a layer: it becomes zero there, and they are added. */
static loss_status map_scatter_nd(lossi_onnx_call *call)
{
    static const double zero = 0;
    lossi_onnx_term pair[2], sum;
    loss_status status = lossi_onnx_term_of(call, 0, &pair[0]);
    if (!status && pair[0].shape.batch >= 0)
        status = lossi_onnx_refuse(call, "into values that depend on the images");
    if (!status)
        status = scattered(call, &pair[0].shape, 1, &zero, &pair[1]);
    if (!status)
        status = lossi_onnx_combine(call, "multiply", 2, pair, &sum);
    if (!status)
        status = scattered(call, &sum.shape, 0, NULL, &pair[1]);
    if (!status) {
        pair[0] = sum;
        status = lossi_onnx_combine(call, "add", 2, pair, &sum);
    }
    return status ? status : lossi_onnx_set_term(call, 0, &sum);
}

/* ---- Repeated ------------------------------------------------------------------------------- */

/* Dimensions in front, of size 1. */
static loss_status lead_with_ones(const lossi_onnx_call *call, lossi_onnx_shape *shape, size_t n)
{
    if (n > LOSSI_ARRAY_MAX_DIMS)
        return lossi_onnx_refuse(call, "%zu dimensions; expected at most %d", n,
                                 LOSSI_ARRAY_MAX_DIMS);
    size_t more = n > shape->n_dims ? n - shape->n_dims : 0;
    memmove(shape->dims + more, shape->dims, shape->n_dims * sizeof *shape->dims);
    for (size_t i = 0; i < more; i++)
        shape->dims[i] = 1;
    shape->n_dims += more;
    shape->batch += shape->batch >= 0 ? (int)more : 0;
    return LOSS_OK;
}

/* The size that one dimension gets; that of the batch may come here. */
static loss_status expand_side(lossi_onnx_call *call, const lossi_value *sizes, size_t k, size_t i,
                               lossi_onnx_shape *shape)
{
    double size = sizes->numbers[k], side = (double)shape->dims[i];
    size_t traced = call->graph->traced_images;
    bool is_batch = shape->batch == (int)i, times_n = sizes->times_n[k];
    if (shape->batch < 0 && i == 0 && traced > 1 && side == 1 && size == (double)traced) {
        times_n = true; /* the exporter knew the number of images */
        size = 1;
    }
    if (times_n && shape->batch < 0 && side == 1 && size >= 1 && size <= LOSSI_LARGEST_SIZE) {
        shape->batch = (int)i;
        shape->dims[i] = (size_t)size;
        return LOSS_OK;
    }
    bool stays = size == 1 || (size == side && times_n == is_batch) ||
                 (is_batch && traced && size == side * (double)traced);
    if (stays)
        return LOSS_OK;
    if (is_batch || times_n || side != 1 || !(size >= 1 && size <= LOSSI_LARGEST_SIZE))
        return lossi_onnx_refuse(call, "from %g to %g in dimension %zu", side, size, i);
    shape->dims[i] = (size_t)size;
    return LOSS_OK;
}

/* A layer that gives an operand the sizes of an image. */
static loss_status stretch(lossi_onnx_call *call, lossi_onnx_term *x, const lossi_onnx_shape *out)
{
    double sizes[LOSSI_ARRAY_MAX_DIMS];
    lossi_onnx_shape before = x->shape; /* with the output's batch */
    before.batch = out->batch;
    if (out->batch >= 0 && out->dims[out->batch] != 1 && x->shape.batch < 0)
        before.batch = -1;
    lossi_onnx_dims has = lossi_onnx_image_dims(&before), gets = lossi_onnx_image_dims(out);
    bool is_same = has.n == gets.n;
    for (size_t i = 0; i < gets.n; i++) {
        sizes[i] = (double)gets.v[i];
        is_same = is_same && has.v[i] == gets.v[i];
    }
    const loss_layer_key keys[] = {lossi_onnx_sizes("shape", gets.n, sizes), {NULL, NULL, 0, NULL}};
    x->node = lossi_onnx_reshaped(call, x->node, &has);
    x->shape = *out;
    loss_status status = lossi_onnx_builder_status(call, x->node);
    return status || is_same ? status : lossi_onnx_apply(call, "expand", keys, x);
}

static loss_status map_expand(lossi_onnx_call *call)
{
    lossi_onnx_term x;
    loss_status status = lossi_onnx_term_of(call, 0, &x);
    const lossi_value *sizes = status ? NULL : lossi_onnx_constant(call, 1, &status);
    if (!status && !sizes)
        status = lossi_onnx_refuse(call, "the new shape is not known");
    if (!status)
        status = lead_with_ones(call, &x.shape, sizes->count);
    lossi_onnx_shape out = x.shape;
    size_t skipped = status ? 0 : x.shape.n_dims - sizes->count;
    for (size_t k = 0; !status && k < sizes->count; k++)
        status = expand_side(call, sizes, k, skipped + k, &out);
    if (!status)
        status = stretch(call, &x, &out);
    return status ? status : lossi_onnx_set_term(call, 0, &x);
}

/* Repeats one dimension: a size of 1 is stretched, and another has copies behind it. */
static loss_status tile_side(lossi_onnx_call *call, lossi_onnx_term *x, size_t i, double times)
{
    lossi_onnx_shape out = x->shape, before = x->shape;
    size_t side = x->shape.dims[i], n = x->shape.n_dims;
    if (!(times >= 1 && times <= LOSSI_LARGEST_SIZE) || n == LOSSI_ARRAY_MAX_DIMS)
        return lossi_onnx_refuse(call, "%g times dimension %zu", times, i);
    memmove(before.dims + i + 1, before.dims + i, (n - i) * sizeof *before.dims);
    before.dims[i] = 1;
    before.n_dims = n + 1;
    before.batch += before.batch >= (int)i;
    x->shape = out = before;
    out.dims[i] = (size_t)times;
    loss_status status = stretch(call, x, &out);
    memmove(x->shape.dims + i, x->shape.dims + i + 1, (n - i) * sizeof *before.dims);
    x->shape.dims[i] = side * (size_t)times;
    x->shape.n_dims = n;
    x->shape.batch -= x->shape.batch > (int)i;
    return status;
}

static loss_status map_tile(lossi_onnx_call *call)
{
    lossi_onnx_term x;
    loss_status status = lossi_onnx_term_of(call, 0, &x);
    const lossi_value *times = status ? NULL : lossi_onnx_constant(call, 1, &status);
    if (!status && (!times || times->count != x.shape.n_dims))
        status = lossi_onnx_refuse(call, "it is not known how many times");
    size_t traced = status ? 0 : call->graph->traced_images;
    for (size_t i = 0; !status && i < times->count; i++) {
        double n = times->numbers[i];
        bool is_traced = traced > 1 && i == 0 && n == (double)traced;
        if (x.shape.batch < 0 && x.shape.dims[i] == 1 &&
            ((times->times_n[i] && n == 1) || is_traced))
            x.shape.batch = (int)i;
        else if (times->times_n[i] || (x.shape.batch == (int)i && n != 1))
            status = lossi_onnx_refuse(call, "it repeats images of the batch");
        else if (n != 1)
            status = tile_side(call, &x, i, n);
    }
    return status ? status : lossi_onnx_set_term(call, 0, &x);
}

const lossi_onnx_operator lossi_onnx_places[] = {
    {.name = "Gather", .attributes = "axis", .fold = lossi_onnx_fold_gather, .map = map_gather},
    {.name = "GatherND", .attributes = "batch_dims", .map = map_gather_nd},
    {.name = "ScatterND",
     .attributes = "reduction",
     .fold = lossi_onnx_fold_scatter,
     .map = map_scatter_nd},
    {.name = "Expand", .attributes = "", .fold = lossi_onnx_fold_expand, .map = map_expand},
    {.name = "Tile", .attributes = "", .map = map_tile},
    {.name = NULL},
};
