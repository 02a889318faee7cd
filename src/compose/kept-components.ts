import { statSync } from "node:fs";
import type { DingTalkConfig } from "../targets/dingtalk/config.ts";
import { type AppContext, type SyncComponents, syncComponents } from "./components.ts";

/**
 * The parts for looking at single people, made once and again after a change of a file of rules. Compiling
 * both files took half of the time of such a request. Throws CannotStart while a changed file is invalid,
 * because the conclusion of a run is not known then. Only for code that sends nothing.
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

/** Changes with the content of a file, also when the file is replaced. */
function stampOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs}` : "";
}
