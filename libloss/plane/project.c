/* Where a network lies as seen from a plane: least squares, in double. */
#include <math.h>

#include "plane/plane.h"

/* Directions whose angle is smaller than this count as one. */
static const double LEAST_SINE_SQUARED = 1e-12;

/* Products of a difference d = net - origin with itself and with the directions. */
typedef struct products {
    double dd, dx, dy;
} products;

static products multiply(const loss_plane *plane, const loss_net *origin, const loss_net *net,
                         const float *y)
{
    const float *x = plane->directions[0];
    products p = {0, 0, 0};
    size_t at = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        if (!lossi_tensor_is_trainable(tensor))
            continue;
        products part = {0, 0, 0};
        for (size_t j = 0; j < tensor->count; j++, at++) {
            double d = (double)tensor->values[j] - (double)origin->tensors[i].values[j];
            part.dd += d * d;
            part.dx += d * (double)x[at];
            part.dy += y ? d * (double)y[at] : 0;
        }
        p.dd += part.dd;
        p.dx += part.dx;
        p.dy += part.dy;
    }
    return p;
}

/* |d - a x - b y|, of the differences themselves: from the products it would be lost where it is
 * small. */
static double distance_off(const loss_plane *plane, const loss_net *origin, const loss_net *net,
                           double a, double b)
{
    const float *x = plane->directions[0], *y = plane->directions[1];
    double sum = 0;
    size_t at = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        for (size_t j = 0; lossi_tensor_is_trainable(tensor) && j < tensor->count; j++, at++) {
            double off = (double)tensor->values[j] - (double)origin->tensors[i].values[j] -
                         a * (double)x[at] - (y ? b * (double)y[at] : 0);
            sum += off * off;
        }
    }
    return sqrt(sum);
}

loss_status loss_plane_project(const loss_plane *plane, const loss_net *origin, const loss_net *net,
                               size_t n_axes, loss_projection *projection)
{
    LOSSI_REQUIRE(plane && origin && net && projection);
    *projection = (loss_projection){0};
    if (n_axes < 1 || n_axes > 2)
        return lossi_fail(LOSS_ERR_ARGUMENT, "a projection on %zu directions; expected 1 or 2",
                          n_axes);
    if (!lossi_same_tensors(origin, net) || loss_net_n_parameters(origin) != plane->n)
        return lossi_fail(LOSS_ERR_SHAPE, "a plane of %zu parameters and networks of %zu and %zu",
                          plane->n, loss_net_n_parameters(origin), loss_net_n_parameters(net));
    const float *y = n_axes > 1 ? plane->directions[1] : NULL;
    products p = multiply(plane, origin, net, y);
    double xx = plane->norms[0] * plane->norms[0], yy = y ? plane->norms[1] * plane->norms[1] : 0;
    double xy = y ? plane->cosine * plane->norms[0] * plane->norms[1] : 0,
           determinant = xx * yy - xy * xy;
    if (!isfinite(p.dd)) {
        *projection = (loss_projection){NAN, NAN, NAN, NAN};
        return LOSS_OK;
    }
    if (determinant > LEAST_SINE_SQUARED * xx * yy) {
        projection->x = (yy * p.dx - xy * p.dy) / determinant;
        projection->y = (xx * p.dy - xy * p.dx) / determinant;
    } else if (xx > 0) { /* one direction, or two that are one */
        projection->x = p.dx / xx;
    } else if (yy > 0) {
        projection->y = p.dy / yy;
    }
    projection->distance = sqrt(p.dd);
    projection->residual =
        p.dd > 0
            ? distance_off(plane, origin, net, projection->x, projection->y) / projection->distance
            : 0;
    return LOSS_OK;
}
