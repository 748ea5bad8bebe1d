#include "report/estimates.h"

#include <math.h>
#include <stdio.h>

void estimates_print(const loss_estimate_report *r, loss_split split)
{
    char images[ESTIMATES_TEXT];
    printf("  estimate   %s: %zu points from %s of %llu images, %zu exact: %.3g %% of the work of "
           "all\n             standard error %.2g %% of the loss (median), at most %.2g %%\n",
           loss_split_name(split), r->estimated, estimates_images(r, images),
           (unsigned long long)r->images, r->exact, 100 * r->share, 100 * r->median_error,
           100 * r->largest_error);
    if (r->checked)
        printf("             coarse points, each from the others: %.2g %% off, %.2g %% predicted; "
               "%zu of %zu within their intervals\n",
               100 * r->observed, 100 * r->predicted, r->held, r->checked);
}

void estimates_add(json *j, cJSON *to, const loss_estimate_report *r)
{
    cJSON *estimate = json_object(j, to, "estimate");
    json_number(j, estimate, "exact", (double)r->exact);
    json_number(j, estimate, "estimated", (double)r->estimated);
    json_number(j, estimate, "images", (double)r->images);
    json_number(j, estimate, "fewest_images", (double)r->fewest);
    json_number(j, estimate, "most_images", (double)r->most);
    json_number(j, estimate, "share_of_work", r->share);
    json_number(j, estimate, "median_relative_error", r->median_error);
    json_number(j, estimate, "largest_relative_error", r->largest_error);
    json_number(j, estimate, "observed", r->observed);
    json_number(j, estimate, "predicted", r->predicted);
    json_number(j, estimate, "checked", (double)r->checked);
    json_number(j, estimate, "held", (double)r->held);
}
