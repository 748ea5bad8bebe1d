/* Every struct that begins with struct_size, with sizes that are not its own: 0, shorter, longer
 * with zeros behind and with something else behind, and far too long. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "misused.h"

#include <loss/estimate.h>
#include <loss/import.h>

static loss_status levels(void *opt)
{
    static const double z[4] = {0, 1, 2, 3};
    double found[3];
    size_t n;
    return loss_levels(&(loss_grid){{0, 1, 2}, {0, 1, 2}, z}, 3, opt, found, &n);
}

static loss_status criticals(void *opt)
{
    static const double z[4] = {0, 1, 2, 3};
    loss_criticals *set;
    loss_status status = loss_criticals_create(&set, &(loss_grid){{0, 1, 2}, {0, 1, 2}, z}, opt);
    loss_criticals_free(set);
    return status;
}

static loss_status curvature(void *opt)
{
    loss_curvature *c;
    loss_status status = loss_curvature_create(&c, use.net, use.data, opt);
    loss_curvature_free(c);
    return status;
}

static loss_status eigen(void *opt)
{
    loss_eigenvalue values[3];
    return loss_curvature_eigen(use.curvature, opt, values, NULL);
}

static loss_status dataset(void *opt)
{
    static const uint8_t pixels[2];
    static const uint32_t labels[2];
    loss_dataset *data;
    loss_status status =
        loss_dataset_create(&data, (loss_shape){1, 1, 1, 2}, 2, pixels, labels, opt);
    loss_dataset_free(data);
    return status;
}

static loss_status surface_import(void *opt)
{
    loss_import *import;
    loss_surface *surface = NULL;
    scratch_write("import.csv", "1,2\n3,4\n", 8);
    loss_status status = loss_import_read(&import, scratch_path("import.csv"), NULL);
    if (!status)
        status = loss_surface_import(&surface, import, NULL, opt);
    loss_surface_close(surface);
    loss_import_free(import);
    return status;
}

static loss_status import_file(void *opt)
{
    loss_import *import;
    scratch_write("import.csv", "1,2\n3,4\n", 8);
    loss_status status = loss_import_read(&import, scratch_path("import.csv"), opt);
    loss_import_free(import);
    return status;
}

static loss_status export(void *opt)
{
    return loss_surface_export(use.surface, scratch_path("x.csv"), opt);
}

static loss_status load(void *opt)
{
    return loss_net_load(use.other, use.checkpoints[0], opt);
}

static loss_status report(void *opt)
{
    loss_load_options outer = LOSS_LOAD_OPTIONS_INIT;
    outer.report = opt;
    return load(&outer);
}

static loss_status convert(void *opt)
{
    return loss_weights_convert(use.checkpoints[0], scratch_path("x.safetensors"), NULL, opt);
}

static double nothing(const loss_function_call *call, void *user)
{
    (void)call;
    (void)user;
    return 0;
}

static loss_status function(void *opt)
{
    loss_net *net;
    loss_status status = loss_net_create(&net, "mlp:size=2", (loss_shape){1, 2, 2, 2});
    if (!status)
        status = loss_net_set_function(net, opt);
    loss_net_free(net);
    return status;
}

static const uint8_t no_pixels[2];
static const uint32_t no_labels[2];

static loss_status arrays(void *opt)
{
    loss_dataset *data;
    loss_status status = loss_dataset_create_arrays(&data, opt, NULL);
    loss_dataset_free(data);
    return status;
}

static loss_status evaluate(void *opt)
{
    loss_result result = LOSS_RESULT_INIT;
    return loss_net_evaluate(use.net, use.data, opt, &result);
}

static loss_status result(void *opt)
{
    return loss_net_evaluate(use.net, use.data, NULL, opt);
}

static loss_status check(void *opt)
{
    return loss_net_check(use.net, use.data, NULL, opt);
}

static loss_status random_plane(void *opt)
{
    loss_plane *plane;
    loss_status status = loss_plane_random(&plane, use.net, opt);
    loss_plane_free(plane);
    return status;
}

static loss_status pca(void *opt)
{
    loss_plane *plane;
    loss_status status = loss_plane_pca(&plane, use.net, use.checkpoints, MISUSED_CHECKPOINTS, opt);
    loss_plane_free(plane);
    return status;
}

static loss_status surface(void *opt)
{
    loss_surface *s;
    const char *path = scratch_path("sizes.landscape");
    loss_status status = loss_surface_open(&s, path, use.net, use.plane, use.data, opt);
    loss_surface_close(s);
    remove(path);
    return status;
}

static loss_status kept(void *opt)
{
    loss_surface *s;
    loss_status status = loss_surface_open(&s, NULL, use.net, use.plane, use.data, NULL);
    if (!status)
        status = loss_surface_kept(s, opt);
    loss_surface_close(s);
    return status;
}

static loss_status surface_curvature(void *opt)
{
    loss_surface_options outer = LOSS_SURFACE_OPTIONS_INIT;
    outer.curvature = opt;
    return surface(&outer);
}

static loss_status surface_eigen(void *opt)
{
    loss_surface_options outer = LOSS_SURFACE_OPTIONS_INIT;
    loss_curvature_options inner = LOSS_CURVATURE_OPTIONS_INIT;
    outer.curvature = &inner;
    outer.eigen = opt;
    return surface(&outer);
}

static loss_status path(void *opt)
{
    return loss_surface_add_path(use.surface, "run", use.checkpoints, MISUSED_CHECKPOINTS, opt);
}

static loss_status train(void *opt)
{
    static int n;
    char name[32];
    snprintf(name, sizeof name, "run%d", n++);
    return loss_train(use.other, use.data, NULL, scratch_path(name), opt);
}

static loss_status merge(void *opt)
{
    loss_surface *s;
    const char *part = scratch_path("merged-from"), *out = scratch_path("merged");
    loss_status status = loss_surface_open(&s, part, use.net, use.plane, use.data, NULL);
    loss_surface_close(s);
    if (!status)
        status = loss_surface_merge(out, &part, 1, NULL, opt);
    remove(part);
    remove(out);
    return status;
}

/* A line over images enough for a sample of them. */
static loss_status estimated_line(void *opt, void *report)
{
    enum { IMAGES = 60 };
    static const uint8_t pixels[IMAGES * 4] = {9, 8, 7, 6, 5, 4, 3, 2, 1};
    static const uint32_t labels[IMAGES] = {0, 1, 2, 0};
    const char *path = scratch_path("estimated");
    loss_surface_options line = LOSS_SURFACE_OPTIONS_INIT;
    loss_dataset *data;
    loss_surface *s = NULL;
    line.x = (loss_axis){-1, 1, 9};
    line.y = (loss_axis){0, 0, 1};
    loss_status status =
        loss_dataset_create(&data, (loss_shape){1, 2, 2, 3}, IMAGES, pixels, labels, NULL);
    if (!status)
        status = loss_surface_open(&s, path, use.net, use.plane, data, &line);
    if (!status)
        status = loss_surface_estimate(s, opt);
    if (!status && report)
        status = loss_surface_estimate_report(s, LOSS_SPLIT_TRAIN, report);
    loss_surface_close(s);
    loss_dataset_free(data);
    remove(path);
    return status;
}

