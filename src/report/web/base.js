/* base.js - what all scripts of the pages stand on: elements, texts, numbers, colours, downloads. The first one to be
 * read, after D3.
 *
 * All scripts put what they offer into one global, `varve`; nothing of it draws or fetches until it is called.
 *
 *   varve.el(name, attributes, child, ...)   an element; `class`, any attribute, `on: { click: f }`; children are
 *   nodes or
 *                                            texts; null, undefined and false are left out, of attributes too
 *   varve.svg(name, attributes, child, ...)  the same of SVG
 *   varve.fill(element, child, ...)          has these children only
 *   varve.visible(text, most)                what others wrote, made harmless to show in one line
 *   varve.number(x) .count(n) .seconds(s) .bytes(n) .time(t)   as people read them; "" for null
 *   varve.score(name, x)                     of a metric, or a cost
 *   varve.download(name, type, text)         as a file
 *   varve.useColors(theme)                   the "theme" of a sheet: its tints are then the variables --tint-best ...
 *   of CSS
 *   varve.tint(index)                        "series0": a tint's word (vvi_tint, report/figures/figure.h)
 *   varve.shade(share)                       "#rrggbb": from 0, bad, to 1, good
 *   varve.color(name)                        a colour of style.css, or a tint, as it is now: varve.color("tint-best")
 *   varve.setTheme("light" | "dark" | null)  null: as the system; kept for the next visit; fires "varve:theme" at
 *   document
 *   varve.themeButton()                      an element that goes round the three
 *   varve.whenNear(element, f)               calls f once, when the element comes near to what is seen
 *
 * Texts go into pages as text nodes only: never as HTML.
 */
"use strict";
window.varve = {};

