/* A surface that can be estimated: 9 x 9 points, 200 test images. */
#ifndef ESTIMATED_LANDSCAPE_H
#define ESTIMATED_LANDSCAPE_H

#include "small_landscape.h"

#include <loss/estimate.h>

enum { MANY = 200, SIDE = 9, ALL = SIDE * SIDE };

static inline loss_dataset *make_many(void)
{
    static uint8_t pixels[MANY * SIZE * SIZE];
    uint32_t labels[MANY];
    loss_dataset *data;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.split = LOSS_SPLIT_TEST;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * i * 37 % 251);
    for (size_t i = 0; i < MANY; i++)
        labels[i] = (uint32_t)(i * 7 % CLASSES);
    assert_int_equal(loss_dataset_create(&data, (loss_shape){1, SIZE, SIZE, CLASSES}, MANY, pixels,
                                         labels, &opt),
                     LOSS_OK);
    return data;
}

static inline world make_large_world(void)
{
    world w = make_world();
    loss_dataset_free(w.test);
    w.test = make_many();
    w.opt.x = (loss_axis){-1, 1, SIDE};
    w.opt.y = w.opt.x;
    return w;
}

#endif
