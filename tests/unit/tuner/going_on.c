/* going_on.c - a trial's process that is ended after any of its epochs, in any way, is followed by one that brings the trial
 * to the same metrics, scores and weights, to the bit; and trains no epoch again whose state is there.
 *
 * Here the test is the parent: it keeps what the process reports, as a study would, and claims the trial again. */
#include "search_helper.h"

#include "tuner/tuner.h"
#include "unit/nn/models.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* ---- a life and its end --------------------------------------------------------------------------------------------- */

typedef enum ending {
    COMES_TO_ITS_END,
    IS_STOPPED,  /* on request: writes its state */
    DIES_BEHIND, /* the epoch is reported, its state is not written */
    DIES_AHEAD,  /* the state is written, but nobody has stored the epoch's report */
    N_ENDINGS
} ending;

/* Seen by the test and by the processes of its trials. */
typedef struct shared {
    volatile int stop;
    ending how;
    int at;      /* epochs of this life until then, counted from 1 */
    int trained; /* epochs of this life */
    int full_at; /* epochs of this life until the disk is full; 0: it never is */
} shared;
static shared *seen;

static int make_shared(void **state)
{
    (void)state;
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return seen == MAP_FAILED;
}

/* For this process: of a file that it writes, no more than these bytes find room. */
static void fill_disk(void)
{
    const struct rlimit room = { 2000, 2000 };
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &room);
}

static vv_status end_in_epoch(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                              vv_error *error)
{
    (void)self, (void)state, (void)epoch, (void)verdict, (void)error;
    if (++seen->trained == seen->full_at) fill_disk();
    if (seen->trained != seen->at) return VV_OK;
    if (seen->how == IS_STOPPED) seen->stop = 1;
    if (seen->how == DIES_BEHIND) raise(SIGKILL);
    return VV_OK;
}

static vv_status end_after_epoch(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                                 vv_error *error)
{
    (void)self, (void)state, (void)epoch, (void)verdict, (void)error;
    if (seen->trained == seen->at && seen->how == DIES_AHEAD) raise(SIGKILL);
    return VV_OK;
}

static const vv_callback fate = {
    .name = "fate", .plain_state = true, .epoch_end = end_in_epoch, .epoch_done = end_after_epoch
};

/* ---- what is trained ------------------------------------------------------------------------------------------------ */

typedef struct subject {
    const char *name;
    const vv_hypermodel *hypermodel; /* its build, epochs, executions */
    vv_data *(*data)(int n);
    const char *backend;
    vv_callbacks (*callbacks)(void); /* beside; NULL: none */
    bool twice;                      /* fits two times, half of the epochs each */
    bool forgets;                    /* nothing can be kept */
} subject;

static vv_status fit_subject(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp;
    const subject *s = user;
    vv_callback all[8];
    vv_fit_args mine = *args;
    size_t n = 0;
    for (size_t i = 0; i < args->callbacks.n; i++) all[n++] = args->callbacks.list[i];
    const vv_callbacks more = s->callbacks == NULL ? (vv_callbacks){ NULL, 0 } : s->callbacks();
    for (size_t i = 0; i < more.n; i++) all[n++] = more.list[i];
    all[n++] = fate;
    mine.callbacks = (vv_callbacks){ all, n };
    mine.backend = s->backend;
    if (!s->twice) return vv_fit_with(model, &mine);
    mine.epochs = args->epochs / 2;
    const vv_status status = vv_fit_with(model, &mine);
    return status == VV_OK ? vv_fit_with(model, &mine) : status;
}

/* ---- the parent ------------------------------------------------------------------------------------------------------ */

enum { MOST_CURVES = 24, MOST_EPOCHS = 32 };

/* What a study would have of the trial. */
typedef struct stored {
    vv_curve curves[MOST_CURVES];
    double values[MOST_CURVES][MOST_EPOCHS];
    size_t n_curves;
    vv_execution executions[8];
    size_t n_executions;
} stored;

