/* where.c - the place that a command line names: a folder (--directory, --project), or a study in a database (--storage,
 * --study).
 *
 * A command line can be read by everybody on the machine: a password in it is no secret any more, and is refused.
 */
#include "cli/cli.h"
#include "study/study.h"

#include <string.h>

enum { MOST_NAME = 200 };

/* What is not shown of it is a password. */
static bool has_password(const char *url)
{
    char *shown = vvi_pg_show(url);
    const bool has = shown == NULL || strcmp(shown, url) != 0;
    vvi_free(shown);
    return has;
}

static int refuse_password(const char *option)
{
    return vvi_cli_complain(VVI_EXIT_USAGE,
                            "--%s: a password on a command line can be read by others; put it into "
                            "~/.pgpass or the file that PGPASSFILE names",
                            option);
}

static int check_storage(const vvi_options *o)
{
    if (o->directory != NULL || o->project != NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE, "--storage: a study in a database has a --study, no --%s",
                                o->project != NULL ? "project" : "directory");
    if (!vvi_place_is_database(o->storage))
        return vvi_cli_complain(VVI_EXIT_USAGE, "--storage: must begin with postgresql://; folders are --directory and "
                                                "--project");
    if (has_password(o->storage)) return refuse_password("storage");
    if (strchr(o->storage, '#') != NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE, "--storage: no \"#\" in it; the study's name is --study's");
    return 0;
}

static int check_study(const char *study)
{
    if (strchr(study, '#') == NULL && strlen(study) <= MOST_NAME) return 0;
    return vvi_cli_complain(VVI_EXIT_USAGE, "--study: a name has at most %d bytes, and no \"#\"", MOST_NAME);
}

static int join(char where[VVI_WHERE_SIZE], const char *option, const char *place, const char *between,
                const char *name)
{
    const int n =
        snprintf(where, VVI_WHERE_SIZE, "%s%s%s", place == NULL ? "" : place, place == NULL ? "" : between, name);
    if (n < VVI_WHERE_SIZE) return 0;
    return vvi_cli_complain(VVI_EXIT_USAGE, "--%s: the path is %d bytes long, at most %d are possible", option, n,
                            VVI_WHERE_SIZE - 1);
}

int vvi_cli_where(const vvi_options *o, const char *name, char where[VVI_WHERE_SIZE])
{
    if (o->storage == NULL && o->study != NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE, "--study: names a study of --storage, which is missing; a folder is "
                                                "--project");
    if (o->storage == NULL && o->project != NULL && has_password(o->project)) return refuse_password("project");
    if (o->storage == NULL) return join(where, "directory", o->directory, "/", o->project == NULL ? name : o->project);
    const int exit_status = check_storage(o);
    if (exit_status != 0) return exit_status;
    const char *study = o->study == NULL ? name : o->study;
    return check_study(study) != 0 ? VVI_EXIT_USAGE : join(where, "storage", o->storage, "#", study);
}

int vvi_cli_where_is(const vvi_options *o, char where[VVI_WHERE_SIZE])
{
    if (o->storage != NULL && o->study == NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE, "--study NAME is missing; varve studies lists those of a database");
    if (o->study != NULL) return vvi_cli_where(o, "", where);
    return join(where, "project", NULL, "", o->project_path);
}

int vvi_cli_open_study(const vvi_options *options, vv_study **study)
{
    char where[VVI_WHERE_SIZE];
    vv_error error = { 0 };
    *study = NULL;
    const int exit_status = vvi_cli_where_is(options, where);
    if (exit_status != 0) return exit_status;
    const vv_status status = vv_study_open(where, VV_STUDY_READ, study, &error);
    return status == VV_OK ? 0 : vvi_cli_fail(vvi_cli_study_status(status), &error);
}
