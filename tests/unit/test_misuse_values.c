/* Values that no caller means: kinds out of range, axes that are none, counts near SIZE_MAX. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "misused.h"

static const int UNKNOWN[] = {99, 3, -1, 1 << 30, INT32_MIN};
enum { N_UNKNOWN = sizeof UNKNOWN / sizeof *UNKNOWN };

static void test_kinds_of_planes(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_UNKNOWN; i++) {
        loss_plane *plane;
        loss_random_options random = LOSS_RANDOM_OPTIONS_INIT;
        loss_pca_options pca = LOSS_PCA_OPTIONS_INIT;
        loss_curvature_options curvature = LOSS_CURVATURE_OPTIONS_INIT;
        loss_curvature *c;
        loss_eigenvalue values[2];
        random.norm = (loss_norm)(UNKNOWN[i] == 3 ? 4 : UNKNOWN[i]);
        REFUSED(loss_plane_random(&plane, use.net, &random));
        random.norm = LOSS_NORM_FILTER;
        random.ignore = (loss_ignore)UNKNOWN[i];
        REFUSED(loss_plane_random(&plane, use.net, &random));
        pca.ignore = (loss_ignore)UNKNOWN[i];
        REFUSED(loss_plane_pca(&plane, use.net, use.checkpoints, MISUSED_CHECKPOINTS, &pca));
        curvature.ignore = (loss_ignore)UNKNOWN[i];
        REFUSED(loss_curvature_create(&c, use.net, use.data, &curvature));
        REFUSED(loss_plane_hessian(&plane, use.net, use.data, &curvature, NULL, values));
        assert_null(plane);
        assert_null(c);
    }
}

static void test_kinds_of_surfaces(void **state)
{
    (void)state;
    loss_point points[6];
    loss_point_curvature curvatures[6];
    const loss_path_point *path;
    loss_selection selection;
    size_t n;
    for (size_t i = 0; i < N_UNKNOWN; i++) {
        loss_split split = (loss_split)UNKNOWN[i];
        loss_surface *s;
        loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
        loss_curvature_options curvature = LOSS_CURVATURE_OPTIONS_INIT;
        const char *file = scratch_path("kinds.landscape");
        opt.bn = (loss_bn)UNKNOWN[i];
        REFUSED(loss_surface_open(&s, file, use.net, use.plane, use.data, &opt));
        opt.bn = LOSS_BN_WEIGHTS;
        curvature.ignore = (loss_ignore)UNKNOWN[i];
        opt.curvature = &curvature;
        REFUSED(loss_surface_open(&s, file, use.net, use.plane, use.data, &opt));
        assert_null(s);
        assert_int_equal(access(file, F_OK), -1);
        assert_false(loss_surface_has_split(use.surface, split));
        REFUSED(loss_surface_points(use.surface, split, points));
        REFUSED(loss_surface_curvature(use.surface, split, curvatures));
        REFUSED(loss_surface_paths(use.surface, split, &n, &path));
        REFUSED(loss_surface_selection(use.surface, split, &selection));
    }
}

static void test_kinds_of_exports(void **state)
{
    (void)state;
    const loss_export_format *format;
    for (size_t f = 0; (format = loss_export_format_at(f)) != NULL; f++) {
        char name[32];
        snprintf(name, sizeof name, "x%s", format->ending);
        const char *file = scratch_path(name);
        for (size_t i = 0; i < N_UNKNOWN; i++) {
            loss_export_options opt = LOSS_EXPORT_OPTIONS_INIT;
            opt.height =
                (loss_height)(UNKNOWN[i] == LOSS_HEIGHT_LOG ? LOSS_HEIGHT_LOG + 1 : UNKNOWN[i]);
            REFUSED(loss_surface_export(use.surface, file, &opt));
            if (format->has_paths)
                REFUSED(loss_surface_export_path(use.surface, file, &opt));
            opt.height = LOSS_HEIGHT_FIT;
            opt.split = (loss_split)UNKNOWN[i];
            REFUSED(loss_surface_export(use.surface, file, &opt));
            if (format->has_paths)
                REFUSED(loss_surface_export_path(use.surface, file, &opt));
        }
        assert_int_equal(access(file, F_OK), -1);
    }
}

static void test_kinds_of_others(void **state)
{
    (void)state;
    static const double z[4] = {0, 1, 2, 3};
    loss_grid grid = {{0, 1, 2}, {0, 1, 2}, z};
    double levels[3] = {0.5, 1.5, 2.5};
    size_t n;
    for (size_t i = 0; i < N_UNKNOWN; i++) {
        loss_contours *contours;
        loss_criticals *criticals;
        loss_dataset *data;
        loss_levels_options level = LOSS_LEVELS_OPTIONS_INIT;
        loss_dataset_options split = LOSS_DATASET_OPTIONS_INIT;
        loss_train_options train = LOSS_TRAIN_OPTIONS_INIT;
        level.scale = (loss_level_scale)UNKNOWN[i];
        REFUSED(loss_levels(&grid, 3, &level, levels, &n));
        REFUSED(loss_contours_create(&contours, &grid, levels, 3, (loss_contour_cells)UNKNOWN[i]));
        assert_null(contours);
        assert_int_equal(loss_criticals_create(&criticals, &grid, NULL), LOSS_OK);
        assert_int_equal(loss_criticals_count_kind(criticals, (loss_critical_kind)UNKNOWN[i], 0),
                         0);
        loss_criticals_free(criticals);
        split.split = (loss_split)UNKNOWN[i];
        REFUSED(loss_dataset_open(&data, scratch_folder, &split));
        static const uint8_t pixels[1];
        static const uint32_t labels[1];
        REFUSED(loss_dataset_create(&data, (loss_shape){1, 1, 1, 2}, 1, pixels, labels, &split));
        assert_null(data);
        train.schedule = (loss_schedule)UNKNOWN[i];
        REFUSED(loss_train(use.other, use.data, NULL, scratch_path("run"), &train));
    }
}

/* ---- Axes and grids ------------------------------------------------------------------------- */

