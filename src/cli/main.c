/* main.c - the varve command: a table of subcommands, one file each. */
#include "cli/cli.h"
#include "report/web/assets.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const vvi_command *const commands[] = {
#define VVI_COMMAND_ROW(name) &vvi_command_##name,
    VVI_COMMANDS(VVI_COMMAND_ROW)
};

const vvi_command *const *vvi_cli_commands(size_t *n)
{
    *n = VVI_COUNT(commands);
    return commands;
}

const vvi_command *vvi_cli_find_command(const char *name)
{
    for (size_t i = 0; i < VVI_COUNT(commands); i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

int vvi_cli_no_such_command(const char *name)
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
    vvi_help_command(command, stdout);
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
        vvi_help_usage(stderr);
        return VVI_EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) return vvi_help_run(0, NULL);
    if (strcmp(word, "help") == 0) return vvi_help_run(argc - 2, argv + 2);
    if (strcmp(word, "--version") == 0) {
        printf("varve %s\n", vv_version());
        return vvi_cli_end(VVI_EXIT_DONE, stdout);
    }
    if (strcmp(word, "--licences") == 0) {
        fputs(vvi_asset_find("licences.txt")->bytes, stdout);
        return vvi_cli_end(VVI_EXIT_DONE, stdout);
    }
    const vvi_command *command = vvi_cli_find_command(word);
    return command == NULL ? vvi_cli_no_such_command(word) : run_command(command, argc, argv);
}
