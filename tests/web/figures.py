"""figures.py - figure.js and what it stands on, with every kind of mark, served under the policy that the dashboard has: what is
drawn, hovered, followed, zoomed, chosen, brought up to date, and that it fits any width."""
import json
import os

import kinds
import pages
import serving
from pages import claim

WEB = os.path.join(pages.SOURCE, "src", "report", "web")
D3 = os.path.dirname(os.environ.get("VARVE_D3", "/usr/share/nodejs/d3/dist/d3.min.js"))
SCRIPTS = ["d3.min.js", "base.js", "scales.js", "pens.js", "marks.js", "pick.js", "panel.js", "rulers.js", "figure.js", "data.js",
           "table.js", "question.js", "trial.js", "main.js"]
HTML = ("<!doctype html><html lang='en'><meta charset='utf-8'><title>Figures</title><link rel='stylesheet' href='style.css'>"
        "<link rel='stylesheet' href='figure.css'><body><div class='page'><main></main></div>"
        + "".join(f"<script src='{script}'></script>" for script in SCRIPTS))
MAIN = """
"use strict";
window.followed = [];
async function draw(name) {
    const sheet = await (await fetch(name)).json();
    const main = document.querySelector("main");
    main.textContent = "";
    for (const figure of sheet.figures) {
        const element = varve.el("figure", { id: figure.kind });
        main.append(element);
        varve.drawFigure(element, figure, sheet, { onTrial: (id) => followed.push(id), tip: (id) => [["number", String(id)]] });
        varve.drawNow(element);
    }
    window.sheet = sheet;
    window.drawn = name;
}
"""


def server():
    texts = {"/": ("text/html", HTML), "/main.js": ("text/javascript", MAIN),
             "/few.json": ("application/json", json.dumps(kinds.every_kind())),
             "/many.json": ("application/json", json.dumps(kinds.every_kind(10000, 21)))}
    return serving.Serving(texts, WEB, D3)


def draw(browser, url, name):
    browser.open(url)
    browser.script("draw(arguments[0])", name)
    browser.until(lambda: browser.script("return window.drawn") == name, "the figures of " + name)


def shapes(browser, figure):
    return browser.script("return document.querySelectorAll('#' + arguments[0] + ' g[clip-path] > g:first-child > *').length", figure)


def is_painted(browser, figure):
    """Does its canvas show anything?"""
    return browser.script("""
        const canvas = document.querySelector('#' + arguments[0] + ' canvas');
        const copy = document.createElement('canvas'), context = copy.getContext('2d', { willReadFrequently: true });
        [copy.width, copy.height] = [canvas.width, canvas.height];
        if (canvas.hidden || canvas.width === 0) return false;
        context.drawImage(canvas, 0, 0);
        return context.getImageData(0, 0, copy.width, copy.height).data.some((byte) => byte > 0)""", figure)


def every_kind_is_drawn(browser):
    for name in ("few.json", "many.json"):
        draw(browser, url, name)
        for figure in ("slice", "history", "importance", "contour", "depth", "curves", "parallel"):
            claim(shapes(browser, figure) > 0 or is_painted(browser, figure), f"{name}: {figure} shows nothing")
        claim("No trial was pruned." in browser.one("#intermediate .empty").text, "why there is nothing is not said")
        claim(is_painted(browser, "parallel") == (name == "many.json"), f"{name}: the wrong pen")
        for width in (1280, 400):
            pages.fits(browser, width)
            browser.prefer("dark" if width == 400 else "light")
            pages.keep(browser, f"figures-{name[:-5]}-{width}")
        browser.prefer("light")
        pages.is_clean(browser)


