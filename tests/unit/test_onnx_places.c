/* Operators that take values from places, repeat them, or change the size of maps: the same numbers
 * as the same network written as text. */
#include "unit/onnx_between.h"

/* A list of whole numbers in several dimensions. */
static void add_numbers(onnx_file *f, const char *name, size_t n, const int64_t *values,
                        size_t n_dims, const int64_t *dims)
{
    Onnx__TensorProto *t = onnx_list_of(f, name, n, values);
    t->n_dims = n_dims;
    t->dims = onnx_keep(f, n_dims * sizeof *dims);
    for (size_t i = 0; i < n_dims; i++)
        t->dims[i] = dims[i];
}

static void test_gather(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17); /* two dimensions of places */
    add_numbers(&f, "places", 4, (int64_t[]){3, 0, -1, 2}, 2, (int64_t[]){2, 2});
    onnx_int(&f, onnx_node(&f, "Gather", "a places", "b"), "axis", 2);
    compare_values(&f, 64, "gather axis=1 indices=3,0,3,2\n");
    begin(&f, 17);
    onnx_list_of(&f, "one", 1, (int64_t[]){-2});
    onnx_int(&f, onnx_node(&f, "Gather", "a one", "b"), "axis", 1);
    compare(&f, 16, "slice axis=0 begin=2 end=3\n");
    begin(&f, 17); /* a table with a row for each place */
    onnx_weights(&f, "table", 2, (int64_t[]){3, 4});
    add_numbers(&f, "places", 4, (int64_t[]){2, 0, 1, 2}, 2, (int64_t[]){4, 1});
    onnx_node(&f, "GatherND", "table places", "c");
    onnx_node(&f, "Add", "a c", "b");
    compare_values(
        &f, 64, "a = identity\ntable = parameter shape=3,4\nt = gather indices=2,0,1,2\nadd a t\n");
    begin(&f, 17);
    onnx_list_of(&f, "places", 2, (int64_t[]){1, 4});
    onnx_int(&f, onnx_node(&f, "Gather", "a places", "b"), "axis", 1);
    expect_refusal(&f, "(Gather)", "place 4 of 4");
    begin(&f, 17);
    onnx_list_of(&f, "places", 2, (int64_t[]){0, 0});
    onnx_int(&f, onnx_node(&f, "Gather", "a places", "b"), "axis", 0);
    expect_refusal(&f, "(Gather)", "some images of the batch");
}

/* Places that are counted through the batch, as PyTorch's newer exporter writes as_strided: each
 * image takes values of its own. "n" is the number of images. */
static void add_strided(onnx_file *f, int64_t each)
{
    add_numbers(f, "zero", 1, (int64_t[]){0}, 0, NULL);
    add_numbers(f, "one", 1, (int64_t[]){1}, 0, NULL);
    add_numbers(f, "each", 1, (int64_t[]){each}, 0, NULL);
    onnx_list_of(f, "axes", 1, (int64_t[]){1});
    onnx_list_of(f, "open", 1, (int64_t[]){-1});
    onnx_list_of(f, "own", 3, (int64_t[]){5, 60, 7});
    onnx_node(f, "Reshape", "a open", "c");
    onnx_node(f, "Range", "zero n one", "images");
    onnx_node(f, "Mul", "images each", "first");
    onnx_node(f, "Unsqueeze", "first axes", "column");
    onnx_node(f, "Add", "column own", "places");
    onnx_node(f, "Gather", "c places", "b");
}

