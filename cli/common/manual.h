/* Pages of the manual, in mdoc, made of what --help prints. */
#ifndef MANUAL_H
#define MANUAL_H

#include "options.h"

/** What a page is about. */
typedef struct manual_page {
    const char *program; /* "lossgrid" */
    const char *command; /* "surface": the page is lossgrid-surface; NULL: of the program itself */
    const char *about;   /* one line, for the page's head */
    const char *usage;   /* what follows the name; ways apart by "  |  " */
    const char *summary, *notes; /* paragraphs; one that begins with a blank stays as it is */
    const char *examples;
    const char *const *see_also; /* pages of section 1, ended by NULL */
} manual_page;

/** Prints a page. Its date is SOURCE_DATE_EPOCH's, or today.
 *  @param table  of the options; NULL: none */
void manual_print(const manual_page *page, const option_table *table);

#endif
