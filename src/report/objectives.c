/* objectives.c - what is improved, what must be kept to, and what a trial has of both, in words. */
#include "report/report.h"
#include "study/study.h"
#include "tuner/tuner.h"

#include <math.h>

void vvi_report_objectives(vvi_text *text, const vv_objectives *objectives)
{
    for (size_t i = 0; i < objectives->n; i++) {
        vvi_text_printf(text, "%s%s ", i == 0 ? "" : ", ", objectives->list[i].maximize ? "maximizing" : "minimizing");
        vvi_text_add_visible(text, objectives->list[i].name, 0);
    }
}

void vvi_report_constraints(vvi_text *text, const vv_constraints *constraints)
{
    for (size_t i = 0; i < constraints->n; i++) {
        if (i > 0) vvi_text_printf(text, ", ");
        vvi_constraint_format(&constraints->list[i], text);
    }
}

int vvi_report_score(const char *name, double score, char *text, size_t size)
{
    char count[VVI_FORMAT_SIZE];
    const bool counted = name != NULL && vvi_resource_find(name) != NULL && score >= 0 && score < 0x1p53 &&
                         score <= floor(score); /* a function's metric may have such a name, too */
    return counted ? snprintf(text, size, "%s", vvi_format_count((uint64_t)score, count))
                   : vvi_report_number(score, text, size);
}

void vvi_report_scores(vvi_text *text, const vv_trial *trial, const vv_objectives *objectives)
{
    char number[VVI_NUMBER_SIZE];
    for (size_t i = 0; i < trial->n_scores; i++) {
        const char *name = i < objectives->n ? objectives->list[i].name : "score";
        vvi_report_score(name, trial->scores[i], number, sizeof number);
        if (i > 0) vvi_text_printf(text, ", ");
        vvi_text_add_visible(text, name, 0);
        vvi_text_printf(text, " %s", number);
    }
    if (!(trial->violation > 0)) return;
    vvi_report_number(trial->violation, number, sizeof number);
    vvi_text_printf(text, "%sexceeds constraints by %s", trial->n_scores == 0 ? "" : ", ", number);
}

const char *vvi_report_unit(const vvi_goals *goals)
{
    return goals->function ? "step" : "epoch";
}
