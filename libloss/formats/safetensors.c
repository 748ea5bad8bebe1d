/* safetensors: 8 bytes little-endian length of a JSON header, the header, the data. */
#include "formats/safetensors.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { HEADER_AT = 8, LARGEST_HEADER = 100 << 20 };

void lossi_arrays_free(lossi_arrays *arrays)
{
    for (size_t i = 0; i < arrays->n; i++) {
        free(arrays->items[i].name);
        free(arrays->items[i].values);
    }
    for (size_t i = 0; i < arrays->n_metadata; i++) {
        free(arrays->metadata_keys[i]);
        free(arrays->metadata_values[i]);
    }
    free(arrays->items);
    free(arrays->metadata_keys);
    free(arrays->metadata_values);
    *arrays = (lossi_arrays){0};
}

const lossi_array *lossi_arrays_find(const lossi_arrays *arrays, const char *name)
{
    for (size_t i = 0; i < arrays->n; i++)
        if (strcmp(arrays->items[i].name, name) == 0)
            return &arrays->items[i];
    return NULL;
}

const char *lossi_arrays_metadata(const lossi_arrays *arrays, const char *key)
{
    for (size_t i = 0; i < arrays->n_metadata; i++)
        if (strcmp(arrays->metadata_keys[i], key) == 0)
            return arrays->metadata_values[i];
    return NULL;
}

static uint64_t header_length(const uint8_t *bytes)
{
    uint64_t length = 0;
    for (int i = HEADER_AT - 1; i >= 0; i--)
        length = length << 8 | bytes[i];
    return length;
}

bool lossi_safetensors_is(const uint8_t *bytes, size_t size)
{
    return size > HEADER_AT && header_length(bytes) <= size - HEADER_AT && bytes[HEADER_AT] == '{';
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

/* What the header says of one tensor. */
typedef struct entry {
    size_t begin, end;
    bool is_f32; /* else an I64 scalar */
} entry;

static loss_status parse_dims(const cJSON *shape, const char *label, lossi_array *array)
{
    int n = cJSON_GetArraySize(shape);
    if (!cJSON_IsArray(shape) || n > LOSSI_ARRAY_MAX_DIMS)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: tensor %s: its shape is no list of at most %d sizes", label, array->name,
                          LOSSI_ARRAY_MAX_DIMS);
    array->count = 1;
    const cJSON *size;
    cJSON_ArrayForEach(size, shape)
    {
        size_t *dim = &array->dims[array->n_dims++];
        if (!whole_number(size, dim) || !lossi_mul(array->count, *dim, &array->count))
            return lossi_fail(LOSS_ERR_FORMAT, "%s: tensor %s: its shape is out of range", label, array->name);
    }
    return LOSS_OK;
}

static loss_status parse_entry(const cJSON *item, const char *label, size_t data_size, lossi_array *array, entry *e)
{
    array->name = lossi_strdup(item->string);
    if (!array->name)
        return lossi_fail_nomem(strlen(item->string) + 1);
    const cJSON *dtype = cJSON_GetObjectItemCaseSensitive(item, "dtype");
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
    loss_status status = parse_dims(cJSON_GetObjectItemCaseSensitive(item, "shape"), label, array);
    if (status)
        return status;
    const char *type = cJSON_IsString(dtype) ? dtype->valuestring : "missing";
    e->is_f32 = strcmp(type, "F32") == 0;
    if (!e->is_f32 && !(strcmp(type, "I64") == 0 && array->count == 1))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: tensor %s: its type is %s; expected F32", label, array->name, type);
    if (cJSON_GetArraySize(offsets) != 2 || !whole_number(cJSON_GetArrayItem(offsets, 0), &e->begin) ||
        !whole_number(cJSON_GetArrayItem(offsets, 1), &e->end) || e->begin > e->end || e->end > data_size)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: tensor %s: its data_offsets do not lie within the %zu bytes of data", label,
                          array->name, data_size);
    size_t bytes;
    if (!lossi_mul(array->count, e->is_f32 ? 4 : 8, &bytes) || bytes != e->end - e->begin)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: tensor %s: %zu bytes of data for %zu values", label, array->name,
                          e->end - e->begin, array->count);
    return LOSS_OK;
}

