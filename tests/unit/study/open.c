/* open.c - opening a study: who may, what is refused, what stays behind. */
#include "study_helper.h"

#include "base/base.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void expect(const char *path, vv_study_mode mode, vv_status expected, const char *part)
{
    vv_error error = { 0 };
    vv_study *study = NULL;
    const vv_status status = vv_study_open(path, mode, &study, &error);
    if (status != expected) fail_msg("%s: %s (%s)", path, vv_status_name(status), error.text);
    assert_null(study);
    assert_int_equal(error.status, expected);
    CHECK_CONTAINS(error.text, part);
}

static void run_sql(const char *project, const char *sql)
{
    char path[128];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/study.db", project);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static int ask_sql(const char *project, const char *sql)
{
    char path[128];
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    snprintf(path, sizeof path, "%s/study.db", project);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int value = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

/* ---- opening --------------------------------------------------------------------------------------------------------
 */

static void a_new_study_is_a_folder_with_its_marks(void **state)
{
    const place *p = *state;
    char deep[160];
    snprintf(deep, sizeof deep, "%s/a/b/", p->project);
    vv_study *study = open_study(deep, VV_STUDY_WRITE);
    assert_string_equal(vv_study_path(study), deep);
    char path[256];
    vv_study_checkpoint_path(study, 3, path, sizeof path);
    CHECK_CONTAINS(path, "a/b/checkpoints/trial_0003.safetensors");
    assert_true(file_exists(deep, "lock"));
    vv_study_close(study);
    assert_true(file_exists(deep, "study.db"));
    assert_true(file_exists(deep, "checkpoints"));
    assert_false(file_exists(deep, "lock"));
    assert_int_equal(ask_sql(deep, "PRAGMA application_id"), 0x56617276);
    assert_int_equal(ask_sql(deep, "PRAGMA user_version"), 4);
    vv_study_close(NULL);
}

static void reading_needs_a_study(void **state)
{
    const place *p = *state;
    expect(p->project, VV_STUDY_READ, VV_NOT_FOUND, p->project);
    expect(p->root, VV_STUDY_READ, VV_NOT_FOUND, "study.db");
    assert_false(file_exists(p->root, "project"));
    expect("", VV_STUDY_WRITE, VV_BAD_ARG, "empty");
}

static void a_reader_cannot_write(void **state)
{
    const place *p = *state;
    int id;
    vv_study_close(open_study(p->project, VV_STUDY_WRITE));
    vv_study *study = open_study(p->project, VV_STUDY_READ);
    vv_hp *hp = vv_hp_new(NULL);
    assert_int_equal(vv_study_set(study, "a", "b", NULL), VV_BAD_ARG);
    assert_int_equal(vv_trial_begin(study, hp, NULL, &id, NULL), VV_BAD_ARG);
    assert_int_equal(vv_study_prune_checkpoints(study, 1, NULL), VV_BAD_ARG);
    vv_hp_free(hp);
    vv_study_close(study);
}

static void readers_see_what_was_finished_while_a_writer_goes_on(void **state)
{
    const place *p = *state;
    vv_trials trials;
    vv_study *writer = open_study(p->project, VV_STUDY_WRITE);
    begin_trial(writer, 1);
    vv_study *reader = open_study(p->project, VV_STUDY_READ);
    for (size_t i = 1; i <= 3; i++) {
        must(vv_study_trials(reader, NULL, &trials, NULL), NULL);
        assert_int_equal(trials.n, i);
        vv_trials_free(&trials);
        begin_trial(writer, 1);
    }
    vv_study_close(reader);
    vv_study_close(writer);
}

/* ---- the lock --------------------------------------------------------------------------------------------------- */

static pid_t hold_elsewhere(const char *project)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        vv_study *study = NULL;
        if (vv_study_open(project, VV_STUDY_WRITE, &study, NULL) != VV_OK) _exit(1);
        if (write(ready[1], "x", 1) != 1) _exit(2);
        for (;;) pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void one_writer_at_a_time_and_the_others_learn_which(void **state)
{
    const place *p = *state;
    char number[32];
    const pid_t pid = hold_elsewhere(p->project);
    snprintf(number, sizeof number, "process %ld", (long)pid);
    expect(p->project, VV_STUDY_WRITE, VV_LOCKED, number);
    expect(p->project, VV_STUDY_OVERWRITE, VV_LOCKED, number);
    assert_true(file_exists(p->project, "study.db"));
    vv_study_close(open_study(p->project, VV_STUDY_READ)); /* readers take no lock */
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    vv_study_close(open_study(p->project, VV_STUDY_WRITE)); /* a dead writer holds nothing */
}

static void the_same_process_cannot_write_twice_either(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    expect(p->project, VV_STUDY_WRITE, VV_LOCKED, "process");
    vv_study_close(study);
    vv_study_close(open_study(p->project, VV_STUDY_WRITE));
}

/* ---- what is not a study ---------------------------------------------------------------------------------------- */

static void other_versions_are_refused_with_both_numbers(void **state)
{
    const place *p = *state;
    vv_study_close(open_study(p->project, VV_STUDY_WRITE));
    run_sql(p->project, "PRAGMA user_version = 7");
    expect(p->project, VV_STUDY_READ, VV_VERSION, "7");
    expect(p->project, VV_STUDY_WRITE, VV_VERSION, "reads and writes 4 and earlier");
    run_sql(p->project, "PRAGMA user_version = 2; PRAGMA application_id = 42");
    expect(p->project, VV_STUDY_READ, VV_FORMAT, "42");
    expect(p->project, VV_STUDY_WRITE, VV_FORMAT, "1449226870");
    expect(p->project, VV_STUDY_OVERWRITE, VV_FORMAT, "nothing was removed");
    assert_true(file_exists(p->project, "study.db"));
}

static void random_files_are_refused_and_kept(void **state)
{
    const place *p = *state;
    mkdir(p->project, 0777);
    write_file(p->project, "study.db",
               "my notes on studies, long enough to be more than the header of a database file");
    expect(p->project, VV_STUDY_READ, VV_FORMAT, "not a study");
    expect(p->project, VV_STUDY_WRITE, VV_FORMAT, "not a study");
    expect(p->project, VV_STUDY_OVERWRITE, VV_FORMAT, "nothing was removed");
    assert_true(file_exists(p->project, "study.db"));
    assert_false(file_exists(p->project, "lock"));
    write_file(p->root, "file", "text");
    char path[128];
    snprintf(path, sizeof path, "%s/file", p->root);
    expect(path, VV_STUDY_WRITE, VV_FORMAT, "a study is a folder");
    expect(path, VV_STUDY_READ, VV_NOT_FOUND, "file");
}

static void a_path_that_cannot_be_made_leaves_nothing_new(void **state)
{
    const place *p = *state;
    char path[160];
    write_file(p->root, "file", "text");
    snprintf(path, sizeof path, "%s/file/project", p->root);
    expect(path, VV_STUDY_WRITE, VV_IO, "file");
    expect("/proc/varve/project", VV_STUDY_WRITE, VV_IO, "/proc/varve");
    /* A name that the file system refuses, below folders that it takes. */
    char far[512];
    snprintf(far, sizeof far, "%s/new/folder/%0300d", p->root, 0);
    expect(far, VV_STUDY_WRITE, VV_IO, "new/folder");
    assert_false(file_exists(p->root, "new"));
}

static void damage_is_found(void **state)
{
    const place *p = *state;
    char path[128];
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    for (int i = 0; i < 200; i++) begin_trial(study, i);
    vv_study_close(study);
    snprintf(path, sizeof path, "%s/study.db", p->project);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size / 2), 0);
    expect(p->project, VV_STUDY_WRITE, VV_DATABASE, "damaged");
    const int fd = open(path, O_WRONLY);
    for (off_t at = 4096; at < info.st_size / 2; at += 512) assert_int_equal(pwrite(fd, "garbage!", 8, at), 8);
    close(fd);
    expect(p->project, VV_STUDY_WRITE, VV_DATABASE, "damaged");
    vv_study_close(open_study(p->project, VV_STUDY_OVERWRITE)); /* it is still ours to remove */
}

