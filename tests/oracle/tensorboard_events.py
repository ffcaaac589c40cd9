"""tensorboard_events.py - event files, read by TensorBoard itself: its event accumulators and the backend of its HParams
plugin. Needs what requirements.txt names; see README.md.

    tensorboard_events.py DIR

prints what read_events.py prints, as far as TensorBoard says it, for compare_events.py.
"""

import json
import sys

from google.protobuf import json_format
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, event_accumulator, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups, metadata
from tensorboard.plugins.hparams import get_experiment as get_experiment_handler


def multiplexer_of(folder):
    multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance={"scalars": 0})
    multiplexer.AddRunsFromDirectory(folder)
    multiplexer.Reload()
    return multiplexer


def scalars_of(folder, run):
    """With the accumulator that other tools read event files with."""
    accumulator = event_accumulator.EventAccumulator(f"{folder}/{run}", size_guidance={"scalars": 0})
    accumulator.Reload()
    tags = accumulator.Tags()["scalars"]
    return {tag: {str(event.step): event.value for event in accumulator.Scalars(tag)} for tag in tags}


def session_of(multiplexer, run):
    parts = {}
    contents = multiplexer.PluginRunToTagToContent(metadata.PLUGIN_NAME).get(run, {})
    if metadata.SESSION_START_INFO_TAG in contents:
        start = metadata.parse_session_start_info_plugin_data(contents[metadata.SESSION_START_INFO_TAG])
        parts["hparams"] = {name: json_format.MessageToDict(value) for name, value in start.hparams.items()}
        parts["group"] = start.group_name
    if metadata.SESSION_END_INFO_TAG in contents:
        parts["status"] = metadata.parse_session_end_info_plugin_data(contents[metadata.SESSION_END_INFO_TAG]).status
    return parts


def hparams_backend(folder, multiplexer):
    provider = data_provider.MultiplexerDataProvider(multiplexer, folder)
    return backend_context.Context(base_plugin.TBContext(logdir=folder, multiplexer=multiplexer, data_provider=provider))


def dashboard_of(folder, multiplexer):
    """What the HParams dashboard asks the plugin for: the experiment, and its rows with the last metrics."""
    backend, request_context = hparams_backend(folder, multiplexer), context.RequestContext()
    experiment = get_experiment_handler.Handler(
        request_context, backend, "", api_pb2.GetExperimentRequest(include_metrics=True)
    ).run()
    contents = backend.hparams_metadata(request_context, "")
    request = api_pb2.ListSessionGroupsRequest(
        slice_size=1000,
        include_metrics=True,
        allowed_statuses=[api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE, api_pb2.STATUS_RUNNING, api_pb2.STATUS_UNKNOWN],
        col_params=[api_pb2.ColParams(metric=info.name) for info in experiment.metric_infos],
    )
    groups = list_session_groups.Handler(
        request_context, backend, "", request
    ).run()
    return experiment, groups, contents


def describe(experiment, groups):
    return {
        "hparams": [info.name for info in experiment.hparam_infos],
        "metrics": [info.name.tag for info in experiment.metric_infos],
        "groups": {
            group.name: {
                "sessions": len(group.sessions),
                "hparams": json_format.MessageToDict(group)["hparams"],
                "metrics": {value.name.tag: value.value for value in group.metric_values},
            }
            for group in groups.session_groups
        },
    }


def read(folder):
    multiplexer = multiplexer_of(folder)
    runs = {run: {"scalars": scalars_of(folder, run), **session_of(multiplexer, run)} for run in multiplexer.Runs()}
    experiment, groups, _ = dashboard_of(folder, multiplexer)
    return {"runs": runs, "dashboard": describe(experiment, groups)}


if __name__ == "__main__":
    json.dump(read(sys.argv[1]), sys.stdout)
    print()
