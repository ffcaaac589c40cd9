/* study_claims.c - what workers at one PostgreSQL cost it: calls per second, and how long each takes. One JSON line a run.
 *
 *     bench_study_claims URL FOLDER MODE WORKERS STORED TRIAL_MS SECONDS [LISTENERS]
 *
 * MODE   trials   each worker claims a trial that waits, takes up to TRIAL_MS for it (uniform, mean half of it), ends it
 *        begins   each worker begins a trial of its own and ends it
 *        epochs   each worker reports epoch after epoch of one trial
 *        beats    each worker renews its lease, without a pause
 * STORED finished trials are there before. FOLDER is on the server's disk: what a write of 8 KiB and its sync take there is
 * measured before ("sync_ms"), since every commit waits for that; "-": it does not. LISTENERS further workers do nothing but hear. Workers are processes on the
 * machine of the server (URL without "#NAME"; the study "bench" is made there and removed). Latencies are in milliseconds.
 */
#include "base/base.h"
#include "study/handle.h"
#include "study/stores/postgresql.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_WORKERS = 512, MOST_CALLS = 1 << 16, CALLS = 2 };

/* What one worker measured; shared with the parent. */
typedef struct figures {
    int n[CALLS];
    float ms[CALLS][MOST_CALLS];
} figures;

typedef struct run {
    char where[512];
    const char *url, *mode;
    int workers, stored, trial_ms, listeners;
    double seconds;
    figures *figures;
    volatile int *state; /* [0]: workers that are ready; [1]: go; [2]: stop */
} run;

static void must(vv_status status, const vv_error *error)
{
    if (status == VV_OK) return;
    fprintf(stderr, "bench_study_claims: %s: %s\n", vv_status_name(status), error->text);
    exit(1);
}

/* ---- calls ------------------------------------------------------------------------------------------------------- */

static void keep(figures *f, int call, double began_s)
{
    if (f->n[call] < MOST_CALLS) f->ms[call][f->n[call]] = (float)((vvi_clock_s() - began_s) * 1e3);
    f->n[call]++;
}

static void end(vv_study *study, int id, figures *f)
{
    vv_error error = { 0 };
    const double score = id, began_s = vvi_clock_s();
    const vv_trial_result result = { .status = VV_TRIAL_COMPLETED, .scores = &score, .n_scores = 1, .seconds = 1 };
    must(vv_trial_end(study, id, &result, &error), &error);
    keep(f, 1, began_s);
}

/* false: there is nothing left. */
static bool work_trials(vv_study *study, const run *r, figures *f)
{
    int id = -1;
    vv_error error = { 0 };
    const double began_s = vvi_clock_s();
    must(vv_trial_claim(study, &id, &error), &error);
    if (id < 0) return false;
    keep(f, 0, began_s);
    if (r->trial_ms > 0) usleep((useconds_t)(random() % (r->trial_ms * 1000L)));
    end(study, id, f);
    return true;
}

static bool work_begins(vv_study *study, const run *r, figures *f)
{
    (void)r;
    int id = -1;
    vv_error error = { 0 };
    vv_hp *hp = vv_hp_new(NULL);
    vv_int(hp, "layers", .min = 1, .max = 5);
    vv_float(hp, "rate", .min = 1e-5, .max = 0.1, .sampling = VV_SAMPLE_LOG);
    const double began_s = vvi_clock_s();
    must(vv_trial_begin(study, hp, "{}", &id, &error), &error);
    keep(f, 0, began_s);
    vv_hp_free(hp);
    end(study, id, f);
    return true;
}

static bool work_epochs(vv_study *study, const run *r, figures *f)
{
    static const char *const names[] = { "loss", "accuracy", "val_loss", "val_accuracy" };
    static int id = -1, epoch;
    (void)r;
    vv_error error = { 0 };
    if (id < 0) must(vv_trial_claim(study, &id, &error), &error);
    const double began_s = vvi_clock_s(), values[] = { 1, 2, 3, 4 };
    must(vv_trial_epoch(study, id, 0, epoch++, names, values, 4, &error), &error);
    keep(f, 0, began_s);
    return true;
}

