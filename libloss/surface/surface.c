/* Opening a surface: what is recorded with it, and whether a file that is there is about the
 * same thing. */
#include "surface/surface.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <loss/text.h>

#include "base/file.h"
#include "cpu/cpu.h"
#include "net/kept.h"
#include "plane/kinds.h"
#include "surface/agenda.h"
#include "surface/compare.h"
#include "surface/keep.h"
#include "surface/worker.h"

void lossi_surface_end_evaluation(loss_surface *s)
{
    lossi_agenda_free(s->agenda);
    lossi_task_worker_free(s->worker);
    lossi_kept_free(s->kept);
    s->agenda = NULL;
    s->worker = NULL;
    s->kept = NULL;
}

void loss_surface_close(loss_surface *surface)
{
    if (!surface)
        return;
    lossi_surface_end_evaluation(surface);
    lossi_store_close(surface->store);
    lossi_facts_free(&surface->facts);
    lossi_path_free(surface->path_rows, surface->n_path);
    free(surface->path_points);
    free(surface->path);
    free(surface->curvature_layers);
    free(surface);
}

static double weights_norm(const loss_net *net)
{
    double sum = 0;
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0; lossi_tensor_is_trainable(&net->tensors[i]) && j < net->tensors[i].count;
             j++)
            sum += (double)net->tensors[i].values[j] * (double)net->tensors[i].values[j];
    return sqrt(sum);
}

static bool add_channels(lossi_facts *facts, const char *key, const float *values, size_t n)
{
    return n == 1 ? lossi_facts_add(facts, key, "%.9g", (double)values[0])
                  : lossi_facts_add(facts, key, "%.9g,%.9g,%.9g", (double)values[0],
                                    (double)values[1], (double)values[2]);
}

static bool add_data(lossi_facts *facts, const loss_dataset *data)
{
    char key[LOSSI_KEY_SIZE];
    loss_split split = loss_dataset_split(data);
    return lossi_facts_add(facts, lossi_split_key(key, LOSS_KEY_IMAGES, split), "%zu",
                           loss_dataset_count(data)) &&
           lossi_facts_add(facts, lossi_split_key(key, LOSS_KEY_SELECTION, split), "%s",
                           loss_dataset_selection(data)) &&
           lossi_facts_add(facts, lossi_split_key(key, LOSS_KEY_DATA_DIGEST, split), "%s",
                           loss_dataset_digest(data));
}

const char *loss_bn_name(loss_bn bn)
{
    static const char *const names[] = {"weights", "states", "recalibrate"};
    return (unsigned)bn < sizeof names / sizeof *names ? names[bn] : "unknown";
}

static bool add_bn(lossi_facts *facts, const loss_surface_options *opt)
{
    bool done = lossi_facts_add(facts, LOSS_KEY_BN, "%s", loss_bn_name(opt->bn));
    if (done && opt->bn == LOSS_BN_RECALIBRATE)
        done =
            lossi_facts_add(facts, LOSS_KEY_BN_IMAGES, "%zu", loss_dataset_count(opt->bn_data)) &&
            lossi_facts_add(facts, LOSS_KEY_BN_SELECTION, "%s",
                            loss_dataset_selection(opt->bn_data)) &&
            lossi_facts_add(facts, LOSS_KEY_BN_DATA_DIGEST, "%s",
                            loss_dataset_digest(opt->bn_data));
    return done;
}

static bool add_plane(lossi_facts *facts, const loss_plane *plane)
{
    return lossi_facts_add(facts, LOSS_KEY_DIRECTIONS, "%s", loss_plane_description(plane)) &&
           lossi_facts_add(facts, LOSS_KEY_PLANE_DIGEST, "%s", loss_plane_digest(plane)) &&
           lossi_facts_add(facts, LOSS_KEY_NORM_X, "%.9g", loss_plane_norm(plane, 0)) &&
           lossi_facts_add(facts, LOSS_KEY_NORM_Y, "%.9g", loss_plane_norm(plane, 1)) &&
           lossi_facts_add(facts, LOSS_KEY_COSINE, "%.9g", loss_plane_cosine(plane)) &&
           (!plane->layers || lossi_facts_add(facts, LOSS_KEY_LAYERS, "%s", plane->layers)) &&
           (!plane->kind->record || plane->kind->record(plane, facts));
}

/* The fact `splits`: by whether the training images and the test images are there. */
static const char *const SPLITS[2][2] = {{NULL, "test"}, {"train", "train,test"}};

const char *lossi_surface_splits(bool has_train, bool has_test)
{
    return SPLITS[has_train][has_test];
}

