/* server.c - a place is served: what lies there is looked at, the address taken, the thread of HTTP begun; and all of it ended
 * again. */
#include "serve/http.h"

#include "serve/parts.h"
#include "study/study.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- the place ------------------------------------------------------------------------------------------------------- */

static bool has_study(const char *folder)
{
    char path[4096];
    const int n = vvi_folder_database_path(folder, path, sizeof path);
    return n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0;
}

/* The last part of a folder's path, whatever it was called by ("."). */
static char *name_of_folder(const char *where)
{
    char *whole = realpath(where, NULL);
    const char *slash = whole == NULL ? NULL : strrchr(whole, '/');
    char *name = slash == NULL || slash[1] == '\0' ? vvi_strdup("study") : vvi_strdup(slash + 1);
    free(whole);
    return name;
}

static vv_status check_one(vvi_server *server, vv_error *error)
{
    vv_study *study = NULL;
    const char *hash = server->database ? strrchr(server->where, '#') : NULL;
    VVI_TRY(vv_study_open(server->where, VV_STUDY_READ, &study, error));
    vv_study_close(study);
    server->name = hash == NULL ? name_of_folder(server->where) : vvi_strdup(hash + 1);
    return server->name == NULL ? vvi_no_memory(error) : VV_OK;
}

static vv_status find_place(vvi_server *server, vv_error *error)
{
    vv_names names = { .n = 0 };
    server->database = vvi_place_is_database(server->where);
    server->one = server->database ? strchr(server->where, '#') != NULL : has_study(server->where);
    if (server->one) return check_one(server, error);
    VVI_TRY(vv_studies(server->where, &names, error));
    vv_names_free(&names);
    return VV_OK;
}

/* ---- desks ------------------------------------------------------------------------------------------------------------ */

static bool is_there(const vvi_server *server, const char *name)
{
    char path[4096];
    if (server->one) return strcmp(name, server->name) == 0;
    if (server->database) return strchr(name, '#') == NULL;
    const int n = vvi_place_join(server->where, name, path, sizeof path);
    return strchr(name, '/') == NULL && n > 0 && (size_t)n < sizeof path && has_study(path);
}

static vv_status open_desk(vvi_server *server, const char *name, vvi_desk **desk, vv_error *error)
{
    char where[4096];
    const int n = server->one ? snprintf(where, sizeof where, "%s", server->where)
                              : vvi_place_join(server->where, name, where, sizeof where);
    if (n < 0 || (size_t)n >= sizeof where) return vvi_fail(error, VV_NOT_FOUND, "there is no such study");
    const vvi_desk_args args = { .name = name, .where = where, .look = vvi_live_look, .context = server };
    return vvi_desk_open(&args, desk, error);
}

/* A free place, or that of a desk that nobody needs any more; NULL: there is none. */
static vvi_place_desk *find_free(vvi_server *server)
{
    for (size_t i = 0; i < VVI_MOST_DESKS; i++)
        if (server->desks[i].desk == NULL) return &server->desks[i];
    for (size_t i = 0; i < VVI_MOST_DESKS; i++) {
        vvi_place_desk *place = &server->desks[i];
        if (place->uses > 0 || !vvi_desk_is_idle(place->desk)) continue;
        vvi_desk_stop(place->desk);
        vvi_desk_free(place->desk);
        place->desk = NULL;
        return place;
    }
    return NULL;
}

static vvi_place_desk *find_desk(vvi_server *server, const char *name)
{
    for (size_t i = 0; i < VVI_MOST_DESKS; i++)
        if (server->desks[i].desk != NULL && strcmp(vvi_desk_name(server->desks[i].desk), name) == 0)
            return &server->desks[i];
    return NULL;
}

static vvi_place_desk *take_desk(vvi_server *server, const char *name, vv_error *error)
{
    vvi_place_desk *place = server->ends ? NULL : find_desk(server, name);
    if (place == NULL && !server->ends) place = find_free(server);
    if (place == NULL) vvi_fail(error, VV_LOCKED, "too many studies are looked at");
    if (place != NULL && place->desk == NULL && open_desk(server, name, &place->desk, error) != VV_OK) return NULL;
    return place;
}

vvi_place_desk *vvi_server_desk(vvi_server *server, const char *name, vv_error *error)
{
    if (!is_there(server, name)) {
        vvi_fail(error, VV_NOT_FOUND, "there is no such study");
        return NULL;
    }
    pthread_mutex_lock(&server->lock);
    vvi_place_desk *place = take_desk(server, name, error);
    pthread_mutex_unlock(&server->lock);
    if (place != NULL) place->uses++;
    return place;
}

/* ---- the address ------------------------------------------------------------------------------------------------------- */

static vv_status bind_failed(const vvi_serve_args *args, const char *host, int code, vv_error *error)
{
    if (code == EADDRINUSE)
        return vvi_fail(error, VV_IO, "port %d of %s is taken by another program; --port 0 takes one that is free",
                        args->port, host);
    return vvi_fail(error, VV_IO, "port %d of %s cannot be listened at: %s", args->port, host, strerror(code));
}

static void read_port(vvi_server *server)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(server->listen_fd, (struct sockaddr *)&address, &size) != 0) return;
    server->port = ntohs(address.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&address)->sin6_port
                                                       : ((const struct sockaddr_in *)&address)->sin_port);
}

