/* Counted from the file's own report. */
#include "estimate_text.h"

#include <stdio.h>

loss_status estimates_of(loss_surface *surface, loss_split split, bool *has,
                         loss_estimate_report *report)
{
    *report = (loss_estimate_report)LOSS_ESTIMATE_REPORT_INIT;
    loss_status status = loss_surface_has_estimates(surface, has);
    if (!status && *has)
        status = loss_surface_estimate_report(surface, split, report);
    *has = *has && !status && report->estimated;
    return status;
}

const char *estimates_images(const loss_estimate_report *r, char text[ESTIMATES_TEXT])
{
    int n = snprintf(text, ESTIMATES_TEXT, "%llu", (unsigned long long)r->fewest);
    if (r->most > r->fewest)
        snprintf(text + n, ESTIMATES_TEXT - (size_t)n, " to %llu", (unsigned long long)r->most);
    return text;
}

const char *estimates_text(const loss_estimate_report *r, char text[ESTIMATES_TEXT])
{
    char images[ESTIMATES_TEXT];
    snprintf(text, ESTIMATES_TEXT,
             "%zu of %zu points estimated from %.48s of %llu images, %.3g %% of the work",
             r->estimated, r->estimated + r->exact, estimates_images(r, images),
             (unsigned long long)r->images, 100 * r->share);
    return text;
}
