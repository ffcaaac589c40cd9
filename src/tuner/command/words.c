/* words.c - the words that a program is given: "{lr}" is the value of lr, "{units_*}" those of units_0, units_1, ...,
 * "{varve:trial}" a fact about the run; "{{" and "}}" are braces.
 *
 * A word about a hyperparameter that is not active would be an option without a value: it is left out, with the option's name
 * if that is the word before it.
 */
#include "tuner/command/command.h"

#include <stdio.h>
#include <string.h>

static const char prefix[] = "varve:";

/* ---- parsing ------------------------------------------------------------------------------------------------------ */

typedef struct parsing {
    vv_command *command;
    const char *word;
    vv_error *error;
} parsing;

/* The name of a group, "units_*", has its place for an index where the pattern of its row has one. */
static const vvi_space_row *find_group(const vv_space_file *space, const char *name)
{
    char pattern[VVI_ROW_NAME];
    const char *star = strchr(name, '*');
    if (star == NULL || strlen(name) > 120) return NULL;
    snprintf(pattern, sizeof pattern, "%.*s{i}%s", (int)(star - name), name, star + 1);
    for (size_t i = 0; i < space->n_rows; i++)
        if (strcmp(space->rows[i].name, pattern) == 0) return &space->rows[i];
    return NULL;
}

static vv_status refuse_name(const parsing *p, const char *name)
{
    const vv_space_file *space = p->command->space;
    const char *near = vvi_nearest(name, &space->rows[0].name, space->n_rows, sizeof space->rows[0]);
    return vvi_fail(
        p->error, VV_BAD_ARG, "\"%.80s\": {%.60s} names no hyperparameter of %.60s%s%s%s; \"{{\" is a brace", p->word,
        name, space->name, near == NULL ? "" : "; did you mean ", near == NULL ? "" : near, near == NULL ? "" : "?");
}

static vv_status take_fact(const parsing *p, const char *name, vvi_piece *piece)
{
    vvi_text all = { 0 };
    piece->kind = VVI_PIECE_FACT;
    piece->fact = vvi_fact_find(name);
    if (piece->fact < VVI_FACTS) return VV_OK;
    for (size_t i = 0; i < VVI_FACTS; i++) vvi_text_printf(&all, "%s%s", i == 0 ? "" : ", ", vvi_fact_name(i));
    vvi_fail(p->error, VV_BAD_ARG, "\"%.80s\": there is no {varve:%.40s}; there are: %s", p->word, name,
             all.data == NULL ? "?" : all.data);
    vvi_text_deinit(&all);
    return VV_BAD_ARG;
}

static vv_status take_name(const parsing *p, const char *name, vvi_piece *piece)
{
    const vv_space_file *space = p->command->space;
    if (strncmp(name, prefix, strlen(prefix)) == 0) return take_fact(p, name + strlen(prefix), piece);
    const vvi_space_row *group = find_group(space, name),
                        *row = group != NULL ? group : vvi_space_file_find(space, space->n_rows, name);
    if (row == NULL || (row->indexed && strcmp(row->name, name) == 0)) return refuse_name(p, name);
    piece->kind = group != NULL ? VVI_PIECE_VALUES : VVI_PIECE_VALUE;
    piece->text = group != NULL ? group->name : name;
    p->command->used[row - space->rows] = true;
    return VV_OK;
}

/* The piece that begins at `at`; *length: what it takes of the word. */
static vv_status take_piece(const parsing *p, const char *at, vvi_piece *piece, size_t *length)
{
    vvi_arena *arena = &p->command->arena;
    const bool brace = at[0] == '{' || at[0] == '}';
    const bool escaped = brace && at[1] == at[0];
    const size_t n = escaped || !brace ? 0 : strcspn(at, "}");
    if (at[0] == '}' && !escaped)
        return vvi_fail(p->error, VV_BAD_ARG, "\"%.100s\": a } without its {; \"}}\" is a brace", p->word);
    if (at[0] == '{' && !escaped && at[n] == '\0')
        return vvi_fail(p->error, VV_BAD_ARG, "\"%.100s\": a { without its }; \"{{\" is a brace", p->word);
    *length = escaped ? 2 : brace ? n + 1 : strcspn(at, "{}");
    const char *text = brace && !escaped ? vvi_arena_printf(arena, "%.*s", (int)n - 1, at + 1)
                                         : vvi_arena_printf(arena, "%.*s", escaped ? 1 : (int)*length, at);
    if (text == NULL) return vvi_no_memory(p->error);
    if (brace && !escaped) return take_name(p, text, piece);
    *piece = (vvi_piece){ .kind = VVI_PIECE_TEXT, .text = text };
    return VV_OK;
}

