/* job.c - a child process, its records as they come, and how it ended.
 *
 * A job is looked after in steps that never wait: whoever has several of them waits for all of their sockets at once. A
 * tenth of a second is the longest that one may be left alone (vvi_job_patience_ms), so that nothing that does not show in
 * the socket is noticed later than that: a request to stop, a build that does not end, a limit that is over, a process that
 * ended while others still hold its socket. Garbage ends the child: what it says from then on is not to be believed.
 */
#include "tuner/tuner.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { WAIT_MS = 100, SOON_MS = 1 };
static const double soon_s = 0.05, gone_s = 5;

/* ---- records ---------------------------------------------------------------------------------------------------- */

static void take_error(vvi_record *record, vvi_job_end *end)
{
    const vv_status status = (vv_status)vvi_get_int(record);
    const char *text = vvi_get_text(record);
    if (record->bad || end->failed) return;
    end->failed = true;
    vvi_fail(&end->said, status, "%s", text);
}

static vv_status take_all(vvi_working *w, vv_error *error)
{
    vvi_record record;
    vvi_next next;
    vvi_job_end *end = &w->end;
    while ((next = vvi_records_next(&w->records, &record)) == VVI_NEXT_RECORD) {
        if (end->enough) return VV_OK;
        if (record.kind == VVI_RECORD_ERROR)
            take_error(&record, end);
        else
            VVI_TRY(w->job.take(w->job.context, &record, error));
        end->garbage = end->garbage || record.bad;
        end->enough = w->job.enough != NULL && *w->job.enough;
    }
    end->garbage = end->garbage || (!end->enough && next == VVI_NEXT_GARBAGE);
    return VV_OK;
}

static vv_status read_some(vvi_working *w, vv_error *error)
{
    bool more = true;
    VVI_TRY(vvi_records_fill(&w->records, w->process.fd, &more, error));
    VVI_TRY(take_all(w, error));
    if (more) return VV_OK;
    w->closed_s = vvi_clock_s();
    w->end.garbage = w->end.garbage || (!w->end.enough && vvi_records_cut(&w->records));
    return VV_OK;
}

static bool is_readable(int fd)
{
    struct pollfd waiting = { .fd = fd, .events = POLLIN };
    return poll(&waiting, 1, 0) > 0;
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */

vv_status vvi_job_begin(vvi_working *w, const vvi_job *job, vv_error *error)
{
    *w = (vvi_working){ .job = *job, .watch = { .guard = job->guard }, .end = { .exit_code = -1 } };
    VVI_TRY(vvi_process_begin(&w->process, job->child, job->context, true, error));
    w->began_s = vvi_clock_s();
    w->at_work = true;
    return VV_OK;
}

/* Is there a reason not to wait for its end? */
static bool must_end(vvi_working *w)
{
    const double now_s = vvi_clock_s();
    vvi_job_end *end = &w->end;
    end->stopped = w->job.stop != NULL && *w->job.stop != 0;
    end->stuck = vvi_guard_is_stuck(&w->watch);
    end->late = w->job.limit_s > 0 && now_s - w->began_s > w->job.limit_s;
    if (w->closed_s > 0 && now_s - w->closed_s > gone_s) end->garbage = true; /* silent, and yet there */
    return end->stopped || end->stuck || end->late || end->garbage || end->enough;
}

static vv_status finish(vvi_working *w, vv_error *error)
{
    const vv_status status = vvi_process_end(&w->process, &w->end.exit_code, &w->end.signal_number, error);
    w->end.peak_mb = w->process.peak_mb;
    w->at_work = false;
    vvi_records_deinit(&w->records);
    return status;
}

void vvi_job_kill(vvi_working *w)
{
    if (!w->at_work) return;
    vvi_process_kill(&w->process);
    finish(w, NULL);
}

vv_status vvi_job_step(vvi_working *w, bool readable, vv_error *error)
{
    const bool ended = vvi_process_has_ended(&w->process); /* asked before: what it wrote is then there to be read */
    const bool open = w->closed_s <= 0;
    vv_status status = VV_OK;
    if (open && ended) readable = is_readable(w->process.fd);
    if (open && readable) status = read_some(w, error);
    const bool read_all = w->closed_s > 0 || !readable; /* others may hold the socket */
    if (status == VV_OK && ended && read_all) return finish(w, error);
    if (status == VV_OK && !must_end(w)) return VV_OK;
    vvi_process_kill(&w->process);
    const vv_status finished = finish(w, error);
    return status != VV_OK ? status : finished;
}

int vvi_job_fd(const vvi_working *w)
{
    return w->at_work && w->closed_s <= 0 ? w->process.fd : -1;
}

int vvi_job_patience_ms(const vvi_working *w)
{
    return w->closed_s > 0 && vvi_clock_s() - w->closed_s < soon_s ? SOON_MS : WAIT_MS;
}

/* ---- one alone -------------------------------------------------------------------------------------------------- */

vv_status vvi_job_wait(const vvi_working *w, bool *readable, vv_error *error)
{
    struct pollfd waiting = { .fd = vvi_job_fd(w), .events = POLLIN };
    const int n = poll(&waiting, 1, vvi_job_patience_ms(w));
    *readable = n > 0;
    if (n < 0 && errno != EINTR) return vvi_fail(error, VV_IO, "cannot wait for a process: %s", strerror(errno));
    return VV_OK;
}

vv_status vvi_job_run(const vvi_job *job, vvi_job_end *end, vv_error *error)
{
    vvi_working w;
    bool readable = false;
    vv_status status = vvi_job_begin(&w, job, error);
    while (status == VV_OK && w.at_work) {
        status = vvi_job_wait(&w, &readable, error);
        if (status == VV_OK) status = vvi_job_step(&w, readable, error);
    }
    vvi_job_kill(&w);
    *end = w.end;
    return status;
}

int vvi_job_death(const vvi_job_end *end, char *text, size_t size)
{
    if (end->signal_number != 0)
        return snprintf(text, size, "signal %d, %s", end->signal_number, strsignal(end->signal_number));
    if (end->exit_code == VVI_PROCESS_EXITED) return snprintf(text, size, "exit was called");
    if (end->exit_code != 0) return snprintf(text, size, "exit code %d", end->exit_code);
    return snprintf(text, size, "%s", "");
}
