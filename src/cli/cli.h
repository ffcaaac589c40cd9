/* cli.h - what the files of the command share. It sees the library through its public headers, and report. */
#ifndef VVI_CLI_CLI_H
#define VVI_CLI_CLI_H

#include "cli/options.h"
#include "report/log.h"
#include "report/report.h"
#include <varve/varve.h>

/* Exit statuses; help.c says in words what they mean. */
enum {
    VVI_EXIT_DONE = 0,
    VVI_EXIT_FAILED = 1, /* the run failed                                                  */
    VVI_EXIT_USAGE = 2,  /* the command line, or the hypermodel, cannot be what was meant   */
    VVI_EXIT_STATE = 3,  /* what is stored cannot be used                                   */
    VVI_EXIT_KILLED = 130
};

#define VVI_COUNT(array)   (sizeof(array) / sizeof((array)[0]))
#define VVI_MEMBER(member) offsetof(vvi_options, member)
/* What commands are about. */
#define VVI_POSITIONAL_FILE                                                                                            \
    {                                                                                                                  \
        .name = "FILE", .offset = VVI_MEMBER(file), .help = "a hypermodel: a C file, or a shared object made of one"   \
    }
#define VVI_POSITIONAL_PROJECT                                                                                         \
    {                                                                                                                  \
        .name = "PROJECT", .offset = VVI_MEMBER(project_path), .unless = VVI_MEMBER(storage),                          \
        .help = "a project's folder, as search names it, or postgresql://HOST/DATABASE#NAME"                           \
    }
/* The row of commands that may be about a database. */
#define VVI_OPTION_STORAGE(storage_help)                                                                               \
    {                                                                                                                  \
        .name = "storage", .type = VVI_OPTION_TEXT, .offset = VVI_MEMBER(storage), .argument = "URL",                  \
        .help = (storage_help)                                                                                         \
    }
/* The row of commands that write a file. */
#define VVI_OPTION_OUTPUT(output_help)                                                                                 \
    {                                                                                                                  \
        .name = "output", .letter = 'o', .type = VVI_OPTION_TEXT, .offset = VVI_MEMBER(output), .argument = "FILE",    \
        .help = (output_help)                                                                                          \
    }
/* The rows that say the same in two options. */
#define VVI_OPTIONS_STUDY                                                                                              \
    VVI_OPTION_STORAGE("a database, in place of PROJECT: postgresql://HOST/DATABASE"),                                 \
    {                                                                                                                  \
        .name = "study", .type = VVI_OPTION_TEXT, .offset = VVI_MEMBER(study), .argument = "NAME",                     \
        .help = "the study in it"                                                                                      \
    }
#define VVI_POSITIONAL_SPACE                                                                                           \
    {                                                                                                                  \
        .name = "SPACE.yaml", .offset = VVI_MEMBER(file),                                                              \
        .help = "the space, and what else is to be said of the search"                                                 \
    }
/* The row that every command has. */
#define VVI_OPTION_JSON                                                                                                \
    {                                                                                                                  \
        .name = "json", .type = VVI_OPTION_FLAG, .offset = VVI_MEMBER(json),                                           \
        .help = "JSON, and nothing else, on standard output"                                                           \
    }
/* The row of commands that look at data. */
#define VVI_OPTION_DATA(is_required, data_help)                                                                        \
    {                                                                                                                  \
        .name = "data", .type = VVI_OPTION_TEXT, .offset = VVI_MEMBER(data), .argument = "SPEC",                       \
        .required = (is_required), .help = (data_help)                                                                 \
    }
/* The rows that evaluate and predict share. */
#define VVI_OPTIONS_TRAINED(data_help)                                                                                 \
    VVI_OPTION_DATA(true, data_help),                                                                                  \
        { .name = "trial",                                                                                             \
          .type = VVI_OPTION_TEXT,                                                                                     \
          .offset = VVI_MEMBER(trial),                                                                                 \
          .argument = "N|best",                                                                                        \
          .help = "which trial's network (best)" },                                                                    \
        { .name = "batch-size",                                                                                        \
          .type = VVI_OPTION_INT,                                                                                      \
          .offset = VVI_MEMBER(batch_size),                                                                            \
          .min = 1,                                                                                                    \
          .max = 1000000,                                                                                              \
          .argument = "N",                                                                                             \
          .help = "examples at a time (32)" },                                                                         \
        VVI_OPTIONS_STUDY

