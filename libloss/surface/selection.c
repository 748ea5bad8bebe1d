/* Which images a surface is of, as its facts tell it. */
#include "surface/surface.h"

static loss_status read_selection(const loss_surface *s, const char *images, const char *selection,
                                  loss_selection *out)
{
    const char *text = loss_surface_metadata(s, selection);
    uint64_t n;
    *out = (loss_selection){0};
    if (!loss_surface_count(s, images, &n) || !n)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: it does not tell a number of images (%s)", s->path,
                          images);
    if (!loss_selection_parse(text, out))
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: its %s is \"%.60s\"; expected all, first or sample seed=N", s->path,
                          selection, text ? text : "");
    out->n_images = (size_t)n;
    return LOSS_OK;
}

loss_status loss_surface_selection(const loss_surface *surface, loss_split split,
                                   loss_selection *selection)
{
    char images[LOSSI_KEY_SIZE], text[LOSSI_KEY_SIZE];
    LOSSI_REQUIRE(surface && selection);
    loss_status status = lossi_surface_need_split(surface, split);
    if (!status)
        status = lossi_surface_refuse_imported(surface);
    if (status)
        return status;
    return read_selection(surface, lossi_split_key(images, LOSS_KEY_IMAGES, split),
                          lossi_split_key(text, LOSS_KEY_SELECTION, split), selection);
}

loss_status loss_surface_bn_selection(const loss_surface *surface, loss_selection *selection)
{
    LOSSI_REQUIRE(surface && selection);
    if (!loss_surface_metadata(surface, LOSS_KEY_BN_IMAGES))
        return lossi_fail(LOSS_ERR_NAME, "%s: BatchNorm's statistics are of no images of its own",
                          surface->path);
    return read_selection(surface, LOSS_KEY_BN_IMAGES, LOSS_KEY_BN_SELECTION, selection);
}
