/* Memory plans, folding and segments: random graphs and networks larger than a segment, against
 * an evaluator that gives every output and every gradient memory of its own and folds nothing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/net.h>

#include "base/random.h"
#include "net/backprop.h"
#include "net/calls.h"
#include "net/hessian.h"
#include "net/loss.h"

enum { N_IMAGES = 5, CHANNELS = 3, SIDE = 6, CLASSES = 4 };
static const loss_shape SHAPE = {CHANNELS, SIDE, SIDE, CLASSES};

/* ---- The evaluator -------------------------------------------------------------------------- */

typedef struct naive {
    const loss_net *net;
    const lossi_kernels *kernels;
    size_t lanes, n;
    lossi_real **y, **dy;   /* [n_nodes] */
    lossi_real **gradients; /* [n_tensors] */
} naive;

static void *zeros(size_t n, size_t size)
{
    void *p = lossi_alloc(n ? n : 1, size);
    assert_non_null(p);
    memset(p, 0, n * size);
    return p;
}

/* What a call needs beside its inputs; freed by run_node(). */
static void run_node(naive *v, size_t i, bool is_backward)
{
    const loss_net *net = v->net;
    const lossi_node *node = &net->nodes[i];
    const lossi_layer *layer = node->layer;
    lossi_way way = is_backward ? LOSSI_BACKWARD : LOSSI_FORWARD;
    lossi_site site = {v->kernels, node, &net->nodes[node->inputs[0]], v->lanes};
    const lossi_real *x[8];
    lossi_real *dx[8], *packed = NULL, *affine = zeros(2 * node->dims[0], sizeof *affine);
    lossi_real *scratch =
        zeros(layer->scratch_count ? layer->scratch_count(&site) : 0, sizeof *scratch);
    double *sums = zeros(layer->sums_count ? layer->sums_count(node) : 0, sizeof *sums),
           *state = zeros(layer->state_count ? layer->state_count(node) : 0, sizeof *state);
    lossi_call call = {.kernels = v->kernels,
                       .node = node,
                       .in = site.in,
                       .nodes = net->nodes,
                       .lanes = v->lanes,
                       .n = v->n,
                       .index = i,
                       .x = x,
                       .y = v->y[i],
                       .dy = v->dy[i],
                       .dx = dx,
                       .state = state,
                       .sums = sums,
                       .scratch = scratch,
                       .scale = affine,
                       .shift = affine + node->dims[0]};
    assert_true(node->n_inputs <= 8);
    for (size_t k = 0; k < node->n_inputs; k++) {
        x[k] = v->y[node->inputs[k]];
        dx[k] = node->inputs[k] ? v->dy[node->inputs[k]] : NULL;
    }
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++) {
        call.p[t] = lossi_tensor_of(net, node->tensors[t]);
        call.dp[t] = node->tensors[t] < 0 ? NULL : v->gradients[node->tensors[t]];
    }
    if (layer->pack) {
        packed = zeros(layer->packed_count(&site, way), sizeof *packed);
        lossi_pack p = {site, way, call.p[LOSSI_WEIGHT], NULL, packed};
        for (size_t piece = 0; piece < lossi_pieces(&site, way); piece++)
            layer->pack(&p, piece);
        call.packed = packed;
    }
    if (layer->affine) {
        lossi_affine a = {.node = node, .scale = affine, .shift = affine + node->dims[0]};
        memcpy(a.p, call.p, sizeof a.p);
        layer->affine(&a);
    }
    if (layer->fix_state)
        layer->fix_state(node, call.p, state);
    (is_backward ? layer->backward : layer->forward)(&call);
    free(packed);
    free(affine);
    free(scratch);
    free(sums);
    free(state);
}

