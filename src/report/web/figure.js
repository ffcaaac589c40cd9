/* figure.js - a figure on the page: title, panels, caption, downloads, its data as a table.
 *
 *   varve.drawFigure(element, figure, sheet, options)
 *       element   is filled; its class "figure" and the styles of figure.css make it what it is
 *       figure    one of sheet.figures, as src/report/figures/json.c describes them
 *       sheet     { theme, columns, figures }
 *       options   { onTrial(id): a mark of a trial was clicked, or Enter pressed on it;
 *                   tip(id) => [[name, value], ...]: what the tip says besides; level: of its heading, 3 }
 *   varve.update(element, figure, sheet)   draws other data in its place: zoom, chosen ranges and the pointer stay
 *   where panels
 *                                          are as many and of the same titles as before
 *   varve.drawNow(element)                 though it is not near
 *   varve.legend(panel, sheet)             an element, or null: names and shades of a panel
 *
 * Figures draw when they come near to what is seen. They follow the width of their element and the theme.
 */
"use strict";

(function () {
    /* ---- legend -------------------------------------------------------------------------------------------------- */

    function swatch(mark) {
        const isLine = ["line", "step", "courses"].includes(mark.kind);
        const svg = varve.svg("svg", { width: 16, height: 12, "aria-hidden": "true" });
        const pen = varve.svgPen(svg);
        const color = "tint-" + (mark.tint || "plain");
        if (isLine) pen.path([0, 16], [6, 6], 2, { stroke: color, width: 2.5 });
        else if (mark.kind === "points") pen.circle(8, 6, 4.5, { fill: color });
        else pen.rect(2, 1, 12, 10, { fill: color });
        return svg;
    }

    function shadeBar(shades) {
        const bar = varve.el("span", { class: "shades", "aria-hidden": "true" });
        const steps = 16;
        for (let i = 0; i < steps; i++) {
            const cell = varve.el("span");
            const share = (i + 0.5) / steps;
            cell.style.backgroundColor = varve.shade(shades.falling ? 1 - share : share);
            bar.appendChild(cell);
        }
        return varve.el("li", null, shades.title && varve.el("span", null, shades.title), varve.number(shades.low), bar,
            varve.number(shades.high));
    }

    function legend(panel) {
        const named = (panel.marks || []).filter((mark) => mark.name);
        const items = named.map((mark) => varve.el("li", null, !mark.shade && swatch(mark), varve.visible(mark.name,
            60)));
        if (panel.shades) items.push(shadeBar(panel.shades));
        return items.length > 0 ? varve.el("ul", { class: "legend" }, items) : null;
    }

    /* ---- panels -------------------------------------------------------------------------------------------------- */

    function panelElement(state, panel) {
        const options = Object.assign({ title: state.figure.title }, state.options);
        const element = varve.panel(panel, state.sheet, options);
        if (panel.span !== 1 || state.figure.panels.length === 1) element.classList.add("wide");
        return element;
    }

    function drawPanels(state) {
        const elements = (state.figure.panels || []).map((panel) => panelElement(state, panel));
        varve.fill(state.panels, elements);
        for (const element of elements) if (element.varvePanel) element.varvePanel.start();
        shareLegend(state);
        state.drawn = true;
        state.width = state.panels.clientWidth;
    }

    /* Panels that have the same legend share one. */
    function shareLegend(state) {
        const all = Array.from(state.panels.querySelectorAll(".legend"));
        varve.fill(state.legend);
        if (all.length < 2 || new Set(all.map((one) => one.textContent)).size > 1 ||
            all[0].querySelector(".shades")) return;
        for (const one of all) one.remove();
        state.legend.appendChild(all[0]);
    }

    const handles = (state) => Array.from(state.panels.children).map((element) => element.varvePanel).filter(Boolean);

    /* The same panels as before, with other data? */
    function isAlike(before, after) {
        const shape = (figure) => JSON.stringify((figure.panels || []).map((panel) =>
            [panel.title, Boolean(panel.empty), (panel.rulers || []).map((axis) => axis.title), panel.x &&
                panel.x.scale, panel.y && panel.y.scale]));
        return shape(before) === shape(after);
    }

    function updatePanels(state) {
        (state.figure.panels || []).forEach((panel, i) => {
            const element = state.panels.children[i];
            if (!element.varvePanel) return;
            element.varvePanel.update(panel, state.sheet);
            const old = element.querySelector(".legend");
            const fresh = legend(panel);
            if (old && fresh) old.replaceWith(fresh);
            else if (old) old.remove();
            else if (fresh) element.appendChild(fresh);
        });
        shareLegend(state);
    }

    /* ---- the frame around them ----------------------------------------------------------------------------------- */

    function buttons(state) {
        const button = (text, title, f) => varve.el("button", { type: "button", title, on: { click: f } }, text);
        return varve.el("div", { class: "tools" },
            button("SVG", "Save as a picture", () => varve.saveSvg(state.figure, handles(state))),
            button("CSV", "Save what is drawn as a table", () => varve.saveCsv(state.figure, state.sheet)));
    }

    /* The words around the panels; why there is nothing to draw is said once. */
    function say(state) {
        const { figure } = state;
        const reasons = (figure.panels || []).map((panel) => panel.empty);
        const empty = reasons.every(Boolean);
        state.title.textContent = figure.title;
        state.caption.textContent = figure.caption || "";
        state.caption.hidden = !figure.caption || (empty && reasons.includes(figure.caption));
        state.reduced.textContent = figure.reduced || "";
        state.reduced.hidden = !figure.reduced;
        state.tools.hidden = state.data.hidden = empty;
    }

    function build(state, element) {
        state.panels = varve.el("div", { class: "panels" });
        state.legend = varve.el("div");
        state.caption = varve.el("figcaption");
        state.reduced = varve.el("p", { class: "reduced" });
        state.chosen = varve.el("p", { class: "chosen", role: "status", hidden: true });
        state.title = varve.el("h" + (state.options.level || 3));
        state.data = varve.dataTable(() => state.figure, () => state.sheet);
        state.tools = buttons(state);
        say(state);
        element.classList.add("figure");
        varve.fill(element, varve.el("div", { class: "head" }, state.title, state.tools), state.caption, state.panels,
            state.legend, state.chosen, state.reduced, state.data);
        element.addEventListener("varve:chosen", (event) => {
            state.chosen.hidden = event.detail === null;
            state.chosen.textContent = event.detail || "";
        });
    }

    /* It ends by itself once the element has left the page. */
    function follow(state) {
        new ResizeObserver(() => {
            if (!state.drawn || state.panels.clientWidth === state.width) return;
            state.width = state.panels.clientWidth;
            for (const one of handles(state)) one.resize();
        }).observe(state.panels);
    }

    function drawFigure(element, figure, sheet, options) {
        const state = { figure, sheet, options: options || {}, drawn: false };
        varve.useColors(sheet.theme);
        build(state, element);
        follow(state);
        element.varveFigure = state;
        varve.whenNear(element, () => drawNow(element));
    }

    function update(element, figure, sheet) {
        const state = element.varveFigure;
        const alike = isAlike(state.figure, figure);
        state.figure = figure;
        state.sheet = sheet;
        say(state);
        state.data.varveRefresh();
        if (!state.drawn) return;
        if (alike) updatePanels(state);
        else drawPanels(state);
    }

    /* Of those that are on the page: one that has left it is held by nothing. */
    function forEach(f) {
        for (const element of document.querySelectorAll(".figure"))
            if (element.varveFigure) f(element);
    }

    document.addEventListener("varve:theme", () => forEach((element) =>
        element.varveFigure.drawn && updatePanels(element.varveFigure)));

    /* Printers are shown all of it. */
    window.addEventListener("beforeprint", () => forEach(drawNow));

    const drawNow = (element) => !element.varveFigure.drawn && drawPanels(element.varveFigure);

    Object.assign(varve, { drawFigure, drawNow, update, legend });
})();
