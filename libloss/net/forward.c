/* Layers on one chunk of images. */
#include "net/forward.h"

lossi_call lossi_chunk_call(const lossi_chunk *chunk, const lossi_kernels *kernels,
                            const loss_net *net, size_t i)
{
    const lossi_node *node = &net->nodes[i];
    lossi_call call = {
        .kernels = kernels,
        .node = node,
        .in = &net->nodes[node->inputs[0]],
        .lanes = chunk->lanes,
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
    return call;
}

void lossi_put_image(lossi_real *input, size_t lanes, size_t i, const lossi_real *image,
                     size_t size)
{
    for (size_t k = 0; k < size; k++)
        input[k * lanes + i] = image ? image[k] : 0;
}
