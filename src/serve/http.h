/* http.h - the inside of a server, for the files that answer requests. */
#ifndef VVI_SERVE_HTTP_H
#define VVI_SERVE_HTTP_H

#include "serve/desk.h"
#include "serve/guard.h"
#include "serve/serve.h"

#include <microhttpd.h>
#include <pthread.h>

/* ---- what was refused (log.c) --------------------------------------------------------------------------------------- */

/* A line each, and at most so many: somebody who is refused often must not fill a disk. */
typedef struct vvi_log {
    FILE *out;
    pthread_mutex_t lock;
    double allowance, at_s; /* lines that may be written; as of then */
    uint64_t left_out;
} vvi_log;
void vvi_log_init(vvi_log *log, FILE *out);
void vvi_log_deinit(vvi_log *log);
void vvi_log_refused(vvi_log *log, int code, const char *method, const char *path, const char *why);

/* ---- connections (clients.c) ------------------------------------------------------------------------------------------ */

enum { VVI_MOST_CLIENTS = 480, VVI_MOST_VIEWERS = 64 };
typedef struct vvi_client {
    int fd;
    double
        due_s; /* when it is let go: at a request that takes longer to arrive, or an answer that takes longer to go; 0: never */
    struct vvi_client *previous, *next;
} vvi_client;
typedef struct vvi_clients {
    pthread_mutex_t lock;
    vvi_client *list;
    size_t n;
} vvi_clients;
/* As MHD_NotifyConnectionCallback; `context` is a vvi_server. */
void vvi_clients_notify(void *context, struct MHD_Connection *connection, void **socket_context,
                        enum MHD_ConnectionNotificationCode code);
void vvi_clients_let_go_of_slow(vvi_clients *clients);
void vvi_client_due(vvi_clients *clients, struct MHD_Connection *connection, double seconds); /* 0: never */

/* ---- a server ------------------------------------------------------------------------------------------------------------ */

enum { VVI_MOST_DESKS = 128 };
typedef struct vvi_place_desk {
    vvi_desk *desk;
    size_t uses; /* requests and viewers that hold it */
} vvi_place_desk;

struct vvi_server {
    char *where, *program;
    char host[256]; /* as a URL has it */
    int port, listen_fd;
    bool one; /* `where` is a study, not a place of many */
    bool database;
    char *name; /* of the one */
    vvi_guard guard;
    vvi_log log;
    vvi_clients clients;
    struct MHD_Daemon *daemon;
    vvi_place_desk place;                 /* that lists studies */
    vvi_place_desk desks[VVI_MOST_DESKS]; /* of studies that were looked at; free: desk NULL */
    size_t viewers;                       /* the thread of HTTP alone touches it, as `uses` */
    pthread_mutex_t lock;                 /* of `desks` and of: */
    bool ends;
};
/* The desk of a study, with one use more; NULL: it is not there, *error says why not (NOT_FOUND, LOCKED: too many). */
vvi_place_desk *vvi_server_desk(vvi_server *server, const char *name, vv_error *error);

/* ---- requests (http.c) --------------------------------------------------------------------------------------------------- */

enum { VVI_BODY_SIZE = (1 << 20) + 4096 };
typedef struct vvi_call {
    vvi_server *server;
    struct MHD_Connection *connection;
    const char *method, *raw_path; /* borrowed from the connection */
    const vvi_route *route;
    vvi_path path;
    vvi_params params;
    vvi_text body;        /* of a POST */
    vvi_place_desk *desk; /* that it holds; NULL: none */
    bool waits;           /* for the desk */
    vvi_waiter waiter;
} vvi_call;
/* As MHD_AccessHandlerCallback and MHD_RequestCompletedCallback. */
/* Before the parameters of a request are read: too many of them are refused. The request has no state yet: NULL. */
void *vvi_http_look_at_uri(void *context, const char *uri, struct MHD_Connection *connection);
enum MHD_Result vvi_http_take(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **call);
void vvi_http_done(void *context, struct MHD_Connection *connection, void **call, enum MHD_RequestTerminationCode code);
const char *vvi_http_header(const vvi_call *call, const char *name); /* NULL: it has none */
/* For routes: what call->desk makes of a part. */
int vvi_http_ask(vvi_call *call, const vvi_part *part, const char *argument);

/* ---- answers (answer.c) ---------------------------------------------------------------------------------------------------- */

/* All of these return an enum MHD_Result, and say why in JSON where `why` is not NULL. */
int vvi_answer_refuse(vvi_call *call, int code, const char *why);          /* logged; the connection ends */
int vvi_answer_status(vvi_call *call, int code, const char *why);          /* not logged */
int vvi_answer_body(vvi_call *call, const vvi_body *body, double again_s); /* of a desk; 304 where it is known */
struct vvi_asset;
int vvi_answer_asset(vvi_call *call, const struct vvi_asset *asset); /* 304 where it is known */
/* Queues a response with the headers that all have, and lets go of it. `response` NULL: no memory. */
int vvi_answer_queue(vvi_call *call, int code, struct MHD_Response *response);

/* ---- routes (routes.c), streams (stream.c) ---------------------------------------------------------------------------------- */

extern const vvi_route vvi_routes[];
extern const size_t vvi_n_routes;
int vvi_stream_answer(vvi_call *call);

#endif