static const loss_axis NO_AXES[] = {
    {NAN, 1, 3},        {-1, NAN, 3},         {-INFINITY, 1, 3}, {-1, INFINITY, 3},
    {-1e308, 1e308, 3}, {-1e39, 1, 3},        {1, -1, 3},        {1, 1, 3},
    {-1, 1, 0},         {-1, 1, SIZE_MAX},    {-1, 1, 1},        {-1, 1, SIZE_MAX / 2 + 1},
    {0, 1e-320, 3},     {1e9, 1e9 + 1e-6, 3}, {-1, 1, 1u << 31}, {-1, 1, 2000000},
};
enum { N_NO_AXES = sizeof NO_AXES / sizeof *NO_AXES };

static void test_axes(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * N_NO_AXES; i++) {
        loss_surface *s;
        loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
        const char *file = scratch_path("axes.landscape");
        opt.x.n = opt.y.n = 3;
        *(i % 2 ? &opt.x : &opt.y) = NO_AXES[i / 2];
        loss_status status = loss_surface_open(&s, file, use.net, use.plane, use.data, &opt);
        if (status != LOSS_ERR_ARGUMENT)
            fail_msg("axis %c of case %zu: %s", i % 2 ? 'x' : 'y', i / 2, loss_status_name(status));
        assert_null(s);
        assert_int_equal(access(file, F_OK), -1);
    }
    loss_surface *s;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.repeat = SIZE_MAX;
    REFUSED(loss_surface_open(&s, scratch_path("r.landscape"), use.net, use.plane, use.data, &opt));
    opt.repeat = 0;
    opt.x.n = opt.y.n = 100000;
    REFUSED(loss_surface_open(&s, scratch_path("r.landscape"), use.net, use.plane, use.data, &opt));
}

