/* postgresql_ear.c - how a worker hears that something has changed: LISTEN on the study's channel.
 *
 * What others say arrives on the connection's socket; but libpq also takes it in while it waits for the answer to
 * something else, and then the socket is silent. The ear is therefore an epoll of two things: the socket, and a bell
 * that we ring ourselves. It stays the same while connections come and go; a new one rings, since nobody knows what was
 * said meanwhile. Readers have no ear: one that does not listen would hold up what is said to all.
 *
 * Only workers that are idle are told: that found nothing to claim the last time. What is told wakes up everybody who
 * listens, and all commits that tell something wait for each other: where all are busy, it would be most of the work.
 * Nothing is missed: a worker says that it is idle, and only then looks a last time; whoever changes something has
 * committed the change before he asks who is idle. So either the one sees the change, or the other sees the idler.
 * Requests are told to all (postgresql_functions_2.c).
 */
#include "study/stores/postgresql.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void ring(const vvi_pg *store)
{
    const uint64_t one = 1;
    if (store->rung >= 0 && write(store->rung, &one, sizeof one) < 0) return; /* full: it rings already */
}

/* What was said: anything, or "request". */
static void note(vvi_pg *store, PGnotify *said)
{
    store->asked = store->asked || said->extra[0] != '\0';
    PQfreemem(said);
}

static bool watch(const vvi_pg *store, int fd)
{
    return epoll_ctl(store->ear, EPOLL_CTL_ADD, fd, &(struct epoll_event){ .events = EPOLLIN }) == 0;
}

vv_status vvi_pg_ear_open(vvi_pg *store, vv_error *error)
{
    store->ear = epoll_create1(EPOLL_CLOEXEC);
    store->rung = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (store->ear >= 0 && store->rung >= 0 && watch(store, store->rung)) return VV_OK;
    return vvi_fail(error, VV_IO, "%s: no more files can be opened: %s", store->shown, strerror(errno));
}

void vvi_pg_ear_close(vvi_pg *store)
{
    if (store->ear >= 0) close(store->ear);
    if (store->rung >= 0) close(store->rung);
    store->ear = store->rung = -1;
}

void vvi_pg_ear_attach(vvi_pg *store)
{
    if (store->ear < 0) return;
    watch(store, PQsocket(store->connection));
    store->asked = true;
    ring(store);
}

/* A child process may hold the socket open, too: closing alone would leave it in the epoll. */
void vvi_pg_ear_detach(vvi_pg *store)
{
    const int fd = PQsocket(store->connection);
    if (store->ear >= 0 && fd >= 0) epoll_ctl(store->ear, EPOLL_CTL_DEL, fd, &(struct epoll_event){ 0 });
}

/* What we said ourselves comes back, too. */
void vvi_pg_listen(vvi_pg *store)
{
    bool others = false;
    for (PGnotify *said; store->connection != NULL && (said = PQnotifies(store->connection)) != NULL;) {
        others = others || said->be_pid != PQbackendPID(store->connection);
        note(store, said);
    }
    if (others) ring(store);
}

int vvi_pg_ear(const void *state)
{
    return ((const vvi_pg *)state)->ear;
}

/* A connection that is lost is made anew here only if that works at once: the next call takes its time. */
vv_status vvi_pg_hear(void *state, vv_error *error)
{
    (void)error;
    vvi_pg *store = state;
    uint64_t rung = 0;
    if (store->rung >= 0 && read(store->rung, &rung, sizeof rung) < 0 && errno != EAGAIN) return VV_OK;
    if (store->connection != NULL && PQconsumeInput(store->connection) == 0) vvi_pg_disconnect(store);
    if (store->connection == NULL && vvi_pg_connect(store, NULL) != VV_OK) return VV_OK;
    for (PGnotify *said; (said = PQnotifies(store->connection)) != NULL;) note(store, said);
    return VV_OK;
}

void vvi_pg_tell(vvi_pg *store)
{
    PGresult *result = NULL;
    store->news = store->batch;
    if (store->batch) return;
    if (vvi_pg_ask(store, VVI_PG_TELL, &result, NULL, store->study, store->worker) == VV_OK) PQclear(result);
}
