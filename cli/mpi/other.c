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

/* Takes a task and does it, unless nobody wants it any more. */
static loss_status do_task(loss_surface *surface)
{
    loss_task task;
    loss_outcome outcome = {.images = 0};
    uint32_t *images;
    loss_status status = message_take_task(0, &task, &images);
    if (!status && !message_is_coming(0, MESSAGE_STOP)) {
        status = loss_surface_compute(surface, &task, &outcome);
        if (!status)
            status = message_send_outcome(0, &outcome);
    }
    loss_outcome_clear(&outcome);
    free(images);
    return status;
}

loss_status evaluate_as_other(loss_surface *surface)
{
    int source, tag = MESSAGE_TASK;
    loss_status status = say_hello(surface);
    bool goes_on = false;
    while (!status && tag != MESSAGE_STOP) {
        message_wait(&source, &tag);
        if (tag == MESSAGE_TASK)
            status = do_task(surface);
        else
            message_take(0, tag, &goes_on, sizeof goes_on);
    }
    if (!status || status == LOSS_ERR_CANCELLED) {
        message_send(0, MESSAGE_BYE, NULL, 0);
        teams_gather(goes_on && !status);
    }
    return status;
}
