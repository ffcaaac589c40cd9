/* marks.js - how each kind of mark is drawn and found again: a row for each in `kinds`, as vvi_mark_kind has them.
 *
 *   varve.openMark(mark, sheet)     the mark with its columns: `x` and others are arrays, `trials[i]`, `note(i)`,
 *   `pile(i)`
 *   varve.paintMark(plot, mark, pen)
 *   varve.spots(plot, mark)         what can be hovered: [{ mark, i, x, y, box? }], places in pixels
 *   varve.headroom(plot, mark)      pixels that it needs above the area
 *   varve.shapes(mark)              how many shapes it takes, to choose a pen by
 *
 * plot: { x, y, rulers, width, height, shades, bright(mark, i) }: scales, the size of the area, the panel's shades, and
 * whether a line is among those that are chosen.
 */
"use strict";

(function () {
    const { known } = varve;
    const NUMBERS = ["x", "y", "x_low", "x_high", "shade", "tints", "trials"];

    /* ---- a mark with its columns --------------------------------------------------------------------------------- */

    function openMark(mark, sheet) {
        const column = (index) => (index === undefined || index === null ? null : sheet.columns[index]);
        const open = Object.assign({}, mark);
        for (const name of NUMBERS) open[name] = column(mark[name]);
        open.lines = mark.lines ? mark.lines.map(column) : null;
        open.values = mark.courses ? column(mark.courses.values) : null;
        open.ends = mark.courses ? column(mark.courses.ends) : null;
        const notes = mark.notes ? column(mark.notes.at) : null;
        const piles = mark.piles ? column(mark.piles.at) : null;
        open.note = (i) => (notes && known(notes[i]) ? mark.notes.words[notes[i]] : null);
        open.pile = (i) => (piles && known(piles[i]) ? mark.piles.words[piles[i]] : null);
        return open;
    }

    /* ---- colours ------------------------------------------------------------------------------------------------- */

    function shareOf(shades, v) {
        if (!shades || !known(v)) return NaN;
        const log = shades.scale === "log";
        const f = log ? Math.log : (x) => x;
        const share = (f(v) - f(shades.low)) / (f(shades.high) - f(shades.low));
        return shades.falling ? 1 - share : share;
    }

    function colorOf(plot, mark, i) {
        const share = mark.shade ? shareOf(plot.shades, mark.shade[i]) : NaN;
        if (known(share)) return varve.shade(share);
        return "tint-" + (mark.tints ? varve.tint(mark.tints[i]) : mark.tint || "plain");
    }

    /* ---- points, lines ------------------------------------------------------------------------------------------- */

    const place = (plot, mark, i) => ({ x: plot.x.at(mark.x[i]), y: plot.y.at(mark.y[i]) });
    const isThere = (spot) => spot.x === spot.x && spot.y === spot.y;

    function paintPoints(plot, mark, pen) {
        const radius = mark.n > 3000 ? 2 : mark.n > 400 ? 2.75 : 4;
        const opacity = mark.faint ? 0.35 : mark.n > 400 ? 0.7 : 0.9;
        for (let i = 0; i < mark.n; i++) {
            const at = place(plot, mark, i);
            const style = { fill: colorOf(plot, mark, i), opacity };
            if (mark.n <= 400) Object.assign(style, { stroke: "ground", width: 1 });
            if (isThere(at)) pen.circle(at.x, at.y, radius, style);
        }
    }

    function places(plot, mark) {
        const xs = new Float64Array(mark.n);
        const ys = new Float64Array(mark.n);
        for (let i = 0; i < mark.n; i++) {
            xs[i] = plot.x.at(mark.x[i]);
            ys[i] = plot.y.at(mark.y[i]);
        }
        return { xs, ys };
    }

    const lineStyle = (mark) => ({
        stroke: "tint-" + (mark.tint || "plain"),
        width: mark.faint ? 1 : 2,
        opacity: mark.faint ? 0.5 : 1,
    });

    function paintLine(plot, mark, pen) {
        const { xs, ys } = places(plot, mark);
        pen.path(xs, ys, mark.n, lineStyle(mark));
    }

    function paintStep(plot, mark, pen) {
        const { xs, ys } = places(plot, mark);
        const stepX = [];
        const stepY = [];
        for (let i = 0; i < mark.n; i++) {
            if (i > 0) stepX.push(xs[i]), stepY.push(ys[i - 1]);
            stepX.push(xs[i]), stepY.push(ys[i]);
        }
        pen.path(stepX, stepY, stepX.length, lineStyle(mark));
    }

    /* ---- what lies in rows --------------------------------------------------------------------------------------- */

    function rowBox(plot, y, from, to, share) {
        const half = Math.abs(plot.y.at(y + share / 2) - plot.y.at(y - share / 2)) / 2;
        const middle = plot.y.at(y);
        return { x0: Math.min(from, to), x1: Math.max(from, to), y0: middle - half, y1: middle + half };
    }

    /* A logarithmic axis has no 0: bars begin at its end. */
    function barBox(plot, mark, i) {
        const zero = plot.x.at(0);
        return rowBox(plot, mark.y[i], known(zero) ? zero : 0, plot.x.at(mark.x[i]), 0.8);
    }

    const spanBox = (plot, mark, i) => rowBox(plot, mark.y[i], plot.x.at(mark.x[i]), plot.x.at(mark.x_high[i]), 0.7);

    function paintBoxes(plot, mark, pen, box) {
        const opacity = mark.faint ? 0.35 : 1;
        for (let i = 0; i < mark.n; i++) {
            const b = box(plot, mark, i);
            if (!known(b.x0) || !known(b.y0)) continue;
            pen.rect(b.x0, b.y0, Math.max(1.5, b.x1 - b.x0), b.y1 - b.y0, { fill: colorOf(plot, mark, i), opacity });
        }
    }

    function paintWhisker(plot, mark, pen, i) {
        const [from, to, y] = [plot.x.at(mark.x_low[i]), plot.x.at(mark.x_high[i]), plot.y.at(mark.y[i])];
        const style = { stroke: "ink", width: 1.25, opacity: 0.75 };
        if (!known(from) || !known(to)) return;
        pen.path([from, to], [y, y], 2, style);
        pen.path([from, from], [y - 3, y + 3], 2, style);
        pen.path([to, to], [y - 3, y + 3], 2, style);
    }

    function paintBars(plot, mark, pen) {
        paintBoxes(plot, mark, pen, barBox);
        for (let i = 0; mark.x_low && mark.x_high && i < mark.n; i++) paintWhisker(plot, mark, pen, i);
    }

    /* ---- cells --------------------------------------------------------------------------------------------------- */

    /* The edges of places: the middles between them, and the ends; of words as far beyond. */
    function edges(scale, values) {
        const places = Array.from(values, scale.at);
        const beyond = scale.axis.scale === "words" ? 0.5 : 0;
        const n = places.length;
        const list = [];
        if (n === 1) return [places[0] - 20, places[0] + 20];
        list.push(places[0] - (places[1] - places[0]) * beyond);
        for (let i = 1; i < n; i++) list.push((places[i - 1] + places[i]) / 2);
        list.push(places[n - 1] + (places[n - 1] - places[n - 2]) * beyond);
        return list;
    }

    function cellBoxes(plot, mark) {
        const xs = edges(plot.x, mark.x);
        const ys = edges(plot.y, mark.y);
        const box = (i) => {
            const [column, row] = [i % mark.x_n, Math.floor(i / mark.x_n)];
            const [a, b] = [ys[row], ys[row + 1]];
            return { x0: Math.min(xs[column], xs[column + 1]), x1: Math.max(xs[column], xs[column + 1]),
                     y0: Math.min(a, b), y1: Math.max(a, b) };
        };
        return box;
    }

    function paintCells(plot, mark, pen) {
        const box = cellBoxes(plot, mark);
        for (let i = 0; i < mark.x_n * mark.y_n; i++) {
            const b = box(i);
            if (!known(mark.shade[i])) continue;
            /* Half a pixel more, or the ground shows between them. */
            pen.rect(b.x0, b.y0, b.x1 - b.x0 + 0.5, b.y1 - b.y0 + 0.5, { fill: colorOf(plot, mark, i) });
        }
    }

    /* ---- piles of layers ----------------------------------------------------------------------------------------- */

    const PILE = 12;

    /* So high that the tallest takes a fifth of the panel. */
    function layerHeight(plot, mark) {
        let most = 1;
        for (let i = 0; i < mark.n; i++) most = Math.max(most, mark.pile(i) ? mark.pile(i).names.length : 0);
        return Math.max(1.5, Math.min(6, plot.height / 5 / most));
    }

    function paintPile(pile, at, height, pen) {
        const gap = height > 3 ? 1 : 0.4;
        const whole = pile.names.length * height;
        pen.rect(at.x - PILE / 2 - 1, at.y - whole - 1, PILE + 2, whole + 1, { fill: "ground" });
        pile.tints.forEach((tint, layer) =>
            pen.rect(at.x - PILE / 2, at.y - (layer + 1) * height, PILE, height - gap, { fill: "tint-" + tint }));
        pen.path([at.x - PILE / 2 - 1.5, at.x + PILE / 2 + 1.5], [at.y + 0.7, at.y + 0.7], 2, { stroke: "tint-plain",
            width: 1.4 });
    }

    function paintStacks(plot, mark, pen) {
        const height = layerHeight(plot, mark);
        for (let i = 0; i < mark.n; i++) {
            const at = place(plot, mark, i);
            if (isThere(at) && mark.pile(i)) paintPile(mark.pile(i), at, height, pen);
        }
    }

    /* How far piles stand out above the plot before it is zoomed. */
    function headroom(plot, mark) {
        let most = 0;
        if (mark.kind !== "stacks") return 0;
        const height = layerHeight(plot, mark);
        for (let i = 0; i < mark.n; i++) {
            const over = (mark.pile(i) ? mark.pile(i).names.length : 0) * height - plot.baseY.at(mark.y[i]);
            if (over > most) most = over;
        }
        return Math.ceil(most);
    }

    function stackSpot(plot, mark, i) {
        const at = place(plot, mark, i);
        const n = mark.pile(i) ? mark.pile(i).names.length : 1;
        const half = PILE / 2;
        return { x: at.x, y: at.y, box: { x0: at.x - half, x1: at.x + half, y0: at.y - n * layerHeight(plot, mark),
            y1: at.y } };
    }

    /* ---- courses ------------------------------------------------------------------------------------------------- */

    function course(plot, mark, i) {
        const from = i === 0 ? 0 : mark.ends[i - 1];
        const n = mark.ends[i] - from;
        const xs = new Float64Array(n);
        const ys = new Float64Array(n);
        for (let k = 0; k < n; k++) {
            xs[k] = plot.x.at(k + 1);
            ys[k] = plot.y.at(mark.values[from + k]);
        }
        return { xs, ys, n };
    }

    /* On rulers, what is not active passes beneath. */
    function acrossRulers(plot, mark, i) {
        const n = mark.lines.length;
        const xs = new Float64Array(n);
        const ys = new Float64Array(n);
        for (let k = 0; k < n; k++) {
            const y = plot.rulers[k].scale.at(mark.lines[k][i]);
            xs[k] = plot.rulers[k].x;
            ys[k] = known(y) ? y : plot.beneath;
        }
        return { xs, ys, n };
    }

    function straight(plot, mark, i) {
        const n = mark.lines.length;
        return { xs: mark.lines.map((column, k) => plot.x.at(k)), ys: mark.lines.map((column) => plot.y.at(column[i])),
            n };
    }

    function lineOf(plot, mark, i) {
        if (mark.ends) return course(plot, mark, i);
        return plot.rulers ? acrossRulers(plot, mark, i) : straight(plot, mark, i);
    }

    function paintCourses(plot, mark, pen) {
        const opacity = mark.n > 1500 ? 0.2 : mark.n > 200 ? 0.4 : 0.75;
        for (let pass = 0; pass < 2; pass++)
            for (let i = 0; i < mark.n; i++) {
                const bright = plot.bright(mark, i);
                if (bright !== (pass === 1)) continue;
                const { xs, ys, n } = lineOf(plot, mark, i);
                const style = { stroke: bright ? colorOf(plot, mark, i) : "grid", width: mark.n > 1500 ? 1 : 1.5 };
                style.opacity = bright ? (mark.faint ? opacity / 2 : opacity) : 0.5;
                if (n === 1) pen.circle(xs[0], ys[0], 2, { fill: style.stroke, opacity: style.opacity });
                else pen.path(xs, ys, n, style);
            }
    }

    function courseSpot(plot, mark, i) {
        const line = lineOf(plot, mark, i);
        let last = line.n - 1;
        while (last > 0 && !known(line.ys[last])) last--;
        return { x: line.n > 0 ? line.xs[last] : NaN, y: line.n > 0 ? line.ys[last] : NaN, line };
    }

    /* ---- the table ----------------------------------------------------------------------------------------------- */

    function boxSpot(box) {
        return (plot, mark, i) => {
            const b = box(plot, mark, i);
            return { x: b.x1, y: (b.y0 + b.y1) / 2, box: b };
        };
    }

    function cellSpot(plot, mark, i) {
        const b = cellBoxes(plot, mark)(i);
        return known(mark.shade[i]) ? { x: (b.x0 + b.x1) / 2, y: (b.y0 + b.y1) / 2, box: b } : { x: NaN, y: NaN };
    }

    const kinds = {
        points: { paint: paintPoints, spot: place, shapes: (mark) => mark.n },
        line: { paint: paintLine, spot: place, shapes: () => 1 },
        step: { paint: paintStep, spot: place, shapes: () => 1 },
        bars: { paint: paintBars, spot: boxSpot(barBox), shapes: (mark) => mark.n * 4 },
        cells: { paint: paintCells, spot: cellSpot, shapes: (mark) => mark.x_n * mark.y_n },
        spans: {
            paint: (plot, mark, pen) => paintBoxes(plot, mark, pen, spanBox),
            spot: boxSpot(spanBox),
            shapes: (mark) => mark.n,
        },
        stacks: { paint: paintStacks, spot: stackSpot, shapes: (mark) => mark.n * 6 },
        courses: { paint: paintCourses, spot: courseSpot, shapes: (mark) => mark.n * 2 },
    };

    function spots(plot, mark) {
        const list = [];
        for (let i = 0; i < mark.n; i++) {
            const spot = kinds[mark.kind].spot(plot, mark, i);
            if (known(spot.x) && known(spot.y)) list.push(Object.assign(spot, { mark, i }));
        }
        return list;
    }

    Object.assign(varve, {
        openMark,
        spots,
        paintMark: (plot, mark, pen) => kinds[mark.kind].paint(plot, mark, pen),
        shapes: (mark) => kinds[mark.kind].shapes(mark),
        headroom,
    });
})();
