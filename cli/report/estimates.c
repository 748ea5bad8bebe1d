#include "report/estimates.h"

#include <math.h>
#include <stdio.h>

/* What the file says of smoothing: length and spread of the loss, then of the accuracy. */
static void print_smoothing(const char *text)
{
    double numbers[4];
    for (size_t i = 0; i < 4; i++) {
        if (!loss_number_parse(text, &text, &numbers[i]) || (i < 3 && *text++ != ','))
            return;
    }
    if (numbers[0] > 0)
        printf("             losses are smoothed over %.2g steps of the grid", numbers[0]);
    if (numbers[2] > 0)
        printf("%s accuracies over %.2g", numbers[0] > 0 ? "," : "            ", numbers[2]);
    if (numbers[0] > 0 || numbers[2] > 0)
        printf("\n");
}

void estimates_print(const loss_surface *surface, const loss_estimate_report *r, loss_split split)
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
    if (r->checked && isfinite(r->accuracy_observed))
        printf("             their accuracies: %.2g points off, %.2g predicted; %zu of %zu within "
               "their intervals\n",
               r->accuracy_observed, r->accuracy_predicted, r->accuracy_held, r->checked);
    print_smoothing(
        loss_surface_metadata_of(surface, LOSS_KEY_ESTIMATE_SMOOTHING, loss_split_name(split)));
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
    json_known(j, estimate, "accuracy_observed", r->accuracy_observed);
    json_known(j, estimate, "accuracy_predicted", r->accuracy_predicted);
    if (isfinite(r->accuracy_observed))
        json_number(j, estimate, "accuracy_held", (double)r->accuracy_held);
}
