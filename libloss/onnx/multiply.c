#include "onnx/multiply.h"

#include <string.h>

loss_status lossi_onnx_reorder(lossi_onnx_call *call, const size_t *order, lossi_onnx_term *term)
{
    const lossi_onnx_shape before = term->shape;
    double axes[LOSSI_ARRAY_MAX_DIMS] = {0};
    size_t n = 0;
    bool is_moved = false;
    for (size_t i = 0; i < before.n_dims; i++) {
        term->shape.dims[i] = before.dims[order[i]];
        if (before.batch == (int)order[i])
            term->shape.batch = (int)i;
        int axis = lossi_onnx_image_axis(&before, order[i]);
        if (axis < 0)
            continue;
        is_moved = is_moved || axis != (int)n;
        axes[n++] = axis;
    }
    const loss_layer_key keys[] = {lossi_onnx_sizes("order", n, axes), {NULL, NULL, 0, NULL}};
    return is_moved ? lossi_onnx_apply(call, "transpose", keys, term) : LOSS_OK;
}

loss_status lossi_onnx_turn(lossi_onnx_call *call, lossi_onnx_term *term)
{
    if (term->shape.n_dims != 2)
        return lossi_onnx_refuse(call, "an operand of %zu dimensions; expected 2",
                                 term->shape.n_dims);
    return lossi_onnx_reorder(call, (size_t[]){1, 0}, term);
}

/* A vector as a matrix: of one row, or of one column. */
static bool make_matrix(lossi_onnx_term *x, bool is_column)
{
    lossi_onnx_shape *s = &x->shape;
    if (s->n_dims != 1)
        return false;
    s->dims[1] = is_column ? 1 : s->dims[0];
    s->dims[0] = is_column ? s->dims[0] : 1;
    s->batch += s->batch >= 0 && !is_column;
    s->n_dims = 2;
    return true;
}

/* The dimensions before the last two. */
static lossi_onnx_shape before_matrices(const lossi_onnx_shape *s)
{
    lossi_onnx_shape before = *s;
    before.n_dims -= 2;
    if (before.batch >= (int)before.n_dims) {
        before.batch = -1;
        before.outer = 1;
    }
    return before;
}

/* Takes dimension `axis` of the output away, that a vector has not. */
static void drop(lossi_onnx_shape *s, size_t axis)
{
    s->n_dims--;
    memmove(s->dims + axis, s->dims + axis + 1, (s->n_dims - axis) * sizeof *s->dims);
    s->batch -= s->batch > (int)axis;
}

/* The images may be the rows of the product, if the right operand is the same for all of them, and
 * likewise its columns; sums are never over images. */
static bool place_images(const lossi_onnx_shape *a, const lossi_onnx_shape *b,
                         lossi_onnx_shape *out)
{
    int last_a = (int)a->n_dims - 1, last_b = (int)b->n_dims - 1, last = (int)out->n_dims - 1;
    bool are_rows = a->batch >= 0 && a->batch == last_a - 1,
         are_columns = b->batch >= 0 && b->batch == last_b;
    if (are_rows || are_columns) {
        out->batch = are_rows ? last - 1 : last;
        out->outer = are_rows ? a->outer : b->outer;
    }
    return !(a->batch >= 0 && a->batch == last_a) && !(b->batch >= 0 && b->batch == last_b - 1) &&
           !(are_rows && b->batch >= 0) && !(are_columns && a->batch >= 0);
}

loss_status lossi_onnx_multiply(lossi_onnx_call *call, const lossi_onnx_term in[2],
                                lossi_onnx_term *out)
{
    char left[LOSSI_DIMS_TEXT], right[LOSSI_DIMS_TEXT];
    lossi_onnx_term x[2] = {in[0], in[1]};
    if (!x[0].shape.n_dims || !x[1].shape.n_dims)
        return lossi_onnx_refuse(call, "a product of single numbers");
    bool is_row = make_matrix(&x[0], false), is_column = make_matrix(&x[1], true);
    const lossi_onnx_shape *a = &x[0].shape, *b = &x[1].shape;
    lossi_onnx_shape first = before_matrices(a), second = before_matrices(b), shape;
    loss_status status = lossi_onnx_join_shapes(call, &first, &second, &shape);
    if (status)
        return status;
    size_t n = shape.n_dims + 2;
    if (n > LOSSI_ARRAY_MAX_DIMS || a->dims[a->n_dims - 1] != b->dims[b->n_dims - 2])
        return lossi_onnx_refuse(call, "operands of %s and %s for each image",
                                 lossi_dims_text(a->n_dims, a->dims, left),
                                 lossi_dims_text(b->n_dims, b->dims, right));
    shape.n_dims = n;
    lossi_onnx_shape made = shape;
    if (!place_images(a, b, &made))
        return lossi_onnx_refuse(call, "a product over the images of the batch");
    loss_node nodes[2];
    for (size_t i = 0; i < 2; i++) /* matrices keep both dimensions, whatever the images are */
        nodes[i] = lossi_onnx_aligned(call, &x[i], &shape, 2);
    made.dims[n - 2] = a->dims[a->n_dims - 2];
    made.dims[n - 1] = b->dims[b->n_dims - 1];
    out->node = lossi_onnx_layer(call, "matmul", 2, nodes, NULL);
    if (is_row)
        drop(&made, n - 2);
    if (is_column)
        drop(&made, made.n_dims - 1);
    out->shape = made;
    return lossi_onnx_builder_status(call, out->node);
}
