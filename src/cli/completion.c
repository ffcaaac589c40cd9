/* completion.c - varve completion SHELL: what a shell completes, made from the tables of commands and options. */
#include "cli/cli.h"

#include <string.h>

static const vvi_positional positionals[] = {
    { .name = "SHELL", .offset = VVI_MEMBER(source), .help = "which shell: bash" },
};

static void write_names(FILE *out)
{
    size_t n;
    const vvi_command *const *commands = vvi_cli_commands(&n);
    for (size_t i = 0; i < n; i++) fprintf(out, "%s ", commands[i]->name);
    fputs("help", out);
}

/* "    search) words='--data --tuner ...' ;;" */
static void write_case(const vvi_command *command, FILE *out)
{
    const vvi_option *rows[VVI_MOST_ROWS];
    const size_t n = vvi_options_rows(command, rows);
    fprintf(out, "    %s) words='", command->name);
    for (size_t i = 0; i < n; i++) fprintf(out, "--%s ", rows[i]->name);
    fputs("--help' ;;\n", out);
}

/* Options where a dash was typed, files otherwise: what most arguments are. */
static void write_bash(FILE *out)
{
    size_t n;
    const vvi_command *const *commands = vvi_cli_commands(&n);
    fputs(
        "_varve() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} words=\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ] || { [ \"$COMP_CWORD\" -eq 2 ] && [ \"${COMP_WORDS[1]}\" = help ]; }; then\n"
        "        COMPREPLY=($(compgen -W '",
        out);
    write_names(out);
    fputs("' -- \"$word\"))\n"
          "        return\n"
          "    fi\n"
          "    case ${COMP_WORDS[1]} in\n",
          out);
    for (size_t i = 0; i < n; i++) write_case(commands[i], out);
    fputs("    esac\n"
          "    case $word in\n"
          "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$word\")) ;;\n"
          "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
          "    esac\n"
          "}\n"
          "complete -o filenames -F _varve varve\n",
          out);
}

static const struct {
    const char *name;
    void (*write)(FILE *out);
} shells[] = { { "bash", write_bash } };

static int run(const vvi_options *options)
{
    for (size_t i = 0; i < VVI_COUNT(shells); i++) {
        if (strcmp(options->source, shells[i].name) != 0) continue;
        shells[i].write(stdout);
        return vvi_cli_end(VVI_EXIT_DONE, stdout);
    }
    return vvi_cli_complain(VVI_EXIT_USAGE, "completion: there is none for \"%s\"; there is one for bash",
                            options->source);
}

const vvi_command vvi_command_completion = {
    .name = "completion",
    .summary = "what a shell completes, as a script for it",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .notes = "eval \"$(varve completion bash)\" in ~/.bashrc completes commands and options.\n",
    .run = run,
};
