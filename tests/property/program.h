/* program.h - random hypermodels: nested loops, branches, ranges that depend on other values, dead corners, values that
 * nobody uses. A program is a tree of statements; build_program interprets it as a build function.
 */
#ifndef VARVE_TESTS_PROGRAM_H
#define VARVE_TESTS_PROGRAM_H

#include "base/base.h"
#include "check.h"
#include <varve/varve.h>

typedef enum statement_kind {
    ASK_INT = 1,
    ASK_UP_TO, /* 1..the value of another one */
    ASK_BOOL,
    ASK_CHOICE,
    ASK_FLOAT,
    LOOP, /* `of` times: its body */
    IF,   /* its body or its other body */
    REFUSE,
    DENSE,
    DROPOUT,
    ACTIVATION,
    CONV2D,
    POOL,
} statement_kind;

typedef enum comparison { IS_TRUE = 1, AT_LEAST, EQUALS, EQUALS_AND, AT_LEAST_OTHER } comparison;

typedef struct condition {
    comparison kind;
    int of, other; /* statements that ask */
    int c, d;
} condition;

typedef struct statement {
    statement_kind kind;
    char name[8];
    int of;                /* the statement whose value it uses; -1: `least` */
    int least, most, step; /* INT; a layer's width */
    int loops;             /* how deep in loops: as many numbers are in its name */
    condition when;
    int body[4], other[4];
    int n_body, n_other;
} statement;

enum { MOST_STATEMENTS = 32, DEEPEST = 3, MOST_ORIGINS = 128 };

typedef struct program {
    statement list[MOST_STATEMENTS];
    int n, n_names;
    int top[10], n_top;
    int rate; /* the statement that asks for the learning rate; -1: none */
    bool images, floats;
    vvi_stream stream;
} program;

/* ---- making one ------------------------------------------------------------------------------------------------- */

static int pick(program *p, int n)
{
    return (int)vvi_stream_below(&p->stream, (uint64_t)n);
}

/* Something asked before that is in scope everywhere below: at the same or a lesser depth, not inside a branch. */
typedef struct scope {
    int list[MOST_STATEMENTS];
    int n, loops;
} scope;

static int find_asked(program *p, const scope *s, bool numbers)
{
    for (int tries = 0; tries < 8 && s->n > 0; tries++) {
        const int at = s->list[pick(p, s->n)];
        const statement_kind kind = p->list[at].kind;
        if (kind != ASK_FLOAT && (!numbers || kind == ASK_INT || kind == ASK_UP_TO)) return at;
    }
    return -1;
}

static condition make_condition(program *p, const scope *s, int of)
{
    const statement *asked = &p->list[of];
    const bool number = asked->kind == ASK_INT || asked->kind == ASK_UP_TO;
    condition c = { .kind = number ? (pick(p, 2) ? AT_LEAST : EQUALS) : asked->kind == ASK_BOOL ? IS_TRUE : EQUALS };
    c.of = of;
    c.c = number ? asked->least + pick(p, asked->most - asked->least + 1) : pick(p, 2);
    c.other = find_asked(p, s, true);
    if (number && c.other >= 0 && c.other != of && pick(p, 4) == 0) c.kind = AT_LEAST_OTHER;
    if (c.kind == EQUALS && c.other >= 0 && c.other != of && pick(p, 3) == 0) c.kind = EQUALS_AND;
    if (c.other >= 0) c.d = p->list[c.other].least + pick(p, 2);
    return c;
}

static void make_ask(program *p, statement *s, const scope *in)
{
    static const char letters[] = "abcdefghijkmnopqrstuvwxyz";
    const int kind = pick(p, p->floats ? 9 : 8);
    s->kind = kind < 4 ? ASK_INT : kind == 4 ? ASK_UP_TO : kind == 5 ? ASK_BOOL : kind < 8 ? ASK_CHOICE : ASK_FLOAT;
    s->least = pick(p, 3) == 0 ? 0 : 1;
    s->step = pick(p, 5) == 0 ? 2 : 1;
    s->most = s->least + s->step * (1 + pick(p, 3));
    if (pick(p, 12) == 0) s->most = s->least; /* one value */
    if (s->kind == ASK_UP_TO && (s->of = find_asked(p, in, true)) < 0) s->kind = ASK_INT;
    if (s->kind == ASK_UP_TO) s->least = 1, s->most = p->list[s->of].most > 1 ? p->list[s->of].most : 1;
    if (s->kind == ASK_CHOICE) s->most = pick(p, 2);
    snprintf(s->name, sizeof s->name, "%c%s", letters[p->n_names % 25], p->n_names < 25 ? "" : "b");
    p->n_names++;
}

static int make_statement(program *p, scope *in, int depth);

