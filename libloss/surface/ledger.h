/* The ledger of a surface that is evaluated: what its file lacks, and what was claimed. */
#ifndef LOSSI_SURFACE_LEDGER_H
#define LOSSI_SURFACE_LEDGER_H

#include <loss/tasks.h>

typedef struct lossi_ledger lossi_ledger;

void lossi_ledger_free(lossi_ledger *ledger);
/** Tasks that are not done, of this part of the points. */
size_t lossi_ledger_left(const lossi_ledger *ledger);

#endif
