/* The loss by its name, from a landscape's metadata. */
#include "loss_label.h"

#include <stdio.h>

void loss_label(const loss_surface *surface, char text[LOSS_LABEL_SIZE])
{
    const char *name = loss_surface_metadata(surface, LOSS_KEY_LOSS),
               *l2 = loss_surface_metadata(surface, LOSS_KEY_L2);
    char term[48] = "", shown[64] = "nats per image";
    double lambda;
    if (name) /* it comes from a file */
        loss_text_escape(name, 40, shown, sizeof shown);
    if (l2 && loss_number_parse(l2, NULL, &lambda))
        snprintf(term, sizeof term, ", with L2 term %.4g", lambda);
    snprintf(text, LOSS_LABEL_SIZE, "loss (%s%s)", shown, term);
}
