/* desk_read.c - what a desk reads, for those who make parts. Its thread alone comes here. */
#include "serve/desk_inside.h"

#include "study/study.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* Leases end within a minute or so; that they have is told this much later at most. */
static const double AGE_S = 5;

void *vvi_desk_context(const vvi_desk *desk)
{
    return desk->context;
}

const char *vvi_desk_name(const vvi_desk *desk)
{
    return desk->name;
}

const char *vvi_desk_where(const vvi_desk *desk)
{
    return desk->where;
}

uint64_t vvi_desk_version(const vvi_desk *desk)
{
    return desk->version;
}

void vvi_desk_set_ages(vvi_desk *desk, bool ages)
{
    desk->reading.ages = ages;
}

double vvi_desk_thread_s(void)
{
    struct timespec spent;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return (double)spent.tv_sec + 1e-9 * (double)spent.tv_nsec;
}

int64_t *vvi_desk_first_request(vvi_desk *desk)
{
    return &desk->reading.first_request;
}

int vvi_serve_code(vv_status status)
{
    static const struct {
        vv_status status;
        int code;
    } codes[] = { { VV_NOT_FOUND, 404 }, { VV_BAD_ARG, 400 },  { VV_LOCKED, 503 },     { VV_NO_MEMORY, 503 },
                  { VV_CONFLICT, 409 },  { VV_MISMATCH, 409 }, { VV_UNSUPPORTED, 409 } };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].status == status) return codes[i].code;
    return 500;
}

/* ---- the study --------------------------------------------------------------------------------------------------------- */

static void let_go_of_frame(vvi_desk_reading *r)
{
    vvi_plot_memo_deinit(&r->memo);
    if (r->frame_version > 0) vvi_frame_deinit(&r->frame);
}

static void let_go_of_readings(vvi_desk_reading *r)
{
    let_go_of_frame(r);
    if (r->status_version > 0) vvi_status_deinit(&r->status);
    r->frame_version = r->status_version = 0;
}

void vvi_desk_let_go(vvi_desk *desk)
{
    let_go_of_readings(&desk->reading);
    vv_study_close(desk->reading.study);
    desk->reading.study = NULL;
}

/* The file of a study in a folder; false: there is none, or it is in a database. */
static bool find_file(const vvi_desk *desk, struct stat *file)
{
    char path[4096];
    const int n = vvi_folder_database_path(desk->where, path, sizeof path);
    return n > 0 && (size_t)n < sizeof path && stat(path, file) == 0;
}

/* A search that overwrites removes the file, and we would look at what is no more. */
static void let_go_of_another(vvi_desk *desk)
{
    struct stat file;
    vvi_desk_reading *r = &desk->reading;
    if (r->study == NULL || vvi_study_is_shared(r->study)) return;
    if (!find_file(desk, &file) || file.st_ino != r->file || file.st_dev != r->device) vvi_desk_let_go(desk);
}

vv_status vvi_desk_study(vvi_desk *desk, const vv_study **study, vv_error *error)
{
    struct stat file = { .st_ino = 0 };
    vvi_desk_reading *r = &desk->reading;
    if (r->study == NULL) {
        find_file(desk, &file);
        r->marked = false;
        r->first_request = 0;
        VVI_TRY(vv_study_open(desk->where, VV_STUDY_READ, &r->study, error));
        r->device = file.st_dev;
        r->file = file.st_ino;
    }
    *study = r->study;
    return VV_OK;
}

/* A study that a writer has brought up to date meanwhile, or a database that was away, is opened anew. */
static vv_status read_mark(vvi_desk *desk, uint64_t *mark, vv_error *error)
{
    const vv_study *study = NULL;
    VVI_TRY(vvi_desk_study(desk, &study, error));
    vv_status status = vvi_study_mark(study, mark, error);
    if (status != VV_OK) vvi_desk_let_go(desk);
    if (status != VV_VERSION) return status;
    VVI_TRY(vvi_desk_study(desk, &study, error));
    return vvi_study_mark(study, mark, error);
}

vv_status vvi_desk_check(vvi_desk *desk, bool *changed, vv_error *error)
{
    vvi_desk_reading *r = &desk->reading;
    uint64_t mark = 0;
    const double now = vvi_clock_s();
    *changed = desk->look == NULL; /* the desk of a place: every moment is another */
    if (desk->look == NULL) return VV_OK;
    let_go_of_another(desk);
    const vv_status status = read_mark(desk, &mark, error);
    *changed = status == VV_OK && (!r->marked || mark != r->mark || (r->ages && now - r->changed_s >= AGE_S));
    if (*changed) r->changed_s = now;
    r->mark = mark;
    r->marked = status == VV_OK;
    return status;
}

vv_status vvi_desk_is_live(vvi_desk *desk, bool *live, vv_error *error)
{
    const vv_study *study = NULL;
    *live = false;
    VVI_TRY(vvi_desk_study(desk, &study, error));
    return vvi_study_is_live(study, live, error);
}

/* ---- readings -------------------------------------------------------------------------------------------------------- */

/* Is what was read good enough? */
static bool will_do(vvi_desk *desk, uint64_t version)
{
    if (version == 0) return false;
    pthread_mutex_lock(&desk->lock);
    const bool keep = version == desk->version || vvi_desk_debt(desk) > VVI_DESK_CREDIT_S;
    pthread_mutex_unlock(&desk->lock);
    return keep;
}

static void made_of(vvi_desk_reading *r, uint64_t version)
{
    if (version < r->made_of) r->made_of = version;
}

vv_status vvi_desk_frame(vvi_desk *desk, const vvi_frame **frame, vv_error *error)
{
    vvi_desk_reading *r = &desk->reading;
    const vv_study *study = NULL;
    vvi_frame read = { .n = 0 };
    if (!will_do(desk, r->frame_version)) {
        VVI_TRY(vvi_desk_study(desk, &study, error));
        const double before = vvi_desk_thread_s();
        const vv_status status =
            vvi_frame_read(study, &(vvi_frame_args){ .courses = true, .networks = true }, &read, error);
        r->read_s += vvi_desk_thread_s() - before;
        if (status != VV_OK) {
            vvi_frame_deinit(&read);
            return status;
        }
        let_go_of_frame(r);
        r->frame = read;
        r->frame_version = desk->version;
    }
    made_of(r, r->frame_version);
    *frame = &r->frame;
    return VV_OK;
}

vvi_plot_memo *vvi_desk_memo(vvi_desk *desk)
{
    return &desk->reading.memo;
}

vv_status vvi_desk_status(vvi_desk *desk, const vvi_status **status, vv_error *error)
{
    vvi_desk_reading *r = &desk->reading;
    const vv_study *study = NULL;
    vvi_status read;
    if (!will_do(desk, r->status_version)) {
        VVI_TRY(vvi_desk_study(desk, &study, error));
        const double before = vvi_desk_thread_s();
        const vv_status code = vvi_status_read(study, &read, error);
        r->read_s += vvi_desk_thread_s() - before;
        if (code != VV_OK) {
            vvi_status_deinit(&read);
            return code;
        }
        if (r->status_version > 0) vvi_status_deinit(&r->status);
        r->status = read;
        r->status_version = desk->version;
    }
    made_of(r, r->status_version);
    *status = &r->status;
    return VV_OK;
}