bool lossi_surface_add_created(lossi_facts *facts)
{
    char created[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(created, sizeof created, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    return lossi_facts_add(facts, LOSS_KEY_CREATED, "%s", created);
}

static loss_status take_splits(loss_surface *s)
{
    const char *splits = lossi_facts_find(&s->facts, LOSS_KEY_SPLITS);
    for (int i = 1; i < 4 && splits; i++)
        if (strcmp(splits, SPLITS[i / 2][i % 2]) == 0) {
            s->has_split[LOSS_SPLIT_TRAIN] = i / 2;
            s->has_split[LOSS_SPLIT_TEST] = i % 2;
            return LOSS_OK;
        }
    return lossi_fail(LOSS_ERR_FORMAT,
                      "%s: its splits are %s%.100s%s; expected train, test or "
                      "train,test",
                      s->path, splits ? "\"" : "", splits ? splits : "not recorded",
                      splits ? "\"" : "");
}

/* The loss and its L2 term, where they are not what every landscape had before there was a
 * choice. */
static bool add_objective(lossi_facts *facts, const loss_net *net)
{
    bool is_first = strcmp(loss_net_loss(net), loss_loss_name(0)) == 0;
    return (is_first || lossi_facts_add(facts, LOSS_KEY_LOSS, "%s", loss_net_loss(net))) &&
           (!(loss_net_l2(net) > 0) ||
            lossi_facts_add(facts, LOSS_KEY_L2, "%.17g", loss_net_l2(net)));
}

/* A path from the root, so that it is found from any folder; what is not there stays as it is.
 * NULL: none. */
static bool add_path(lossi_facts *facts, const char *key, const char *path)
{
    char *whole = path && *path ? realpath(path, NULL) : NULL;
    bool done = !path || lossi_facts_add(facts, key, "%s", whole ? whole : path);
    free(whole);
    return done;
}

/* The network, and how it is known. */
static bool add_network(lossi_facts *facts, const loss_surface *s)
{
    char digest[17];
    loss_net_digest(s->net, digest);
    return lossi_facts_add(facts, LOSS_KEY_MODEL, "%s", loss_net_model(s->net)) &&
           lossi_facts_add(facts, LOSS_KEY_PARAMETERS, "%zu", loss_net_n_parameters(s->net)) &&
           lossi_facts_add(facts, LOSS_KEY_WEIGHTS_DIGEST, "%s", digest) &&
           lossi_facts_add(facts, LOSS_KEY_WEIGHTS_NORM, "%.9g", weights_norm(s->net)) &&
           (!loss_net_n_folded_norms(s->net) || lossi_facts_add(facts, LOSS_KEY_FOLDED_NORMS, "%zu",
                                                                loss_net_n_folded_norms(s->net))) &&
           add_path(facts, LOSS_KEY_WEIGHTS, s->opt.weights) &&
           add_path(facts, LOSS_KEY_NETWORK_FILE, s->opt.network_file) &&
           (!s->opt.network_from ||
            lossi_facts_add(facts, LOSS_KEY_NETWORK_FROM, "%s", s->opt.network_from)) &&
           (!s->opt.caveat || lossi_facts_add(facts, LOSS_KEY_CAVEAT, "%s", s->opt.caveat)) &&
           (!s->opt.weights_read ||
            lossi_facts_add(facts, LOSS_KEY_WEIGHTS_READ, "%s", s->opt.weights_read));
}

/* Where the images are from, and their normalisation. */
static bool add_source(lossi_facts *facts, const loss_dataset *data)
{
    size_t channels = loss_dataset_shape(data).channels;
    return add_path(facts, LOSS_KEY_DATA, loss_dataset_path(data)) &&
           lossi_facts_add(facts, LOSS_KEY_DATA_FORMAT, "%s", loss_dataset_format(data)) &&
           (!loss_dataset_mean(data) ||
            (add_channels(facts, LOSS_KEY_MEAN, loss_dataset_mean(data), channels) &&
             add_channels(facts, LOSS_KEY_STD, loss_dataset_std(data), channels)));
}

/* Everything that docs/file-formats.md lists. */
static bool collect_facts(const loss_surface *s, lossi_facts *facts)
{
    const char *blas = lossi_blas_in_use();
    const loss_dataset *first = s->data[0] ? s->data[0] : s->data[1];
    bool done =
        lossi_facts_add(facts, LOSS_KEY_VERSION, "%s", loss_version()) &&
        lossi_facts_add(facts, LOSS_KEY_ISA, "%s", loss_isa()) &&
        (!blas || lossi_facts_add(facts, LOSS_KEY_BLAS, "%s", blas)) &&
        lossi_surface_add_created(facts) &&
        (!s->opt.command || lossi_facts_add(facts, LOSS_KEY_COMMAND, "%s", s->opt.command)) &&
        (!s->opt.host || lossi_facts_add(facts, LOSS_KEY_HOST, "%s", s->opt.host)) &&
        add_network(facts, s) && add_bn(facts, &s->opt) &&
        (!s->opt.repeat || lossi_facts_add(facts, LOSS_KEY_REPEAT, "%zu", s->opt.repeat)) &&
        (!s->opt.parts ||
         lossi_facts_add(facts, LOSS_KEY_PART, "%zu/%zu", s->opt.part, s->opt.parts)) &&
        add_objective(facts, s->net) &&
        lossi_facts_add(facts, LOSS_KEY_SPLITS, "%s",
                        SPLITS[s->data[0] != NULL][s->data[1] != NULL]) &&
        add_source(facts, first) && add_plane(facts, s->plane) && lossi_surface_add_kept(s, facts);
    for (int k = 0; k < 2; k++)
        done = done && (!s->data[k] || add_data(facts, s->data[k]));
    return done;
}

static loss_status check_modes(const loss_surface *s)
{
    const loss_surface_options *o = &s->opt;
    if ((unsigned)o->bn > LOSS_BN_RECALIBRATE)
        return lossi_fail(LOSS_ERR_ARGUMENT, "BatchNorm mode %d; expected 0 to %d", (int)o->bn,
                          LOSS_BN_RECALIBRATE);
    if (o->bn == LOSS_BN_STATES && !s->plane->kind->moves_statistics)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "BatchNorm mode states moves running statistics between solutions; these "
                          "directions are: %s",
                          loss_plane_description(s->plane));
    if ((o->bn == LOSS_BN_RECALIBRATE) != (o->bn_data != NULL))
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "BatchNorm mode %s: bn_data is%s given; it goes with recalibrate",
                          loss_bn_name(o->bn), o->bn_data ? "" : " not");
    if (o->repeat && !s->plane->kind->another)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "only random directions can be repeated; these are: %s",
                          loss_plane_description(s->plane));
    if (o->repeat && (s->y.n != o->repeat || s->y.min != 0 || s->y.max != (double)(o->repeat - 1)))
        return lossi_fail(
            LOSS_ERR_ARGUMENT,
            "axis y is %g:%g:%zu; for %zu repeated directions it numbers them: 0:%zu:%zu", s->y.min,
            s->y.max, s->y.n, o->repeat, o->repeat - 1, o->repeat);
    return o->bn_data ? lossi_net_check_data(s->net, o->bn_data) : LOSS_OK;
}

