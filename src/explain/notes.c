/* notes.c - what should be looked at: names that nothing uses, stated conditions that are not what they say, builds that
 * are no function of their values.
 *
 * A stated condition (vv_when) is told by its parent and values. Over all builds it is seen how often it held, and which
 * name was asked for next when it held and when it did not.
 */
#include "explain/notes.h"
#include "explain/flips.h"

#include <string.h>

enum { MOST_STATED = 256 };

typedef struct vvi_stated {
    const char *parent, *values; /* "optimizer", "sgd" */
    const char *next;            /* asked for right after it held, first seen; NULL: nothing */
    uint64_t hash;
    uint64_t times, held, either_way; /* either_way: it did not hold, and `next` came all the same */
    bool possible;                    /* can the parent have one of the values? */
} vvi_stated;

/* ---- seeing ----------------------------------------------------------------------------------------------------- */

static uint64_t hash_condition(const vvi_condition *c)
{
    uint64_t hash = vvi_hash_text(VVI_HASH_START, c->parent->name);
    for (size_t i = 0; i < c->n_values; i++) {
        char text[VVI_SHORT_TEXT];
        hash = vvi_hash_text(hash, vvi_value_text(c->values[i], text));
    }
    return hash;
}

static const char *write_values(vvi_explainer *x, const vvi_condition *c)
{
    vvi_text all = { 0 };
    for (size_t i = 0; i < c->n_values; i++) {
        char text[VVI_SHORT_TEXT];
        vvi_text_printf(&all, "%s%s", i > 0 ? ", " : "", vvi_value_text(c->values[i], text));
    }
    return vvi_keep_text(x, &all);
}

static vvi_stated *find_stated(vvi_explainer *x, const vvi_condition *c, bool *failed)
{
    const uint64_t hash = hash_condition(c);
    for (size_t i = 0; i < x->n_stated; i++)
        if (x->stated[i].hash == hash) return &x->stated[i];
    if (x->n_stated == MOST_STATED) return NULL;
    if (x->stated == NULL) x->stated = vvi_arena_alloc(&x->scratch, MOST_STATED * sizeof *x->stated);
    if (x->stated == NULL) {
        *failed = true;
        return NULL;
    }
    vvi_stated *s = &x->stated[x->n_stated++];
    *s = (vvi_stated){ .parent = vvi_arena_strdup(x->arena, c->parent->name),
                       .values = write_values(x, c),
                       .hash = hash };
    *failed = s->parent == NULL || s->values == NULL;
    return s;
}

bool vvi_stated_note(vvi_explainer *x, const vv_hp *hp)
{
    bool failed = false;
    for (const vvi_condition *c = vvi_hp_conditions(hp); c != NULL && !failed; c = c->next) {
        vvi_stated *s = find_stated(x, c, &failed);
        if (s == NULL || failed) continue;
        const vv_active *next = vv_hp_at(hp, c->position);
        s->times++;
        s->held += c->holds;
        for (size_t i = 0; i < c->n_values; i++)
            s->possible = s->possible || vv_domain_contains(&c->parent->domain, c->values[i]);
        if (c->holds && s->next == NULL && next != NULL) {
            s->next = vvi_arena_strdup(x->arena, next->name);
            failed = s->next == NULL;
        }
        s->either_way += !c->holds && next != NULL && s->next != NULL && strcmp(next->name, s->next) == 0;
    }
    return !failed;
}

/* ---- telling ---------------------------------------------------------------------------------------------------- */

typedef struct notes {
    const char **list;
    size_t n, most;
} notes;

static vv_status add(notes *n, const char *note, vv_error *error)
{
    if (note == NULL) return vvi_no_memory(error);
    if (n->n < n->most) n->list[n->n++] = note;
    return VV_OK;
}

/* "vv_when(optimizer: "sgd")" */
static vv_status note_stated(vvi_explainer *x, const vvi_stated *s, notes *n, vv_error *error)
{
    const uint32_t parent = vvi_space_find_name(x->space, s->parent);
    const bool switches = parent != VVI_NONE && x->space->asked[parent].switches;
    if (!s->possible)
        return add(n,
                   vvi_arena_printf(x->arena, "vv_when(%s, %s) can never hold: %s has no such value", s->parent,
                                    s->values, s->parent),
                   error);
    if (s->held == 0 && vvi_space_is_exact(x->space))
        return add(n, vvi_arena_printf(x->arena, "vv_when(%s, %s) never holds", s->parent, s->values), error);
    if (s->either_way > 0 && !switches)
        return add(n,
                   vvi_arena_printf(x->arena, "vv_when(%s, %s) is stated before %s, which is asked for either way",
                                    s->parent, s->values, s->next),
                   error);
    return VV_OK;
}

