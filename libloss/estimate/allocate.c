#include "estimate/allocate.h"

#include <math.h>

static const double FACTOR = 1.5; /* of images, a step */

size_t lossi_allocate_images(size_t least, size_t step, size_t most)
{
    double images = floor((double)least * pow(FACTOR, (double)step));
    return images < (double)most ? (size_t)images : most;
}

/* An error falls with the root of the images. */
size_t lossi_allocate_steps(double error, double bound)
{
    double steps = ceil(2 * log(error / bound) / log(FACTOR));
    return !(steps > 0) ? 0 : steps < LOSSI_MOST_STEPS ? (size_t)steps : LOSSI_MOST_STEPS;
}

static uint64_t cost(size_t n, const double *errors, size_t least, size_t most, double bound)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += lossi_allocate_images(least, lossi_allocate_steps(errors[i], bound), most) - least;
    return sum;
}

void lossi_allocate(size_t n, const double *errors, size_t least, size_t most, uint64_t spare,
                    uint8_t *steps)
{
    enum { HALVINGS = 40 };
    double high = 0, low;
    for (size_t i = 0; i < n; i++)
        high = errors[i] > high ? errors[i] : high;
    low = high / pow(FACTOR, LOSSI_MOST_STEPS / 2.0);
    for (int k = 0; k < HALVINGS && high > 0; k++) {
        double middle = (low + high) / 2;
        if (cost(n, errors, least, most, middle) <= spare)
            high = middle;
        else
            low = middle;
    }
    for (size_t i = 0; i < n; i++)
        steps[i] = high > 0 ? (uint8_t)lossi_allocate_steps(errors[i], high) : 0;
}
