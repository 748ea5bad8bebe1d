/* A rank that computes what rank 0 gives it. */
#include <stdlib.h>
#include <string.h>

#include "messages.h"
#include "teams.h"

static loss_status say_hello(const loss_surface *surface)
{
    char *identity;
    loss_status status = loss_surface_identity(surface, &identity);
    if (!status)
        message_send(0, MESSAGE_HELLO, identity, strlen(identity) + 1);
    free(identity);
    return status;
}

loss_status evaluate_as_other(loss_surface *surface)
{
    int source, tag = MESSAGE_TASK;
    loss_status status = say_hello(surface);
    bool goes_on = false;
    while (!status && tag != MESSAGE_STOP) {
        loss_task task = {0, 0};
        loss_outcome outcome;
        message_wait(&source, &tag);
        if (tag == MESSAGE_TASK)
            message_take(0, tag, &task, sizeof task);
        else
            message_take(0, tag, &goes_on, sizeof goes_on);
        if (tag != MESSAGE_TASK || message_is_coming(0, MESSAGE_STOP))
            continue;
        status = loss_surface_compute(surface, &task, &outcome);
        if (!status)
            message_send(0, MESSAGE_OUTCOME, &outcome, sizeof outcome);
    }
    if (!status || status == LOSS_ERR_CANCELLED) {
        message_send(0, MESSAGE_BYE, NULL, 0);
        teams_gather(goes_on && !status);
    }
    return status;
}