/* Outputs and gradients of the mean loss for n images, at most as many as a vector has lanes. */
static naive evaluate(const loss_net *net, size_t n, const float *images, const uint32_t *labels)
{
    naive v = {.net = net, .n = n};
    const lossi_backend *backend;
    assert_int_equal(lossi_backend_choose(&backend, &v.kernels), LOSS_OK);
    for (v.lanes = v.kernels->vector; v.lanes < n;)
        v.lanes += v.kernels->vector;
    v.y = zeros(net->n_nodes, sizeof *v.y);
    v.dy = zeros(net->n_nodes, sizeof *v.dy);
    v.gradients = zeros(net->n_tensors, sizeof *v.gradients);
    for (size_t i = 0; i < net->n_nodes; i++) {
        v.y[i] = zeros(lossi_chunk_size(&net->nodes[i], v.lanes), sizeof *v.y[i]);
        v.dy[i] = zeros(lossi_chunk_size(&net->nodes[i], v.lanes), sizeof *v.dy[i]);
    }
    for (size_t t = 0; t < net->n_tensors; t++)
        v.gradients[t] = lossi_tensor_is_trainable(&net->tensors[t])
                             ? zeros(net->tensors[t].count, sizeof *v.gradients[t])
                             : NULL;
    size_t size = lossi_node_size(&net->nodes[0]), last = net->n_nodes - 1;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < size; j++)
            v.y[0][j * v.lanes + i] = images[i * size + j];
    for (size_t i = 1; i <= last; i++)
        run_node(&v, i, false);
    double losses[64];
    uint8_t correct[64];
    lossi_loss_call loss = {.kernels = v.kernels,
                            .maps = {net->shape.classes, 1, v.lanes, n},
                            .outputs = v.y[last],
                            .objective = &net->objective,
                            .labels = labels,
                            .scale = 1 / (double)n,
                            .loss = losses,
                            .correct = correct,
                            .gradient = v.dy[last]};
    net->objective.loss->value(&loss);
    for (size_t i = last; i > 0; i--)
        run_node(&v, i, true);
    return v;
}

static void free_naive(naive *v)
{
    for (size_t i = 0; i < v->net->n_nodes; i++) {
        free(v->y[i]);
        free(v->dy[i]);
    }
    for (size_t t = 0; t < v->net->n_tensors; t++)
        free(v->gradients[t]);
    free(v->y);
    free(v->dy);
    free(v->gradients);
}

/* ---- Networks ------------------------------------------------------------------------------- */

static size_t draw(uint64_t seed, uint64_t *at, size_t below)
{
    lossi_stream s = lossi_stream_make(seed, LOSSI_RANDOM_SAMPLE, 3);
    return lossi_random_below(&s, (*at)++, below);
}

/* One more layer on outputs of one shape. */
static loss_node add_random(loss_builder *b, uint64_t seed, uint64_t *at, const loss_node *from,
                            size_t n)
{
    char name[32];
    loss_node x = from[draw(seed, at, n)], y = from[draw(seed, at, n)];
    snprintf(name, sizeof name, "l%llu", (unsigned long long)*at);
    switch (draw(seed, at, 9)) {
    case 0:
    case 1:
        return loss_builder_conv(b, x, name, LOSS_CONV(CHANNELS, 3, 1, 1, draw(seed, at, 2) == 1));
    case 2: return loss_builder_batchnorm(b, x, name, NULL);
    case 3: return loss_builder_relu(b, x);
    case 4:
    case 5: return loss_builder_add(b, LOSS_NODES(x, y));
    case 6: return loss_builder_dropout(b, x, 0.5);
    case 7: return loss_builder_average_pool(b, x, LOSS_POOL(3, 1, 1));
    default:
        return loss_builder_conv(b, loss_builder_concat(b, LOSS_NODES(x, y)), name,
                                 LOSS_CONV(CHANNELS, 1, 1, 0, false));
    }
}

static bool is_taken(const loss_net *net, size_t node)
{
    for (size_t i = 1; i < net->n_nodes; i++)
        if (lossi_node_reads(&net->nodes[i], node))
            return true;
    return false;
}

/* A graph in which outputs have any number of users, near and far; what nobody took is added up
 * at the end. */
