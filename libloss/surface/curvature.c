/* Extreme eigenvalues at the points of a surface: their options, what the file says they are of,
 * reading them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/layout.h"
#include "surface/surface.h"

loss_status lossi_surface_take_curvature(loss_surface *s)
{
    loss_curvature_options given = LOSS_CURVATURE_OPTIONS_INIT;
    s->curvature = given;
    s->eigen = (loss_eigen_options)LOSS_EIGEN_OPTIONS_INIT;
    s->eigen.steps = 100;
    s->eigen.tolerance = 0.01;
    loss_status status = LOSSI_OPTIONS(given, s->opt.curvature);
    if (!status)
        status = LOSSI_OPTIONS(s->eigen, s->opt.eigen);
    if (!status && (unsigned)given.ignore > LOSS_IGNORE_NONE)
        status = lossi_fail(LOSS_ERR_ARGUMENT, "ignore %d; expected one of loss_ignore",
                            (int)given.ignore);
    if (!status && given.layers && !(s->curvature_layers = lossi_strdup(given.layers)))
        status = lossi_fail_nomem(strlen(given.layers));
    if (!status)
        status = lossi_layout_check(s->net, given.ignore != LOSS_IGNORE_NONE, s->curvature_layers);
    s->curvature.layers = s->curvature_layers;
    s->curvature.ignore = given.ignore;
    s->curvature.seed = given.seed;
    s->curvature.threads = s->opt.threads;
    s->curvature.cancelled = s->opt.cancelled;
    s->curvature.user = s->opt.user;
    s->eigen.top = s->eigen.smallest = 1;
    if (!status && (!(s->eigen.tolerance > 0) || s->eigen.steps < 2))
        status = lossi_fail(LOSS_ERR_ARGUMENT,
                            "eigenvalues in %zu steps to a tolerance of %g; expected at least 2, "
                            "and a number above 0",
                            s->eigen.steps, s->eigen.tolerance);
    if (s->opt.curvature)
        s->opt.curvature = &s->curvature;
    s->opt.eigen = &s->eigen;
    return status;
}

loss_status lossi_surface_attach_curvature(loss_surface *s)
{
    char *text = lossi_format(
        "ignore=%s%s%s seed=%llu steps=%zu tolerance=%g", loss_ignore_name(s->curvature.ignore),
        s->curvature.layers ? " layers=" : "", s->curvature.layers ? s->curvature.layers : "",
        (unsigned long long)s->curvature.seed, s->eigen.steps, s->eigen.tolerance);
    loss_status status = text ? lossi_store_begin_curvature(s->store, text) : lossi_fail_nomem(64);
    if (!status && !lossi_facts_find(&s->facts, LOSS_KEY_CURVATURE) &&
        !lossi_facts_add(&s->facts, LOSS_KEY_CURVATURE, "%s", text))
        status = lossi_fail_nomem(64);
    free(text);
    return status;
}

bool loss_surface_has_curvature(const loss_surface *surface)
{
    return loss_surface_metadata(surface, LOSS_KEY_CURVATURE) != NULL;
}

loss_status loss_surface_curvature(loss_surface *surface, loss_split split,
                                   loss_point_curvature *curvature)
{
    LOSSI_REQUIRE(surface && curvature);
    loss_status status = lossi_surface_need_split(surface, split);
    if (status)
        return status;
    if (!loss_surface_has_curvature(surface))
        return lossi_fail(LOSS_ERR_NAME,
                          "%s: it holds no eigenvalues; lossgrid surface --curvature adds them",
                          surface->path);
    return lossi_store_read_curvature(surface->store, split, surface->x.n, surface->y.n, curvature);
}

double loss_point_convexity(const loss_point_curvature *curvature)
{
    bool is_known = curvature && curvature->evaluated;
    return is_known ? fabs(curvature->min / curvature->max) : (double)NAN;
}
