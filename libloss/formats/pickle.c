/* The pickle machine: opcodes push values on a stack, collect them in containers, and remember
 * some by number (the memo). Opcodes: Python's Lib/pickletools.py. Storages come as persistent
 * ids, as torch/serialization.py writes them. */
#include "formats/pickle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef lossi_pickle_value value;

typedef struct machine {
    const uint8_t *bytes;
    size_t size, at;
    const char *label;
    lossi_pickle *pickle;
    value **stack;
    size_t n, capacity;
    size_t *marks; /* heights of the stack */
    size_t n_marks, marks_capacity;
    value **memo;
    size_t n_memo, next_memo; /* places, unused ones NULL; the number after the highest */
    loss_status status;
} machine;

/* What a pickle may refer to. */
typedef enum callable {
    ORDERED_DICT,
    REBUILD_TENSOR,
    REBUILD_PARAMETER,
    SIZE,
    FIRST_STORAGE
} callable;

static const struct {
    const char *module, *name;
    callable what;
} callables[] = {
    {"collections", "OrderedDict", ORDERED_DICT},
    {"torch._utils", "_rebuild_tensor", REBUILD_TENSOR},
    {"torch._utils", "_rebuild_tensor_v2", REBUILD_TENSOR},
    {"torch._utils", "_rebuild_parameter", REBUILD_PARAMETER},
    {"torch", "Size", SIZE},
};

static value *fail(machine *m, const char *what)
{
    if (!m->status)
        m->status = lossi_fail(LOSS_ERR_FORMAT, "%s: a damaged pickle: %s at byte %zu", m->label,
                               what, m->at);
    return NULL;
}

static value *fail_nomem(machine *m, size_t bytes)
{
    if (!m->status)
        m->status = lossi_fail_nomem(bytes);
    return NULL;
}

/* ---- Bytes ---------------------------------------------------------------------------------- */

/* The next n bytes, or NULL if there are fewer. */
static const uint8_t *take(machine *m, size_t n)
{
    if (n > m->size - m->at) {
        fail(m, m->size == LOSSI_PICKLE_LARGEST ? "it has more than 16 MiB"
                                                : "it ends within a value");
        return NULL;
    }
    m->at += n;
    return m->bytes + m->at - n;
}

/* An unsigned number of n bytes; 0 after a failure. */
static uint64_t take_number(machine *m, size_t n)
{
    const uint8_t *bytes = take(m, n);
    uint64_t number = 0;
    for (size_t i = n; bytes && i-- > 0;)
        number = number << 8 | bytes[i];
    return number;
}

/* Length of the line that begins here, which is taken with its line break. */
static const uint8_t *take_line(machine *m, size_t *length)
{
    const uint8_t *begin = m->bytes + m->at, *end = memchr(begin, '\n', m->size - m->at);
    if (!end) {
        fail(m, "a line without an end");
        return NULL;
    }
    *length = (size_t)(end - begin);
    m->at += *length + 1;
    return begin;
}

/* ---- Values --------------------------------------------------------------------------------- */

static value *make(machine *m, lossi_pickle_kind kind)
{
    value *v = m->status ? NULL : calloc(1, sizeof *v);
    if (!v)
        return fail_nomem(m, sizeof *v);
    v->kind = kind;
    v->previous = m->pickle->last;
    m->pickle->last = v;
    return v;
}

static value *make_int(machine *m, int64_t integer)
{
    value *v = make(m, LOSSI_PICKLE_INT);
    if (v)
        v->integer = integer;
    return v;
}

static value *make_text(machine *m, lossi_pickle_kind kind, const uint8_t *bytes, size_t n)
{
    value *v = bytes ? make(m, kind) : NULL;
    if (!v)
        return NULL;
    v->text = malloc(n + 1);
    if (!v->text)
        return fail_nomem(m, n + 1);
    memcpy(v->text, bytes, n);
    v->text[n] = 0;
    v->n = n;
    return v;
}

