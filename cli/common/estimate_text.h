/* What is told of an estimated surface, in few words. */
#ifndef ESTIMATE_TEXT_H
#define ESTIMATE_TEXT_H

#include <loss/loss.h>

/** What a split's estimates are; none where *has is false. */
loss_status estimates_of(loss_surface *surface, loss_split split, bool *has,
                         loss_estimate_report *report);

enum { ESTIMATES_TEXT = 192 };
/** "1431", or "1431 to 7244": images of an estimated point. */
const char *estimates_images(const loss_estimate_report *r, char text[ESTIMATES_TEXT]);
/** "612 of 625 points estimated from 1431 of 60000 images, 5 % of the work". */
const char *estimates_text(const loss_estimate_report *r, char text[ESTIMATES_TEXT]);

#endif
