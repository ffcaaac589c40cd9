/* pages.h - what pages say of a study, as JSON; and all of it as one file.
 *
 * pages.c    what is read of a study, and the data that report.js makes a page of
 * trials.c   its trials as columns              report.c   the file: data, scripts and styles in one HTML document
 *
 * The data, everything but "figures" being as small as it can be:
 *     { "study": what `varve status --json` says,
 *       "made": {"version", "time", "command": how the search was begun, as a shell reads it, or null,
 *                "facts": [[title, text], ...]},
 *       "refused": n, "refusals": [{"count", "reason", "values"}],
 *       "constraints": text or null,
 *       "question": blocks (report.h, pages) or null,
 *       "makers": {layer: {"by": hyperparameter or null, "sets": ["filters_0: filters", ...]}},
 *       "always": {kind of layer: how many every network has} (report/makers.h: who made a layer depends on it),
 *       "best": [trials as `varve show --json` has them],
 *       "trials": {"n", "columns": [{"title", "kind", "name"?, "words"?, "column"}]},
 *       "sheet": {theme, columns, figures} (figures/json.c) }
 * A column of trials has n numbers, in the order of ids; with "words" they are indexes of words. Kinds: "trial", "status",
 * "score", "violation", "epochs", "seconds", "began", "ended" (Unix time), "worker", "reason", "layers", "params",
 * "hyperparameter"; there is none of what no trial has. Words are harmless (vvi_text_add_visible).
 */
#ifndef VVI_REPORT_WEB_PAGES_H
#define VVI_REPORT_WEB_PAGES_H

#include "report/figures/figure.h"
#include "report/status.h"

typedef struct vvi_page_args {
    const vv_study *study;
    int best;         /* so many trials in full */
    size_t objective; /* that figures are about */
    uint64_t seed;    /* of figures: as in vvi_plot_args */
} vvi_page_args;

/* The members above into an object that is begun. */
vv_status vvi_json_page(vvi_json *json, const vvi_page_args *args, vv_error *error);
/* For pages that come in parts, members into an object that is begun: "made", "refused", "refusals", "constraints"; */
vv_status vvi_json_about(vvi_json *json, const vv_study *study, const vvi_status *status, vv_error *error);
/* "question", "makers" of all layers that there are, "always"; the explanation as JSON: NULL: the study has none. */
vv_status vvi_json_meaning(vvi_json *json, const char *explanation, const vvi_frame *frame, vv_error *error);
/* "trials": its columns go into the sheet. */
vv_status vvi_json_trial_columns(vvi_json *json, const vvi_frame *frame, vvi_sheet *sheet, vv_error *error);

/* One HTML document: no network, nothing beside it. NO_MEMORY, IO. */
vv_status vvi_report_write_html(const vvi_page_args *args, FILE *out, vv_error *error);

#endif
