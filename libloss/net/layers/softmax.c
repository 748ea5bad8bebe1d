/* Softmax and its logarithm along an axis. With p = softmax(x) and sums over the axis:
 *
 *   softmax:      dx = p (dy - sum(p dy))       y' = p (x' - sum(p x'))
 *   log_softmax:  dx = dy - p sum(dy)           y' = x' - sum(p x')          p' = p y'
 *
 * and dx' is what the product rule makes of dx. */
#include <math.h>
#include <string.h>

#include "net/builder.h"
#include "net/walk.h"

enum { AXIS };
enum { PIECE = 256 };

typedef struct kind {
    bool is_log;
} kind;

static loss_status add(lossi_addition *a)
{
    size_t axis;
    loss_status status = lossi_axis(a, lossi_node_value(a->node, AXIS), a->in->n_dims, &axis);
    a->node->keys[AXIS] = LOSSI_VALUE(axis);
    return status;
}

static bool is_log(const lossi_call *call)
{
    return ((const kind *)call->node->layer->family)->is_log;
}

/* Sums that are taken side by side: `width` of them, of n terms each, `step` values apart. */
typedef struct columns {
    size_t n, step, at, width;
    size_t run, next; /* values that lie together; the first of the columns to come */
    size_t end;
} columns;

static columns begin(const lossi_call *call)
{
    size_t axis = lossi_node_key(call->node, AXIS), n = call->node->dims[axis],
           step = lossi_step_of(call->node, axis) * call->lanes;
    return (columns){
        .n = n, .step = step, .run = step, .end = lossi_chunk_size(call->node, call->lanes)};
}

static bool next(columns *c)
{
    if (c->next == c->end)
        return false;
    size_t left = c->run - c->next % c->run;
    c->at = c->next;
    c->width = left < PIECE ? left : PIECE;
    c->next += c->width;
    if (c->next % c->run == 0)
        c->next += (c->n - 1) * c->run;
    return true;
}

/* sum = the sums of u v; where v is NULL, of u */
static void sum_products(const columns *c, const lossi_real *u, const lossi_real *v, double *sum)
{
    memset(sum, 0, c->width * sizeof *sum);
    for (size_t k = 0, at = c->at; k < c->n; k++, at += c->step)
        for (size_t i = 0; i < c->width; i++)
            sum[i] += (double)u[at + i] * (v ? (double)v[at + i] : 1);
}

/* ---- Forward -------------------------------------------------------------------------------- */

/* The largest value makes exponentials stay in range. */
static void find_largest(const columns *c, const lossi_real *x, lossi_real *largest)
{
    memcpy(largest, x + c->at, c->width * sizeof *x);
    for (size_t k = 1, at = c->at + c->step; k < c->n; k++, at += c->step)
        for (size_t i = 0; i < c->width; i++)
            largest[i] = x[at + i] > largest[i] ? x[at + i] : largest[i];
}

/* Terms that are worked on at once: several where they lie together, as those of the last axis do,
 * since a kernel's call takes longer than a few values. */
static size_t terms_at_once(const columns *c)
{
    return c->step == c->width ? PIECE / c->width : 1;
}

static void forward(const lossi_call *call)
{
    lossi_real largest[PIECE], power[PIECE];
    double sum[PIECE];
    const double k[LOSSI_CURVE_CONSTANTS] = {0};
    for (columns c = begin(call); next(&c);) {
        find_largest(&c, call->x[0], largest);
        memset(sum, 0, sizeof sum);
        for (size_t t = 0, m; t < c.n; t += m) {
            size_t at = c.at + t * c.step, most = terms_at_once(&c);
            m = c.n - t < most ? c.n - t : most;
            lossi_real *y = call->y + at, *e = is_log(call) ? power : y;
            for (size_t j = 0; j < m; j++)
                for (size_t i = 0; i < c.width; i++)
                    y[j * c.step + i] = call->x[0][at + j * c.step + i] - largest[i];
            call->kernels->curve(LOSSI_CURVE_EXP, 0, k, m * c.width, y, e);
            for (size_t j = 0; j < m; j++)
                for (size_t i = 0; i < c.width; i++)
                    sum[i] += (double)e[j * c.width + i];
        }
        for (size_t i = 0; i < c.width; i++)
            sum[i] = is_log(call) ? log(sum[i]) : 1 / sum[i];
        for (size_t t = 0, at = c.at; t < c.n; t++, at += c.step)
            for (size_t i = 0; i < c.width; i++)
                call->y[at + i] = is_log(call) ? (lossi_real)((double)call->y[at + i] - sum[i])
                                               : (lossi_real)((double)call->y[at + i] * sum[i]);
    }
}

/* ---- Derivatives ---------------------------------------------------------------------------- */

