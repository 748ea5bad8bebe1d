/* Settings, command line, panel, keys and mouse, layout, marks, and the PNG writer. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <png.h>

#include "near.h"

#include "../unit/scratch.h"
#include "arguments.h"
#include "png_file.h"
#include "scene/scene_build.h"
#include "session.h"

static const char *fixture(void)
{
    static char path[1024];
    const char *source = getenv("SRC");
    snprintf(path, sizeof path, "%s/tests/data/viewer/lenet5-pca.landscape", source ? source : ".");
    return path;
}

static bool parse(options *o, problem *p, const char *line)
{
    static char words[4096];
    char *argv[64] = {"lossview"};
    int argc = 1;
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word && argc < 64; word = strtok(NULL, " "))
        argv[argc++] = word;
    return arguments_parse(o, argc, argv, p);
}

static void test_command_line(void **state)
{
    (void)state;
    options o;
    problem p;
    assert_true(
        parse(&o, &p,
              "a.ply --texture bands --zoom=2 --no-axes b.csv --ghost --size 640x480 --clip=none"));
    assert_int_equal(o.n_files, 2);
    assert_string_equal(o.files[1], "b.csv");
    assert_int_equal(o.set.texture, TEXTURE_BANDS);
    assert_near(o.set.view.zoom, 2, 0);
    assert_true(!o.set.axes && o.set.ghost && o.width == 640 && o.height == 480);
    assert_true(parse(&o, &p, "a.ply --turntable=t --frames=3600"));
    assert_int_equal(o.frames, 3600);
    static const char *const bad[][2] = {{"--texturs bands", "nearest is --texture"},
                                         {"--texture=wood", "expected one of"},
                                         {"--zoom=nan", "expected a number"},
                                         {"--zoom=1000", "0.1 to 50"},
                                         {"--zoom", "needs a value"},
                                         {"--ghost=1", "takes no value"},
                                         {"--size=5x5", "WIDTHxHEIGHT"},
                                         {"--frames=1", "2 to 3600"},
                                         {"--frames=3601", "2 to 3600"},
                                         {"a b c", "third"},
                                         {"-x", "two dashes"},
                                         {"--screenshot=a.png", "picture of what"},
                                         {"--frames=1 a", "whole number"},
                                         {"--view=inside a", "front"},
                                         {"--max-size=0 a", "MiB"},
                                         {"--no-zoom", "no such option"},
                                         {"--watch=1", "takes no value"},
                                         {"--no-axes=1", "--no-axes takes no value"},
                                         {"--resolution=64x64", "WIDTH,HEIGHT"},
                                         {"--levels=41", "1 to 40"},
                                         {"--screenshot=a.bmp a", "expected .png"},
                                         {"--screenshot=a.jpg --no-background a", "transparent"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(parse(&o, &p, bad[i][0]));
        if (!strstr(p.text, bad[i][1]))
            fail_msg("%s: \"%s\" lacks \"%s\"", bad[i][0], p.text, bad[i][1]);
    }
}

/* The printed command line makes the same settings again. */
static void test_session_as_a_command_line(void **state)
{
    (void)state;
    options o, again;
    problem p;
    char text[4096];
    assert_true(parse(&o, &p,
                      "--texture slope --azimuth -33.25 --no-colour-bar --critical --levels 7 "
                      "--clip 2.5 --theme dark --orthographic"));
    settings_command_line(&o.set, text, sizeof text);
    assert_true(parse(&again, &p, text));
    for (size_t i = 0; i < N_SETTINGS; i++) {
        double wanted = setting_get(&o.set, &SETTINGS[i]),
               got = setting_get(&again.set, &SETTINGS[i]);
        assert_true(isinf(wanted) ? got >= wanted : fabs(got - wanted) <= 1e-6);
    }
    o.set = settings_default();
    settings_command_line(&o.set, text, sizeof text);
    assert_string_equal(text, "");
}

