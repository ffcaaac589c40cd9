"""report.py - varve report in a browser: what can be read, hovered, zoomed, sorted, compared and saved; hostile names; odd studies."""
import csv
import io
import json
import os
import xml.etree.ElementTree as xml

import pages
from pages import claim

RIGHT_TO_LEFT = "\u202e"
HOSTILE = ['<img src=x onerror="document.title=1">', "<script>window.hurt=1<", "'\"&amp;<b>", "a\nb\tc", "\x1b[31mred",
           RIGHT_TO_LEFT + "desrever", "x" * 200, "{{1}}${2}", "javascript:alert(1)", "]]>--><!--"]


def hidden_tip(browser, plot):
    return browser.script("return arguments[0].querySelector('.tip').hidden", plot)


def is_open(browser):
    return browser.script("return document.querySelector('dialog').open")


# ---- a study of networks ------------------------------------------------------------------------------------------------------


def study(browser):
    pages.search("study", "--pruner", "median", "--seed", "3")
    url = pages.report("study")
    browser.open(url)
    browser.one("main h1")
    claim("study" in browser.script("return document.title"), "the title lacks the study's name")
    for width in (1280, 800, 400):
        pages.fits(browser, width)
        pages.draw_all(browser)
        pages.keep(browser, f"report-{width}")
    pages.is_clean(browser)


def contents_lead_to_sections(browser):
    browser.resize(1280)
    links = browser.all("nav > ol > li > a")
    claim(len(links) == 8, f"the contents have {len(links)} entries")
    for link in links:
        link.click()
        target = link.attribute("href").split("#")[1]
        top = browser.script("return document.getElementById(arguments[0]).getBoundingClientRect().top", target)
        end = browser.script("return innerHeight + scrollY >= document.documentElement.scrollHeight - 2")
        claim(end or abs(top) < 60, f"#{target} is at {top} after a click on its link")


def everything_is_told(browser):
    data = json.loads(pages.varve("report", "study", "--json"))
    text = browser.script("return document.querySelector('main').textContent")
    best = data["study"]["best"]
    for words in (str(len(data["sheet"]["figures"]) and data["sheet"]["figures"][0]["caption"]), "minimizing val_loss"[1:], "learning_rate",
                  f"Trial {best['trial']}", "made by layers", "units_0: units", "each one adds a dense", data["made"]["version"]):
        claim(words in text, f"the page lacks: {words}")
    drawn = browser.script("return document.querySelectorAll('main > #figures figure').length")
    claim(drawn == len(data["sheet"]["figures"]), f"{drawn} figures are there")


def figures_are_drawn_when_they_come_near(browser):
    browser.open(browser.script("return location.href").split("#")[0] + "?again")
    browser.one("main h1")
    last = "figure-" + json.loads(pages.varve("report", "study", "--json"))["sheet"]["figures"][-1]["kind"]
    browser.script("document.getElementById(arguments[0]).scrollIntoView()", last)
    browser.until(lambda: browser.script("return document.getElementById(arguments[0]).varveFigure.drawn", last), "the last figure")


def hovering_tells_the_trial(browser):
    browser.box(browser.one("#figure-history"))
    plot = browser.one("#figure-history .plot")
    browser.box(plot)
    x, y, trial = pages.mark_at(browser, plot)
    pages.hover(browser, plot, x, y)
    tip = browser.one("#figure-history .tip").text
    claim(tip.startswith("Trial "), f"the tip says: {tip}")
    claim("val_loss" in tip and "learning_rate" in tip, f"the tip lacks score or values: {tip}")
    shown = int(tip.split()[1])
    browser.pointer(("down",), ("up",))
    browser.until(lambda: is_open(browser), "the trial after a click")
    claim(f"Trial {shown}" in browser.one("dialog h3").text, "another trial was opened")
    claim(browser.script("return location.hash") == f"#trial-{shown}", "the address does not name the trial")
    browser.keys("escape")
    claim(not is_open(browser), "Escape does not close the trial")


def zooming_and_going_back(browser):
    plot = browser.one("#figure-history .plot")
    x, y, width, height = browser.box(plot)
    before = pages.ticks(browser, plot)
    browser.wheel(x + width / 2, y + height / 2, -300, control=True)
    browser.until(lambda: pages.ticks(browser, plot) != before, "other ticks after Ctrl and the wheel")
    browser.pointer(("move", x + width / 2, y + height / 2), ("down",), ("move", x + width / 2 + 80, y + height / 2), ("up",))
    claim(not is_open(browser), "dragging opened a trial")
    browser.pointer(("move", x + width / 2, y + 20), ("down",), ("up",), ("down",), ("up",))
    browser.script("document.querySelector('dialog').close()")
    browser.until(lambda: pages.ticks(browser, plot) == before, "the ticks from before after a double click")


