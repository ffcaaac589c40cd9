/* csv.h - cells of CSV (RFC 4180), written and read. */
#ifndef VVI_REPORT_CSV_H
#define VVI_REPORT_CSV_H

#include "base/base.h"

/* Adds a text as a cell: in quotes where it needs them. Control characters but for tabs and line ends, and bytes that are no UTF-8,
 * become \xNN. */
void vvi_csv_cell_add(vvi_text *line, const char *text);
/* A number, which reads back as the same. */
void vvi_csv_number_add(vvi_text *line, double number);
/* The cell at *at, without its quotes, in the arena; *at moves behind it and the comma after it. *last: its line ends with it
 * (LF or CR LF), or the text does. NULL: no memory. */
const char *vvi_csv_cell_read(const char **at, vvi_arena *arena, bool *last);

#endif
