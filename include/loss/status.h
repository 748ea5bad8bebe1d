/* Status codes, messages and the version of the library.
 *
 * Every function that can fail returns a loss_status. LOSS_OK is 0, so `if (st)` reads "if it
 * failed". The library never exits, aborts or prints: what went wrong is told by
 * loss_last_message(). */
#ifndef LOSS_STATUS_H
#define LOSS_STATUS_H

#if defined(__GNUC__)
#define LOSS_API __attribute__((visibility("default")))
#else
#define LOSS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** What a call came to. The numbers are pinned and grouped; new codes take free numbers of a group.
 *  Since 0.1. */
typedef enum loss_status {
    LOSS_OK = 0, /**< it worked */

    /* The caller's words. */
    LOSS_ERR_ARGUMENT = 10, /**< an argument or option is out of its range */
    LOSS_ERR_SHAPE = 11,    /**< dimensions that do not fit each other */
    LOSS_ERR_NAME = 12, /**< no such model, tensor, norm, ...: the message gives the nearest name */
    /** Inf or NaN where the answer needs numbers: a Hessian where there is no loss */
    LOSS_ERR_NOT_FINITE = 13,

    /* Files. */
    /** the system refused to open, read or write (no file, no space, no right) */
    LOSS_ERR_IO = 20,
    LOSS_ERR_FORMAT = 21, /**< the contents are not what they should be */
    /** a valid file that belongs to something else (other weights, other grid) */
    LOSS_ERR_MISMATCH = 22,

    /* The machine. */
    LOSS_ERR_NOMEM = 30,  /**< out of memory */
    LOSS_ERR_SYSTEM = 31, /**< a thread or another resource could not be had */

    /* The user. */
    LOSS_ERR_CANCELLED = 40 /**< stopped on request; everything finished so far is kept */
} loss_status;

/** The code's name, such as "LOSS_ERR_FORMAT". Static storage; "unknown status" for other numbers.
 *  Threads: any. Since 0.1. */
LOSS_API const char *loss_status_name(loss_status status);

/** The message of the last failure in this thread: what was expected and what was found, in one
 *  line without a line break. Valid until the next failing call in the same thread; "" before the
 *  first. Threads: any. Since 0.1. */
LOSS_API const char *loss_last_message(void);

/** The status that the last failure in this thread ended with, whose message loss_last_message()
 *  gives; LOSS_OK before the first. A program with failures of its own tells by it whether the
 *  message is about them. Threads: any. Since 0.1. */
LOSS_API loss_status loss_last_status(void);

/** Frees a string that the library gave to its caller; NULL is a no-op. Threads: any. Since 0.1. */
LOSS_API void loss_string_free(char *string);

/** Version of these headers, MAJOR.MINOR.PATCH: the first number. Since 0.1. */
#define LOSS_VERSION_MAJOR 0

/** The second number of the version. Since 0.1. */
#define LOSS_VERSION_MINOR 1

/** The third number of the version. Since 0.1. */
#define LOSS_VERSION_PATCH 0

/** The version that was compiled against, as one number that grows: 100 for 0.1.0. Since 0.1. */
#define LOSS_VERSION_NUMBER                                                                        \
    (LOSS_VERSION_MAJOR * 10000 + LOSS_VERSION_MINOR * 100 + LOSS_VERSION_PATCH)

/** Version of the library that is running, such as "0.1.0". Static storage. Threads: any.
 *  Since 0.1. */
LOSS_API const char *loss_version(void);

/** The same as a number, to be held against LOSS_VERSION_NUMBER. Threads: any. Since 0.1. */
LOSS_API int loss_version_number(void);

/** Name of the kernel set in use, one of loss_isa_sets(), or "none" if LOSS_ISA names a set that
 *  this processor does not run. Chosen once, at the first use: the fastest set, or the one that the
 *  environment variable LOSS_ISA names. Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_isa(void);

/** The kernel sets that this processor runs, fastest first, with a space between them, such as
 *  "avx512 avx2 blas ref". Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_isa_sets(void);

#ifdef __cplusplus
}
#endif
#endif
