/* dashboard.js - of the dashboard: which page the address means. */
"use strict";

(function () {
    const named = /^\/study\/([^/]+)$/.exec(location.pathname);
    if (named) varve.study(decodeURIComponent(named[1]));
    else varve.studies();
})();