static loss_status check(const loss_surface *s)
{
    loss_status status = lossi_axis_check(s->x, LOSS_ERR_ARGUMENT, "axis x");
    if (!status)
        status = lossi_axis_check(s->y, LOSS_ERR_ARGUMENT, "axis y");
    if (!status && s->x.n * s->y.n > LOSSI_MAX_POINTS)
        status =
            lossi_fail(LOSS_ERR_ARGUMENT, "a grid of %zu x %zu points; at most %d are possible",
                       s->x.n, s->y.n, LOSSI_MAX_POINTS);
    if (!status && loss_net_n_parameters(s->net) != s->plane->n)
        status = lossi_fail(LOSS_ERR_SHAPE, "directions of %zu parameters for %s of %zu",
                            s->plane->n, s->net->model, loss_net_n_parameters(s->net));
    if (!status && !loss_plane_direction(s->plane, 1) && (s->y.n != 1 || s->y.min != 0))
        status = lossi_fail(LOSS_ERR_ARGUMENT,
                            "axis y: these directions are a line; y must be the one point 0");
    if (!status && s->opt.parts && (s->opt.part < 1 || s->opt.part > s->opt.parts))
        status = lossi_fail(LOSS_ERR_ARGUMENT, "part %zu of %zu; expected 1 to %zu", s->opt.part,
                            s->opt.parts, s->opt.parts);
    if (!status && !s->opt.parts && s->opt.part)
        status = lossi_fail(LOSS_ERR_ARGUMENT, "part %zu of how many?", s->opt.part);
    if (!status)
        status = check_modes(s);
    for (int k = 0; k < 2 && !status; k++)
        if (s->data[k])
            status = lossi_net_check_loss(s->net, s->data[k]);
    return status;
}