(function () {
    const SVG = "http://www.w3.org/2000/svg";

    /* ---- elements ------------------------------------------------------------------------------------------------ */

    function setAttribute(node, name, value) {
        if (value === null || value === undefined || value === false) return;
        if (name === "on") for (const event of Object.keys(value)) node.addEventListener(event, value[event]);
        else node.setAttribute(name, value === true ? "" : String(value));
    }

    function append(node, children) {
        for (const child of children) {
            if (child === null || child === undefined || child === false) continue;
            if (Array.isArray(child)) append(node, child);
            else node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
        }
        return node;
    }

    function dress(node, attributes, children) {
        for (const name of Object.keys(attributes || {})) setAttribute(node, name, attributes[name]);
        return append(node, children);
    }

    function el(name, attributes, ...children) {
        return dress(document.createElement(name), attributes, children);
    }

    function svg(name, attributes, ...children) {
        return dress(document.createElementNS(SVG, name), attributes, children);
    }

    function fill(element, ...children) {
        element.textContent = "";
        return append(element, children);
    }

    /* ---- texts --------------------------------------------------------------------------------------------------- */

    /* Control characters, line ends, marks that change the direction of writing or take no room, halves of characters:
     * as
     * vvi_text_add_visible has them. */
    const HARMFUL = new RegExp(
        "[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb" +
            "\\u{e0000}-\\u{e007f}\\u{d800}-\\u{dfff}]",
        "gu"
    );
    const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

    function escape(character) {
        const code = character.codePointAt(0).toString(16);
        return SHORT[character] || (code.length <= 2 ? "\\x" + code.padStart(2, "0") : "\\u" + code.padStart(4, "0"));
    }

    function visible(text, most) {
        const clean = String(text === null || text === undefined ? "" : text).replace(HARMFUL, escape);
        const letters = most > 0 && clean.length > most ? Array.from(clean) : null;
        if (letters === null || letters.length <= most) return clean;
        const side = Math.max(1, Math.floor((most - 16) / 2));
        const left = letters.length - 2 * side;
        return letters.slice(0, side).join("") + "... (" + count(left) + " more) ..." + letters.slice(-side).join("");
    }

    /* ---- numbers ------------------------------------------------------------------------------------------------- */

    const known = (x) => typeof x === "number" && isFinite(x);

    function count(n) {
        return known(n) ? Math.round(n).toLocaleString("en-US") : "";
    }

    function number(x) {
        if (!known(x)) return x === null || x === undefined ? "" : String(x);
        if (Number.isInteger(x) && Math.abs(x) < 1e9) return count(x);
        const size = Math.abs(x);
        if (size >= 1e-3 && size < 1e5) return String(Number(x.toPrecision(4)));
        return x.toExponential(3).replace(/\.?0+e/, "e").replace("e+", "e");
    }

    const pad = (n) => String(n).padStart(2, "0");

    function seconds(s) {
        if (!known(s) || s < 0) return "";
        if (s < 0.995) return s.toFixed(2) + " s";
        if (s < 59.95) return s.toFixed(1) + " s";
        const whole = Math.round(s);
        if (whole < 3600) return Math.floor(whole / 60) + " min " + pad(whole % 60) + " s";
        return count(Math.floor(whole / 3600)) + " h " + pad(Math.floor((whole % 3600) / 60)) + " min";
    }

    function bytes(n) {
        const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        let unit = 0;
        if (!known(n)) return "";
        for (; Math.abs(n) >= 1024 && unit < units.length - 1; unit++) n /= 1024;
        return (unit === 0 ? count(n) : String(Number(n.toPrecision(3)))) + " " + units[unit];
    }

    /* By the clock of whoever reads it. `t`: Unix time, or a text as JSON has it. */
    function time(t) {
        if (t === null || t === undefined) return "";
        const date = typeof t === "number" ? new Date(t * 1000) : new Date(t);
        if (isNaN(date.getTime())) return "";
        const day = date.getFullYear() + "-" + pad(date.getMonth() + 1) + "-" + pad(date.getDate());
        return day + " " + pad(date.getHours()) + ":" + pad(date.getMinutes()) + ":" + pad(date.getSeconds());
    }

    const isCost = (name) => ["params", "macs", "ram", "flash"].includes(name);
    const score = (name, x) => (isCost(name) ? count(x) : number(x));

    /* ---- files --------------------------------------------------------------------------------------------------- */

    function download(name, type, text) {
        const url = URL.createObjectURL(new Blob([text], { type: type }));
        const link = el("a", { href: url, download: name });
        document.body.appendChild(link);
        link.click();
        link.remove();
        setTimeout(() => URL.revokeObjectURL(url), 10000);
    }

    /* ---- colours ------------------------------------------------------------------------------------------------- */

    let colors = new Map();
    let themes = null;
    const darkness = window.matchMedia("(prefers-color-scheme: dark)");

    function isDark() {
        const chosen = document.documentElement.dataset.theme;
        return chosen ? chosen === "dark" : darkness.matches;
    }

    const theme = () => themes[isDark() ? "dark" : "light"];

    function tint(index) {
        const names = Object.keys(themes.light.tints);
        return varve.known(index) ? names[index] || "plain" : "trial";
    }

    function shade(share) {
        const list = theme().shades;
        return list[Math.max(0, Math.min(list.length - 1, Math.floor(share * list.length)))];
    }

    function color(name) {
        if (!colors.has(name))
            colors.set(name, getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim());
        return colors.get(name);
    }

    function recolor() {
        colors = new Map();
        if (themes === null) return;
        const tints = theme().tints;
        for (const name of Object.keys(tints)) document.documentElement.style.setProperty("--tint-" + name,
            tints[name]);
    }

    function useColors(sheetTheme) {
        themes = sheetTheme || themes;
        recolor();
    }

    function changed() {
        recolor();
        document.dispatchEvent(new CustomEvent("varve:theme"));
    }

    /* A page that may not keep things, as one opened from a file, forgets. */
    function remember(theme) {
        try {
            if (theme === null) localStorage.removeItem("varve-theme");
            else localStorage.setItem("varve-theme", theme);
        } catch (error) {
            return;
        }
    }

    function remembered() {
        try {
            return localStorage.getItem("varve-theme");
        } catch (error) {
            return null;
        }
    }

    function setTheme(theme) {
        if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
        else delete document.documentElement.dataset.theme;
        remember(theme);
        changed();
    }

    function themeButton() {
        const words = { light: "Colours: light", dark: "Colours: dark", system: "Colours: system" };
        const next = { system: "light", light: "dark", dark: "system" };
        const now = () => document.documentElement.dataset.theme || "system";
        const button = el("button", { type: "button", class: "theme", title: "Light, dark, or as the system has it" },
            words[now()]);
        button.addEventListener("click", () => {
            setTheme(next[now()] === "system" ? null : next[now()]);
            button.textContent = words[now()];
        });
        return button;
    }

    /* ---- what is seen -------------------------------------------------------------------------------------------- */

    function whenNear(element, f) {
        const watcher = new IntersectionObserver(
            (entries) => {
                if (!entries.some((entry) => entry.isIntersecting)) return;
                watcher.disconnect();
                f();
            },
            { rootMargin: "600px" }
        );
        watcher.observe(element);
    }

    if (remembered() !== null) document.documentElement.dataset.theme = remembered();
    darkness.addEventListener("change", changed);
    Object.assign(varve, {
        el, svg, fill, visible, number, count, seconds, bytes, time, score, download,
        useColors, tint, shade,
        color, setTheme, themeButton, whenNear, known,
    });
})();
