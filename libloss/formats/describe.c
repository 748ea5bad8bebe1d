/* What a file that we write holds, recognised by its content, as a JSON object. */
#include <cjson/cJSON.h>
#include <loss/export.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
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

/* The object under way. */
typedef struct description {
    cJSON *json;
    bool failed; /* memory is out */
} description;

/* Adds to an object under a key, or to an array where the key is NULL; frees what it cannot add.
 * @return the item, NULL when memory is out; `to` may be NULL after that */
static cJSON *add(description *d, cJSON *to, const char *key, cJSON *item)
{
    return lossi_json_add(to, key, item, &d->failed);
}

static void add_size(description *d, const char *key, size_t value)
{
    add(d, d->json, key, cJSON_CreateNumber((double)value));
}

static void add_text(description *d, const char *key, const char *text)
{
    add(d, d->json, key, cJSON_CreateString(text));
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
static void add_lines(description *d, const char *key, const char *text, const char *end,
                      const char *start)
{
    cJSON *array = add(d, d->json, key, cJSON_CreateArray());
    for (const char *line = text; line && line < end;
         line = strchr(line, '\n'), line += line != NULL) {
        if (strncmp(line, start, strlen(start)) != 0)
            continue;
        char *copy = lossi_strdup(line + strlen(start));
        if (copy)
            copy[strcspn(copy, "\n")] = 0;
        add(d, array, NULL, copy ? cJSON_CreateString(copy) : NULL);
        free(copy);
    }
}

/* The number behind the first `key` before the end. */
static bool count_after(const char *text, const char *end, const char *key, uint64_t *count)
{
    const char *at = strstr(text, key);
    return at && at < end && loss_count_parse(at + strlen(key), &at, count);
}

static loss_status describe_ply(const content *c, description *d)
{
    const char *text = (const char *)c->bytes, *end = strstr(text, "end_header\n");
    uint64_t vertices = 0, faces = 0;
    const char *f = strstr(text, "element face ");
    if (!end || !count_after(text, end, "element vertex ", &vertices) ||
        (f && f < end && !count_after(text, end, "element face ", &faces)))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: a PLY file without a whole header", c->path);
    add_text(d, "kind", "ply");
    add_text(d, "encoding", strstr(text, "format ascii") ? "ascii" : "binary_little_endian");
    add_size(d, "vertices", vertices);
    add_size(d, "faces", faces);
    add_lines(d, "comments", text, end, "comment ");
    return LOSS_OK;
}

static loss_status describe_vtk(const content *c, description *d)
{
    const char *text = (const char *)c->bytes;
    static const char LAST[] = "</VTKFile>\n";
    const char *facts = strstr(text, "</FieldData>");
    bool is_image = strstr(text, "type=\"ImageData\"") != NULL;
    if (c->size < sizeof LAST || strcmp(text + c->size - (sizeof LAST - 1), LAST) != 0)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: a VTK file without its end", c->path);
    add_text(d, "kind", is_image ? "vti" : "vtp");
    cJSON *arrays = add(d, d->json, "arrays", cJSON_CreateArray());
    static const char NAME[] = " Name=\"";
    for (const char *at = facts ? facts : text; (at = strstr(at, NAME)); at++) {
        char name[64];
        if (sscanf(at + sizeof NAME - 1, "%63[^\"]", name) == 1)
            add(d, arrays, NULL, cJSON_CreateString(name));
    }
    uint64_t points, polygons, lines, nx, ny;
    static const char EXTENT[] = "WholeExtent=\"0 ";
    const char *end = text + c->size, *extent = strstr(text, EXTENT);
    if (count_after(text, end, "NumberOfPoints=\"", &points))
        add_size(d, "vertices", points);
    if (count_after(text, end, "NumberOfPolys=\"", &polygons))
        add_size(d, "faces", polygons);
    if (count_after(text, end, "NumberOfLines=\"", &lines))
        add_size(d, "lines", lines);
    if (extent && loss_count_parse(extent + sizeof EXTENT - 1, &extent, &nx) &&
        strncmp(extent, " 0 ", 3) == 0 && loss_count_parse(extent + 3, &extent, &ny)) {
        add_size(d, "nx", nx + 1);
        add_size(d, "ny", ny + 1);
    }
    return LOSS_OK;
}

static loss_status describe_obj(const content *c, description *d)
{
    add_text(d, "kind", "obj");
    add_size(d, "vertices", count_lines(c, "v "));
    add_size(d, "faces", count_lines(c, "f "));
    add_lines(d, "comments", (const char *)c->bytes, (const char *)c->bytes + c->size, "# ");
    return LOSS_OK;
}

enum { STL_HEADER = 84, STL_FACET = 50 };

static size_t stl_facets(const content *c)
{
    return c->size < STL_HEADER ? 0
                                : c->bytes[80] | (size_t)c->bytes[81] << 8 |
                                      (size_t)c->bytes[82] << 16 | (size_t)c->bytes[83] << 24;
}

static loss_status describe_stl(const content *c, description *d)
{
    bool ascii = begins_with(c, "solid ");
    if (!ascii && c->size != STL_HEADER + stl_facets(c) * STL_FACET)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: an STL file of %zu facets has %zu bytes; found %zu",
                          c->path, stl_facets(c), STL_HEADER + stl_facets(c) * STL_FACET, c->size);
    add_text(d, "kind", "stl");
    add_text(d, "encoding", ascii ? "ascii" : "binary");
    add_size(d, "faces", ascii ? count_lines(c, "facet ") : stl_facets(c));
    return LOSS_OK;
}

