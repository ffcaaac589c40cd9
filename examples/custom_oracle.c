/* custom_oracle.c - a way to search of your own: a hill climber that starts again when it is stuck. It is the same struct
 * as the oracles that come with Varve, and passes the same tests (tests/conformance/oracles.c).
 *
 *     make install    (then, with PKG_CONFIG_PATH and LD_LIBRARY_PATH where PREFIX is not a usual one)
 *     cc examples/custom_oracle.c $(pkg-config --cflags --libs varve) -lm -o custom_oracle && ./custom_oracle
 *
 * What an oracle must be is a function of the past: nothing is remembered here between two asks, so that a search can be
 * stopped and resumed at any point. What must be new, or does not build, is not its business: it says how to draw a
 * trial, and vv_oracle_propose draws until one is new and builds.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <varve/search.h>

/* ---- chance ------------------------------------------------------------------------------------------------------ */

/* Numbers in [0, 1) that depend on what they are for, and on nothing else (SplitMix64's mixing function). */
static uint64_t mix(uint64_t bits, uint64_t with)
{
    bits = (bits ^ with) + UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    return bits ^ bits >> 31;
}

static uint64_t mix_text(uint64_t bits, const char *text)
{
    while (*text != '\0') bits = mix(bits, (unsigned char)*text++);
    return bits;
}

static double unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

/* ---- where the climber stands ------------------------------------------------------------------------------------- */

/* The trial that it looks around; -1: none, it starts somewhere else. */
static int find_centre(const vv_past *past, int patience)
{
    int centre = -1, misses = 0;
    for (int id = 0; id < (int)vv_past_count(past); id++) {
        const vv_past_trial trial = vv_past_at(past, id);
        if (trial.status != VV_TRIAL_COMPLETED && trial.status != VV_TRIAL_FAILED) continue;
        const double loss = vv_past_loss(past, id, 0);
        const bool is_good = trial.status == VV_TRIAL_COMPLETED && isfinite(loss) && trial.violation <= 0;
        if (is_good && (centre < 0 || loss < vv_past_loss(past, centre, 0))) {
            centre = id;
            misses = 0;
        } else if (++misses > patience) {
            centre = -1;
            misses = 0;
        }
    }
    return centre;
}

/* ---- a step ------------------------------------------------------------------------------------------------------- */

typedef struct step {
    const vv_question *question;
    int centre;
    size_t n, next;     /* values of the centre, which are mostly asked for in their order */
    vv_space_walk walk; /* keeps to values that are known to build */
    uint64_t attempt;
    uint64_t bits; /* of this attempt */
} step;

/* The centre's value of a hyperparameter as a place in [0, 1); NaN where it has none. */
static double place_of(step *s, const char *name, const vv_domain *domain)
{
    for (size_t i = 0; i < s->n; i++) {
        const size_t at = (s->next + i) % s->n;
        const vv_active value = vv_past_value(s->question->past, s->centre, at);
        if (strcmp(value.name, name) != 0) continue;
        s->next = at + 1;
        return vv_domain_to_unit(domain, value.value);
    }
    return (double)NAN;
}

/* Steps of every size from a third of the range down to a thousandth of that; of categories none is near another. */
static double moved(const vv_domain *domain, double place, uint64_t bits)
{
    const double size = pow(0.001, unit(mix(bits, 1))) / 3, u = unit(mix(bits, 2));
    if (domain->kind == VV_DOMAIN_CHOICE || domain->kind == VV_DOMAIN_BOOL) return u;
    const double cell =
        vv_domain_size(domain) > 0 ? 1 / (double)vv_domain_size(domain) : 0; /* to the next value, at least */
    const double to = place + (u < 0.5 ? -1 : 1) * fmax(size, cell);
    return to < 0 ? 0 : to > 0.999999 ? 0.999999 : to;
}

/* One hyperparameter or two move, more of them with each attempt that came to nothing; after 30 it draws at random. */
static bool choose(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    step *s = context;
    const uint64_t bits = mix_text(s->bits, name);
    const double place = s->centre < 0 || s->attempt >= 30 ? (double)NAN : place_of(s, name, domain);
    const double chance = (1.5 + (double)s->attempt / 4) / (double)(s->n + 1);
    double u = place;
    if (isnan(place))
        u = unit(mix(bits, 3));
    else if (unit(mix(bits, 4)) < chance)
        u = moved(domain, place, bits);
    *value = vv_space_value(&s->walk, name, domain, u);
    return true;
}

static vv_chooser begin_attempt(void *context, uint64_t attempt)
{
    step *s = context;
    s->attempt = attempt;
    s->bits = mix(mix(mix(s->question->seed, (uint64_t)s->question->trial), attempt), UINT64_C(0xc11b));
    s->walk = (vv_space_walk){ .space = s->question->space };
    s->next = 0;
    return (vv_chooser){ choose, s };
}

