/* Inside a curvature. */
#ifndef LOSSI_CURVATURE_H
#define LOSSI_CURVATURE_H

#include <loss/curvature.h>

#include "base/base.h"

/** From now on about another network of the same graph. Borrowed until the next call, or the
 * handle's end. */
void lossi_curvature_set(loss_curvature *curvature, const loss_net *net);

#endif
