declare module "*?raw" { const text: string; export default text; }
declare module "*?url" { const url: string; export default url; }
declare module "*?inline" { const text: string; export default text; }
declare module "*.css";
interface ImportMeta {
  /** Vite's: replaced at build time. */
  glob(pattern: string, options: { query: string; import: string; eager: true }): Record<string, string>;
}