static void test_keys_are_told_once(void **state)
{
    (void)state;
    char keys[HELP_KEYS], what[HELP_TEXT];
    size_t n = 0;
    while (session_help(n, true, keys, what)) {
        assert_true(keys[0] && what[0] && strlen(what) < 40); /* a small window has room */
        n++;
    }
    n = 0;
    while (session_help(n, false, keys, what)) {
        assert_true(keys[0] && what[0]);
        assert_true(strlen(keys) < HELP_KEYS - 1 && strlen(what) < HELP_TEXT - 1); /* nothing cut */
        n++;
    }
    assert_true(n > 40);
    for (size_t i = session_help_actions(); session_help(i, false, keys, what); i++)
        assert_true(strlen(keys) <= 3); /* in a narrow column */
    for (size_t i = 0; i < N_SETTINGS; i++)
        for (size_t j = 0; j < N_SETTINGS && SETTINGS[i].key; j++)
            assert_true(i == j || !SETTINGS[j].key ||
                        strcmp(SETTINGS[i].key, SETTINGS[j].key) != 0);
    for (size_t i = 0; i < N_BINDINGS; i++)
        for (size_t k = 0; BINDINGS[i].keys[k]; k++)
            for (size_t j = 0; j < N_SETTINGS; j++)
                assert_true(!SETTINGS[j].key || strcmp(SETTINGS[j].key, BINDINGS[i].keys[k]) != 0);
}

static void begin(session *s)
{
    session_init(s);
    session_layout(s, 1280, 800, 1);
    assert_true(scene_open(&s->scene, 0, fixture(), 0));
    assert_true(scene_update(&s->scene));
    session_layout(s, 1280, 800, 1);
}

static void test_keys(void **state)
{
    (void)state;
    session s;
    begin(&s);
    for (int i = 1; i <= N_TEXTURES; i++) {
        assert_true(session_key(&s, "T"));
        assert_int_equal(s.scene.set.texture, i % N_TEXTURES);
    }
    assert_true(session_key(&s, "Shift+T"));
    assert_int_equal(s.scene.set.texture, N_TEXTURES - 1);
    assert_true(session_key(&s, "7"));
    assert_near(s.scene.set.view.elevation, 90, 0);
    assert_true(session_key(&s, "Enter"));
    assert_near(s.scene.set.view.elevation, settings_default().view.elevation, 0);
    assert_true(session_key(&s, "Left") &&
                s.scene.set.view.azimuth < settings_default().view.azimuth);
    unsigned before = s.scene.version;
    size_t levels = s.scene.n_levels;
    assert_true(session_key(&s, ".") && s.scene.n_levels > levels);
    levels = s.scene.n_levels;
    assert_true(session_key(&s, ",") && s.scene.n_levels < levels);
    for (int i = 0; i < 60; i++)
        session_key(&s, ".");
    assert_near(s.scene.set.levels, MOST_LEVELS, 0); /* it ends */
    assert_int_not_equal(s.scene.version, before);
    assert_false(session_key(&s, "F7"));
    assert_true(session_key(&s, "S") && s.wants_picture);
    assert_true(session_key(&s, "Ctrl+Q") && s.wants_quit);
    session_free(&s);
}

static void test_mouse(void **state)
{
    (void)state;
    session s;
    begin(&s);
    camera start = s.scene.set.view;
    session_move(&s, 400, 400);
    session_press(&s, BUTTON_LEFT, false, false);
    session_move(&s, 500, 450);
    session_release(&s);
    assert_near(s.scene.set.view.azimuth, start.azimuth - 40, 1e-9);
    assert_near(s.scene.set.view.elevation, start.elevation + 20, 1e-9);
    session_press(&s, BUTTON_MIDDLE, false, false);
    session_move(&s, 400, 400);
    session_release(&s);
    assert_true(s.scene.set.view.target[0] != start.target[0]);
    session_scroll(&s, 3, false);
    assert_true(s.scene.set.view.zoom > 1.3);
    session_press(&s, BUTTON_RIGHT, false, false);
    session_move(&s, 400, 500);
    session_release(&s);
    assert_true(s.scene.set.view.zoom < 1.3);
    session_key(&s, "Enter");
    session_move(&s, 410, 470); /* over the middle of the surface */
    assert_true(s.hover.is_hit && s.hover.loss > 0 && s.hover.accuracy > 0 && s.hover.error > 0);
    assert_true(s.hover.value >= s.scene.full_low && s.hover.value <= s.scene.full_high);
    session_move(&s, 5, 790);
    assert_false(s.hover.is_hit);
    session_free(&s);
}

static const widget *widget_of(const session *s, const char *name)
{
    for (size_t i = 0; i < s->n_widgets; i++)
        if (s->widgets[i].set && strcmp(s->widgets[i].set->name, name) == 0)
            return &s->widgets[i];
    return NULL;
}

