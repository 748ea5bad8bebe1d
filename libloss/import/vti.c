/* VTK's XML ImageData: a grid with arrays at its points. Values as text, as base64, or appended as
 * they are or as base64; packed by zlib or not. Of little-endian files, as all are today. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loss/text.h>

#include "formats/dtype.h"
#include "import/roles.h"
#include "import/scatter.h"
#include "import/vtk_values.h"

enum { ATTRIBUTE = 128 };

/* A tag's attribute; false if it has none. @param tag  at its <; the text ends with a NUL */
static bool find_attribute(const char *tag, const char *name, char value[ATTRIBUTE])
{
    const char *end = strchr(tag, '>');
    char wanted[32];
    snprintf(wanted, sizeof wanted, " %s=\"", name);
    const char *at = strstr(tag, wanted);
    if (!end || !at || at > end)
        return false;
    at += strlen(wanted);
    size_t n = strcspn(at, "\"");
    if (n >= ATTRIBUTE)
        return false;
    memcpy(value, at, n);
    value[n] = 0;
    return true;
}

static bool take_numbers(const char *at, double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        at += strspn(at, " \t\r\n");
        if (!loss_number_parse(at, &at, &values[i]))
            return false;
    }
    return true;
}

static bool find_numbers(const char *tag, const char *name, double *values, size_t n)
{
    char text[ATTRIBUTE];
    return find_attribute(tag, name, text) && take_numbers(text, values, n);
}

typedef struct image {
    const char *path;
    lossi_vtk_source source;
    size_t nx, ny;
    double origin[2], spacing[2];
    double *values[LOSSI_N_ROLES]; /* [ny][nx]; NULL. Owned */
} image;

static loss_status fail(const image *m, const char *what)
{
    return lossi_fail(LOSS_ERR_FORMAT, "%s: %s", m->path, what);
}

/* The extent 0 nx-1 0 ny-1 k k, and where its first point is. */
static loss_status take_grid(image *m, const char *tag)
{
    double extent[6], origin[3] = {0, 0, 0}, spacing[3] = {1, 1, 1};
    if (!find_numbers(tag, "WholeExtent", extent, 6))
        return fail(m, "its ImageData has no WholeExtent");
    find_numbers(tag, "Origin", origin, 3);
    find_numbers(tag, "Spacing", spacing, 3);
    double nx = extent[1] - extent[0] + 1, ny = extent[3] - extent[2] + 1;
    if (!(nx >= 1) || !(ny >= 1) || extent[5] > extent[4] || extent[5] < extent[4] ||
        nx * ny > fmin(LOSSI_IMPORT_MOST, LOSSI_VTK_MOST_PACKED * (double)m->source.size))
        return fail(m, "its extent is no plane of points");
    m->nx = (size_t)nx;
    m->ny = (size_t)ny;
    for (int k = 0; k < 2; k++) {
        m->spacing[k] = spacing[k];
        m->origin[k] = origin[k] + extent[2 * (size_t)k] * spacing[k];
    }
    return LOSS_OK;
}

/* VTK's names of types. */
static bool find_type(const char *name, lossi_dtype *type)
{
    static const struct {
        const char *name;
        lossi_dtype type;
    } types[] = {{"Float64", LOSSI_F64}, {"Float32", LOSSI_F32}, {"Int64", LOSSI_I64},
                 {"Int32", LOSSI_I32},   {"Int16", LOSSI_I16},   {"Int8", LOSSI_I8},
                 {"UInt64", LOSSI_U64},  {"UInt32", LOSSI_U32},  {"UInt16", LOSSI_U16},
                 {"UInt8", LOSSI_U8}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0) {
            *type = types[i].type;
            return true;
        }
    return false;
}

static loss_status take_array(image *m, const char *tag, double *values)
{
    char text[ATTRIBUTE], offset[ATTRIBUTE];
    size_t n = m->nx * m->ny;
    lossi_dtype type;
    uint64_t at = 0;
    if (!find_attribute(tag, "type", text) || !find_type(text, &type))
        return fail(m, "an array of a type that is none of VTK's");
    if (!find_attribute(tag, "format", text))
        strcpy(text, "ascii");
    const char *inside = strchr(tag, '>') + 1;
    if (strcmp(text, "ascii") == 0)
        return take_numbers(inside, values, n) ? LOSS_OK : fail(m, "an array is short of numbers");
    bool is_appended = strcmp(text, "appended") == 0;
    if (is_appended &&
        (!find_attribute(tag, "offset", offset) || !loss_count_parse(offset, NULL, &at)))
        return fail(m, "an appended array has no offset");
    size_t size = lossi_dtype_size(type);
    uint8_t *bytes;
    loss_status status =
        lossi_vtk_values(&m->source, is_appended ? NULL : inside, (size_t)at, n * size, &bytes);
    for (size_t i = 0; i < n && !status; i++)
        values[i] = lossi_dtype_double(type, bytes + i * size);
    free(bytes);
    return status;
}

