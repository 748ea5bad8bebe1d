/* Opening a file by its content. */
#include "import/import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* The kinds, a row each: a file here ends in its table. The first that fits is taken; a table of
 * numbers is whatever is text. */
#define KIND_ROWS(X) X(ply) X(vtp) X(vti) X(obj) X(stl) X(arrays) X(csv)

#define DECLARE(name) extern const lossi_import_kind lossi_import_##name;
KIND_ROWS(DECLARE)
#define ROW(name) &lossi_import_##name,
static const lossi_import_kind *const KINDS[] = {KIND_ROWS(ROW)};
enum { N_KINDS = sizeof KINDS / sizeof *KINDS };

const char *loss_import_kind_at(size_t i)
{
    return i < N_KINDS ? KINDS[i]->name : NULL;
}

const char *loss_import_endings_at(size_t i)
{
    return i < N_KINDS ? KINDS[i]->endings : NULL;
}

double *lossi_import_counting(size_t n)
{
    double *axis = malloc(n * sizeof *axis);
    for (size_t i = 0; axis && i < n; i++)
        axis[i] = (double)i;
    return axis;
}

loss_status lossi_import_add_split(loss_import *to, loss_split split)
{
    to->points[split] = calloc(to->nx * to->ny, sizeof *to->points[split]);
    return to->points[split] ? LOSS_OK
                             : lossi_fail_nomem(to->nx * to->ny * sizeof *to->points[split]);
}

void loss_import_free(loss_import *import)
{
    if (!import)
        return;
    free(import->path);
    free(import->x);
    free(import->y);
    free(import->x_name);
    free(import->y_name);
    for (int k = 0; k < 2; k++)
        free(import->points[k]);
    free(import);
}

static bool has_finite(const loss_import *import)
{
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; import->points[k] && i < import->nx * import->ny; i++)
            if (import->points[k][i].evaluated && isfinite(import->points[k][i].loss))
                return true;
    return false;
}

loss_status lossi_import_parse(loss_import **out, const uint8_t *bytes, size_t size,
                               const char *path)
{
    loss_import *import = calloc(1, sizeof *import);
    *out = NULL;
    if (!import || !(import->path = lossi_strdup(path))) {
        free(import);
        return lossi_fail_nomem(sizeof *import + strlen(path));
    }
    lossi_digest_text(lossi_digest(LOSSI_DIGEST_INIT, bytes, size), import->digest);
    int i = 0;
    while (!KINDS[i]->is(bytes, size))
        i++;
    import->kind = KINDS[i]->name;
    loss_status status = KINDS[i]->parse(import, bytes, size, path);
    if (!status && !has_finite(import))
        status = lossi_fail(LOSS_ERR_FORMAT,
                            "%s: none of its %zu x %zu points has a finite value: there is "
                            "nothing to show",
                            path, import->nx, import->ny);
    if (status)
        loss_import_free(import);
    else
        *out = import;
    return status;
}

static bool is_database(const uint8_t *bytes, size_t size)
{
    static const char magic[] = "SQLite format 3";
    return size > sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

loss_status loss_import_read(loss_import **out, const char *path, const loss_import_options *given)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(path);
    loss_import_options opt = LOSS_IMPORT_OPTIONS_INIT;
    uint8_t *bytes;
    size_t size;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = loss_file_read(path, opt.max_bytes ? opt.max_bytes : SIZE_MAX, &bytes, &size);
    if (status)
        return status;
    if (!size)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: the file is empty", path);
    else if (is_database(bytes, size))
        status = lossi_fail(LOSS_ERR_FORMAT,
                            "%s: an SQLite database; if it is a landscape, there is nothing to "
                            "import",
                            path);
    else
        status = lossi_import_parse(out, bytes, size, path);
    free(bytes);
    return status;
}

const char *loss_import_kind(const loss_import *import)
{
    return import ? import->kind : NULL;
}

const double *loss_import_axis(const loss_import *import, int axis, size_t *n)
{
    size_t unused;
    n = n ? n : &unused;
    *n = 0;
    if (!import || (axis != 0 && axis != 1))
        return NULL;
    *n = axis ? import->ny : import->nx;
    return axis ? import->y : import->x;
}

const char *loss_import_axis_name(const loss_import *import, int axis)
{
    return !import || axis < 0 || axis > 1 ? NULL : axis ? import->y_name : import->x_name;
}

bool loss_import_has_split(const loss_import *import, loss_split split)
{
    return loss_import_points(import, split) != NULL;
}

bool loss_import_tells_split(const loss_import *import)
{
    return import && import->tells_split;
}

bool loss_import_is_height(const loss_import *import)
{
    return import && import->is_height;
}

const loss_point *loss_import_points(const loss_import *import, loss_split split)
{
    return import && (unsigned)split < 2 ? import->points[split] : NULL;
}