/* out += or = p (v - sum(p v)), where the output is p. */
static void project(const lossi_call *call, const lossi_real *v, bool adds, lossi_real *out)
{
    double sum[PIECE];
    for (columns c = begin(call); next(&c);) {
        sum_products(&c, call->y, v, sum);
        for (size_t t = 0, at = c.at; t < c.n; t++, at += c.step)
            for (size_t i = 0; i < c.width; i++)
                out[at + i] =
                    (adds ? out[at + i] : 0) + call->y[at + i] * (v[at + i] - (lossi_real)sum[i]);
    }
}

static void backward(const lossi_call *call)
{
    if (call->dx[0])
        project(call, call->dy, true, call->dx[0]);
}

static void forward_tangent(const lossi_tangent *t)
{
    project(&t->at, t->x[0], false, t->y);
}

/* dx' = p (dy' - sum(p dy')) + p' (dy - sum(p dy)) - p sum(p' dy) */
static void backward_tangent(const lossi_tangent *t)
{
    if (!t->dx[0])
        return;
    double sum[PIECE], moved[PIECE];
    project(&t->at, t->dy, true, t->dx[0]);
    const lossi_real *p = t->at.y, *dy = t->at.dy;
    for (columns c = begin(&t->at); next(&c);) {
        sum_products(&c, p, dy, sum);
        sum_products(&c, t->y, dy, moved);
        for (size_t k = 0, at = c.at; k < c.n; k++, at += c.step)
            for (size_t i = 0; i < c.width; i++)
                t->dx[0][at + i] += t->y[at + i] * (dy[at + i] - (lossi_real)sum[i]) -
                                    p[at + i] * (lossi_real)moved[i];
    }
}

/* p of one term of the columns. */
static void probabilities(const lossi_call *call, const columns *c, size_t at, lossi_real *p)
{
    const double k[LOSSI_CURVE_CONSTANTS] = {0};
    call->kernels->curve(LOSSI_CURVE_EXP, 0, k, c->width, call->y + at, p);
}

/* dx += dy - p sum(dy) */
static void add_log_gradient(const lossi_call *call, const lossi_real *dy, lossi_real *dx)
{
    lossi_real p[PIECE];
    double sum[PIECE];
    for (columns c = begin(call); next(&c);) {
        sum_products(&c, dy, NULL, sum);
        for (size_t t = 0, at = c.at; t < c.n; t++, at += c.step) {
            probabilities(call, &c, at, p);
            for (size_t i = 0; i < c.width; i++)
                dx[at + i] += dy[at + i] - p[i] * (lossi_real)sum[i];
        }
    }
}

static void backward_log(const lossi_call *call)
{
    if (call->dx[0])
        add_log_gradient(call, call->dy, call->dx[0]);
}

static void forward_tangent_log(const lossi_tangent *t)
{
    lossi_real p[PIECE];
    double sum[PIECE];
    for (columns c = begin(&t->at); next(&c);) {
        memset(sum, 0, sizeof sum);
        for (size_t k = 0, at = c.at; k < c.n; k++, at += c.step) {
            probabilities(&t->at, &c, at, p);
            for (size_t i = 0; i < c.width; i++)
                sum[i] += (double)p[i] * (double)t->x[0][at + i];
        }
        for (size_t k = 0, at = c.at; k < c.n; k++, at += c.step)
            for (size_t i = 0; i < c.width; i++)
                t->y[at + i] = t->x[0][at + i] - (lossi_real)sum[i];
    }
}

static void backward_tangent_log(const lossi_tangent *t)
{
    if (!t->dx[0])
        return;
    lossi_real p[PIECE];
    double sum[PIECE];
    add_log_gradient(&t->at, t->dy, t->dx[0]);
    for (columns c = begin(&t->at); next(&c);) {
        sum_products(&c, t->at.dy, NULL, sum);
        for (size_t k = 0, at = c.at; k < c.n; k++, at += c.step) {
            probabilities(&t->at, &c, at, p);
            for (size_t i = 0; i < c.width; i++)
                t->dx[0][at + i] -= p[i] * t->y[at + i] * (lossi_real)sum[i];
        }
    }
}

#define SOFTMAX(log)                                                                               \
    .family = &(const kind){log},                                                                  \
    .keys = {{"axis", .standard = -1, .least = -LOSSI_MOST_DIMS, .most = LOSSI_MOST_DIMS - 1}},    \
    .add = add, .in_place = true, .backward_uses_output = true, .forward = forward

const lossi_layer lossi_layer_softmax = {
    .name = "softmax",
    SOFTMAX(false),
    .backward = backward,
    .forward_tangent = forward_tangent,
    .backward_tangent = backward_tangent,
};

const lossi_layer lossi_layer_log_softmax = {
    .name = "log_softmax",
    SOFTMAX(true),
    .backward = backward_log,
    .forward_tangent = forward_tangent_log,
    .backward_tangent = backward_tangent_log,
};
