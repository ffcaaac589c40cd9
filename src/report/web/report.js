/* report.js - the report: sections of a page from the data that src/report/web/pages.h describes.
 *
 *   varve.report(data)               fills nav and main, and answers to "#trial-12" in the address
 *   varve.headline(element, data)    what was searched, its result, what was spent
 *   varve.openColumns(data)          data.trials as columns for varve.table; `is`: the column's kind
 *   varve.trials(element, columns, { objectives, open(id) })   all of them as a table, and those chosen side by side
 *   varve.troubles(element, status, { refused, refusals })     what went wrong
 *   varve.workers(element, list)     who has worked at it
 */
"use strict";

(function () {
    const { el } = varve;

    /* ---- trials: columns, and each as an object ------------------------------------------------------------------ */

    const TEXTS = {
        seconds: varve.seconds,
        began: varve.time,
        ended: varve.time,
        trial: (x) => String(x),
    };

    function columnText(column) {
        if (column.words) return (word) => (word === null ? "" : word);
        const number = (x) => (column.kind === "score" ? varve.score(column.title, x) : varve.number(x));
        const text = TEXTS[column.kind] || number;
        return (x) => (varve.known(x) ? text(x) : "");
    }

    function openColumns(data) {
        return data.trials.columns.map((column) => {
            const numbers = data.sheet.columns[column.column];
            const values = column.words ? numbers.map((i) => (varve.known(i) ? column.words[i] : null)) : numbers;
            const open = { title: column.title, kind: column.words ? "text" : "number", is: column.kind, values,
                text: columnText(column) };
            if (column.kind === "status") {
                open.mark = (word) => "status " + varve.statusTint(word);
                open.text = (word) => String(word || "").toLowerCase();
            }
            if (column.kind === "trial") open.name = "trial";
            return open;
        });
    }

    function rowOf(columns, id) {
        return columns[0].values.indexOf(id);
    }

    /* What the columns say of a trial, as `show --json` would have it. */
    function trialObject(columns, row) {
        const of = (kind) => {
            const column = columns.find((one) => one.is === kind);
            return column ? column.values[row] : null;
        };
        const hyperparameters = {};
        for (const column of columns)
            if (column.is === "hyperparameter" && column.values[row] !== null)
                hyperparameters[column.title] = column.values[row];
        return { trial: of("trial"), status: of("status"), reason: of("reason"), violation: of("violation"),
            epochs: of("epochs"),
            seconds: of("seconds"), began: of("began"), ended: of("ended"), worker: of("worker"), params: of("params"),
            scores: columns.filter((one) => one.is === "score").map((one) => one.values[row]), hyperparameters };
    }

    /* ---- headline ------------------------------------------------------------------------------------------------ */

    const STATUSES = [["COMPLETED", "trial"], ["PRUNED", "pruned"], ["FAILED", "failed"], ["RUNNING", "running"],
        ["WAITING", "running"],
        ["PAUSED", "running"], ["INTERRUPTED", "running"]];

    function statusBar(counts, all) {
        const shown = STATUSES.filter(([status]) => counts[status] > 0);
        const part = ([status, tint]) => {
            const span = el("span", { class: tint, title: status.toLowerCase() });
            span.style.setProperty("--share", counts[status] / all);
            return span;
        };
        const item = ([status, tint]) => el("li", null, el("span", { class: "swatch " + tint }),
            varve.count(counts[status]) + " " + status.toLowerCase());
        return shown.length > 0 && [el("div", { class: "bar", "aria-hidden": "true" }, shown.map(part)), el("ul",
            { class: "legend" }, shown.map(item))];
    }

    function bestScores(study) {
        const best = study.best;
        if (!best) return [["Best trial", "none is completed"]];
        const scores = (best.scores || []).map((score, i) => {
            const objective = study.objectives[i];
            return ["Best " + (objective ? objective.name : "score"), varve.score(objective && objective.name, score)];
        });
        return scores.concat([["Trial", String(best.trial)]]);
    }

    function span(study) {
        const [from, to] = [new Date(study.first_began), new Date(study.last_ended)];
        return study.first_began && study.last_ended ? varve.seconds((to - from) / 1000) : "";
    }

    function headline(element, data) {
        const { study } = data;
        const goals = (study.objectives || []).map((one) => (one.direction === "max" ? "maximizing " : "minimizing ") +
            varve.visible(one.name, 60));
        const budget = study.max_trials ? varve.count(study.trials) + " of " +
            varve.count(study.max_trials) : varve.count(study.trials);
        const rows = bestScores(study).concat([["Trials", budget], ["Epochs", varve.count(study.epochs)],
            ["From first to last", span(study)]]);
        const sentence = goals.join(", ") + (data.constraints ? "; keeping " + varve.visible(data.constraints,
            200) : "");
        varve.fill(element,
            el("p", { class: "lead" }, sentence ? sentence[0].toUpperCase() + sentence.slice(1) +
                "." : "The study does not say what is improved."),
            el("dl", { class: "facts large" }, rows.filter((row) => row[1] !== "").map(([name, value]) =>
                el("div", null, el("dt", null, varve.visible(name, 60)), el("dd", null, value)))),
            statusBar(study.by_status, study.trials));
    }

    /* ---- sections ------------------------------------------------------------------------------------------------ */

    function best(page, element) {
        const { data } = page;
        if (data.best.length === 0) return varve.fill(element, el("p", { class: "empty" }, "No trial is completed."));
        const cards = data.best.map((trial, i) => {
            const content = el("div", { class: "trial" });
            const card = el("details", { class: "card", open: i === 0 }, el("summary", null, el("strong", null,
                "Trial " + trial.trial), " ",
                (trial.scores || []).map((score, k) => scoreText(data, score, k)).join(", ")), content);
            const options = Object.assign({ untitled: true }, page.trialOptions);
            const draw = () => card.open && content.childNodes.length === 0 && varve.trial(content, trial, options);
            card.addEventListener("toggle", draw);
            draw();
            return card;
        });
        varve.fill(element, el("div", { class: "cards" }, cards));
    }

    function scoreText(data, score, k) {
        const objective = data.study.objectives[k];
        return (objective ? varve.visible(objective.name, 60) + " " : "") + varve.score(objective && objective.name,
            score);
    }

    function figures(page, element) {
        const options = { onTrial: page.open, tip: page.tip, level: 3 };
        for (const figure of page.data.sheet.figures) {
            const one = el("figure", { id: "figure-" + figure.kind });
            element.appendChild(one);
            varve.drawFigure(one, figure, page.data.sheet, options);
        }
    }

    function compareChosen({ columns, beside }, ids) {
        const rows = ids.map((id) => rowOf(columns, id));
        const lines = columns.filter((column) => column.is !== "trial").map((column) =>
            ({ name: column.title, values: rows.map((row) => column.text(column.values[row])) }));
        beside.hidden = ids.length === 0;
        if (ids.length === 0) return;
        const table = el("div");
        varve.compare(table, ids.map((id) => "Trial " + id),
            lines.filter((line) => line.values.some((value) => value !== "")));
        varve.fill(beside, el("h3", null, ids.length === 1 ?
            "One trial is chosen; choose another to compare" : "Side by side"), table);
    }

    function buildTrials(element) {
        const state = { table: el("div"), beside: el("div", { class: "card beside", hidden: true }), columns: [] };
        varve.fill(element, el("p", { class: "soft" },
            "A click on a title sorts. The filter takes words and conditions, such as ",
            el("code", null, "status=completed"), " or ", el("code", null, "epochs>3"),
            ". Boxes choose what to compare."), state.beside, state.table);
        return state;
    }

    function trials(element, columns, { objectives, open }) {
        const state = element.varveTrials || buildTrials(element);
        const shown = columns.filter((column) => !["began", "ended"].includes(column.is));
        element.varveTrials = state;
        state.columns = columns;
        varve.table(state.table, {
            n: columns[0].values.length, columns: shown,
            id: (row) => state.columns[0].values[row],
            label: (row) => "Trial " + state.columns[0].values[row],
            onRow: (row) => open(state.columns[0].values[row]),
            onSelect: (ids) => compareChosen(state, ids),
            sort: { column: shown.findIndex((column) => column.is === "score"),
                down: objectives.length > 0 && objectives[0].direction === "max" },
        });
    }

    function refusedTable(refusals) {
        return varve.plainTable([{ title: "Times", right: true }, { title: "Reason" }, { title: "For example" }],
            refusals.map((one) => [varve.count(one.count), one.reason, one.values]));
    }

    function failedTable(failures) {
        return varve.plainTable([{ title: "Trials", right: true }, { title: "Attempts", right: true },
            { title: "Reason" }], failures.map((one) => [varve.count(one.trials), varve.count(one.attempts),
            varve.visible(one.reason, 1000)]));
    }

    function troubles(element, status, { refused = 0, refusals = [] }) {
        const parts = [];
        if (refused > 0)
            parts.push(el("h3", null, "Could not be built"), el("p", null, varve.count(refused) +
                " proposed configurations could not be built and cost no trial. Most often:"), refusedTable(refusals));
        if (status.failures.length > 0) parts.push(el("h3", null, "Failed"), failedTable(status.failures));
        if (status.other_failures > 0)
            parts.push(el("p", null, "And " + varve.count(status.other_failures) + " for other reasons."));
        varve.fill(element, parts.length > 0 ? parts : el("p", { class: "empty" },
            "Everything that was proposed could be built, and no trial failed."));
    }

    function workers(element, list) {
        const columns = [{ title: "Worker" }, { title: "Machine" }, { title: "Process", right: true },
            { title: "Trials at once", right: true }, { title: "Version" }, { title: "Began" }, { title: "Now" }];
        const row = (one) => [varve.visible(one.name, 60), varve.visible(one.host, 60), String(one.pid),
            String(one.slots), varve.visible(one.version, 40), varve.time(one.began), one.live ? "at work" : "gone"];
        varve.fill(element, list.length > 0 ? varve.plainTable(columns, list.map(row)) :
            el("p", { class: "empty" }, "The study knows of no worker."));
    }

    function made(page, element) {
        const { made: how } = page.data;
        varve.fill(element, how.command && el("pre", null, varve.visible(how.command)),
            varve.plainTable([{ title: "Setting" }, { title: "Value" }], how.facts.map(([title, text]) =>
                [title, varve.visible(text, 400)])),
            el("p", { class: "soft" }, "Written by Varve " + how.version + " on " + varve.time(how.time) + "."));
    }

    const sections = [
        ["question", "The question", (page, element) => varve.question(element, page.data.question)],
        ["best", "The best trials", best],
        ["figures", "Figures", figures],
        ["trials", "All trials", (page, element) => trials(element, page.columns,
            { objectives: page.data.study.objectives, open: page.open })],
        ["troubles", "What went wrong", (page, element) => troubles(element, page.data.study, page.data)],
        ["workers", "Workers", (page, element) => workers(element, page.data.study.workers)],
        ["made", "How it was made", made],
    ];

    /* ---- one trial ----------------------------------------------------------------------------------------------- */

    function showTrial(page, id) {
        const row = rowOf(page.columns, id);
        const dialog = document.querySelector("dialog");
        if (row < 0) return;
        const whole = page.data.best.find((one) => one.trial === id);
        const content = el("div");
        const close = el("button", { type: "button", class: "close", on: { click: () => dialog.close() } }, "Close");
        varve.fill(dialog, close, content);
        varve.trial(content, whole || trialObject(page.columns, row), page.trialOptions);
        if (!whole) content.appendChild(el("p", { class: "soft" }, "Layers and curves: ", el("code", null,
            "varve show PROJECT " + id)));
        if (!dialog.open) dialog.showModal();
    }

    function followAddress(page) {
        const named = /^#trial-(\d+)$/.exec(location.hash);
        if (named) showTrial(page, Number(named[1]));
    }

    function addTrials(page) {
        const dialog = document.querySelector("dialog");
        page.open = (id) => {
            if (location.hash === "#trial-" + id) showTrial(page, id);
            else location.hash = "#trial-" + id;
        };
        page.tip = (id) => {
            const row = rowOf(page.columns, id);
            const shown = page.columns.filter((column) => ["status", "score", "hyperparameter"].includes(column.is));
            return row < 0 ? [] : shown.map((column) => [column.title, column.text(column.values[row])]);
        };
        dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
        dialog.addEventListener("close", () => history.replaceState(null, "", location.pathname + location.search));
        window.addEventListener("hashchange", () => followAddress(page));
    }

    /* ---- the whole ----------------------------------------------------------------------------------------------- */

    function contents(page) {
        const link = (id, title) => el("a", { href: "#" + id }, title);
        const plots = page.data.sheet.figures.map((figure) => el("li", null, link("figure-" + figure.kind,
            figure.title)));
        const items = sections.map(([id, title]) => el("li", null, link(id, title), id === "figures" && el("ol", null,
            plots)));
        varve.fill(document.querySelector("nav"), el("ol", null, el("li", null, link("top", "Overview")), items));
    }

    /* The link of the section that is read. */
    function markContents() {
        const links = Array.from(document.querySelectorAll("nav > ol > li > a"));
        const watcher = new IntersectionObserver((entries) => {
            for (const entry of entries) {
                const link = links.find((one) => one.hash === "#" + entry.target.id);
                if (link && entry.isIntersecting) {
                    for (const one of links) one.removeAttribute("aria-current");
                    link.setAttribute("aria-current", "true");
                }
            }
        }, { rootMargin: "-20% 0px -75% 0px" });
        for (const section of document.querySelectorAll("main > section")) watcher.observe(section);
    }

    function report(data) {
        const page = { data, columns: openColumns(data), trialOptions: { objectives: data.study.objectives,
            makers: data.makers, always: data.always, level: 3 } };
        const main = document.querySelector("main");
        const overview = el("div");
        addTrials(page);
        varve.useColors(data.sheet.theme);
        headline(overview, data);
        contents(page);
        varve.fill(main, el("section", { id: "top" }, el("div", { class: "title" }, el("h1", null,
            varve.visible(data.study.study, 120)),
            varve.themeButton()), overview));
        for (const [id, title, draw] of sections) {
            const body = el("div");
            main.appendChild(el("section", { id }, el("h2", null, title), body));
            draw(page, body);
        }
        markContents();
        followAddress(page);
    }

    Object.assign(varve, { report, headline, openColumns, trials, troubles, workers });
})();
