/* Arithmetic of two operands, with broadcasting. */
#include <math.h>
#include <string.h>

#include "onnx/emit.h"
#include "onnx/fold.h"

/* Shapes aligned at the last dimension. Where one operand depends on the images and the other does
 * not, the other has one value for all of them. */
static loss_status join_shapes(lossi_onnx_call *call, const lossi_onnx_shape *a,
                               const lossi_onnx_shape *b, lossi_onnx_shape *out)
{
    char left[LOSSI_DIMS_TEXT], right[LOSSI_DIMS_TEXT];
    *out = (lossi_onnx_shape){.batch = -1, .outer = 1};
    bool fits =
        lossi_onnx_broadcast(a->n_dims, a->dims, b->n_dims, b->dims, &out->n_dims, out->dims);
    int at_a = a->batch < 0 ? -1 : a->batch + (int)(out->n_dims - a->n_dims),
        at_b = b->batch < 0 ? -1 : b->batch + (int)(out->n_dims - b->n_dims);
    out->batch = at_a < 0 ? at_b : at_a;
    out->outer = at_a < 0 ? b->outer : a->outer;
    if (at_a >= 0 && at_b >= 0)
        fits =
            fits && at_a == at_b && a->outer == b->outer && a->dims[a->batch] == b->dims[b->batch];
    else if (out->batch >= 0) {
        const lossi_onnx_shape *other = at_a < 0 ? a : b;
        size_t skipped = out->n_dims - other->n_dims, at = (size_t)out->batch;
        fits = fits && (at < skipped || other->dims[at - skipped] == 1);
    }
    return fits ? LOSS_OK
                : lossi_onnx_refuse(call, "operands of %s and %s for each image",
                                    lossi_dims_text(a->n_dims, a->dims, left),
                                    lossi_dims_text(b->n_dims, b->dims, right));
}

/* An operand with ones before its dims, and without the batch's dimension of the output. */
static loss_node aligned(lossi_onnx_call *call, loss_node node, const lossi_onnx_shape *in,
                         const lossi_onnx_shape *out)
{
    lossi_onnx_shape whole = {.n_dims = out->n_dims, .batch = out->batch, .outer = 1};
    size_t skipped = out->n_dims - in->n_dims;
    for (size_t i = 0; i < out->n_dims; i++)
        whole.dims[i] = i < skipped ? 1 : in->dims[i - skipped];
    if (out->batch >= 0 && out->dims[out->batch] != 1 && in->batch < 0)
        whole.batch = -1;
    lossi_onnx_dims dims = lossi_onnx_image_dims(&whole), own = lossi_onnx_image_dims(in);
    while (dims.n > own.n && dims.v[0] == 1) /* ones in front go without saying */
        memmove(dims.v, dims.v + 1, --dims.n * sizeof *dims.v);
    return lossi_onnx_reshaped(call, node, &dims);
}

/* The one number that input i is, for all values alike. */
static bool one_number(lossi_onnx_call *call, size_t i, double *number, loss_status *status)
{
    const lossi_value *value = lossi_onnx_constant(call, i, status);
    bool is_one = value && value->count == 1 && !value->times_n[0];
    if (is_one)
        *number = value->numbers[0];
    return is_one;
}

/* What an operator becomes: of two layers; and of one and a number, factor x + shift. */
typedef struct arithmetic {
    const char *name, *kind;
    bool (*by_number)(double number, bool is_first, double *factor, double *shift);
} arithmetic;

static bool add_number(double number, bool is_first, double *factor, double *shift)
{
    (void)is_first;
    *factor = 1;
    *shift = number;
    return true;
}

static bool subtract_number(double number, bool is_first, double *factor, double *shift)
{
    *factor = is_first ? -1 : 1;
    *shift = is_first ? number : -number;
    return true;
}

static bool multiply_number(double number, bool is_first, double *factor, double *shift)
{
    (void)is_first;
    *factor = number;
    *shift = 0;
    return true;
}

static bool divide_number(double number, bool is_first, double *factor, double *shift)
{
    *factor = 1 / number;
    *shift = 0;
    return !is_first && number != 0;
}

static const arithmetic kinds[] = {{"Add", "add", add_number},
                                   {"Sub", "subtract", subtract_number},
                                   {"Mul", "multiply", multiply_number},
                                   {"Div", "divide", divide_number},
                                   {"Pow", "power", NULL},
                                   {"Max", "maximum", NULL},
                                   {"Min", "minimum", NULL},
                                   {NULL, NULL, NULL}};

static const arithmetic *arithmetic_of(const lossi_onnx_call *call)
{
    const arithmetic *of = kinds;
    while (of->name && strcmp(of->name, call->operator->name) != 0)
        of++;
    return of;
}

/* A layer and a number; true if it was done. */
static bool map_number(lossi_onnx_call *call, const arithmetic *of, size_t at, double number,
                       loss_status *status)
{
    loss_node in;
    lossi_onnx_shape shape;
    double factor = 1, shift = 0;
    loss_layer_key keys[3] = {lossi_onnx_sizes("exponent", 1, &number)};
    bool is_power = strcmp(of->name, "Pow") == 0 && at == 1;
    if (!is_power && !(of->by_number && of->by_number(number, at == 0, &factor, &shift)))
        return false;
    if (!is_power) {
        keys[0] = lossi_onnx_sizes("factor", 1, &factor);
        keys[1] = lossi_onnx_sizes("shift", 1, &shift);
    }
    *status = lossi_onnx_operand(call, 1 - at, &in, &shape);
    if (*status)
        return true;
    if (is_power || factor != 1 || shift != 0)
        in = lossi_onnx_layer(call, is_power ? "power" : "scale", 1, &in, keys);
    *status = lossi_onnx_builder_status(call, in);
    if (!*status)
        *status = lossi_onnx_set_node(call, 0, in, &shape);
    return true;
}

static loss_status map_arithmetic(lossi_onnx_call *call)
{
    const arithmetic *of = arithmetic_of(call);
    loss_node in[2] = {-1, -1};
    lossi_onnx_shape shapes[2], out;
    loss_status status = LOSS_OK;
    double number;
    if (lossi_onnx_n_inputs(call) != 2)
        return lossi_onnx_refuse(call, "%zu inputs; expected 2", lossi_onnx_n_inputs(call));
    for (size_t i = 0; !status && i < 2; i++)
        if (one_number(call, i, &number, &status) &&
            map_number(call, of, i, lossi_onnx_decimal(number), &status))
            return status;
    for (size_t i = 0; !status && i < 2; i++)
        status = lossi_onnx_operand(call, i, &in[i], &shapes[i]);
    if (!status)
        status = join_shapes(call, &shapes[0], &shapes[1], &out);
    for (size_t i = 0; !status && i < 2; i++)
        in[i] = aligned(call, in[i], &shapes[i], &out);
    if (status)
        return status;
    loss_node node = lossi_onnx_layer(call, of->kind, 2, in, NULL);
    status = lossi_onnx_builder_status(call, node);
    return status ? status : lossi_onnx_set_node(call, 0, node, &out);
}

#define ARITHMETIC(operator)                                                                       \
    {                                                                                              \
        .name = operator, .attributes = "", .fold = lossi_onnx_fold_two, .map = map_arithmetic     \
    }

const lossi_onnx_operator lossi_onnx_arithmetic[] = {
    ARITHMETIC("Add"), ARITHMETIC("Sub"), ARITHMETIC("Mul"), ARITHMETIC("Div"),
    ARITHMETIC("Pow"), ARITHMETIC("Max"), ARITHMETIC("Min"), {.name = NULL},
};
