/* lossgrid export */
#include <stdio.h>

#include "cli.h"
#include "options.h"

int command_export(int argc, char **argv)
{
    static const char *const splits[] = {"train", "test", NULL};
    static const char *const heights[] = {"fit", "raw", "log", NULL};
    loss_export_options o = LOSS_EXPORT_OPTIONS_INIT;
    text_list outs = {0};
    const char *path = NULL;
    int split = LOSS_SPLIT_TEST, height = LOSS_HEIGHT_FIT;
    bool quiet = false;
    const option_spec options[] = {
        {"out", "FILE", "what to write; may be given several times", OPTION_TEXTS, &outs, NULL, NULL},
        {"ascii", NULL, "PLY and STL as text", OPTION_FLAG, &o.ascii, NULL, NULL},
        {"height", "H", "fit, raw or log (fit: as high as the longer axis is long)", OPTION_CHOICE, &height, heights, NULL},
        {"split", "S", "train or test (test, or the one that the file has)", OPTION_CHOICE, &split, splits, NULL},
        {"colours", "MAP", "viridis, cividis, magma, coolwarm or terrain (viridis)", OPTION_TEXT, &o.colours, NULL, NULL},
        {"quiet", NULL, "no messages", OPTION_FLAG, &quiet, NULL, NULL},
    };
    const command_spec command = {
        "export", "FILE.landscape --out FILE.ply [--out ...] [options]",
        "Writes a landscape for other programs; the ending says how:\n"
        "  .ply  coloured mesh (MeshLab, Blender, CloudCompare)      .obj .stl  mesh\n"
        "  .vtp  mesh with loss, error and accuracy (ParaView, f3d)  .vti       the same on the flat grid\n"
        "  .csv  a row a point                                       .npz       arrays for numpy", NULL,
        "  lossgrid export resnet20.landscape --out resnet20.ply\n"
        "  lossgrid export resnet20.landscape --height log --out log.vtp --out all.csv",
        options, sizeof options / sizeof *options, 1};
    size_t n_operands = 0;
    int result = options_parse(&command, argc, argv, &path, &n_operands);
    if (result >= 0)
        return result;
    if (!path || !outs.n)
        return usage_error(command.name, path ? "where to? Give --out FILE" : "which landscape? Give FILE.landscape");
    o.split = (loss_split)split;
    o.height = (loss_height)height;
    loss_surface *surface;
    loss_status status = loss_surface_read(&surface, path);
    for (size_t i = 0; i < outs.n && !status; i++) {
        status = loss_surface_export(surface, outs.items[i], &o);
        if (!status && !quiet)
            fprintf(stderr, "%s\n", outs.items[i]);
    }
    loss_surface_close(surface);
    return status ? report_failure(status) : EXIT_OK;
}