static loss_status read_values(const uint8_t *data, const entry *e, lossi_array *array)
{
    array->values = lossi_alloc(array->count, sizeof *array->values);
    if (!array->values)
        return lossi_fail_nomem(array->count * sizeof *array->values);
    if (e->is_f32) {
        if (array->count)
            memcpy(array->values, data + e->begin, array->count * sizeof *array->values);
    } else {
        int64_t value;
        memcpy(&value, data + e->begin, sizeof value);
        array->values[0] = (float)value;
    }
    return LOSS_OK;
}

static loss_status parse_metadata(const cJSON *metadata, const char *label, lossi_arrays *out)
{
    size_t n = (size_t)cJSON_GetArraySize(metadata);
    out->metadata_keys = calloc(n + 1, sizeof *out->metadata_keys);
    out->metadata_values = calloc(n + 1, sizeof *out->metadata_values);
    if (!cJSON_IsObject(metadata) || !out->metadata_keys || !out->metadata_values)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: __metadata__ is no object of strings", label);
    const cJSON *item;
    cJSON_ArrayForEach(item, metadata)
    {
        if (!cJSON_IsString(item))
            return lossi_fail(LOSS_ERR_FORMAT, "%s: __metadata__ %s is no string", label, item->string);
        out->metadata_keys[out->n_metadata] = lossi_strdup(item->string);
        out->metadata_values[out->n_metadata++] = lossi_strdup(item->valuestring);
        if (!out->metadata_keys[out->n_metadata - 1] || !out->metadata_values[out->n_metadata - 1])
            return lossi_fail_nomem(strlen(item->valuestring) + 1);
    }
    return LOSS_OK;
}

static int by_begin(const void *a, const void *b)
{
    size_t x = ((const entry *)a)->begin, y = ((const entry *)b)->begin;
    return (x > y) - (x < y);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The tensors must fill the data without overlap, as the format demands, and have names of their own. */
static loss_status check_whole(const char *label, const lossi_arrays *arrays, entry *entries, size_t data_size)
{
    const char **names = calloc(arrays->n + 1, sizeof *names);
    if (!names)
        return lossi_fail_nomem(arrays->n * sizeof *names);
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < arrays->n; i++)
        names[i] = arrays->items[i].name;
    qsort(names, arrays->n, sizeof *names, by_name);
    for (size_t i = 1; !status && i < arrays->n; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            status = lossi_fail(LOSS_ERR_FORMAT, "%s: tensor %s is there twice", label, names[i]);
    free(names);
    qsort(entries, arrays->n, sizeof *entries, by_begin);
    size_t end = 0;
    for (size_t i = 0; !status && i < arrays->n; i++) {
        if (entries[i].begin != end && entries[i].end > entries[i].begin)
            status = lossi_fail(LOSS_ERR_FORMAT, "%s: data of a tensor begin at byte %zu; expected %zu", label,
                                entries[i].begin, end);
        if (entries[i].end > end)
            end = entries[i].end;
    }
    if (!status && end != data_size)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: %zu bytes of data; its tensors fill %zu", label, data_size, end);
    return status;
}

static loss_status parse_header(const cJSON *header, const char *label, const uint8_t *data, size_t data_size,
                                lossi_arrays *out)
{
    size_t n = (size_t)cJSON_GetArraySize(header);
    entry *entries = calloc(n + 1, sizeof *entries);
    out->items = calloc(n + 1, sizeof *out->items);
    loss_status status = entries && out->items ? LOSS_OK : lossi_fail_nomem(n * sizeof *out->items);
    for (const cJSON *item = header->child; item && !status; item = item->next) {
        if (strcmp(item->string, "__metadata__") == 0) {
            status = out->metadata_keys ? lossi_fail(LOSS_ERR_FORMAT, "%s: __metadata__ is there twice", label)
                                        : parse_metadata(item, label, out);
            continue;
        }
        lossi_array *array = &out->items[out->n];
        entry *e = &entries[out->n++];
        status = parse_entry(item, label, data_size, array, e);
        if (!status)
            status = read_values(data, e, array);
    }
    if (!status)
        status = check_whole(label, out, entries, data_size);
    free(entries);
    return status;
}

loss_status lossi_safetensors_parse(const uint8_t *bytes, size_t size, const char *label, lossi_arrays *out)
{
    *out = (lossi_arrays){0};
    if (size < HEADER_AT)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %zu bytes are too few for a safetensors file", label, size);
    uint64_t length = header_length(bytes);
    if (length > size - HEADER_AT || length > LARGEST_HEADER)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: no safetensors file: its header would be %llu bytes long; the file has %zu",
                          label, (unsigned long long)length, size);
    cJSON *header = cJSON_ParseWithLength((const char *)bytes + HEADER_AT, (size_t)length);
    loss_status status = cJSON_IsObject(header)
        ? parse_header(header, label, bytes + HEADER_AT + length, size - HEADER_AT - (size_t)length, out)
        : lossi_fail(LOSS_ERR_FORMAT, "%s: no safetensors file: its header is no JSON object", label);
    cJSON_Delete(header);
    if (status)
        lossi_arrays_free(out);
    return status;
}

