/* export.h - all trials of a study as CSV or JSON, however many there are. */
#ifndef VVI_REPORT_EXPORT_H
#define VVI_REPORT_EXPORT_H

#include "report/report.h"

typedef struct vvi_export_args {
    bool json;   /* else CSV */
    bool curves; /* a row for each epoch; else for each trial */
} vvi_export_args;
/* Trials that begin meanwhile are not in it. */
vv_status vvi_export_write(const vv_study *study, const vvi_export_args *args, FILE *out, vv_error *error);

#endif
