/* Parts of activations, and activations of parts. */
#include <stdlib.h>
#include <string.h>

#include "onnx/emit.h"
#include "onnx/fold.h"

/* True if two shapes differ in dimension `axis` at most. */
static bool fits(const lossi_onnx_shape *a, const lossi_onnx_shape *b, size_t axis)
{
    bool same = a->n_dims == b->n_dims && a->batch == b->batch && a->outer == b->outer;
    for (size_t i = 0; same && i < a->n_dims; i++)
        same = i == axis || a->dims[i] == b->dims[i];
    return same;
}

/* The operands of Concat, and the shape of what they give. */
static loss_status read_operands(lossi_onnx_call *call, size_t n, loss_node *nodes, size_t *axis,
                                 lossi_onnx_shape *out)
{
    lossi_onnx_shape shape;
    loss_status status = lossi_onnx_operand(call, 0, &nodes[0], out);
    if (!status)
        status = lossi_onnx_axis(call, lossi_onnx_int(call, "axis", 0), out->n_dims, axis);
    for (size_t i = 1; !status && i < n; i++) {
        status = lossi_onnx_operand(call, i, &nodes[i], &shape);
        if (!status && !fits(out, &shape, *axis))
            status = lossi_onnx_refuse(call, "input %zu does not fit the others", i);
        if (!status)
            out->dims[*axis] += shape.dims[*axis];
    }
    if (!status && (lossi_onnx_image_axis(out, *axis) < 0 || out->batch == (int)*axis))
        status = lossi_onnx_refuse(call, "it joins images of the batch");
    return status;
}

static loss_status map_concat(lossi_onnx_call *call)
{
    size_t n = lossi_onnx_n_inputs(call), axis;
    lossi_onnx_shape shape;
    loss_node *nodes = calloc(n + 1, sizeof *nodes);
    loss_status status = nodes ? read_operands(call, n, nodes, &axis, &shape) : lossi_fail_nomem(n);
    if (!status) {
        double at = lossi_onnx_image_axis(&shape, axis);
        const loss_layer_key keys[] = {lossi_onnx_sizes("axis", 1, &at), {NULL, NULL, 0, NULL}};
        loss_node node =
            n == 1 ? nodes[0] : lossi_onnx_layer(call, "concat", n, nodes, at > 0 ? keys : NULL);
        status = lossi_onnx_builder_status(call, node);
        if (!status)
            status = lossi_onnx_set_node(call, 0, node, &shape);
    }
    free(nodes);
    return status;
}

/* Slices that are not the whole, one axis after the other. */
static loss_status map_slice(lossi_onnx_call *call)
{
    loss_node node;
    lossi_onnx_shape shape;
    lossi_onnx_slice s;
    loss_status status = lossi_onnx_operand(call, 0, &node, &shape);
    if (!status)
        status = lossi_onnx_read_slice(call, &shape, &s);
    for (size_t i = 0; !status && i < shape.n_dims; i++) {
        if (s.count[i] == shape.dims[i] && s.step[i] == 1)
            continue;
        if (s.count[i] == 0 || s.step[i] < 1)
            return lossi_onnx_refuse(call, "it leaves nothing of dimension %zu, or turns it round",
                                     i);
        double axis = lossi_onnx_image_axis(&shape, i), begin = (double)s.first[i],
               step = (double)s.step[i], end = begin + ((double)s.count[i] - 1) * step + 1;
        const loss_layer_key keys[] = {lossi_onnx_sizes("axis", 1, &axis),
                                       lossi_onnx_sizes("begin", 1, &begin),
                                       lossi_onnx_sizes("end", 1, &end),
                                       lossi_onnx_sizes("step", 1, &step),
                                       {NULL, NULL, 0, NULL}};
        node = lossi_onnx_layer(call, "slice", 1, &node, keys);
        status = lossi_onnx_builder_status(call, node);
        shape.dims[i] = s.count[i];
    }
    return status ? status : lossi_onnx_set_node(call, 0, node, &shape);
}

/* The sizes of the parts: listed, or as many as there are outputs. */
static loss_status read_parts(const lossi_onnx_call *call, size_t side, size_t n, size_t *parts)
{
    int64_t sizes[LOSSI_ONNX_MOST_INTS];
    size_t n_sizes, sum = 0, part = (side + n - 1) / n;
    loss_status status = lossi_onnx_ints(call, "split", 1, &n_sizes, sizes);
    if (!status && n_sizes && n_sizes != n)
        status = lossi_onnx_refuse(call, "%zu sizes for %zu outputs", n_sizes, n);
    for (size_t i = 0; !status && i < n; i++) {
        size_t left = side - sum;
        if (n_sizes && (sizes[i] < 1 || (uint64_t)sizes[i] > left))
            return lossi_onnx_refuse(call, "a part of %lld", (long long)sizes[i]);
        parts[i] = n_sizes ? (size_t)sizes[i] : part < left ? part : left;
        sum += parts[i];
    }
    if (!status && sum != side)
        status = lossi_onnx_refuse(call, "parts of %zu together; there are %zu", sum, side);
    return status;
}

