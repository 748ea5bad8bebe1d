/* Layers that normalise the values of each image, set by set:
 *
 *   y = weight xhat + bias,  xhat = (x - m) r,  r = 1 / sqrt(v + eps)
 *
 * with the mean m and the variance v of the set (RMSNorm: m is 0). A set is a group of channels
 * (Wu & He 2018), a channel (Ulyanov et al. 2016), or the last dimensions (Ba et al. 2016; Zhang &
 * Sennrich 2019). Training and evaluation are the same. */
#include <math.h>
#include <string.h>

#include "net/builder.h"

/* Keys: those that all kinds have, and how sets are cut. */
enum { EPS, AFFINE, CUT, HAS_BIAS };

/* ---- Sets ----------------------------------------------------------------------------------- */

/* `groups` of channels; their weights are the channels'. */
static lossi_norm_sets groups_of(const lossi_call *call, size_t groups)
{
    const lossi_node *node = call->node;
    size_t pixels = lossi_node_pixels(node);
    return (lossi_norm_sets){.sets = groups,
                             .size = node->dims[0] / groups * pixels,
                             .lanes = call->lanes,
                             .images = call->n,
                             .run = pixels,
                             .n_weights = node->dims[0],
                             .eps = lossi_node_value(node, EPS)};
}

static lossi_norm_sets sets_of_groups(const lossi_call *call)
{
    return groups_of(call, lossi_node_key(call->node, CUT));
}

static lossi_norm_sets sets_of_channels(const lossi_call *call)
{
    return groups_of(call, call->node->dims[0]);
}

static lossi_norm_sets sets_of_last(const lossi_call *call)
{
    const lossi_node *node = call->node;
    size_t size = 1;
    for (size_t d = node->n_dims - lossi_node_key(node, CUT); d < node->n_dims; d++)
        size *= node->dims[d];
    return (lossi_norm_sets){.sets = lossi_node_size(node) / size,
                             .size = size,
                             .lanes = call->lanes,
                             .images = call->n,
                             .run = 1,
                             .n_weights = size,
                             .eps = lossi_node_value(node, EPS)};
}

static lossi_norm_sets sets_of_last_with_mean(const lossi_call *call)
{
    lossi_norm_sets s = sets_of_last(call);
    s.keeps_mean = true;
    return s;
}

static void add_affine(lossi_addition *a, const struct lossi_tensor_shape *shape, bool has_bias)
{
    if (!lossi_node_key(a->node, AFFINE))
        return;
    a->tensors[LOSSI_WEIGHT] = *shape;
    if (has_bias)
        a->tensors[LOSSI_BIAS] = *shape;
}

static loss_status add_groups(lossi_addition *a)
{
    size_t channels = a->in->dims[0], groups = lossi_node_key(a->node, CUT);
    if (channels % groups)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %zu groups; they must divide %zu channels",
                          a->name, groups, channels);
    add_affine(a, &(struct lossi_tensor_shape){1, {channels}}, true);
    return LOSS_OK;
}

static loss_status add_channels(lossi_addition *a)
{
    add_affine(a, &(struct lossi_tensor_shape){1, {a->in->dims[0]}}, true);
    return LOSS_OK;
}

static loss_status add_last_of(lossi_addition *a, bool has_bias)
{
    size_t n = lossi_node_key(a->node, CUT), n_dims = a->in->n_dims;
    struct lossi_tensor_shape shape = {.n_dims = n};
    if (n > n_dims)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: the last %zu dimensions of %zu", a->name, n,
                          n_dims);
    for (size_t d = 0; d < n; d++)
        shape.dims[d] = a->in->dims[n_dims - n + d];
    add_affine(a, &shape, has_bias);
    return LOSS_OK;
}

static loss_status add_last(lossi_addition *a)
{
    return add_last_of(a, lossi_node_key(a->node, HAS_BIAS) != 0);
}

static loss_status add_last_with_mean(lossi_addition *a)
{
    return add_last_of(a, false);
}

/* ---- Forward and backward ------------------------------------------------------------------- */

/* How a kind cuts values into sets: its row of the table. */
typedef struct cut {
    lossi_norm_sets (*sets)(const lossi_call *call);
} cut;

static lossi_norm_sets sets_of(const lossi_call *call)
{
    return ((const cut *)call->node->layer->family)->sets(call);
}

