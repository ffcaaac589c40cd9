/* fault.c - searches that are killed and begun again, against the same searches undisturbed.
 *
 *     fault --varve PATH [--seed N] [--searches N] [--first N] [--jobs N] [--postgresql URL]
 *          [--store SQLite|PostgreSQL] [--keep FOLDER]
 *
 * Search i of a seed has its kind, its store, its number of workers, and up to five moments at which something is killed
 * (SIGKILL) or stopped: the same whenever it is run, the moments as parts of the time that the undisturbed search took.
 * After each blow the study must hold a beginning of the undisturbed one and all that it held before; and the same command
 * goes on until the search ends by itself. Then the study must be the undisturbed one, to the bit, and nothing that was
 * started may still run. What is wrong is said with the search's number: --first N --searches 1 runs it alone.
 */
#define _DEFAULT_SOURCE
#include "fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- what is searched ------------------------------------------------------------------------------------------- */

static const kind kinds[] = {
    { "random", "dense.c", { "--tuner", "random" }, 3 },
    { "grid", "images.c", { "--tuner", "grid" }, 3 },
    { "hyperband", "dense.c", { "--tuner", "hyperband" }, 3 },
    { "bayesian", "images.c", { "--tuner", "bayesian:startup=2" }, 1 },
    { "sobol", "images.c", { "--tuner", "sobol" }, 3 },
    { "hyperband/images", "images.c", { "--tuner", "hyperband" }, 3 },
    { "tpe", "dense.c", { "--tuner", "tpe:startup=3" }, 1 },
    { "random, pruned", "dense.c", { "--tuner", "random", "--pruner", "median:startup=2" }, 1 },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const store stores[] = { { "SQLite", false }, { "PostgreSQL", true } };
enum { STORES = sizeof stores / sizeof *stores };

/* ---- all of them ------------------------------------------------------------------------------------------------ */

static int kind_of(int number)
{
    return number % KINDS;
}

static int store_of(const settings *t, int number)
{
    for (int i = 0; i < STORES; i++)
        if (t->store != NULL && strcmp(t->store, stores[i].name) == 0) return i;
    return t->postgresql == NULL ? 0 : number / KINDS % STORES;
}

static bool make_references(const settings *t, reference *references)
{
    for (int i = 0; i < KINDS; i++) {
        bool used = false;
        result mine = { 0 };
        searching s = {
            .settings = t, .kind = &kinds[i], .store = &stores[0], .number = i, .workers = 1, .result = &mine
        };
        for (int k = 0; k < t->searches; k++) used = used || kind_of(t->first + k) == i;
        if (used && !search_undisturbed(&s, &references[i])) return false;
    }
    return true;
}

static void run_search(const settings *t, const reference *references, int number, result *r)
{
    searching s = { .settings = t, .number = number, .result = r };
    s.kind = &kinds[kind_of(number)];
    s.store = &stores[store_of(t, number)];
    s.reference = &references[kind_of(number)];
    s.stream = vvi_stream_begin(vvi_key_int(vvi_key_new(t->seed, "fault"), number));
    s.workers = 1 + (int)vvi_stream_below(&s.stream, (uint64_t)s.kind->most_workers);
    search_disturbed(&s);
}

static void run_share(const settings *t, const reference *references, int job, result *results)
{
    for (int i = job; i < t->searches; i += t->jobs) run_search(t, references, t->first + i, &results[i]);
}

static void run_all(const settings *t, const reference *references, result *results)
{
    fflush(NULL);
    for (int job = 0; job < t->jobs; job++)
        if (fork() == 0) {
            run_share(t, references, job, results);
            _exit(0);
        }
    while (wait(NULL) > 0 || errno == EINTR) continue;
}

typedef struct sums {
    int searches, starts, blows[BLOWS], lost, doubled, differing, other;
} sums;

static void add_result(sums *s, const result *r)
{
    s->searches++;
    s->starts += r->starts;
    for (int i = 0; i < BLOWS; i++) s->blows[i] += r->blows[i];
    s->lost += r->findings.lost;
    s->doubled += r->findings.doubled;
    s->differing += r->findings.differing;
    s->other += r->findings.other + !r->done;
}

static void write_row(const char *what, const char *where, const sums *s)
{
    printf("| %s | %s | %d | %d |", what, where, s->searches, s->starts);
    for (int i = 0; i < BLOWS; i++) printf(" %d |", s->blows[i]);
    printf(" %d | %d | %d | %d |\n", s->lost, s->doubled, s->differing, s->other);
}

/* True: nothing was wrong. */
static bool write_table(const settings *t, const result *results)
{
    sums all = { 0 };
    printf("\n| search | store | searches | starts |");
    for (int i = 0; i < BLOWS; i++) printf(" %s |", blows[i].name);
    printf(" lost | doubled | differing | other |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (int k = 0; k < KINDS; k++)
        for (int w = 0; w < STORES; w++) {
            sums row = { 0 };
            for (int i = 0; i < t->searches; i++)
                if (kind_of(t->first + i) == k && store_of(t, t->first + i) == w) add_result(&row, &results[i]);
            if (row.searches > 0) write_row(kinds[k].name, stores[w].name, &row);
        }
    for (int i = 0; i < t->searches; i++) add_result(&all, &results[i]);
    write_row("all", "", &all);
    return all.lost + all.doubled + all.differing + all.other == 0;
}

static int read_settings(int argc, char **argv, settings *t)
{
    const struct {
        const char *name;
        const char **text;
        int *number;
    } options[] = { { "--varve", &t->varve, NULL },       { "--postgresql", &t->postgresql, NULL },
                    { "--keep", &t->folder, NULL },       { "--store", &t->store, NULL },
                    { "--searches", NULL, &t->searches }, { "--first", NULL, &t->first },
                    { "--jobs", NULL, &t->jobs } };
    for (int i = 1; i + 1 < argc; i += 2) {
        size_t k = 0;
        if (strcmp(argv[i], "--seed") == 0) t->seed = strtoull(argv[i + 1], NULL, 10);
        while (k < sizeof options / sizeof *options && strcmp(argv[i], options[k].name) != 0) k++;
        if (k == sizeof options / sizeof *options) continue;
        if (options[k].text != NULL) *options[k].text = argv[i + 1];
        if (options[k].number != NULL) *options[k].number = atoi(argv[i + 1]);
    }
    if (t->varve != NULL && t->searches > 0 && t->jobs > 0 && t->first >= 0) return 0;
    fprintf(stderr, "usage: fault --varve PATH [--seed N] [--searches N] [--first N] [--jobs N] [--postgresql URL] "
                    "[--store SQLite|PostgreSQL] [--keep FOLDER]\n");
    return 2;
}

int main(int argc, char **argv)
{
    static reference references[KINDS];
    char folder[] = "/tmp/varve-fault-XXXXXX", cache[PATH_SIZE];
    settings t = { .seed = 1, .searches = 12, .jobs = 2 };
    if (read_settings(argc, argv, &t) != 0) return 2;
    if (t.folder == NULL) t.folder = mkdtemp(folder);
    if (t.folder == NULL) return perror("fault"), 2;
    mkdir(t.folder, 0777);
    snprintf(cache, sizeof cache, "%.1000s/cache", t.folder);
    setenv("XDG_CACHE_HOME", cache, 1);
    const size_t size = (size_t)t.searches * sizeof(result);
    result *results = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (results == MAP_FAILED || !make_references(&t, references)) return 1;
    run_all(&t, references, results);
    const bool right = write_table(&t, results);
    for (int i = 0; i < KINDS; i++) vv_trials_free(&references[i].trials);
    if (!right) return fprintf(stderr, "fault: something was wrong; see %s\n", t.folder), 1;
    char command[PATH_SIZE + 32];
    snprintf(command, sizeof command, "rm -rf '%s'", t.folder);
    return system(command) != 0;
}