/* Two's complement of n bytes, little-endian. */
static value *make_long(machine *m, const uint8_t *bytes, size_t n)
{
    if (!bytes || n > 8)
        return make_text(m, LOSSI_PICKLE_LONG, bytes, n);
    uint64_t number = n && bytes[n - 1] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = n; i-- > 0;)
        number = number << 8 | bytes[i];
    return make_int(m, (int64_t)number);
}

static void append(machine *m, value *list, value *item)
{
    if (!list || !item || m->status)
        return;
    if (lossi_reserve(&list->owned, &list->capacity, list->n, sizeof *list->items))
        list->items[list->n++] = item;
    else
        fail_nomem(m, 2 * list->capacity * sizeof *list->items);
}

/* ---- Stack ---------------------------------------------------------------------------------- */

static void push(machine *m, value *v)
{
    if (!v || m->status)
        return;
    if (lossi_reserve((void **)&m->stack, &m->capacity, m->n, sizeof *m->stack))
        m->stack[m->n++] = v;
    else
        fail_nomem(m, 2 * m->capacity * sizeof *m->stack);
}

/* Height below which the topmost mark lets nothing be taken. */
static size_t floor_of(const machine *m)
{
    return m->n_marks ? m->marks[m->n_marks - 1] : 0;
}

static value *pop(machine *m)
{
    return m->n > floor_of(m) ? m->stack[--m->n] : fail(m, "nothing left on its stack");
}

static value *peek(machine *m)
{
    return m->n > floor_of(m) ? m->stack[m->n - 1] : fail(m, "nothing on its stack");
}

static void push_mark(machine *m)
{
    if (lossi_reserve((void **)&m->marks, &m->marks_capacity, m->n_marks, sizeof *m->marks))
        m->marks[m->n_marks++] = m->n;
    else
        fail_nomem(m, 2 * m->marks_capacity * sizeof *m->marks);
}

/* Removes the topmost mark and what is above it; those values stay at *items until the next
 * push. */
static size_t pop_marked(machine *m, value ***items)
{
    if (!m->n_marks) {
        fail(m, "no mark on its stack");
        return 0;
    }
    size_t begin = m->marks[--m->n_marks], n = m->n - begin;
    *items = n ? m->stack + begin : NULL;
    m->n = begin;
    return n;
}

/* A container of the values above the mark. */
static value *collect(machine *m, lossi_pickle_kind kind)
{
    value **items = NULL;
    size_t n = pop_marked(m, &items);
    value *v = make(m, kind);
    if (kind == LOSSI_PICKLE_DICT && n % 2)
        return fail(m, "a key without a value");
    for (size_t i = 0; i < n; i++)
        append(m, v, items[i]);
    return v;
}

static value *collect_tuple(machine *m, size_t n)
{
    if (m->n - floor_of(m) < n)
        return fail(m, "nothing left on its stack");
    value *v = make(m, LOSSI_PICKLE_TUPLE);
    for (size_t i = 0; i < n; i++)
        append(m, v, m->stack[m->n - n + i]);
    m->n -= n;
    return v;
}

/* Appends the values above the mark, or `n` without a mark, to the container below them. */
static void extend(machine *m, lossi_pickle_kind kind, size_t n, bool marked)
{
    value **items = NULL;
    if (marked) {
        n = pop_marked(m, &items);
    } else if (m->n - floor_of(m) >= n) {
        m->n -= n;
        items = m->stack + m->n;
    } else {
        fail(m, "nothing left on its stack");
    }
    value *container = m->status ? NULL : peek(m);
    if (container && (container->kind != kind || (kind == LOSSI_PICKLE_DICT && n % 2)))
        fail(m, "items for something that takes none");
    for (size_t i = 0; i < n && !m->status; i++)
        append(m, container, items[i]);
}

/* ---- Memo ----------------------------------------------------------------------------------- */

