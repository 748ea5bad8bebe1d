/* Memory, text, digests and options structs. */
#include "base/base.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CACHE_LINE = 64, HUGE_PAGE = 2 * 1024 * 1024, LONGEST_OPTIONS = 4096 };

bool lossi_reserve(void **items, size_t *capacity, size_t n, size_t size)
{
    if (n < *capacity)
        return true;
    size_t wanted = *capacity ? 2 * *capacity : 16, bytes;
    void *grown = lossi_mul(wanted, size, &bytes) ? realloc(*items, bytes) : NULL;
    if (!grown)
        return false;
    *items = grown;
    *capacity = wanted;
    return true;
}

bool lossi_mul(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

/* n * size bytes and up to `alignment` more, a multiple of it, zeroed from the first to the last
 * that was asked for. */
static void *alloc_aligned(size_t n, size_t size, size_t alignment)
{
    size_t bytes;
    if (!lossi_mul(n, size, &bytes) || bytes > SIZE_MAX - alignment)
        return NULL;
    /* aligned_alloc wants a multiple of the alignment; one more keeps a zero size a real
     * pointer. */
    size_t rounded = bytes / alignment * alignment + alignment;
    void *memory = aligned_alloc(alignment, rounded);
#ifdef MADV_HUGEPAGE
    if (memory && alignment == HUGE_PAGE)
        madvise(memory, rounded,
                MADV_HUGEPAGE); /* a wish: small pages serve as well, more slowly */
#endif
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

void *lossi_alloc(size_t n, size_t size)
{
    return alloc_aligned(n, size, CACHE_LINE);
}

void *lossi_alloc_huge(size_t n, size_t size)
{
    size_t bytes;
    bool is_large = lossi_mul(n, size, &bytes) && bytes >= HUGE_PAGE / 8;
    return alloc_aligned(n, size, is_large ? HUGE_PAGE : CACHE_LINE);
}

char *lossi_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

static pthread_once_t locale_once = PTHREAD_ONCE_INIT;
static locale_t c_locale; /* made once, kept for the life of the process */

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

locale_t lossi_use_c_locale(void)
{
    pthread_once(&locale_once, make_c_locale);
    return uselocale(c_locale);
}

void lossi_restore_locale(locale_t previous)
{
    uselocale(previous);
}

char *lossi_format(const char *format, ...)
{
    locale_t previous = lossi_use_c_locale();
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    lossi_restore_locale(previous);
    return text;
}

loss_status lossi_options(void *into, size_t size, const void *given, const char *function)
{
    if (!given)
        return LOSS_OK;
    size_t given_size;
    memcpy(&given_size, given, sizeof given_size);
    if (given_size < sizeof given_size || given_size > LONGEST_OPTIONS)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: struct_size is %zu; start from the _INIT macro",
                          function, given_size);
    for (size_t i = size; i < given_size; i++)
        if (((const unsigned char *)given)[i])
            return lossi_fail(LOSS_ERR_ARGUMENT,
                              "%s: a struct of %zu bytes sets what this version lacks: it has %zu "
                              "bytes",
                              function, given_size, size);
    memcpy(into, given, given_size < size ? given_size : size);
    memcpy(into, &size, sizeof size);
    return LOSS_OK;
}

void lossi_put_result(void *into, const void *result, size_t size)
{
    size_t given_size;
    memcpy(&given_size, into, sizeof given_size);
    memcpy(into, result, given_size < size ? given_size : size);
    memcpy(into, &given_size, sizeof given_size);
}

uint64_t lossi_digest(uint64_t digest, const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < n; i++)
        digest = (digest ^ b[i]) * 0x100000001b3u;
    return digest;
}

void lossi_digest_text(uint64_t digest, char text[17])
{
    snprintf(text, 17, "%016llx", (unsigned long long)digest);
}