static void test_strided(void **state)
{
    (void)state;
    static const char layers[] = "reshape shape=64\ngather axis=0 indices=5,60,7\n";
    onnx_file f;
    begin(&f, 17);
    onnx_list_of(&f, "first_axis", 1, (int64_t[]){0});
    onnx_node(&f, "Shape", "a", "sizes");
    add_numbers(&f, "at", 1, (int64_t[]){0}, 0, NULL);
    onnx_node(&f, "Gather", "sizes at", "n");
    add_strided(&f, 64);
    compare_values(&f, 3, layers);
    begin(&f, 17); /* a batch of a fixed size */
    f.graph.input[0] = onnx_value(&f, "x", 4, (int64_t[]){5, CHANNELS, SIDE, SIDE});
    add_numbers(&f, "n", 1, (int64_t[]){5}, 0, NULL);
    add_strided(&f, 64);
    compare_values(&f, 3, layers);
    begin(&f, 17); /* not its own values */
    onnx_int(&f, onnx_node(&f, "Shape", "a", "sizes"), "end", 1);
    onnx_node(&f, "Squeeze", "sizes", "n");
    add_strided(&f, 63);
    expect_refusal(&f, "(Gather)", "some images of the batch");
    begin(&f, 17);
    onnx_int(&f, onnx_node(&f, "Shape", "a", "sizes"), "end", 1);
    onnx_node(&f, "Squeeze", "sizes", "n");
    add_numbers(&f, "zero", 1, (int64_t[]){0}, 0, NULL);
    add_numbers(&f, "one", 1, (int64_t[]){1}, 0, NULL);
    onnx_node(&f, "Range", "zero n one", "c");
    onnx_node(&f, "Add", "a c", "b");
    expect_refusal(&f, "(Add)", "other values for each image");
}

/* Rows of a table, by whole numbers that the images give. */
static void test_embedding(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17);
    onnx_float(&f, onnx_node(&f, "LeakyRelu", "a", "c"), "alpha", 1);
    Onnx__NodeProto *clip = onnx_node(&f, "HardSigmoid", "c", "d");
    onnx_float(&f, clip, "alpha", 0.5F);
    onnx_int(&f, onnx_node(&f, "Cast", "d", "e"), "to", ONNX__TENSOR_PROTO__DATA_TYPE__INT64);
    onnx_weights(&f, "table.weight", 2, (int64_t[]){2, 3});
    onnx_node(&f, "Gather", "table.weight e", "b");
    compare(&f, 192,
            "leaky_relu slope=1\nhard_sigmoid alpha=0.5\n"
            "table = embedding count=2 width=3 cut=1\n");
    begin(&f, 17);
    onnx_int(&f, onnx_node(&f, "Cast", "a", "e"), "to", ONNX__TENSOR_PROTO__DATA_TYPE__INT64);
    onnx_node(&f, "Relu", "e", "b");
    expect_refusal(&f, "(Relu)", "whole numbers that depend on the images");
}

static void test_repeated(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17); /* for each image, by the number of images that Shape says */
    onnx_weights(&f, "token", 3, (int64_t[]){1, 1, 4});
    onnx_int(&f, onnx_node(&f, "Shape", "a", "n"), "end", 1);
    onnx_list_of(&f, "rest", 3, (int64_t[]){4, 4, 1});
    onnx_int(&f, onnx_node(&f, "Concat", "n rest", "sizes"), "axis", 0);
    onnx_node(&f, "Expand", "token sizes", "c");
    onnx_int(&f, onnx_node(&f, "Concat", "a c", "b"), "axis", 1);
    compare(&f, 128,
            "a = identity\ntoken = parameter shape=1,1,4\nt = expand shape=4,4,4\n"
            "concat a t\n");
    begin(&f, 17);
    onnx_list_of(&f, "times", 4, (int64_t[]){1, 1, 2, 3});
    onnx_node(&f, "Tile", "a times", "b");
    compare(&f, 384, "a = identity\nb = concat a a axis=1\nconcat b b b axis=2\n");
    begin(&f, 17);
    onnx_list_of(&f, "times", 4, (int64_t[]){2, 1, 1, 1});
    onnx_node(&f, "Tile", "a times", "b");
    expect_refusal(&f, "(Tile)", "repeats images of the batch");
    begin(&f, 17);
    onnx_list_of(&f, "sizes", 4, (int64_t[]){1, 4, 4, 5});
    onnx_node(&f, "Expand", "a sizes", "b");
    expect_refusal(&f, "(Expand)", "from 4 to 5 in dimension 3");
}

