/* sets.h: which kernel sets this build has. The build says so (kern.cmake): without its definitions
 * there is only ref, as in the double-precision build of the gradient tests. */
#ifndef HG_KERN_SETS_H
#define HG_KERN_SETS_H

#include "kern/kernels.h"

typedef struct hg__set_row {
    const hg__kernels *kernels;
    bool (*runs_here)(void);
} hg__set_row;

static inline bool hg__runs_anywhere(void) { return true; }

extern const hg__kernels hg__kernels_generic, hg__kernels_avx2, hg__kernels_avx512, hg__kernels_avx512bf16,
    hg__kernels_avx512int8, hg__kernels_amxbf16, hg__kernels_neon;

#ifdef HG__KERN_X86
/* Asks the processor and the operating system (cpuid and xgetbv). */
static inline bool hg__runs_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static inline bool hg__runs_avx512(void) { return hg__runs_avx2() && __builtin_cpu_supports("avx512f"); }
static inline bool hg__runs_avx512bf16(void)
{
    return hg__runs_avx512() && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512bf16");
}
static inline bool hg__runs_avx512int8(void) { return hg__runs_avx512() && __builtin_cpu_supports("avx512vnni"); }
#define HG__SETS_X86                                                            \
    {&hg__kernels_avx2, hg__runs_avx2}, {&hg__kernels_avx512, hg__runs_avx512}, \
        {&hg__kernels_avx512bf16, hg__runs_avx512bf16}, {&hg__kernels_avx512int8, hg__runs_avx512int8},
#else
#define HG__SETS_X86
#endif

#ifdef HG__KERN_AMX
/* Asks the system to let this process have tiles. */
bool hg__has_tiles(void);
static inline bool hg__runs_amxbf16(void) { return hg__runs_avx512bf16() && hg__has_tiles(); }
#define HG__SETS_AMX {&hg__kernels_amxbf16, hg__runs_amxbf16},
#else
#define HG__SETS_AMX
#endif

#ifdef HG__KERN_ARM
#define HG__SETS_ARM {&hg__kernels_neon, hg__runs_anywhere}, /* no 64-bit Arm is without it */
#else
#define HG__SETS_ARM
#endif

#ifdef HG__KERN_SIMD
#define HG__SETS_SIMD {&hg__kernels_generic, hg__runs_anywhere}, HG__SETS_X86 HG__SETS_AMX HG__SETS_ARM
#else
#define HG__SETS_SIMD
#endif

/* Lowest first. */
#define HG__SETS {&hg__kernels_ref, hg__runs_anywhere}, HG__SETS_SIMD

#endif
