/* stream.c - a viewer's stream of events (text/event-stream): what its desk has to tell, as it comes. A viewer that is slow gets
 * the newest, and never what is old by then. Between two events the connection is suspended. */
#include "serve/http.h"

#include <string.h>

typedef struct stream {
    vvi_server *server;
    struct MHD_Connection *connection;
    vvi_place_desk *desk;
    vvi_viewer viewer;
    vvi_body *body; /* that is being sent; NULL: none */
    size_t sent;    /* of all its pieces */
    char head[64];
} stream;

static void suspend(void *context)
{
    const stream *s = context;
    MHD_suspend_connection(s->connection);
}

static void resume(void *context)
{
    const stream *s = context;
    MHD_resume_connection(s->connection);
}

/* What comes after s->sent of "event: ...", the bytes, and an empty line. */
static size_t send_some(stream *s, char *buffer, size_t most)
{
    const struct {
        const char *bytes;
        size_t n;
    } pieces[] = { { s->head, strlen(s->head) }, { s->body->bytes, s->body->n }, { "\n\n", 2 } };
    size_t from = 0, written = 0;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; from += pieces[i++].n) {
        if (s->sent >= from + pieces[i].n || written == most) continue;
        const size_t at = s->sent - from, left = pieces[i].n - at, n = left < most - written ? left : most - written;
        memcpy(buffer + written, pieces[i].bytes + at, n);
        written += n;
        s->sent += n;
    }
    if (s->sent == from) {
        vvi_body_drop(s->body);
        s->body = NULL;
    }
    return written;
}

static ssize_t read_stream(void *context, uint64_t position, char *buffer, size_t most)
{
    static const char alive[] = ": alive\n\n";
    (void)position;
    stream *s = context;
    if (s->body != NULL) return (ssize_t)send_some(s, buffer, most);
    switch (vvi_desk_news(s->desk->desk, &s->viewer, suspend, &s->body)) {
    case VVI_NEWS_BODY:
        if (s->body == NULL) return 0;
        s->sent = 0;
        snprintf(s->head, sizeof s->head, "event: %s\ndata: ", s->body->code == 200 ? "status" : "trouble");
        return (ssize_t)send_some(s, buffer, most);
    case VVI_NEWS_ALIVE:
        if (most < sizeof alive - 1) return 0;
        memcpy(buffer, alive, sizeof alive - 1);
        return (ssize_t)sizeof alive - 1;
    case VVI_NEWS_END:
        return MHD_CONTENT_READER_END_OF_STREAM;
    default:
        return 0;
    }
}

static void end(void *context)
{
    stream *s = context;
    vvi_desk_remove_viewer(s->desk->desk, &s->viewer);
    vvi_body_drop(s->body);
    s->desk->uses--;
    s->server->viewers--;
    vvi_free(s);
}

static stream *begin(vvi_call *call)
{
    stream *s = vvi_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    *s = (stream){ .server = call->server, .connection = call->connection, .desk = call->desk };
    s->viewer = (vvi_viewer){ .wake = resume, .context = s };
    s->desk->uses++;
    s->server->viewers++;
    vvi_desk_add_viewer(s->desk->desk, &s->viewer);
    return s;
}

int vvi_stream_answer(vvi_call *call)
{
    enum { BLOCK = 16384 };
    if (call->server->viewers >= VVI_MOST_VIEWERS) return vvi_answer_refuse(call, 503, "there are too many viewers");
    stream *s = begin(call);
    if (s == NULL) return MHD_NO;
    struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, s, end);
    if (response == NULL) {
        end(s);
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", "text/event-stream; charset=utf-8");
    return vvi_answer_queue(call, 200, response);
}
