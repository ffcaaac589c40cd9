/* plots.h - what plots.c lists. */
#ifndef VVI_REPORT_FIGURES_PLOTS_H
#define VVI_REPORT_FIGURES_PLOTS_H

#include "report/figures/make.h"

void vvi_plot_history(vvi_maker *m);
void vvi_plot_curves(vvi_maker *m);
void vvi_plot_slice(vvi_maker *m);

#endif
