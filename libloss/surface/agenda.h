/* What is to be done for a surface, and what becomes of outcomes: all images at each point
 * (ledger.c), or an estimate (estimate_job.c). Who does the tasks does not know which it is. */
#ifndef LOSSI_SURFACE_AGENDA_H
#define LOSSI_SURFACE_AGENDA_H

#include <loss/tasks.h>

typedef struct lossi_agenda lossi_agenda;

typedef struct lossi_agenda_kind {
    /** As loss_surface_claim(). */
    loss_status (*claim)(lossi_agenda *agenda, loss_claim *claim, loss_task *task);
    /** Within a transaction: puts an outcome of a task that was claimed into the file.
     *  @return LOSS_OK, LOSS_ERR_ARGUMENT (no task was claimed that gives such a one), LOSS_ERR_IO,
     *          LOSS_ERR_NOMEM */
    loss_status (*insert)(lossi_agenda *agenda, const loss_outcome *outcome);
    /** They are in the file: counts them, tells of them, gives up the claims. */
    loss_status (*note)(lossi_agenda *agenda, const loss_outcome *outcomes, size_t n);
    void (*free)(lossi_agenda *agenda);
} lossi_agenda_kind;

/** The first member of each kind's own struct. */
struct lossi_agenda {
    const lossi_agenda_kind *kind;
    loss_surface *surface;
    /** Tasks of one round are alike and can be done in any order. Those of the next depend on what
     * came out; the first of them is given when all of a round are handed in. */
    size_t round;
    size_t n_tasks;  /* that the round had left when it began */
    size_t n_images; /* of its usual task */
};

/** The agenda of all images at each point.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (no file), LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_ledger_open(lossi_agenda **out, loss_surface *surface);

void lossi_agenda_free(lossi_agenda *agenda);

#endif
