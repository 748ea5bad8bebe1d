/* Colours, widths and depth of lines. */
#include "overlay/line_styles.h"

#include <math.h>

#include "colours.h"

static void put(float out[4], rgb c, double alpha)
{
    out[0] = (float)c.r;
    out[1] = (float)c.g;
    out[2] = (float)c.b;
    out[3] = (float)alpha;
}

/* The colours of all levels from the first on. */
static void put_all(line_style *style, int first, rgb c, double alpha)
{
    for (int i = first; i < N_LINE_COLOURS; i++)
        put(style->colours[i], c, alpha);
}

line_style line_style_of(const session *s, line_kind kind, const camera *c)
{
    /* From straight above the line of own losses would lie on the path, and the stems are dots. */
    static const double straight = 89.9; /* degrees */
    double shown = fabs(c->elevation) < straight ? 1 : 0;
    static const double close = 0.004, closer = 0.008, behind = -0.03;
    const settings *set = &s->scene.set;
    const theme *t = theme_of(set->theme);
    double u = s->layout.unit * t->line;
    bool isolines = set->texture == TEXTURE_ISOLINES;
    line_style style = {.width = 1.4 * u, .pull = close};
    switch (kind) {
    case LINES_AXES:
        style.width = 1.3 * u;
        style.pull = behind;
        put(style.colours[AXIS_GRID], t->faint, 0.55);
        put_all(&style, AXIS_INK, t->ink, 0.9);
        break;
    case LINES_FLOOR:
        style.width = 1.6 * s->layout.unit;
        style.pull = behind;
        style.is_mapped = !scene_is_tinted(&s->scene); /* else the colours are not of the levels */
        put_all(&style, 0, t->ink, 0.8);
        break;
    case LINES_CONTOURS:
        style.width = (isolines ? 2.6 : 1.4) * u;
        style.is_mapped = isolines;
        put_all(&style, 0, set->texture == TEXTURE_WIREFRAME ? t->ink : (rgb){0.09, 0.10, 0.12}, 1);
        break;
    case LINES_PATH:
        style.width = 2.4 * u;
        style.pull = closer;
        for (size_t i = 0; i < LOSS_RUN_COLOURS; i++)
            put(style.colours[i], rgb_of_run(i), 1);
        put(style.colours[PATH_TRUE],
            set->theme == THEME_DARK ? (rgb){0.95, 0.95, 0.98} : (rgb){0.25, 0.25, 0.32}, shown);
        put(style.colours[PATH_STEM], t->ink, 0.55 * shown);
        break;
    default: break;
    }
    return style;
}

const segment *line_segments(const view *v, const axes *a, line_kind kind, size_t *n)
{
    const segment *const segments[N_LINES] = {a->lines, v->floor_lines, v->lines, v->points,
                                              v->path_lines};
    const size_t counts[N_LINES] = {a->n_lines, v->n_floor_lines, v->n_lines, v->n_points,
                                    v->n_path_lines};
    *n = counts[kind];
    return segments[kind];
}

bool line_is_vector(const session *s, line_kind kind, size_t n)
{
    enum { MOST = 60000 };
    return kind != LINES_POINTS && n <= MOST && (kind == LINES_AXES || !s->scene.set.ghost);
}
