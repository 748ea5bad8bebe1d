/* What a pickle refers to by name: a table of the classes and functions that stand for tensors and
 * plain containers. All other names make OPAQUE values. */
#include <stdio.h>
#include <string.h>

#include "formats/pickle_machine.h"

/* Each makes a value of a call's arguments, a TUPLE. */
typedef value *(*maker)(machine *m, value *arguments);

static bool is_kind(const value *container, size_t i, lossi_pickle_kind kind)
{
    return i < container->n && container->items[i]->kind == kind;
}

/* The non-negative integer that item i of a container is. */
static bool item_size(const value *container, size_t i, size_t *size)
{
    if (!is_kind(container, i, LOSSI_PICKLE_INT) || container->items[i]->integer < 0)
        return false;
    *size = (size_t)container->items[i]->integer;
    return true;
}

/* ---- Tensors -------------------------------------------------------------------------------- */

/* (storage, offset, sizes, strides, ...) */
static value *make_tensor(machine *m, value *arguments)
{
    lossi_pickle_tensor tensor = {0};
    if (!is_kind(arguments, 0, LOSSI_PICKLE_STORAGE) || !item_size(arguments, 1, &tensor.offset) ||
        !is_kind(arguments, 2, LOSSI_PICKLE_TUPLE) || !is_kind(arguments, 3, LOSSI_PICKLE_TUPLE))
        return lossi_pickle_fail(m, "a tensor without its storage, offset, sizes and strides");
    const value *sizes = arguments->items[2], *strides = arguments->items[3];
    if (sizes->n > LOSSI_ARRAY_MAX_DIMS || strides->n != sizes->n)
        return lossi_pickle_fail(m,
                                 "a tensor with too many dimensions, or other strides than sizes");
    for (size_t i = 0; i < sizes->n; i++)
        if (!item_size(sizes, i, &tensor.view.dims[i]) ||
            !item_size(strides, i, &tensor.view.strides[i]))
            return lossi_pickle_fail(m, "a tensor with a size or stride below 0");
    tensor.storage = arguments->items[0];
    tensor.view.n_dims = sizes->n;
    tensor.view.dtype = tensor.storage->dtype;
    value *v =
        lossi_pickle_make_text(m, LOSSI_PICKLE_TENSOR, (const uint8_t *)&tensor, sizeof tensor);
    if (v)
        v->n = 0;
    return v;
}

/* (tensor, ...) */
static value *make_parameter(machine *m, value *arguments)
{
    return is_kind(arguments, 0, LOSSI_PICKLE_TENSOR)
               ? arguments->items[0]
               : lossi_pickle_fail(m, "a parameter that is no tensor");
}

/* (function, type, arguments, state): a subclass of Tensor */
static value *make_from_type(machine *m, value *arguments)
{
    return is_kind(arguments, 0, LOSSI_PICKLE_GLOBAL) && is_kind(arguments, 2, LOSSI_PICKLE_TUPLE)
               ? lossi_pickle_call(m, arguments->items[0], arguments->items[2])
               : lossi_pickle_fail(m, "a tensor of a class that is not told");
}

/* ---- Containers ----------------------------------------------------------------------------- */

static bool is_pair(const value *v)
{
    return (v->kind == LOSSI_PICKLE_LIST || v->kind == LOSSI_PICKLE_TUPLE) && v->n == 2;
}

/* Nothing; a list of pairs, as Python 2 wrote an OrderedDict; or a dictionary. The factory of a
 * defaultdict does not matter. */
static value *make_dict(machine *m, value *arguments)
{
    value *dict = lossi_pickle_make(m, LOSSI_PICKLE_DICT);
    const value *from = arguments->n ? arguments->items[0] : NULL;
    if (from && from->kind == LOSSI_PICKLE_DICT)
        for (size_t i = 0; i < from->n; i++)
            lossi_pickle_append(m, dict, from->items[i]);
    if (!from || from->kind != LOSSI_PICKLE_LIST)
        return m->status ? NULL : dict;
    for (size_t i = 0; i < from->n; i++) {
        const value *pair = from->items[i];
        if (!is_pair(pair))
            return lossi_pickle_fail(m, "a dictionary of something else than pairs");
        lossi_pickle_append(m, dict, pair->items[0]);
        lossi_pickle_append(m, dict, pair->items[1]);
    }
    return m->status ? NULL : dict;
}

/* A set of a list, a Size of a tuple: the items, if there are any. */
static value *make_sequence(machine *m, value *arguments)
{
    if (is_kind(arguments, 0, LOSSI_PICKLE_LIST) || is_kind(arguments, 0, LOSSI_PICKLE_TUPLE))
        return arguments->items[0];
    return lossi_pickle_make(m, LOSSI_PICKLE_LIST);
}

/* ---- The table ------------------------------------------------------------------------------ */

/* A class without a maker is one whose objects hold no weights, and which PyTorch's own restricted
 * reader makes: nothing that a user needs to hear of. */