/* Rights mean nothing to root: a child becomes nobody first. */
static int use_read_only(const char *project)
{
    vv_error error = { 0 };
    vv_study *study = NULL;
    vv_trials trials;
    if (geteuid() == 0 && setuid(65534) != 0) return 10;
    if (vv_study_open(project, VV_STUDY_WRITE, &study, &error) != VV_IO) return 11;
    if (strstr(error.text, "cannot write") == NULL) return 12;
    if (vv_study_open(project, VV_STUDY_READ, &study, NULL) != VV_OK) return 13;
    if (vv_study_trials(study, NULL, &trials, NULL) != VV_OK || trials.n != 1) return 14;
    vv_trials_free(&trials);
    vv_study_close(study);
    return 0;
}

static void a_folder_without_write_permission_can_be_read_only(void **state)
{
    const place *p = *state;
    char odd[160], path[200];
    snprintf(odd, sizeof odd, "%s/100%%?#", p->root);
    vv_study *study = open_study(odd, VV_STUDY_WRITE);
    begin_trial(study, 1);
    vv_study_close(study);
    snprintf(path, sizeof path, "%s/study.db", odd);
    assert_int_equal(chmod(path, 0444) | chmod(odd, 0555) | chmod(p->root, 0755), 0);
    int how = 0;
    const pid_t pid = fork();
    if (pid == 0) _exit(use_read_only(odd));
    waitpid(pid, &how, 0);
    assert_int_equal(chmod(odd, 0777), 0);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
}

