"""The safetensors format, written and read by hand: u64 header size, JSON header, raw little-endian tensors."""
import json
import struct

import numpy as np

DTYPES = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8")}


def write(path, tensors, metadata):
    """tensors: name -> float32 or float64 array. metadata: name -> text."""
    header, blobs, at = {"__metadata__": metadata}, [], 0
    # Wide types first, so that every tensor is aligned to its element size; by name within one type.
    for name, a in sorted(tensors.items(), key=lambda t: (-t[1].dtype.itemsize, t[0])):
        kind = {4: "F32", 8: "F64"}[a.dtype.itemsize]
        blob = np.ascontiguousarray(a, DTYPES[kind]).tobytes()
        header[name] = {"dtype": kind, "shape": list(a.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read(path):
    """Returns (tensors, metadata); raises if the tensors do not tile the file exactly."""
    with open(path, "rb") as f:
        data = f.read()
    size = struct.unpack("<Q", data[:8])[0]
    header, body = json.loads(data[8:8 + size]), data[8 + size:]
    metadata, tensors, at = header.pop("__metadata__", {}), {}, 0
    for name, t in sorted(header.items(), key=lambda t: t[1]["data_offsets"]):
        first, last = t["data_offsets"]
        if first != at:
            raise ValueError(f"{path}: {name} starts at {first}, not at {at}")
        at = last
        tensors[name] = np.frombuffer(body[first:last], DTYPES[t["dtype"]]).reshape(t["shape"])
    if at != len(body):
        raise ValueError(f"{path}: {len(body) - at} bytes after the last tensor")
    return tensors, metadata
