/* assets.h - the files that pages are made of: they are part of the program (cmake/assets.cmake), which so needs no other
 * files, no network, and can be moved. Each file of this folder that is a script, a style or a text is one, and D3.
 *
 * Scripts are plain ones that share the global `varve`, in the order of vvi_asset_scripts; the heads of base.js, figure.js,
 * table.js, question.js and trial.js say what they offer. None uses eval, innerHTML or style attributes, so that pages can
 * do with: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'
 */
#ifndef VVI_REPORT_WEB_ASSETS_H
#define VVI_REPORT_WEB_ASSETS_H

#include <stddef.h>

typedef struct vvi_asset {
    const char *name;  /* "figure.js" */
    const char *type;  /* for HTTP: "text/javascript; charset=utf-8" */
    const char *bytes; /* `size` of them, and a 0 */
    size_t size;
    const char *sha256; /* in hexadecimal: for an ETag, and for policies */
} vvi_asset;
extern const vvi_asset vvi_assets[]; /* the last one has no name */

/* NULL: there is none of this name. */
const vvi_asset *vvi_asset_find(const char *name);

/* Names of the scripts and styles that the report and the dashboard both need, in the order in which they are to be read. */
extern const char *const vvi_asset_scripts[]; /* ends in NULL */
extern const char *const vvi_asset_styles[];

#endif
