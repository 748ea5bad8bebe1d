/* Both formats are a pickle whose tensors refer to storages by key. In the zip format a storage
 * is a member data/KEY; in the old one four more pickles stand around it, and all storages
 * follow: element count (8 bytes), data. */
#include "formats/pytorch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/pickle.h"
#include "formats/read.h"
#include "formats/state_dict.h"

/* A storage: what its pickle says and where its data are. */
typedef struct storage {
    const char *key;
    lossi_dtype dtype;
    const uint8_t *bytes; /* NULL until its data are found */
    size_t size;
} storage;

/* All storages of a pickle, each once, by key. */
typedef struct storages {
    size_t n;
    storage *items;
} storages;

static int by_key(const void *a, const void *b)
{
    return strcmp(((const storage *)a)->key, ((const storage *)b)->key);
}

static loss_status list_storages(const lossi_pickle *pickle, const char *label, storages *list)
{
    size_t n = 0;
    for (const lossi_pickle_value *v = pickle->last; v; v = v->previous)
        n += v->kind == LOSSI_PICKLE_STORAGE;
    *list = (storages){.items = calloc(n + 1, sizeof *list->items)};
    if (!list->items)
        return lossi_fail_nomem(n * sizeof *list->items);
    n = 0;
    for (const lossi_pickle_value *v = pickle->last; v; v = v->previous)
        if (v->kind == LOSSI_PICKLE_STORAGE)
            list->items[n++] = (storage){.key = v->text, .dtype = v->dtype};
    qsort(list->items, n, sizeof *list->items, by_key);
    for (size_t i = 0; i < n; i++) {
        storage *last = list->n ? &list->items[list->n - 1] : NULL;
        if (!last || strcmp(last->key, list->items[i].key) != 0)
            list->items[list->n++] = list->items[i];
        else if (last->dtype != list->items[i].dtype)
            return lossi_fail(LOSS_ERR_FORMAT, "%s: storage %.100s has two types: %s and %s", label,
                              last->key, lossi_dtype_name(last->dtype),
                              lossi_dtype_name(list->items[i].dtype));
    }
    return LOSS_OK;
}

static storage *find_storage(const storages *list, const char *key)
{
    storage wanted = {.key = key};
    return list->n ? bsearch(&wanted, list->items, list->n, sizeof wanted, by_key) : NULL;
}

/* ---- The state_dict ------------------------------------------------------------------------- */

static loss_status add_tensor(const char *name, const lossi_pickle_tensor *tensor,
                              const storages *list, const char *label, lossi_arrays *out)
{
    const lossi_pickle_value *s = tensor->storage;
    const storage *data = find_storage(list, s->text);
    size_t first = (size_t)s->integer, whole = data->size / lossi_dtype_size(data->dtype);
    if (!data->bytes || first > whole || s->n > whole - first)
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: tensor %s wants elements %zu to %zu of storage %.100s, which has %zu", label, name,
            first, first + s->n, s->text, data->bytes ? whole : 0);
    size_t size = lossi_dtype_size(data->dtype);
    return lossi_arrays_add(out, label, name, &tensor->view, data->bytes + first * size,
                            s->n * size, tensor->offset);
}

/* What a reader of `info` should know of the choice. The arrays take the sets over. */
static loss_status add_facts(lossi_state_dict *found, lossi_arrays *out)
{
    char others[LOSSI_LIST_SIZE];
    lossi_sets *sets = &out->sets;
    *sets = found->sets;
    found->sets = (lossi_sets){0};
    const char *key = sets->items[sets->chosen].key;
    loss_status status = *key ? lossi_arrays_add_metadata(out, "weights under", key) : LOSS_OK;
    if (!status && *lossi_sets_list(sets, sets->chosen, others))
        status = lossi_arrays_add_metadata(out, "also holds", others);
    if (!status && *found->skipped)
        status = lossi_arrays_add_metadata(out, "objects not made", found->skipped);
    return status;
}

