/* parts.js - parts of a page that are fetched when they are seen, and again when the study has changed, at the pace
 * that the server names.
 *
 *   const parts = varve.parts(base)        base: "/api/studies/NAME/"
 *   parts.add(element, path, draw, of)     draw(element, data); of: "trials": changes when trials do; "epochs": with
 *                                          each epoch
 *   parts.changed({ version, trials })     what the study is at now: `trials` is the version at which one began or
 *                                          ended last
 */
"use strict";

(function () {
    const { el } = varve;

    /* What had the focus has it again, after an element was filled anew. */
    function keepFocus(element, draw) {
        const active = document.activeElement;
        const inside = active && active !== element && element.contains(active);
        const name = inside && (active.getAttribute("aria-label") || active.textContent);
        draw();
        if (!inside || element.contains(document.activeElement)) return;
        const alike = Array.from(element.querySelectorAll(active.tagName)).find((one) =>
            (one.getAttribute("aria-label") || one.textContent) === name);
        if (alike) alike.focus({ preventScroll: true });
    }

    async function refresh(part) {
        part.busy = true;
        try {
            const answer = await varve.fetchPart(part.path, part.etag);
            part.etag = answer.etag || part.etag;
            part.version = Math.max(answer.version, 0);
            part.due = performance.now() + 1000 * Math.max(1, answer.again);
            if (!answer.same) keepFocus(part.element, () => part.draw(part.element, answer.data));
            part.drawn = true;
        } catch (error) {
            part.due = performance.now() + 3000;
            if (!part.drawn) varve.fill(part.element, el("p", { class: "empty" }, String(error.message)));
        }
        part.element.removeAttribute("aria-busy");
        part.busy = false;
    }

    function parts(base) {
        const list = [];
        const now = { version: 0, trials: 0 };
        const watcher = new IntersectionObserver((entries) => {
            for (const entry of entries) {
                const part = list.find((one) => one.element === entry.target);
                part.seen = entry.isIntersecting;
            }
            look();
        }, { rootMargin: "400px 0px" });

        const isOld = (part) => part.version < 0 || part.version < (part.of === "epochs" ? now.version : now.trials);

        function look() {
            const time = performance.now();
            if (document.hidden) return;
            for (const part of list) if (part.seen && !part.busy && time >= part.due && isOld(part)) refresh(part);
        }

        function add(element, path, draw, of) {
            element.setAttribute("aria-busy", "true");
            list.push({ element, path: base + path, draw, of, version: -1, due: 0, etag: null, seen: false, busy: false,
                drawn: false });
            watcher.observe(element);
        }

        function changed(what) {
            Object.assign(now, what);
            look();
        }

        setInterval(look, 500);
        document.addEventListener("visibilitychange", look);
        return { add, changed };
    }

    Object.assign(varve, { parts, keepFocus });
})();
