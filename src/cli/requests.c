/* requests.c - varve stop, pause, resume, enqueue: what somebody wants of a search that runs, in another process or on
 * another machine. Each posts one request and says what was done.
 *
 * Where nobody works at the study, one that is about a running search is not even posted. Other ones wait for the next.
 */
#include "cli/cli.h"
#include "study/study.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double patience_s = 5;
enum { LOOK_MS = 50 };

static const char refused[] = "refused: "; /* how an answer begins that is none (study.h) */

typedef struct asking {
    const vvi_options *options;
    vv_request request; /* as it was posted; then with its answer */
    char where[VVI_WHERE_SIZE];
    vv_study *study; /* to read */
    vv_requests read;
    bool live;                                                  /* somebody works at it */
    char refusal[sizeof((vv_error *)0)->text + sizeof refused]; /* ours */
} asking;

static bool waits_for_a_search(const vv_request *request)
{
    return request->kind == VV_REQUEST_STOP_TRIAL || request->kind == VV_REQUEST_ENQUEUE;
}

/* ---- what is said ---------------------------------------------------------------------------------------------------- */

static bool is_refused(const vv_request *request)
{
    return request->done && strncmp(request->answer, refused, sizeof refused - 1) == 0;
}

static vv_status write_json(const asking *a, bool posted, vv_error *error)
{
    const vv_request *request = &a->request;
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    if (posted)
        vvi_json_int(&json, "request", request->id);
    else
        vvi_json_null(&json, "request");
    vvi_json_string(&json, "kind", vv_request_kind_name(request->kind));
    vvi_json_bool(&json, "live", a->live);
    vvi_json_bool(&json, "done", request->done && !is_refused(request));
    vvi_json_string(&json, "answer", request->answer);
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, stdout, error);
}

static int say(const asking *a)
{
    vv_error error = { 0 };
    const vv_request *r = &a->request;
    const bool posted = a->refusal[0] == '\0';
    if (a->options->json)
        return write_json(a, posted, &error) == VV_OK ? is_refused(r) : vvi_cli_fail(VVI_EXIT_FAILED, &error);
    if (is_refused(r)) return vvi_cli_complain(VVI_EXIT_FAILED, "%s", r->answer);
    if (r->done)
        printf("%s\n", r->answer);
    else if (a->live)
        printf("Request %" PRId64 " was not answered yet; varve status shows whether it was\n", r->id);
    else
        printf("Nobody works at %s: request %" PRId64 " waits for the next search\n", a->where, r->id);
    return VVI_EXIT_DONE;
}

/* There is no search that could stop, pause or go on. */
static int say_nobody(const asking *a)
{
    vv_error error = { 0 };
    vvi_text command = { 0 };
    vvi_cli_complain(VVI_EXIT_FAILED, "nobody works at %s", a->where);
    if (a->options->json && write_json(a, false, &error) != VV_OK) return vvi_cli_fail(VVI_EXIT_FAILED, &error);
    if (a->request.kind == VV_REQUEST_GO_ON && vvi_cli_read_command(a->study, &command))
        fprintf(stderr, "To go on: %s\n", command.data);
    vvi_text_deinit(&command);
    return VVI_EXIT_FAILED;
}

/* ---- waiting --------------------------------------------------------------------------------------------------------- */

static vv_status read_answer(asking *a, vv_error *error)
{
    vv_requests_free(&a->read);
    VVI_TRY(vv_study_requests(a->study, a->request.id, &a->read, error));
    if (a->read.n > 0 && a->read.list[0].id == a->request.id) a->request = a->read.list[0];
    return VV_OK;
}

static vv_status wait_for_answer(asking *a, vv_error *error)
{
    const struct timespec moment = { .tv_nsec = LOOK_MS * 1000 * 1000 };
    const double until_s = vvi_clock_s() + (a->live ? patience_s : 0);
    while (true) {
        VVI_TRY(read_answer(a, error));
        if (a->request.done || (!a->options->wait && vvi_clock_s() >= until_s)) return VV_OK;
        nanosleep(&moment, NULL);
    }
}

/* ---- the whole ------------------------------------------------------------------------------------------------------- */

/* Nobody is there to look at the values; what can be known of them is. */
static bool refuses_values(asking *a)
{
    vv_error reason = { 0 };
    if (a->live || a->request.kind != VV_REQUEST_ENQUEUE) return false;
    if (vvi_cli_enqueue_fits(a->study, a->request.values, &reason)) return false;
    snprintf(a->refusal, sizeof a->refusal, "%s%s", refused, reason.text);
    a->request.done = true;
    a->request.answer = a->refusal;
    return true;
}

static int post(asking *a)
{
    vv_error error = { 0 };
    int64_t id = -1;
    vv_status status = vvi_study_is_live(a->study, &a->live, &error);
    if (status == VV_OK && !a->live && !waits_for_a_search(&a->request)) return say_nobody(a);
    if (status == VV_OK && refuses_values(a)) return say(a);
    if (status == VV_OK) status = vv_study_request(a->where, &a->request, &id, &error);
    if (status == VV_BAD_ARG) return vvi_cli_fail(VVI_EXIT_USAGE, &error);
    a->request.id = id;
    if (status == VV_OK) status = wait_for_answer(a, &error);
    return status == VV_OK ? say(a) : vvi_cli_fail(vvi_cli_study_status(status), &error);
}

static int ask(const vvi_options *options, const vv_request *request)
{
    asking a = { .options = options, .request = *request };
    int exit_status = vvi_cli_where_is(options, a.where);
    if (exit_status == 0) exit_status = vvi_cli_open_study(options, &a.study);
    if (exit_status == 0) exit_status = post(&a);
    vv_requests_free(&a.read);
    vv_study_close(a.study);
    return vvi_cli_end(exit_status, stdout);
}

