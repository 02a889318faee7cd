#!/usr/bin/env node
import { existsSync } from "node:fs";

// The version first: an older Node may not even read what follows.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `dingtalk-scim needs Node 20.19 or newer; this is Node ${process.versions.node}: install a newer one from https://nodejs.org\n`,
  );
  process.exit(3);
}
const entry = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(entry)) {
  const { main } = await import(entry.href);
  process.exit(await main(process.argv.slice(2)));
}
process.stderr.write("dingtalk-scim is not built yet: run `npm ci` and `npm run build` first\n");
process.exit(3);
