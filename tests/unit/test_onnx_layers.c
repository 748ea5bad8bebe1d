/* Operators that become layers: the same numbers as the same network written as text. */
#include "unit/onnx_between.h"

/* ---- Normalising ---------------------------------------------------------------------------- */

static void test_layer_norm(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17);
    onnx_weights(&f, "n.weight", 1, (int64_t[]){4});
    onnx_weights(&f, "n.bias", 1, (int64_t[]){4});
    Onnx__NodeProto *node = onnx_node(&f, "LayerNormalization", "a n.weight n.bias", "b");
    onnx_float(&f, node, "epsilon", 1e-6F);
    compare(&f, 64, "n = layernorm eps=1e-6\n");
    begin(&f, 17);
    onnx_weights(&f, "n.weight", 2, (int64_t[]){4, 4});
    onnx_int(&f, onnx_node(&f, "LayerNormalization", "a n.weight", "b"), "axis", 2);
    compare(&f, 64, "n = layernorm dims=2 bias=0\n");
    begin(&f, 23); /* weights of other sizes are layers of their own */
    onnx_weights(&f, "n.weight", 1, (int64_t[]){4});
    onnx_int(&f, onnx_node(&f, "RMSNormalization", "a n.weight", "b"), "axis", 1);
    compare(&f, 64,
            "m = rmsnorm dims=3 affine=0 eps=1e-5\nn.weight = parameter shape=4\n"
            "multiply m n.weight\n");
    begin(&f, 17);
    onnx_weights(&f, "n.weight", 1, (int64_t[]){4});
    onnx_int(&f, onnx_node(&f, "LayerNormalization", "a n.weight", "b"), "axis", 0);
    expect_refusal(&f, "(LayerNormalization)", "over the images of the batch");
}

static void test_group_norm(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 21);
    onnx_weights(&f, "n.weight", 1, (int64_t[]){4});
    onnx_weights(&f, "n.bias", 1, (int64_t[]){4});
    onnx_int(&f, onnx_node(&f, "GroupNormalization", "a n.weight n.bias", "b"), "num_groups", 2);
    compare(&f, 64, "n = groupnorm groups=2\n");
    begin(&f, 18); /* a weight for each group */
    onnx_weights(&f, "n.weight", 1, (int64_t[]){2});
    onnx_weights(&f, "n.bias", 1, (int64_t[]){2});
    onnx_int(&f, onnx_node(&f, "GroupNormalization", "a n.weight n.bias", "b"), "num_groups", 2);
    compare(&f, 64,
            "g = groupnorm groups=2 affine=0\nn.weight = parameter shape=2\n"
            "reshape shape=2,1\nexpand shape=2,2\nw = reshape shape=4,1,1\n"
            "m = multiply g w\nn.bias = parameter shape=2\n"
            "reshape shape=2,1\nexpand shape=2,2\nv = reshape shape=4,1,1\nadd m v\n");
    begin(&f, 17); /* as TorchScript writes it: of groups as channels, and layers after it */
    onnx_list_of(&f, "groups", 3, (int64_t[]){0, 2, -1});
    onnx_list_of(&f, "maps", 4, (int64_t[]){0, 4, 4, 4});
    add_floats(&f, "ones", 2, (float[]){1, 1});
    add_floats(&f, "zeros", 2, (float[]){0, 0});
    onnx_weights(&f, "n.weight", 3, (int64_t[]){4, 1, 1});
    onnx_node(&f, "Reshape", "a groups", "c");
    onnx_node(&f, "InstanceNormalization", "c ones zeros", "d");
    onnx_node(&f, "Reshape", "d maps", "e");
    onnx_node(&f, "Mul", "e n.weight", "b");
    compare(&f, 64,
            "reshape shape=2,32\ni = instancenorm affine=0\nm = reshape shape=4,4,4\n"
            "n.weight = parameter shape=4,1,1\nmultiply m n.weight\n");
    begin(&f, 21);
    onnx_weights(&f, "n.weight", 1, (int64_t[]){4});
    onnx_weights(&f, "n.bias", 1, (int64_t[]){4});
    onnx_int(&f, onnx_node(&f, "GroupNormalization", "a n.weight n.bias", "b"), "num_groups", 3);
    expect_refusal(&f, "(GroupNormalization)", "3 groups of 4 channels");
}