static const struct {
    const char *name;
    maker make;
} known[] = {
    {"torch._utils._rebuild_tensor", make_tensor},
    {"torch._utils._rebuild_tensor_v2", make_tensor},
    {"torch._utils._rebuild_parameter", make_parameter},
    {"torch._utils._rebuild_parameter_with_state", make_parameter},
    {"torch._tensor._rebuild_from_type_v2", make_from_type},
    {"collections.OrderedDict", make_dict},
    {"collections.Counter", make_dict},
    {"collections.defaultdict", make_dict},
    {"builtins.dict", make_dict},
    {"__builtin__.dict", make_dict},
    {"torch.Size", make_sequence},
    {"builtins.set", make_sequence},
    {"__builtin__.set", make_sequence},
    {"builtins.frozenset", make_sequence},
    {"__builtin__.frozenset", make_sequence},
    {"builtins.list", make_sequence},
    {"__builtin__.list", make_sequence},
    {"builtins.tuple", make_sequence},
    {"__builtin__.tuple", make_sequence},
    {"torch.device", NULL},
    {"torch.serialization._get_layout", NULL},
    {"_codecs.encode", NULL},
    {"builtins.bytearray", NULL},
    {"__builtin__.bytearray", NULL},
    {"builtins.complex", NULL},
    {"__builtin__.complex", NULL},
    {"numpy.dtype", NULL},
    {"numpy.core.multiarray.scalar", NULL},
    {"numpy._core.multiarray.scalar", NULL},
    {"numpy.core.multiarray._reconstruct", NULL},
    {"numpy._core.multiarray._reconstruct", NULL},
};
enum { N_KNOWN = sizeof known / sizeof *known };

/* Number in the table, or N_KNOWN. */
static size_t find_known(const char *name)
{
    size_t i = 0;
    while (i < N_KNOWN && strcmp(known[i].name, name) != 0)
        i++;
    return i;
}

value *lossi_pickle_global(machine *m, const value *module, const value *name)
{
    if (!module || !name || module->kind != LOSSI_PICKLE_STRING ||
        name->kind != LOSSI_PICKLE_STRING)
        return lossi_pickle_fail(m, "a reference that is no text");
    char text[200];
    snprintf(text, sizeof text, "%.90s.%.90s", module->text, name->text);
    value *v = lossi_pickle_make_text(m, LOSSI_PICKLE_GLOBAL, (const uint8_t *)text, strlen(text));
    bool is_torch = strcmp(module->text, "torch") == 0 || strcmp(module->text, "torch.cuda") == 0;
    if (v && !(is_torch && lossi_dtype_of_storage(name->text, &v->dtype)))
        v->dtype = LOSSI_N_DTYPES;
    return v;
}

/* ('storage', class, key, location, elements[, None or (key of the view, first element,
 * elements)]), or ('module', class, file, source) in the old format. */
value *lossi_pickle_persistent(machine *m, const value *id)
{
    size_t elements = 0, first = 0;
    if (!id || id->kind != LOSSI_PICKLE_TUPLE || !is_kind(id, 0, LOSSI_PICKLE_STRING) ||
        !is_kind(id, 1, LOSSI_PICKLE_GLOBAL))
        return lossi_pickle_fail(m, "a persistent id that is no storage");
    if (strcmp(id->items[0]->text, "module") == 0)
        return id->items[1];
    if (strcmp(id->items[0]->text, "storage") != 0 || id->items[1]->dtype == LOSSI_N_DTYPES ||
        !is_kind(id, 2, LOSSI_PICKLE_STRING) || !item_size(id, 4, &elements))
        return lossi_pickle_fail(m, "a persistent id that is no storage");
    if (is_kind(id, 5, LOSSI_PICKLE_TUPLE) &&
        !(item_size(id->items[5], 1, &first) && item_size(id->items[5], 2, &elements)))
        return lossi_pickle_fail(m, "a view of a storage without its place");
    value *v = lossi_pickle_make_text(m, LOSSI_PICKLE_STORAGE, (const uint8_t *)id->items[2]->text,
                                      id->items[2]->n);
    if (!v)
        return NULL;
    v->n = elements;
    v->integer = (int64_t)first;
    v->dtype = id->items[1]->dtype;
    return v;
}

value *lossi_pickle_call(machine *m, value *function, value *arguments)
{
    if (!function || !arguments || m->status)
        return NULL;
    size_t i = function->kind == LOSSI_PICKLE_GLOBAL ? find_known(function->text) : N_KNOWN;
    if (i < N_KNOWN && known[i].make)
        return arguments->kind == LOSSI_PICKLE_TUPLE
                   ? known[i].make(m, arguments)
                   : lossi_pickle_fail(m, "a call without a tuple of arguments");
    value *object = lossi_pickle_make(m, LOSSI_PICKLE_OPAQUE);
    lossi_pickle_append(m, object, function);
    lossi_pickle_append(m, object, arguments);
    if (object)
        object->is_plain = i < N_KNOWN;
    return m->status ? NULL : object;
}

/* Attributes of dictionaries (a state_dict's _metadata) and tensors tell nothing that we need. */
void lossi_pickle_build(machine *m, value *object, value *state)
{
    if (object && object->kind == LOSSI_PICKLE_OPAQUE)
        lossi_pickle_append(m, object, state);
}
