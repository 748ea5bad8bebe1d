/* The networks of tests/layers/, one for each kind of layer, and images for them. */
#ifndef TEST_LAYER_FILES_H
#define TEST_LAYER_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "net/layer.h"

enum { N_IMAGES = 11, N_CLASSES = 3, SIZE = 3 * 7 * 6, MOST_FILES = 256 };
static const loss_shape SHAPE = {3, 7, 6, N_CLASSES};

static inline double value_at(uint32_t stream, uint64_t index)
{
    lossi_stream s = lossi_stream_make(7, LOSSI_RANDOM_SAMPLE, stream);
    return 2 * lossi_random_uniform(&s, index) - 1;
}

static inline loss_dataset *make_data(void)
{
    uint8_t pixels[N_IMAGES * SIZE];
    uint32_t labels[N_IMAGES];
    loss_dataset *data;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(127.5 + 127 * value_at(1, i));
    for (size_t i = 0; i < N_IMAGES; i++)
        labels[i] = (uint32_t)(i * 2 % N_CLASSES);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.has_normalisation = true;
    for (size_t c = 0; c < 3; c++) {
        opt.mean[c] = 0.5f;
        opt.std[c] = 0.3f;
    }
    assert_int_equal(loss_dataset_create(&data, SHAPE, N_IMAGES, pixels, labels, &opt), LOSS_OK);
    return data;
}

static inline int is_network(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".net") == 0;
}

/** Calls `check` for every network, with parameters away from 0 and 1, where mistakes hide, and
 * says if a kind of layer is in none. */
static inline void for_each_layer_file(void (*check)(loss_net *net, const char *name))
{
    char folder[2048], path[4096];
    struct dirent **entries;
    bool is_seen[LOSSI_MOST_LAYERS] = {false};
    snprintf(folder, sizeof folder, "%s/tests/layers", getenv("SRC") ? getenv("SRC") : ".");
    int n = scandir(folder, &entries, is_network, alphasort);
    assert_true(n > 0);
    for (int f = 0; f < n; f++) {
        loss_net *net;
        snprintf(path, sizeof path, "%s/%s", folder, entries[f]->d_name);
        if (loss_net_create(&net, path, SHAPE))
            fail_msg("%s", loss_last_message());
        loss_net_initialise(net, 3);
        for (size_t i = 0; i < net->n_tensors; i++)
            for (size_t j = 0; (net->tensors[i].n_dims == 1 ||
                                net->tensors[i].own->initial != LOSSI_INITIAL_HE) &&
                               j < net->tensors[i].count;
                 j++)
                net->tensors[i].values[j] += (lossi_real)(0.3 * value_at(100 + (uint32_t)i, j));
        for (size_t k = 0; lossi_layers[k]; k++)
            for (size_t i = 0; i < net->n_nodes; i++)
                is_seen[k] = is_seen[k] || net->nodes[i].layer == lossi_layers[k];
        check(net, entries[f]->d_name);
        loss_net_free(net);
        free(entries[f]);
    }
    free(entries);
    for (size_t k = 0; lossi_layers[k]; k++)
        if (!is_seen[k])
            fail_msg("tests/layers: no network has the layer %s", lossi_layers[k]->name);
}

#endif
