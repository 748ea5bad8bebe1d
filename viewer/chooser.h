/* A list of the files of a folder to choose from: what it holds, what is typed, what is chosen.
 * Knows no window, and draws nothing. */
#ifndef CHOOSER_H
#define CHOOSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHOOSER_FILTER = 128, CHOOSER_MOST = 250000 };

typedef struct chooser_entry {
    char *name;  /* as the file system has it. Owned */
    char *shown; /* with what is no printable UTF-8 escaped. Owned */
    bool is_folder;
} chooser_entry;

typedef struct chooser {
    bool is_open;
    char *folder;           /* absolute where that could be found out. Owned */
    char *shown_folder;     /* owned */
    chooser_entry *entries; /* sub-folders first, each by name. Owned */
    size_t n_entries;
    size_t *listed; /* numbers of the entries that the filter leaves. Owned */
    size_t n_listed;
    size_t chosen, first; /* of the listed: the one that Enter opens, the one in the first row */
    size_t rows;          /* so many are seen */
    char filter[CHOOSER_FILTER]; /* UTF-8 */
    bool is_cut;                 /* the folder holds more than CHOOSER_MOST */
    char message[300];           /* why a folder is not listed; "" : it is */
} chooser;

/** Opens it at a folder: its sub-folders, and files whose endings are of kinds that lossview reads.
 * Of a folder that cannot be read it tells why. */
void chooser_open(chooser *c, const char *folder);
/** Closes and empties it. */
void chooser_close(chooser *c);
/** How many rows can be seen. */
void chooser_set_rows(chooser *c, size_t rows);

/** A key by its name as session_key() takes it. */
void chooser_key(chooser *c, const char *name);
/** A character that was typed: narrows the list to names that hold what was typed, in any case. */
void chooser_type(chooser *c, uint32_t character);
/** Scrolls by rows. */
void chooser_scroll(chooser *c, long rows);
/** Chooses the entry in a row. @return false: there is none */
bool chooser_point(chooser *c, size_t row);
/** Goes into the chosen folder, or closes with the chosen file.
 *  @return its path, which the caller frees; NULL: none yet */
char *chooser_take(chooser *c);

#endif
