/* plots.h - what plots.c lists. */
#ifndef VVI_REPORT_FIGURES_PLOTS_H
#define VVI_REPORT_FIGURES_PLOTS_H

#include "report/figures/make.h"

void vvi_plot_history(vvi_maker *m);
void vvi_plot_curves(vvi_maker *m);
void vvi_plot_slice(vvi_maker *m);
void vvi_plot_parallel(vvi_maker *m);
void vvi_plot_contour(vvi_maker *m);
void vvi_plot_importance(vvi_maker *m);
void vvi_plot_depth(vvi_maker *m);
void vvi_plot_pareto(vvi_maker *m);
void vvi_plot_intermediate(vvi_maker *m);
void vvi_plot_timeline(vvi_maker *m);
void vvi_plot_cost(vvi_maker *m);

#endif
