import { statSync } from "node:fs";
import type { DingTalkConfig } from "../targets/dingtalk/config.ts";
import { type AppContext, type SyncComponents, syncComponents } from "./components.ts";

/**
 * What looks at single people works with, made once, and anew when a file of rules has changed: compiling both took half of such a look's time. Throws
 * CannotStart while a changed file is wrong, as nobody could say what a run would conclude. Only for what sends nothing.
 */
export function keptComponents(app: AppContext, organisation: () => DingTalkConfig): () => SyncComponents {
  const files = [app.config.mappingFile, app.config.policyFile].filter((file) => file !== undefined);
  let kept: { readonly stamp: string; readonly components: SyncComponents } | undefined;
  return () => {
    const stamp = files.map(stampOf).join();
    if (kept?.stamp !== stamp) {
      const components = syncComponents(app, organisation());
      kept?.components.target.close();
      kept = { stamp, components };
    }
    return kept.components;
  };
}

/** Changes with what a file holds, also when another one is put in its place. */
function stampOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs}` : "";
}
