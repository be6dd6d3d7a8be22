declare module "*?inline" { const text: string; export default text; }
interface ImportMeta {
  /** Vite's: replaced at build time. */
  glob(pattern: string, options: { query: string; import: string; eager: true }): Record<string, string>;
}
