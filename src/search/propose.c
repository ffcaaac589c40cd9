/* propose.c - from a way to draw to a proposal: active, buildable and new.
 *
 * A draw that does not build or was tried costs one run of the build. Where the space is known (question->space) draws
 * keep to what can be built. When draws keep failing, the space may be nearly used up, or hard to hit; then it is walked
 * from end to end, which settles it; what is known to be dead is left out. Looks grow with the draws spent, so that the
 * cost of looking is never many times that of drawing, and a space of a dozen configurations is settled in microseconds:
 *
 *     after this many draws in a row     64    1,024     8,192      65,536
 *     walk if it has at most          1,024   16,384   131,072   1,048,576 leaves
 *
 * A space with a continuum, or a larger one, is drawn from until MAX_DRAWS; that settles nothing, and the answer is
 * GAVE_UP and not EXHAUSTED.
 */
#include "search/search.h"
#include "space/discovery/walk.h"

#include <string.h>

enum { MAX_DRAWS = 200000 };

static const struct look {
    uint64_t after, leaves;
} looks[] = { { 64, 1024 }, { 1024, 16384 }, { 8192, 131072 }, { 65536, 1048576 } };

typedef struct proposing {
    const vv_question *question;
    vvi_session *session;
    vv_answer *answer;
    bool endless; /* a continuum was met: no walk can settle it */
} proposing;

/* The place of a reason: its own, a free one, or the last, which is everybody's. */
static vv_refusal *find_place(vv_answer *answer, const char *reason)
{
    vv_refusal *place = answer->refusals, *last = &answer->refusals[VV_ANSWER_REASONS - 1];
    while (place < last && place->n > 0 && strcmp(place->reason, reason) != 0) place++;
    return place;
}

/* Describes the first refusal of each place only: describing costs more than drawing. */
static void count_refusal(vv_answer *answer, const vvi_build *build)
{
    const char *text = build->reason.text;
    vv_refusal *place = find_place(answer, text);
    const bool shared = place == &answer->refusals[VV_ANSWER_REASONS - 1];
    vvi_line reason = { .text = place->reason, .size = sizeof place->reason };
    if (place->n == 0) {
        vvi_line_printf(&reason, "%s", text);
        vvi_hp_describe(build->hp, place->values, sizeof place->values);
    } else if (shared && strcmp(place->reason, text) != 0) {
        vvi_line_printf(&reason, "other reasons");
    }
    place->n++;
    answer->refused++;
}

/* The handle of the last proposal serves the next draws. */
void vvi_propose_consider(const vv_question *question, vvi_build *build, vv_answer *answer)
{
    vvi_session *session = question->session;
    if (!build->buildable) {
        count_refusal(answer, build);
        return;
    }
    if (vvi_past_contains(session->tried, build->hp)) {
        answer->duplicates++;
        return;
    }
    const vvi_build before = session->proposed;
    answer->kind = VV_ANSWER_PROPOSAL;
    session->proposed = *build;
    *build = before;
}

/* ---- looking at everything -------------------------------------------------------------------------------------- */

/* One of what is left, each with the same chance: the k-th replaces the one kept with chance 1/k (Knuth 1969, 3.4.2,
 * algorithm R). */
typedef struct left_over {
    const vv_past *tried;
    vvi_stream stream;
    uint64_t n;
    vvi_build kept;
} left_over;

static bool visit_leaf(void *context, vvi_build *leaf)
{
    left_over *left = context;
    if (!leaf->buildable || vvi_past_contains(left->tried, leaf->hp)) return true;
    left->n++;
    if (vvi_stream_below(&left->stream, left->n) != 0) return true;
    vvi_build_deinit(&left->kept);
    left->kept = *leaf;
    *leaf = (vvi_build){ 0 };
    return true;
}

static vv_status look_at_all(proposing *p, uint64_t leaves, vv_error *error)
{
    const vv_space *space = p->question->space;
    const vvi_key key = vvi_key_int(vvi_key_new(p->question->seed, "left over"), p->question->trial);
    left_over left = { .tried = p->session->tried, .stream = vvi_stream_begin(key) };
    const vvi_route within = vvi_route_within(space);
    const vvi_walk_args args = { .builder = p->question->builder,
                                 .cap = leaves,
                                 .visit = visit_leaf,
                                 .context = &left,
                                 .route = vvi_space_is_exact(space) ? &within : NULL };
    vvi_walk walk;
    const vv_status status = vvi_space_walk(&args, &walk, error);
    if (status == VV_OK && walk.end == VVI_WALK_COMPLETE) {
        p->answer->kind = left.kept.hp == NULL ? VV_ANSWER_EXHAUSTED : VV_ANSWER_PROPOSAL;
        if (left.kept.hp != NULL) {
            vvi_build_deinit(&p->session->proposed);
            p->session->proposed = left.kept;
            left.kept = (vvi_build){ 0 };
        }
    }
    p->endless = walk.end == VVI_WALK_CONTINUUM;
    vvi_build_deinit(&left.kept);
    return status;
}

static vv_status maybe_look(proposing *p, uint64_t draws, vv_error *error)
{
    for (size_t i = 0; i < sizeof looks / sizeof *looks && !p->endless; i++) {
        if (looks[i].after == draws) return look_at_all(p, looks[i].leaves, error);
    }
    return VV_OK;
}

/* ---- drawing ---------------------------------------------------------------------------------------------------- */

static vv_status draw(proposing *p, const vv_sampler *sampler, uint64_t attempt, vv_error *error)
{
    const vv_chooser chooser = sampler->attempt(sampler->context, attempt);
    VVI_TRY(vvi_build_run(p->question->builder, &chooser, &p->session->drawn, error));
    vvi_propose_consider(p->question, &p->session->drawn, p->answer);
    return VV_OK;
}

static vv_status propose(proposing *p, const vv_sampler *sampler, vv_error *error)
{
    for (uint64_t attempt = 0; attempt < MAX_DRAWS && p->answer->kind == 0; attempt++) {
        VVI_TRY(maybe_look(p, attempt, error));
        if (p->answer->kind == 0) VVI_TRY(draw(p, sampler, attempt, error));
    }
    if (p->answer->kind == 0) p->answer->kind = VV_ANSWER_GAVE_UP;
    return VV_OK;
}

/* Building everything twice would double the cost of cheap proposals; a build that is no function of its values is
 * rarely one only now and then. */
static bool is_checked(const vv_question *question)
{
    return question->trial < 100 || question->trial % 32 == 0;
}

vv_status vvi_propose_finish(const vv_question *question, vv_answer *answer, vv_error *error)
{
    const vvi_build *proposed = &question->session->proposed;
    answer->trial = question->trial;
    if (answer->kind != VV_ANSWER_PROPOSAL) return VV_OK;
    if (is_checked(question)) VVI_TRY(vvi_build_check_repeats(question->builder, proposed, error));
    answer->hp = proposed->hp;
    return VV_OK;
}

vv_status vv_oracle_propose(const vv_question *question, const vv_sampler *sampler, vv_answer *answer, vv_error *error)
{
    proposing p = { .question = question, .session = question->session, .answer = answer };
    VVI_TRY(propose(&p, sampler, error));
    return vvi_propose_finish(question, answer, error);
}
