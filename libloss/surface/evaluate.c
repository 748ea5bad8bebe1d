/* Fills a landscape file: a crew does the tasks, this thread commits what is done. A commit waits
 * for the disk and takes processor time, so the next tasks are given out before it, and short tasks
 * are committed several at a time. */
#include <loss/tasks.h>

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "surface/agenda.h"
#include "surface/crew.h"
#include "surface/crew_plan.h"
#include "surface/keep.h"
#include "surface/share.h"
#include "surface/surface.h"
#include "surface/worker.h"

/* Outcomes that may wait for a commit, besides those that the crew has. */
enum { MOST_WAITING = 256 };

typedef struct evaluation {
    loss_surface *surface;
    lossi_crew *crew;
    size_t round;           /* of the agenda, that the crew is for */
    loss_outcome *outcomes; /* [MOST_WAITING + most of the crew] that were not committed */
    size_t n_outcomes;
    double committed; /* when, in seconds */
    loss_claim claim; /* what the last one found */
    loss_task task;   /* what of it was not given out */
} evaluation;

/* For the tasks of a round, which are alike. */
static loss_status make_crew(evaluation *e)
{
    const lossi_agenda *agenda = e->surface->agenda;
    lossi_crew_free(e->crew);
    e->crew = NULL;
    loss_status status = lossi_crew_create(&e->crew, e->surface, agenda->n_tasks, agenda->n_images);
    if (status)
        return status;
    e->round = agenda->round;
    free(e->outcomes);
    size_t n = MOST_WAITING + lossi_crew_most(e->crew);
    e->outcomes = calloc(n, sizeof *e->outcomes);
    return e->outcomes ? LOSS_OK : lossi_fail_nomem(n * sizeof *e->outcomes);
}

/* The next of the losses and eigenvalues of a point: they are tasks of their own here, so that if
 * it ends between them, what is finished stays. */
static loss_status next_task(evaluation *e, loss_task *task, bool *has)
{
    loss_status status = LOSS_OK;
    if (!e->task.wants)
        status = loss_surface_claim(e->surface, &e->claim, &e->task);
    *has = !status && e->task.wants;
    /* The first task of a round is given when no other is in work or waits for a commit. */
    if (*has && e->round != e->surface->agenda->round)
        status = make_crew(e);
    if (*has && !status) {
        uint64_t images = e->task.wants & LOSS_WANT_IMAGES, wants = e->task.wants & ~images;
        *task = e->task;
        task->wants = (wants & -wants) | images;
        e->task.wants &= wants & (wants - 1) ? ~(wants & -wants) : 0;
    }
    return status;
}

static bool is_at_work(const evaluation *e)
{
    return e->crew && lossi_crew_has_tasks(e->crew);
}

static loss_status give_tasks(evaluation *e)
{
    loss_task task;
    bool has = true;
    loss_status status = LOSS_OK;
    while (!status && has && lossi_crew_has_room(e->crew)) {
        status = next_task(e, &task, &has);
        if (has && !status)
            lossi_crew_give(e->crew, &task);
    }
    return status;
}

static loss_status commit(evaluation *e)
{
    loss_status status = loss_surface_hand_in(e->surface, e->outcomes, e->n_outcomes);
    for (size_t i = 0; i < e->n_outcomes; i++)
        loss_outcome_clear(&e->outcomes[i]);
    e->n_outcomes = 0;
    e->committed = lossi_clock();
    return status;
}

/* Seconds until what is there should be committed. */
static double commit_in(const evaluation *e)
{
    if (!e->n_outcomes)
        return INFINITY;
    if (!is_at_work(e) || e->n_outcomes >= MOST_WAITING)
        return 0;
    return lossi_crew_commit_in(lossi_clock() - e->committed);
}

static loss_status take_outcomes(evaluation *e)
{
    size_t n;
    loss_status status = lossi_crew_take(e->crew, commit_in(e), e->outcomes + e->n_outcomes, &n);
    e->n_outcomes += n;
    return status;
}

static loss_status step(evaluation *e, lossi_pause *pause)
{
    loss_status status = give_tasks(e);
    if (status)
        return status;
    if (commit_in(e) <= 0)
        return commit(e);
    if (is_at_work(e))
        return take_outcomes(e);
    return e->claim == LOSS_CLAIM_WAIT ? lossi_share_pause(e->surface, pause) : LOSS_OK;
}

/* After a failure or Ctrl-C: what is finished, and what members are at, stays. */
static void end(evaluation *e)
{
    if (e->crew)
        lossi_crew_drop(e->crew);
    if (e->n_outcomes)
        commit(e);
    while (is_at_work(e)) {
        take_outcomes(e);
        if (e->n_outcomes)
            commit(e);
    }
}

loss_status loss_surface_evaluate(loss_surface *surface)
{
    LOSSI_REQUIRE(surface);
    evaluation e = {.surface = surface, .committed = -INFINITY};
    lossi_pause pause = {0};
    loss_status status = loss_surface_claim(surface, &e.claim, &e.task);
    if (!status && e.claim != LOSS_CLAIM_DONE)
        status = lossi_surface_keep(surface);
    if (!status && e.claim != LOSS_CLAIM_DONE)
        status = make_crew(&e);
    while (!status && (e.claim != LOSS_CLAIM_DONE || e.n_outcomes || is_at_work(&e)))
        status = step(&e, &pause);
    end(&e);
    lossi_crew_free(e.crew);
    free(e.outcomes);
    lossi_surface_end_evaluation(surface);
    return status;
}
