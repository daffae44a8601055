/* team.h: a fixed team of threads that runs one loop at a time.
 *
 * hg__team_run calls fn(ctx, task, thread) once for each task 0 … tasks-1 and returns when all are
 * done. Tasks are begun in order, each by whichever thread is free, so a thread that the system holds up
 * holds up one task; results must not depend on `thread`, which only says whose scratch to use. Between
 * loops the workers spin for a short while (a wake-up costs 30 us, a spin 50 ns), then sleep. */
#ifndef HG_BASE_TEAM_H
#define HG_BASE_TEAM_H

#include "base/fail.h"

typedef struct hg__team hg__team;
typedef void hg__task(void *ctx, size_t task, size_t thread);

/* threads = 0: one per processor this process may use. The caller is thread 0. */
hg_status hg__team_open(hg__team **team, size_t threads, hg_error *e);
void hg__team_close(hg__team **team);

size_t hg__team_size(const hg__team *team); /* NULL: 1 */

/* Binds each worker to a processor of its own among those this process may use, in their order, all but the first,
 * which is left for the caller. The caller itself stays free: it is not the team's, and threads that it starts later
 * would inherit the binding. false: nothing was bound, for there is no worker or the system refuses. */
bool hg__team_pin(hg__team *team);

/* team may be NULL: the caller runs all tasks. */
void hg__team_run(hg__team *team, size_t tasks, hg__task *fn, void *ctx);

size_t hg__processors(void);  /* that this process may run on */
size_t hg__near_memory(void); /* bytes of the cache that a processor has for itself (L2) */

#endif