/* Python numbers them one after the other, so no honest number is larger than the pickle. */
static void remember(machine *m, uint64_t number)
{
    value *v = peek(m);
    if (!v)
        return;
    if (number >= m->size) {
        fail(m, "a memo number larger than the pickle");
        return;
    }
    if (number >= m->n_memo) {
        size_t wanted = 2 * (size_t)number + 64;
        value **grown = realloc(m->memo, wanted * sizeof *grown);
        if (!grown) {
            fail_nomem(m, wanted * sizeof *grown);
            return;
        }
        memset(grown + m->n_memo, 0, (wanted - m->n_memo) * sizeof *grown);
        m->memo = grown;
        m->n_memo = wanted;
    }
    m->memo[number] = v;
    if (number >= m->next_memo)
        m->next_memo = (size_t)number + 1;
}

static value *recall(machine *m, uint64_t number)
{
    return number < m->n_memo && m->memo[number] ? m->memo[number]
                                                 : fail(m, "a memo number that was not set");
}

/* ---- What torch.save() refers to ------------------------------------------------------------ */

static value *find_global(machine *m, const char *module, const char *name)
{
    value *v = make(m, LOSSI_PICKLE_GLOBAL);
    if (!v)
        return NULL;
    for (size_t i = 0; i < sizeof callables / sizeof *callables; i++)
        if (strcmp(callables[i].module, module) == 0 && strcmp(callables[i].name, name) == 0) {
            v->integer = callables[i].what;
            return v;
        }
    lossi_dtype dtype;
    if ((strcmp(module, "torch") == 0 || strcmp(module, "torch.cuda") == 0) &&
        lossi_dtype_of_storage(name, &dtype)) {
        v->integer = FIRST_STORAGE + (int)dtype;
        return v;
    }
    m->status = lossi_fail(
        LOSS_ERR_FORMAT,
        "%s: refused: it refers to %.100s.%.100s (before byte %zu); only tensors and plain "
        "containers are read. Save model.state_dict() instead",
        m->label, module, name, m->at);
    return NULL;
}

static value *global_of_lines(machine *m)
{
    size_t n_module = 0, n_name = 0;
    const uint8_t *module = take_line(m, &n_module), *name = module ? take_line(m, &n_name) : NULL;
    value *a = make_text(m, LOSSI_PICKLE_STRING, module, n_module),
          *b = make_text(m, LOSSI_PICKLE_STRING, name, n_name);
    return a && b ? find_global(m, a->text, b->text) : NULL;
}

static value *global_of_stack(machine *m)
{
    value *name = pop(m), *module = pop(m);
    if (!name || !module || name->kind != LOSSI_PICKLE_STRING ||
        module->kind != LOSSI_PICKLE_STRING)
        return fail(m, "a reference that is no text");
    return find_global(m, module->text, name->text);
}

/* The non-negative integer that item i of a container is. */
static bool item_size(const value *container, size_t i, size_t *size)
{
    if (i >= container->n || container->items[i]->kind != LOSSI_PICKLE_INT ||
        container->items[i]->integer < 0)
        return false;
    *size = (size_t)container->items[i]->integer;
    return true;
}

static bool is_kind(const value *container, size_t i, lossi_pickle_kind kind)
{
    return i < container->n && container->items[i]->kind == kind;
}

/* ('storage', class, key, location, elements[, None or (key of the view, first element,
 * elements)]) */
static value *make_storage(machine *m)
{
    const value *id = pop(m);
    size_t elements = 0, first = 0;
    if (!id || id->kind != LOSSI_PICKLE_TUPLE || !is_kind(id, 0, LOSSI_PICKLE_STRING) ||
        strcmp(id->items[0]->text, "storage") != 0 || !is_kind(id, 1, LOSSI_PICKLE_GLOBAL) ||
        id->items[1]->integer < FIRST_STORAGE || !is_kind(id, 2, LOSSI_PICKLE_STRING) ||
        !item_size(id, 4, &elements))
        return fail(m, "a persistent id that is no storage");
    if (is_kind(id, 5, LOSSI_PICKLE_TUPLE) &&
        !(item_size(id->items[5], 1, &first) && item_size(id->items[5], 2, &elements)))
        return fail(m, "a view of a storage without its place");
    value *v =
        make_text(m, LOSSI_PICKLE_STORAGE, (const uint8_t *)id->items[2]->text, id->items[2]->n);
    if (!v)
        return NULL;
    v->n = elements;
    v->integer = (int64_t)first;
    v->dtype = (lossi_dtype)(id->items[1]->integer - FIRST_STORAGE);
    return v;
}

