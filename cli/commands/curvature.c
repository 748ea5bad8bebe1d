/* lossgrid curvature */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands/curvature_batches.h"
#include "commands/density.h"
#include "document.h"
#include "figure/picture.h"
#include "inputs/choices.h"
#include "inputs/target.h"
#include "json.h"
#include "progress_log.h"

typedef enum stage { STAGE_EIGENVALUES, STAGE_TRACE, STAGE_DENSITY } stage;
static const char *const STAGES[] = {"eigenvalues", "trace", "density"};
static const char *const VALUES[] = {"residual", "trace", "residual"}; /* what a stage tells */

typedef struct request {
    target t;
    int split, ignore;
    bool has_split;
    uint64_t top, smallest;
    size_t trace;          /* random vectors; 0: no trace */
    size_t vectors, nodes; /* of the density */
    text_list density;     /* files */
    size_t batches, batch; /* how many mini-batches, 0: none; images of each */
    loss_curvature_options curvature;
    loss_eigen_options eigen;
    bool has_vectors, has_nodes, has_batch;
    stage stage;  /* what is under way */
    size_t tenth; /* of it that has been told */
} request;

static void report(const loss_curvature_progress *p, void *user)
{
    request *r = user;
    char left[32], figure[96] = "";
    size_t tenth = 10 * p->done / p->most;
    bool milestone = tenth != r->tenth;
    r->tenth = tenth;
    if (r->stage == STAGE_TRACE)
        snprintf(figure, sizeof figure, "  %.5g +- %.2g", p->value, p->standard_error);
    else if (isfinite(p->value))
        snprintf(figure, sizeof figure, "  residual %.2g", p->value);
    progress_log_event(&(progress_event){
        .kind = STAGES[r->stage],
        .is_milestone = milestone,
        .done = (double)p->done,
        .total = (double)p->most,
        .images_per_second = NAN,
        .seconds_left = p->seconds_left,
        .numbers = {{VALUES[r->stage], p->value}, {"standard_error", p->standard_error}},
    });
    progress_line(r->t.quiet, milestone, "%s: product %zu, at most %zu%s  at most %s left",
                  STAGES[r->stage], p->done, p->most, figure, duration_text(p->seconds_left, left));
}

static void begin(request *r, stage which)
{
    r->stage = which;
    r->tenth = 0;
}

/* ---- What comes out, as soon as it is known ------------------------------------------------- */

static double norm_of(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sqrt(sum);
}

static void print_eigenvalue(const char *name, const loss_eigenvalue *e)
{
    printf("%-10s %-13.6g residual %.2g%s\n", name, e->value, e->residual,
           e->has_converged ? "" : "  (not converged: give more --steps)");
}

static void add_eigenvalues(json *j, const char *key, const loss_eigenvalue *values, size_t n)
{
    cJSON *list = json_list(j, j->root, key);
    for (size_t i = 0; i < n; i++) {
        cJSON *item = json_object(j, list, NULL);
        json_number(j, item, "value", values[i].value);
        json_number(j, item, "residual", values[i].residual);
        json_bool(j, item, "converged", values[i].has_converged);
    }
}

/* Loss and gradient first: cheap, and they tell at once if there is nothing to differentiate. */
static loss_status find_gradient(request *r, loss_curvature *c, const loss_net *net,
                                 const loss_dataset *data, json *j)
{
    size_t n = loss_net_n_parameters(net);
    float *gradient = malloc(n * sizeof *gradient);
    double loss;
    loss_status status = gradient ? loss_curvature_gradient(c, &loss, gradient) : LOSS_ERR_NOMEM;
    if (!status && document_is_wanted()) {
        json_text(j, j->root, "model", loss_net_model(net));
        json_text(j, j->root, "split", loss_split_name((loss_split)r->split));
        json_number(j, j->root, "images", (double)loss_dataset_count(data));
        json_text(j, j->root, "selection", loss_dataset_selection(data));
        json_text(j, j->root, "ignore", loss_ignore_name(r->curvature.ignore));
        if (r->curvature.layers)
            json_text(j, j->root, "layers", r->curvature.layers);
        json_number(j, j->root, "parameters", (double)loss_curvature_rows(c));
        json_number(j, j->root, "loss", loss);
        json_number(j, j->root, "gradient_norm", norm_of(gradient, n));
    } else if (!status) {
        printf("%s on %zu %s images (%s), Hessian over %zu of %zu parameters (ignore=%s)\n",
               loss_net_model(net), loss_dataset_count(data), loss_split_name((loss_split)r->split),
               loss_dataset_selection(data), loss_curvature_rows(c), n,
               loss_ignore_name(r->curvature.ignore));
        printf("%-10s %-13.6g gradient's norm %.4g\n", "loss", loss, norm_of(gradient, n));
        fflush(stdout);
    }
    free(gradient);
    return status;
}

