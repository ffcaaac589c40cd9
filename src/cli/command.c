/* command.c - how a search was begun: kept with the study, so that others can say how to go on with it.
 *
 * A password has no place on a command line, and is refused where a study is named (where.c). One that stands elsewhere,
 * among a program's words perhaps, is made unreadable before it is kept. Words that are of the beginning alone are neither
 * kept nor said: whoever goes on with --overwrite removes what there is.
 */
#include "cli/cli.h"
#include "study/study.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- words ----------------------------------------------------------------------------------------------------------- */

static bool is_left_out(const char *word)
{
    return strcmp(word, "--overwrite") == 0 || strcmp(word, "--begin-only") == 0;
}

/* Is it a word to go on with? ours: what comes before -- is, after it a program's. */
static bool is_wanted(const char *word, bool *ours)
{
    *ours = *ours && strcmp(word, "--") != 0;
    return !*ours || !is_left_out(word);
}

/* ---- keeping --------------------------------------------------------------------------------------------------------- */

static bool may_have_password(const char *word)
{
    return strstr(word, "postgres://") != NULL || strstr(word, "postgresql://") != NULL;
}

static bool add_word(vvi_json *json, const char *word)
{
    char *shown = may_have_password(word) ? vvi_pg_show(word) : vvi_strdup(word);
    if (shown != NULL) vvi_json_string(json, NULL, shown);
    const bool added = shown != NULL;
    vvi_free(shown);
    return added;
}

static bool add_argv(vvi_json *json, const vvi_options *options)
{
    bool whole = true, ours = true;
    for (int i = 0; whole && i < options->argc; i++)
        if (is_wanted(options->argv[i], &ours)) whole = add_word(json, options->argv[i]);
    return whole;
}

int vvi_cli_command(const vvi_options *options, vvi_text *text)
{
    char folder[4096], host[256] = "";
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_begin(&json, "argv", '[');
    const bool whole = add_argv(&json, options);
    vvi_json_end(&json, ']');
    vvi_json_string(&json, "cwd", getcwd(folder, sizeof folder));
    vvi_json_string(&json, "host", gethostname(host, sizeof host - 1) == 0 ? host : NULL);
    vvi_json_end(&json, '}');
    vvi_text_deinit(text);
    *text = json.text;
    if (whole && !text->failed) return 0;
    return vvi_cli_complain(VVI_EXIT_FAILED, "%s", vv_strerror(VV_NO_MEMORY));
}

/* ---- saying ---------------------------------------------------------------------------------------------------------- */

/* As a shell reads it. Of a text that is shown no word has a line end: they are escaped. */
static void add_quoted(vvi_text *text, const char *word, bool shown)
{
    vvi_text quoted = { 0 };
    vvi_text_add_quoted(&quoted, word);
    text->failed = text->failed || quoted.failed;
    if (!quoted.failed && shown) vvi_text_add_visible(text, quoted.data, 0);
    if (!quoted.failed && !shown) vvi_text_add(text, quoted.data, quoted.n);
    vvi_text_deinit(&quoted);
}

static void add_words(vvi_text *text, const char *const *argv, size_t argc, char separator, bool shown)
{
    bool ours = true;
    for (size_t i = 0; i < argc; i++) {
        if (!is_wanted(argv[i], &ours)) continue;
        if (i > 0) vvi_text_add(text, &separator, 1);
        add_quoted(text, argv[i], shown);
    }
}

void vvi_cli_write_command(vvi_text *text, const char *const *argv, size_t argc)
{
    add_words(text, argv, argc, ' ', false);
}

/* A program reads one line; people lines of a shell, broken between words, which line ends keep apart here. */
static void write_broken(FILE *out, const char *label, const char *words)
{
    const bool breaks = isatty(fileno(out));
    const int wide = vvi_report_width(out);
    const size_t width = (size_t)(wide < VVI_REPORT_WIDTH ? wide : VVI_REPORT_WIDTH);
    size_t used = strlen(label);
    fputs(label, out);
    for (bool first = true; *words != '\0'; first = false) {
        const size_t n = strcspn(words, "\n"), columns = vvi_report_columns(words, n);
        const bool fits = !breaks || used + columns + 3 <= width;
        if (!first) fputs(fits ? " " : " \\\n    ", out);
        used = (first || fits ? used + !first : 4) + columns;
        fwrite(words, 1, n, out);
        words += n + (words[n] == '\n');
    }
    fputc('\n', out);
}

void vvi_cli_say_go_on(const vvi_options *options, FILE *out)
{
    vvi_text words = { 0 };
    add_words(&words, (const char *const *)options->argv, (size_t)options->argc, '\n', true);
    if (!words.failed && words.n > 0) write_broken(out, "To go on: ", words.data);
    vvi_text_deinit(&words);
}

static bool write_words(const json_t *argv, vvi_text *text)
{
    const size_t n = json_array_size(argv);
    const char **words = calloc(n + 1, sizeof *words);
    bool good = words != NULL && n > 0;
    for (size_t i = 0; good && i < n; i++) {
        words[i] = json_string_value(json_array_get(argv, i));
        good = words[i] != NULL;
    }
    if (good) vvi_cli_write_command(text, words, n);
    free(words);
    return good;
}

bool vvi_cli_read_command(const vv_study *study, vvi_text *text)
{
    char *fact = NULL;
    if (vv_study_get(study, "command", &fact, NULL) != VV_OK || fact == NULL) return false;
    json_t *root = json_loads(fact, 0, NULL);
    const char *folder = json_string_value(json_object_get(root, "cwd"));
    if (folder != NULL) {
        vvi_text_printf(text, "cd ");
        vvi_text_add_quoted(text, folder);
        vvi_text_printf(text, " && ");
    }
    const bool good = write_words(json_object_get(root, "argv"), text) && !text->failed;
    json_decref(root);
    free(fact);
    return good;
}