/* Values of a constant in place of some of a parameter's; those chosen by a constant mask. */
static void test_chosen(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17);
    onnx_weights(&f, "shift", 1, (int64_t[]){4});
    add_numbers(&f, "places", 2, (int64_t[]){1, 3}, 2, (int64_t[]){2, 1});
    add_floats(&f, "zeros", 2, (float[]){0, 0});
    onnx_node(&f, "ScatterND", "shift places zeros", "c");
    onnx_node(&f, "Add", "a c", "b");
    compare_values(&f, 64,
                   "a = identity\nshift = parameter shape=4\nv = slice begin=0 end=1\n"
                   "w = slice shift begin=2 end=3\nz = scale v factor=0\n"
                   "t = concat v z w z\nadd a t\n");
    begin(&f, 17);
    add_floats(&f, "edge", 4, (float[]){2, 0, 0, 1});
    add_floats(&f, "one", 1, (float[]){1});
    onnx_node(&f, "Less", "edge one", "mask");
    onnx_node(&f, "Where", "mask a one", "b");
    compare_values(&f, 64,
                   "a = identity\nm = slice axis=2 begin=1 end=3\n"
                   "pad pads=0,0,1,0,0,1 value=1\n");
}

/* ---- Sizes of maps -------------------------------------------------------------------------- */

static void test_pad(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17);
    onnx_list_of(&f, "pads", 8, (int64_t[]){0, 0, 1, 2, 0, 0, 0, -1});
    add_floats(&f, "number", 1, (float[]){0.5F});
    onnx_node(&f, "Pad", "a pads number", "b");
    compare(&f, 100, "pad pads=0,1,2,0,0,-1 value=0.5\n");
    begin(&f, 19);
    onnx_list_of(&f, "pads", 2, (int64_t[]){1, 1});
    onnx_list_of(&f, "axes", 1, (int64_t[]){-1});
    onnx_string(&f, onnx_node(&f, "Pad", "a pads - axes", "b"), "mode", "reflect");
    compare(&f, 96, "pad pads=0,0,1,0,0,1 mode=reflect\n");
    begin(&f, 10);
    onnx_ints(&f, onnx_node(&f, "Pad", "a", "b"), "pads", 8, (int64_t[]){0, 0, 1, 0, 0, 0, 1, 0});
    compare(&f, 96, "pad pads=0,1,0,0,1,0\n");
    begin(&f, 17);
    onnx_list_of(&f, "pads", 8, (int64_t[]){1, 0, 0, 0, 0, 0, 0, 0});
    onnx_node(&f, "Pad", "a pads", "b");
    expect_refusal(&f, "(Pad)", "it pads the batch");
    begin(&f, 19);
    onnx_list_of(&f, "pads", 8, (int64_t[]){0, 0, 0, 0, 0, 0, 0, 0});
    onnx_string(&f, onnx_node(&f, "Pad", "a pads", "b"), "mode", "wrap");
    expect_refusal(&f, "(Pad)", "none of constant, reflect, edge");
}

static void test_resize(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17);
    add_floats(&f, "scales", 4, (float[]){1, 1, 2, 1.5F});
    Onnx__NodeProto *node = onnx_node(&f, "Resize", "a - scales", "b");
    onnx_string(&f, node, "mode", "linear");
    compare(&f, 192, "resize scale=1,2,1.5 mode=bilinear\n");
    begin(&f, 18);
    onnx_list_of(&f, "sizes", 2, (int64_t[]){6, 3});
    node = onnx_node(&f, "Resize", "a - - sizes", "b");
    onnx_ints(&f, node, "axes", 2, (int64_t[]){2, 3});
    onnx_string(&f, node, "coordinate_transformation_mode", "asymmetric");
    onnx_string(&f, node, "nearest_mode", "floor");
    compare(&f, 72, "resize size=6,3 coordinates=asymmetric rounding=floor\n");
    begin(&f, 9);
    add_floats(&f, "scales", 4, (float[]){1, 1, 2, 2});
    onnx_node(&f, "Upsample", "a scales", "b");
    compare(&f, 256, "resize scale=1,2,2 coordinates=asymmetric rounding=floor\n");
    begin(&f, 17);
    add_floats(&f, "scales", 4, (float[]){1, 1, 2, 2});
    onnx_string(&f, onnx_node(&f, "Resize", "a - scales", "b"), "mode", "cubic");
    expect_refusal(&f, "(Resize)", "neither nearest nor linear");
    begin(&f, 17);
    add_floats(&f, "scales", 4, (float[]){2, 1, 1, 1});
    onnx_node(&f, "Resize", "a - scales", "b");
    expect_refusal(&f, "(Resize)", "a size of 2 in dimension 0");
}

