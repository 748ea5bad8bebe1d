/* Makes one allocation or one call to the system of a program fail: preloaded (LD_PRELOAD) by
 * tests/faults/faults.py. Counting begins with main().
 *
 *   FAULT_KIND   memory: malloc, calloc, realloc, aligned_alloc, posix_memalign
 *                files: open, fopen, read, write, pread, pwrite, fsync, rename, stat, mmap, ...
 *   FAULT_AT     number of the call that fails, from 1; 0: none
 *   FAULT_ALONE  a library more that is left alone, by a part of its name
 *   FAULT_ERRNO  what a failing call to the system gives (EIO)
 *   FAULT_COUNT  a file that gets the number of calls when the program ends
 *
 * Allocations that libraries make which end the process, or go wrong, when memory is out (drivers
 * of OpenGL, fontconfig, libarchive's archive_read_open(), libhdf5) are not ours to mend and are
 * left alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static int (*real_main)(int, char **, char **);
static atomic_bool runs; /* main() has begun */
static atomic_long calls;
static long fails_at;
static int error_number = EIO;
static bool of_memory;

/* Libraries that are left alone, by parts of their names. */
static const char *const LEFT_ALONE[] = {"libarchive", "libfontconfig", "libGL",   "libEGL",
                                         "libgallium", "_dri.so",       "libLLVM", "libstdc++",
                                         "libX",       "ld-linux",      "libhdf5"};

typedef enum owner { UNKNOWN, PROGRAM, LIBRARY, ALONE, N_OWNERS } owner;

static owner find_owner(const void *caller)
{
    static void *program; /* where it lies */
    Dl_info info;
    if (!program && dladdr(*(void **)&real_main, &info))
        program = info.dli_fbase;
    if (!dladdr(caller, &info) || !info.dli_fname)
        return LIBRARY;
    if (info.dli_fbase == program)
        return PROGRAM;
    for (size_t i = 0; i < sizeof LEFT_ALONE / sizeof *LEFT_ALONE; i++)
        if (strstr(info.dli_fname, LEFT_ALONE[i]))
            return ALONE;
    const char *further = getenv("FAULT_ALONE");
    return further && strstr(info.dli_fname, further) ? ALONE : LIBRARY;
}

/* Whose code that is. What was found is kept for each page: looking takes long. */
static owner owner_of(const void *caller)
{
    static _Atomic uintptr_t found[4096];
    uintptr_t page = (uintptr_t)caller >> 12;
    _Atomic uintptr_t *place = &found[page % (sizeof found / sizeof *found)];
    uintptr_t entry = atomic_load_explicit(place, memory_order_relaxed);
    if (entry / N_OWNERS != page || entry % N_OWNERS == UNKNOWN) {
        entry = page * N_OWNERS + find_owner(caller);
        atomic_store_explicit(place, entry, memory_order_relaxed);
    }
    return (owner)(entry % N_OWNERS);
}

/* A library that is left alone also allocates through others: strdup() of libc, expat. */
static bool serves_one_left_alone(void)
{
    void *frames[64];
    int n = backtrace(frames, 64);
    for (int i = 0; i < n; i++)
        if (owner_of(frames[i]) == ALONE)
            return true;
    return false;
}

/* True if this call is the one that fails. */
static bool fails(bool memory, const void *caller)
{
    if (memory != of_memory || !atomic_load_explicit(&runs, memory_order_relaxed))
        return false;
    owner by = owner_of(caller);
    if (by == ALONE || (by == LIBRARY && serves_one_left_alone()))
        return false;
    return atomic_fetch_add(&calls, 1) + 1 == fails_at;
}

#define FAILS_HERE(memory) fails(memory, __builtin_return_address(0))

static void write_count(void)
{
    const char *path = getenv("FAULT_COUNT");
    atomic_store(&runs, false);
    FILE *f = path ? fopen(path, "w") : NULL;
    if (f) {
        fprintf(f, "%ld\n", atomic_load(&calls));
        fclose(f);
    }
}

