/* table.c - what the cells of a table mean: columns by name or number, numbers, missing values. */
#include "data/data.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void vvi_data_table_deinit(vvi_data_table *table)
{
    vvi_free(table->path);
    vvi_free(table->bytes);
    vvi_free(table->cell);
    vvi_free(table->line);
    vvi_arena_deinit(&table->arena);
    *table = (vvi_data_table){ 0 };
}

/* ---- columns ------------------------------------------------------------------------------------------------------
 */

long vvi_data_table_index(const vvi_data_table *table, const char *name)
{
    for (size_t i = 0; i < table->columns; i++)
        if (strcmp(table->name[i], name) == 0) return (long)i;
    return -1;
}

void vvi_data_table_list(const vvi_data_table *table, vvi_text *list)
{
    enum { WORTH_READING = 12 };
    for (size_t i = 0; i < table->columns && i < WORTH_READING; i++)
        vvi_text_printf(list, "%s\"%.40s\"", i > 0 ? ", " : "", table->name[i]);
    if (table->columns > WORTH_READING) vvi_text_printf(list, ", ... \"%.40s\"", table->name[table->columns - 1]);
}

vv_status vvi_data_table_find(const vvi_data_table *table, const char *name, size_t *column, vv_error *error)
{
    char *end = NULL;
    long index = vvi_data_table_index(table, name);
    if (index < 0) {
        index = strtol(name, &end, 10);
        const bool number = end != name && *end == '\0';
        const long columns = (long)table->columns;
        if (number && index < 0 && index >= -columns) index += columns;
        if (!number || index < 0 || index >= columns) index = -1;
    }
    *column = (size_t)index;
    if (index >= 0) return VV_OK;
    vvi_text list = { 0 };
    vvi_data_table_list(table, &list);
    const vv_status status = list.failed
                                 ? vvi_no_memory(error)
                                 : vvi_fail(error, VV_NOT_FOUND, "%s: no column \"%.60s\"; its %zu columns are %s",
                                            table->path, name, table->columns, list.data);
    vvi_text_deinit(&list);
    return status;
}

/* ---- numbers --------------------------------------------------------------------------------------------------------
 */

bool vvi_number_reader_init(vvi_number_reader *reader)
{
    reader->locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    return reader->locale != NULL;
}

void vvi_number_reader_deinit(vvi_number_reader *reader)
{
    freelocale(reader->locale);
    reader->locale = NULL;
}

/* strtod also reads hexadecimal and nan(...): those are texts here. */
bool vvi_number_read(const vvi_number_reader *reader, const char *text, double *value)
{
    char *end = NULL;
    const char *unsigned_part = text + (*text == '+' || *text == '-' ? 1 : 0);
    const bool infinite = strcasecmp(unsigned_part, "inf") == 0 || strcasecmp(unsigned_part, "infinity") == 0;
    if (!infinite && (*text == '\0' || strspn(text, "+-.0123456789eE") != strlen(text))) return false;
    *value = strtod_l(text, &end, reader->locale);
    return end != text && *end == '\0';
}

bool vvi_data_table_is_empty(const vvi_data_table *table, size_t column)
{
    for (size_t i = 0; i < table->n; i++)
        if (vvi_data_table_cell(table, i, column) != NULL) return false;
    return true;
}

bool vvi_data_table_is_numeric(const vvi_data_table *table, size_t column)
{
    vvi_number_reader reader;
    size_t numbers = 0, values = 0;
    double number = 0;
    if (!vvi_number_reader_init(&reader)) return true; /* reading its numbers will say that memory is out */
    for (size_t i = 0; i < table->n; i++) {
        const char *cell = vvi_data_table_cell(table, i, column);
        if (cell == NULL) continue;
        values++;
        numbers += vvi_number_read(&reader, cell, &number) ? 1 : 0;
    }
    vvi_number_reader_deinit(&reader);
    return 2 * numbers > values;
}

vv_status vvi_data_table_numbers(const vvi_data_table *table, size_t column, double *out, vv_error *error)
{
    vvi_number_reader reader;
    vv_status status = VV_OK;
    if (!vvi_number_reader_init(&reader)) return vvi_no_memory(error);
    for (size_t i = 0; i < table->n && status == VV_OK; i++) {
        const char *cell = vvi_data_table_cell(table, i, column);
        out[i] = (double)NAN;
        if (cell != NULL && !vvi_number_read(&reader, cell, &out[i]))
            status =
                vvi_fail(error, VV_FORMAT, "%s:%zu: column %zu (\"%.60s\"): \"%.60s\" is a text in a column of numbers",
                         table->path, table->line[i], column + 1, table->name[column], cell);
        if (!isfinite(out[i])) out[i] = (double)NAN;
    }
    vvi_number_reader_deinit(&reader);
    return status;
}
