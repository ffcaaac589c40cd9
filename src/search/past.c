/* past.c - all trials that an oracle may know of, as columns.
 *
 * Names, domains and shapes (which hyperparameters, in which order) are kept once and known by their numbers; a trial is
 * a row of its shape, its values as numbers, and its losses. Ten hyperparameters take 80 bytes of values and about 75
 * around them, plus what tables that double have to spare.
 *
 * Losses are scores with the sign that makes smaller better, so that no oracle knows of directions: maximizing is
 * minimizing the negative, to the bit.
 */
#include "search/search.h"

#include <math.h>
#include <string.h>

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static vv_status make_room(void *table, size_t n, size_t more, size_t *most, size_t size, vv_error *error)
{
    if (n + more <= *most) return VV_OK;
    size_t grown = *most == 0 ? 16 : *most;
    while (grown < n + more) grown += grown / 2;
    void *old, *bigger;
    memcpy(&old, table, sizeof old);
    bigger = vvi_realloc(old, grown * size);
    if (bigger == NULL) return vvi_no_memory(error);
    memcpy(table, &bigger, sizeof bigger);
    *most = grown;
    return VV_OK;
}

typedef uint64_t (*hash_of)(const vv_past *past, size_t number);

static uint64_t hash_of_name(const vv_past *past, size_t number)
{
    return past->name_hashes[number];
}

static uint64_t hash_of_domain(const vv_past *past, size_t number)
{
    return past->domains[number].hash;
}

static uint64_t hash_of_shape(const vv_past *past, size_t number)
{
    return past->shapes[number].hash;
}

static uint64_t hash_of_row(const vv_past *past, size_t number)
{
    return past->rows[number].hash;
}

static void fill_slot(struct vvi_slots *slots, uint64_t hash, size_t number)
{
    size_t at = hash & (slots->n - 1);
    while (slots->list[at].number != 0) at = (at + 1) & (slots->n - 1);
    slots->list[at] = (struct vvi_slot){ .tag = (uint32_t)(hash >> 32), .number = (uint32_t)number + 1 };
}

/* Room for number n, the things before it being in place. */
static vv_status reserve_slot(const vv_past *past, struct vvi_slots *slots, size_t n, hash_of hash, vv_error *error)
{
    if (3 * (n + 1) <= 2 * slots->n) return VV_OK;
    struct vvi_slots bigger = { .n = slots->n == 0 ? 32 : 2 * slots->n };
    bigger.list = vvi_calloc(bigger.n, sizeof *bigger.list);
    if (bigger.list == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) fill_slot(&bigger, hash(past, i), i);
    vvi_free(slots->list);
    *slots = bigger;
    return VV_OK;
}

/* ---- values as numbers ------------------------------------------------------------------------------------------- */

double vvi_value_number(const vv_domain *domain, vv_value value)
{
    if (domain->kind == VV_DOMAIN_CHOICE) return (double)vv_domain_index(domain, value);
    switch (domain->kind == VV_DOMAIN_FIXED ? (vv_value_type)0 : value.type) {
    case VV_VALUE_INT:
        return (double)value.i;
    case VV_VALUE_FLOAT:
        return value.f;
    case VV_VALUE_BOOL:
        return value.b;
    default:
        return 0;
    }
}

static vv_value nearest_index(const vv_domain *domain, double number)
{
    const double last = (double)(vv_domain_size(domain) - 1);
    const double index = number > 0 ? floor(number + 0.5) : 0;
    return vv_domain_at(domain, (uint64_t)(index < last ? index : last));
}

/* Grids of numbers ascend, whatever their sampling: the nearest is one of the two around the place of the number. */
static vv_value nearest_on_grid(const vv_domain *domain, double number)
{
    const bool whole = domain->type == VV_VALUE_INT;
    const vv_value wanted = { VV_VALUE_FLOAT, { .f = number } };
    const uint64_t n = vv_domain_size(domain);
    uint64_t at = vvi_positions_below(domain, wanted);
    if (at >= n) at = n - 1;
    if (at == 0) return vv_domain_at(domain, 0);
    const vv_value low = vv_domain_at(domain, at - 1), high = vv_domain_at(domain, at);
    const double a = whole ? (double)low.i : low.f, b = whole ? (double)high.i : high.f;
    return number - a <= b - number ? low : high;
}

