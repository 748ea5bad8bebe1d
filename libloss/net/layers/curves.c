/* Kinds that apply one function to each value: f(x), of which the kernels know the derivatives.
 *
 *   y' = f'(x) x'      dx = f'(x) dy      dx' = f'(x) dy' + f''(x) x' dy
 *
 * Beyond the images of a chunk the output is zero: f(0) may be infinite, or its derivative, and
 * would spoil sums over the lanes. */
#include "net/builder.h"
#include <math.h>

/* Values that are worked on at once, on the stack. */
enum { PIECE = 512 };

/* Values that lie together and are all of images, and how many such runs there are. */
typedef struct runs {
    size_t n, length, stride;
} runs;

static runs runs_of(const lossi_call *call)
{
    size_t size = lossi_node_size(call->node);
    return call->n == call->lanes ? (runs){1, size * call->lanes, 0}
                                  : (runs){size, call->n, call->lanes};
}

static lossi_curve curve_of(const lossi_call *call)
{
    return *(const lossi_curve *)call->node->layer->family;
}

/* The constants of the curve: the first keys; NaN where one has no value. */
static void constants(const lossi_node *node, double k[LOSSI_CURVE_CONSTANTS])
{
    for (size_t i = 0; i < LOSSI_CURVE_CONSTANTS; i++)
        k[i] = node->keys[i].n ? node->keys[i].v[0] : NAN;
}

static void forward(const lossi_call *call)
{
    double k[LOSSI_CURVE_CONSTANTS];
    constants(call->node, k);
    runs r = runs_of(call);
    for (size_t i = 0; i < r.n; i++)
        call->kernels->curve(curve_of(call), 0, k, r.length, call->x[0] + i * r.stride,
                             call->y + i * r.stride);
    lossi_clear_others(call, call->y);
}

/* What is made of the derivatives of a piece of values; NULL: not there. */
typedef struct piece {
    size_t n;
    const lossi_real *slope, *bend; /* [n]: f', f'' */
    const lossi_real *a, *b, *c;    /* [n] */
    lossi_real *out;                /* [n] */
} piece;

typedef struct job {
    const lossi_call *call;
    void (*work)(const piece *p);
    const lossi_real *a, *b, *c;
    lossi_real *out;
} job;

static void for_each_piece(const job *j)
{
    const lossi_call *call = j->call;
    lossi_curve curve = curve_of(call);
    lossi_real slope[PIECE], bend[PIECE];
    double k[LOSSI_CURVE_CONSTANTS];
    constants(call->node, k);
    runs r = runs_of(call);
    for (size_t i = 0; i < r.n; i++)
        for (size_t begin = 0; begin < r.length; begin += PIECE) {
            size_t at = i * r.stride + begin, left = r.length - begin;
            piece p = {
                left < PIECE ? left : PIECE, slope,      bend, j->a + at, j->b ? j->b + at : NULL,
                j->c ? j->c + at : NULL,     j->out + at};
            call->kernels->curve(curve, 1, k, p.n, call->x[0] + at, slope);
            if (j->c)
                call->kernels->curve(curve, 2, k, p.n, call->x[0] + at, bend);
            j->work(&p);
        }
}

static void add_product(const piece *p)
{
    for (size_t i = 0; i < p->n; i++)
        p->out[i] += p->slope[i] * p->a[i];
}

static void backward(const lossi_call *call)
{
    if (call->dx[0])
        for_each_piece(&(job){call, add_product, call->dy, NULL, NULL, call->dx[0]});
}

static void set_product(const piece *p)
{
    for (size_t i = 0; i < p->n; i++)
        p->out[i] = p->slope[i] * p->a[i];
}

static void forward_tangent(const lossi_tangent *t)
{
    for_each_piece(&(job){&t->at, set_product, t->x[0], NULL, NULL, t->y});
    lossi_clear_others(&t->at, t->y);
}

static void add_both(const piece *p)
{
    for (size_t i = 0; i < p->n; i++)
        p->out[i] += p->slope[i] * p->a[i] + p->bend[i] * p->b[i] * p->c[i];
}

static void backward_tangent(const lossi_tangent *t)
{
    if (t->dx[0])
        for_each_piece(&(job){&t->at, add_both, t->dy, t->x[0], t->at.dy, t->dx[0]});
}

/* ---- The kinds ------------------------------------------------------------------------------ */

#define KEYS(...) .keys = {__VA_ARGS__}
#define NO_KEYS   KEYS({0})

#define CURVE(kind, id, ...)                                                                       \
    const lossi_layer lossi_layer_##kind = {.name = #kind,                                         \
                                            .family = &(const lossi_curve){LOSSI_CURVE_##id},      \
                                            .in_place = true,                                      \
                                            .forward = forward,                                    \
                                            .backward = backward,                                  \
                                            .forward_tangent = forward_tangent,                    \
                                            .backward_tangent = backward_tangent,                  \
                                            __VA_ARGS__}

#define NUMBER(key, value)                                                                         \
    {                                                                                              \
        key, .is_fraction = true, .standard = value, .least = -LARGEST, .most = LARGEST            \
    }
#define LARGEST 1e30

static lossi_bounds bounds_of_clip(const lossi_node *node)
{
    return (lossi_bounds){node->keys[0].n ? (lossi_real)node->keys[0].v[0] : -INFINITY,
                          node->keys[1].n ? (lossi_real)node->keys[1].v[0] : INFINITY};
}

static const char *const APPROXIMATIONS[] = {"none", "tanh", NULL};

CURVE(leaky_relu, LEAKY_RELU, KEYS(NUMBER("slope", 0.01)));
CURVE(elu, ELU, KEYS(NUMBER("alpha", 1)));
CURVE(selu, SELU, NO_KEYS);
CURVE(gelu, GELU, KEYS({"approximate", .words = APPROXIMATIONS}));
CURVE(silu, SILU, NO_KEYS);
CURVE(sigmoid, SIGMOID, NO_KEYS);
CURVE(tanh, TANH, NO_KEYS);
CURVE(hard_sigmoid, HARD_SIGMOID, KEYS(NUMBER("alpha", 1.0 / 6), NUMBER("beta", 0.5)));
CURVE(hard_swish, HARD_SWISH, NO_KEYS);
CURVE(softplus, SOFTPLUS,
      KEYS({"beta", .is_fraction = true, .standard = 1, .least = 1e-30, .most = LARGEST},
           NUMBER("threshold", 20)));
CURVE(mish, MISH, NO_KEYS);
CURVE(softsign, SOFTSIGN, NO_KEYS);
CURVE(clip, CLIP,
      KEYS({"least", .is_fraction = true, .is_optional = true, .least = -LARGEST, .most = LARGEST},
           {"most", .is_fraction = true, .is_optional = true, .least = -LARGEST, .most = LARGEST}),
      .fold = LOSSI_FOLD_BOUNDS, .bounds = bounds_of_clip);
CURVE(exp, EXP, NO_KEYS);
CURVE(log, LOG, NO_KEYS);
CURVE(sqrt, SQRT, NO_KEYS);
CURVE(abs, ABS, NO_KEYS);
CURVE(neg, NEG, NO_KEYS);
CURVE(reciprocal, RECIPROCAL, NO_KEYS);
CURVE(erf, ERF, NO_KEYS);
CURVE(scale, SCALE, KEYS(NUMBER("factor", 1), NUMBER("shift", 0)));
