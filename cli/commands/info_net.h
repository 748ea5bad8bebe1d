/* What a network is, layer by layer. */
#ifndef INFO_NET_H
#define INFO_NET_H

#include <loss/loss.h>

/** Prints a network: as a table, or as JSON. @return an exit code */
int info_net(const char *model, loss_shape shape);

#endif
