// Serves dist/ and remembers every request and every connection: what the page asked for after the seal is a leak.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { SEALED_POLICY } from "../../www/seal.js";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".json": "application/json",
  ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png", ".csv": "text/csv",
};

/**
 * @param {{ under?: string, unsealed?: boolean }} [options] `under`: a path such as "/a/b/"; `unsealed`: the second
 *   policy is emptied in the served script, as in a build that forgot it
 */
export async function serve({ under = "/", unsealed = false } = {}) {
  /** @type {string[]} */
  const requests = [];
  let emptied = 0;
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    requests.push(`${request.method} ${path}`);
    const inside = path.startsWith(under) ? normalize(path.slice(under.length) || "index.html") : null;
    try {
      if (inside === null || inside.startsWith("..")) throw new Error("outside");
      let body = await readFile(join(DIST, inside));
      if (unsealed && inside.endsWith(".js")) {
        const text = body.toString();
        const without = text.replaceAll(SEALED_POLICY, "");
        if (without !== text) emptied += 1;
        body = Buffer.from(without);
      }
      response.writeHead(200, { "content-type": TYPES[extname(inside)] ?? "application/octet-stream", "cache-control": "no-store" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.on("upgrade", (request, socket) => {
    requests.push(`UPGRADE ${request.url}`);
    socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}${under}`,
    requests,
    emptied: () => emptied,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve(undefined)); }),
  };
}
