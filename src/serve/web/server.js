/* server.js - talking to the dashboard's server.
 *
 *   varve.fetchPart(path, etag)     a promise of { data, etag, version, again, same }: version of the study that it was
 *                                   made of,
 *                                   again: in how many seconds to ask anew; same: as with this etag, data is null
 *   varve.post(path, value)         a promise of the answer; asks the user for the token where it is missing or wrong
 *   varve.say(text)                 to those who hear the page
 *   varve.ask(title, content, buttons)   a dialog; buttons: [[title, f or null]]; f may return a promise, and the
 *                                   dialog stays
 *                                   with its error where that fails
 *
 * The token comes with the address ("#token=..."), is taken out of it at once, and kept until the tab is closed.
 */
"use strict";

(function () {
    const { el } = varve;
    const KEY = "varve-token";

    /* ---- the token ----------------------------------------------------------------------------------------------- */

    let token = null;

    function keepToken(text) {
        token = text;
        try {
            sessionStorage.setItem(KEY, text);
        } catch (error) {
            return;
        }
    }

    function findToken() {
        const given = /^#token=([0-9a-f]+)$/.exec(location.hash);
        try {
            token = sessionStorage.getItem(KEY);
        } catch (error) {
            token = null;
        }
        if (!given) return;
        keepToken(given[1]);
        history.replaceState(null, "", location.pathname + location.search);
    }
    findToken();

    /* ---- requests ------------------------------------------------------------------------------------------------ */

    async function failure(response) {
        const text = await response.text();
        try {
            return new Error(varve.visible(JSON.parse(text).error, 400));
        } catch (error) {
            return new Error("The server answered with " + response.status + ".");
        }
    }

    async function fetchPart(path, etag) {
        const response = await fetch(path, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
        const of = (name) => Number(response.headers.get(name)) || 0;
        const answer = { etag: response.headers.get("ETag"), version: of("Varve-Version"), again: of("Varve-Again"),
            same: response.status === 304, data: null };
        if (answer.same) return answer;
        if (!response.ok) throw await failure(response);
        answer.data = await response.json();
        return answer;
    }

    async function postOnce(path, value) {
        const headers = { "Content-Type": "application/json" };
        if (token) headers["Varve-Token"] = token;
        return fetch(path, { method: "POST", headers, body: JSON.stringify(value) });
    }

    async function post(path, value) {
        let response = token ? await postOnce(path, value) : null;
        while (response === null || response.status === 403) {
            keepToken(await askForToken(response !== null));
            response = await postOnce(path, value);
        }
        if (!response.ok) throw await failure(response);
        return response.json();
    }

    /* ---- dialogs ------------------------------------------------------------------------------------------------- */

    /* Runs what a button does; an error stays in the dialog. */
    async function act(dialog, trouble, button, f) {
        button.disabled = true;
        try {
            if (f) await f();
            dialog.close();
        } catch (error) {
            varve.fill(trouble, String(error.message || error));
            button.disabled = false;
        }
    }

    function ask(title, content, buttons) {
        const dialog = document.getElementById("ask");
        const trouble = el("p", { class: "trouble", role: "alert" });
        const row = buttons.map(([name, f], i) => {
            const button = el("button", { type: i === 0 && f ? "submit" : "button", class: i === 0 && f && "main" },
                name);
            if (i > 0 || !f) button.addEventListener("click", () => act(dialog, trouble, button, f));
            return button;
        });
        const form = el("form", { on: { submit: (event) => {
            event.preventDefault();
            act(dialog, trouble, row[0], buttons[0][1]);
        } } }, el("h2", null, title), content, trouble, el("p", { class: "buttons" }, row));
        dialog.setAttribute("aria-label", title);
        varve.fill(dialog, form);
        if (!dialog.open) dialog.showModal();
        return dialog;
    }

    function askForToken(wrong) {
        return new Promise((resolve, reject) => {
            const field = el("input", { type: "text", id: "token", autocomplete: "off", spellcheck: "false",
                required: true });
            const open = document.getElementById("ask").open ? Array.from(document.getElementById("ask").childNodes) :
                null;
            const dialog = ask("The token", [
                el("p", null, (wrong ? "The token is not, or no longer, the right one. " : "") +
                    "The terminal in which the dashboard was started shows an address that ends in #token=. " +
                    "What follows it is needed to change anything."),
                el("p", null, el("label", { for: "token" }, "Token "), field)],
                    [["Use it", () => done(field.value.trim())], ["Cancel", () => done(null)]]);
            function done(text) {
                dialog.removeEventListener("cancel", cancelled);
                if (open) setTimeout(() => varve.fill(dialog, open) && dialog.showModal(), 0);
                if (text) resolve(text.replace(/^.*token=/, ""));
                else reject(new Error("Nothing was changed."));
            }
            const cancelled = () => done(null);
            dialog.addEventListener("cancel", cancelled);
            field.focus();
        });
    }

    function say(text) {
        varve.fill(document.getElementById("news"), text);
    }

    Object.assign(varve, { fetchPart, post, ask, say });
})();
