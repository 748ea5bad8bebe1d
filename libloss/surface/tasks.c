/* Tasks as whoever does them sees them. */
#include "surface/agenda.h"

#include <stdlib.h>

#include "surface/sql.h"
#include "surface/surface.h"
#include "surface/worker.h"

void loss_outcome_clear(loss_outcome *outcome)
{
    if (!outcome)
        return;
    free(outcome->losses);
    free(outcome->correct);
    *outcome = (loss_outcome){0};
}

void lossi_agenda_free(lossi_agenda *agenda)
{
    if (agenda)
        agenda->kind->free(agenda);
}

static loss_status need_agenda(loss_surface *s)
{
    return s->agenda ? LOSS_OK : lossi_ledger_open(&s->agenda, s);
}

loss_status loss_surface_claim(loss_surface *surface, loss_claim *claim, loss_task *task)
{
    LOSSI_REQUIRE(surface && claim && task);
    *claim = LOSS_CLAIM_DONE;
    loss_status status = need_agenda(surface);
    return status ? status : surface->agenda->kind->claim(surface->agenda, claim, task);
}

loss_status loss_surface_hand_in(loss_surface *surface, const loss_outcome *outcomes, size_t n)
{
    LOSSI_REQUIRE(surface && (outcomes || !n));
    loss_status status = need_agenda(surface);
    for (size_t i = 0; i < n && !status; i++)
        status = lossi_task_check(surface, &outcomes[i].task);
    if (status || !n)
        return status;
    lossi_agenda *agenda = surface->agenda;
    status = lossi_store_begin(surface->store);
    if (status)
        return status;
    for (size_t i = 0; i < n && !status; i++)
        status = agenda->kind->insert(agenda, &outcomes[i]);
    status = lossi_sql_end(surface->store, status);
    return status ? status : agenda->kind->note(agenda, outcomes, n);
}
