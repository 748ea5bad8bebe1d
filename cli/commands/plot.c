/* lossgrid plot */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "command.h"
#include "display.h"
#include "figure/figure_make.h"
#include "figure/picture.h"
#include "inputs/choices.h"
#include "report/written.h"

enum { MOST_PANES = 2 };

typedef struct request {
    const char *paths[MOST_PANES], *title;
    size_t n_paths;
    text_list outs;
    size_t size[2];
    double width, font_size; /* points; 0: not given */
    bool no_caption;
    const char *contours, *critical;
    int contour_scale;
    bool grid_values;
    figure_request figure;
} request;

/* One landscape of the picture. */
typedef struct pane {
    loss_surface *surface;
    figure figure;
    char title[512];
} pane;

/* The picture: panes side by side. */
typedef struct picture {
    pane panes[MOST_PANES];
    size_t n;
} picture;

static bool draw(void *user, cairo_t *cr)
{
    const picture *p = user;
    bool done = true;
    for (size_t i = 0; i < p->n && done; i++) {
        const figure *f = &p->panes[i].figure;
        cairo_save(cr);
        cairo_translate(cr, (double)i * f->width, 0);
        done = f->is_map ? figure_draw_map(f, cr) : figure_draw_curves(f, cr);
        cairo_restore(cr);
    }
    return done;
}

static bool take_length(const option_spec *o, const char *text, char *message)
{
    static const struct {
        const char *name;
        double points;
    } units[] = {{"mm", 72 / 25.4}, {"cm", 72 / 2.54}, {"in", 72}, {"pt", 1}};
    static const double least = 36, most = 14400;
    const char *end = text;
    double value = 0, points = 0;
    loss_number_parse(text, &end, &value);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].name) == 0)
            points = value * units[i].points;
    *(double *)o->to.own = points;
    return (points >= least && points <= most) ||
           options_wrong(message, "--%s=%s: expected a length such as 85mm, 3.3in or 240pt",
                         o->name, text);
}

/* On paper: as wide as asked, as high as it needs, with letters of one size. */
static void set_paper(figure *f, const request *r)
{
    for (size_t i = 0; i < f->n_captions && r->no_caption; i++)
        free(f->captions[i]);
    f->n_captions = r->no_caption ? 0 : f->n_captions;
    if (!(r->width > 0))
        return;
    f->width = r->width;
    f->unit = r->font_size > 0 ? r->font_size / 20 : f->width / 1200;
    f->height = figure_fitting_height(f);
}

/* The texts of the picture, which a notebook may set by itself. */
static void add_texts(written *w, const picture *p)
{
    char title[2 * sizeof p->panes[0].title + 4] = "";
    for (size_t i = 0; i < p->n; i++)
        snprintf(title + strlen(title), sizeof title - strlen(title), "%s%s", i ? " | " : "",
                 p->panes[i].title);
    json_text(&w->j, w->j.root, "title", title);
    cJSON *captions = json_list(&w->j, w->j.root, "captions");
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->panes[i].figure.n_captions; k++)
            json_text(&w->j, captions, NULL, p->panes[i].figure.captions[k]);
}

/* One scale for all: the union of theirs, logarithmic if one of them is and all values allow it. */
static void join_scales(const picture *p, scale_request *s)
{
    double low = INFINITY, high = -INFINITY;
    bool log = false;
    for (size_t i = 0; i < p->n; i++) {
        const loss_scale *scale = &p->panes[i].figure.scale;
        low = fmin(low, scale->low);
        high = fmax(high, scale->high);
        log = log || scale->kind == LOSS_SCALE_LOG;
    }
    s->low = s->has_low ? s->low : low;
    s->high = s->has_high ? s->high : high;
    s->has_low = s->has_high = true;
    if (p->panes[0].figure.fields[0].is_difference)
        return;
    s->log = s->has_log ? s->log : log && s->low > 0;
    s->has_log = true;
}

static loss_status make_panes(picture *p, const request *r, const figure_request *wanted)
{
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < p->n && !status; i++) {
        figure *f = &p->panes[i].figure;
        figure_free(f);
        *f = (figure){.width = (double)r->size[0], .height = (double)r->size[1]};
        status = figure_make(f, p->panes[i].surface, wanted);
    }
    return status;
}

