/* job.c - a child process, its records as they come, and how it ended.
 *
 * The parent waits on the pipe a tenth of a second at a time, so that `stop` is never noticed later than that. Garbage
 * ends the child: what it says from then on is not to be believed.
 */
#include "tuner/tuner.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { WAIT_MS = 100 };

static void take_error(vvi_record *record, vvi_job_end *end)
{
    const vv_status status = (vv_status)vvi_get_int(record);
    const char *text = vvi_get_text(record);
    if (record->bad || end->failed) return;
    end->failed = true;
    vvi_fail(&end->said, status, "%s", text);
}

static vv_status take_all(const vvi_job *job, vvi_records *records, vvi_job_end *end, vv_error *error)
{
    vvi_record record;
    vvi_next next;
    while ((next = vvi_records_next(records, &record)) == VVI_NEXT_RECORD) {
        if (end->enough) return VV_OK;
        if (record.kind == VVI_RECORD_ERROR)
            take_error(&record, end);
        else
            VVI_TRY(job->take(job->context, &record, error));
        end->garbage = end->garbage || record.bad;
        end->enough = job->enough != NULL && *job->enough;
    }
    end->garbage = end->garbage || (!end->enough && next == VVI_NEXT_GARBAGE);
    return VV_OK;
}

/* Waits for a moment. *ready: there is something to read, or the end. */
static vv_status wait_for(int fd, bool *ready, vv_error *error)
{
    struct pollfd waiting = { .fd = fd, .events = POLLIN };
    const int n = poll(&waiting, 1, WAIT_MS);
    *ready = n > 0;
    if (n < 0 && errno != EINTR) return vvi_fail(error, VV_IO, "cannot wait for a process: %s", strerror(errno));
    return VV_OK;
}

static vv_status listen(const vvi_job *job, const vvi_process *process, vvi_records *records, vvi_job_end *end,
                        vv_error *error)
{
    vvi_guard_watch watch = { .guard = job->guard };
    bool more = true;
    while (more && !end->garbage && !end->enough) {
        bool ready = false;
        end->stopped = job->stop != NULL && *job->stop != 0;
        end->stuck = vvi_guard_is_stuck(&watch);
        if (end->stopped || end->stuck) return VV_OK;
        const bool ended = vvi_process_has_ended(process); /* asked before: what it wrote is then there to be read */
        VVI_TRY(wait_for(process->fd, &ready, error));
        if (!ready && ended) return VV_OK; /* others hold the pipe */
        if (!ready) continue;
        VVI_TRY(vvi_records_fill(records, process->fd, &more, error));
        VVI_TRY(take_all(job, records, end, error));
    }
    end->garbage = end->garbage || (!end->enough && vvi_records_cut(records));
    return VV_OK;
}

vv_status vvi_job_run(const vvi_job *job, vvi_job_end *end, vv_error *error)
{
    vvi_process process;
    vvi_records records = { 0 };
    *end = (vvi_job_end){ .exit_code = -1 };
    VVI_TRY(vvi_process_begin(&process, job->child, job->context, job->guard != NULL, error));
    vv_status status = listen(job, &process, &records, end, error);
    if (status != VV_OK || end->stopped || end->stuck || end->garbage || end->enough) vvi_process_kill(&process);
    const vv_status ended = vvi_process_end(&process, &end->exit_code, &end->signal_number, error);
    end->peak_mb = process.peak_mb;
    vvi_records_deinit(&records);
    return status != VV_OK ? status : ended;
}

int vvi_job_death(const vvi_job_end *end, char *text, size_t size)
{
    if (end->signal_number != 0)
        return snprintf(text, size, "signal %d, %s", end->signal_number, strsignal(end->signal_number));
    if (end->exit_code == VVI_PROCESS_EXITED) return snprintf(text, size, "exit was called");
    if (end->exit_code != 0) return snprintf(text, size, "exit code %d", end->exit_code);
    return snprintf(text, size, "%s", "");
}
