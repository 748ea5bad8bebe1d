/* The plane that a training path spans best: the two leading principal components of its
 * checkpoints, as sklearn's PCA(2) on the rows w_t - w_origin gives them. n parameters are many
 * and T checkpoints few, so they come from the T x T Gram matrix, with the checkpoints read from
 * their files again and again: memory is O(T^2) and some rows. */
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/one_thread.h"
#include "base/team.h"
#include "net/layout.h"
#include "plane/kinds.h"

enum { MOST_CHECKPOINTS = 20000, BYTES_HELD = 192 << 20 };

/* An eigenvalue below this share of the largest, or of the longest row, is rounding: of singular
 * values 1e-6. */
static const double RANK_TOLERANCE = 1e-12;

/* Details of such a plane. */
typedef struct components {
    size_t n_checkpoints;
    double explained[2]; /* their shares of the variance */
    loss_ignore ignore;
} components;

/* The rows: all that reading and multiplying them needs. */
typedef struct rows {
    const loss_net *origin;
    const char *const *paths;
    size_t n;
    const loss_pca_options *opt;
    lossi_layout layout; /* of a row */
    loss_net *net;       /* the checkpoint read last */
    size_t bytes_held;
    uint64_t digest; /* of all of them: members of a team must have the same */
    loss_pca_progress progress;
    double start;
} rows;

static bool takes_part(const rows *r, size_t tensor)
{
    return r->layout.at[tensor] != SIZE_MAX;
}

/* Reads checkpoint t into r->net. */
static loss_status read_row(rows *r, size_t t)
{
    if (r->opt->cancelled && r->opt->cancelled(r->opt->user))
        return lossi_fail(LOSS_ERR_CANCELLED, "cancelled");
    loss_status status = loss_net_load(r->net, r->paths[t], NULL);
    for (size_t i = 0; i < r->net->n_tensors && !status; i++) {
        const lossi_tensor *tensor = &r->net->tensors[i];
        for (size_t j = 0; takes_part(r, i) && j < tensor->count && !status; j++)
            if (!isfinite((double)tensor->values[j]))
                status = lossi_fail(LOSS_ERR_ARGUMENT,
                                    "%s: %s has a value that is not finite; such a checkpoint has "
                                    "no place among principal "
                                    "components",
                                    r->paths[t], tensor->name);
    }
    if (status)
        return status;
    loss_pca_progress *p = &r->progress;
    p->done++;
    p->seconds = lossi_clock() - r->start;
    p->seconds_left = p->seconds / (double)p->done * (double)(p->total - p->done);
    if (r->opt->progress)
        r->opt->progress(p, r->opt->user);
    return LOSS_OK;
}

/* The values of r->net that take part, as they are: the origin is subtracted where they are
 * used, in double. */
static void keep_row(const rows *r, lossi_real *row)
{
    for (size_t i = 0; i < r->net->n_tensors; i++) {
        const lossi_tensor *tensor = &r->net->tensors[i];
        if (!takes_part(r, i))
            continue;
        memcpy(row, tensor->values, tensor->count * sizeof *row);
        row += tensor->count;
    }
}

/* (w_s - w_origin) (w_t - w_origin) with s kept and t in r->net; summed tensor by tensor. */
static double product(const rows *r, const lossi_real *row)
{
    double sum = 0;
    for (size_t i = 0; i < r->net->n_tensors; i++) {
        const lossi_tensor *tensor = &r->net->tensors[i];
        if (!takes_part(r, i))
            continue;
        const lossi_real *w = r->origin->tensors[i].values, *v = tensor->values;
        double part = 0;
        for (size_t j = 0; j < tensor->count; j++)
            part += ((double)row[j] - (double)w[j]) * ((double)v[j] - (double)w[j]);
        sum += part;
        row += tensor->count;
    }
    return sum;
}

/* Rows kept at a time: at least one, so that with r->net there are two. */
static size_t rows_held(const rows *r)
{
    size_t bytes = r->layout.count * sizeof(lossi_real), n = bytes ? r->bytes_held / bytes : r->n;
    return n < 1 ? 1 : n > r->n ? r->n : n;
}

