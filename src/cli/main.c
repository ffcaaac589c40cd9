/* main.c - the varve command: a table of subcommands, one file each. */
#include "cli/cli.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const vvi_command *const commands[] = {
    &vvi_command_summary, &vvi_command_explain, &vvi_command_search, &vvi_command_tune,     &vvi_command_ask,
    &vvi_command_tell,    &vvi_command_worker,  &vvi_command_submit, &vvi_command_studies,  &vvi_command_status,
    &vvi_command_results, &vvi_command_show,    &vvi_command_export, &vvi_command_evaluate, &vvi_command_predict,
    &vvi_command_import,  &vvi_command_copy,    &vvi_command_data,   &vvi_command_oracles,
};

static void write_usage(FILE *out)
{
    fputs("usage: varve COMMAND ...\n"
          "Hyperparameter and architecture search for neural networks.\n\n",
          out);
    for (size_t i = 0; i < VVI_COUNT(commands); i++)
        fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n  varve COMMAND --help   its options\n"
          "  varve --version        the version\n\n"
          "Exit status: 0 done, 1 the run failed, 2 usage, 3 stored state unusable.\n",
          out);
}

static const vvi_command *find_command(const char *name)
{
    for (size_t i = 0; i < VVI_COUNT(commands); i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

static int no_such_command(const char *name)
{
    const char *names[VVI_COUNT(commands)];
    for (size_t i = 0; i < VVI_COUNT(commands); i++) names[i] = commands[i]->name;
    const char *nearest = vvi_nearest(name, names, VVI_COUNT(commands), sizeof names[0]);
    if (nearest == NULL) return vvi_cli_complain(VVI_EXIT_USAGE, "there is no command \"%s\"; see varve --help", name);
    return vvi_cli_complain(VVI_EXIT_USAGE, "there is no command \"%s\"; did you mean \"%s\"?", name, nearest);
}

static int run_command(const vvi_command *command, int argc, char **argv)
{
    vvi_options options;
    char message[512];
    if (!vvi_options_parse(command, argc, argv, &options, message, sizeof message)) {
        vvi_text visible = { 0 };
        vvi_text_add_visible(&visible, message, 0);
        fprintf(stderr, "varve %s: %s\nvarve %s --help lists what there is\n", command->name,
                visible.data == NULL ? "" : visible.data, command->name);
        vvi_text_deinit(&visible);
        return VVI_EXIT_USAGE;
    }
    if (!options.help) return command->run(&options);
    vvi_options_help(command, stdout);
    return vvi_cli_end(VVI_EXIT_DONE, stdout);
}

/* varve help [COMMAND] */
static int help(const char *name)
{
    const vvi_command *command = name == NULL ? NULL : find_command(name);
    if (name != NULL && command == NULL) return no_such_command(name);
    if (command == NULL)
        write_usage(stdout);
    else
        vvi_options_help(command, stdout);
    return vvi_cli_end(VVI_EXIT_DONE, stdout);
}

/* A standard stream that is closed would give its number to the next file opened, a database perhaps, and what is
 * printed would go there. In its place comes one that refuses to be written. */
static void open_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0) return;
}

int main(int argc, char **argv)
{
    open_standard_streams();
    if (argc < 2) {
        write_usage(stderr);
        return VVI_EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) return help(NULL);
    if (strcmp(word, "help") == 0) return help(argc > 2 ? argv[2] : NULL);
    if (strcmp(word, "--version") == 0) {
        printf("varve %s\n", vv_version());
        return vvi_cli_end(VVI_EXIT_DONE, stdout);
    }
    const vvi_command *command = find_command(word);
    return command == NULL ? no_such_command(word) : run_command(command, argc, argv);
}
