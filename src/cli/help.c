/* help.c - what `varve help` prints, made from the tables: the usage, the options of a command, its manual page, and the
 * names of all commands.
 */
#include "cli/cli.h"

#include <string.h>

const vvi_exit_status vvi_exit_statuses[] = {
    { VVI_EXIT_DONE, "done", "Done; a search that was stopped by one signal, too." },
    { VVI_EXIT_FAILED, "the run failed", "The run failed, or no trial was completed that keeps the constraints." },
    { VVI_EXIT_USAGE, "usage",
      "Usage: the command line, a hypermodel that does not compile or can never be built, or crashes while it is "
      "built, "
      "data, a shape or an objective that cannot be, a budget that nothing fits, options that contradict each other." },
    { VVI_EXIT_STATE, "stored state unusable",
      "Stored state cannot be used: no project, held by another search, of another version, damaged, or made by "
      "another "
      "search." },
    { VVI_EXIT_KILLED, NULL, "Ended at once by a second signal." },
};
const size_t vvi_n_exit_statuses = VVI_COUNT(vvi_exit_statuses);

void vvi_options_describe(const vvi_option *option, char *text, size_t size)
{
    if (option->type == VVI_OPTION_INT || option->type == VVI_OPTION_FLOAT)
        snprintf(text, size, "%s; %.15g..%.15g", option->help, option->min, option->max);
    else
        snprintf(text, size, "%s", option->help);
}

void vvi_help_usage(FILE *out)
{
    size_t n;
    const vvi_command *const *commands = vvi_cli_commands(&n);
    fputs("usage: varve COMMAND ...\n"
          "Hyperparameter and architecture search for neural networks.\n\n",
          out);
    for (size_t i = 0; i < n; i++) fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n  varve COMMAND --help   its options; varve help COMMAND is the same\n"
          "  varve --version        the version\n"
          "  varve --licences       of what it has in it\n\n"
          "Exit status:",
          out);
    for (size_t i = 0; i < vvi_n_exit_statuses && vvi_exit_statuses[i].brief != NULL; i++)
        fprintf(out, "%s %d %s", i == 0 ? "" : ",", vvi_exit_statuses[i].status, vvi_exit_statuses[i].brief);
    fputs(".\n", out);
}

enum { WIDTH = 80, HELP_COLUMN = 28 };

/* Wraps `text` between HELP_COLUMN and WIDTH; the cursor is at `column`. */
static void write_wrapped(const char *text, size_t column, FILE *out)
{
    if (column >= HELP_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    while (*text != '\0') {
        size_t n = strlen(text), most = WIDTH - HELP_COLUMN;
        if (n > most)
            for (n = most; n > 0 && text[n] != ' '; n--) continue;
        fprintf(out, "%*s%.*s\n", (int)(HELP_COLUMN - column), "", (int)n, text);
        text += n + (text[n] == ' ');
        column = 0;
    }
}

static void write_option(const vvi_option *option, FILE *out)
{
    char text[512];
    const char letter[] = { '-', option->letter, ',', ' ', '\0' };
    const int column = fprintf(out, "  %s--%s%s%s", option->letter == '\0' ? "" : letter, option->name,
                               option->argument == NULL ? "" : " ", option->argument == NULL ? "" : option->argument);
    vvi_options_describe(option, text, sizeof text);
    write_wrapped(text, (size_t)column, out);
}

static void list_choices(const vvi_command *command, FILE *out)
{
    const char *name, *summary;
    fprintf(out, "\n%s is one of\n", command->choices);
    for (size_t i = 0; (name = command->choice(i, &summary)) != NULL; i++) fprintf(out, "  %-12s %s\n", name, summary);
}

void vvi_help_command(const vvi_command *command, FILE *out)
{
    const vvi_option *rows[VVI_MOST_ROWS];
    const size_t n = vvi_options_rows(command, rows);
    fprintf(out, "usage: varve %s", command->name);
    for (size_t i = 0; i < command->n_positionals; i++) {
        const vvi_positional *p = &command->positionals[i];
        fprintf(out, p->optional ? " [%s]" : p->many ? " %s ..." : " %s", p->name);
    }
    for (size_t i = 0; i < n; i++)
        if (rows[i]->required) fprintf(out, " --%s %s", rows[i]->name, rows[i]->argument);
    fprintf(out, "%s", n > 0 ? " [options]" : "");
    if (command->rest != NULL) fprintf(out, " [-- %s]", command->rest);
    fprintf(out, "\n%s\n\n", command->summary);
    for (size_t i = 0; i < command->n_positionals; i++) {
        const int column = fprintf(out, "  %s", command->positionals[i].name);
        write_wrapped(command->positionals[i].help, (size_t)column, out);
    }
    for (size_t i = 0; i < n; i++) write_option(rows[i], out);
    write_option(&vvi_option_help, out);
    if (command->notes != NULL) fprintf(out, "\n%s", command->notes);
    if (command->choices != NULL) list_choices(command, out);
}

/* ---- varve help ------------------------------------------------------------------------------------------------- */

static int print_usage(int argc, char **argv)
{
    (void)argc, (void)argv;
    vvi_help_usage(stdout);
    return vvi_cli_end(VVI_EXIT_DONE, stdout);
}

/* COMMAND */
static int print_help(int argc, char **argv)
{
    const vvi_command *command = vvi_cli_find_command(argv[0]);
    (void)argc;
    if (command == NULL) return vvi_cli_no_such_command(argv[0]);
    vvi_help_command(command, stdout);
    return vvi_cli_end(VVI_EXIT_DONE, stdout);
}

/* --commands: their names, for scripts. */
static int print_names(int argc, char **argv)
{
    size_t n;
    const vvi_command *const *commands = vvi_cli_commands(&n);
    (void)argc, (void)argv;
    for (size_t i = 0; i < n; i++) printf("%s\n", commands[i]->name);
    return vvi_cli_end(VVI_EXIT_DONE, stdout);
}

/* --man [COMMAND [FOLDER]]; COMMAND may be varve itself. */
static int print_manual(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "varve", *folder = argc > 2 ? argv[2] : NULL;
    const bool whole = strcmp(name, "varve") == 0;
    const vvi_command *command = whole ? NULL : vvi_cli_find_command(name);
    if (!whole && command == NULL) return vvi_cli_no_such_command(name);
    return vvi_manual_write(command, folder, stdout);
}

int vvi_help_run(int argc, char **argv)
{
    static const struct {
        const char *word;
        int (*print)(int argc, char **argv);
    } forms[] = { { "--commands", print_names }, { "--man", print_manual } };
    if (argc == 0) return print_usage(argc, argv);
    for (size_t i = 0; i < VVI_COUNT(forms); i++)
        if (strcmp(argv[0], forms[i].word) == 0) return forms[i].print(argc, argv);
    return print_help(argc, argv);
}
