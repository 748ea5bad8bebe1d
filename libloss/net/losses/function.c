/* A function of the caller's, image by image: its outputs are gathered from the lanes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/loss.h"

/* One image's outputs, what comes of them, and their tangents; on the stack for few classes. */
enum { ROWS = 3, FEW = 64 };

static void gather(const lossi_loss_call *c, size_t i, const lossi_real *from, double *row)
{
    for (size_t k = 0; k < c->maps.channels; k++)
        row[k] = (double)from[k * c->maps.lanes + i];
}

static void ask(const lossi_loss_call *c, size_t i, double *rows, bool has_tangent)
{
    size_t n = c->maps.channels;
    const loss_function *f = &c->objective->function;
    loss_function_call call = {.outputs = rows,
                               .n_outputs = n,
                               .label = c->labels ? c->labels[i] : 0,
                               .targets = c->targets ? c->targets + i * n : NULL};
    gather(c, i, c->outputs, rows);
    memset(rows + n, 0, n * sizeof *rows);
    if (!has_tangent) {
        call.gradient = rows + n;
        c->loss[i] = f->value(&call, f->user);
        return;
    }
    gather(c, i, c->tangents, rows + 2 * n);
    call.tangents = rows + 2 * n;
    call.gradient_tangent = rows + n;
    f->tangent(&call, f->user);
}

/* Without memory for the rows the losses are NaN. */
static void run(const lossi_loss_call *c, lossi_real *into, bool has_tangent)
{
    size_t n = c->maps.channels, lanes = c->maps.lanes;
    double few[ROWS * FEW], *rows = n <= FEW ? few : lossi_alloc(n, ROWS * sizeof *rows);
    if (into)
        c->kernels->zero(n * lanes, into);
    for (size_t i = 0; i < c->maps.images; i++) {
        if (!rows) {
            c->loss[i] = NAN;
            continue;
        }
        ask(c, i, rows, has_tangent);
        for (size_t k = 0; into && k < n; k++)
            into[k * lanes + i] = (lossi_real)(rows[n + k] * c->scale);
    }
    if (rows != few)
        free(rows);
}

static void value(const lossi_loss_call *c)
{
    run(c, c->gradient, false);
    lossi_loss_judge(c);
}

static void tangent(const lossi_loss_call *c)
{
    run(c, c->gradient_tangent, true);
}

static const char *expects(const loss_net *net, const loss_dataset *data)
{
    bool fits = loss_dataset_labels(data) || loss_dataset_shape(data).classes == net->shape.classes;
    return fits ? NULL : "labels, or as many targets";
}

const lossi_loss lossi_loss_function = {
    .name = "function", .expects = expects, .value = value, .tangent = tangent};
