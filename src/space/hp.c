/* hp.c - the handle of one build: what was asked for, in order, and the value that each name got.
 *
 * The first error sticks: nothing is recorded after it. A NULL handle (out of memory) is harmless everywhere. What it
 * deliberately does not do: decide which values to give; that is the chooser's.
 */
#include "space/handle.h"

enum { MAX_ACTIVE = 65536, MAX_SCOPES = 8192 };

#include <string.h>

vv_hp *vv_hp_new(const vv_chooser *chooser)
{
    vv_hp *hp = vvi_calloc(1, sizeof *hp);
    if (hp == NULL) return NULL;
    if (chooser != NULL) hp->chooser = *chooser;
    hp->list = hp->first_list;
    hp->slots = hp->first_slots;
    hp->capacity = VVI_FIRST_CAPACITY;
    return hp;
}

void vv_hp_free(vv_hp *hp)
{
    if (hp == NULL) return;
    vvi_hp_keep(hp, NULL, NULL);
    vvi_arena_deinit(&hp->arena);
    vvi_arena_deinit(&hp->entries);
    vvi_free(hp->tables);
    vvi_free(hp);
}

vv_status vv_hp_status(const vv_hp *hp)
{
    return hp == NULL ? VV_NO_MEMORY : hp->error.status;
}

const char *vv_hp_error(const vv_hp *hp)
{
    return hp == NULL ? vv_strerror(VV_NO_MEMORY) : hp->error.text;
}

bool vvi_hp_is_over_limit(const vv_hp *hp)
{
    return hp != NULL && hp->over_limit;
}

size_t vv_hp_count(const vv_hp *hp)
{
    return hp == NULL ? 0 : hp->n;
}

const vv_active *vv_hp_at(const vv_hp *hp, size_t index)
{
    return index < vv_hp_count(hp) ? &hp->list[index]->active : NULL;
}

void vvi_hp_detach(vv_hp *hp)
{
    if (hp != NULL) hp->chooser = (vv_chooser){ 0 };
}

static void *alloc_in(vv_hp *hp, vvi_arena *arena, size_t n, size_t size)
{
    void *memory = n > SIZE_MAX / 2 / size ? NULL : vvi_arena_alloc(arena, n * size);
    if (memory == NULL) vvi_no_memory(&hp->error);
    return memory;
}

static char *strdup_in(vv_hp *hp, vvi_arena *arena, const char *text)
{
    char *copy = vvi_arena_strdup(arena, text);
    if (copy == NULL) vvi_no_memory(&hp->error);
    return copy;
}

void *vvi_hp_alloc(vv_hp *hp, size_t n, size_t size)
{
    return alloc_in(hp, &hp->arena, n, size);
}