static loss_status estimate(void *opt)
{
    return estimated_line(opt, NULL);
}

static loss_status estimate_report(void *report)
{
    loss_estimate_options opt = LOSS_ESTIMATE_OPTIONS_INIT;
    opt.share = 0.9;
    return estimated_line(&opt, report);
}

static loss_status layer_info(void *opt)
{
    return loss_net_layer(use.net, 0, opt);
}

/* What the builder's end says of a layer. */
static loss_status layer(void *conv, void *pool, void *norm)
{
    loss_builder *b;
    loss_net *net;
    if (loss_builder_create(&b, (loss_shape){1, 2, 2, 3}))
        return LOSS_ERR_NOMEM;
    loss_node x = loss_builder_input(b);
    x = conv   ? loss_builder_conv(b, x, "a", conv)
        : pool ? loss_builder_max_pool(b, x, pool)
               : loss_builder_batchnorm(b, x, "a", norm);
    x = loss_builder_linear(b, loss_builder_flatten(b, x), "fc", 3);
    loss_status status = loss_builder_finish(b, x, "sizes", &net);
    loss_net_free(net);
    return status;
}

static loss_status conv(void *opt)
{
    return layer(opt, NULL, NULL);
}

static loss_status pool(void *opt)
{
    return layer(NULL, opt, NULL);
}