def keys_do_the_same(browser):
    plot = browser.one("#figure-history .plot")
    browser.script("arguments[0].focus()", plot)
    outline = browser.script("return getComputedStyle(arguments[0]).outlineStyle", plot)
    before = pages.ticks(browser, plot)
    browser.keys("right")
    claim(not hidden_tip(browser, plot), "an arrow points at nothing")
    claim(outline != "none" or browser.script("return getComputedStyle(arguments[0]).outlineStyle", plot) != "none", "focus is not seen")
    first = browser.one("#figure-history .tip").text
    browser.keys("right")
    claim(browser.one("#figure-history .tip").text != first, "another arrow stays where it was")
    browser.keys("+")
    claim(pages.ticks(browser, plot) != before, "plus does not zoom")
    browser.keys("0")
    claim(pages.ticks(browser, plot) == before, "0 does not go back")
    browser.keys("home", "enter")
    claim(is_open(browser), "Enter does not open the trial")
    browser.keys("escape")


def column(browser, index):
    return browser.script("""return Array.from(document.querySelectorAll('#trials .table tbody tr'))
        .map((row) => row.cells[arguments[0]].textContent)""", index)


def trials_sort_and_filter(browser):
    titles = browser.script("return Array.from(document.querySelectorAll('#trials .table thead th')).map((th) => th.textContent)")
    at = titles.index("learning_rate")
    sort = browser.all("#trials .table thead button")[at - 1]
    sort.click()
    values = [float(text) for text in column(browser, at) if text]
    claim(len(values) > 10 and values == sorted(values), "a click on a title does not sort")
    browser.all("#trials .table thead button")[at - 1].click()
    claim([float(text) for text in column(browser, at) if text] == sorted(values, reverse=True), "another click does not turn it round")
    field = browser.one("#trials input[type=search]")
    field.type("layers=2 status!=failed")
    layers = column(browser, titles.index("layers"))
    claim(layers and set(layers) == {"2"}, f"the filter leaves {set(layers)}")
    claim(f"{len(layers)} of 30" in browser.one("#trials .count").text, "the count does not say how many are left")
    field.clear()
    field.type("nothing has these words")
    claim(column(browser, 1) == [], "rows are left that have not these words")
    field.clear()
    field.type(" ")
    claim(len(column(browser, 1)) == 30, "not all rows come back")


def trials_compare(browser):
    boxes = browser.all("#trials .table tbody input")
    boxes[0].click()
    boxes[7].click()
    heads = browser.script("return Array.from(document.querySelectorAll('#trials .compare thead th')).map((th) => th.textContent)")
    claim(len(heads) == 2 and all(head.startswith("Trial ") for head in heads), f"compared: {heads}")
    rows = browser.script("return document.querySelectorAll('#trials .compare tbody tr').length")
    differing = browser.script("return document.querySelectorAll('#trials .compare tr.differs').length")
    claim(0 < differing < rows, f"{differing} of {rows} rows differ")
    browser.one("#trials .beside input").click()
    claim(browser.script("return document.querySelectorAll('#trials .compare tbody tr').length") == differing, "others than what differs are left")
    browser.one("#trials .table tbody tr td:nth-child(2) button").click()
    claim(is_open(browser), "a click on a trial does not open it")
    browser.keys("escape")


def figures_are_saved(browser):
    trials = json.loads(pages.varve("report", "study", "--json"))["trials"]["n"]
    buttons = browser.all("#figure-history .tools button")
    buttons[1].click()
    rows = list(csv.DictReader(io.StringIO(browser.downloaded("history.csv"))))
    claim(len({row["trial"] for row in rows if row["trial"]}) == trials, "the table lacks trials")
    buttons[0].click()
    root = xml.fromstring(browser.downloaded("history.svg"))
    shapes = [node for node in root.iter() if node.tag.endswith(("circle", "path"))]
    claim(root.tag.endswith("svg") and len(shapes) > trials, f"the picture has {len(shapes)} shapes")
    claim(not any(node.tag.endswith("script") or "var(" in str(node.attrib) for node in root.iter()), "the picture is not one by itself")
    summary = browser.one("#figure-history summary")
    summary.click()
    browser.until(lambda: len(browser.all("#figure-history .data tbody tr")) == min(100, len(rows)), "the table with the same rows")
    summary.click()


