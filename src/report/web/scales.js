/* scales.js - from numbers to places: an axis of a figure (vvi_axis) becomes a scale.
 *
 *   varve.scale(axis, length, across)   `across`: it lies, so that labels need their width
 *       .at(x)           pixels; NaN for what has no place (null, and 0 or less where the axis is logarithmic)
 *       .ticks()         [{ at, text, full }]: so many as find room; full: the whole text where `text` is cut
 *       .text(x)         a value of this axis, in words
 *       .zoomed(f)       the same scale after f(d3 scale) => d3 scale
 *   varve.textWidth(text)               pixels, in the font of axes
 *   varve.cutText(text, width)          as much of it as fits, with an ellipsis
 */
"use strict";

(function () {
    const FONT = "12px system-ui, sans-serif";
    const { known } = varve;
    const context = document.createElement("canvas").getContext("2d");

    function textWidth(text) {
        context.font = FONT;
        return context.measureText(text).width;
    }

    /* As much of a text as fits, with an ellipsis. */
    function cut(text, width) {
        if (textWidth(text) <= width) return text;
        let n = Math.max(1, Math.floor((text.length * width) / textWidth(text)));
        while (n > 1 && textWidth(text.slice(0, n) + "\u2026") > width) n--;
        return text.slice(0, n) + "\u2026";
    }

    /* ---- ticks --------------------------------------------------------------------------------------------------- */

    const si = d3.format(".3~s");
    const plain = d3.format(".6~g");

    function tickText(x, axis) {
        const size = Math.abs(x);
        if (axis.unit === "bytes" && size >= 1024) return varve.bytes(x);
        if (size >= 1e4) return si(x).replace("G", "B");
        return size > 0 && size < 1e-4 ? d3.format(".3~e")(x) : plain(x);
    }

    /* Of bytes in steps of KiB, MiB, ... */
    function places(scale, axis, room) {
        if (axis.unit !== "bytes") return scale.ticks(room);
        const [low, high] = scale.domain();
        const unit = Math.pow(1024, Math.max(0, Math.floor(Math.log(Math.max(1, high)) / Math.log(1024))));
        return d3.ticks(low / unit, high / unit, room).map((x) => x * unit);
    }

    function linearTicks(scale, axis, room) {
        const all = places(scale, axis, Math.max(2, room));
        const whole = axis.whole ? all.filter((x) => Number.isInteger(x)) : all;
        return (whole.length > 0 ? whole : all).map((x) => ({ at: scale(x), text: tickText(x, axis) }));
    }

    /* Powers of ten, and between few of them 2 and 5. */
    function logTicks(scale, axis, room) {
        const [low, high] = scale.domain();
        const decades = Math.log10(high / low);
        const between = decades * 3 <= room ? [1, 2, 5] : [1];
        const step = Math.max(1, Math.ceil(decades / Math.max(1, room)));
        const list = [];
        for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
            for (const digit of between) {
                const x = Number(digit + "e" + power);
                if (x >= low && x <= high && power % step === 0) list.push({ at: scale(x), text: tickText(x, axis) });
            }
        return list.length >= 2 ? list : linearTicks(scale, axis, room);
    }

    function timeTicks(scale, axis, room) {
        const format = scale.tickFormat();
        return scale.ticks(Math.max(2, room)).map((t) => ({ at: scale(t), text: format(t) }));
    }

    function wordTicks(scale, axis, room, across) {
        const words = axis.words || [];
        const apart = Math.abs(scale(1) - scale(0));
        const step = Math.max(1, Math.ceil((across ? 24 : 13) / apart));
        const [low, high] = scale.domain();
        const list = [];
        for (let i = 0; i < words.length; i += step)
            if (i >= low && i <= high)
                list.push({ at: scale(i), text: across ? cut(words[i], apart * step - 6) : words[i], full: words[i] });
        return list;
    }

    /* ---- kinds --------------------------------------------------------------------------------------------------- */

    const kinds = {
        linear: { make: d3.scaleLinear, ticks: linearTicks, apart: 70 },
        log: { make: d3.scaleLog, ticks: logTicks, apart: 60 },
        time: { make: d3.scaleUtc, ticks: timeTicks, apart: 90, factor: 1000 },
        words: { make: d3.scaleLinear, ticks: wordTicks, apart: 24 },
    };

    function valueText(axis, x) {
        if (axis.scale === "time") return new Date(x * 1000).toISOString().slice(0, 19).replace("T", " ") + " UTC";
        if (axis.scale === "words") return (axis.words || [])[Math.round(x)] || "";
        if (axis.unit === "bytes") return varve.bytes(x);
        if (axis.unit === "s") return varve.seconds(x);
        return varve.number(x) + (axis.unit ? " " + axis.unit : "");
    }

    function wrap(axis, kind, scale, length, across) {
        const factor = kind.factor || 1;
        const log = axis.scale === "log";
        const room = Math.max(2, Math.floor(length / (across ? kind.apart : 36)));
        return {
            axis,
            d3: scale,
            at: (x) => (known(x) && !(log && x <= 0) ? scale(x * factor) : NaN),
            ticks: () => kind.ticks(scale, axis, room, across),
            text: (x) => valueText(axis, x),
            zoomed: (f) => wrap(axis, kind, f(scale), length, across),
        };
    }

    function scale(axis, length, across) {
        const kind = kinds[axis.scale] || kinds.linear;
        const factor = kind.factor || 1;
        const upward = across ? !axis.down : axis.down;
        const range = upward ? [0, length] : [length, 0];
        const domain = [axis.low * factor, axis.high * factor];
        return wrap(axis, kind, kind.make().domain(domain).range(range), length, across);
    }

    Object.assign(varve, { scale, textWidth, cutText: cut });
})();
