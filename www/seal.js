// The seal: after loading, a second policy that refuses every connection; policies only tighten, so nothing can
// take it back. Then every known way out is tried, and what the browser refused is told. It fails closed.

/** The sealed policy. The browser tests serve a build in which it is empty, and must then fail. */
export const SEALED_POLICY =
  "default-src 'none'; script-src 'wasm-unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src blob: data:; connect-src 'none'; form-action 'none'; base-uri 'none'; frame-src 'none'; object-src 'none'; webrtc 'block'";

/**
 * One way out. `refused`: by `policy` (the browser said so), by `browser` (it failed although the policy did not
 * report it), by `page` (a policy cannot refuse it, so the page removed it), or not at all (`nobody`).
 * `note` is a key under `seal.note.` in the language files.
 * @typedef {{ way: string, refused: boolean, by: "policy" | "browser" | "page" | "nobody", must: boolean, note: string | null }} Way
 * @typedef {{ ok: boolean, reason: string | null, ways: Way[] }} Seal
 */

/** What no policy of a page can refuse: told, not tried. */
const BEYOND = ["navigation", "extension", "host"];

/** Milliseconds; a way that neither failed nor was reported by then counts as open. */
const PATIENCE = 5000;

/** @type {Seal} */
let state = { ok: false, reason: "not_yet", ways: [] };

/** The seal as it stands. */
export const sealed = () => state;

/**
 * Adds the policy, removes what a policy cannot refuse, and tries every way out.
 * @param {(url: string) => Promise<{ way: string, by: Way["by"] }[]>} probeWorker tries the ways
 *   out of a worker that was started under the seal
 * @returns {Promise<Seal>}
 */
export async function seal(probeWorker) {
  try {
    const meta = document.createElement("meta");
    meta.httpEquiv = "Content-Security-Policy";
    meta.content = SEALED_POLICY;
    document.head.append(meta);
    removeBeyondPolicy();
    const url = new URL("autograft-probe", document.baseURI).href;
    const page = tryPage(url);
    const worker = probeWorker(url);
    const ways = [...(await page), ...(await worker).map(({ way, by }) => ({ way, by, refused: by !== "nobody", must: true, note: by === "page" ? "removed" : null })), ...BEYOND.map(beyond)];
    const open = ways.filter((way) => way.must && !way.refused);
    state = { ok: open.length === 0, reason: open.length ? `open:${open.map((way) => way.way).join(",")}` : null, ways };
  } catch (error) {
    state = { ok: false, reason: `failed:${error instanceof Error ? error.message : String(error)}`, ways: [] };
  }
  return state;
}

/** No policy covers these in every browser, and nothing here needs them. */
function removeBeyondPolicy() {
  const away = (/** @type {string} */ name, /** @type {unknown} */ value) =>
    Object.defineProperty(window, name, { value, writable: false, configurable: false });
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "WebTransport", "SharedWorker"]) {
    if (name in window) away(name, undefined);
  }
  away("open", () => null);
  // Setting it to null is how a page disowns the one that opened it.
  window.opener = null;
}

/** @param {string} way @returns {Way} */
const beyond = (way) => ({ way, refused: false, by: "nobody", must: false, note: way });