/* (storage, offset, sizes, strides, ...) */
static value *make_tensor(machine *m, const value *arguments)
{
    value *v = make(m, LOSSI_PICKLE_TENSOR);
    if (!v)
        return NULL;
    lossi_pickle_tensor *tensor = v->tensor = calloc(1, sizeof *tensor);
    if (!tensor)
        return fail_nomem(m, sizeof *tensor);
    if (!is_kind(arguments, 0, LOSSI_PICKLE_STORAGE) || !item_size(arguments, 1, &tensor->offset) ||
        !is_kind(arguments, 2, LOSSI_PICKLE_TUPLE) || !is_kind(arguments, 3, LOSSI_PICKLE_TUPLE))
        return fail(m, "a tensor without its storage, offset, sizes and strides");
    const value *sizes = arguments->items[2], *strides = arguments->items[3];
    if (sizes->n > LOSSI_ARRAY_MAX_DIMS || strides->n != sizes->n)
        return fail(m, "a tensor with too many dimensions, or other strides than sizes");
    for (size_t i = 0; i < sizes->n; i++)
        if (!item_size(sizes, i, &tensor->view.dims[i]) ||
            !item_size(strides, i, &tensor->view.strides[i]))
            return fail(m, "a tensor with a size or stride below 0");
    tensor->storage = arguments->items[0];
    tensor->view.n_dims = sizes->n;
    tensor->view.dtype = tensor->storage->dtype;
    return v;
}

/* An OrderedDict of a list of pairs, as Python 2 wrote it, or of nothing. */
static value *make_dict(machine *m, const value *arguments)
{
    value *dict = make(m, LOSSI_PICKLE_DICT);
    if (!arguments->n)
        return dict;
    const value *pairs = arguments->items[0];
    if (pairs->kind != LOSSI_PICKLE_LIST)
        return fail(m, "an OrderedDict of something else than pairs");
    for (size_t i = 0; i < pairs->n; i++) {
        const value *pair = pairs->items[i];
        if ((pair->kind != LOSSI_PICKLE_LIST && pair->kind != LOSSI_PICKLE_TUPLE) || pair->n != 2)
            return fail(m, "an OrderedDict of something else than pairs");
        append(m, dict, pair->items[0]);
        append(m, dict, pair->items[1]);
    }
    return dict;
}

static value *reduce(machine *m)
{
    const value *arguments = pop(m), *function = pop(m);
    if (!arguments || !function || function->kind != LOSSI_PICKLE_GLOBAL ||
        arguments->kind != LOSSI_PICKLE_TUPLE)
        return fail(m, "a call of something that is no function");
    switch ((callable)function->integer) {
    case ORDERED_DICT: return make_dict(m, arguments);
    case REBUILD_TENSOR: return make_tensor(m, arguments);
    case REBUILD_PARAMETER:
        return is_kind(arguments, 0, LOSSI_PICKLE_TENSOR)
                   ? arguments->items[0]
                   : fail(m, "a parameter that is no tensor");
    case SIZE:
        return is_kind(arguments, 0, LOSSI_PICKLE_TUPLE) ? arguments->items[0]
                                                         : fail(m, "a Size that is no tuple");
    case FIRST_STORAGE: break;
    }
    return fail(m, "a call of something that is no function");
}

/* Attributes of a dictionary (a state_dict's _metadata) tell nothing that we need. */
static void build(machine *m)
{
    const value *state = pop(m), *object = state ? peek(m) : NULL;
    if (object && object->kind != LOSSI_PICKLE_DICT)
        fail(m, "attributes of something else than a dictionary");
}

/* ---- The machine ---------------------------------------------------------------------------- */

