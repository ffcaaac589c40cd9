/* guard.h - what is looked at before a request is answered: its path, whom it says it is for, where it comes from, whether it
 * knows the token. Texts in, reasons out: nothing here knows of sockets. */
#ifndef VVI_SERVE_GUARD_H
#define VVI_SERVE_GUARD_H

#include "base/base.h"

/* ---- paths, routes (path.c) ----------------------------------------------------------------------------------------- */

enum { VVI_PATH_SIZE = 1024, VVI_PATH_SEGMENTS = 6, VVI_PATH_PARAMS = 2 };
typedef struct vvi_path {
    char text[VVI_PATH_SIZE + 1];
    const char *segments[VVI_PATH_SEGMENTS]; /* decoded; in `text` */
    size_t n;
} vvi_path;
/* NULL, or why it is refused. */
const char *vvi_path_read(const char *raw, vvi_path *path);

typedef struct vvi_params {
    const char *list[VVI_PATH_PARAMS];
    size_t n;
} vvi_params;

struct vvi_call;
typedef struct vvi_route {
    const char *method, *path; /* "/api/studies/:/trials/:"; at most VVI_PATH_PARAMS ":" */
    bool writes;               /* needs the token */
    bool page;                 /* links of other sites may lead here */
    bool endless;              /* a stream */
    int (*answer)(struct vvi_call *call);
    const void *with; /* the route's own: what `answer` answers with */
} vvi_route;
/* NULL: there is none; *allowed is then which methods there are for the path, or NULL. */
const vvi_route *vvi_route_find(const vvi_route *routes, size_t n, const char *method, const vvi_path *path,
                                vvi_params *params, const char **allowed);

/* ---- who asks (guard.c) --------------------------------------------------------------------------------------------- */

enum { VVI_TOKEN_SIZE = 44, VVI_GUARD_NAMES = 6 };
typedef struct vvi_guard {
    char token[VVI_TOKEN_SIZE];
    char names[VVI_GUARD_NAMES][256]; /* what this server may be called */
    size_t n_names;
    bool any_address; /* it listens at all addresses of the machine: each of them is a name, too */
} vvi_guard;
/* `host`: the address that it listens at. IO: there is no randomness. */
vv_status vvi_guard_init(vvi_guard *guard, const char *host, vv_error *error);

/* Headers of a request; NULL: it has none. */
typedef struct vvi_origin {
    const char *host, *origin, *site, *token; /* Host, Origin, Sec-Fetch-Site, Varve-Token */
    bool several_hosts;
} vvi_origin;
/* NULL, or why it is refused. */
const char *vvi_guard_look(const vvi_guard *guard, const vvi_route *route, const vvi_origin *origin);

#endif
