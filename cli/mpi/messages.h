/* What ranks send each other. Rank 0 has the file; the others compute. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <loss/loss.h>

enum {
    MESSAGE_HELLO,   /* to 0: loss_surface_identity(), with its NUL */
    MESSAGE_OUTCOME, /* to 0: a loss_outcome, and its arrays */
    MESSAGE_BYE,     /* to 0: nothing more comes from here */
    MESSAGE_TASK,    /* from 0: a loss_task, and its images */
    MESSAGE_STOP /* from 0: nothing more to do; a bool: whether to take part in what comes next */
};

/** Waits for the next message without keeping a processor busy, as MPI's own waiting does.
 *  @param source, tag  written */
void message_wait(int *source, int *tag);
/** The same without waiting. @return false: there is none */
bool message_is_there(int *source, int *tag);
/** Whether one of that kind is there from a rank, maybe behind others. */
bool message_is_coming(int source, int tag);
/** Takes a message of so many bytes that message_wait() told. */
void message_take(int source, int tag, void *bytes, size_t n);
/** Takes one of any length. @return it, owned: free(); NULL: memory is out */
char *message_take_text(int source, int tag);
void message_send(int to, int tag, const void *bytes, size_t n);

/** Tasks and outcomes. @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status message_send_task(int to, const loss_task *task);
loss_status message_send_outcome(int to, const loss_outcome *outcome);
/** @param images  what the task points to, or NULL. Owned: free() */
loss_status message_take_task(int source, loss_task *task, uint32_t **images);
/** @param outcome  loss_outcome_clear() it; its task has no images, only their number */
loss_status message_take_outcome(int source, loss_outcome *outcome);

/** A moment's pause between two looks. */
void message_pause(void);

/** The two sides of ranks_evaluate(). */
loss_status evaluate_as_first(loss_surface *surface, int n_ranks);
loss_status evaluate_as_other(loss_surface *surface);

#endif
