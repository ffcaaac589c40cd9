/* space.c - which hyperparameters there are, beyond those of the default build, and in how many structures each is
 * active.
 *
 * The default build comes first, then a walk over all configurations that ends after a few hundred. A larger space is
 * drawn from at random, with a fixed key, so that the answer is the same every time. A name that only very few
 * configurations ask for may be missed; then `complete` is false.
 */
#include "report/report.h"
#include "space/enumerate.h"

#include <string.h>

enum { WALK_CAP = 600, DRAWS = 600 };

/* Makes room for one more; the array may move. */
static bool reserve(void *array, size_t n, size_t *capacity, size_t size)
{
    void *old, *grown;
    if (n < *capacity) return true;
    memcpy(&old, array, sizeof old);
    grown = vvi_realloc(old, (2 * *capacity + 16) * size);
    if (grown == NULL) return false;
    memcpy(array, &grown, sizeof grown);
    *capacity = 2 * *capacity + 16;
    return true;
}

/* ---- structures ------------------------------------------------------------------------------------------------- */

/* The same for the same names, in whatever order they were asked for. */
static uint64_t sign(const vv_hp *hp)
{
    uint64_t signature = 0;
    for (size_t i = 0; i < vv_hp_count(hp); i++) signature += vvi_hash_text(VVI_HASH_START, vv_hp_at(hp, i)->name);
    return signature;
}

static vvi_space_structure *find_structure(vvi_space_report *report, uint64_t signature)
{
    for (size_t i = 0; i < report->n_structures; i++)
        if (report->structures[i].signature == signature) return &report->structures[i];
    return NULL;
}

static size_t find_entry(const vvi_space_report *report, const char *name)
{
    size_t i = 0;
    while (i < report->n && strcmp(report->entries[i].active->name, name) != 0) i++;
    return i;
}

/* Lists what this build asked for and was not known, each after the one that was asked for before it. */
static bool list_names(vvi_space_report *report, const vv_hp *hp)
{
    size_t at = 0;
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        const vv_active *active = vv_hp_at(hp, i);
        const size_t known = find_entry(report, active->name);
        if (known < report->n) {
            at = known + 1;
            continue;
        }
        if (!reserve(&report->entries, report->n, &report->entries_capacity, sizeof *report->entries)) return false;
        memmove(report->entries + at + 1, report->entries + at, (report->n - at) * sizeof *report->entries);
        report->entries[at++] = (vvi_space_entry){ .active = active };
        report->n++;
    }
    return true;
}

static void count_buildable(vvi_space_report *report, vvi_space_structure *structure, const vv_hp *hp)
{
    if (structure->buildable) return;
    structure->buildable = true;
    report->n_buildable++;
    for (size_t i = 0; i < vv_hp_count(hp); i++)
        report->entries[find_entry(report, vv_hp_at(hp, i)->name)].structures++;
}

/* ---- builds ----------------------------------------------------------------------------------------------------- */

/* Keeps the build's hp if its structure is new. */
static bool note(vvi_space_report *report, vvi_build *build)
{
    const uint64_t signature = sign(build->hp);
    vvi_space_structure *structure = find_structure(report, signature);
    const vv_hp *hp = build->hp;
    report->builds++;
    report->buildable += build->buildable;
    if (!build->buildable && report->refusal.status == VV_OK) report->refusal = build->reason;
    if (structure == NULL) {
        if (!reserve(&report->structures, report->n_structures, &report->structures_capacity, sizeof *structure) ||
            !reserve(&report->handles, report->n_handles, &report->handles_capacity, sizeof *report->handles))
            return false;
        report->handles[report->n_handles++] = build->hp;
        build->hp = NULL;
        structure = &report->structures[report->n_structures++];
        *structure = (vvi_space_structure){ .signature = signature };
        if (!list_names(report, hp)) return false;
    }
    if (build->buildable) count_buildable(report, structure, hp);
    return true;
}

static vv_status build_once(vvi_space_report *report, const vv_builder *builder, const vv_chooser *chooser,
                            vv_error *error)
{
    vvi_build build = { 0 };
    vv_status status = vvi_build_run(builder, chooser, &build, error);
    if (status == VV_OK && !note(report, &build)) status = vvi_no_memory(error);
    vvi_build_deinit(&build);
    return status;
}

typedef struct walking {
    vvi_space_report *report;
    bool failed;
} walking;

static bool visit(void *context, vvi_build *leaf)
{
    walking *w = context;
    w->failed = !note(w->report, leaf);
    return !w->failed;
}

static bool draw(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    const vvi_key *key = context;
    vvi_stream stream = vvi_stream_begin(vvi_key_name(*key, name));
    *value = vv_domain_from_unit(domain, vvi_stream_unit(&stream));
    return true;
}

static vv_status draw_many(vvi_space_report *report, const vv_builder *builder, vv_error *error)
{
    report->builds = report->buildable = 0; /* a walk that was cut says nothing about shares */
    for (int i = 0; i < DRAWS; i++) {
        vvi_key key = vvi_key_int(vvi_key_new(0, "summary"), i);
        const vv_chooser chooser = { .choose = draw, .context = &key };
        VVI_TRY(build_once(report, builder, &chooser, error));
    }
    return VV_OK;
}

vv_status vvi_space_discover(const vv_builder *builder, vvi_space_report *report, vv_error *error)
{
    walking w = { .report = report };
    vvi_walk walk = { 0 };
    VVI_TRY(build_once(report, builder, NULL, error));
    report->builds = report->buildable = 0; /* the walk meets the default again */
    VVI_TRY(vvi_space_walk(builder, WALK_CAP, visit, &w, &walk, error));
    if (w.failed) return vvi_no_memory(error);
    report->complete = walk.end == VVI_WALK_COMPLETE;
    return report->complete ? VV_OK : draw_many(report, builder, error);
}

void vvi_space_report_deinit(vvi_space_report *report)
{
    for (size_t i = 0; i < report->n_handles; i++) vv_hp_free(report->handles[i]);
    vvi_free(report->handles);
    vvi_free(report->structures);
    vvi_free(report->entries);
    *report = (vvi_space_report){ 0 };
}