vv_value vvi_number_value(const vv_domain *domain, double number)
{
    if (domain->kind == VV_DOMAIN_FIXED) return domain->values[0];
    if (domain->kind == VV_DOMAIN_CHOICE || domain->kind == VV_DOMAIN_BOOL) return nearest_index(domain, number);
    if (isnan(number) || number < domain->min) number = domain->min;
    if (number > domain->max) number = domain->max;
    if (vv_domain_size(domain) > 0) return nearest_on_grid(domain, number);
    return (vv_value){ VV_VALUE_FLOAT, { .f = number } };
}

/* ---- names, domains, shapes -------------------------------------------------------------------------------------- */

static uint32_t find_name(const vv_past *past, const char *name, uint64_t hash)
{
    const struct vvi_slots *slots = &past->by_name;
    for (size_t at = hash & (slots->n - 1); slots->n > 0 && slots->list[at].number != 0;
         at = (at + 1) & (slots->n - 1)) {
        const uint32_t number = slots->list[at].number - 1;
        if (past->name_hashes[number] == hash && strcmp(past->names[number], name) == 0) return number;
    }
    return VVI_NOWHERE;
}

uint32_t vvi_past_find_name(const vv_past *past, const char *name)
{
    return find_name(past, name, vvi_hash_text(VVI_HASH_START, name));
}

static uint64_t hash_domain(uint32_t name, const vv_domain *domain)
{
    uint64_t hash = vvi_hash_bytes(VVI_HASH_START, &name, sizeof name);
    hash = vvi_hash_number(vvi_hash_number(vvi_hash_number(hash, domain->min), domain->max), domain->step);
    return vvi_hash_bytes(hash, &domain->n_values, sizeof domain->n_values);
}

static uint32_t find_domain(const vv_past *past, uint32_t name, uint64_t hash, const vv_domain *domain)
{
    const struct vvi_slots *slots = &past->by_domain;
    for (size_t at = hash & (slots->n - 1); slots->n > 0 && slots->list[at].number != 0;
         at = (at + 1) & (slots->n - 1)) {
        const vvi_past_domain *known = &past->domains[slots->list[at].number - 1];
        if (known->hash == hash && known->name == name && vv_domain_equal(&known->domain, domain))
            return slots->list[at].number - 1;
    }
    return VVI_NOWHERE;
}

uint32_t vvi_past_find_domain(const vv_past *past, const char *name, const vv_domain *domain)
{
    const uint32_t number = vvi_past_find_name(past, name);
    return number == VVI_NOWHERE ? VVI_NOWHERE : find_domain(past, number, hash_domain(number, domain), domain);
}

static vv_status note_name(vv_past *past, const char *name, uint32_t *number, vv_error *error)
{
    const uint64_t hash = vvi_hash_text(VVI_HASH_START, name);
    const size_t n = past->n_names;
    size_t most = past->most_names;
    *number = find_name(past, name, hash);
    if (*number != VVI_NOWHERE) return VV_OK;
    VVI_TRY(make_room(&past->names, n, 1, &most, sizeof *past->names, error));
    VVI_TRY(make_room(&past->name_hashes, n, 1, &past->most_names, sizeof *past->name_hashes, error));
    VVI_TRY(reserve_slot(past, &past->by_name, n, hash_of_name, error));
    past->names[n] = vvi_arena_strdup(&past->arena, name);
    if (past->names[n] == NULL) return vvi_no_memory(error);
    past->name_hashes[n] = hash;
    fill_slot(&past->by_name, hash, n);
    *number = (uint32_t)past->n_names++;
    return VV_OK;
}

static vv_status note_domain(vv_past *past, const vv_active *active, uint32_t *number, vv_error *error)
{
    uint32_t name;
    VVI_TRY(note_name(past, active->name, &name, error));
    const uint64_t hash = hash_domain(name, &active->domain);
    *number = find_domain(past, name, hash, &active->domain);
    if (*number != VVI_NOWHERE) return VV_OK;
    VVI_TRY(make_room(&past->domains, past->n_domains, 1, &past->most_domains, sizeof *past->domains, error));
    VVI_TRY(reserve_slot(past, &past->by_domain, past->n_domains, hash_of_domain, error));
    vvi_past_domain *new_domain = &past->domains[past->n_domains];
    *new_domain = (vvi_past_domain){ .name = name, .hash = hash };
    if (!vvi_domain_copy(&past->arena, &active->domain, &new_domain->domain)) return vvi_no_memory(error);
    fill_slot(&past->by_domain, hash, past->n_domains);
    *number = (uint32_t)past->n_domains++;
    return VV_OK;
}

