/* Folders are read when they are gone into, and never again; nothing is remembered. */
#include "chooser.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <loss/loss.h>

/* ---- What a folder holds -------------------------------------------------------------------- */

static void empty(chooser *c)
{
    for (size_t i = 0; i < c->n_entries; i++) {
        free(c->entries[i].name);
        loss_string_free(c->entries[i].shown);
    }
    free(c->entries);
    free(c->listed);
    free(c->folder);
    loss_string_free(c->shown_folder);
    *c = (chooser){.is_open = c->is_open, .rows = c->rows};
}

/* Whether an ending is among some, which are separated by spaces. */
static bool is_among(const char *ending, const char *endings)
{
    size_t n = strlen(ending);
    for (const char *at = endings; *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (strncasecmp(at, ending, n) == 0 && (at[n] == ' ' || !at[n]))
            return true;
    }
    return false;
}

static bool is_readable(const char *name)
{
    const char *ending = strrchr(name, '.'), *endings;
    if (!ending || ending == name)
        return false;
    for (size_t i = 0; (endings = loss_import_endings_at(i)); i++)
        if (is_among(ending, endings))
            return true;
    return is_among(ending, ".landscape");
}

static char *joined(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
    return path;
}

static bool is_folder(const char *folder, const char *name)
{
    struct stat info;
    char *path = joined(folder, name);
    bool is = path && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    free(path);
    return is;
}

/* @return false: out of memory */
static bool add(chooser *c, size_t *capacity, const char *name, bool folder)
{
    if (c->n_entries == *capacity) {
        size_t more = 2 * *capacity + 64;
        chooser_entry *grown = realloc(c->entries, more * sizeof *grown);
        if (!grown)
            return false;
        c->entries = grown;
        *capacity = more;
    }
    chooser_entry *e = &c->entries[c->n_entries++];
    *e = (chooser_entry){strdup(name), loss_text_escaped(name), folder};
    return e->name && e->shown;
}

static int in_order(const void *a, const void *b)
{
    const chooser_entry *x = a, *y = b;
    bool up = strcmp(x->name, "..") == 0, other_up = strcmp(y->name, "..") == 0;
    if (up != other_up)
        return up ? -1 : 1;
    if (x->is_folder != y->is_folder)
        return x->is_folder ? -1 : 1;
    int order = strcasecmp(x->name, y->name);
    return order ? order : strcmp(x->name, y->name);
}

/* Names that begin with a point are left out, but for the folder above. @return false: out of
 * memory */
static bool read_entries(chooser *c, DIR *folder)
{
    size_t capacity = 0;
    bool done = true;
    const struct dirent *e;
    if (strcmp(c->folder, "/") != 0)
        done = add(c, &capacity, "..", true);
    while (done && (e = readdir(folder))) {
        if (e->d_name[0] == '.')
            continue;
        bool readable = is_readable(e->d_name), folder_too = is_folder(c->folder, e->d_name);
        if (!readable && !folder_too)
            continue;
        c->is_cut = c->n_entries == CHOOSER_MOST;
        if (c->is_cut)
            break;
        done = add(c, &capacity, e->d_name, folder_too);
    }
    return done;
}

static bool holds(const char *text, const char *part)
{
    size_t n = strlen(part);
    for (; *text; text++)
        if (strncasecmp(text, part, n) == 0)
            return true;
    return !n;
}

/* The entries that the filter leaves; the first that is no way up is chosen. */
static void list(chooser *c)
{
    c->n_listed = c->chosen = c->first = 0;
    for (size_t i = 0; c->listed && i < c->n_entries; i++)
        if (holds(c->entries[i].shown, c->filter))
            c->listed[c->n_listed++] = i;
    if (c->n_listed > 1 && strcmp(c->entries[c->listed[0]].name, "..") == 0)
        c->chosen = 1;
}

static bool read_folder(chooser *c, const char *path)
{
    c->folder = realpath(path, NULL);
    if (!c->folder)
        c->folder = strdup(path);
    c->shown_folder = c->folder ? loss_text_escaped(c->folder) : NULL;
    DIR *folder = c->shown_folder ? opendir(c->folder) : NULL;
    if (c->shown_folder && !folder) {
        snprintf(c->message, sizeof c->message, "cannot be read: %s", strerror(errno));
        size_t capacity = 0;
        return add(c, &capacity, "..", true);
    }
    bool done = folder && read_entries(c, folder);
    if (folder)
        closedir(folder);
    if (done && c->n_entries)
        qsort(c->entries, c->n_entries, sizeof *c->entries, in_order);
    return done;
}

