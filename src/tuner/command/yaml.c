/* yaml.c - reading YAML, with libyaml, as much of it as a space needs.
 *
 * One document of maps, lists and texts. What can make a small file a large tree, or means something else in another
 * reader, is refused where it stands: aliases, anchors, tags, a key twice, nesting beyond 16, more than 100,000 nodes.
 */
#include "tuner/command/yaml.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { MOST_DEPTH = 16, MOST_NODES = 100000 };

typedef struct reading {
    yaml_parser_t parser;
    const char *name;
    vvi_arena *arena;
    size_t n_nodes;
    vv_error *error;
} reading;

/* ---- errors ------------------------------------------------------------------------------------------------------- */

static vv_status fail_at(int line, int column, const char *name, vv_error *error, const char *format, va_list args)
{
    char text[VV_ERROR_SIZE];
    vsnprintf(text, sizeof text, format, args);
    return vvi_fail(error, VV_BAD_ARG, "%.200s:%d:%d: %.280s", name, line, column, text);
}

vv_status vvi_yaml_fail(const vvi_yaml *node, const char *name, vv_error *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const vv_status status = fail_at(node->line, node->column, name, error, format, args);
    va_end(args);
    return status;
}

static vv_status refuse(const reading *r, yaml_mark_t mark, const char *format, ...) VV_PRINTF(3, 4);

static vv_status refuse(const reading *r, yaml_mark_t mark, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const vv_status status = fail_at((int)mark.line + 1, (int)mark.column + 1, r->name, r->error, format, args);
    va_end(args);
    return status;
}

/* libyaml's words, and what they mostly mean. */
static vv_status refuse_syntax(const reading *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR) return vvi_no_memory(r->error);
    const bool marked = p->error != YAML_READER_ERROR;
    const yaml_mark_t mark = marked ? p->problem_mark : p->mark;
    const char *problem = p->problem == NULL ? "cannot be read" : p->problem;
    const bool block = strstr(problem, "comment or line break") != NULL || strstr(problem, "block scalar") != NULL;
    return refuse(r, mark, "%s%s%s%s", problem, p->context == NULL ? "" : ", ", p->context == NULL ? "" : p->context,
                  block ? "; a condition like \">=2\" must be quoted" : "");
}

static vv_status next_event(reading *r, yaml_event_t *event)
{
    return yaml_parser_parse(&r->parser, event) ? VV_OK : refuse_syntax(r);
}

/* ---- the tree ----------------------------------------------------------------------------------------------------- */

const vvi_yaml *vvi_yaml_member(const vvi_yaml *map, const char *key)
{
    for (const vvi_yaml *m = map->first; m != NULL; m = m->next)
        if (strcmp(m->key->text, key) == 0) return m;
    return NULL;
}

const char *vvi_yaml_kind_name(vvi_yaml_kind kind)
{
    static const char *const names[] = {
        [VVI_YAML_TEXT] = "a text", [VVI_YAML_LIST] = "a list", [VVI_YAML_MAP] = "a map"
    };
    return names[kind];
}

/* What stands before a node and would make it something else. */
static vv_status check_plain(const reading *r, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_ALIAS_EVENT)
        return refuse(r, event->start_mark, "an alias (*%.40s): say it again instead",
                      (const char *)event->data.alias.anchor);
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (anchor != NULL) return refuse(r, event->start_mark, "an anchor (&%.40s) has no use here", (const char *)anchor);
    if (tag != NULL) return refuse(r, event->start_mark, "a tag (%.40s) has no use here", (const char *)tag);
    return VV_OK;
}

static vv_status new_node(reading *r, const yaml_event_t *event, vvi_yaml **node)
{
    VVI_TRY(check_plain(r, event));
    if (++r->n_nodes > MOST_NODES) return refuse(r, event->start_mark, "more than %d things", MOST_NODES);
    *node = vvi_arena_alloc(r->arena, sizeof **node);
    if (*node == NULL) return vvi_no_memory(r->error);
    (*node)->line = (int)event->start_mark.line + 1;
    (*node)->column = (int)event->start_mark.column + 1;
    return VV_OK;
}

static vv_status take_text(reading *r, const yaml_event_t *event, vvi_yaml *node)
{
    const char *text = (const char *)event->data.scalar.value;
    if (strlen(text) != event->data.scalar.length) return refuse(r, event->start_mark, "a text with a zero byte");
    node->kind = VVI_YAML_TEXT;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->text = vvi_arena_strdup(r->arena, text);
    return node->text == NULL ? vvi_no_memory(r->error) : VV_OK;
}

static vv_status take_node(reading *r, const yaml_event_t *event, int depth, vvi_yaml **node);

/* The next node; *node NULL: `end` came. */
static vv_status next_node(reading *r, yaml_event_type_t end, int depth, vvi_yaml **node)
{
    yaml_event_t event;
    *node = NULL;
    VVI_TRY(next_event(r, &event));
    const vv_status status = event.type == end ? VV_OK : take_node(r, &event, depth, node);
    yaml_event_delete(&event);
    return status;
}