static bool is_shape(const vvi_shape *shape, uint64_t hash, const uint32_t *domains, size_t n)
{
    return shape->hash == hash && shape->n == n && memcmp(shape->domains, domains, n * sizeof *domains) == 0;
}

static vv_status note_shape(vv_past *past, const uint32_t *domains, size_t n, uint32_t *number, vv_error *error)
{
    const uint64_t hash = vvi_hash_bytes(VVI_HASH_START, domains, n * sizeof *domains);
    const struct vvi_slots *slots = &past->by_shape;
    for (size_t at = hash & (slots->n - 1); slots->n > 0 && slots->list[at].number != 0;
         at = (at + 1) & (slots->n - 1)) {
        *number = slots->list[at].number - 1;
        if (is_shape(&past->shapes[*number], hash, domains, n)) return VV_OK;
    }
    VVI_TRY(make_room(&past->shapes, past->n_shapes, 1, &past->most_shapes, sizeof *past->shapes, error));
    VVI_TRY(reserve_slot(past, &past->by_shape, past->n_shapes, hash_of_shape, error));
    uint32_t *own = vvi_arena_alloc(&past->arena, (n + 1) * sizeof *own);
    if (own == NULL) return vvi_no_memory(error);
    memcpy(own, domains, n * sizeof *own);
    past->shapes[past->n_shapes] = (vvi_shape){ .n = (uint32_t)n, .domains = own, .hash = hash };
    fill_slot(&past->by_shape, hash, past->n_shapes);
    *number = (uint32_t)past->n_shapes++;
    return VV_OK;
}

/* ---- a new trial ------------------------------------------------------------------------------------------------- */

static vv_status check_value(const vv_active *active, vv_error *error)
{
    char value[VVI_SHORT_TEXT], domain[VVI_SHORT_TEXT];
    if (vv_domain_contains(&active->domain, active->value)) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s: the value %s is not in %s", active->name,
                    vvi_value_text(active->value, value), vvi_domain_text(&active->domain, domain));
}

static bool is_domain(const vv_past *past, uint32_t number, const vv_active *active)
{
    const vvi_past_domain *known = &past->domains[number];
    return strcmp(past->names[known->name], active->name) == 0 && vv_domain_equal(&known->domain, &active->domain);
}

/* Trials are mostly of the shape of the one before, and looking things up costs several times as much as comparing.
 * Numbers are written behind those of the last row, and count once the row does. */
static vv_status note_values(vv_past *past, const vv_past_trial *trial, vvi_past_row *row, uint32_t *domains,
                             vv_error *error)
{
    const vvi_shape *before = past->n_rows == 0 ? NULL : &past->shapes[past->rows[past->n_rows - 1].shape];
    bool as_before = before != NULL && before->n == trial->n_values;
    row->hash = trial->n_values;
    if (as_before) row->shape = past->rows[past->n_rows - 1].shape;
    for (size_t i = 0; i < trial->n_values; i++) {
        const vv_active *active = &trial->values[i];
        VVI_TRY(check_value(active, error));
        as_before = as_before && is_domain(past, before->domains[i], active);
        if (as_before)
            domains[i] = before->domains[i];
        else
            VVI_TRY(note_domain(past, active, &domains[i], error));
        past->numbers[past->n_numbers + i] = vvi_value_number(&active->domain, active->value);
        row->hash += vvi_hash_assignment(past->name_hashes[past->domains[domains[i]].name], active->value);
    }
    if (as_before) return VV_OK;
    return note_shape(past, domains, trial->n_values, &row->shape, error);
}

static vv_status reserve_row(vv_past *past, size_t n_values, vv_error *error)
{
    const size_t n = past->n_rows;
    size_t most = past->most_rows;
    VVI_TRY(make_room(&past->numbers, past->n_numbers, n_values, &past->most_numbers, sizeof *past->numbers, error));
    VVI_TRY(make_room(&past->rows, n, 1, &most, sizeof *past->rows, error));
    VVI_TRY(make_room(&past->scores, n, 1, &past->most_rows, past->n_objectives * sizeof *past->scores, error));
    return reserve_slot(past, &past->by_values, n, hash_of_row, error);
}

enum { FEW_VALUES = 64 };

