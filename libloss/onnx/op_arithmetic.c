/* Arithmetic with broadcasting: of two operands, or of several, and a choice between two. */
#include <stdlib.h>
#include <string.h>

#include "onnx/broadcast.h"
#include "onnx/fold.h"

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
    bool is_variadic; /* of any number of inputs */
    bool takes_all;   /* the layer does, too */
    bool is_mean;
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

static const arithmetic kinds[] = {
    {.name = "Add", .kind = "add", .by_number = add_number},
    {.name = "Sub", .kind = "subtract", .by_number = subtract_number},
    {.name = "Mul", .kind = "multiply", .by_number = multiply_number},
    {.name = "Div", .kind = "divide", .by_number = divide_number},
    {.name = "Pow", .kind = "power"},
    {.name = "Max", .kind = "maximum", .is_variadic = true},
    {.name = "Min", .kind = "minimum", .is_variadic = true},
    {.name = "Sum", .kind = "add", .is_variadic = true, .takes_all = true},
    {.name = "Mean", .kind = "add", .is_variadic = true, .takes_all = true, .is_mean = true},
    {.name = NULL}};

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

/* One layer of all operands, or layer by layer of two. */
static loss_status map_several(lossi_onnx_call *call, const arithmetic *of, size_t n)
{
    lossi_onnx_term *terms = calloc(n, sizeof *terms), out;
    loss_status status = terms ? LOSS_OK : lossi_fail_nomem(n * sizeof *terms);
    for (size_t i = 0; !status && i < n; i++)
        status = lossi_onnx_term_of(call, i, &terms[i]);
    if (!status && of->takes_all)
        status = lossi_onnx_combine(call, of->kind, n, terms, &out);
    for (size_t i = 1; !status && !of->takes_all && i < n; i++) {
        lossi_onnx_term pair[] = {i == 1 ? terms[0] : out, terms[i]};
        status = lossi_onnx_combine(call, of->kind, 2, pair, &out);
    }
    double share = 1 / (double)n;
    const loss_layer_key keys[] = {lossi_onnx_sizes("factor", 1, &share), {NULL, NULL, 0, NULL}};
    if (!status && of->is_mean)
        status = lossi_onnx_apply(call, "scale", keys, &out);
    free(terms);
    return status ? status : lossi_onnx_set_term(call, 0, &out);
}

static loss_status map_arithmetic(lossi_onnx_call *call)
{
    const arithmetic *of = arithmetic_of(call);
    loss_status status = LOSS_OK;
    double number;
    size_t n = lossi_onnx_n_inputs(call);
    if (n == 1 && of->is_variadic)
        return lossi_onnx_pass(call);
    if (n < 2 || (n > 2 && !of->is_variadic))
        return lossi_onnx_refuse(call, "%zu inputs; expected 2", n);
    for (size_t i = 0; !status && n == 2 && i < 2; i++)
        if (one_number(call, i, &number, &status) &&
            map_number(call, of, i, lossi_onnx_decimal(number), &status))
            return status;
    return status ? status : map_several(call, of, n);
}

/* ---- Where ---------------------------------------------------------------------------------- */

/* A constant term that is `yes` where the condition holds, and `no` where it does not. */
static loss_status mask_of(lossi_onnx_call *call, const lossi_value *condition, double yes,
                           double no, lossi_onnx_term *term)
{
    lossi_value *value;
    loss_status status = lossi_value_create(&value, &call->graph->file, LOSSI_ONNX_FLOAT,
                                            condition->n_dims, condition->dims);
    for (size_t i = 0; !status && i < condition->count; i++)
        value->numbers[i] = condition->numbers[i] != 0 ? yes : no;
    return status ? status : lossi_onnx_constant_term(call, value, term);
}

/* One of the two values with zeros where the other is taken. */
static loss_status chosen(lossi_onnx_call *call, const lossi_value *condition, bool is_second,
                          lossi_onnx_term *out)
{
    lossi_onnx_term pair[2];
    double number;
    loss_status status = LOSS_OK;
    if (one_number(call, 1 + is_second, &number, &status)) /* it may be infinite */
        return mask_of(call, condition, is_second ? 0 : number, is_second ? number : 0, out);
    if (!status)
        status = lossi_onnx_term_of(call, 1 + is_second, &pair[0]);
    if (!status)
        status = mask_of(call, condition, !is_second, is_second, &pair[1]);
    return status ? status : lossi_onnx_combine(call, "multiply", 2, pair, out);
}

/* By a constant condition: of two sums, one is zero in each place. */
static loss_status map_where(lossi_onnx_call *call)
{
    loss_status status = LOSS_OK;
    const lossi_value *condition = lossi_onnx_constant(call, 0, &status);
    lossi_onnx_term pair[2], out;
    if (!status && !condition)
        status = lossi_onnx_refuse(call, "by a condition that depends on the images");
    for (size_t i = 0; !status && i < 2; i++)
        status = chosen(call, condition, i == 1, &pair[i]);
    if (!status)
        status = lossi_onnx_combine(call, "add", 2, pair, &out);
    return status ? status : lossi_onnx_set_term(call, 0, &out);
}

#define ARITHMETIC(operator)                                                                       \
    {                                                                                              \
        .name = operator, .attributes = "", .fold = lossi_onnx_fold_two, .map = map_arithmetic     \
    }

const lossi_onnx_operator lossi_onnx_arithmetic[] = {
    ARITHMETIC("Add"),
    ARITHMETIC("Sub"),
    ARITHMETIC("Mul"),
    ARITHMETIC("Div"),
    ARITHMETIC("Pow"),
    ARITHMETIC("Max"),
    ARITHMETIC("Min"),
    {.name = "Sum", .attributes = "", .map = map_arithmetic},
    {.name = "Mean", .attributes = "", .map = map_arithmetic},
    {.name = "Where", .attributes = "", .fold = lossi_onnx_fold_two, .map = map_where},
    {.name = NULL},
};
