/* show_plots.c - the curves of a trial as plots, two beside each other, each with all executions of one metric. */
#include "report/report.h"

#include <string.h>

enum { MOST_PLOTS = 8, PLOT_WIDTH = 39, PLOT_GAP = 2, TITLE = 36 };

/* The curves of one metric, in the order of executions. */
typedef struct plotted {
    const char *metric;
    const vv_curve *const *curves;
    size_t n;
} plotted;

static bool is_new(const vv_trial *trial, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (trial->curves[k].n > 0 && strcmp(trial->curves[k].metric, trial->curves[i].metric) == 0) return false;
    return trial->curves[i].n > 0;
}

static size_t collect(const vv_trial *trial, const vv_curve **curves, plotted list[MOST_PLOTS])
{
    size_t n = 0, used = 0;
    for (size_t i = 0; i < trial->n_curves && n < MOST_PLOTS; i++) {
        if (!is_new(trial, i)) continue;
        list[n] = (plotted){ trial->curves[i].metric, curves + used, 0 };
        for (size_t k = i; k < trial->n_curves; k++)
            if (trial->curves[k].n > 0 && strcmp(trial->curves[k].metric, list[n].metric) == 0)
                curves[used++] = &trial->curves[k], list[n].n++;
        n++;
    }
    return n;
}

/* "val_loss (2 executions)" */
static void write_plot_title(const plotted *p, vvi_text *title)
{
    vvi_text_add_visible(title, p->metric, TITLE / 2);
    if (p->n > 1) vvi_text_printf(title, " (%zu executions)", p->n);
}

static void put_pair(const vvi_text *left, const vvi_text *right, FILE *out)
{
    if (left->data == NULL || (right != NULL && right->data == NULL)) return;
    size_t n = left->n;
    while (right == NULL && n > 0 && left->data[n - 1] == ' ') n--;
    const size_t columns = vvi_report_columns(left->data, n), wanted = PLOT_WIDTH + PLOT_GAP;
    fwrite(left->data, 1, n, out);
    if (right != NULL) {
        size_t m = right->n;
        while (m > 0 && right->data[m - 1] == ' ') m--;
        if (m > 0) fprintf(out, "%*s%.*s", (int)(columns < wanted ? wanted - columns : 1), "", (int)m, right->data);
    }
    fputc('\n', out);
}

static vv_status write_pair(const plotted *list, size_t n, const char *unit, FILE *out, vv_error *error)
{
    vvi_text lines[2][VVI_PLOT_LINES + 1] = { { { .n = 0 } } };
    bool failed = false;
    for (size_t i = 0; i < n; i++) {
        write_plot_title(&list[i], &lines[i][0]);
        vvi_report_plot(&(vvi_plot){ list[i].curves, list[i].n, PLOT_WIDTH, unit }, &lines[i][1]);
    }
    for (size_t row = 0; row <= VVI_PLOT_LINES; row++) {
        put_pair(&lines[0][row], n > 1 ? &lines[1][row] : NULL, out);
        for (size_t i = 0; i < n; i++) {
            failed = failed || lines[i][row].failed;
            vvi_text_deinit(&lines[i][row]);
        }
    }
    return failed ? vvi_no_memory(error) : VV_OK;
}

vv_status vvi_show_plots(const vv_trial *trial, const vvi_goals *goals, FILE *out, vv_error *error)
{
    plotted list[MOST_PLOTS];
    const vv_curve **curves = vvi_calloc(trial->n_curves + 1, sizeof *curves);
    if (curves == NULL) return vvi_no_memory(error);
    const size_t n = collect(trial, curves, list);
    vv_status status = VV_OK;
    const size_t beside = vvi_report_width(out) >= 2 * PLOT_WIDTH + PLOT_GAP ? 2 : 1;
    for (size_t i = 0; i < n && status == VV_OK; i += beside) {
        fputc('\n', out);
        status = write_pair(&list[i], n - i < beside ? n - i : beside, vvi_report_unit(goals), out, error);
    }
    vvi_free(curves);
    return status;
}
