/* postgresql_call.c - statements with their parameters, all of them in PostgreSQL's binary form: numbers in network order,
 * arrays with a header. What comes back: postgresql_result.c. */
#include "study/stores/postgresql.h"

#include <endian.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_PARAMETERS = 16 };
enum { OID_BOOL = 16, OID_BYTES = 17, OID_INT8 = 20, OID_INT4 = 23, OID_TEXT = 25, OID_FLOAT8 = 701 };
enum { OID_INTS4 = 1007, OID_TEXTS = 1009, OID_INTS8 = 1016, OID_FLOATS8 = 1022 };

typedef struct parameters {
    vvi_text bytes; /* of all of them */
    size_t at[MOST_PARAMETERS];
    int lengths[MOST_PARAMETERS]; /* -1: NULL */
    Oid types[MOST_PARAMETERS];
    int n;
} parameters;

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void put32(vvi_text *bytes, int32_t number)
{
    const uint32_t net = htobe32((uint32_t)number);
    vvi_text_add(bytes, (const char *)&net, sizeof net);
}

static void put64(vvi_text *bytes, int64_t number)
{
    const uint64_t net = htobe64((uint64_t)number);
    vvi_text_add(bytes, (const char *)&net, sizeof net);
}

static void put_double(vvi_text *bytes, double number)
{
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    put64(bytes, bits);
}

static void put_text(vvi_text *bytes, const char *text)
{
    put32(bytes, text == NULL ? -1 : (int32_t)strlen(text));
    if (text != NULL) vvi_text_add(bytes, text, strlen(text));
}

static void put_element(vvi_text *bytes, char letter, const void *list, size_t index)
{
    switch (letter) {
    case 'I':
        put32(bytes, sizeof(int32_t));
        put32(bytes, ((const int *)list)[index]);
        break;
    case 'L':
        put32(bytes, sizeof(int64_t));
        put64(bytes, ((const int64_t *)list)[index]);
        break;
    case 'D':
        put32(bytes, sizeof(double));
        put_double(bytes, ((const double *)list)[index]);
        break;
    default:
        put_text(bytes, ((const char *const *)list)[index]);
        break;
    }
}

static void put_array(vvi_text *bytes, char letter, Oid element, const void *list, size_t n)
{
    put32(bytes, n > 0);
    put32(bytes, 0);
    put32(bytes, (int32_t)element);
    if (n == 0) return;
    put32(bytes, (int32_t)n);
    put32(bytes, 1); /* counted from */
    for (size_t i = 0; i < n; i++) put_element(bytes, letter, list, i);
}

static const struct type {
    char letter;
    Oid type, element;
} types[] = {
    { 'i', OID_INT4, 0 },         { 'l', OID_INT8, 0 },
    { 'd', OID_FLOAT8, 0 },       { 'm', OID_FLOAT8, 0 },
    { 't', OID_TEXT, 0 },         { 'b', OID_BYTES, 0 },
    { 'f', OID_BOOL, 0 },         { 'I', OID_INTS4, OID_INT4 },
    { 'L', OID_INTS8, OID_INT8 }, { 'D', OID_FLOATS8, OID_FLOAT8 },
    { 'T', OID_TEXTS, OID_TEXT },
};

static const struct type *type_of(char letter)
{
    const struct type *type = types;
    while (type->letter != letter) type++;
    return type;
}

/* false: NULL. */
static bool put_scalar(vvi_text *bytes, char letter, va_list *args)
{
    switch (letter) {
    case 'i':
        put32(bytes, va_arg(*args, int));
        return true;
    case 'l':
        put64(bytes, va_arg(*args, int64_t));
        return true;
    case 'f':
        vvi_text_add(bytes, va_arg(*args, int) != 0 ? "\1" : "\0", 1);
        return true;
    case 't': {
        const char *text = va_arg(*args, const char *);
        if (text != NULL) vvi_text_add(bytes, text, strlen(text));
        return text != NULL;
    }
    default: {
        const double number = va_arg(*args, double);
        put_double(bytes, number);
        return letter == 'd' || !isnan(number);
    }
    }
}

static bool put_many(vvi_text *bytes, const struct type *type, va_list *args)
{
    const void *list = va_arg(*args, const void *);
    const size_t n = va_arg(*args, size_t);
    if (list == NULL && n == 0) return false;
    if (type->letter == 'b')
        vvi_text_add(bytes, list, n);
    else
        put_array(bytes, type->letter, type->element, list, n);
    return true;
}

static void put_all(parameters *p, const char *letters, va_list *args)
{
    for (; *letters != '\0'; letters++, p->n++) {
        const struct type *type = type_of(*letters);
        const bool many = type->element != 0 || type->letter == 'b';
        p->at[p->n] = p->bytes.n;
        p->types[p->n] = type->type;
        const bool there = many ? put_many(&p->bytes, type, args) : put_scalar(&p->bytes, *letters, args);
        p->lengths[p->n] = there ? (int)(p->bytes.n - p->at[p->n]) : -1;
    }
    vvi_text_add(&p->bytes, "", 1); /* so that there is an address even of nothing */
}

/* ---- calls ------------------------------------------------------------------------------------------------------- */

typedef struct call {
    vvi_pg_sql which;
    parameters parameters;
    PGresult *result;
} call;

