/* enqueue.js - a form of the study's hyperparameters, for a trial that somebody wants.
 *
 *   varve.enqueue(study, best)    best: { name: value } of the best trial, or null
 *
 * Fields are made of what the study's explanation says: kinds, bounds, steps, choices, when a hyperparameter is active.
 * A study without one has no form, but a text of JSON. What is left open the search proposes.
 */
"use strict";

(function () {
    const { el } = varve;
    const STEPS = 200;

    /* ---- ranges -------------------------------------------------------------------------------------------------- */

    const isLog = (domain) => domain.sampling === "log" && domain.min > 0;

    /* A place on the slider, 0 to STEPS, and the value there. */
    function placeOf(domain, value) {
        const share = isLog(domain) ? Math.log(value / domain.min) / Math.log(domain.max / domain.min) :
            (value - domain.min) / (domain.max - domain.min);
        return Math.round(STEPS * share) || 0;
    }

    function valueAt(domain, place, whole) {
        const share = place / STEPS;
        const raw = isLog(domain) ? domain.min * Math.pow(domain.max / domain.min, share) :
            domain.min + share * (domain.max - domain.min);
        const step = domain.step || (whole ? 1 : 0);
        const snapped = step > 0 && !isLog(domain) ? domain.min + Math.round((raw - domain.min) / step) * step :
            whole ? Math.round(raw) : raw;
        return Math.min(domain.max, Math.max(domain.min, whole ? snapped : Number(snapped.toPrecision(6))));
    }

    function rangeField(one, id) {
        const { domain } = one;
        const whole = one.value_type === "int" || one.type === "int";
        const step = whole ? domain.step || 1 : domain.step || "any";
        const number = el("input", { type: "number", id, min: domain.min, max: domain.max,
            step: isLog(domain) && whole ? 1 : step, placeholder: "proposed" });
        const slider = el("input", { type: "range", min: 0, max: STEPS, value: STEPS / 2,
            "aria-label": one.name + ", by a slider" });
        slider.addEventListener("input", () => {
            number.value = valueAt(domain, Number(slider.value), whole);
        });
        number.addEventListener("input", () => {
            if (number.value !== "") slider.value = placeOf(domain, Number(number.value));
        });
        const set = (value) => {
            number.value = value;
            slider.value = placeOf(domain, value);
        };
        return { nodes: [number, slider, el("span", { class: "soft" },
            varve.number(domain.min) + " to " + varve.number(domain.max) +
            (domain.step && domain.step !== 1 ? ", by " + varve.number(domain.step) : "") +
                (isLog(domain) ? ", logarithmic" : ""))],
            value: () => (number.value === "" ? undefined : Number(number.value)), set };
    }

    /* ---- choices ------------------------------------------------------------------------------------------------- */

    function choiceField(one, id, values) {
        const select = el("select", { id }, el("option", { value: "" }, "proposed"),
            values.map((value, i) => el("option", { value: i }, varve.visible(value, 60))));
        return { nodes: [select], value: () => (select.value === "" ? undefined : values[Number(select.value)]),
            set: (value) => {
                select.value = values.indexOf(value) < 0 ? "" : values.indexOf(value);
            } };
    }

    function fieldOf(one, id) {
        const values = one.domain && one.domain.values;
        if (one.type === "bool") return choiceField(one, id, [false, true]);
        if (values) return choiceField(one, id, values);
        return rangeField(one, id);
    }

    /* ---- the form ------------------------------------------------------------------------------------------------ */

    function notes(one) {
        const list = [];
        if (one.active_when && one.active_when !== "always") list.push("only when " + one.active_when);
        if (one.dead_text) list.push("nothing can be built with " + one.dead_text);
        return list.length > 0 && el("p", { class: "soft" }, varve.visible(list.join("; "), 400));
    }

    function rows(list, fields) {
        return list.map((one, i) => {
            const id = "field-" + i;
            const field = fieldOf(one, id);
            fields.push({ name: one.name, field });
            return el("div", { class: "field" }, el("label", { for: id }, varve.visible(one.name, 60)),
                el("div", null, el("p", { class: "inputs" }, field.nodes), notes(one)));
        });
    }

    function valuesOf(fields) {
        const values = {};
        for (const { name, field } of fields) {
            const value = field.value();
            if (value !== undefined) values[name] = value;
        }
        return values;
    }

    function asFields(study, explanation, best) {
        const fields = [];
        const shown = rows(explanation.hyperparameters.filter((one) => !one.unreachable), fields);
        const fill = () => fields.forEach(({ name, field }) => name in best && field.set(best[name]));
        const prefill = best && el("p", null, el("button", { type: "button", on: { click: fill } },
            "Take the values of the best trial"));
        varve.ask("Enqueue a trial", [el("p", null,
            "The next trial has these values. What is left open is proposed by the search."), prefill,
            el("div", { class: "fields" }, shown)],
            [["Enqueue it", () => varve.request(study, { kind: "enqueue", values: valuesOf(fields) }, "The trial")],
                ["Cancel", null]]);
    }

    function asText(study, best) {
        const text = el("textarea", { id: "values", rows: 8, spellcheck: "false" });
        text.value = JSON.stringify(best || {}, null, 2);
        const send = () => {
            let values = null;
            try {
                values = JSON.parse(text.value);
            } catch (error) {
                throw new Error("This is no JSON: " + error.message);
            }
            return varve.request(study, { kind: "enqueue", values }, "The trial");
        };
        varve.ask("Enqueue a trial", [el("p", null,
            el("label", { for: "values" },
            "Values, as a JSON object of names and values. What is left out is proposed by the search.")), text],
            [["Enqueue it", async () => send()], ["Cancel", null]]);
    }

    async function enqueue(study, best) {
        const { data } = await varve.fetchPart(study.base + "explanation");
        if (data && data.hyperparameters && data.hyperparameters.length > 0) asFields(study, data, best);
        else asText(study, best);
    }

    Object.assign(varve, { enqueue });
})();