loss_status lossi_surface_refuse_imported(const loss_surface *s)
{
    const char *from = lossi_facts_find(&s->facts, LOSS_KEY_IMPORTED_FROM);
    return from ? lossi_fail(LOSS_ERR_MISMATCH,
                             "%s: imported from %.300s, which does not tell of which network, "
                             "images and directions it is: it can be shown and exported, and "
                             "nothing can be added to it",
                             s->path, from)
                : LOSS_OK;
}

/* A file is filled up only by what made it. */
static loss_status compare(const loss_surface *s, const lossi_facts *asked)
{
    lossi_difference d;
    loss_status status = lossi_surface_refuse_imported(s);
    if (status)
        return status;
    return lossi_facts_differ(&s->facts, asked, &d)
               ? lossi_fail(LOSS_ERR_MISMATCH,
                            "%s: a landscape of something else: its %s: %s; asked for: %s. It is "
                            "left as it is",
                            s->path, d.what, d.first, d.second)
               : LOSS_OK;
}

static loss_status compare_axes(const loss_surface *s)
{
    loss_axis x, y;
    loss_status status = lossi_store_read_axes(s->store, &x, &y);
    if (!status && (!lossi_axis_is_same(x, s->x) || !lossi_axis_is_same(y, s->y)))
        status = lossi_fail(
            LOSS_ERR_MISMATCH,
            "%s: its grid is x %g:%g:%zu, y %g:%g:%zu; asked for: x %g:%g:%zu, y %g:%g:%zu. "
            "It is left as it is",
            s->path, x.min, x.max, x.n, y.min, y.max, y.n, s->x.min, s->x.max, s->x.n, s->y.min,
            s->y.max, s->y.n);
    return status;
}

/* Makes or opens the file and compares. */
static loss_status attach(loss_surface *s, const lossi_facts *facts)
{
    lossi_stored_direction directions[2];
    lossi_store_contents contents = {
        .facts = facts, .x = s->x, .y = s->y, .directions = directions};
    for (int axis = 0; axis < 2 && !s->plane->kind->is_drawn; axis++)
        if (loss_plane_direction(s->plane, axis))
            directions[contents.n_directions++] =
                (lossi_stored_direction){axis ? "y" : "x", loss_plane_direction(s->plane, axis),
                                         loss_net_n_parameters(s->net)};
    bool is_new;
    const lossi_store_wait wait = {true, s->opt.cancelled, s->opt.waiting, s->opt.user};
    loss_status status = lossi_store_open_or_create(&s->store, s->path, &contents, &wait, &is_new);
    if (!status)
        status = lossi_store_read_facts(s->store, &s->facts);
    if (!status)
        status = take_splits(s);
    if (!status && !is_new)
        status = compare(s, facts);
    if (!status && !is_new)
        status = compare_axes(s);
    if (!status && s->opt.curvature)
        status = lossi_surface_attach_curvature(s);
    return status;
}

static loss_status new_surface(loss_surface **out, const char *path)
{
    *out = calloc(1, sizeof **out);
    if (!*out || !((*out)->path = lossi_strdup(path))) {
        free(*out);
        *out = NULL;
        return lossi_fail_nomem(sizeof **out);
    }
    return LOSS_OK;
}

loss_status loss_surface_open(loss_surface **out, const char *path, const loss_net *net,
                              const loss_plane *plane, const loss_dataset *data,
                              const loss_surface_options *given)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(net && plane && data);
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    loss_surface *s = NULL;
    lossi_facts facts = {0};
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status && opt.second && loss_dataset_split(opt.second) == loss_dataset_split(data))
        status = lossi_fail(LOSS_ERR_ARGUMENT, "both data sets are of the split %s",
                            loss_split_name(loss_dataset_split(data)));
    if (!status)
        status = new_surface(&s, path ? path : "no file");
    if (!status) {
        s->net = net;
        s->plane = plane;
        s->data[loss_dataset_split(data)] = data;
        if (opt.second)
            s->data[loss_dataset_split(opt.second)] = opt.second;
        s->opt = opt;
        s->x = opt.x;
        s->y = opt.y;
        status = check(s);
        if (!status)
            status = lossi_surface_take_curvature(s);
        if (!status)
            status = lossi_surface_keep(s);
    }
    if (!status && !collect_facts(s, path ? &facts : &s->facts))
        status = lossi_fail(LOSS_ERR_NOMEM, "%s: out of memory for its metadata", s->path);
    if (!status && path)
        status = attach(s, &facts);
    lossi_facts_free(&facts);
    if (status)
        loss_surface_close(s);
    else
        *out = s;
    return status;
}