/** @param {string} url @returns {Promise<Way[]>} */
async function tryPage(url) {
  /** @type {Set<string>} */
  const reported = new Set();
  /** @type {Map<string, () => void>} */
  const waiting = new Map();
  const hear = (/** @type {SecurityPolicyViolationEvent} */ event) => {
    const way = event.blockedURI.split("autograft-probe-")[1]?.split(/[?#]/)[0];
    if (way) { reported.add(way); waiting.get(way)?.(); }
  };
  document.addEventListener("securitypolicyviolation", hear);
  const nursery = document.createElement("div");
  // Not hidden: an <object> that is not laid out is not loaded either.
  Object.assign(nursery.style, { position: "fixed", width: "0", height: "0", overflow: "hidden" });
  nursery.inert = true;
  document.body.append(nursery);

  const tries = Object.entries(PAGE_WAYS).map(async ([way, attempt]) => {
    const told = new Promise((resolve) => waiting.set(way, () => resolve("policy")));
    const late = new Promise((resolve) => setTimeout(() => resolve("nobody"), PATIENCE));
    // A failure is not believed, it may be a missing network; unless the attempt needs none, and says so.
    const itself = new Promise((resolve) => {
      Promise.resolve().then(() => attempt(`${url}-${way}`, nursery)).then(
        (open) => open !== undefined && resolve(open ? "nobody" : "browser"), () => {});
    });
    const by = /** @type {Way["by"]} */ (await Promise.race([told, itself, late]));
    return { way, refused: by !== "nobody", by, must: true, note: null };
  });
  const removed = PAGE_REMOVED.map(([way, gone]) => {
    const refused = /** @type {() => boolean} */ (gone)();
    return { way, refused, by: refused ? "page" : "nobody", must: true, note: "removed" };
  });
  const ways = /** @type {Way[]} */ ([...(await Promise.all(tries)), ...removed]);
  document.removeEventListener("securitypolicyviolation", hear);
  nursery.remove();
  return ways;
}

/** Ways that only the page itself can close: is it closed? */
const PAGE_REMOVED = /** @type {[string, () => boolean][]} */ ([
  ["webrtc", () => typeof window.RTCPeerConnection === "undefined"],
  ["window_open", () => window.open("about:blank") === null],
  ["opener", () => window.opener === null],
]);

/** @param {string} tag @param {Record<string, string>} set @param {Element} into */
function element(tag, set, into) {
  return new Promise((resolve, reject) => {
    const made = Object.assign(document.createElement(tag), set);
    made.onload = () => resolve(true);
    made.onerror = reject;
    into.append(made);
  });
}

/** @param {EventTarget} target @param {string} name */
const heard = (target, name) => new Promise((resolve) => target.addEventListener(name, () => resolve(true)));

/**
 * Each resolves to true where something got through, to false where it was refused without needing a network.
 * @type {Record<string, (url: string, nursery: HTMLElement) => unknown>}
 */
const PAGE_WAYS = {
  fetch: (url) => fetch(url, { mode: "no-cors" }).then(() => true),
  xhr: (url) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.send();
    return heard(request, "load");
  },
  // Chromium answers true even where it is refused: only the report counts.
  beacon: (url) => void navigator.sendBeacon(url, "x"),
  websocket: (url) => heard(new WebSocket(url.replace(/^http/, "ws")), "open"),
  eventsource: (url) => {
    const source = new EventSource(url);
    source.onerror = () => source.close();
    return heard(source, "open");
  },
  image: (url) => element("img", { src: url }, document.createElement("div")),
  style: (url, nursery) => element("link", { rel: "stylesheet", href: url }, nursery),
  font: (url) => new FontFace("autograft-probe", `url("${url}")`).load().then(() => true),
  media: (url, nursery) => element("audio", { src: url, preload: "auto" }, nursery),
  script: (url, nursery) => element("script", { src: url }, nursery),
  object: (url, nursery) => element("object", { data: url }, nursery),
  frame: (url, nursery) => void element("iframe", { src: url }, nursery).catch(() => {}),
  form: (url, nursery) => {
    const frame = Object.assign(document.createElement("iframe"), { name: "autograft-probe" });
    const form = Object.assign(document.createElement("form"), { action: url, target: frame.name, method: "post" });
    nursery.append(frame, form);
    form.submit();
  },
  prefetch: (url, nursery) => element("link", { rel: "prefetch", href: url }, nursery),
  // Firefox refuses preloads without a report; one of a data: URL needs no network.
  preload: (url, nursery) => {
    element("link", { rel: "preload", as: "image", href: url }, nursery).catch(() => {});
    return element("link", { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: "data:,x" }, nursery).catch(() => false);
  },
  worker: (url) => heard(new Worker(url), "message"),
};
