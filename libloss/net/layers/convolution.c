#include "net/layers/convolution.h"

/* An unfolded block holds about this many values, so that it stays in L2, but at least a row. */
enum { BLOCK_VALUES = 64 * 1024, ALIGN = 16 };

static size_t aligned(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

/* The same padding after an axis as before it, or nothing that differs from it. */
static bool is_even(const lossi_window *w)
{
    size_t reach = w->dilation * (w->kernel - 1) + 1;
    return w->in + 2 * w->padding >= reach &&
           w->out == (w->in + 2 * w->padding - reach) / w->stride + 1;
}

static bool is_dense(const lossi_windows *s)
{
    return s->h.kernel == s->w.kernel && s->h.stride == s->w.stride &&
           s->h.padding == s->w.padding && s->h.dilation == 1 && s->w.dilation == 1 &&
           is_even(&s->h) && is_even(&s->w);
}

static size_t block_rows(const lossi_windows *s)
{
    size_t row = s->channels * lossi_windows_area(s) * s->w.out * s->lanes;
    size_t rows = row < BLOCK_VALUES ? BLOCK_VALUES / row : 1;
    return rows < s->h.out ? rows : s->h.out;
}

lossi_convolution lossi_convolution_of(const lossi_windows *windows, size_t groups, size_t out)
{
    lossi_convolution c = {.groups = groups,
                           .in = windows->channels / groups,
                           .out = out / groups,
                           .windows = *windows};
    const lossi_window *h = &windows->h, *w = &windows->w;
    c.dense = (lossi_conv_shape){.lanes = windows->lanes, .out_c = c.out, .out_w = w->out};
    if (groups > 1 && c.in == 1) {
        c.route = LOSSI_DEPTHWISE;
        return c;
    }
    c.windows.channels = c.in;
    if (is_dense(windows)) {
        c.dense.in_c = c.in;
        c.dense.in_h = h->in;
        c.dense.in_w = w->in;
        c.dense.out_h = h->out;
        c.dense.kernel = h->kernel;
        c.dense.stride = h->stride;
        c.dense.padding = h->padding;
        return c;
    }
    c.route = LOSSI_UNFOLDED;
    c.dense.in_c = c.in * lossi_windows_area(windows);
    c.dense.in_h = c.dense.out_h = block_rows(&c.windows);
    c.dense.in_w = w->out;
    c.dense.kernel = c.dense.stride = 1;
    return c;
}

/* ---- What tables of layers say -------------------------------------------------------------- */

static const lossi_convolution_kind *kind_of(const lossi_node *node)
{
    return node->layer->family;
}

static lossi_convolution convolution_of(const lossi_site *site)
{
    return kind_of(site->node)->of(site->node, site->in, site->lanes);
}

static lossi_way way_of(const lossi_site *site, lossi_way way)
{
    bool is_forward = (way == LOSSI_FORWARD) != kind_of(site->node)->goes_back;
    return is_forward ? LOSSI_FORWARD : LOSSI_BACKWARD;
}

lossi_convolution lossi_convolution_at(const lossi_call *call)
{
    return kind_of(call->node)->of(call->node, call->in, call->lanes);
}

double lossi_convolution_macs(const lossi_node *node, const lossi_node *in)
{
    lossi_convolution c = kind_of(node)->of(node, in, 1);
    const lossi_windows *s = &c.windows;
    return (double)(c.groups * c.out * c.in * lossi_windows_area(s)) *
           (double)(s->h.out * s->w.out);
}

double lossi_convolution_products(const lossi_site *site)
{
    lossi_convolution c = convolution_of(site);
    double direct = (double)site->lanes * lossi_convolution_macs(site->node, site->in);
    return c.route == LOSSI_DENSE && !kind_of(site->node)->goes_back
               ? (double)c.groups * site->kernels->conv_products(&c.dense)
               : direct;
}

/* Values of a block of outputs of one channel. */
static size_t block_size(const lossi_conv_shape *dense)
{
    return dense->out_h * dense->out_w * dense->lanes;
}

size_t lossi_convolution_scratch(const lossi_site *site)
{
    lossi_convolution c = convolution_of(site);
    const lossi_conv_shape *s = &c.dense;
    switch (c.route) {
    case LOSSI_DENSE: return site->kernels->conv_scratch(s);
    case LOSSI_UNFOLDED:
        return (s->in_c + s->out_c) * block_size(s) + ALIGN + site->kernels->conv_scratch(s);
    case LOSSI_DEPTHWISE: break;
    }
    return 0;
}

/* ---- Filters -------------------------------------------------------------------------------- */

/* Values of a group's filters. */
static size_t filters(const lossi_convolution *c)
{
    return c->out * c->in * lossi_windows_area(&c->windows);
}

/* The same, made ready. */
static size_t packed_size(const lossi_convolution *c, const lossi_kernels *kernels, lossi_way way)
{
    if (c->route == LOSSI_DEPTHWISE)
        return filters(c);
    return aligned(way == LOSSI_FORWARD ? kernels->conv_packed(&c->dense)
                                        : kernels->conv_packed_backward(&c->dense));
}

size_t lossi_convolution_packed(const lossi_site *site, lossi_way way)
{
    lossi_convolution c = convolution_of(site);
    return c.groups * packed_size(&c, site->kernels, way_of(site, way));
}

/* Channels begin .. end - 1 of a group: of its outputs forward, of its inputs backward. */
static void pack_group(const lossi_convolution *c, const lossi_pack *p, lossi_way way, size_t g,
                       size_t begin, size_t end)
{
    const lossi_kernels *kernels = p->site.kernels;
    const lossi_real *w = p->weight + g * filters(c),
                     *scale = p->scale ? p->scale + g * c->out : NULL;
    lossi_real *packed = p->packed + g * packed_size(c, kernels, way);
    size_t area = lossi_windows_area(&c->windows),
           taps = c->route == LOSSI_UNFOLDED ? area : 1; /* input channels of the dense one */
    if (c->route == LOSSI_DEPTHWISE)
        for (size_t j = 0; j < c->out * area; j++)
            packed[j] = scale ? w[j] * scale[j / area] : w[j];
    else if (way == LOSSI_FORWARD)
        kernels->conv_pack(&c->dense, w, scale, begin, end, packed);
    else
        kernels->conv_pack_backward(&c->dense, w, begin * taps, end * taps, packed);
}

void lossi_convolution_pack(const lossi_pack *p, size_t piece)
{
    lossi_convolution c = convolution_of(&p->site);
    lossi_way way = way_of(&p->site, p->way);
    size_t pieces = lossi_pieces(&p->site, p->way), n = way == LOSSI_FORWARD ? c.out : c.in;
    if (c.groups == 1)
        pack_group(&c, p, way, 0, piece * LOSSI_PACK, lossi_smaller((piece + 1) * LOSSI_PACK, n));
    for (size_t g = piece * c.groups / pieces; c.groups > 1; g++) {
        if (g == (piece + 1) * c.groups / pieces)
            break;
        pack_group(&c, p, way, g, 0, n);
    }
}

/* ---- Groups --------------------------------------------------------------------------------- */

/* Values of a group's input and output. */
static size_t input_size(const lossi_convolution *c)
{
    return c->in * lossi_windows_plane(&c->windows);
}

static size_t output_plane(const lossi_convolution *c)
{
    return c->windows.h.out * c->windows.w.out * c->windows.lanes;
}

static size_t output_size(const lossi_convolution *c)
{
    return c->out * output_plane(c);
}

/* ---- Rows of outputs, unfolded -------------------------------------------------------------- */

/* Some rows of outputs. */
typedef struct block {
    size_t row, rows;
    lossi_conv_shape dense;
    lossi_real *columns, *outputs, *scratch;
} block;

/* The first block, before any; false: there are no more. */
static bool next_block(const lossi_convolution *c, const lossi_call *call, block *b)
{
    size_t first = b->row + b->rows, left = c->windows.h.out - first;
    *b = (block){.row = first, .rows = lossi_smaller(c->dense.out_h, left), .dense = c->dense};
    b->dense.in_h = b->dense.out_h = b->rows;
    b->columns = call->scratch;
    b->outputs = b->columns + c->dense.in_c * block_size(&c->dense);
    b->scratch = call->scratch + aligned((c->dense.in_c + c->dense.out_c) * block_size(&c->dense));
    return left > 0;
}

/* Copies a block's rows of all channels of outputs, out of maps or back into them. */
static void copy_block(const lossi_convolution *c, const lossi_call *call, const block *b,
                       const lossi_real *from, lossi_real *to, bool is_out)
{
    size_t n = block_size(&b->dense), at = b->row * c->windows.w.out * c->windows.lanes;
    for (size_t o = 0; o < c->out; o++) {
        size_t in_block = o * n, in_maps = o * output_plane(c) + at;
        call->kernels->copy(n, from + (is_out ? in_maps : in_block),
                            to + (is_out ? in_block : in_maps));
    }
}

static void forward_unfolded(const lossi_convolution *c, const lossi_call *call,
                             const lossi_real *x, const lossi_real *packed,
                             const lossi_epilogue *given, lossi_real *y)
{
    lossi_epilogue epilogue = *given;
    for (block b = {0}; next_block(c, call, &b);) {
        call->kernels->unfold(&c->windows, b.row, b.rows, x, b.columns);
        if (given->residual) {
            copy_block(c, call, &b, given->residual, b.outputs, true);
            epilogue.residual = b.outputs;
        }
        call->kernels->conv_forward(&b.dense, b.columns, packed, &epilogue, b.outputs, b.scratch);
        copy_block(c, call, &b, b.outputs, y, false);
    }
}

static void backward_data_unfolded(const lossi_convolution *c, const lossi_call *call,
                                   const lossi_real *dy, const lossi_real *packed, lossi_real *dx)
{
    for (block b = {0}; next_block(c, call, &b);) {
        copy_block(c, call, &b, dy, b.outputs, true);
        call->kernels->zero(b.dense.in_c * block_size(&b.dense), b.columns);
        call->kernels->conv_backward_data(&b.dense, b.outputs, packed, b.columns, b.scratch);
        call->kernels->fold(&c->windows, b.row, b.rows, b.columns, dx);
    }
}

static void backward_weights_unfolded(const lossi_convolution *c, const lossi_call *call,
                                      const lossi_real *x, const lossi_real *dy, lossi_real *dw,
                                      lossi_real *dbias)
{
    for (block b = {0}; next_block(c, call, &b);) {
        copy_block(c, call, &b, dy, b.outputs, true);
        call->kernels->unfold(&c->windows, b.row, b.rows, x, b.columns);
        call->kernels->conv_backward_weights(&b.dense, b.columns, b.outputs, dw, dbias, b.scratch);
    }
}

/* ---- All ------------------------------------------------------------------------------------ */

void lossi_convolution_forward(const lossi_convolution *c, const lossi_call *call,
                               const lossi_real *x, const lossi_real *packed,
                               const lossi_epilogue *epilogue, lossi_real *y)
{
    const lossi_kernels *k = call->kernels;
    lossi_epilogue e = *epilogue;
    if (c->route == LOSSI_DEPTHWISE) {
        k->depthwise(&c->windows, c->out, x, packed, &e, y);
        return;
    }
    for (size_t g = 0; g < c->groups; g++) {
        if (c->route == LOSSI_DENSE)
            k->conv_forward(&c->dense, x, packed, &e, y, call->scratch);
        else
            forward_unfolded(c, call, x, packed, &e, y);
        x += input_size(c);
        packed += packed_size(c, k, LOSSI_FORWARD);
        y += output_size(c);
        e.bias = e.bias ? e.bias + c->out : NULL;
        e.residual = e.residual ? e.residual + output_size(c) : NULL;
    }
}

void lossi_convolution_backward_data(const lossi_convolution *c, const lossi_call *call,
                                     const lossi_real *dy, const lossi_real *packed, lossi_real *dx)
{
    const lossi_kernels *k = call->kernels;
    if (c->route == LOSSI_DEPTHWISE) {
        k->depthwise_backward_data(&c->windows, c->out, dy, packed, dx);
        return;
    }
    for (size_t g = 0; g < c->groups; g++) {
        if (c->route == LOSSI_DENSE)
            k->conv_backward_data(&c->dense, dy, packed, dx, call->scratch);
        else
            backward_data_unfolded(c, call, dy, packed, dx);
        dy += output_size(c);
        packed += packed_size(c, k, LOSSI_BACKWARD);
        dx += input_size(c);
    }
}

void lossi_convolution_backward_weights(const lossi_convolution *c, const lossi_call *call,
                                        const lossi_real *x, const lossi_real *dy, lossi_real *dw,
                                        lossi_real *dbias)
{
    const lossi_kernels *k = call->kernels;
    if (c->route == LOSSI_DEPTHWISE) {
        k->depthwise_backward_weights(&c->windows, c->out, x, dy, dw, dbias);
        return;
    }
    for (size_t g = 0; g < c->groups; g++) {
        if (c->route == LOSSI_DENSE)
            k->conv_backward_weights(&c->dense, x, dy, dw, dbias, call->scratch);
        else
            backward_weights_unfolded(c, call, x, dy, dw, dbias);
        x += input_size(c);
        dy += output_size(c);
        dw += filters(c);
        dbias = dbias ? dbias + c->out : NULL;
    }
}