char *vvi_hp_strdup(vv_hp *hp, const char *text)
{
    return strdup_in(hp, &hp->arena, text);
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

const vv_active *vv_hp_find(const vv_hp *hp, const char *name)
{
    if (hp == NULL || name == NULL) return NULL;
    const vvi_entry *entry = vvi_hp_find_entry(hp, name, vvi_hash_text(VVI_HASH_START, name));
    return entry == NULL ? NULL : &entry->active;
}

static bool fail_name(vv_hp *hp, const char *what, const char *name, const char *rule)
{
    char shown[VVI_SHORT_TEXT];
    vvi_value_text((vv_value){ VV_VALUE_STRING, { .s = name } }, shown);
    for (char *c = shown; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
    }
    vvi_fail(&hp->error, VV_BAD_ARG, "the %s %s %s", what, shown, rule);
    return false;
}

/* The rules of hp.h for one name or scope. */
static bool check_name(vv_hp *hp, const char *what, const char *name)
{
    if (name == NULL) {
        vvi_fail(&hp->error, VV_BAD_ARG, "a %s is NULL, must be a string of 1 to %d bytes", what, VVI_MAX_NAME);
        return false;
    }
    size_t n = 0;
    for (; name[n] != '\0' && n <= VVI_MAX_NAME; n++) {
        if ((unsigned char)name[n] < 0x20 || name[n] == 0x7f)
            return fail_name(hp, what, name, "has a control character");
        if (name[n] == '/') return fail_name(hp, what, name, "has a '/': scopes (vv_scope_begin) add those");
    }
    if (n == 0) return fail_name(hp, what, name, "is empty, must have 1 to 127 bytes");
    if (n > VVI_MAX_NAME) return fail_name(hp, what, name, "is too long, must have 1 to 127 bytes");
    return true;
}

/* `name` with the scope in front; `buffer` is used when there is one. NULL: too long. */
static const char *full_name(const vvi_scope *scope, const char *name, char buffer[VVI_MAX_FULL_NAME + 1])
{
    if (scope == NULL) return name;
    const size_t length = strlen(name);
    if (scope->length + length > VVI_MAX_FULL_NAME) return NULL;
    memcpy(buffer, scope->prefix, scope->length);
    memcpy(buffer + scope->length, name, length + 1);
    return buffer;
}

const vv_active *vvi_hp_find_in(const vv_hp *hp, const vvi_scope *scope, const char *name)
{
    char buffer[VVI_MAX_FULL_NAME + 1];
    return vv_hp_find(hp, full_name(scope, name, buffer));
}

const char *vv_name(vv_hp *hp, const char *format, ...)
{
    if (hp == NULL || hp->error.status != VV_OK) return "";
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const char *name = vvi_arena_vprintf(&hp->arena, format, args); /* whole: an ask shows one that is too long */
    const bool is_printable = name != NULL || vvi_vsnprintf(NULL, 0, format, again) >= 0;
    if (!is_printable) name = vvi_arena_strdup(&hp->arena, format);
    va_end(again);
    va_end(args);
    if (name == NULL) vvi_no_memory(&hp->error);
    return name == NULL ? "" : name;
}

/* ---- scopes ----------------------------------------------------------------------------------------------------- */

void vv_scope_begin(vv_hp *hp, const char *name)
{
    if (hp == NULL || hp->error.status != VV_OK || !check_name(hp, "scope", name)) return;
    const size_t outer = hp->scope == NULL ? 0 : hp->scope->length, length = strlen(name);
    if (outer + length > MAX_SCOPES) { /* no name fits in long before that: a loop that opens and never closes */
        vvi_fail(&hp->error, VV_BAD_ARG, "vv_scope_begin: %s: the scopes' names together have more than %d bytes", name,
                 MAX_SCOPES);
        return;
    }
    vvi_scope *scope = vvi_hp_alloc(hp, 1, sizeof *scope + outer + length + 2);
    if (scope == NULL) return;
    if (outer > 0) memcpy(scope->prefix, hp->scope->prefix, outer);
    memcpy(scope->prefix + outer, name, length);
    scope->prefix[outer + length] = '/';
    scope->length = outer + length + 1;
    scope->outer = hp->scope;
    hp->scope = scope;
}

void vv_scope_end(vv_hp *hp)
{
    if (hp == NULL || hp->error.status != VV_OK) return;
    if (hp->scope == NULL) {
        vvi_fail(&hp->error, VV_BAD_ARG, "vv_scope_end: no scope is open, each needs its vv_scope_begin");
        return;
    }
    hp->scope = hp->scope->outer;
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

static bool copy_list(vv_hp *hp, vv_domain *domain)
{
    if (domain->n_values == 0) return true;
    vv_value *values = alloc_in(hp, &hp->entries, domain->n_values, sizeof *values);
    if (values == NULL) return false;
    for (size_t i = 0; i < domain->n_values; i++) {
        values[i] = domain->values[i];
        if (values[i].type == VV_VALUE_STRING) values[i].s = strdup_in(hp, &hp->entries, values[i].s);
        if (values[i].type == VV_VALUE_STRING && values[i].s == NULL) return false;
    }
    domain->values = values;
    return true;
}

/* The domain's own copy of a value that is in it: strings then live as long as the domain. */
static vv_value own_copy(const vv_domain *domain, vv_value value)
{
    return value.type == VV_VALUE_STRING ? vv_domain_at(domain, (uint64_t)vv_domain_index(domain, value)) : value;
}

/* The value that the build before had here is in the domain, and needs no looking up. */
static bool choose(vv_hp *hp, vv_active *active)
{
    const vv_value before = active->value;
    vv_value value = { 0 };
    active->value = active->domain.default_value;
    if (hp->chooser.choose == NULL) return true;
    if (!hp->chooser.choose(hp->chooser.context, active->name, &active->domain, &value)) return true;
    if (vvi_value_same(value, before)) {
        active->value = before;
        return true;
    }
    const bool is_null = value.type == VV_VALUE_STRING && value.s == NULL;
    if (is_null || !vv_domain_contains(&active->domain, value)) {
        char text[VVI_SHORT_TEXT], values[VVI_SHORT_TEXT];
        vvi_fail(&hp->error, VV_BAD_ARG, "%s: value %s is not in %s", active->name, vvi_value_text(value, text),
                 vvi_domain_text(&active->domain, values));
        return false;
    }
    active->value = own_copy(&active->domain, value);
    return true;
}

static void add_to_line(vvi_line *line, const vv_active *active)
{
    vvi_line_printf(line, "%s%s=", line->n == 0 ? "" : ", ", active->name);
    vvi_line_value(line, active->value);
}

static vvi_entry *make_entry(vv_hp *hp, const char *full, const vv_domain *domain)
{
    const vvi_arena_mark before = vvi_arena_here(&hp->entries);
    vvi_entry *entry = alloc_in(hp, &hp->entries, 1, sizeof *entry);
    if (entry == NULL) return NULL;
    entry->before = before;
    entry->prefix = hp->scope == NULL ? 0 : hp->scope->length;
    entry->active.domain = *domain;
    entry->active.name = strdup_in(hp, &hp->entries, full);
    return entry->active.name != NULL && copy_list(hp, &entry->active.domain) ? entry : NULL;
}

static const vv_active *ask_new(vv_hp *hp, const char *full, uint64_t hash, const vv_domain *domain, bool has_default)
{
    if (hp->n == MAX_ACTIVE) { /* a loop that never ends must become an error before it takes all memory */
        vvi_fail(&hp->error, VV_BAD_ARG, "%s: a build can ask for at most %d hyperparameters", full, MAX_ACTIVE);
        hp->over_limit = true;
        return NULL;
    }
    vvi_hp_drop_rest(hp);
    vvi_entry *entry = make_entry(hp, full, domain);
    if (entry == NULL) return NULL;
    vv_active *active = &entry->active;
    entry->hash = hash;
    entry->size = vv_domain_size(domain);
    entry->has_default = has_default;
    active->domain.default_value = own_copy(&active->domain, active->domain.default_value);
    if (!choose(hp, active) || !vvi_hp_add_entry(hp, entry)) return NULL;
    if (hp->journal != NULL) vvi_hp_note(hp, active);
    return active;
}

static const vv_active *ask_as_before(vv_hp *hp, vvi_entry *entry)
{
    if (!choose(hp, &entry->active)) return NULL;
    hp->n++;
    if (hp->journal != NULL) vvi_hp_note(hp, &entry->active);
    return &entry->active;
}

/* The same name again: the same domain, or an error. */
static const vv_active *ask_again(vv_hp *hp, const vv_active *known, const vv_domain *domain)
{
    char before[VVI_SHORT_TEXT], now[VVI_SHORT_TEXT];
    if (!vv_domain_equal(&known->domain, domain)) {
        vvi_fail(&hp->error, VV_CONFLICT, "%s: asked for as %s before, now as %s; one name has one domain", known->name,
                 vvi_domain_text(&known->domain, before), vvi_domain_text(domain, now));
        return NULL;
    }
    if (!vv_value_equal(known->domain.default_value, domain->default_value)) {
        vvi_fail(&hp->error, VV_CONFLICT, "%s: asked for with default %s before, now with default %s", known->name,
                 vvi_value_text(known->domain.default_value, before), vvi_value_text(domain->default_value, now));
        return NULL;
    }
    return known;
}

static const vv_active *ask_with_checks(vv_hp *hp, const char *name, const vv_domain *asked)
{
    if (!check_name(hp, "name", name)) return NULL;
    char buffer[VVI_MAX_FULL_NAME + 1];
    const char *full = full_name(hp->scope, name, buffer);
    if (full == NULL) {
        vvi_fail(&hp->error, VV_BAD_ARG, "%s: its name has more than %d bytes with all its scopes", name,
                 VVI_MAX_FULL_NAME);
        return NULL;
    }
    vv_domain domain = *asked;
    if (vvi_domain_check_values(&domain, full, &hp->error) != VV_OK) return NULL;
    if (domain.default_value.type == 0) {
        domain.default_value =
            vv_domain_size(&domain) == 0 ? (vv_value){ VV_VALUE_FLOAT, { .f = domain.min } } : vv_domain_at(&domain, 0);
    } else if (vv_domain_check(&domain, full, &hp->error) != VV_OK) {
        return NULL;
    }
    const uint64_t hash = vvi_hash_text(VVI_HASH_START, full);
    const vvi_entry *known = vvi_hp_find_entry(hp, full, hash);
    if (known != NULL) return ask_again(hp, &known->active, &domain);
    return ask_new(hp, full, hash, &domain, asked->default_value.type != 0);
}

const vv_active *vvi_hp_ask(vv_hp *hp, const char *name, const vv_domain *asked)
{
    if (hp == NULL || hp->error.status != VV_OK) return NULL;
    vvi_entry *expected = vvi_hp_expected(hp, name, asked);
    return expected != NULL ? ask_as_before(hp, expected) : ask_with_checks(hp, name, asked);
}

/* ---- replay, describing ----------------------------------------------------------------------------------------- */

static bool replay(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    (void)domain;
    const vv_replay *given = context;
    for (size_t i = 0; i < given->n; i++) {
        if (strcmp(given->list[i].name, name) != 0) continue;
        *value = given->list[i].value;
        return true;
    }
    return false;
}

vv_chooser vv_chooser_replay(const vv_replay *given)
{
    union {
        const vv_replay *given;
        void *context;
    } pointer = { given }; /* replay() only reads it */
    return (vv_chooser){ replay, pointer.context };
}

int vvi_hp_describe(const vv_hp *hp, char *text, size_t size)
{
    vvi_line line = { .text = text, .size = size };
    vvi_line_printf(&line, "%s", "");
    for (size_t i = 0; i < vv_hp_count(hp); i++) add_to_line(&line, vv_hp_at(hp, i));
    return (int)line.n;
}