/* The row of commands about functions and programs. */
#define VVI_OPTION_STEPS                                                                                               \
    {                                                                                                                  \
        .name = "steps", .type = VVI_OPTION_INT, .offset = VVI_MEMBER(epochs), .min = 1, .max = 1000000,               \
        .argument = "N", .help = "that a trial reports at the most (as many as it likes)"                              \
    }

/* The rows that explain and search share. */
#define VVI_OPTIONS_BUDGET(budget_help)                                                                                \
    { .name = "budget",                                                                                                \
      .type = VVI_OPTION_TEXT,                                                                                         \
      .offset = VVI_MEMBER(budget),                                                                                    \
      .argument = "LIMITS",                                                                                            \
      .help = (budget_help) },                                                                                         \
    {                                                                                                                  \
        .name = "precision", .type = VVI_OPTION_TEXT, .offset = VVI_MEMBER(precision), .argument = "int8|float32",     \
        .help = "what bytes are counted in (int8)"                                                                     \
    }

/* The rows of commands that work at a study in a database ... */
#define VVI_OPTIONS_STORAGE                                                                                            \
    VVI_OPTION_STORAGE("a database that many machines share: postgresql://HOST/DATABASE"),                             \
    {                                                                                                                  \
        .name = "study", .type = VVI_OPTION_TEXT, .offset = VVI_MEMBER(study), .argument = "NAME",                     \
        .help = "the study in it (the file's name)"                                                                    \
    }
/* ... the same, of those that work at it in this very process; */
#define VVI_OPTIONS_SHARED                                                                                             \
    VVI_OPTIONS_STORAGE,                                                                                               \
        { .name = "checkpoints",                                                                                       \
          .type = VVI_OPTION_TEXT,                                                                                     \
          .offset = VVI_MEMBER(checkpoints),                                                                           \
          .argument = "FOLDER",                                                                                        \
          .help = "of a study in a database: where all machines see weights and training states (in the database)" },  \
    {                                                                                                                  \
        .name = "lease", .type = VVI_OPTION_TIME, .offset = VVI_MEMBER(lease_s), .min = 1, .max = 86400,               \
        .argument = "T", .help = "how long it may not be heard of before others take its trials (60s)"                 \
    }
/* ... or in a folder. */
#define VVI_OPTIONS_PLACE                                                                                              \
    { .name = "directory",                                                                                             \
      .type = VVI_OPTION_TEXT,                                                                                         \
      .offset = VVI_MEMBER(directory),                                                                                 \
      .argument = "D",                                                                                                 \
      .help = "where projects are (.)" },                                                                              \
        { .name = "project",                                                                                           \
          .type = VVI_OPTION_TEXT,                                                                                     \
          .offset = VVI_MEMBER(project),                                                                               \
          .argument = "P",                                                                                             \
          .help = "the folder in it for this search (the file's name)" },                                              \
        VVI_OPTIONS_SHARED
/* The rows of commands whose trials others may want to look at while they run. */
#define VVI_OPTIONS_LOGS                                                                                               \
    { .name = "tensorboard",                                                                                           \
      .type = VVI_OPTION_TEXT,                                                                                         \
      .offset = VVI_MEMBER(tensorboard),                                                                               \
      .argument = "DIR",                                                                                               \
      .help = "writes event files for TensorBoard there: curves, and the HParams plugin's sessions" },                 \
    {                                                                                                                  \
        .name = "log-csv", .type = VVI_OPTION_TEXT, .offset = VVI_MEMBER(log_csv), .argument = "FILE",                 \
        .help = "adds a row for each epoch to it"                                                                      \
    }
/* The rows of commands that run trials. */
#define VVI_OPTION_WORKERS                                                                                             \
    {                                                                                                                  \
        .name = "workers", .type = VVI_OPTION_INT, .offset = VVI_MEMBER(workers), .min = 1, .max = 1024,               \
        .argument = "N", .help = "trials at once, each on one core (as many as there are cores to be used)"            \
    }