static loss_status norm(void *opt)
{
    return layer(NULL, NULL, opt);
}

enum { ROOM = 256 }; /* behind a struct */

typedef union options {
    size_t struct_size;
    unsigned char bytes[sizeof(loss_load_report) + ROOM]; /* the largest */
    loss_levels_options levels;
    loss_criticals_options criticals;
    loss_curvature_options curvature;
    loss_eigen_options eigen;
    loss_dataset_options dataset;
    loss_export_options export;
    loss_load_options load;
    loss_evaluate_options evaluate;
    loss_result result;
    loss_check check;
    loss_random_options random;
    loss_pca_options pca;
    loss_surface_options surface;
    loss_kept kept;
    loss_path_options path;
    loss_train_options train;
    loss_conv_options conv;
    loss_pool_options pool;
    loss_batchnorm_options norm;
    loss_load_report report;
    loss_convert_report convert;
    loss_merge_report merge;
    loss_estimate_options estimate;
    loss_estimate_report estimated;
    loss_layer_info layer;
    loss_function function;
    loss_arrays arrays;
    loss_import_options import;
    loss_surface_import_options surface_import;
} options;

/* Each struct: one that is right, and a function that takes it. `at`: where it is a part of
 * another's call, beside its own. */
static const struct {
    const char *name;
    options right;
    loss_status (*call)(void *opt);
    bool is_part;
    bool needs_more; /* than struct_size: shorter ones leave out what must be said */
} CASES[] = {
    {"levels", {.levels = LOSS_LEVELS_OPTIONS_INIT}, levels, false, false},
    {"criticals", {.criticals = LOSS_CRITICALS_OPTIONS_INIT}, criticals, false, false},
    {"curvature", {.curvature = LOSS_CURVATURE_OPTIONS_INIT}, curvature, false, false},
    {"curvature of a surface",
     {.curvature = LOSS_CURVATURE_OPTIONS_INIT},
     surface_curvature,
     true,
     false},
    {"eigen", {.eigen = LOSS_EIGEN_OPTIONS_INIT}, eigen, false, false},
    {"eigen of a surface", {.eigen = LOSS_EIGEN_OPTIONS_INIT}, surface_eigen, true, false},
    {"dataset", {.dataset = LOSS_DATASET_OPTIONS_INIT}, dataset, false, false},
    {"export", {.export = LOSS_EXPORT_OPTIONS_INIT}, export, false, false},
    {"surface_import",
     {.surface_import = LOSS_SURFACE_IMPORT_OPTIONS_INIT},
     surface_import,
     false,
     false},
    {"import", {.import = LOSS_IMPORT_OPTIONS_INIT}, import_file, false, false},
    {"load", {.load = LOSS_LOAD_OPTIONS_INIT}, load, false, false},
    {"evaluate", {.evaluate = LOSS_EVALUATE_OPTIONS_INIT}, evaluate, false, false},
    {"result", {.result = LOSS_RESULT_INIT}, result, false, false},
    {"check", {.check = LOSS_CHECK_INIT}, check, false, false},
    {"random", {.random = LOSS_RANDOM_OPTIONS_INIT}, random_plane, false, false},
    {"pca", {.pca = LOSS_PCA_OPTIONS_INIT}, pca, false, false},
    {"surface", {.surface = LOSS_SURFACE_OPTIONS_INIT}, surface, false, false},
    {"kept", {.kept = LOSS_KEPT_INIT}, kept, false, false},
    {"path", {.path = LOSS_PATH_OPTIONS_INIT}, path, false, false},
    {"train",
     {.train = {.struct_size = sizeof(loss_train_options), .epochs = 1, .batch = 4, .lr = 0.1}},
     train,
     false,
     false},
    {"conv",
     {.conv = {.struct_size = sizeof(loss_conv_options), .channels = 2, .kernel = 1, .stride = 1}},
     conv,
     false,
     true},
    {"pool", {.pool = {sizeof(loss_pool_options), 1, 1, 0}}, pool, false, true},
    {"norm", {.norm = LOSS_BATCHNORM_OPTIONS_INIT}, norm, false, false},
    {"report", {.report = LOSS_LOAD_REPORT_INIT}, report, false, false},
    {"convert", {.convert = LOSS_CONVERT_REPORT_INIT}, convert, false, false},
    {"merge", {.merge = LOSS_MERGE_REPORT_INIT}, merge, false, false},
    {"estimate",
     {.estimate = {sizeof(loss_estimate_options), 0.9, 0, NULL, NULL, 0}},
     estimate,
     false,
     true},
    {"estimated", {.estimated = LOSS_ESTIMATE_REPORT_INIT}, estimate_report, false, false},
    {"layer", {.layer = LOSS_LAYER_INFO_INIT}, layer_info, false, false},
    {"function",
     {.function = {sizeof(loss_function), "mine", nothing, NULL, NULL}},
     function,
     false,
     true},
    {"arrays",
     {.arrays = {sizeof(loss_arrays), {1, 1, 1, 2}, 2, no_pixels, NULL, no_labels, NULL}},
     arrays,
     false,
     true},
};
enum { N_CASES = sizeof CASES / sizeof *CASES };