static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    step s = { .question = question, .centre = find_centre(question->past, (int)question->options[0]) };
    if (s.centre >= 0) s.n = vv_past_at(question->past, s.centre).n_values;
    const vv_sampler sampler = { begin_attempt, &s };
    return vv_oracle_propose(question, &sampler, answer, error);
}

static const vv_option_row options[] = {
    { .name = "patience",
      .preset = 40,
      .min = 1,
      .max = 1000000,
      .whole = true,
      .help = "trials without an improvement before it starts somewhere else" },
};

extern const vv_oracle_kind custom_oracle;
const vv_oracle_kind custom_oracle = {
    .name = "climber",
    .summary = "a hill climber: small steps from the best so far, and a new start when it is stuck",
    .paper = "none: an example",
    .options = options,
    .n_options = 1,
    .ask = ask,
};

/* ---- using it ----------------------------------------------------------------------------------------------------- */

#ifndef VARVE_NO_MAIN

/* What is tuned: gradient descent in Rosenbrock's valley, with momentum or without. */
static double descend(vv_hp *hp)
{
    const double rate = vv_float(hp, "rate", .min = 1e-6, .max = 1, .sampling = VV_SAMPLE_LOG);
    const int warmup = vv_int(hp, "warmup", .min = 0, .max = 200);
    const char *method = vv_choice(hp, "method", VV_STRINGS("plain", "momentum"));
    double x = -1.2, y = 1, dx = 0, dy = 0, momentum = 0;
    if (strcmp(method, "momentum") == 0) momentum = vv_float(hp, "momentum", .min = 0, .max = 0.999);
    for (int i = 0; i < 500; i++) {
        const double slow = i < warmup ? (i + 1.0) / warmup : 1, off = y - x * x;
        dx = momentum * dx - slow * rate * (-400 * x * off - 2 * (1 - x));
        dy = momentum * dy - slow * rate * (200 * off);
        x += dx;
        y += dy;
    }
    return 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x); /* infinite where it has flown off */
}

static vv_status build(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    (void)context;
    (void)built;
    (void)reason;
    descend(hp);
    return VV_OK;
}

/* One trial: ask, descend with what was proposed, tell. */
static vv_status try_one(vv_oracle *oracle, double *loss, char *text, size_t size, vv_error *error)
{
    vv_answer answer;
    vv_status status = vv_oracle_ask(oracle, &answer, error);
    if (status != VV_OK || answer.kind != VV_ANSWER_PROPOSAL) return status;
    vv_assignment list[8];
    const size_t n = vv_hp_count(answer.hp);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        const vv_active *active = vv_hp_at(answer.hp, i);
        char value[40];
        list[i] = (vv_assignment){ active->name, active->value };
        vv_value_format(active->value, value, sizeof value);
        used += (size_t)snprintf(text + used, used < size ? size - used : 0, " %s=%s", active->name, value);
    }
    const vv_replay replay = { list, n };
    const vv_chooser chooser = vv_chooser_replay(&replay);
    vv_hp *hp = vv_hp_new(&chooser);
    if (hp == NULL) return VV_NO_MEMORY;
    *loss = descend(hp);
    vv_hp_free(hp);
    status = vv_oracle_begin(oracle, answer.hp, error);
    if (status != VV_OK) return status;
    const vv_past_trial trial = { .id = answer.trial, .status = VV_TRIAL_COMPLETED, .scores = loss };
    return vv_oracle_tell(oracle, &trial, error);
}

static vv_status search(const vv_oracle_args *args, int trials, double *best, vv_error *error)
{
    vv_oracle *oracle = NULL;
    char text[200] = "", best_text[200] = "";
    double loss = (double)INFINITY;
    *best = (double)INFINITY;
    vv_status status = vv_oracle_open(args, &oracle, error);
    for (int i = 0; i < trials && status == VV_OK; i++) {
        status = try_one(oracle, &loss, text, sizeof text, error);
        if (status != VV_OK || !(loss < *best)) continue;
        *best = loss;
        memcpy(best_text, text, sizeof text);
    }
    if (status == VV_OK) printf("%-8s %.3g:%s\n", vv_oracle_kind_of(oracle)->name, *best, best_text);
    vv_oracle_close(oracle);
    return status;
}

int main(void)
{
    const vv_builder builder = { build, NULL };
    const vv_oracle_args random = { .spec = "random", .builder = builder, .seed = 1 };
    const vv_oracle_args climber = { .kind = &custom_oracle, .spec = ":patience=60", .builder = builder, .seed = 1 };
    double by_random = 0, by_climber = 0;
    vv_error error = { 0 };
    vv_status status = search(&random, 300, &by_random, &error);
    if (status == VV_OK) status = search(&climber, 300, &by_climber, &error);
    if (status != VV_OK) fprintf(stderr, "custom_oracle: %s\n", error.text);
    return status == VV_OK && by_climber < by_random ? 0 : 1;
}

#endif
