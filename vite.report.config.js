import { defineConfig } from "vite";

// The charts for the command's report: one script without a module, to be embedded in a page of its own.
export default defineConfig({
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: false,
    assetsInlineLimit: Infinity,
    lib: { entry: "www/report.js", formats: ["iife"], name: "autograftReport", fileName: () => "report.js" },
    chunkSizeWarningLimit: 2000,
  },
});
