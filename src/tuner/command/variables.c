/* variables.c - what a program finds in its environment, and in the file of its values.
 *
 * Each value that is active is a variable, VARVE_ and its name in capitals; facts about the run are others. Two that would
 * have one name are refused before anything runs.
 */
#include "tuner/command/command.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- facts -------------------------------------------------------------------------------------------------------- */

enum { TRIAL, EXECUTION, DIRECTORY, SEED, STEPS, STEPS_DONE, VALUES, RESULT };
static const struct {
    const char *name, *variable; /* {varve:name}; the variable without VARVE_ */
} facts[VVI_FACTS] = {
    [TRIAL] = { "trial", "TRIAL" },       [EXECUTION] = { "execution", "EXECUTION" },
    [DIRECTORY] = { "dir", "TRIAL_DIR" }, [SEED] = { "seed", "SEED" },
    [STEPS] = { "steps", "STEPS" },       [STEPS_DONE] = { "steps_done", "STEPS_DONE" },
    [VALUES] = { "values", "VALUES" },    [RESULT] = { "result", "RESULT" },
};

size_t vvi_fact_find(const char *name)
{
    size_t i = 0;
    while (i < VVI_FACTS && strcmp(facts[i].name, name) != 0) i++;
    return i;
}

const char *vvi_fact_name(size_t fact)
{
    return facts[fact].name;
}

/* Seeds of other programs often have 32 bits, and a sign. */
static bool make_facts(vvi_command_run *run, const char *folder)
{
    vv_tuning *t = run->tuning;
    run->facts[TRIAL] = vvi_arena_printf(&run->arena, "%d", vv_tuning_trial(t));
    run->facts[EXECUTION] = vvi_arena_printf(&run->arena, "%d", vv_tuning_execution(t));
    run->facts[DIRECTORY] = vvi_arena_strdup(&run->arena, folder);
    run->facts[SEED] = vvi_arena_printf(&run->arena, "%" PRIu64, vv_tuning_seed(t) >> 33);
    run->facts[STEPS] = vvi_arena_printf(&run->arena, "%d", vv_tuning_steps(t));
    run->facts[STEPS_DONE] = vvi_arena_printf(&run->arena, "%d", vv_tuning_stored(t));
    run->facts[VALUES] = vvi_arena_printf(&run->arena, "%s/values.json", folder);
    run->facts[RESULT] = vvi_arena_printf(&run->arena, "%s/result.json", folder);
    run->result_path = run->facts[RESULT];
    run->log_path = vvi_arena_printf(&run->arena, "%s/log", folder);
    bool all = run->log_path != NULL;
    for (size_t i = 0; i < VVI_FACTS; i++) all = all && run->facts[i] != NULL;
    return all;
}

/* ---- variables ---------------------------------------------------------------------------------------------------- */

/* "units_0" -> "UNITS_0" */
static void variable_name(const char *name, char variable[VVI_ROW_NAME])
{
    size_t n = 0;
    for (; name[n] != '\0' && n < VVI_ROW_NAME - 1; n++) {
        const unsigned char c = (unsigned char)name[n];
        variable[n] = (char)(c < 128 && isalnum(c) ? toupper(c) : '_');
    }
    variable[n] = '\0';
}

static vv_status check_variable(const vv_space_file *space, size_t row, const char *variable, vv_error *error)
{
    char name[VVI_ROW_NAME], other[VVI_ROW_NAME];
    for (size_t i = 0; i < VVI_FACTS; i++)
        if (strcmp(facts[i].variable, variable) == 0)
            return vvi_fail(
                error, VV_BAD_ARG,
                "%.60s: hyperparameter %.60s would be the variable VARVE_%s, which tells a program something "
                "else; choose another name",
                space->name, space->rows[row].name, variable);
    for (size_t i = 0; i < row; i++) {
        variable_name(vvi_space_row_name(space->rows[i].name, 0, name), other);
        if (strcmp(other, variable) != 0) continue;
        return vvi_fail(error, VV_BAD_ARG,
                        "%.60s: hyperparameters %.60s and %.60s would both be the variable VARVE_%.60s", space->name,
                        space->rows[i].name, space->rows[row].name, variable);
    }
    return VV_OK;
}

vv_status vvi_variables_check(const vv_space_file *space, vv_error *error)
{
    char name[VVI_ROW_NAME], variable[VVI_ROW_NAME];
    for (size_t i = 0; i < space->n_rows; i++) {
        variable_name(vvi_space_row_name(space->rows[i].name, 0, name), variable);
        VVI_TRY(check_variable(space, i, variable, error));
    }
    return VV_OK;
}

static char *make_variable(vvi_arena *arena, const vv_active *active)
{
    char name[VVI_ROW_NAME], value[VVI_ROW_NAME];
    variable_name(active->name, name);
    if (active->value.type == VV_VALUE_STRING) return vvi_arena_printf(arena, "VARVE_%s=%s", name, active->value.s);
    vv_value_format(active->value, value, sizeof value);
    return vvi_arena_printf(arena, "VARVE_%s=%s", name, value);
}

static vv_status make_variables(vvi_command_run *run, vv_error *error)
{
    const size_t n = vv_hp_count(run->hp);
    bool all = true;
    run->variables = vvi_arena_alloc(&run->arena, (n + VVI_FACTS + 1) * sizeof *run->variables);
    if (run->variables == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < VVI_FACTS; i++)
        run->variables[i] = vvi_arena_printf(&run->arena, "VARVE_%s=%s", facts[i].variable, run->facts[i]);
    for (size_t i = 0; i < n; i++) run->variables[VVI_FACTS + i] = make_variable(&run->arena, vv_hp_at(run->hp, i));
    for (size_t i = 0; i < n + VVI_FACTS; i++) all = all && run->variables[i] != NULL;
    return all ? VV_OK : vvi_no_memory(error);
}

/* ---- the file of values ------------------------------------------------------------------------------------------- */

static vv_status write_text(void *context, void *file, vv_error *error)
{
    (void)error;
    const vvi_text *text = context;
    fwrite(text->data, 1, text->n, file);
    return VV_OK; /* who called looks at the file's state */
}

static vv_status write_values(const vvi_command_run *run, vv_error *error)
{
    const size_t n = vv_hp_count(run->hp);
    vvi_text text = { 0 };
    vv_assignment *list = vvi_calloc(n + 1, sizeof *list);
    if (list == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++)
        list[i] = (vv_assignment){ .name = vv_hp_at(run->hp, i)->name, .value = vv_hp_at(run->hp, i)->value };
    vvi_values_write(&text, list, n);
    vvi_text_printf(&text, "\n");
    const vv_status status =
        text.failed ? vvi_no_memory(error) : vvi_swap_file(run->facts[VALUES], write_text, &text, error);
    vvi_free(list);
    vvi_text_deinit(&text);
    return status;
}

vv_status vvi_variables_make(vvi_command_run *run, vv_error *error)
{
    const char *folder = vv_tuning_folder(run->tuning);
    if (folder == NULL) return VV_IO; /* the trial has failed, and says why */
    char *absolute = realpath(folder, NULL);
    if (absolute == NULL) return vvi_fail(error, VV_IO, "%.200s: %s", folder, strerror(errno));
    const bool made = make_facts(run, absolute);
    free(absolute);
    if (!made) return vvi_no_memory(error);
    unlink(run->result_path); /* of an earlier run */
    VVI_TRY(make_variables(run, error));
    return write_values(run, error);
}