/* Whether this member multiplies row t with those that are kept; rows of the block are read in any
 * case. */
static bool needs_row(const rows *r, size_t t, size_t first, size_t held)
{
    return t < first + held || lossi_team_has(r->opt->team, t);
}

/* Checkpoints read for a Gram matrix and two directions. */
static size_t count_reads(const rows *r, size_t held)
{
    size_t reads = 2 * r->n;
    for (size_t first = 0; first < r->n; first += held)
        for (size_t t = first; t < r->n; t++)
            reads += needs_row(r, t, first, held);
    return reads;
}

static void add_to_digest(rows *r)
{
    char digest[17];
    loss_net_digest(r->net, digest);
    r->digest = lossi_digest(r->digest, digest, sizeof digest);
}

/* gram [n][n], 0 where another member has the product: for each block of rows that is kept, rows
 * from it on are read once. */
static loss_status multiply_rows(rows *r, double *gram)
{
    size_t n = r->n, held = rows_held(r);
    lossi_real *block = lossi_alloc(held * r->layout.count, sizeof *block);
    loss_status status = block ? LOSS_OK : lossi_fail_nomem(held * r->layout.count * sizeof *block);
    r->progress.total = count_reads(r, held);
    memset(gram, 0, n * n * sizeof *gram);
    for (size_t first = 0; first < n && !status; first += held)
        for (size_t t = first; t < n && !status; t++) {
            if (!needs_row(r, t, first, held))
                continue;
            status = read_row(r, t);
            if (!status && t < first + held) {
                keep_row(r, block + (t - first) * r->layout.count);
                add_to_digest(r);
            }
            bool is_mine = !status && lossi_team_has(r->opt->team, t);
            for (size_t s = first; s <= t && s < first + held && is_mine; s++)
                gram[s * n + t] = gram[t * n + s] =
                    product(r, block + (s - first) * r->layout.count);
        }
    free(block);
    return status;
}

/* Centres the columns of the rows: on their Gram matrix that is C G C with C = 1 - 11'/n. */
static void centre(const double *gram, size_t n, double *centred)
{
    double all = 0;
    double *means = centred + n * n; /* [n], lent by the caller */
    for (size_t s = 0; s < n; s++) {
        means[s] = 0;
        for (size_t t = 0; t < n; t++)
            means[s] += gram[s * n + t] / (double)n;
        all += means[s] / (double)n;
    }
    for (size_t s = 0; s < n; s++)
        for (size_t t = 0; t < n; t++)
            centred[s * n + t] = gram[s * n + t] - means[s] - means[t] + all;
}

/* The sign that makes the first checkpoint's coordinate positive; if that is 0, the first that
 * is not. u [n], stride n. */
static double sign_of(const double *gram, size_t n, const double *u)
{
    double largest = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t t = 0; t < n; t++) {
            double x = 0;
            for (size_t s = 0; s < n; s++)
                x += u[s * n] * gram[s * n + t];
            if (pass == 0)
                largest = fabs(x) > largest ? fabs(x) : largest;
            else if (fabs(x) > 1e-9 * largest)
                return x < 0 ? -1 : 1;
        }
    return 1;
}

/* direction = sum_t sign u_t (w_t - w_origin), of unit length. The u of a centred matrix sum to
 * 0, so rows need no centring here. */
static loss_status make_direction(rows *r, const double *u, double sign, float *direction)
{
    size_t n_all = loss_net_n_parameters(r->origin);
    double *sum = lossi_alloc(n_all, sizeof *sum), norm = 0;
    loss_status status = sum ? LOSS_OK : lossi_fail_nomem(n_all * sizeof *sum);
    for (size_t t = 0; t < r->n && !status; t++) {
        status = read_row(r, t);
        double *to = sum;
        for (size_t i = 0; i < r->net->n_tensors && !status; i++) {
            const lossi_tensor *tensor = &r->net->tensors[i];
            const lossi_real *w = r->origin->tensors[i].values;
            for (size_t j = 0; takes_part(r, i) && j < tensor->count; j++)
                to[j] += sign * u[t * r->n] * ((double)tensor->values[j] - (double)w[j]);
            to += lossi_tensor_is_trainable(tensor) ? tensor->count : 0;
        }
    }
    for (size_t j = 0; j < n_all && !status; j++)
        norm += sum[j] * sum[j];
    for (size_t j = 0; j < n_all && !status; j++)
        direction[j] = (float)(sum[j] / sqrt(norm));
    free(sum);
    return status;
}

