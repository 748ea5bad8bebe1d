/* What a file that we write holds, recognised by its content, as a JSON object. */
#include <cjson/cJSON.h>
#include <loss/export.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "formats/foreign.h"
#include "formats/read.h"

/* A file in memory; a NUL follows its last byte. */
typedef struct content {
    const char *path;
    const uint8_t *bytes;
    size_t size;
} content;

static bool begins_with(const content *c, const char *text)
{
    return c->size >= strlen(text) && memcmp(c->bytes, text, strlen(text)) == 0;
}

static void add_size(cJSON *json, const char *key, size_t value)
{
    cJSON_AddNumberToObject(json, key, (double)value);
}

/* Number of lines that begin with `start`. */
static size_t count_lines(const content *c, const char *start)
{
    size_t n = 0;
    const char *text = (const char *)c->bytes;
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL)
        n += strncmp(line, start, strlen(start)) == 0;
    return n;
}

/* Lines "<start>text" of the part before `end`, as an array of their texts. */
static void add_lines(cJSON *json, const char *key, const char *text, const char *end,
                      const char *start)
{
    cJSON *array = cJSON_AddArrayToObject(json, key);
    for (const char *line = text; line && line < end;
         line = strchr(line, '\n'), line += line != NULL) {
        if (strncmp(line, start, strlen(start)) != 0)
            continue;
        char *copy = lossi_strdup(line + strlen(start));
        if (copy)
            copy[strcspn(copy, "\n")] = 0;
        cJSON_AddItemToArray(array, cJSON_CreateString(copy ? copy : ""));
        free(copy);
    }
}

/* The number behind the first `key` before the end. */
static bool count_after(const char *text, const char *end, const char *key, uint64_t *count)
{
    const char *at = strstr(text, key);
    return at && at < end && loss_count_parse(at + strlen(key), &at, count);
}

static loss_status describe_ply(const content *c, cJSON *json)
{
    const char *text = (const char *)c->bytes, *end = strstr(text, "end_header\n");
    uint64_t vertices = 0, faces = 0;
    const char *f = strstr(text, "element face ");
    if (!end || !count_after(text, end, "element vertex ", &vertices) ||
        (f && f < end && !count_after(text, end, "element face ", &faces)))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: a PLY file without a whole header", c->path);
    cJSON_AddStringToObject(json, "kind", "ply");
    cJSON_AddStringToObject(json, "encoding",
                            strstr(text, "format ascii") ? "ascii" : "binary_little_endian");
    add_size(json, "vertices", vertices);
    add_size(json, "faces", faces);
    add_lines(json, "comments", text, end, "comment ");
    return LOSS_OK;
}

static loss_status describe_vtk(const content *c, cJSON *json)
{
    const char *text = (const char *)c->bytes;
    bool is_image = strstr(text, "type=\"ImageData\"") != NULL;
    if (!strstr(text, "</VTKFile>"))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: a VTK file without its end", c->path);
    cJSON_AddStringToObject(json, "kind", is_image ? "vti" : "vtp");
    cJSON *arrays = cJSON_AddArrayToObject(json, "arrays");
    static const char NAME[] = " Name=\"";
    for (const char *at = text; (at = strstr(at, NAME)); at++) {
        char name[64];
        if (sscanf(at + sizeof NAME - 1, "%63[^\"]", name) == 1)
            cJSON_AddItemToArray(arrays, cJSON_CreateString(name));
    }
    uint64_t points, polygons, nx, ny;
    static const char EXTENT[] = "WholeExtent=\"0 ";
    const char *end = text + c->size, *extent = strstr(text, EXTENT);
    if (count_after(text, end, "NumberOfPoints=\"", &points))
        add_size(json, "vertices", points);
    if (count_after(text, end, "NumberOfPolys=\"", &polygons))
        add_size(json, "faces", polygons);
    if (extent && loss_count_parse(extent + sizeof EXTENT - 1, &extent, &nx) &&
        strncmp(extent, " 0 ", 3) == 0 && loss_count_parse(extent + 3, &extent, &ny)) {
        add_size(json, "nx", nx + 1);
        add_size(json, "ny", ny + 1);
    }
    return LOSS_OK;
}

static loss_status describe_obj(const content *c, cJSON *json)
{
    cJSON_AddStringToObject(json, "kind", "obj");
    add_size(json, "vertices", count_lines(c, "v "));
    add_size(json, "faces", count_lines(c, "f "));
    add_lines(json, "comments", (const char *)c->bytes, (const char *)c->bytes + c->size, "# ");
    return LOSS_OK;
}

enum { STL_HEADER = 84, STL_FACET = 50 };

static size_t stl_facets(const content *c)
{
    return c->size < STL_HEADER ? 0
                                : c->bytes[80] | (size_t)c->bytes[81] << 8 |
                                      (size_t)c->bytes[82] << 16 | (size_t)c->bytes[83] << 24;
}

static loss_status describe_stl(const content *c, cJSON *json)
{
    bool ascii = begins_with(c, "solid ");
    if (!ascii && c->size != STL_HEADER + stl_facets(c) * STL_FACET)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: an STL file of %zu facets has %zu bytes; found %zu",
                          c->path, stl_facets(c), STL_HEADER + stl_facets(c) * STL_FACET, c->size);
    cJSON_AddStringToObject(json, "kind", "stl");
    cJSON_AddStringToObject(json, "encoding", ascii ? "ascii" : "binary");
    add_size(json, "faces", ascii ? count_lines(c, "facet ") : stl_facets(c));
    return LOSS_OK;
}

