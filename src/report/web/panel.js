/* panel.js - one panel of a figure: axes and texts in SVG, marks on a canvas or in SVG, hovering, zooming, keys.
 *
 *   varve.panel(panel, sheet, options)    the element; element.varvePanel is its handle:
 *       .update(panel, sheet)             other data in the same place; zoom and chosen ranges stay
 *       .resize()                         to the width that it has now
 *       .picture()                        an SVG element of its own, with colours and fonts in it
 *
 * Ctrl and the wheel zoom, dragging pans, a double click goes back; so do + - 0 and the arrows with Shift. Arrows
 * alone go
 * from mark to mark, Enter follows to the trial.
 */
"use strict";

(function () {
    const MANY = 500; /* shapes, from which on a canvas is faster than SVG */
    const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 25, PageUp: -25 };
    const PANS = { ArrowRight: [-60, 0], ArrowLeft: [60, 0], ArrowDown: [0, -60], ArrowUp: [0, 60] };

    /* ---- sizes --------------------------------------------------------------------------------------------------- */

    const rowsOf = (panel) => (panel.y && panel.y.scale === "words" ? (panel.y.words || []).length : 0);

    function innerHeight(panel, width) {
        const rows = rowsOf(panel);
        if (rows > 0) return Math.max(60, Math.min(720, rows * (rows > 30 ? 16 : 24)));
        if (panel.rulers) return 300;
        return Math.max(180, Math.min(300, width * 0.55));
    }

    /* Room for the labels at the left: as wide as the widest, within two fifths of it all. */
    function leftMargin(panel, scale, width) {
        if (panel.rulers) return 24;
        const widest = Math.max(0, ...scale.ticks().map((tick) => varve.textWidth(tick.text)));
        return Math.ceil(Math.min(widest, width * 0.4)) + 12 + (panel.y.title ? 20 : 0);
    }

    /* ---- axes ---------------------------------------------------------------------------------------------------- */

    function label(text, attributes, full) {
        const node = varve.svg("text", attributes, text);
        if (full && full !== text) node.appendChild(varve.svg("title", null, full));
        return node;
    }

    const line = (x1, y1, x2, y2, name) => varve.svg("line", { x1, y1, x2, y2, class: name });
    const withUnit = (axis) => axis.title && axis.title + (axis.unit && axis.unit !== "bytes" ? " (" + axis.unit +
        ")" : "");

    /* Not over areas of colour. */
    const hasGrid = (plot) => !plot.marks.some((mark) => mark.kind === "cells");

    function xAxis(plot, group) {
        let end = -Infinity;
        for (const tick of plot.x.ticks()) {
            const half = varve.textWidth(tick.text) / 2;
            if (hasGrid(plot)) group.appendChild(line(tick.at, 0, tick.at, plot.height, "grid"));
            if (tick.at - half < end + 6) continue;
            end = tick.at + half;
            group.appendChild(label(tick.text, { x: tick.at, y: plot.height + 17, "text-anchor": "middle" },
                tick.full));
        }
        group.appendChild(line(0, plot.height, plot.width, plot.height, "axis"));
        if (withUnit(plot.x.axis))
            group.appendChild(label(varve.cutText(withUnit(plot.x.axis), plot.width), { x: plot.width / 2,
                y: plot.height + 36,
                class: "title", "text-anchor": "middle" }, withUnit(plot.x.axis)));
    }

    function yAxis(plot, group) {
        const room = plot.left - 12 - (plot.y.axis.title ? 20 : 0);
        for (const tick of plot.y.ticks()) {
            if (hasGrid(plot)) group.appendChild(line(0, tick.at, plot.width, tick.at, "grid"));
            group.appendChild(label(varve.cutText(tick.text, room), { x: -8, y: tick.at, dy: "0.32em",
                "text-anchor": "end" },
                tick.full || tick.text));
        }
        group.appendChild(line(0, 0, 0, plot.height, "axis"));
        if (withUnit(plot.y.axis))
            group.appendChild(label(varve.cutText(withUnit(plot.y.axis), plot.height), { x: -plot.height / 2,
                y: 12 - plot.left,
                transform: "rotate(-90)", class: "title", "text-anchor": "middle" }, withUnit(plot.y.axis)));
    }

    function axes(plot, group) {
        if (plot.rulers) varve.rulerAxes(plot, group);
        else xAxis(plot, group), yAxis(plot, group);
    }

    /* ---- the plot: sizes (piles stand above the highest place, lines beneath the lowest), scales, marks ---------- */

    function measure(plot) {
        const { panel } = plot;
        const full = Math.max(200, plot.area.clientWidth || 600);
        plot.height = innerHeight(panel, full);
        plot.baseY = varve.scale(panel.rulers ? panel.rulers[0] : panel.y, plot.height, false);
        plot.left = leftMargin(panel, plot.baseY, full);
        plot.right = panel.rulers ? 24 : 14;
        plot.above = Math.max(0, ...plot.marks.map((mark) => varve.headroom(plot, mark)));
        plot.top = (panel.rulers ? 58 : 8) + plot.above;
        plot.bottom = panel.rulers ? 30 : panel.x.title ? 44 : 26;
        plot.width = Math.max(80, full - plot.left - plot.right);
        plot.baseX = varve.scale(panel.rulers ? { scale: "linear", low: 0, high: 1 } : panel.x, plot.width, true);
        if (panel.rulers) varve.placeRulers(plot);
    }

    function rescale(plot) {
        plot.x = plot.baseX.zoomed((scale) => plot.transform.rescaleX(scale));
        plot.y = plot.baseY.zoomed((scale) => plot.transform.rescaleY(scale));
    }

    function paint(plot, pen) {
        for (const mark of plot.marks) varve.paintMark(plot, mark, pen);
    }

    function paintCanvas(plot) {
        const { canvas } = plot;
        const dense = Math.min(2, window.devicePixelRatio || 1);
        const [width, height] = [plot.left + plot.width + plot.right, plot.top + plot.height + plot.bottom];
        canvas.width = Math.round(width * dense);
        canvas.height = Math.round(height * dense);
        canvas.style.width = width + "px";
        canvas.style.height = height + "px";
        const context = canvas.getContext("2d");
        context.setTransform(dense, 0, 0, dense, plot.left * dense, plot.top * dense);
        context.beginPath();
        context.rect(-1, -1 - plot.above, plot.width + 2, plot.height + plot.above + plot.over + 2);
        context.clip();
        paint(plot, varve.canvasPen(context));
    }

    function frame(plot, svg) {
        const [width, height] = [plot.left + plot.width + plot.right, plot.top + plot.height + plot.bottom];
        svg.setAttribute("width", width);
        svg.setAttribute("height", height);
        svg.setAttribute("viewBox", "0 0 " + width + " " + height);
        plot.clip.setAttribute("y", -1 - plot.above);
        plot.clip.setAttribute("width", plot.width + 2);
        plot.clip.setAttribute("height", plot.height + plot.above + plot.over + 2);
        plot.inner.setAttribute("transform", "translate(" + plot.left + " " + plot.top + ")");
    }

    function redraw(plot) {
        rescale(plot);
        frame(plot, plot.svg);
        varve.fill(plot.axes);
        varve.fill(plot.shapes);
        axes(plot, plot.axes);
        plot.canvas.hidden = !plot.many;
        if (plot.many) paintCanvas(plot);
        else paint(plot, varve.svgPen(plot.shapes));
        plot.picker.redrawn();
    }

    function load(plot, panel, sheet) {
        plot.panel = panel;
        plot.sheet = sheet;
        plot.shades = panel.shades || null;
        plot.marks = (panel.marks || []).map((mark) => varve.openMark(mark, sheet));
        plot.many = plot.marks.reduce((n, mark) => n + varve.shapes(mark), 0) > MANY;
        plot.over = panel.rulers ? 22 : 0;
        measure(plot);
    }

    /* ---- zoom, pointer, keys ------------------------------------------------------------------------------------- */

    /* One finger scrolls the page; the wheel does unless Ctrl is held. */
    function isZoom(event) {
        if (event.type === "wheel") return event.ctrlKey || event.metaKey;
        if (event.type.startsWith("touch")) return event.touches.length > 1;
        return !event.button;
    }

    function addZoom(plot) {
        plot.zoom = d3.zoom().scaleExtent([1, 500]).filter(() => isZoom(d3.event)).on("zoom", () => {
            plot.transform = d3.event.transform;
            plot.area.classList.toggle("zoomed", plot.transform.k > 1);
            redraw(plot);
        });
        plot.surface = d3.select(plot.svg);
        limitZoom(plot);
        plot.surface.call(plot.zoom).on("dblclick.zoom", () => resetZoom(plot));
    }

    function limitZoom(plot) {
        const area = [[0, 0], [plot.width, plot.height]];
        plot.zoom.extent(area).translateExtent(area);
    }

    const resetZoom = (plot) => plot.surface.call(plot.zoom.transform, d3.zoomIdentity);

    function addPointer(plot) {
        const where = (event) => {
            const box = plot.svg.getBoundingClientRect();
            return [event.clientX - box.left - plot.left, event.clientY - box.top - plot.top];
        };
        let pressed = null;
        plot.svg.addEventListener("pointermove", (event) => event.buttons === 0 && plot.picker.at(...where(event)));
        plot.svg.addEventListener("pointerleave", () => plot.picker.clear());
        plot.svg.addEventListener("pointerdown", (event) => (pressed = where(event)));
        plot.svg.addEventListener("click", (event) => {
            const here = where(event);
            if (pressed && Math.hypot(here[0] - pressed[0], here[1] - pressed[1]) > 4) return;
            plot.picker.at(...here);
            plot.picker.follow();
        });
    }

    function zoomByKey(plot, event) {
        if (!plot.zoom) return false;
        const center = [plot.width / 2, plot.height / 2];
        if (event.key === "+" || event.key === "=") plot.surface.call(plot.zoom.scaleBy, 1.5, center);
        else if (event.key === "-") plot.surface.call(plot.zoom.scaleBy, 1 / 1.5, center);
        else if (event.key === "0") resetZoom(plot);
        else if (event.shiftKey && PANS[event.key]) {
            const [dx, dy] = PANS[event.key];
            plot.surface.call(plot.zoom.translateBy, dx / plot.transform.k, dy / plot.transform.k);
        } else return false;
        return true;
    }

    function pickByKey(plot, event) {
        const { picker } = plot;
        if (STEPS[event.key]) picker.step(STEPS[event.key]);
        else if (event.key === "Home" || event.key === "End") picker.end(event.key === "End");
        else if (event.key === "Enter") picker.follow();
        else if (event.key === "Escape") picker.clear();
        else return false;
        return true;
    }

    function addKeys(plot) {
        plot.area.addEventListener("keydown", (event) => {
            if (event.ctrlKey || event.altKey || event.metaKey) return;
            if (zoomByKey(plot, event) || pickByKey(plot, event)) event.preventDefault();
        });
        plot.area.addEventListener("blur", () => plot.picker.clear());
    }

    /* ---- the element --------------------------------------------------------------------------------------------- */

    let clips = 0;

    function build(plot, name) {
        const id = "varve-clip-" + clips++;
        plot.clip = varve.svg("rect", { x: -1, y: -1 });
        plot.axes = varve.svg("g", { class: "axes" });
        plot.shapes = varve.svg("g");
        plot.overlay = varve.svg("g", { class: "pointed" });
        plot.brushes = varve.svg("g");
        plot.inner = varve.svg("g", null, varve.svg("defs", null, varve.svg("clipPath", { id }, plot.clip)), plot.axes,
            varve.svg("g", { "clip-path": "url(#" + id + ")" }, plot.shapes, plot.overlay), plot.brushes);
        plot.svg = varve.svg("svg", { "aria-hidden": "true", focusable: "false" }, plot.inner);
        plot.canvas = varve.el("canvas", { "aria-hidden": "true" });
        plot.tip = varve.el("div", { class: "tip", role: "status", hidden: true });
        plot.area = varve.el("div", { class: "plot", tabindex: "0", role: "application", "aria-roledescription": "plot",
            "aria-label": varve.visible(name, 200) +
                ". Arrows go from mark to mark, Enter to the trial, plus and minus zoom." },
            plot.canvas, plot.svg, plot.tip);
    }

    function picture(plot) {
        const pictured = Object.assign({}, plot, { inner: varve.svg("g"), clip: varve.svg("rect", { x: -1, y: -1 }) });
        const id = "clip";
        const ground = varve.svg("rect", { width: "100%", height: "100%", fill: varve.color("ground") });
        const [axesGroup, shapes] = [varve.svg("g", { class: "axes" }), varve.svg("g")];
        const svg = varve.svg("svg", { xmlns: "http://www.w3.org/2000/svg" }, ground, pictured.inner);
        pictured.inner.append(varve.svg("clipPath", { id }, pictured.clip), axesGroup, varve.svg("g",
            { "clip-path": "url(#clip)" }, shapes));
        frame(pictured, svg);
        axes(pictured, axesGroup);
        paint(pictured, varve.svgPen(shapes, true));
        varve.fixStyles(svg);
        return svg;
    }

    /* A picture that leaves the page takes its style along, as attributes. */
    function fixStyles(svg) {
        const styles = {
            text: { fill: varve.color("soft"), "font-family": "system-ui, sans-serif", "font-size": 12 },
            "line.grid": { stroke: varve.color("grid") },
            "line.axis": { stroke: varve.color("axis") },
        };
        for (const selector of Object.keys(styles))
            for (const node of svg.querySelectorAll(selector))
                for (const name of Object.keys(styles[selector])) node.setAttribute(name, styles[selector][name]);
    }

    function empty(panel) {
        return varve.el("div", { class: "panel" }, panel.title && varve.el("h4", null, panel.title),
            varve.el("p", { class: "empty" }, panel.empty));
    }

    function start(plot, panel, sheet) {
        load(plot, panel, sheet);
        if (panel.rulers) varve.addBrushes(plot, () => redraw(plot));
        else addZoom(plot);
        redraw(plot);
    }

    function handle(plot) {
        const again = (panel, sheet) => {
            load(plot, panel, sheet);
            if (panel.rulers) varve.placeBrushes(plot);
            else limitZoom(plot);
            redraw(plot);
        };
        return {
            update: again,
            resize: () => again(plot.panel, plot.sheet),
            recolor: () => redraw(plot),
            picture: () => picture(plot),
            plot,
        };
    }

    function panel(data, sheet, options) {
        if (data.empty) return empty(data);
        const plot = { transform: d3.zoomIdentity, bright: () => true };
        build(plot, data.title || options.title || "");
        plot.picker = varve.picker(plot, options);
        addPointer(plot);
        addKeys(plot);
        const element = varve.el("div", { class: "panel" }, data.title && varve.el("h4", null, data.title), plot.area,
            varve.legend(data, sheet));
        element.varvePanel = handle(plot);
        element.varvePanel.start = () => start(plot, data, sheet);
        return element;
    }

    Object.assign(varve, { panel, fixStyles });
})();
