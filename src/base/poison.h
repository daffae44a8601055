/* poison.h: memory that nobody may touch for now. A build with AddressSanitizer stops at whoever does; in others it is
 * memory like any other. */
#ifndef HG_BASE_POISON_H
#define HG_BASE_POISON_H

#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HG__HAS_ASAN 1 /* clang */
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HG__HAS_ASAN 1 /* gcc */
#endif

#ifdef HG__HAS_ASAN
#include <sanitizer/asan_interface.h>
enum { HG__POISONS = 1 };
static inline void hg__poison(const void *at, size_t n) { __asan_poison_memory_region(at, n); }
static inline void hg__unpoison(const void *at, size_t n) { __asan_unpoison_memory_region(at, n); }
static inline int hg__is_poisoned(const void *at) { return __asan_address_is_poisoned(at); }
#else
enum { HG__POISONS = 0 };
static inline void hg__poison(const void *at, size_t n) { (void)at, (void)n; }
static inline void hg__unpoison(const void *at, size_t n) { (void)at, (void)n; }
static inline int hg__is_poisoned(const void *at) { return (void)at, 0; }
#endif

#endif