static loss_status map_split(lossi_onnx_call *call)
{
    loss_node in;
    lossi_onnx_shape shape;
    size_t axis = 0, n = call->node->n_output, parts[LOSSI_ONNX_MOST_INTS];
    loss_status status = lossi_onnx_operand(call, 0, &in, &shape);
    if (!status)
        status = lossi_onnx_axis(call, lossi_onnx_int(call, "axis", 0), shape.n_dims, &axis);
    if (!status && (!n || n > LOSSI_ONNX_MOST_INTS || shape.batch == (int)axis))
        status = lossi_onnx_refuse(call, "it splits the batch, or into too many parts");
    if (!status)
        status = read_parts(call, shape.dims[axis], n, parts);
    double at = 0;
    for (size_t i = 0; !status && i < n; i++) {
        double where = lossi_onnx_image_axis(&shape, axis), begin = at, end = at + (double)parts[i];
        at = end;
        if (!lossi_onnx_wants(call, i))
            continue;
        const loss_layer_key keys[] = {lossi_onnx_sizes("axis", 1, &where),
                                       lossi_onnx_sizes("begin", 1, &begin),
                                       lossi_onnx_sizes("end", 1, &end),
                                       {NULL, NULL, 0, NULL}};
        loss_node node = lossi_onnx_layer(call, "slice", 1, &in, keys);
        status = lossi_onnx_builder_status(call, node);
        lossi_onnx_shape part = shape;
        part.dims[axis] = parts[i];
        if (!status)
            status = lossi_onnx_set_node(call, i, node, &part);
    }
    return status;
}

/* Places of an axis that a constant names: one takes the axis away, a list takes its place. */
static loss_status map_gather(lossi_onnx_call *call)
{
    loss_node node;
    lossi_onnx_shape shape, out;
    size_t axis = 0;
    loss_status status = lossi_onnx_operand(call, 0, &node, &shape);
    const lossi_value *where = status ? NULL : lossi_onnx_constant(call, 1, &status);
    if (!status)
        status = lossi_onnx_axis(call, lossi_onnx_int(call, "axis", 0), shape.n_dims, &axis);
    if (!status && (!where || where->n_dims || where->times_n[0] || shape.batch == (int)axis))
        status = lossi_onnx_refuse(call, "only one constant place of a dimension is read");
    if (status)
        return status;
    double side = (double)shape.dims[axis], begin = where->numbers[0],
           at = lossi_onnx_image_axis(&shape, axis);
    begin += begin < 0 ? side : 0;
    double end = begin + 1;
    if (!(begin >= 0 && begin < side))
        return lossi_onnx_refuse(call, "place %g of %g", where->numbers[0], side);
    const loss_layer_key keys[] = {lossi_onnx_sizes("axis", 1, &at),
                                   lossi_onnx_sizes("begin", 1, &begin),
                                   lossi_onnx_sizes("end", 1, &end),
                                   {NULL, NULL, 0, NULL}};
    node = side == 1 ? node : lossi_onnx_layer(call, "slice", 1, &node, keys);
    status = lossi_onnx_builder_status(call, node);
    out = shape;
    out.n_dims--;
    memmove(out.dims + axis, out.dims + axis + 1, (out.n_dims - axis) * sizeof *out.dims);
    out.batch -= out.batch > (int)axis;
    return status ? status : lossi_onnx_set_node(call, 0, node, &out);
}

/* What is the same for all images, for each of them. */
static loss_status map_expand(lossi_onnx_call *call)
{
    loss_node node;
    lossi_onnx_shape shape;
    loss_status status = lossi_onnx_operand(call, 0, &node, &shape);
    const lossi_value *sizes = status ? NULL : lossi_onnx_constant(call, 1, &status);
    if (!status && (!sizes || sizes->count != shape.n_dims))
        status = lossi_onnx_refuse(call, "the new shape is not known, or has more dimensions");
    size_t traced = call->graph->traced_images;
    for (size_t i = 0; !status && i < shape.n_dims; i++) {
        double size = sizes->numbers[i];
        bool is_traced = shape.batch < 0 && i == 0 && traced > 1 && size == (double)traced;
        bool is_batch = (sizes->times_n[i] && size == 1) || is_traced;
        if (is_batch && shape.batch < 0 && shape.dims[i] == 1)
            shape.batch = (int)i;
        else if (!(is_batch && shape.batch == (int)i) && size != 1 && size != (double)shape.dims[i])
            status =
                lossi_onnx_refuse(call, "from %zu to %g in dimension %zu", shape.dims[i], size, i);
    }
    return status ? status : lossi_onnx_set_node(call, 0, node, &shape);
}

const lossi_onnx_operator lossi_onnx_joins[] = {
    {.name = "Concat", .attributes = "axis", .fold = lossi_onnx_fold_concat, .map = map_concat},
    {.name = "Gather", .attributes = "axis", .fold = lossi_onnx_fold_gather, .map = map_gather},
    {.name = "Slice",
     .attributes = "starts ends axes",
     .fold = lossi_onnx_fold_slice,
     .map = map_slice},
    {.name = "Split", .attributes = "axis split num_outputs", .map = map_split},
    {.name = "Expand", .attributes = "", .fold = lossi_onnx_fold_expand, .map = map_expand},
    {.name = NULL},
};
