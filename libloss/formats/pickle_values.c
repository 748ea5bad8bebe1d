/* Values of a pickle, each counted against what the pickle may take. */
#include <stdlib.h>
#include <string.h>

#include "formats/pickle_machine.h"

/* An object is given one state, and perhaps items. */
enum { MOST_STATES = 8 };

value *lossi_pickle_fail(machine *m, const char *what)
{
    if (!m->status)
        m->status = lossi_fail(LOSS_ERR_FORMAT, "%s: a damaged pickle: %s at byte %zu", m->label,
                               what, m->at);
    return NULL;
}

value *lossi_pickle_fail_nomem(machine *m, size_t bytes)
{
    if (!m->status)
        m->status = lossi_fail_nomem(bytes);
    return NULL;
}

/* Few bytes can describe much: an item that is copied again and again, a text that is referred to
 * from everywhere. Whatever takes memory comes through here. */
static bool spend(machine *m, size_t bytes)
{
    size_t allowed = m->limits->always + m->limits->ratio * m->at;
    if (m->status || bytes > allowed || m->pickle->spent > allowed - bytes) {
        if (!m->status)
            m->status = lossi_fail(LOSS_ERR_FORMAT,
                                   "%s: refused: its first %zu bytes of pickle describe more than "
                                   "%zu bytes of values",
                                   m->label, m->at, allowed);
        return false;
    }
    m->pickle->spent += bytes;
    return true;
}

value *lossi_pickle_make(machine *m, lossi_pickle_kind kind)
{
    if (!spend(m, sizeof(value)))
        return NULL;
    value *v = calloc(1, sizeof *v);
    if (!v)
        return lossi_pickle_fail_nomem(m, sizeof *v);
    v->kind = kind;
    v->previous = m->pickle->last;
    m->pickle->last = v;
    return v;
}

value *lossi_pickle_make_int(machine *m, int64_t integer)
{
    value *v = lossi_pickle_make(m, LOSSI_PICKLE_INT);
    if (v)
        v->integer = integer;
    return v;
}

value *lossi_pickle_make_text(machine *m, lossi_pickle_kind kind, const uint8_t *bytes, size_t n)
{
    value *v = bytes && spend(m, n) ? lossi_pickle_make(m, kind) : NULL;
    if (!v)
        return NULL;
    v->text = malloc(n + 1);
    if (!v->text)
        return lossi_pickle_fail_nomem(m, n + 1);
    memcpy(v->text, bytes, n);
    v->text[n] = 0;
    v->n = n;
    return v;
}

value *lossi_pickle_make_long(machine *m, const uint8_t *bytes, size_t n)
{
    if (!bytes || n > 8)
        return lossi_pickle_make_text(m, LOSSI_PICKLE_LONG, bytes, n);
    uint64_t number = n && bytes[n - 1] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = n; i-- > 0;)
        number = number << 8 | bytes[i];
    return lossi_pickle_make_int(m, (int64_t)number);
}

void lossi_pickle_append(machine *m, value *container, value *item)
{
    if (!container || !item || m->status || !spend(m, sizeof item))
        return;
    if (lossi_reserve(&container->owned, &container->capacity, container->n,
                      sizeof *container->items))
        container->items[container->n++] = item;
    else
        lossi_pickle_fail_nomem(m, 2 * container->capacity * sizeof *container->items);
}

void lossi_pickle_free(lossi_pickle *pickle)
{
    for (value *v = pickle->last; v;) {
        value *previous = v->previous;
        if (v->kind >= LOSSI_PICKLE_LONG && v->kind != LOSSI_PICKLE_FLOAT)
            free(v->owned);
        free(v);
        v = previous;
    }
    *pickle = (lossi_pickle){0};
}

const lossi_pickle_value *lossi_pickle_state(const lossi_pickle_value *object)
{
    size_t n = object->kind == LOSSI_PICKLE_OPAQUE ? object->n : 0;
    for (size_t i = n; i-- > 1 && n - i <= MOST_STATES;)
        if (object->items[i]->kind == LOSSI_PICKLE_DICT)
            return object->items[i];
    return NULL;
}

lossi_pickle_value *lossi_pickle_get(const lossi_pickle_value *dict, const char *key)
{
    for (size_t i = 0; dict->kind == LOSSI_PICKLE_DICT && i + 1 < dict->n; i += 2)
        if (dict->items[i]->kind == LOSSI_PICKLE_STRING && strcmp(dict->items[i]->text, key) == 0)
            return dict->items[i + 1];
    return NULL;
}