#define VVI_OPTIONS_WORKERS                                                                                            \
    VVI_OPTION_WORKERS,                                                                                                \
        { .name = "trial-memory",                                                                                      \
          .type = VVI_OPTION_INT,                                                                                      \
          .offset = VVI_MEMBER(trial_memory_mb),                                                                       \
          .min = 1,                                                                                                    \
          .max = 1000000000,                                                                                           \
          .argument = "MB",                                                                                            \
          .help = "a trial that takes more, beyond the data, fails (no limit)" },                                      \
        { .name = "trial-timeout",                                                                                     \
          .type = VVI_OPTION_TIME,                                                                                     \
          .offset = VVI_MEMBER(trial_timeout_s),                                                                       \
          .min = 0.001,                                                                                                \
          .max = 1e9,                                                                                                  \
          .argument = "T",                                                                                             \
          .help = "a trial that takes longer fails (no limit)" },                                                      \
        { .name = "max-retries",                                                                                       \
          .type = VVI_OPTION_INT,                                                                                      \
          .offset = VVI_MEMBER(max_retries),                                                                           \
          .min = 0,                                                                                                    \
          .max = 1000,                                                                                                 \
          .argument = "N",                                                                                             \
          .help = "how often a trial that failed is tried again (0)" },                                                \
    {                                                                                                                  \
        .name = "max-consecutive-failures", .type = VVI_OPTION_INT, .offset = VVI_MEMBER(max_failures), .min = 1,      \
        .max = 1000000, .argument = "N", .help = "failed trials in a row that end the search (3)"                      \
    }

/* In the order of --help. */
#define VVI_COMMANDS(X)                                                                                                \
    X(summary)                                                                                                         \
    X(explain)                                                                                                         \
    X(search)                                                                                                          \
    X(tune)                                                                                                            \
    X(ask)                                                                                                             \
    X(tell)                                                                                                            \
    X(worker)                                                                                                          \
    X(submit)                                                                                                          \
    X(studies)                                                                                                         \
    X(status)                                                                                                          \
    X(stop)                                                                                                            \
    X(pause)                                                                                                           \
    X(resume)                                                                                                          \
    X(enqueue)                                                                                                         \
    X(dashboard)                                                                                                       \
    X(results)                                                                                                         \
    X(show)                                                                                                            \
    X(importance)                                                                                                      \
    X(plot)                                                                                                            \
    X(report)                                                                                                          \
    X(export)                                                                                                          \
    X(evaluate)                                                                                                        \
    X(predict)                                                                                                         \
    X(import)                                                                                                          \
    X(copy)                                                                                                            \
    X(data)                                                                                                            \
    X(oracles)                                                                                                         \
    X(completion)
#define VVI_COMMAND_EXTERN(name) extern const vvi_command vvi_command_##name;
VVI_COMMANDS(VVI_COMMAND_EXTERN)

/* ---- main.c: the table of commands ------------------------------------------------------------------------------ */

const vvi_command *const *vvi_cli_commands(size_t *n);
const vvi_command *vvi_cli_find_command(const char *name); /* NULL: there is none of this name */
int vvi_cli_no_such_command(const char *name);             /* complains; the exit status */

/* ---- help.c, manual.c: what the tables say ---------------------------------------------------------------------- */

typedef struct vvi_exit_status {
    int status;
    const char *brief, *text; /* brief: in the usage; NULL: it is not there */
} vvi_exit_status;
extern const vvi_exit_status vvi_exit_statuses[];
extern const size_t vvi_n_exit_statuses;

void vvi_help_usage(FILE *out);
void vvi_help_command(const vvi_command *command, FILE *out); /* --help, at most 80 columns */
int vvi_help_run(int argc, char **argv);                      /* varve help; the words after it. The exit status */
/* A manual page in mdoc(7), of varve itself where `command` is NULL. `folder` holds what pages say beyond the tables; NULL:
 * they say no more. The exit status. */
int vvi_manual_write(const vvi_command *command, const char *folder, FILE *out);

/* ---- common.c --------------------------------------------------------------------------------------------------- */

