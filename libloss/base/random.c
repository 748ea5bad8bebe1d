/* Philox 4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011. */
#include "base/random.h"

#include <math.h>
#include <string.h>

#include "base/base.h"

lossi_stream lossi_stream_make(uint64_t seed, lossi_purpose purpose, uint32_t detail)
{
    return (lossi_stream){{(uint32_t)seed, (uint32_t)(seed >> 32)}, (uint32_t)purpose, detail};
}

void lossi_random_words(const lossi_stream *s, uint64_t index, uint32_t out[4])
{
    uint32_t c[4] = {(uint32_t)index, (uint32_t)(index >> 32), s->detail, s->purpose};
    uint32_t k0 = s->key[0], k1 = s->key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c[0];
        uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2];
        uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ c[1] ^ k0, (uint32_t)p1,
                            (uint32_t)(p0 >> 32) ^ c[3] ^ k1, (uint32_t)p0};
        memcpy(c, next, sizeof c);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    memcpy(out, c, sizeof c);
}

static double unit(uint32_t high, uint32_t low)
{
    uint64_t bits = ((uint64_t)high << 32 | low) >> 11;
    return (double)bits * 0x1p-53;
}

double lossi_random_uniform(const lossi_stream *s, uint64_t index)
{
    uint32_t w[4];
    lossi_random_words(s, index, w);
    return unit(w[0], w[1]);
}

uint64_t lossi_random_below(const lossi_stream *s, uint64_t index, uint64_t n)
{
    uint32_t w[4];
    lossi_random_words(s, index, w);
    return (uint64_t)((double)n * unit(w[0], w[1]));
}

void lossi_random_normal_at(const lossi_stream *s, uint64_t first, float *out, size_t n)
{
    const double two_pi = 6.283185307179586476925;
    for (size_t i = 0; i < n; i += 2) {
        uint32_t w[4];
        lossi_random_words(s, (first + i) / 2, w);
        double radius = sqrt(-2 * log(1 - unit(w[0], w[1]))); /* 1 - u is never 0 */
        double angle = two_pi * unit(w[2], w[3]);
        out[i] = (float)(radius * cos(angle));
        if (i + 1 < n)
            out[i + 1] = (float)(radius * sin(angle));
    }
}

uint32_t lossi_random_detail(const char *name)
{
    uint64_t digest = lossi_digest(LOSSI_DIGEST_INIT, name, strlen(name));
    return (uint32_t)(digest ^ digest >> 32);
}