typedef struct parent {
    const subject *subject;
    vv_hypermodel hypermodel;
    vv_data *training, *validation;
    vv_search_args args;
    vvi_search search;
    vv_hp *hp;
    vv_active values[64];
    stored stored;
    int attempts, goal, execution, full_at;
    double state_part; /* of the time */
    bool done, stopped, noted, drops_last;
    vv_error said;
    char checkpoint[160], folder[128];
} parent;

static vv_curve *curve_of(stored *s, int execution, const char *metric)
{
    for (size_t i = 0; i < s->n_curves; i++)
        if (s->curves[i].execution == execution && strcmp(s->curves[i].metric, metric) == 0) return &s->curves[i];
    assert_true(s->n_curves < MOST_CURVES);
    vv_curve *curve = &s->curves[s->n_curves];
    *curve = (vv_curve){ .metric = strdup(metric), .execution = execution, .values = s->values[s->n_curves] };
    s->n_curves++;
    return curve;
}

static void forget(stored *s)
{
    for (size_t i = 0; i < s->n_curves; i++) {
        char *metric;
        memcpy(&metric, &s->curves[i].metric, sizeof metric);
        free(metric);
    }
    *s = (stored){ .n_curves = 0 };
}

static void take_epoch(parent *p, vvi_record *record)
{
    stored *s = &p->stored;
    const int execution = vvi_get_count(record), epoch = vvi_get_count(record);
    assert_true(vvi_get_double(record) >= 0);
    assert_int_equal(execution, p->execution);
    for (int i = 0, n = vvi_get_count(record); i < n; i++) {
        vv_curve *curve = curve_of(s, execution, vvi_get_text(record));
        assert_int_equal(curve->n, epoch); /* none twice, and none is left out */
        assert_true(epoch < MOST_EPOCHS);
        s->values[curve - s->curves][curve->n++] = vvi_get_double(record);
    }
}

static void take_execution(parent *p, vvi_record *record)
{
    stored *s = &p->stored;
    assert_int_equal(vvi_get_count(record), s->n_executions);
    vv_execution *execution = &s->executions[s->n_executions++];
    execution->best_epoch = vvi_get_count(record);
    execution->score = vvi_get_double(record);
    execution->seconds = vvi_get_double(record);
    assert_true(execution->seconds >= 0);
}

static void take(parent *p, vvi_record *record)
{
    switch (record->kind) {
    case VVI_RECORD_BUILT:
        p->execution = vvi_get_count(record);
        assert_true((size_t)p->execution <= p->stored.n_executions);
        break;
    case VVI_RECORD_EPOCH:
        take_epoch(p, record);
        break;
    case VVI_RECORD_EXECUTION:
        take_execution(p, record);
        break;
    case VVI_RECORD_DONE:
        p->done = true;
        break;
    case VVI_RECORD_STOPPED:
        p->stopped = true;
        break;
    case VVI_RECORD_NOTE:
        assert_false(p->noted); /* once */
        p->noted = true;
        assert_non_null(strstr(vvi_get_text(record), "state cannot be kept"));
        break;
    default:
        assert_int_equal(record->kind, VVI_RECORD_ERROR);
        p->said.status = (vv_status)vvi_get_int(record);
        snprintf(p->said.text, sizeof p->said.text, "%s", vvi_get_text(record));
    }
    assert_false(record->bad);
}

static int child(void *context, int fd)
{
    parent *p = context;
    const stored *s = &p->stored;
    const vv_trial trial = { .id = 3,
                             .values = p->values,
                             .n_values = vv_hp_count(p->hp),
                             .curves = s->curves,
                             .n_curves = s->n_curves,
                             .executions = s->executions,
                             .n_executions = s->n_executions,
                             .n_attempts = (size_t)p->attempts,
                             .goal = p->goal };
    const vvi_run run = { .search = &p->search,
                          .trial = &trial,
                          .checkpoint = p->checkpoint,
                          .goal = p->goal,
                          .stop = &seen->stop,
                          .state_part = p->state_part };
    return vvi_run_child(&run, fd);
}

/* The last epoch was reported, but never stored. */
static void drop_last_epoch(parent *p)
{
    for (size_t i = 0; i < p->stored.n_curves; i++)
        if (p->stored.curves[i].execution == p->execution) p->stored.curves[i].n--;
}