static void click(session *s, double x, double y)
{
    session_move(s, x, y);
    session_press(s, BUTTON_LEFT, false, false);
    session_release(s);
}

static void test_panel(void **state)
{
    (void)state;
    session s;
    begin(&s);
    assert_true(s.n_widgets > 25);
    for (size_t i = 0; i < s.n_widgets; i++) { /* inside the panel, none over another */
        const box *a = &s.widgets[i].at;
        assert_true(a->x >= s.layout.panel.x && a->x + a->w <= 1280 && a->y + a->h <= 800);
        for (size_t j = 0; j < i; j++) {
            const box *b = &s.widgets[j].at;
            assert_true(a->x + a->w <= b->x || b->x + b->w <= a->x || a->y + a->h <= b->y ||
                        b->y + b->h <= a->y);
        }
    }
    const widget *w = widget_of(&s, "texture");
    click(&s, w->at.x + 0.9 * w->at.w, w->at.y + 5);
    assert_int_equal(s.scene.set.texture, 1);
    click(&s, w->at.x + 0.1 * w->at.w, w->at.y + 5);
    assert_int_equal(s.scene.set.texture, 0);
    w = widget_of(&s, "critical");
    click(&s, w->at.x + 5, w->at.y + 5);
    assert_true(s.scene.set.critical);
    w = widget_of(&s, "levels");
    box track = panel_track(&s.layout, w);
    session_move(&s, track.x, track.y + 5);
    session_press(&s, BUTTON_LEFT, false, false);
    assert_near(s.scene.set.levels, 1, 0);
    session_move(&s, track.x + 2 * track.w, track.y + 100); /* a slider is held beyond its box */
    assert_near(s.scene.set.levels, 40, 0);
    session_release(&s);
    w = widget_of(&s, "clip");
    track = panel_track(&s.layout, w);
    click(&s, track.x + track.w / 2, track.y + 5);
    assert_true(s.scene.set.clip > s.scene.full_low && s.scene.set.clip < s.scene.full_high);
    assert_true(s.scene.scale.high <= s.scene.set.clip);
    click(&s, track.x + track.w, track.y + 5);
    assert_true(isinf(s.scene.set.clip));
    session_layout(&s, 1280, 200, 1); /* a low window squeezes the rows */
    for (size_t i = 0; i < s.n_widgets; i++)
        assert_true(s.widgets[i].at.y + s.widgets[i].at.h <= 200.5);
    session_free(&s);
}

static void test_marks_and_path(void **state)
{
    (void)state;
    session s;
    begin(&s);
    size_t n[6] = {0};
    s.scene.set.critical = true;
    s.scene.set.persistence = 0;
    assert_true(scene_update(&s.scene));
    const view *v = &s.scene.views[0];
    for (size_t i = 0; i < v->n_marks; i++) {
        n[v->marks[i].kind]++;
        assert_true(isfinite(v->marks[i].at.z));
    }
    assert_int_equal(n[MARK_PATH], 13);
    assert_int_equal(n[MARK_PATH_TRUE], 13);
    assert_int_equal(n[MARK_CENTRE], 1);
    assert_true(n[MARK_MINIMUM] >= 1);
    assert_true(v->n_path_lines > 26);
    s.scene.set.field = QUANTITY_ACCURACY; /* a loss has no place on that scale */
    assert_true(scene_update(&s.scene));
    for (size_t i = 0; i < s.scene.views[0].n_marks; i++)
        assert_int_not_equal(s.scene.views[0].marks[i].kind, MARK_PATH_TRUE);
    session_free(&s);
}

static void test_two_files_and_what_one_lacks(void **state)
{
    (void)state;
    session s;
    begin(&s);
    static const char text[] = "100,200\n300,400\n";
    scratch_write("b.csv", text, strlen(text));
    const char *paths[2] = {fixture(), scratch_path("b.csv")};
    session_drop(&s, paths, 2);
    assert_int_equal(s.scene.n_views, 2);
    assert_near(s.scene.scale.high, 400, 0); /* one scale for both */
    assert_near(s.scene.views[0].relief.scale.high, 400, 0);
    assert_true(s.layout.panes[1].at.x > s.layout.panes[0].at.x);
    session_key(&s, "Shift+V"); /* the difference, which the second has not */
    assert_non_null(strstr(s.scene.message, "training"));
    assert_int_not_equal(s.scene.set.split, SHOW_DIFFERENCE);
    assert_true(s.scene.views[0].has_relief && s.scene.views[1].has_relief);
    session_key(&s, "W");
    assert_int_equal(s.scene.n_views, 1);
    const char *missing[1] = {"/nothing/there.ply"};
    session_drop(&s, missing, 1);
    assert_non_null(strstr(s.scene.message, "No such file"));
    assert_int_equal(s.scene.n_views, 1); /* what was there stays */
    session_free(&s);
}

