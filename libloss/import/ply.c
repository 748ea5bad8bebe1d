/* PLY (Turk 1994), ascii and binary, of either byte order: the vertices of any mesh that is a
 * height field over a grid. Faces are not read: the grid has them. `quality` is the loss where
 * it is there (ours), else z. Every length is checked against what the file has. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loss/text.h>

#include "import/scatter.h"

typedef enum type { CHAR, UCHAR, SHORT, USHORT, INT, UINT, FLOAT, DOUBLE, N_TYPES, NO_TYPE } type;
static const char *const TYPE_NAMES[2][N_TYPES] = {
    {"char", "uchar", "short", "ushort", "int", "uint", "float", "double"},
    {"int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"}};
static const size_t TYPE_SIZES[N_TYPES] = {1, 1, 2, 2, 4, 4, 4, 8};

enum { MOST_PROPERTIES = 64, MOST_ELEMENTS = 16, LONGEST_WORD = 63, LONGEST_LINE = 1023 };
enum { ASCII, LITTLE, BIG };

typedef struct property {
    char name[LONGEST_WORD + 1];
    type kind, count; /* count: of a list, else NO_TYPE */
} property;

typedef struct element {
    char name[LONGEST_WORD + 1];
    unsigned long long n;
    size_t n_properties;
    property properties[MOST_PROPERTIES];
} element;

typedef struct parser {
    const char *path;
    const unsigned char *at, *end;
    int format;
    size_t n_elements, line;
    element elements[MOST_ELEMENTS];
} parser;

static loss_status fail(const parser *r, const char *what)
{
    return lossi_fail(LOSS_ERR_FORMAT, "%s: %s", r->path, what);
}

/* Takes a header line without its end, CR LF too. */
static loss_status take_line(parser *r, char line[LONGEST_LINE + 1])
{
    const unsigned char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
    if (!stop)
        return fail(r, "its header has no end_header");
    size_t n = (size_t)(stop - r->at);
    if (n > LONGEST_LINE)
        n = LONGEST_LINE;
    memcpy(line, r->at, n);
    line[n] = 0;
    line[strcspn(line, "\r")] = 0;
    r->at = stop + 1;
    r->line++;
    return LOSS_OK;
}

static type type_of(const char *word)
{
    for (int i = 0; i < N_TYPES; i++)
        if (strcmp(word, TYPE_NAMES[0][i]) == 0 || strcmp(word, TYPE_NAMES[1][i]) == 0)
            return (type)i;
    return NO_TYPE;
}

static loss_status add_property(parser *r, const char *line)
{
    char kind[64], count[64], item[64], name[64];
    element *e = r->n_elements ? &r->elements[r->n_elements - 1] : NULL;
    if (!e || e->n_properties == MOST_PROPERTIES)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu: %s", r->path, r->line,
                          e ? "too many properties" : "a property of no element");
    property *q = &e->properties[e->n_properties++];
    q->count = NO_TYPE;
    if (sscanf(line, "property %63s", kind) == 1 && strcmp(kind, "list") == 0) {
        if (sscanf(line, "property list %63s %63s %63s", count, item, name) != 3)
            return lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu: \"%.80s\" is no property", r->path,
                              r->line, line);
        q->count = type_of(count);
        q->kind = type_of(item);
        if (q->count >= FLOAT)
            return lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu: a list counted in %s", r->path,
                              r->line, count);
    } else {
        if (sscanf(line, "property %63s %63s", item, name) != 2)
            return lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu: \"%.80s\" is no property", r->path,
                              r->line, line);
        q->kind = type_of(item);
    }
    if (q->kind == NO_TYPE)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu: no type is called %s", r->path, r->line,
                          item);
    snprintf(q->name, sizeof q->name, "%s", name);
    return LOSS_OK;
}

static loss_status add_element(parser *r, const char *line)
{
    if (r->n_elements == MOST_ELEMENTS)
        return fail(r, "too many elements");
    element *e = &r->elements[r->n_elements];
    char number[64];
    uint64_t n;
    if (sscanf(line, "element %63s %63s", e->name, number) != 2 ||
        !loss_count_parse(number, NULL, &n))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu: \"%.80s\" is no element", r->path,
                          r->line, line);
    e->n = n;
    r->n_elements++;
    return LOSS_OK;
}

static loss_status parse_header(parser *r)
{
    static const char *const formats[] = {"format ascii 1.0", "format binary_little_endian 1.0",
                                          "format binary_big_endian 1.0"};
    char line[LONGEST_LINE + 1];
    r->format = -1;
    loss_status status = take_line(r, line);
    if (!status && strcmp(line, "ply") != 0)
        status = fail(r, "does not begin with the line ply");
    while (!status && !(status = take_line(r, line))) {
        if (strncmp(line, "end_header", 10) == 0)
            return r->format >= 0 ? LOSS_OK : fail(r, "its header names no format");
        if (strncmp(line, "format ", 7) == 0) {
            for (int i = 0; i < 3; i++)
                if (strcmp(line, formats[i]) == 0)
                    r->format = i;
            if (r->format < 0)
                status = lossi_fail(LOSS_ERR_FORMAT, "%s: \"%.80s\" is unknown", r->path, line);
        } else if (strncmp(line, "element ", 8) == 0) {
            status = add_element(r, line);
        } else if (strncmp(line, "property ", 9) == 0) {
            status = add_property(r, line);
        } else if (strncmp(line, "comment", 7) != 0 && strncmp(line, "obj_info", 8) != 0) {
            status = lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu of its header is unknown: \"%.80s\"",
                                r->path, r->line, line);
        }
    }
    return status;
}

