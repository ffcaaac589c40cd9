/* guard.c - whose requests are answered.
 *
 * A page of another site can make the browser of somebody who uses the dashboard send requests to it. Three things keep it
 * out: the name in Host must be one of ours (a foreign name that was made to lead to 127.0.0.1 is not: DNS rebinding), the
 * origin that browsers send must be this server itself, and what changes anything needs a token that only the terminal has
 * shown. */
#include "serve/guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

enum { TOKEN_BYTES = 20 };

static void add_name(vvi_guard *guard, const char *name)
{
    if (guard->n_names == VVI_GUARD_NAMES) return;
    snprintf(guard->names[guard->n_names++], sizeof guard->names[0], "%s", name);
}

static vv_status make_token(vvi_guard *guard, vv_error *error)
{
    unsigned char bytes[TOKEN_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return vvi_fail(error, VV_IO, "no random numbers for a token: %s", strerror(errno));
    for (size_t i = 0; i < sizeof bytes; i++) snprintf(guard->token + 2 * i, 3, "%02x", bytes[i]);
    return VV_OK;
}

vv_status vvi_guard_init(vvi_guard *guard, const char *host, vv_error *error)
{
    char name[256] = "";
    *guard = (vvi_guard){ .any_address = strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0 };
    add_name(guard, "localhost");
    add_name(guard, "127.0.0.1");
    add_name(guard, "::1");
    add_name(guard, host);
    if (guard->any_address && gethostname(name, sizeof name - 1) == 0) add_name(guard, name);
    return make_token(guard, error);
}

/* ---- Host ---------------------------------------------------------------------------------------------------------- */

/* "localhost:8501", "[::1]:8501": the name; false: it is none. */
static bool host_name(const char *host, char *name, size_t size)
{
    const bool bracket = host[0] == '[';
    const char *from = host + bracket, *end = from + strcspn(from, bracket ? "]" : ":");
    const char *port = bracket && *end == ']' ? end + 1 : end;
    const size_t n = (size_t)(end - from);
    if (n == 0 || n >= size || (bracket && *end != ']')) return false;
    if (*port != '\0' && (*port != ':' || strlen(port) > 6 || port[1 + strspn(port + 1, "0123456789")] != '\0'))
        return false;
    memcpy(name, from, n);
    name[n] = '\0';
    return true;
}

static bool is_address(const char *name)
{
    struct in6_addr bytes;
    return inet_pton(AF_INET, name, &bytes) == 1 || inet_pton(AF_INET6, name, &bytes) == 1;
}

static bool is_ours(const vvi_guard *guard, const char *host)
{
    char name[256];
    if (!host_name(host, name, sizeof name)) return false;
    for (size_t i = 0; i < guard->n_names; i++)
        if (strcasecmp(guard->names[i], name) == 0) return true;
    return guard->any_address && is_address(name);
}

/* ---- where it comes from ------------------------------------------------------------------------------------------- */

/* Is the origin "http://" and our own Host? Behind a proxy that adds TLS, "https://". */
static bool is_same_origin(const char *origin, const char *host)
{
    const char *rest = strncmp(origin, "http://", 7) == 0    ? origin + 7
                       : strncmp(origin, "https://", 8) == 0 ? origin + 8
                                                             : NULL;
    return rest != NULL && strcasecmp(rest, host) == 0;
}

/* Takes as long for any text of the token's length. */
static bool is_token(const vvi_guard *guard, const char *token)
{
    const size_t n = strlen(guard->token);
    if (token == NULL || strlen(token) != n) return false;
    unsigned char differs = 0;
    for (size_t i = 0; i < n; i++) differs = (unsigned char)(differs | (guard->token[i] ^ token[i]));
    return differs == 0;
}

const char *vvi_guard_look(const vvi_guard *guard, const vvi_route *route, const vvi_origin *from)
{
    if (from->host == NULL || from->several_hosts) return "it must have one Host";
    if (!is_ours(guard, from->host)) return "Host is not a name of this server";
    const bool foreign_site =
        from->site != NULL && strcmp(from->site, "same-origin") != 0 && strcmp(from->site, "none") != 0;
    const bool foreign_origin = from->origin != NULL && !is_same_origin(from->origin, from->host);
    if (foreign_origin || (foreign_site && !route->page)) return "it comes from another site";
    if (route->writes && !is_token(guard, from->token)) return "it needs the token that was printed at start";
    return NULL;
}
