/* What is told of an estimated surface. */
#ifndef ESTIMATES_H
#define ESTIMATES_H

#include "json.h"

/** What a split's estimates are; none where *has is false. */
loss_status estimates_of(loss_surface *surface, loss_split split, bool *has,
                         loss_estimate_report *report);

/** How good they are, printed on standard output as lines of the validity report. */
void estimates_print(const loss_estimate_report *r, loss_split split);
/** All of it, as "estimate" of a JSON object. */
void estimates_add(json *j, cJSON *to, const loss_estimate_report *r);

/** "1431", or "1431 to 7244": images of an estimated point. */
enum { ESTIMATES_TEXT = 64 };
const char *estimates_images(const loss_estimate_report *r, char text[ESTIMATES_TEXT]);

#endif