/* An analysis is of any axes; nothing is read of a grid that cannot be in memory. */
static void test_grids(void **state)
{
    (void)state;
    static const double z[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    static const size_t sizes[][2] = {{0, 3},
                                      {3, 0},
                                      {SIZE_MAX, SIZE_MAX},
                                      {SIZE_MAX, 2},
                                      {2, SIZE_MAX / 2},
                                      {(size_t)1 << 32, (size_t)1 << 32}};
    double levels[4] = {0.5}, area;
    loss_figures figures;
    loss_contours *contours;
    loss_criticals *criticals;
    size_t n;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        loss_grid grid = {{0, 1, sizes[i][0]}, {0, 1, sizes[i][1]}, z};
        assert_int_equal(loss_levels(&grid, 3, NULL, levels, &n), LOSS_ERR_SHAPE);
        assert_int_equal(loss_contours_create(&contours, &grid, levels, 1, LOSS_CONTOUR_SQUARES),
                         LOSS_ERR_SHAPE);
        assert_int_equal(loss_criticals_create(&criticals, &grid, NULL), LOSS_ERR_SHAPE);
        assert_int_equal(loss_figures_of(&grid, &figures), LOSS_ERR_SHAPE);
        assert_int_equal(loss_area_below(&grid, 1, &area), LOSS_ERR_SHAPE);
    }
    loss_grid none = {{0, 1, 3}, {0, 1, 3}, NULL};
    REFUSED(loss_levels(&none, 3, NULL, levels, &n));
    REFUSED(loss_contours_create(&contours, &none, levels, 1, LOSS_CONTOUR_SQUARES));
    REFUSED(loss_criticals_create(&criticals, &none, NULL));
    REFUSED(loss_figures_of(&none, &figures));
    REFUSED(loss_area_below(&none, 1, &area));
    for (size_t i = 0; i < N_NO_AXES; i++) {
        loss_grid grid = {NO_AXES[i], {0, 1, 3}, z};
        grid.x.n = 3;
        loss_levels(&grid, 4, NULL, levels, &n);
        assert_int_equal(loss_contours_create(&contours, &grid, levels, 1, LOSS_CONTOUR_TRIANGLES),
                         LOSS_OK);
        assert_int_equal(loss_criticals_create(&criticals, &grid, NULL), LOSS_OK);
        loss_figures_of(&grid, &figures);
        loss_area_below(&grid, 4, &area);
        loss_contours_free(contours);
        loss_criticals_free(criticals);
    }
    loss_grid grid = {{0, 1, 3}, {0, 1, 3}, z};
    REFUSED(loss_contours_create(&contours, &grid, NULL, 1, LOSS_CONTOUR_SQUARES));
    REFUSED(loss_contours_create(&contours, &grid, &(double){NAN}, 1, LOSS_CONTOUR_SQUARES));
    REFUSED(loss_contours_create(&contours, &grid, &(double){INFINITY}, 1, LOSS_CONTOUR_SQUARES));
    REFUSED(loss_levels(&grid, 3, NULL, NULL, &n));
    REFUSED(loss_levels(&grid, 3, NULL, levels, NULL));
    REFUSED(loss_figures_of(&grid, NULL));
    REFUSED(loss_area_below(&grid, 1, NULL));
    REFUSED(loss_criticals_create(NULL, &grid, NULL));
    assert_int_equal(loss_contours_create(&contours, &grid, levels, 1, LOSS_CONTOUR_SQUARES),
                     LOSS_OK);
    assert_int_equal(loss_contours_line(contours, SIZE_MAX).n_points, 0);
    loss_contours_free(contours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_of_planes),
        cmocka_unit_test(test_kinds_of_surfaces),
        cmocka_unit_test(test_kinds_of_exports),
        cmocka_unit_test(test_kinds_of_others),
        cmocka_unit_test(test_axes),
        cmocka_unit_test(test_grids),
    };
    return cmocka_run_group_tests_name("misuse_values", tests, misused_make, misused_unmake);
}
