/* options.c - reading a command line after a table: --name=value and --name value, options and positionals in any
 * order, "--" before positionals that begin with a dash. An option given twice: the last one counts.
 */
#include "cli/options.h"

#include "base/base.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const vvi_option vvi_option_help = {
    .name = "help", .type = VVI_OPTION_FLAG, .offset = offsetof(vvi_options, help), .help = "this text"
};

/* ---- values ----------------------------------------------------------------------------------------------------- */

static bool refuse_range(const vvi_option *option, const char *text, char *message, size_t size)
{
    const char *unit = option->type == VVI_OPTION_TIME ? " seconds" : "";
    snprintf(message, size, "--%s: %s is not in %.15g..%.15g%s", option->name, text, option->min, option->max, unit);
    return false;
}

static bool set_flag(const vvi_option *option, const char *text, void *member, char *message, size_t size)
{
    (void)option, (void)text, (void)message, (void)size;
    const bool yes = true;
    memcpy(member, &yes, sizeof yes);
    return true;
}

static bool set_int(const vvi_option *option, const char *text, void *member, char *message, size_t size)
{
    char *end;
    errno = 0;
    const long long number = strtoll(text, &end, 10);
    if (end == text || *end != '\0') {
        snprintf(message, size, "--%s: \"%s\" is not a whole number", option->name, text);
        return false;
    }
    if (errno != 0 || (double)number < option->min || (double)number > option->max)
        return refuse_range(option, text, message, size);
    const int value = (int)number;
    memcpy(member, &value, sizeof value);
    return true;
}

static bool set_seed(const vvi_option *option, const char *text, void *member, char *message, size_t size)
{
    char *end;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0) {
        snprintf(message, size, "--%s: %s is not a whole number in 0..18446744073709551615", option->name, text);
        return false;
    }
    const uint64_t value = number;
    memcpy(member, &value, sizeof value);
    return true;
}

static bool set_float(const vvi_option *option, const char *text, void *member, char *message, size_t size)
{
    char *end;
    const double value = strtod(text, &end);
    if (end == text || *end != '\0') {
        snprintf(message, size, "--%s: \"%s\" is not a number", option->name, text);
        return false;
    }
    if (!(value >= option->min && value <= option->max)) return refuse_range(option, text, message, size);
    memcpy(member, &value, sizeof value);
    return true;
}

static bool set_text(const vvi_option *option, const char *text, void *member, char *message, size_t size)
{
    if (text[0] == '\0') {
        snprintf(message, size, "--%s: %s is empty", option->name, option->argument);
        return false;
    }
    memcpy(member, &text, sizeof text);
    return true;
}

static bool set_list(const vvi_option *option, const char *text, void *member, char *message, size_t size)
{
    struct {
        const char *list[8];
        size_t n;
    } list;
    memcpy(&list, member, sizeof list);
    if (list.n == sizeof list.list / sizeof *list.list) {
        snprintf(message, size, "--%s: given more than %zu times; several fit into one, with commas", option->name,
                 list.n);
        return false;
    }
    if (!set_text(option, text, &list.list[list.n], message, size)) return false;
    list.n++;
    memcpy(member, &list, sizeof list);
    return true;
}

