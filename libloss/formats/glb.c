/* The binary part is a list of pieces that lie in memory elsewhere; the JSON part tells where each
 * will be in the file. Khronos Group, glTF 2.0 Specification (ISO/IEC 12113). */
#include "formats/glb.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "formats/glb_shapes.h"

static const loss_file_kind KIND = {"glTF file", 0, "glTF", 4};

enum { UNSIGNED_SHORT = 5123, UNSIGNED_INT = 5125, FLOAT = 5126 };
enum { ARRAY_BUFFER = 34962, ELEMENT_ARRAY_BUFFER = 34963 };
enum { LINE_STRIP = 3, TRIANGLES = 4 };
enum { NONE = -1 };

typedef struct piece {
    const void *bytes;
    size_t n;
} piece;

/* A list at the top of the JSON part: others name its items by their numbers. */
typedef struct list {
    cJSON *items;
    int n;
} list;

typedef struct glb {
    cJSON *json, *children;
    list nodes, meshes, materials, accessors, views;
    piece *pieces;
    size_t n_pieces, room, n_bytes;
    bool failed; /* memory is out */
} glb;

static size_t padded(size_t n)
{
    return (n + 3) / 4 * 4;
}

static void add_number(glb *g, cJSON *to, const char *key, double value)
{
    lossi_json_add(to, key, cJSON_CreateNumber(value), &g->failed);
}

static cJSON *add_object(glb *g, cJSON *to, const char *key)
{
    return lossi_json_add(to, key, cJSON_CreateObject(), &g->failed);
}

/* Appends an object, which is then the last one. */
static cJSON *add_item(glb *g, list *to)
{
    to->n++;
    return add_object(g, to->items, NULL);
}

static int last(const list *of)
{
    return of->n - 1;
}

static list add_list(glb *g, const char *key)
{
    return (list){lossi_json_add(g->json, key, cJSON_CreateArray(), &g->failed), 0};
}

/* ---- Bytes ---------------------------------------------------------------------------------- */

/* A piece of the binary part as a view of the buffer. @return the view's index */
static int add_view(glb *g, const void *bytes, size_t n, int target)
{
    if (!lossi_reserve((void **)&g->pieces, &g->room, g->n_pieces, sizeof *g->pieces)) {
        g->failed = true;
        return NONE;
    }
    cJSON *view = add_item(g, &g->views);
    add_number(g, view, "buffer", 0);
    add_number(g, view, "byteOffset", (double)g->n_bytes);
    add_number(g, view, "byteLength", (double)n);
    add_number(g, view, "target", target);
    g->pieces[g->n_pieces++] = (piece){bytes, n};
    g->n_bytes += padded(n);
    return last(&g->views);
}

/* A part of a view as an array of values. @return the accessor */
static cJSON *add_accessor(glb *g, int view, size_t first_byte, size_t n, int component,
                           const char *type)
{
    cJSON *accessor = add_item(g, &g->accessors);
    add_number(g, accessor, "bufferView", view);
    add_number(g, accessor, "byteOffset", (double)first_byte);
    add_number(g, accessor, "componentType", component);
    add_number(g, accessor, "count", (double)n);
    lossi_json_add(accessor, "type", cJSON_CreateString(type), &g->failed);
    return accessor;
}

/* Positions, which say the box that they fill. */
static void add_positions(glb *g, cJSON *attributes, int view, size_t first, size_t n,
                          const float *positions)
{
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
    cJSON *accessor = add_accessor(g, view, first * 3 * sizeof *positions, n, FLOAT, "VEC3");
    for (size_t i = 3 * first; i < 3 * (first + n); i++) {
        low[i % 3] = fmin(low[i % 3], (double)positions[i]);
        high[i % 3] = fmax(high[i % 3], (double)positions[i]);
    }
    lossi_json_add_numbers(accessor, "min", low, 3, &g->failed);
    lossi_json_add_numbers(accessor, "max", high, 3, &g->failed);
    add_number(g, attributes, "POSITION", last(&g->accessors));
}

