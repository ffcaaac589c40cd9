/* manual.c - manual pages in mdoc(7), made from the tables of commands and options.
 *
 * What a page says beyond the tables lies in a folder (docs/man): NAME.mdoc begins with the text of its DESCRIPTION and may
 * go on with further sections; options.mdoc says more of single options, each after a line `.\" --NAME`, to every command
 * that has them. A command without such a file has a page all the same, and a new option needs nothing but its row.
 */
#include "base/base.h"
#include "cli/cli.h"

#include <ctype.h>
#include <string.h>

enum { LINE = 76 };

/* ---- text ------------------------------------------------------------------------------------------------------- */

static bool ends_sentence(const char *word, size_t n)
{
    while (n > 0 && (word[n - 1] == ')' || word[n - 1] == '"')) n--;
    return n > 0 && strchr(".!?", word[n - 1]) != NULL;
}

static void write_escaped(const char *bytes, size_t n, FILE *out)
{
    for (size_t i = 0; i < n; i++) {
        const bool dashes = bytes[i] == '-' && ((i > 0 && bytes[i - 1] == '-') || (i + 1 < n && bytes[i + 1] == '-'));
        if (dashes || bytes[i] == '\\') fputc('\\', out);
        fputc(bytes[i] == '\\' ? 'e' : bytes[i], out);
    }
}

/* Running text: lines that are short, end where sentences end, and are not taken for macros. */
static void write_text(const char *text, FILE *out)
{
    size_t column = 0;
    while (*(text += strspn(text, " \n")) != '\0') {
        const size_t n = strcspn(text, " \n");
        if (column > 0 && column + n >= LINE) column = 0, fputc('\n', out);
        if (column > 0) fputc(' ', out);
        if (column == 0 && (text[0] == '.' || text[0] == '\'')) fputs("\\&", out);
        write_escaped(text, n, out);
        column += n + 1;
        if (ends_sentence(text, n)) column = 0, fputc('\n', out);
        text += n;
    }
    if (column > 0) fputc('\n', out);
}

/* As a sentence of its own: rows begin small and have no full stop. */
static void write_sentence(const char *text, FILE *out)
{
    char sentence[1024];
    const int n = snprintf(sentence, sizeof sentence - 1, "%s", text);
    if (n <= 0 || (size_t)n >= sizeof sentence - 1) return;
    sentence[0] = (char)toupper((unsigned char)sentence[0]);
    if (!ends_sentence(sentence, (size_t)n)) strcpy(sentence + n, ".");
    write_text(sentence, out);
}

/* ---- what lies beside the tables -------------------------------------------------------------------------------- */

typedef struct manual {
    const vvi_command *command; /* NULL: varve itself */
    vvi_text own, options;      /* NAME.mdoc, options.mdoc */
    const char *tail;           /* in `own`: the sections that come after the exit statuses */
    FILE *out;
} manual;

/* A file that is not there says nothing. */
static bool read_beside(const char *folder, const char *name, vvi_text *text)
{
    char path[4096], bytes[4096];
    snprintf(path, sizeof path, "%s/%s.mdoc", folder, name);
    FILE *file = fopen(path, "r");
    if (file == NULL) return true;
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;) vvi_text_add(text, bytes, n);
    const bool read = ferror(file) == 0 && !text->failed;
    fclose(file);
    return read;
}

static const char *find_section(const char *text, const char *title)
{
    const size_t n = strlen(title);
    for (const char *at = text; (at = strstr(at, ".Sh ")) != NULL; at++)
        if ((at == text || at[-1] == '\n') && strncmp(at + 4, title, n) == 0 && at[4 + n] == '\n') return at;
    return NULL;
}

/* Where in `text` the sections begin that follow the exit statuses. */
static const char *find_tail(const char *text)
{
    static const char *const titles[] = { "EXAMPLES", "SEE ALSO" };
    const char *tail = text + strlen(text);
    for (size_t i = 0; i < VVI_COUNT(titles); i++) {
        const char *section = find_section(text, titles[i]);
        if (section != NULL && section < tail) tail = section;
    }
    return tail;
}

/* What options.mdoc says of an option, without the lines that name options. */
static void write_more(const manual *m, const vvi_option *option)
{
    char head[80];
    snprintf(head, sizeof head, ".\\\" --%s\n", option->name);
    const char *text = m->options.data == NULL ? NULL : strstr(m->options.data, head);
    if (text == NULL) return;
    text += strlen(head);
    const char *end = strstr(text, "\n.\\\" --");
    fwrite(text, 1, end == NULL ? strlen(text) : (size_t)(end + 1 - text), m->out);
}

/* ---- parts of a page -------------------------------------------------------------------------------------------- */

static void write_head(const manual *m)
{
    const char *name = m->command == NULL ? "" : m->command->name;
    fprintf(m->out, ".Dd %s\n.Dt VARVE", VARVE_DATE);
    if (m->command != NULL) fputc('-', m->out);
    for (const char *c = name; *c != '\0'; c++) fputc(toupper((unsigned char)*c), m->out);
    fputs(" 1\n.Os\n.Sh NAME\n", m->out);
    if (m->command == NULL)
        fputs(".Nm varve\n.Nd hyperparameter and architecture search for neural networks\n.Sh SYNOPSIS\n", m->out);
    else
        fprintf(m->out, ".Nm varve-%s\n.Nd %s\n.Sh SYNOPSIS\n", name, m->command->summary);
}

static void write_option_name(const vvi_option *option, FILE *out)
{
    fprintf(out, "Fl -%s", option->name);
    if (option->argument != NULL) fprintf(out, " Ar %s", option->argument);
}

