/* Arithmetic on constants. What depends on the number of images is kept where the result is so
 * many times that number again, and refused where it is not. */
#include <math.h>
#include <string.h>

#include "onnx/fold.h"

/* A number, perhaps times the number of images, or with more for each image after the first. */
typedef struct number {
    double v;
    bool times_n;
    double by_image;
} number;

/* How an operator computes: false if the result is not known without the number of images. */
typedef bool (*one)(number a, double *out);
typedef bool (*two)(number a, number b, bool is_whole, number *out);

/* ---- Of one --------------------------------------------------------------------------------- */

static bool negate(number a, double *out)
{
    *out = -a.v;
    return true;
}
static bool floor_of(number a, double *out)
{
    *out = floor(a.v);
    return !a.times_n || *out == a.v;
}
static bool ceil_of(number a, double *out)
{
    *out = ceil(a.v);
    return !a.times_n || *out == a.v;
}
static bool round_of(number a, double *out)
{
    *out = nearbyint(a.v);
    return !a.times_n || *out == a.v;
}
static bool absolute(number a, double *out)
{
    *out = fabs(a.v);
    return true;
}
static bool root(number a, double *out)
{
    *out = sqrt(a.v);
    return !a.times_n;
}
static bool power_of_e(number a, double *out)
{
    *out = exp(a.v);
    return !a.times_n;
}
static bool logarithm(number a, double *out)
{
    *out = log(a.v);
    return !a.times_n;
}
static bool inverse(number a, double *out)
{
    *out = 1 / a.v;
    return !a.times_n;
}
static bool not_of(number a, double *out)
{
    *out = a.v == 0;
    return !a.times_n;
}

static const struct {
    const char *name;
    one of;
} ones[] = {{"Neg", negate},         {"Floor", floor_of}, {"Ceil", ceil_of},   {"Round", round_of},
            {"Abs", absolute},       {"Sqrt", root},      {"Exp", power_of_e}, {"Log", logarithm},
            {"Reciprocal", inverse}, {"Not", not_of}};

