// TEST ONLY: the page on the fake engine. `npx vite build -c tests/browser/page.fake.config.js`
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import real from "../../vite.config.js";

const fake = fileURLToPath(new URL("fake-engine.js", import.meta.url));
export default defineConfig({
  ...real,
  root: fileURLToPath(new URL("../..", import.meta.url)),
  build: { ...real.build, outDir: "target/page-fake", emptyOutDir: true },
  plugins: [{ name: "fake-engine", enforce: "pre", resolveId: (id) => (id === "./start.js" ? fake : null) }],
});
