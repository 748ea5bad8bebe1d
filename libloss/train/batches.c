/* Order of images and augmentation. */
#include "train/batches.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum { PAD = 4 };

loss_status lossi_batches_create(lossi_batches *b, const loss_dataset *data, size_t batch,
                                 bool augment, uint64_t seed)
{
    size_t n = loss_dataset_count(data), channels = loss_dataset_shape(data).channels;
    *b = (lossi_batches){.data = data, .batch = batch, .augment = augment, .seed = seed};
    if (n < 2 || batch < 2)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "training on %zu images in batches of %zu: both must be at least 2", n,
                          batch);
    /* A last batch of one image is left out: BatchNorm has no variance on one. */
    b->n_steps = n / batch + (n % batch > 1);
    b->order = lossi_alloc(n, sizeof *b->order);
    size_t n_targets = loss_dataset_targets(data) ? n * loss_dataset_shape(data).classes : 0;
    b->labels = lossi_alloc(n, sizeof *b->labels);
    b->targets = lossi_alloc(n_targets, sizeof *b->targets);
    b->table = lossi_alloc(channels * 256, sizeof *b->table);
    if (!b->order || !b->labels || !b->targets || !b->table) {
        lossi_batches_free(b);
        return lossi_fail_nomem(n * (sizeof *b->order + sizeof *b->labels));
    }
    const float *mean = loss_dataset_mean(data), *std = loss_dataset_std(data);
    for (size_t c = 0; c < channels && mean; c++)
        for (size_t p = 0; p < 256; p++)
            b->table[c * 256 + p] = ((float)p / 255.0f - mean[c]) / std[c];
    return LOSS_OK;
}

void lossi_batches_free(lossi_batches *b)
{
    free(b->order);
    free(b->labels);
    free(b->targets);
    free(b->table);
    *b = (lossi_batches){0};
}

void lossi_batches_begin_epoch(lossi_batches *b, size_t epoch)
{
    size_t n = loss_dataset_count(b->data);
    lossi_stream stream = lossi_stream_make(b->seed, LOSSI_RANDOM_SHUFFLE, (uint32_t)epoch);
    b->epoch = epoch;
    for (size_t i = 0; i < n; i++)
        b->order[i] = i;
    for (size_t i = n - 1; i > 0; i--) { /* Fisher and Yates */
        size_t j = lossi_random_below(&stream, i, i + 1), swap = b->order[i];
        b->order[i] = b->order[j];
        b->order[j] = swap;
    }
    const uint32_t *labels = loss_dataset_labels(b->data);
    const float *targets = loss_dataset_targets(b->data);
    size_t n_each = loss_dataset_shape(b->data).classes;
    for (size_t i = 0; i < n; i++)
        if (labels)
            b->labels[i] = labels[b->order[i]];
        else
            memcpy(b->targets + i * n_each, targets + b->order[i] * n_each,
                   n_each * sizeof *targets);
}

/* Where an image's crop lies in the image with PAD pixels around it, and whether it is mirrored. */
typedef struct shift {
    size_t top, left;
    bool mirror;
} shift;

static shift draw_shift(const lossi_batches *b, size_t number)
{
    uint32_t words[4];
    if (!b->augment)
        return (shift){PAD, PAD, false};
    lossi_stream stream = lossi_stream_make(b->seed, LOSSI_RANDOM_AUGMENT, (uint32_t)b->epoch);
    lossi_random_words(&stream, number, words);
    return (shift){words[0] % (2 * PAD + 1), words[1] % (2 * PAD + 1), words[2] & 1};
}

/* An image as it was read: of bytes in memory these, else its values. */
typedef struct stored {
    const uint8_t *pixels; /* NULL: values */
    const float *values;
    float *owned;
} stored;

static loss_status find_stored(const loss_dataset *data, size_t number, stored *s)
{
    loss_shape shape = loss_dataset_shape(data);
    size_t size = shape.channels * shape.height * shape.width;
    const uint8_t *pixels = loss_dataset_pixels(data);
    const float *values = loss_dataset_values(data);
    *s = (stored){0};
    if (pixels)
        s->pixels = pixels + number * size;
    else if (values)
        s->values = values + number * size;
    if (pixels || values)
        return LOSS_OK;
    s->values = s->owned = lossi_alloc(size, sizeof *s->owned);
    return s->owned ? loss_dataset_images(data, number, 1, s->owned)
                    : lossi_fail_nomem(size * sizeof *s->owned);
}

/* What comes in at the edges is black, of images of floats 0. */
static const float *put_image(void *user, size_t i, float *image)
{
    const lossi_batches *b = user;
    float *out = image;
    loss_shape shape = loss_dataset_shape(b->data);
    size_t number = b->order[b->first + i], h = shape.height, w = shape.width;
    bool is_bytes = loss_dataset_mean(b->data);
    shift s = draw_shift(b, number);
    stored from;
    if (find_stored(b->data, number, &from)) {
        free(from.owned);
        return NULL;
    }
    for (size_t c = 0; c < shape.channels; c++) {
        const float *normalised = b->table + c * 256;
        float edge = is_bytes ? normalised[0] : 0;
        for (size_t r = 0; r < h; r++)
            for (size_t k = 0; k < w; k++) {
                size_t row = s.top + r, column = s.left + (s.mirror ? w - 1 - k : k);
                bool inside = row >= PAD && row - PAD < h && column >= PAD && column - PAD < w;
                size_t at = inside ? (c * h + row - PAD) * w + column - PAD : 0;
                *out++ = !inside       ? edge
                         : from.pixels ? normalised[from.pixels[at]]
                                       : from.values[at];
            }
    }
    free(from.owned);
    return image;
}

lossi_batch lossi_batches_step(lossi_batches *b, size_t step)
{
    size_t n = loss_dataset_count(b->data);
    b->first = step * b->batch;
    size_t left = n - b->first;
    bool has_labels = loss_dataset_labels(b->data);
    return (lossi_batch){
        .n = left < b->batch ? left : b->batch,
        .labels = has_labels ? b->labels + b->first : NULL,
        .targets = has_labels ? NULL : b->targets + b->first * loss_dataset_shape(b->data).classes,
        .image = put_image,
        .user = b,
        .seed = b->seed ^ ((uint64_t)b->epoch << 32 | step) * 0x9E3779B97F4A7C15u,
    };
}
