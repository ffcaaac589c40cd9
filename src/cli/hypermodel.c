/* hypermodel.c - a hypermodel's file, compiled if it is C, loaded if it is a shared object, becomes a vv_hypermodel.
 *
 * The object calls the library functions of this very process: the executable exports them.
 */
#include "cli/cli.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

int vvi_hypermodel_find(const char *file, vvi_loaded *loaded)
{
    char path[4096];
    struct stat info;
    *loaded = (vvi_loaded){ 0 };
    if (stat(file, &info) != 0 || realpath(file, path) == NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE, "%s: %s", file, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return vvi_cli_complain(VVI_EXIT_USAGE, "%s: is not a file; give a hypermodel's C file", file);
    snprintf(loaded->path, sizeof loaded->path, "%s", path);
    vvi_cli_name_after_file(path, loaded->name, sizeof loaded->name);
    return 0;
}

static int no_declaration(const char *file)
{
    return vvi_cli_complain(VVI_EXIT_USAGE,
                            "%s: declares no hypermodel; end the file with VV_HYPERMODEL(.build = build, ...);", file);
}

static int take_declaration(const char *file, vvi_loaded *loaded)
{
    const void *symbol = dlsym(loaded->library, "varve_hypermodel");
    if (symbol == NULL) return no_declaration(file);
    memcpy(&loaded->hypermodel, symbol, sizeof loaded->hypermodel);
    if (loaded->hypermodel.build == NULL && loaded->hypermodel.tune == NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE, "%s: VV_HYPERMODEL names no build function; add .build = ...", file);
    if (loaded->hypermodel.name == NULL) loaded->hypermodel.name = loaded->name;
    return 0;
}

static int load(const char *file, const char *object, vvi_loaded *loaded)
{
    loaded->library = dlopen(object, RTLD_NOW | RTLD_LOCAL);
    if (loaded->library == NULL) {
        const char *why = dlerror();
        if (strstr(why, "undefined symbol: varve_hypermodel") != NULL) return no_declaration(file);
        return vvi_cli_complain(VVI_EXIT_USAGE, "%s: does not load: %s", file, why);
    }
    const int exit_status = take_declaration(file, loaded);
    if (exit_status != 0) vvi_hypermodel_unload(loaded);
    return exit_status;
}

/* An object that is not kept, and the folder made for it. */
static void remove_temporary(vvi_compiled *compiled)
{
    if (compiled->temporary) unlink(compiled->path);
    *strrchr(compiled->path, '/') = '\0';
    if (compiled->temporary_folder) rmdir(compiled->path);
}

int vvi_hypermodel_load(const char *file, vvi_loaded *loaded)
{
    vvi_compiled compiled;
    int exit_status;
    if ((exit_status = vvi_hypermodel_find(file, loaded)) != 0) return exit_status;
    if (ends_with(file, ".so")) return load(file, loaded->path, loaded);
    if (!vvi_compile(file, &compiled, &exit_status)) return exit_status;
    exit_status = load(file, compiled.path, loaded);
    remove_temporary(&compiled);
    return exit_status;
}

void vvi_hypermodel_unload(vvi_loaded *loaded)
{
    if (loaded->library != NULL) dlclose(loaded->library);
    *loaded = (vvi_loaded){ 0 };
}

int vvi_hypermodel_explain(const char *file, const vv_explain_args *args, vv_explanation **explanation)
{
    vv_error error = { 0 };
    vvi_waiting waiting = { 0 };
    vvi_waiting_begin(&waiting, "looking at what the space holds");
    const vv_status status = vv_explain_with(args, explanation, &error);
    vvi_waiting_end(&waiting);
    if (status == VV_OK) return 0;
    return vvi_cli_complain(vvi_cli_input_status(status), "%s: %s", file,
                            error.text[0] == '\0' ? vv_strerror(status) : error.text);
}
