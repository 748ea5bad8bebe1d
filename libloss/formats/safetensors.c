/* safetensors: 8 bytes little-endian length of a JSON header, the header, the data. */
#include "formats/safetensors.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "formats/read.h"

static const loss_file_kind KIND = {"safetensors file", 8, "{", 1};

enum { HEADER_AT = 8, LARGEST_HEADER = 16 << 20 /* JSON takes many times its size in memory */ };

static uint64_t header_length(const uint8_t *bytes)
{
    uint64_t length = 0;
    for (int i = HEADER_AT - 1; i >= 0; i--)
        length = length << 8 | bytes[i];
    return length;
}

bool lossi_safetensors_is(const uint8_t *bytes, size_t size)
{
    return size > HEADER_AT && bytes[HEADER_AT] == '{';
}

/* A JSON number that is a whole number of at least 0 and exact in a double. */
static bool whole_number(const cJSON *item, size_t *value)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble > 0x1p53 ||
        item->valuedouble != floor(item->valuedouble))
        return false;
    *value = (size_t)item->valuedouble;
    return true;
}

/* Where a tensor's data lie. */
typedef struct span {
    size_t begin, end;
} span;

static loss_status parse_dims(const cJSON *shape, const char *label, const char *name,
                              lossi_array *array)
{
    if (!cJSON_IsArray(shape) || cJSON_GetArraySize(shape) > LOSSI_ARRAY_MAX_DIMS)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: tensor %s: its shape is no list of at most %d sizes", label, name,
                          LOSSI_ARRAY_MAX_DIMS);
    const cJSON *size;
    cJSON_ArrayForEach(
        size,
        shape) if (!whole_number(size,
                                 &array->dims
                                      [array->n_dims++])) return lossi_fail(LOSS_ERR_FORMAT,
                                                                            "%s: tensor %s: its "
                                                                            "shape is out of range",
                                                                            label, name);
    lossi_array_make_dense(array);
    return LOSS_OK;
}

static loss_status parse_entry(const cJSON *item, const char *label, const uint8_t *data,
                               size_t data_size, lossi_arrays *out, span *at)
{
    const char *name = item->string;
    const cJSON *dtype = cJSON_GetObjectItemCaseSensitive(item, "dtype");
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
    const char *type = cJSON_IsString(dtype) ? dtype->valuestring : "missing";
    lossi_array view = {0};
    if (!lossi_dtype_of_safetensors(type, &view.dtype))
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: tensor %s: its type is %s; expected F64, F32, F16, BF16 or an integer type", label,
            name, type);
    loss_status status =
        parse_dims(cJSON_GetObjectItemCaseSensitive(item, "shape"), label, name, &view);
    if (status)
        return status;
    if (cJSON_GetArraySize(offsets) != 2 ||
        !whole_number(cJSON_GetArrayItem(offsets, 0), &at->begin) ||
        !whole_number(cJSON_GetArrayItem(offsets, 1), &at->end) || at->begin > at->end ||
        at->end > data_size)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: tensor %s: its data_offsets do not lie within the %zu bytes of data",
                          label, name, data_size);
    status = lossi_arrays_add(out, label, name, &view, data + at->begin, at->end - at->begin, 0);
    if (!status &&
        out->items[out->n - 1].count * lossi_dtype_size(view.dtype) != at->end - at->begin)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: tensor %s: %zu bytes of data for %zu values",
                            label, name, at->end - at->begin, out->items[out->n - 1].count);
    return status;
}

static loss_status parse_metadata(const cJSON *metadata, const char *label, lossi_arrays *out)
{
    if (!cJSON_IsObject(metadata))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: __metadata__ is no object of strings", label);
    const cJSON *item;
    cJSON_ArrayForEach(item, metadata)
    {
        if (!cJSON_IsString(item))
            return lossi_fail(LOSS_ERR_FORMAT, "%s: __metadata__ %s is no string", label,
                              item->string);
        loss_status status = lossi_arrays_add_metadata(out, item->string, item->valuestring);
        if (status)
            return status;
    }
    return LOSS_OK;
}

static int by_begin(const void *a, const void *b)
{
    size_t x = ((const span *)a)->begin, y = ((const span *)b)->begin;
    return (x > y) - (x < y);
}

/* The tensors must fill the data without overlap, as the format demands. */
static loss_status check_whole(const char *label, span *spans, size_t n, size_t data_size)
{
    qsort(spans, n, sizeof *spans, by_begin);
    size_t end = 0;
    for (size_t i = 0; i < n; i++) {
        if (spans[i].begin != end && spans[i].end > spans[i].begin)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: data of a tensor begin at byte %zu; expected %zu", label,
                              spans[i].begin, end);
        if (spans[i].end > end)
            end = spans[i].end;
    }
    if (end != data_size)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %zu bytes of data; its tensors fill %zu", label,
                          data_size, end);
    return LOSS_OK;
}