/* OpenBLAS's core and version may change bits: then the digests of the directions say that they are
 * others. */
static lapack_int eigenvectors(lapack_int n, double *vectors, double *values)
{
    lossi_one_thread_begin();
    lapack_int info = LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'U', n, vectors, n, values);
    lossi_one_thread_end();
    return info;
}

/* Eigenvectors into the columns of `vectors` [n][n], eigenvalues [n] ascending. @return the
 * rank, at most 2 */
static loss_status decompose(const double *gram, size_t n, double *vectors, double *values,
                             size_t *rank)
{
    double longest = 0;
    centre(gram, n, vectors);
    for (size_t t = 0; t < n; t++)
        longest = gram[t * n + t] > longest ? gram[t * n + t] : longest;
    lapack_int info = eigenvectors((lapack_int)n, vectors, values);
    if (info)
        return lossi_fail(LOSS_ERR_SYSTEM, "LAPACK's dsyev ended with %d on a matrix of %zu x %zu",
                          (int)info, n, n);
    *rank = 0;
    for (size_t k = 0; k < 2 && k < n; k++)
        *rank += values[n - 1 - k] > RANK_TOLERANCE * (k ? values[n - 1] : longest);
    return LOSS_OK;
}

static loss_status make_plane(rows *r, loss_plane **out, const double *gram, const double *vectors,
                              const double *values, size_t rank)
{
    size_t n = r->n;
    double trace = 0;
    loss_status status = lossi_plane_allocate(out, &lossi_plane_kind_pca, r->origin, rank < 2);
    if (status)
        return status;
    loss_plane *plane = *out;
    components *details = plane->details;
    for (size_t t = 0; t < n; t++)
        trace += values[t] > 0 ? values[t] : 0;
    for (size_t axis = 0; axis < rank && !status; axis++) {
        const double *u = vectors + (n - 1 - axis);
        details->explained[axis] = values[n - 1 - axis] / trace;
        status = make_direction(r, u, sign_of(gram, n, u), plane->directions[axis]);
    }
    if (status) {
        loss_plane_free(plane);
        *out = NULL;
        return status;
    }
    details->n_checkpoints = n;
    details->ignore = r->opt->ignore;
    const char *layers = r->opt->layers;
    status = lossi_plane_restrict(out, layers);
    return status ? status
                  : lossi_plane_finish(out, lossi_format("pca of %zu checkpoints ignore=%s%s%s", n,
                                                         loss_ignore_name(r->opt->ignore),
                                                         layers ? " layers=" : "",
                                                         layers ? layers : ""));
}

static loss_status check(const rows *r)
{
    if ((unsigned)r->opt->ignore > LOSS_IGNORE_NONE)
        return lossi_fail(LOSS_ERR_ARGUMENT, "ignore %d; expected 0 or 1", (int)r->opt->ignore);
    if (r->n < 2 || r->n > MOST_CHECKPOINTS)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "principal components of %zu checkpoint%s; expected 2 to %d", r->n,
                          r->n == 1 ? "" : "s", MOST_CHECKPOINTS);
    loss_status status = lossi_team_check(r->opt->team);
    return status
               ? status
               : lossi_layout_check(r->origin, r->opt->ignore != LOSS_IGNORE_NONE, r->opt->layers);
}

