/* guard.c - what a child that runs build functions leaves behind for its parent to see.
 *
 * The guard lies in memory that both share. `beat` is odd while a build function runs and grows with each run: a parent
 * that sees the same odd number for too long knows that the function does not end. The journal holds the values that the
 * running build has got.
 *
 * A build function that forks returns twice, and both would go on and fork again: whoever is not the child itself ends
 * at the next build. A page that is wiped when a process forks tells them apart without asking the kernel each time.
 */
#include "space/space.h"
#include "tuner/tuner.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const uint64_t memory_limit_mb = 1024;
static const double build_limit_s = 5;

vvi_guard *vvi_guard_new(void)
{
    void *memory = mmap(NULL, sizeof(vvi_guard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void vvi_guard_free(vvi_guard *guard)
{
    if (guard != NULL) munmap(guard, sizeof *guard);
}

vvi_halt *vvi_halt_new(void)
{
    void *memory = mmap(NULL, sizeof(vvi_halt), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void vvi_halt_free(vvi_halt *halt)
{
    if (halt != NULL) munmap(halt, sizeof *halt);
}

/* ---- in the child ----------------------------------------------------------------------------------------------- */

static const char *make_own(void)
{
#ifdef MADV_WIPEONFORK
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *own = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (own == MAP_FAILED) return NULL;
    *own = 1;
    if (madvise(own, page, MADV_WIPEONFORK) == 0) return own;
    munmap(own, page);
#endif
    return NULL;
}

/* The journal is the other process's, which has gone on. */
static void end_if_forked(const vvi_bound *bound, const vv_hp *hp)
{
    if (bound->own == NULL || *bound->own != 0) return;
    vvi_hp_describe(hp, bound->guard->forked_at, sizeof bound->guard->forked_at);
    bound->guard->forked = true;
    _exit(0);
}

void vvi_guard_enter(const vvi_bound *bound, vv_hp *hp)
{
    vvi_guard *guard = bound->guard;
    if (guard == NULL) return;
    end_if_forked(bound, hp);
    vvi_hp_journal(hp, guard->journal, sizeof guard->journal);
    guard->beat++;
}

void vvi_guard_leave(const vvi_bound *bound, vv_hp *hp)
{
    if (bound->guard == NULL) return;
    end_if_forked(bound, hp);
    bound->guard->beat++;
    vvi_hp_journal(hp, NULL, 0);
}

void vvi_guard_begin(vvi_bound *bound)
{
    vvi_memory_limit(memory_limit_mb);
    bound->own = make_own();
    bound->guard->began_mb = vvi_memory_own_mb();
    bound->guard->beat = 0;
    bound->guard->forked = false;
}

/* ---- in the parent ---------------------------------------------------------------------------------------------- */

bool vvi_guard_is_stuck(vvi_guard_watch *watch)
{
    if (watch->guard == NULL) return false;
    if (watch->guard->forked) return true;
    const uint32_t beat = watch->guard->beat;
    const double now_s = vvi_clock_s();
    if (beat != watch->beat || beat % 2 == 0) {
        watch->beat = beat;
        watch->since_s = now_s;
        return false;
    }
    return now_s - watch->since_s > build_limit_s;
}

static int describe_death(const vvi_guard *guard, const vvi_job_end *end, char *text, size_t size)
{
    char death[64];
    if (guard->forked) return snprintf(text, size, "returned in two processes (fork)");
    if (end->stuck) return snprintf(text, size, "did not end within %g s", build_limit_s);
    const int n = vvi_memory_death(end, guard->began_mb, memory_limit_mb, text, size);
    if (n > 0 || vvi_job_death(end, death, sizeof death) == 0) return n;
    return snprintf(text, size, "crashed (%s)", death);
}

static vv_status tell(const vvi_guard *guard, const char *death, vv_error *error)
{
    char values[sizeof guard->forked_at];
    if (guard->forked) return vvi_fail(error, VV_CRASHED, "the build function %s with %s", death, guard->forked_at);
    if (guard->beat == 0 || vvi_hp_journal_read(guard->journal, sizeof guard->journal, values, sizeof values) == 0)
        return vvi_fail(error, VV_CRASHED, "the build function %s before it had asked for anything", death);
    if (guard->beat % 2 == 0)
        return vvi_fail(error, VV_CRASHED, "the build function's process %s, after a build with %s", death, values);
    return vvi_fail(error, VV_CRASHED, "the build function %s with %s", death, values);
}

vv_status vvi_builder_death(const vvi_guard *guard, const vvi_job_end *end, vv_error *error)
{
    char death[128];
    if (end->failed && end->said.status != VV_NO_MEMORY) return vvi_fail(error, end->said.status, "%s", end->said.text);
    if (end->garbage && !guard->forked)
        return vvi_fail(error, VV_CRASHED, "the build function's process sent something unreadable");
    if (describe_death(guard, end, death, sizeof death) == 0) return VV_OK;
    if (guard->beat % 2 == 0 && end->failed) /* ours; but mostly it is what builds have left behind that fills it */
        return vvi_fail(error, VV_NO_MEMORY,
                        "after %u builds all of the %llu MB are taken; does the build function free what it does not "
                        "return?",
                        (unsigned)guard->beat / 2, (unsigned long long)memory_limit_mb);
    return tell(guard, death, error);
}

vv_status vvi_builder_silence(const vvi_guard *guard, vv_error *error)
{
    return tell(guard, "ended its process", error);
}
