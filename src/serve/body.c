/* body.c - bytes of an answer that many share. */
#include "serve/desk.h"

#include <inttypes.h>

vvi_body *vvi_body_new(int code, vvi_text *text, uint64_t version)
{
    vvi_body *body = text->failed ? NULL : vvi_calloc(1, sizeof *body);
    if (body == NULL) {
        vvi_text_deinit(text);
        return NULL;
    }
    const uint64_t digest = vvi_hash_bytes(VVI_HASH_START, text->data, text->n);
    atomic_init(&body->uses, 1);
    body->code = code;
    body->bytes = text->data;
    body->n = text->n;
    body->version = version;
    snprintf(body->etag, sizeof body->etag, "\"%016" PRIx64 "\"", digest);
    *text = (vvi_text){ .n = 0 };
    return body;
}

vvi_body *vvi_body_hold(vvi_body *body)
{
    if (body != NULL) atomic_fetch_add_explicit(&body->uses, 1, memory_order_relaxed);
    return body;
}

void vvi_body_drop(vvi_body *body)
{
    if (body == NULL || atomic_fetch_sub_explicit(&body->uses, 1, memory_order_acq_rel) > 1) return;
    vvi_free(body->bytes);
    vvi_free(body);
}
