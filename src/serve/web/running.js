/* running.js - the trials that run: how far each is, and its curve as it grows.
 *
 *   varve.running(element, status, stop(id), open(id))    fills it, or brings it up to date: what is there stays where
 *                                                         it is
 */
"use strict";

(function () {
    const { el } = varve;
    const WIDTH = 220;
    const HEIGHT = 48;

    /* ---- a small curve ------------------------------------------------------------------------------------------- */

    function linePoints(values, low, high, most) {
        const x = (i) => (most > 1 ? (i / (most - 1)) * (WIDTH - 4) + 2 : WIDTH / 2);
        const y = (v) => HEIGHT - 3 - (high > low ? ((v - low) / (high - low)) * (HEIGHT - 6) : (HEIGHT - 6) / 2);
        return values.map((v, i) => (varve.known(v) ? x(i).toFixed(1) + "," + y(v).toFixed(1) : null)).filter(Boolean);
    }

    /* As wide as the whole trial: what is still to come is empty. */
    function curve(svg, one, goal) {
        const values = one.values;
        const known = values.filter(varve.known);
        const most = Math.max(values.length, Math.ceil(goal / one.every) || 0, 2);
        const points = linePoints(values, Math.min(...known), Math.max(...known), most);
        const last = points.length > 0 ? points[points.length - 1].split(",") : null;
        varve.fill(svg, varve.svg("polyline", { points: points.join(" "), fill: "none" }),
            last && varve.svg("circle", { cx: last[0], cy: last[1], r: 3 }));
    }

    /* Of the objective where there is one of this name, else the first. */
    function mainCurve(status, course) {
        const names = status.objectives.map((one) => one.name);
        return course.curves.find((one) => names.includes(one.metric)) || course.curves[0];
    }

    /* ---- cards --------------------------------------------------------------------------------------------------- */

    const valueText = (value) => (typeof value === "number" ? varve.number(value) : varve.visible(value, 40));

    function build(id, stop, open) {
        const card = el("article", { class: "card run", "data-trial": id, "aria-label": "Trial " + id });
        const parts = { card, worker: el("span", { class: "soft" }),
            progress: el("progress", { "aria-label": "Epochs of trial " + id }),
            epochs: el("span"), metrics: el("p", { class: "metrics" }), values: el("p", { class: "soft values" }),
            curve: varve.svg("svg", { class: "curve", viewBox: "0 0 " + WIDTH + " " + HEIGHT, role: "img",
                "aria-label": "The curve of trial " + id }) };
        varve.fill(card, el("h3", null, el("button", { type: "button", class: "link", on: { click: () => open(id) } },
            "Trial " + id), " ", parts.worker),
            el("p", { class: "progress" }, parts.progress, parts.epochs), parts.curve, parts.metrics, parts.values,
            el("p", { class: "buttons" }, el("button", { type: "button", on: { click: () => stop(id) } },
                "Stop trial " + id)));
        return parts;
    }

    function metricsText(course) {
        return course.curves.filter((one) => one.values.length > 0).map((one) => {
            const last = one.values[one.values.length - 1];
            return varve.visible(one.metric, 40) + " " + (last === null ? "not finite" : varve.number(last));
        }).join(", ");
    }

    function update(parts, status, trial, course) {
        const executions = course.curves.length > 0 ? course.curves[0].execution : 0;
        varve.fill(parts.worker, trial.lapsed ? "not heard of for a while" :
            executions > 0 ? "execution " + (executions + 1) : "");
        if (trial.goal > 0) {
            parts.progress.max = trial.goal;
            parts.progress.value = Math.min(trial.epochs, trial.goal);
        }
        parts.progress.hidden = !(trial.goal > 0);
        varve.fill(parts.epochs, trial.epochs + (trial.goal > 0 ? " of " + trial.goal : "") +
            (trial.epochs === 1 && !trial.goal ? " epoch" : " epochs"));
        varve.fill(parts.metrics, metricsText(course) || "no epoch yet");
        varve.fill(parts.values, Object.keys(course.hyperparameters).map((name) => varve.visible(name, 40) + " " +
            valueText(course.hyperparameters[name])).join(", "));
        const main = mainCurve(status, course);
        parts.curve.classList.toggle("empty", !main);
        if (main) curve(parts.curve, main, trial.goal);
    }

    function running(element, status, stop, open) {
        const cards = element.varveRunning || (element.varveRunning = new Map());
        const ids = status.running.map((one) => one.trial);
        for (const id of Array.from(cards.keys())) {
            if (ids.includes(id)) continue;
            cards.get(id).card.remove();
            cards.delete(id);
        }
        if (cards.size === 0) varve.fill(element, ids.length === 0 && el("p", { class: "empty" }, "No trial runs."));
        for (const trial of status.running) {
            const course = status.courses.find((one) => one.trial === trial.trial) ||
                { curves: [], hyperparameters: {} };
            if (!cards.has(trial.trial)) {
                cards.set(trial.trial, build(trial.trial, stop, open));
                element.appendChild(cards.get(trial.trial).card);
            }
            update(cards.get(trial.trial), status, trial, course);
        }
    }

    Object.assign(varve, { running });
})();
