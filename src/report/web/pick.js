/* pick.js - what is pointed at in a plot, by mouse, finger or keys, and what is said of it.
 *
 *   varve.picker(plot, options)      options: { onTrial(id), tip(id) => [[name, value], ...], label }
 *       .at(x, y)       points at what is nearest to a place, or at nothing
 *       .step(n)        to the n-th next one from left to right        .end(last)    to the first, or last
 *       .follow()       to its trial                                   .clear()
 *       .redrawn()      places have changed
 *
 * plot: see panel.js; `plot.marks` are open marks (marks.js), `plot.overlay` an SVG group over them, `plot.tip` an
 * element.
 *
 * All spots are looked at, whenever the pointer moves: 10,000 of them take less than a millisecond.
 */
"use strict";

(function () {
    const REACH = 30;
    const MOST_ROWS = 14;

    /* ---- distances ----------------------------------------------------------------------------------------------- */

    function toBox(box, x, y) {
        const dx = Math.max(box.x0 - x, 0, x - box.x1);
        const dy = Math.max(box.y0 - y, 0, y - box.y1);
        return Math.hypot(dx, dy);
    }

    function toSegment(x0, y0, x1, y1, x, y) {
        const [dx, dy] = [x1 - x0, y1 - y0];
        const length = dx * dx + dy * dy;
        const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length));
        return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
    }

    function toLine(line, x, y) {
        let least = line.n === 1 ? Math.hypot(line.xs[0] - x, line.ys[0] - y) : Infinity;
        for (let k = 1; k < line.n; k++) {
            if (line.xs[k] < x - REACH || line.xs[k - 1] > x + REACH) continue;
            const d = toSegment(line.xs[k - 1], line.ys[k - 1], line.xs[k], line.ys[k], x, y);
            if (d < least) least = d;
        }
        return least;
    }

    function distance(spot, x, y) {
        if (spot.line) return toLine(spot.line, x, y);
        return spot.box ? toBox(spot.box, x, y) : Math.hypot(spot.x - x, spot.y - y);
    }

    /* ---- words --------------------------------------------------------------------------------------------------- */

    const axisName = (axis, otherwise) => axis.title || otherwise;

    function rulerRows(plot, spot) {
        return plot.rulers.map((ruler, k) => {
            const value = spot.mark.lines[k][spot.i];
            return [axisName(ruler.axis, ""), varve.known(value) ? ruler.scale.text(value) : "not active"];
        });
    }

    function courseRows(plot, spot) {
        const { mark, i } = spot;
        const last = mark.ends[i] - 1;
        const epochs = mark.ends[i] - (i === 0 ? 0 : mark.ends[i - 1]);
        return [[axisName(plot.x.axis, "epochs"), String(epochs)], [axisName(plot.y.axis, "last"),
            plot.y.text(mark.values[last])]];
    }

    function placeRows(plot, spot) {
        const { mark, i } = spot;
        const across = mark.x_n ? i % mark.x_n : i;
        const down = mark.x_n ? Math.floor(i / mark.x_n) : i;
        const rows = [[axisName(plot.x.axis, "x"), plot.x.text(mark.x[across])], [axisName(plot.y.axis, "y"),
            plot.y.text(mark.y[down])]];
        if (mark.x_low && mark.x_high)
            rows.push(["between", plot.x.text(mark.x_low[i]) + " and " + plot.x.text(mark.x_high[i])]);
        else if (mark.x_high) rows.push(["to", plot.x.text(mark.x_high[i])]);
        return rows;
    }

    function markRows(plot, spot) {
        const { mark, i } = spot;
        if (mark.lines && plot.rulers) return rulerRows(plot, spot);
        const rows = mark.ends ? courseRows(plot, spot) : mark.lines ? [] : placeRows(plot, spot);
        if (mark.shade && plot.shades && plot.shades.title) rows.push([plot.shades.title, varve.number(mark.shade[i])]);
        const pile = mark.pile(i);
        if (pile) rows.push(["layers", pile.names.join(", ")]);
        return rows;
    }

    function trialOf(spot) {
        return spot.mark.trials && varve.known(spot.mark.trials[spot.i]) ? spot.mark.trials[spot.i] : null;
    }

    function rowsOf(plot, spot, options) {
        const rows = markRows(plot, spot);
        const names = new Set(rows.map((row) => row[0]));
        const trial = trialOf(spot);
        for (const row of trial !== null && options.tip ?
            options.tip(trial) : []) if (!names.has(row[0])) rows.push(row);
        return rows.filter((row) => row[1] !== "");
    }

    /* ---- the tip ------------------------------------------------------------------------------------------------- */

    function tipContent(plot, spot, options) {
        const trial = trialOf(spot);
        const rows = rowsOf(plot, spot, options);
        const note = spot.mark.note(spot.i);
        const title = trial !== null ? "Trial " + trial : spot.mark.name;
        const list = varve.el("dl", null, rows.slice(0, MOST_ROWS).map(([name, value]) =>
            [varve.el("dt", null, varve.visible(name, 40)), varve.el("dd", null, varve.visible(value, 60))]));
        const left = rows.length - MOST_ROWS;
        return [title && varve.el("strong", null, title), note && varve.el("p", null, varve.visible(note, 200)), list,
                left > 0 && varve.el("p", null, "and " + left + " more")];
    }

    function placeTip(plot, spot) {
        const { tip } = plot;
        const [x, y] = [plot.left + Math.max(0, Math.min(spot.x, plot.width)), plot.top + spot.y];
        const room = plot.left + plot.width + plot.right;
        const beside = x + 14 + tip.offsetWidth > room ? x - 14 - tip.offsetWidth : x + 14;
        tip.style.left = Math.max(0, Math.min(beside, room - tip.offsetWidth)) + "px";
        tip.style.top = Math.max(0, y - tip.offsetHeight / 2) + "px";
    }

    function ring(plot, spot) {
        const style = { stroke: "ink", width: 2 };
        const pen = varve.svgPen(plot.overlay);
        if (spot.line) pen.path(spot.line.xs, spot.line.ys, spot.line.n, { stroke: "ink", width: 2.5 });
        else if (spot.box) pen.rect(spot.box.x0 - 1, spot.box.y0 - 1, spot.box.x1 - spot.box.x0 + 2,
            spot.box.y1 - spot.box.y0 + 2, style);
        else pen.circle(spot.x, spot.y, 6, style);
    }

    /* ---- the picker ---------------------------------------------------------------------------------------------- */

    function isInside(plot, spot) {
        const box = spot.box || { x0: spot.x, x1: spot.x, y0: spot.y, y1: spot.y };
        return box.x1 >= -1 && box.x0 <= plot.width + 1 && box.y1 >= -1 && box.y0 <= plot.height + 1;
    }

    /* Lines through what is there as marks of trials say nothing more; nor does what is only for orientation. */
    const isFollowed = (mark, some) => Boolean(mark.trials) || !(mark.faint || (some && ["line",
        "step"].includes(mark.kind)));

    /* A trial may be there twice, as the best for instance. */
    function withoutTwins(list) {
        return list.filter((spot, k) => {
            const before = list[k - 1];
            return k === 0 || spot.x !== before.x || spot.y !== before.y || trialOf(spot) !== trialOf(before);
        });
    }

    function gather(plot) {
        const all = [];
        const some = plot.marks.some((mark) => mark.trials);
        for (const mark of plot.marks) if (isFollowed(mark, some)) all.push(...varve.spots(plot, mark));
        const list = all.filter((spot) => isInside(plot, spot) && (!spot.line || plot.bright(spot.mark, spot.i)));
        return list.length > 0 ? list : all;
    }

    function picker(plot, options) {
        let list = null;
        let order = null;
        let now = null;

        function point(spot) {
            now = spot;
            varve.fill(plot.overlay);
            plot.tip.hidden = spot === null;
            plot.area.classList.toggle("points", spot !== null && trialOf(spot) !== null && Boolean(options.onTrial));
            if (spot === null) return;
            ring(plot, spot);
            varve.fill(plot.tip, tipContent(plot, spot, options));
            placeTip(plot, spot);
        }

        function at(x, y) {
            let nearest = null;
            let least = REACH;
            list = list || gather(plot);
            for (const spot of list) {
                const d = distance(spot, x, y);
                if (d <= least) [least, nearest] = [d, spot];
            }
            if (nearest !== now) point(nearest);
        }

        function sorted() {
            list = list || gather(plot);
            order = order || withoutTwins(list.slice().sort((a, b) => a.x - b.x || a.y - b.y ||
                trialOf(a) - trialOf(b)));
            return order;
        }

        function step(n) {
            const all = sorted();
            const same = (spot) => spot.x === now.x && spot.y === now.y && trialOf(spot) === trialOf(now);
            const from = now === null ? (n > 0 ? -1 : all.length) : all.findIndex(same);
            if (all.length > 0) point(all[Math.max(0, Math.min(all.length - 1, from + n))]);
        }

        function end(last) {
            const all = sorted();
            if (all.length > 0) point(all[last ? all.length - 1 : 0]);
        }

        function redrawn() {
            const same = now === null ? null : now;
            list = order = null;
            if (same === null) return;
            const again = gather(plot).find((spot) => spot.mark.kind === same.mark.kind && spot.i === same.i);
            point(again || null);
        }

        function follow() {
            const trial = now === null ? null : trialOf(now);
            if (trial !== null && options.onTrial) options.onTrial(trial);
        }

        return { at, step, end, follow, redrawn, clear: () => point(null), now: () => now };
    }

    varve.picker = picker;
})();