/* Tables of lossgrid by how their first line begins. */
static const struct {
    const char *begin, *kind;
} TABLES[] = {
    {"split,", "csv"},
    {"iy,ix,", "csv"},
    {"epoch,", "training log"},
    {"run,checkpoint,", "training paths"},
    {"kind,iy,ix,grid_loss,", "critical points"},
    {"line,level,closed,", "contour lines"},
};
enum { N_TABLES = sizeof TABLES / sizeof *TABLES };

/* @return N_TABLES: none of them */
static size_t find_table(const content *c)
{
    size_t i = 0;
    while (i < N_TABLES && !begins_with(c, TABLES[i].begin))
        i++;
    return i;
}

static loss_status describe_csv(const content *c, description *d)
{
    char *header = lossi_strdup((const char *)c->bytes);
    if (!header)
        return lossi_fail_nomem(c->size);
    header[strcspn(header, "\n")] = 0;
    add_text(d, "kind", TABLES[find_table(c)].kind);
    add_text(d, "columns", header);
    free(header);
    size_t lines = 0;
    for (size_t i = 0; i < c->size; i++)
        lines += c->bytes[i] == '\n';
    add_size(d, "rows", lines ? lines - 1 : 0);
    return LOSS_OK;
}

/* "F32, I64": the types that occur. */
static void add_types(description *d, const lossi_arrays *arrays)
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
    add_text(d, "types", text);
}

/* The sets of a file that holds several, and what to do where none of them is the obvious one. */
static void add_sets(description *d, const lossi_sets *sets)
{
    if (sets->n < 2)
        return;
    cJSON *list = add(d, d->json, "sets_of_tensors", cJSON_CreateObject());
    for (size_t i = 0; i < sets->n; i++) {
        const lossi_set *set = &sets->items[i];
        cJSON *item = add(d, list, *set->key ? set->key : "(top)", cJSON_CreateObject());
        add(d, item, "tensors", cJSON_CreateNumber((double)set->n_tensors));
        add(d, item, "values", cJSON_CreateNumber(set->n_values));
    }
    if (sets->is_unclear)
        add_text(d, "which_are_the_weights", "--key NAME chooses one of these sets");
}

static loss_status describe_arrays(const content *c, description *d)
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
    add_text(d, "kind", format->name);
    add_types(d, &arrays);
    cJSON *metadata = add(d, d->json, "metadata", cJSON_CreateObject()),
          *tensors = add(d, d->json, "tensors", cJSON_CreateObject());
    for (size_t i = 0; i < arrays.n_metadata; i++)
        add(d, metadata, arrays.metadata_keys[i], cJSON_CreateString(arrays.metadata_values[i]));
    add_sets(d, &arrays.sets);
    size_t values = 0;
    for (size_t i = 0; i < arrays.n; i++) {
        cJSON *shape = add(d, tensors, arrays.items[i].name, cJSON_CreateArray());
        for (size_t k = 0; k < arrays.items[i].n_dims; k++)
            add(d, shape, NULL, cJSON_CreateNumber((double)arrays.items[i].dims[k]));
        values += arrays.items[i].count;
    }
    add_size(d, "values", values);
    lossi_arrays_free(&arrays);
    return LOSS_OK;
}

static loss_status describe_picture(const content *c, description *d)
{
    add_text(d, "kind", begins_with(c, "%PDF-") ? "pdf" : begins_with(c, "<") ? "svg" : "png");
    if (begins_with(c, "\x89PNG") && c->size >= 24) { /* big-endian sizes in the first chunk */
        const uint8_t *b = c->bytes + 16;
        add_size(d, "width", (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3]);
        add_size(d, "height", (size_t)b[4] << 24 | (size_t)b[5] << 16 | (size_t)b[6] << 8 | b[7]);
    }
    return LOSS_OK;
}

static loss_status describe_gltf(const content *c, description *d)
{
    uint64_t size = 0;
    for (int i = 3; i >= 0 && c->size >= 20; i--)
        size = size << 8 | c->bytes[8 + i];
    if (size != c->size)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: a glTF file of %zu bytes; its header says %llu",
                          c->path, c->size, (unsigned long long)size);
    add_text(d, "kind", "glb");
    return LOSS_OK;
}

/* What our own pages say near their beginning. */
static const char PAGE_MADE_BY[] = "<meta name=\"generator\" content=\"libloss\">";

static loss_status describe(const content *c, description *d)
{
    if (begins_with(c, "ply\n"))
        return describe_ply(c, d);
    if (begins_with(c, "<?xml") && strstr((const char *)c->bytes, "<VTKFile"))
        return describe_vtk(c, d);
    if (begins_with(c, "\x89PNG") || begins_with(c, "%PDF-") || begins_with(c, "<?xml") ||
        begins_with(c, "<svg"))
        return describe_picture(c, d);
    if (find_table(c) < N_TABLES)
        return describe_csv(c, d);
    if (begins_with(c, "# loss landscape"))
        return describe_obj(c, d);
    if (begins_with(c, "<!DOCTYPE html>") && strstr((const char *)c->bytes, PAGE_MADE_BY)) {
        add_text(d, "kind", "html");
        return LOSS_OK;
    }
    if (begins_with(c, "glTF"))
        return describe_gltf(c, d);
    if (begins_with(c, "solid ") || begins_with(c, "libloss landscape"))
        return describe_stl(c, d);
    return describe_arrays(c, d);
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
    description d = {.json = cJSON_CreateObject()};
    status = d.json ? describe(&c, &d) : lossi_fail_nomem(sizeof(cJSON));
    if (!status && (d.failed || !(*out = cJSON_PrintUnformatted(d.json))))
        status = lossi_fail_nomem(c.size);
    cJSON_Delete(d.json);
    free(bytes);
    return status;
}
