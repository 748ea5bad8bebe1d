/* VTK's XML files with values appended as they are (encoding "raw"), each behind its length in
 * bytes, as 64 bits. */
#include "formats/vtk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const loss_file_kind KIND = {"VTK file", 0, "<?xml", 5};

const lossi_vtk_type LOSSI_VTK_DOUBLE = {"Float64", sizeof(double)},
                     LOSSI_VTK_FLOAT = {"Float32", sizeof(float)},
                     LOSSI_VTK_INDEX = {"Int64", sizeof(uint64_t)},
                     LOSSI_VTK_VERTEX = {"UInt32", sizeof(uint32_t)}, LOSSI_VTK_BYTE = {"UInt8", 1},
                     LOSSI_VTK_TEXT = {"String", 0};

/* A text stands in XML as the codes of its bytes, and 0. */
static void put_fact(lossi_vtk *v, const cJSON *fact)
{
    const char *text = cJSON_GetStringValue(fact);
    loss_file_print(v->out,
                    "<DataArray type=\"%s\" Name=\"%s\" NumberOfTuples=\"1\" format=\"ascii\">",
                    text ? "String" : "Float64", fact->string);
    for (; text && *text; text++)
        loss_file_print(v->out, "%d ", (unsigned char)*text);
    if (cJSON_IsNumber(fact))
        loss_file_print(v->out, "%.17g", fact->valuedouble);
    else
        loss_file_put_text(v->out, "0");
    loss_file_put_text(v->out, "</DataArray>\n");
}

loss_status lossi_vtk_begin(lossi_vtk *v, const char *path, const char *type, const char *extent,
                            const cJSON *facts)
{
    *v = (lossi_vtk){.type = type};
    loss_status status = loss_file_open(&v->out, path, &KIND);
    if (status)
        return status;
    loss_file_print(v->out,
                    "<?xml version=\"1.0\"?>\n<VTKFile type=\"%s\" version=\"1.0\" "
                    "byte_order=\"LittleEndian\" header_type=\"UInt64\">\n<%s%s>\n<FieldData>\n",
                    type, type, extent);
    for (const cJSON *fact = facts ? facts->child : NULL; fact; fact = fact->next)
        put_fact(v, fact);
    loss_file_put_text(v->out, "</FieldData>\n");
    return LOSS_OK;
}

void lossi_vtk_put(lossi_vtk *v, const lossi_vtk_type *type, const char *name, int components,
                   const void *values, size_t n)
{
    uint64_t bytes = (uint64_t)n * (type->size ? type->size * (size_t)components : 1);
    loss_file_print(v->out,
                    "<DataArray type=\"%s\" Name=\"%s\" NumberOfComponents=\"%d\" "
                    "format=\"appended\" offset=\"%llu\"/>\n",
                    type->name, name, components, (unsigned long long)v->offset);
    v->arrays[v->n_arrays].values = values;
    v->arrays[v->n_arrays++].bytes = bytes;
    v->offset += sizeof bytes + bytes;
}

void lossi_vtk_xml(lossi_vtk *v, const char *xml)
{
    loss_file_put_text(v->out, xml);
}

loss_status lossi_vtk_end(lossi_vtk *v)
{
    loss_file_print(v->out, "</%s>\n<AppendedData encoding=\"raw\">\n_", v->type);
    for (size_t i = 0; i < v->n_arrays; i++) {
        loss_file_put(v->out, &v->arrays[i].bytes, sizeof v->arrays[i].bytes);
        loss_file_put(v->out, v->arrays[i].values, (size_t)v->arrays[i].bytes);
    }
    loss_file_put_text(v->out, "\n</AppendedData>\n</VTKFile>\n");
    return loss_file_commit(v->out);
}

loss_status lossi_vtk_write_points(const char *path, const lossi_vtk_points *p, const cJSON *facts)
{
    static const char *const cells[] = {"Verts", "Lines"};
    lossi_vtk v;
    loss_status status = lossi_vtk_begin(&v, path, "PolyData", "", facts);
    if (status)
        return status;
    bool has_lines = p->offsets != NULL;
    loss_file_print(v.out,
                    "<Piece NumberOfPoints=\"%zu\" NumberOfVerts=\"%zu\" NumberOfLines=\"%zu\" "
                    "NumberOfStrips=\"0\" NumberOfPolys=\"0\">\n<PointData>\n",
                    p->n, has_lines ? 0 : p->n, has_lines ? p->n_lines : 0);
    for (size_t i = 0; i < p->n_columns; i++) {
        const struct lossi_vtk_column *c = &p->columns[i];
        lossi_vtk_put(&v, c->type, c->name, 1, c->values, c->type->size ? p->n : c->bytes);
    }
    lossi_vtk_xml(&v, "</PointData>\n<Points>\n");
    lossi_vtk_put(&v, &LOSSI_VTK_DOUBLE, "Points", 3, p->positions, p->n);
    loss_file_print(v.out, "</Points>\n<%s>\n", cells[has_lines]);
    lossi_vtk_put(&v, &LOSSI_VTK_INDEX, "connectivity", 1, p->connectivity, p->n);
    if (has_lines)
        lossi_vtk_put(&v, &LOSSI_VTK_INDEX, "offsets", 1, p->offsets, p->n_lines);
    else /* the end of point i is i + 1 */
        lossi_vtk_put(&v, &LOSSI_VTK_INDEX, "offsets", 1, p->connectivity + 1, p->n);
    loss_file_print(v.out, "</%s>\n</Piece>\n", cells[has_lines]);
    return lossi_vtk_end(&v);
}