static void forward(const lossi_call *call)
{
    lossi_norm_sets s = sets_of(call);
    call->kernels->normalise(&s, call->x[0], call->p[LOSSI_WEIGHT], call->p[LOSSI_BIAS], call->y);
}

static void backward(const lossi_call *call)
{
    lossi_norm_sets s = sets_of(call);
    if (call->dp[LOSSI_WEIGHT])
        call->kernels->normalise_weights(&s, call->x[0], call->dy, call->dp[LOSSI_WEIGHT],
                                         call->dp[LOSSI_BIAS]);
    if (call->dx[0])
        call->kernels->normalise_backward(&s, call->x[0], call->p[LOSSI_WEIGHT], call->dy,
                                          call->dx[0]);
}

/* ---- Tangents ------------------------------------------------------------------------------- */

/* A set of one image: what x, its tangent x', and the gradient g of xhat are summed up to. With
 * P(g) = g - mean(g) - xhat mean(xhat g), backward is dx = r P(g); and xhat' = r P(x'),
 * r' = -r^2 mean(xhat x'). */
typedef struct image {
    double mean, inverse, x_mean, x_product; /* of x: m, r; of x': mean, mean(xhat x') */
    double mean_g, product_g;                /* mean(g), mean(xhat g) */
    double mean_dg, product_dg; /* of their tangents: mean(g'), mean(xhat' g + xhat g') */
} image;

static double at_weight(const lossi_real *weight, size_t k, double otherwise)
{
    return weight ? (double)weight[k] : otherwise;
}

static double xhat_of(const lossi_tangent *t, const image *m, size_t at)
{
    return ((double)t->at.x[0][at] - m->mean) * m->inverse;
}

static double xhat_tangent(const lossi_tangent *t, const image *m, size_t at)
{
    return m->inverse * ((double)t->x[0][at] - m->x_mean - xhat_of(t, m, at) * m->x_product);
}

/* Sums of the set that begins at value `first` of the image. */
static image image_of(const lossi_tangent *t, const lossi_norm_sets *s, size_t first)
{
    image m = {0};
    double sum = 0, square = 0, n = (double)s->size;
    for (size_t e = 0, at = first; e < s->size; e++, at += s->lanes) {
        sum += (double)t->at.x[0][at];
        square += (double)t->at.x[0][at] * (double)t->at.x[0][at];
        m.x_mean += (double)t->x[0][at] / n;
    }
    m.mean = s->keeps_mean ? 0 : sum / n;
    m.x_mean = s->keeps_mean ? 0 : m.x_mean;
    double variance = square / n - m.mean * m.mean;
    m.inverse = 1 / sqrt((variance < 0 ? 0 : variance) + s->eps);
    for (size_t e = 0, at = first; e < s->size; e++, at += s->lanes)
        m.x_product += xhat_of(t, &m, at) * (double)t->x[0][at] / n;
    return m;
}

static void forward_tangent(const lossi_tangent *t)
{
    lossi_norm_sets s = sets_of(&t->at);
    for (size_t set = 0; set < s.sets; set++)
        for (size_t i = 0; i < s.lanes; i++) {
            size_t at = set * s.size * s.lanes + i;
            image m = image_of(t, &s, at);
            for (size_t e = 0; e < s.size; e++, at += s.lanes) {
                size_t k = lossi_set_weight(&s, set, e);
                t->y[at] =
                    (lossi_real)(at_weight(t->at.p[LOSSI_WEIGHT], k, 1) * xhat_tangent(t, &m, at) +
                                 at_weight(t->p[LOSSI_WEIGHT], k, 0) * xhat_of(t, &m, at) +
                                 at_weight(t->p[LOSSI_BIAS], k, 0));
            }
        }
}

/* The gradient of xhat, and its tangent. */
static double g_of(const lossi_tangent *t, size_t k, size_t at)
{
    return at_weight(t->at.p[LOSSI_WEIGHT], k, 1) * (double)t->at.dy[at];
}

static double g_tangent(const lossi_tangent *t, size_t k, size_t at)
{
    return at_weight(t->at.p[LOSSI_WEIGHT], k, 1) * (double)t->dy[at] +
           at_weight(t->p[LOSSI_WEIGHT], k, 0) * (double)t->at.dy[at];
}

