/* go_on.c - how to go on with a search: the command that it was begun with. */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

/* Words are kept apart by line ends, which no word has: they are escaped there. */
static void add_word(vvi_text *command, const char *word)
{
    vvi_text quoted = { 0 };
    vvi_cli_quote(&quoted, word);
    if (command->n > 0) vvi_text_add(command, "\n", 1);
    vvi_text_add_visible(command, quoted.data == NULL ? "?" : quoted.data, 0);
    vvi_text_deinit(&quoted);
}

/* A program reads it as one line; people as lines of a shell, broken between words. */
static void write_command(FILE *out, const char *words)
{
    const char *const label = "To go on: ";
    const bool wraps = isatty(fileno(out));
    size_t used = strlen(label);
    fputs(label, out);
    for (bool first = true; *words != '\0'; first = false) {
        const size_t n = strcspn(words, "\n"), columns = vvi_report_columns(words, n);
        const bool fits = !wraps || used + columns + 3 <= VVI_REPORT_WIDTH;
        if (!first) fputs(fits ? " " : " \\\n    ", out);
        used = (first || fits ? used + !first : 4) + columns;
        fwrite(words, 1, n, out);
        words += n + (words[n] == '\n');
    }
    fputc('\n', out);
}

/* The same command, but for --overwrite, which would begin anew. */
void vvi_cli_say_go_on(const vvi_options *options, FILE *out)
{
    vvi_text command = { 0 };
    bool ours = true;
    add_word(&command, options->argv[0]);
    for (int i = 1; i < options->argc; i++) {
        ours = ours && strcmp(options->argv[i], "--") != 0;
        if (ours && strcmp(options->argv[i], "--overwrite") == 0) continue;
        add_word(&command, options->argv[i]);
    }
    if (!command.failed) write_command(out, command.data);
    vvi_text_deinit(&command);
}