static loss_status add_state_dict(const lossi_pickle *pickle, const storages *list, const char *key,
                                  const char *label, lossi_arrays *out)
{
    lossi_state_dict found;
    loss_status status = lossi_state_dict_find(&found, pickle, key, label);
    if (status)
        return status;
    for (size_t i = 0; !status && i < found.n; i++)
        status = add_tensor(found.entries[i].name, found.entries[i].tensor, list, label, out);
    if (!status)
        status = add_facts(&found, out);
    lossi_state_dict_free(&found);
    return status ? status : lossi_arrays_check_names(out, label);
}

/* ---- The zip format ------------------------------------------------------------------------- */

static const char PICKLE_NAME[] = "/data.pkl";

bool lossi_pytorch_is_zip(const lossi_archive *zip)
{
    return lossi_archive_find_ending(zip, PICKLE_NAME) != NULL;
}

/* FOLDER/NAME, FOLDER being that of the pickle. *member is NULL where there is none. */
static loss_status sibling(const lossi_archive *zip, const char *pickle, const char *name,
                           lossi_member **member)
{
    char *path =
        lossi_format("%.*s/%s", (int)(strlen(pickle) - (sizeof PICKLE_NAME - 1)), pickle, name);
    *member = path ? lossi_archive_find(zip, path) : NULL;
    free(path);
    return path ? LOSS_OK : lossi_fail_nomem(strlen(pickle) + strlen(name));
}

static loss_status check_byte_order(const lossi_archive *zip, const char *pickle, const char *label,
                                    lossi_arrays *out)
{
    lossi_member *order;
    loss_status status = sibling(zip, pickle, "byteorder", &order);
    if (!status && order)
        status = lossi_archive_contents(zip, order, label, out);
    if (!status && order && (order->size != 6 || memcmp(order->contents, "little", 6) != 0))
        status =
            lossi_fail(LOSS_ERR_FORMAT, "%s: its byte order is %.*s; expected little", label,
                       (int)(order->size < 20 ? order->size : 20), (const char *)order->contents);
    return status;
}

static loss_status find_members(const lossi_archive *zip, const char *pickle, storages *list,
                                const char *label, lossi_arrays *out)
{
    for (size_t i = 0; i < list->n; i++) {
        char *name = lossi_format("data/%s", list->items[i].key);
        lossi_member *member = NULL;
        loss_status status = name ? sibling(zip, pickle, name, &member) : lossi_fail_nomem(64);
        free(name);
        if (status)
            return status;
        if (!member)
            return lossi_fail(LOSS_ERR_FORMAT, "%s: storage data/%.100s is not in the archive",
                              label, list->items[i].key);
        status = lossi_archive_contents(zip, member, label, out);
        if (status)
            return status;
        list->items[i].bytes = member->contents;
        list->items[i].size = member->size;
    }
    return LOSS_OK;
}

loss_status lossi_pytorch_parse_zip(const lossi_archive *zip, size_t size, const char *key,
                                    const char *label, lossi_arrays *out)
{
    lossi_arrays_begin(out, size);
    lossi_member *member = lossi_archive_find_ending(zip, PICKLE_NAME);
    lossi_pickle pickle = {0};
    storages list = {0};
    loss_status status =
        member->size > LOSSI_PICKLE_LARGEST
            ? lossi_fail(LOSS_ERR_FORMAT, "%s: a pickle of %zu bytes; at most 16 MiB are read",
                         label, member->size)
            : lossi_archive_contents(zip, member, label, out);
    if (!status)
        status = check_byte_order(zip, member->name, label, out);
    if (!status)
        status = lossi_pickle_read(&pickle, member->contents, member->size, label);
    if (!status)
        status = list_storages(&pickle, label, &list);
    if (!status)
        status = find_members(zip, member->name, &list, label, out);
    if (!status)
        status = add_state_dict(&pickle, &list, key, label, out);
    free(list.items);
    lossi_pickle_free(&pickle);
    if (status)
        lossi_arrays_free(out);
    return status;
}

/* ---- The format before 1.6 ------------------------------------------------------------------ */

/* What is left of an old checkpoint. */
typedef struct rest {
    const uint8_t *bytes;
    size_t size;
    const char *label;
} rest;

static loss_status next_pickle(rest *r, lossi_pickle *pickle)
{
    loss_status status = lossi_pickle_read(pickle, r->bytes, r->size, r->label);
    if (!status) {
        r->bytes += pickle->used;
        r->size -= pickle->used;
    }
    return status;
}