/* One value of a vertex, or several. @return the accessor */
static cJSON *add_attribute(glb *g, cJSON *attributes, const char *name, const void *values,
                            size_t n, size_t size, int component, const char *type)
{
    int view = add_view(g, values, n * size, ARRAY_BUFFER);
    cJSON *accessor = add_accessor(g, view, 0, n, component, type);
    add_number(g, attributes, name, last(&g->accessors));
    return accessor;
}

/* ---- Nodes ---------------------------------------------------------------------------------- */

static int add_material(glb *g, const char *name, const float rgb[3], double alpha, bool is_lit)
{
    cJSON *material = add_item(g, &g->materials),
          *pbr = add_object(g, material, "pbrMetallicRoughness");
    const double colour[4] = {(double)rgb[0], (double)rgb[1], (double)rgb[2], alpha};
    lossi_json_add_text(material, "name", name, &g->failed);
    lossi_json_add_numbers(pbr, "baseColorFactor", colour, 4, &g->failed);
    add_number(g, pbr, "metallicFactor", 0);
    add_number(g, pbr, "roughnessFactor", 1);
    lossi_json_add(material, "doubleSided", cJSON_CreateTrue(), &g->failed);
    if (alpha < 1)
        lossi_json_add(material, "alphaMode", cJSON_CreateString("BLEND"), &g->failed);
    if (!is_lit)
        add_object(g, add_object(g, material, "extensions"), "KHR_materials_unlit");
    return last(&g->materials);
}

/* A mesh without its primitives. @return them */
static cJSON *add_mesh(glb *g, const char *name)
{
    cJSON *mesh = add_item(g, &g->meshes);
    lossi_json_add_text(mesh, "name", name, &g->failed);
    return lossi_json_add(mesh, "primitives", cJSON_CreateArray(), &g->failed);
}

/* @return its attributes */
static cJSON *add_primitive(glb *g, cJSON *primitives, int mode, int material)
{
    cJSON *primitive = add_object(g, primitives, NULL);
    add_number(g, primitive, "mode", mode);
    add_number(g, primitive, "material", material);
    return add_object(g, primitive, "attributes");
}

/* The same of triangles. @param component  of their indices, `size` bytes each */
static cJSON *add_triangles(glb *g, cJSON *primitives, int material, const void *triangles,
                            size_t n, int component, size_t size)
{
    cJSON *primitive = add_object(g, primitives, NULL);
    int view = add_view(g, triangles, 3 * n * size, ELEMENT_ARRAY_BUFFER);
    add_accessor(g, view, 0, 3 * n, component, "SCALAR");
    add_number(g, primitive, "mode", TRIANGLES);
    add_number(g, primitive, "material", material);
    add_number(g, primitive, "indices", last(&g->accessors));
    return add_object(g, primitive, "attributes");
}

/* A child of another node. @param mesh  or NONE */
static cJSON *add_node(glb *g, cJSON *children, const char *name, int mesh)
{
    cJSON *node = add_item(g, &g->nodes);
    lossi_json_add_text(node, "name", name, &g->failed);
    if (mesh != NONE)
        add_number(g, node, "mesh", mesh);
    lossi_json_add(children, NULL, cJSON_CreateNumber(last(&g->nodes)), &g->failed);
    return node;
}

static void add_surface(glb *g, const lossi_mesh *m, const uint16_t *colours, const float *loss)
{
    static const float white[3] = {1, 1, 1};
    size_t n = m->n_vertices;
    int material = add_material(g, "surface", white, 1, true);
    cJSON *all = add_triangles(g, add_mesh(g, "surface"), material, m->triangles, m->n_triangles,
                               UNSIGNED_INT, sizeof *m->triangles);
    add_positions(g, all, add_view(g, m->positions, n * 3 * sizeof(float), ARRAY_BUFFER), 0, n,
                  m->positions);
    add_attribute(g, all, "NORMAL", m->normals, n, 3 * sizeof(float), FLOAT, "VEC3");
    cJSON *colour =
        add_attribute(g, all, "COLOR_0", colours, n, 4 * sizeof *colours, UNSIGNED_SHORT, "VEC4");
    lossi_json_add(colour, "normalized", cJSON_CreateTrue(), &g->failed);
    add_attribute(g, all, "_LOSS", loss, n, sizeof *loss, FLOAT, "SCALAR");
    add_node(g, g->children, "surface", last(&g->meshes));
}

