/* search_lines.c - see search_lines.h. */
#include "search_lines.h"
#include "base/base.h"

#include <jansson.h>
#include <string.h>
#include <zlib.h>

enum { MOST_BYTES = 1024 };

static bool add(bench_lines *lines, const bench_line *line)
{
    if (lines->n == lines->most) {
        const size_t most = lines->most == 0 ? 256 : 2 * lines->most;
        bench_line *list = vvi_realloc(lines->list, most * sizeof *list);
        if (list == NULL) return false;
        lines->list = list;
        lines->most = most;
    }
    lines->list[lines->n++] = *line;
    return true;
}

static bool parse(const char *text, bench_line *line)
{
    const char *method, *problem;
    json_t *root = json_loads(text, 0, NULL);
    const bool whole = json_unpack(root, "{s:s, s:s, s:i, s:F, s:[F, F, F], s:F}", "m", &method, "p", &problem, "s",
                                   &line->seed, "t", &line->seconds, "q", &line->regret[0], &line->regret[1],
                                   &line->regret[2], "auc", &line->log_regret) == 0;
    if (whole) {
        snprintf(line->method, sizeof line->method, "%s", method);
        line->problem = bench_problem_find(problem);
    }
    json_decref(root);
    return whole && line->problem != NULL;
}

static vv_status read_all(bench_lines *lines, gzFile file, const char *path, vv_error *error)
{
    char text[MOST_BYTES];
    bench_line line;
    for (int number = 1; gzgets(file, text, sizeof text) != NULL; number++) {
        if (!parse(text, &line)) return vvi_fail(error, VV_FORMAT, "%s:%d: not a line of this benchmark", path, number);
        if (!add(lines, &line)) return vvi_no_memory(error);
    }
    return VV_OK;
}

vv_status bench_lines_read(bench_lines *lines, const char *path, vv_error *error)
{
    gzFile file = gzopen(path, "r");
    if (file == NULL) return vvi_fail(error, VV_IO, "%s cannot be read", path);
    const vv_status status = read_all(lines, file, path, error);
    gzclose(file);
    return status;
}

bool bench_lines_have(const bench_lines *lines, const char *method, const bench_problem *problem, int seed)
{
    for (size_t i = 0; i < lines->n; i++) {
        const bench_line *line = &lines->list[i];
        if (line->seed == seed && line->problem == problem && strcmp(line->method, method) == 0) return true;
    }
    return false;
}

void bench_lines_deinit(bench_lines *lines)
{
    vvi_free(lines->list);
    *lines = (bench_lines){ 0 };
}

void bench_line_write(FILE *file, const bench_line *line)
{
    fprintf(file,
            "{\"m\": \"%s\", \"p\": \"%s\", \"s\": %d, \"t\": %.4f, \"q\": [%.17g, %.17g, %.17g], \"auc\": %.17g}\n",
            line->method, line->problem->name, line->seed, line->seconds, line->regret[0], line->regret[1],
            line->regret[2], line->log_regret);
    fflush(file);
}