/* Opcodes, named as in pickletools. */
enum {
    MARK = '(',
    STOP = '.',
    POP = '0',
    POP_MARK = '1',
    DUP = '2',
    BINFLOAT = 'G',
    BININT = 'J',
    BININT1 = 'K',
    BININT2 = 'M',
    NONE = 'N',
    BINPERSID = 'Q',
    REDUCE = 'R',
    BINSTRING = 'T',
    SHORT_BINSTRING = 'U',
    BINUNICODE = 'X',
    APPEND = 'a',
    BUILD = 'b',
    GLOBAL = 'c',
    EMPTY_DICT = '}',
    APPENDS = 'e',
    BINGET = 'h',
    LONG_BINGET = 'j',
    EMPTY_LIST = ']',
    BINPUT = 'q',
    LONG_BINPUT = 'r',
    SETITEM = 's',
    TUPLE = 't',
    EMPTY_TUPLE = ')',
    SETITEMS = 'u',
    LIST = 'l',
    DICT = 'd',
    PROTO = 0x80,
    NEWOBJ = 0x81,
    TUPLE1 = 0x85,
    TUPLE2 = 0x86,
    TUPLE3 = 0x87,
    NEWTRUE = 0x88,
    NEWFALSE = 0x89,
    LONG1 = 0x8a,
    LONG4 = 0x8b,
    SHORT_BINUNICODE = 0x8c,
    BINUNICODE8 = 0x8d,
    STACK_GLOBAL = 0x93,
    MEMOIZE = 0x94,
    FRAME = 0x95,
    LAST_PROTOCOL = 5
};

static value *take_float(machine *m)
{
    const uint8_t *bytes = take(m, 8);
    value *v = bytes ? make(m, LOSSI_PICKLE_FLOAT) : NULL;
    uint64_t bits = 0;
    for (int i = 0; v && i < 8; i++)
        bits = bits << 8 | bytes[i];
    if (v)
        memcpy(&v->number, &bits, sizeof v->number);
    return v;
}

static value *take_bool(machine *m, bool is_true)
{
    value *v = make(m, LOSSI_PICKLE_BOOL);
    if (v)
        v->integer = is_true;
    return v;
}

/* A text whose length stands before it in n bytes. */
static value *take_text(machine *m, size_t n)
{
    uint64_t length = take_number(m, n);
    return m->status
               ? NULL
               : make_text(m, LOSSI_PICKLE_STRING,
                           take(m, length > SIZE_MAX ? SIZE_MAX : (size_t)length), (size_t)length);
}

static value *take_long(machine *m, size_t n)
{
    size_t length = (size_t)take_number(m, n);
    return m->status ? NULL : make_long(m, take(m, length), length);
}

/* Opcodes that push one value. @return false if it is none of them */
static bool run_push(machine *m, int opcode)
{
    value *v;
    switch (opcode) {
    case NONE: v = make(m, LOSSI_PICKLE_NONE); break;
    case NEWTRUE: v = take_bool(m, true); break;
    case NEWFALSE: v = take_bool(m, false); break;
    case BININT: v = make_int(m, (int32_t)(uint32_t)take_number(m, 4)); break;
    case BININT1: v = make_int(m, (int64_t)take_number(m, 1)); break;
    case BININT2: v = make_int(m, (int64_t)take_number(m, 2)); break;
    case LONG1: v = take_long(m, 1); break;
    case LONG4: v = take_long(m, 4); break;
    case BINFLOAT: v = take_float(m); break;
    case SHORT_BINSTRING:
    case SHORT_BINUNICODE: v = take_text(m, 1); break;
    case BINSTRING:
    case BINUNICODE: v = take_text(m, 4); break;
    case BINUNICODE8: v = take_text(m, 8); break;
    case EMPTY_TUPLE: v = make(m, LOSSI_PICKLE_TUPLE); break;
    case EMPTY_LIST: v = make(m, LOSSI_PICKLE_LIST); break;
    case EMPTY_DICT: v = make(m, LOSSI_PICKLE_DICT); break;
    case TUPLE: v = collect(m, LOSSI_PICKLE_TUPLE); break;
    case LIST: v = collect(m, LOSSI_PICKLE_LIST); break;
    case DICT: v = collect(m, LOSSI_PICKLE_DICT); break;
    case TUPLE1:
    case TUPLE2:
    case TUPLE3: v = collect_tuple(m, (size_t)(opcode - TUPLE1 + 1)); break;
    case BINGET: v = recall(m, take_number(m, 1)); break;
    case LONG_BINGET: v = recall(m, take_number(m, 4)); break;
    case DUP: v = peek(m); break;
    case GLOBAL: v = global_of_lines(m); break;
    case STACK_GLOBAL: v = global_of_stack(m); break;
    case BINPERSID: v = make_storage(m); break;
    case REDUCE:
    case NEWOBJ: v = reduce(m); break;
    default: return false;
    }
    push(m, v);
    return true;
}

