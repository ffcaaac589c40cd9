/* json.h - what model_write.c, model_read.c and the weights file share of JSON. */
#ifndef VVI_NN_JSON_H
#define VVI_NN_JSON_H

#include "base/base.h"

/* With quotes, escaped. */
void vvi_json_add_string(vvi_text *text, const char *string);

#endif