static loss_status parse_header(const cJSON *header, const char *label, const uint8_t *data,
                                size_t data_size, lossi_arrays *out)
{
    size_t n = (size_t)cJSON_GetArraySize(header);
    span *spans = calloc(n + 1, sizeof *spans);
    loss_status status = spans ? LOSS_OK : lossi_fail_nomem(n * sizeof *spans);
    for (const cJSON *item = header->child; item && !status; item = item->next) {
        if (strcmp(item->string, "__metadata__") != 0)
            status = parse_entry(item, label, data, data_size, out, &spans[out->n]);
        else if (out->metadata_keys)
            status = lossi_fail(LOSS_ERR_FORMAT, "%s: __metadata__ is there twice", label);
        else
            status = parse_metadata(item, label, out);
    }
    if (!status)
        status = lossi_arrays_check_names(out, label);
    if (!status)
        status = check_whole(label, spans, out->n, data_size);
    free(spans);
    return status;
}

loss_status lossi_safetensors_parse(const uint8_t *bytes, size_t size, const char *label,
                                    lossi_arrays *out)
{
    lossi_arrays_begin(out, size);
    if (size < HEADER_AT)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %zu bytes are too few for a safetensors file",
                          label, size);
    uint64_t length = header_length(bytes);
    if (length > size - HEADER_AT || length > LARGEST_HEADER)
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: no safetensors file: its header would be %llu bytes long; the file has %zu", label,
            (unsigned long long)length, size);
    cJSON *header;
    loss_status status =
        lossi_json_parse(&header, (const char *)bytes + HEADER_AT, (size_t)length, label);
    if (status == LOSS_ERR_FORMAT)
        return lossi_fail(status, "%s: no safetensors file: its header is no JSON object", label);
    if (!status)
        status = parse_header(header, label, bytes + HEADER_AT + length,
                              size - HEADER_AT - (size_t)length, out);
    cJSON_Delete(header);
    if (status)
        lossi_arrays_free(out);
    return status;
}

/* The header as JSON; owned by the caller, NULL when memory is out. */
static char *make_header(const lossi_arrays *arrays)
{
    cJSON *header = cJSON_CreateObject();
    bool done = header != NULL;
    if (done && arrays->n_metadata) {
        cJSON *metadata = cJSON_AddObjectToObject(header, "__metadata__");
        for (size_t i = 0; metadata && i < arrays->n_metadata; i++)
            done = done && cJSON_AddStringToObject(metadata, arrays->metadata_keys[i],
                                                   arrays->metadata_values[i]);
        done = done && metadata;
    }
    double offset = 0;
    for (size_t i = 0; done && i < arrays->n; i++) {
        const lossi_array *array = &arrays->items[i];
        cJSON *item = cJSON_AddObjectToObject(header, array->name);
        done = item && cJSON_AddStringToObject(item, "dtype", lossi_dtype_name(array->dtype));
        cJSON *shape = done ? cJSON_AddArrayToObject(item, "shape") : NULL;
        for (size_t k = 0; shape && k < array->n_dims; k++)
            done = done && cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)array->dims[k]));
        cJSON *offsets = shape ? cJSON_AddArrayToObject(item, "data_offsets") : NULL;
        done = done && offsets && cJSON_AddItemToArray(offsets, cJSON_CreateNumber(offset));
        offset += (double)array->count * (double)lossi_dtype_size(array->dtype);
        done = done && cJSON_AddItemToArray(offsets, cJSON_CreateNumber(offset));
    }
    char *text = done ? cJSON_PrintUnformatted(header) : NULL;
    cJSON_Delete(header);
    return text;
}

static loss_status write_values(loss_file *file, const lossi_array *array)
{
    size_t bytes = array->count * lossi_dtype_size(array->dtype);
    uint8_t *values = malloc(bytes + 1);
    if (!values)
        return lossi_fail_nomem(bytes);
    lossi_array_copy(array, values);
    loss_file_put(file, values, bytes);
    free(values);
    return LOSS_OK;
}

loss_status lossi_safetensors_write(const char *path, const lossi_arrays *arrays)
{
    char *header = make_header(arrays);
    if (!header)
        return lossi_fail(LOSS_ERR_NOMEM, "%s: out of memory for its header", path);
    loss_file *file;
    loss_status status = loss_file_open(&file, path, &KIND);
    if (status) {
        free(header);
        return status;
    }
    size_t length = strlen(header),
           padding = (8 - length % 8) % 8; /* spaces, so that data are aligned */
    uint8_t prefix[HEADER_AT];
    for (int i = 0; i < HEADER_AT; i++)
        prefix[i] = (uint8_t)((uint64_t)(length + padding) >> 8 * i);
    loss_file_put(file, prefix, sizeof prefix);
    loss_file_print(file, "%s%*s", header, (int)padding, "");
    free(header);
    for (size_t i = 0; !status && i < arrays->n; i++)
        status = write_values(file, &arrays->items[i]);
    if (status) {
        loss_file_abandon(file);
        return status;
    }
    return loss_file_commit(file); /* which notices if any of these writes failed */
}

static loss_status parse(const uint8_t *bytes, size_t size, const char *key, const char *label,
                         lossi_arrays *out)
{
    loss_status status = lossi_safetensors_parse(bytes, size, label, out);
    return status || !key ? status : lossi_arrays_keep(out, key, label);
}

const lossi_arrays_format lossi_arrays_safetensors = {
    .name = "safetensors",
    .endings = {".safetensors"},
    .is = lossi_safetensors_is,
    .parse = parse,
};