static void run(machine *m, int opcode)
{
    value **unused;
    if (run_push(m, opcode))
        return;
    switch (opcode) {
    case PROTO:
        if (take_number(m, 1) > LAST_PROTOCOL)
            fail(m, "a protocol above 5");
        break;
    case FRAME: take_number(m, 8); break;
    case MARK: push_mark(m); break;
    case POP: pop(m); break;
    case POP_MARK: pop_marked(m, &unused); break;
    case APPEND: extend(m, LOSSI_PICKLE_LIST, 1, false); break;
    case APPENDS: extend(m, LOSSI_PICKLE_LIST, 0, true); break;
    case SETITEM: extend(m, LOSSI_PICKLE_DICT, 2, false); break;
    case SETITEMS: extend(m, LOSSI_PICKLE_DICT, 0, true); break;
    case BUILD: build(m); break;
    case BINPUT: remember(m, take_number(m, 1)); break;
    case LONG_BINPUT: remember(m, take_number(m, 4)); break;
    case MEMOIZE: remember(m, m->next_memo); break;
    default:
        m->status =
            lossi_fail(LOSS_ERR_FORMAT,
                       "%s: a pickle with the opcode 0x%02x at byte %zu, which tensors and plain "
                       "containers do not need; refused",
                       m->label, (unsigned)opcode, m->at - 1);
    }
}

bool lossi_pickle_is(const uint8_t *bytes, size_t size)
{
    return (size >= 2 && bytes[0] == PROTO && bytes[1] >= 2 && bytes[1] <= LAST_PROTOCOL) ||
           (size >= 2 && bytes[0] == GLOBAL && bytes[1] >= 'a' && bytes[1] <= 'z');
}

loss_status lossi_pickle_read(lossi_pickle *pickle, const uint8_t *bytes, size_t size,
                              const char *label)
{
    *pickle = (lossi_pickle){0};
    if (size > LOSSI_PICKLE_LARGEST)
        size = LOSSI_PICKLE_LARGEST;
    machine m = {.bytes = bytes, .size = size, .label = label, .pickle = pickle};
    for (;;) {
        int opcode = (int)take_number(&m, 1);
        if (m.status || opcode == STOP)
            break;
        run(&m, opcode);
    }
    pickle->top = m.status ? NULL : pop(&m);
    pickle->used = m.at;
    free(m.stack);
    free(m.marks);
    free(m.memo);
    if (m.status)
        lossi_pickle_free(pickle);
    return m.status;
}

void lossi_pickle_free(lossi_pickle *pickle)
{
    for (value *v = pickle->last; v;) {
        value *previous = v->previous;
        if (v->kind >= LOSSI_PICKLE_LONG && v->kind != LOSSI_PICKLE_FLOAT &&
            v->kind != LOSSI_PICKLE_GLOBAL)
            free(v->owned);
        free(v);
        v = previous;
    }
    *pickle = (lossi_pickle){0};
}

lossi_pickle_value *lossi_pickle_get(const lossi_pickle_value *dict, const char *key)
{
    for (size_t i = 0; dict->kind == LOSSI_PICKLE_DICT && i + 1 < dict->n; i += 2)
        if (dict->items[i]->kind == LOSSI_PICKLE_STRING && strcmp(dict->items[i]->text, key) == 0)
            return dict->items[i + 1];
    return NULL;
}