/* The mesh of a shape in a colour, made when the first mark wants it. */
static int mark_mesh(glb *g, const lossi_glb_shape *shape, const char *name, const float rgb[3],
                     bool is_pale, int *made)
{
    size_t n = shape->n_vertices;
    if (*made != NONE)
        return *made;
    int material = add_material(g, name, rgb, is_pale ? 0.4 : 1, false);
    cJSON *all = add_triangles(g, add_mesh(g, name), material, shape->triangles, shape->n_triangles,
                               UNSIGNED_SHORT, sizeof *shape->triangles);
    add_positions(g, all, add_view(g, shape->positions, n * 3 * sizeof(float), ARRAY_BUFFER), 0, n,
                  shape->positions);
    return *made = last(&g->meshes);
}

/* @param colour  of all; NULL: each shape has its own */
static void add_marks(glb *g, cJSON *children, lossi_glb_mark *marks, size_t n, double size,
                      const float *colour)
{
    static const char *const names[LOSSI_GLB_N_SHAPES] = {"minimum", "saddle", "maximum",
                                                          "checkpoint"};
    int made[LOSSI_GLB_N_SHAPES][2];
    const double scale[3] = {size, size, size};
    memset(made, 0xff, sizeof made); /* NONE */
    for (size_t i = 0; i < n; i++) {
        lossi_glb_mark *m = &marks[i];
        const lossi_glb_shape *shape = &LOSSI_GLB_SHAPES[m->shape];
        int mesh = mark_mesh(g, shape, names[m->shape], colour ? colour : shape->rgb, m->is_pale,
                             &made[m->shape][m->is_pale]);
        cJSON *node = add_node(g, children, m->name, mesh);
        lossi_json_add(node, "extras", m->extras, &g->failed);
        m->extras = NULL;
        lossi_json_add_numbers(node, "translation", m->at, 3, &g->failed);
        lossi_json_add_numbers(node, "scale", scale, 3, &g->failed);
    }
}

static void add_line(glb *g, lossi_glb_line *line, double mark_size)
{
    if (!line->n_pieces)
        return;
    int material = add_material(g, line->name, line->rgb, 1, false),
        view = add_view(g, line->positions, line->n * 3 * sizeof(float), ARRAY_BUFFER);
    cJSON *primitives = add_mesh(g, line->name);
    for (size_t k = 0, first = 0; k < line->n_pieces; first = line->ends[k++]) {
        cJSON *all = add_primitive(g, primitives, LINE_STRIP, material);
        add_positions(g, all, view, first, line->ends[k] - first, line->positions);
    }
    /* A node of its own: some readers leave out lines, and what hangs from them. */
    cJSON *node = add_node(g, g->children, line->name, NONE);
    cJSON *children = lossi_json_add(node, "children", cJSON_CreateArray(), &g->failed);
    add_node(g, children, "line", last(&g->meshes));
    add_marks(g, children, line->marks, line->n_marks, mark_size, line->rgb);
}

/* ---- The file ------------------------------------------------------------------------------- */

static void begin(glb *g, lossi_glb *scene)
{
    static const double upright[4] = {-0.70710678118654752, 0, 0, 0.70710678118654752}, root = 0;
    g->json = cJSON_CreateObject();
    cJSON *asset = add_object(g, g->json, "asset");
    lossi_json_add(asset, "version", cJSON_CreateString("2.0"), &g->failed);
    lossi_json_add(asset, "generator", cJSON_CreateString("libloss"), &g->failed);
    list used = add_list(g, "extensionsUsed"), scenes = add_list(g, "scenes");
    lossi_json_add(used.items, NULL, cJSON_CreateString("KHR_materials_unlit"), &g->failed);
    lossi_json_add_numbers(add_item(g, &scenes), "nodes", &root, 1, &g->failed);
    add_number(g, g->json, "scene", 0);
    g->nodes = add_list(g, "nodes");
    cJSON *landscape = add_item(g, &g->nodes);
    lossi_json_add(landscape, "name", cJSON_CreateString("landscape"), &g->failed);
    lossi_json_add_numbers(landscape, "rotation", upright, 4, &g->failed);
    lossi_json_add(landscape, "extras", scene->extras, &g->failed);
    scene->extras = NULL;
    g->children = lossi_json_add(landscape, "children", cJSON_CreateArray(), &g->failed);
    g->meshes = add_list(g, "meshes");
    g->materials = add_list(g, "materials");
    g->accessors = add_list(g, "accessors");
    g->views = add_list(g, "bufferViews");
}

