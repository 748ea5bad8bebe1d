/* lossview: loss landscapes in three dimensions. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "arguments.h"
#include "command.h"
#include "gl/window.h"
#include "scene/scene_build.h"

#include <loss/loss.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* A file that cannot be read ends a picture; a window stays open and says why. */
static int show(const options *o)
{
    session s;
    bool is_picture = o->screenshot || o->turntable || o->training || o->growth, done = true;
    session_init(&s);
    bool panel = o->set.panel || !is_picture;
    s.scene.set = o->set;
    s.scene.set.panel = panel;
    session_layout(&s, o->width, o->height, 1);
    for (size_t i = 0; i < o->n_files && done; i++)
        done = scene_open(&s.scene, s.scene.n_views, o->files[i], o->max_bytes);
    done = scene_update(&s.scene) && done;
    problem p = {""};
    if (done && is_picture)
        done = scene_has_all(&s.scene, &p);
    if (!done)
        fprintf(stderr, "lossview: %s\n", p.text[0] ? p.text : s.scene.message);
    int result = !is_picture ? window_run(&s, o) : done ? pictures_run(&s, o) : EXIT_FAILED;
    session_free(&s);
    return result;
}

/* OpenBLAS starts a thread for each processor when it is loaded, and each asks for 128 MB until it
 * gets it, for ever under `ulimit -v`. Nothing here uses these threads: start again without them.
 */
static void do_without_blas_threads(char **argv)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        !getenv("OPENBLAS_NUM_THREADS") && setenv("OPENBLAS_NUM_THREADS", "1", 1) == 0)
        execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
    options o;
    problem p;
    do_without_blas_threads(argv);
    if (!arguments_parse(&o, argc, argv, &p)) {
        fprintf(stderr, "lossview: %s\nTry: lossview --help\n", p.text);
        return EXIT_USAGE;
    }
    if (o.help)
        arguments_print_help();
    else if (o.manual)
        arguments_print_manual();
    else if (o.shell)
        arguments_print_completion(o.shell);
    else if (o.version)
        printf("lossview %s\n", loss_version());
    else if (o.list_bindings)
        arguments_print_bindings();
    else if (o.print_command)
        command_print(&o.set, o.files, o.n_files);
    else
        return show(&o);
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "lossview: standard output: cannot write\n");
        return EXIT_FAILED;
    }
    return EXIT_OK;
}
