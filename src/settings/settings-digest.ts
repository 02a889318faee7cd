import { createHash } from "node:crypto";
import { effectiveSettings } from "./effective-settings.ts";
import type { Environment } from "./environment.ts";

export interface SettingsDigest {
  /** Names of what is set, in the order of the manual. */
  readonly settings: readonly string[];
  /** SHA-256 in hexadecimal over all settings in force. Of secrets it knows whether they are set, and nothing else. */
  readonly digest: string;
}

/** What this process runs with, for the history. */
export function digestOfSettings(environment: Environment): SettingsDigest {
  const { settings } = effectiveSettings(environment, new Set());
  const pairs = settings.map(({ name, value }) => [name, value ?? null]);
  return {
    settings: settings.filter(({ from }) => from !== "default").map(({ name }) => name),
    digest: createHash("sha256").update(JSON.stringify(pairs)).digest("hex"),
  };
}
