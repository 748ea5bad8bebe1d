#include "report/written.h"

#include <stdio.h>

#include "cli.h"
#include "display.h"
#include "document.h"

written written_begin(const char *kind, const char *from, bool quiet)
{
    written w = {.j = json_begin(), .quiet = quiet};
    json_text(&w.j, w.j.root, "kind", kind);
    json_text(&w.j, w.j.root, "file", from);
    w.list = json_list(&w.j, w.j.root, "written");
    return w;
}

void written_add(written *w, const char *path)
{
    json_text(&w->j, w->list, NULL, path);
    if (!w->quiet)
        fprintf(stderr, "%s\n", display(path));
}

int written_end(written *w, int code)
{
    loss_status status = LOSS_OK;
    if (code == EXIT_OK && document_is_wanted())
        status = document_give(&w->j);
    json_free(&w->j);
    return status ? report_failure(status) : code;
}
