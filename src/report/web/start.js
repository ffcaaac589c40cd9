/* start.js - of a report: makes the page of the data that is in it. */
"use strict";
varve.report(JSON.parse(document.getElementById("data").textContent));