static loss_net *make_graph(uint64_t seed, size_t n_layers)
{
    loss_builder *b;
    loss_net *net;
    uint64_t at = 0;
    loss_node nodes[64] = {0};
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK);
    nodes[0] = loss_builder_input(b);
    for (size_t n = 1; n <= n_layers; n++) /* mostly on what is new */
        nodes[n] = add_random(b, seed, &at, nodes + (n > 4 && draw(seed, &at, 4) ? n - 4 : 0),
                              n > 4 ? 4 : n);
    loss_node sum = nodes[n_layers];
    const loss_net *so_far = lossi_builder_net(b);
    for (size_t n = 0; n < n_layers; n++)
        if (!is_taken(so_far, (size_t)nodes[n]))
            sum = loss_builder_add(b, LOSS_NODES(sum, nodes[n]));
    sum = loss_builder_linear(b, loss_builder_flatten(b, sum), "fc", CLASSES);
    assert_int_equal(loss_builder_finish(b, sum, "random", &net), LOSS_OK);
    loss_net_initialise(net, seed);
    lossi_stream s = lossi_stream_make(seed, LOSSI_RANDOM_SAMPLE, 5);
    for (size_t t = 0; t < net->n_tensors; t++)
        for (size_t j = 0; net->tensors[t].n_dims == 1 && j < net->tensors[t].count; j++)
            net->tensors[t].values[j] += (lossi_real)(0.5 * lossi_random_uniform(&s, 100 * t + j));
    return net;
}

static loss_dataset *make_data(loss_shape shape, size_t n, float *images)
{
    size_t size = shape.channels * shape.height * shape.width;
    uint8_t *pixels = malloc(n * size);
    uint32_t labels[64];
    loss_dataset *data;
    for (size_t i = 0; i < n * size; i++)
        pixels[i] = (uint8_t)(i * 7919 % 251);
    for (size_t i = 0; i < n; i++)
        labels[i] = (uint32_t)(i % shape.classes);
    assert_int_equal(loss_dataset_create(&data, shape, n, pixels, labels, NULL), LOSS_OK);
    assert_int_equal(loss_dataset_images(data, 0, n, images), LOSS_OK);
    free(pixels);
    return data;
}

static void check_values(const char *what, size_t number, size_t n, const lossi_real *found,
                         const lossi_real *expected)
{
    double off = 0, norm = 0;
    for (size_t j = 0; j < n; j++) {
        off += pow((double)found[j] - (double)expected[j], 2);
        norm += pow((double)expected[j], 2);
    }
    if (!(sqrt(off) <= 1e-4 * sqrt(norm) + 1e-9))
        fail_msg("%s %zu: off by %g of %g", what, number, sqrt(off), sqrt(norm));
}

/* ---- Tests ---------------------------------------------------------------------------------- */

static void test_evaluation(void **state)
{
    (void)state;
    float images[N_IMAGES * CHANNELS * SIDE * SIDE];
    loss_dataset *data = make_data(SHAPE, N_IMAGES, images);
    for (uint64_t seed = 0; seed < 60; seed++) {
        loss_net *net = make_graph(seed, 4 + seed % 21);
        naive v = evaluate(net, N_IMAGES, images, loss_dataset_labels(data));
        float logits[N_IMAGES * CLASSES];
        lossi_real found[N_IMAGES * CLASSES], expected[N_IMAGES * CLASSES];
        assert_int_equal(loss_net_logits(net, N_IMAGES, images, logits), LOSS_OK);
        for (size_t i = 0; i < N_IMAGES; i++)
            for (size_t k = 0; k < CLASSES; k++) {
                found[i * CLASSES + k] = logits[i * CLASSES + k];
                expected[i * CLASSES + k] = v.y[net->n_nodes - 1][k * v.lanes + i];
            }
        check_values("logits of graph", seed, N_IMAGES * CLASSES, found, expected);
        free_naive(&v);
        loss_net_free(net);
    }
    loss_dataset_free(data);
}

