// The page can be installed as a program of its own: that takes a service worker.

const POLICY = { createScriptURL: (text) => (text === "/static/worker.js" ? text : "about:blank") };

export function bindInstall() {
  if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
  const address = window.trustedTypes
    ? window.trustedTypes.createPolicy("huepress", POLICY).createScriptURL("/static/worker.js")
    : "/static/worker.js";
  navigator.serviceWorker.register(address, { scope: "/" }).catch(() => {}); // an extra, nothing more
}
