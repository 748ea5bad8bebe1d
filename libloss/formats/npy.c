/* .npy: magic, version, header length, a Python dict as text with the keys descr, fortran_order
 * and shape, the values. */
#include "formats/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/read.h"

static const char SUFFIX[] = ".npy";

static bool is_npy(const lossi_member *member)
{
    size_t n = strlen(member->name), n_suffix = sizeof SUFFIX - 1;
    return n > n_suffix && strcmp(member->name + n - n_suffix, SUFFIX) == 0;
}

bool lossi_npz_is(const lossi_archive *zip)
{
    return lossi_archive_find_ending(zip, SUFFIX) != NULL;
}

/* What follows 'KEY': in the header, blanks skipped; NULL if it is not there. */
static const char *value_of(const char *header, const char *key)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "'%s':", key);
    const char *at = strstr(header, quoted);
    return at ? at + strlen(quoted) + strspn(at + strlen(quoted), " ") : NULL;
}

/* "(2, 3)", "(5,)" or "()" */
static bool parse_shape(const char *at, lossi_array *view)
{
    if (!at || *at++ != '(')
        return false;
    for (;;) {
        at += strspn(at, " ");
        if (*at == ')')
            return true;
        uint64_t dim;
        if (view->n_dims == LOSSI_ARRAY_MAX_DIMS || !loss_count_parse(at, &at, &dim))
            return false;
        view->dims[view->n_dims++] = dim;
        if (*at == ',')
            at++;
        else if (*at != ')')
            return false;
    }
}

enum { TYPE_SIZE = 24 };

/* What stands between the quotes; "none" if it is no text (a structured type is a list). */
static const char *type_text(const char *at, char text[TYPE_SIZE])
{
    if (!at || sscanf(at, "'%23[^']'", text) != 1)
        strcpy(text, "none");
    return text;
}

static void make_fortran(lossi_array *view)
{
    size_t stride = 1;
    for (size_t i = 0; i < view->n_dims; i++) {
        view->strides[i] = stride;
        stride *=
            view->dims[i] ? view->dims[i] : 1; /* may wrap: lossi_arrays_add() checks the product */
    }
}

static loss_status parse_header(const char *header, const char *label, const char *name,
                                lossi_array *view)
{
    char text[TYPE_SIZE];
    const char *type = type_text(value_of(header, "descr"), text),
               *order = value_of(header, "fortran_order");
    if (!lossi_dtype_of_numpy(type, &view->dtype))
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: array %s has the type %s; expected little-endian numbers, such as <f4", label,
            name, type);
    if (!parse_shape(value_of(header, "shape"), view) || !order)
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: array %s: its header has no fortran_order, or no shape of at most %d sizes", label,
            name, LOSSI_ARRAY_MAX_DIMS);
    if (strncmp(order, "True", 4) == 0)
        make_fortran(view);
    else
        lossi_array_make_dense(view);
    return LOSS_OK;
}

static loss_status add_member(const lossi_member *member, const char *label, const char *name,
                              lossi_arrays *out)
{
    const uint8_t *bytes = member->contents;
    size_t size = member->size, prefix = size > 6 && bytes[6] >= 2 ? 12 : 10, length = 0;
    if (size < prefix || memcmp(bytes, "\x93NUMPY", 6) != 0 || bytes[6] > 3)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %s is no .npy of version 1 to 3", label,
                          member->name);
    for (size_t i = prefix; i-- > 8;)
        length = length << 8 | bytes[i];
    if (length > size - prefix)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %s: a header of %zu bytes; the member has %zu",
                          label, member->name, length, size);
    char *header =
        lossi_format("%.*s", length > 4096 ? 4096 : (int)length, (const char *)bytes + prefix);
    if (!header)
        return lossi_fail_nomem(length);
    lossi_array view = {0};
    loss_status status = parse_header(header, label, name, &view);
    free(header);
    return status ? status
                  : lossi_arrays_add(out, label, name, &view, bytes + prefix + length,
                                     size - prefix - length, 0);
}

loss_status lossi_npz_parse(const lossi_archive *zip, size_t size, const char *label,
                            lossi_arrays *out)
{
    lossi_arrays_begin(out, size);
    loss_status status = LOSS_OK;
    for (size_t i = 0; !status && i < zip->n; i++) {
        lossi_member *member = &zip->members[i];
        if (!is_npy(member))
            continue;
        char *name =
            lossi_format("%.*s", (int)(strlen(member->name) - (sizeof SUFFIX - 1)), member->name);
        status = name ? lossi_archive_contents(zip, member, label, out)
                      : lossi_fail_nomem(strlen(member->name));
        /* JAX and Flax write "params/conv/kernel". */
        for (char *slash = name; slash && (slash = strchr(slash, '/'));)
            *slash = '.';
        if (!status)
            status = add_member(member, label, name, out);
        free(name);
    }
    if (status)
        lossi_arrays_free(out);
    return status;
}

static loss_status parse(const lossi_archive *zip, size_t size, const char *key, const char *label,
                         lossi_arrays *out)
{
    loss_status status = lossi_npz_parse(zip, size, label, out);
    return status || !key ? status : lossi_arrays_keep(out, key, label);
}

const lossi_arrays_format lossi_arrays_npz = {
    .name = "npz",
    .endings = {".npz"},
    .is_zip = lossi_npz_is,
    .parse_zip = parse,
};

static bool is_bare(const uint8_t *bytes, size_t size)
{
    return size >= 6 && memcmp(bytes, "\x93NUMPY", 6) == 0;
}

/* The one array of a .npy has no name; here it is "array". */
static loss_status parse_bare(const uint8_t *bytes, size_t size, const char *key, const char *label,
                              lossi_arrays *out)
{
    char name[] = "array";
    const lossi_member whole = {.name = name, .size = size, .contents = bytes};
    lossi_arrays_begin(out, size);
    loss_status status = add_member(&whole, label, name, out);
    return status || !key ? status : lossi_arrays_keep(out, key, label);
}

const lossi_arrays_format lossi_arrays_npy = {
    .name = "npy", .endings = {".npy"}, .is = is_bare, .parse = parse_bare};
