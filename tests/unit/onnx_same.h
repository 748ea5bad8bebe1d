/* An ONNX graph against the same network written as text. */
#ifndef ONNX_SAME_H
#define ONNX_SAME_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "onnx/onnx.h"
#include "unit/onnx_file.h"
#include "unit/scratch.h"
#include "zoo/zoo.h"

enum { IMAGES = 3, CHANNELS = 3, SIDE = 8, CLASSES = 2 };
static const loss_shape SHAPE = {CHANNELS, SIDE, SIDE, CLASSES};

static inline loss_status parse(const onnx_file *f, loss_net **net)
{
    size_t size;
    uint8_t *bytes = onnx_bytes(f, &size);
    loss_status status =
        lossi_onnx_parse(net, bytes, size, scratch_path("net.onnx"), SHAPE, "net.onnx");
    free(bytes);
    return status;
}

/* Reads the graph and ends it. */
static inline loss_net *read_graph(onnx_file *f)
{
    loss_net *net;
    if (parse(f, &net))
        fail_msg("%s", loss_last_message());
    onnx_end(f);
    return net;
}

/* Expects a refusal whose message has these texts in it, ends the graph. */
static inline void refuse(onnx_file *f, loss_status expected, const char *first, const char *second)
{
    loss_net *net;
    loss_status status = parse(f, &net);
    if (status != expected || net)
        fail_msg("%s (%s); expected %s", loss_status_name(status), loss_last_message(),
                 loss_status_name(expected));
    if (!strstr(loss_last_message(), first) || !strstr(loss_last_message(), second))
        fail_msg("%s", loss_last_message());
    onnx_end(f);
}

/* The same layers written as text, with the values that the tensors of the graph have. */
static inline loss_net *written(const char *text)
{
    lossi_built built;
    loss_net *net;
    if (lossi_net_file_parse(text, strlen(text), "same.net", SHAPE, &built) ||
        loss_builder_finish(built.builder, built.logits, built.model, &net))
        fail_msg("%s", loss_last_message());
    free(built.model);
    for (size_t i = 0; i < loss_net_n_tensors(net); i++) {
        const loss_tensor_info *info = loss_net_tensor(net, i);
        float *values = malloc(info->count * sizeof *values);
        for (size_t k = 0; k < info->count; k++)
            values[k] = onnx_weight(info->name, k);
        loss_net_set(net, i, values);
        free(values);
    }
    return net;
}

/* Both networks give the same bits. */
static inline void assert_same_values(const loss_net *a, const loss_net *b)
{
    float images[IMAGES * CHANNELS * SIDE * SIDE], first[IMAGES * CLASSES],
        second[IMAGES * CLASSES];
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        images[i] = (float)((i * 7919) % 101) / 50.0F - 1;
    assert_int_equal(loss_net_logits(a, IMAGES, images, first), LOSS_OK);
    assert_int_equal(loss_net_logits(b, IMAGES, images, second), LOSS_OK);
    assert_memory_equal(first, second, sizeof first);
    assert_true(first[0] == first[0]);
}

/* The same, and they have the same tensors. Frees both. */
static inline void assert_same(loss_net *a, loss_net *b)
{
    char digests[2][17];
    assert_same_values(a, b);
    loss_net_digest(a, digests[0]);
    loss_net_digest(b, digests[1]);
    assert_string_equal(digests[0], digests[1]);
    loss_net_free(a);
    loss_net_free(b);
}

#endif