/* "varve: TEXT" on standard error; returns `exit_status`. */
int vvi_cli_complain(int exit_status, const char *format, ...) VV_PRINTF(2, 3);
int vvi_cli_fail(int exit_status, const vv_error *error);
/* A line for people, made harmless: what others wrote is in it. */
void vvi_cli_say(FILE *out, const char *format, ...) VV_PRINTF(2, 3);
/* The exit status for an error of what the user named / of a study. */
int vvi_cli_input_status(vv_status status);
/* Of data that could not be opened: whatever is wrong with it, the caller named it. */
int vvi_cli_data_status(vv_status status);
int vvi_cli_study_status(vv_status status);
/* Standard output for our own words: with `json`, whatever a hypermodel prints goes to standard error instead. */
FILE *vvi_cli_output(bool json);
/* Ends standard output: a full disk is a failure. */
int vvi_cli_end(int exit_status, FILE *out);
/* "space" of "dir/space.yaml". */
void vvi_cli_name_after_file(const char *file, char *name, size_t size);
/* vv_data_open, which says on a terminal that it works; args->progress is set here. */
vv_status vvi_cli_open_data(const char *spec, const vv_data_args *args, vv_data **training, vv_data **validation,
                            vv_error *error);

/* --budget and --precision. 0, or the exit status after a complaint. */
int vvi_cli_budget(const vvi_options *options, vv_budget *budget);

/* ---- waiting.c -------------------------------------------------------------------------------------------------- */

/* Long work that is going on, shown on a terminal, after half a second; zeroed: none, and all of these do nothing. */
typedef struct vvi_waiting {
    int fd, pid;
    double said_s;
} vvi_waiting;
void vvi_waiting_begin(vvi_waiting *waiting, const char *what);
void vvi_waiting_say(vvi_waiting *waiting,
                     const char *what);     /* something else from now on; ten times a second at most */
void vvi_waiting_end(vvi_waiting *waiting); /* nothing is left of it */

/* ---- where.c ---------------------------------------------------------------------------------------------------- */

enum { VVI_WHERE_SIZE = 4096 };
/* Where the study is that the options name, as vv_study_open reads it; `name`: where they name none. 0, or the exit status
 * after a complaint. */
int vvi_cli_where(const vvi_options *options, const char *name, char where[VVI_WHERE_SIZE]);
/* workers.c: --workers, or what it is when it is not given. */
int vvi_cli_workers(const vvi_options *options);

/* The same of commands that look at a study that is there: PROJECT, or --storage and --study. */
int vvi_cli_where_is(const vvi_options *options, char where[VVI_WHERE_SIZE]);
/* That study, opened to read; owned. 0, or the exit status after a complaint. */
int vvi_cli_open_study(const vvi_options *options, vv_study **study);
bool vvi_cli_is_place(const char *place);             /* of a study: a folder, a database; else it is a file */
int vvi_cli_explain_kept(const vvi_options *options); /* explain_kept.c */

/* output.c: --output may take the place of an ordinary file only, and of none in the project: what was there is gone then.
 * NULL is fine. 0, or the exit status after a complaint. */
int vvi_cli_check_output(const vv_study *study, const char *output);
/* The same of any path that an option names: it is not the project's folder and not right in it, even if neither is there yet. */
int vvi_cli_check_outside(const char *option, const char *path, const char *project);

/* import.c: what an import or a copy has made. 0, or the exit status after a complaint. */
struct vvi_exchanged;
int vvi_cli_say_exchanged(const vvi_options *options, const char *where, const struct vvi_exchanged *exchanged);

/* ---- search.c --------------------------------------------------------------------------------------------------- */

/* --enqueue FILE, as text; --constraint of any number of times, as one text. 0, or the exit status after a complaint. */
int vvi_cli_enqueued(const vvi_options *options, vvi_text *text);
int vvi_cli_constraints(const vvi_options *options, vvi_text *text);
/* enqueue_check.c. false: the values of a request cannot be, by what the study keeps of its space; and why. */
bool vvi_cli_enqueue_fits(const vv_study *study, const char *values, vv_error *reason);
/* command.c: "To go on: ", and the command that was given. */
void vvi_cli_say_go_on(const vvi_options *options, FILE *out);
/* The exit status of a search that did not begin. */
int vvi_cli_search_status(vv_status status);
/* A whole search, as the options say. `project`: the folder's name where they say none. The exit status. */
int vvi_search_run(const vvi_options *options, const vv_hypermodel *hypermodel, const char *project);

/* ---- command.c: how a search was begun ---------------------------------------------------------------------------- */

