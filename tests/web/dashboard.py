"""dashboard.py - the dashboard in a browser, over a search of two workers that runs: what happens is seen, what is asked for is
done."""
import os
import signal
import sys
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "serve"))

import pages
import webdriver
from pages import claim

# The helper of the tests over sockets has this file's name.
import importlib.util

spec = importlib.util.spec_from_file_location("serving_dashboard", os.path.join(sys.path[1], "dashboard.py"))
served = importlib.util.module_from_spec(spec)
spec.loader.exec_module(served)

HERE = {}


def dashboard():
    one = HERE["dashboard"]
    claim(one.process.poll() in (None, 0), f"the dashboard has ended with {one.process.poll()}: {one.log()[-1000:]}")
    return one


def status():
    return dashboard().json("/api/studies/live/status")


def open_study(browser, token=True):
    browser.open("about:blank")
    browser.script("return 0")
    browser.open(dashboard().url + "study/live" + ("#token=" + dashboard().token if token else ""))
    browser.one("#top .state .status")


class Button:
    """Found and pressed at once: a page that is live may put another in its place at any moment."""

    def __init__(self, browser, scope, title):
        self.browser, self.scope, self.title = browser, scope, title

    def click(self):
        self.browser.until(lambda: self.browser.script("""
            const one = Array.from(document.querySelectorAll(arguments[0] + ' button')).find((one) => one.textContent.startsWith(arguments[1]));
            if (one) one.click();
            return Boolean(one)""", self.scope, self.title), f"the button {self.title}")


def button(browser, scope, title):
    return Button(browser, scope, title)


def state(browser):
    return browser.one("#top .state").text


def asked(browser, text):
    return browser.until(lambda: browser.script("return document.querySelector('.asked') && document.querySelector('.asked').textContent.includes(arguments[0])", text),
                         f"\"{text}\" among what was asked for")


def picture(browser, name):
    for scheme in ("light", "dark"):
        browser.prefer(scheme)
        for width in (1280, 400):
            pages.fits(browser, width)
            time.sleep(0.3)
            pages.keep(browser, f"dashboard-{name}-{scheme}-{width}")
    browser.prefer("light")
    browser.resize(1280)


def studies_are_listed(browser):
    browser.open(dashboard().url + "#token=" + dashboard().token)
    browser.until(lambda: len(browser.all("tbody tr")) >= 2, "two studies")
    claim(browser.script("return location.hash") == "", "the token stays in the address")
    picture(browser, "studies")
    browser.script("document.querySelector(\"a[href='/study/live']\").click()") # at once: the list is made anew while it is looked at
    browser.one("#top .state .status")
    pages.is_clean(browser)


def an_epoch_is_seen_when_it_has_ended(browser):
    open_study(browser)
    browser.one(".run")
    def first():
        return browser.script("const run = document.querySelector('.run'); return run && [run.dataset.trial, run.querySelector('progress').value, "
                              "run.querySelectorAll('polyline')[0].points.numberOfItems]")
    browser.until(lambda: (first() or [0, 0])[1] > 0, "an epoch")
    before = first()
    browser.until(lambda: (now := first()) and now[0] == before[0] and now[1] > before[1] and now[2] > before[2] or now and now[0] != before[0],
                  "another epoch of the same trial")
    pages.is_clean(browser)