static int counted_main(int argc, char **argv, char **environment)
{
    const char *kind = getenv("FAULT_KIND"), *at = getenv("FAULT_AT"),
               *number = getenv("FAULT_ERRNO");
    of_memory = kind && strcmp(kind, "memory") == 0;
    fails_at = at ? atol(at) : 0;
    if (number)
        error_number = atoi(number);
    atexit(write_count);
    serves_one_left_alone(); /* backtrace() allocates when it is first called */
    atomic_store(&runs, kind != NULL);
    return real_main(argc, argv, environment);
}

int __libc_start_main(int (*program)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
                      void *stack_end);
int __libc_start_main(int (*program)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
                      void *stack_end)
{
    real_main = program;
    int (*start)(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void),
                 void (*)(void), void *);
    *(void **)&start = dlsym(RTLD_NEXT, "__libc_start_main");
    return start(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}

/* ---- Memory --------------------------------------------------------------------------------- */

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t size)
{
    return FAILS_HERE(true) ? no_memory() : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return FAILS_HERE(true) ? no_memory() : __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
    return FAILS_HERE(true) ? no_memory() : __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return FAILS_HERE(true) ? no_memory() : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    if (FAILS_HERE(true))
        return ENOMEM;
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : ENOMEM;
}

/* ---- The system ----------------------------------------------------------------------------- */

/* A function with the real one behind it. */
#define NEXT(name) (*(void **)&real = dlsym(RTLD_NEXT, #name))
#define SYSTEM(type, name, parameters, arguments, failure)                                         \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        if (!real)                                                                                 \
            NEXT(name);                                                                            \
        if (FAILS_HERE(false)) {                                                                   \
            errno = error_number;                                                                  \
            return failure;                                                                        \
        }                                                                                          \
        return real arguments;                                                                     \
    }

SYSTEM(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
SYSTEM(FILE *, fopen64, (const char *path, const char *mode), (path, mode), NULL)
SYSTEM(FILE *, fdopen, (int fd, const char *mode), (fd, mode), NULL)
SYSTEM(ssize_t, read, (int fd, void *to, size_t n), (fd, to, n), -1)
SYSTEM(ssize_t, write, (int fd, const void *from, size_t n), (fd, from, n), -1)
SYSTEM(ssize_t, pread, (int fd, void *to, size_t n, off_t at), (fd, to, n, at), -1)
SYSTEM(ssize_t, pread64, (int fd, void *to, size_t n, off64_t at), (fd, to, n, at), -1)
SYSTEM(ssize_t, pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at), -1)
SYSTEM(ssize_t, pwrite64, (int fd, const void *from, size_t n, off64_t at), (fd, from, n, at), -1)
SYSTEM(size_t, fread, (void *to, size_t size, size_t n, FILE *f), (to, size, n, f), 0)
SYSTEM(int, fsync, (int fd), (fd), -1)
SYSTEM(int, fdatasync, (int fd), (fd), -1)
SYSTEM(int, ftruncate, (int fd, off_t size), (fd, size), -1)
SYSTEM(int, rename, (const char *from, const char *to), (from, to), -1)
SYSTEM(int, stat, (const char *path, struct stat *to), (path, to), -1)
SYSTEM(int, fstat, (int fd, struct stat *to), (fd, to), -1)
SYSTEM(int, lstat, (const char *path, struct stat *to), (path, to), -1)
SYSTEM(int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
SYSTEM(void *, mmap, (void *at, size_t n, int protection, int flags, int fd, off_t offset),
       (at, n, protection, flags, fd, offset), MAP_FAILED)

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        static int (*real)(const char *, int, ...);                                                \
        if (!real)                                                                                 \
            NEXT(name);                                                                            \
        mode_t mode = 0;                                                                           \
        if (flags & (O_CREAT | O_TMPFILE)) {                                                       \
            va_list arguments;                                                                     \
            va_start(arguments, flags);                                                            \
            mode = va_arg(arguments, mode_t);                                                      \
            va_end(arguments);                                                                     \
        }                                                                                          \
        if (FAILS_HERE(false)) {                                                                   \
            errno = error_number;                                                                  \
            return -1;                                                                             \
        }                                                                                          \
        return real(path, flags, mode);                                                            \
    }
OPEN(open)
OPEN(open64)
