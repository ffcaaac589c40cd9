/* submit.c - varve submit FILE: workers as jobs of a cluster's own batch system. What runs where and when is its affair. */
#include "cli/submit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const vvi_engine *const engines[] = { &vvi_engine_slurm };

static const vvi_positional positionals[] = { VVI_POSITIONAL_FILE };
static const vvi_option rows[] = {
    { .name = "engine",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(engine),
      .argument = "NAME",
      .required = true,
      .help = "the batch system: slurm" },
    { .name = "workers",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(workers),
      .min = 1,
      .max = 100000,
      .argument = "N",
      .help = "how many jobs, each a varve worker (1)" },
    { .name = "cpus",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(cpus),
      .min = 1,
      .max = 1024,
      .argument = "N",
      .help = "of each job: so many trials at once (1)" },
    { .name = "memory",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(memory),
      .argument = "M",
      .help = "of each job, as the batch system says it: 4G (its default)" },
    { .name = "time",
      .type = VVI_OPTION_TIME,
      .offset = VVI_MEMBER(time_s),
      .min = 300,
      .max = 1e9,
      .argument = "T",
      .help = "30m, 2h or 1d: the limit of each job; two minutes before it a worker saves and ends (its default)" },
    { .name = "partition",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(partition),
      .argument = "P",
      .help = "where (its default)" },
    { .name = "array-limit",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(array_limit),
      .min = 1,
      .max = 100000,
      .argument = "K",
      .help = "at most so many at a time (all of them)" },
    VVI_OPTION_DATA(false, "where the machines have the study's data (where the study says)"),
    VVI_OPTIONS_STORAGE,
    { .name = "dry-run",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(dry_run),
      .help = "print the job script, and submit nothing" },
    VVI_OPTION_JSON,
};

/* ---- before ----------------------------------------------------------------------------------------------------- */

static const vvi_engine *find_engine(const char *name)
{
    const vvi_engine *engine = NULL;
    for (size_t i = 0; i < VVI_COUNT(engines); i++)
        if (strcmp(engines[i]->name, name) == 0) engine = engines[i];
    if (engine == NULL) vvi_cli_complain(0, "--engine: there is no \"%s\"; there is: slurm", name);
    return engine;
}

/* Batch systems keep a job's environment in their files. */
static int check_secrets(void)
{
    if (getenv("PGPASSWORD") == NULL) return 0;
    return vvi_cli_complain(VVI_EXIT_USAGE,
                            "PGPASSWORD would be kept with the job; put the password into ~/.pgpass or the "
                            "file that PGPASSFILE names, which all machines must have");
}

static int check_place(const vvi_options *o)
{
    if (o->storage == NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE,
                                "--storage URL is missing: workers on several machines share a database");
    return check_secrets();
}

/* Workers know nothing but where the study is: it must have begun. */
static int check_study(const char *where)
{
    vv_study *study = NULL;
    char *objective = NULL;
    vv_error error = { 0 };
    vv_status status = vv_study_open(where, VV_STUDY_READ, &study, &error);
    if (status == VV_OK) status = vv_study_get(study, "objective", &objective, &error);
    const bool begun = objective != NULL;
    free(objective);
    vv_study_close(study);
    if (status == VV_NOT_FOUND || (status == VV_OK && !begun))
        return vvi_cli_complain(VVI_EXIT_STATE, "%s: there is no study yet; begin it with varve search --begin-only",
                                where);
    return status == VV_OK ? 0 : vvi_cli_fail(vvi_cli_study_status(status), &error);
}

static int find_program(char path[VVI_WHERE_SIZE])
{
    const ssize_t n = readlink("/proc/self/exe", path, VVI_WHERE_SIZE - 1);
    if (n < 0) return vvi_cli_complain(VVI_EXIT_FAILED, "/proc/self/exe: %s", strerror(errno));
    path[n] = '\0';
    return 0;
}

/* ---- the script ------------------------------------------------------------------------------------------------- */

static void add_option(vvi_text *script, const char *name, const char *value)
{
    if (value == NULL) return;
    vvi_text_printf(script, " --%s ", name);
    vvi_text_add_quoted(script, value);
}

void vvi_submission_worker(const vvi_submission *s, vvi_text *script)
{
    vvi_text_add_quoted(script, s->program);
    vvi_text_printf(script, " worker ");
    vvi_text_add_quoted(script, s->file);
    add_option(script, "data", s->options->data);
    add_option(script, "storage", s->options->storage);
    add_option(script, "study", s->name);
    vvi_text_printf(script, " --workers %d", s->options->cpus);
}

/* ---- submitting ------------------------------------------------------------------------------------------------- */

static void exec_engine(const vvi_engine *engine, const vvi_options *o, FILE *in, FILE *out)
{
    char **argv = calloc((size_t)o->n_rest + 3, sizeof *argv);
    if (argv == NULL) _exit(1);
    argv[0] = (char *)(uintptr_t)engine->command;
    argv[1] = (char *)(uintptr_t)engine->first;
    for (int i = 0; i < o->n_rest; i++) argv[i + 2] = o->rest[i];
    dup2(fileno(in), STDIN_FILENO);
    dup2(fileno(out), STDOUT_FILENO);
    lseek(STDIN_FILENO, 0, SEEK_SET);
    execvp(engine->command, argv);
    fprintf(stderr, "varve: %s: %s; --dry-run prints the script\n", engine->command, strerror(errno));
    _exit(127);
}

