/* The whole public interface. */
#ifndef LOSS_LOSS_H
#define LOSS_LOSS_H

#include <loss/analysis.h>
#include <loss/curvature.h>
#include <loss/data.h>
#include <loss/estimate.h>
#include <loss/export.h>
#include <loss/file.h>
#include <loss/grid.h>
#include <loss/import.h>
#include <loss/keys.h>
#include <loss/net.h>
#include <loss/plane.h>
#include <loss/recognise.h>
#include <loss/scale.h>
#include <loss/status.h>
#include <loss/surface.h>
#include <loss/tasks.h>
#include <loss/team.h>
#include <loss/text.h>
#include <loss/train.h>

#endif