/* As vv_search_args.command wants it, with a password that should not be there made unreadable. 0, or the exit status after
 * a complaint. */
int vvi_cli_command(const vvi_options *options, vvi_text *json);
/* The words as a shell would read them; without those by which a search begins anew, or only begins. */
void vvi_cli_write_command(vvi_text *text, const char *const *argv, size_t argc);
/* How to go on with a study, from its fact: "cd DIR && varve search ..."; false: it says nothing. */
bool vvi_cli_read_command(const vv_study *study, vvi_text *text);

/* ---- compile.c -------------------------------------------------------------------------------------------------- */

/* The shared object of a C file, compiled now or found in the cache. *exit_status says what to exit with on failure;
 * the complaint was made. */
typedef struct vvi_compiled {
    char path[4096 + 64];
    bool temporary;        /* remove it after loading ...    */
    bool temporary_folder; /* ... and the folder it lies in */
} vvi_compiled;
bool vvi_compile(const char *file, vvi_compiled *compiled, int *exit_status);

/* ---- hypermodel.c ----------------------------------------------------------------------------------------------- */

typedef struct vvi_loaded {
    vv_hypermodel hypermodel; /* as declared, with its name filled in */
    char name[256];           /* the file's name without folder and ".c" */
    char path[4096];          /* absolute */
    void *library;
} vvi_loaded;
/* 0, or the exit status after a complaint. find: only fills in path and name. */
int vvi_hypermodel_find(const char *file, vvi_loaded *loaded);
int vvi_hypermodel_load(const char *file, vvi_loaded *loaded);
void vvi_hypermodel_unload(vvi_loaded *loaded);
/* What it means; owned: vv_explanation_free. 0, or the exit status after a complaint, which names the file. */
int vvi_hypermodel_explain(const char *file, const vv_explain_args *args, vv_explanation **explanation);

/* ---- values.c: NAME=VALUE,... ----------------------------------------------------------------------------------- */

typedef struct vvi_values {
    vv_assignment *list; /* values as texts; these and names lie in `text` */
    size_t n;
    char *text;
} vvi_values;
/* 0, or the exit status after a complaint. */
int vvi_values_parse(const char *text, vvi_values *values);
void vvi_values_deinit(vvi_values *values);

/* ---- checkpoint.c: a project and one of its trials with weights ------------------------------------------------- */

typedef struct vvi_trained {
    int trial;
    vv_model *model;
    vv_data *data;
} vvi_trained;
/* Opens the project, loads the trial's network and the data with the study's preparation. 0, or the exit status after a
 * complaint. */
int vvi_trained_open(const vvi_options *options, vvi_trained *trained);
void vvi_trained_close(vvi_trained *trained);
/* "3": the id; false: not a trial's number. */
bool vvi_cli_trial_id(const char *text, int *id);

/* ---- live screens ----------------------------------------------------------------------------------------------- */

/* A trial's values as they are shown, kept beyond the event. */
typedef struct vvi_shown {
    int id;
    char score[VVI_NUMBER_SIZE]; /* in the metric that epochs go by; "": none */
    size_t n;
    const char **names, **values;
    vvi_arena arena;
} vvi_shown;

/* A trial that runs. */
typedef struct vvi_row {
    vvi_shown shown;
    int goal;               /* epochs of each execution; 0: nobody says */
    int execution, epochs;  /* the one that runs, counted from 0; epochs that it has */
    int before, here;       /* epochs of all executions: from before this search, and in it */
    double epochs_s;        /* that those here took */
    double since_s;         /* vvi_clock_s of the last of them */
    double loss, objective; /* NaN: none yet */
    double *curve;          /* of the objective, of this execution */
    size_t n_curve, capacity;
} vvi_row;

/* running.c: the trials that run now. */
typedef struct vvi_running {
    vvi_row *list;
    size_t n;
    int executions;
    char metric[64], unit[8];
} vvi_running;
void vvi_running_begin(vvi_running *running, const vv_event *event); /* each takes the event of its name */
void vvi_running_epoch(vvi_running *running, const vv_event *event);
void vvi_running_end(vvi_running *running, const vv_event *event);
double vvi_running_share(const vvi_running *running,
                         const vvi_row *row); /* that is done; 0 where the whole is not known */
