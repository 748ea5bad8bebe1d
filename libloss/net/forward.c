/* Layers on one chunk of images. */
#include "net/forward.h"

#include <string.h>

lossi_call lossi_chunk_call(const lossi_chunk *chunk, const lossi_kernels *kernels, const loss_net *net, size_t i)
{
    const lossi_node *node = &net->nodes[i];
    lossi_call call = {
        .kernels = kernels,
        .node = node,
        .in = &net->nodes[node->inputs[0]],
        .n = chunk->n,
        .index = i,
        .y = lossi_chunk_output(chunk, i),
        .scratch = chunk->scratch,
    };
    for (int k = 0; k < 2; k++)
        if (node->inputs[k] >= 0)
            call.x[k] = lossi_chunk_output(chunk, (size_t)node->inputs[k]);
    if (node->weight >= 0)
        call.weight = net->tensors[node->weight].values;
    if (node->bias >= 0)
        call.bias = net->tensors[node->bias].values;
    if (node->mean >= 0) {
        call.mean = net->tensors[node->mean].values;
        call.variance = net->tensors[node->variance].values;
    }
    return call;
}

void lossi_chunk_put_image(const lossi_chunk *chunk, const loss_net *net, size_t i, const lossi_real *image)
{
    size_t plane = net->shape.height * net->shape.width;
    lossi_real *input = lossi_chunk_output(chunk, 0);
    for (size_t c = 0; c < net->shape.channels; c++)
        memcpy(input + (c * chunk->n + i) * plane, image + c * plane, plane * sizeof *input);
}

const lossi_real *lossi_chunk_evaluate(const lossi_chunk *chunk, const lossi_kernels *kernels, const loss_net *net)
{
    for (size_t i = 1; i < net->n_nodes; i++) {
        lossi_call call = lossi_chunk_call(chunk, kernels, net, i);
        net->nodes[i].layer->forward(&call);
    }
    return lossi_chunk_output(chunk, net->n_nodes - 1);
}