static vv_status listen_at(vvi_server *server, const vvi_serve_args *args, const struct addrinfo *address,
                           const char *host, vv_error *error)
{
    enum { WAITING = 128 };
    const int yes = 1;
    const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return vvi_fail(error, VV_IO, "no socket: %s", strerror(errno));
    server->listen_fd = fd;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, WAITING) != 0)
        return bind_failed(args, host, errno, error);
    read_port(server);
    return VV_OK;
}

static vv_status take_address(vvi_server *server, const vvi_serve_args *args, vv_error *error)
{
    const char *host = args->host == NULL ? "127.0.0.1" : args->host;
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *found = NULL;
    char port[16];
    snprintf(port, sizeof port, "%d", args->port);
    const int code = getaddrinfo(host, port, &hints, &found);
    if (code != 0) return vvi_fail(error, VV_BAD_ARG, "%s: no address to listen at: %s", host, gai_strerror(code));
    const vv_status status = listen_at(server, args, found, host, error);
    freeaddrinfo(found);
    const bool colons = strchr(host, ':') != NULL;
    snprintf(server->host, sizeof server->host, "%s%s%s", colons ? "[" : "", host, colons ? "]" : "");
    return status == VV_OK ? vvi_guard_init(&server->guard, host, error) : status;
}

/* ---- HTTP -------------------------------------------------------------------------------------------------------------- */

/* Paths are decoded by path.c. */
static size_t leave_as_it_is(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context, (void)connection;
    return strlen(text);
}

VV_PRINTF(2, 0) static void log_error(void *context, const char *format, va_list args)
{
    vvi_server *server = context;
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    vvi_log_refused(&server->log, 400, "-", "-", text);
}

static vv_status begin_http(vvi_server *server, vv_error *error)
{
    enum { IDLE_S = 30, HEADERS_SIZE = 32768 };
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, vvi_http_take,
        server, MHD_OPTION_EXTERNAL_LOGGER, log_error, server, MHD_OPTION_LISTEN_SOCKET, server->listen_fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)VVI_MOST_CLIENTS + 32, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_SIZE, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_as_it_is, NULL, MHD_OPTION_URI_LOG_CALLBACK, vvi_http_look_at_uri, server,
        MHD_OPTION_NOTIFY_COMPLETED, vvi_http_done, server, MHD_OPTION_NOTIFY_CONNECTION, vvi_clients_notify, server,
        MHD_OPTION_END);
    if (server->daemon == NULL) return vvi_fail(error, VV_IO, "the HTTP server cannot begin: %s", strerror(errno));
    server->listen_fd = -1; /* the daemon's now */
    return VV_OK;
}

static vv_status begin(vvi_server *server, const vvi_serve_args *args, vv_error *error)
{
    server->where = vvi_strdup(args->where);
    server->program = args->program == NULL ? NULL : vvi_strdup(args->program);
    if (server->where == NULL || (server->program == NULL && args->program != NULL)) return vvi_no_memory(error);
    VVI_TRY(find_place(server, error));
    VVI_TRY(take_address(server, args, error));
    VVI_TRY(vvi_desk_open(&(vvi_desk_args){ .name = "", .where = server->where, .context = server },
                          &server->place.desk, error));
    return begin_http(server, error);
}

vv_status vvi_server_begin(const vvi_serve_args *args, vvi_server **server, vv_error *error)
{
    vvi_server *s = *server = vvi_calloc(1, sizeof *s);
    if (s == NULL) return vvi_no_memory(error);
    s->listen_fd = -1;
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->clients.lock, NULL);
    vvi_log_init(&s->log, args->log);
    const vv_status status = begin(s, args, error);
    if (status != VV_OK) {
        vvi_server_end(s);
        *server = NULL;
    }
    return status;
}

int vvi_server_port(const vvi_server *server)
{
    return server->port;
}

const char *vvi_server_host(const vvi_server *server)
{
    return server->host;
}

const char *vvi_server_token(const vvi_server *server)
{
    return server->guard.token;
}

void vvi_server_tick(vvi_server *server)
{
    vvi_clients_let_go_of_slow(&server->clients);
    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; i < VVI_MOST_DESKS; i++)
        if (server->desks[i].desk != NULL) vvi_desk_nudge(server->desks[i].desk);
    pthread_mutex_unlock(&server->lock);
}

/* Whoever waits or looks is told first: HTTP does not end while a connection is suspended. */
void vvi_server_end(vvi_server *server)
{
    if (server == NULL) return;
    if (server->daemon != NULL) {
        const int fd = MHD_quiesce_daemon(server->daemon); /* no new connections */
        if (fd >= 0) close(fd);
    }
    pthread_mutex_lock(&server->lock);
    server->ends = true;
    pthread_mutex_unlock(&server->lock);
    for (size_t i = 0; i < VVI_MOST_DESKS; i++)
        if (server->desks[i].desk != NULL) vvi_desk_stop(server->desks[i].desk);
    if (server->place.desk != NULL) vvi_desk_stop(server->place.desk);
    if (server->daemon != NULL) MHD_stop_daemon(server->daemon);
    for (size_t i = 0; i < VVI_MOST_DESKS; i++) vvi_desk_free(server->desks[i].desk);
    vvi_desk_free(server->place.desk);
    if (server->listen_fd >= 0) close(server->listen_fd);
    vvi_log_deinit(&server->log);
    pthread_mutex_destroy(&server->clients.lock);
    pthread_mutex_destroy(&server->lock);
    vvi_free(server->where);
    vvi_free(server->program);
    vvi_free(server->name);
    vvi_free(server);
}
