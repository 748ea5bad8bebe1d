/* Maps of other sizes: padded, resized, or with channels as pixels. */
#include <math.h>
#include <string.h>

#include "onnx/fold.h"
#include "onnx/multiply.h"

/* ---- Pad ------------------------------------------------------------------------------------ */

/* How much each dimension gets, before and after it. */
static loss_status read_pads(lossi_onnx_call *call, const lossi_onnx_shape *in,
                             double pads[2][LOSSI_ARRAY_MAX_DIMS])
{
    int64_t values[LOSSI_ONNX_MOST_INTS], axes[LOSSI_ONNX_MOST_INTS];
    size_t n, n_axes;
    loss_status status = lossi_onnx_ints(call, "pads", 1, &n, values);
    if (!status)
        status = lossi_onnx_ints(call, "axes", 3, &n_axes, axes);
    if (!status && n != 2 * (n_axes ? n_axes : in->n_dims))
        status = lossi_onnx_refuse(call, "%zu pads of %zu dimensions", n, in->n_dims);
    memset(pads, 0, 2 * sizeof *pads);
    for (size_t i = 0; !status && i < n / 2; i++) {
        size_t axis = i;
        if (n_axes)
            status = lossi_onnx_axis(call, axes[i], in->n_dims, &axis);
        for (size_t end = 0; !status && end < 2; end++) {
            pads[end][axis] = (double)values[end * (n / 2) + i];
            if (pads[end][axis] != 0 && in->batch == (int)axis)
                status = lossi_onnx_refuse(call, "it pads the batch");
        }
    }
    return status;
}

/* The number that constant padding has. */
static loss_status read_filling(lossi_onnx_call *call, double *number)
{
    loss_status status = LOSS_OK;
    const lossi_value *value = lossi_onnx_constant(call, 2, &status);
    *number = value && value->count ? value->numbers[0] : lossi_onnx_float(call, "value", 0);
    if (!status && !value && lossi_onnx_input(call, 2))
        status = lossi_onnx_refuse(call, "its value is not constant");
    return status;
}

static loss_status map_pad(lossi_onnx_call *call)
{
    static const char *const modes[] = {"constant", "reflect", "edge"};
    lossi_onnx_term x;
    double pads[2][LOSSI_ARRAY_MAX_DIMS], own[2 * LOSSI_ARRAY_MAX_DIMS], number = 0;
    const char *mode = NULL;
    for (size_t i = 0; i < 3; i++)
        if (lossi_onnx_text_is(call, "mode", "constant", modes[i]))
            mode = modes[i];
    if (!mode)
        return lossi_onnx_refuse(call, "its mode is none of constant, reflect, edge");
    loss_status status = lossi_onnx_term_of(call, 0, &x);
    if (!status)
        status = read_pads(call, &x.shape, pads);
    if (!status)
        status = read_filling(call, &number);
    if (status)
        return status;
    size_t n = 0, n_image = lossi_onnx_image_dims(&x.shape).n;
    bool is_padded = false;
    memset(own, 0, sizeof own);
    for (size_t i = 0; i < x.shape.n_dims; i++) {
        double side = (double)x.shape.dims[i] + pads[0][i] + pads[1][i];
        if (!(side >= 1 && side <= LOSSI_LARGEST_SIZE))
            return lossi_onnx_refuse(call, "a size of %g", side);
        is_padded = is_padded || pads[0][i] != 0 || pads[1][i] != 0;
        if (lossi_onnx_image_axis(&x.shape, i) < 0)
            continue;
        own[n] = pads[0][i];
        own[n_image + n++] = pads[1][i];
        x.shape.dims[i] = (size_t)side;
    }
    loss_layer_key keys[] = {lossi_onnx_sizes("pads", 2 * n_image, own),
                             lossi_onnx_sizes("value", 1, &number),
                             {.name = "mode", .word = mode},
                             {NULL, NULL, 0, NULL}};
    if (is_padded)
        status = lossi_onnx_apply(call, "pad", keys, &x);
    return status ? status : lossi_onnx_set_term(call, 0, &x);
}

/* ---- Resize --------------------------------------------------------------------------------- */

/* Sizes of the output, or scales, of each dimension that is named. */
typedef struct target {
    bool has_sizes;
    double of[LOSSI_ARRAY_MAX_DIMS]; /* 1 times, or the dimension's own size, where not named */
} target;

