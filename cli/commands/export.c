/* lossgrid export */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "command.h"
#include "commands/export_analysis.h"
#include "commands/export_directions.h"
#include "inputs/choices.h"
#include "report/written.h"

static bool has_paths(const char *ending)
{
    const loss_export_format *format;
    for (size_t i = 0; ending && (format = loss_export_format_at(i)); i++)
        if (strcmp(ending, format->ending) == 0)
            return format->has_paths;
    return false;
}

/* What the help says of the formats. */
static const char *describe_formats(char text[1024])
{
    const loss_export_format *format;
    const char *with_paths[16] = {NULL};
    char list[64];
    size_t n_paths = 0;
    int n = snprintf(text, 1024, "Writes a landscape for other programs; the ending says how:\n");
    for (size_t i = 0; (format = loss_export_format_at(i)) && n < 900; i++) {
        n += snprintf(text + n, 1024 - (size_t)n, "  %-5s  %s\n", format->ending, format->what);
        if (format->has_paths && n_paths < 15)
            with_paths[n_paths++] = format->ending;
    }
    snprintf(text + n, 1024 - (size_t)n,
             "Training paths go beside a %s, into a file of their own: FILE-path%s.",
             options_list(with_paths, list, sizeof list), n_paths ? *with_paths : "");
    return text;
}

/* The paths, if there are any, beside a file of a format that has them: F-path.csv. */
static loss_status export_path(loss_surface *surface, const char *out, const loss_export_options *o,
                               written *w)
{
    char name[4096];
    size_t n = 0, n_split = 0;
    const loss_path_point *points;
    const char *ending = strrchr(out, '.');
    if (!has_paths(ending))
        return LOSS_OK;
    loss_status status = LOSS_OK;
    for (int k = 0; k < 2 && !status; k++, n += n_split)
        if (loss_surface_has_split(surface, (loss_split)k))
            status = loss_surface_paths(surface, (loss_split)k, &n_split, &points);
    if (status || !n)
        return status;
    snprintf(name, sizeof name, "%.*s-path%s", (int)(ending - out), out, ending);
    status = loss_surface_export_path(surface, name, o);
    if (!status)
        written_add(w, name);
    return status;
}

/* Tables of the analysis that the user wants, and how they are made. */
typedef struct tables {
    const char *contours, *criticals, *levels;
    int scale;
    double persistence;
} tables;

static int write_tables(const tables *t, const level_choice *levels, loss_surface *surface,
                        const loss_export_options *o, written *w)
{
    loss_split split = loss_surface_split(surface, o->split);
    int result = t->contours ? export_contours(t->contours, surface, split, levels,
                                               (loss_level_scale)t->scale)
                             : EXIT_OK;
    if (t->contours && result == EXIT_OK)
        written_add(w, t->contours);
    loss_status status =
        t->criticals && result == EXIT_OK
            ? loss_surface_export_criticals(surface, t->criticals, t->persistence, o)
            : LOSS_OK;
    if (status)
        return report_failure(status);
    if (t->criticals && result == EXIT_OK)
        written_add(w, t->criticals);
    return result;
}

/* @param of  the landscape, and what has moved of its network
 *  @param directions  where they go; NULL: nowhere */
static int run(target *of, const text_list *outs, const loss_export_options *o, const tables *t,
               const level_choice *levels, const char *directions)
{
    loss_surface *surface;
    written w = written_begin("export", of->run, of->quiet);
    loss_status status = loss_surface_look(&surface, of->run);
    for (size_t i = 0; i < outs->n && !status; i++) {
        status = loss_surface_export(surface, outs->items[i], o);
        if (!status)
            written_add(&w, outs->items[i]);
        if (!status)
            status = export_path(surface, outs->items[i], o, &w);
    }
    int result = status ? report_failure(status) : write_tables(t, levels, surface, o, &w);
    if (directions && result == EXIT_OK) {
        result = export_directions(directions, surface, of);
        if (result == EXIT_OK)
            written_add(&w, directions);
    }
    loss_surface_close(surface);
    return written_end(&w, result);
}

/* The summary is made of the library's formats. */
static const command_text TEXT = {
    .name = "export",
    .usage = "FILE.landscape --out FILE.ply [--out ...] [options]",
    .examples = "  lossgrid export resnet20.landscape --out resnet20.ply\n"
                "  lossgrid export resnet20.landscape --height log --out log.vtp --out all.csv\n"
                "  lossgrid export resnet20.landscape --contours lines.csv --levels 0.5,1,2 "
                "--critical points.csv\n"
                "  lossgrid export resnet20.landscape --directions theirs.h5",
};

int command_export(int argc, char **argv)
{
    static const char *const heights[] = {"auto", "fit", "raw", "log", NULL};
    loss_export_options o = LOSS_EXPORT_OPTIONS_INIT;
    text_list outs = {0};
    const char *directions = NULL;
    target of = {.run = NULL};
    int split = LOSS_SPLIT_TEST, height = LOSS_HEIGHT_AUTO;
    tables t = {.levels = "10"};
    char summary[1024];
    command_text text = TEXT;
    text.summary = describe_formats(summary);
    const option_spec options[] = {
        OPT_TEXTS("out", "FILE", "what to write; may be given several times", &outs),
        OPT_FLAG("ascii", "PLY and STL as text", &o.ascii),
        OPT_CHOICE(
            "height", "H", heights,
            "fit (as high as the longer axis is long), raw, log, or auto: log where the loss "
            "spans more than a factor of 20, else fit (auto)",
            &height),
        OPT_CHOICE("split", "S", choices_split(),
                   "train or test (test, or the one that the file has)", &split),
        OPT_TEXT("colours", "MAP", choices_colours_help(), &o.colours),
        OPT_TEXT("contours", "FILE.csv", "contour lines: line, level, closed, x, y", &t.contours),
        OPT_TEXT("levels", "N|L,L,..", "at most N round levels, or these (10)", &t.levels),
        OPT_CHOICE("level-scale", "S", choices_level_scale(),
                   "of N levels: linear, log or quantile (linear)", &t.scale),
        OPT_TEXT("critical", "FILE", "minima, saddles and maxima: .csv, or .vtp for ParaView",
                 &t.criticals),
        OPT_NUMBER("persistence", "P", "only critical points of at least this persistence (0)",
                   &t.persistence),
        OPT_TEXT(
            "directions", "FILE",
            "the directions, for --directions of surface: .safetensors, or .h5 for the scripts "
            "of Li et al.",
            &directions),
        OPT_TEXT("model", "NAME", "with --directions: network, where its file has moved",
                 &of.model),
        OPT_TEXT("weights", "FILE", "with --directions: weights, where they have moved",
                 &of.weights),
        OPT_TEXT("data", "PATH", "with --directions: data set, where it has moved", &of.data),
        OPT_QUIET(&of.quiet),
    };
    size_t n_operands = 0;
    int result = command_parse(&text, OPTION_TABLE(options, 1), argc, argv, &of.run, &n_operands);
    if (result >= 0)
        return result;
    level_choice levels;
    result = levels_parse(TEXT.name, "levels", t.levels, &levels);
    if (result >= 0)
        return result;
    if (!of.run || (!outs.n && !t.contours && !t.criticals && !directions))
        return usage_error(TEXT.name, of.run ? "where to? Give --out FILE"
                                             : "which landscape? Give FILE.landscape");
    o.split = (loss_split)split;
    o.height = (loss_height)height;
    result = run(&of, &outs, &o, &t, &levels, directions);
    target_free(&of);
    return result;
}
