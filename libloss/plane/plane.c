/* Planes of any kind: memory, figures, moving a network along one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plane/kinds.h"

loss_status lossi_plane_allocate(loss_plane **out, const lossi_plane_kind *kind,
                                 const loss_net *net, bool is_line)
{
    *out = NULL;
    loss_plane *plane = calloc(1, sizeof *plane);
    if (!plane)
        return lossi_fail_nomem(sizeof *plane);
    plane->kind = kind;
    plane->n = loss_net_n_parameters(net);
    plane->n_tensors = net->n_tensors;
    plane->parts = calloc(net->n_tensors + 1, sizeof *plane->parts);
    if (!plane->parts) {
        loss_plane_free(plane);
        return lossi_fail_nomem(net->n_tensors * sizeof *plane->parts);
    }
    for (size_t i = 0; i < net->n_tensors; i++)
        plane->parts[i].count =
            lossi_tensor_is_trainable(&net->tensors[i]) ? net->tensors[i].count : 0;
    if (kind->details_size && !(plane->details = calloc(1, kind->details_size))) {
        loss_plane_free(plane);
        return lossi_fail_nomem(kind->details_size);
    }
    for (int axis = 0; axis < (is_line ? 1 : 2); axis++) {
        plane->directions[axis] = lossi_alloc(plane->n, sizeof(float));
        if (!plane->directions[axis]) {
            loss_status status = lossi_fail_nomem(plane->n * sizeof(float));
            loss_plane_free(plane);
            return status;
        }
    }
    *out = plane;
    return LOSS_OK;
}

static double dot(const float *a, const float *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

loss_status lossi_plane_restrict(loss_plane **plane, const char *layers)
{
    loss_plane *p = *plane;
    free(p->layers);
    p->layers = layers ? lossi_strdup(layers) : NULL;
    if (!layers || p->layers)
        return LOSS_OK;
    loss_plane_free(p);
    *plane = NULL;
    return lossi_fail_nomem(strlen(layers));
}

static bool has_value(const float *d, size_t n)
{
    size_t i = 0;
    while (i < n && d[i] == 0)
        i++;
    return i < n;
}

/* Directions of zeros add nothing. Other ways to move round even where nothing changes. */
static void find_moving(loss_plane *p)
{
    size_t at = 0;
    for (size_t i = 0; i < p->n_tensors; i++) {
        lossi_plane_part *part = &p->parts[i];
        part->moves = part->count > 0 && p->kind->move != lossi_plane_move_straight;
        for (int axis = 0; axis < 2 && !part->moves; axis++)
            part->moves = p->directions[axis] && has_value(p->directions[axis] + at, part->count);
        at += part->count;
    }
}

loss_status lossi_plane_finish(loss_plane **plane, char *description)
{
    loss_plane *p = *plane;
    p->description = description;
    if (!description) {
        loss_plane_free(p);
        *plane = NULL;
        return lossi_fail(LOSS_ERR_NOMEM, "out of memory for a description");
    }
    uint64_t digest = LOSSI_DIGEST_INIT;
    for (int axis = 0; axis < 2; axis++) {
        const float *d = p->directions[axis];
        p->norms[axis] = d ? sqrt(dot(d, d, p->n)) : 0;
        if (d)
            digest = lossi_digest(digest, d, p->n * sizeof *d);
    }
    double product = p->norms[0] * p->norms[1];
    p->cosine = product > 0 ? dot(p->directions[0], p->directions[1], p->n) / product : 0;
    lossi_digest_text(digest, p->digest);
    find_moving(p);
    return LOSS_OK;
}

void loss_plane_free(loss_plane *plane)
{
    if (!plane)
        return;
    free(plane->directions[0]);
    free(plane->directions[1]);
    if (plane->details && plane->kind->free_details)
        plane->kind->free_details(plane->details);
    free(plane->details);
    free(plane->description);
    free(plane->layers);
    free(plane->parts);
    free(plane);
}

const float *loss_plane_direction(const loss_plane *plane, int axis)
{
    return plane && (unsigned)axis < 2 ? plane->directions[axis] : NULL;
}

double loss_plane_norm(const loss_plane *plane, int axis)
{
    return plane && (unsigned)axis < 2 ? plane->norms[axis] : NAN;
}

double loss_plane_cosine(const loss_plane *plane)
{
    return plane ? plane->cosine : NAN;
}

const char *loss_plane_layers(const loss_plane *plane)
{
    return plane ? plane->layers : NULL;
}

const char *loss_plane_description(const loss_plane *plane)
{
    return plane ? plane->description : NULL;
}

const char *loss_plane_digest(const loss_plane *plane)
{
    return plane ? plane->digest : NULL;
}

bool lossi_same_tensors(const loss_net *a, const loss_net *b)
{
    if (a->n_tensors != b->n_tensors)
        return false;
    for (size_t i = 0; i < a->n_tensors; i++)
        if (a->tensors[i].count != b->tensors[i].count || a->tensors[i].kind != b->tensors[i].kind)
            return false;
    return true;
}

void lossi_plane_move_straight(const loss_plane *plane, const loss_net *origin, double a, double b,
                               bool with_statistics, loss_net *moved)
{
    (void)with_statistics;
    const float *x = plane->directions[0], *y = plane->directions[1];
    size_t at = 0;
    for (size_t i = 0; i < origin->n_tensors; i++) {
        const lossi_tensor *from = &origin->tensors[i];
        lossi_real *to = lossi_net_values(moved, i);
        if (!plane->parts[i].moves) {
            memcpy(to, from->values, from->count * sizeof *to);
            at += plane->parts[i].count;
            continue;
        }
        for (size_t j = 0; j < from->count; j++, at++) {
            double value = (double)from->values[j];
            if (a != 0) /* so that the centre is w to the bit, -0 and directions that are not
                           finite included */
                value += a * (double)x[at];
            if (y && b != 0)
                value += b * (double)y[at];
            to[j] = (lossi_real)value;
        }
    }
}

loss_status loss_plane_move(const loss_plane *plane, const loss_net *origin, double a, double b,
                            loss_net *moved)
{
    LOSSI_REQUIRE(plane && origin && moved);
    if (loss_net_n_parameters(origin) != plane->n || loss_net_n_parameters(moved) != plane->n)
        return lossi_fail(LOSS_ERR_SHAPE, "a plane of %zu parameters and networks of %zu and %zu",
                          plane->n, loss_net_n_parameters(origin), loss_net_n_parameters(moved));
    if (!lossi_same_tensors(origin, moved))
        return lossi_fail(LOSS_ERR_SHAPE, "networks of different tensors: %s and %s", origin->model,
                          moved->model);
    plane->kind->move(plane, origin, a, b, false, moved);
    return LOSS_OK;
}

loss_status loss_plane_move_states(const loss_plane *plane, const loss_net *origin, double a,
                                   double b, loss_net *moved)
{
    LOSSI_REQUIRE(plane && origin && moved);
    if (!plane->kind->moves_statistics)
        return lossi_fail(
            LOSS_ERR_ARGUMENT,
            "running statistics move only between solutions; these directions are: %s",
            plane->description);
    if (!lossi_same_tensors(origin, moved) || loss_net_n_parameters(origin) != plane->n)
        return lossi_fail(LOSS_ERR_SHAPE, "networks of different tensors: %s and %s", origin->model,
                          moved->model);
    plane->kind->move(plane, origin, a, b, true, moved);
    return LOSS_OK;
}