def dark_and_light(browser):
    ground = lambda: browser.script("return getComputedStyle(document.body).backgroundColor")
    fill = lambda: browser.script("return getComputedStyle(document.querySelector('#figure-history circle')).fill")
    light, mark = ground(), fill()
    button = browser.one(".theme")
    button.click()
    claim(ground() == light, "light is not light")
    button.click()
    claim(ground() != light and fill() != mark, "dark is not dark")
    pages.draw_all(browser)
    pages.keep(browser, "report-dark")
    button.click()
    claim(ground() == light, "as the system is not light")
    browser.prefer("dark")
    claim(ground() != light, "what the system prefers is not followed")
    pages.is_clean(browser)


def it_prints(browser):
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    claim(browser.script("return getComputedStyle(document.querySelector('nav')).display") == "none", "the contents are printed")
    pdf = browser.devtools("Page.printToPDF")["data"]
    claim(len(pdf) > 20000, "the print is empty")
    browser.devtools("Emulation.setEmulatedMedia", media="")


# ---- hostile names, odd studies -------------------------------------------------------------------------------------------------


def hostile_names(browser):
    plain = lambda text: "".join(c if c >= " " else "|" for c in text)  # what a choice may be; names have none of "/{}" besides
    rows = [(plain(name).translate(str.maketrans("/{}", "|()"))[:100], f"{{type: choice, values: [{pages.quoted(plain(name))}, {pages.quoted('y' * 10000)}]}}")
            for name in HOSTILE]
    script = "echo 'varve: score=0.5'; printf '<script>window.hurt=1</script>\\033[31m%s\\n' \"$(head -c 10000 /dev/zero | tr '\\0' z)\" >&2"
    pages.tune("hostile", rows, script, objective="score:max", trials=6)
    failing = "printf '<img src=x onerror=alert(1)>%s' \"$(head -c 10000 /dev/zero | tr '\\0' z)\" >&2; exit 3"
    pages.tune("<b>'\"& evil", rows, failing, "--max-consecutive-failures", "100", trials=3, code=None)
    for project in ("hostile", "<b>'\"& evil"):
        pages.varve("report", project, "-o", "page.html")
        browser.open("file://" + os.path.abspath("page.html"))
        browser.one("main h1")
        claim(project in browser.script("return document.title"), "the study's name is not the title")
        for width in (1280, 400):
            pages.draw_all(browser)
            pages.fits(browser, width)
            pages.keep(browser, f"hostile-{'tune' if project == 'hostile' else 'failed'}-{width}")
        row = browser.one("#trials .table tbody tr td:nth-child(2) button")
        row.click()
        claim(is_open(browser), "a trial does not open")
        claim(browser.script("return document.querySelector('dialog').scrollWidth <= innerWidth"), "the trial is too wide")
        browser.keys("escape")
        claim(browser.script("return window.hurt === undefined && document.querySelectorAll('img, b, main script').length === 0"), "a name became an element")
        claim(RIGHT_TO_LEFT not in browser.script("return document.body.textContent.replace(document.getElementById('data').textContent, '')"),
              "the direction of writing is turned")
        pages.is_clean(browser)


def odd_studies(browser):
    one = [("x", "{type: float, min: 0, max: 1}")]
    many = [(f"p{i}", "{type: float, min: 0, max: 1}") for i in range(200)]
    studies = {
        "single": lambda: pages.tune("single", one, "echo varve: score=1", trials=1),
        "failed": lambda: pages.tune("failed", one, "exit 1", "--max-consecutive-failures", "100", trials=4, code=None),
        "nan": lambda: pages.tune("nan", one, "echo varve: score=nan", "--max-consecutive-failures", "100", trials=4, code=None),
        "wide": lambda: pages.tune("wide", many, "echo varve: score=$VARVE_TRIAL", trials=5),
        "asked": lambda: pages.varve("ask", "--space", "single.yaml", "--tuner", "random", "--project", "asked"),
    }
    for name, make in studies.items():
        make()
        browser.open(pages.report(name))
        browser.one("main h1")
        for width in (1280, 400):
            pages.draw_all(browser)
            pages.fits(browser, width)
            pages.keep(browser, f"odd-{name}-{width}")
        figures = browser.script("""return Array.from(document.querySelectorAll('#figures figure')).map((figure) =>
            figure.querySelectorAll('.plot, .empty').length)""")
        claim(figures and all(figures), f"{name}: a figure shows neither marks nor why there are none")
        pages.is_clean(browser)


pages.run([study, contents_lead_to_sections, everything_is_told, figures_are_drawn_when_they_come_near, hovering_tells_the_trial,
           zooming_and_going_back, keys_do_the_same, trials_sort_and_filter, trials_compare, figures_are_saved, dark_and_light, it_prints,
           hostile_names, odd_studies])
