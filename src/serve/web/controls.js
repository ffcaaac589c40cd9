/* controls.js - what somebody may want of a search: stop, pause, go on, begin again; and what became of it.
 *
 *   varve.stateOf(status)                    { word, text, live, tint }: "searching", "paused", "ended", ...
 *   varve.controls(element, study, status)   the buttons that make sense now; study: { name, base, enqueue() }
 *   varve.requests(element, status)          what was asked for lately, and the answers
 *   varve.request(study, value, what)        asks, and says so
 */
"use strict";

(function () {
    const { el } = varve;
    const KINDS = { stop: "Stop the search", pause: "Pause", go_on: "Go on", stop_trial: "Stop trial",
        enqueue: "Enqueue" };

    function stateOf(status) {
        const live = status.workers.filter((one) => one.live).length;
        const workers = live + (live === 1 ? " worker" : " workers");
        if (live > 0 && status.paused) return { word: "paused", text: "Paused; " + workers + " wait", live,
            tint: "pruned" };
        if (live > 0) return { word: "searching", text: "Searching with " + workers, live, tint: "running" };
        const complete = status.max_trials && status.trials >= status.max_trials;
        if (complete) return { word: "complete", text: "Complete: as many trials as asked for", live, tint: "trial" };
        return { word: "ended", text: status.trials > 0 ? "Nobody works at it" : "Not begun", live, tint: "plain" };
    }

    async function request(study, value, what) {
        await varve.post(study.base + "requests", value);
        varve.say(what + " was asked for");
    }

    /* ---- begin again --------------------------------------------------------------------------------------------- */

    async function copy(text) {
        try {
            await navigator.clipboard.writeText(text);
            varve.say("Copied");
        } catch (error) {
            throw new Error("The browser does not let it be copied; choose the text and copy it by hand.");
        }
    }

    async function beginAgain(study) {
        let command = null;
        try {
            command = (await varve.fetchPart(study.base + "command")).data;
        } catch (error) {
            varve.ask("Begin again", el("p", null, String(error.message)), [["Close", null]]);
            return;
        }
        const shown = [el("p", null, command.obstacle ? "It cannot be begun from here: " +
            varve.visible(command.obstacle, 200) + ". The command is:" :
            "This is how the search was begun. It goes on where it ended, on the machine of the dashboard:"),
                el("pre", null, varve.visible(command.text)),
        !command.obstacle && el("p", { class: "soft" }, "What it prints goes to ",
            el("code", null, varve.visible(command.log, 300)), ".")];
        const begin = async () => {
            await varve.post(study.base + "begin", { digest: command.digest });
            varve.say("The search begins again");
        };
        const buttons = [["Copy", () => copy(command.text)], ["Close", null]];
        varve.ask("Begin again", shown, command.obstacle ? buttons : [["Begin it", begin]].concat(buttons));
    }

    function confirmStop(study) {
        varve.ask("Stop the search", el("p", null,
            "Running trials keep their epochs; the search can be begun again and goes on from there."),
            [["Stop it", () => request(study, { kind: "stop" }, "The stop")], ["Cancel", null]]);
    }

    /* ---- buttons ------------------------------------------------------------------------------------------------- */

    /* Errors of what has no dialog of its own are told in one. */
    const direct = (f) => () => f().catch((error) => varve.ask("It could not be asked for",
        el("p", null, String(error.message)), [["Close", null]]));

    function buttonsOf(study, state) {
        const pause = ["Pause", direct(() => request(study, { kind: "pause" }, "A pause"))];
        const goOn = ["Go on", direct(() => request(study, { kind: "go_on" }, "Going on"))];
        const enqueue = ["Enqueue a trial", () => study.enqueue()];
        if (state.live > 0) return [state.word === "paused" ? goOn : pause,
            ["Stop the search", () => confirmStop(study)], enqueue];
        return [["Begin again", () => beginAgain(study)], enqueue];
    }

    function controls(element, study, status) {
        const state = stateOf(status);
        if (element.dataset.state === state.word) return;
        element.dataset.state = state.word;
        varve.keepFocus(element, () => varve.fill(element, buttonsOf(study, state).map(([title, f]) =>
            el("button", { type: "button", on: { click: f } }, title))));
    }

    /* ---- what was asked ------------------------------------------------------------------------------------------ */

    function requestText(one) {
        const what = (KINDS[one.kind] || one.kind) + (one.kind === "stop_trial" ? " " + one.trial : "");
        return what + ": " + (one.done ? varve.visible(one.answer, 300) || "done" :
            "waits for whoever works at the study");
    }

    function requests(element, status) {
        const list = (status.asked || []).slice(-8).reverse();
        element.hidden = list.length === 0;
        varve.fill(element, el("h3", null, "Asked for"), el("ul", { class: "asked" }, list.map((one) =>
            el("li", { class: one.done ? "done" : "open" },
                el("span", { class: "soft" }, varve.time(one.made).slice(11) + " "), requestText(one)))));
    }

    Object.assign(varve, { stateOf, controls, requests, request, requestText, direct });
})();
