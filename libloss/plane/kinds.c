/* The kinds of planes, and what several of them share. */
#include "plane/kinds.h"

#include <stdlib.h>
#include <string.h>

#define ROW(name) &lossi_plane_kind_##name,
static const lossi_plane_kind *const KINDS[] = {LOSSI_PLANE_KINDS(ROW)};

loss_status lossi_plane_restore(loss_plane **out, const loss_net *net,
                                const lossi_plane_source *source)
{
    const lossi_plane_kind *const *kind = KINDS;
    while ((*kind)->mark && !*lossi_facts_text(source->facts, (*kind)->mark))
        kind++;
    *out = NULL;
    return (*kind)->restore(out, *kind, net, source);
}

loss_status lossi_plane_restore_kept(loss_plane **out, const lossi_plane_kind *kind,
                                     const loss_net *net, const lossi_plane_source *source)
{
    bool has_x = false, has_y = false;
    loss_plane *p;
    loss_status status = lossi_plane_allocate(&p, kind, net, false);
    *out = NULL;
    if (status)
        return status;
    status = source->read_direction(source->from, "x", p->directions[0], p->n, &has_x);
    if (!status && !has_x)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: it keeps no directions", source->path);
    if (!status)
        status = source->read_direction(source->from, "y", p->directions[1], p->n, &has_y);
    if (status) {
        loss_plane_free(p);
        return status;
    }
    if (!has_y) {
        free(p->directions[1]);
        p->directions[1] = NULL;
    }
    status = lossi_plane_restrict(&p, lossi_facts_find(source->facts, LOSS_KEY_LAYERS));
    if (!status)
        status = lossi_plane_finish(
            &p, lossi_strdup(lossi_facts_text(source->facts, LOSS_KEY_DIRECTIONS)));
    *out = p;
    return status;
}

loss_ignore lossi_plane_ignore_of(const lossi_facts *facts)
{
    bool is_none =
        strcmp(lossi_facts_text(facts, LOSS_KEY_IGNORE), loss_ignore_name(LOSS_IGNORE_NONE)) == 0;
    return is_none ? LOSS_IGNORE_NONE : LOSS_IGNORE_BIASBN;
}
