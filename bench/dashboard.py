"""dashboard.py - what a dashboard costs and how late it is: first paint, an epoch's way to a viewer, 50 viewers, and what a search
loses to them, in pairs of runs with and without.

    VARVE=build/varve /usr/bin/python3 bench/dashboard.py [PAIRS]      writes a table on standard output
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", part) for part in ("web", "serve")]
import importlib.util

spec = importlib.util.spec_from_file_location("served", os.path.join(sys.path[1], "dashboard.py"))
served = importlib.util.module_from_spec(spec)
spec.loader.exec_module(served)
import webdriver

VIEWERS = 50


def cpu_of(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def first_paint(folder, d):
    with webdriver.Browser(folder) as browser:
        times = []
        for _ in range(5):
            browser.open("about:blank")
            browser.open(d.url + "study/live")
            browser.one("#top .facts")
            times.append(browser.script("return performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    return statistics.median(times) / 1000


def epoch_delays(d, seconds):
    """From the moment in which an epoch is in the study, as another reader sees it, to a viewer's event that tells of it or of a
    later one."""
    import sqlite3
    seen, told = {}, []
    stop = threading.Event()

    def read():
        db = sqlite3.connect(f"file:{d.folder}/live/study.db?mode=ro", uri=True)
        while not stop.is_set():
            for trial, epochs in db.execute("SELECT id, epochs_total FROM trials WHERE status = 'RUNNING'"):
                seen.setdefault((trial, epochs), time.monotonic())
            time.sleep(0.005)

    threading.Thread(target=read, daemon=True).start()
    events, end = d.events("live"), time.monotonic() + seconds
    while time.monotonic() < end:
        _, data = events.next()
        now = time.monotonic()
        for one in data["running"]:
            told.append((one["trial"], one["epochs"], now))
    stop.set()
    events.close()
    delays = []
    for (trial, epochs), at in list(seen.items()):
        later = [time for which, n, time in told if which == trial and n >= epochs and time >= at]
        if later:
            delays.append(later[0] - at)
    return sorted(delays)


def watch(d, viewers, stop):
    """Viewers that read all they are told."""
    def view(events):
        try:
            while not stop.is_set() and events.next():
                pass
        except (EOFError, OSError):
            pass
        events.close()
    list(map(lambda one: threading.Thread(target=view, args=(one,), daemon=True).start(), viewers))


def timed_search(folder, project, seed):
    began = time.monotonic()
    served.search(folder, project, "--max-trials", "40", "--epochs", "400", "--workers", "2", "--seed", str(seed), "--overwrite", "--tuner",
                  "random")
    return time.monotonic() - began


def pair(folder, seed, looked_first):
    """Seconds of the same search without and with a page's worth of requests and a viewer."""
    def alone():
        return timed_search(folder, "paired", seed)

    def looked_at():
        with served.Dashboard(folder) as d:
            stop = threading.Event()

            def look():
                parts = ["trials", "question", "about"] + ["figures/" + one["kind"] for one in kinds]
                while not stop.is_set():
                    for part in parts:
                        try:
                            d.get("/api/studies/paired/" + part)
                        except OSError:
                            pass
                    time.sleep(1)
            kinds = d.json("/api/studies/paired/figures")
            stream = d.events("paired")
            watch(d, [stream], stop)
            threading.Thread(target=look, daemon=True).start()
            took = timed_search(folder, "paired", seed)
            stop.set()
            return took
    if looked_first:
        with_it = looked_at()
        return alone(), with_it
    without = alone()
    return without, looked_at()


def main():
    folder = tempfile.mkdtemp(prefix="varve-bench-")
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    try:
        served.write_inputs(folder)
        live = served.search(folder, "live", "--max-trials", "100000", "--epochs", "40", "--workers", "2", slow_ms=100, wait=False)
        served.until(lambda: os.path.exists(folder + "/live/study.db"), "the search")
        time.sleep(5)
        with served.Dashboard(folder) as d:
            if webdriver.find():
                print(f"| first contentful paint of a study's page | {first_paint(folder, d):.2f} s |")
            delays = epoch_delays(d, 20)
            print(f"| an epoch, from the study to a viewer: median, 99 %, most of {len(delays)} | {statistics.median(delays):.2f} s, "
                  f"{delays[int(0.99 * (len(delays) - 1))]:.2f} s, {delays[-1]:.2f} s |")
            for n in (1, VIEWERS):
                stop, before, began = threading.Event(), cpu_of(d.process.pid), time.monotonic()
                watch(d, [d.events("live") for _ in range(n)], stop)
                time.sleep(15)
                share = (cpu_of(d.process.pid) - before) / (time.monotonic() - began)
                print(f"| the server's share of a core with {n} {'viewer' if n == 1 else 'viewers'}, 20 epochs a second | {100 * share:.1f} % |")
                stop.set()
                time.sleep(1)
        live.terminate()
        live.wait()
        timed_search(folder, "paired", 1)
        ratios = []
        for i in range(pairs):
            without, with_it = pair(folder, i, i % 2 == 1)
            ratios.append(with_it / without - 1)
            print(f"| a search of 40 trials of 400 epochs, pair {i + 1}: without, with a page open | {without:.2f} s, {with_it:.2f} s |")
        print(f"| slow-down, median of {pairs} pairs | {100 * statistics.median(ratios):+.1f} % |")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
