/* Layers of an ONNX network that are computed once: the same bits. */
#include "unit/kept_same.h"
#include "unit/onnx_between.h"

/* Three convolutions, the last with a shortcut around it, and a linear layer. */
static loss_net *residual_network(void)
{
    onnx_file f;
    loss_net *net;
    begin(&f, 17);
    for (int i = 1; i <= 2; i++) {
        char weight[32], inputs[64];
        snprintf(weight, sizeof weight, "conv%d.weight", i);
        snprintf(inputs, sizeof inputs, "%s %s", i == 1 ? "a" : "c1", weight);
        onnx_weights(&f, weight, 4, (int64_t[]){4, 4, 3, 3});
        onnx_ints(&f, onnx_node(&f, "Conv", inputs, i == 1 ? "c1" : "c2"), "pads", 4,
                  (int64_t[]){1, 1, 1, 1});
    }
    onnx_node(&f, "Add", "c1 c2", "sum");
    onnx_node(&f, "Relu", "sum", "b");
    onnx_node(&f, "Flatten", "b", "flat");
    onnx_weights(&f, "fc.weight", 2, (int64_t[]){CLASSES, 64});
    onnx_int(&f, onnx_node(&f, "Gemm", "flat fc.weight", "y"), "transB", 1);
    net = read_graph(&f);
    return net;
}

static void test_cuts(void **state)
{
    (void)state;
    static const char *const layers[] = {"conv2.*", "fc.*", "conv2.*,fc.*"};
    loss_net *net = residual_network(), *moved = residual_network();
    for (size_t i = 0; i < 3; i++) {
        kept_case c = {layers[i], 30, 2, 0, false};
        loss_kept kept;
        assert_kept_same(net, moved, SHAPE, &c, &kept);
        assert_true(kept.layers_kept > 0 && kept.share > 0.4);
    }
    loss_net_free(net);
    loss_net_free(moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cuts, scratch_make, scratch_remove)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
