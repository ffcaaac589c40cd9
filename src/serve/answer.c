/* answer.c - what every answer says besides its bytes. */
#include "report/web/assets.h"
#include "serve/http.h"

#include <string.h>

static const struct {
    const char *name, *value;
} always[] = {
    { "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                                 "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
};
static const char JSON_TYPE[] = "application/json; charset=utf-8";

int vvi_answer_queue(vvi_call *call, int code, struct MHD_Response *response)
{
    static const double answer_s = 60;
    if (response == NULL) return MHD_NO;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        MHD_add_response_header(response, always[i].name, always[i].value);
    if (MHD_get_response_header(response, "Cache-Control") == NULL)
        MHD_add_response_header(response, "Cache-Control", "no-store");
    vvi_client_due(&call->server->clients, call->connection,
                   call->route != NULL && call->route->endless ? 0 : answer_s);
    const enum MHD_Result result = MHD_queue_response(call->connection, (unsigned)code, response);
    MHD_destroy_response(response);
    return (int)result;
}

/* {"error": why} */
static struct MHD_Response *say(const char *why)
{
    vvi_text text = { 0 };
    vvi_text_printf(&text, "{\"error\": ");
    vvi_text_add_json(&text, why);
    vvi_text_printf(&text, "}\n");
    struct MHD_Response *response =
        text.failed ? NULL : MHD_create_response_from_buffer(text.n, text.data, MHD_RESPMEM_MUST_COPY);
    vvi_text_deinit(&text);
    if (response != NULL) MHD_add_response_header(response, "Content-Type", JSON_TYPE);
    return response;
}

int vvi_answer_status(vvi_call *call, int code, const char *why)
{
    return vvi_answer_queue(call, code, say(why));
}

int vvi_answer_refuse(vvi_call *call, int code, const char *why)
{
    struct MHD_Response *response = say(why);
    vvi_log_refused(&call->server->log, code, call->method, call->raw_path, why);
    if (response == NULL) return MHD_NO;
    MHD_add_response_header(response, "Connection", "close");
    if (code == 503) MHD_add_response_header(response, "Retry-After", "5");
    return vvi_answer_queue(call, code, response);
}

/* Has the browser got these very bytes? */
static bool is_known(const vvi_call *call, const char *etag)
{
    const char *known = vvi_http_header(call, "If-None-Match");
    return known != NULL && strstr(known, etag) != NULL;
}

static void drop_body(void *body)
{
    vvi_body_drop(body);
}

static struct MHD_Response *nothing(void)
{
    return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
}

int vvi_answer_body(vvi_call *call, const vvi_body *body, double again_s)
{
    char number[VVI_FORMAT_SIZE];
    const bool known = body->code == 200 && is_known(call, body->etag);
    vvi_body *held = vvi_body_hold((vvi_body *)(uintptr_t)body);
    struct MHD_Response *response =
        known ? nothing()
              : MHD_create_response_from_buffer_with_free_callback_cls(held->n, held->bytes, drop_body, held);
    if (known || response == NULL) vvi_body_drop(held);
    if (response == NULL) return MHD_NO;
    MHD_add_response_header(response, "Content-Type", JSON_TYPE);
    MHD_add_response_header(response, "ETag", body->etag);
    snprintf(number, sizeof number, "%llu", (unsigned long long)body->version);
    MHD_add_response_header(response, "Varve-Version", number);
    snprintf(number, sizeof number, "%.1f", again_s);
    MHD_add_response_header(response, "Varve-Again", number);
    return vvi_answer_queue(call, known ? 304 : body->code, response);
}

int vvi_answer_asset(vvi_call *call, const vvi_asset *asset)
{
    char etag[72];
    snprintf(etag, sizeof etag, "\"%s\"", asset->sha256);
    const bool known = is_known(call, etag);
    struct MHD_Response *response =
        known ? nothing()
              : MHD_create_response_from_buffer(asset->size, (void *)(uintptr_t)asset->bytes, MHD_RESPMEM_PERSISTENT);
    if (response == NULL) return MHD_NO;
    MHD_add_response_header(response, "Content-Type", asset->type);
    MHD_add_response_header(response, "ETag", etag);
    MHD_add_response_header(response, "Cache-Control", "no-cache"); /* kept, but asked about each time */
    return vvi_answer_queue(call, known ? 304 : 200, response);
}
