/* crash.c - a writer that dies between any two writes to the disk, or half-way through one, leaves a study that goes on
 * as if nothing had happened. kill.c draws its moments; here they are all of them.
 *
 * SQLite's own way to the disk is wrapped (sqlite3_vfs): the n-th write, sync or truncation does not happen any more, or
 * a write does only by half, and the process is gone. After each such death the study is opened; it holds what the steps
 * that had returned made, and at most what the one under way would have made; then the steps that are missing are made,
 * and it is the study of an undisturbed writer. */
#include "study_helper.h"

#include "base/base.h"
#include "study/study.h"

#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* ---- the disk ------------------------------------------------------------------------------------------------------ */

static long writes_left; /* until death */
static bool by_half;
static sqlite3_vfs *system_vfs, own_vfs;

/* SQLite has several tables of functions, by the kind of file. */
typedef struct wrapped {
    sqlite3_io_methods own; /* what a file points to */
    const sqlite3_io_methods *system;
} wrapped;
static wrapped tables[8];

static const sqlite3_io_methods *system_of(const sqlite3_file *file)
{
    return ((const wrapped *)(const void *)file->pMethods)->system;
}

static void come_closer(void)
{
    if (--writes_left == 0) raise(SIGKILL);
}

static int write_file_at(sqlite3_file *file, const void *data, int n, sqlite3_int64 at)
{
    if (by_half && writes_left == 1) system_of(file)->xWrite(file, data, n / 2, at);
    come_closer();
    return system_of(file)->xWrite(file, data, n, at);
}

static int sync_file(sqlite3_file *file, int flags)
{
    come_closer();
    return system_of(file)->xSync(file, flags);
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    come_closer();
    return system_of(file)->xTruncate(file, size);
}

static const sqlite3_io_methods *wrap(const sqlite3_io_methods *methods)
{
    size_t i = 0;
    while (tables[i].system != NULL && tables[i].system != methods) i++;
    assert_true(i + 1 < sizeof tables / sizeof *tables);
    tables[i] = (wrapped){ .own = *methods, .system = methods };
    tables[i].own.xWrite = write_file_at;
    tables[i].own.xSync = sync_file;
    tables[i].own.xTruncate = truncate_file;
    return &tables[i].own;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *got)
{
    (void)vfs;
    const int code = system_vfs->xOpen(system_vfs, name, file, flags, got);
    if (file->pMethods != NULL) file->pMethods = wrap(file->pMethods);
    return code;
}

/* From now on, in this process. */
static void die_after(long writes, bool half)
{
    writes_left = writes;
    by_half = half;
    system_vfs = sqlite3_vfs_find(NULL);
    own_vfs = *system_vfs;
    own_vfs.zName = "dying";
    own_vfs.xOpen = open_file;
    sqlite3_vfs_register(&own_vfs, 1);
}

/* ---- the steps ------------------------------------------------------------------------------------------------------- */

static const char *const names[] = { "loss", "val_loss" };
static const double pair[] = { 0.5, 0.25 };

static vv_status begin(vv_study *study, bool waiting)
{
    int id = -1;
    const vv_value one = { VV_VALUE_INT, { .i = 1 } };
    const vv_domain domain = {
        .kind = VV_DOMAIN_FIXED, .type = VV_VALUE_INT, .values = &one, .n_values = 1, .default_value = one
    };
    const vv_active values[] = { { .name = "a", .domain = domain, .value = one },
                                 { .name = "b", .domain = domain, .value = one } };
    return vvi_trial_begin(study, &(vvi_beginning){ .values = values, .n_values = 2, .waiting = waiting }, &id, NULL);
}

static vv_status claim(vv_study *study)
{
    int id = -1;
    const vv_status status = vv_trial_claim(study, &id, NULL);
    return status == VV_OK && id < 0 ? VV_NOT_FOUND : status;
}

static vv_status end(vv_study *study, int id, vv_trial_status status)
{
    const vv_trial_result result = { .status = status, .scores = pair, .n_scores = 2, .reason = "why", .seconds = 1 };
    return status == VV_TRIAL_PAUSED ? vv_trial_pause(study, id, &result, NULL)
                                     : vv_trial_end(study, id, &result, NULL);
}

static vv_status add_batch(vv_study *study)
{
    vv_status status = vvi_study_batch_begin(study, NULL);
    if (status != VV_OK) return status;
    for (int id = 2; status == VV_OK && id < 5; id++) {
        status = begin(study, false);
        if (status == VV_OK) status = vv_trial_epoch(study, id, 0, 0, names, pair, 2, NULL);
        if (status == VV_OK) status = end(study, id, VV_TRIAL_FAILED);
    }
    return vvi_study_batch_end(study, status, NULL);
}

enum { STEPS = 16 };

static vv_status do_step(vv_study *study, int step)
{
    switch (step) {
    case 0:
        return begin(study, true);
    case 1:
        return claim(study);
    case 2:
        return vv_trial_epoch(study, 0, 0, 0, names, pair, 2, NULL);
    case 3:
        return vv_trial_execution(study, 0, 0, 0, 0.5, 1, NULL);
    case 4:
        return vv_trial_retry(study, 0, "crashed", 1, NULL);
    case 5:
        return claim(study);
    case 6:
        return vv_trial_epoch(study, 0, 0, 0, names, pair, 2, NULL);
    case 7:
        return vv_trial_execution(study, 0, 0, 0, 0.5, 1, NULL);
    case 8:
        return end(study, 0, VV_TRIAL_PAUSED);
    case 9:
        return begin(study, false);
    case 10:
        return end(study, 1, VV_TRIAL_INTERRUPTED);
    case 11:
        return vv_trial_wake(study, 0, 9, NULL);
    case 12:
        return claim(study);
    case 13:
        return vv_trial_epoch(study, 0, 0, 1, names, pair, 2, NULL);
    case 14:
        return end(study, 0, VV_TRIAL_COMPLETED);
    default:
        return add_batch(study);
    }
}

