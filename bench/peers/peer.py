"""What the peer programs share. Import it before Keras: it picks the backend and the cores."""
import os
import platform
import resource
import time
from importlib.metadata import version


def since_start():
    """Seconds since this process started, the interpreter's own start included."""
    with open("/proc/self/stat") as f:
        ticks = int(f.read().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def prepare(backend, cores):
    """Keras on `backend`, on the first `cores` of this process' cores, with as many threads."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    os.environ.update(KERAS_BACKEND=backend, TF_CPP_MIN_LOG_LEVEL="3", JAX_PLATFORMS="cpu", CUDA_VISIBLE_DEVICES="-1")
    for name in ("OMP", "MKL", "OPENBLAS", "TF_NUM_INTRAOP", "TF_NUM_INTEROP"):
        os.environ[name + "_NUM_THREADS"] = str(cores)


def about(backend, packages=("keras", "numpy")):
    """The machine and the versions, for a JSON line."""
    package = {"tensorflow": "tensorflow-cpu"}.get(backend, backend)
    with open("/proc/cpuinfo") as f:
        cpu = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "?")
    return {"backend": backend, "cpu": cpu, "cores": len(os.sched_getaffinity(0)),
            "versions": {"python": platform.python_version(), **{p: version(p) for p in (*packages, package)}}}


def peak_rss_mb():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
