/* What every part of the library may use: failing with a message, memory, text, options structs. */
#ifndef LOSSI_BASE_H
#define LOSSI_BASE_H

#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <loss/status.h>
#include <loss/text.h>

/** Room for a message. */
enum { LOSSI_MESSAGE = 1024 };

/** Sets this thread's message (printf style, one line, cut at 1023 bytes) and returns status, so
 * that a failing function can end with `return lossi_fail(LOSS_ERR_FORMAT, "%s: ...", path)`. */
loss_status lossi_fail(loss_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Ends a public function with LOSS_ERR_ARGUMENT unless the pointers that it needs are there:
 * LOSSI_REQUIRE(net && path). */
#define LOSSI_REQUIRE(pointers)                                                                    \
    do {                                                                                           \
        if (!(pointers))                                                                           \
            return lossi_fail(LOSS_ERR_ARGUMENT, "%s: NULL where it needs %s", __func__,           \
                              #pointers);                                                          \
    } while (0)

/** Refuses a count of values of so many bytes that no memory has: whoever gives it does not mean
 * it, and what it counts is not there to be read. */
#define LOSSI_REQUIRE_COUNT(n, bytes)                                                              \
    do {                                                                                           \
        if ((n) > PTRDIFF_MAX / (bytes))                                                           \
            return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s is %zu: no memory has so many", __func__, \
                              #n, (n));                                                            \
    } while (0)

/** LOSS_ERR_NOMEM with the number of bytes in its message. */
loss_status lossi_fail_nomem(size_t bytes);

/** Copies n * size bytes' worth of zeroed memory aligned to 64 bytes; NULL when n * size
 * overflows or memory is out. Free with free(). A zero size gives a pointer that may be freed. */
void *lossi_alloc(size_t n, size_t size);

/** The same for memory that kernels work on: from 256 KB on it lies on huge pages where the
 * system has them. Kernels walk through planes whose distance is a power of two, and on small
 * pages each step is a page of its own: a third of the time went into that. */
void *lossi_alloc_huge(size_t n, size_t size);

/** Makes room for one more item in an array of n items of `size` bytes, which doubles when it is
 * full. Starts from NULL and 0.
 *  @return false when memory is out; the array is as it was */
bool lossi_reserve(void **items, size_t *capacity, size_t n, size_t size);

static inline size_t lossi_larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static inline size_t lossi_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/** a * b, false when it overflows. */
bool lossi_mul(size_t a, size_t b, size_t *out);

/** strdup that goes through the same failure path as lossi_alloc. */
char *lossi_strdup(const char *text);

/** Makes numbers of this thread print with a point, whatever the program's locale says; @return
 * what lossi_restore_locale() wants to undo it. */
locale_t lossi_use_c_locale(void);
void lossi_restore_locale(locale_t previous);

/** printf into a new string, numbers with a point; NULL when memory is out. Free with free(). */
char *lossi_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Checks a caller's options struct against the library's and copies it over `into`, which holds
 * the defaults. A shorter struct (an older caller) leaves the rest at the defaults; a longer one
 * is refused when its unknown tail is not all zero, or when it is so long that struct_size cannot
 * have been set. `given` may be NULL: the defaults stay. The first member of both is size_t
 * struct_size. Messages begin with the name of the function that was called. */
loss_status lossi_options(void *into, size_t size, const void *given, const char *function);
#define LOSSI_OPTIONS(into, given) lossi_options(&(into), sizeof(into), (given), __func__)
/** Writes a result over a caller's struct, which lossi_options() has checked: what it has room for.
 * Its struct_size stays. */
void lossi_put_result(void *into, const void *result, size_t size);

/** FNV-1a, 64 bits, continued from `digest` (start with LOSSI_DIGEST_INIT). Tells inputs apart;
 * not cryptographic. */
#define LOSSI_DIGEST_INIT 0xcbf29ce484222325u
uint64_t lossi_digest(uint64_t digest, const void *bytes, size_t n);
/** The digest as 16 hexadecimal digits and a NUL. */
void lossi_digest_text(uint64_t digest, char text[17]);

#endif
