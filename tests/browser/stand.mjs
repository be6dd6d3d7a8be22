// What most browser tests stand on: the served page and a browser, closed when the file's tests are over.

import { after } from "node:test";
import { launch } from "./chromium.mjs";
import { serve } from "./server.mjs";

/** @param {{ gpu?: boolean }} [options] of the browser */
export async function stand(options) {
  const browser = await launch(options);
  const server = await serve();
  after(async () => {
    await browser.close();
    await server.close();
  });
  return { browser, server };
}