/* At that time of vvi_clock_s. NaN: not known. */
double vvi_running_left_s(const vvi_running *running, const vvi_row *row, double now_s);
/* Adds a line for each, under a head; at most so many lines. */
void vvi_running_write(const vvi_running *running, size_t lines, size_t columns, bool color, vvi_text *block);
void vvi_running_deinit(vvi_running *running);

/* beside.c: values of the best trial beside those of the running ones. */
void vvi_shown_take(vvi_shown *shown, const vv_trial *trial); /* its values, anew; the score is the caller's */
void vvi_shown_deinit(vvi_shown *shown);
void vvi_beside_write(const vvi_shown *best, const vvi_running *running, size_t lines, size_t columns, bool color,
                      vvi_text *block);

/* One line of the best, where there is no room for a table. */
void vvi_beside_best(const vvi_shown *best, const char *metric, vvi_text *block);

/* overall.c: how far the search is, and how long it may take. */
enum { VVI_OVERALL_ENDS = 32 };
typedef struct vvi_overall {
    int64_t most;                /* trials that there shall be; 0: cannot be told */
    int max_epochs_total;        /* 0: no limit */
    double max_seconds, spent_s; /* 0: no limit; spent by earlier searches */
    bool paused;
    const char *where; /* the study's path, borrowed; known where it is paused */
    double began_s;    /* vvi_clock_s when the search did, and ... */
    double first_s;    /* ... when the first trial did; 0: none has */
    vv_counts counts;  /* of the study, as of read_s */
    int64_t refused;
    double read_s, reading_s;    /* when, and how long that took */
    int64_t others;              /* final trials that this process has not ended */
    double work;                 /* trials' worth of it, by those that have ended here */
    int64_t final_before;        /* trials that had ended when the search began, whoever ran them */
    int64_t epochs, epochs_read; /* that came here; of them, those that `counts` has */
    int ended;
    struct {
        double s, work;
    } ends[VVI_OVERALL_ENDS]; /* the last ones, in a ring */
} vvi_overall;
void vvi_overall_event(vvi_overall *overall, const vvi_running *running,
                       const vv_event *event); /* before `running` sees it */
/* At that time of vvi_clock_s. NaN: cannot be told. */
double vvi_overall_left_s(const vvi_overall *overall, const vvi_running *running, double now_s);
void vvi_overall_write(const vvi_overall *overall, const vvi_running *running, size_t columns, vvi_text *block);

/* ---- screen.c: what a search shows ------------------------------------------------------------------------------ */

typedef struct vvi_screen {
    FILE *out;
    void (*show)(struct vvi_screen *screen, const vv_event *event);
    vvi_live live;
    vvi_text above; /* lines that are yet to be shown above the block */
    vvi_running running;
    vvi_overall overall;
    vvi_shown best;
    const volatile int *stop, *forget; /* somebody has asked to stop; counts how often the block was left behind */
    int forgotten;
    bool stop_said, dirty; /* dirty: something has happened since it was drawn */
    double drawn_s;
    int columns, rows; /* of the terminal then */
    bool began;        /* has the search? */
    bool tried;        /* has a trial begun? */
    bool color;
    int trials; /* ended in this search */
    vv_refusals refusals;
} vvi_screen;
void vvi_screen_init(vvi_screen *screen, FILE *out, bool json);
void vvi_screen_quiet(vvi_screen *screen); /* nothing but a line for each trial that ends, where it is no JSON */
void vvi_screen_on_event(void *context, const vv_event *event);
void vvi_screen_on_tick(vvi_screen *screen);
void vvi_screen_deinit(vvi_screen *screen);

/* ---- logs.c: what a search writes besides ----------------------------------------------------------------------- */

enum { VVI_LOGS = 2 };
typedef struct vvi_logs {
    void *list[VVI_LOGS]; /* NULL: not asked for */
    bool said[VVI_LOGS];  /* that something could not be written */
} vvi_logs;
/* None is in the project's own folder. 0, or the exit status after a complaint. */
int vvi_logs_open(vvi_logs *logs, const vvi_options *options, const char *project);
void vvi_logs_take(vvi_logs *logs, const vv_event *event, vvi_screen *screen);
void vvi_logs_close(vvi_logs *logs);

#endif
