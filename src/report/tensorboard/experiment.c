/* experiment.c - what the HParams plugin knows of a search before any trial: its hyperparameters with their domains, and the
 * metrics.
 *
 * A hyperparameter that is asked for with several domains is there once, with none. So is one whose values are too many to be
 * ticked one by one and are no interval either.
 */
#include "report/tensorboard/messages.h"

#include <string.h>

enum { TICKED = 64 };

/* Experiment */
enum { EXPERIMENT_CREATED = 3, EXPERIMENT_HPARAMS = 4, EXPERIMENT_METRICS = 5, EXPERIMENT_NAME = 6 };
/* HParamInfo, its types, Interval, ListValue */
enum { HPARAM_NAME = 1, HPARAM_TYPE = 4, HPARAM_DISCRETE = 5, HPARAM_INTERVAL = 6 };
enum { TYPE_STRING = 1, TYPE_BOOL = 2, TYPE_FLOAT64 = 3, INTERVAL_MIN = 1, INTERVAL_MAX = 2, LIST_VALUES = 1 };
/* google.protobuf.Value */
enum { VALUE_NUMBER = 2, VALUE_STRING = 3, VALUE_BOOL = 4 };
/* MetricInfo, MetricName */
enum { METRIC_NAME = 1, METRIC_DATASET = 5, METRIC_TAG = 2, DATASET_TRAINING = 1, DATASET_VALIDATION = 2 };

/* ---- values ----------------------------------------------------------------------------------------------------- */

static void add_int(vvi_text *message, vv_value value)
{
    vvi_wire_double(message, VALUE_NUMBER, (double)value.i);
}

static void add_float(vvi_text *message, vv_value value)
{
    vvi_wire_double(message, VALUE_NUMBER, value.f);
}

static void add_bool(vvi_text *message, vv_value value)
{
    vvi_wire_number(message, VALUE_BOOL, value.b);
}

static void add_string(vvi_text *message, vv_value value)
{
    vvi_wire_text(message, VALUE_STRING, value.s);
}

static const struct {
    unsigned type;
    void (*add)(vvi_text *message, vv_value value);
} types[] = { [VV_VALUE_INT] = { TYPE_FLOAT64, add_int },
              [VV_VALUE_FLOAT] = { TYPE_FLOAT64, add_float },
              [VV_VALUE_BOOL] = { TYPE_BOOL, add_bool },
              [VV_VALUE_STRING] = { TYPE_STRING, add_string } };

void vvi_wire_value(vvi_text *message, unsigned field, vv_value value)
{
    vvi_text part = { 0 };
    types[value.type].add(&part, value);
    vvi_wire_message(message, field, &part);
}

/* ---- hyperparameters -------------------------------------------------------------------------------------------- */

static void add_values(vvi_text *info, const vv_domain *domain, uint64_t n)
{
    vvi_text list = { 0 };
    for (uint64_t i = 0; i < n; i++) vvi_wire_value(&list, LIST_VALUES, vv_domain_at(domain, i));
    vvi_wire_message(info, HPARAM_DISCRETE, &list);
}

static void add_interval(vvi_text *info, const vv_domain *domain)
{
    vvi_text interval = { 0 };
    vvi_wire_double(&interval, INTERVAL_MIN, domain->min);
    vvi_wire_double(&interval, INTERVAL_MAX, domain->max);
    vvi_wire_message(info, HPARAM_INTERVAL, &interval);
}

static void add_domain(vvi_text *info, const vv_domain *domain)
{
    const uint64_t n = vv_domain_size(domain);
    const bool is_range = domain->kind == VV_DOMAIN_INT || domain->kind == VV_DOMAIN_FLOAT;
    const bool whole = domain->kind == VV_DOMAIN_INT && !(domain->step > 1);
    if (is_range && (n == 0 || whole))
        add_interval(info, domain);
    else if (n <= TICKED)
        add_values(info, domain, n);
    else if (is_range)
        add_interval(info, domain);
}

static void add_hyperparameter(vvi_text *experiment, const vv_explained *h, bool alone)
{
    vvi_text info = { 0 };
    vvi_wire_text(&info, HPARAM_NAME, h->name);
    vvi_wire_number(&info, HPARAM_TYPE, types[h->domain.type].type);
    if (alone) add_domain(&info, &h->domain);
    vvi_wire_message(experiment, EXPERIMENT_HPARAMS, &info);
}

/* How many of the first n rows have the name. */
static size_t count(const vv_explanation *e, size_t n, const char *name)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) found += strcmp(e->hyperparameters[i].name, name) == 0;
    return found;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

void vvi_experiment_begin(vvi_text *experiment, double time, const vv_event *begin)
{
    const vv_explanation *e = begin->explanation;
    vvi_wire_text(experiment, EXPERIMENT_NAME, vv_study_path(begin->study));
    vvi_wire_double(experiment, EXPERIMENT_CREATED, time);
    for (size_t i = 0; i < e->n_hyperparameters; i++) {
        const vv_explained *h = &e->hyperparameters[i];
        if (h->role == VV_ROLE_UNREACHABLE || count(e, i, h->name) > 0) continue;
        add_hyperparameter(experiment, h, count(e, e->n_hyperparameters, h->name) == 1);
    }
}

void vvi_experiment_metric(vvi_text *experiment, const char *name)
{
    vvi_text metric = { 0 }, full_name = { 0 };
    vvi_wire_text(&full_name, METRIC_TAG, name);
    vvi_wire_message(&metric, METRIC_NAME, &full_name);
    vvi_wire_number(&metric, METRIC_DATASET, strncmp(name, "val_", 4) == 0 ? DATASET_VALIDATION : DATASET_TRAINING);
    vvi_wire_message(experiment, EXPERIMENT_METRICS, &metric);
}