static void test_blocks(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17);
    onnx_int(&f, onnx_node(&f, "SpaceToDepth", "a", "c"), "blocksize", 2);
    Onnx__NodeProto *node = onnx_node(&f, "DepthToSpace", "c", "b");
    onnx_int(&f, node, "blocksize", 2);
    compare(&f, 64, ""); /* there and back */
    begin(&f, 17);
    node = onnx_node(&f, "DepthToSpace", "a", "b");
    onnx_int(&f, node, "blocksize", 2);
    onnx_string(&f, node, "mode", "CRD");
    compare(&f, 64, "pixel_shuffle factor=2\n");
    begin(&f, 17);
    onnx_int(&f, onnx_node(&f, "SpaceToDepth", "a", "b"), "blocksize", 3);
    expect_refusal(&f, "(SpaceToDepth)", "maps of 4x4 in blocks of 3");
}

static void test_transposed_conv(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17);
    onnx_weights(&f, "up.weight", 4, (int64_t[]){4, 3, 3, 3});
    onnx_weights(&f, "up.bias", 1, (int64_t[]){6});
    Onnx__NodeProto *node = onnx_node(&f, "ConvTranspose", "a up.weight up.bias", "b");
    onnx_int(&f, node, "group", 2);
    onnx_ints(&f, node, "strides", 2, (int64_t[]){2, 2});
    onnx_ints(&f, node, "pads", 4, (int64_t[]){1, 1, 1, 1});
    onnx_ints(&f, node, "output_padding", 2, (int64_t[]){1, 0});
    compare(&f, 336,
            "up = transposed_conv channels=6 kernel=3 stride=2 padding=1 "
            "output_padding=1,0 groups=2 bias=1\n");
    begin(&f, 17);
    onnx_weights(&f, "up.weight", 4, (int64_t[]){3, 3, 3, 3});
    onnx_node(&f, "ConvTranspose", "a up.weight", "b");
    expect_refusal(&f, "(ConvTranspose)", "weights for 3 channels");
}

/* A sequence of parts, of which some are taken. */
static void test_sequences(void **state)
{
    (void)state;
    onnx_file f;
    begin(&f, 17);
    onnx_list_of(&f, "sizes", 2, (int64_t[]){1, 3});
    onnx_list_of(&f, "second", 0, (int64_t[]){-1});
    onnx_int(&f, onnx_node(&f, "SplitToSequence", "a sizes", "c"), "axis", 1);
    onnx_node(&f, "SequenceAt", "c second", "b");
    compare(&f, 48, "slice axis=0 begin=1 end=4\n");
    begin(&f, 17);
    onnx_list_of(&f, "sizes", 0, (int64_t[]){3});
    onnx_list_of(&f, "third", 0, (int64_t[]){2});
    onnx_int(&f, onnx_node(&f, "SplitToSequence", "a sizes", "c"), "axis", 1);
    onnx_node(&f, "SequenceAt", "c third", "b");
    expect_refusal(&f, "(SplitToSequence)", "part 2 of 2");
    begin(&f, 17); /* from the end to the first */
    onnx_list_of(&f, "end", 1, (int64_t[]){-1});
    onnx_list_of(&f, "start", 1, (int64_t[]){INT64_MIN});
    onnx_list_of(&f, "axis", 1, (int64_t[]){3});
    onnx_list_of(&f, "step", 1, (int64_t[]){-1});
    onnx_node(&f, "Slice", "a end start axis step", "b");
    compare(&f, 64, "slice axis=2 step=-1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gather),          cmocka_unit_test(test_strided),
        cmocka_unit_test(test_embedding),       cmocka_unit_test(test_repeated),
        cmocka_unit_test(test_chosen),          cmocka_unit_test(test_pad),
        cmocka_unit_test(test_resize),          cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_transposed_conv), cmocka_unit_test(test_sequences),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
