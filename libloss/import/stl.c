/* STL, binary and text: the corners of triangles over a grid. A corner stands there once for each
 * of its triangles. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <loss/text.h>

#include "import/scatter.h"

enum { HEAD = 84, TRIANGLE = 50, NORMAL = 12, CORNERS = 3 };

/* Bytes of a binary file, by the number of triangles that it tells. */
static bool is_binary(const uint8_t *bytes, size_t size)
{
    uint32_t n;
    if (size < HEAD)
        return false;
    memcpy(&n, bytes + HEAD - sizeof n, sizeof n);
    return (size - HEAD) % TRIANGLE == 0 && (size - HEAD) / TRIANGLE == n;
}

static bool is_text(const uint8_t *bytes, size_t size)
{
    return size > 6 && memcmp(bytes, "solid", 5) == 0 && strstr((const char *)bytes, "facet");
}

static bool is(const uint8_t *bytes, size_t size)
{
    return is_binary(bytes, size) || is_text(bytes, size);
}

/* Corners are sorted, for which places have to be numbers. */
static loss_status add(lossi_scatter *s, const double v[3], const char *path)
{
    if (!isfinite(v[0]) || !isfinite(v[1]) || isnan(v[2]))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: corner %zu: (%g, %g, %g) is no place in space",
                          path, s->n + 1, v[0], v[1], v[2]);
    return lossi_scatter_add(s, &(lossi_scatter_row){v[0], v[1], v[2], (double)NAN, (double)NAN,
                                                     s->n + 1, LOSS_SPLIT_TEST});
}

static loss_status take_binary(const uint8_t *bytes, size_t size, const char *path,
                               lossi_scatter *s)
{
    loss_status status = LOSS_OK;
    for (const uint8_t *at = bytes + HEAD; at < bytes + size && !status; at += TRIANGLE)
        for (int i = 0; i < CORNERS && !status; i++) {
            float v[3];
            memcpy(v, at + NORMAL + i * (int)sizeof v, sizeof v);
            status = add(s, (const double[3]){(double)v[0], (double)v[1], (double)v[2]}, path);
        }
    return status;
}

static loss_status take_text(const uint8_t *bytes, const char *path, lossi_scatter *s)
{
    static const char word[] = "vertex";
    loss_status status = LOSS_OK;
    for (const char *at = (const char *)bytes; (at = strstr(at, word)) && !status;) {
        double v[3];
        at += sizeof word - 1;
        for (int k = 0; k < 3; k++) {
            at += strspn(at, " \t");
            if (!loss_number_parse(at, &at, &v[k]))
                return lossi_fail(LOSS_ERR_FORMAT, "%s: corner %zu: no three numbers", path,
                                  s->n + 1);
        }
        status = add(s, v, path);
    }
    return status;
}

static int by_place(const void *a, const void *b)
{
    const lossi_scatter_row *p = a, *q = b;
    int x = (p->x > q->x) - (p->x < q->x), y = (p->y > q->y) - (p->y < q->y);
    return x ? x : y ? y : (p->loss > q->loss) - (p->loss < q->loss);
}

/* Leaves one of corners that are the same. */
static void drop_copies(lossi_scatter *s)
{
    size_t n = 0;
    if (s->n)
        qsort(s->rows, s->n, sizeof *s->rows, by_place);
    for (size_t i = 0; i < s->n; i++)
        if (!n || by_place(&s->rows[n - 1], &s->rows[i]) != 0)
            s->rows[n++] = s->rows[i];
    s->n = n;
}

static loss_status parse(loss_import *to, const uint8_t *bytes, size_t size, const char *path)
{
    lossi_scatter s = {.word = "corner"};
    loss_status status =
        is_binary(bytes, size) ? take_binary(bytes, size, path, &s) : take_text(bytes, path, &s);
    drop_copies(&s);
    to->is_height = true;
    if (!status)
        status = lossi_scatter_to_grid(to, path, &s);
    lossi_scatter_free(&s);
    return status;
}

const lossi_import_kind lossi_import_stl = {
    .name = "STL mesh", .endings = ".stl", .is = is, .parse = parse};
