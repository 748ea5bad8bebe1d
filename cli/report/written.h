/* The files that a command wrote, named on standard error and in the document. */
#ifndef WRITTEN_H
#define WRITTEN_H

#include "json.h"

typedef struct written {
    json j; /* the document: more may be added to its root */
    cJSON *list;
    bool quiet;
} written;

/** @param kind  of the document; @param from  the file that they are made of */
written written_begin(const char *kind, const char *from, bool quiet);
void written_add(written *w, const char *path);
/** Gives the document of a command that ends with `code`, and frees it. @return the exit code */
int written_end(written *w, int code);

#endif
