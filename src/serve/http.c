/* http.c - a request: it is looked at once its headers are there, before any of its body is read; answered when it is whole; and
 * if a desk has to make the answer first, suspended meanwhile. */
#include "serve/http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

static const double BODY_S = 15;

const char *vvi_http_header(const vvi_call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

/* ---- too long -----------------------------------------------------------------------------------------------------------

 * Each parameter takes room of the connection's, though nothing here has any; what there is no room for the library refuses without
 * an answer, and the client waits. Thus the answer is written here, before the library reads them. */

static bool has_too_many(const char *uri)
{
    enum { MOST_PARAMETERS = 64 };
    int n = 0;
    for (; *uri != '\0'; uri++) n += *uri == '&';
    return n >= MOST_PARAMETERS;
}

void *vvi_http_look_at_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
    static const char answer[] = "HTTP/1.1 414 URI Too Long\r\nContent-Length: 0\r\nCache-Control: no-store\r\n"
                                 "Connection: close\r\n\r\n";
    vvi_server *server = context;
    char path[128]; /* what follows it may be secret */
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info == NULL || !has_too_many(uri)) return NULL;
    snprintf(path, sizeof path, "%.*s", (int)strcspn(uri, "?"), uri);
    vvi_log_refused(&server->log, 414, "-", path, "it has too many parameters");
    (void)!send(info->connect_fd, answer, sizeof answer - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(info->connect_fd, SHUT_RDWR);
    return NULL;
}

/* ---- looked at --------------------------------------------------------------------------------------------------------- */

static enum MHD_Result count_host(void *context, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind, (void)value;
    *(int *)context += strcasecmp(key, "Host") == 0;
    return MHD_YES;
}

static const char *look_at_origin(const vvi_call *call, const vvi_route *route)
{
    int hosts = 0;
    MHD_get_connection_values(call->connection, MHD_HEADER_KIND, count_host, &hosts);
    const vvi_origin origin = { .host = vvi_http_header(call, "Host"),
                                .origin = vvi_http_header(call, "Origin"),
                                .site = vvi_http_header(call, "Sec-Fetch-Site"),
                                .token = vvi_http_header(call, "Varve-Token"),
                                .several_hosts = hosts != 1 };
    return vvi_guard_look(&call->server->guard, route, &origin);
}

/* Also with parameters: "application/json; charset=utf-8". */
static bool is_json(const char *type)
{
    static const char json[] = "application/json";
    const size_t n = sizeof json - 1;
    return type != NULL && strncasecmp(type, json, n) == 0 && strchr("; \t", type[n]) != NULL; /* or it ends there */
}

/* What is wrong with the body that is announced; 0: nothing. */
static int look_at_body(const vvi_call *call, const char **why)
{
    const char *length = vvi_http_header(call, "Content-Length"), *type = vvi_http_header(call, "Content-Type");
    const bool post = strcmp(call->route->method, "POST") == 0;
    *why = "it has a body, but such a request has none";
    if (vvi_http_header(call, "Transfer-Encoding") != NULL) return *why = "its length must be said first", 411;
    if (!post) return length != NULL && strcmp(length, "0") != 0 ? 400 : 0;
    if (length == NULL) return *why = "its length must be said first", 411;
    if (strtoull(length, NULL, 10) > VVI_BODY_SIZE) return *why = "it is too large", 413;
    *why = "it must be application/json";
    return is_json(type) ? 0 : 415;
}

static int refuse_method(vvi_call *call, const char *allowed)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    vvi_log_refused(&call->server->log, 405, call->method, call->raw_path, "there is no such method here");
    if (response != NULL) {
        MHD_add_response_header(response, "Allow", allowed);
        MHD_add_response_header(response, "Connection", "close");
    }
    return vvi_answer_queue(call, 405, response);
}

/* Refuses it, or returns -1. */
static int look_at(vvi_call *call)
{
    static const vvi_route nowhere = { .method = "GET" };
    const char *allowed = NULL, *why = vvi_path_read(call->raw_path, &call->path);
    if (call->server->clients.n > VVI_MOST_CLIENTS)
        return vvi_answer_refuse(call, 503, "there are too many connections");
    if (why != NULL) return vvi_answer_refuse(call, 400, why);
    call->route = vvi_route_find(vvi_routes, vvi_n_routes, call->method, &call->path, &call->params, &allowed);
    why = look_at_origin(call, call->route == NULL ? &nowhere : call->route);
    if (why != NULL) return vvi_answer_refuse(call, 403, why);
    if (call->route == NULL && allowed != NULL) return refuse_method(call, allowed);
    if (call->route == NULL) return vvi_answer_refuse(call, 404, "there is no such page");
    const int code = look_at_body(call, &why);
    return code != 0 ? vvi_answer_refuse(call, code, why) : -1;
}

static enum MHD_Result begin(vvi_server *server, struct MHD_Connection *connection, const char *url, const char *method,
                             void **state)
{
    vvi_call *call = vvi_calloc(1, sizeof *call);
    if (call == NULL) return MHD_NO;
    *call = (vvi_call){ .server = server, .connection = connection, .method = method, .raw_path = url };
    *state = call;
    vvi_client_due(&server->clients, connection, BODY_S);
    const int refused = look_at(call);
    return refused < 0 ? MHD_YES : (enum MHD_Result)refused;
}

/* ---- answered ---------------------------------------------------------------------------------------------------------- */

static void suspend(void *context)
{
    const vvi_call *call = context;
    vvi_client_due(&call->server->clients, call->connection, 0);
    MHD_suspend_connection(call->connection);
}

static void resume(void *context)
{
    const vvi_call *call = context;
    MHD_resume_connection(call->connection);
}

static int answer_asked(vvi_call *call)
{
    vvi_body *body = call->waiter.body;
    call->waits = false;
    if (body == NULL) return vvi_answer_status(call, 503, "it cannot be answered now");
    const int result = vvi_answer_body(call, body, vvi_desk_again_s(call->desk->desk));
    vvi_body_drop(body);
    call->waiter.body = NULL;
    return result;
}

int vvi_http_ask(vvi_call *call, const vvi_part *part, const char *argument)
{
    call->waiter = (vvi_waiter){ .wake = resume, .context = call };
    call->waits = true;
    if (!vvi_desk_ask(call->desk->desk, part, argument, &call->waiter, suspend)) return MHD_YES;
    return answer_asked(call);
}

enum MHD_Result vvi_http_take(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **state)
{
    (void)version;
    vvi_call *call = *state;
    if (call == NULL) return begin(context, connection, url, method, state);
    if (*upload_size > 0) {
        if (call->body.n + *upload_size <= VVI_BODY_SIZE) vvi_text_add(&call->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    return (enum MHD_Result)(call->waits ? answer_asked(call) : call->route->answer(call));
}

void vvi_http_done(void *context, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
    static const double next_request_s = 60;
    (void)code;
    vvi_server *server = context;
    vvi_call *call = *state;
    if (call == NULL) return;
    vvi_client_due(&server->clients, connection, next_request_s);
    if (call->desk != NULL) call->desk->uses--;
    vvi_body_drop(call->waiter.body);
    vvi_text_deinit(&call->body);
    vvi_free(call);
    *state = NULL;
}