static void begin_batch(void *user)
{
    begin(user, STAGE_EIGENVALUES);
}

static loss_status find_eigenvalues(request *r, loss_curvature *c, const loss_net *net,
                                    const loss_dataset *data, json *j)
{
    size_t n = r->eigen.top + r->eigen.smallest;
    loss_eigenvalue *values = calloc(n + 1, sizeof *values);
    if (!values)
        return LOSS_ERR_NOMEM;
    begin(r, STAGE_EIGENVALUES);
    loss_status status = n ? loss_curvature_eigen(c, &r->eigen, values, NULL) : LOSS_OK;
    progress_end();
    if (!status && document_is_wanted()) {
        add_eigenvalues(j, "top", values, r->eigen.top);
        add_eigenvalues(j, "smallest", values + r->eigen.top, r->eigen.smallest);
    }
    for (size_t i = 0; i < n && !status && !document_is_wanted(); i++)
        print_eigenvalue(i < r->eigen.top ? "largest" : "smallest", &values[i]);
    fflush(stdout);
    batches_request batches = {r->batches,  r->batch, &r->curvature, &r->eigen, values,
                               begin_batch, r};
    if (!status && r->batches)
        status = curvature_batches(&batches, net, data, document_is_wanted() ? j : NULL);
    free(values);
    return status;
}

/* Stopped on the way, the mean so far is worth telling. */
static loss_status find_trace(request *r, loss_curvature *c, json *j)
{
    loss_trace trace;
    if (!r->trace)
        return LOSS_OK;
    begin(r, STAGE_TRACE);
    loss_status status = loss_curvature_trace(c, r->trace, &trace);
    progress_end();
    if (trace.vectors && document_is_wanted()) {
        cJSON *object = json_object(j, j->root, "trace");
        json_number(j, object, "mean", trace.mean);
        json_known(j, object, "standard_error", trace.standard_error);
        json_number(j, object, "vectors", (double)trace.vectors);
    } else if (trace.vectors) {
        printf("%-10s %-13.6g +- %.2g (%zu random vectors)\n", "trace", trace.mean,
               trace.standard_error, trace.vectors);
        fflush(stdout);
    }
    return status;
}

/* @return an exit code; a failure was told */
static int write_density(request *r, const loss_density *density, const density_about *about)
{
    int result = EXIT_OK;
    for (size_t i = 0; i < r->density.n && result == EXIT_OK; i++) {
        result = density_write(density, about, r->density.items[i]);
        if (result == EXIT_OK && !document_is_wanted())
            printf("%-10s %s\n", "density", r->density.items[i]);
    }
    return result;
}

static void add_density(const request *r, json *j)
{
    cJSON *object = json_object(j, j->root, "density");
    json_number(j, object, "vectors", (double)r->vectors);
    cJSON *files = json_list(j, object, "files");
    for (size_t i = 0; i < r->density.n; i++)
        json_text(j, files, NULL, r->density.items[i]);
}

/* What is computed with, and what came out last. */
typedef struct work {
    loss_dataset *data;
    loss_net *net;
    loss_curvature *curvature;
    loss_density *density; /* NULL: none wanted */
} work;

