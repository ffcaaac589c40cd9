/* sheet.h - what json.c and json_figure.c share. */
#ifndef VVI_REPORT_FIGURES_SHEET_H
#define VVI_REPORT_FIGURES_SHEET_H

#include "report/figures/figure.h"

/* Adds an object to `json`, its columns to the sheet. After a failure there may be a part of it. */
vv_status vvi_figure_to_json(const vvi_figure *figure, vvi_sheet *sheet, vvi_json *json, vv_error *error);

#endif
