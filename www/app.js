// The entry: everything that a visit needs is loaded, the page is sealed, then it is shown to be ready.

import "./style.css";
import "./components/app.js";
import { html, render } from "lit";
import { openExample, readExamples } from "./examples.js";
import { loadMolecules } from "./packs.js";
import { readPreferences } from "./preferences.js";
import { start } from "./start.js";
import { change, running, state } from "./store.js";
import { desk } from "./workers.js";

readPreferences();
const place = /** @type {HTMLElement} */ (document.querySelector("#app"));
render(html`<ag-app></ag-app>`, place);

// Before the seal: nothing can be loaded after it.
const { examples, wanted } = await readExamples();
change({ examples });

change({ molecules: await loadMolecules() });

const started = await start();
change({ seal: started.seal, engine: started.engine });
if (started.engine) {
  started.engine.onCrash = (reason) => change({ notice: { failure: { code: "internal", facts: [["reason", reason]] } } });
  try {
    change({ methods: (await desk({ type: "methods" })).methods });
  } catch (failure) {
    change({ notice: { failure } });
  }
}
// The browser tests speak to the engine through this handle.
Object.assign(window, { autograft: { ...started, state } });
place.dataset.state = started.engine ? "ready" : "refused";
if (started.engine && wanted) await openExample(wanted);

window.addEventListener("beforeunload", (event) => {
  if (running() || !state.saved) event.preventDefault();
});
