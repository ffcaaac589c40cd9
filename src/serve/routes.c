/* routes.c - which requests there are. One that has no row here is refused. */
#include "serve/http.h"

#include "report/web/assets.h"
#include "serve/parts.h"

#include <string.h>

static int answer_asset(vvi_call *call, const char *name)
{
    const vvi_asset *asset = vvi_asset_find(name);
    if (asset == NULL) return vvi_answer_refuse(call, 404, "there is no such page");
    return vvi_answer_asset(call, asset);
}

/* A file of the page: the route's own, or the one that it names. */
static int answer_file(vvi_call *call)
{
    const char *fixed = call->route->with;
    return answer_asset(call, fixed != NULL ? fixed : call->params.list[0]);
}

static int answer_place(vvi_call *call)
{
    call->desk = &call->server->place;
    call->desk->uses++;
    return vvi_http_ask(call, call->route->with, "");
}

/* false: it was answered with why there is none. */
static bool find_desk(vvi_call *call, int *answer)
{
    vv_error error = { 0 };
    call->desk = vvi_server_desk(call->server, call->params.list[0], &error);
    if (call->desk == NULL) *answer = vvi_answer_refuse(call, error.status == VV_NOT_FOUND ? 404 : 503, error.text);
    return call->desk != NULL;
}

/* A part of a study; what it is asked with is the rest of the path, or the body. */
static int answer_part(vvi_call *call)
{
    int answer = MHD_NO;
    const char *argument = call->route->writes ? call->body.data : call->params.n > 1 ? call->params.list[1] : NULL;
    if (!find_desk(call, &answer)) return answer;
    if (call->body.failed) return MHD_NO;
    if (call->body.n > 0 && memchr(call->body.data, '\0', call->body.n) != NULL)
        return vvi_answer_refuse(call, 400, "it holds a zero byte");
    return vvi_http_ask(call, call->route->with, argument == NULL ? "" : argument);
}

static int answer_events(vvi_call *call)
{
    int answer = MHD_NO;
    return find_desk(call, &answer) ? vvi_stream_answer(call) : answer;
}

const vvi_route vvi_routes[] = {
    { "GET", "/", .page = true, .answer = answer_file, .with = "dashboard.html" },
    { "GET", "/study/:", .page = true, .answer = answer_file, .with = "dashboard.html" },
    { "GET", "/favicon.ico", .answer = answer_file, .with = "favicon.svg" },
    { "GET", "/assets/:", .answer = answer_file },
    { "GET", "/api/studies", .answer = answer_place, .with = &vvi_part_studies },
    { "GET", "/api/studies/:/status", .answer = answer_part, .with = &vvi_part_status },
    { "GET", "/api/studies/:/explanation", .answer = answer_part, .with = &vvi_part_explanation },
    { "GET", "/api/studies/:/figures", .answer = answer_part, .with = &vvi_part_kinds },
    { "GET", "/api/studies/:/figures/:", .answer = answer_part, .with = &vvi_part_figure },
    { "GET", "/api/studies/:/trials", .answer = answer_part, .with = &vvi_part_trials },
    { "GET", "/api/studies/:/question", .answer = answer_part, .with = &vvi_part_question },
    { "GET", "/api/studies/:/about", .answer = answer_part, .with = &vvi_part_about },
    { "GET", "/api/studies/:/trials/:", .answer = answer_part, .with = &vvi_part_trial },
    { "GET", "/api/studies/:/command", .answer = answer_part, .with = &vvi_part_command },
    { "GET", "/api/studies/:/events", .endless = true, .answer = answer_events },
    { "POST", "/api/studies/:/requests", .writes = true, .answer = answer_part, .with = &vvi_part_request },
    { "POST", "/api/studies/:/begin", .writes = true, .answer = answer_part, .with = &vvi_part_begin },
};
const size_t vvi_n_routes = sizeof vvi_routes / sizeof *vvi_routes;