static void test_a_file_that_changes(void **state)
{
    (void)state;
    session s;
    session_init(&s);
    scratch_write("c.csv", "1,2\n3,4\n", 8);
    assert_true(scene_open(&s.scene, 0, scratch_path("c.csv"), 0) && scene_update(&s.scene));
    assert_false(scene_poll(&s.scene));
    scratch_write("c.csv", "1,2\n3,44\n", 9);
    assert_true(scene_poll(&s.scene) && scene_update(&s.scene));
    assert_near(s.scene.scale.high, 44, 0);
    scratch_write("c.csv", "1,2\n3,x\n\n", 9); /* broken: told once, and what was there stays */
    s.scene.views[0].stamp[1]--;
    assert_true(scene_poll(&s.scene));
    assert_non_null(strstr(s.scene.message, "no number"));
    assert_false(scene_poll(&s.scene));
    assert_near(s.scene.scale.high, 44, 0);
    session_free(&s);
}

static void test_layout(void **state)
{
    (void)state;
    session s;
    begin(&s);
    size_t number = 9;
    double x, y;
    const box *v = &s.layout.panes[0].at;
    assert_true(layout_find_pane(&s.layout, v->x + v->w / 2, v->y + v->h / 2, &number, &x, &y));
    assert_int_equal(number, 0);
    assert_near(x, 0, 1e-9);
    assert_near(y, 0, 1e-9);
    assert_false(layout_find_pane(&s.layout, s.layout.panel.x + 5, 400, &number, &x, &y));
    layout twice = layout_of(2560, 1600, 2, &s.scene); /* HiDPI: everything twice as large */
    assert_near(twice.panel.w, 2 * s.layout.panel.w, 1e-9);
    assert_near(twice.panes[0].at.w, 2 * s.layout.panes[0].at.w, 1e-9);
    session_free(&s);
}

static void test_png(void **state)
{
    (void)state;
    enum { W = 37, H = 23 };
    unsigned char pixels[H * W * 4], back[H * W * 4];
    problem p;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (unsigned char)(i * 31 + i / 97);
    for (unsigned frames = 1; frames <= 3; frames += 2) {
        png_file *f = png_begin(scratch_path("a.png"), W, H, 4, frames, 100, &p);
        assert_non_null(f);
        for (unsigned i = 0; i < frames; i++)
            assert_true(png_frame(f, pixels, &p));
        assert_true(png_end(f, &p));
        png_image image = {.version = PNG_IMAGE_VERSION}; /* libpng reads the first frame */
        assert_true(png_image_begin_read_from_file(&image, scratch_path("a.png")));
        assert_int_equal(image.width, W);
        image.format = PNG_FORMAT_RGBA;
        assert_true(png_image_finish_read(&image, NULL, back, 0, NULL));
        assert_memory_equal(pixels, back, sizeof pixels);
    }
    assert_null(png_begin("/nothing/there.png", W, H, 4, 1, 0, &p));
    assert_non_null(strstr(p.text, "No such file"));
    png_file *f = png_begin(scratch_path("b.png"), W, H, 3, 2, 100, &p);
    assert_true(png_frame(f, pixels, &p));
    assert_false(png_end(f, &p)); /* a frame is missing: nothing is left behind */
    assert_int_equal(access(scratch_path("b.png"), F_OK), -1);
    f = png_begin("/dev/full", W, H, 3, 1, 0, &p);
    assert_true(png_frame(f, pixels, &p));
    assert_false(png_end(f, &p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_line),
        cmocka_unit_test(test_session_as_a_command_line),
        cmocka_unit_test(test_keys_are_told_once),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_mouse),
        cmocka_unit_test(test_panel),
        cmocka_unit_test(test_marks_and_path),
        cmocka_unit_test(test_two_files_and_what_one_lacks),
        cmocka_unit_test(test_a_file_that_changes),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_png),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