/* ---- overwriting ------------------------------------------------------------------------------------------------ */

static void overwriting_begins_empty_and_removes_only_what_is_ours(void **state)
{
    const place *p = *state;
    char path[256];
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    begin_trial(study, 1);
    write_file(p->project, "notes.txt", "mine");
    write_file(p->project, "checkpoints/trial_0000.safetensors", "weights");
    write_file(p->project, "checkpoints/trial_0001.safetensors.part", "weights");
    write_file(p->project, "checkpoints/trial_notes.txt", "mine");
    vv_study_close(study);
    study = open_study(p->project, VV_STUDY_OVERWRITE);
    vv_trials trials;
    must(vv_study_trials(study, NULL, &trials, NULL), NULL);
    assert_int_equal(trials.n, 0);
    vv_trials_free(&trials);
    assert_true(vv_study_checkpoint_path(study, 0, path, sizeof path) > 0);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_false(file_exists(p->project, "checkpoints/trial_0001.safetensors.part"));
    assert_true(file_exists(p->project, "notes.txt"));
    assert_true(file_exists(p->project, "checkpoints/trial_notes.txt"));
    vv_study_close(study);
}

static void a_folder_of_other_things_is_not_overwritten(void **state)
{
    const place *p = *state;
    mkdir(p->project, 0777);
    vv_study_close(open_study(p->project, VV_STUDY_OVERWRITE)); /* empty: fine */
    char other[128];
    snprintf(other, sizeof other, "%s/other", p->root);
    mkdir(other, 0777);
    write_file(other, "thesis.tex", "three years");
    expect(other, VV_STUDY_OVERWRITE, VV_FORMAT, "nothing was removed");
    assert_true(file_exists(other, "thesis.tex"));
    assert_false(file_exists(other, "lock"));
    assert_false(file_exists(other, "study.db"));
}