static vv_status take_word(const parsing *p, vvi_word *word)
{
    const vvi_piece **last = &word->pieces;
    word->is_plain = true;
    for (const char *at = p->word; *at != '\0';) {
        size_t length = 0;
        vvi_piece *piece = vvi_arena_alloc(&p->command->arena, sizeof *piece);
        if (piece == NULL) return vvi_no_memory(p->error);
        VVI_TRY(take_piece(p, at, piece, &length));
        word->is_plain = word->is_plain && piece->kind == VVI_PIECE_TEXT;
        *last = piece;
        last = &piece->next;
        at += length;
    }
    return VV_OK;
}

vv_status vvi_words_parse(vv_command *command, const char *const *words, size_t n, vv_error *error)
{
    command->words = vvi_arena_alloc(&command->arena, n * sizeof *command->words);
    command->used = vvi_arena_alloc(&command->arena, command->space->n_rows * sizeof *command->used);
    if (command->words == NULL || command->used == NULL) return vvi_no_memory(error);
    command->n_words = n;
    for (size_t i = 0; i < n; i++)
        VVI_TRY(take_word(&(parsing){ .command = command, .word = words[i], .error = error }, &command->words[i]));
    return VV_OK;
}

/* ---- making ------------------------------------------------------------------------------------------------------- */

static bool add_value(vvi_text *text, const vv_active *active)
{
    char short_text[VVI_ROW_NAME];
    if (active == NULL) return false;
    if (active->value.type == VV_VALUE_STRING) {
        vvi_text_printf(text, "%s", active->value.s);
        return true;
    }
    vv_value_format(active->value, short_text, sizeof short_text);
    vvi_text_printf(text, "%s", short_text);
    return true;
}

/* Those of a group that are active; there may be gaps. */
static bool add_values(vvi_text *text, const vv_space_file *space, const char *pattern, const vv_hp *hp)
{
    bool any = false;
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        const vv_active *active = vv_hp_at(hp, i);
        const vvi_space_row *row = vvi_space_file_find(space, space->n_rows, active->name);
        if (row == NULL || strcmp(row->name, pattern) != 0) continue;
        if (any) vvi_text_printf(text, ",");
        any = add_value(text, active);
    }
    return any;
}

/* false: it is about something that is not active. */
static bool make_word(const vvi_command_run *run, const vvi_word *word, vvi_text *text)
{
    bool whole = true;
    vvi_text_printf(text, "%s", "");
    for (const vvi_piece *p = word->pieces; p != NULL; p = p->next) {
        if (p->kind == VVI_PIECE_TEXT) vvi_text_printf(text, "%s", p->text);
        if (p->kind == VVI_PIECE_FACT) vvi_text_printf(text, "%s", run->facts[p->fact]);
        if (p->kind == VVI_PIECE_VALUE) whole = add_value(text, vv_hp_find(run->hp, p->text)) && whole;
        if (p->kind == VVI_PIECE_VALUES) whole = add_values(text, run->command->space, p->text, run->hp) && whole;
    }
    return whole;
}

static bool is_option(const vvi_command_run *run, size_t i, size_t n)
{
    return i > 1 && n > 1 && run->command->words[i - 1].is_plain && run->words[n - 1][0] == '-' &&
           strchr(run->words[n - 1], '=') == NULL;
}

vv_status vvi_words_make(vvi_command_run *run, vv_error *error)
{
    const vv_command *command = run->command;
    size_t n = 0;
    bool kept = true; /* was the word before? */
    run->words = vvi_arena_alloc(&run->arena, (command->n_words + 1) * sizeof *run->words);
    if (run->words == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < command->n_words; i++) {
        vvi_text text = { 0 };
        const bool whole = make_word(run, &command->words[i], &text);
        if (whole)
            run->words[n++] = text.failed ? NULL : vvi_arena_strdup(&run->arena, text.data);
        else if (kept && is_option(run, i, n))
            n--;
        const bool failed = whole && run->words[n - 1] == NULL;
        kept = whole;
        vvi_text_deinit(&text);
        if (failed) return vvi_no_memory(error);
    }
    run->words[n] = NULL;
    return VV_OK;
}