loss_status lossi_plane_pca(loss_plane **out, const loss_net *net, const char *const *paths,
                            size_t n, const loss_pca_options *opt, size_t bytes_held)
{
    rows r = {.origin = net,
              .paths = paths,
              .n = n,
              .opt = opt,
              .bytes_held = bytes_held,
              .digest = LOSSI_DIGEST_INIT + (uint64_t)opt->ignore,
              .start = lossi_clock()};
    loss_status status = check(&r);
    if (!status)
        status = lossi_net_clone(&r.net, net);
    if (!status)
        status = lossi_layout_create(&r.layout, net, opt->ignore != LOSS_IGNORE_NONE, opt->layers);
    if (!status && opt->layers)
        r.digest = lossi_digest(r.digest, opt->layers, strlen(opt->layers));
    double *gram = status ? NULL : lossi_alloc(n * n + LOSSI_TEAM_EXTRA, sizeof *gram),
           *vectors = status ? NULL : lossi_alloc(n * n + n, sizeof *vectors);
    double *values = status ? NULL : lossi_alloc(n, sizeof *values);
    size_t rank = 0;
    if (!status && !(gram && vectors && values))
        status = lossi_fail_nomem(2 * n * n * sizeof *gram);
    if (!status)
        status = lossi_team_sum(opt->team, gram, n * n, r.digest, multiply_rows(&r, gram));
    if (!status)
        status = decompose(gram, n, vectors, values, &rank);
    if (!status && !rank)
        status = lossi_fail(
            LOSS_ERR_ARGUMENT,
            "%s and the %zu checkpoints after it are all alike: they have no principal components",
            paths[0], n - 1);
    if (!status)
        status = make_plane(&r, out, gram, vectors, values, rank);
    free(values);
    free(vectors);
    free(gram);
    lossi_layout_free(&r.layout);
    loss_net_free(r.net);
    return status;
}

loss_status loss_plane_pca(loss_plane **out, const loss_net *net, const char *const *paths,
                           size_t n, const loss_pca_options *given)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(net && paths);
    loss_pca_options opt = LOSS_PCA_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(opt, given);
    return status ? status : lossi_plane_pca(out, net, paths, n, &opt, BYTES_HELD);
}

/* NULL: a plane of another kind. */
static const components *components_of(const loss_plane *plane)
{
    return plane && plane->kind == &lossi_plane_kind_pca ? plane->details : NULL;
}

double loss_plane_explained(const loss_plane *plane, int axis)
{
    const components *details = components_of(plane);
    return details && (unsigned)axis < 2 ? details->explained[axis] : NAN;
}

size_t loss_plane_checkpoints(const loss_plane *plane)
{
    const components *details = components_of(plane);
    return details ? details->n_checkpoints : 0;
}

static bool record(const loss_plane *plane, lossi_facts *facts)
{
    const components *details = plane->details;
    return lossi_facts_add(facts, LOSS_KEY_PCA_CHECKPOINTS, "%zu", details->n_checkpoints) &&
           lossi_facts_add(facts, LOSS_KEY_EXPLAINED_X, "%.9g", details->explained[0]) &&
           lossi_facts_add(facts, LOSS_KEY_EXPLAINED_Y, "%.9g", details->explained[1]) &&
           lossi_facts_add(facts, LOSS_KEY_IGNORE, "%s", loss_ignore_name(details->ignore));
}

static loss_status restore(loss_plane **out, const lossi_plane_kind *kind, const loss_net *net,
                           const lossi_plane_source *source)
{
    const lossi_facts *facts = source->facts;
    components read = {.ignore = lossi_plane_ignore_of(facts)};
    uint64_t n;
    loss_status status = lossi_facts_count(facts, source->path, kind->mark, &n);
    if (!status)
        status = lossi_facts_number(facts, source->path, LOSS_KEY_EXPLAINED_X, &read.explained[0]);
    if (!status)
        status = lossi_facts_number(facts, source->path, LOSS_KEY_EXPLAINED_Y, &read.explained[1]);
    if (!status)
        status = lossi_plane_restore_kept(out, kind, net, source);
    if (status)
        return status;
    read.n_checkpoints = (size_t)n;
    *(components *)(*out)->details = read;
    return LOSS_OK;
}

const lossi_plane_kind lossi_plane_kind_pca = {
    .name = "pca",
    .mark = LOSS_KEY_PCA_CHECKPOINTS,
    .details_size = sizeof(components),
    .record = record,
    .restore = restore,
    .move = lossi_plane_move_straight,
};
