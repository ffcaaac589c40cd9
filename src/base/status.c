/* status.c - names and sentences of statuses, and how an error is filled in. */
#include "base/base.h"

#include <varve/varve.h>

const char *vv_status_name(vv_status status)
{
    switch (status) {
#define NAME(id, code, text)                                                                                           \
    case VV_##id:                                                                                                      \
        return #id;
        VV_STATUS_MAP(NAME)
#undef NAME
    }
    return "UNKNOWN";
}

const char *vv_strerror(vv_status status)
{
    switch (status) {
#define TEXT(id, code, text)                                                                                           \
    case VV_##id:                                                                                                      \
        return text;
        VV_STATUS_MAP(TEXT)
#undef TEXT
    }
    return "unknown status";
}

#define TEXT_OF(x)                        #x
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *vv_version(void)
{
    return VERSION_TEXT(VV_VERSION_MAJOR, VV_VERSION_MINOR, VV_VERSION_PATCH);
}

vv_status vvi_fail(vv_error *error, vv_status status, const char *format, ...)
{
    if (error == NULL || error->status != VV_OK) return status;
    error->status = status;
    va_list args;
    va_start(args, format);
    vvi_vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return status;
}

vv_status vvi_no_memory(vv_error *error)
{
    return vvi_fail(error, VV_NO_MEMORY, "%s", vv_strerror(VV_NO_MEMORY));
}
