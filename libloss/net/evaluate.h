/* Evaluation of a network over a dataset: threads and memory are set up once and used for any
 * number of runs, such as the points of a landscape. */
#ifndef LOSSI_EVALUATE_H
#define LOSSI_EVALUATE_H

#include "net/kept.h"
#include "net/net.h"
#include "net/steps.h"

typedef struct lossi_evaluator lossi_evaluator;

/** @param net      only its graph is looked at, now.
 *  @param threads  0: one for each processor this process may use. */
loss_status lossi_evaluator_create(lossi_evaluator **out, const loss_net *net, size_t threads);
void lossi_evaluator_free(lossi_evaluator *evaluator);

/** Loss of `net` (any network of the graph given at creation) over data, as loss_net_evaluate(). */
loss_status lossi_evaluator_run(lossi_evaluator *evaluator, const loss_net *net,
                                const loss_dataset *data, loss_cancelled cancelled, void *user,
                                loss_result *result);

/** The same over some of its images, in the order of their numbers. The loss of an image has the
 * bits that it has among all.
 *  @param images  [n] numbers, n at least 1 */
loss_status lossi_evaluator_run_some(lossi_evaluator *evaluator, const loss_net *net,
                                     const loss_dataset *data, const uint32_t *images, size_t n,
                                     loss_cancelled cancelled, void *user, loss_result *result);

/** The runs from now on are over data set number `set` of what is kept, and use it if their network
 * has its values where it is fixed.
 *  @param kept  NULL: nothing is kept. Borrowed until the next call */
void lossi_evaluator_keep(lossi_evaluator *evaluator, lossi_kept *kept, size_t set);
/** Steps of chunks that were run since the evaluator was made. */
size_t lossi_evaluator_steps_run(const lossi_evaluator *evaluator);

/** [images] the loss of each image of the last run. Borrowed, until the next one. */
const double *lossi_evaluator_losses(const lossi_evaluator *evaluator);
/** [images] whether each was classified right, 0 or 1. Borrowed, until the next run. */
const uint8_t *lossi_evaluator_correct(const lossi_evaluator *evaluator);

/** Makes the weights of a network of the graph ready: what a run does before its first image. */
void lossi_evaluator_set(lossi_evaluator *evaluator, const loss_net *net);

/** What a run does with each chunk, in order. Borrowed. */
const lossi_steps *lossi_evaluator_steps(const lossi_evaluator *evaluator);
/** From now on `begins` is called before each step of a chunk, with its number, and after the last,
 * with the number of steps, by the thread that runs it: to measure them. Not in runs that use what
 * is kept.
 *  @param begins  NULL: no more */
void lossi_evaluator_watch(lossi_evaluator *evaluator, void (*begins)(void *user, size_t step),
                           void *user);

/** How many pieces n images are for threads to share, and the bytes that weights take when they are
 * made ready. */
size_t lossi_evaluator_chunks(const lossi_evaluator *evaluator, size_t n);
size_t lossi_evaluator_bytes(const lossi_evaluator *evaluator);

/** Logits of n images, as loss_net_logits(). */
loss_status lossi_evaluator_logits(lossi_evaluator *evaluator, const loss_net *net, size_t n,
                                   const float *images, float *logits);

#endif
