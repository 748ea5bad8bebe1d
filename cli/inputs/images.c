/* Which of the images a surface is opened with. */
#include "inputs/images.h"

void images_free(images *i)
{
    loss_dataset_free(i->bn);
    loss_dataset_free(i->of[LOSS_SPLIT_TRAIN]);
    loss_dataset_free(i->of[LOSS_SPLIT_TEST]);
    *i = (images){.bn = NULL};
}

loss_dataset *images_first(const images *i)
{
    return i->of[LOSS_SPLIT_TEST] ? i->of[LOSS_SPLIT_TEST] : i->of[LOSS_SPLIT_TRAIN];
}

void images_attach(const images *i, loss_surface_options *options)
{
    options->second = i->of[LOSS_SPLIT_TEST] ? i->of[LOSS_SPLIT_TRAIN] : NULL;
    options->bn_data = i->bn;
}
