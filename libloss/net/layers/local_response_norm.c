/* Local response normalisation (Krizhevsky et al. 2012), as PyTorch has it: with s = k + alpha /
 * size * sum of x^2 over `size` channels, size / 2 of them before, y = x s^-beta. */
#include <math.h>

#include "net/builder.h"

enum { SIZE, ALPHA, BETA, K };

/* Arrays [channels] of one pixel of one image: s, its tangent, and q = dy x s^(-beta - 1) and its
 * tangent, which the channels around it want. */
enum { S, S_TANGENT, Q, Q_TANGENT, N_ARRAYS };

static size_t scratch_count(const lossi_site *site)
{
    return N_ARRAYS * site->node->dims[0];
}

/* One pixel of one image. */
typedef struct place {
    const lossi_node *node;
    size_t at, channel, n; /* its value of channel 0, values to the next channel, channels */
    double alpha, beta;    /* alpha: of a square */
    lossi_real *arrays;
} place;

static place place_of(const lossi_call *call, size_t j)
{
    const lossi_node *node = call->node;
    return (place){.node = node,
                   .at = j,
                   .channel = lossi_node_pixels(node) * call->lanes,
                   .n = node->dims[0],
                   .alpha = lossi_node_value(node, ALPHA) / lossi_node_value(node, SIZE),
                   .beta = lossi_node_value(node, BETA),
                   .arrays = call->scratch};
}

static size_t n_places(const lossi_call *call)
{
    return lossi_node_pixels(call->node) * call->lanes;
}

static double value_at(const place *p, const lossi_real *x, size_t c)
{
    return (double)x[p->at + c * p->channel];
}

/* Channels whose squares are in the sum of channel c; or, turned round, those whose sums channel c
 * is in. */
static void window(const place *p, size_t c, bool turned, size_t *begin, size_t *end)
{
    size_t size = lossi_node_key(p->node, SIZE), before = turned ? (size - 1) / 2 : size / 2,
           after = size - 1 - before;
    *begin = c < before ? 0 : c - before;
    *end = c + after + 1 < p->n ? c + after + 1 : p->n;
}

static double sum_around(const place *p, const lossi_real *array, size_t c)
{
    size_t begin, end;
    double sum = 0;
    window(p, c, true, &begin, &end);
    for (size_t k = begin; k < end; k++)
        sum += (double)array[k];
    return sum;
}

/* s of all channels; with tangents x' of the input s', too. */
static void find_sums(const place *p, const lossi_real *x, const lossi_real *tangents)
{
    for (size_t c = 0; c < p->n; c++) {
        size_t begin, end;
        double sum = 0, moved = 0;
        window(p, c, false, &begin, &end);
        for (size_t k = begin; k < end; k++) {
            sum += value_at(p, x, k) * value_at(p, x, k);
            moved += tangents ? 2 * value_at(p, x, k) * value_at(p, tangents, k) : 0;
        }
        p->arrays[S * p->n + c] = (lossi_real)(lossi_node_value(p->node, K) + p->alpha * sum);
        p->arrays[S_TANGENT * p->n + c] = (lossi_real)(p->alpha * moved);
    }
}

static double array_at(const place *p, size_t array, size_t c)
{
    return (double)p->arrays[array * p->n + c];
}

static void forward(const lossi_call *call)
{
    for (size_t j = 0; j < n_places(call); j++) {
        place p = place_of(call, j);
        find_sums(&p, call->x[0], NULL);
        for (size_t c = 0; c < p.n; c++)
            call->y[j + c * p.channel] =
                (lossi_real)(value_at(&p, call->x[0], c) * pow(array_at(&p, S, c), -p.beta));
    }
}

static void backward(const lossi_call *call)
{
    const lossi_real *x = call->x[0], *dy = call->dy;
    for (size_t j = 0; call->dx[0] && j < n_places(call); j++) {
        place p = place_of(call, j);
        find_sums(&p, x, NULL);
        for (size_t c = 0; c < p.n; c++)
            p.arrays[Q * p.n + c] = (lossi_real)(value_at(&p, dy, c) * value_at(&p, x, c) *
                                                 pow(array_at(&p, S, c), -p.beta - 1));
        for (size_t c = 0; c < p.n; c++)
            call->dx[0][j + c * p.channel] +=
                (lossi_real)(value_at(&p, dy, c) * pow(array_at(&p, S, c), -p.beta) -
                             2 * p.alpha * p.beta * value_at(&p, x, c) *
                                 sum_around(&p, p.arrays + Q * p.n, c));
    }
}

static void forward_tangent(const lossi_tangent *t)
{
    const lossi_real *x = t->at.x[0], *moved = t->x[0];
    for (size_t j = 0; j < n_places(&t->at); j++) {
        place p = place_of(&t->at, j);
        find_sums(&p, x, moved);
        for (size_t c = 0; c < p.n; c++) {
            double s = array_at(&p, S, c), power = pow(s, -p.beta);
            t->y[j + c * p.channel] =
                (lossi_real)(value_at(&p, moved, c) * power -
                             p.beta * value_at(&p, x, c) * power / s * array_at(&p, S_TANGENT, c));
        }
    }
}

static void backward_tangent(const lossi_tangent *t)
{
    const lossi_real *x = t->at.x[0], *moved = t->x[0], *dy = t->at.dy, *dy_moved = t->dy;
    for (size_t j = 0; t->dx[0] && j < n_places(&t->at); j++) {
        place p = place_of(&t->at, j);
        find_sums(&p, x, moved);
        for (size_t c = 0; c < p.n; c++) {
            double s = array_at(&p, S, c), power = pow(s, -p.beta - 1), g = value_at(&p, dy, c),
                   v = value_at(&p, x, c);
            p.arrays[Q * p.n + c] = (lossi_real)(g * v * power);
            p.arrays[Q_TANGENT * p.n + c] =
                (lossi_real)((value_at(&p, dy_moved, c) * v + g * value_at(&p, moved, c) -
                              (p.beta + 1) * g * v / s * array_at(&p, S_TANGENT, c)) *
                             power);
        }
        for (size_t c = 0; c < p.n; c++) {
            double s = array_at(&p, S, c), power = pow(s, -p.beta);
            double around = value_at(&p, moved, c) * sum_around(&p, p.arrays + Q * p.n, c) +
                            value_at(&p, x, c) * sum_around(&p, p.arrays + Q_TANGENT * p.n, c);
            t->dx[0][j + c * p.channel] +=
                (lossi_real)(power * (value_at(&p, dy_moved, c) - value_at(&p, dy, c) * p.beta / s *
                                                                      array_at(&p, S_TANGENT, c)) -
                             2 * p.alpha * p.beta * around);
        }
    }
}

const lossi_layer lossi_layer_local_response_norm = {
    .name = "local_response_norm",
    .keys = {{"size", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE},
             {"alpha", .is_fraction = true, .standard = 1e-4, .most = 1e6},
             {"beta", .is_fraction = true, .standard = 0.75, .most = 1e3},
             {"k", .is_fraction = true, .standard = 1, .least = 1e-12, .most = 1e6}},
    .scratch_count = scratch_count,
    .forward = forward,
    .backward = backward,
    .forward_tangent = forward_tangent,
    .backward_tangent = backward_tangent,
};
