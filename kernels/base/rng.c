#include "kernels/base/rng.h"

#include <math.h>

void hy_philox(const uint32_t counter[4], uint64_t key, uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)c0 * 0xD2511F53u, b = (uint64_t)c2 * 0xCD9E8D57u;
        uint32_t n0 = (uint32_t)(b >> 32) ^ c1 ^ k0, n2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)b;
        c3 = (uint32_t)a;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

int hy_drop_keeps(uint64_t seed, uint32_t step, uint32_t site, uint64_t element, float p)
{
    uint64_t block = element / HY_DROP_BLOCK;
    unsigned r = (unsigned)(element % HY_DROP_BLOCK);
    uint64_t lane = block * 16 + (r & 15);
    uint32_t counter[4] = {(uint32_t)lane, (uint32_t)(lane >> 32), step, site}, out[4];
    hy_philox(counter, seed, out);
    uint32_t bits = out[r >> 5];
    bits = r & 16 ? bits >> 16 : bits & 0xffffu;
    return bits >= hy_drop_threshold(p);
}

/* FNV-1a, then a finaliser (Stafford's mix 13) so that near names give far keys. */
struct hy_stream hy_stream_open(uint64_t seed, const char *name)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 0x100000001b3u;
    h ^= seed * 0x9E3779B97F4A7C15u;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return (struct hy_stream){h ^ (h >> 31), 0};
}

double hy_stream_uniform(struct hy_stream *s)
{
    uint32_t counter[4] = {(uint32_t)(s->next >> 2), (uint32_t)(s->next >> 34), 0, 0x73747265u}, out[4];
    hy_philox(counter, s->key, out);
    return ((double)out[s->next++ & 3] + 0.5) * 0x1p-32;
}

double hy_stream_normal(struct hy_stream *s)
{
    /* Box-Muller; the sine's partner is thrown away to keep a stream's draws independent of parity */
    double radius = sqrt(-2 * log(hy_stream_uniform(s)));
    return radius * cos(6.283185307179586 * hy_stream_uniform(s));
}
