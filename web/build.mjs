// Builds the dashboard: web/ and openapi.yaml → dist/web. Takes a second or two; bin/prepare.js runs it when something has changed.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { writeTypes } from "./make-types.mjs";

const web = dirname(fileURLToPath(import.meta.url));
const root = dirname(web);

writeTypes(join(root, "openapi.yaml"), join(web, "src", "generated", "api.ts"));
await build({
  root: web,
  configFile: false,
  logLevel: "warn",
  publicDir: false,
  build: {
    outDir: join(root, "dist", "web"),
    emptyOutDir: true,
    target: "es2022",
    // A picture or style within another file would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
