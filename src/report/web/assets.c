/* assets.c - the files that pages are made of, by name. Their table is written when the program is built. */
#include "report/web/assets.h"

#include <string.h>

const char *const vvi_asset_scripts[] = {
    "d3.min.js", "base.js",   "scales.js", "pens.js",  "marks.js",    "pick.js",  "panel.js",
    "rulers.js", "figure.js", "data.js",   "table.js", "question.js", "trial.js", NULL,
};

const char *const vvi_asset_styles[] = { "style.css", "figure.css", NULL };

const vvi_asset *vvi_asset_find(const char *name)
{
    for (const vvi_asset *asset = vvi_assets; asset->name != NULL; asset++)
        if (strcmp(asset->name, name) == 0) return asset;
    return NULL;
}