static loss_status compute(request *r, work *w, json *j)
{
    loss_status status = target_open_split(&r->t, (loss_split)r->split, r->has_split, &w->data);
    r->split = (int)loss_dataset_split(w->data);
    if (!status)
        status = target_open_net(&r->t, w->data, &w->net);
    if (!status)
        status = loss_curvature_create(&w->curvature, w->net, w->data, &r->curvature);
    if (!status)
        status = find_gradient(r, w->curvature, w->net, w->data, j);
    if (!status)
        status = find_eigenvalues(r, w->curvature, w->net, w->data, j);
    if (!status)
        status = find_trace(r, w->curvature, j);
    if (!status && r->density.n) {
        begin(r, STAGE_DENSITY);
        status = loss_curvature_density(&w->density, w->curvature, r->vectors, r->nodes);
    }
    progress_end();
    return status;
}

/* Interrupted, it still prints what was finished. */
static int print(request *r, json *j, bool is_interrupted)
{
    loss_status status = LOSS_OK;
    if (document_is_wanted()) {
        target_json(&r->t, j, j->root);
        status = is_interrupted ? document_give_part(j) : document_give(j);
    }
    if (status)
        return report_failure(status);
    if (is_interrupted)
        report_error(LOSS_ERR_CANCELLED, "interrupted; what was finished has been printed");
    return is_interrupted ? EXIT_INTERRUPTED : EXIT_OK;
}

static int run(request *r)
{
    work w = {0};
    json j = json_begin();
    json_text(&j, j.root, "kind", "curvature");
    loss_status status = compute(r, &w, &j);
    int result = status && status != LOSS_ERR_CANCELLED ? report_failure(status) : EXIT_OK;
    if (!status && w.density) {
        density_about about = {w.net, w.data, r->curvature.ignore,
                               loss_curvature_rows(w.curvature)};
        result = write_density(r, w.density, &about);
        add_density(r, &j);
    }
    if (result == EXIT_OK)
        result = print(r, &j, status == LOSS_ERR_CANCELLED);
    json_free(&j);
    loss_density_free(w.density);
    loss_curvature_free(w.curvature);
    loss_net_free(w.net);
    loss_dataset_free(w.data);
    return result;
}

static int check_request(const request *r, const char *command)
{
    if (!r->top && !r->smallest && !r->trace && !r->density.n)
        return usage_error(command,
                           "nothing to do: --top 0 and --smallest 0 without --trace and --density");
    if (r->top > 1000 || r->smallest > 1000)
        return usage_error(command, "--top and --smallest: expected at most 1000 each");
    if (r->top + r->smallest > r->eigen.steps)
        return usage_error(command, "--steps=%zu: expected at least as many as the %zu eigenvalues",
                           r->eigen.steps, (size_t)(r->top + r->smallest));
    if (!(r->eigen.tolerance > 0))
        return usage_error(command, "--tolerance=%g: expected a number above 0",
                           r->eigen.tolerance);
    if (r->has_batch && !r->batches)
        return usage_error(command, "--batch goes with --batches");
    if (r->batches && !r->top && !r->smallest)
        return usage_error(command, "--batches has no eigenvalues: --top 0 and --smallest 0");
    if (!r->density.n && (r->has_vectors || r->has_nodes))
        return usage_error(command, "--%s goes with --density",
                           r->has_vectors ? "vectors" : "nodes");
    char endings[64];
    for (size_t i = 0; i < r->density.n; i++)
        if (!density_is_known(r->density.items[i]))
            return usage_error(
                command, "--density=%s: its ending says no format; expected .csv, %s",
                r->density.items[i], options_list(picture_endings(), endings, sizeof endings));
    return -1;
}

