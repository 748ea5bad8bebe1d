/* lossgrid: loss landscapes from the command line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli.h"
#include "ranks.h"

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
    bool is_shared; /* all ranks of lossgrid-mpi run it; the others run on rank 0 only */
} commands[] = {
    {"train", "train a network, with a checkpoint per epoch", command_train, false},
    {"eval", "loss and accuracy of a network on a data set", command_eval, false},
    {"surface", "the loss on a grid of a plane through the weights", command_surface, true},
    {"merge", "the parts of a landscape that several machines made", command_merge, false},
    {"path", "the path of training on a landscape's plane", command_path, false},
    {"curvature", "eigenvalues, trace and density of the loss's Hessian", command_curvature, false},
    {"export", "a landscape as meshes, grids and tables of other programs", command_export, false},
    {"plot", "a landscape as a picture", command_plot, false},
    {"convert", "weights as .safetensors, networks as text", command_convert, false},
    {"info", "what a file, a run or a data set holds", command_info, false},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

/* Names, a family a line, with what it is and its options. */
static void print_networks(void)
{
    for (const char *const *name = loss_net_models(); *name; name++) {
        const char *about = loss_net_model_about(*name),
                   *next = name[1] ? loss_net_model_about(name[1]) : "";
        const loss_model_option *option;
        printf("  %s", *name);
        if (strcmp(about, next) == 0)
            continue;
        printf(": %s\n", about);
        for (size_t i = 0; (option = loss_net_model_option(*name, i)); i++)
            printf("      %s=%s: %s (%s)\n", option->name, option->values, option->about,
                   option->standard);
    }
}

static void print_data_sets(void)
{
    for (size_t i = 0; i < loss_dataset_formats(); i++)
        printf("  %-11s %s\n", loss_dataset_format_name(i), loss_dataset_format_summary(i));
    const char *name;
    for (size_t i = 0; (name = loss_dataset_known(i)); i++)
        printf("  %s: by this name, where Debian's package puts it\n", name);
}

static void print_losses(void)
{
    printf("\nLosses, for --loss NAME[:key=value,...]:\n");
    for (size_t i = 0; loss_loss_name(i); i++)
        printf("  %-14s %s\n", loss_loss_name(i), loss_loss_about(i));
}

static void print_help(void)
{
    printf("lossgrid %s: see the loss landscape of a convolutional network\n\n"
           "Usage: lossgrid COMMAND [options]      lossgrid COMMAND --help\n\nCommands:\n",
           loss_version());
    for (size_t i = 0; i < N_COMMANDS; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    printf("\nNetworks, with options after a colon, such as resnet56:shortcut=none,width=0.5:\n");
    print_networks();
    printf("  FILE.net: a network written as text\n"
           "  FILE.onnx: a network of another program, with its weights\n"
           "  --model auto recognises the network of --weights.\n"
           "\nData sets, recognised by content:\n");
    print_data_sets();
    print_losses();
    printf("\nExamples:\n"
           "  lossgrid train --model resnet20 --data fashion-mnist --epochs 3 --limit 10000 --out "
           "run\n"
           "  lossgrid surface run --limit 256 --out resnet20.landscape\n"
           "  lossgrid plot resnet20.landscape --out resnet20.png\n"
           "\nEnvironment: LOSS_ISA=NAME forces a kernel set, here one of: %s.\n"
           "Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted with all finished "
           "work kept.\n",
           loss_isa_sets());
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_help();
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help();
        return EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("lossgrid %s (kernels: %s)\n", loss_version(), loss_isa());
        printf("kernel sets of this processor: %s\n", loss_isa_sets());
        return EXIT_OK;
    }
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return ranks_number() && !commands[i].is_shared ? EXIT_OK
                                                            : commands[i].run(argc - 1, argv + 1);
    const char *names[N_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i].name;
    fprintf(stderr, "lossgrid: %s: no such command; the nearest is %s (there are", argv[1],
            loss_text_nearest(argv[1], names, N_COMMANDS));
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(stderr, "%s %s", i ? "," : "", commands[i].name);
    fprintf(stderr, ")\n");
    return EXIT_USAGE;
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
    int result = run(argc, argv);
    /* A result that did not arrive is a failure: standard output may be a file on a full disk. */
    if ((fflush(stdout) || ferror(stdout)) && result == EXIT_OK) {
        fprintf(stderr, "lossgrid: standard output: cannot write: %s\n", strerror(errno));
        result = EXIT_FAILED;
    }
    return ranks_end(result);
}