/* One life of the trial's process. Returns the epochs that it has trained. */
static int live(parent *p, ending how, int at)
{
    vvi_process process;
    vvi_records records = { 0 };
    vvi_record record;
    vv_error error = { 0 };
    int code, signal_number;
    *seen = (shared){ .how = how, .at = how == COMES_TO_ITS_END ? 0 : at, .full_at = p->full_at };
    p->done = p->stopped = p->noted = false;
    p->said = (vv_error){ 0 };
    must(vvi_process_begin(&process, child, p, false, &error), &error);
    for (bool more = true; more;) {
        must(vvi_records_fill(&records, process.fd, &more, &error), &error);
        while (vvi_records_next(&records, &record) == VVI_NEXT_RECORD) take(p, &record);
    }
    assert_false(vvi_records_cut(&records));
    vvi_records_deinit(&records);
    must(vvi_process_end(&process, &code, &signal_number, &error), &error);
    const bool killed = signal_number == SIGKILL;
    if (!killed && (code != 0 || signal_number != 0)) fail_msg("exit code %d, signal %d", code, signal_number);
    if (killed && how == DIES_AHEAD) drop_last_epoch(p);
    assert_true(killed || p->done || p->stopped || p->said.status != VV_OK);
    return seen->trained;
}

/* The case with dropout of an example that has one, where it asks for it. */
static const vv_replay dropping_values = {
    .list = (const vv_assignment[]){ { "add_dropout", { VV_VALUE_BOOL, .b = true } } }, .n = 1
};

static void begin(parent *p, const toy *t, const subject *s)
{
    vv_error error = { 0 };
    const vv_chooser chooser = vv_chooser_replay(&dropping_values);
    *p = (parent){ .subject = s, .hypermodel = *s->hypermodel, .state_part = 1e9 /* a state after every epoch */ };
    void *user;
    memcpy(&user, &s, sizeof user);
    p->hypermodel.fit = fit_subject;
    p->hypermodel.user = user;
    p->hypermodel.epochs = 4;
    p->hypermodel.batch_size = 8;
    if (p->hypermodel.executions_per_trial == 0) p->hypermodel.executions_per_trial = 2;
    p->training = s->data(30);
    p->validation = s->data(14);
    p->args = toy_args(t, &p->hypermodel);
    p->args.objective = "val_loss";
    p->args.training = p->training;
    p->args.validation = p->validation;
    must(vvi_search_resolve(&p->search, &p->args, &error), &error);
    must(vv_objective_parse("val_loss", &p->search.objective, &error), &error);
    p->search.study = open_study(t->place.project, VV_STUDY_WRITE);
    must(vv_hypermodel_build(&p->hypermodel, &chooser, &p->hp, NULL, &error), &error);
    assert_true(vv_hp_count(p->hp) <= 64);
    for (size_t i = 0; i < vv_hp_count(p->hp); i++) p->values[i] = *vv_hp_at(p->hp, i);
    snprintf(p->checkpoint, sizeof p->checkpoint, "%s/best", t->place.root);
    snprintf(p->folder, sizeof p->folder, "%s/checkpoints", t->place.project);
}

static void end(parent *p)
{
    forget(&p->stored);
    vv_study_close(p->search.study);
    vv_hp_free(p->hp);
    vv_data_free(p->training);
    vv_data_free(p->validation);
}

/* Another trial of the same: nothing stored, no states. */
static void begin_again(parent *p)
{
    forget(&p->stored);
    vvi_trial_drop_states(&p->search, 3);
    unlink(p->checkpoint);
}

/* ---- comparing -------------------------------------------------------------------------------------------------------- */

static unsigned char *read_bytes(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("%s is not there", path);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*n + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *n, file), *n);
    fclose(file);
    return bytes;
}

typedef struct outcome {
    stored stored;
    unsigned char *weights; /* the file */
    size_t n;
    int epochs; /* of all executions */
} outcome;

static outcome undisturbed(parent *p)
{
    outcome o = { .epochs = live(p, COMES_TO_ITS_END, 0) };
    if (!p->done) fail_msg("%s: %s", p->subject->name, p->said.text);
    o.stored = p->stored;
    for (size_t i = 0; i < o.stored.n_curves; i++) o.stored.curves[i].metric = strdup(o.stored.curves[i].metric);
    o.weights = read_bytes(p->checkpoint, &o.n);
    p->done = false;
    begin_again(p);
    return o;
}

