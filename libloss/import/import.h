/* What a file of another program holds: points on a grid, however they were stored. A kind of file
 * is one row of the table in import.c and a file beside it. */
#ifndef LOSSI_IMPORT_H
#define LOSSI_IMPORT_H

#include <loss/import.h>

#include "base/base.h"

/** More points are refused. */
enum { LOSSI_IMPORT_MOST = 64 * 1024 * 1024 };

struct loss_import {
    char *path;
    const char *kind; /* of the table's row. Static */
    char digest[17];  /* of the file's bytes */
    size_t nx, ny;
    double *x, *y;         /* [nx], [ny]: ascending. Owned */
    char *x_name, *y_name; /* what the file calls them; NULL: nothing. Owned */
    loss_point *points[2]; /* [ny][nx] by loss_split; NULL: the file has none. Owned */
    bool tells_split;      /* else the points stand under LOSS_SPLIT_TEST */
    bool is_height;        /* plain heights, which need not be losses */
};

/** A kind of file. A file here ends in one, lossi_import_NAME. */
typedef struct lossi_import_kind {
    const char *name;    /* of it, for people: "table of numbers" */
    const char *endings; /* of usual names, such as ".csv .tsv"; only told, never looked at */
    bool (*is)(const uint8_t *bytes, size_t size);
    /** Fills axes, names, points and what they are. On failure what it left is freed.
     *  @param bytes  a 0 follows them. Borrowed.
     *  @param path   for messages
     *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
    loss_status (*parse)(loss_import *to, const uint8_t *bytes, size_t size, const char *path);
} lossi_import_kind;

/** Gives a split its points, none of them there, for the nx x ny that are set. */
loss_status lossi_import_add_split(loss_import *to, loss_split split);
/** Coordinates 0 .. n - 1; NULL: out of memory. */
double *lossi_import_counting(size_t n);
/** The reader of bytes as a file gives them, but for its size and ending; for tests of readers.
 *  @param bytes  a 0 follows them. Borrowed. */
loss_status lossi_import_parse(loss_import **out, const uint8_t *bytes, size_t size,
                               const char *path);

#endif
