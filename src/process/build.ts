import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "./paths.ts";

/**
 * Which program this is, as the package tells. bin/prepare.js writes down the commit where it compiles in a
 * clone.
 */
export function readBuild(): { readonly version: string; readonly node: string; readonly commit: string } {
  const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    version: string;
  };
  const commitFile = join(packageRoot, "dist", "commit");
  const commit = existsSync(commitFile) ? readFileSync(commitFile, "utf8").trim() : "";
  return { version, node: process.versions.node, commit };
}
