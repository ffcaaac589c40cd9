/* serve.h - the dashboard: HTTP on loopback, live pages, requests to searches.
 *
 * server.c   a place is served: begin, end, threads        http.c     a request: taken, looked at, answered
 * routes.c   which requests there are                      guard.c    which of them are refused, and why
 * path.c     paths of requests                             answer.c   what every answer says besides its bytes
 * desk.c     one thread for each study that is looked at: it alone reads it, and answers are made once for all viewers
 * parts.c    what a desk can be asked for                  live.c     what it tells of by itself
 * stream.c   viewers who are told                          posts.c    what viewers want: requests, a search begun again
 * clients.c  connections: how many, how slow               log.c      what was refused, in a line each
 * command.c  how a search was begun, and begins again      web/       the page
 *
 * Invariants:
 *   - The thread of HTTP never waits: not for a database, nor for a viewer. What takes time a desk does; the connection is
 *     suspended meanwhile.
 *   - A study is only read while somebody looks; what is read for one viewer is read for all.
 *   - Nothing is written, and nothing is begun, without the token of this server.
 *   - Paths of files are never made of what a request says, but for the name of a study, which is one segment of a path.
 */
#ifndef VVI_SERVE_SERVE_H
#define VVI_SERVE_SERVE_H

#include "base/base.h"
#include <stdio.h>

typedef struct vvi_server vvi_server;
typedef struct vvi_serve_args {
    const char *where;   /* a project's folder, a folder of projects, a study in a database, or a database */
    const char *host;    /* the address to listen at; NULL: 127.0.0.1 */
    int port;            /* 0: any that is free */
    const char *program; /* this program's file: what begins searches again; NULL: nothing does */
    FILE *log;           /* what was refused; NULL: nowhere */
} vvi_serve_args;

/* *server is owned: vvi_server_end. NOT_FOUND, IO (the port is taken, ...), BAD_ARG. */
vv_status vvi_server_begin(const vvi_serve_args *args, vvi_server **server, vv_error *error);
int vvi_server_port(const vvi_server *server);
const char *vvi_server_host(const vvi_server *server);  /* as a URL has it: "[::1]" */
const char *vvi_server_token(const vvi_server *server); /* borrowed, as the host */
/* To be called about once a second: those that are too slow are let go, viewers hear that we are alive. */
void vvi_server_tick(vvi_server *server);
void vvi_server_end(vvi_server *server); /* NULL is fine */

#endif
