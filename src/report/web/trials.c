/* trials.c - all trials as columns of a sheet, for a table that a page sorts and filters. */
#include "report/web/pages.h"

#include <math.h>
#include <string.h>

enum { WORD = 200, BACK = 64 };

typedef struct writer {
    vvi_json *json;
    vvi_sheet *sheet;
    const vvi_frame *frame;
    double *numbers;    /* of the column at hand, n of them */
    const char **words; /* its words, at most n */
    size_t n_words;
    vv_status status;
    vv_error *error;
} writer;

static void add_visible(vvi_json *json, const char *key, const char *string)
{
    vvi_text text = { 0 };
    vvi_text_add_visible(&text, string, WORD);
    json->text.failed = json->text.failed || text.failed;
    vvi_json_string(json, key, text.data == NULL ? "" : text.data);
    vvi_text_deinit(&text);
}

/* Begins the words of the column anew. */
static void begin_words(writer *w)
{
    w->n_words = 0;
}

/* Looks at the last few only: a word need not be there once, that only costs room. */
static double word_index(writer *w, const char *word)
{
    if (word == NULL) return (double)NAN;
    size_t k = w->n_words;
    const size_t last = k > BACK ? k - BACK : 0;
    while (k > last && w->words[k - 1] != word && strcmp(w->words[k - 1], word) != 0) k--;
    if (k > last) return (double)(k - 1);
    w->words[w->n_words] = word;
    return (double)w->n_words++;
}

static bool is_empty(const double *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(numbers[i])) return false;
    return true;
}

/* `words`: NULL, or what the numbers are indexes of. */
static void add_column(writer *w, const char *kind, const char *title, const double *numbers, const char *const *words,
                       size_t n_words)
{
    size_t index = 0;
    if (w->status != VV_OK || numbers == NULL || is_empty(numbers, w->frame->n)) return;
    w->status = vvi_sheet_column(w->sheet, numbers, w->frame->n, &index, w->error);
    if (w->status != VV_OK) return;
    vvi_json_begin(w->json, NULL, '{');
    add_visible(w->json, "title", title);
    vvi_json_string(w->json, "kind", kind);
    if (words != NULL) vvi_json_begin(w->json, "words", '[');
    for (size_t i = 0; words != NULL && i < n_words; i++) add_visible(w->json, NULL, words[i]);
    if (words != NULL) vvi_json_end(w->json, ']');
    vvi_json_count(w->json, "column", index);
    vvi_json_end(w->json, '}');
}

static void add_ints(writer *w, const char *kind, const char *title, const int *numbers)
{
    for (size_t i = 0; i < w->frame->n; i++) w->numbers[i] = numbers[i];
    add_column(w, kind, title, w->numbers, NULL, 0);
}

/* ---- columns ---------------------------------------------------------------------------------------------------------- */

static void add_status(writer *w)
{
    begin_words(w);
    for (size_t i = 0; i < w->frame->n; i++) w->numbers[i] = word_index(w, vv_trial_status_name(w->frame->status[i]));
    add_column(w, "status", "Status", w->numbers, w->words, w->n_words);
}

static void add_scores(writer *w)
{
    const vv_objectives *objectives = &w->frame->objectives;
    if (objectives->n == 0) add_column(w, "score", "score", w->frame->scores[0], NULL, 0);
    for (size_t i = 0; i < objectives->n; i++)
        add_column(w, "score", objectives->list[i].name, w->frame->scores[i], NULL, 0);
    add_column(w, "violation", "exceeds constraints by", w->frame->violation, NULL, 0);
}

static void add_variables(writer *w)
{
    for (size_t i = 0; i < w->frame->n_variables; i++) {
        const vvi_variable *variable = &w->frame->variables[i];
        add_column(w, "hyperparameter", variable->name, variable->values, variable->words, variable->n_words);
    }
}

static void add_networks(writer *w)
{
    const vvi_frame *frame = w->frame;
    for (size_t i = 0; frame->structure != NULL && i < frame->n; i++)
        w->numbers[i] = frame->structure[i] < 0 ? (double)NAN : frame->structures[frame->structure[i]].layers;
    if (frame->structure != NULL) add_column(w, "layers", "layers", w->numbers, NULL, 0);
    add_column(w, "params", "parameters", frame->params, NULL, 0);
}

static void add_history(writer *w)
{
    const vvi_frame *frame = w->frame;
    add_ints(w, "epochs", "epochs", frame->epochs);
    add_column(w, "seconds", "time", frame->seconds, NULL, 0);
    add_column(w, "began", "began", frame->began, NULL, 0);
    add_column(w, "ended", "ended", frame->ended, NULL, 0);
    for (size_t i = 0; i < frame->n; i++) w->numbers[i] = frame->worker[i] < 0 ? (double)NAN : frame->worker[i];
    add_column(w, "worker", "worker", w->numbers, frame->workers, frame->n_workers);
    begin_words(w);
    for (size_t i = 0; i < frame->n; i++) w->numbers[i] = word_index(w, frame->reasons[i]);
    add_column(w, "reason", "reason", w->numbers, w->words, w->n_words);
}

vv_status vvi_json_trial_columns(vvi_json *json, const vvi_frame *frame, vvi_sheet *sheet, vv_error *error)
{
    writer w = { .json = json, .sheet = sheet, .frame = frame, .error = error };
    w.numbers = vvi_malloc((frame->n + 1) * sizeof *w.numbers);
    w.words = vvi_malloc((frame->n + 1) * sizeof *w.words);
    vvi_json_begin(json, "trials", '{');
    vvi_json_count(json, "n", frame->n);
    vvi_json_begin(json, "columns", '[');
    if (w.numbers != NULL && w.words != NULL) {
        add_ints(&w, "trial", "Trial", frame->ids);
        add_status(&w);
        add_scores(&w);
        add_variables(&w);
        add_networks(&w);
        add_history(&w);
    } else
        w.status = vvi_no_memory(error);
    vvi_json_end(json, ']');
    vvi_json_end(json, '}');
    vvi_free(w.numbers);
    vvi_free(w.words);
    return w.status;
}
