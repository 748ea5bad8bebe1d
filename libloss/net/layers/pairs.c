/* Kinds that make one value of two, f(a, b), with numpy's broadcasting. With the derivatives fa,
 * fb, faa, fab and fbb:
 *
 *   y'  = fa a' + fb b'
 *   da  = fa dy                              db likewise
 *   da' = fa dy' + (faa a' + fab b') dy      db' likewise
 *
 * Only the images of a chunk are gone through: beyond them the output is zero. */
#include "net/builder.h"
#include "net/walk.h"
#include <math.h>

enum { PIECE = 256 };

typedef struct derivatives {
    lossi_real a[PIECE], b[PIECE], aa[PIECE], ab[PIECE], bb[PIECE];
} derivatives;

/* What a kind says of its function; of [n] values. */
typedef struct pair {
    void (*value)(size_t n, const lossi_real *a, const lossi_real *b, lossi_real *y);
    void (*first)(size_t n, const lossi_real *a, const lossi_real *b, derivatives *f);
    void (*second)(size_t n, const lossi_real *a, const lossi_real *b, derivatives *f);
} pair;

/* ---- Functions ------------------------------------------------------------------------------ */

/* A function and its derivatives in terms of x and y, a pair of values. */
#define PAIR(name, VALUE, A, B, AA, AB, BB)                                                        \
    static void name##_value(size_t n, const lossi_real *a, const lossi_real *b, lossi_real *out)  \
    {                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            lossi_real x = a[i], y = b[i];                                                         \
            out[i] = (lossi_real)(VALUE);                                                          \
        }                                                                                          \
    }                                                                                              \
    static void name##_first(size_t n, const lossi_real *a, const lossi_real *b, derivatives *f)   \
    {                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            lossi_real x = a[i], y = b[i];                                                         \
            (void)x, (void)y;                                                                      \
            f->a[i] = (lossi_real)(A);                                                             \
            f->b[i] = (lossi_real)(B);                                                             \
        }                                                                                          \
    }                                                                                              \
    static void name##_second(size_t n, const lossi_real *a, const lossi_real *b, derivatives *f)  \
    {                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            lossi_real x = a[i], y = b[i];                                                         \
            (void)x, (void)y;                                                                      \
            f->aa[i] = (lossi_real)(AA);                                                           \
            f->ab[i] = (lossi_real)(AB);                                                           \
            f->bb[i] = (lossi_real)(BB);                                                           \
        }                                                                                          \
    }                                                                                              \
    static const pair name = {name##_value, name##_first, name##_second}

/* 1 where u is larger, a half where both are the same, as in PyTorch; NaN stays NaN. */
static inline lossi_real larger(lossi_real u, lossi_real v)
{
    return u > v || u != u ? 1 : u < v ? 0 : (lossi_real)0.5;
}

/* x^y; the derivative by the exponent is there for x above 0 only. */
static inline double log_above_0(lossi_real x)
{
    return x > 0 ? log((double)x) : 0;
}

static inline double power_of(lossi_real x, double y)
{
    return y == 2 ? (double)x * (double)x : pow((double)x, y); /* squares are most of them */
}

/* factor times x to that power; 0 where the factor is 0, though the power may be infinite */
static inline double term(double factor, lossi_real x, double exponent)
{
    return factor == 0 ? 0 : factor * power_of(x, exponent);
}

PAIR(difference, x - y, 1, -1, 0, 0, 0);
PAIR(product, x *y, y, x, 0, 1, 0);
PAIR(quotient, x / y, 1 / y, -x / (y * y), 0, -1 / (y * y), 2 * x / (y * y * y));
PAIR(power_pair, power_of(x, (double)y), term((double)y, x, (double)y - 1),
     term(log_above_0(x), x, (double)y), term((double)y *((double)y - 1), x, (double)y - 2),
     term(1 + (double)y * log_above_0(x), x, (double)y - 1),
     term(log_above_0(x) * log_above_0(x), x, (double)y));
PAIR(largest, x > y || x != x ? x : y, larger(x, y), 1 - larger(x, y), 0, 0, 0);
PAIR(smallest, x < y || x != x ? x : y, larger(y, x), 1 - larger(y, x), 0, 0, 0);

/* ---- Walking -------------------------------------------------------------------------------- */

/* Values that lie together: those of the images in one place or, if no lane is empty and both
 * inputs go on as the output does, of many places. */
typedef struct stretch {
    const lossi_call *call;
    const lossi_real **moves; /* tangents of the inputs; NULL: none */
    lossi_walk walk;
    lossi_run run;
    size_t done;                              /* values of the run */
    size_t n, at[3];                          /* values; their places in a, b and y */
    const lossi_real *a, *b;                  /* [n] */
    const lossi_real *a_moves, *b_moves;      /* [n] */
    lossi_real constant[PIECE], zeros[PIECE]; /* stand for b where it is a key */
} stretch;

static void begin(stretch *s, const lossi_call *call, const lossi_real **moves)
{
    *s = (stretch){.call = call, .moves = moves, .walk = lossi_walk_of(call->node, 3)};
    lossi_walk_broadcast(&s->walk, 0, call->in);
    if (call->node->n_inputs > 1)
        lossi_walk_broadcast(&s->walk, 1, &call->nodes[call->node->inputs[1]]);
    lossi_walk_broadcast(&s->walk, 2, call->node);
    for (size_t i = 0; call->node->n_inputs == 1 && i < PIECE; i++)
        s->constant[i] = (lossi_real)lossi_node_value(call->node, 0);
}

static void point(stretch *s)
{
    bool has_b = s->call->node->n_inputs > 1;
    s->a = s->call->x[0] + s->at[0];
    s->b = has_b ? s->call->x[1] + s->at[1] : s->constant;
    if (!s->moves)
        return;
    s->a_moves = s->moves[0] + s->at[0];
    s->b_moves = has_b ? s->moves[1] + s->at[1] : s->zeros;
}

static bool next(stretch *s)
{
    size_t lanes = s->call->lanes;
    if (s->done == s->run.count * lanes) {
        if (!lossi_walk_next(&s->walk, &s->run))
            return false;
        s->done = 0;
    }
    size_t left = s->run.count * lanes - s->done, e = s->done / lanes, i = s->done % lanes;
    bool is_dense = s->call->n == lanes && s->run.step[0] == 1 &&
                    (s->run.step[1] == 1 || s->call->node->n_inputs == 1);
    for (size_t b = 0; b < 3; b++)
        s->at[b] = (size_t)(s->run.at[b] + (ptrdiff_t)e * s->run.step[b]) * lanes + i;
    s->n = !is_dense ? s->call->n : left < PIECE ? left : PIECE;
    s->done += is_dense ? s->n : lanes;
    point(s);
    return true;
}

static const pair *pair_of(const lossi_call *call)
{
    return call->node->layer->family;
}

static void forward(const lossi_call *call)
{
    stretch s;
    for (begin(&s, call, NULL); next(&s);)
        pair_of(call)->value(s.n, s.a, s.b, call->y + s.at[2]);
    lossi_clear_others(call, call->y);
}

static void add_product(size_t n, const lossi_real *f, const lossi_real *dy, lossi_real *dx)
{
    for (size_t i = 0; i < n; i++)
        dx[i] += f[i] * dy[i];
}

static void backward(const lossi_call *call)
{
    derivatives f;
    stretch s;
    for (begin(&s, call, NULL); next(&s);) {
        pair_of(call)->first(s.n, s.a, s.b, &f);
        if (call->dx[0])
            add_product(s.n, f.a, call->dy + s.at[2], call->dx[0] + s.at[0]);
        if (call->node->n_inputs > 1 && call->dx[1])
            add_product(s.n, f.b, call->dy + s.at[2], call->dx[1] + s.at[1]);
    }
}

static void forward_tangent(const lossi_tangent *t)
{
    derivatives f;
    stretch s;
    for (begin(&s, &t->at, t->x); next(&s);) {
        pair_of(&t->at)->first(s.n, s.a, s.b, &f);
        lossi_real *y = t->y + s.at[2];
        for (size_t i = 0; i < s.n; i++)
            y[i] = f.a[i] * s.a_moves[i] + f.b[i] * s.b_moves[i];
    }
    lossi_clear_others(&t->at, t->y);
}

/* dx' += (f2 u + f1 v) dy: of one input, where u is its tangent and v that of the other */
static void add_bend(size_t n, const lossi_real *f2, const lossi_real *u, const lossi_real *f1,
                     const lossi_real *v, const lossi_real *dy, lossi_real *dx)
{
    for (size_t i = 0; i < n; i++)
        dx[i] += (f2[i] * u[i] + f1[i] * v[i]) * dy[i];
}

static void backward_tangent(const lossi_tangent *t)
{
    derivatives f;
    stretch s;
    for (begin(&s, &t->at, t->x); next(&s);) {
        const lossi_real *dy = t->at.dy + s.at[2], *moves = t->dy + s.at[2];
        pair_of(&t->at)->first(s.n, s.a, s.b, &f);
        pair_of(&t->at)->second(s.n, s.a, s.b, &f);
        if (t->dx[0]) {
            add_product(s.n, f.a, moves, t->dx[0] + s.at[0]);
            add_bend(s.n, f.aa, s.a_moves, f.ab, s.b_moves, dy, t->dx[0] + s.at[0]);
        }
        if (t->at.node->n_inputs > 1 && t->dx[1]) {
            add_product(s.n, f.b, moves, t->dx[1] + s.at[1]);
            add_bend(s.n, f.bb, s.b_moves, f.ab, s.a_moves, dy, t->dx[1] + s.at[1]);
        }
    }
}

/* ---- The kinds ------------------------------------------------------------------------------ */

/* The exponent is the second input or a key. */
static loss_status add_power(lossi_addition *a)
{
    if ((a->node->n_inputs == 1) != (a->node->keys[0].n == 1))
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: an exponent is needed, as a key or as an input",
                          a->name);
    return lossi_broadcast(a);
}

#define BOTH(kind, function)                                                                       \
    .name = #kind, .most_inputs = 2, .family = &(function), .in_place = true, .forward = forward,  \
    .backward = backward, .forward_tangent = forward_tangent, .backward_tangent = backward_tangent

#define KIND(kind, function)                                                                       \
    const lossi_layer lossi_layer_##kind = {BOTH(kind, function), .least_inputs = 2,               \
                                            .add = lossi_broadcast}

KIND(subtract, difference);
KIND(multiply, product);
KIND(divide, quotient);
KIND(maximum, largest);
KIND(minimum, smallest);

const lossi_layer lossi_layer_power = {
    BOTH(power, power_pair),
    .keys = {{"exponent", .is_fraction = true, .is_optional = true, .least = -1e6, .most = 1e6}},
    .add = add_power,
};
