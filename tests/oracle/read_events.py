"""read_events.py - TensorBoard's event files, read by the formats alone: TFRecord, CRC-32C, protocol buffers.

    read_events.py DIR

prints one JSON object: for each run its scalars by tag and step and its HParams session, the experiment, and how many files,
whole records and torn ends there were. Whatever is not as it should be ends it. Nothing is shared with what writes the
files: the checks are made bit by bit, messages are taken apart field by field.
"""

import json
import os
import struct
import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path, counts):
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        if len(data) - at < 12:
            counts["torn"] += 1
            return
        (n,) = struct.unpack("<Q", data[at : at + 8])
        (check,) = struct.unpack("<I", data[at + 8 : at + 12])
        assert check == masked(data[at : at + 8]), f"{path}: the length at {at} is damaged"
        if len(data) - at < 16 + n:
            counts["torn"] += 1
            return
        record = data[at + 12 : at + 12 + n]
        (check,) = struct.unpack("<I", data[at + 12 + n : at + 16 + n])
        assert check == masked(record), f"{path}: the record at {at} is damaged"
        counts["records"] += 1
        at += 16 + n
        yield record


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


SIZES = {1: ("<d", 8), 5: ("<f", 4)}


def fields(data):
    """{number: [values]}: ints, floats, bytes."""
    found, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            n, at = varint(data, at)
            assert at + n <= len(data), "a field is longer than its message"
            value, at = data[at : at + n], at + n
        else:
            form, n = SIZES[kind]
            (value,) = struct.unpack(form, data[at : at + n])
            at += n
        found.setdefault(key >> 3, []).append(value)
    return found


def one(message, number, default=None):
    values = message.get(number, [default])
    assert len(values) == 1, f"field {number} is there {len(values)} times"
    return values[0]


def text(message, number):
    return one(message, number, b"").decode("utf-8")


def value_of(data):
    """google.protobuf.Value"""
    message = fields(data)
    assert len(message) == 1, message
    kinds = {2: lambda: one(message, 2), 3: lambda: text(message, 3), 4: lambda: bool(one(message, 4))}
    return kinds[next(iter(message))]()


def take_start(run, message):
    start = fields(one(message, 3))
    entries = [fields(entry) for entry in start.get(1, [])]
    run["hparams"] = {text(entry, 1): value_of(one(entry, 2)) for entry in entries}
    assert len(run["hparams"]) == len(entries)
    run["group"], run["began"] = text(start, 4), one(start, 5)


def take_end(run, message):
    end = fields(one(message, 4))
    run["status"], run["ended"] = one(end, 1), one(end, 2)


def domain_of(info):
    if 5 in info:
        return [value_of(value) for value in fields(one(info, 5)).get(1, [])]
    interval = fields(one(info, 6)) if 6 in info else {}
    return {"min": one(interval, 1), "max": one(interval, 2)} if interval else None


def take_experiment(run, message):
    experiment = fields(one(message, 2))
    infos = [fields(info) for info in experiment.get(4, [])]
    metrics = [fields(info) for info in experiment.get(5, [])]
    run["experiment"] = {
        "name": text(experiment, 6),
        "hparams": [{"name": text(i, 1), "type": one(i, 4), "domain": domain_of(i)} for i in infos],
        "metrics": [{"tag": text(fields(one(m, 1)), 2), "dataset": one(m, 5)} for m in metrics],
    }


PLUGIN = {
    "_hparams_/session_start_info": take_start,
    "_hparams_/session_end_info": take_end,
    "_hparams_/experiment": take_experiment,
}


def take_value(run, step, data):
    value = fields(data)
    tag = text(value, 1)
    if 2 in value:
        run["scalars"].setdefault(tag, {})[step] = one(value, 2)
        return
    metadata = fields(one(value, 9))
    plugin = fields(one(metadata, 1))
    assert text(plugin, 1) == "hparams" and one(metadata, 4) == 2, tag
    assert fields(one(value, 8)) == {1: [1], 2: [b"\x12\x02\x08\x01"], 5: [b"\0\0\0\0"]}, "one zero"
    PLUGIN[tag](run, fields(one(plugin, 2)))


def void_from(run, step):
    for steps in run["scalars"].values():
        for later in [s for s in steps if s >= step]:
            del steps[later]


def take_event(run, data):
    event = fields(data)
    assert one(event, 1) > 1e9, "a time"
    step = one(event, 2, 0)
    if 3 in event:
        assert text(event, 3) == "brain.Event:2"
    elif 7 in event:
        assert fields(one(event, 7)) == {1: [1]}, "a start"
        void_from(run, step)
    else:
        for value in fields(one(event, 5)).get(1, []):
            take_value(run, step, value)


def read(folder):
    runs, counts = {}, {"files": 0, "records": 0, "torn": 0}
    for path, _, names in os.walk(folder):
        for name in sorted(n for n in names if "tfevents" in n):
            counts["files"] += 1
            run = runs.setdefault(os.path.relpath(path, folder), {"scalars": {}})
            for record in records(os.path.join(path, name), counts):
                take_event(run, record)
    return {"runs": runs, **counts}


if __name__ == "__main__":
    json.dump(read(sys.argv[1]), sys.stdout)
    print()
