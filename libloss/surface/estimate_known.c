#include "surface/estimate_known.h"

#include <stdlib.h>
#include <string.h>

static void seen_free(lossi_seen *seen)
{
    free(seen->losses);
    free(seen->correct);
}

void lossi_known_free(lossi_known *k)
{
    for (size_t i = 0; i < LOSSI_MOST_COARSE; i++)
        seen_free(&k->coarse[i]);
    for (size_t i = 0; i < k->n_points && k->seen; i++)
        seen_free(&k->seen[i]);
    free(k->seen);
    free(k->is_exact);
    *k = (lossi_known){0};
}

size_t lossi_known_coarse(const lossi_known *k, size_t point)
{
    for (size_t i = 0; i < k->design->n_coarse; i++)
        if (k->design->coarse[i] == point)
            return i;
    return LOSSI_MOST_COARSE;
}

loss_status lossi_seen_add(lossi_seen *seen, size_t n, const void *losses, const uint8_t *correct)
{
    size_t all = seen->n + n;
    float *more_losses = realloc(seen->losses, all * sizeof *more_losses);
    seen->losses = more_losses ? more_losses : seen->losses;
    uint8_t *more_correct = realloc(seen->correct, all);
    seen->correct = more_correct ? more_correct : seen->correct;
    if (!more_losses || !more_correct)
        return lossi_fail_nomem(all * sizeof *more_losses);
    memcpy(seen->losses + seen->n, losses, n * sizeof *seen->losses);
    if (correct)
        memcpy(seen->correct + seen->n, correct, n);
    else
        memset(seen->correct + seen->n, 0, n);
    seen->n = all;
    return LOSS_OK;
}

/* A point may have both: a coarse point of another design would, if there were one. */
static loss_status take(void *context, size_t point, const lossi_image_losses *images)
{
    lossi_known *k = context;
    bool is_all = images->first == LOSSI_ALL_IMAGES;
    size_t place = lossi_known_coarse(k, point);
    lossi_seen *to = is_all && place < LOSSI_MOST_COARSE ? &k->coarse[place] : &k->seen[point];
    if (!images->n || (is_all && (place == LOSSI_MOST_COARSE || images->n != k->n_images)) ||
        (!is_all && images->first != (int64_t)to->n) || images->n > k->n_images - to->n)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: %zu losses of images from place %lld on, at point %zu of the split "
                          "%s; expected them to follow the %zu before, of %zu in all",
                          k->surface->path, images->n, (long long)images->first, point,
                          loss_split_name(k->split), to->n, k->n_images);
    return lossi_seen_add(to, images->n, images->losses, images->correct);
}

size_t lossi_known_count(const lossi_known *k, size_t point)
{
    size_t place = lossi_known_coarse(k, point);
    return place < LOSSI_MOST_COARSE ? k->coarse[place].n : k->seen[point].n;
}

loss_status lossi_known_refresh(lossi_known *k, size_t point)
{
    const loss_surface *s = k->surface;
    size_t iy = point / s->x.n, ix = point % s->x.n, place = lossi_known_coarse(k, point), n = 0;
    bool is_exact, is_coarse = place < LOSSI_MOST_COARSE;
    loss_status status = lossi_store_has_point(s->store, k->split, iy, ix, &is_exact);
    if (!status)
        status = lossi_store_count_images(s->store, k->split, iy, ix, is_coarse, &n);
    if (status)
        return status;
    k->is_exact[point] = is_exact;
    lossi_seen *seen = is_coarse ? &k->coarse[place] : &k->seen[point];
    if (n <= seen->n)
        return LOSS_OK;
    seen_free(seen);
    *seen = (lossi_seen){0};
    return lossi_store_read_images_at(s->store, k->split, iy, ix, s->x.n, s->y.n, take, k);
}

static loss_status find_exact(lossi_known *k, loss_surface *s)
{
    loss_point *points = lossi_alloc(k->n_points, sizeof *points);
    loss_status status = points
                             ? lossi_store_read_points(s->store, k->split, s->x.n, s->y.n, points)
                             : lossi_fail_nomem(k->n_points * sizeof *points);
    for (size_t i = 0; i < k->n_points && !status; i++)
        k->is_exact[i] = points[i].evaluated;
    free(points);
    return status;
}

loss_status lossi_known_init(lossi_known *k, loss_surface *s, loss_split split,
                             const lossi_estimate_design *design)
{
    *k = (lossi_known){.surface = s,
                       .split = split,
                       .n_images = loss_dataset_count(s->data[split]),
                       .n_points = s->x.n * s->y.n,
                       .design = design};
    k->seen = lossi_alloc(k->n_points, sizeof *k->seen);
    k->is_exact = lossi_alloc(k->n_points, sizeof *k->is_exact);
    if (!k->seen || !k->is_exact)
        return lossi_fail_nomem(k->n_points * sizeof *k->seen);
    loss_status status = find_exact(k, s);
    return status ? status : lossi_store_read_images(s->store, split, s->x.n, s->y.n, take, k);
}
