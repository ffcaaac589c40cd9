/* postgresql_trial.c - one trial out of one row of PostgreSQL's: its values, scores, executions, failed attempts. */
#include "study/stores/postgresql.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

vv_status vvi_pg_damaged(const vvi_pg_reading *r, int trial, const char *what)
{
    return vvi_fail(r->error, VV_DATABASE, "%s: the database is damaged: %s of trial %d", r->store->shown, what, trial);
}

static vv_status copy_text(const vvi_pg_reading *r, const PGresult *result, int row, int column, const char **text)
{
    const char *found = vvi_pg_text(result, row, column);
    *text = found == NULL ? NULL : vvi_arena_strdup(r->arena, found);
    return found != NULL && *text == NULL ? vvi_no_memory(r->error) : VV_OK;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

vv_status vvi_pg_hyperparameters(vvi_pg_reading *r)
{
    VVI_TRY(vvi_pg_ask_once(r->store, VVI_PG_HYPERPARAMETERS, &r->hyperparameters, r->error, r->store->study));
    r->known = vvi_arena_alloc(r->arena, ((size_t)PQntuples(r->hyperparameters) + 1) * sizeof *r->known);
    return r->known == NULL ? vvi_no_memory(r->error) : VV_OK;
}

static int find_row(const PGresult *rows, int id)
{
    int low = 0, high = PQntuples(rows);
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (vvi_pg_int(rows, middle, 0) < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < PQntuples(rows) && vvi_pg_int(rows, low, 0) == id ? low : -1;
}

static vv_status find_hyperparameter(vvi_pg_reading *r, int trial, int id, const vv_active **active)
{
    const int row = find_row(r->hyperparameters, id);
    if (row < 0) return vvi_pg_damaged(r, trial, "a hyperparameter");
    vv_active *known = &r->known[row];
    *active = known;
    if (known->name != NULL) return VV_OK;
    const char *name = NULL;
    VVI_TRY(copy_text(r, r->hyperparameters, row, 1, &name));
    VVI_TRY(vvi_domain_from_json(vvi_pg_text(r->hyperparameters, row, 2), name, r->arena, &known->domain, r->error));
    known->name = name;
    return VV_OK;
}

static bool parse_value(const vvi_pg_reading *r, const char *text, vv_value_type type, vv_value *value)
{
    char *end = NULL;
    value->type = type;
    switch (type) {
    case VV_VALUE_INT:
        value->i = strtoll(text, &end, 10);
        return end != text && *end == '\0';
    case VV_VALUE_FLOAT:
        value->f = strtod_l(text, &end, r->plain);
        return end != text && *end == '\0';
    case VV_VALUE_BOOL:
        value->b = strcmp(text, "true") == 0;
        return value->b || strcmp(text, "false") == 0;
    case VV_VALUE_STRING:
        value->s = text;
        return true;
    }
    return false;
}

static char *copy_element(const vvi_pg_reading *r, vvi_pg_array *array)
{
    size_t length;
    const char *element = vvi_pg_array_text(array, &length);
    char *text = element == NULL ? NULL : vvi_arena_alloc(r->arena, length + 1);
    if (text != NULL) memcpy(text, element, length);
    return text;
}

static vv_status take_values(vvi_pg_reading *r, const PGresult *result, int row, int column, vv_trial *trial)
{
    vvi_pg_array ids = vvi_pg_array_of(result, row, column), texts = vvi_pg_array_of(result, row, column + 1);
    if (ids.n != texts.n) return vvi_pg_damaged(r, trial->id, "a value");
    vv_active *values = vvi_arena_alloc(r->arena, (ids.n + 1) * sizeof *values);
    if (values == NULL) return vvi_no_memory(r->error);
    for (size_t i = 0; i < ids.n; i++) {
        const vv_active *known = NULL;
        VVI_TRY(find_hyperparameter(r, trial->id, vvi_pg_array_int(&ids), &known));
        values[i] = *known;
        const char *text = copy_element(r, &texts);
        if (text == NULL && texts.whole) return vvi_no_memory(r->error);
        if (text == NULL || !parse_value(r, text, known->domain.type, &values[i].value))
            return vvi_pg_damaged(r, trial->id, "a value");
    }
    trial->values = values;
    trial->n_values = ids.n;
    return VV_OK;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static vv_status take_scores(const vvi_pg_reading *r, const PGresult *result, int row, int column, vv_trial *trial)
{
    vvi_pg_array scores = vvi_pg_array_of(result, row, column);
    trial->score = (double)NAN;
    if (scores.n == 0) return VV_OK;
    double *list = vvi_arena_alloc(r->arena, VV_MAX_OBJECTIVES * sizeof *list);
    if (list == NULL) return vvi_no_memory(r->error);
    if (scores.n > VV_MAX_OBJECTIVES) return vvi_pg_damaged(r, trial->id, "a score");
    for (size_t i = 0; i < scores.n; i++) list[i] = vvi_pg_array_double(&scores);
    trial->scores = list;
    trial->n_scores = scores.n;
    trial->score = list[0];
    return scores.whole ? VV_OK : vvi_pg_damaged(r, trial->id, "a score");
}

static vv_status take_executions(const vvi_pg_reading *r, const PGresult *result, int row, int column, vv_trial *trial)
{
    vvi_pg_array best = vvi_pg_array_of(result, row, column), scores = vvi_pg_array_of(result, row, column + 1);
    vvi_pg_array seconds = vvi_pg_array_of(result, row, column + 2);
    if (scores.n != best.n || seconds.n != best.n) return vvi_pg_damaged(r, trial->id, "an execution");
    if (best.n == 0) return VV_OK;
    vv_execution *list = vvi_arena_alloc(r->arena, best.n * sizeof *list);
    if (list == NULL) return vvi_no_memory(r->error);
    for (size_t i = 0; i < best.n; i++) {
        list[i].best_epoch = vvi_pg_array_int(&best);
        list[i].score = vvi_pg_array_double(&scores);
        list[i].seconds = vvi_pg_array_double(&seconds);
    }
    trial->executions = list;
    trial->n_executions = best.n;
    return best.whole && scores.whole && seconds.whole ? VV_OK : vvi_pg_damaged(r, trial->id, "an execution");
}

static vv_status take_attempts(const vvi_pg_reading *r, const PGresult *result, int row, int column, vv_trial *trial)
{
    vvi_pg_array reasons = vvi_pg_array_of(result, row, column), seconds = vvi_pg_array_of(result, row, column + 1);
    if (reasons.n != seconds.n) return vvi_pg_damaged(r, trial->id, "an attempt");
    if (reasons.n == 0) return VV_OK;
    vv_attempt *list = vvi_arena_alloc(r->arena, reasons.n * sizeof *list);
    if (list == NULL) return vvi_no_memory(r->error);
    for (size_t i = 0; i < reasons.n; i++) {
        list[i].reason = copy_element(r, &reasons); /* NULL: none was given */
        list[i].seconds = vvi_pg_array_double(&seconds);
    }
    trial->attempts = list;
    trial->n_attempts = reasons.n;
    return VV_OK;
}

static double moment(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column) != 0 ? 0 : vvi_pg_double(result, row, column);
}

/* In the order of the columns of TRIALS (postgresql_statements.c). */
vv_status vvi_pg_take_trial(vvi_pg_reading *r, const PGresult *result, int row, vv_trial *trial)
{
    *trial = (vv_trial){ .id = vvi_pg_int(result, row, 0), .rank = -1 };
    if (!vvi_pg_status(vvi_pg_text(result, row, 1), &trial->status)) return vvi_pg_damaged(r, trial->id, "the status");
    VVI_TRY(take_scores(r, result, row, 2, trial));
    trial->violation = vvi_pg_double(result, row, 3);
    VVI_TRY(copy_text(r, result, row, 4, &trial->reason));
    trial->seconds = vvi_pg_double(result, row, 5);
    trial->epochs = vvi_pg_int(result, row, 6);
    trial->epochs_total = vvi_pg_int(result, row, 7);
    trial->goal = vvi_pg_int(result, row, 8);
    trial->began = moment(result, row, 9);
    trial->ended = moment(result, row, 10);
    VVI_TRY(copy_text(r, result, row, 11, &trial->worker));
    trial->lapsed = vvi_pg_bool(result, row, 12);
    VVI_TRY(take_executions(r, result, row, 13, trial));
    VVI_TRY(take_attempts(r, result, row, 16, trial));
    VVI_TRY(take_values(r, result, row, 18, trial));
    return copy_text(r, result, row, 20, &trial->model_json);
}