static void drop(outcome *o)
{
    forget(&o->stored);
    free(o->weights);
}

static void check_same(const parent *p, const outcome *o)
{
    size_t n;
    unsigned char *weights = read_bytes(p->checkpoint, &n);
    assert_int_equal(p->stored.n_curves, o->stored.n_curves);
    for (size_t i = 0; i < o->stored.n_curves; i++) {
        assert_string_equal(p->stored.curves[i].metric, o->stored.curves[i].metric);
        assert_int_equal(p->stored.curves[i].execution, o->stored.curves[i].execution);
        assert_int_equal(p->stored.curves[i].n, o->stored.curves[i].n);
        for (size_t e = 0; e < o->stored.curves[i].n; e++)
            CHECK_EQUAL_EXACTLY(p->stored.values[i][e], o->stored.values[i][e]);
    }
    assert_int_equal(p->stored.n_executions, o->stored.n_executions);
    for (size_t i = 0; i < o->stored.n_executions; i++) {
        assert_int_equal(p->stored.executions[i].best_epoch, o->stored.executions[i].best_epoch);
        CHECK_EQUAL_EXACTLY(p->stored.executions[i].score, o->stored.executions[i].score);
    }
    assert_true(n == o->n && memcmp(weights, o->weights, n) == 0);
    free(weights);
}

/* ---- subjects ---------------------------------------------------------------------------------------------------------- */

