/* What a command works on, as a landscape that is there tells it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "display.h"
#include "inputs/facts.h"
#include "inputs/target.h"

/* Takes a path that the file has, unless the option gave one.
 *  @param option  that names it, if it has moved
 *  @return -1 to go on, else an exit code after telling why */
static int take_path(target *t, const char **value, int owned, const char *key, const char *option)
{
    const char *path = loss_surface_metadata(t->landscape, key);
    loss_path_kind kind = LOSS_PATH_NOTHING;
    if (*value)
        return -1;
    if (!path)
        return report_error(LOSS_ERR_NAME, "%s: it does not say where its %s are: give --%s",
                            display(t->run), option, option);
    if (!loss_path_find(path, &kind) && kind == LOSS_PATH_NOTHING)
        return report_error(LOSS_ERR_IO,
                            "%s: its %s are no more where they were, %s: --%s says where they are",
                            display(t->run), option, display(path), option);
    *value = t->owned[owned] = strdup(path);
    return *value ? -1 : report_failure(LOSS_ERR_NOMEM);
}

/* The network, by its file if it is of one. */
static int take_model(target *t)
{
    if (t->model)
        return -1;
    if (loss_surface_metadata(t->landscape, LOSS_KEY_NETWORK_FILE))
        return take_path(t, &t->model, TARGET_MODEL, LOSS_KEY_NETWORK_FILE, "model");
    t->model = t->owned[TARGET_MODEL] =
        strdup(loss_surface_text(t->landscape, LOSS_KEY_MODEL, TARGET_AUTO));
    return t->model ? -1 : report_failure(LOSS_ERR_NOMEM);
}

/* The images of its test split, or of the only one. */
static loss_status take_images(target *t)
{
    loss_selection chosen;
    loss_split split = loss_surface_split(t->landscape, LOSS_SPLIT_TEST);
    loss_status status = t->limit ? LOSS_OK : loss_surface_selection(t->landscape, split, &chosen);
    if (t->limit || status)
        return status;
    t->limit = chosen.is_all ? 0 : chosen.n_images;
    t->sample = chosen.is_sample;
    t->sample_seed = chosen.seed;
    return LOSS_OK;
}

static int take_loss(target *t)
{
    const char *loss = loss_surface_metadata(t->landscape, LOSS_KEY_LOSS);
    if (!t->has_l2)
        loss_number_parse(loss_surface_text(t->landscape, LOSS_KEY_L2, "0"), NULL, &t->l2);
    if (t->loss || !loss)
        return -1;
    t->loss = t->owned[TARGET_LOSS] = strdup(loss);
    return t->loss ? -1 : report_failure(LOSS_ERR_NOMEM);
}

/* What made its network doubtful still does; said even if quiet. */
static void take_caveat(target *t)
{
    const char *caveat = loss_surface_metadata(t->landscape, LOSS_KEY_CAVEAT);
    if (!caveat)
        return;
    snprintf(t->caveat, sizeof t->caveat, "%s", caveat);
    fprintf(stderr, "lossgrid: warning: %s: %s\n", display(t->run), display(caveat));
}

/* @return -1: it was not, else an exit code after telling what that means */
static int refuse_imported(const target *t)
{
    const char *file = loss_surface_metadata(t->landscape, LOSS_KEY_IMPORTED_FROM);
    return file ? report_error(LOSS_ERR_MISMATCH,
                               "%s: imported from %s, which does not tell of which network and "
                               "images it is: it can be shown and exported, and nothing can be "
                               "computed of it",
                               display(t->run), display(file))
                : -1;
}

int target_read_landscape(target *t)
{
    loss_status status = loss_surface_read(&t->landscape, t->run);
    if (status)
        return report_failure(status);
    int refused = refuse_imported(t);
    if (refused >= 0)
        return refused;
    const char *from = loss_surface_text(t->landscape, LOSS_KEY_NETWORK_FROM, "");
    t->by_order |= strcmp(from, "order") == 0;
    int result = take_model(t);
    if (result < 0)
        result = take_path(t, &t->weights, TARGET_WEIGHTS, LOSS_KEY_WEIGHTS, "weights");
    if (result < 0)
        result = take_path(t, &t->data, TARGET_DATA, LOSS_KEY_DATA, "data");
    if (result < 0)
        result = take_loss(t);
    if (result >= 0)
        return result;
    if (!t->mean.n)
        t->mean = fact_channels(t->landscape, LOSS_KEY_MEAN);
    if (!t->std.n)
        t->std = fact_channels(t->landscape, LOSS_KEY_STD);
    take_caveat(t);
    status = take_images(t);
    return status ? report_failure(status) : -1;
}