static bool work_beats(vv_study *study, const run *r, figures *f)
{
    static int id = -1;
    (void)r;
    bool lost = false;
    vv_error error = { 0 };
    if (id < 0) must(vv_trial_claim(study, &id, &error), &error);
    ((vvi_pg *)study->state)->beaten_s = 0; /* else it would write every 20 seconds */
    const double began_s = vvi_clock_s();
    must(vvi_study_beat(study, &(vvi_beat){ .slots = 1, .ids = &id, .lost = &lost, .n = 1 }, &error), &error);
    keep(f, 0, began_s);
    return true;
}

static const struct mode {
    const char *name, *calls[CALLS];
    bool (*work)(vv_study *study, const run *r, figures *f);
} modes[] = {
    { "trials", { "claim", "end" }, work_trials },
    { "begins", { "begin", "end" }, work_begins },
    { "epochs", { "epoch" }, work_epochs },
    { "beats", { "beat" }, work_beats },
};

static const struct mode *find_mode(const char *name)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(modes[i].name, name) == 0) return &modes[i];
    fprintf(stderr, "bench_study_claims: no mode %s\n", name);
    exit(2);
}

/* ---- processes --------------------------------------------------------------------------------------------------- */

static vv_study *open_worker(const run *r)
{
    vv_error error = { 0 };
    vv_study *study = NULL;
    must(vv_study_open(r->where, VV_STUDY_WRITE, &study, &error), &error);
    return study;
}

static void work(const run *r, int index)
{
    const struct mode *mode = find_mode(r->mode);
    srandom((unsigned)index);
    vv_study *study = open_worker(r);
    mode->work(study, r, &r->figures[index]); /* the first call of a connection prepares it */
    memset(&r->figures[index], 0, sizeof r->figures[index]);
    __atomic_fetch_add(&r->state[0], 1, __ATOMIC_SEQ_CST);
    while (r->state[1] == 0) usleep(1000);
    usleep((useconds_t)(random() % 1000 * r->trial_ms)); /* not all at once */
    while (r->state[2] == 0 && mode->work(study, r, &r->figures[index])) continue;
    vv_study_close(study);
}

static void listen_only(const run *r)
{
    vv_study *study = open_worker(r);
    struct pollfd fd = { .fd = vvi_study_ear(study), .events = POLLIN };
    __atomic_fetch_add(&r->state[0], 1, __ATOMIC_SEQ_CST);
    while (r->state[2] == 0)
        if (poll(&fd, 1, 100) > 0) vvi_study_hear(study, NULL);
    vv_study_close(study);
}

static double work_all(const run *r)
{
    for (int i = 0; i < r->workers + r->listeners; i++) {
        if (fork() != 0) continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (i < r->workers)
            work(r, i);
        else
            listen_only(r);
        exit(0);
    }
    while (r->state[0] < r->workers + r->listeners) usleep(1000);
    const double began_s = vvi_clock_s();
    r->state[1] = 1;
    usleep((useconds_t)(r->seconds * 1e6));
    r->state[2] = 1;
    const double took_s = vvi_clock_s() - began_s;
    for (int status = 0; wait(&status) > 0;)
        if (status != 0) exit(1);
    return took_s;
}

/* ---- the study --------------------------------------------------------------------------------------------------- */

static void say(const run *r, const char *format, ...)
{
    char text[2000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    PGconn *connection = PQconnectdb(r->url);
    PGresult *result = PQexec(connection, text);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        fprintf(stderr, "bench_study_claims: %s", PQerrorMessage(connection));
        exit(1);
    }
    PQclear(result);
    PQfinish(connection);
}