static void write_command_synopsis(const manual *m)
{
    const vvi_command *c = m->command;
    const vvi_option *rows[VVI_MOST_ROWS];
    const size_t n = vvi_options_rows(c, rows);
    fprintf(m->out, ".Nm varve %s\n", c->name);
    for (size_t i = 0; i < n; i++) {
        fputs(rows[i]->required ? "." : ".Op ", m->out);
        write_option_name(rows[i], m->out);
        fputc('\n', m->out);
    }
    for (size_t i = 0; i < c->n_positionals; i++) {
        const vvi_positional *p = &c->positionals[i];
        fprintf(m->out, ".%sAr %s%s\n", p->optional ? "Op " : "", p->name, p->many ? " ..." : "");
    }
    if (c->rest != NULL) fprintf(m->out, ".Op Fl - Ar %s\n", c->rest);
}

static void write_choices(const manual *m)
{
    const char *name, *summary;
    fprintf(m->out, ".Pp\n.Ar %s\nis one of\n.Bl -tag -width Ds\n", m->command->choices);
    for (size_t i = 0; (name = m->command->choice(i, &summary)) != NULL; i++) {
        fprintf(m->out, ".It Cm %s\n", name);
        write_sentence(summary, m->out);
    }
    fputs(".El\n", m->out);
}

static void write_arguments(const manual *m)
{
    const vvi_option *rows[VVI_MOST_ROWS];
    const size_t n = vvi_options_rows(m->command, rows);
    char text[512];
    fputs(".Pp\nThe arguments are:\n.Bl -tag -width Ds\n", m->out);
    for (size_t i = 0; i < m->command->n_positionals; i++) {
        fprintf(m->out, ".It Ar %s\n", m->command->positionals[i].name);
        write_sentence(m->command->positionals[i].help, m->out);
    }
    for (size_t i = 0; i < n; i++) {
        fputs(".It ", m->out);
        write_option_name(rows[i], m->out);
        if (rows[i]->letter != '\0') fprintf(m->out, " , Fl %c Ar %s", rows[i]->letter, rows[i]->argument);
        fputc('\n', m->out);
        vvi_options_describe(rows[i], text, sizeof text);
        write_sentence(text, m->out);
        write_more(m, rows[i]);
    }
    fputs(".It Fl -help\nPrints a short form of this page.\n.El\n", m->out);
    if (m->command->notes != NULL) {
        fputs(".Pp\n", m->out);
        write_text(m->command->notes, m->out);
    }
    if (m->command->choices != NULL) write_choices(m);
}

static void write_commands(const manual *m)
{
    size_t n;
    const vvi_command *const *commands = vvi_cli_commands(&n);
    fputs(".Pp\nThe commands, each with a page of its own:\n.Bl -tag -width Ds\n", m->out);
    for (size_t i = 0; i < n; i++) {
        fprintf(m->out, ".It Xr varve-%s 1\n", commands[i]->name);
        write_sentence(commands[i]->summary, m->out);
    }
    fputs(".It Cm help Op Ar COMMAND\nPrints what there is, or the options of a command.\n"
          ".It Cm help Fl -man Op Ar COMMAND\nPrints the source of a manual page.\n"
          ".It Fl -version\nPrints the version.\n.It Fl -licences\n"
          "Prints the licences of what others wrote and the program has in it.\n.El\n",
          m->out);
}

static void write_exit_statuses(const manual *m)
{
    fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n", m->out);
    for (size_t i = 0; i < vvi_n_exit_statuses; i++) {
        fprintf(m->out, ".It %d\n", vvi_exit_statuses[i].status);
        write_text(vvi_exit_statuses[i].text, m->out);
    }
    fputs(".El\n", m->out);
}

static void write_see_also(const manual *m)
{
    if (find_section(m->tail, "SEE ALSO") != NULL || m->command == NULL) return;
    fputs(".Sh SEE ALSO\n.Xr varve 1", m->out);
    if (m->command->like != NULL) fprintf(m->out, " ,\n.Xr varve-%s 1", m->command->like->name);
    fputc('\n', m->out);
}

/* ---- a page ----------------------------------------------------------------------------------------------------- */

/* The text before its first section. */
static void write_description(const manual *m, const char *own, size_t n)
{
    fputs(".Sh DESCRIPTION\n", m->out);
    if (n > 0)
        fwrite(own, 1, n, m->out);
    else
        write_sentence(m->command == NULL ? "searches" : m->command->summary, m->out);
}

static void write_page(manual *m)
{
    const char *own = m->own.data == NULL ? "" : m->own.data;
    m->tail = find_tail(own);
    const char *sections = strncmp(own, ".Sh ", 4) == 0 ? own : strstr(own, "\n.Sh ");
    sections = sections == NULL || sections > m->tail ? m->tail : sections + (*sections == '\n');
    write_head(m);
    if (m->command == NULL)
        fputs(".Nm\n.Ar COMMAND\n.Op Ar ...\n", m->out);
    else
        write_command_synopsis(m);
    write_description(m, own, (size_t)(sections - own));
    (m->command == NULL ? write_commands : write_arguments)(m);
    fwrite(sections, 1, (size_t)(m->tail - sections), m->out);
    write_exit_statuses(m);
    fputs(m->tail, m->out);
    write_see_also(m);
}

int vvi_manual_write(const vvi_command *command, const char *folder, FILE *out)
{
    manual m = { .command = command, .out = out };
    const char *name = command == NULL ? "varve" : command->name;
    const bool read =
        folder == NULL || (read_beside(folder, name, &m.own) && read_beside(folder, "options", &m.options));
    if (read) write_page(&m);
    vvi_text_deinit(&m.own);
    vvi_text_deinit(&m.options);
    return read ? vvi_cli_end(VVI_EXIT_DONE, out) : vvi_cli_complain(VVI_EXIT_FAILED, "%s: cannot be read", folder);
}
