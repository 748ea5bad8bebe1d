/* What cPickle of Python 2 wrote, and what Python 3 writes of the same: nothing in it is executed
 * (formats/pickle.h). numpy's array is an object whose state is (version, shape, type, whether it
 * is in Fortran's order, bytes). */
#include "data/cifar_pickle.h"

#include <string.h>

#include "formats/pickle.h"

enum { IMAGE = 3072 };

/* Much of such a file is one text, and the rest is small. */
static const lossi_pickle_limits LIMITS = {SIZE_MAX, 64 << 20, 4};

static const lossi_pickle_value *item_of(const lossi_pickle_value *v, size_t i,
                                         lossi_pickle_kind kind)
{
    return v && i < v->n && v->items[i]->kind == kind ? v->items[i] : NULL;
}

/* The last item of a kind, NULL if there is none: of an object, its state. */
static const lossi_pickle_value *last_of(const lossi_pickle_value *v, lossi_pickle_kind kind)
{
    return v && v->kind == LOSSI_PICKLE_OPAQUE && v->n > 2 ? item_of(v, v->n - 1, kind) : NULL;
}

/* An array of bytes [n][3072] in a pickle. */
typedef struct pixels {
    const uint8_t *bytes;
    size_t n;
    bool is_fortran; /* byte p of image i is at p * n + i */
} pixels;

static bool find_pixels(const lossi_pickle_value *array, pixels *out)
{
    const lossi_pickle_value *state = last_of(array, LOSSI_PICKLE_TUPLE);
    const lossi_pickle_value *shape = item_of(state, 1, LOSSI_PICKLE_TUPLE),
                             *type = item_of(state, 2, LOSSI_PICKLE_OPAQUE),
                             *order = item_of(state, 3, LOSSI_PICKLE_BOOL),
                             *bytes = item_of(state, 4, LOSSI_PICKLE_STRING);
    const lossi_pickle_value *n = item_of(shape, 0, LOSSI_PICKLE_INT),
                             *size = item_of(shape, 1, LOSSI_PICKLE_INT),
                             *name = item_of(item_of(type, 1, LOSSI_PICKLE_TUPLE), 0,
                                             LOSSI_PICKLE_STRING);
    if (!n || !size || !name || !order || !bytes || shape->n != 2 ||
        strcmp(name->text + (*name->text == '|'), "u1") != 0 || n->integer < 1 ||
        size->integer != IMAGE || bytes->n % IMAGE || (uint64_t)n->integer != bytes->n / IMAGE)
        return false;
    *out = (pixels){(const uint8_t *)bytes->text, (size_t)n->integer, order->integer};
    return true;
}

static loss_status take(const char *file, const char *key, size_t classes, const pixels *p,
                        const lossi_pickle_value *labels, lossi_images *images)
{
    loss_status status = lossi_cifar_grow(images, p->n);
    for (size_t i = 0; i < p->n && !status; i++, images->n++) {
        const lossi_pickle_value *label = item_of(labels, i, LOSSI_PICKLE_INT);
        uint8_t *to = images->pixels + images->n * IMAGE;
        if (!label || label->integer < 0 || label->integer >= (int64_t)classes)
            return lossi_fail(LOSS_ERR_FORMAT, "%s: %s %zu is no whole number from 0 to %zu", file,
                              key, i, classes - 1);
        images->labels[images->n] = (uint32_t)label->integer;
        for (size_t k = 0; k < IMAGE; k++)
            to[k] = p->bytes[p->is_fortran ? k * p->n + i : i * IMAGE + k];
    }
    return status;
}

loss_status lossi_cifar_append_pickle(const char *file, const char *key, size_t classes,
                                      const uint8_t *bytes, size_t size, lossi_images *images)
{
    lossi_pickle pickle;
    pixels p;
    if (!lossi_pickle_is(bytes, size))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: no pickle of protocol 2 to 5", file);
    loss_status status = lossi_pickle_read_within(&pickle, bytes, size, &LIMITS, file);
    if (status)
        return status;
    const lossi_pickle_value *labels = lossi_pickle_get(pickle.top, key);
    if (!find_pixels(lossi_pickle_get(pickle.top, "data"), &p))
        status =
            lossi_fail(LOSS_ERR_FORMAT, "%s: no array of bytes [n][3072] under the key data", file);
    else if (!labels || labels->kind != LOSSI_PICKLE_LIST || labels->n != p.n)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: no list of %zu numbers under the key %s", file,
                            p.n, key);
    else
        status = take(file, key, classes, &p, labels, images);
    lossi_pickle_free(&pickle);
    return status;
}