/* The list that says how large: input `i`, of as many numbers as there are axes. */
static loss_status read_list(lossi_onnx_call *call, size_t i, size_t n, const lossi_value **list)
{
    loss_status status = LOSS_OK;
    *list = lossi_onnx_constant(call, i, &status);
    if (!status && !*list && lossi_onnx_input(call, i))
        status = lossi_onnx_refuse(call, "its new size is not known beforehand");
    if (!status && *list && !(*list)->count)
        *list = NULL; /* an empty list stands for one left out */
    if (!status && *list && (*list)->count != n)
        status =
            lossi_onnx_refuse(call, "%zu scales or sizes of %zu dimensions", (*list)->count, n);
    return status;
}

static loss_status read_target(lossi_onnx_call *call, const lossi_onnx_shape *in, target *t)
{
    int64_t axes[LOSSI_ONNX_MOST_INTS];
    size_t n_axes, at_scales = call->graph->version > 10 ? 2 : 1;
    const lossi_value *scales = NULL, *sizes = NULL;
    loss_status status = lossi_onnx_ints(call, "axes", SIZE_MAX, &n_axes, axes);
    size_t n = status || !n_axes ? in->n_dims : n_axes;
    if (!status)
        status = read_list(call, at_scales, n, &scales);
    if (!status && at_scales == 2)
        status = read_list(call, 3, n, &sizes);
    if (!status && !scales == !sizes)
        status = lossi_onnx_refuse(call, "expected scales or sizes");
    if (status)
        return status;
    const lossi_value *list = sizes ? sizes : scales;
    t->has_sizes = sizes != NULL;
    for (size_t i = 0; i < in->n_dims; i++)
        t->of[i] = sizes ? (double)in->dims[i] : 1;
    for (size_t i = 0; !status && i < n; i++) {
        size_t axis = i;
        if (n_axes)
            status = lossi_onnx_axis(call, axes[i], in->n_dims, &axis);
        if (status)
            break;
        double number = list->numbers[i], size = sizes ? number : number * (double)in->dims[axis];
        bool is_batch = in->batch == (int)axis,
             stays = sizes ? list->times_n[i] || (size_t)number == call->graph->traced_images
                           : number == 1;
        if (is_batch ? !stays : list->times_n[i] || !(size >= 1 && size <= LOSSI_LARGEST_SIZE))
            status = lossi_onnx_refuse(call, "a size of %g in dimension %zu", size, axis);
        t->of[axis] = is_batch ? t->of[axis] : number;
    }
    return status;
}

/* One of the words of an attribute. @return NULL: another one */
static const char *word_of(const lossi_onnx_call *call, const char *name, const char *standard,
                           const char *const *words)
{
    while (*words && !lossi_onnx_text_is(call, name, standard, *words))
        words++;
    return *words;
}

/* The words that say where values come from, as the layer has them. */
static loss_status read_words(lossi_onnx_call *call, loss_layer_key keys[3])
{
    static const char *const places[] = {"half_pixel", "align_corners", "asymmetric",
                                         "pytorch_half_pixel", NULL},
                             *const roundings[] = {"round_prefer_floor", "floor", "ceil",
                                                   "round_prefer_ceil", NULL},
                             *const modes[] = {"nearest", "linear", NULL};
    bool is_old = call->graph->version < 11;
    const char *mode = word_of(call, "mode", "nearest", modes),
               *place = word_of(call, "coordinate_transformation_mode", "half_pixel", places),
               *rounding = word_of(call, "nearest_mode", "round_prefer_floor", roundings);
    if (!mode)
        return lossi_onnx_refuse(call, "its mode is neither nearest nor linear");
    if (!place || !rounding)
        return lossi_onnx_refuse(call, "%s is not known",
                                 place ? "its nearest_mode" : "its coordinate_transformation_mode");
    if (lossi_onnx_int(call, "antialias", 0) || lossi_onnx_int(call, "exclude_outside", 0) ||
        !lossi_onnx_text_is(call, "keep_aspect_ratio_policy", "stretch", "stretch"))
        return lossi_onnx_refuse(call, "antialias, exclude_outside and keep_aspect_ratio_policy "
                                       "are not known");
    keys[0] = (loss_layer_key){.name = "mode", .word = *mode == 'l' ? "bilinear" : mode};
    keys[1] = (loss_layer_key){.name = "coordinates", .word = is_old ? "asymmetric" : place};
    keys[2] = (loss_layer_key){.name = "rounding", .word = is_old ? "floor" : rounding};
    return LOSS_OK;
}

