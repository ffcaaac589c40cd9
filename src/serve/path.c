/* path.c - the path of a request, taken apart. It is looked at as it came over the wire, and each segment is decoded once, by
 * itself: no segment can become two, or climb. */
#include "serve/guard.h"

#include <string.h>

static int hex_of(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = digit == '\0' ? NULL : strchr(digits, digit | (digit >= 'A' && digit <= 'F' ? 0x20 : 0));
    return found == NULL ? -1 : (int)(found - digits);
}

/* One character, plain or "%41", from *raw on; -1: there is none that is allowed. */
static int read_character(const char **raw)
{
    const char *c = *raw;
    if (*c <= ' ' || *c >= 0x7f || strchr("\\\"<>^`{|}", *c) != NULL) return -1;
    *raw = c + 1;
    if (*c != '%') return *c;
    const int high = hex_of(c[1]), low = high < 0 ? -1 : hex_of(c[2]), decoded = high * 16 + low;
    *raw = c + 3;
    return low < 0 || decoded < ' ' || decoded == 0x7f || decoded == '\\' ? -1 : decoded;
}

static bool climbs(const char *segment)
{
    return strcmp(segment, "") == 0 || strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0;
}

const char *vvi_path_read(const char *raw, vvi_path *path)
{
    char *to = path->text;
    path->n = 0;
    if (raw[0] != '/') return "the path does not begin with /";
    if (strlen(raw) >= sizeof path->text) return "the path is too long";
    if (raw[1] == '\0') return NULL;
    while (*raw == '/') {
        if (path->n == VVI_PATH_SEGMENTS) return "the path has too many parts";
        char *segment = to;
        for (raw++; *raw != '/' && *raw != '\0';) {
            const int c = read_character(&raw);
            if (c < 0) return "the path has characters that are not allowed";
            *to++ = (char)c;
        }
        *to++ = '\0';
        if (climbs(segment)) return "the path has empty parts, \".\" or \"..\"";
        path->segments[path->n++] = segment;
    }
    return NULL;
}

/* ---- routes ------------------------------------------------------------------------------------------------------- */

/* Does the path fit "/api/studies/:/status", in which ":" is any one segment? */
static bool fits(const char *pattern, const vvi_path *path, vvi_params *params)
{
    size_t i = 0;
    params->n = 0;
    for (; *pattern == '/' && pattern[1] != '\0'; i++) {
        const size_t n = strcspn(++pattern, "/");
        const bool any = n == 1 && *pattern == ':';
        if (i == path->n) return false;
        if (!any && (strlen(path->segments[i]) != n || memcmp(path->segments[i], pattern, n) != 0)) return false;
        if (any) params->list[params->n++] = path->segments[i];
        pattern += n;
    }
    return i == path->n;
}

static bool has_method(const vvi_route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0 && !route->endless);
}

const vvi_route *vvi_route_find(const vvi_route *routes, size_t n, const char *method, const vvi_path *path,
                                vvi_params *params, const char **allowed)
{
    *allowed = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!fits(routes[i].path, path, params)) continue;
        if (has_method(&routes[i], method)) return &routes[i];
        *allowed = *allowed == NULL ? routes[i].method : "GET, POST";
    }
    return NULL;
}