static bool succeeded(const PGresult *result)
{
    const ExecStatusType status = PQresultStatus(result);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

static vv_status settle(vvi_pg *store, PGresult *result, vv_error *error)
{
    vvi_pg_listen(store);
    if (succeeded(result)) return VV_OK;
    const vv_status status = vvi_pg_fail(store, result, error);
    PQclear(result);
    return status;
}

static vv_status prepare(vvi_pg *store, const call *c, const char *name, vv_error *error)
{
    const uint64_t bit = UINT64_C(1) << c->which;
    if ((store->prepared & bit) != 0) return VV_OK;
    PGresult *result =
        PQprepare(store->connection, name, vvi_pg_statements[c->which].text, c->parameters.n, c->parameters.types);
    VVI_TRY(settle(store, result, error));
    PQclear(result);
    store->prepared |= bit;
    return VV_OK;
}

static vv_status call_prepared(vvi_pg *store, call *c, vv_error *error)
{
    const parameters *p = &c->parameters;
    const char *values[MOST_PARAMETERS];
    int formats[MOST_PARAMETERS];
    char name[16];
    snprintf(name, sizeof name, "varve%d", (int)c->which);
    VVI_TRY(prepare(store, c, name, error));
    for (int i = 0; i < p->n; i++) {
        values[i] = p->lengths[i] < 0 ? NULL : p->bytes.data + p->at[i];
        formats[i] = 1;
    }
    c->result = PQexecPrepared(store->connection, name, p->n, values, p->lengths, formats, 1);
    const vv_status status = settle(store, c->result, error);
    if (status != VV_OK) c->result = NULL;
    return status;
}

/* In a batch, a call that fails is taken back by itself. */
static vv_status call_in_batch(vvi_pg *store, call *c, vv_error *error)
{
    VVI_TRY(vvi_pg_exec(store, "RELEASE SAVEPOINT varve; SAVEPOINT varve", error));
    const vv_status status = call_prepared(store, c, error);
    if (status != VV_OK && store->connection != NULL &&
        vvi_pg_exec(store, "ROLLBACK TO SAVEPOINT varve", NULL) != VV_OK)
        vvi_pg_disconnect(store);
    return status;
}

static vv_status call_once(vvi_pg *store, void *context, vv_error *error)
{
    call *c = context;
    return store->batch ? call_in_batch(store, c, error) : call_prepared(store, c, error);
}

static vv_status make(vvi_pg *store, call *c, bool persist, vv_error *error)
{
    store->again = false;
    vv_status status = VV_OK;
    if (c->parameters.bytes.failed || c->parameters.bytes.n > INT32_MAX)
        status = vvi_no_memory(error);
    else if (persist)
        status = vvi_pg_persist(store, call_once, c, error);
    else
        status = call_once(store, c, error);
    vvi_text_deinit(&c->parameters.bytes);
    return status;
}

vv_status vvi_pg_ask(vvi_pg *store, vvi_pg_sql which, PGresult **result, vv_error *error, ...)
{
    call c = { .which = which };
    va_list args;
    va_start(args, error);
    put_all(&c.parameters, vvi_pg_statements[which].letters, &args);
    va_end(args);
    const vv_status status = make(store, &c, true, error);
    *result = c.result;
    return status;
}

vv_status vvi_pg_ask_once(vvi_pg *store, vvi_pg_sql which, PGresult **result, vv_error *error, ...)
{
    call c = { .which = which };
    va_list args;
    va_start(args, error);
    put_all(&c.parameters, vvi_pg_statements[which].letters, &args);
    va_end(args);
    const vv_status status = make(store, &c, false, error);
    *result = c.result;
    return status;
}

static void put_head(parameters *p, ...)
{
    va_list args;
    va_start(args, p);
    put_all(p, "itl", &args);
    va_end(args);
}

/* Why a trial was refused, as far as can be seen now. */
static vv_status refused(vvi_pg *store, int id, int answer, vv_error *error)
{
    if (answer == VVI_PG_GONE)
        return vvi_fail(error, VV_NOT_FOUND, "%s: the study was removed by another program", store->shown);
    if (id < 0) return vvi_fail(error, VV_TAKEN, "%s: another trial was begun meanwhile", store->shown);
    if (answer == VV_NOT_FOUND) return vvi_fail(error, VV_NOT_FOUND, "%s: there is no trial %d", store->shown, id);
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_WHOSE, &result, error, store->study, id));
    const char *is = PQntuples(result) > 0 ? vvi_pg_text(result, 0, 0) : "gone";
    const char *whose = PQntuples(result) > 0 ? vvi_pg_text(result, 0, 1) : NULL;
    const bool others = whose != NULL && strcmp(whose, store->worker) != 0 && strcmp(is, "RUNNING") == 0;
    const vv_status status = vvi_fail(error, (vv_status)answer, "%s: trial %d is %s%s%s, which does not allow this",
                                      store->shown, id, is, others ? ", run by " : "", others ? whose : "");
    PQclear(result);
    return status;
}

vv_status vvi_pg_write(vvi_pg *store, vvi_pg_sql which, int id, int *answer, vv_error *error, ...)
{
    call c = { .which = which };
    va_list args;
    const bool numbered = !store->batch || which == VVI_PG_MARK;
    put_head(&c.parameters, store->study, store->worker, numbered ? ++store->request : INT64_C(0));
    va_start(args, error);
    put_all(&c.parameters, vvi_pg_statements[which].letters, &args);
    va_end(args);
    VVI_TRY(make(store, &c, true, error));
    *answer = vvi_pg_int(c.result, 0, 0);
    PQclear(c.result);
    return *answer >= 0 || *answer == VVI_PG_NONE || *answer == VVI_PG_IDLE ? VV_OK
                                                                            : refused(store, id, *answer, error);
}

vv_status vvi_pg_exec(vvi_pg *store, const char *sql, vv_error *error)
{
    store->again = false;
    PGresult *result = PQexec(store->connection, sql);
    VVI_TRY(settle(store, result, error));
    PQclear(result);
    return VV_OK;
}
