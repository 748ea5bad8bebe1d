/* Sum of outputs, with numpy's broadcasting where their shapes differ. */
#include "net/builder.h"
#include "net/walk.h"

static bool has_shape_of_sum(const lossi_call *call, size_t k)
{
    return lossi_node_size(&call->nodes[call->node->inputs[k]]) == lossi_node_size(call->node);
}

/* Adds what lies as input k does to what lies as the sum, or the other way round. */
static void add_spread(const lossi_call *call, size_t k, const lossi_real *from, lossi_real *to,
                       bool to_input)
{
    lossi_walk w = lossi_walk_of(call->node, 2);
    lossi_walk_broadcast(&w, to_input, &call->nodes[call->node->inputs[k]]);
    lossi_walk_broadcast(&w, !to_input, call->node);
    lossi_run run;
    while (lossi_walk_next(&w, &run))
        for (size_t e = 0; e < run.count; e++) {
            const lossi_real *f =
                from + (run.at[0] + (ptrdiff_t)e * run.step[0]) * (ptrdiff_t)call->lanes;
            lossi_real *t = to + (run.at[1] + (ptrdiff_t)e * run.step[1]) * (ptrdiff_t)call->lanes;
            for (size_t i = 0; i < call->lanes; i++)
                t[i] += f[i];
        }
}

static void forward(const lossi_call *call)
{
    size_t n = lossi_chunk_size(call->node, call->lanes), k = 2;
    if (has_shape_of_sum(call, 0) && has_shape_of_sum(call, 1)) {
        call->kernels->add(n, call->x[0], call->x[1], call->y);
    } else if (has_shape_of_sum(call, 0)) {
        if (call->y != call->x[0])
            call->kernels->copy(n, call->x[0], call->y);
        k = 1;
    } else {
        call->kernels->zero(n, call->y);
        k = 0;
    }
    for (; k < call->node->n_inputs; k++)
        if (has_shape_of_sum(call, k))
            call->kernels->add(n, call->y, call->x[k], call->y);
        else
            add_spread(call, k, call->x[k], call->y, false);
}

static void backward(const lossi_call *call)
{
    for (size_t k = 0; k < call->node->n_inputs; k++)
        if (call->dx[k] && has_shape_of_sum(call, k))
            call->kernels->add(lossi_chunk_size(call->node, call->lanes), call->dx[k], call->dy,
                               call->dx[k]);
        else if (call->dx[k])
            add_spread(call, k, call->dy, call->dx[k], true);
}

const lossi_layer lossi_layer_add = {
    .name = "add",
    .least_inputs = 2,
    .most_inputs = SIZE_MAX,
    .add = lossi_broadcast,
    .fold = LOSSI_FOLD_SUM,
    .in_place = true,
    .forward = forward,
    .backward = backward,
};

loss_node loss_builder_add(loss_builder *b, size_t n, const loss_node *inputs)
{
    return lossi_builder_add(b, &lossi_layer_add, NULL, n, inputs, NULL);
}
