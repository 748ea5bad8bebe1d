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
    const char *value = loss_surface_metadata(s, key);
    return value ? value : "";
}

/* The fact must be there and be a number. */
static loss_status read_number(const loss_surface *s, const char *key, double *value)
{
    return loss_surface_number(s, key, value)
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_FORMAT, "%s: its %s is \"%.100s\"; expected a number", s->path,
                            key, fact(s, key));
}

static loss_status read_count(const loss_surface *s, const char *key, uint64_t *value)
{
    return loss_surface_count(s, key, value)
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_FORMAT, "%s: its %s is \"%.100s\"; expected a whole number",
                            s->path, key, fact(s, key));
}

static loss_ignore ignore_of(const loss_surface *s)
{
    return strcmp(fact(s, "ignore"), loss_ignore_name(LOSS_IGNORE_NONE)) == 0 ? LOSS_IGNORE_NONE
                                                                              : LOSS_IGNORE_BIASBN;
}

static loss_status draw_again(const loss_surface *s, const loss_net *net, loss_plane **plane)
{
    loss_random_options opt = LOSS_RANDOM_OPTIONS_INIT;
    int norm = LOSS_NORM_FILTER;
    while (norm <= LOSS_NORM_NONE && strcmp(loss_norm_name((loss_norm)norm), fact(s, "norm")) != 0)
        norm++;
    opt.norm = (loss_norm)norm; /* an unknown one is refused */
    opt.ignore = ignore_of(s);
    loss_status status = read_count(s, "seed", &opt.seed);
    return status ? status : loss_plane_random(plane, net, &opt);
}

/* What the kind of directions has besides: the variance that principal components explain, the
 * eigenvalues of eigenvectors. */
static loss_status read_details(const loss_surface *s, loss_plane *p)
{
    loss_status status = LOSS_OK;
    if (*fact(s, "pca_checkpoints")) {
        uint64_t n = 0;
        status = read_count(s, "pca_checkpoints", &n);
        p->n_checkpoints = (size_t)n;
        p->ignore = ignore_of(s);
        if (!status)
            status = read_number(s, "explained_x", &p->explained[0]);
        if (!status)
            status = read_number(s, "explained_y", &p->explained[1]);
    }
    p->has_eigenvalues = *fact(s, "eigenvalue_x") != 0;
    if (!status && p->has_eigenvalues)
        status = read_number(s, "eigenvalue_x", &p->eigenvalues[0]);
    if (!status && p->has_eigenvalues)
        status = read_number(s, "eigenvalue_y", &p->eigenvalues[1]);
    return status;
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
    if (!status)
        status = read_details(s, p);
    if (status) {
        loss_plane_free(p);
        *plane = NULL;
        return status;
    }
    if (!has_y) {
        free(p->directions[1]);
        p->directions[1] = NULL;
    }
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
