/* A linear layer, on the last dimension of its input: [rows...][in] to [rows...][out]. An input of
 * maps of one pixel, [in][1][1], is taken for a row.
 *
 * It is a convolution of 1 x 1 filters whose pixels are the rows. Kernels have channels before
 * pixels, so some rows at a time are turned around, [rows][in][lanes] to [in][rows][lanes]; a
 * single row is in order as it is. */
#include "net/builder.h"

enum { OUTPUTS, HAS_BIAS };

/* Rows that are turned around at once: few, so that they stay in the cache, but whole panels of
 * the kernels' products. */
enum { ROWS = 12 };

static bool is_one_row(const lossi_node *in)
{
    return lossi_node_pixels(in) == 1 && (in->n_dims == 1 || in->n_dims == 3);
}

static loss_status add(lossi_addition *a)
{
    lossi_node *node = a->node;
    size_t out = lossi_node_key(node, OUTPUTS), last = a->in->n_dims - 1;
    if (is_one_row(a->in))
        node->n_dims = 1;
    a->tensors[LOSSI_WEIGHT] =
        (struct lossi_tensor_shape){2, {out, a->in->dims[is_one_row(a->in) ? 0 : last]}};
    node->dims[node->n_dims - 1] = out;
    if (lossi_node_key(node, HAS_BIAS))
        a->tensors[LOSSI_BIAS] = (struct lossi_tensor_shape){1, {out}};
    return LOSS_OK;
}

/* ---- Rows ----------------------------------------------------------------------------------- */

typedef struct layer {
    size_t rows, in, out, lanes;
} layer;

static layer layer_of(const lossi_node *node, const lossi_node *in, size_t lanes)
{
    size_t out = lossi_node_key(node, OUTPUTS), rows = lossi_node_size(node) / out;
    return (layer){rows, lossi_node_size(in) / rows, out, lanes};
}

static lossi_conv_shape shape_of(const layer *l, size_t rows)
{
    return (lossi_conv_shape){.lanes = l->lanes,
                              .in_c = l->in,
                              .in_h = 1,
                              .in_w = rows,
                              .out_c = l->out,
                              .out_h = 1,
                              .out_w = rows,
                              .kernel = 1,
                              .stride = 1};
}

