/* Images and classes of a network that is looked at without data. */
#ifndef MODEL_SHAPE_H
#define MODEL_SHAPE_H

#include "command.h"

/* Rows of an option table that fill a loss_shape: what a network's file leaves open. */
#define MODEL_SHAPE_OPTIONS(shape)                                                                 \
    OPT_OWN("input-shape", "C,H,W",                                                                \
            "channels, height and width of the images: of a network whose file does not fix them", \
            model_shape_take, &(shape)),                                                           \
        OPT_COUNT("classes", "N", "classes of the data: likewise", &(shape).classes)

/** Takes "3,32,32". Fits option_spec. */
bool model_shape_take(const option_spec *o, const char *text, char message[OPTIONS_MESSAGE]);

/** Fills in what was not given from the network's file.
 *  @return -1 to go on, or an exit code after telling what is missing */
int model_shape_find(const char *command, const char *model, loss_shape *shape);

#endif
