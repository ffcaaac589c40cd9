/* owners.c - which hyperparameter makes which layer, read from what `explain --json` prints. A layer that several make is the
 * first one's. */
#include "report/figures/owners.h"

#include <jansson.h>
#include <string.h>

/* The name that is shown of a hyperparameter: its family's, if there is one. */
static const char *shown_name(const json_t *hyperparameter)
{
    const char *family = json_string_value(json_object_get(hyperparameter, "family"));
    return family != NULL ? family : json_string_value(json_object_get(hyperparameter, "name"));
}

/* The place of a name among the owners; a new one. */
static size_t find_owner(vvi_maker *m, vvi_owners *owners, const char *name)
{
    size_t i = 0;
    while (i < owners->n && strcmp(owners->names[i], name) != 0) i++;
    if (i == owners->n) owners->names[owners->n++] = vvi_make_text(m, "%s", name);
    return i;
}

static void take_layers(vvi_maker *m, vvi_owners *owners, const json_t *hyperparameter)
{
    const json_t *layers = json_object_get(hyperparameter, "adds_layers");
    const char *name = shown_name(hyperparameter);
    for (size_t i = 0; name != NULL && i < json_array_size(layers); i++) {
        const char *layer = json_string_value(json_array_get(layers, i));
        if (layer == NULL || vvi_owner_of(owners, layer) >= 0) continue;
        owners->layers[owners->n_layers] = vvi_make_text(m, "%s", layer);
        owners->owner[owners->n_layers++] = find_owner(m, owners, name);
    }
}

static size_t count_layers(const json_t *list)
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        n += json_array_size(json_object_get(json_array_get(list, i), "adds_layers"));
    return n;
}

void vvi_owners_read(vvi_maker *m, vvi_owners *owners)
{
    *owners = (vvi_owners){ .known = false };
    json_t *root = m->args->explanation == NULL ? NULL : json_loads(m->args->explanation, 0, NULL);
    const json_t *list = json_object_get(root, "hyperparameters");
    const size_t n = count_layers(list);
    owners->names = vvi_make_room(m, json_array_size(list), sizeof *owners->names);
    owners->layers = vvi_make_room(m, n, sizeof *owners->layers);
    owners->owner = vvi_make_room(m, n, sizeof *owners->owner);
    owners->known = json_is_array(list);
    for (size_t i = 0; m->status == VV_OK && i < json_array_size(list); i++)
        take_layers(m, owners, json_array_get(list, i));
    json_decref(root);
}

int vvi_owner_of(const vvi_owners *owners, const char *layer)
{
    for (size_t i = 0; i < owners->n_layers; i++)
        if (strcmp(owners->layers[i], layer) == 0) return (int)owners->owner[i];
    return -1;
}
