/* lossgrid: loss landscapes from the command line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "commands/help.h"
#include "commands/help_json.h"
#include "document.h"
#include "progress_log.h"
#include "ranks.h"

/* The name of the command that argv asks for. */
static const char *name_of(int argc, char **argv)
{
    if (argc < 2)
        return NULL;
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return "help";
    return strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
}

static int run(int argc, char **argv)
{
    const char *name = name_of(argc, argv);
    if (!name) {
        help_print();
        return EXIT_USAGE;
    }
    document_ask(argc, argv);
    if (document_is_wanted())
        command_help_as(help_json_write);
    const command *c = command_find(name);
    if (!c)
        return EXIT_USAGE;
    return ranks_number() && !c->is_shared ? EXIT_OK : c->run(argc - 1, argv + 1);
}

/* OpenBLAS starts a thread for each processor when it is loaded, and each asks for 128 MB until it
 * gets it, for ever under `ulimit -v`. We use none of these threads: start again without them. */
static void do_without_blas_threads(char **argv)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        !getenv("OPENBLAS_NUM_THREADS") && setenv("OPENBLAS_NUM_THREADS", "1", 1) == 0)
        execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
    do_without_blas_threads(argv);
    ranks_begin(&argc, &argv);
    int result = document_end(name_of(argc, argv), run(argc, argv));
    /* A result that did not arrive is a failure: standard output may be a file on a full disk. */
    if ((fflush(stdout) || ferror(stdout)) && result == EXIT_OK) {
        fprintf(stderr, "lossgrid: standard output: cannot write: %s\n", strerror(errno));
        result = EXIT_FAILED;
    }
    progress_log_end(result);
    return ranks_end(result);
}
