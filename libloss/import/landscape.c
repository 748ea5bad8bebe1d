/* The landscape of what was imported. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "surface/surface.h"

/* Part of a step that coordinates may be off an even axis: they may be printed with few digits. */
static const double LARGEST_OFFSET = 0.02;

static loss_status find_axis(const loss_import *import, bool is_y, loss_axis *axis)
{
    const double *values = is_y ? import->y : import->x;
    size_t n = is_y ? import->ny : import->nx;
    *axis = (loss_axis){values[0], values[n - 1], n};
    char *where = lossi_format("%s: its %s", import->path, is_y ? "y" : "x");
    loss_status status =
        where ? lossi_axis_check(*axis, LOSS_ERR_SHAPE, where) : lossi_fail_nomem(64);
    double step = n > 1 ? (axis->max - axis->min) / (double)(n - 1) : 1;
    for (size_t i = 0; i < n && !status; i++)
        if (fabs(values[i] - loss_axis_at(*axis, i)) > LARGEST_OFFSET * step)
            status =
                lossi_fail(LOSS_ERR_SHAPE,
                           "%s is not even: coordinate %zu is %g; expected %g, as between "
                           "%g and %g. lossview draws it as it is",
                           where, i + 1, values[i], loss_axis_at(*axis, i), axis->min, axis->max);
    free(where);
    return status;
}

/* Only what the file tells, and that it does not tell more. */
static bool collect_facts(const loss_import *i, const char *from,
                          const loss_surface_import_options *opt, lossi_facts *facts)
{
    return lossi_facts_add(facts, LOSS_KEY_VERSION, "%s", loss_version()) &&
           lossi_surface_add_created(facts) &&
           (!opt->command || lossi_facts_add(facts, LOSS_KEY_COMMAND, "%s", opt->command)) &&
           (!opt->host || lossi_facts_add(facts, LOSS_KEY_HOST, "%s", opt->host)) &&
           lossi_facts_add(facts, LOSS_KEY_SPLITS, "%s",
                           lossi_surface_splits(i->points[LOSS_SPLIT_TRAIN] != NULL,
                                                i->points[LOSS_SPLIT_TEST] != NULL)) &&
           lossi_facts_add(facts, LOSS_KEY_IMPORTED_FROM, "%s", from) &&
           lossi_facts_add(facts, LOSS_KEY_IMPORTED_AS, "%s", i->kind) &&
           lossi_facts_add(facts, LOSS_KEY_IMPORTED_DIGEST, "%s", i->digest) &&
           (!i->is_height || lossi_facts_add(facts, LOSS_KEY_IMPORTED_VALUES, "heights")) &&
           (i->tells_split || lossi_facts_add(facts, LOSS_KEY_IMPORTED_SPLIT, "unknown")) &&
           (!i->x_name || lossi_facts_add(facts, LOSS_KEY_IMPORTED_X, "%s", i->x_name)) &&
           (!i->y_name || lossi_facts_add(facts, LOSS_KEY_IMPORTED_Y, "%s", i->y_name));
}

/* Whether a landscape that is there is of the very file: then there is nothing to do. */
static loss_status check_same(lossi_store *store, const char *path,
                              const lossi_store_contents *contents)
{
    lossi_facts facts;
    loss_status status = lossi_store_read_facts(store, &facts);
    if (status)
        return status;
    const char *wanted = lossi_facts_text(contents->facts, LOSS_KEY_IMPORTED_DIGEST),
               *digest = lossi_facts_find(&facts, LOSS_KEY_IMPORTED_DIGEST);
    if (!digest || strcmp(digest, wanted) != 0)
        status = lossi_fail(LOSS_ERR_MISMATCH,
                            "%s: it is there already, %s%s, and is left as it is; expected a new "
                            "file, or what was imported from the same one, of digest %s",
                            path, digest ? "imported from a file of digest " : "not imported",
                            digest ? digest : "", wanted);
    lossi_facts_free(&facts);
    return status;
}

static loss_status make_file(loss_surface **out, const char *path,
                             const lossi_store_contents *contents)
{
    lossi_store *store;
    bool is_new;
    loss_status status = lossi_store_open_or_create(&store, path, contents, NULL, &is_new);
    if (status)
        return status;
    if (!is_new)
        status = check_same(store, path, contents);
    if (!status && out)
        return lossi_surface_of_store(out, path, store);
    lossi_store_close(store);
    return status;
}

loss_status loss_surface_import(loss_surface **out, const loss_import *import, const char *path,
                                const loss_surface_import_options *given)
{
    if (out)
        *out = NULL;
    LOSSI_REQUIRE(import && (out || path));
    lossi_facts facts = {0};
    lossi_store_contents contents = {.facts = &facts,
                                     .points = {import->points[0], import->points[1]}};
    loss_surface_import_options opt = LOSS_SURFACE_IMPORT_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = find_axis(import, false, &contents.x);
    if (!status)
        status = find_axis(import, true, &contents.y);
    if (!status && contents.x.n > LOSSI_MAX_POINTS / contents.y.n)
        status = lossi_fail(LOSS_ERR_SHAPE,
                            "%s: %zu x %zu points; a landscape has at most %d. lossview draws it "
                            "as it is",
                            import->path, contents.x.n, contents.y.n, LOSSI_MAX_POINTS);
    char *from = realpath(import->path, NULL);
    if (!status && !from && errno == ENOMEM)
        status = lossi_fail_nomem(strlen(import->path));
    if (!status && !collect_facts(import, from ? from : import->path, &opt, &facts))
        status = lossi_fail_nomem(1024);
    free(from);
    lossi_store *store;
    if (!status && path)
        status = make_file(out, path, &contents);
    else if (!status && !(status = lossi_store_create_in_memory(&store, import->path, &contents)))
        status = lossi_surface_of_store(out, import->path, store);
    lossi_facts_free(&facts);
    return status;
}

loss_status loss_surface_look(loss_surface **out, const char *path)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(path);
    bool is_landscape;
    loss_import *import;
    loss_status status = loss_surface_recognise(&is_landscape, path);
    if (status)
        return status;
    const char *ending = strrchr(path, '.');
    if (is_landscape || (ending && strcmp(ending, ".landscape") == 0)) /* or what is left of one */
        return loss_surface_read(out, path);
    status = loss_import_read(&import, path, NULL);
    if (!status)
        status = loss_surface_import(out, import, NULL, NULL);
    loss_import_free(import);
    return status;
}