#define BUILDS(name)                                                                                                   \
    static vv_model *build_##name(vv_hp *hp, void *user)                                                               \
    {                                                                                                                  \
        (void)hp, (void)user;                                                                                          \
        return make_##name();                                                                                          \
    }                                                                                                                  \
    static const vv_hypermodel name = { .build = build_##name }
BUILDS(cnn);
BUILDS(mlp);
BUILDS(lstm);
BUILDS(graph);

/* examples/, see CMakeLists.txt */
extern const vv_hypermodel example_mnist_cnn, example_dense_dropout, example_lstm_series;

static vv_data *digits(int n)
{
    return random_data(n, (vv_shape){ 3, { 28, 28, 1 } }, one_number, 10, 1);
}

static vv_data *series(int n)
{
    return random_data(n, (vv_shape){ 2, { 100, 1 } }, one_number, 0, 3);
}

/* It stops in the third epoch, or so, and would restore an earlier one's weights. */
static vv_callbacks stopping(void)
{
    static vv_callback list[1];
    list[0] = vv_early_stopping("val_loss", .patience = 2, .min_delta = 0.02, .restore_best_weights = true);
    return (vv_callbacks){ list, 1 };
}

static vv_callbacks falling(void)
{
    static vv_callback list[1];
    list[0] = vv_reduce_on_plateau("val_loss", .patience = 1, .factor = 0.5, .min_delta = 0.5, .cooldown = 1);
    return (vv_callbacks){ list, 1 };
}

static double decay(int epoch, double rate, void *context)
{
    (void)context;
    return epoch == 0 ? rate : rate * 0.7;
}

static vv_callbacks scheduled(void)
{
    static vv_callback list[2];
    list[0] = vv_learning_rate_schedule(decay, NULL);
    list[1] = vv_early_stopping("val_loss", .patience = 3);
    return (vv_callbacks){ list, 2 };
}

/* Remembers the losses, and what it remembers decides the rate. */
static vv_status remember_losses(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                                 vv_error *error)
{
    (void)self, (void)error;
    double *sum = state;
    *sum += epoch->values[0];
    verdict->learning_rate = 0.01 / (1 + *sum);
    return VV_OK;
}

static vv_callbacks remembering(void)
{
    static vv_callback list[1];
    list[0] = (vv_callback){
        .name = "remembering", .plain_state = true, .state_size = sizeof(double), .epoch_end = remember_losses
    };
    return (vv_callbacks){ list, 1 };
}

static vv_callbacks silent(void)
{
    static vv_callback list[1];
    list[0] = (vv_callback){ .name = "silent", .state_size = sizeof(double), .epoch_end = remember_losses };
    return (vv_callbacks){ list, 1 };
}

static const subject subjects[] = {
    { .name = "cnn", .hypermodel = &cnn, .data = cnn_data },
    { .name = "mlp with dropout", .hypermodel = &mlp, .data = mlp_data },
    { .name = "lstm", .hypermodel = &lstm, .data = lstm_data },
    { .name = "graph", .hypermodel = &graph, .data = graph_data },
    { .name = "reference", .hypermodel = &mlp, .data = mlp_data, .backend = "reference" },
    { .name = "mnist_cnn", .hypermodel = &example_mnist_cnn, .data = digits },
    { .name = "dense_dropout", .hypermodel = &example_dense_dropout, .data = mlp_data },
    { .name = "lstm_series", .hypermodel = &example_lstm_series, .data = series },
    { .name = "early stopping", .hypermodel = &mlp, .data = mlp_data, .callbacks = stopping },
    { .name = "plateau", .hypermodel = &mlp, .data = mlp_data, .callbacks = falling },
    { .name = "schedule", .hypermodel = &lstm, .data = lstm_data, .callbacks = scheduled },
    { .name = "one of the user's own", .hypermodel = &mlp, .data = mlp_data, .callbacks = remembering },
    { .name = "one that does not say", .hypermodel = &mlp, .data = mlp_data, .callbacks = silent, .forgets = true },
    { .name = "twice", .hypermodel = &mlp, .data = mlp_data, .twice = true },
    { .name = "twice, stopping", .hypermodel = &mlp, .data = mlp_data, .twice = true, .callbacks = stopping },
};
enum { N_SUBJECTS = sizeof subjects / sizeof *subjects };

/* ---- ended anywhere ------------------------------------------------------------------------------------------------- */

/* Epochs of the first of two fits are trained again in order to come to the second: those of the execution that is on. */
static void check_trained(const subject *s, const parent *p, ending how, int cut, int all, int trained)
{
    (void)p;
    const int left = all - cut + (how == DIES_BEHIND);
    if (s->forgets || s->twice)
        assert_true(trained >= left && trained <= all);
    else if (trained != left)
        fail_msg("%s: ended after epoch %d of %d (%d), and then %d were trained", s->name, cut, all, (int)how, trained);
}

static void check_ended_anywhere(const toy *t, const subject *s)
{
    parent p;
    begin(&p, t, s);
    outcome o = undisturbed(&p);
    for (int how = IS_STOPPED; how < N_ENDINGS; how++)
        for (int cut = 1; cut <= o.epochs; cut++) {
            assert_int_equal(live(&p, (ending)how, cut), cut);
            assert_true(!p.done && p.stopped == (how == IS_STOPPED));
            const int trained = live(&p, COMES_TO_ITS_END, 0);
            if (!p.done) fail_msg("%s: %s", s->name, p.said.text);
            check_same(&p, &o);
            check_trained(s, &p, (ending)how, cut, o.epochs, trained);
            begin_again(&p);
        }
    drop(&o);
    end(&p);
}

static void a_trial_goes_on_after_any_epoch_to_the_bit(void **state)
{
    for (int i = 0; i < N_SUBJECTS; i++) check_ended_anywhere(*state, &subjects[i]);
}

/* Life after life, each ended after a few epochs. */
static void many_short_lives_come_to_the_same(void **state)
{
    for (int i = 0; i < N_SUBJECTS; i++) {
        parent p;
        if (subjects[i].forgets) continue; /* it would never end */
        begin(&p, *state, &subjects[i]);
        outcome o = undisturbed(&p);
        const int most = subjects[i].twice ? 4 : 2;
        for (int life = 0; !p.done; life++) {
            assert_true(life < 60);
            live(&p, (ending)(IS_STOPPED + life % 3), most);
        }
        check_same(&p, &o);
        drop(&o);
        end(&p);
    }
}

/* ---- files that are not what they should be ---------------------------------------------------------------------------- */

static void state_path(const parent *p, int execution, char path[VVI_PATH_SIZE])
{
    must(vvi_trial_state_path(&p->search, 3, execution, path, NULL), NULL);
}

static void write_bytes(const char *path, const unsigned char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

/* In the second execution; the file of `execution` is spoilt in the way of `round`. */
static void spoil(const parent *p, int execution, int round)
{
    char path[VVI_PATH_SIZE];
    size_t n;
    state_path(p, execution, path);
    unsigned char *bytes = read_bytes(path, &n);
    const size_t at[] = { 0, 9, 50, n / 3, n / 2, n - 1 };
    if (round < 6) bytes[at[round]] ^= 0x10;
    if (round < 7)
        write_bytes(path, bytes, round < 6 ? n : n / 2);
    else
        unlink(path);
    free(bytes);
}

static void damaged_and_lost_states_are_trained_again_in_silence(void **state)
{
    parent p;
    begin(&p, *state, &subjects[1]);
    outcome o = undisturbed(&p);
    for (int round = 0; round < 16; round++) {
        live(&p, IS_STOPPED, 6);
        assert_int_equal(p.stored.n_executions, 1);
        spoil(&p, round / 8, round % 8);
        assert_int_equal(live(&p, COMES_TO_ITS_END, 0), round < 8 ? 4 + 2 : 4);
        assert_true(p.done && !p.noted);
        check_same(&p, &o);
        begin_again(&p);
    }
    drop(&o);
    end(&p);
}

/* Of another attempt, of another seed, of another model: by themselves they are whole. */
static void foreign_states_are_not_used(void **state)
{
    parent p, other;
    begin(&p, *state, &subjects[1]);
    outcome o = undisturbed(&p);
    live(&p, IS_STOPPED, 6);
    forget(&p.stored);
    p.attempts = 1;
    assert_int_equal(live(&p, COMES_TO_ITS_END, 0), 8);
    check_same(&p, &o);
    begin_again(&p);
    p.args.seed++;
    live(&p, IS_STOPPED, 6);
    forget(&p.stored);
    p.args.seed--;
    assert_int_equal(live(&p, COMES_TO_ITS_END, 0), 8);
    check_same(&p, &o);
    begin_again(&p);
    vv_study_close(p.search.study);
    begin(&other, *state, &subjects[3]);
    live(&other, IS_STOPPED, 6);
    end(&other);
    p.search.study = open_study(((const toy *)*state)->place.project, VV_STUDY_WRITE);
    assert_int_equal(live(&p, COMES_TO_ITS_END, 0), 8);
    check_same(&p, &o);
    drop(&o);
    end(&p);
}

/* The study is right. */
static void a_state_that_says_other_than_the_study_is_not_used(void **state)
{
    parent p;
    begin(&p, *state, &subjects[1]);
    outcome o = undisturbed(&p);
    live(&p, IS_STOPPED, 6);
    double *value = &p.stored.values[p.stored.n_curves - 1][1], right = *value;
    *value = nextafter(right, 9);
    assert_int_equal(live(&p, COMES_TO_ITS_END, 0), 4);
    *value = right;
    check_same(&p, &o);
    drop(&o);
    end(&p);
}

static void without_time_for_states_only_a_stop_leaves_one(void **state)
{
    parent p;
    begin(&p, *state, &subjects[1]);
    outcome o = undisturbed(&p);
    p.state_part = 1e-12;
    live(&p, DIES_BEHIND, 3);
    assert_int_equal(live(&p, IS_STOPPED, 4), 4);
    assert_int_equal(live(&p, COMES_TO_ITS_END, 0), 4);
    check_same(&p, &o);
    drop(&o);
    end(&p);
}

/* The folder of states is a file: nothing can be written there. */
static void states_that_cannot_be_written_are_said_once_and_do_without(void **state)
{
    parent p;
    char command[300];
    begin(&p, *state, &subjects[1]);
    outcome o = undisturbed(&p);
    snprintf(command, sizeof command, "rm -rf %s && touch %s", p.folder, p.folder);
    assert_int_equal(system(command), 0);
    live(&p, IS_STOPPED, 6);
    assert_true(p.stopped && p.noted);
    assert_int_equal(live(&p, COMES_TO_ITS_END, 0), 8);
    assert_true(p.noted);
    check_same(&p, &o);
    snprintf(command, sizeof command, "rm -f %s && mkdir %s", p.folder, p.folder);
    assert_int_equal(system(command), 0);
    drop(&o);
    end(&p);
}

static int count_leftovers(const parent *p)
{
    char command[300];
    snprintf(command, sizeof command, "test $(ls %s | grep -c tmp) = 0", p->folder);
    return system(command);
}

/* The last state that found room stays, and what did not leaves nothing behind. */
static void a_full_disk_costs_the_epochs_since(void **state)
{
    parent p;
    begin(&p, *state, &subjects[1]);
    outcome o = undisturbed(&p);
    p.full_at = 3;
    live(&p, IS_STOPPED, 4);
    p.full_at = 0;
    assert_true(p.stopped && p.noted);
    assert_int_equal(p.stored.curves[0].n, 4);
    assert_int_equal(count_leftovers(&p), 0);
    assert_int_equal(live(&p, COMES_TO_ITS_END, 0), 8 - 2);
    assert_true(p.done && !p.noted);
    check_same(&p, &o);
    begin_again(&p);
    p.full_at = 7;
    live(&p, COMES_TO_ITS_END, 0);
    assert_int_equal(p.said.status, VV_IO); /* no room for the weights at the end */
    p.full_at = 0;
    assert_int_equal(live(&p, COMES_TO_ITS_END, 0), 2);
    check_same(&p, &o);
    drop(&o);
    end(&p);
}

static void weights_that_cannot_be_written_at_the_end_are_an_error(void **state)
{
    parent p;
    begin(&p, *state, &subjects[1]);
    snprintf(p.checkpoint, sizeof p.checkpoint, "/no such folder/best");
    live(&p, COMES_TO_ITS_END, 0);
    assert_false(p.done);
    assert_int_equal(p.said.status, VV_IO);
    CHECK_CONTAINS(p.said.text, "/no such folder/best");
    end(&p);
}

/* ---- goals -------------------------------------------------------------------------------------------------------------- */

/* A trial that was paused and woken: executions are dropped, epochs stay. */
static void check_goals(const toy *t, const subject *s, ending how)
{
    parent p;
    begin(&p, t, s);
    outcome o = undisturbed(&p);
    for (int goal = 1; goal <= 4; goal++) {
        p.goal = goal == 4 ? 0 : goal;
        p.stored.n_executions = 0;
        if (how != COMES_TO_ITS_END) live(&p, how, 1 + goal % 2);
        const int trained = live(&p, COMES_TO_ITS_END, 0);
        if (!p.done) fail_msg("%s: %s", s->name, p.said.text);
        if (how == COMES_TO_ITS_END && !s->forgets && !s->twice) assert_true(trained <= 2);
        for (size_t i = 0; i < p.stored.n_curves; i++)
            assert_true(p.stored.curves[i].n <= (size_t)goal); /* early stopping may have ended it before */
    }
    check_same(&p, &o);
    drop(&o);
    end(&p);
}

static void a_trial_with_goals_is_the_trial_without(void **state)
{
    for (int how = COMES_TO_ITS_END; how < N_ENDINGS; how++)
        for (int i = 0; i < N_SUBJECTS; i++) check_goals(*state, &subjects[i], (ending)how);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TOY(a_trial_goes_on_after_any_epoch_to_the_bit),
        WITH_TOY(many_short_lives_come_to_the_same),
        WITH_TOY(damaged_and_lost_states_are_trained_again_in_silence),
        WITH_TOY(foreign_states_are_not_used),
        WITH_TOY(a_state_that_says_other_than_the_study_is_not_used),
        WITH_TOY(without_time_for_states_only_a_stop_leaves_one),
        WITH_TOY(states_that_cannot_be_written_are_said_once_and_do_without),
        WITH_TOY(a_full_disk_costs_the_epochs_since),
        WITH_TOY(weights_that_cannot_be_written_at_the_end_are_an_error),
        WITH_TOY(a_trial_with_goals_is_the_trial_without),
    };
    return !!cmocka_run_group_tests(tests, make_shared, NULL);
}
