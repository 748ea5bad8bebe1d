/* The table of kinds of planes, and how each is made. The first row that is chosen is it. */
#include "inputs/planes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* ---- Making --------------------------------------------------------------------------------- */

static loss_status make_random(const plane_source *from, const loss_net *net,
                               const loss_dataset *data, loss_plane **plane)
{
    (void)data;
    loss_random_options opt = LOSS_RANDOM_OPTIONS_INIT;
    opt.norm = (loss_norm)from->options->norm;
    opt.ignore = (loss_ignore)from->options->ignore;
    opt.seed = from->options->seed;
    opt.layers = from->options->layers;
    return loss_plane_random(plane, net, &opt);
}

static loss_status make_pca(const plane_source *from, const loss_net *net, const loss_dataset *data,
                            loss_plane **plane)
{
    (void)data;
    return runs_make_plane(from->runs, net, (loss_ignore)from->options->ignore,
                           from->options->layers, from->t->quiet, plane);
}

static loss_status make_hessian(const plane_source *from, const loss_net *net,
                                const loss_dataset *data, loss_plane **plane)
{
    loss_eigenvalue values[2];
    loss_status status = loss_plane_hessian(plane, net, data, from->curvature, NULL, values);
    for (int i = 0; i < 2 && !status; i++)
        progress_note(from->t->quiet, "direction %c: eigenvalue %.6g, residual %.2g%s", "xy"[i],
                      values[i].value, values[i].residual,
                      values[i].has_converged ? "" : " (not converged)");
    return status;
}

/* The plane through the target's weights and n other files of weights, one or two, of the same
 * network. */
static loss_status make_through(const plane_source *from, const loss_net *net, loss_shape shape,
                                size_t n, const char *description, loss_plane **plane)
{
    const char *const paths[2] = {from->options->to, from->options->and };
    loss_net *others[2] = {NULL, NULL};
    loss_load_options opt = LOSS_LOAD_OPTIONS_INIT;
    opt.by_order = from->t->by_order;
    opt.key = from->t->key;
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < n && !status; i++) {
        status = loss_net_create(&others[i], from->t->model, shape);
        if (!status)
            status = loss_net_set_loss(others[i], loss_net_loss(net));
        if (!status)
            status = loss_net_set_l2(others[i], loss_net_l2(net));
        if (!status)
            status = loss_net_load(others[i], paths[i], &opt);
        if (!status)
            status = target_check_other(from->t, others[i], paths[i]);
    }
    if (!status)
        status = loss_plane_between(plane, net, others[0], others[1], description);
    loss_net_free(others[0]);
    loss_net_free(others[1]);
    return status;
}

static loss_status make_line(const plane_source *from, const loss_net *net,
                             const loss_dataset *data, loss_plane **plane)
{
    char description[1024];
    snprintf(description, sizeof description, "line to %s (1)", from->options->to);
    return make_through(from, net, loss_dataset_shape(data), 1, description, plane);
}

static loss_status make_triangle(const plane_source *from, const loss_net *net,
                                 const loss_dataset *data, loss_plane **plane)
{
    char description[1024];
    snprintf(description, sizeof description, "plane through %s (1, 0) and %s (0, 1)",
             from->options->to, from->options->and);
    return make_through(from, net, loss_dataset_shape(data), 2, description, plane);
}

static loss_status make_kept(const plane_source *from, const loss_net *net,
                             const loss_dataset *data, loss_plane **plane)
{
    (void)data;
    return loss_surface_plane(from->t->landscape, net, plane);
}

static loss_status make_given(const plane_source *from, const loss_net *net,
                              const loss_dataset *data, loss_plane **plane)
{
    (void)data;
    return loss_plane_load(plane, net, from->options->directions);
}

/* ---- The table ------------------------------------------------------------------------------ */

static bool is_triangle(const plane_options *o)
{
    return o->to && o->and;
}

static bool is_line(const plane_options *o)
{
    return o->to && !o->and;
}

static bool is_kept(const plane_options *o)
{
    return o->is_kept && !o->given[PLANE_DIRECTIONS];
}

static bool is_file(const plane_options *o)
{
    return o->directions != NULL;
}

#define TAKES(option) (1u << PLANE_##option)

