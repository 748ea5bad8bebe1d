/* The smallest network that has a path of training: one linear layer. */
#ifndef LINEAR_NET_H
#define LINEAR_NET_H

#include <loss/loss.h>

static inline loss_net *make_linear_net(loss_shape shape)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, shape), LOSS_OK);
    loss_node x = loss_builder_flatten(b, loss_builder_input(b));
    assert_int_equal(
        loss_builder_finish(b, loss_builder_linear(b, x, "fc", shape.classes), "small", &net),
        LOSS_OK);
    return net;
}

#endif
