/* The losses that there are: a row each. The first is that of a network which names none. */
#include "net/loss.h"

#include <stddef.h>

extern const lossi_loss lossi_loss_cross_entropy;

const lossi_loss *const lossi_losses[] = {&lossi_loss_cross_entropy, NULL};
