/* contours.h - lines of equal value over the cells of a panel. */
#ifndef VVI_REPORT_FIGURES_CONTOURS_H
#define VVI_REPORT_FIGURES_CONTOURS_H

#include "report/figures/make.h"

/* Of the panel's last mark, which is of CELLS: a LINE for each of a few levels, named in its notes. */
void vvi_make_contours(vvi_maker *m, vvi_panel *panel);

#endif