loss_status loss_surface_recognise(bool *is_landscape, const char *path)
{
    static const char magic[] = "SQLite format 3"; /* with its NUL */
    char head[sizeof magic];
    int file;
    LOSSI_REQUIRE(is_landscape);
    *is_landscape = false;
    LOSSI_REQUIRE(path);
    loss_status status = lossi_file_open_input(path, &file, NULL);
    if (status)
        return status;
    ssize_t n = read(file, head, sizeof head);
    *is_landscape = n == sizeof head && memcmp(head, magic, sizeof head) == 0;
    if (n < 0)
        status = lossi_fail(LOSS_ERR_IO, "%s: cannot read: %s", path, strerror(errno));
    close(file);
    return status;
}

loss_status lossi_surface_of_store(loss_surface **out, const char *path, lossi_store *store)
{
    loss_surface *s;
    loss_status status = new_surface(&s, path);
    if (status) {
        lossi_store_close(store);
        return status;
    }
    s->store = store;
    status = lossi_store_read_facts(s->store, &s->facts);
    if (!status)
        status = take_splits(s);
    if (!status)
        status = lossi_store_read_axes(s->store, &s->x, &s->y);
    if (status)
        loss_surface_close(s);
    else
        *out = s;
    return status;
}

loss_status loss_surface_read(loss_surface **out, const char *path)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(path);
    lossi_store *store;
    loss_status status = lossi_store_open(&store, path);
    return status ? status : lossi_surface_of_store(out, path, store);
}

loss_axis loss_surface_x(const loss_surface *surface)
{
    return surface ? surface->x : (loss_axis){0};
}

loss_axis loss_surface_y(const loss_surface *surface)
{
    return surface ? surface->y : (loss_axis){0};
}

bool loss_surface_has_split(const loss_surface *surface, loss_split split)
{
    return surface && (unsigned)split < 2 && surface->has_split[split];
}

loss_split loss_surface_split(const loss_surface *surface, loss_split wanted)
{
    loss_split other = wanted == LOSS_SPLIT_TEST ? LOSS_SPLIT_TRAIN : LOSS_SPLIT_TEST;
    return !loss_surface_has_split(surface, wanted) && loss_surface_has_split(surface, other)
               ? other
               : wanted;
}

loss_status lossi_surface_need_split(const loss_surface *s, loss_split split)
{
    if ((unsigned)split > LOSS_SPLIT_TEST)
        return lossi_fail(LOSS_ERR_ARGUMENT, "split %d; expected one of loss_split", (int)split);
    if (!s->store)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: there is no file to read points from", s->path);
    return s->has_split[split] ? LOSS_OK
                               : lossi_fail(LOSS_ERR_NAME, "%s: it holds no points of the split %s",
                                            s->path, loss_split_name(split));
}

loss_status loss_surface_paths(loss_surface *surface, loss_split split, size_t *n,
                               const loss_path_point **points)
{
    LOSSI_REQUIRE(surface && n && points);
    *n = 0;
    *points = NULL;
    loss_status status = lossi_surface_need_split(surface, split);
    if (status)
        return status;
    lossi_path_free(surface->path_rows, surface->n_path);
    free(surface->path_points);
    surface->path_points = NULL;
    status = lossi_store_read_path(surface->store, split, &surface->path_rows, &surface->n_path);
    if (!status && surface->n_path &&
        !(surface->path_points = calloc(surface->n_path, sizeof *surface->path_points)))
        status = lossi_fail_nomem(surface->n_path * sizeof *surface->path_points);
    if (status)
        return status;
    for (size_t i = 0; i < surface->n_path; i++)
        surface->path_points[i] = surface->path_rows[i].point;
    *n = surface->n_path;
    *points = surface->path_points;
    return LOSS_OK;
}

static loss_status differs(const loss_surface *s, const char *what, const char *key,
                           const char *found)
{
    const char *expected = lossi_surface_fact(s, key);
    return strcmp(expected, found) == 0
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_MISMATCH,
                            "%s: it is of other %s: their digest is %s, that of "
                            "these %s",
                            s->path, what, expected, found);
}

loss_status loss_surface_matches(const loss_surface *surface, const loss_net *net,
                                 const loss_dataset *data)
{
    LOSSI_REQUIRE(surface);
    char digest[17], key[LOSSI_KEY_SIZE];
    loss_status status = LOSS_OK;
    if (net) {
        loss_net_digest(net, digest);
        status = differs(surface, "weights", LOSS_KEY_WEIGHTS_DIGEST, digest);
    }
    if (status || !data)
        return status;
    loss_split split = loss_dataset_split(data);
    status = lossi_surface_need_split(surface, split);
    return status ? status
                  : differs(surface, "images", lossi_split_key(key, LOSS_KEY_DATA_DIGEST, split),
                            loss_dataset_digest(data));
}
