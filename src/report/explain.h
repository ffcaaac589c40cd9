/* explain.h - inside of report: the parts of an explanation, and the words they share. */
#ifndef VVI_REPORT_EXPLAIN_H
#define VVI_REPORT_EXPLAIN_H

#include "report/report.h"

/* ---- words (explain_words.c) ------------------------------------------------------------------------------------ */

/* Adds "37,448", or "about 1.23e30 (95 %: 1.10e30 to 1.36e30)". The number is known. */
void vvi_words_size(vvi_text *text, const vv_size *size);
void vvi_words_share(vvi_text *text, double share); /* adds "45 %", "0.9 %", "less than 0.1 %" */
/* Adds "328 of 37,448 configurations can be built (0.9 %)", or what is known of that. May begin with a small letter. */
void vvi_words_buildable(vvi_text *text, const vv_explanation *e);
/* Adds "mnist_cnn: 11 hyperparameters": so many names, whatever the number of their domains. */
void vvi_words_hyperparameters(vvi_text *text, const vv_explanation *e);
/* How often the name stands in a formula or condition: as a whole name, and not among the letters of a value. */
size_t vvi_words_count(const char *text, const char *name);
/* Adds "num_layers=2, filters_0=32 and 7 more", about as long as `columns`. */
void vvi_words_values(vvi_text *text, vv_values values, size_t columns);
void vvi_words_capital(vvi_text *text, size_t at); /* a sentence begins there */
/* Adds "conv2d_3: a 3x3 kernel does not fit its 1x1 input"; what has no condition has it "for example". */
void vvi_words_reason(vvi_text *text, const vv_never *never, bool with_layer);
/* Adds "num_layers >= 4 never builds: a 3x3 kernel does not fit its 1x1 input". */
void vvi_words_never(vvi_text *text, const vv_never *never);

/* Different names, up to some number of them. */
enum { VVI_MOST_NAMES = 256 };
typedef struct vvi_names {
    const char *list[VVI_MOST_NAMES];
    size_t n;
} vvi_names;
void vvi_names_add(vvi_names *names, const char *name);
void vvi_names_sort(vvi_names *names); /* "dense_2" before "dense_10" */
/* Adds "conv2d, conv2d_1 and 7 more". */
void vvi_names_write(vvi_text *text, const vvi_names *names, size_t most);

/* ---- steps (explain_steps.c) ------------------------------------------------------------------------------------ */

/* Adds "each one adds a conv2d and a max_pooling2d", of kinds whose formulas say so of each of the `n` hyperparameters:
 * one, or a family. Returns whether there are such kinds. */
bool vvi_words_step(vvi_text *text, const vv_explanation *e, const vv_explained *list, size_t n);
/* Is the layer one of those that such a step adds? */
bool vvi_step_has(const vv_explanation *e, const vv_explained *list, size_t n, const char *layer);

/* ---- budgets (explain_cost.c) ----------------------------------------------------------------------------------- */

/* Adds "148 of the 328 that can be built fit (45 %)", or that nothing does. */
void vvi_words_fits(vvi_text *text, const vv_fit_report *report, const vv_size *buildable);

/* ---- parts ------------------------------------------------------------------------------------------------------ */

void vvi_explain_rows(vvi_page *page, const vv_explanation *e);                   /* explain_rows.c */
void vvi_explain_cost(vvi_page *page, const vv_explanation *e, bool with_layers); /* explain_cost.c */
void vvi_explain_budget(vvi_page *page, const vv_fit_report *report, const vv_size *buildable);
void vvi_explain_never(vvi_page *page, const char *title, const vv_never *list, size_t n);

#endif