/* Adds the sums of the gradient, and to the weights' gradients. */
static void sum_gradients(const lossi_tangent *t, const lossi_norm_sets *s, size_t set,
                          size_t first, image *m)
{
    double n = (double)s->size;
    for (size_t e = 0, at = first; e < s->size; e++, at += s->lanes) {
        size_t k = lossi_set_weight(s, set, e);
        double x = xhat_of(t, m, at), dx = xhat_tangent(t, m, at), g = g_of(t, k, at),
               dg = g_tangent(t, k, at);
        m->mean_g += s->keeps_mean ? 0 : g / n;
        m->mean_dg += s->keeps_mean ? 0 : dg / n;
        m->product_g += x * g / n;
        m->product_dg += (dx * g + x * dg) / n;
        if (t->dp[LOSSI_WEIGHT])
            t->dp[LOSSI_WEIGHT][k] +=
                (lossi_real)((double)t->dy[at] * x + (double)t->at.dy[at] * dx);
        if (t->dp[LOSSI_BIAS])
            t->dp[LOSSI_BIAS][k] += t->dy[at];
    }
}

static void backward_tangent(const lossi_tangent *t)
{
    lossi_norm_sets s = sets_of(&t->at);
    for (size_t set = 0; set < s.sets; set++)
        for (size_t i = 0; i < s.images; i++) {
            size_t at = set * s.size * s.lanes + i;
            image m = image_of(t, &s, at);
            sum_gradients(t, &s, set, at, &m);
            double r = m.inverse, dr = -r * r * m.x_product;
            for (size_t e = 0; e < s.size && t->dx[0]; e++, at += s.lanes) {
                size_t k = lossi_set_weight(&s, set, e);
                double x = xhat_of(t, &m, at), dx = xhat_tangent(t, &m, at);
                double p = g_of(t, k, at) - m.mean_g - x * m.product_g;
                double dp = g_tangent(t, k, at) - m.mean_dg - dx * m.product_g - x * m.product_dg;
                t->dx[0][at] += (lossi_real)(dr * p + r * dp);
            }
        }
}

/* ---- Kinds ---------------------------------------------------------------------------------- */

#define TABLE(sets)                                                                                \
    .family = &(const cut){sets}, .forward = forward, .backward = backward,                        \
    .forward_tangent = forward_tangent, .backward_tangent = backward_tangent

/* An eps of 0 would make lanes without an image infinite. */
#define EPS_KEY(usual)                                                                             \
    {                                                                                              \
        "eps", .is_fraction = true, .standard = (usual), .least = 1e-12, .most = 1                 \
    }
#define AFFINE_KEY                                                                                 \
    {                                                                                              \
        "affine", .standard = 1, .most = 1                                                         \
    }
#define DIMS_KEY                                                                                   \
    {                                                                                              \
        "dims", .standard = 1, .least = 1, .most = LOSSI_MOST_DIMS                                 \
    }
#define WEIGHT                                                                                     \
    {                                                                                              \
        "weight", LOSS_TENSOR_NORM_WEIGHT, LOSSI_INITIAL_ONES, false                               \
    }
#define BIAS                                                                                       \
    {                                                                                              \
        "bias", LOSS_TENSOR_NORM_BIAS, LOSSI_INITIAL_ZEROS, false                                  \
    }

const lossi_layer lossi_layer_groupnorm = {
    .name = "groupnorm",
    .keys = {EPS_KEY(1e-5),
             AFFINE_KEY,
             {"groups", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE}},
    .tensors = {WEIGHT, BIAS},
    .add = add_groups,
    TABLE(sets_of_groups),
};

const lossi_layer lossi_layer_instancenorm = {
    .name = "instancenorm",
    .keys = {EPS_KEY(1e-5), AFFINE_KEY},
    .tensors = {WEIGHT, BIAS},
    .add = add_channels,
    TABLE(sets_of_channels),
};

const lossi_layer lossi_layer_layernorm = {
    .name = "layernorm",
    .keys = {EPS_KEY(1e-5), AFFINE_KEY, DIMS_KEY, {"bias", .standard = 1, .most = 1}},
    .tensors = {WEIGHT, BIAS},
    .add = add_last,
    TABLE(sets_of_last),
};

const lossi_layer lossi_layer_rmsnorm = {
    .name = "rmsnorm",
    .keys = {EPS_KEY(1e-6), AFFINE_KEY, DIMS_KEY},
    .tensors = {WEIGHT},
    .add = add_last_with_mean,
    TABLE(sets_of_last_with_mean),
};