static loss_status make(picture *p, const request *r)
{
    uint8_t rgb[3];
    figure_request wanted = r->figure;
    p->n = r->n_paths;
    loss_status status = r->figure.colours ? loss_colour_at(r->figure.colours, 0, rgb) : LOSS_OK;
    for (size_t i = 0; i < p->n && !status; i++)
        status = loss_surface_look(&p->panes[i].surface, r->paths[i]);
    if (!status)
        status = make_panes(p, r, &wanted);
    if (!status && p->n > 1) {
        join_scales(p, &wanted.scale);
        status = make_panes(p, r, &wanted);
    }
    double height = 0;
    for (size_t i = 0; i < p->n && !status; i++) {
        pane *at = &p->panes[i];
        snprintf(at->title, sizeof at->title, "%s", display(r->title ? r->title : at->figure.what));
        at->figure.title = at->title;
        set_paper(&at->figure, r);
        height = fmax(height, at->figure.height);
    }
    for (size_t i = 0; i < p->n; i++)
        p->panes[i].figure.height = height;
    return status;
}

/* As many lines below each pane, so that the plots have one size. */
static void even_captions(picture *p)
{
    size_t most = 0;
    for (size_t i = 0; i < p->n; i++)
        most = p->panes[i].figure.n_captions > most ? p->panes[i].figure.n_captions : most;
    for (size_t i = 0; i < p->n; i++)
        while (p->panes[i].figure.n_captions < most && !p->panes[i].figure.failed)
            figure_add_caption(&p->panes[i].figure, "%s", "");
}

static int run(const request *r)
{
    static picture p;
    written w = written_begin("plot", r->paths[0], true);
    loss_status status = make(&p, r);
    int result = status ? report_failure(status) : EXIT_OK;
    for (size_t i = 1; i < p.n && !status && result == EXIT_OK; i++)
        if (p.panes[i].figure.is_map != p.panes[0].figure.is_map)
            result = usage_error("plot", "%s and %s: one is a surface, the other a line",
                                 display(r->paths[0]), display(r->paths[i]));
    if (result == EXIT_OK) {
        add_texts(&w, &p);
        even_captions(&p);
    }
    const figure *f = &p.panes[0].figure;
    const picture_size size = {(double)p.n * f->width, f->height, r->width > 0,
                               p.n ? loss_surface_metadata(p.panes[0].surface, LOSS_KEY_CREATED)
                                   : NULL};
    for (size_t i = 0; i < r->outs.n && result == EXIT_OK; i++) {
        result = picture_write(r->outs.items[i], &size, draw, &p);
        written_add(&w, r->outs.items[i]);
    }
    for (size_t i = 0; i < p.n; i++) {
        figure_free(&p.panes[i].figure);
        loss_surface_close(p.panes[i].surface);
    }
    return written_end(&w, result);
}

static const command_text TEXT = {
    .name = "plot",
    .usage = "FILE.landscape [OTHER.landscape] --out FILE.png [--out ...] [options]",
    .summary =
        "Draws a landscape: a filled colour map with contour lines, critical points, axes and "
        "colour bar, or curves if it is\n"
        "a line. Two stand side by side on one scale. Surfaces of other programs are drawn, too.",
    .examples =
        "  lossgrid plot resnet20.landscape --out resnet20.png\n"
        "  lossgrid plot resnet20.landscape --field convexity --out convexity.png\n"
        "  lossgrid plot resnet20.landscape --field accuracy --out accuracy.pdf --out "
        "accuracy.svg\n"
        "  lossgrid plot resnet20.landscape --contours 0.5,1,2,5 --critical 0.1 --out resnet20.png",
};

/* @return -1 to go on */
static int check_request(const request *r)
{
    if (!r->n_paths || !r->outs.n)
        return usage_error(TEXT.name, r->n_paths ? "where to? Give --out FILE.png"
                                                 : "which landscape? Give FILE.landscape");
    char endings[64];
    for (size_t i = 0; i < r->outs.n; i++)
        if (!picture_is_known(r->outs.items[i]))
            return usage_error(TEXT.name, "--out=%s: its ending names no picture; expected %s",
                               r->outs.items[i],
                               options_list(picture_endings(), endings, sizeof endings));
    if (r->figure.split == SPLIT_DIFFERENCE &&
        !quantity_words_of((quantity)r->figure.quantity)->has_errors)
        return usage_error(TEXT.name,
                           "--split=difference is of the loss or the accuracy, not of %s",
                           quantity_names[r->figure.quantity]);
    if (r->font_size > 0 && !(r->width > 0))
        return usage_error(TEXT.name, "--font-size is in points on paper: give --width, too");
    const scale_request *s = &r->figure.scale;
    if (s->has_low && s->has_high && !(s->low < s->high))
        return usage_error(TEXT.name, "--min %g is not below --max %g", s->low, s->high);
    if (s->log && ((s->has_low && s->low <= 0) || (s->has_high && s->high <= 0)))
        return usage_error(TEXT.name, "--log wants --min and --max above 0");
    return -1;
}