static void put32(loss_file *out, size_t value)
{
    loss_file_put(out,
                  (uint8_t[]){(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                              (uint8_t)(value >> 24)},
                  4);
}

static void put_padded(loss_file *out, const void *bytes, size_t n, const char *padding)
{
    loss_file_put(out, bytes, n);
    loss_file_put(out, padding, padded(n) - n);
}

static loss_status write_file(const char *path, const glb *g, const char *json)
{
    size_t n_json = strlen(json), total = 12 + 8 + padded(n_json) + 8 + g->n_bytes;
    loss_file *out;
    if (total > UINT32_MAX)
        return lossi_fail(LOSS_ERR_SHAPE, "%s: %zu bytes are too many for glTF; at most 4 GiB",
                          path, total);
    loss_status status = loss_file_open(&out, path, &KIND);
    if (status)
        return status;
    loss_file_put(out, "glTF", 4);
    put32(out, 2);
    put32(out, total);
    put32(out, padded(n_json));
    loss_file_put(out, "JSON", 4);
    put_padded(out, json, n_json, "   ");
    put32(out, g->n_bytes);
    loss_file_put(out, "BIN\0", 4);
    for (size_t i = 0; i < g->n_pieces; i++)
        put_padded(out, g->pieces[i].bytes, g->pieces[i].n, "\0\0\0");
    return loss_file_commit(out);
}

/* glTF has linear colours, which want more than 8 bits. @return [n_vertices][4], NULL: no memory */
static uint16_t *linear_colours(const lossi_mesh *m)
{
    uint16_t table[256], *out = lossi_alloc(m->n_vertices, 4 * sizeof *out);
    for (int i = 0; i < 256; i++) {
        double s = i / 255.0, linear = s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
        table[i] = (uint16_t)lround(65535 * linear);
    }
    for (size_t i = 0; i < m->n_vertices && out; i++) {
        for (int k = 0; k < 3; k++)
            out[4 * i + (size_t)k] = table[m->colours[3 * i + (size_t)k]];
        out[4 * i + 3] = 65535;
    }
    return out;
}

loss_status lossi_glb_write(const char *path, lossi_glb *scene)
{
    const lossi_mesh *m = scene->mesh;
    glb g = {0};
    uint16_t *colours = linear_colours(m);
    float *loss = lossi_alloc(m->n_vertices, sizeof *loss);
    g.failed = !colours || !loss;
    begin(&g, scene);
    for (size_t i = 0; i < m->n_vertices && loss; i++)
        loss[i] = (float)m->loss[i];
    add_surface(&g, m, colours, loss);
    for (size_t i = 0; i < scene->n_lines; i++)
        add_line(&g, &scene->lines[i], scene->mark_size);
    add_marks(&g, g.children, scene->marks, scene->n_marks, scene->mark_size, NULL);
    list buffers = add_list(&g, "buffers");
    add_number(&g, add_item(&g, &buffers), "byteLength", (double)g.n_bytes);
    char *json = g.failed ? NULL : cJSON_PrintUnformatted(g.json);
    loss_status status = json ? write_file(path, &g, json)
                              : lossi_fail(LOSS_ERR_NOMEM, "%s: no memory for its contents", path);
    cJSON_free(json);
    cJSON_Delete(g.json);
    free(g.pieces);
    free(colours);
    free(loss);
    return status;
}
