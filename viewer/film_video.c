/* Video by the program ffmpeg, where it is installed: it is given frames through a pipe, and an
 * unnamed file to write into, so that the video appears whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <loss/loss.h>

#include "film.h"

extern char **environ;

typedef struct video {
    film_shape shape;
    char *path;
    loss_file_kind kind;
    pid_t child;
    int frames;        /* where they are written to */
    FILE *made, *said; /* what it made, and its messages */
    unsigned n;        /* frames so far */
    bool failed;
    struct sigaction before; /* of SIGPIPE */
} video;

enum { MADE = 3, MOST_ARGUMENTS = 40 };

static bool say(problem *p, video *v)
{
    char text[400];
    rewind(v->said);
    size_t n = fread(text, 1, sizeof text - 1, v->said);
    text[n] = 0;
    text[strcspn(text, "\n")] = 0;
    char *shown = loss_text_escaped(text);
    problem_set(p, "%s: ffmpeg failed: %.300s", v->path,
                shown && *shown ? shown : "it gives no reason");
    loss_string_free(shown);
    return false;
}

/* Runs ffmpeg. It reads what is written to v->frames, writes into v->made and speaks into v->said.
 * @return an error of the system, 0: it runs */
static int spawn(video *v, const char *const *arguments)
{
    enum { ABOVE = 10 }; /* a lossview without standard streams has files in their places */
    static const int places[] = {0, 1, 2, MADE};
    int ends[2];
    if (pipe(ends) != 0)
        return errno;
    v->frames = ends[1];
    const int streams[] = {ends[0], fileno(v->said), fileno(v->said), fileno(v->made)};
    int copies[4], error = 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    for (int i = 0; i < 4; i++) {
        copies[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, ABOVE);
        error = copies[i] < 0 ? errno : error;
        if (copies[i] >= 0)
            posix_spawn_file_actions_adddup2(&actions, copies[i], places[i]);
    }
    if (!error)
        error =
            posix_spawnp(&v->child, "ffmpeg", &actions, NULL, (char *const *)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 4; i++)
        if (copies[i] >= 0)
            close(copies[i]);
    close(ends[0]);
    if (error)
        v->child = 0;
    return error;
}

/* @param coder  options of the format, ended by NULL */
static bool start(video *v, const char *const *coder, problem *p)
{
    char size[32], rate[32];
    snprintf(size, sizeof size, "%dx%d", v->shape.width, v->shape.height);
    snprintf(rate, sizeof rate, "1000/%u", v->shape.delay_ms);
    const char *arguments[MOST_ARGUMENTS] = {
        "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-f", "rawvideo",
        "-pixel_format", "rgba", "-video_size", size, "-framerate", rate, "-i", "pipe:0", "-vf",
        /* the coders want even sizes, and players take colours for those of BT.709 */
        "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709", "-pix_fmt", "yuv420p",
        "-colorspace", "bt709", "-fflags", "+bitexact", "-flags:v", "+bitexact"};
    size_t n = 0;
    while (arguments[n])
        n++;
    while (*coder)
        arguments[n++] = *coder++;
    arguments[n++] = "-y";
    arguments[n] = "file:/dev/fd/3";
    int error = spawn(v, arguments);
    return !error || problem_set(p, "%s: %s", v->path,
                                 error == ENOENT
                                     ? "ffmpeg is not installed, which makes videos; write a .gif "
                                       "or a .png"
                                     : strerror(error));
}

/* Ends what was started. @return whether ffmpeg ended well */
static bool stop(video *v)
{
    int status = 0;
    if (v->frames >= 0)
        close(v->frames);
    v->frames = -1;
    pid_t child = v->child;
    v->child = 0;
    while (child && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void release(video *v)
{
    stop(v);
    sigaction(SIGPIPE, &v->before, NULL);
    if (v->made)
        fclose(v->made);
    if (v->said)
        fclose(v->said);
    free(v->path);
    free(v);
}

static void *begin(const char *path, const film_shape *shape, loss_file_kind kind,
                   const char *const *coder, problem *p)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (shape->channels == 4) {
        problem_set(p,
                    "%s: a video has no transparency; leave out --no-background, or write a .gif "
                    "or a .png",
                    path);
        return NULL;
    }
    video *v = calloc(1, sizeof *v);
    if (!v || !(v->path = strdup(path))) {
        free(v);
        problem_set(p, "%s: out of memory", path);
        return NULL;
    }
    v->shape = *shape;
    v->kind = kind;
    v->frames = -1;
    sigaction(SIGPIPE, &ignore, &v->before); /* ffmpeg may end before it has all */
    v->made = tmpfile();
    v->said = tmpfile();
    bool done = v->made && v->said;
    if (!done)
        problem_set(p, "%s: no temporary file: %s", path, strerror(errno));
    if (!done || !start(v, coder, p)) {
        release(v);
        return NULL;
    }
    return v;
}

static bool frame(void *file, const unsigned char *rgba, problem *p)
{
    video *v = file;
    size_t n = (size_t)v->shape.width * (size_t)v->shape.height * 4;
    while (n && !v->failed) {
        ssize_t written = write(v->frames, rgba, n);
        if (written > 0) {
            rgba += written;
            n -= (size_t)written;
        } else if (errno != EINTR) {
            v->failed = true;
        }
    }
    v->n++;
    if (!v->failed)
        return true;
    stop(v);
    return say(p, v);
}

/* Puts what ffmpeg made where it was wanted. */
static bool copy_video(video *v, problem *p)
{
    unsigned char block[65536];
    loss_file *out;
    size_t n;
    if (fseek(v->made, 0, SEEK_END) != 0 || ftell(v->made) <= 0)
        return problem_set(p, "%s: ffmpeg made nothing", v->path);
    if (loss_file_open(&out, v->path, &v->kind))
        return problem_set(p, "%s", loss_last_message());
    rewind(v->made);
    while ((n = fread(block, 1, sizeof block, v->made)) > 0)
        loss_file_put(out, block, n);
    if (ferror(v->made)) {
        loss_file_abandon(out);
        return problem_set(p, "%s: cannot read what ffmpeg made", v->path);
    }
    return !loss_file_commit(out) || problem_set(p, "%s", loss_last_message());
}

static bool end(void *file, problem *p)
{
    video *v = file;
    bool is_whole = !v->failed && v->n == v->shape.n_frames, done = stop(v);
    if (is_whole)
        done = done ? copy_video(v, p) : say(p, v);
    release(v);
    return is_whole && done;
}

static void *begin_mp4(const char *path, const film_shape *shape, problem *p)
{
    static const char *const coder[] = {"-c:v",       "libx264", "-crf", "18", "-movflags",
                                        "+faststart", "-f",      "mp4",  NULL};
    return begin(path, shape, (loss_file_kind){"MP4 video", 4, "ftyp", 4}, coder, p);
}

static void *begin_webm(const char *path, const film_shape *shape, problem *p)
{
    static const char *const coder[] = {"-c:v", "libvpx-vp9", "-crf", "24",        "-b:v",
                                        "0",    "-deadline",  "good", "-cpu-used", "4",
                                        "-f",   "webm",       NULL};
    return begin(path, shape, (loss_file_kind){"WebM video", 0, "\x1a\x45\xdf\xa3", 4}, coder, p);
}

const film_format film_mp4 = {".mp4", begin_mp4, frame, end},
                  film_webm = {".webm", begin_webm, frame, end};