/* ---- stop, pause, resume --------------------------------------------------------------------------------------------- */

#define WAIT                                                                                                           \
    {                                                                                                                  \
        .name = "wait", .type = VVI_OPTION_FLAG, .offset = VVI_MEMBER(wait),                                           \
        .help = "until it is answered, however long that takes (5 seconds, where somebody works at it)"                \
    }

static const vvi_positional project[] = { VVI_POSITIONAL_PROJECT };
static const vvi_option rows[] = { WAIT, VVI_OPTIONS_STUDY, VVI_OPTION_JSON };
static const vvi_option stop_rows[] = {
    { .name = "trial",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(trial),
      .argument = "N",
      .help = "this trial alone: PRUNED if it has epochs, else FAILED (the whole search)" },
    WAIT,
    VVI_OPTIONS_STUDY,
    VVI_OPTION_JSON,
};

static int stop(const vvi_options *options)
{
    vv_request request = { .kind = options->trial == NULL ? VV_REQUEST_STOP : VV_REQUEST_STOP_TRIAL };
    if (options->trial != NULL && !vvi_cli_trial_id(options->trial, &request.trial))
        return vvi_cli_complain(VVI_EXIT_USAGE, "--trial: \"%s\" is not a trial's number", options->trial);
    return ask(options, &request);
}

static int pause_search(const vvi_options *options)
{
    return ask(options, &(vv_request){ .kind = VV_REQUEST_PAUSE });
}

static int resume(const vvi_options *options)
{
    return ask(options, &(vv_request){ .kind = VV_REQUEST_GO_ON });
}

const vvi_command vvi_command_stop = {
    .name = "stop",
    .summary = "ends a search that runs, or one of its trials",
    .positionals = project,
    .n_positionals = VVI_COUNT(project),
    .options = stop_rows,
    .n_options = VVI_COUNT(stop_rows),
    .notes = "The search ends as with Ctrl-C, wherever it runs: trials end their epochs, and\n"
             "the same command goes on. Of a study in a database, all who work at it stop.\n",
    .run = stop,
};

const vvi_command vvi_command_pause = {
    .name = "pause",
    .summary = "lets a search that runs wait, until varve resume",
    .positionals = project,
    .n_positionals = VVI_COUNT(project),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .notes = "Trials that run end their epochs and go on later from there.\n",
    .run = pause_search,
};

const vvi_command vvi_command_resume = {
    .name = "resume",
    .summary = "lets a search go on that was paused",
    .positionals = project,
    .n_positionals = VVI_COUNT(project),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .notes = "Where nobody works at it, it says which command goes on with it.\n",
    .run = resume,
};

/* ---- enqueue --------------------------------------------------------------------------------------------------------- */

static const vvi_positional enqueue_positionals[] = {
    VVI_POSITIONAL_PROJECT,
    { .name = "VALUES", .many = true, .help = "NAME=VALUE ..., or a file of JSON as search --enqueue has it" },
};

/* As JSON writes them; other words are texts. */
static bool is_plain(const char *value)
{
    const bool number = value[0] == '-' || (value[0] >= '0' && value[0] <= '9');
    char *end = NULL;
    if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0) return true;
    if (!number || value[strspn(value, "0123456789+-.eE")] != '\0') return false;
    (void)strtod(value, &end);
    return *end == '\0';
}

static int add_value(vvi_json *json, const char *word)
{
    char name[256];
    const char *equals = strchr(word, '=');
    if (equals == NULL || equals == word || (size_t)(equals - word) >= sizeof name)
        return vvi_cli_complain(VVI_EXIT_USAGE, "\"%s\" is not NAME=VALUE", word);
    snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
    if (is_plain(equals + 1))
        vvi_json_digits(json, name, equals + 1);
    else
        vvi_json_string(json, name, equals + 1);
    return 0;
}

static int read_words(const vvi_options *o, vvi_text *values)
{
    int exit_status = 0;
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    for (size_t i = 0; exit_status == 0 && i < o->many.n; i++) exit_status = add_value(&json, o->many.list[i]);
    vvi_json_end(&json, '}');
    *values = json.text;
    if (exit_status != 0 || !values->failed) return exit_status;
    return vvi_cli_complain(VVI_EXIT_FAILED, "%s", vv_strerror(VV_NO_MEMORY));
}

/* A file is one word without a "=". */
static int read_values(const vvi_options *o, vvi_text *values)
{
    if (o->many.n == 0) return vvi_cli_complain(VVI_EXIT_USAGE, "enqueue: no values; give NAME=VALUE ..., or a file");
    if (o->many.n > 1 || strchr(o->many.list[0], '=') != NULL) return read_words(o, values);
    vvi_options file = *o;
    file.enqueue = o->many.list[0];
    return vvi_cli_enqueued(&file, values);
}

static int enqueue(const vvi_options *options)
{
    vvi_text values = { 0 };
    int exit_status = read_values(options, &values);
    if (exit_status == 0)
        exit_status = ask(options, &(vv_request){ .kind = VV_REQUEST_ENQUEUE, .values = values.data });
    vvi_text_deinit(&values);
    return exit_status;
}

const vvi_command vvi_command_enqueue = {
    .name = "enqueue",
    .summary = "values that a search is to try next",
    .positionals = enqueue_positionals,
    .n_positionals = VVI_COUNT(enqueue_positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .notes = "What is left out is proposed. Values that there are not are refused; what a\n"
             "trial has already is skipped, and the search says so. Where nobody works at it,\n"
             "names and values that its last search's space did not have are refused at once,\n"
             "if all of that space was seen; the rest is looked at when a search runs.\n",
    .run = enqueue,
};
