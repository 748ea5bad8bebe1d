/* Moving to a point: along the surface's plane, or along repeated line number iy; then running
 * statistics as the mode wants them. */
#include "surface/place.h"

#include <stdlib.h>

#include "net/recalibrate.h"
#include "plane/kinds.h"

struct lossi_placer {
    const loss_surface *surface;
    loss_net *moved;
    lossi_recalibrator *recalibrator; /* NULL unless the mode is `recalibrate` */
    loss_plane *line;                 /* of row `row`, when lines are repeated; NULL: none yet */
    size_t row;
    bool is_placed, exists; /* at (iy, ix) */
    size_t iy, ix;
};

void lossi_placer_free(lossi_placer *placer)
{
    if (!placer)
        return;
    lossi_recalibrator_free(placer->recalibrator);
    loss_plane_free(placer->line);
    loss_net_free(placer->moved);
    free(placer);
}

loss_status lossi_placer_create(lossi_placer **out, const loss_surface *surface, size_t threads)
{
    *out = NULL;
    lossi_placer *p = calloc(1, sizeof *p);
    if (!p)
        return lossi_fail_nomem(sizeof *p);
    p->surface = surface;
    loss_status status = lossi_net_clone(&p->moved, surface->net);
    if (!status && surface->opt.bn == LOSS_BN_RECALIBRATE)
        status = lossi_recalibrator_create(&p->recalibrator, surface->net, surface->opt.bn_data,
                                           threads);
    if (status)
        lossi_placer_free(p);
    else
        *out = p;
    return status;
}

/* Row iy of repeated lines: the direction x of the plane of number iy. */
static loss_status draw_line(lossi_placer *p, size_t iy)
{
    if (p->line && p->row == iy)
        return LOSS_OK;
    loss_plane_free(p->line);
    p->row = iy;
    const loss_plane *first = p->surface->plane;
    return first->kind->another(&p->line, first, p->surface->net, iy);
}

static bool has_negative_variance(const loss_net *net)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0;
             net->tensors[i].kind == LOSS_TENSOR_RUNNING_VAR && j < net->tensors[i].count; j++)
            if (net->tensors[i].values[j] < 0)
                return true;
    return false;
}

static loss_status move_to(lossi_placer *p, double x, double y)
{
    const loss_surface *s = p->surface;
    return s->opt.bn == LOSS_BN_STATES ? loss_plane_move_states(s->plane, s->net, x, y, p->moved)
                                       : loss_plane_move(s->plane, s->net, x, y, p->moved);
}

static loss_status move(lossi_placer *p, size_t iy, size_t ix)
{
    const loss_surface *s = p->surface;
    double x = loss_axis_at(s->x, ix), y = loss_axis_at(s->y, iy);
    if (s->opt.repeat) {
        loss_status status = draw_line(p, iy);
        return status ? status : loss_plane_move(p->line, s->net, x, 0, p->moved);
    }
    return move_to(p, x, y);
}

/* Running statistics of the moved network, and whether there is such a network. */
static loss_status settle(lossi_placer *p)
{
    loss_status status = LOSS_OK;
    if (p->recalibrator)
        status = lossi_recalibrator_run(p->recalibrator, p->moved, p->surface->opt.cancelled,
                                        p->surface->opt.user);
    p->exists = p->surface->opt.bn != LOSS_BN_STATES || !has_negative_variance(p->moved);
    return status;
}

loss_status lossi_placer_at(lossi_placer *p, size_t iy, size_t ix, const loss_net **net)
{
    *net = NULL;
    if (!p->is_placed || p->iy != iy || p->ix != ix) {
        p->is_placed = false;
        loss_status status = move(p, iy, ix);
        if (!status)
            status = settle(p);
        if (status)
            return status;
        p->is_placed = true;
        p->iy = iy;
        p->ix = ix;
    }
    *net = p->exists ? p->moved : NULL;
    return LOSS_OK;
}

loss_status lossi_placer_off_grid(lossi_placer *p, double x, double y, const loss_net **net)
{
    *net = NULL;
    p->is_placed = false;
    loss_status status = move_to(p, x, y);
    if (!status)
        status = settle(p);
    if (!status && p->exists)
        *net = p->moved;
    return status;
}