def a_page_that_is_gone_back_to_hears_again(browser):
    """Each time: as browsers do with a page that they keep."""
    open_study(browser)
    browser.one(".run")
    for _ in range(2):
        browser.script("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
        ended = status()["by_status"]["COMPLETED"]
        served.until(lambda: status()["by_status"]["COMPLETED"] > ended + 2, "trials that the page does not hear of")
        kept = browser.script("return Array.from(document.querySelectorAll('.run')).map((one) => one.dataset.trial).join()")
        browser.script("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        browser.until(lambda: browser.script("return Array.from(document.querySelectorAll('.run')).map((one) => one.dataset.trial).join()") != kept,
                      "that the page hears of other trials")
    pages.is_clean(browser)


def everything_is_drawn(browser):
    open_study(browser)
    browser.until(lambda: len(browser.all("#figures figure")) >= 8, "figures")
    for figure in browser.all("#figures figure"):
        browser.script("arguments[0].scrollIntoView({ block: 'center' })", figure)
        browser.until(lambda: browser.script("return arguments[0].querySelectorAll('.plot, .empty').length", figure), "a figure")
    browser.script("document.getElementById('trials').scrollIntoView()")
    browser.one("#trials tbody tr")
    browser.one("#question table")
    browser.script("scrollTo(0, 0)")
    picture(browser, "study")
    pages.is_clean(browser)


def a_trial_opens_down_to_its_layers(browser):
    open_study(browser)
    browser.script("document.getElementById('trials').scrollIntoView()")
    browser.one("#trials tbody td > button")
    browser.script("document.querySelector('#trials tbody td > button').focus()")
    browser.keys("enter")
    browser.one("#trial[open] .layers li")
    claim(len(browser.all("#trial .layers li")) >= 2, "the trial has no layers")
    pages.keep(browser, "dashboard-trial")
    browser.keys("escape")
    browser.until(lambda: not browser.all("#trial[open]"), "the dialog to close")
    pages.is_clean(browser)


def an_open_trial_that_runs_keeps_its_figure(browser):
    """With each epoch it gets newer numbers, and the page no other figure."""
    open_study(browser)
    epochs = "[...document.querySelectorAll('#trial .facts div')].filter((one) => one.textContent.startsWith('epochs')).map((one) => one.textContent).join()"
    def opened():
        return browser.script("""const run = document.querySelector('.run');
            if (!run || run.querySelector('progress').value > 8) return false;
            location.hash = '#trial-' + run.dataset.trial; return true""")
    browser.until(opened, "a trial that has just begun")
    browser.one("#trial[open] .figure .plot")
    browser.script("document.querySelector('#trial .figure').isTheFirst = true; document.querySelector('#trial details').open = true")
    before = browser.script(f"return {epochs}")
    browser.until(lambda: browser.script(f"return {epochs}") != before, "another epoch")
    claim(browser.script("return document.querySelector('#trial .figure').isTheFirst"), "the figure is another")
    claim(browser.script("return document.querySelector('#trial details').open"), "its table has closed")
    browser.keys("escape")
    browser.until(lambda: not browser.all("#trial[open]"), "the dialog to close")
    pages.is_clean(browser)


def focus_stays_while_the_page_changes(browser):
    open_study(browser)
    browser.one("#trials")
    browser.script("document.getElementById('trials').scrollIntoView()")
    field = browser.one("#trials input[type=search]")
    field.click()
    field.type("units_0>=4")
    trials = status()["by_status"]["COMPLETED"]
    served.until(lambda: status()["by_status"]["COMPLETED"] > trials + 1, "two more trials")
    time.sleep(1.5)
    claim(browser.script("return document.activeElement.value") == "units_0>=4", "the filter has lost the focus, or its words")
    pages.is_clean(browser)


def what_is_asked_without_the_token_asks_for_it(browser):
    browser.open(dashboard().url)
    browser.script("sessionStorage.clear()")
    open_study(browser, token=False)
    button(browser, "#top .buttons", "Pause").click()
    field = browser.one("#ask[open] #token")
    field.type("0" * 40)
    button(browser, "#ask", "Use it").click()
    browser.until(lambda: "not, or no longer" in browser.one("#ask").text, "that it is wrong")
    claim(not status()["paused"], "it was paused without the token")
    browser.keys("escape")
    browser.messages()


def a_search_pauses_and_goes_on(browser):
    open_study(browser)
    button(browser, "#top .buttons", "Pause").click()
    browser.until(lambda: "Paused" in state(browser), "a pause")
    browser.until(lambda: not browser.all(".run"), "no running trial")
    pages.keep(browser, "dashboard-paused")
    button(browser, "#top .buttons", "Go on").click()
    browser.until(lambda: "Searching" in state(browser) and browser.all(".run"), "a trial that runs")
    pages.is_clean(browser)


def a_trial_is_stopped(browser):
    open_study(browser)
    stopped = browser.until(lambda: browser.script("""const run = Array.from(document.querySelectorAll('.run')).find((one) => one.querySelector('progress').value < 8);
        if (run) run.querySelector('.buttons button').click(); return run && Number(run.dataset.trial)"""), "a trial to stop")
    browser.until(lambda: dashboard().json(f"/api/studies/live/trials/{stopped}")["status"] in ("PRUNED", "FAILED", "COMPLETED"), "its end")
    asked(browser, f"Stop trial {stopped}")
    trial = dashboard().json(f"/api/studies/live/trials/{stopped}")
    claim(trial["status"] != "COMPLETED" and "request" in trial["reason"], f"it ended as {trial['status']}: {trial.get('reason')}")
    pages.is_clean(browser)


def a_trial_is_enqueued_from_the_form(browser):
    open_study(browser)
    button(browser, "#top .buttons", "Enqueue").click()
    browser.one("#ask[open] .field")
    labels = [one.text for one in browser.all("#ask .field label")]
    claim(labels[:2] == ["layers", "units_0"], f"the form asks for {labels}")
    claim("only when" in browser.one("#ask .fields").text, "the form does not say when a hyperparameter is active")
    rate = browser.one("#ask input[type=number][max='0.1']")
    rate.clear()
    rate.type("0.0123")
    browser.script("const s = document.querySelectorAll('#ask select')[0]; s.selectedIndex = 2; s.dispatchEvent(new Event('change'))")
    pages.keep(browser, "dashboard-enqueue")
    button(browser, "#ask", "Enqueue it").click()
    browser.until(lambda: not browser.all("#ask[open]"), "the dialog to close")
    def enqueued():
        sheet = dashboard().json("/api/studies/live/trials")
        column = next(one for one in sheet["trials"]["columns"] if one["title"] == "learning_rate")
        return any(value is not None and abs(value - 0.0123) < 1e-9 for value in sheet["sheet"]["columns"][column["column"]])
    browser.until(enqueued, "a trial with the values of the form")
    asked(browser, "Enqueue")
    pages.is_clean(browser)


def a_search_is_stopped_and_begun_again(browser):
    open_study(browser)
    button(browser, "#top .buttons", "Stop the search").click()
    button(browser, "#ask", "Stop it").click()
    claim(HERE["search"].wait(60) is not None, "the search goes on")
    browser.until(lambda: "Nobody works" in state(browser), "the search to end")
    button(browser, "#top .buttons", "Begin again").click()
    text = browser.one("#ask[open] pre").text
    claim("search model.c" in text and "--project live" in text, f"the command that is shown is {text}")
    pages.keep(browser, "dashboard-begin")
    trials = status()["trials"]
    button(browser, "#ask", "Begin it").click()
    browser.until(lambda: "Searching" in state(browser), "the search to go on")
    served.until(lambda: status()["trials"] > trials, "another trial")
    pages.is_clean(browser)
    dashboard().post("/api/studies/live/requests", {"kind": "stop"})
    browser.until(lambda: "Nobody works" in state(browser), "the search to end once more")


def hostile_texts_are_harmless(browser):
    name = "<img src=x onerror=alert(1)>\u202e" + "x" * 40
    pages.tune("hostile", [(name, "{type: float, min: 0, max: 1}")], "echo varve: score=1", trials=3)
    browser.open(dashboard().url + "study/hostile")
    browser.until(lambda: browser.script("return document.querySelectorAll('#top .facts dd').length"), "the study")
    browser.script("document.getElementById('trials').scrollIntoView()")
    browser.one("#trials tbody tr")
    claim(not browser.all("img"), "a name has become an element")
    claim("\u202e" not in browser.script("return document.body.textContent"), "a name turns the direction of writing")
    pages.fits(browser, 400)
    browser.resize(1280)
    pages.is_clean(browser)


def the_end_of_the_dashboard_is_said(browser):
    open_study(browser)
    dashboard().end(signal.SIGTERM)
    browser.until(lambda: "does not answer" in browser.one("#top .trouble").text, "that it does not answer")
    browser.messages()


CLAIMS = [studies_are_listed, an_epoch_is_seen_when_it_has_ended, a_page_that_is_gone_back_to_hears_again, everything_is_drawn,
          a_trial_opens_down_to_its_layers, an_open_trial_that_runs_keeps_its_figure,
          focus_stays_while_the_page_changes, what_is_asked_without_the_token_asks_for_it, a_search_pauses_and_goes_on, a_trial_is_stopped,
          a_trial_is_enqueued_from_the_form, a_search_is_stopped_and_begun_again, hostile_texts_are_harmless, the_end_of_the_dashboard_is_said]


def begin(browser):
    """A search that lasts, one that has ended, and a dashboard over both."""
    folder = os.getcwd()
    os.environ["VARVE"] = pages.VARVE
    served.write_inputs(folder)
    served.search(folder, "done", "--max-trials", "12")
    HERE["search"] = served.search(folder, "live", "--max-trials", "5000", "--epochs", "20", "--workers", "2", slow_ms=100, wait=False)
    os.environ["SLOW_MS"] = "100"
    served.until(lambda: os.path.exists("live/study.db"), "the search")
    HERE["dashboard"] = served.Dashboard(folder).__enter__()
    served.until(lambda: status()["by_status"]["COMPLETED"] >= 2, "two trials")


def end(browser):
    for one in (HERE.get("search"), getattr(HERE.get("dashboard"), "process", None)):
        if one is not None and one.poll() is None:
            one.kill()
            one.wait()
    text = HERE["dashboard"].log()
    claim("ERROR" not in text, text)


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.argv += ["begin", "end"]
    pages.run([begin] + CLAIMS + [end])
