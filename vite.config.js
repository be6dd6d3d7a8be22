import { defineConfig } from "vite";

export default defineConfig({
  // Relative: dist/ works under any path of any web server.
  base: "./",
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    // Nothing becomes a data: URL in silence, and no polyfill fetches anything: what is loaded, and when, is ours to say.
    assetsInlineLimit: 0,
    modulePreload: false,
    // One script: after the seal nothing more can be loaded.
    rolldownOptions: { output: { codeSplitting: false } },
    chunkSizeWarningLimit: 2000,
  },
});
