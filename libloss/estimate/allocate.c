#include "estimate/allocate.h"

#include <math.h>

static const double FACTOR = 1.5; /* of images, a step */

size_t lossi_allocate_images(size_t least, size_t step, size_t most)
{
    double images = floor((double)least * pow(FACTOR, (double)step));
    return images < (double)most ? (size_t)images : most;
}

static size_t steps_of(double times)
{
    double steps = ceil(log(times) / log(FACTOR));
    return !(steps > 0) ? 0 : steps < LOSSI_MOST_STEPS ? (size_t)steps : LOSSI_MOST_STEPS;
}

/* An error falls with the root of the images. */
size_t lossi_allocate_steps(double error, double bound)
{
    return steps_of(pow(error / bound, 2));
}

/* The sum of error / sqrt(images) is least where images grow as the error to the power of 2/3. */
static size_t fair_steps(double error, double bound)
{
    return steps_of(pow(error / bound, 2.0 / 3));
}

static uint64_t cost(size_t n, const double *errors, size_t least, size_t most, double bound)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += lossi_allocate_images(least, fair_steps(errors[i], bound), most) - least;
    return sum;
}

void lossi_allocate(size_t n, const double *errors, size_t least, size_t most, uint64_t spare,
                    uint8_t *steps)
{
    enum { HALVINGS = 40 };
    double high = 0, low;
    for (size_t i = 0; i < n; i++)
        high = errors[i] > high ? errors[i] : high;
    low = high / pow(FACTOR, LOSSI_MOST_STEPS * 1.5);
    for (int k = 0; k < HALVINGS && high > 0; k++) {
        double middle = sqrt(low * high);
        if (cost(n, errors, least, most, middle) <= spare)
            high = middle;
        else
            low = middle;
    }
    for (size_t i = 0; i < n; i++)
        steps[i] = high > 0 ? (uint8_t)fair_steps(errors[i], high) : 0;
}
