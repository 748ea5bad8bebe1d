/* Directions are of a network's parameters: the landscape says which network, and keeps its
 * directions or draws them again. */
#include "commands/export_directions.h"

#include <string.h>

#include "cli.h"
#include "display.h"
#include "report/imported.h"

static bool has_known_ending(const char *path)
{
    const char *ending = strrchr(path, '.');
    return ending && (strcmp(ending, ".h5") == 0 || strcmp(ending, ".safetensors") == 0);
}

int export_directions(const char *path, const loss_surface *surface, target *t)
{
    char imported[IMPORTED_TEXT];
    loss_dataset *data = NULL;
    loss_net *net = NULL;
    loss_plane *plane = NULL;
    if (!has_known_ending(path))
        return report_error(LOSS_ERR_NAME,
                            "%s: its ending names no format of directions; expected .safetensors "
                            "or .h5",
                            display(path));
    if (imported_is(surface))
        return report_error(LOSS_ERR_MISMATCH, "%s: has no directions: %s", display(t->run),
                            display(imported_text(surface, imported)));
    int result = target_resolve(t, "export", true);
    if (result >= 0)
        return result;
    loss_status status =
        target_open_data(t, loss_surface_split(t->landscape, LOSS_SPLIT_TEST), &data);
    if (!status)
        status = target_open_net(t, data, &net);
    if (!status)
        status = loss_surface_plane(t->landscape, net, &plane);
    if (!status)
        status = loss_plane_save(plane, net, path);
    loss_plane_free(plane);
    loss_net_free(net);
    loss_dataset_free(data);
    return status ? report_failure(status) : EXIT_OK;
}