static bool set_time(const vvi_option *option, const char *text, void *member, char *message, size_t size)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = { { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
    char *end;
    const double number = strtod(text, &end);
    for (size_t i = 0; end != text && i < sizeof units / sizeof *units; i++) {
        const double seconds = number * units[i].seconds;
        if (strcmp(end, units[i].name) != 0) continue;
        if (!(seconds >= option->min && seconds <= option->max)) return refuse_range(option, text, message, size);
        memcpy(member, &seconds, sizeof seconds);
        return true;
    }
    snprintf(message, size, "--%s: \"%s\" is not a time; say 90s, 30m, 2h or 1d", option->name, text);
    return false;
}

static bool set_number(const vvi_option *option, const char *text, void *member, char *message, size_t size)
{
    vv_maybe maybe = { .set = true };
    if (!set_float(option, text, &maybe.value, message, size)) return false;
    memcpy(member, &maybe, sizeof maybe);
    return true;
}

static bool (*const setters[])(const vvi_option *option, const char *text, void *member, char *message, size_t size) = {
    [VVI_OPTION_FLAG] = set_flag,   [VVI_OPTION_INT] = set_int,       [VVI_OPTION_SEED] = set_seed,
    [VVI_OPTION_FLOAT] = set_float, [VVI_OPTION_TEXT] = set_text,     [VVI_OPTION_LIST] = set_list,
    [VVI_OPTION_TIME] = set_time,   [VVI_OPTION_NUMBER] = set_number,
};

/* ---- rows ------------------------------------------------------------------------------------------------------- */

enum { MOST_WORDS = 64 };

static bool is_left_out(const vvi_command *command, const char *name)
{
    for (size_t i = 0; command->without != NULL && command->without[i] != NULL; i++)
        if (strcmp(command->without[i], name) == 0) return true;
    return false;
}

size_t vvi_options_rows(const vvi_command *command, const vvi_option *rows[VVI_MOST_ROWS])
{
    size_t n = 0;
    for (size_t i = 0; i < command->n_options && n < VVI_MOST_ROWS; i++) rows[n++] = &command->options[i];
    for (size_t i = 0; command->like != NULL && i < command->like->n_options && n < VVI_MOST_ROWS; i++)
        if (!is_left_out(command, command->like->options[i].name)) rows[n++] = &command->like->options[i];
    return n;
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

typedef struct parsing {
    const vvi_command *command;
    int argc, at;
    char **argv;
    vvi_options *options;
    const vvi_option *rows[VVI_MOST_ROWS];
    size_t n_rows;
    bool given[VVI_MOST_ROWS]; /* by row */
    const char *words[MOST_WORDS];
    size_t n_positionals; /* words that were given for them */
    char *message;
    size_t size;
} parsing;

static bool refuse_option(const parsing *p, const char *word, size_t length)
{
    char name[64];
    const char *names[VVI_MOST_ROWS];
    snprintf(name, sizeof name, "%.*s", (int)length, word);
    for (size_t i = 0; i < p->n_rows; i++) names[i] = p->rows[i]->name;
    const char *nearest = vvi_nearest(name, names, p->n_rows, sizeof *names);
    snprintf(p->message, p->size, "there is no option --%s%s%s%s", name, nearest == NULL ? "" : "; did you mean --",
             nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
    return false;
}

static const vvi_option *find_option(parsing *p, const char *word, size_t length)
{
    for (size_t i = 0; i < p->n_rows; i++) {
        const vvi_option *option = p->rows[i];
        if (strncmp(option->name, word, length) != 0 || option->name[length] != '\0') continue;
        p->given[i] = true;
        return option;
    }
    return length == 4 && strncmp(word, "help", 4) == 0 ? &vvi_option_help : NULL;
}

/* `word` is what follows the dashes. */
static bool take_option(parsing *p, const char *word)
{
    const size_t length = strcspn(word, "=");
    const vvi_option *option = find_option(p, word, length);
    if (option == NULL) return refuse_option(p, word, length);
    const char *value = word[length] == '=' ? word + length + 1 : NULL;
    if (option->type == VVI_OPTION_FLAG && value != NULL) {
        snprintf(p->message, p->size, "--%s takes no value", option->name);
        return false;
    }
    if (option->type != VVI_OPTION_FLAG && value == NULL) {
        if (p->at == p->argc) {
            snprintf(p->message, p->size, "--%s: %s is missing", option->name, option->argument);
            return false;
        }
        value = p->argv[p->at++];
    }
    return setters[option->type](option, value, (char *)p->options + option->offset, p->message, p->size);
}

/* "-o", as "--output". */
static bool take_letter(parsing *p, const char *word)
{
    for (size_t i = 0; i < p->n_rows && word[2] == '\0'; i++)
        if (p->rows[i]->letter == word[1]) return take_option(p, p->rows[i]->name);
    snprintf(p->message, p->size, "there is no option %s", word);
    return false;
}

/* All words from p->at - 1 on. */
static bool take_rest(parsing *p)
{
    p->options->rest = p->argv + p->at - 1;
    p->options->n_rest = p->argc - p->at + 1;
    p->at = p->argc;
    return true;
}

static bool has_many(const vvi_command *command)
{
    return command->n_positionals > 0 && command->positionals[command->n_positionals - 1].many;
}

static bool take_positional(parsing *p, const char *word, bool only_positionals)
{
    if (only_positionals && p->command->rest != NULL && p->n_positionals == p->command->n_positionals)
        return take_rest(p);
    const size_t most = has_many(p->command) ? MOST_WORDS : p->command->n_positionals;
    if (p->n_positionals == most) {
        snprintf(p->message, p->size, "\"%s\" is one word too many", word);
        return false;
    }
    p->words[p->n_positionals++] = word;
    return true;
}

/* Does an option stand for it? */
static bool is_replaced(const parsing *p, const vvi_positional *positional)
{
    const char *text;
    if (positional->unless == 0) return false;
    memcpy(&text, (const char *)p->options + positional->unless, sizeof text);
    return text != NULL;
}

static void give_many(const parsing *p, size_t *taken)
{
    const size_t most = sizeof p->options->many.list / sizeof *p->options->many.list;
    while (*taken < p->n_positionals && p->options->many.n < most)
        p->options->many.list[p->options->many.n++] = p->words[(*taken)++];
}

static bool give_words(const parsing *p)
{
    size_t taken = 0;
    for (size_t i = 0; i < p->command->n_positionals; i++) {
        const vvi_positional *positional = &p->command->positionals[i];
        if (is_replaced(p, positional)) continue;
        if (positional->many) {
            give_many(p, &taken);
            continue;
        }
        if (taken < p->n_positionals) {
            memcpy((char *)p->options + positional->offset, &p->words[taken++], sizeof p->words[0]);
        } else if (!positional->optional) {
            snprintf(p->message, p->size, "%s is missing", positional->name);
            return false;
        }
    }
    if (taken == p->n_positionals) return true;
    snprintf(p->message, p->size, "\"%s\" is one word too many", p->words[taken]);
    return false;
}

static bool check_missing(const parsing *p)
{
    if (!give_words(p)) return false;
    for (size_t i = 0; i < p->n_rows; i++) {
        const vvi_option *option = p->rows[i];
        if (!option->required || p->given[i]) continue;
        snprintf(p->message, p->size, "--%s %s is missing", option->name, option->argument);
        return false;
    }
    return true;
}

bool vvi_options_parse(const vvi_command *command, int argc, char **argv, vvi_options *options, char *message,
                       size_t size)
{
    parsing p = {
        .command = command, .argc = argc, .argv = argv, .options = options, .message = message, .size = size
    };
    bool only_positionals = false;
    p.n_rows = vvi_options_rows(command, p.rows);
    *options = (vvi_options){ .argc = argc, .argv = argv, .validation_split = -1 };
    for (p.at = 2; p.at < argc;) {
        const char *word = argv[p.at++];
        bool taken;
        if (only_positionals || word[0] != '-' || word[1] == '\0')
            taken = take_positional(&p, word, only_positionals);
        else if (strcmp(word, "--") == 0)
            taken = only_positionals = true;
        else if (strcmp(word, "-h") == 0)
            taken = options->help = true;
        else if (word[1] != '-')
            taken = take_letter(&p, word);
        else
            taken = take_option(&p, word + 2);
        if (!taken) return false;
        if (options->help) return true;
    }
    return check_missing(&p);
}
