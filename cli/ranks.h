/* The processes that run one command together. lossgrid is one, number 0; those of lossgrid-mpi are
 * MPI's ranks (cli/mpi/), which all read the same command line. */
#ifndef RANKS_H
#define RANKS_H

#include <loss/loss.h>

/** Before and after a command. @return the exit code, which others may make worse */
void ranks_begin(int *argc, char ***argv);
int ranks_end(int code);

/** The program's name: "lossgrid" or "lossgrid-mpi". */
const char *ranks_program(void);
/** This one's number. 0 has the file and speaks to the user; the others are silent. */
int ranks_number(void);

/** Evaluates a surface, all together. That of the others has no file, and for them this ends when
 * 0 says so. */
loss_status ranks_evaluate(loss_surface *surface);

/** The team of all, and of those that took part in ranks_evaluate() to its end, number 0 among
 * them.
 *  @return NULL: one process, or one that took no part */
const loss_team *ranks_all(void);
const loss_team *ranks_evaluators(void);

#endif
