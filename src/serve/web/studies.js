/* studies.js - the studies of a place, how far each is, and its best.
 *
 *   varve.studies()    fills the page, and brings it up to date every few seconds
 */
"use strict";

(function () {
    const { el } = varve;

    const link = (name) => "/study/" + encodeURIComponent(name);

    function state(one) {
        if (one.by_status.RUNNING > 0) return el("span", { class: "status running" },
            varve.count(one.by_status.RUNNING) + " running");
        return el("span", { class: "status plain" }, one.trials > 0 ? "at rest" : "empty");
    }

    /* How much of what was asked for is done. */
    function progress(one) {
        if (!one.max_trials) return el("td", null);
        const bar = el("progress", { max: one.max_trials, "aria-label": "Trials of " + varve.visible(one.study, 60) });
        bar.value = Math.min(one.trials, one.max_trials);
        return el("td", null, bar);
    }

    function row(one) {
        const name = el("th", { scope: "row" }, el("a", { href: link(one.study) }, varve.visible(one.study, 80)));
        if (one.error) return el("tr", null, name, el("td", { colspan: 7 }, varve.visible(one.error, 300)));
        const best = one.best === null ? "" : varve.score(one.objective, one.score) + " (trial " + one.best + ")";
        return el("tr", null, name, el("td", null, state(one)),
            el("td", { class: "number" }, varve.count(one.trials) +
                (one.max_trials ? " of " + varve.count(one.max_trials) : "")), progress(one),
            el("td", { class: "number" }, varve.count(one.epochs)),
                el("td", null, varve.visible(one.objective || "", 60)),
            el("td", { class: "number" }, best), el("td", null, varve.time(one.changed)));
    }

    function draw(element, data) {
        if (data.studies.length === 0) return varve.fill(element,
            el("p", { class: "empty" }, "There is no study here yet. This page looks for them."));
        const head = ["Study", "State", "Trials", "", "Epochs", "Objective", "Best", "Changed"].map((title, i) =>
            el("th", { scope: "col", class: [2, 4, 6].includes(i) && "number" }, title));
        return varve.keepFocus(element, () => varve.fill(element,
            el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Studies" },
            el("table", { class: "plain" }, el("thead", null, el("tr", null, head)),
                el("tbody", null, data.studies.map(row))))));
    }

    async function studies() {
        const list = el("div");
        let etag = null;
        varve.fill(document.querySelector("main"),
            el("section", null, el("div", { class: "title" }, el("h1", null, "Studies"), varve.themeButton()), list));
        document.querySelector(".page").classList.add("alone");
        for (;;) {
            let wait = 2;
            try {
                const answer = document.hidden ? { same: true, again: 0 } : await varve.fetchPart("/api/studies", etag);
                etag = answer.etag || etag;
                wait = Math.max(wait, answer.again);
                if (!answer.same && answer.data.one) return location.replace(link(answer.data.studies[0].study));
                if (!answer.same) draw(list, answer.data);
            } catch (error) {
                varve.fill(list, el("p", { class: "trouble", role: "alert" },
                    "The dashboard does not answer: " + error.message));
                etag = null;
            }
            await new Promise((resolve) => setTimeout(resolve, 1000 * wait));
        }
    }

    Object.assign(varve, { studies });
})();