static loss_status map_resize(lossi_onnx_call *call)
{
    lossi_onnx_term x;
    target t;
    double own[LOSSI_ARRAY_MAX_DIMS];
    loss_layer_key keys[5] = {{NULL, NULL, 0, NULL}};
    loss_status status = read_words(call, keys + 1);
    if (!status)
        status = lossi_onnx_term_of(call, 0, &x);
    if (!status)
        status = read_target(call, &x.shape, &t);
    size_t n = 0;
    for (size_t i = 0; !status && i < x.shape.n_dims; i++) {
        if (lossi_onnx_image_axis(&x.shape, i) < 0)
            continue;
        own[n++] = t.of[i];
        x.shape.dims[i] =
            (size_t)(t.has_sizes ? t.of[i] : floor(t.of[i] * (double)x.shape.dims[i]));
    }
    keys[0] = lossi_onnx_sizes(!status && t.has_sizes ? "size" : "scale", n, own);
    if (!status)
        status = lossi_onnx_apply(call, "resize", keys, &x);
    return status ? status : lossi_onnx_set_term(call, 0, &x);
}

/* ---- Channels and pixels -------------------------------------------------------------------- */

/* Input 0 as maps that are cut into blocks of that many pixels a side. */
static loss_status read_blocks(lossi_onnx_call *call, lossi_onnx_term *x, size_t *block)
{
    int64_t size = lossi_onnx_int(call, "blocksize", 0);
    loss_status status = lossi_onnx_maps(call, 4, 4, &x->node, &x->shape);
    if (!status && (size < 1 || size > 1 << 10))
        status = lossi_onnx_refuse(call, "a blocksize of %lld", (long long)size);
    *block = (size_t)size;
    return status;
}

static loss_status map_depth_to_space(lossi_onnx_call *call)
{
    lossi_onnx_term x;
    size_t block;
    loss_status status = read_blocks(call, &x, &block);
    bool is_crd = lossi_onnx_text_is(call, "mode", "DCR", "CRD");
    if (!status && !is_crd && !lossi_onnx_text_is(call, "mode", "DCR", "DCR"))
        status = lossi_onnx_refuse(call, "its mode is neither DCR nor CRD");
    if (status)
        return status;
    double factor = (double)block;
    const loss_layer_key keys[] = {lossi_onnx_sizes("factor", 1, &factor),
                                   {.name = "mode", .word = is_crd ? "crd" : "dcr"},
                                   {NULL, NULL, 0, NULL}};
    return lossi_onnx_set_maps(call, lossi_onnx_layer(call, "pixel_shuffle", 1, &x.node, keys));
}

/* [c][h][b][w][b] to [b][b][c][h][w]. */
static loss_status map_space_to_depth(lossi_onnx_call *call)
{
    static const double order[] = {2, 4, 0, 1, 3};
    lossi_onnx_term x;
    size_t b;
    loss_status status = read_blocks(call, &x, &b);
    if (status)
        return status;
    size_t c = x.shape.dims[1], h = x.shape.dims[2] / b, w = x.shape.dims[3] / b;
    if (h * b != x.shape.dims[2] || w * b != x.shape.dims[3])
        return lossi_onnx_refuse(call, "maps of %zux%zu in blocks of %zu", x.shape.dims[2],
                                 x.shape.dims[3], b);
    const loss_layer_key keys[] = {lossi_onnx_sizes("order", 5, order), {NULL, NULL, 0, NULL}};
    x.node = lossi_onnx_reshaped(call, x.node, &(lossi_onnx_dims){5, {c, h, b, w, b}});
    status = lossi_onnx_apply(call, "transpose", keys, &x);
    if (status)
        return status;
    x.node = lossi_onnx_reshaped(call, x.node, &(lossi_onnx_dims){3, {b * b * c, h, w}});
    return lossi_onnx_set_maps(call, x.node);
}

const lossi_onnx_operator lossi_onnx_sizes_of_maps[] = {
    {.name = "Pad", .attributes = "mode pads value", .map = map_pad},
    {.name = "Resize",
     .attributes = "antialias axes coordinate_transformation_mode cubic_coeff_a exclude_outside "
                   "extrapolation_value keep_aspect_ratio_policy mode nearest_mode",
     .map = map_resize},
    {.name = "Upsample", .attributes = "mode", .map = map_resize},
    {.name = "DepthToSpace", .attributes = "blocksize mode", .map = map_depth_to_space},
    {.name = "SpaceToDepth", .attributes = "blocksize", .map = map_space_to_depth},
    {.name = NULL},
};
