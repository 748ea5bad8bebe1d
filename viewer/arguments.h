/* The command line. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "problem.h"
#include "settings.h"

enum { LONGEST_TURN = 3600 };

typedef struct options {
    settings set;
    const char *files[2]; /* borrowed from argv */
    size_t n_files;
    const char *screenshot; /* file, "-" for standard output, NULL: open a window */
    /* films: a folder, or a file whose ending film_format_of() knows; NULL: none */
    const char *turntable, *training, *growth;
    unsigned frames;   /* of the films */
    int width, height; /* units: pixels where `scale` is 1 */
    double scale;      /* pixels of one unit */
    size_t tile;       /* side of the tiles of pictures, pixels */
    bool has_size, has_scale, watch, print_command, list_bindings, help, version, manual, gl_debug;
    const struct completion_shell *shell; /* its completion is to be printed; NULL: no */
    size_t max_bytes;
} options;

/** @return false with the reason: unknown option, bad value, too many files */
bool arguments_parse(options *o, int argc, char **argv, problem *p);
/** Prints what --help, --man, --completion and --list-bindings print. */
void arguments_print_help(void);
void arguments_print_manual(void);
void arguments_print_completion(const struct completion_shell *shell);
void arguments_print_bindings(void);

#endif
