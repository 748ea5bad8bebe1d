/* The losses that there are: a row each. The first is that of a network which names none. */
#include <stddef.h>

#include "net/loss.h"

/* clang-format off */
#define LOSSES(X) \
    X(cross_entropy)
/* clang-format on */

#define DECLARE(loss) extern const lossi_loss lossi_loss_##loss;
LOSSES(DECLARE)

#define ROW(loss) &lossi_loss_##loss,
const lossi_loss *const lossi_losses[] = {LOSSES(ROW) NULL};