static int make_body(program *p, const scope *outer, int depth, int loops, int body[4])
{
    scope in = *outer;
    int n = 0;
    in.loops += loops;
    const int wanted = 1 + pick(p, 3);
    while (n < wanted && p->n < MOST_STATEMENTS - 1) body[n++] = make_statement(p, &in, depth + 1);
    return n;
}

static void make_layer(program *p, statement *s, const scope *in)
{
    static const statement_kind flat[] = { DENSE, DENSE, DENSE, DROPOUT, ACTIVATION };
    static const statement_kind image[] = { CONV2D, CONV2D, CONV2D, POOL, DROPOUT };
    s->kind = p->images ? image[pick(p, 5)] : flat[pick(p, 5)];
    s->of = pick(p, 2) ? find_asked(p, in, true) : -1;
    s->least = 1 + pick(p, 3);
}

static int make_statement(program *p, scope *in, int depth)
{
    const int at = p->n++, kind = pick(p, 10);
    statement *s = &p->list[at];
    const int number = find_asked(p, in, true), any = find_asked(p, in, false);
    *s = (statement){ .of = -1, .loops = in->loops };
    if (kind < 4 || any < 0) {
        make_ask(p, s, in);
        in->list[in->n++] = at;
    } else if (kind == 4 && number >= 0 && depth < DEEPEST && in->loops < 2) {
        s->kind = LOOP;
        s->of = number;
        s->n_body = make_body(p, in, depth, 1, s->body);
    } else if (kind == 5 && depth < DEEPEST) {
        s->kind = IF;
        s->when = make_condition(p, in, any);
        s->n_body = make_body(p, in, depth, 0, s->body);
        if (pick(p, 2)) s->n_other = make_body(p, in, depth, 0, s->other);
    } else if (kind == 6 && pick(p, 2)) {
        s->kind = REFUSE;
        s->when = make_condition(p, in, any);
    } else {
        make_layer(p, s, in);
    }
    return at;
}

static void make_program(program *p, uint64_t seed, bool floats)
{
    scope in = { .n = 0 };
    *p = (program){ .rate = -1, .floats = floats, .stream = vvi_stream_begin(vvi_key_new(seed, "program")) };
    p->images = pick(p, 3) == 0;
    const int wanted = 3 + pick(p, 6);
    while (p->n_top < wanted && p->n < MOST_STATEMENTS - 4) p->top[p->n_top++] = make_statement(p, &in, 0);
    if (pick(p, 3) == 0) p->rate = find_asked(p, &in, true);
}

/* ---- running one ------------------------------------------------------------------------------------------------ */

typedef struct running {
    const program *program;
    vv_hp *hp;
    vv_model *model;
    int64_t values[MOST_STATEMENTS]; /* the latest */
    int index[DEEPEST];
    int loops;
    bool refused;
    int origins[MOST_ORIGINS]; /* of the layers after the input: statement and turns; the last ones have none */
    int n_origins;
} running;

static const char *name_of(const running *r, const statement *s)
{
    if (s->loops == 0) return s->name;
    if (s->loops == 1) return vv_name(r->hp, "%s_%d", s->name, r->index[0]);
    return vv_name(r->hp, "%s_%d_%d", s->name, r->index[0], r->index[1]);
}

static bool holds(const running *r, const condition *c)
{
    const int64_t value = r->values[c->of], other = c->other < 0 ? 0 : r->values[c->other];
    switch (c->kind) {
    case IS_TRUE:
        return value != 0;
    case AT_LEAST:
        return value >= c->c;
    case EQUALS:
        return value == c->c;
    case EQUALS_AND:
        return value == c->c && other >= c->d;
    case AT_LEAST_OTHER:
        return value >= other;
    }
    return false;
}

static void run_ask(running *r, int at)
{
    const statement *s = &r->program->list[at];
    const char *name = name_of(r, s);
    if (s->kind == ASK_INT) r->values[at] = vv_int(r->hp, name, .min = s->least, .max = s->most, .step = s->step);
    if (s->kind == ASK_UP_TO)
        r->values[at] = vv_int(r->hp, name, .min = 1, .max = r->values[s->of] > 1 ? (int)r->values[s->of] : 1);
    if (s->kind == ASK_BOOL) r->values[at] = vv_bool(r->hp, name);
    if (s->kind == ASK_CHOICE) {
        const char *choice = s->most == 0 ? vv_choice(r->hp, name, VV_STRINGS("first", "second"))
                                          : vv_choice(r->hp, name, VV_STRINGS("first", "second", "third"));
        r->values[at] = choice[0] == 'f' ? 0 : choice[0] == 's' ? 1 : 2;
    }
    if (s->kind == ASK_FLOAT) r->values[at] = vv_float(r->hp, name, .min = 0, .max = 0.5) > 0.25;
}

