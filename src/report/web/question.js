/* question.js - what the study asks, in the words of `varve explain`.
 *
 *   varve.question(element, blocks)    [{ text, indent } | { table: { columns: [{ title, right }], rows: [[text]] } },
 *   ...]; null or
 *                                      none: the study has no explanation, and that is said
 *   varve.plainTable(columns, rows)    an element: the same table anywhere
 */
"use strict";

(function () {
    function plainTable(columns, rows) {
        const name = (column) => (column && column.right ? "number" : null);
        const head = columns.map((column) => varve.el("th", { scope: "col", class: name(column) },
            varve.visible(column.title)));
        const row = (cells) => varve.el("tr", null, cells.map((text, i) => varve.el("td", { class: name(columns[i]) },
            varve.visible(text))));
        return varve.el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table" },
            varve.el("table", { class: "plain" }, varve.el("thead", null, varve.el("tr", null, head)),
                varve.el("tbody", null, rows.map(row))));
    }

    function block(one) {
        if (one.table) return plainTable(one.table.columns, one.table.rows);
        if (one.text === undefined || one.text === "") return null;
        return varve.el("p", { class: one.indent > 0 && "indented" }, varve.visible(one.text));
    }

    function question(element, blocks) {
        element.classList.add("question");
        if (!blocks || blocks.length === 0)
            varve.fill(element, varve.el("p", { class: "empty" }, "No explanation was kept with this study."));
        else varve.fill(element, blocks.map(block));
    }

    Object.assign(varve, { question, plainTable });
})();
