/* data.js - what a figure shows, as a table: on the page for those who cannot see it, and as files.
 *
 *   varve.dataTable(figure(), sheet())        a folded element with its first rows, all on demand; .varveRefresh()
 *   varve.saveCsv(figure, sheet)              RFC 4180
 *   varve.saveSvg(figure, handles)            one picture of all panels (panel.js)
 */
"use strict";

(function () {
    const FIRST = 100;

    /* ---- the table ----------------------------------------------------------------------------------------------- */

    function value(axis, x) {
        if (!varve.known(x)) return null;
        return axis && axis.scale === "words" ? (axis.words || [])[x] : x;
    }

    function ends(mark, i) {
        return { x_low: mark.x_low && mark.x_low[i], x_high: mark.x_high && mark.x_high[i] };
    }

    /* A record for each place of a mark, by titles. */
    function placeRecord(panel, mark, i) {
        const [across, down] = mark.x_n ? [i % mark.x_n, Math.floor(i / mark.x_n)] : [i, i];
        const record = {};
        record[panel.x.title || "x"] = value(panel.x, mark.x[across]);
        record[panel.y.title || "y"] = value(panel.y, mark.y[down]);
        const { x_low, x_high } = ends(mark, i);
        if (varve.known(x_low)) record["from"] = x_low;
        if (varve.known(x_high)) record["to"] = x_high;
        const pile = mark.pile(i);
        if (pile) record["layers"] = pile.names.join(" ");
        return record;
    }

    function lineRecord(panel, mark, i) {
        const record = {};
        mark.lines.forEach((column, k) => {
            const axis = panel.rulers ? panel.rulers[k] : null;
            record[axis ? axis.title || "ruler " + k : String(k)] = value(axis, column[i]);
        });
        return record;
    }

    function courseRecords(panel, mark, i) {
        const from = i === 0 ? 0 : mark.ends[i - 1];
        const list = [];
        for (let k = from; k < mark.ends[i]; k++) {
            const record = {};
            record[panel.x.title || "x"] = k - from + 1;
            record[panel.y.title || "y"] = value(panel.y, mark.values[k]);
            list.push(record);
        }
        return list;
    }

    function records(panel, mark, i) {
        if (mark.ends) return courseRecords(panel, mark, i);
        return [mark.lines ? lineRecord(panel, mark, i) : placeRecord(panel, mark, i)];
    }

    function common(panel, mark, i) {
        const record = {};
        if (panel.title) record["panel"] = panel.title;
        if (mark.name) record["mark"] = mark.name;
        if (mark.trials) record["trial"] = value(null, mark.trials[i]);
        return record;
    }

    function afterwards(panel, mark, i) {
        const record = {};
        if (mark.shade && panel.shades && panel.shades.title) record[panel.shades.title] = value(null, mark.shade[i]);
        const note = mark.note(i);
        if (note) record["note"] = note;
        return record;
    }

    function addMark(panel, mark, names, list) {
        for (let i = 0; i < mark.n; i++)
            for (const middle of records(panel, mark, i)) {
                const record = Object.assign(common(panel, mark, i), middle, afterwards(panel, mark, i));
                for (const name of Object.keys(record)) names.add(name);
                list.push(record);
            }
    }

    /* { columns: [name], rows: [[value, ...]] }: of everything that is drawn */
    function figureTable(figure, sheet) {
        const names = new Set();
        const list = [];
        for (const panel of figure.panels || [])
            for (const mark of panel.marks || []) addMark(panel, varve.openMark(mark, sheet), names, list);
        const columns = Array.from(names);
        return { columns, rows: list.map((record) => columns.map((name) => (record[name] === undefined ?
            null : record[name]))) };
    }

    /* ---- on the page --------------------------------------------------------------------------------------------- */

    function rowElement(row) {
        return varve.el("tr", null, row.map((x) => varve.el("td", { class: typeof x === "number" && "number" },
            typeof x === "number" ? varve.number(x) : varve.visible(x, 120))));
    }

    function show(body, table, most) {
        const head = varve.el("tr", null, table.columns.map((name) => varve.el("th", { scope: "col" },
            varve.visible(name, 60))));
        const rows = table.rows.slice(0, most);
        const left = table.rows.length - rows.length;
        const more = left > 0 && varve.el("button", { type: "button", on: { click: () => show(body, table,
            Infinity) } },
            "Show " + varve.count(left) + " more rows");
        varve.fill(body, varve.el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Data" },
            varve.el("table", null, varve.el("thead", null, head), varve.el("tbody", null, rows.map(rowElement)))),
                more);
    }

    function dataTable(figure, sheet) {
        const body = varve.el("div");
        const details = varve.el("details", { class: "data" }, varve.el("summary", null, "Data as a table"), body);
        const refresh = () => details.open && show(body, figureTable(figure(), sheet()), FIRST);
        details.addEventListener("toggle", refresh);
        details.varveRefresh = refresh;
        return details;
    }

    /* ---- files --------------------------------------------------------------------------------------------------- */

    function field(x) {
        const text = x === null ? "" : String(x);
        return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    }

    const csvText = (table) => [table.columns].concat(table.rows).map((row) => row.map(field).join(",") +
        "\r\n").join("");

    function saveCsv(figure, sheet) {
        varve.download(figure.kind + ".csv", "text/csv", csvText(figureTable(figure, sheet)));
    }

    /* Panels one below the other, with title and caption above them. */
    function saveSvg(figure, handles) {
        const group = varve.svg("g");
        let [y, width] = [40, 400];
        handles.forEach((handle, i) => {
            const picture = handle.picture();
            picture.setAttribute("y", y);
            for (const node of picture.querySelectorAll("clipPath")) node.id = "clip-" + i;
            for (const node of picture.querySelectorAll("[clip-path]")) node.setAttribute("clip-path", "url(#clip-" +
                i + ")");
            group.appendChild(picture);
            y += Number(picture.getAttribute("height")) + 16;
            width = Math.max(width, Number(picture.getAttribute("width")));
        });
        const title = varve.svg("text", { x: 12, y: 24, "font-family": "system-ui, sans-serif", "font-size": 16,
            "font-weight": 600,
            fill: varve.color("ink") }, figure.title);
        const svg = varve.svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height: y, viewBox: "0 0 " + width +
            " " + y },
            varve.svg("desc", null, figure.caption), varve.svg("rect", { width, height: y,
                fill: varve.color("ground") }), title, group);
        varve.download(figure.kind + ".svg", "image/svg+xml", new XMLSerializer().serializeToString(svg));
    }

    Object.assign(varve, { dataTable, saveCsv, saveSvg });
})();