/* Outputs that the backward pass wants, and gradients of outputs with several users. */
static void test_gradients(void **state)
{
    (void)state;
    float images[N_IMAGES * CHANNELS * SIDE * SIDE];
    loss_dataset *data = make_data(SHAPE, N_IMAGES, images);
    for (uint64_t seed = 0; seed < 60; seed++) {
        loss_net *net = make_graph(seed, 4 + seed % 21);
        naive v = evaluate(net, N_IMAGES, images, loss_dataset_labels(data));
        lossi_hessian *h;
        lossi_hessian_options opt = {.data = data, .all_tensors = true, .threads = 1};
        assert_int_equal(lossi_hessian_create(&h, net, &opt), LOSS_OK);
        lossi_real *gradient = zeros(lossi_hessian_count(h), sizeof *gradient), *at = gradient;
        assert_int_equal(lossi_hessian_gradient(h, NULL, gradient), LOSS_OK);
        for (size_t t = 0; t < net->n_tensors; t++)
            if (v.gradients[t]) {
                check_values("gradient of graph", seed, net->tensors[t].count, at, v.gradients[t]);
                at += net->tensors[t].count;
            }
        free(gradient);
        lossi_hessian_free(h);
        free_naive(&v);
        loss_net_free(net);
    }
    loss_dataset_free(data);
}

typedef struct source {
    const float *images;
    size_t size;
} source;

static const float *give_image(void *user, size_t i, float *buffer)
{
    (void)buffer;
    const source *s = user;
    return s->images + i * s->size;
}

/* Training of a network whose filters do not fit into one segment: 2.2 million values a layer. */
static void test_full_segments(void **state)
{
    (void)state;
    enum { FEATURES = 1500, N_LAYERS = 5, N = 3 };
    loss_shape shape = {3, 2, 1, CLASSES};
    float images[N * 6];
    loss_builder *b;
    loss_net *net;
    lossi_backprop *backprop;
    loss_dataset *data = make_data(shape, N, images);
    assert_int_equal(loss_builder_create(&b, shape), LOSS_OK);
    loss_node x = loss_builder_flatten(b, loss_builder_input(b));
    for (size_t i = 0; i < N_LAYERS; i++) {
        char name[16];
        snprintf(name, sizeof name, "fc%zu", i);
        x = loss_builder_relu(b, loss_builder_linear(b, x, name, FEATURES));
    }
    x = loss_builder_linear(b, x, "logits", CLASSES);
    assert_int_equal(loss_builder_finish(b, x, "wide", &net), LOSS_OK);
    naive v = evaluate(net, N, images, loss_dataset_labels(data));
    source s = {images, 6};
    lossi_batch batch = {
        .n = N, .labels = loss_dataset_labels(data), .image = give_image, .user = &s};
    double loss;
    size_t correct;
    assert_int_equal(lossi_backprop_create(&backprop, net, N, 2), LOSS_OK);
    assert_int_equal(lossi_backprop_run(backprop, net, &batch, &loss, &correct), LOSS_OK);
    for (size_t t = 0; t < net->n_tensors; t++)
        check_values("gradient of tensor", t, net->tensors[t].count,
                     lossi_backprop_gradient(backprop, t), v.gradients[t]);
    lossi_backprop_free(backprop);
    free_naive(&v);
    loss_net_free(net);
    loss_dataset_free(data);
}

/* ---- Chunks --------------------------------------------------------------------------------- */

/* How many images of a network a chunk has with vectors of so many. */
static size_t lanes_of(const char *model, size_t vector)
{
    loss_net *net;
    assert_int_equal(loss_net_create(&net, model, (loss_shape){3, 32, 32, 10}), LOSS_OK);
    size_t lanes = lossi_lanes(net, &(lossi_kernels){.vector = vector});
    loss_net_free(net);
    return lanes;
}

/* One vector where activations outweigh the weights, else up to three, while the largest layer has
 * at most 2 MiB values: that of VGG-11 has 65,536 of an image. */
static void test_chunks(void **state)
{
    (void)state;
    assert_int_equal(lanes_of("resnet20", 16), 16);
    assert_int_equal(lanes_of("resnet50", 16), 16);
    assert_int_equal(lanes_of("vgg11", 16), 32);
    assert_int_equal(lanes_of("vgg11", 8), 24);
    assert_int_equal(lanes_of("resnet50:stem=imagenet", 16), 48);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluation), cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_full_segments), cmocka_unit_test(test_chunks)};
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