void chooser_open(chooser *c, const char *folder)
{
    char *path = strdup(folder[0] ? folder : "."); /* it may be of this chooser */
    empty(c);
    c->is_open = true;
    bool done = path && read_folder(c, path);
    free(path);
    if (done)
        c->listed = malloc((c->n_entries + 1) * sizeof *c->listed);
    if (!done || !c->listed) {
        empty(c);
        snprintf(c->message, sizeof c->message, "out of memory");
    }
    list(c);
}

void chooser_close(chooser *c)
{
    empty(c);
    c->is_open = false;
}

/* ---- What hands do -------------------------------------------------------------------------- */

/* Scrolls so that the chosen entry is seen, and no row stays empty that need not. */
static void keep_in_sight(chooser *c)
{
    size_t rows = c->rows ? c->rows : 1, last = c->n_listed > rows ? c->n_listed - rows : 0;
    if (c->chosen < c->first)
        c->first = c->chosen;
    if (c->chosen >= c->first + rows)
        c->first = c->chosen - rows + 1;
    c->first = c->first < last ? c->first : last;
}

void chooser_set_rows(chooser *c, size_t rows)
{
    c->rows = rows;
    keep_in_sight(c);
}

static void move(chooser *c, long steps)
{
    size_t last = c->n_listed ? c->n_listed - 1 : 0;
    if (steps < 0)
        c->chosen -= (size_t)-steps < c->chosen ? (size_t)-steps : c->chosen;
    else
        c->chosen = last - c->chosen > (size_t)steps ? c->chosen + (size_t)steps : last;
    keep_in_sight(c);
}

static void go_up(chooser *c)
{
    char *above = c->folder ? joined(c->folder, "..") : NULL;
    if (above)
        chooser_open(c, above);
    free(above);
}

/* The last character of the filter, which may be of several bytes; of none: to the folder above. */
static void erase(chooser *c)
{
    size_t n = strlen(c->filter);
    if (!n) {
        go_up(c);
        return;
    }
    do
        n--;
    while (n && ((unsigned char)c->filter[n] & 0xc0) == 0x80);
    c->filter[n] = 0;
    list(c);
}

void chooser_key(chooser *c, const char *name)
{
    long page = c->rows > 1 ? (long)c->rows - 1 : 1;
    const struct {
        const char *name;
        long steps;
    } moves[] = {{"Up", -1},
                 {"Down", 1},
                 {"PageUp", -page},
                 {"PageDown", page},
                 {"Home", -CHOOSER_MOST - 2},
                 {"End", CHOOSER_MOST + 2}};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (strcmp(name, moves[i].name) == 0)
            move(c, moves[i].steps);
    if (strcmp(name, "Backspace") == 0)
        erase(c);
    if (strcmp(name, "Escape") == 0)
        chooser_close(c);
}

void chooser_type(chooser *c, uint32_t character)
{
    size_t n = strlen(c->filter);
    char *at = c->filter + n;
    if (character < 0x20 || character == 0x7f || character > 0x10ffff || n + 5 > CHOOSER_FILTER)
        return;
    size_t more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = more; i > 0; i--, character >>= 6)
        at[i] = (char)(0x80 | (character & 0x3f));
    at[0] = (char)(marks[more] | character);
    at[more + 1] = 0;
    list(c);
    keep_in_sight(c);
}

void chooser_scroll(chooser *c, long rows)
{
    size_t last = c->n_listed > c->rows ? c->n_listed - c->rows : 0;
    if (rows < 0)
        c->first -= (size_t)-rows < c->first ? (size_t)-rows : c->first;
    else
        c->first = last - c->first > (size_t)rows ? c->first + (size_t)rows : last;
    if (c->chosen < c->first)
        c->chosen = c->first;
    if (c->rows && c->chosen >= c->first + c->rows)
        c->chosen = c->first + c->rows - 1;
}

bool chooser_point(chooser *c, size_t row)
{
    if (row >= c->rows || c->first + row >= c->n_listed)
        return false;
    c->chosen = c->first + row;
    return true;
}

char *chooser_take(chooser *c)
{
    if (c->chosen >= c->n_listed)
        return NULL;
    const chooser_entry *e = &c->entries[c->listed[c->chosen]];
    char *path = joined(c->folder, e->name);
    if (!path || !e->is_folder) {
        chooser_close(c);
        return path;
    }
    chooser_open(c, path);
    free(path);
    return NULL;
}