/* True: it has taken the job. */
static bool run_engine(const vvi_engine *engine, const vvi_options *o, FILE *in, FILE *out)
{
    int how = 0;
    fflush(NULL);
    const pid_t pid = fork();
    if (pid < 0) vvi_cli_complain(0, "cannot start a process: %s", strerror(errno));
    if (pid == 0) exec_engine(engine, o, in, out);
    while (pid > 0 && waitpid(pid, &how, 0) < 0 && errno == EINTR) continue;
    if (pid > 0 && WIFEXITED(how) && WEXITSTATUS(how) == 0) return true;
    if (pid > 0 && !(WIFEXITED(how) && WEXITSTATUS(how) == 127))
        vvi_cli_complain(0, "%s has not taken the job", engine->command);
    return false;
}

/* "12", of "12\n" or "12;cluster\n". */
static void read_job(FILE *out, char job[64])
{
    rewind(out);
    if (fgets(job, 64, out) == NULL) job[0] = '\0';
    job[strcspn(job, ";\n")] = '\0';
}

static void say_submitted(const vvi_engine *engine, const vvi_options *o, const char *job)
{
    if (o->json) {
        vvi_json json = { 0 };
        vvi_json_begin(&json, NULL, '{');
        vvi_json_string(&json, "engine", engine->name);
        vvi_json_string(&json, "job", job);
        vvi_json_int(&json, "workers", o->workers);
        vvi_json_end(&json, '}');
        (void)!vvi_json_flush(&json, stdout, NULL); /* the end of the command looks at the stream */
        return;
    }
    printf("Submitted %d worker%s as %s job %s: ", o->workers, o->workers == 1 ? "" : "s", engine->name, job);
    for (const char *p = engine->hint; *p != '\0'; p++)
        if (p[0] == '%' && p[1] == 's')
            fputs(job, stdout), p++;
        else
            fputc(*p, stdout);
    fputs(".\n", stdout);
}

static int hand_over(const vvi_engine *engine, const vvi_options *o, const vvi_text *script)
{
    char job[64];
    FILE *in = tmpfile(), *out = tmpfile();
    bool taken = in != NULL && out != NULL && fwrite(script->data, 1, script->n, in) == script->n && fflush(in) == 0;
    if (!taken) vvi_cli_complain(0, "the script cannot be written: %s", strerror(errno));
    taken = taken && run_engine(engine, o, in, out);
    if (taken) {
        read_job(out, job);
        say_submitted(engine, o, job);
    }
    if (in != NULL) fclose(in);
    if (out != NULL) fclose(out);
    return taken ? 0 : VVI_EXIT_FAILED;
}

/* The script says how it would be submitted: the words after "--" are not in it. */
static int print_script(const vvi_engine *engine, const vvi_options *o, const vvi_text *script)
{
    vvi_text command = { 0 };
    for (int i = 0; i < o->n_rest; i++) {
        vvi_text_printf(&command, " ");
        vvi_text_add_quoted(&command, o->rest[i]);
    }
    printf("%s", script->data);
    if (o->n_rest > 0)
        printf("# to be submitted with: %s%s\n", engine->command, command.data == NULL ? "" : command.data);
    vvi_text_deinit(&command);
    return 0;
}

static int submit(const vvi_engine *engine, const vvi_submission *submission)
{
    vvi_text script = { 0 };
    const vvi_options *o = submission->options;
    engine->write(submission, &script);
    const int exit_status = script.failed ? vvi_cli_complain(VVI_EXIT_FAILED, "%s", vv_strerror(VV_NO_MEMORY))
                            : o->dry_run  ? print_script(engine, o, &script)
                                          : hand_over(engine, o, &script);
    vvi_text_deinit(&script);
    return vvi_cli_end(exit_status, stdout);
}

static int run(const vvi_options *given)
{
    vvi_options options = *given;
    char program[VVI_WHERE_SIZE], where[VVI_WHERE_SIZE];
    vvi_loaded loaded;
    if (options.workers == 0) options.workers = 1;
    if (options.cpus == 0) options.cpus = 1;
    const vvi_engine *engine = find_engine(options.engine);
    if (engine == NULL) return VVI_EXIT_USAGE;
    int exit_status = check_place(&options);
    if (exit_status == 0) exit_status = vvi_hypermodel_find(options.file, &loaded);
    if (exit_status == 0) exit_status = vvi_cli_where(&options, loaded.name, where);
    if (exit_status == 0 && !options.dry_run) exit_status = check_study(where);
    if (exit_status == 0) exit_status = find_program(program);
    if (exit_status != 0) return exit_status;
    const vvi_submission submission = { .options = &options,
                                        .name = options.study == NULL ? loaded.name : options.study,
                                        .program = program,
                                        .file = loaded.path };
    return submit(engine, &submission);
}

const vvi_command vvi_command_submit = {
    .name = "submit",
    .summary = "submits workers for a study to a cluster's batch system",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .rest = "ARGUMENTS",
    .notes = "ARGUMENTS, after \"--\", go to the batch system's own command.\n",
    .run = run,
};
