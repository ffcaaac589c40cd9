/* owners.c - who made the layers of a study's networks, by the names that are shown. */
#include "report/figures/owners.h"
#include "report/makers.h"

#include "explain/json.h"

#include <string.h>

/* The place of a name among the owners; a new one. */
static int find_owner(vvi_maker *m, vvi_owners *owners, const vv_explained *hyperparameter)
{
    const char *name = hyperparameter->family != NULL ? hyperparameter->family : hyperparameter->name;
    size_t i = 0;
    while (i < owners->n && owners->names[i] != NULL && strcmp(owners->names[i], name) != 0) i++;
    if (i == owners->n) owners->names[owners->n++] = vvi_make_text(m, "%s", name);
    return (int)i;
}

static const int *find_own(vvi_maker *m, vvi_owners *owners, const vv_explanation *e, const vvi_always *always,
                           const vvi_structure *structure)
{
    int *own = vvi_make_room(m, structure->n, sizeof *own);
    for (size_t i = 0; own != NULL && i < structure->n; i++) own[i] = VVI_ALWAYS_THERE;
    if (own == NULL || e == NULL) return own;
    vvi_makers_find(e, always, structure, own);
    for (size_t i = 0; i < structure->n; i++)
        if (own[i] != VVI_ALWAYS_THERE) own[i] = find_owner(m, owners, &e->hyperparameters[own[i]]);
    return own;
}

static void find_all(vvi_maker *m, vvi_owners *owners, const vv_explanation *e)
{
    const vvi_frame *f = m->frame;
    const int **own = vvi_make_room(m, f->n_structures, sizeof *own);
    vvi_always always;
    owners->names = vvi_make_room(m, e == NULL ? 0 : e->n_hyperparameters, sizeof *owners->names);
    vvi_always_find(e, f, &always);
    for (size_t i = 0; m->status == VV_OK && i < f->n_structures; i++)
        own[i] = find_own(m, owners, e, &always, &f->structures[i]);
    owners->own = own;
}

void vvi_owners_read(vvi_maker *m, vvi_owners *owners)
{
    vv_explanation *e = NULL;
    *owners = (vvi_owners){ .known = false };
    if (m->args->explanation != NULL && vvi_explanation_read(m->args->explanation, &e, NULL) == VV_NO_MEMORY)
        m->status = vvi_no_memory(m->error);
    owners->known = e != NULL;
    if (m->status == VV_OK) find_all(m, owners, e);
    vv_explanation_free(e);
}
