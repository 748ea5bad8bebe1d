/* Sharing the points of one file between processes. */
#include "surface/share.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "surface/refinement.h"

static const double LEAST_PATIENCE = 60;    /* seconds */
static const long BETWEEN_LOOKS = 50000000; /* nanoseconds */

loss_status lossi_share_init(lossi_share *share, const loss_surface *s)
{
    return lossi_share_init_some(share, s, NULL);
}

loss_status lossi_share_init_some(lossi_share *share, const loss_surface *s, const bool *wanted)
{
    const loss_surface_options *o = &s->opt;
    size_t n = s->x.n * s->y.n, mine = 0;
    *share = (lossi_share){.store = s->store};
    loss_status status = lossi_refinement_make(&share->points, s->x.n, s->y.n, o->repeat != 0);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++)
        if ((!o->parts || i % o->parts == o->part - 1) && (!wanted || wanted[share->points[i]]))
            share->points[mine++] = share->points[i];
    share->n = mine;
    share->later = malloc((mine ? mine : 1) * sizeof *share->later);
    return share->later ? LOSS_OK : lossi_fail_nomem(mine * sizeof *share->later);
}

void lossi_share_free(lossi_share *share)
{
    free(share->points);
    free(share->later);
}

/* Claims a point, unless it is done. *is_mine: it was claimed; *is_done: it is done. */
static loss_status try(lossi_share *share, lossi_share_is_done *is_done, void *context,
                       size_t point, bool *is_mine, bool *done)
{
    *done = false;
    loss_status status = lossi_store_claim(share->store, point, is_mine);
    /* Asked after the claim: who had it before may have put it in between. */
    if (!status)
        status = is_done(context, point, done);
    if (*is_mine && (status || *done)) {
        lossi_store_release(share->store, point);
        *is_mine = false;
    }
    return status;
}

/* Drops the points at the front that others have done by now, so that progress counts them. */
static loss_status drop_done(lossi_share *share, lossi_share_is_done *is_done, void *context)
{
    loss_status status = LOSS_OK;
    bool done = true;
    while (share->first_later < share->n_later && !status && done) {
        status = is_done(context, share->later[share->first_later], &done);
        share->first_later += !status && done;
    }
    return status;
}

/* Looks once at what was left to others: takes what is free, drops what is done. */
static loss_status look(lossi_share *share, lossi_share_is_done *is_done, void *context,
                        size_t *point, bool *has)
{
    size_t kept = share->first_later;
    loss_status status = LOSS_OK;
    *has = false;
    for (size_t i = share->first_later; i < share->n_later; i++) {
        bool done = false;
        if (!status && !*has) {
            status = try(share, is_done, context, share->later[i], has, &done);
            *point = share->later[i];
            done = done || *has;
        }
        if (!done)
            share->later[kept++] = share->later[i];
    }
    share->n_later = kept;
    return status;
}

loss_status lossi_share_next(lossi_share *share, lossi_share_is_done *is_done, void *context,
                             size_t *point, bool *has)
{
    loss_status status = drop_done(share, is_done, context);
    *has = false;
    while (share->next < share->n && !status && !*has) {
        bool done;
        *point = share->points[share->next++];
        status = try(share, is_done, context, *point, has, &done);
        if (!status && !*has && !done)
            share->later[share->n_later++] = (uint32_t)*point;
    }
    if (!status && !*has)
        status = look(share, is_done, context, point, has);
    if (status || *has || share->first_later == share->n_later) {
        share->waiting_since = 0;
        return status;
    }
    if (share->waiting_since == 0)
        share->waiting_since = lossi_clock();
    *has = lossi_clock() - share->waiting_since > fmax(LEAST_PATIENCE, 10 * share->longest);
    if (*has)
        *point = share->later[share->first_later++];
    return LOSS_OK;
}

void lossi_share_release(lossi_share *share, size_t point, double seconds)
{
    share->longest = fmax(share->longest, seconds);
    lossi_store_release(share->store, point);
}

loss_status lossi_share_pause(const loss_surface *s, lossi_pause *pause)
{
    double now = lossi_clock();
    if (s->opt.cancelled && s->opt.cancelled(s->opt.user))
        return lossi_fail(LOSS_ERR_CANCELLED, "cancelled");
    if (pause->began == 0)
        pause->began = now;
    if (s->opt.waiting_for_points && now - pause->began >= pause->told + 1)
        s->opt.waiting_for_points(pause->told = now - pause->began, s->opt.user);
    nanosleep(&(struct timespec){0, BETWEEN_LOOKS}, NULL);
    return LOSS_OK;
}

static size_t number_of(const loss_surface *s, lossi_sole_work work)
{
    return s->x.n * s->y.n + (size_t)work;
}

loss_status lossi_share_try_alone(loss_surface *s, lossi_sole_work work, bool *is_mine)
{
    return lossi_store_claim(s->store, number_of(s, work), is_mine);
}

loss_status lossi_share_alone(loss_surface *s, lossi_sole_work work)
{
    lossi_pause pause = {0};
    bool is_mine = false;
    loss_status status = LOSS_OK;
    while (!status && !is_mine) {
        status = lossi_share_try_alone(s, work, &is_mine);
        if (!status && !is_mine)
            status = lossi_share_pause(s, &pause);
    }
    return status;
}

void lossi_share_release_alone(loss_surface *s, lossi_sole_work work)
{
    lossi_store_release(s->store, number_of(s, work));
}
