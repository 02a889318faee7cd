#!/usr/bin/env node
import { existsSync } from "node:fs";

const entry = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(entry)) {
  const { main } = await import(entry.href);
  process.exit(await main(process.argv.slice(2)));
}
process.stderr.write("dingtalk-scim is not built yet: run `npm run build` first\n");
process.exit(3);