/* After which a worker holds a trial, which one that goes on must claim again. */
static bool holds_one(int steps)
{
    static const bool holds[STEPS + 1] = {
        [2] = true, [3] = true, [4] = true, [6] = true, [7] = true, [8] = true, [10] = true, [13] = true, [14] = true
    };
    return holds[steps];
}

static vv_status do_steps(const char *project, int from, volatile int *done)
{
    vv_study *study = NULL;
    vv_status status = vv_study_open(project, VV_STUDY_WRITE, &study, NULL);
    if (status == VV_OK && holds_one(from)) status = claim(study);
    for (int step = from; status == VV_OK && step < STEPS; step++) {
        status = do_step(study, step);
        if (status == VV_OK && done != NULL) *done = step + 1;
    }
    vv_study_close(study);
    return status;
}

/* ---- what a study holds ---------------------------------------------------------------------------------------------- */

/* Without times and names of workers. RUNNING is INTERRUPTED: nobody is there. */
static void describe(const char *project, vvi_text *text)
{
    vv_trials trials;
    vv_study *study = open_study(project, VV_STUDY_WRITE); /* which looks for damage */
    must(vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, NULL), NULL);
    for (size_t i = 0; i < trials.n; i++) {
        const vv_trial *t = &trials.list[i];
        const bool said = t->reason != NULL && t->status != VV_TRIAL_INTERRUPTED;
        vvi_text_printf(text, "%d %s %s %zu/%g %zu values %d/%d/%d epochs, %zu executions, %zu attempts:", t->id,
                        vv_trial_status_name(t->status), said ? t->reason : "", t->n_scores, t->score, t->n_values,
                        t->epochs, t->epochs_total, t->goal, t->n_executions, t->n_attempts);
        for (size_t c = 0; c < t->n_curves; c++)
            for (size_t e = 0; e < t->curves[c].n; e++) vvi_text_printf(text, " %g", t->curves[c].values[e]);
        vvi_text_printf(text, "\n");
    }
    vv_trials_free(&trials);
    vv_study_close(study);
}

/* What it is after so many steps of a writer that then closed it. */
static void describe_steps(const place *p, int steps, vvi_text *text)
{
    vv_study *study = open_study(p->project, VV_STUDY_OVERWRITE);
    for (int step = 0; step < steps; step++) must(do_step(study, step), NULL);
    vv_study_close(study);
    describe(p->project, text);
}

/* ---- all deaths -------------------------------------------------------------------------------------------------------- */

/* True: it died. *done: steps that had returned. */
static bool die(const char *project, long writes, bool half, volatile int *done)
{
    int how = 0;
    *done = 0;
    const pid_t pid = fork();
    if (pid == 0) {
        die_after(writes, half);
        _exit(do_steps(project, 0, done) != VV_OK);
    }
    waitpid(pid, &how, 0);
    assert_true(WIFSIGNALED(how) || WEXITSTATUS(how) == 0);
    return WIFSIGNALED(how);
}

static int check_death(const char *project, const vvi_text *after, int done)
{
    vvi_text found = { 0 };
    describe(project, &found);
    const char *text = found.data == NULL ? "" : found.data;
    int steps = done;
    while (steps <= done + 1 && steps <= STEPS && strcmp(text, after[steps].data) != 0) steps++;
    if (steps > done + 1 || steps > STEPS) fail_msg("after %d steps:\n%s\nnot:\n%s", done, text, after[done].data);
    vvi_text_deinit(&found);
    return steps;
}

static void die_everywhere(const place *p, const vvi_text *after, bool half)
{
    int *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    long writes = 1;
    for (;; writes++) {
        vv_study *study = open_study(p->project, VV_STUDY_OVERWRITE);
        vv_study_close(study);
        if (!die(p->project, writes, half, shared)) break;
        const int steps = check_death(p->project, after, *shared);
        must(do_steps(p->project, steps, NULL), NULL);
        check_death(p->project, after, STEPS);
    }
    assert_true(writes > 4 * STEPS); /* a step writes several times */
    print_message("%ld deaths%s\n", writes - 1, half ? ", half-way" : "");
    munmap(shared, sizeof *shared);
}

static void a_writer_may_die_between_any_two_writes(void **state)
{
    const place *p = *state;
    vvi_text after[STEPS + 1] = { { 0 } };
    for (int steps = 0; steps <= STEPS; steps++) {
        describe_steps(p, steps, &after[steps]);
        vvi_text_printf(&after[steps], "%s", "");
    }
    die_everywhere(p, after, false);
    die_everywhere(p, after, true);
    for (int steps = 0; steps <= STEPS; steps++) vvi_text_deinit(&after[steps]);
}

/* Some hundreds of studies: in memory, where there is room for them, since what is synced does not matter here. */
static int begin_in_memory(void **state)
{
    static const char fast[] = "/dev/shm";
    if (place_begin(state) != 0) return -1;
    place *p = *state;
    if (access(fast, W_OK) != 0) return 0;
    if (rmdir(p->root) != 0) return -1;
    snprintf(p->root, sizeof p->root, "%s/varve-test-XXXXXX", fast);
    if (mkdtemp(p->root) == NULL) return -1;
    snprintf(p->project, sizeof p->project, "%s/project", p->root);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(a_writer_may_die_between_any_two_writes,
                                                                        begin_in_memory, place_end) };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