static vv_status note_unused(vvi_explainer *x, const vv_explained *h, notes *n, vv_error *error)
{
    if (h->role != VV_ROLE_UNUSED) return VV_OK;
    return add(n,
               vvi_arena_printf(x->arena, "%s is asked for and never%s used", h->name,
                                x->e->standing.kind == VV_EXACT ? "" : " seen to be"),
               error);
}

/* ---- the same values twice -------------------------------------------------------------------------------------- */

/* What differs between two builds with the same values; NULL: nothing. */
static const char *find_difference(vvi_explainer *x, const vvi_build *a, const vv_model *one, const vvi_build *b,
                                   const vv_model *other)
{
    vvi_effects effects = { .n_sets = 0 };
    const size_t n = vv_hp_count(a->hp);
    for (size_t i = 0; i < n; i++)
        if (vv_hp_find(b->hp, vv_hp_at(a->hp, i)->name) == NULL)
            return vvi_arena_printf(x->arena, "%s was asked for once and not again", vv_hp_at(a->hp, i)->name);
    if (vv_hp_count(b->hp) != n) return vvi_arena_printf(x->arena, "the second time more was asked for");
    if ((one == NULL) != (other == NULL)) return vvi_arena_printf(x->arena, "only one of them could be built");
    if (one == NULL || !vvi_effects_compare(x, &effects, one, other)) return NULL;
    const vvi_layer_names *alone = effects.adds.n > 0 ? &effects.adds : &effects.perhaps;
    if (alone->n > 0) return vvi_arena_printf(x->arena, "%s is in one of them only", alone->list[0]);
    if (effects.n_sets > 0)
        return vvi_arena_printf(x->arena, "%s.%s differs", effects.sets[0].layer, effects.sets[0].field);
    return effects.follows.n > 0 ? vvi_arena_printf(x->arena, "%s differs", effects.follows.list[0]) : NULL;
}

static vv_status compare_twice(vvi_explainer *x, const vvi_case *c, const char **difference, vv_error *error)
{
    vvi_build a = { 0 }, b = { 0 };
    vv_model *one = NULL, *other = NULL;
    vv_status status = vvi_explain_replay(x, &c->trace, &a, &one, error);
    if (status == VV_OK) status = vvi_explain_replay(x, &c->trace, &b, &other, error);
    if (status == VV_OK) *difference = find_difference(x, &a, one, &b, other);
    vv_model_free(one);
    vv_model_free(other);
    vvi_build_deinit(&a);
    vvi_build_deinit(&b);
    return status;
}

static vv_status explain_impurity(vvi_explainer *x, vv_error *error)
{
    enum { TRIES = 256 };
    const char *difference = NULL;
    for (size_t i = 0; i < x->cases.n && i < TRIES && difference == NULL; i++)
        VVI_TRY(compare_twice(x, &x->cases.list[i], &difference, error));
    const char *at = x->space->impurity;
    x->e->impurity = vvi_arena_printf(x->arena, "built twice with the same values%s%s: %s", at[0] == '\0' ? "" : ", ",
                                      at, difference == NULL ? "what was made differs" : difference);
    return x->e->impurity == NULL ? vvi_no_memory(error) : VV_OK;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

vv_status vvi_notes_explain(vvi_explainer *x, vv_error *error)
{
    vv_explanation *e = x->e;
    notes n = { .most = x->n_stated + e->n_hyperparameters + 1 };
    n.list = vvi_arena_alloc(x->arena, n.most * sizeof *n.list);
    if (n.list == NULL) return vvi_no_memory(error);
    e->pure = x->space->pure;
    if (!e->pure) VVI_TRY(explain_impurity(x, error));
    for (size_t i = 0; i < e->n_hyperparameters; i++) VVI_TRY(note_unused(x, &e->hyperparameters[i], &n, error));
    for (size_t i = 0; i < x->n_stated; i++) VVI_TRY(note_stated(x, &x->stated[i], &n, error));
    e->notes = (vv_texts){ n.list, n.n };
    return VV_OK;
}
