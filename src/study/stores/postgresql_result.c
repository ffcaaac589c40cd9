/* postgresql_result.c - what comes back from PostgreSQL, in its binary form: numbers come back bit for bit, NaN and
 * infinities too. What is not as long as it should be is not read. */
#include "study/stores/postgresql.h"

#include <endian.h>
#include <math.h>
#include <string.h>

static int32_t get32(const char *bytes)
{
    uint32_t net;
    memcpy(&net, bytes, sizeof net);
    return (int32_t)be32toh(net);
}

static int64_t get64(const char *bytes)
{
    uint64_t net;
    memcpy(&net, bytes, sizeof net);
    return (int64_t)be64toh(net);
}

static double get_double(const char *bytes)
{
    const int64_t bits = get64(bytes);
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static bool has(const PGresult *result, int row, int column, int size)
{
    return row < PQntuples(result) && PQgetlength(result, row, column) == size;
}

int vvi_pg_int(const PGresult *result, int row, int column)
{
    return has(result, row, column, 4) ? get32(PQgetvalue(result, row, column)) : 0;
}

int64_t vvi_pg_int64(const PGresult *result, int row, int column)
{
    return has(result, row, column, 8) ? get64(PQgetvalue(result, row, column)) : 0;
}

double vvi_pg_double(const PGresult *result, int row, int column)
{
    return has(result, row, column, 8) ? get_double(PQgetvalue(result, row, column)) : (double)NAN;
}

bool vvi_pg_bool(const PGresult *result, int row, int column)
{
    return has(result, row, column, 1) && *PQgetvalue(result, row, column) != 0;
}

const char *vvi_pg_text(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column) != 0 ? NULL : PQgetvalue(result, row, column);
}

vvi_pg_array vvi_pg_array_of(const PGresult *result, int row, int column)
{
    enum { HEAD = 5 * 4 };
    const int length = PQgetlength(result, row, column);
    const char *at = PQgetvalue(result, row, column);
    if (length < HEAD || get32(at) < 1) return (vvi_pg_array){ .whole = true };
    const int32_t n = get32(at + 12);
    return (vvi_pg_array){
        .at = at + HEAD, .end = at + length, .n = n > 0 ? (size_t)n : 0, .whole = get32(at) == 1 && get32(at + 16) == 1
    };
}

const char *vvi_pg_array_text(vvi_pg_array *array, size_t *length)
{
    const ptrdiff_t left = array->end - array->at;
    const int32_t size = left < 4 ? -1 : get32(array->at);
    if (left >= 4) array->at += 4;
    if (size < 0 || size > left - 4) {
        array->whole = false;
        *length = 0;
        return NULL;
    }
    const char *element = array->at;
    array->at += size;
    *length = (size_t)size;
    return element;
}

int vvi_pg_array_int(vvi_pg_array *array)
{
    size_t length;
    const char *element = vvi_pg_array_text(array, &length);
    return element != NULL && length == 4 ? get32(element) : 0;
}

double vvi_pg_array_double(vvi_pg_array *array)
{
    size_t length;
    const char *element = vvi_pg_array_text(array, &length);
    return element != NULL && length == 8 ? get_double(element) : (double)NAN;
}
