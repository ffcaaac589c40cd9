/* explaining.h - explaining a build function in this process, without a tuner. */
#ifndef VARVE_TESTS_EXPLAINING_H
#define VARVE_TESTS_EXPLAINING_H

#include "check.h"
#include "explain/explain.h"
#include "nn/nn.h"
#include <varve/varve.h>

typedef vv_model *(*build_it)(vv_hp *hp, void *user);

#define BUILD(name) static vv_model *name(vv_hp *hp, void *user)

/* A dense model in the making, and its end. */
static inline vv_model *start(void)
{
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    return m;
}

static inline vv_model *finish(vv_model *m)
{
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    return m;
}

static inline vv_model *refuse(vv_model *m)
{
    vv_model_free(m);
    return NULL;
}

typedef struct explaining {
    build_it build;
    void *user;
    vvi_arena arena;
    vv_explanation *e;
} explaining;

static inline vv_status explaining_build(void *context, vv_hp *hp, vvi_made *made, vv_error *reason)
{
    const explaining *x = context;
    made->model = x->build(hp, x->user);
    made->asked_by_build = vv_hp_count(hp);
    if (vv_hp_status(hp) != VV_OK) return vvi_fail(reason, vv_hp_status(hp), "%s", vv_hp_error(hp));
    if (made->model == NULL) return vvi_fail(reason, VV_BAD_ARG, "no model");
    return vv_model_status(made->model) == VV_OK
               ? VV_OK
               : vvi_fail(reason, vv_model_status(made->model), "%s", vv_model_error(made->model));
}

static inline vv_status try_explain(explaining *x, build_it build, void *user, const vv_explain_args *args,
                                    vv_error *error)
{
    *x = (explaining){ .build = build, .user = user };
    const vvi_source source = { explaining_build, x, false };
    vv_explain_args all = args == NULL ? (vv_explain_args){ .hypermodel = NULL } : *args;
    all.seconds = 600; /* no test goes by the speed of a machine */
    return vvi_explain(&source, &all, &x->arena, &x->e, error);
}

/* Ends with forget. */
static inline const vv_explanation *explain_with(explaining *x, build_it build, void *user, const vv_explain_args *args)
{
    vv_error error = { 0 };
    if (try_explain(x, build, user, args, &error) != VV_OK) fail_msg("%s", error.text);
    return x->e;
}

static inline const vv_explanation *explain(explaining *x, build_it build)
{
    return explain_with(x, build, NULL, NULL);
}

static inline void forget(explaining *x)
{
    vvi_arena_deinit(&x->arena);
}

/* The n-th row (from 0) of a name. */
static inline const vv_explained *row_of(const vv_explanation *e, const char *name, int number)
{
    for (size_t i = 0; i < e->n_hyperparameters; i++)
        if (strcmp(e->hyperparameters[i].name, name) == 0 && number-- == 0) return &e->hyperparameters[i];
    fail_msg("there is no %s", name);
    return NULL;
}

static inline void check_active(const vv_explanation *e, const char *name, const char *when)
{
    const vv_explained *h = row_of(e, name, 0);
    if (h->active_when == NULL || strcmp(h->active_when, when) != 0)
        fail_msg("%s is active when \"%s\", not \"%s\"", name, h->active_when == NULL ? "?" : h->active_when, when);
}

static inline void check_formula(const vv_explanation *e, const char *formula)
{
    const char *is = e->layers.formula == NULL ? "(none)" : e->layers.formula;
    if (strcmp(is, formula) != 0) fail_msg("layers = %s, not %s", is, formula);
}

static inline const vv_family *family_of(const vv_explanation *e, const char *name)
{
    for (size_t i = 0; i < e->n_families; i++)
        if (strcmp(e->families[i].name, name) == 0) return &e->families[i];
    fail_msg("there is no family %s", name);
    return NULL;
}

static inline void check_joint(const vv_explanation *e, const char *name, const char *when)
{
    const vv_family *f = family_of(e, name);
    if (f->active_when == NULL || strcmp(f->active_when, when) != 0)
        fail_msg("%s is active when \"%s\", not \"%s\"", name, f->active_when == NULL ? "?" : f->active_when, when);
}

static inline bool has_text(const vv_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->n; i++)
        if (strcmp(texts->list[i], text) == 0) return true;
    return false;
}

static inline bool sets(const vv_explained *h, const char *layer, const char *field)
{
    for (size_t i = 0; i < h->n_sets; i++)
        if (strcmp(h->sets[i].layer, layer) == 0 && strcmp(h->sets[i].field, field) == 0) return true;
    return false;
}

#endif
