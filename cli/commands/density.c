/* The nodes of a density as CSV; its curve, a Gauss curve at each node, on a logarithmic scale. */
#include "commands/density.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "figure/figure.h"
#include "figure/picture.h"

static bool is_csv(const char *path)
{
    size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".csv") == 0;
}

bool density_is_known(const char *path)
{
    return is_csv(path) || picture_is_known(path);
}

static int write_csv(const loss_density *density, const char *path)
{
    static const loss_file_kind kind = {"table", 0, NULL, 0};
    loss_file *file;
    loss_status status = loss_file_open(&file, path, &kind);
    if (status)
        return report_failure(status);
    loss_file_put_text(file, "vector,eigenvalue,weight\n");
    for (size_t k = 0; k < loss_density_vectors(density); k++) {
        const double *nodes, *weights;
        size_t n = loss_density_nodes(density, k, &nodes, &weights);
        for (size_t i = 0; i < n; i++)
            loss_file_print(file, "%zu,%.17g,%.17g\n", k, nodes[i], weights[i]);
    }
    status = loss_file_commit(file);
    return status ? report_failure(status) : EXIT_OK;
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

static bool draw(void *user, cairo_t *cr)
{
    return figure_draw_curves(user, cr);
}

enum { POINTS = 1601, N_CAPTIONS = 2 };

/* The curve of a density, and its texts. */
typedef struct curve {
    char title[256], captions[N_CAPTIONS][512];
    double values[POINTS];
    figure figure;
} curve;

static void set_texts(curve *c, const loss_density *density, const density_about *about,
                      double sigma, double low, double high)
{
    const double *nodes, *weights;
    snprintf(c->title, sizeof c->title, "Spectral density of the Hessian of %s",
             loss_net_model(about->net));
    snprintf(c->captions[0], sizeof c->captions[0],
             "%s on %zu %s images (%s); over %zu parameters (ignore=%s)",
             loss_net_model(about->net), loss_dataset_count(about->data),
             loss_split_name(loss_dataset_split(about->data)), loss_dataset_selection(about->data),
             about->rows, loss_ignore_name(about->ignore));
    snprintf(c->captions[1], sizeof c->captions[1],
             "stochastic Lanczos quadrature: %zu random vectors, %zu nodes each, widened by %.3g; "
             "nodes from %.4g to %.4g; %s kernels, libloss %s",
             loss_density_vectors(density), loss_density_nodes(density, 0, &nodes, &weights), sigma,
             low, high, loss_isa(), loss_version());
    c->figure.title = c->title;
    for (size_t i = 0; i < N_CAPTIONS; i++)
        c->figure.captions[i] = c->captions[i];
    c->figure.n_captions = N_CAPTIONS;
}

static void make_curve(curve *c, const loss_density *density, const density_about *about)
{
    double low, high;
    find_range(density, &low, &high);
    double range = high > low ? high - low : fmax(fabs(high), 1), sigma = range / 250;
    c->figure = (figure){.width = 1200,
                         .height = 1000,
                         .x = {low - 0.04 * range, high + 0.04 * range, POINTS},
                         .y = {0, 0, 1},
                         .x_label = "eigenvalue (nats per squared length)",
                         .y_label = "density",
                         .n_fields = 1,
                         .scale = {.kind = LOSS_SCALE_LOG}};
    figure *f = &c->figure;
    f->fields[0] = (field){.label = "share of the eigenvalues per unit",
                           .nx = POINTS,
                           .ny = 1,
                           .values = c->values,
                           .split = loss_dataset_split(about->data)};
    /* A tenth of what one eigenvalue makes is the lowest that can be seen. */
    f->scale.low = 0.1 / ((double)about->rows * sigma * 2.5066);
    f->scale.high = 2 * f->scale.low;
    for (size_t i = 0; i < POINTS; i++) {
        c->values[i] =
            fmax(loss_density_at(density, sigma, loss_axis_at(f->x, i)), 1e-3 * f->scale.low);
        f->scale.high = fmax(f->scale.high, 2 * c->values[i]);
    }
    set_texts(c, density, about, sigma, low, high);
}

int density_write(const loss_density *density, const density_about *about, const char *path)
{
    if (is_csv(path))
        return write_csv(density, path);
    curve *c = malloc(sizeof *c);
    if (!c)
        return report_failure(LOSS_ERR_NOMEM);
    make_curve(c, density, about);
    const picture_size size = {c->figure.width, c->figure.height, false, NULL};
    int result = picture_write(path, &size, draw, &c->figure);
    free(c);
    return result;
}
