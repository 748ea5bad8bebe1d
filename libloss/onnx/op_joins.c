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
        if (s.count[i] == 0)
            return lossi_onnx_refuse(call, "it leaves nothing of dimension %zu", i);
        double axis = lossi_onnx_image_axis(&shape, i), begin = (double)s.first[i],
               step = (double)s.step[i], last = begin + ((double)s.count[i] - 1) * step,
               end = last + (step > 0 ? 1 : -1);
        loss_layer_key keys[] = {lossi_onnx_sizes("axis", 1, &axis),
                                 lossi_onnx_sizes("begin", 1, &begin),
                                 lossi_onnx_sizes("step", 1, &step),
                                 {NULL, NULL, 0, NULL},
                                 {NULL, NULL, 0, NULL}};
        if (end >= 0) /* -1 would be the last place; left out, all are meant */
            keys[3] = lossi_onnx_sizes("end", 1, &end);
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

/* ---- Sequences ------------------------------------------------------------------------------ */

/* A sequence stands for the whole that it is the parts of, until SequenceAt takes one. */
static loss_status map_split_to_sequence(lossi_onnx_call *call)
{
    return lossi_onnx_pass(call);
}

/* Where part `at` of SplitToSequence begins, and its size. */
static loss_status find_part(const lossi_onnx_call *split, size_t side, int64_t at, size_t *begin,
                             size_t *size)
{
    int64_t sizes[LOSSI_ONNX_MOST_INTS];
    size_t n;
    loss_status status = lossi_onnx_ints(split, "split", 1, &n, sizes);
    bool is_list = n > 1, is_one = n == 1;
    int64_t each = is_one ? sizes[0] : 1, count = is_list ? (int64_t)n : 0;
    if (!status && !is_list && each > 0)
        count = ((int64_t)side + each - 1) / each;
    at += at < 0 ? count : 0;
    if (!status && (at < 0 || at >= count))
        status = lossi_onnx_refuse(split, "part %lld of %lld", (long long)at, (long long)count);
    *begin = *size = 0;
    for (int64_t i = 0; !status && i <= at; i++) {
        *begin += *size;
        int64_t part = is_list ? sizes[i] : each;
        if (part < 1 || *begin >= side || (is_list && (uint64_t)part > side - *begin))
            status = lossi_onnx_refuse(split, "a part of %lld", (long long)part);
        *size = (uint64_t)part < side - *begin ? (size_t)part : side - *begin;
    }
    return status;
}

static loss_status map_sequence_at(lossi_onnx_call *call)
{
    loss_node node;
    lossi_onnx_shape shape;
    int64_t at[LOSSI_ONNX_MOST_INTS];
    size_t n = 0, axis = 0, begin = 0, size = 0;
    const lossi_onnx_entry *in = lossi_onnx_input(call, 0);
    const Onnx__NodeProto *maker =
        in && in->producer >= 0 ? call->graph->proto->node[in->producer] : NULL;
    if (!maker || !maker->op_type || strcmp(maker->op_type, "SplitToSequence") != 0)
        return lossi_onnx_refuse(call, "of other than SplitToSequence");
    lossi_onnx_call split = {call->graph, maker, lossi_onnx_find_operator(maker->op_type)};
    loss_status status = lossi_onnx_operand(&split, 0, &node, &shape);
    if (!status)
        status = lossi_onnx_axis(&split, lossi_onnx_int(&split, "axis", 0), shape.n_dims, &axis);
    if (!status && (shape.batch == (int)axis ||
                    (!lossi_onnx_int(&split, "keepdims", 1) && !lossi_onnx_input(&split, 1))))
        status = lossi_onnx_refuse(&split, "it splits the batch, or takes dimensions away");
    if (!status)
        status = lossi_onnx_ints(call, "position", 1, &n, at);
    if (!status && n != 1)
        status = lossi_onnx_refuse(call, "no part is named");
    if (!status)
        status = find_part(&split, shape.dims[axis], at[0], &begin, &size);
    if (status)
        return status;
    double where = lossi_onnx_image_axis(&shape, axis), first = (double)begin,
           end = (double)(begin + size);
    const loss_layer_key keys[] = {lossi_onnx_sizes("axis", 1, &where),
                                   lossi_onnx_sizes("begin", 1, &first),
                                   lossi_onnx_sizes("end", 1, &end),
                                   {NULL, NULL, 0, NULL}};
    node = lossi_onnx_layer(call, "slice", 1, &node, keys);
    status = lossi_onnx_builder_status(call, node);
    shape.dims[axis] = size;
    return status ? status : lossi_onnx_set_node(call, 0, node, &shape);
}

const lossi_onnx_operator lossi_onnx_joins[] = {
    {.name = "Concat", .attributes = "axis", .fold = lossi_onnx_fold_concat, .map = map_concat},
    {.name = "Slice",
     .attributes = "starts ends axes",
     .fold = lossi_onnx_fold_slice,
     .map = map_slice},
    {.name = "Split", .attributes = "axis split num_outputs", .map = map_split},
    {.name = "SplitToSequence", .attributes = "axis keepdims", .map = map_split_to_sequence},
    {.name = "SequenceAt", .attributes = "", .map = map_sequence_at},
    {.name = NULL},
};