static loss_status describe_csv(const content *c, cJSON *json)
{
    char *header = lossi_strdup((const char *)c->bytes);
    if (!header)
        return lossi_fail_nomem(c->size);
    header[strcspn(header, "\n")] = 0;
    cJSON_AddStringToObject(json, "kind",
                            strncmp(header, "epoch,", 6) == 0 ? "training log"
                            : strncmp(header, "run,", 4) == 0 ? "training paths"
                                                              : "csv");
    cJSON_AddStringToObject(json, "columns", header);
    free(header);
    size_t lines = 0;
    for (size_t i = 0; i < c->size; i++)
        lines += c->bytes[i] == '\n';
    add_size(json, "rows", lines ? lines - 1 : 0);
    return LOSS_OK;
}

/* "F32, I64": the types that occur. */
static void add_types(cJSON *json, const lossi_arrays *arrays)
{
    char text[64] = "";
    for (int type = 0; type < LOSSI_N_DTYPES; type++)
        for (size_t i = 0; i < arrays->n; i++)
            if (arrays->items[i].dtype == (lossi_dtype)type) {
                size_t at = strlen(text);
                snprintf(text + at, sizeof text - at, "%s%s", at ? ", " : "",
                         lossi_dtype_name((lossi_dtype)type));
                break;
            }
    cJSON_AddStringToObject(json, "types", text);
}

static loss_status describe_arrays(const content *c, cJSON *json)
{
    lossi_arrays arrays;
    const lossi_arrays_format *format;
    loss_status status = lossi_arrays_parse(c->bytes, c->size, NULL, c->path, &arrays, &format);
    bool is_unknown = status == LOSS_ERR_FORMAT && !format && !lossi_archive_is(c->bytes, c->size);
    if (is_unknown && !lossi_foreign_refuse(c->bytes, c->size, NULL, c->path))
        return lossi_fail(status, "%s: no kind of file that is known here (%zu bytes)", c->path,
                          c->size);
    if (status)
        return status;
    cJSON_AddStringToObject(json, "kind", format->name);
    add_types(json, &arrays);
    cJSON *metadata = cJSON_AddObjectToObject(json, "metadata"),
          *tensors = cJSON_AddObjectToObject(json, "tensors");
    for (size_t i = 0; i < arrays.n_metadata; i++)
        cJSON_AddStringToObject(metadata, arrays.metadata_keys[i], arrays.metadata_values[i]);
    size_t values = 0;
    for (size_t i = 0; i < arrays.n; i++) {
        cJSON *shape = cJSON_AddArrayToObject(tensors, arrays.items[i].name);
        for (size_t k = 0; k < arrays.items[i].n_dims; k++)
            cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)arrays.items[i].dims[k]));
        values += arrays.items[i].count;
    }
    add_size(json, "values", values);
    lossi_arrays_free(&arrays);
    return LOSS_OK;
}

static loss_status describe_picture(const content *c, cJSON *json)
{
    cJSON_AddStringToObject(json, "kind",
                            begins_with(c, "%PDF-") ? "pdf"
                            : begins_with(c, "<")   ? "svg"
                                                    : "png");
    if (begins_with(c, "\x89PNG") && c->size >= 24) { /* big-endian sizes in the first chunk */
        const uint8_t *b = c->bytes + 16;
        add_size(json, "width", (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3]);
        add_size(json, "height",
                 (size_t)b[4] << 24 | (size_t)b[5] << 16 | (size_t)b[6] << 8 | b[7]);
    }
    return LOSS_OK;
}

static loss_status describe(const content *c, cJSON *json)
{
    if (begins_with(c, "ply\n"))
        return describe_ply(c, json);
    if (begins_with(c, "<?xml") && strstr((const char *)c->bytes, "<VTKFile"))
        return describe_vtk(c, json);
    if (begins_with(c, "\x89PNG") || begins_with(c, "%PDF-") || begins_with(c, "<?xml") ||
        begins_with(c, "<svg"))
        return describe_picture(c, json);
    if (begins_with(c, "split,") || begins_with(c, "epoch,") || begins_with(c, "run,checkpoint,"))
        return describe_csv(c, json);
    if (begins_with(c, "# loss landscape"))
        return describe_obj(c, json);
    if (begins_with(c, "solid ") || begins_with(c, "libloss landscape"))
        return describe_stl(c, json);
    return describe_arrays(c, json);
}

loss_status loss_file_describe(const char *path, char **out)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(path);
    uint8_t *bytes;
    content c = {.path = path};
    loss_status status = loss_file_read(path, SIZE_MAX, &bytes, &c.size);
    if (status)
        return status;
    c.bytes = bytes;
    cJSON *json = cJSON_CreateObject();
    status = json ? describe(&c, json) : lossi_fail_nomem(64);
    if (!status && !(*out = cJSON_PrintUnformatted(json)))
        status = lossi_fail_nomem(c.size);
    cJSON_Delete(json);
    free(bytes);
    return status;
}
