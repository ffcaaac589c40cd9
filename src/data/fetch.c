/* fetch.c - one file from the web, whole and with the right SHA-256, or not at all.
 *
 * It is written beside its place and renamed at the end. A server that sends nothing for a minute is given up.
 */
#include "data/data.h"
#include "data/sha256.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

enum { CONNECT_TIMEOUT_S = 30, SILENCE_TIMEOUT_S = 60 };

typedef struct transfer {
    const char *url, *sha256, *path;
    const vv_data_args *args;
    vvi_sha256 hash;
    FILE *file;
} transfer;

static size_t receive(char *bytes, size_t size, size_t n, void *context)
{
    transfer *t = context;
    vvi_sha256_add(&t->hash, bytes, size * n);
    return fwrite(bytes, size, n, t->file) * size;
}

static int report(void *context, curl_off_t total, curl_off_t done, curl_off_t upload_total, curl_off_t upload_done)
{
    const transfer *t = context;
    const char *slash = strrchr(t->path, '/');
    (void)upload_total;
    (void)upload_done;
    t->args->progress(t->args->context, slash == NULL ? t->path : slash + 1, (uint64_t)done, (uint64_t)total);
    return 0;
}

static bool set_options(CURL *curl, transfer *t)
{
    bool good = curl_easy_setopt(curl, CURLOPT_URL, t->url) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SILENCE_TIMEOUT_S) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_WRITEDATA, t) == CURLE_OK;
    if (t->args->progress == NULL) return good;
    good = good && curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, report) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t) == CURLE_OK;
    return good && curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
}

static vv_status check_sum(transfer *t, vv_error *error)
{
    char found[65];
    vvi_sha256_end(&t->hash, found);
    if (strcmp(found, t->sha256) == 0) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "%s: its SHA-256 is %.16s..., not %.16s...: not the file it should be", t->url,
                    found, t->sha256);
}

/* For vvi_replace_file. */
static vv_status write_file(void *context, void *file, vv_error *error)
{
    transfer *t = context;
    CURL *curl = curl_easy_init();
    if (curl == NULL) return vvi_no_memory(error);
    t->file = file;
    vvi_sha256_begin(&t->hash);
    const CURLcode code = set_options(curl, t) ? curl_easy_perform(curl) : CURLE_OUT_OF_MEMORY;
    curl_easy_cleanup(curl);
    if (code == CURLE_OUT_OF_MEMORY) return vvi_no_memory(error);
    if (code != CURLE_OK) return vvi_fail(error, VV_IO, "%s: %s", t->url, curl_easy_strerror(code));
    return check_sum(t, error);
}

vv_status vvi_fetch(const char *url, const char *sha256, const char *path, const vv_data_args *args, vv_error *error)
{
    transfer t = { .url = url, .sha256 = sha256, .path = path, .args = args };
    return vvi_replace_file(path, write_file, &t, error);
}
