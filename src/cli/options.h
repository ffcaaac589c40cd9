/* options.h - the tables that drive parsing, range errors, --help, the manual pages and completion. */
#ifndef VVI_CLI_OPTIONS_H
#define VVI_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <varve/status.h>

/* What the user asked for, of all subcommands. Texts are borrowed from argv. Zero and NULL: not given. */
typedef struct vvi_options {
    const char *file, *project_path, *trial; /* positionals; trial is an option of evaluate and predict */
    const char *data, *tuner, *pruner, *objective, *directory, *project, *input, *budget, *precision, *at, *enqueue,
        *warm_start, *storage, *study, *checkpoints, *output, *source, *target, *engine, *memory, *partition, *space,
        *failed, *host, *kind, *x, *y, *method, *tensorboard, *log_csv;
    struct {
        const char *list[8];
        size_t n;
    } constraints;
    int max_trials, max_epochs_total, executions, epochs, batch_size, top, step, workers, trial_memory_mb, max_retries,
        max_failures, keep_checkpoints, cpus, array_limit;
    double validation_split; /* negative: not given */
    double max_seconds, trial_timeout_s, time_s, lease_s;
    vv_maybe stop_at, port;
    uint64_t seed;
    bool defaults_first, overwrite, accept_new_space, csv, curves, begin_only, dry_run, json, help, pruned, wait;
    bool joins; /* not on any command line: the settings are a study's, and this is a worker of it */
    struct {
        const char *list[64];
        size_t n;
    } many;      /* of a positional that there may be any number of */
    char **rest; /* words after "--" */
    int n_rest;
    int argc; /* the whole command line, to be quoted back */
    char **argv;
} vvi_options;

typedef enum vvi_option_type {
    VVI_OPTION_FLAG = 1, /* bool     */
    VVI_OPTION_INT,      /* int      */
    VVI_OPTION_SEED,     /* uint64_t */
    VVI_OPTION_FLOAT,    /* double   */
    VVI_OPTION_TEXT,     /* const char * */
    VVI_OPTION_LIST,     /* const char * list[8], size_t n: may be given more than once */
    VVI_OPTION_TIME,     /* double, in seconds: 90s, 30m, 2h, 1d */
    VVI_OPTION_NUMBER    /* vv_maybe */
} vvi_option_type;

typedef struct vvi_option {
    const char *name; /* without the dashes */
    vvi_option_type type;
    size_t offset;        /* in vvi_options */
    double min, max;      /* INT, FLOAT: inclusive */
    const char *argument; /* its name in --help; NULL for flags */
    const char *help;
    bool required;
    char letter; /* "-o"; 0: none */
} vvi_option;

typedef struct vvi_positional {
    const char *name;
    size_t offset; /* of a const char * in vvi_options */
    const char *help;
    bool optional;
    size_t unless; /* of a const char * of an option that stands for it; 0: none does */
    bool many;     /* the last one: any number of them, into vvi_options.many */
} vvi_positional;

typedef struct vvi_command {
    const char *name, *summary;
    const vvi_positional *positionals;
    size_t n_positionals;
    const vvi_option *options;
    size_t n_options;
    const struct vvi_command *like; /* has its options, too, but for those in `without`; NULL: none has */
    const char *const *without;     /* ends in NULL; NULL: none */
    const char *rest;               /* what further words after "--" are called; NULL: there are none */
    const char *notes;              /* after the options in --help; NULL: none */
    const char *choices;            /* what a positional can name, of a registry: "KIND"; NULL: none */
    const char *(*choice)(size_t index, const char **summary); /* its rows; NULL past the end */
    int (*run)(const vvi_options *options);                    /* the exit status */
} vvi_command;

/* Reads argv[2..]. False: a usage error, which is then in `message`. */
bool vvi_options_parse(const vvi_command *command, int argc, char **argv, vvi_options *options, char *message,
                       size_t size);
/* A command's own options, then those of the command that it is like; --help, which all have, is vvi_option_help. */
enum { VVI_MOST_ROWS = 64 };
size_t vvi_options_rows(const vvi_command *command, const vvi_option *rows[VVI_MOST_ROWS]);
extern const vvi_option vvi_option_help;
/* What a row says of itself, its range included, as one line. */
void vvi_options_describe(const vvi_option *option, char *text, size_t size);

#endif
