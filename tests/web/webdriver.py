"""webdriver.py - a small client of chromedriver (W3C WebDriver), for tests of pages in headless Chromium.

    with Browser(folder) as browser:          # None where there is no chromedriver: see `find`
        browser.open("file:///...")
        browser.one("nav a").click()          # the first element of a CSS selector, waited for
        browser.script("return document.title")
        assert browser.messages() == []       # what the console was told since the last call

Only Python's standard library. chromedriver chooses a port of its own; it, and the browser with it, ends with the `with`.
"""
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"enter": "\ue007", "escape": "\ue00c", "left": "\ue012", "right": "\ue014", "up": "\ue013", "down": "\ue015",
        "home": "\ue011", "end": "\ue010", "tab": "\ue004", "space": "\ue00d", "shift": "\ue008", "control": "\ue009"}
WAIT_S = 60


def find():
    """The chromedriver and the browser that are installed, or None."""
    driver, browser = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
    return (driver, browser) if driver and browser else None


class Failed(AssertionError):
    pass


class Element:
    def __init__(self, browser, key):
        self.browser, self.key = browser, key

    def _call(self, method, path, body=None):
        return self.browser.call(method, f"/element/{self.key}{path}", body)

    def click(self):
        self.browser.script("arguments[0].scrollIntoView({ block: 'center', inline: 'nearest' })", self)
        self._call("POST", "/click", {})

    def type(self, text):
        self._call("POST", "/value", {"text": text})

    def clear(self):
        self._call("POST", "/clear", {})

    @property
    def text(self):
        return self._call("GET", "/text")

    def attribute(self, name):
        return self._call("GET", f"/attribute/{name}")

    def save(self, path):
        """What it looks like, as PNG."""
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._call("GET", "/screenshot")))


class Browser:
    def __init__(self, folder, width=1280, height=900):
        self.folder, self.size = os.path.abspath(folder), (width, height)
        self.downloads = os.path.join(self.folder, "downloads")
        os.makedirs(self.downloads, exist_ok=True)

    def __enter__(self):
        driver, browser = find()
        self.profile = tempfile.mkdtemp(prefix="varve-chromium-")
        self.log = open(os.path.join(self.folder, "chromedriver.log"), "w+")
        self.process = subprocess.Popen([driver, "--port=0"], stdout=self.log, stderr=subprocess.STDOUT,
                                        start_new_session=True)
        try:
            self.url = f"http://127.0.0.1:{self._port()}"
            self._begin(browser)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *ignored):
        try:
            if hasattr(self, "base"):
                self.call("DELETE", "", wait_s=10)
        except (Failed, OSError):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _port(self):
        for _ in range(WAIT_S * 20):
            self.log.flush()
            with open(self.log.name) as log:
                said = re.search(r"started successfully on port (\d+)", log.read())
            if said:
                return int(said.group(1))
            time.sleep(0.05)
        raise Failed("chromedriver did not start")

    def _begin(self, browser):
        arguments = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
                     f"--user-data-dir={self.profile}", "--window-size=%d,%d" % self.size]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        options = {"binary": browser, "args": arguments,
                   "prefs": {"download.default_directory": self.downloads, "download.prompt_for_download": False}}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        begun = self._request("POST", "/session", {"capabilities": {"alwaysMatch": wanted}}, WAIT_S)
        self.base = f"/session/{begun['sessionId']}"
        self.devtools("Browser.setDownloadBehavior", behavior="allow", downloadPath=self.downloads)

    # ---- calls ------------------------------------------------------------------------------------------------------

    def _request(self, method, path, body, wait_s):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=wait_s) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise Failed(f"{method} {path}: {value['error']}: {value['message'][:2000]}") from None

    def call(self, method, path, body=None, wait_s=WAIT_S * 2):
        return self._request(method, self.base + path, body, wait_s)

    def devtools(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    # ---- pages ------------------------------------------------------------------------------------------------------

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def resize(self, width, height=900):
        """Of the page itself, also below what a window may be."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, scheme):
        """"light" or "dark", as the system would say."""
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def script(self, text, *arguments):
        arguments = [{ELEMENT: a.key} if isinstance(a, Element) else a for a in arguments]
        return self.call("POST", "/execute/sync", {"script": text, "args": arguments})

    def all(self, selector):
        found = self.call("POST", "/elements", {"using": "css selector", "value": selector})
        return [Element(self, one[ELEMENT]) for one in found]

    def one(self, selector):
        return self.until(lambda: (self.all(selector) or [None])[0], f"an element {selector}")

    def until(self, condition, what):
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        raise Failed(f"waited in vain for {what}")

    def messages(self):
        """Of the console: errors, warnings, violations of policies, since the last call."""
        return [one["message"] for one in self.call("POST", "/se/log", {"type": "browser"})]

    def downloaded(self, name):
        """The text of a file, once it is there; and the file goes."""
        path = os.path.join(self.downloads, name)
        self.until(lambda: os.path.exists(path), f"the download {name}")
        with open(path, newline="", encoding="utf-8") as file:
            text = file.read()
        os.remove(path)
        return text

    def save(self, path):
        """The whole page as PNG, however long."""
        size = self.devtools("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 16000), "scale": 1}
        shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    # ---- hands ------------------------------------------------------------------------------------------------------

    def _actions(self, *sources):
        self.call("POST", "/actions", {"actions": list(sources)})

    def keys(self, *names):
        """Presses keys one after the other: words of KEYS, or characters; "control+c" holds one."""
        steps = []
        for name in names:
            parts = [KEYS.get(part, part) for part in (name.split("+") if len(name) > 1 else [name])]
            steps += [{"type": "keyDown", "value": part} for part in parts]
            steps += [{"type": "keyUp", "value": part} for part in reversed(parts)]
        self._actions({"type": "key", "id": "keyboard", "actions": steps})

    def pointer(self, *steps):
        """("move", x, y) in the window, ("down",), ("up",)."""
        words = {"move": "pointerMove", "down": "pointerDown", "up": "pointerUp"}
        actions = []
        for step in steps:
            action = {"type": words[step[0]], "button": 0}
            if step[0] == "move":
                action.update(x=round(step[1]), y=round(step[2]), duration=30)
            actions.append(action)
        self._actions({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions})

    def wheel(self, x, y, dy, control=False):
        """Turns the wheel; `control`: with Ctrl held."""
        self.devtools("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=dy,
                      modifiers=2 if control else 0)

    def box(self, element):
        """Where an element is in the window, after it was scrolled there: x, y, width, height."""
        self.script("arguments[0].scrollIntoView({ block: 'center' })", element)
        return self.script("const b = arguments[0].getBoundingClientRect(); return [b.x, b.y, b.width, b.height]", element)
