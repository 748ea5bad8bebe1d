/* A network and images as make.py draws them: weights and pixels come from the hash that it
 * uses, bit by bit. Include after cmocka.h. */
#ifndef LOSS_TESTS_CASE_H
#define LOSS_TESTS_CASE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <loss/net.h>

#include "base/base.h"
#include "golden/golden.h"

enum { GOLDEN_CLASSES = 10 };

/* A network with the case's weights, and its images. */
typedef struct golden {
    const cJSON *item;
    const char *model;
    uint64_t seed;
    loss_net *net;
    loss_dataset *data;
    float *images; /* [n images][c][h][w], normalised */
    size_t image_size;
} golden;

/* Number i of the stream `name`, in [0, 1): see draw() in make.py. */
static inline double golden_draw(const char *name, uint64_t seed, size_t i)
{
    uint64_t z = lossi_digest(LOSSI_DIGEST_INIT, name, strlen(name)) + seed +
                 ((uint64_t)i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z = z ^ (z >> 31);
    return (double)(z >> 40) / (1 << 24);
}

static inline double golden_weight_at(const golden *g, const loss_tensor_info *info, size_t i)
{
    const char *damped = golden_text(g->item, "damped");
    double u = golden_draw(info->name, g->seed, i);
    switch (info->kind) {
    case LOSS_TENSOR_WEIGHT: return (2 * u - 1) * sqrt(6 / (double)(info->count / info->dims[0]));
    case LOSS_TENSOR_NORM_WEIGHT:
        return (0.5 + u) * (damped && strstr(info->name, damped) ? 0.25 : 1);
    case LOSS_TENSOR_RUNNING_VAR: return 0.5 + u;
    default: return (2 * u - 1) * 0.2;
    }
}

static inline void golden_fill(const golden *g)
{
    for (size_t t = 0; t < loss_net_n_tensors(g->net); t++) {
        loss_tensor_info info = *loss_net_tensor(g->net, t);
        float *values = test_malloc(info.count * sizeof *values);
        for (size_t i = 0; i < info.count; i++)
            values[i] = (float)golden_weight_at(g, &info, i);
        loss_net_set(g->net, t, values);
        test_free(values);
    }
}

static inline void golden_make_images(golden *g, loss_shape shape, size_t n)
{
    g->image_size = shape.channels * shape.height * shape.width;
    uint8_t *pixels = test_malloc(n * g->image_size);
    uint32_t *labels = test_malloc(n * sizeof *labels);
    for (size_t i = 0; i < n * g->image_size; i++)
        pixels[i] = (uint8_t)(golden_draw("pixels", g->seed, i) * 256);
    for (size_t i = 0; i < n; i++)
        labels[i] = (uint32_t)(golden_draw("labels", g->seed, i) * GOLDEN_CLASSES);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.has_normalisation = true;
    for (size_t c = 0; c < 3; c++) {
        opt.mean[c] = 0.5f;
        opt.std[c] = 0.25f;
    }
    assert_int_equal(loss_dataset_create(&g->data, shape, n, pixels, labels, &opt), LOSS_OK);
    test_free(pixels);
    test_free(labels);
    g->images = test_malloc(n * g->image_size * sizeof *g->images);
    assert_int_equal(loss_dataset_images(g->data, 0, n, g->images), LOSS_OK);
}

static inline golden golden_open(const cJSON *item, size_t n_images)
{
    golden g = {.item = item,
                .model = golden_text(item, "model"),
                .seed = (uint64_t)golden_number(item, "seed")};
    assert_non_null(g.model);
    assert_int_equal(loss_net_create(&g.net, g.model, golden_shape(item)), LOSS_OK);
    assert_string_equal(loss_net_model(g.net), g.model);
    const char *file = golden_text(item, "file");
    if (file) {
        char name[256], path[4096];
        snprintf(name, sizeof name, "%s.safetensors", file);
        golden_path(path, sizeof path, name);
        assert_int_equal(loss_net_load(g.net, path, NULL), LOSS_OK);
    } else {
        golden_fill(&g);
    }
    golden_make_images(&g, golden_shape(item), n_images);
    return g;
}

static inline void golden_close(golden *g)
{
    loss_net_free(g->net);
    loss_dataset_free(g->data);
    test_free(g->images);
}

#endif
