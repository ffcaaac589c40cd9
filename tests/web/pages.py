"""pages.py - what the tests of pages share: studies that varve makes, a page's claims, and how a test of them ends.

A test is a function that takes a browser; `run` runs them one after the other in one browser, as far as they hold, keeps a picture
of the page that a claim failed on, and exits 77 where there is no chromedriver: what was not tested is said.
Words of the command line name those to run. From the environment: VARVE, the command; VARVE_SOURCE, VARVE_BUILD, the trees.
"""
import os
import subprocess
import sys
import tempfile
import time
import traceback

import webdriver

SKIP = 77
VARVE = os.environ.get("VARVE", "varve")
SOURCE = os.environ.get("VARVE_SOURCE", os.path.join(os.path.dirname(__file__), "..", ".."))
SHOTS = os.path.join(os.environ.get("VARVE_BUILD", tempfile.gettempdir()), "web")

MODEL = r"""
#include <varve/varve.h>
static vv_model *build(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    const int layers = vv_int(hp, "layers", .min = 1, .max = 3);
    for (int i = 0; i < layers; i++) {
        const int units = vv_choice_int(hp, vv_name(hp, "units_%d", i), VV_INTS(4, 8, 16));
        vv_add(m, vv_dense(units, .activation = VV_TANH));
    }
    const double rate = vv_float(hp, "learning_rate", .min = 1e-4, .max = 1e-1, .sampling = VV_SAMPLE_LOG);
    vv_add(m, vv_dense(1));
    vv_compile(m, .optimizer = vv_adam(.learning_rate = rate), .loss = VV_MSE, .metrics = VV_METRICS(VV_METRIC_MAE));
    return m;
}
VV_HYPERMODEL(.build = build, .objective = "val_loss", .max_trials = 30, .executions_per_trial = 2, .epochs = 4);
"""


def claim(truth, what):
    if not truth:
        raise AssertionError(what)


def varve(*words, code=0):
    """What it prints; code None: it may fail."""
    done = subprocess.run([VARVE, *words], capture_output=True, text=True, errors="replace")
    claim(code is None or done.returncode == code, f"varve {' '.join(words)} exits with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def write(path, text):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def write_table(path):
    rows = ["a,b,c,d,y"]
    for i in range(60):
        a, b, c, d = i * 7 % 13 / 13, i * 5 % 11 / 11, i * 3 % 17 / 17, i % 5 / 5
        rows.append(f"{a:.4f},{b:.4f},{c:.4f},{d:.4f},{a - 2 * b + c * d:.4f}")
    write(path, "\n".join(rows) + "\n")


def search(project, *options):
    """A real search of networks, in the current folder."""
    write("model.c", MODEL)
    write_table("table.csv")
    varve("search", "model.c", "--data", "csv:table.csv?target=y", "--project", project, *options)


def quoted(text):
    """As YAML in double quotes."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(c, c if c.isprintable() else f"\\u{ord(c):04x}") for c in text) + '"'


def tune(project, rows, script, *options, objective="score:max", trials=4, code=0):
    """A search with a shell script as its objective; rows: (name, domain in YAML)."""
    write(project + ".yaml", f"objective: {objective}\nspace:\n" + "".join(f"  {quoted(name)}: {domain}\n" for name, domain in rows))
    varve("tune", project + ".yaml", "--tuner", "random", "--max-trials", str(trials), "--project", project, *options, "--", "sh", "-c",
          script, code=code)


def report(project):
    varve("report", project, "-o", project + ".html")
    return "file://" + os.path.abspath(project + ".html")


# ---- claims about any page ----------------------------------------------------------------------------------------------


def is_clean(browser):
    messages = browser.messages()
    claim(not messages, f"the console was told: {messages[:5]}")


def fits(browser, width):
    """Nothing is wider than the window, but what scrolls by itself."""
    browser.resize(width)
    wide = browser.script("return document.documentElement.scrollWidth")
    claim(wide <= width, f"the page is {wide} pixels wide in a window of {width}")


def draw_all(browser):
    """All figures, also those that nobody has scrolled to."""
    browser.script("window.dispatchEvent(new Event('beforeprint'))")


def keep(browser, name):
    browser.save(os.path.join(SHOTS, name + ".png"))


def plots(browser, selector=".plot"):
    return browser.one(selector)


def hover(browser, plot, x, y):
    """At a place within a plot's element."""
    box = browser.box(plot)
    browser.pointer(("move", box[0] + x - 3, box[1] + y), ("move", box[0] + x, box[1] + y))


def mark_at(browser, plot, mark=0, i=None):
    """Where the i-th spot of a plot is, within its element; without i one of the middle."""
    return browser.script("""
        const handle = arguments[0].closest('.panel').varvePanel, plot = handle.plot;
        const spots = plot.marks.flatMap((mark) => varve.spots(plot, mark)).filter((spot) => spot.mark.trials);
        const spot = spots[arguments[1] === null ? Math.floor(spots.length / 2) : arguments[1]];
        return [spot.x + plot.left, spot.y + plot.top, spot.mark.trials[spot.i]]""", plot, i)


def ticks(browser, plot):
    return browser.script("return Array.from(arguments[0].querySelectorAll('.axes text')).map((t) => t.textContent)", plot)


# ---- running -------------------------------------------------------------------------------------------------------------


def run_one(browser, test):
    began = time.monotonic()
    try:
        browser.resize(1280)
        browser.prefer("light")
        test(browser)
    except Exception:
        print(f"FAILED  {test.__name__}\n{traceback.format_exc()}", flush=True)
        keep(browser, "failed-" + test.__name__)
        return False
    print(f"ok      {test.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
    return True


def run(tests):
    if webdriver.find() is None:
        print("SKIPPED: there is no chromedriver with a browser; pages were not tested")
        sys.exit(77 if not os.environ.get("CI") and not os.environ.get("VARVE_REQUIRE_ALL") else 1)
    os.makedirs(SHOTS, exist_ok=True)
    tests = [test for test in tests if not sys.argv[1:] or test.__name__ in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="varve-web-") as work:
        os.chdir(work)
        os.environ["XDG_CACHE_HOME"] = os.path.join(work, "cache")
        with webdriver.Browser(work) as browser:
            done = all(run_one(browser, test) for test in tests)
        os.chdir("/")
    sys.exit(0 if done else 1)