/* Finished trials, then enough of those that wait. */
static void fill(const run *r)
{
    const int waiting = r->workers + (strcmp(r->mode, "trials") == 0 ? (int)(r->seconds * 5000) : 0);
    vv_error error = { 0 };
    vv_study *study = NULL;
    must(vv_study_open(r->where, VV_STUDY_OVERWRITE, &study, &error), &error);
    vv_study_close(study);
    say(r,
        "INSERT INTO varve.trials (study, id, status, goal, epochs, epochs_total, scores, seconds, worker, began, "
        "ended)"
        " SELECT s.id, i, 'COMPLETED', 0, 10, 10, ARRAY[i / 1e6], 1, 'somebody', now(), now()"
        " FROM varve.studies s, generate_series(0, %d) i WHERE name = 'bench'",
        r->stored - 1);
    say(r,
        "INSERT INTO varve.trials (study, id, status, goal) SELECT s.id, i, 'WAITING', 0"
        " FROM varve.studies s, generate_series(%d, %d) i WHERE name = 'bench'",
        r->stored, r->stored + waiting - 1);
    say(r, "INSERT INTO varve.builds SELECT study, t.id, '{1,2,3,4}', '{1,0.1,adam,3}', repeat('{\"layer\": 1}', 20)"
           " FROM varve.trials t JOIN varve.studies s ON s.id = study WHERE name = 'bench'");
    say(r, "VACUUM ANALYZE varve.trials");
    say(r, "CHECKPOINT");
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The median of some. */
static double measure_sync(const char *folder)
{
    enum { SYNCS = 51 };
    static const char page[8192];
    char path[512];
    float ms[SYNCS];
    snprintf(path, sizeof path, "%s/sync", folder);
    if (strcmp(folder, "-") == 0) return -1;
    const int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    for (int i = 0; fd >= 0 && i < SYNCS; i++) {
        const double began_s = vvi_clock_s();
        if (write(fd, page, sizeof page) != (ssize_t)sizeof page || fdatasync(fd) != 0) exit(1);
        ms[i] = (float)((vvi_clock_s() - began_s) * 1e3);
    }
    if (fd < 0 || close(fd) != 0) exit(1);
    unlink(path);
    qsort(ms, SYNCS, sizeof *ms, compare_floats);
    return (double)ms[SYNCS / 2];
}

static void print_call(const run *r, const char *name, int call, double took_s)
{
    size_t n = 0, total = 0;
    float *all = malloc((size_t)r->workers * MOST_CALLS * sizeof *all);
    if (all == NULL) exit(1);
    for (int i = 0; i < r->workers; i++) {
        const int kept = r->figures[i].n[call] < MOST_CALLS ? r->figures[i].n[call] : MOST_CALLS;
        memcpy(all + n, r->figures[i].ms[call], (size_t)kept * sizeof *all);
        n += (size_t)kept;
        total += (size_t)r->figures[i].n[call];
    }
    qsort(all, n, sizeof *all, compare_floats);
    printf(",\"%s\":{\"n\":%zu,\"per_s\":%.1f", name, total, (double)total / took_s);
    if (n > 0)
        printf(",\"p50_ms\":%.3f,\"p95_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f", (double)all[n / 2],
               (double)all[n * 95 / 100], (double)all[n * 99 / 100], (double)all[n - 1]);
    printf("}");
    free(all);
}

static void *shared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) exit(1);
    return memory;
}

int main(int argc, char **argv)
{
    if (argc < 8) {
        fprintf(stderr, "usage: bench_study_claims URL FOLDER MODE WORKERS STORED TRIAL_MS SECONDS [LISTENERS]\n");
        return 2;
    }
    run r = { .url = argv[1], .mode = argv[3], .workers = atoi(argv[4]), .stored = atoi(argv[5]) };
    r.trial_ms = atoi(argv[6]);
    r.seconds = atof(argv[7]);
    r.listeners = argc > 8 ? atoi(argv[8]) : 0;
    if (r.workers < 1 || r.workers > MOST_WORKERS) return 2;
    snprintf(r.where, sizeof r.where, "%s#bench", r.url);
    r.figures = shared((size_t)r.workers * sizeof *r.figures);
    r.state = shared(3 * sizeof *r.state);
    double load = 0;
    const struct mode *mode = find_mode(r.mode);
    fill(&r);
    if (getloadavg(&load, 1) < 1) load = -1;
    const double sync_ms = measure_sync(argv[2]);
    const double took_s = work_all(&r);
    printf("{\"mode\":\"%s\",\"workers\":%d,\"listeners\":%d,\"stored\":%d,\"trial_ms\":%d,\"seconds\":%.2f,\"load\":%."
           "2f,\"sync_ms\":%.3f",
           r.mode, r.workers, r.listeners, r.stored, r.trial_ms, took_s, load, sync_ms);
    for (int i = 0; i < CALLS && mode->calls[i] != NULL; i++) print_call(&r, mode->calls[i], i, took_s);
    printf("}\n");
    return 0;
}