static void expect(size_t i, const options *opt, loss_status expected)
{
    /* No larger than it says, for a checker of memory to see. */
    size_t size = opt->struct_size < sizeof *opt ? opt->struct_size : sizeof *opt;
    void *copy = malloc(size < sizeof(size_t) ? sizeof(size_t) : size);
    assert_non_null(copy);
    memcpy(copy, opt, size < sizeof(size_t) ? sizeof(size_t) : size);
    loss_status status = CASES[i].call(copy);
    free(copy);
    if (status != expected)
        fail_msg("%s with a struct_size of %zu: %s (%s)", CASES[i].name, opt->struct_size,
                 loss_status_name(status), loss_last_message());
}

static void test_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_CASES; i++) {
        const options right = CASES[i].right;
        size_t size = right.struct_size;
        options opt = right;
        expect(i, &opt, LOSS_OK);
        static const size_t wrong[] = {0, 1, sizeof(size_t) - 1, SIZE_MAX, SIZE_MAX / 2, 1u << 31};
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
            opt.struct_size = wrong[k];
            expect(i, &opt, LOSS_ERR_ARGUMENT);
        }
        opt.struct_size = sizeof(size_t); /* an old caller: the defaults for all the rest */
        expect(i, &opt, CASES[i].needs_more ? LOSS_ERR_ARGUMENT : LOSS_OK);
        opt = right;
        opt.struct_size = size + ROOM; /* a new caller, who sets nothing new */
        expect(i, &opt, LOSS_OK);
        opt.bytes[size + ROOM - 1] = 1;
        expect(i, &opt, LOSS_ERR_ARGUMENT);
        opt = right;
        opt.struct_size = size + 1;
        opt.bytes[size] = 1;
        expect(i, &opt, LOSS_ERR_ARGUMENT);
    }
}

/* The table has all of them. */
static void test_none_is_missing(void **state)
{
    (void)state;
    char folder[2048], file[4096], *text;
    size_t n = 0, n_own = 0, size;
    snprintf(folder, sizeof folder, "%s/include/loss", getenv("SRC") ? getenv("SRC") : ".");
    DIR *headers = opendir(folder);
    assert_non_null(headers);
    for (struct dirent *entry; (entry = readdir(headers)) != NULL;) {
        if (*entry->d_name == '.')
            continue;
        snprintf(file, sizeof file, "%s/%s", folder, entry->d_name);
        assert_int_equal(loss_file_read(file, SIZE_MAX, (uint8_t **)&text, &size), LOSS_OK);
        for (const char *at = text; (at = strstr(at, "    size_t struct_size;")) != NULL; at++)
            n++;
        free(text);
    }
    closedir(headers);
    for (size_t i = 0; i < N_CASES; i++)
        n_own += !CASES[i].is_part;
    assert_int_equal(n, n_own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sizes),
                                       cmocka_unit_test(test_none_is_missing)};
    return cmocka_run_group_tests_name("misuse_sizes", tests, misused_make, misused_unmake);
}
