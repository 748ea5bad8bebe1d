/* The pickle machine: opcodes push values on a stack, collect them in containers, and remember
 * some by number (the memo). Opcodes: Python's Lib/pickletools.py. Storages come as persistent
 * ids, as torch/serialization.py writes them. */
#include <stdlib.h>
#include <string.h>

#include "formats/pickle_machine.h"

/* ---- Bytes ---------------------------------------------------------------------------------- */

/* The next n bytes, or NULL if there are fewer. */
static const uint8_t *take(machine *m, size_t n)
{
    if (n > m->size - m->at) {
        lossi_pickle_fail(m, m->size == m->limits->most ? "it has more than 16 MiB"
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
        lossi_pickle_fail(m, "a line without an end");
        return NULL;
    }
    *length = (size_t)(end - begin);
    m->at += *length + 1;
    return begin;
}

/* ---- Stack ---------------------------------------------------------------------------------- */

static void push(machine *m, value *v)
{
    if (!v || m->status)
        return;
    if (lossi_reserve((void **)&m->stack, &m->capacity, m->n, sizeof *m->stack))
        m->stack[m->n++] = v;
    else
        lossi_pickle_fail_nomem(m, 2 * m->capacity * sizeof *m->stack);
}

/* Height below which the topmost mark lets nothing be taken. */
static size_t floor_of(const machine *m)
{
    return m->n_marks ? m->marks[m->n_marks - 1] : 0;
}

static value *pop(machine *m)
{
    return m->n > floor_of(m) ? m->stack[--m->n]
                              : lossi_pickle_fail(m, "nothing left on its stack");
}

static value *peek(machine *m)
{
    return m->n > floor_of(m) ? m->stack[m->n - 1] : lossi_pickle_fail(m, "nothing on its stack");
}

static void push_mark(machine *m)
{
    if (lossi_reserve((void **)&m->marks, &m->marks_capacity, m->n_marks, sizeof *m->marks))
        m->marks[m->n_marks++] = m->n;
    else
        lossi_pickle_fail_nomem(m, 2 * m->marks_capacity * sizeof *m->marks);
}

/* Removes the topmost mark and what is above it; those values stay at *items until the next
 * push. */
static size_t pop_marked(machine *m, value ***items)
{
    if (!m->n_marks) {
        lossi_pickle_fail(m, "no mark on its stack");
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
    value *v = lossi_pickle_make(m, kind);
    if (kind == LOSSI_PICKLE_DICT && n % 2)
        return lossi_pickle_fail(m, "a key without a value");
    for (size_t i = 0; i < n; i++)
        lossi_pickle_append(m, v, items[i]);
    return v;
}

static value *collect_tuple(machine *m, size_t n)
{
    if (m->n - floor_of(m) < n)
        return lossi_pickle_fail(m, "nothing left on its stack");
    value *v = lossi_pickle_make(m, LOSSI_PICKLE_TUPLE);
    for (size_t i = 0; i < n; i++)
        lossi_pickle_append(m, v, m->stack[m->n - n + i]);
    m->n -= n;
    return v;
}

/* Where items of a container or object go. Those of an object, which is then a subclass of dict or
 * list, are kept as one more of its states. */
static value *container_of(machine *m, value *v, lossi_pickle_kind kind)
{
    if (!v || v->kind != LOSSI_PICKLE_OPAQUE)
        return v;
    value *last = v->n > 2 ? v->items[v->n - 1] : NULL;
    if (last && last->kind == kind && last->is_seen)
        return last;
    value *items = lossi_pickle_make(m, kind);
    if (items)
        items->is_seen = true; /* until the pickle is read: made here */
    lossi_pickle_append(m, v, items);
    return items;
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
        lossi_pickle_fail(m, "nothing left on its stack");
    }
    value *container = m->status ? NULL : container_of(m, peek(m), kind);
    if (container && (container->kind != kind || (kind == LOSSI_PICKLE_DICT && n % 2)))
        lossi_pickle_fail(m, "items for something that takes none");
    for (size_t i = 0; i < n && !m->status; i++)
        lossi_pickle_append(m, container, items[i]);
}

/* ---- Memo ----------------------------------------------------------------------------------- */

/* Python numbers them one after the other, each after an opcode at least, so no honest number is
 * larger than the bytes so far. */
static void remember(machine *m, uint64_t number)
{
    value *v = peek(m);
    if (!v)
        return;
    if (number >= m->at) {
        lossi_pickle_fail(m, "a memo number larger than the pickle");
        return;
    }
    if (number >= m->n_memo) {
        size_t wanted = 2 * (size_t)number + 64;
        value **grown = realloc(m->memo, wanted * sizeof *grown);
        if (!grown) {
            lossi_pickle_fail_nomem(m, wanted * sizeof *grown);
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
    return number < m->n_memo && m->memo[number]
               ? m->memo[number]
               : lossi_pickle_fail(m, "a memo number that was not set");
}

/* ---- Objects -------------------------------------------------------------------------------- */

static value *global_of_lines(machine *m)
{
    size_t n_module = 0, n_name = 0;
    const uint8_t *module = take_line(m, &n_module), *name = module ? take_line(m, &n_name) : NULL;
    value *a = lossi_pickle_make_text(m, LOSSI_PICKLE_STRING, module, n_module);
    value *b = lossi_pickle_make_text(m, LOSSI_PICKLE_STRING, name, n_name);
    return a && b ? lossi_pickle_global(m, a, b) : NULL;
}

static value *global_of_stack(machine *m)
{
    value *name = pop(m), *module = pop(m);
    return lossi_pickle_global(m, module, name);
}

static value *call(machine *m)
{
    value *arguments = pop(m), *function = pop(m);
    return lossi_pickle_call(m, function, arguments);
}

/* With keyword arguments, which no class of the table takes. */
static value *call_with_keywords(machine *m)
{
    pop(m);
    return call(m);
}

/* The class stands above the mark, its arguments follow. */
static value *call_marked(machine *m)
{
    value *arguments = collect(m, LOSSI_PICKLE_TUPLE);
    if (!arguments || !arguments->n)
        return lossi_pickle_fail(m, "an object without its class");
    value *function = arguments->items[0];
    memmove(arguments->items, arguments->items + 1, --arguments->n * sizeof(value *));
    return lossi_pickle_call(m, function, arguments);
}

static value *call_of_lines(machine *m)
{
    value *function = global_of_lines(m), *arguments = collect(m, LOSSI_PICKLE_TUPLE);
    return lossi_pickle_call(m, function, arguments);
}

static void build(machine *m)
{
    value *state = pop(m);
    lossi_pickle_build(m, state ? peek(m) : NULL, state);
}

/* ---- The machine ---------------------------------------------------------------------------- */

/* Opcodes, named as in pickletools. */
/* clang-format off */
enum {
    MARK = '(', STOP = '.', POP = '0', POP_MARK = '1', DUP = '2', BINFLOAT = 'G', BININT = 'J',
    BININT1 = 'K', BININT2 = 'M', NONE = 'N', BINPERSID = 'Q', REDUCE = 'R', BINSTRING = 'T',
    SHORT_BINSTRING = 'U', BINBYTES = 'B', SHORT_BINBYTES = 'C', BINUNICODE = 'X', APPEND = 'a',
    BUILD = 'b', GLOBAL = 'c', EMPTY_DICT = '}', APPENDS = 'e', BINGET = 'h', INST = 'i',
    LONG_BINGET = 'j', EMPTY_LIST = ']', OBJ = 'o', BINPUT = 'q', LONG_BINPUT = 'r', SETITEM = 's',
    TUPLE = 't', EMPTY_TUPLE = ')', SETITEMS = 'u', LIST = 'l', DICT = 'd',
    PROTO = 0x80, NEWOBJ = 0x81, TUPLE1 = 0x85, TUPLE2 = 0x86, TUPLE3 = 0x87, NEWTRUE = 0x88,
    NEWFALSE = 0x89, LONG1 = 0x8a, LONG4 = 0x8b, SHORT_BINUNICODE = 0x8c, BINUNICODE8 = 0x8d,
    BINBYTES8 = 0x8e, EMPTY_SET = 0x8f, ADDITEMS = 0x90, FROZENSET = 0x91, NEWOBJ_EX = 0x92,
    STACK_GLOBAL = 0x93, MEMOIZE = 0x94, FRAME = 0x95, BYTEARRAY8 = 0x96,
    LAST_PROTOCOL = 5
};
/* clang-format on */

static value *take_float(machine *m)
{
    const uint8_t *bytes = take(m, 8);
    value *v = bytes ? lossi_pickle_make(m, LOSSI_PICKLE_FLOAT) : NULL;
    uint64_t bits = 0;
    for (int i = 0; v && i < 8; i++)
        bits = bits << 8 | bytes[i];
    if (v)
        memcpy(&v->number, &bits, sizeof v->number);
    return v;
}

/* A value that exists once: None, True, False, the empty tuple. */
static value *only(machine *m, value **known, lossi_pickle_kind kind, int64_t integer)
{
    if (!*known && (*known = lossi_pickle_make(m, kind)) && kind == LOSSI_PICKLE_BOOL)
        (*known)->integer = integer;
    return *known;
}

/* A text or bytes whose length stands before it in n bytes. */
static value *take_text(machine *m, size_t n)
{
    uint64_t length = take_number(m, n);
    size_t size = length > SIZE_MAX ? SIZE_MAX : (size_t)length;
    return m->status ? NULL : lossi_pickle_make_text(m, LOSSI_PICKLE_STRING, take(m, size), size);
}

static value *take_long(machine *m, size_t n)
{
    size_t length = (size_t)take_number(m, n);
    return m->status ? NULL : lossi_pickle_make_long(m, take(m, length), length);
}

/* Opcodes that push one value. @return false if it is none of them */
static bool run_push(machine *m, int opcode)
{
    value *v;
    switch (opcode) {
    case NONE: v = only(m, &m->none, LOSSI_PICKLE_NONE, 0); break;
    case NEWTRUE: v = only(m, &m->yes, LOSSI_PICKLE_BOOL, 1); break;
    case NEWFALSE: v = only(m, &m->no, LOSSI_PICKLE_BOOL, 0); break;
    case EMPTY_TUPLE: v = only(m, &m->nothing, LOSSI_PICKLE_TUPLE, 0); break;
    case BININT: v = lossi_pickle_make_int(m, (int32_t)(uint32_t)take_number(m, 4)); break;
    case BININT1: v = lossi_pickle_make_int(m, (int64_t)take_number(m, 1)); break;
    case BININT2: v = lossi_pickle_make_int(m, (int64_t)take_number(m, 2)); break;
    case LONG1: v = take_long(m, 1); break;
    case LONG4: v = take_long(m, 4); break;
    case BINFLOAT: v = take_float(m); break;
    case SHORT_BINSTRING:
    case SHORT_BINBYTES:
    case SHORT_BINUNICODE: v = take_text(m, 1); break;
    case BINSTRING:
    case BINBYTES:
    case BINUNICODE: v = take_text(m, 4); break;
    case BINBYTES8:
    case BYTEARRAY8:
    case BINUNICODE8: v = take_text(m, 8); break;
    case EMPTY_SET:
    case EMPTY_LIST: v = lossi_pickle_make(m, LOSSI_PICKLE_LIST); break;
    case EMPTY_DICT: v = lossi_pickle_make(m, LOSSI_PICKLE_DICT); break;
    case TUPLE: v = collect(m, LOSSI_PICKLE_TUPLE); break;
    case FROZENSET:
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
    case BINPERSID: v = lossi_pickle_persistent(m, pop(m)); break;
    case REDUCE:
    case NEWOBJ: v = call(m); break;
    case NEWOBJ_EX: v = call_with_keywords(m); break;
    case OBJ: v = call_marked(m); break;
    case INST: v = call_of_lines(m); break;
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
            lossi_pickle_fail(m, "a protocol above 5");
        break;
    case FRAME: take_number(m, 8); break;
    case MARK: push_mark(m); break;
    case POP: pop(m); break;
    case POP_MARK: pop_marked(m, &unused); break;
    case APPEND: extend(m, LOSSI_PICKLE_LIST, 1, false); break;
    case ADDITEMS:
    case APPENDS: extend(m, LOSSI_PICKLE_LIST, 0, true); break;
    case SETITEM: extend(m, LOSSI_PICKLE_DICT, 2, false); break;
    case SETITEMS: extend(m, LOSSI_PICKLE_DICT, 0, true); break;
    case BUILD: build(m); break;
    case BINPUT: remember(m, take_number(m, 1)); break;
    case LONG_BINPUT: remember(m, take_number(m, 4)); break;
    case MEMOIZE: remember(m, m->next_memo); break;
    default:
        m->status = lossi_fail(LOSS_ERR_FORMAT,
                               "%s: a pickle with the opcode 0x%02x at byte %zu, which "
                               "torch.save() does not write; refused",
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
    static const lossi_pickle_limits of_weights = {LOSSI_PICKLE_LARGEST, 1 << 20, 32};
    return lossi_pickle_read_within(pickle, bytes, size, &of_weights, label);
}

loss_status lossi_pickle_read_within(lossi_pickle *pickle, const uint8_t *bytes, size_t size,
                                     const lossi_pickle_limits *limits, const char *label)
{
    *pickle = (lossi_pickle){0};
    if (size > limits->most)
        size = limits->most;
    machine m = {.bytes = bytes, .size = size, .label = label, .limits = limits, .pickle = pickle};
    for (;;) {
        int opcode = (int)take_number(&m, 1);
        if (m.status || opcode == STOP)
            break;
        run(&m, opcode);
    }
    pickle->top = m.status ? NULL : pop(&m);
    pickle->used = m.at;
    for (value *v = pickle->last; v; v = v->previous)
        v->is_seen = false;
    free(m.stack);
    free(m.marks);
    free(m.memo);
    if (m.status)
        lossi_pickle_free(pickle);
    return m.status;
}
