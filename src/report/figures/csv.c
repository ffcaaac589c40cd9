/* csv.c - what a figure shows, as RFC 4180: lines end with CR LF, a head, empty cells for what is not there. Texts are as
 * vvi_csv_cell_add writes them; numbers read back as the same. */
#include "report/csv.h"
#include "report/figures/figure.h"

#include <math.h>

static void add_cell(vvi_text *out, const vvi_figure_column *column, size_t row)
{
    if (column->numbers == NULL && column->texts[row] != NULL) vvi_csv_cell_add(out, column->texts[row]);
    if (column->numbers != NULL && !isnan(column->numbers[row])) vvi_csv_number_add(out, column->numbers[row]);
}

static void end_cell(vvi_text *out, const vvi_figure_table *table, size_t k)
{
    const bool last = k + 1 == table->n_columns;
    vvi_text_add(out, last ? "\r\n" : ",", last ? 2 : 1);
}

static vv_status flush(vvi_text *text, FILE *out, vv_error *error)
{
    if (text->failed) return vvi_no_memory(error);
    if (text->n > 0) fwrite(text->data, 1, text->n, out);
    text->n = 0;
    return ferror(out) ? vvi_fail(error, VV_IO, "the table could not be written") : VV_OK;
}

static vv_status write_rows(const vvi_figure_table *table, vvi_text *text, FILE *out, vv_error *error)
{
    enum { AT_ONCE = 1 << 16 };
    for (size_t k = 0; k < table->n_columns; k++) {
        vvi_csv_cell_add(text, table->columns[k].name);
        end_cell(text, table, k);
    }
    for (size_t i = 0; i < table->n_rows; i++) {
        for (size_t k = 0; k < table->n_columns; k++) {
            add_cell(text, &table->columns[k], i);
            end_cell(text, table, k);
        }
        if (text->n >= AT_ONCE || text->failed) VVI_TRY(flush(text, out, error));
    }
    return flush(text, out, error);
}

vv_status vvi_figure_write_csv(const vvi_figure *figure, FILE *out, vv_error *error)
{
    vvi_text text = { 0 };
    const vv_status status = write_rows(&figure->table, &text, out, error);
    vvi_text_deinit(&text);
    if (status != VV_OK) return status;
    return fflush(out) != 0 ? vvi_fail(error, VV_IO, "the table could not be written") : VV_OK;
}
