/* What evaluation runs: the graph with BatchNorm, residual sums and ReLU folded into the
 * convolutions before them, and all memory placed. Made once for a graph; the values of a
 * network of that graph are set as often as there are points. */
#ifndef LOSSI_PROGRAM_H
#define LOSSI_PROGRAM_H

#include "base/thread.h"
#include "net/layer.h"

typedef struct lossi_program lossi_program;

/** @param net    only its graph is looked at, now and by the functions below. Borrowed for the
 * program's life: it must stay.
 *  @param lanes  images of a chunk. */
loss_status lossi_program_create(lossi_program **out, const loss_net *net,
                                 const lossi_kernels *kernels, size_t lanes);
void lossi_program_free(lossi_program *program);

/** Values of memory that running a chunk takes: activations / scratch. */
size_t lossi_program_memory(const lossi_program *program);
size_t lossi_program_scratch(const lossi_program *program);

/** Folds and makes ready the weights of a network of the program's graph, in the pool's threads. */
void lossi_program_set(lossi_program *program, const loss_net *net, lossi_pool *pool);

/** Where the images of a chunk go, [c][h][w][lanes], within its memory. */
lossi_real *lossi_program_input(const lossi_program *program, lossi_real *memory);
/** Runs the chunk. @return its logits [classes][lanes], within its memory. Threads: any number,
 * each with memory and scratch of its own. */
const lossi_real *lossi_program_run(const lossi_program *program, lossi_real *memory,
                                    lossi_real *scratch);

#endif
