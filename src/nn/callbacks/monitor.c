/* monitor.c - the metric that a callback watches. */
#include "nn/callbacks/monitor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

static int find(const vv_epoch *epoch, const char *name)
{
    for (size_t i = 0; i < epoch->n; i++)
        if (strcmp(epoch->names[i], name) == 0) return (int)i;
    return -1;
}

static vv_status not_there(const vv_epoch *epoch, const char *name, vv_error *error)
{
    char list[200];
    size_t at = 0;
    list[0] = '\0';
    for (size_t i = 0; i < epoch->n && at < sizeof list; i++) {
        const int n = snprintf(list + at, sizeof list - at, "%s%s", i > 0 ? ", " : "", epoch->names[i]);
        at += n > 0 ? (size_t)n : 0;
    }
    return vvi_fail(error, VV_NOT_FOUND, "monitor \"%.60s\": there is no such metric; there are %s", name, list);
}

vv_status vvi_monitor_read(vvi_monitor *monitor, const vv_epoch *epoch, double *value, vv_error *error)
{
    if (monitor->name == NULL) monitor->name = find(epoch, "val_loss") >= 0 ? "val_loss" : "loss";
    const int index = find(epoch, monitor->name);
    if (index < 0) return not_there(epoch, monitor->name, error);
    if (ends_with(monitor->name, "accuracy") || ends_with(monitor->name, "auc")) monitor->maximize = true;
    *value = epoch->values[index];
    return VV_OK;
}

bool vvi_monitor_improves(vvi_monitor *monitor, double value)
{
    if (isnan(value)) return false;
    const double gain = monitor->maximize ? value - monitor->best : monitor->best - value;
    if (monitor->has_best && !(gain > monitor->min_delta)) return false;
    monitor->has_best = true;
    monitor->best = value;
    return true;
}

vv_status vvi_callback_check(const char *callback, const char *argument, double value, double min, double max,
                             vv_error *error)
{
    if (value >= min && value <= max && isfinite(value)) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s: %s is %.9g; it must be from %.9g to %.9g", callback, argument, value, min,
                    max);
}
