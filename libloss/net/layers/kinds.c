/* The layer kinds that there are: a row each. */
#include "net/layer.h"

extern const lossi_layer lossi_layer_conv, lossi_layer_linear, lossi_layer_norm, lossi_layer_relu,
    lossi_layer_max_pool, lossi_layer_average_pool, lossi_layer_global_average_pool,
    lossi_layer_flatten, lossi_layer_add, lossi_layer_concat, lossi_layer_shortcut,
    lossi_layer_dropout;

const lossi_layer *const lossi_layers[] = {
    &lossi_layer_conv,
    &lossi_layer_linear,
    &lossi_layer_norm,
    &lossi_layer_relu,
    &lossi_layer_max_pool,
    &lossi_layer_average_pool,
    &lossi_layer_global_average_pool,
    &lossi_layer_flatten,
    &lossi_layer_add,
    &lossi_layer_concat,
    &lossi_layer_shortcut,
    &lossi_layer_dropout,
    NULL,
};

_Static_assert(sizeof lossi_layers / sizeof *lossi_layers <= LOSSI_MOST_LAYERS + 1,
               "more kinds of layers than readers make room for");
