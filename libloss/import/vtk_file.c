/* Tags, arrays at points, and the split that lossgrid says in FieldData. Values as text, as
 * base64, or appended as they are or as base64; packed by zlib or not. Of little-endian files, as
 * all are today. */
#include "import/vtk_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loss/text.h>

#include "formats/arrays.h"
#include "formats/dtype.h"
#include "import/scatter.h"

enum { ATTRIBUTE = 128, LONGEST_TAG = 4095 };

loss_status lossi_vtk_fail(const lossi_vtk_file *f, const char *what)
{
    return lossi_fail(LOSS_ERR_FORMAT, "%s: %s", f->path, what);
}

/* ---- Tags ----------------------------------------------------------------------------------- */

/* A tag's attribute; false if it has none. @param tag  at its <; the text ends with a NUL */
static bool find_attribute(const char *tag, const char *name, char value[ATTRIBUTE])
{
    char text[LONGEST_TAG + 1], wanted[32];
    const char *end = memchr(tag, '>', strnlen(tag, LONGEST_TAG));
    if (!end)
        return false;
    /* Only the tag is searched, as a file may have as many as fit into it. */
    memcpy(text, tag, (size_t)(end - tag));
    text[end - tag] = 0;
    snprintf(wanted, sizeof wanted, " %s=\"", name);
    const char *at = strstr(text, wanted);
    if (!at)
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

bool lossi_vtk_numbers(const char *tag, const char *name, double *values, size_t n)
{
    char text[ATTRIBUTE];
    return find_attribute(tag, name, text) && take_numbers(text, values, n);
}

bool lossi_vtk_explains(const lossi_vtk_file *f, double n)
{
    double most = (double)lossi_arrays_allowance(f->source.size) / sizeof(double);
    return n >= 1 && n <= fmin(LOSSI_IMPORT_MOST, most);
}

/* ---- Arrays --------------------------------------------------------------------------------- */

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

static size_t components_of(const char *tag)
{
    char text[ATTRIBUTE];
    uint64_t n = 1;
    return !find_attribute(tag, "NumberOfComponents", text) ? 1
           : loss_count_parse(text, NULL, &n) && n < 1000   ? (size_t)n
                                                            : 0;
}

/* The n numbers of an array. */
static loss_status take_array(const lossi_vtk_file *f, const char *tag, size_t n, double **values)
{
    char text[ATTRIBUTE], offset[ATTRIBUTE];
    lossi_dtype type;
    uint64_t at = 0;
    if (!find_attribute(tag, "type", text) || !find_type(text, &type))
        return lossi_vtk_fail(f, "an array of a type that is none of VTK's");
    if (!find_attribute(tag, "format", text))
        strcpy(text, "ascii");
    *values = lossi_alloc(n, sizeof **values);
    if (!*values)
        return lossi_fail_nomem(n * sizeof **values);
    const char *inside = strchr(tag, '>') + 1;
    if (strcmp(text, "ascii") == 0)
        return take_numbers(inside, *values, n) ? LOSS_OK
                                                : lossi_vtk_fail(f, "an array is short of numbers");
    bool is_appended = strcmp(text, "appended") == 0;
    if (is_appended &&
        (!find_attribute(tag, "offset", offset) || !loss_count_parse(offset, NULL, &at)))
        return lossi_vtk_fail(f, "an appended array has no offset");
    size_t size = lossi_dtype_size(type);
    uint8_t *bytes;
    loss_status status =
        lossi_vtk_values(&f->source, is_appended ? NULL : inside, (size_t)at, n * size, &bytes);
    for (size_t i = 0; i < n && !status; i++)
        (*values)[i] = lossi_dtype_double(type, bytes + i * size);
    free(bytes);
    return status;
}

loss_status lossi_vtk_take_roles(lossi_vtk_file *f, bool is_alone, bool *is_loss)
{
    const char *tag = strstr(f->source.text, "<PointData"), *only = NULL;
    const char *end = tag ? strstr(tag, "</PointData>") : NULL;
    const char *found[LOSSI_N_ROLES] = {NULL};
    size_t n_arrays = 0;
    for (; end && (tag = strstr(tag, "<DataArray")) && tag < end; tag++) {
        char name[ATTRIBUTE];
        if (!find_attribute(tag, "Name", name) || components_of(tag) != 1)
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
    if (!*is_loss && n_arrays == 1 && is_alone)
        found[LOSSI_ROLE_LOSS] = only;
    loss_status status = LOSS_OK;
    for (int k = LOSSI_ROLE_LOSS; k < LOSSI_N_ROLES && !status; k++)
        if (found[k])
            status = take_array(f, found[k], f->n, &f->values[k]);
    return status;
}

loss_status lossi_vtk_take_points(lossi_vtk_file *f)
{
    const char *points = strstr(f->source.text, "<Points>"),
               *tag = points ? strstr(points, "<DataArray") : NULL,
               *end = points ? strstr(points, "</Points>") : NULL;
    if (!tag || !end || tag > end || components_of(tag) != 3)
        return lossi_vtk_fail(f, "it has no Points of three coordinates");
    return take_array(f, tag, 3 * f->n, &f->places);
}

/* ---- The surface ---------------------------------------------------------------------------- */

/* What lossgrid says in FieldData: the split's name, as codes. */
static bool find_split(const lossi_vtk_file *f, loss_split *split)
{
    const char *tag = strstr(f->source.text, "<DataArray type=\"String\" Name=\"split\"");
    double codes[5];
    *split = LOSS_SPLIT_TEST;
    const char *inside = tag ? strchr(tag, '>') : NULL;
    if (!inside || !take_numbers(inside + 1, codes, 5))
        return false;
    if (codes[1] > 'q') /* "train", not "test" */
        *split = LOSS_SPLIT_TRAIN;
    return true;
}

static double value_of(const lossi_vtk_file *f, int role, size_t i)
{
    return f->values[role] ? f->values[role][i] : (double)NAN;
}

static loss_status add_points(const lossi_vtk_file *f, int of, loss_split split, lossi_scatter *s)
{
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < f->n && !status; i++) {
        const double *done = f->values[LOSSI_ROLE_EVALUATED + of], *at = f->places + 3 * i;
        const lossi_scatter_row row = {at[0],
                                       at[1],
                                       value_of(f, LOSSI_ROLE_LOSS + of, i),
                                       value_of(f, LOSSI_ROLE_ERROR + of, i),
                                       value_of(f, LOSSI_ROLE_ACCURACY + of, i),
                                       i + 1,
                                       split};
        if (!done || done[i] > 0)
            status = lossi_scatter_add(s, &row);
    }
    return status;
}

loss_status lossi_vtk_to_grid(loss_import *to, const lossi_vtk_file *f)
{
    lossi_scatter s = {.word = "point"};
    loss_split named;
    bool tells = find_split(f, &named);
    const loss_split splits[LOSSI_N_OF] = {named, LOSS_SPLIT_TRAIN, LOSS_SPLIT_TEST};
    loss_status status = LOSS_OK;
    to->tells_split = tells || !f->values[LOSSI_ROLE_LOSS];
    for (int of = 0; of < LOSSI_N_OF && !status; of++)
        if (f->values[LOSSI_ROLE_LOSS + of])
            status = add_points(f, of, splits[of], &s);
    if (!status)
        status = lossi_scatter_to_grid(to, f->path, &s);
    lossi_scatter_free(&s);
    return status;
}

/* ---- The file ------------------------------------------------------------------------------- */

bool lossi_vtk_is(const uint8_t *bytes, size_t size)
{
    return size > 5 && (memcmp(bytes, "<?xml", 5) == 0 || memcmp(bytes, "<VTKF", 5) == 0) &&
           strstr((const char *)bytes, "<VTKFile");
}

loss_status lossi_vtk_open(lossi_vtk_file *f, const uint8_t *bytes, size_t size, const char *path)
{
    char text[ATTRIBUTE];
    *f = (lossi_vtk_file){.path = path,
                          .source = {.path = path, .text = (const char *)bytes, .size = size}};
    const char *file = strstr(f->source.text, "<VTKFile");
    if (!file)
        return lossi_vtk_fail(f, "a VTK file without VTKFile");
    if (find_attribute(file, "byte_order", text) && strcmp(text, "LittleEndian") != 0)
        return lossi_vtk_fail(f, "a big-endian VTK file");
    f->source.has_long_headers =
        find_attribute(file, "header_type", text) && strcmp(text, "UInt64") == 0;
    if (find_attribute(file, "compressor", text)) {
        f->source.is_packed = true;
        if (strcmp(text, "vtkZLibDataCompressor") != 0)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: packed by %.60s; expected "
                              "vtkZLibDataCompressor, or none",
                              path, text);
    }
    const char *appended = strstr(f->source.text, "<AppendedData");
    if (appended) {
        f->source.is_base64 =
            find_attribute(appended, "encoding", text) && strcmp(text, "base64") == 0;
        const char *begin = strchr(appended, '_');
        f->source.appended = begin ? begin + 1 : NULL;
    }
    return LOSS_OK;
}

void lossi_vtk_close(lossi_vtk_file *f)
{
    free(f->places);
    for (int k = 0; k < LOSSI_N_ROLES; k++)
        free(f->values[k]);
}