def every_kind_is_hovered_and_followed(browser):
    draw(browser, url, "few.json")
    for figure in ("slice", "importance", "depth", "curves", "parallel"):
        plot = browser.all(f"#{figure} .plot")[-1]
        browser.box(plot)
        x, y, trial = pages.mark_at(browser, plot)
        pages.hover(browser, plot, x, y)
        tip = browser.script("return arguments[0].querySelector('.tip').textContent", plot)
        claim(tip.startswith("Trial ") and "number" in tip, f"{figure}: the tip says: {tip}")
        browser.pointer(("down",), ("up",))
        claim(browser.script("return followed.length") > 0, f"{figure}: a click leads nowhere")
        browser.script("followed.length = 0")
    cells = browser.one("#contour .plot")
    _, _, width, height = browser.box(cells)
    pages.hover(browser, cells, width / 2, 20)
    claim("expected loss" in browser.one("#contour .tip").text, "a cell does not tell its value")
    pages.is_clean(browser)


def ranges_are_chosen_on_rulers(browser):
    draw(browser, url, "few.json")
    plot = browser.one("#parallel .plot")
    x, y, width, _ = browser.box(plot)
    ruler = browser.script("const p = arguments[0].closest('.panel').varvePanel.plot; return [p.left + p.rulers[1].x, p.top, p.height]", plot)
    drag = (("move", x + ruler[0], y + ruler[1] + 20), ("down",), ("move", x + ruler[0], y + ruler[1] + ruler[2] / 2), ("up",))
    browser.pointer(*drag)
    said = browser.one("#parallel .chosen").text
    n = int(said.split()[0])
    claim(0 < n < 60 and "of 60 trials" in said, f"of what is chosen it says: {said}")
    dimmed = browser.script("return document.querySelectorAll('#parallel path[stroke=\"var(--grid)\"]').length")
    claim(dimmed == 60 - n, f"{dimmed} lines step back, and {n} of 60 are chosen")
    browser.resize(900)
    browser.until(lambda: browser.script("return document.querySelector('#parallel svg').clientWidth") < 900, "the other width")
    claim(browser.script("return document.querySelectorAll('#parallel path[stroke=\"var(--grid)\"]').length") == dimmed,
          "another width forgets what is chosen")
    pages.keep(browser, "figures-chosen")
    browser.resize(1280)
    pages.is_clean(browser)


def new_data_keeps_the_view(browser):
    draw(browser, url, "few.json")
    plot = browser.one("#history .plot")
    x, y, width, height = browser.box(plot)
    browser.wheel(x + width / 2, y + height / 2, -300, control=True)
    kept = "return JSON.stringify(document.querySelector('#history .panel').varvePanel.plot.transform)"
    browser.until(lambda: '"k":1,' not in browser.script(kept), "a zoom")
    transform, before = browser.script(kept), browser.script("return document.querySelector('#history path').getAttribute('d')")
    browser.script("""
        const figure = sheet.figures.find((one) => one.kind === "history"), column = figure.panels[0].marks[0].y;
        sheet.columns[column] = sheet.columns[column].map((y) => y === null ? null : y / 2);
        varve.update(document.getElementById("history"), Object.assign({}, figure, { caption: "Another caption." }), sheet)""")
    claim(browser.script(kept) == transform, "new data forgets the zoom")
    claim(browser.script("return document.querySelector('#history path').getAttribute('d')") != before, "new data is not drawn")
    claim(browser.one("#history figcaption").text == "Another caption.", "the caption is the old one")
    pages.is_clean(browser)


def texts_are_texts(browser):
    draw(browser, url, "few.json")
    claim("<b>trial</b>" in browser.one("#slice .legend").text, "a name is not as it was written")
    claim(browser.script("return document.querySelectorAll('main b, main i').length") == 0, "a name became an element")
    seen = browser.script("return varve.visible('a\\u202eb\\n\\u001b[31m\\ud800\\u00ad' + 'x'.repeat(10000), 100)")
    claim(seen.startswith("a\\u202eb\\n\\x1b[31m\\ud800\\xad") and seen.count("more") == 1 and len(seen) <= 104, f"it is shown as {seen}")
    pages.is_clean(browser)


with server() as url:
    pages.run([every_kind_is_drawn, every_kind_is_hovered_and_followed, ranges_are_chosen_on_rulers, new_data_keeps_the_view,
               texts_are_texts])
