/* courses.h - what plots of learning curves share. */
#ifndef VVI_REPORT_FIGURES_COURSES_H
#define VVI_REPORT_FIGURES_COURSES_H

#include "report/figures/make.h"

/* What courses are of. */
const char *vvi_courses_metric(vvi_maker *m);
/* The rows that have a course; `status` NULL: of any status. */
vvi_rows vvi_courses_rows(vvi_maker *m, const vv_trial_status *status);
/* Why there is none; NULL: there is. */
const char *vvi_courses_nothing(vvi_maker *m, vvi_rows rows);
void vvi_courses_mark(vvi_maker *m, vvi_mark *mark, vvi_rows rows);
void vvi_courses_axes(vvi_maker *m, vvi_panel *panel, vvi_rows rows);
/* A row for each epoch of each of them. */
void vvi_courses_table(vvi_maker *m, vvi_rows rows);

#endif
