/* insight_helper.h - studies to read frames from: a folder of its own for each test, and trials in a line or two. */
#ifndef VARVE_TESTS_INSIGHT_HELPER_H
#define VARVE_TESTS_INSIGHT_HELPER_H

#include "unit/study/study_helper.h"

#include "insight/insight.h"
#include "study/study.h"

/* A trial of these values; returns its id. RUNNING. */
static inline int begin_with(vv_study *study, const vv_active *values, size_t n, const char *model_json)
{
    vv_error error = { 0 };
    int id = -1;
    const vvi_beginning beginning = { .values = values, .n_values = n, .model_json = model_json };
    must(vvi_trial_begin(study, &beginning, &id, &error), &error);
    return id;
}

static inline vv_active int_of(const char *name, double min, double max, int value)
{
    return (vv_active){ .name = name,
                        .domain = { .kind = VV_DOMAIN_INT,
                                    .type = VV_VALUE_INT,
                                    .min = min,
                                    .max = max,
                                    .step = 1,
                                    .default_value = { .type = VV_VALUE_INT, .i = (int)min } },
                        .value = { .type = VV_VALUE_INT, .i = value } };
}

static inline vv_active float_of(const char *name, double min, double max, vv_sampling sampling, double value)
{
    return (vv_active){ .name = name,
                        .domain = { .kind = VV_DOMAIN_FLOAT,
                                    .type = VV_VALUE_FLOAT,
                                    .min = min,
                                    .max = max,
                                    .sampling = sampling,
                                    .default_value = { .type = VV_VALUE_FLOAT, .f = min } },
                        .value = { .type = VV_VALUE_FLOAT, .f = value } };
}

static inline vv_active choice_of(const char *name, const vv_value *values, size_t n, size_t index)
{
    return (vv_active){ .name = name,
                        .domain = { .kind = VV_DOMAIN_CHOICE,
                                    .type = values[0].type,
                                    .values = values,
                                    .n_values = n,
                                    .default_value = values[0] },
                        .value = values[index] };
}

static inline vv_active bool_of(const char *name, bool value)
{
    return (vv_active){ .name = name,
                        .domain = { .kind = VV_DOMAIN_BOOL,
                                    .type = VV_VALUE_BOOL,
                                    .default_value = { .type = VV_VALUE_BOOL, .b = false } },
                        .value = { .type = VV_VALUE_BOOL, .b = value } };
}

static inline vvi_frame read_frame(const vv_study *study, const vvi_frame_args *args)
{
    vv_error error = { 0 };
    vvi_frame frame;
    must(vvi_frame_read(study, args, &frame, &error), &error);
    return frame;
}

static inline const vvi_variable *variable_of(const vvi_frame *frame, const char *name)
{
    for (size_t i = 0; i < frame->n_variables; i++)
        if (strcmp(frame->variables[i].name, name) == 0) return &frame->variables[i];
    fail_msg("there is no variable %s", name);
    return NULL;
}

#endif