static size_t fewer(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Shape of the rows that are done at once, of most. */
static lossi_conv_shape shape_at(const lossi_site *site)
{
    layer l = layer_of(site->node, site->in, site->lanes);
    return shape_of(&l, fewer(l.rows, ROWS));
}

static double macs(const lossi_node *node, const lossi_node *in)
{
    layer l = layer_of(node, in, 1);
    return (double)l.rows * (double)l.in * (double)l.out;
}

/* The kernels' own, and the rows of input and output. */
static size_t scratch_count(const lossi_site *site)
{
    layer l = layer_of(site->node, site->in, site->lanes);
    size_t most = 0;
    for (size_t rows = 1; rows <= fewer(l.rows, ROWS); rows++) {
        lossi_conv_shape s = shape_of(&l, rows);
        most = lossi_larger(most, site->kernels->conv_scratch(&s));
    }
    return most + (l.rows > 1 ? (l.in + l.out) * fewer(l.rows, ROWS) * l.lanes : 0);
}

static size_t packed_count(const lossi_site *site, lossi_way way)
{
    lossi_conv_shape s = shape_at(site);
    return way == LOSSI_FORWARD ? site->kernels->conv_packed(&s)
                                : site->kernels->conv_packed_backward(&s);
}

/* The engine counts pieces by the first dimension, which need not be that of the channels: each
 * piece is every so many blocks of channels. */
static void pack(const lossi_pack *p, size_t piece)
{
    lossi_conv_shape s = shape_at(&p->site);
    size_t channels = p->way == LOSSI_FORWARD ? s.out_c : s.in_c;
    size_t step = LOSSI_PACK * lossi_pieces(&p->site, p->way);
    for (size_t begin = piece * LOSSI_PACK; begin < channels; begin += step) {
        size_t end = fewer(begin + LOSSI_PACK, channels);
        if (p->way == LOSSI_FORWARD)
            p->site.kernels->conv_pack(&s, p->weight, p->scale, begin, end, p->packed);
        else
            p->site.kernels->conv_pack_backward(&s, p->weight, begin, end, p->packed);
    }
}

/* Some rows of the input and of the output, in the kernels' order; NULL in scratch where they are
 * not wanted. */
typedef struct rows {
    layer l;
    size_t first, n;
    lossi_real *x, *y, *scratch; /* [in][n][lanes], [out][n][lanes]; for the kernels */
} rows;

static rows begin(const lossi_call *call)
{
    rows r = {.l = layer_of(call->node, call->in, call->lanes)};
    size_t most = fewer(r.l.rows, ROWS) * r.l.lanes;
    r.x = call->scratch;
    r.y = r.x + r.l.in * most;
    r.scratch = r.l.rows > 1 ? r.y + r.l.out * most : call->scratch;
    return r;
}

static bool next(rows *r)
{
    r->first += r->n;
    r->n = fewer(ROWS, r->l.rows - r->first);
    return r->n > 0;
}

/* [rows][channels][lanes] to [channels][rows][lanes]. */
static void turn(const lossi_call *call, const rows *r, size_t channels, const lossi_real *from,
                 lossi_real *to)
{
    size_t lanes = r->l.lanes;
    from += r->first * channels * lanes;
    for (size_t row = 0; row < r->n; row++)
        for (size_t c = 0; c < channels; c++)
            call->kernels->copy(lanes, from + (row * channels + c) * lanes,
                                to + (c * r->n + row) * lanes);
}

/* The same back, perhaps added to what is there. */
static void turn_back(const rows *r, size_t channels, const lossi_real *from, bool adds,
                      lossi_real *to)
{
    size_t lanes = r->l.lanes;
    to += r->first * channels * lanes;
    for (size_t row = 0; row < r->n; row++)
        for (size_t c = 0; c < channels; c++)
            for (size_t i = 0; i < lanes; i++) {
                size_t at = (row * channels + c) * lanes + i;
                to[at] = (adds ? to[at] : 0) + from[(c * r->n + row) * lanes + i];
            }
}

/* ---- Products ------------------------------------------------------------------------------- */

/* y = W x + what the epilogue adds; its residual lies as y does */
static void multiply(const lossi_call *call, const lossi_real *packed, const lossi_real *x,
                     const lossi_epilogue *epilogue, lossi_real *y)
{
    rows r = begin(call);
    lossi_conv_shape s = shape_of(&r.l, 1);
    if (r.l.rows == 1) {
        call->kernels->conv_forward(&s, x, packed, epilogue, y, r.scratch);
        return;
    }
    while (next(&r)) {
        lossi_epilogue e = *epilogue;
        s = shape_of(&r.l, r.n);
        turn(call, &r, r.l.in, x, r.x);
        if (e.residual) {
            turn(call, &r, r.l.out, e.residual, r.y);
            e.residual = r.y;
        }
        call->kernels->conv_forward(&s, r.x, packed, &e, r.y, r.scratch);
        turn_back(&r, r.l.out, r.y, false, y);
    }
}

/* dW += dy x^T, dbias += dy */
static void add_to_dweight(const lossi_call *call, const lossi_real *x, const lossi_real *dy,
                           lossi_real *dw, lossi_real *dbias)
{
    rows r = begin(call);
    lossi_conv_shape s = shape_of(&r.l, 1);
    if (!dw)
        return;
    if (r.l.rows == 1) {
        call->kernels->conv_backward_weights(&s, x, dy, dw, dbias, r.scratch);
        return;
    }
    while (next(&r)) {
        s = shape_of(&r.l, r.n);
        turn(call, &r, r.l.in, x, r.x);
        turn(call, &r, r.l.out, dy, r.y);
        call->kernels->conv_backward_weights(&s, r.x, r.y, dw, dbias, r.scratch);
    }
}

/* dx += W^T dy */
static void add_to_dx(const lossi_call *call, const lossi_real *packed, const lossi_real *dy,
                      lossi_real *dx)
{
    rows r = begin(call);
    lossi_conv_shape s = shape_of(&r.l, 1);
    if (!dx)
        return;
    if (r.l.rows == 1) {
        call->kernels->conv_backward_data(&s, dy, packed, dx, r.scratch);
        return;
    }
    while (next(&r)) {
        s = shape_of(&r.l, r.n);
        turn(call, &r, r.l.out, dy, r.y);
        call->kernels->zero(r.l.in * r.n * r.l.lanes, r.x);
        call->kernels->conv_backward_data(&s, r.y, packed, r.x, r.scratch);
        turn_back(&r, r.l.in, r.x, true, dx);
    }
}

static void forward(const lossi_call *call)
{
    lossi_epilogue epilogue = {call->p[LOSSI_BIAS], call->residual, call->bounds};
    multiply(call, call->packed, call->x[0], &epilogue, call->y);
}

static void backward(const lossi_call *call)
{
    add_to_dweight(call, call->x[0], call->dy, call->dp[LOSSI_WEIGHT], call->dp[LOSSI_BIAS]);
    add_to_dx(call, call->packed, call->dy, call->dx[0]);
}

/* (W x + b)' = W x' + W' x + b' */
static void forward_tangent(const lossi_tangent *t)
{
    const lossi_epilogue first = {0},
                         second = {t->p[LOSSI_BIAS], lossi_input_moves(t) ? t->y : NULL, NULL};
    if (lossi_input_moves(t))
        multiply(&t->at, t->at.packed, t->x[0], &first, t->y);
    multiply(&t->at, t->packed, t->at.x[0], &second, t->y);
}

static void backward_tangent(const lossi_tangent *t)
{
    const lossi_call *at = &t->at;
    add_to_dweight(at, at->x[0], t->dy, t->dp[LOSSI_WEIGHT], t->dp[LOSSI_BIAS]);
    if (lossi_input_moves(t))
        add_to_dweight(at, t->x[0], at->dy, t->dp[LOSSI_WEIGHT], NULL);
    add_to_dx(at, at->packed, t->dy, t->dx[0]);
    add_to_dx(at, t->packed, at->dy, t->dx[0]);
}

/* BatchNorm goes by the first dimension, which is that of the outputs only if there is one row. */
static unsigned folds_at(const lossi_node *node)
{
    return LOSSI_FOLDS(LOSSI_FOLD_SUM) | LOSSI_FOLDS(LOSSI_FOLD_BOUNDS) |
           (node->n_dims == 1 ? LOSSI_FOLDS(LOSSI_FOLD_AFFINE) : 0);
}

const lossi_layer lossi_layer_linear = {
    .name = "linear",
    .keys = {{"outputs", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE},
             {"bias", .standard = 1, .most = 1}},
    LOSSI_FILTER_TENSORS,
    .add = add,
    .folds_at = folds_at,
    .macs = macs,
    .scratch_count = scratch_count,
    .packed_count = packed_count,
    .pack = pack,
    .forward = forward,
    .backward = backward,
    .forward_tangent = forward_tangent,
    .backward_tangent = backward_tangent,
};

loss_node loss_builder_linear(loss_builder *b, loss_node in, const char *name, size_t out)
{
    return lossi_builder_add(b, &lossi_layer_linear, name, 1, &in,
                             (lossi_values[]){LOSSI_VALUE(out), LOSSI_VALUE(1)});
}
