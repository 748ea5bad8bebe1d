/* What is told of an estimated surface in reports. */
#ifndef ESTIMATES_H
#define ESTIMATES_H

#include "common/estimate_text.h"
#include "json.h"

/** How good they are, printed on standard output as lines of the validity report. */
void estimates_print(const loss_surface *surface, const loss_estimate_report *r, loss_split split);
/** All of it, as "estimate" of a JSON object. */
void estimates_add(json *j, cJSON *to, const loss_estimate_report *r);

#endif
