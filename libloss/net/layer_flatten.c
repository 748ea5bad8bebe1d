/* [c][n][h][w] to [c*h*w][n]: the features of a linear layer, in the order PyTorch gives them. */
#include "net/layer.h"

static void forward(const lossi_call *call)
{
    size_t n = call->n, plane = call->in->height * call->in->width;
    for (size_t c = 0; c < call->in->channels; c++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < plane; j++)
                call->y[(c * plane + j) * n + i] = call->x[0][(c * n + i) * plane + j];
}

static void backward(const lossi_call *call)
{
    size_t n = call->n, plane = call->in->height * call->in->width;
    if (!call->dx[0])
        return;
    for (size_t c = 0; c < call->in->channels; c++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < plane; j++)
                call->dx[0][(c * n + i) * plane + j] += call->dy[(c * plane + j) * n + i];
}

const lossi_layer lossi_layer_flatten = {.name = "flatten", .forward = forward, .backward = backward};
