/* table.js - tables that sort, filter and let rows be chosen, for many rows: 200 are shown at first, more on demand.
 *
 *   varve.table(element, spec)         fills the element; again with another spec: sorting, filter and what is chosen
 *   stay
 *   spec: { n, columns: [{ title, values: [number | text | null], text(value) => text, kind: "number" | "text", name,
 *                          mark(value) => class }],
 *           id(row) => number: what a row is called, whatever the order; label(row) => text,
 *           onRow(row): a row was clicked, or Enter pressed on it; onSelect([id]): there are boxes to choose by, and
 *           what is
 *           chosen now; sort: { column, down }: at first }
 *   varve.compare(element, titles, rows)   rows: [{ name, values: [text] }], differences are marked; "differences only"
 *
 * A filter is words that a row must have, in any order: "64" or "relu" in any cell; or NAME<64, <=, =, !=, >=, > of a
 * column.
 */
"use strict";

(function () {
    const FIRST = 200;
    const CONDITION = /^(.+?)(<=|>=|!=|=|<|>)(.*)$/;
    const OPERATORS = {
        "=": (order) => order === 0,
        "!=": (order) => order !== 0,
        "<": (order) => order < 0,
        "<=": (order) => order <= 0,
        ">": (order) => order > 0,
        ">=": (order) => order >= 0,
    };

    /* ---- filter -------------------------------------------------------------------------------------------------- */

    const textOf = (column, row) => column.text(column.values[row]);

    function compareWith(column, row, word) {
        const value = column.values[row];
        if (value === null || value === undefined) return NaN;
        const number = Number(word);
        if (typeof value === "number" && word.trim() !== "" && !isNaN(number)) return value - number;
        const text = textOf(column, row).toLowerCase();
        return text < word ? -1 : text > word ? 1 : 0;
    }

    function condition(columns, word) {
        const parts = CONDITION.exec(word);
        if (parts === null) return null;
        const matches = (text) => (text || "").toLowerCase() === parts[1];
        const column = columns.find((one) => matches(one.name) || matches(one.title));
        if (!column) return null;
        return (row) => {
            const order = compareWith(column, row, parts[3]);
            return order === order && OPERATORS[parts[2]](order);
        };
    }

    function filterOf(columns, text) {
        const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
        const tests = words.map((word) => condition(columns, word) ||
            ((row) => columns.some((column) => textOf(column, row).toLowerCase().includes(word))));
        return (row) => tests.every((test) => test(row));
    }

    /* ---- order --------------------------------------------------------------------------------------------------- */

    const missing = (x) => x === null || x === undefined || x !== x;

    /* What is not there comes last, whatever the direction. */
    function order(column, down) {
        const collator = new Intl.Collator("en", { numeric: true });
        const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a),
            String(b)));
        return (i, j) => {
            const [a, b] = [column.values[i], column.values[j]];
            if (missing(a) || missing(b)) return missing(a) === missing(b) ? i - j : missing(a) ? 1 : -1;
            return (down ? -1 : 1) * compare(a, b) || i - j;
        };
    }

    function rowsOf(state) {
        const { spec } = state;
        const keep = filterOf(spec.columns, state.filter);
        const rows = [];
        for (let row = 0; row < spec.n; row++) if (keep(row)) rows.push(row);
        const column = spec.columns[state.sort.column];
        if (column) rows.sort(order(column, state.sort.down));
        return rows;
    }

    /* ---- elements ------------------------------------------------------------------------------------------------ */

    function headCell(state, column, index) {
        const sorted = state.sort.column === index;
        const sort = () => {
            state.sort = { column: index, down: sorted ? !state.sort.down : false };
            show(state);
            state.element.querySelectorAll("thead button")[index].focus();
        };
        const direction = sorted ? (state.sort.down ? "descending" : "ascending") : null;
        return varve.el("th", { scope: "col", "aria-sort": direction, class: column.kind === "number" && "number" },
            varve.el("button", { type: "button", title: column.title, on: { click: sort } },
                varve.visible(column.title, 32)));
    }

    function choiceCell(state, row) {
        const { spec } = state;
        const id = spec.id(row);
        const box = varve.el("input", { type: "checkbox", "aria-label": "Compare " + spec.label(row) });
        box.checked = state.chosen.has(id);
        box.addEventListener("change", () => {
            if (box.checked) state.chosen.add(id);
            else state.chosen.delete(id);
            spec.onSelect(Array.from(state.chosen));
        });
        return varve.el("td", { class: "choice" }, box);
    }

    function cell(column, row) {
        const value = column.values[row];
        const kind = column.kind === "number" ? "number" : "";
        const mark = column.mark ? " " + column.mark(value) : "";
        return varve.el("td", { class: (kind + mark).trim() || null }, varve.visible(textOf(column, row), 60));
    }

    /* The first cell is a button for those who use keys; the whole row is for those who point. */
    function rowElement(state, row) {
        const { spec } = state;
        const cells = spec.columns.map((column) => cell(column, row));
        if (spec.onRow) {
            const button = varve.el("button", { type: "button", "aria-label": spec.label(row) }, cells[0].textContent);
            varve.fill(cells[0], button);
        }
        const open = (event) => !event.target.closest("input, .choice") && spec.onRow(row);
        return varve.el("tr", { class: spec.onRow && "link", on: spec.onRow ? { click: open } : {} },
            spec.onSelect && choiceCell(state, row), cells);
    }

    function show(state) {
        const { spec } = state;
        const rows = rowsOf(state);
        const head = varve.el("tr", null, spec.onSelect && varve.el("th", { class: "choice" }, varve.el("span",
            { class: "unseen" }, "Compare")),
            spec.columns.map((column, index) => headCell(state, column, index)));
        const more = rows.length - state.most;
        const next = () => {
            state.most += 1000;
            show(state);
        };
        varve.fill(state.count, varve.count(rows.length) + (rows.length < spec.n ? " of " + varve.count(spec.n) : "") +
            (spec.n === 1 ? " row" : " rows"));
        varve.fill(state.scroll, varve.el("table", null, varve.el("thead", null, head),
            varve.el("tbody", null, rows.slice(0, state.most).map((row) => rowElement(state, row)))));
        varve.fill(state.more, more > 0 && varve.el("button", { type: "button", on: { click: next } },
            "Show " + varve.count(Math.min(more, 1000)) + " more of " + varve.count(rows.length)));
    }

    let ids = 0;

    function build(element, spec) {
        const id = "varve-filter-" + ids++;
        const state = { element, spec, filter: "", sort: spec.sort || { column: -1, down: false }, most: FIRST,
            chosen: new Set() };
        const filter = varve.el("input", { type: "search", id, placeholder: "relu units_0>=64", autocomplete: "off",
            spellcheck: "false" });
        filter.addEventListener("input", () => {
            state.filter = filter.value;
            show(state);
        });
        state.count = varve.el("span", { class: "count", role: "status" });
        state.scroll = varve.el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table" });
        state.more = varve.el("p");
        element.varveTable = state;
        element.classList.add("table");
        varve.fill(element, varve.el("p", { class: "filter" }, varve.el("label", { for: id }, "Filter"), filter,
            state.count),
            state.scroll, state.more);
        return state;
    }

    function table(element, spec) {
        const state = element.varveTable || build(element, spec);
        state.spec = spec;
        show(state);
    }

    /* ---- side by side -------------------------------------------------------------------------------------------- */

    const differs = (row) => row.values.some((value) => value !== row.values[0]);

    function compareRow(row) {
        const value = (text) => varve.el("td", null, varve.visible(text, 80));
        return varve.el("tr", { class: differs(row) && "differs" }, varve.el("th", { scope: "row" },
            varve.visible(row.name, 60)),
            row.values.map(value), varve.el("td", { class: "mark" }, differs(row) ? "differs" : ""));
    }

    function compare(element, titles, rows) {
        const only = varve.el("input", { type: "checkbox" });
        const body = varve.el("tbody");
        const draw = () => varve.fill(body, rows.filter((row) => !only.checked || differs(row)).map(compareRow));
        only.addEventListener("change", draw);
        draw();
        const head = titles.map((title) => varve.el("th", { scope: "col" }, varve.visible(title, 60)));
        varve.fill(element, varve.el("p", null, varve.el("label", null, only, " Only what differs")),
            varve.el("div", { class: "scroll compare", tabindex: "0", role: "region",
                "aria-label": "Trials side by side" },
                varve.el("table", null, varve.el("thead", null, varve.el("tr", null, varve.el("td"), head,
                    varve.el("td"))), body)));
    }

    Object.assign(varve, { table, compare });
})();