static bool take_text(parser *r, double *value)
{
    while (r->at < r->end && strchr(" \t\r\n", *r->at))
        r->at++;
    if (r->at == r->end)
        return false;
    const char *stop; /* the bytes end with a 0 */
    if (!loss_number_parse((const char *)r->at, &stop, value) ||
        (const unsigned char *)stop > r->end)
        return false;
    r->at = (const unsigned char *)stop;
    return true;
}

static double decode(const unsigned char raw[8], type kind)
{
    union {
        unsigned char bytes[8];
        int8_t i8;
        uint8_t u8;
        int16_t i16;
        uint16_t u16;
        int32_t i32;
        uint32_t u32;
        float f32;
        double f64;
    } v;
    memcpy(v.bytes, raw, sizeof v.bytes);
    switch (kind) {
    case CHAR: return v.i8;
    case UCHAR: return v.u8;
    case SHORT: return v.i16;
    case USHORT: return v.u16;
    case INT: return v.i32;
    case UINT: return v.u32;
    case FLOAT: return (double)v.f32;
    default: return v.f64;
    }
}

static bool take_number(parser *r, type kind, double *value)
{
    if (r->format == ASCII)
        return take_text(r, value);
    size_t size = TYPE_SIZES[kind];
    if ((size_t)(r->end - r->at) < size)
        return false;
    const union {
        uint16_t word;
        unsigned char bytes[2];
    } order = {1};
    bool swap = (r->format == LITTLE) != (order.bytes[0] == 1);
    unsigned char raw[8] = {0};
    for (size_t i = 0; i < size; i++)
        raw[i] = r->at[swap ? size - 1 - i : i];
    *value = decode(raw, kind);
    r->at += size;
    return true;
}

/* Takes one property; of a list the last item is left in *value. */
static bool take_property(parser *r, const property *q, double *value)
{
    double count = 1;
    if (q->count != NO_TYPE && (!take_number(r, q->count, &count) || !(count >= 0)))
        return false;
    for (double i = 0; i < count; i++)
        if (!take_number(r, q->kind, value))
            return false;
    return true;
}

static int find(const element *e, const char *name)
{
    for (size_t i = 0; i < e->n_properties; i++)
        if (strcmp(e->properties[i].name, name) == 0 && e->properties[i].count == NO_TYPE)
            return (int)i;
    return -1;
}

static loss_status take_element(parser *r, const element *e, lossi_scatter *s)
{
    int x = find(e, "x"), y = find(e, "y"), z = find(e, "z"), quality = find(e, "quality");
    if (s && (x < 0 || y < 0 || z < 0))
        return fail(r, "its vertices lack x, y or z");
    loss_status status = LOSS_OK;
    for (unsigned long long i = 0; i < e->n && e->n_properties && !status; i++) {
        double values[MOST_PROPERTIES] = {0};
        for (size_t k = 0; k < e->n_properties; k++)
            if (!take_property(r, &e->properties[k], &values[k]))
                return lossi_fail(LOSS_ERR_FORMAT,
                                  "%s: ends, or is no number, within %s %llu of %llu", r->path,
                                  e->name, i + 1, e->n);
        if (s)
            status = lossi_scatter_add(
                s, &(lossi_scatter_row){values[x], values[y], values[quality >= 0 ? quality : z],
                                        (double)NAN, (double)NAN, (size_t)i + 1, LOSS_SPLIT_TEST});
    }
    return status;
}

static unsigned long long count_of(const parser *r, const char *name)
{
    for (size_t i = 0; i < r->n_elements; i++)
        if (strcmp(r->elements[i].name, name) == 0)
            return r->elements[i].n;
    return 0;
}

static loss_status parse(loss_import *to, const uint8_t *bytes, size_t size, const char *path)
{
    parser *r = calloc(1, sizeof *r);
    if (!r)
        return lossi_fail_nomem(sizeof *r);
    r->path = path;
    r->at = bytes;
    r->end = bytes + size;
    lossi_scatter s = {.word = "vertex"};
    loss_status status = parse_header(r);
    bool found = false;
    if (!status && count_of(r, "edge") && !count_of(r, "face"))
        status = fail(r, "points and lines without faces, as of paths; expected the mesh of a "
                         "surface, or its points");
    for (size_t i = 0; i < r->n_elements && !status && !found; i++) {
        found = strcmp(r->elements[i].name, "vertex") == 0;
        to->is_height = !found || find(&r->elements[i], "quality") < 0;
        status = take_element(r, &r->elements[i], found ? &s : NULL);
    }
    if (!status && !found)
        status = fail(r, "has no vertices");
    if (!status)
        status = lossi_scatter_to_grid(to, path, &s);
    lossi_scatter_free(&s);
    free(r);
    return status;
}

static bool is(const uint8_t *bytes, size_t size)
{
    return size >= 3 && memcmp(bytes, "ply", 3) == 0;
}

const lossi_import_kind lossi_import_ply = {
    .name = "PLY mesh", .endings = ".ply", .is = is, .parse = parse};