static vv_status add_row(vv_past *past, const vv_past_trial *trial, vv_error *error)
{
    uint32_t few[FEW_VALUES], *domains = few;
    vvi_past_row row = { .first = past->n_numbers };
    VVI_TRY(reserve_row(past, trial->n_values, error));
    if (trial->n_values > FEW_VALUES) domains = vvi_malloc(trial->n_values * sizeof *domains);
    if (domains == NULL) return vvi_no_memory(error);
    const vv_status status = note_values(past, trial, &row, domains, error);
    if (domains != few) vvi_free(domains);
    if (status != VV_OK) return status;
    past->rows[past->n_rows] = row;
    fill_slot(&past->by_values, row.hash, past->n_rows);
    past->n_numbers += trial->n_values;
    past->n_rows++;
    return VV_OK;
}

static void write_news(vv_past *past, const vv_past_trial *trial)
{
    vvi_past_row *row = &past->rows[trial->id];
    double *scores = past->scores + (size_t)trial->id * past->n_objectives;
    row->status = (uint8_t)trial->status;
    row->violation = trial->violation;
    row->epochs = trial->epochs;
    row->scored = trial->scores != NULL;
    for (size_t k = 0; k < past->n_objectives; k++) scores[k] = trial->scores == NULL ? (double)NAN : trial->scores[k];
    past->changes[past->n_changes++] = trial->id;
}

vv_status vv_past_put(vv_past *past, const vv_past_trial *trial, vv_error *error)
{
    if (trial->id < 0 || (size_t)trial->id > past->n_rows)
        return vvi_fail(error, VV_BAD_ARG, "trial %d: there are %zu trials, the next one is number %zu", trial->id,
                        past->n_rows, past->n_rows);
    if (trial->status < VV_TRIAL_RUNNING || trial->status > VV_TRIAL_WAITING)
        return vvi_fail(error, VV_BAD_ARG, "trial %d: status %d is none of a trial", trial->id, (int)trial->status);
    VVI_TRY(make_room(&past->changes, past->n_changes, 1, &past->most_changes, sizeof *past->changes, error));
    if ((size_t)trial->id == past->n_rows) VVI_TRY(add_row(past, trial, error));
    write_news(past, trial);
    return VV_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

vv_past *vv_past_new(size_t n_objectives, const bool *maximize)
{
    vv_past *past = n_objectives == 0 || n_objectives > VV_MAX_OBJECTIVES ? NULL : vvi_calloc(1, sizeof *past);
    if (past == NULL) return NULL;
    past->n_objectives = n_objectives;
    if (maximize != NULL) memcpy(past->maximize, maximize, n_objectives * sizeof *maximize);
    return past;
}

void vv_past_free(vv_past *past)
{
    if (past == NULL) return;
    void *const owned[] = { past->names,        past->name_hashes,    past->domains,       past->shapes,
                            past->rows,         past->numbers,        past->scores,        past->changes,
                            past->by_name.list, past->by_domain.list, past->by_shape.list, past->by_values.list };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) vvi_free(owned[i]);
    vvi_arena_deinit(&past->arena);
    vvi_free(past);
}

size_t vv_past_count(const vv_past *past)
{
    return past->n_rows;
}

vv_past_trial vv_past_at(const vv_past *past, int id)
{
    const vvi_past_row *row = &past->rows[id];
    return (vv_past_trial){ .id = id,
                            .status = (vv_trial_status)row->status,
                            .scores = row->scored ? past->scores + (size_t)id * past->n_objectives : NULL,
                            .violation = row->violation,
                            .epochs = row->epochs,
                            .n_values = past->shapes[row->shape].n };
}

vv_active vv_past_value(const vv_past *past, int id, size_t index)
{
    const vvi_past_domain *domain = &past->domains[vvi_past_shape(past, id)->domains[index]];
    return (vv_active){ .name = past->names[domain->name],
                        .domain = domain->domain,
                        .value = vvi_number_value(&domain->domain, vvi_past_numbers(past, id)[index]) };
}

double vv_past_loss(const vv_past *past, int id, size_t objective)
{
    const double score = past->scores[(size_t)id * past->n_objectives + objective];
    return past->maximize[objective] ? -score : score;
}

size_t vv_past_changes(const vv_past *past)
{
    return past->n_changes;
}

int vv_past_changed(const vv_past *past, size_t change)
{
    return past->changes[change];
}
