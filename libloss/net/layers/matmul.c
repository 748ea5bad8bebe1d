/* Product of two outputs, [...][m][k] times [...][k][n]: of the last two dimensions, with numpy's
 * broadcasting over those before. Such as attention's queries times keys.
 *
 *   da = dy b^T   db = a^T dy   y' = a' b + a b'   da' = dy' b^T + dy b'^T   db' = a^T dy' + a'^T
 * dy */
#include "net/builder.h"
#include "net/walk.h"

static const lossi_node *second_of(const lossi_node *node, const lossi_node *nodes)
{
    return &nodes[node->inputs[1]];
}

static size_t rows_of(const lossi_node *node)
{
    return node->dims[node->n_dims - 2];
}

static size_t columns_of(const lossi_node *node)
{
    return node->dims[node->n_dims - 1];
}

/* Matrices for matrices: dimensions of both inputs but the last two broadcast. */
static loss_status add(lossi_addition *a)
{
    char first[LOSSI_SHAPE_TEXT], other[LOSSI_SHAPE_TEXT];
    lossi_node *node = a->node;
    const lossi_node *b = second_of(node, a->nodes);
    size_t n_a = a->in->n_dims, n_b = b->n_dims, n = n_a > n_b ? n_a : n_b;
    if (n_a < 2 || n_b < 2 || columns_of(a->in) != rows_of(b))
        return lossi_fail(LOSS_ERR_SHAPE, "%s: %s times %s", a->name,
                          lossi_shape_text(a->in, first), lossi_shape_text(b, other));
    for (size_t d = 0; d < LOSSI_MOST_DIMS; d++)
        node->dims[d] = 1;
    for (size_t k = 3; k <= n; k++) {
        size_t x = k <= n_a ? a->in->dims[n_a - k] : 1, y = k <= n_b ? b->dims[n_b - k] : 1;
        if (x != y && x != 1 && y != 1)
            return lossi_fail(LOSS_ERR_SHAPE, "%s: %s times %s", a->name,
                              lossi_shape_text(a->in, first), lossi_shape_text(b, other));
        node->dims[n - k] = x > y ? x : y;
    }
    node->n_dims = n;
    node->dims[n - 2] = rows_of(a->in);
    node->dims[n - 1] = columns_of(b);
    return LOSS_OK;
}

/* ---- Products ------------------------------------------------------------------------------- */

typedef enum operand { A, B, Y } operand;

typedef struct matrices {
    lossi_walk walk; /* from matrix to matrix */
    size_t m, k, n;
} matrices;

static matrices matrices_of(const lossi_call *call)
{
    const lossi_node *node = call->node, *b = second_of(node, call->nodes);
    matrices m = {.walk = lossi_walk_of(node, 3),
                  .m = rows_of(node),
                  .k = columns_of(call->in),
                  .n = columns_of(node)};
    lossi_walk_broadcast(&m.walk, A, call->in);
    lossi_walk_broadcast(&m.walk, B, b);
    lossi_walk_broadcast(&m.walk, Y, node);
    m.walk.dims[node->n_dims - 2] = m.walk.dims[node->n_dims - 1] = 1;
    return m;
}

/* to += the product of the other two: y += a b, a += y b^T, or b += a^T y. */
static void add_products(const lossi_call *call, operand to, const lossi_real *left,
                         const lossi_real *right, lossi_real *sum)
{
    if (!sum)
        return;
    matrices m = matrices_of(call);
    lossi_product p = {call->lanes, m.m, m.n, m.k, m.k, 1, m.n, 1, m.n, 1};
    operand first = A, second = B;
    if (to == A) {
        p = (lossi_product){call->lanes, m.m, m.k, m.n, m.n, 1, 1, m.n, m.k, 1};
        first = Y;
    } else if (to == B) {
        p = (lossi_product){call->lanes, m.k, m.n, m.m, 1, m.k, m.n, 1, m.n, 1};
        second = Y;
    }
    for (lossi_run r; lossi_walk_next(&m.walk, &r);)
        for (ptrdiff_t e = 0; e < (ptrdiff_t)r.count; e++) {
            size_t at[3];
            for (operand o = A; o <= Y; o++)
                at[o] = (size_t)(r.at[o] + e * r.step[o]) * call->lanes;
            call->kernels->product(&p, left + at[first], right + at[second], sum + at[to]);
        }
}

static void clear(const lossi_call *call, lossi_real *y)
{
    call->kernels->zero(lossi_chunk_size(call->node, call->lanes), y);
}

static void forward(const lossi_call *call)
{
    clear(call, call->y);
    add_products(call, Y, call->x[0], call->x[1], call->y);
}

static void backward(const lossi_call *call)
{
    add_products(call, A, call->dy, call->x[1], call->dx[0]);
    add_products(call, B, call->x[0], call->dy, call->dx[1]);
}

static void forward_tangent(const lossi_tangent *t)
{
    clear(&t->at, t->y);
    add_products(&t->at, Y, t->x[0], t->at.x[1], t->y);
    add_products(&t->at, Y, t->at.x[0], t->x[1], t->y);
}

static void backward_tangent(const lossi_tangent *t)
{
    const lossi_call *at = &t->at;
    add_products(at, A, t->dy, at->x[1], t->dx[0]);
    add_products(at, A, at->dy, t->x[1], t->dx[0]);
    add_products(at, B, at->x[0], t->dy, t->dx[1]);
    add_products(at, B, t->x[0], at->dy, t->dx[1]);
}

static double macs(const lossi_node *node, const lossi_node *in)
{
    return (double)lossi_node_size(node) * (double)columns_of(in);
}

const lossi_layer lossi_layer_matmul = {
    .name = "matmul",
    .least_inputs = 2,
    .most_inputs = 2,
    .add = add,
    .macs = macs,
    .forward = forward,
    .backward = backward,
    .forward_tangent = forward_tangent,
    .backward_tangent = backward_tangent,
};