loss_status lossi_safetensors_read(const char *path, lossi_arrays *out)
{
    uint8_t *bytes;
    size_t size;
    *out = (lossi_arrays){0};
    loss_status status = lossi_file_read(path, &bytes, &size);
    if (status)
        return status;
    status = lossi_safetensors_parse(bytes, size, path, out);
    free(bytes);
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
            done = done && cJSON_AddStringToObject(metadata, arrays->metadata_keys[i], arrays->metadata_values[i]);
        done = done && metadata;
    }
    double offset = 0;
    for (size_t i = 0; done && i < arrays->n; i++) {
        const lossi_array *array = &arrays->items[i];
        cJSON *item = cJSON_AddObjectToObject(header, array->name);
        done = item && cJSON_AddStringToObject(item, "dtype", "F32");
        cJSON *shape = done ? cJSON_AddArrayToObject(item, "shape") : NULL;
        for (size_t k = 0; shape && k < array->n_dims; k++)
            done = done && cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)array->dims[k]));
        cJSON *offsets = shape ? cJSON_AddArrayToObject(item, "data_offsets") : NULL;
        done = done && offsets && cJSON_AddItemToArray(offsets, cJSON_CreateNumber(offset));
        offset += 4 * (double)array->count;
        done = done && cJSON_AddItemToArray(offsets, cJSON_CreateNumber(offset));
    }
    char *text = done ? cJSON_PrintUnformatted(header) : NULL;
    cJSON_Delete(header);
    return text;
}

loss_status lossi_safetensors_write(const char *path, const lossi_arrays *arrays)
{
    char *header = make_header(arrays);
    if (!header)
        return lossi_fail(LOSS_ERR_NOMEM, "%s: out of memory for its header", path);
    lossi_file file;
    loss_status status = lossi_file_begin(&file, path);
    if (status) {
        free(header);
        return status;
    }
    size_t length = strlen(header), padding = (8 - length % 8) % 8; /* spaces, so that data are aligned */
    uint8_t prefix[HEADER_AT];
    for (int i = 0; i < HEADER_AT; i++)
        prefix[i] = (uint8_t)((uint64_t)(length + padding) >> 8 * i);
    fwrite(prefix, 1, sizeof prefix, file.stream);
    fprintf(file.stream, "%s%*s", header, (int)padding, "");
    for (size_t i = 0; i < arrays->n; i++)
        if (arrays->items[i].count)
            fwrite(arrays->items[i].values, sizeof(float), arrays->items[i].count, file.stream);
    free(header);
    return lossi_file_commit(&file); /* which notices if any of these writes failed */
}
