/* kill.c - a writer killed at any moment leaves a prefix of what it had done: every call it had the answer of is there,
 * at most the one it was in is there too, and nothing of that is half there.
 *
 * The child counts finished steps in shared memory; step k of trial t is determined by k, so that the truth can be said
 * without having been there. Moments are drawn from a fixed seed. */
#include "study_helper.h"

#include "base/base.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

enum { EPOCHS = 3, STEPS = EPOCHS + 3 }; /* of a trial: begin, epochs, execution, end */

static const char *const names[] = { "loss", "accuracy" };

static vv_status do_step(vv_study *study, int step)
{
    const int trial = step / STEPS, part = step % STEPS;
    int id = -1;
    if (part == 0) {
        vv_hp *hp = vv_hp_new(NULL);
        vv_int(hp, "n", .min = trial, .max = trial + 10);
        vv_int(hp, "m", .min = 2 * trial, .max = 2 * trial + 10);
        const vv_status status = vv_trial_begin(study, hp, NULL, &id, NULL);
        vv_hp_free(hp);
        return status;
    }
    if (part <= EPOCHS) return vv_trial_epoch(study, trial, 0, part - 1, names, (double[]){ step, -step }, 2, NULL);
    if (part == EPOCHS + 1) return vv_trial_execution(study, trial, 0, 0, trial, 1, NULL);
    return end_trial(study, trial, VV_TRIAL_COMPLETED, trial, NULL);
}

static void write_for_ever(const char *project, volatile int *done, int first)
{
    vv_study *study = NULL;
    int id = -1;
    if (vv_study_open(project, VV_STUDY_WRITE, &study, NULL) != VV_OK) _exit(1);
    if (vv_trial_claim(study, &id, NULL) != VV_OK) _exit(1); /* the one that its forerunner was at */
    if (id != (first % STEPS == 0 ? -1 : first / STEPS)) _exit(3);
    for (int step = first;; step++) {
        if (do_step(study, step) != VV_OK) _exit(2);
        *done = step + 1;
    }
}

/* How many steps made this trial what it is; fails unless it is what exactly so many make. */
static int steps_of(const vv_trial *trial, int id)
{
    int steps = 1;
    assert_int_equal(trial->id, id);
    assert_int_equal(trial->n_values, 2);
    assert_int_equal(trial->values[0].value.i, id);
    assert_int_equal(trial->values[1].value.i, 2 * id);
    if (trial->n_curves > 0) {
        assert_int_equal(trial->n_curves, 2);
        assert_int_equal(trial->curves[0].n, trial->curves[1].n);
        steps += (int)trial->curves[0].n;
        for (size_t e = 0; e < trial->curves[0].n; e++) {
            CHECK_EQUAL_EXACTLY(trial->curves[0].values[e], id * STEPS + (int)e + 1);
            CHECK_EQUAL_EXACTLY(trial->curves[1].values[e], -(id * STEPS + (int)e + 1));
        }
    }
    if (trial->n_executions > 0) assert_int_equal(steps, EPOCHS + 1);
    steps += (int)trial->n_executions;
    if (trial->status == VV_TRIAL_COMPLETED) {
        assert_int_equal(steps, EPOCHS + 2);
        CHECK_EQUAL_EXACTLY(trial->score, id);
        steps++;
    } else {
        assert_int_equal(trial->status, VV_TRIAL_INTERRUPTED); /* whoever opens it to write says so */
    }
    return steps;
}

static int steps_in(const char *project)
{
    vv_trials trials;
    vv_study *study = open_study(project, VV_STUDY_WRITE); /* checks the whole file, too */
    must(vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, NULL), NULL);
    int steps = 0;
    for (size_t i = 0; i < trials.n; i++) {
        assert_int_equal(steps, (int)i * STEPS); /* all earlier ones are whole */
        steps += steps_of(&trials.list[i], (int)i);
    }
    vv_trials_free(&trials);
    vv_study_close(study);
    return steps;
}

static void a_killed_writer_leaves_a_prefix_of_the_truth(void **state)
{
    const place *p = *state;
    int *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    volatile int *done = shared;
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "moments"));
    int steps = 0;
    for (int round = 0; round < 25; round++) {
        *done = steps;
        const pid_t pid = fork();
        if (pid == 0) write_for_ever(p->project, done, steps);
        const long wait_ns = (long)(20e6 * vvi_stream_unit(&stream));
        nanosleep(&(struct timespec){ .tv_nsec = wait_ns }, NULL);
        kill(pid, SIGKILL);
        int how = 0;
        waitpid(pid, &how, 0);
        assert_true(WIFSIGNALED(how)); /* it never met an error of its own */
        const int found = steps_in(p->project);
        if (found != *done && found != *done + 1)
            fail_msg("round %d: %d steps were done, %d are there", round, *done, found);
        steps = found;
    }
    assert_true(steps > 0);
    munmap(shared, sizeof *shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = { WITH_PLACE(a_killed_writer_leaves_a_prefix_of_the_truth) };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
