/* Counter-based random numbers (Philox 4x32-10, Salmon et al. 2011): any part of a stream can be
 * drawn again anywhere, by any thread, without drawing what comes before it. */
#ifndef LOSSI_RANDOM_H
#define LOSSI_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/** Names a stream. Streams of different keys are independent. */
typedef struct lossi_stream {
    uint32_t key[2];
    uint32_t purpose, detail; /* the upper half of the counter */
} lossi_stream;

/** What a stream is for: part of its key, so that no two uses share numbers. */
typedef enum lossi_purpose {
    LOSSI_RANDOM_INIT = 1,    /* detail: digest of the tensor's name */
    LOSSI_RANDOM_DIRECTION_X, /* the same */
    LOSSI_RANDOM_DIRECTION_Y, /* the same */
    LOSSI_RANDOM_SAMPLE,      /* which images of a dataset */
    LOSSI_RANDOM_SHUFFLE,     /* detail: epoch */
    LOSSI_RANDOM_AUGMENT,     /* detail: epoch; index: image */
    LOSSI_RANDOM_DROPOUT,     /* detail: digest of step and layer; index: element */
    LOSSI_RANDOM_START,       /* of a Krylov space; detail: which start */
    LOSSI_RANDOM_PROBE,       /* of a spectrum; detail: which vector */
    LOSSI_RANDOM_ESTIMATE     /* in which order images are taken; detail: the split */
} lossi_purpose;

lossi_stream lossi_stream_make(uint64_t seed, lossi_purpose purpose, uint32_t detail);

/** Four 32-bit words at position index of the stream. */
void lossi_random_words(const lossi_stream *s, uint64_t index, uint32_t out[4]);

/** Uniform in [0, 1), 53 bits; the value at position index. */
double lossi_random_uniform(const lossi_stream *s, uint64_t index);

/** Uniform whole number in [0, n), from 53 bits: without bias worth the name for 0 < n < 2^40. */
uint64_t lossi_random_below(const lossi_stream *s, uint64_t index, uint64_t n);

/** n values of N(0, 1) at positions first .. first + n - 1 (Box and Muller, in double); first is
 * even. */
void lossi_random_normal_at(const lossi_stream *s, uint64_t first, float *out, size_t n);

/** The 32-bit detail that stands for a name. */
uint32_t lossi_random_detail(const char *name);

#endif