/* The arrays at the points that have a role, or the only one. *is_loss: it has that name. */
static loss_status take_arrays(image *m, bool *is_loss)
{
    const char *tag = strstr(m->source.text, "<PointData"), *end, *only = NULL;
    const char *found[LOSSI_N_ROLES] = {NULL};
    size_t n_arrays = 0;
    if (!tag || !(end = strstr(tag, "</PointData>")))
        return fail(m, "it has no PointData");
    for (; (tag = strstr(tag, "<DataArray")) && tag < end; tag++) {
        char name[ATTRIBUTE], components[ATTRIBUTE];
        if (!find_attribute(tag, "Name", name) ||
            (find_attribute(tag, "NumberOfComponents", components) && strcmp(components, "1") != 0))
            continue;
        lossi_role role = lossi_role_of(name);
        only = tag;
        n_arrays++;
        if (role != LOSSI_ROLE_NONE && !found[role])
            found[role] = tag;
    }
    *is_loss = false;
    for (int of = 0; of < LOSSI_N_OF; of++)
        *is_loss = *is_loss || found[LOSSI_ROLE_LOSS + of];
    if (!*is_loss && n_arrays == 1)
        found[LOSSI_ROLE_LOSS] = only;
    else if (!*is_loss)
        return fail(m, "none of the arrays at its points is a loss");
    loss_status status = LOSS_OK;
    for (int k = LOSSI_ROLE_LOSS; k < LOSSI_N_ROLES && !status; k++) {
        if (!found[k])
            continue;
        m->values[k] = lossi_alloc(m->nx * m->ny, sizeof(double));
        status = m->values[k] ? take_array(m, found[k], m->values[k])
                              : lossi_fail_nomem(m->nx * m->ny * sizeof(double));
    }
    return status;
}

/* What lossgrid says in FieldData: the split's name, as codes. */
static bool find_split(const image *m, loss_split *split)
{
    const char *tag = strstr(m->source.text, "<DataArray type=\"String\" Name=\"split\"");
    double codes[5];
    *split = LOSS_SPLIT_TEST;
    const char *inside = tag ? strchr(tag, '>') : NULL;
    if (!inside || !take_numbers(inside + 1, codes, 5))
        return false;
    if (codes[1] > 'q') /* "train", not "test" */
        *split = LOSS_SPLIT_TRAIN;
    return true;
}

static double value_of(const image *m, int role, size_t i)
{
    return m->values[role] ? m->values[role][i] : (double)NAN;
}

static loss_status add_points(const image *m, int of, loss_split split, lossi_scatter *s)
{
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < m->nx * m->ny && !status; i++) {
        const double *done = m->values[LOSSI_ROLE_EVALUATED + of];
        const lossi_scatter_row row = {m->origin[0] + (double)(i % m->nx) * m->spacing[0],
                                       m->origin[1] + (double)(i / m->nx) * m->spacing[1],
                                       value_of(m, LOSSI_ROLE_LOSS + of, i),
                                       value_of(m, LOSSI_ROLE_ERROR + of, i),
                                       value_of(m, LOSSI_ROLE_ACCURACY + of, i),
                                       i + 1,
                                       split};
        if (!done || done[i] > 0)
            status = lossi_scatter_add(s, &row);
    }
    return status;
}

static loss_status take_image(loss_import *to, image *m)
{
    lossi_scatter s = {.word = "point"};
    loss_split named;
    bool is_loss = false, tells = find_split(m, &named);
    const loss_split splits[LOSSI_N_OF] = {named, LOSS_SPLIT_TRAIN, LOSS_SPLIT_TEST};
    const char *tag = strstr(m->source.text, "<ImageData");
    loss_status status = tag ? take_grid(m, tag) : fail(m, "it holds no ImageData");
    if (!status)
        status = take_arrays(m, &is_loss);
    to->is_height = !status && !is_loss;
    to->tells_split = tells || !m->values[LOSSI_ROLE_LOSS];
    for (int of = 0; of < LOSSI_N_OF && !status; of++)
        if (m->values[LOSSI_ROLE_LOSS + of])
            status = add_points(m, of, splits[of], &s);
    if (!status)
        status = lossi_scatter_to_grid(to, m->path, &s);
    lossi_scatter_free(&s);
    return status;
}

static loss_status parse(loss_import *to, const uint8_t *bytes, size_t size, const char *path)
{
    image m = {.path = path, .source = {.path = path, .text = (const char *)bytes, .size = size}};
    char text[ATTRIBUTE];
    const char *file = strstr(m.source.text, "<VTKFile");
    if (!file)
        return fail(&m, "a VTK file without VTKFile");
    if (find_attribute(file, "byte_order", text) && strcmp(text, "LittleEndian") != 0)
        return fail(&m, "a big-endian VTK file");
    m.source.has_long_headers =
        find_attribute(file, "header_type", text) && strcmp(text, "UInt64") == 0;
    if (find_attribute(file, "compressor", text)) {
        m.source.is_packed = true;
        if (strcmp(text, "vtkZLibDataCompressor") != 0)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: packed by %.60s; expected "
                              "vtkZLibDataCompressor, or none",
                              path, text);
    }
    const char *appended = strstr(m.source.text, "<AppendedData");
    if (appended) {
        m.source.is_base64 =
            find_attribute(appended, "encoding", text) && strcmp(text, "base64") == 0;
        const char *begin = strchr(appended, '_');
        m.source.appended = begin ? begin + 1 : NULL;
    }
    loss_status status = take_image(to, &m);
    for (int k = 0; k < LOSSI_N_ROLES; k++)
        free(m.values[k]);
    return status;
}

static bool is(const uint8_t *bytes, size_t size)
{
    return size > 5 && (memcmp(bytes, "<?xml", 5) == 0 || memcmp(bytes, "<VTKF", 5) == 0) &&
           strstr((const char *)bytes, "<VTKFile");
}

const lossi_import_kind lossi_import_vti = {
    .name = "VTK image", .endings = ".vti", .is = is, .parse = parse};