/* A statement stands for a line of a source file. Where a layer comes from is kept, with the turns of the loops. */
static void run_layer(running *r, int at)
{
    const statement *s = &r->program->list[at];
    const int width = 1 + (int)(s->of < 0 ? s->least : r->values[s->of]);
    vv_layer layer = s->kind == DENSE        ? vv_dense(width)
                     : s->kind == DROPOUT    ? vv_dropout(0.125 * (double)(width % 5))
                     : s->kind == ACTIVATION ? vv_activation_layer(width % 2 ? VV_RELU : VV_TANH)
                     : s->kind == CONV2D     ? vv_conv2d(2, .kernel_size = width)
                                             : vv_max_pooling2d(2);
    layer.line = 1000 + at;
    vv_add(r->model, layer);
    if (r->n_origins < MOST_ORIGINS)
        r->origins[r->n_origins++] =
            at * 10000 + (r->loops > 0 ? r->index[0] + 1 : 0) * 100 + (r->loops > 1 ? r->index[1] + 1 : 0);
}

static void run_list(running *r, const int *list, int n);

static void run_statement(running *r, int at)
{
    const statement *s = &r->program->list[at];
    if (s->kind <= ASK_FLOAT) {
        run_ask(r, at);
    } else if (s->kind == LOOP) {
        const int depth = r->loops++;
        for (int i = 0; i < (int)r->values[s->of]; i++) {
            r->index[depth] = i;
            run_list(r, s->body, s->n_body);
        }
        r->loops--;
    } else if (s->kind == IF) {
        if (holds(r, &s->when))
            run_list(r, s->body, s->n_body);
        else
            run_list(r, s->other, s->n_other);
    } else if (s->kind == REFUSE) {
        r->refused = r->refused || holds(r, &s->when);
    } else {
        run_layer(r, at);
    }
}

/* Like a build function that sees that it cannot go on. */
static void run_list(running *r, const int *list, int n)
{
    for (int i = 0; i < n && !r->refused && vv_model_status(r->model) == VV_OK; i++) run_statement(r, list[i]);
}

static vv_model *run_program(running *r, const program *p, vv_hp *hp)
{
    *r = (running){ .program = p, .hp = hp, .model = vv_sequential() };
    if (p->images)
        vv_add(r->model, vv_input(9, 9, 1));
    else
        vv_add(r->model, vv_input(4));
    run_list(r, p->top, p->n_top);
    if (r->refused) {
        vv_model_free(r->model);
        return NULL;
    }
    if (p->images) vv_add(r->model, vv_flatten());
    vv_add(r->model, vv_dense(1));
    const double rate = p->rate < 0 ? 0.125 : 0.125 + 0.125 * (double)r->values[p->rate];
    vv_compile(r->model, .loss = VV_MSE, .optimizer = vv_sgd(.learning_rate = rate));
    return r->model;
}

static vv_model *build_program(vv_hp *hp, void *user)
{
    running r;
    return run_program(&r, user, hp);
}

/* ---- telling of one --------------------------------------------------------------------------------------------- */

static void print_list(const program *p, const int *list, int n, int indent);

static void print_condition(const program *p, const condition *c)
{
    const char *of = p->list[c->of].name, *other = c->other < 0 ? "" : p->list[c->other].name;
    if (c->kind == IS_TRUE) print_message("%s", of);
    if (c->kind == AT_LEAST) print_message("%s >= %d", of, c->c);
    if (c->kind == EQUALS) print_message("%s == %d", of, c->c);
    if (c->kind == EQUALS_AND) print_message("%s == %d && %s >= %d", of, c->c, other, c->d);
    if (c->kind == AT_LEAST_OTHER) print_message("%s >= %s", of, other);
}

static void print_statement(const program *p, const statement *s, int indent)
{
    static const char *const kinds[] = { "",   "int",    "up to", "bool",    "choice",     "float",  "loop",
                                         "if", "refuse", "dense", "dropout", "activation", "conv2d", "pool" };
    print_message("%*s%s %s ", indent, "", kinds[s->kind], s->name);
    if (s->of >= 0) print_message("of %s ", p->list[s->of].name);
    if (s->kind == ASK_INT) print_message("%d..%d step %d", s->least, s->most, s->step);
    if (s->kind == IF || s->kind == REFUSE) print_condition(p, &s->when);
    if (s->kind >= DENSE && s->of < 0) print_message("%d", s->least);
    print_message("\n");
    print_list(p, s->body, s->n_body, indent + 2);
    if (s->n_other > 0) print_message("%*selse\n", indent, "");
    print_list(p, s->other, s->n_other, indent + 2);
}

static void print_list(const program *p, const int *list, int n, int indent)
{
    for (int i = 0; i < n; i++) print_statement(p, &p->list[list[i]], indent);
}

static void print_program(const program *p)
{
    print_message("input %s\n", p->images ? "9x9x1" : "4");
    print_list(p, p->top, p->n_top, 0);
    if (p->rate >= 0) print_message("learning rate from %s\n", p->list[p->rate].name);
}

#endif