static void test_other_norms(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17);
    Onnx__NodeProto *node = onnx_node(&f, "LRN", "a", "b");
    onnx_int(&f, node, "size", 3);
    onnx_float(&f, node, "alpha", 0.1F);
    compare(&f, 64, "local_response_norm size=3 alpha=0.1\n");
    begin(&f, 17);
    onnx_int(&f, onnx_node(&f, "LRN", "a", "b"), "size", 4);
    expect_refusal(&f, "(LRN)", "over 4 channels; expected an odd number");
    begin(&f, 17);
    onnx_int(&f, onnx_node(&f, "LpNormalization", "a", "b"), "axis", 1);
    compare(&f, 64,
            "a = identity\npower exponent=2\nreduce_sum axes=0 keep_dims=1\nn = sqrt\n"
            "divide a n\n");
    begin(&f, 17);
    onnx_weights(&f, "n.weight", 1, (int64_t[]){4});
    onnx_weights(&f, "n.bias", 1, (int64_t[]){4});
    onnx_node(&f, "InstanceNormalization", "a n.weight n.bias", "b");
    compare(&f, 64, "n = instancenorm\n");
}

/* ---- Reductions, softmax -------------------------------------------------------------------- */

static void test_reductions(void **state)
{
    (void)state;
    static const struct {
        const char *name, *layers;
    } cases[] = {
        {"ReduceSum", "reduce_sum axes=0,2\n"},
        {"ReduceMean", "reduce_mean axes=0,2\n"},
        {"ReduceMax", "reduce_max axes=0,2\n"},
        {"ReduceMin", "neg\nreduce_max axes=0,2\nneg\n"},
        {"ReduceL1", "abs\nreduce_sum axes=0,2\n"},
        {"ReduceL2", "power exponent=2\nreduce_sum axes=0,2\nsqrt\n"},
        {"ReduceSumSquare", "power exponent=2\nreduce_sum axes=0,2\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        onnx_file f;
        begin(&f, 18);
        onnx_list_of(&f, "axes", 2, (int64_t[]){1, -1});
        onnx_int(&f, onnx_node(&f, cases[i].name, "a axes", "b"), "keepdims", 0);
        compare(&f, 4, cases[i].layers);
    }
    onnx_file f;
    begin(&f, 18);
    onnx_node(&f, "ReduceMax", "a", "b");
    expect_refusal(&f, "(ReduceMax)", "over the images of the batch");
}

static void test_softmax(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17);
    onnx_int(&f, onnx_node(&f, "Softmax", "a", "b"), "axis", 1);
    compare(&f, 64, "softmax axis=0\n");
    begin(&f, 12); /* over all that comes after the axis */
    onnx_int(&f, onnx_node(&f, "Softmax", "a", "b"), "axis", 1);
    expect_refusal(&f, "(Softmax)", "over several dimensions");
    begin(&f, 17);
    onnx_node(&f, "Flatten", "a", "flat");
    onnx_weights(&f, "fc.weight", 2, (int64_t[]){CLASSES, 64});
    onnx_int(&f, onnx_node(&f, "Gemm", "flat fc.weight", "c"), "transB", 1);
    onnx_node(&f, "Softmax", "c", "b");
    onnx_node(&f, "Identity", "b", "y");
    refuse(&f, LOSS_ERR_FORMAT, "node b (Softmax): the network ends in it", "without it");
}

/* ---- Products ------------------------------------------------------------------------------- */

