/* rulers.js - parallel coordinates: upright rulers, each with a scale of its own, and ranges chosen on them. Lines
 * that are
 * outside of any chosen range step back.
 *
 *   varve.placeRulers(plot)             plot.rulers: [{ axis, scale, x, chosen }], plot.beneath: where "not active" is
 *   varve.rulerAxes(plot, group)
 *   varve.addBrushes(plot, changed)     on each ruler; changed() after each move; double click on a ruler lets go
 *   varve.placeBrushes(plot)            after the sizes have changed
 *
 * A chosen range is kept in values of its ruler, so that it stays when sizes change.
 */
"use strict";

(function () {
    const BRUSH = 22;

    /* ---- places -------------------------------------------------------------------------------------------------- */

    function placeRulers(plot) {
        const before = plot.rulers || [];
        const n = plot.panel.rulers.length;
        const step = n > 1 ? (plot.width - 40) / (n - 1) : 0;
        plot.step = n > 1 ? step : plot.width;
        plot.beneath = plot.height + 18;
        plot.rulers = plot.panel.rulers.map((axis, k) => {
            const was = before.find((ruler) => ruler.axis.title === axis.title);
            const x = n > 1 ? 20 + k * step : plot.width / 2;
            return { axis, x, scale: varve.scale(axis, plot.height, false), chosen: was ? was.chosen : null };
        });
        plot.bright = (mark, i) => isChosen(plot, mark, i);
    }

    /* ---- what is chosen ------------------------------------------------------------------------------------------ */

    const outside = ([from, to], y) => y < Math.min(from, to) || y > Math.max(from, to);

    function isChosen(plot, mark, i) {
        return plot.rulers.every((ruler, k) => {
            if (ruler.chosen === null || !mark.lines) return true;
            const y = ruler.scale.at(mark.lines[k][i]);
            return varve.known(y) && !outside(places(ruler), y);
        });
    }

    /* Of values: pixels. */
    const places = (ruler) => ruler.chosen.map((value) => ruler.scale.d3(value));

    function chosenCount(plot) {
        if (plot.rulers.every((ruler) => ruler.chosen === null)) return null;
        let [n, all] = [0, 0];
        for (const mark of plot.marks) {
            if (mark.kind !== "courses") continue;
            all += mark.n;
            for (let i = 0; i < mark.n; i++) if (isChosen(plot, mark, i)) n++;
        }
        return varve.count(n) + " of " + varve.count(all) +
            " trials are in the chosen ranges; a double click on a ruler lets go of its range.";
    }

    /* ---- axes ---------------------------------------------------------------------------------------------------- */

    function tickLabels(plot, ruler, group, room) {
        let end = Infinity;
        for (const tick of ruler.scale.ticks().sort((a, b) => b.at - a.at)) {
            group.appendChild(varve.svg("line", { x1: ruler.x - 4, y1: tick.at, x2: ruler.x, y2: tick.at,
                class: "axis" }));
            if (end - tick.at < 13) continue;
            end = tick.at;
            const last = plot.rulers.length > 1 && ruler === plot.rulers[plot.rulers.length - 1];
            const text = varve.svg("text", { x: last ? ruler.x - 6 : ruler.x + 6, y: tick.at, dy: "0.32em",
                class: "halo",
                "text-anchor": last ? "end" : "start" }, varve.cutText(tick.text, room));
            group.appendChild(text);
        }
    }

    /* Titles lean where they would run into each other. */
    function title(plot, ruler, k, leaning) {
        const name = ruler.axis.title || "";
        const edge = k === 0 ? "start" : k === plot.rulers.length - 1 ? "end" : "middle";
        const attributes = leaning
            ? { transform: "translate(" + ruler.x + " -12) rotate(-30)", "text-anchor": k === 0 ? "start" : "start" }
            : { x: ruler.x + (edge === "start" ? -8 : edge === "end" ? 8 : 0), y: -14, "text-anchor": edge };
        const room = leaning ? Math.min(92, (plot.width + plot.right - ruler.x) / 0.87) : plot.step - 8;
        const node = varve.svg("text", Object.assign(attributes, { class: "title" }), varve.cutText(name, Math.max(24,
            room)));
        node.appendChild(varve.svg("title", null, name));
        return node;
    }

    function rulerAxes(plot, group) {
        const leaning = plot.rulers.some((ruler) => varve.textWidth(ruler.axis.title || "") > plot.step - 8);
        plot.rulers.forEach((ruler, k) => {
            group.appendChild(varve.svg("line", { x1: ruler.x, y1: 0, x2: ruler.x, y2: plot.height, class: "axis" }));
            tickLabels(plot, ruler, group, Math.max(16, plot.step - 14));
            group.appendChild(title(plot, ruler, k, leaning));
        });
        if (plot.marks.some(hasGaps)) group.appendChild(varve.svg("text", { x: 0, y: plot.beneath + 4, class: "halo" },
            "not active"));
    }

    const hasGaps = (mark) => (mark.lines || []).some((column) => column.some((v) => !varve.known(v)));

    /* ---- brushes ------------------------------------------------------------------------------------------------- */

    function brushed(plot, ruler, node, changed) {
        if (!d3.event.sourceEvent) return;
        const range = d3.event.selection;
        ruler.chosen = range === null ? null : range.map((y) => ruler.scale.d3.invert(y));
        plot.chosen = chosenCount(plot);
        changed();
        plot.area.dispatchEvent(new CustomEvent("varve:chosen", { bubbles: true, detail: plot.chosen }));
    }

    function addBrush(plot, k, changed) {
        const node = varve.svg("g", { class: "brush" });
        const brush = d3.brushY().on("brush end", () => brushed(plot, plot.rulers[k], node, changed));
        plot.brushes.appendChild(node);
        node.addEventListener("dblclick", () => {
            plot.rulers[k].chosen = null;
            plot.chosen = chosenCount(plot);
            placeBrushes(plot);
            changed();
            plot.area.dispatchEvent(new CustomEvent("varve:chosen", { bubbles: true, detail: plot.chosen }));
        });
        return { node: d3.select(node), brush };
    }

    function addBrushes(plot, changed) {
        plot.changed = changed;
        placeBrushes(plot);
    }

    function placeBrushes(plot) {
        varve.fill(plot.brushes);
        plot.brushList = plot.rulers.map((ruler, k) => addBrush(plot, k, plot.changed));
        plot.brushList.forEach(({ node, brush }, k) => {
            const ruler = plot.rulers[k];
            brush.extent([[ruler.x - BRUSH / 2, 0], [ruler.x + BRUSH / 2, plot.height]]);
            node.call(brush);
            if (ruler.chosen !== null) node.call(brush.move, places(ruler).sort((a, b) => a - b));
        });
    }

    Object.assign(varve, { placeRulers, rulerAxes, addBrushes, placeBrushes });
})();
