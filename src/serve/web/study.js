/* study.js - one study, live: the sections of the report (report.js), which are fetched when they are seen and again
 * when they have changed; what runs, as it is told; and what can be asked of those who work at it.
 *
 *   varve.study(name)    fills the page
 */
"use strict";

(function () {
    const { el } = varve;

    /* ---- sections ------------------------------------------------------------------------------------------------ */

    function section(id, title, ...content) {
        return el("section", { id }, el("h2", null, title), content);
    }

    function contents(page, kinds) {
        const link = (id, title) => el("li", null, el("a", { href: "#" + id }, title));
        const plots = el("ol", null, kinds.map((kind) => link("figure-" + kind.kind, kind.title)));
        const figures = link("figures", "Figures");
        figures.appendChild(plots);
        varve.fill(document.querySelector("nav"), el("ol", null,
            !page.one && el("li", null, el("a", { href: "/" }, "All studies")), link("top", "Overview"),
            link("running", "Running"), link("question", "The question"), figures, link("trials", "All trials"),
                link("troubles", "What went wrong"),
            link("workers", "Workers"), link("made", "How it was made")));
    }

    function drawFigure(page) {
        return (element, data) => {
            const figure = data.sheet.figures[0];
            varve.useColors(data.sheet.theme);
            if (element.dataset.drawn) return varve.update(element, figure, data.sheet);
            element.dataset.drawn = "yes";
            return varve.drawFigure(element, figure, data.sheet, { onTrial: page.open, tip: page.tip, level: 3 });
        };
    }

    /* Those that grow with each epoch, and not only with each trial. */
    const GROWING = ["curves", "timeline"];

    function addFigures(page, element, kinds) {
        for (const kind of kinds) {
            const figure = el("figure", { id: "figure-" + kind.kind }, el("h3", null, kind.title),
                el("p", { class: "soft" }, kind.summary));
            element.appendChild(figure);
            page.parts.add(figure, "figures/" + kind.kind, drawFigure(page),
                GROWING.includes(kind.kind) ? "epochs" : "trials");
        }
    }

    /* ---- trials -------------------------------------------------------------------------------------------------- */

    function drawTrials(page, element, data) {
        page.columns = varve.openColumns(data);
        varve.trials(element, page.columns, { objectives: page.status ? page.status.objectives : [], open: page.open });
    }

    /* ---- one trial ----------------------------------------------------------------------------------------------- */

    function showTrial(page, data) {
        const options = { objectives: page.status ? page.status.objectives : [], makers: page.makers || {},
            always: page.always || {}, level: 3 };
        const stop = el("button", { type: "button", on: { click: () => page.stop(data.trial) } },
            "Stop trial " + data.trial);
        varve.keepFocus(page.content, () => {
            varve.trial(page.content, data, options);
            if (data.status === "RUNNING") page.content.appendChild(el("p", { class: "buttons" }, stop));
        });
    }

    async function fetchTrial(page) {
        const id = page.opened;
        const dialog = document.getElementById("trial");
        let show = null;
        if (id === null) return;
        try {
            const { data } = await varve.fetchPart(page.base + "trials/" + id);
            page.openedStatus = data.status;
            show = () => showTrial(page, data);
        } catch (error) {
            show = () => varve.fill(page.content, el("h3", null, "Trial " + id),
                el("p", { class: "trouble" }, String(error.message)));
        }
        if (page.opened !== id) return;
        show();
        if (!dialog.open) dialog.showModal();
    }

    /* One at a time: what is told meanwhile is fetched once, after it. */
    async function drawTrial(page) {
        page.trialIsOld = true;
        if (page.fetchingTrial) return;
        page.fetchingTrial = true;
        try {
            while (page.trialIsOld) {
                page.trialIsOld = false;
                await fetchTrial(page);
            }
        } finally {
            page.fetchingTrial = false;
        }
    }

    function followAddress(page) {
        const named = /^#trial-(\d+)$/.exec(location.hash);
        if (!named) return;
        page.opened = Number(named[1]);
        drawTrial(page);
    }

    function addTrialDialog(page) {
        const dialog = document.getElementById("trial");
        page.content = el("div");
        page.opened = null;
        varve.fill(dialog, el("button", { type: "button", class: "close", on: { click: () => dialog.close() } },
            "Close"), page.content);
        page.open = (id) => {
            if (location.hash === "#trial-" + id) followAddress(page);
            else location.hash = "#trial-" + id;
        };
        page.tip = (id) => {
            const row = page.columns ? page.columns[0].values.indexOf(id) : -1;
            const shown = row < 0 ? [] : page.columns.filter((column) =>
                ["status", "score", "hyperparameter"].includes(column.is));
            return shown.map((column) => [column.title, column.text(column.values[row])]);
        };
        dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
        dialog.addEventListener("close", () => {
            page.opened = null;
            history.replaceState(null, "", location.pathname + location.search);
        });
        window.addEventListener("hashchange", () => followAddress(page));
    }

    /* ---- words --------------------------------------------------------------------------------------------------- */

    function drawQuestion(page, element, data) {
        page.makers = data.makers;
        page.always = data.always;
        varve.question(element, data.question);
    }

    function drawAbout(page, element, data) {
        page.about = data;
        varve.fill(element, varve.plainTable([{ title: "Setting" }, { title: "Value" }],
            data.made.facts.map(([title, text]) => [title, varve.visible(text, 400)])));
        if (page.status) varve.troubles(page.troubles, page.status, data);
    }

    /* ---- what is told -------------------------------------------------------------------------------------------- */

    function leftText(left) {
        if (varve.known(left.seconds) && left.seconds > 0) return "; about " + varve.seconds(left.seconds) + " left";
        return left.unknown ? "; time left: " + left.unknown : "";
    }

    function drawHead(page, status) {
        const state = varve.stateOf(status);
        varve.fill(page.state, el("span", { class: "status " + state.tint }, state.text),
            state.live > 0 && el("span", { class: "soft" }, leftText(status.left)));
        varve.headline(page.overview, { study: status, constraints: page.about && page.about.constraints });
        document.title = (state.live > 0 ? varve.count(status.trials) + " trials - " : "") +
            varve.visible(page.name, 80) + " - Varve";
    }

    /* To those who hear the page: what has ended, a new best, an answer. */
    function announce(before, status) {
        if (!before) return;
        const ended = before.running.filter((one) => !status.running.some((other) =>
            other.trial === one.trial)).map((one) => one.trial);
        const best = status.best && (!before.best || before.best.trial !== status.best.trial);
        const answered = status.asked.filter((one) => one.done &&
            !before.asked.some((other) => other.id === one.id && other.done));
        const words = [].concat(ended.length > 0 ? "Trial " + ended.join(", ") + " ended." : [],
            best ? "Trial " + status.best.trial + " is the best so far." : [],
            answered.map((one) => varve.requestText(one) + "."));
        if (words.length > 0) varve.say(words.join(" "));
    }

    const trialsKey = (status) => JSON.stringify([status.by_status, status.best && status.best.trial]);

    function take(page, status) {
        const before = page.status;
        page.status = status;
        if (!before || trialsKey(before) !== trialsKey(status)) page.trialsVersion = status.version;
        drawHead(page, status);
        varve.running(page.running, status, page.stop, page.open);
        varve.controls(page.controls, page, status);
        varve.requests(page.asked, status);
        varve.workers(page.workers, status.workers);
        varve.troubles(page.troubles, status, page.about || {});
        announce(before, status);
        page.parts.changed({ version: status.version, trials: page.trialsVersion });
        if (page.opened !== null && page.openedStatus === "RUNNING") drawTrial(page);
        page.trouble.hidden = true;
    }

    function tellTrouble(page, text) {
        page.trouble.hidden = false;
        varve.fill(page.trouble, text);
    }

    function listen(page) {
        const source = new EventSource(page.base + "events");
        page.source = source;
        source.addEventListener("status", (event) => take(page, JSON.parse(event.data)));
        source.addEventListener("trouble", (event) => tellTrouble(page,
            varve.visible(JSON.parse(event.data).error, 400)));
        source.addEventListener("error", () => {
            tellTrouble(page, "The dashboard does not answer. The page shows what was known, and looks again.");
            if (source.readyState === EventSource.CLOSED)
                setTimeout(() => page.source === source && listen(page), 3000);
        });
    }

    /* A page that a browser keeps to go back to must not keep one of the few connections that it has for a server. */
    function listenWhileShown(page) {
        window.addEventListener("pagehide", () => page.source.close());
        window.addEventListener("pageshow", (event) => event.persisted && listen(page));
        listen(page);
    }

    /* ---- the whole ----------------------------------------------------------------------------------------------- */

    function build(page) {
        page.trouble = el("p", { class: "trouble", role: "alert", hidden: true });
        page.state = el("p", { class: "state" });
        page.controls = el("p", { class: "buttons", role: "group", "aria-label": "The search" });
        page.overview = el("div");
        page.asked = el("div", { hidden: true });
        page.running = el("div", { class: "runs" });
        page.troubles = el("div");
        page.workers = el("div");
        const [question, figures, trials, made] = [el("div"), el("div"), el("div"), el("div")];
        varve.fill(document.querySelector("main"),
            el("section", { id: "top" }, el("div", { class: "title" }, el("h1", null, varve.visible(page.name, 120)),
                varve.themeButton()),
                page.trouble, page.state, page.controls, page.overview, page.asked),
            section("running", "Running", page.running), section("question", "The question", question),
                section("figures", "Figures", figures),
            section("trials", "All trials", trials), section("troubles", "What went wrong", page.troubles),
                section("workers", "Workers", page.workers),
            section("made", "How it was made", made));
        page.parts.add(question, "question", (element, data) => drawQuestion(page, element, data), "trials");
        page.parts.add(trials, "trials", (element, data) => drawTrials(page, element, data), "trials");
        page.parts.add(made, "about", (element, data) => drawAbout(page, element, data), "trials");
        return figures;
    }

    async function study(name) {
        const page = { name, base: "/api/studies/" + encodeURIComponent(name) + "/", status: null, trialsVersion: 0 };
        page.parts = varve.parts(page.base);
        page.stop = (id) => varve.direct(() => varve.request(page, { kind: "stop_trial", trial: id },
            "That trial " + id + " stops"))();
        page.enqueue = varve.direct(() => varve.enqueue(page,
            page.status && page.status.best && page.status.best.hyperparameters));
        addTrialDialog(page);
        const figures = build(page);
        listenWhileShown(page);
        try {
            const [kinds, place] = await Promise.all([varve.fetchPart(page.base + "figures"),
                varve.fetchPart("/api/studies")]);
            page.one = place.data.one;
            contents(page, kinds.data);
            addFigures(page, figures, kinds.data);
        } catch (error) {
            tellTrouble(page, String(error.message));
        }
        followAddress(page);
    }

    Object.assign(varve, { study });
})();