/* Magic number, protocol version and byte order: a pickle each. */
static loss_status check_prologue(rest *r)
{
    static const uint8_t magic[] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
    enum { PROTOCOL = 1001 };
    lossi_pickle pickle;
    for (int part = 0; part < 3; part++) {
        loss_status status = next_pickle(r, &pickle);
        if (status)
            return status;
        const lossi_pickle_value *v = pickle.top, *order = lossi_pickle_get(v, "little_endian");
        if (part == 0 && (v->kind != LOSSI_PICKLE_LONG || v->n != sizeof magic ||
                          memcmp(v->text, magic, sizeof magic) != 0))
            status = lossi_fail(LOSS_ERR_FORMAT, "%s: a pickle, but no checkpoint of torch.save()",
                                r->label);
        if (part == 1 && (v->kind != LOSSI_PICKLE_INT || v->integer != PROTOCOL))
            status = lossi_fail(LOSS_ERR_FORMAT, "%s: not version 1001 of PyTorch's old format",
                                r->label);
        if (part == 2 && order && order->kind == LOSSI_PICKLE_BOOL && !order->integer)
            status =
                lossi_fail(LOSS_ERR_FORMAT, "%s: its byte order is big; expected little", r->label);
        lossi_pickle_free(&pickle);
        if (status)
            return status;
    }
    return LOSS_OK;
}

/* Data of the storages, in the order of the keys. */
static loss_status find_data(rest *r, const lossi_pickle_value *keys, storages *list)
{
    enum { COUNT = 8 };
    if (keys->kind != LOSSI_PICKLE_LIST)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: its list of storages is no list", r->label);
    for (size_t i = 0; i < keys->n; i++) {
        const char *key = keys->items[i]->kind == LOSSI_PICKLE_STRING ? keys->items[i]->text : NULL;
        storage *s = key ? find_storage(list, key) : NULL;
        if (!s || s->bytes)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: storage %.100s belongs to no tensor, or comes twice", r->label,
                              key ? key : "(no text)");
        uint64_t count = 0;
        for (size_t k = COUNT; r->size >= COUNT && k-- > 0;)
            count = count << 8 | r->bytes[k];
        size_t size = lossi_dtype_size(s->dtype);
        if (r->size < COUNT || count > (r->size - COUNT) / size)
            return lossi_fail(
                LOSS_ERR_FORMAT,
                "%s: storage %.100s of %llu elements reaches past the end: truncated?", r->label,
                key, (unsigned long long)count);
        s->bytes = r->bytes + COUNT;
        s->size = (size_t)count * size;
        r->bytes += COUNT + s->size;
        r->size -= COUNT + s->size;
    }
    if (r->size)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %zu bytes after its last storage", r->label,
                          r->size);
    return LOSS_OK;
}

loss_status lossi_pytorch_parse_old(const uint8_t *bytes, size_t size, const char *key,
                                    const char *label, lossi_arrays *out)
{
    lossi_arrays_begin(out, size);
    rest r = {bytes, size, label};
    lossi_pickle pickle = {0}, keys = {0};
    storages list = {0};
    loss_status status = check_prologue(&r);
    if (!status)
        status = next_pickle(&r, &pickle);
    if (!status)
        status = next_pickle(&r, &keys);
    if (!status)
        status = list_storages(&pickle, label, &list);
    if (!status)
        status = find_data(&r, keys.top, &list);
    if (!status)
        status = add_state_dict(&pickle, &list, key, label, out);
    free(list.items);
    lossi_pickle_free(&pickle);
    lossi_pickle_free(&keys);
    if (status)
        lossi_arrays_free(out);
    return status;
}

const lossi_arrays_format lossi_arrays_pytorch = {
    .name = "PyTorch checkpoint (zip)",
    .endings = {".pt", ".pth", ".th", ".ckpt"},
    .is_zip = lossi_pytorch_is_zip,
    .parse_zip = lossi_pytorch_parse_zip,
};

const lossi_arrays_format lossi_arrays_pytorch_old = {
    .name = "PyTorch checkpoint (before 1.6)",
    .endings = {".pt", ".pth", ".th", ".t7"},
    .is = lossi_pickle_is,
    .parse = lossi_pytorch_parse_old,
};
