/* The nodes of a density as CSV; its curve, a Gauss curve at each node, on a logarithmic scale. */
#include "density.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "figure.h"
#include "picture.h"

static bool is_csv(const char *path)
{
    size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".csv") == 0;
}

bool density_is_known(const char *path)
{
    return is_csv(path) || picture_is_known(path);
}

static bool write_csv(const loss_density *density, const char *path)
{
    char temporary[4096];
    snprintf(temporary, sizeof temporary, "%s.tmp-%ld", path, (long)getpid());
    FILE *file = fopen(temporary, "wb");
    bool written = file && fputs("vector,eigenvalue,weight\n", file) >= 0;
    for (size_t k = 0; written && k < loss_density_vectors(density); k++) {
        const double *nodes, *weights;
        size_t n = loss_density_nodes(density, k, &nodes, &weights);
        for (size_t i = 0; i < n && written; i++)
            written = fprintf(file, "%zu,%.17g,%.17g\n", k, nodes[i], weights[i]) >= 0;
    }
    written = written && fflush(file) == 0 && fsync(fileno(file)) == 0;
    int error = errno;
    if (file && fclose(file)) {
        written = false;
        error = errno;
    }
    if (written && rename(temporary, path) == 0)
        return true;
    fprintf(stderr, "lossgrid: %s: cannot write: %s\n", path, strerror(written ? errno : error));
    unlink(temporary);
    return false;
}

/* The ends of the nodes, of all vectors. */
static void find_range(const loss_density *density, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t k = 0; k < loss_density_vectors(density); k++) {
        const double *nodes, *weights;
        size_t n = loss_density_nodes(density, k, &nodes, &weights);
        *low = fmin(*low, nodes[0]);
        *high = fmax(*high, nodes[n - 1]);
    }
}

static void draw(void *user, cairo_t *cr)
{
    figure_draw_curves(user, cr);
}

static bool draw_picture(const loss_density *density, const density_about *about, const char *path)
{
    enum { POINTS = 1601 };
    char title[256], label[128], captions[2][512];
    double low, high, *values = malloc(POINTS * sizeof *values);
    const double *nodes, *weights;
    if (!values) {
        fprintf(stderr, "lossgrid: out of memory\n");
        return false;
    }
    find_range(density, &low, &high);
    double range = high > low ? high - low : fmax(fabs(high), 1), sigma = range / 250;
    figure f = {.width = 1200,
                .height = 1000,
                .title = title,
                .x = {low - 0.04 * range, high + 0.04 * range, POINTS},
                .y = {0, 0, 1},
                .x_label = "eigenvalue (nats per squared length)",
                .y_label = "density",
                .n_fields = 1,
                .log = true,
                .captions = {captions[0], captions[1]},
                .n_captions = 2};
    f.fields[0] = (field){.label = label,
                          .nx = POINTS,
                          .ny = 1,
                          .values = values,
                          .split = loss_dataset_split(about->data)};
    /* A tenth of what one eigenvalue makes is the lowest that can be seen. */
    f.low = 0.1 / ((double)about->rows * sigma * 2.5066);
    f.high = 2 * f.low;
    for (size_t i = 0; i < POINTS; i++) {
        values[i] = fmax(loss_density_at(density, sigma, loss_axis_at(f.x, i)), 1e-3 * f.low);
        f.high = fmax(f.high, 2 * values[i]);
    }
    snprintf(title, sizeof title, "Spectral density of the Hessian of %s",
             loss_net_model(about->net));
    snprintf(label, sizeof label, "share of the eigenvalues per unit");
    snprintf(captions[0], sizeof captions[0],
             "%s on %zu %s images (%s); over %zu parameters (ignore=%s)",
             loss_net_model(about->net), loss_dataset_count(about->data),
             loss_split_name(loss_dataset_split(about->data)), loss_dataset_selection(about->data),
             about->rows, loss_ignore_name(about->ignore));
    snprintf(captions[1], sizeof captions[1],
             "stochastic Lanczos quadrature: %zu random vectors, %zu nodes each, widened by %.3g; "
             "nodes from "
             "%.4g to %.4g; %s kernels, libloss %s",
             loss_density_vectors(density), loss_density_nodes(density, 0, &nodes, &weights), sigma,
             low, high, loss_isa(), loss_version());
    bool written = picture_write(path, f.width, f.height, NULL, draw, &f);
    free(values);
    return written;
}

bool density_write(const loss_density *density, const density_about *about, const char *path)
{
    return is_csv(path) ? write_csv(density, path) : draw_picture(density, about, path);
}
