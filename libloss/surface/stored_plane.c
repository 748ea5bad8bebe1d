/* The plane of a landscape file, to the bit: drawn again from the seed, or read from where it is
 * kept. */
#include <stdlib.h>
#include <string.h>

#include "plane/plane.h"
#include "surface/sql.h"
#include "surface/surface.h"

loss_status lossi_store_read_direction(lossi_store *store, const char *axis, float *values,
                                       size_t n, bool *has)
{
    sqlite3_stmt *select = NULL;
    *has = false;
    loss_status status =
        lossi_sql_prepare(store, "SELECT data FROM directions WHERE axis = ?", &select);
    if (!status) {
        sqlite3_bind_text(select, 1, axis, -1, SQLITE_STATIC);
        status = lossi_sql_row(store, select, "b", has);
    }
    if (!status && *has) {
        const void *bytes = sqlite3_column_blob(select, 0);
        size_t size = (size_t)sqlite3_column_bytes(select, 0);
        if (bytes && size == n * sizeof *values)
            memcpy(values, bytes, size);
        else
            status =
                lossi_fail(LOSS_ERR_FORMAT,
                           "%s: direction %s has %zu bytes; expected %zu parameters of 4 bytes",
                           store->path, axis, size, n);
    }
    sqlite3_finalize(select);
    return status;
}

static const char *fact(const loss_surface *s, const char *key)
{
    const char *value = lossi_facts_find(&s->facts, key);
    return value ? value : "";
}

/* 0 where there is no such number. */
static double number(const loss_surface *s, const char *key)
{
    double value = 0;
    loss_number_parse(fact(s, key), NULL, &value);
    return value;
}

static uint64_t count(const loss_surface *s, const char *key)
{
    uint64_t value = 0;
    loss_count_parse(fact(s, key), NULL, &value);
    return value;
}

static loss_status draw_again(const loss_surface *s, const loss_net *net, loss_plane **plane)
{
    loss_random_options opt = LOSS_RANDOM_OPTIONS_INIT;
    int norm = LOSS_NORM_FILTER;
    while (norm <= LOSS_NORM_NONE && strcmp(loss_norm_name((loss_norm)norm), fact(s, "norm")) != 0)
        norm++;
    opt.norm = (loss_norm)norm; /* an unknown one is refused */
    opt.ignore = strcmp(fact(s, "ignore"), loss_ignore_name(LOSS_IGNORE_NONE)) == 0
                     ? LOSS_IGNORE_NONE
                     : LOSS_IGNORE_BIASBN;
    opt.seed = count(s, "seed");
    return loss_plane_random(plane, net, &opt);
}

static loss_status read_directions(const loss_surface *s, const loss_net *net, loss_plane **plane)
{
    bool has_x = false, has_y = false;
    loss_status status = lossi_plane_allocate(plane, net, false);
    if (status)
        return status;
    loss_plane *p = *plane;
    status = lossi_store_read_direction(s->store, "x", p->directions[0], p->n, &has_x);
    if (!status && !has_x)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: it keeps no directions", s->path);
    if (!status)
        status = lossi_store_read_direction(s->store, "y", p->directions[1], p->n, &has_y);
    if (status) {
        loss_plane_free(p);
        *plane = NULL;
        return status;
    }
    if (!has_y) {
        free(p->directions[1]);
        p->directions[1] = NULL;
    }
    p->n_checkpoints = count(s, "pca_checkpoints");
    p->explained[0] = number(s, "explained_x");
    p->explained[1] = number(s, "explained_y");
    p->ignore = strcmp(fact(s, "ignore"), loss_ignore_name(LOSS_IGNORE_NONE)) == 0
                    ? LOSS_IGNORE_NONE
                    : LOSS_IGNORE_BIASBN;
    return lossi_plane_finish(plane, lossi_strdup(fact(s, "directions")));
}

loss_status loss_surface_plane(const loss_surface *surface, const loss_net *net, loss_plane **plane)
{
    LOSSI_REQUIRE(plane);
    *plane = NULL;
    LOSSI_REQUIRE(surface && net);
    char digest[17];
    loss_net_digest(net, digest);
    if (strcmp(fact(surface, "weights_digest"), digest) != 0)
        return lossi_fail(
            LOSS_ERR_MISMATCH,
            "%s: its origin is %s with weights of digest %s; these are of %s with digest %s",
            surface->path, fact(surface, "model"), fact(surface, "weights_digest"), net->model,
            digest);
    if (*fact(surface, "solutions"))
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: a %s; the other solutions are not in the file",
                          surface->path, fact(surface, "directions"));
    loss_status status = *fact(surface, "norm") ? draw_again(surface, net, plane)
                                                : read_directions(surface, net, plane);
    if (!status && strcmp(loss_plane_digest(*plane), fact(surface, "plane_digest")) != 0) {
        status =
            lossi_fail(LOSS_ERR_FORMAT, "%s: its directions have the digest %s; recorded: %s",
                       surface->path, loss_plane_digest(*plane), fact(surface, "plane_digest"));
        loss_plane_free(*plane);
        *plane = NULL;
    }
    return status;
}