static void pruning_keeps_the_best(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    must(vv_study_set(study, "objective", "loss:min", NULL), NULL);
    for (int i = 0; i < 5; i++) {
        char name[64];
        snprintf(name, sizeof name, "checkpoints/trial_%04d.safetensors", i);
        write_file(p->project, name, "weights");
        const vv_trial_status status = i == 3 ? VV_TRIAL_FAILED : VV_TRIAL_COMPLETED;
        must(end_trial(study, begin_trial(study, i), status, 10 - i, NULL), NULL);
    }
    write_file(p->project, "checkpoints/trial_0004.safetensors.tmp-99", "leftover");
    must(vv_study_prune_checkpoints(study, 2, NULL), NULL);
    const bool kept[] = { false, false, true, false, true };
    for (int i = 0; i < 5; i++) {
        char name[64];
        snprintf(name, sizeof name, "checkpoints/trial_%04d.safetensors", i);
        assert_int_equal(file_exists(p->project, name), kept[i]);
    }
    assert_false(file_exists(p->project, "checkpoints/trial_0004.safetensors.tmp-99"));
    must(vv_study_prune_checkpoints(study, 0, NULL), NULL);
    assert_false(file_exists(p->project, "checkpoints/trial_0004.safetensors"));
    assert_int_equal(vv_study_prune_checkpoints(study, -1, NULL), VV_BAD_ARG);
    vv_study_close(study);
}

/* ---- memory, disk ----------------------------------------------------------------------------------------------- */

static void every_failing_allocation_of_an_open_leaves_no_folder(void **state)
{
    const place *p = *state;
    vv_study *study = NULL;
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status != VV_OK; n++) {
        assert_true(n < 1000);
        vvi_fail_allocation(n);
        status = vv_study_open(p->project, VV_STUDY_WRITE, &study, NULL);
        vvi_fail_allocation(0);
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
        assert_int_equal(file_exists(p->root, "project"), status == VV_OK);
    }
    vvi_fail_allocation(-1);
    vv_study_close(study);
}

/* A file size limit is a full disk that needs no disk: in a child, since limits cannot be raised again. */
static int write_until_full(const char *project)
{
    vv_error error = { 0 };
    vv_study *study = NULL;
    vv_trials trials;
    signal(SIGXFSZ, SIG_IGN);
    if (vv_study_open(project, VV_STUDY_WRITE, &study, NULL) != VV_OK) return 10;
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 256 * 1024, 256 * 1024 });
    int n = 0, id = -1;
    vv_status status = VV_OK;
    for (; status == VV_OK && n < 100000; n++) {
        vv_hp *hp = vv_hp_new(NULL);
        vv_int(hp, "n", .min = n, .max = n + 1);
        status = vv_trial_begin(study, hp, NULL, &id, &error);
        vv_hp_free(hp);
    }
    if (status != VV_IO || strstr(error.text, "disk") == NULL) return 11;
    if (vv_study_trials(study, NULL, &trials, NULL) != VV_OK) return 12;
    if (trials.n != (size_t)n - 1) return 13;
    if (trials.list[trials.n - 1].n_values != 1) return 14;
    vv_trials_free(&trials);
    vv_study_close(study);
    return 0;
}

static void a_full_disk_is_one_clear_text_and_nothing_half_written(void **state)
{
    const place *p = *state;
    int how = 0;
    const pid_t pid = fork();
    if (pid == 0) _exit(write_until_full(p->project));
    waitpid(pid, &how, 0);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    begin_trial(study, 1);
    vv_study_close(study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(a_new_study_is_a_folder_with_its_marks),
        WITH_PLACE(reading_needs_a_study),
        WITH_PLACE(a_reader_cannot_write),
        WITH_PLACE(readers_see_what_was_finished_while_a_writer_goes_on),
        WITH_PLACE(one_writer_at_a_time_and_the_others_learn_which),
        WITH_PLACE(the_same_process_cannot_write_twice_either),
        WITH_PLACE(other_versions_are_refused_with_both_numbers),
        WITH_PLACE(random_files_are_refused_and_kept),
        WITH_PLACE(a_path_that_cannot_be_made_leaves_nothing_new),
        WITH_PLACE(damage_is_found),
        WITH_PLACE(a_folder_without_write_permission_can_be_read_only),
        WITH_PLACE(overwriting_begins_empty_and_removes_only_what_is_ours),
        WITH_PLACE(a_folder_of_other_things_is_not_overwritten),
        WITH_PLACE(pruning_keeps_the_best),
        WITH_PLACE(every_failing_allocation_of_an_open_leaves_no_folder),
        WITH_PLACE(a_full_disk_is_one_clear_text_and_nothing_half_written),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
