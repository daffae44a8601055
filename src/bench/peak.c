/* peak.c: measures the multiply-add peak: twelve chains of independent sums in registers, enough to
 * hide the latency. Where no wide multiply-add is known it counts a product and a sum in the
 * compiler's own 4-lane vectors. */
#include "bench/peak.h"

#include "base/clock.h"

enum { ROUNDS = 20000, CHAINS = 12, BURSTS = 8, LEAST = 6, STRETCHES = 5, MOST_THREADS = 1024, LINE = 8 };
static const double stretch = 0.0004; /* seconds */

double hg__best_time(hg__work *work, void *ctx)
{
    double start = hg__seconds(), best = 0;
    work(ctx); /* the first call finds nothing in the caches */
    size_t times = 1 + (size_t)(stretch / (hg__seconds() - start + 1e-9));
    for (int i = 0; i < STRETCHES; i++) {
        start = hg__seconds();
        for (size_t k = 0; k < times; k++) work(ctx);
        double time = (hg__seconds() - start) / (double)times;
        if (!i || time < best) best = time;
    }
    return best;
}

/* Each burst gives the operations it has done, and a sum, so that the work cannot be left out. */
#ifdef __aarch64__
#include <arm_neon.h>

static double burst(float x, float *sum)
{
    enum { MORE_CHAINS = 16 }; /* a processor may have four units, and each an answer after four cycles */
    float32x4_t s[MORE_CHAINS], a = vdupq_n_f32(x);
    for (int k = 0; k < MORE_CHAINS; k++) s[k] = a;
    for (int i = 0; i < ROUNDS; i++)
        for (int k = 0; k < MORE_CHAINS; k++) s[k] = vfmaq_f32(s[k], a, a);
    for (int k = 0; k < MORE_CHAINS; k++) *sum += vgetq_lane_f32(s[k], 0);
    return 2.0 * 4 * MORE_CHAINS * ROUNDS;
}
#else
typedef float vec4 __attribute__((vector_size(16)));

static double burst_plain(float x, float *sum)
{
    vec4 s[CHAINS] = {{0}}, a = x - (vec4){0};
    for (int i = 0; i < ROUNDS; i++)
        for (int k = 0; k < CHAINS; k++) s[k] = s[k] * a + a;
    for (int k = 0; k < CHAINS; k++) *sum += s[k][0];
    return 2.0 * 4 * CHAINS * ROUNDS;
}

#ifdef __x86_64__
#include <immintrin.h>

__attribute__((target("avx2,fma"))) static double burst_avx2(float x, float *sum)
{
    __m256 s[CHAINS], a = _mm256_set1_ps(x);
    for (int k = 0; k < CHAINS; k++) s[k] = a;
    for (int i = 0; i < ROUNDS; i++)
        for (int k = 0; k < CHAINS; k++) s[k] = _mm256_fmadd_ps(s[k], a, a);
    for (int k = 0; k < CHAINS; k++) *sum += _mm256_cvtss_f32(s[k]);
    return 2.0 * 8 * CHAINS * ROUNDS;
}

__attribute__((target("avx512f"))) static double burst_avx512(float x, float *sum)
{
    __m512 s[CHAINS], a = _mm512_set1_ps(x);
    for (int k = 0; k < CHAINS; k++) s[k] = a;
    for (int i = 0; i < ROUNDS; i++)
        for (int k = 0; k < CHAINS; k++) s[k] = _mm512_fmadd_ps(s[k], a, a);
    for (int k = 0; k < CHAINS; k++) *sum += _mm512_cvtss_f32(s[k]);
    return 2.0 * 16 * CHAINS * ROUNDS;
}

static double burst(float x, float *sum)
{
    if (__builtin_cpu_supports("avx512f")) return burst_avx512(x, sum);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return burst_avx2(x, sum);
    return burst_plain(x, sum);
}
#else
static double burst(float x, float *sum) { return burst_plain(x, sum); }
#endif
#endif

/* Several bursts, so that a thread that comes a little late does not matter. Each thread counts in a cache line of its
 * own. */
static void burst_task(void *ctx, size_t task, size_t thread)
{
    volatile float x = 0.5f, kept;
    double *done = ctx;
    float sum = 0;
    (void)thread;
    done[task * LINE] = 0;
    for (int i = 0; i < BURSTS; i++) done[task * LINE] += burst(x, &sum);
    kept = sum;
    (void)kept;
}

double hg__peak(hg__team *team, double seconds)
{
    double done[MOST_THREADS * LINE], end = hg__seconds() + seconds, best = 0;
    size_t threads = hg__team_size(team) < MOST_THREADS ? hg__team_size(team) : MOST_THREADS;
    for (int round = 0; round < LEAST || hg__seconds() < end; round++) {
        double start = hg__seconds(), all = 0;
        hg__team_run(team, threads, burst_task, done);
        double time = hg__seconds() - start;
        for (size_t i = 0; i < threads; i++) all += done[i * LINE];
        if (all / time > best) best = all / time;
    }
    return best;
}
