/* team.c: see team.h. A loop is published by a counter that the workers watch; tasks are handed out by another; each
 * worker counts itself out when there are none left. A worker that has watched in vain for a while sleeps on a
 * condition. */
#define _GNU_SOURCE
#include "base/team.h"
#include "base/arena.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { SPINS = 20000, MOST_THREADS = 1024 };

struct hg__team {
    _Alignas(64) atomic_uint loop;   /* counts the loops published */
    _Alignas(64) atomic_size_t next; /* task not yet taken */
    _Alignas(64) atomic_uint busy;   /* workers still inside the current loop */
    size_t threads, tasks;
    hg__task *fn;
    void *ctx;
    bool quit;
    atomic_int asleep;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct member {
        hg__team *team;
        size_t thread;
        pthread_t id;
    } member[];
};

static inline void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

size_t hg__processors(void)
{
    cpu_set_t set;
    long n = sched_getaffinity(0, sizeof set, &set) ? sysconf(_SC_NPROCESSORS_ONLN) /* more than a set holds */
                                                    : CPU_COUNT(&set);
    return n > 0 ? (size_t)n : 1;
}

size_t hg__near_memory(void)
{
    long size = sysconf(_SC_LEVEL2_CACHE_SIZE);
    return size >= 256 << 10 && size <= 4 << 20 ? (size_t)size : 512 << 10; /* 0: the system does not say */
}

static void take_tasks(hg__team *t, size_t thread)
{
    for (size_t task; (task = atomic_fetch_add_explicit(&t->next, 1, memory_order_relaxed)) < t->tasks;)
        t->fn(t->ctx, task, thread);
}

/* Waits until a loop after `seen` is published: spinning first, then asleep. */
static unsigned await_loop(hg__team *t, unsigned seen)
{
    for (int i = 0; i < SPINS; i++) {
        unsigned now = atomic_load_explicit(&t->loop, memory_order_acquire);
        if (now != seen) return now;
        pause_briefly();
    }
    pthread_mutex_lock(&t->lock);
    atomic_fetch_add(&t->asleep, 1);
    while (atomic_load(&t->loop) == seen) pthread_cond_wait(&t->wake, &t->lock);
    atomic_fetch_sub(&t->asleep, 1);
    pthread_mutex_unlock(&t->lock);
    return atomic_load(&t->loop);
}

static void *work(void *arg)
{
    struct member *me = arg;
    hg__team *t = me->team;
    unsigned seen = 0;
    for (;;) {
        seen = await_loop(t, seen);
        if (t->quit) return NULL;
        take_tasks(t, me->thread);
        atomic_fetch_sub_explicit(&t->busy, 1, memory_order_release);
    }
}

static void publish(hg__team *t)
{
    atomic_store_explicit(&t->next, 0, memory_order_relaxed);
    atomic_store_explicit(&t->busy, (unsigned)t->threads - 1, memory_order_relaxed);
    atomic_fetch_add(&t->loop, 1);
    if (!atomic_load(&t->asleep)) return;
    pthread_mutex_lock(&t->lock);
    pthread_cond_broadcast(&t->wake);
    pthread_mutex_unlock(&t->lock);
}

void hg__team_run(hg__team *t, size_t tasks, hg__task *fn, void *ctx)
{
    if (!t || t->threads == 1 || tasks <= 1) {
        for (size_t task = 0; task < tasks; task++) fn(ctx, task, 0);
        return;
    }
    t->fn = fn, t->ctx = ctx, t->tasks = tasks;
    publish(t);
    take_tasks(t, 0);
    for (unsigned spins = 0; atomic_load_explicit(&t->busy, memory_order_acquire); spins++) {
        if (spins < SPINS) pause_briefly();
        else sched_yield(); /* more threads than processors: let the others on */
    }
}

hg_status hg__team_open(hg__team **team, size_t threads, hg_error *e)
{
    if (!threads) threads = hg__processors();
    if (threads > MOST_THREADS)
        return hg__fail(e, HG_USAGE, "threads", "%zu are too many; %d at most", threads, MOST_THREADS);
    size_t size = hg__align(sizeof(hg__team) + threads * sizeof(struct member));
    hg__team *t = aligned_alloc(64, size);
    if (!t) return hg__fail_memory(e, "threads", size);
    *t = (hg__team){.threads = threads};
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->wake, NULL);
    for (size_t i = 1; i < threads; i++) {
        t->member[i] = (struct member){.team = t, .thread = i};
        if (pthread_create(&t->member[i].id, NULL, work, &t->member[i])) {
            t->threads = i;
            hg__team_close(&t);
            return hg__fail(e, HG_MEMORY, "threads", "the system gives no more than %zu; ask for fewer with --threads",
                            i);
        }
    }
    *team = t;
    return HG_OK;
}

void hg__team_close(hg__team **team)
{
    hg__team *t = *team;
    if (!t) return;
    t->quit = true;
    publish(t);
    for (size_t i = 1; i < t->threads; i++) pthread_join(t->member[i].id, NULL);
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
    free(t);
    *team = NULL;
}

bool hg__team_pin(hg__team *t)
{
    cpu_set_t all, one;
    size_t bound = 0, number = 0; /* processors go round where the team is larger */
    if (!t || sched_getaffinity(0, sizeof all, &all)) return false;
    size_t processors = (size_t)CPU_COUNT(&all);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &all)) continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        for (size_t i = number++; i < t->threads; i += processors)
            if (i) bound += !pthread_setaffinity_np(t->member[i].id, sizeof one, &one);
    }
    return bound;
}

size_t hg__team_size(const hg__team *team) { return team ? team->threads : 1; }