static const command_text TEXT = {
    .name = "curvature",
    .usage = "RUN/ | F.landscape [options]  |  --model NAME --weights FILE --data PATH [options]",
    .summary =
        "Eigenvalues, trace and spectral density of the Hessian of the mean loss, in evaluation "
        "mode, at the weights. Each\n"
        "figure is printed as soon as it is known, eigenvalues with their residuals; Ctrl-C keeps "
        "what is printed.",
    .notes =
        "A product of the Hessian with a vector takes as long as about eight evaluations of the "
        "images; eigenvalues take some\n"
        "tens of them. A few hundred images (--limit) are enough for a first look.",
    .examples = "  lossgrid curvature run --limit 512\n"
                "  lossgrid curvature run --limit 512 --top 5 --smallest 2 --trace 30 --json\n"
                "  lossgrid curvature run --limit 512 --batches 8 --batch 64\n"
                "  lossgrid curvature run --limit 256 --top 0 --smallest 0 --density spectrum.csv "
                "--density spectrum.png",
};

/* Hands the library what was asked for, who is told how far it is, and who stops it. */
static void prepare(request *r)
{
    interrupts_catch();
    r->eigen.top = (size_t)r->top;
    r->eigen.smallest = (size_t)r->smallest;
    r->curvature.ignore = (loss_ignore)r->ignore;
    r->curvature.progress = report;
    r->curvature.cancelled = interrupted;
    r->curvature.user = r;
}

int command_curvature(int argc, char **argv)
{
    request r = {.split = LOSS_SPLIT_TEST,
                 .top = 2,
                 .smallest = 1,
                 .batch = 128,
                 .vectors = 2,
                 .nodes = 80,
                 .curvature = LOSS_CURVATURE_OPTIONS_INIT,
                 .eigen = LOSS_EIGEN_OPTIONS_INIT};
    char endings[64], density_help[160];
    snprintf(density_help, sizeof density_help,
             "the spectral density: nodes as .csv, drawn as %s; may be given several times",
             options_list(picture_endings(), endings, sizeof endings));
    const option_spec options[] = {
        TARGET_OPTIONS(r.t),
        OPT_CHOICE("split", "S", choices_split(), "train or test (test, where there is one)",
                   &r.split, .given = &r.has_split),
        OPT_SEED("top", "K", "how many of the largest eigenvalues (2)", &r.top),
        OPT_SEED("smallest", "K", "how many of the smallest, the most negative ones (1)",
                 &r.smallest),
        OPT_COUNT(
            "steps", "N",
            "at most this many products for them (200); memory: as many copies of the weights",
            &r.eigen.steps),
        OPT_NUMBER("tolerance", "X",
                   "residual relative to the eigenvalue at which one is done (0.001)",
                   &r.eigen.tolerance),
        OPT_COUNT("batches", "N",
                  "the same eigenvalues of N mini-batches, shuffled by the seed: mean and spread",
                  &r.batches),
        OPT_COUNT("batch", "N", "images of a mini-batch (128)", &r.batch, .given = &r.has_batch),
        OPT_COUNT("trace", "N", "the trace, from N random vectors", &r.trace),
        OPT_TEXTS("density", "FILE", density_help, &r.density),
        OPT_COUNT("vectors", "N", "random vectors of the density (2)", &r.vectors,
                  .given = &r.has_vectors),
        OPT_COUNT("nodes", "N", "nodes, and products, for each of them (80)", &r.nodes,
                  .given = &r.has_nodes),
        OPT_CHOICE("ignore", "I", choices_ignore(),
                   "what stays: biasbn (biases and BatchNorm) or none (biasbn)", &r.ignore),
        OPT_TEXT("layers", "PATTERN",
                 "only the block of parameters with such names, such as 'layer3.*,fc.weight'",
                 &r.curvature.layers),
        OPT_SEED("seed", "N", "seed of start and random vectors (0)", &r.curvature.seed),
        OPT_THREADS(&r.curvature.threads),
        OPT_PROGRESS_LOG,
        OPT_QUIET(&r.t.quiet),
    };
    size_t n_operands = 0;
    int result = command_parse(&TEXT, OPTION_TABLE(options, 1), argc, argv, &r.t.run, &n_operands);
    if (result < 0)
        result = target_resolve(&r.t, TEXT.name, true);
    if (result < 0)
        result = check_request(&r, TEXT.name);
    if (result < 0) {
        prepare(&r);
        result = run(&r);
    }
    target_free(&r.t);
    return result;
}
