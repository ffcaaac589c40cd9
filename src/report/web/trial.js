/* trial.js - one trial: its values, executions, layers and curves.
 *
 *   varve.trial(element, trial, options)
 *       trial     as `varve show --json` has it; members that are not there are left out ("layers", "curves": only
 *       details have)
 *       options   { objectives: [{ name, direction }], level: of its heading, 3, untitled: it has none,
 *                   makers: { layer: { by: hyperparameter or null, sets: ["filters_0: filters", ...] } },
 *                   always: { kind: how many every network has }: who made a layer }
 *       drawn again in the same element, a trial keeps the figure of its curves
 *   varve.layers(layers, { makers, always, active })   an element: the network as a pile, the input at the top
 *   varve.statusWord(status)           an element: "completed", with its colour; varve.statusTint(status): the tint's
 *   word
 */
"use strict";

(function () {
    const STATUS_TINT = { COMPLETED: "trial", RUNNING: "running", WAITING: "running", PAUSED: "running",
        INTERRUPTED: "running",
        PRUNED: "pruned", FAILED: "failed" };
    const SERIES = 8;

    const statusTint = (status) => STATUS_TINT[status] || "plain";

    function statusWord(status) {
        return varve.el("span", { class: "status " + statusTint(status) }, String(status || "").toLowerCase());
    }

    /* ---- parts --------------------------------------------------------------------------------------------------- */

    function part(title, level, ...content) {
        return varve.el("section", null, varve.el("h" + level, null, title), content);
    }

    function valueText(value) {
        if (typeof value === "number") return Number.isInteger(value) ? String(value) : varve.number(value);
        return value === null || value === undefined ? "" : varve.visible(value, 200);
    }

    function scores(trial, objectives) {
        const list = (trial.scores || []).map((score, i) => {
            const name = objectives[i] ? objectives[i].name : "score";
            return [name, varve.score(name, score)];
        });
        if (trial.violation > 0) list.push(["exceeds constraints by", varve.number(trial.violation)]);
        return list;
    }

    function facts(trial, objectives) {
        const rows = scores(trial, objectives).concat([
            ["epochs", varve.known(trial.epochs) ? varve.count(trial.epochs) : ""],
            ["time", varve.seconds(trial.seconds)],
            ["parameters", varve.count(trial.params)],
            ["began", varve.time(trial.began)],
            ["ended", varve.time(trial.ended)],
            ["worker", varve.visible(trial.worker, 60)],
        ]);
        const shown = rows.filter((row) => row[1] !== "");
        return varve.el("dl", { class: "facts" }, shown.map(([name, value]) =>
            varve.el("div", null, varve.el("dt", null, varve.visible(name, 60)), varve.el("dd", null, value))));
    }

    function values(trial, level) {
        const names = Object.keys(trial.hyperparameters || {});
        if (names.length === 0) return null;
        const rows = names.map((name) => [name, valueText(trial.hyperparameters[name])]);
        return part("Hyperparameters", level, varve.plainTable([{ title: "Name" }, { title: "Value" }], rows));
    }

    function executions(trial, level) {
        const list = trial.execution_details || [];
        if (list.length < 2) return null;
        const rows = list.map((one, i) => [String(i + 1), varve.number(one.score), String(one.best_epoch + 1),
            varve.seconds(one.seconds)]);
        const columns = ["Execution", "Score", "Best epoch", "Time"].map((title) => ({ title, right: true }));
        return part("Executions", level, varve.plainTable(columns, rows));
    }

    function attempts(trial, level) {
        const list = trial.failed_attempts || [];
        if (list.length === 0) return null;
        return part("Failed attempts", level, varve.el("ul", null, list.map((one) =>
            varve.el("li", null, varve.visible(one.reason, 1000) + " (after " + varve.seconds(one.seconds) + ")"))));
    }

    /* ---- layers -------------------------------------------------------------------------------------------------- */

    function layerItem(layer, maker, tint) {
        const shape = (layer.output_shape || []).join(" \u00d7 ");
        const by = maker && maker.by ? "made by " + maker.by : null;
        const sets = maker ? maker.sets || [] : [];
        return varve.el("li", { class: tint },
            varve.el("span", { class: "name" }, varve.visible(layer.name, 60)), varve.el("span", { class: "kind" },
                varve.visible(layer.type, 40)),
            varve.el("span", { class: "shape" }, shape), varve.el("span", { class: "params" }, layer.params > 0 ?
                varve.count(layer.params) : ""),
            (by || sets.length > 0) && varve.el("span", { class: "by" },
                varve.visible([by].concat(sets).filter(Boolean).join(", "), 160)));
    }

    /* Of each kind only so many are made as there are more than always (report/makers.c): the makers of the layers. */
    function makersOf(layers, { makers = {}, always = {}, active = null }) {
        const left = {};
        const isActive = (text) => active === null || active.some((name) => text.startsWith(name + ": "));
        layers.forEach((layer) => { left[layer.type] = (left[layer.type] || 0) + 1; });
        Object.keys(left).forEach((kind) => { left[kind] -= always[kind] || 0; });
        return layers.map((layer) => {
            const known = makers[layer.name] || { by: null, sets: [] };
            const made = known.by && left[layer.type] > 0;
            if (made) left[layer.type]--;
            return { by: made ? known.by : null, sets: known.sets.filter(isActive) };
        });
    }

    function layersElement(layers, meaning) {
        const known = makersOf(layers, meaning || {});
        const names = Array.from(new Set(known.map((one) => one.by).filter(Boolean)));
        const tint = (one) => one.by ? "series" + (names.indexOf(one.by) % SERIES) : "plain";
        const legend = varve.el("ul", { class: "legend" }, names.map((name, i) =>
            varve.el("li", null, varve.el("span", { class: "swatch series" + (i % SERIES) }), varve.visible(name, 60))),
            names.length > 0 && varve.el("li", null, varve.el("span", { class: "swatch plain" }), "always there"));
        return varve.el("div", null, names.length > 0 && legend, varve.el("ol", { class: "layers" },
            layers.map((layer, i) => layerItem(layer, known[i], tint(known[i])))));
    }

    function network(trial, level, makers, always) {
        const active = Object.keys(trial.hyperparameters || {});
        if (!trial.layers || trial.layers.length === 0) return null;
        return part("Layers", level, layersElement(trial.layers, { makers, always, active }));
    }

    /* ---- curves -------------------------------------------------------------------------------------------------- */

    function range(columns) {
        const all = [].concat(...columns).filter(varve.known);
        if (all.length === 0) return [0, 1];
        const [low, high] = [Math.min(...all), Math.max(...all)];
        const margin = (high - low) * 0.05 || Math.abs(low) * 0.1 || 1;
        return [low - margin, high + margin];
    }

    /* A panel for each metric, a line for each execution: a figure like those that C makes. */
    function curvesFigure(trial) {
        const sheet = { columns: [] };
        const column = (numbers) => sheet.columns.push(numbers) - 1;
        const metrics = Array.from(new Set(trial.curves.map((curve) => curve.metric)));
        const panels = metrics.map((metric) => {
            const curves = trial.curves.filter((curve) => curve.metric === metric && curve.values.length > 0);
            const longest = Math.max(1, ...curves.map((curve) => curve.values.length));
            const [low, high] = range(curves.map((curve) => curve.values));
            const marks = curves.map((curve) => ({ kind: curve.values.length === 1 ? "points" : "line",
                n: curve.values.length,
                name: curves.length > 1 ? "execution " + (curve.execution + 1) : null, tint: "series" +
                    (curve.execution % SERIES),
                x: column(curve.values.map((value, epoch) => epoch + 1)), y: column(curve.values) }));
            return { title: varve.visible(metric, 60), span: 1, marks,
                x: { title: "epoch", scale: "linear", whole: true, low: longest > 1 ? 1 : 0.5, high: longest > 1 ?
                    longest : 1.5 },
                y: { scale: "linear", low, high } };
        });
        return { sheet, figure: { kind: "trial-" + trial.trial + "-curves", title: "Curves",
            caption: "Each metric, by epoch.", panels } };
    }

    /* Of the trial that the element shows already the figure stays, with its zoom and open table, and gets newer numbers. */
    function curves(trial, level, element) {
        if (!trial.curves || !trial.curves.some((curve) => curve.values.length > 0)) return null;
        const { figure, sheet } = curvesFigure(trial);
        const old = Array.from(element.children).find((one) =>
            one.varveFigure && one.varveFigure.figure.kind === figure.kind);
        if (old) {
            varve.update(old, figure, sheet);
            return old;
        }
        const section = varve.el("section");
        varve.drawFigure(section, figure, sheet, { level });
        return section;
    }

    /* ---- the whole ----------------------------------------------------------------------------------------------- */

    function trial(element, one, options) {
        const { objectives = [], level = 3, makers, always, untitled = false } = options || {};
        element.classList.add("trial");
        varve.fill(element,
            !untitled && varve.el("h" + level, null, "Trial " + one.trial + " ", statusWord(one.status)),
            one.reason && varve.el("p", { class: "reason" }, varve.visible(one.reason, 2000)),
            facts(one, objectives),
            varve.el("div", { class: "parts" }, values(one, level + 1), network(one, level + 1, makers, always)),
            executions(one, level + 1), attempts(one, level + 1), curves(one, level + 1, element));
    }

    Object.assign(varve, { trial, layers: layersElement, statusWord, statusTint });
})();
