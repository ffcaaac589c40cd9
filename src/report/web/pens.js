/* pens.js - two ways to put shapes on a page, so that marks are written once: a canvas for many of them, SVG for few
 * and for
 * pictures to be kept.
 *
 *   varve.canvasPen(context)     varve.svgPen(group, fixed)     fixed: with the colours of now instead of those of the
 *   page
 *       .circle(x, y, radius, style)
 *       .rect(x, y, width, height, style)
 *       .path(xs, ys, n, style)          a NaN interrupts it
 *   style: { fill, stroke, width, opacity, dash }; a colour is one of style.css, by its name ("tint-best"), or
 *   "#rrggbb"
 */
"use strict";

(function () {
    const isName = (color) => !color.startsWith("#");

    /* ---- canvas -------------------------------------------------------------------------------------------------- */

    function canvasPen(context) {
        const resolve = (color) => (isName(color) ? varve.color(color) : color);

        function finish(style) {
            context.globalAlpha = style.opacity === undefined ? 1 : style.opacity;
            if (style.fill) {
                context.fillStyle = resolve(style.fill);
                context.fill();
            }
            if (style.stroke) {
                context.strokeStyle = resolve(style.stroke);
                context.lineWidth = style.width || 1;
                context.setLineDash(style.dash || []);
                context.stroke();
            }
        }

        function circle(x, y, radius, style) {
            context.beginPath();
            context.arc(x, y, radius, 0, 2 * Math.PI);
            finish(style);
        }

        function rect(x, y, width, height, style) {
            context.beginPath();
            context.rect(x, y, width, height);
            finish(style);
        }

        function path(xs, ys, n, style) {
            let down = false;
            context.beginPath();
            for (let i = 0; i < n; i++) {
                const there = xs[i] === xs[i] && ys[i] === ys[i];
                if (there && down) context.lineTo(xs[i], ys[i]);
                else if (there) context.moveTo(xs[i], ys[i]);
                down = there;
            }
            finish(style);
        }

        return { circle, rect, path };
    }

    /* ---- SVG ----------------------------------------------------------------------------------------------------- */

    const short = (x) => Math.round(x * 100) / 100;

    function pathText(xs, ys, n) {
        let text = "";
        let down = false;
        for (let i = 0; i < n; i++) {
            const there = xs[i] === xs[i] && ys[i] === ys[i];
            if (there) text += (down ? "L" : "M") + short(xs[i]) + " " + short(ys[i]);
            down = there;
        }
        return text;
    }

    function svgPen(group, fixed) {
        const resolve = (color) => (!isName(color) ? color : fixed ? varve.color(color) : "var(--" + color + ")");

        function add(name, attributes, style) {
            attributes.fill = style.fill ? resolve(style.fill) : "none";
            attributes.stroke = style.stroke ? resolve(style.stroke) : null;
            attributes["stroke-width"] = style.stroke ? style.width || 1 : null;
            attributes["stroke-dasharray"] = style.dash ? style.dash.join(" ") : null;
            attributes.opacity = style.opacity === undefined || style.opacity === 1 ? null : style.opacity;
            group.appendChild(varve.svg(name, attributes));
        }

        return {
            circle: (x, y, radius, style) => add("circle", { cx: short(x), cy: short(y), r: radius }, style),
            rect: (x, y, width, height, style) =>
                add("rect", { x: short(x), y: short(y), width: short(width), height: short(height) }, style),
            path: (xs, ys, n, style) => add("path", { d: pathText(xs, ys, n) }, style),
        };
    }

    Object.assign(varve, { canvasPen, svgPen });
})();
