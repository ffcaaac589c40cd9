/* messages.c - the events that TensorBoard reads: a file's version, where a run goes on, scalars, sessions of the HParams plugin.
 *
 * A session is one execution of a trial, and the trial is the group that it belongs to: the plugin shows a group as one row.
 */
#include "report/tensorboard/messages.h"

#include <string.h>

/* Event */
enum { WALL_TIME = 1, STEP = 2, FILE_VERSION = 3, SUMMARY = 5, SESSION_LOG = 7 };
/* Summary, Summary.Value, SummaryMetadata, PluginData */
enum { SUMMARY_VALUE = 1, VALUE_TAG = 1, VALUE_SIMPLE = 2, VALUE_TENSOR = 8, VALUE_METADATA = 9 };
enum { METADATA_PLUGIN = 1, METADATA_CLASS = 4, CLASS_TENSOR = 2, PLUGIN_NAME = 1, PLUGIN_CONTENT = 2 };
/* TensorProto, TensorShapeProto */
enum { TENSOR_TYPE = 1, TENSOR_SHAPE = 2, TENSOR_FLOATS = 5, TYPE_FLOAT = 1, SHAPE_DIM = 2, DIM_SIZE = 1 };
/* SessionLog */
enum { SESSION_LOG_STATUS = 1, SESSION_LOG_START = 1 };
/* HParamsPluginData, SessionStartInfo and its map, SessionEndInfo */
enum { DATA_EXPERIMENT = 2, DATA_SESSION_START = 3, DATA_SESSION_END = 4 };
enum { START_HPARAMS = 1, START_GROUP = 4, START_TIME = 5, MAP_KEY = 1, MAP_VALUE = 2 };
enum { END_STATUS = 1, END_TIME = 2 };

/* ---- events ----------------------------------------------------------------------------------------------------- */

static void begin_event(vvi_text *event, double time, int step)
{
    vvi_wire_double(event, WALL_TIME, time);
    vvi_wire_number(event, STEP, (uint64_t)step);
}

void vvi_event_version(vvi_text *event, double time)
{
    vvi_wire_double(event, WALL_TIME, time);
    vvi_wire_text(event, FILE_VERSION, "brain.Event:2");
}

void vvi_event_start(vvi_text *event, double time, int step)
{
    vvi_text log = { 0 };
    begin_event(event, time, step);
    vvi_wire_number(&log, SESSION_LOG_STATUS, SESSION_LOG_START);
    vvi_wire_message(event, SESSION_LOG, &log);
}

void vvi_event_scalars(vvi_text *event, double time, const vv_event *epoch)
{
    vvi_text summary = { 0 };
    for (size_t i = 0; i < epoch->n_metrics; i++) {
        vvi_text value = { 0 };
        vvi_wire_text(&value, VALUE_TAG, epoch->metrics[i]);
        vvi_wire_float(&value, VALUE_SIMPLE, (float)epoch->values[i]);
        vvi_wire_message(&summary, SUMMARY_VALUE, &value);
    }
    begin_event(event, time, epoch->epoch);
    vvi_wire_message(event, SUMMARY, &summary);
}

/* ---- what the HParams plugin reads ------------------------------------------------------------------------------ */

/* It reads what belongs to a tag, and wants a tensor that the tag is of: one zero. */
static void add_tensor(vvi_text *value)
{
    vvi_text tensor = { 0 }, shape = { 0 }, dim = { 0 }, zero = { 0 };
    vvi_wire_number(&tensor, TENSOR_TYPE, TYPE_FLOAT);
    vvi_wire_number(&dim, DIM_SIZE, 1);
    vvi_wire_message(&shape, SHAPE_DIM, &dim);
    vvi_wire_message(&tensor, TENSOR_SHAPE, &shape);
    vvi_text_add(&zero, "\0\0\0\0", 4);
    vvi_wire_message(&tensor, TENSOR_FLOATS, &zero);
    vvi_wire_message(value, VALUE_TENSOR, &tensor);
}

static void add_plugin_event(vvi_text *event, double time, const char *tag, unsigned kind, vvi_text *part)
{
    vvi_text data = { 0 }, plugin = { 0 }, metadata = { 0 }, value = { 0 }, summary = { 0 };
    vvi_wire_message(&data, kind, part);
    vvi_wire_text(&plugin, PLUGIN_NAME, "hparams");
    vvi_wire_message(&plugin, PLUGIN_CONTENT, &data);
    vvi_wire_message(&metadata, METADATA_PLUGIN, &plugin);
    vvi_wire_number(&metadata, METADATA_CLASS, CLASS_TENSOR);
    vvi_wire_text(&value, VALUE_TAG, tag);
    vvi_wire_message(&value, VALUE_METADATA, &metadata);
    add_tensor(&value);
    vvi_wire_message(&summary, SUMMARY_VALUE, &value);
    begin_event(event, time, 0);
    vvi_wire_message(event, SUMMARY, &summary);
}

/* Of the trial's values, which are those that its build has asked for. */
void vvi_event_session_start(vvi_text *event, double time, const vv_trial *trial)
{
    vvi_text start = { 0 };
    char group[32];
    for (size_t i = 0; i < trial->n_values; i++) {
        vvi_text entry = { 0 };
        vvi_wire_text(&entry, MAP_KEY, trial->values[i].name);
        vvi_wire_value(&entry, MAP_VALUE, trial->values[i].value);
        vvi_wire_message(&start, START_HPARAMS, &entry);
    }
    snprintf(group, sizeof group, "trial %d", trial->id);
    vvi_wire_text(&start, START_GROUP, group);
    vvi_wire_double(&start, START_TIME, trial->began > 0 ? trial->began : time);
    add_plugin_event(event, time, "_hparams_/session_start_info", DATA_SESSION_START, &start);
}

void vvi_event_session_end(vvi_text *event, double time, vvi_session_status status)
{
    vvi_text end = { 0 };
    vvi_wire_number(&end, END_STATUS, (uint64_t)status);
    vvi_wire_double(&end, END_TIME, time);
    add_plugin_event(event, time, "_hparams_/session_end_info", DATA_SESSION_END, &end);
}

void vvi_event_experiment(vvi_text *event, double time, vvi_text *experiment)
{
    add_plugin_event(event, time, "_hparams_/experiment", DATA_EXPERIMENT, experiment);
}