static vv_status check_key(const reading *r, const vvi_yaml *map, const vvi_yaml *key)
{
    if (key->kind != VVI_YAML_TEXT)
        return vvi_yaml_fail(key, r->name, r->error, "a key must be a text, not %s", vvi_yaml_kind_name(key->kind));
    if (strcmp(key->text, "<<") == 0 && !key->quoted)
        return vvi_yaml_fail(key, r->name, r->error, "a merge key (<<) has no use here");
    const vvi_yaml *before = vvi_yaml_member(map, key->text);
    if (before == NULL) return VV_OK;
    return vvi_yaml_fail(key, r->name, r->error, "%.80s is there twice, first in line %d", key->text,
                         before->key->line);
}

static vv_status take_members(reading *r, vvi_yaml *parent, yaml_event_type_t end, int depth)
{
    vvi_yaml **last = &parent->first, *member, *key = NULL;
    while (true) {
        VVI_TRY(next_node(r, end, depth, &member));
        if (member == NULL) return VV_OK;
        if (parent->kind == VVI_YAML_MAP) {
            key = member;
            VVI_TRY(check_key(r, parent, key));
            VVI_TRY(next_node(r, end, depth, &member));
            member->key = key;
        }
        *last = member;
        last = &member->next;
        parent->n++;
    }
}

static vv_status take_node(reading *r, const yaml_event_t *event, int depth, vvi_yaml **node)
{
    VVI_TRY(new_node(r, event, node));
    if (depth == MOST_DEPTH) return refuse(r, event->start_mark, "nested deeper than %d", MOST_DEPTH);
    if (event->type == YAML_SCALAR_EVENT) return take_text(r, event, *node);
    const bool map = event->type == YAML_MAPPING_START_EVENT;
    (*node)->kind = map ? VVI_YAML_MAP : VVI_YAML_LIST;
    return take_members(r, *node, map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT, depth + 1);
}

/* ---- the document ------------------------------------------------------------------------------------------------- */

static vv_status skip(reading *r, yaml_event_type_t expected, const char *what)
{
    yaml_event_t event;
    VVI_TRY(next_event(r, &event));
    const yaml_mark_t mark = event.start_mark;
    const bool there = event.type == expected;
    yaml_event_delete(&event);
    return there ? VV_OK : refuse(r, mark, "%s", what);
}

static vv_status read_document(reading *r, const vvi_yaml **root)
{
    vvi_yaml *node = NULL;
    VVI_TRY(skip(r, YAML_STREAM_START_EVENT, "cannot be read"));
    VVI_TRY(skip(r, YAML_DOCUMENT_START_EVENT, "there is nothing in it"));
    VVI_TRY(next_node(r, YAML_DOCUMENT_END_EVENT, 0, &node));
    VVI_TRY(skip(r, YAML_DOCUMENT_END_EVENT, "cannot be read"));
    VVI_TRY(skip(r, YAML_STREAM_END_EVENT, "a second document begins"));
    *root = node;
    return VV_OK;
}

vv_status vvi_yaml_parse(const char *text, size_t n, const char *name, vvi_arena *arena, const vvi_yaml **root,
                         vv_error *error)
{
    reading r = { .name = name, .arena = arena, .error = error };
    if (!yaml_parser_initialize(&r.parser)) return vvi_no_memory(error);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, n);
    const vv_status status = read_document(&r, root);
    yaml_parser_delete(&r.parser);
    return status;
}

/* ---- what a text means -------------------------------------------------------------------------------------------- */

/* -12, 0.5, 1e-4, .5, 5.: no hexadecimal numbers, no infinities. */
static bool is_decimal(const char *text, bool whole)
{
    const char *at = text + (text[0] == '-' || text[0] == '+');
    const size_t before = strspn(at, "0123456789");
    at += before;
    if (whole) return before > 0 && *at == '\0';
    const size_t after = *at == '.' ? strspn(at + 1, "0123456789") : 0;
    at += *at == '.' ? 1 + after : 0;
    if (before + after == 0) return false;
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '-' || at[1] == '+');
        if (!isdigit((unsigned char)*at)) return false;
        at += strspn(at, "0123456789");
    }
    return *at == '\0';
}

bool vvi_yaml_number(const vvi_yaml *node, double *number)
{
    if (node->kind != VVI_YAML_TEXT || node->quoted || !is_decimal(node->text, false)) return false;
    *number = strtod(node->text, NULL);
    return isfinite(*number);
}

bool vvi_yaml_whole(const vvi_yaml *node, long long *number)
{
    if (node->kind != VVI_YAML_TEXT || node->quoted || !is_decimal(node->text, true)) return false;
    errno = 0;
    *number = strtoll(node->text, NULL, 10);
    return errno == 0;
}

bool vvi_yaml_boolean(const vvi_yaml *node, bool *boolean)
{
    if (node->kind != VVI_YAML_TEXT || node->quoted) return false;
    *boolean = strcmp(node->text, "true") == 0;
    return *boolean || strcmp(node->text, "false") == 0;
}
