/* The plane of a landscape file, to the bit: drawn again from the seed, or read from where it is
 * kept. */
#include <stdlib.h>
#include <string.h>

#include "plane/kinds.h"
#include "surface/sql.h"
#include "surface/surface.h"

static loss_status find_direction(lossi_store *store, const char *axis, sqlite3_stmt **select,
                                  bool *has)
{
    *has = false;
    loss_status status =
        lossi_sql_prepare(store, "SELECT data FROM directions WHERE axis = ?", select);
    if (status)
        return status;
    sqlite3_bind_text(*select, 1, axis, -1, SQLITE_STATIC);
    return lossi_sql_row(store, *select, "b", has);
}

loss_status lossi_store_copy_direction(lossi_store *store, const char *axis, float **values,
                                       size_t *n)
{
    sqlite3_stmt *select = NULL;
    bool has;
    loss_status status = find_direction(store, axis, &select, &has);
    size_t size = !status && has ? (size_t)sqlite3_column_bytes(select, 0) : 0;
    *values = NULL;
    *n = size / sizeof **values;
    if (!status && has && size % sizeof **values)
        status = lossi_fail(LOSS_ERR_FORMAT,
                            "%s: direction %s has %zu bytes; expected parameters of 4 bytes",
                            store->path, axis, size);
    if (!status && has && !(*values = malloc(size + 1)))
        status = lossi_fail_nomem(size);
    if (!status && *n)
        memcpy(*values, sqlite3_column_blob(select, 0), size);
    sqlite3_finalize(select);
    return status;
}

loss_status lossi_store_read_direction(lossi_store *store, const char *axis, float *values,
                                       size_t n, bool *has)
{
    sqlite3_stmt *select = NULL;
    loss_status status = find_direction(store, axis, &select, has);
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

static loss_status read_direction(void *from, const char *axis, float *values, size_t n, bool *has)
{
    return lossi_store_read_direction(from, axis, values, n, has);
}

loss_status loss_surface_plane(const loss_surface *surface, const loss_net *net, loss_plane **plane)
{
    LOSSI_REQUIRE(plane);
    *plane = NULL;
    LOSSI_REQUIRE(surface && net);
    if (!surface->store)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: there is no file to read a plane from",
                          surface->path);
    const lossi_facts *facts = &surface->facts;
    char digest[17];
    loss_status status = lossi_surface_refuse_imported(surface);
    if (status)
        return status;
    loss_net_digest(net, digest);
    if (strcmp(lossi_facts_text(facts, LOSS_KEY_WEIGHTS_DIGEST), digest) != 0)
        return lossi_fail(
            LOSS_ERR_MISMATCH,
            "%s: its origin is %s with weights of digest %s; these are of %s with digest %s",
            surface->path, lossi_facts_text(facts, LOSS_KEY_MODEL),
            lossi_facts_text(facts, LOSS_KEY_WEIGHTS_DIGEST), net->model, digest);
    const lossi_plane_source source = {surface->path, facts, read_direction, surface->store};
    status = lossi_plane_restore(plane, net, &source);
    if (!status &&
        strcmp(loss_plane_digest(*plane), lossi_facts_text(facts, LOSS_KEY_PLANE_DIGEST)) != 0) {
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: its directions have the digest %s; recorded: %s",
                            surface->path, loss_plane_digest(*plane),
                            lossi_facts_text(facts, LOSS_KEY_PLANE_DIGEST));
        loss_plane_free(*plane);
        *plane = NULL;
    }
    return status;
}