int command_plot(int argc, char **argv)
{
    request r = {.figure = {.split = LOSS_SPLIT_TEST}, .size = {1200, 1000}, .contours = "10"};
    figure_request *f = &r.figure;
    static const char *const splits[] = {"train", "test", "difference", NULL}, *const aspects[] = {
                                                                                   "auto", "equal",
                                                                                   "fill", NULL};
    char endings[64], out_help[128], colours_help[320];
    snprintf(out_help, sizeof out_help, "picture to write (%s); may be given several times",
             options_list(picture_endings(), endings, sizeof endings));
    snprintf(colours_help, sizeof colours_help, "%s; of differences coolwarm",
             choices_colours_help());
    const option_spec options[] = {
        OPT_TEXTS("out", "FILE", out_help, &r.outs),
        OPT_CHOICE("field", "F", quantity_names,
                   "loss, accuracy, standard-error or, after surface --curvature, convexity (loss; "
                   "a line: loss and accuracy)",
                   &f->quantity, .given = &f->has_quantity),
        OPT_CHOICE("split", "S", splits,
                   "train, test or difference: test - train (test; a line shows both)", &f->split,
                   .given = &f->has_split),
        OPT_SWITCH("log",
                   "logarithmic colours or heights, or with --no-log linear ones (logarithmic "
                   "where\n                             losses span more than a factor of 20)",
                   &f->scale.log, .given = &f->scale.has_log),
        OPT_TEXT("colours", "MAP", colours_help, &f->colours),
        OPT_NUMBER("min", "X", "lowest value of the colours", &f->scale.low,
                   .given = &f->scale.has_low),
        OPT_NUMBER("max", "X", "highest value of the colours", &f->scale.high,
                   .given = &f->scale.has_high),
        OPT_TEXT("contours", "N|L,L,..",
                 "contour lines: at most N round levels, these levels, or none (10)", &r.contours),
        OPT_CHOICE("contour-scale", "S", choices_level_scale(),
                   "of N levels: linear, log or quantile (as the colours)", &r.contour_scale,
                   .given = &f->overlay.has_scale),
        OPT_TEXT("critical", "P",
                 "mark minima, saddles and maxima of at least this persistence, in units of the\n  "
                 "                           field (on a logarithmic scale in powers of ten), or "
                 "none (a "
                 "twentieth of the colours' range)",
                 &r.critical),
        OPT_FLAG("grid-values", "say the value of the grid point beside that of each mark",
                 &r.grid_values),
        OPT_CHOICE("aspect", "A", aspects,
                   "of the axes: equal (one scale for both), fill, or auto: equal where both "
                   "directions\n                             have one length (auto)",
                   &f->aspect),
        OPT_SIZE("size", "WxH", "pixels (1200x1000)", r.size),
        OPT_OWN("width", "L", "width on paper, such as 85mm, 3.3in or 240pt; as high as it needs",
                take_length, &r.width),
        OPT_NUMBER("font-size", "PT", "size of the letters at the axes, with --width", &r.font_size,
                   .low = 3, .high = 72),
        OPT_TEXT("title", "TEXT", "title instead of the model's name; \"\": none", &r.title,
                 .may_be_empty = true),
        OPT_FLAG("no-caption", "leave the lines below the picture out", &r.no_caption),
    };
    int result =
        command_parse(&TEXT, OPTION_TABLE(options, MOST_PANES), argc, argv, r.paths, &r.n_paths);
    if (result < 0)
        result = check_request(&r);
    if (result < 0)
        result = overlay_parse(r.contours, r.critical, &f->overlay);
    f->overlay.scale = (loss_level_scale)r.contour_scale;
    f->overlay.grid_values = r.grid_values;
    return result >= 0 ? result : run(&r);
}
