"""report.py VARVE BENCH_BIG_STUDY [FOLDER] - what a report of 10,000 trials with 20 hyperparameters costs: seconds to write it, its
size, and in headless Chromium seconds until it is there, and until every figure of it is drawn. One JSON line; the least of three
runs each, for whatever else the machine does only adds.

Makes the study in FOLDER unless it is there.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "web"))
import webdriver

RUNS = 3


def write_report(varve, study, path):
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.monotonic()
    subprocess.run([varve, "report", study, "-o", path], check=True)
    return time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def open_report(browser, path):
    """Seconds from the start of the navigation: until what is first seen is drawn; until everything is."""
    browser.open("about:blank")
    browser.open("file://" + path)
    browser.one("main h1")
    there = browser.script("return performance.getEntriesByType('paint').concat(performance.getEntriesByType('navigation'))"
                           ".map((e) => e.loadEventEnd || e.startTime).reduce((a, b) => Math.max(a, b)) / 1000")
    drawn = browser.script("const began = performance.now(); window.dispatchEvent(new Event('beforeprint'));"
                           "return (performance.now() - began) / 1000")
    figures = browser.script("return Array.from(document.querySelectorAll('#figures figure')).every((f) => f.varveFigure.drawn)")
    assert figures and browser.messages() == []
    return there, there + drawn


def main():
    varve, big_study = (os.path.abspath(word) for word in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as scratch:
        study = sys.argv[3] if len(sys.argv) > 3 else os.path.join(scratch, "big")
        if not os.path.exists(os.path.join(study, "study.db")):
            subprocess.run([big_study, study], check=True, stdout=subprocess.DEVNULL)
        path = os.path.join(scratch, "report.html")
        written = [write_report(varve, study, path) for _ in range(RUNS)]
        with webdriver.Browser(scratch) as browser:
            opened = [open_report(browser, path) for _ in range(RUNS)]
        print(json.dumps({
            "trials": 10000, "report_bytes": os.path.getsize(path),
            "write_s": round(min(wall for wall, _ in written), 2), "write_cpu_s": round(min(cpu for _, cpu in written), 2),
            "there_s": round(min(there for there, _ in opened), 2), "all_drawn_s": round(min(drawn for _, drawn in opened), 2),
            "load": round(os.getloadavg()[0], 1)}))


main()
