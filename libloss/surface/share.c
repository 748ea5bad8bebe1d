/* Sharing the points of one file between processes. */
#include "surface/share.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/thread.h"
#include "surface/refinement.h"

static const double LEAST_PATIENCE = 60;    /* seconds */
static const long BETWEEN_LOOKS = 50000000; /* nanoseconds */

loss_status lossi_share_init(lossi_share *share, const loss_surface *s)
{
    const loss_surface_options *o = &s->opt;
    size_t n = s->x.n * s->y.n, mine = 0;
    *share = (lossi_share){.store = s->store,
                           .cancelled = o->cancelled,
                           .waiting = o->waiting_for_points,
                           .user = o->user};
    loss_status status = lossi_refinement_make(&share->points, s->x.n, s->y.n, o->repeat != 0);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++)
        if (!o->parts || i % o->parts == o->part - 1)
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

/* A moment, before one looks again. *told: the seconds that were told last. */
static loss_status pause_for_others(loss_cancelled cancelled,
                                    void (*waiting)(double seconds, void *user), void *user,
                                    double began, double *told)
{
    double seconds = lossi_clock() - began;
    if (cancelled && cancelled(user))
        return lossi_fail(LOSS_ERR_CANCELLED, "cancelled");
    if (waiting && seconds >= *told + 1)
        waiting(*told = seconds, user);
    nanosleep(&(struct timespec){0, BETWEEN_LOOKS}, NULL);
    return LOSS_OK;
}

/* What is left is with others. */
static loss_status wait_for_others(lossi_share *share, lossi_share_is_done *is_done, void *context,
                                   size_t *point, bool *has)
{
    const double began = lossi_clock(), patience = fmax(LEAST_PATIENCE, 10 * share->longest);
    double told = 0;
    for (;;) {
        loss_status status = look(share, is_done, context, point, has);
        if (status || *has || share->first_later == share->n_later)
            return status;
        if (lossi_clock() - began > patience) {
            *point = share->later[share->first_later++];
            *has = true;
            return LOSS_OK;
        }
        status = pause_for_others(share->cancelled, share->waiting, share->user, began, &told);
        if (status)
            return status;
    }
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
    if (!status && !*has && share->first_later < share->n_later)
        status = wait_for_others(share, is_done, context, point, has);
    share->began = lossi_clock();
    return status;
}

void lossi_share_release(lossi_share *share, size_t point)
{
    share->longest = fmax(share->longest, lossi_clock() - share->began);
    lossi_store_release(share->store, point);
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
    const double began = lossi_clock();
    double told = 0;
    for (;;) {
        bool is_mine;
        loss_status status = lossi_share_try_alone(s, work, &is_mine);
        if (status || is_mine)
            return status;
        status = pause_for_others(s->opt.cancelled, s->opt.waiting_for_points, s->opt.user, began,
                                  &told);
        if (status)
            return status;
    }
}

void lossi_share_release_alone(loss_surface *s, lossi_sole_work work)
{
    lossi_store_release(s->store, number_of(s, work));
}