loss_status lossi_onnx_fold_one(lossi_onnx_call *call)
{
    loss_status status = LOSS_OK;
    const lossi_value *in = lossi_onnx_constant(call, 0, &status);
    one of = NULL;
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        if (strcmp(ones[i].name, call->operator->name) == 0)
            of = ones[i].of;
    if (status || !in || !of)
        return status ? status : lossi_onnx_refuse(call, "it is not read for constants");
    lossi_value *value;
    status = lossi_value_create(&value, &call->graph->file, in->type, in->n_dims, in->dims);
    for (size_t i = 0; !status && i < in->count; i++) {
        number a = {in->numbers[i], in->times_n[i], 0};
        value->times_n[i] = a.times_n;
        if (!of(a, &value->numbers[i])) {
            lossi_value_free(value);
            return lossi_onnx_refuse(call, "its result depends on the number of images");
        }
    }
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

/* ---- Of two --------------------------------------------------------------------------------- */

static bool add(number a, number b, bool is_whole, number *out)
{
    (void)is_whole;
    *out = (number){a.v + b.v, a.times_n || b.times_n, a.by_image + b.by_image};
    return a.times_n == b.times_n || (a.times_n ? b.v : a.v) == 0;
}

static bool subtract(number a, number b, bool is_whole, number *out)
{
    b.v = -b.v;
    b.by_image = -b.by_image;
    return add(a, b, is_whole, out);
}

static bool multiply(number a, number b, bool is_whole, number *out)
{
    (void)is_whole;
    *out = (number){a.v * b.v, a.times_n || b.times_n, a.v * b.by_image + a.by_image * b.v};
    return !(a.times_n && b.times_n) && (a.by_image == 0 || b.by_image == 0);
}

static bool divide(number a, number b, bool is_whole, number *out)
{
    double ratio = a.v / b.v, cut = is_whole ? trunc(ratio) : ratio;
    *out = (number){cut, a.times_n && !b.times_n, 0};
    /* k N / d is cut at another place for each N, unless d divides k. */
    return !(b.times_n && !a.times_n) && !(out->times_n && cut != ratio) && !(is_whole && b.v == 0);
}

static bool modulo(number a, number b, bool is_whole, number *out)
{
    (void)is_whole;
    double rest = fmod(a.v, b.v);
    if (rest != 0 && (rest < 0) != (b.v < 0))
        rest += b.v;
    *out = (number){rest, false, 0};
    return !b.times_n && b.v != 0 && (!a.times_n || rest == 0);
}

static bool power(number a, number b, bool is_whole, number *out)
{
    (void)is_whole;
    *out = (number){pow(a.v, b.v), false, 0};
    return !a.times_n && !b.times_n;
}

/* There is at least one image: so many times their number is above what is not above 0. */
static bool order_of(number a, number b, int *order)
{
    *order = (a.v > b.v) - (a.v < b.v);
    if (a.times_n == b.times_n)
        return true;
    *order = a.times_n ? 1 : -1;
    return a.times_n ? a.v > 0 && b.v <= 0 : b.v > 0 && a.v <= 0;
}

#define COMPARISON(name, holds)                                                                    \
    static bool name(number a, number b, bool is_whole, number *out)                               \
    {                                                                                              \
        (void)is_whole;                                                                            \
        int order;                                                                                 \
        bool is_known = order_of(a, b, &order);                                                    \
        *out = (number){order holds, false, 0};                                                    \
        return is_known;                                                                           \
    }
COMPARISON(equal, == 0)
COMPARISON(greater, > 0)
COMPARISON(less, < 0)
COMPARISON(greater_or_equal, >= 0)
COMPARISON(less_or_equal, <= 0)

static bool smaller(number a, number b, bool is_whole, number *out)
{
    (void)is_whole;
    int order;
    bool is_known = order_of(a, b, &order);
    *out = order < 0 ? a : b;
    return is_known;
}

static bool larger(number a, number b, bool is_whole, number *out)
{
    (void)is_whole;
    int order;
    bool is_known = order_of(a, b, &order);
    *out = order > 0 ? a : b;
    return is_known;
}

static bool both(number a, number b, bool is_whole, number *out)
{
    (void)is_whole;
    *out = (number){a.v != 0 && b.v != 0, false, 0};
    return true;
}

static bool either(number a, number b, bool is_whole, number *out)
{
    (void)is_whole;
    *out = (number){a.v != 0 || b.v != 0, false, 0};
    return true;
}

static const struct {
    const char *name;
    two of;
    bool gives_bool, is_variadic, takes_images;
} twos[] = {{"Add", add, false, false, true},
            {"Sub", subtract, false, false, true},
            {"Mul", multiply, false, false, true},
            {"Div", divide, false, false, false},
            {"Mod", modulo, false, false, false},
            {"Pow", power, false, false, false},
            {"Min", smaller, false, true, false},
            {"Max", larger, false, true, false},
            {"Equal", equal, true, false, false},
            {"Greater", greater, true, false, false},
            {"Less", less, true, false, false},
            {"GreaterOrEqual", greater_or_equal, true, false, false},
            {"LessOrEqual", less_or_equal, true, false, false},
            {"And", both, true, false, false},
            {"Or", either, true, false, false}};

/* Where(condition, a, b). */
static loss_status choose(lossi_onnx_call *call)
{
    loss_status status = LOSS_OK;
    const lossi_value *c = lossi_onnx_constant(call, 0, &status),
                      *a = status ? NULL : lossi_onnx_constant(call, 1, &status),
                      *b = status ? NULL : lossi_onnx_constant(call, 2, &status);
    if (status)
        return status;
    if (!c || !a || !b)
        return lossi_onnx_refuse(call, "an input is left out");
    size_t n, n_all, dims[LOSSI_ARRAY_MAX_DIMS], all[LOSSI_ARRAY_MAX_DIMS];
    if (!lossi_onnx_broadcast(a->n_dims, a->dims, b->n_dims, b->dims, &n, dims) ||
        !lossi_onnx_broadcast(n, dims, c->n_dims, c->dims, &n_all, all))
        return lossi_onnx_refuse(call, "the shapes do not fit");
    lossi_value *value;
    status = lossi_value_create(&value, &call->graph->file, a->type, n_all, all);
    for (size_t i = 0; !status && i < value->count; i++) {
        bool holds = c->numbers[lossi_onnx_source(i, n_all, all, c->n_dims, c->dims)] != 0;
        const lossi_value *from = holds ? a : b;
        size_t at = lossi_onnx_source(i, n_all, all, from->n_dims, from->dims);
        value->numbers[i] = from->numbers[at];
        value->times_n[i] = from->times_n[at];
    }
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

static number number_of(const lossi_value *value, size_t i)
{
    return (number){value->numbers[i], value->times_n[i], value->by_image ? value->by_image[i] : 0};
}

/* Where the images are in a result of n dimensions: in the same place of both, or of one. */
static bool join_batches(const lossi_value *a, const lossi_value *b, size_t n, int *batch)
{
    int at_a = a->batch < 0 ? -1 : a->batch + (int)(n - a->n_dims),
        at_b = b->batch < 0 ? -1 : b->batch + (int)(n - b->n_dims);
    *batch = at_a > at_b ? at_a : at_b;
    const lossi_value *other = at_a < 0 ? a : b; /* of one: it has one value for all images */
    size_t skipped = n - other->n_dims;
    return *batch < 0 || at_a == at_b ||
           ((at_a < 0 || at_b < 0) &&
            ((size_t)*batch < skipped || other->dims[(size_t)*batch - skipped] == 1));
}

static loss_status combine(lossi_onnx_call *call, two of, bool gives_bool, const lossi_value *a,
                           const lossi_value *b, lossi_value **out)
{
    size_t n, dims[LOSSI_ARRAY_MAX_DIMS];
    int batch;
    *out = NULL;
    if (!lossi_onnx_broadcast(a->n_dims, a->dims, b->n_dims, b->dims, &n, dims) ||
        !join_batches(a, b, n, &batch))
        return lossi_onnx_refuse(call, "the shapes do not fit");
    lossi_value *value;
    loss_status status = lossi_value_create(&value, &call->graph->file,
                                            gives_bool ? LOSSI_ONNX_BOOL : a->type, n, dims);
    if (!status && batch >= 0 && (status = lossi_value_vary(value, batch)))
        lossi_value_free(value);
    for (size_t i = 0; !status && i < value->count; i++) {
        size_t from_a = lossi_onnx_source(i, n, dims, a->n_dims, a->dims),
               from_b = lossi_onnx_source(i, n, dims, b->n_dims, b->dims);
        number made;
        if (!of(number_of(a, from_a), number_of(b, from_b), a->type != LOSSI_ONNX_FLOAT, &made)) {
            lossi_value_free(value);
            return lossi_onnx_refuse(call, "its result depends on the number of images");
        }
        value->numbers[i] = made.v;
        value->times_n[i] = made.times_n;
        if (value->by_image)
            value->by_image[i] = made.by_image;
    }
    *out = value;
    return status;
}

/* Of two inputs or, where an operator takes more, one after the other. */
static const lossi_value *combined(const lossi_onnx_call *call, bool takes_images, size_t i,
                                   loss_status *status)
{
    return takes_images ? lossi_onnx_image_constant(call, i, status)
                        : lossi_onnx_constant(call, i, status);
}

static loss_status combine_all(lossi_onnx_call *call, two of, bool gives_bool, bool takes_images,
                               size_t n)
{
    loss_status status = LOSS_OK;
    lossi_value *value = NULL;
    const lossi_value *first = combined(call, takes_images, 0, &status);
    for (size_t i = 1; !status && i < n; i++) {
        const lossi_value *next = combined(call, takes_images, i, &status);
        lossi_value *before = value;
        if (!status && (!first || !next))
            status = lossi_onnx_refuse(call, "an input is left out");
        if (!status)
            status = combine(call, of, gives_bool, before ? before : first, next, &value);
        lossi_value_free(before);
        if (status)
            return status;
    }
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

loss_status lossi_onnx_fold_two(lossi_onnx_call *call)
{
    size_t n = lossi_onnx_n_inputs(call);
    if (strcmp(call->operator->name, "Where") == 0)
        return choose(call);
    if (n == 1)
        return lossi_onnx_fold_cast(call);
    for (size_t i = 0; i < sizeof twos / sizeof *twos; i++)
        if (strcmp(twos[i].name, call->operator->name) == 0 && (n == 2 || twos[i].is_variadic))
            return combine_all(call, twos[i].of, twos[i].gives_bool, twos[i].takes_images, n);
    return lossi_onnx_refuse(call, "it is not read for these constants");
}