static const plane_kind KINDS[] = {
    {.is_chosen = is_triangle,
     .moves_statistics = true,
     .keeps_y = true,
     .axis = {-0.5, 1.5, 25},
     .make = make_triangle},
    {.is_chosen = is_line,
     .moves_statistics = true,
     .is_line = true,
     .axis = {-0.5, 1.5, 41},
     .make = make_line},
    {.is_chosen = is_kept, .moves_statistics = true, .axis = {-1, 1, 25}, .make = make_kept},
    {.word = "random",
     .help = "random",
     .takes = TAKES(DIRECTIONS) | TAKES(NORM) | TAKES(SEED) | TAKES(REPEAT) | TAKES(IGNORE) |
              TAKES(LAYERS),
     .axis = {-1, 1, 25},
     .make = make_random},
    {.word = "pca",
     .help = "pca of a run's checkpoints",
     .takes = TAKES(DIRECTIONS) | TAKES(IGNORE) | TAKES(LAYERS),
     .has_paths = true,
     .axis = {NAN, NAN, 25},
     .make = make_pca},
    {.word = "hessian",
     .help = "hessian (its two leading eigenvectors)",
     .takes = TAKES(DIRECTIONS) | TAKES(IGNORE) | TAKES(LAYERS),
     .axis = {-1, 1, 25},
     .make = make_hessian},
    {.is_chosen = is_file, .takes = TAKES(DIRECTIONS), .axis = {-1, 1, 25}, .make = make_given},
};
enum { N_KINDS = sizeof KINDS / sizeof *KINDS };

const plane_kind *planes_find(const plane_options *o)
{
    const plane_kind *kind = KINDS;
    while (kind->word ? strcmp(kind->word, o->directions) != 0 : !kind->is_chosen(o))
        kind++;
    return kind;
}

static const char *const OPTIONS[N_PLANE_OPTIONS] = {
    [PLANE_DIRECTIONS] = "directions", [PLANE_NORM] = "norm",     [PLANE_SEED] = "seed",
    [PLANE_REPEAT] = "repeat",         [PLANE_IGNORE] = "ignore", [PLANE_LAYERS] = "layers"};

int planes_check(const plane_kind *kind, const plane_options *o, bool has_curvature,
                 const char *command)
{
    unsigned takes = kind->takes | (has_curvature ? TAKES(IGNORE) : 0);
    if (o->and &&!o->to)
        return usage_error(command, "--and goes with --to: the plane through three solutions");
    for (int i = 0; i < N_PLANE_OPTIONS; i++) {
        if (!o->given[i] || takes & 1u << i)
            continue;
        if (is_kept(o))
            return usage_error(command,
                               "the directions are those of the landscape: --%s is without effect; "
                               "--directions makes others",
                               OPTIONS[i]);
        if (o->to)
            return usage_error(command, "--to gives the directions: --%s is without effect",
                               OPTIONS[i]);
        if (i == PLANE_REPEAT)
            return usage_error(command,
                               "--repeat draws random lines: it goes without --directions");
        if (i == PLANE_LAYERS)
            return usage_error(command,
                               "--layers restricts directions that are made here; %s says itself "
                               "what moves",
                               o->directions);
        return usage_error(command,
                           "--%s is about random directions; those of %s are used as they are",
                           OPTIONS[i], o->directions);
    }
    return -1;
}

/* ---- Help ----------------------------------------------------------------------------------- */

enum { LIST_SIZE = 256 };

/* The words of the kinds that take an option, with something between them. */
static size_t list_words(char text[LIST_SIZE], plane_option taking, const char *between)
{
    size_t n = 0;
    for (size_t i = 0; i < N_KINDS && n < LIST_SIZE / 2; i++)
        if (KINDS[i].word && KINDS[i].takes & 1u << taking)
            n += (size_t)snprintf(text + n, LIST_SIZE - n, "%s%s", n ? between : "", KINDS[i].word);
    return n;
}

const char *planes_words(void)
{
    static char text[LIST_SIZE];
    size_t n = list_words(text, PLANE_DIRECTIONS, "|");
    snprintf(text + n, sizeof text - n, "|FILE");
    return text;
}

const char *planes_help(void)
{
    static char text[2 * LIST_SIZE];
    size_t n = 0;
    for (size_t i = 0; i < N_KINDS && n < LIST_SIZE; i++)
        if (KINDS[i].help)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s, ", KINDS[i].help);
    snprintf(text + n, sizeof text - n, "or a .safetensors with tensors x/NAME, y/NAME");
    return text;
}

const char *planes_ignore_help(void)
{
    static char text[2 * LIST_SIZE];
    size_t n = list_words(text, PLANE_IGNORE, ", ");
    snprintf(text + n, sizeof text - n,
             ", --curvature: biasbn or none (biasbn: biases and BatchNorm stay)");
    return text;
}

const char *planes_layers_help(void)
{
    static char text[2 * LIST_SIZE];
    size_t n = list_words(text, PLANE_LAYERS, ", ");
    snprintf(text + n, sizeof text - n,
             ": only parameters with such names move, such as 'layer3.*,fc.weight'; what comes "
             "before them is computed once");
    return text;
}