static void test_products(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17); /* of two activations */
    onnx_ints(&f, onnx_node(&f, "Transpose", "a", "c"), "perm", 4, (int64_t[]){0, 1, 3, 2});
    onnx_node(&f, "MatMul", "a c", "b");
    compare(&f, 64, "a = identity\nc = transpose order=0,2,1\nmatmul a c\n");
    begin(&f, 17); /* the images are in the second dimension */
    onnx_list_of(&f, "rows", 3, (int64_t[]){0, 4, 16});
    onnx_node(&f, "Reshape", "a rows", "c");
    onnx_ints(&f, onnx_node(&f, "Transpose", "c", "d"), "perm", 3, (int64_t[]){1, 0, 2});
    onnx_weights(&f, "in.weight", 2, (int64_t[]){5, 16});
    onnx_ints(&f, onnx_node(&f, "Transpose", "in.weight", "w"), "perm", 2, (int64_t[]){1, 0});
    onnx_node(&f, "MatMul", "d w", "e");
    onnx_ints(&f, onnx_node(&f, "Transpose", "e", "b"), "perm", 3, (int64_t[]){1, 0, 2});
    compare(&f, 20, "reshape shape=4,16\nin = linear outputs=5 bias=0\n");
    begin(&f, 17); /* weights that two nodes take */
    onnx_weights(&f, "w", 2, (int64_t[]){4, 4});
    onnx_node(&f, "MatMul", "a w", "c");
    onnx_node(&f, "MatMul", "c w", "b");
    compare(&f, 64, "a = identity\nw = parameter shape=4,4\nc = matmul a w\nmatmul c w\n");
    begin(&f, 17);
    onnx_node(&f, "Flatten", "a", "c");
    onnx_ints(&f, onnx_node(&f, "Transpose", "c", "d"), "perm", 2, (int64_t[]){1, 0});
    onnx_node(&f, "MatMul", "c d", "b");
    expect_refusal(&f, "(MatMul)", "a product over the images of the batch");
    begin(&f, 17);
    onnx_string(&f, onnx_node(&f, "Einsum", "a a", "b"), "equation", "ncij, nckj -> nkci");
    compare(&f, 64,
            "a = identity\nc = transpose order=0,2,1\nmatmul a c\n"
            "transpose order=2,0,1\n");
    begin(&f, 17);
    onnx_string(&f, onnx_node(&f, "Einsum", "a a", "b"), "equation", "ncii,nckj->nkci");
    expect_refusal(&f, "(Einsum)", "no product of two matrices");
}

static void test_arithmetic(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17);
    onnx_node(&f, "Sum", "a a a", "c");
    onnx_node(&f, "Mean", "c a a a", "d");
    onnx_node(&f, "Relu", "d", "e");
    onnx_node(&f, "Max", "a d e", "b");
    compare(&f, 64,
            "a = identity\nc = add a a a\nadd c a a a\nd = scale factor=0.25\ne = relu d\n"
            "m = maximum a d\nmaximum m e\n");
}

/* Numbers and slopes as the newer exporter writes them. */
static void test_elementwise(void **state)
{
    (void)state;
    onnx_file f;
    char text[64];
    begin(&f, 17);
    onnx_weights(&f, "min_val_cast", 0, (int64_t[]){0});
    onnx_node(&f, "Clip", "a min_val_cast", "b");
    snprintf(text, sizeof text, "clip least=%.7g\n", (double)onnx_weight("min_val_cast", 0));
    compare(&f, 64, text);
    begin(&f, 17);
    onnx_weights(&f, "p.weight", 4, (int64_t[]){1, 4, 1, 1});
    onnx_node(&f, "PRelu", "a p.weight", "b");
    compare(&f, 64, "p = prelu per=channel\n");
    begin(&f, 17);
    onnx_weights(&f, "p.weight", 3, (int64_t[]){4, 1, 1});
    onnx_node(&f, "PRelu", "a p.weight", "b");
    compare(&f, 64, "p = prelu per=channel\n");
    begin(&f, 17);
    onnx_weights(&f, "p.weight", 1, (int64_t[]){4});
    onnx_node(&f, "PRelu", "a p.weight", "b");
    expect_refusal(&f, "(PRelu)", "neither one slope nor one for each channel");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layer_norm),  cmocka_unit_test(test_group_norm),
        cmocka_unit_test(test_other_norms), cmocka_unit_test(test_reductions),
        cmocka_unit_test(test_softmax),     cmocka_unit_test(test_products),
        cmocka_unit_test(test_arithmetic),  cmocka_unit_test(test_elementwise),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
