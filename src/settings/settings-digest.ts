import { createHash } from "node:crypto";
import { effectiveSettings } from "./effective-settings.ts";
import type { Environment } from "./environment.ts";

export interface SettingsDigest {
  /** Names of the settings that are set, in the order of the manual. */
  readonly settings: readonly string[];
  /** SHA-256 in hexadecimal over all settings in force. A secret enters it only as set or not set. */
  readonly digest: string;
}

/** The settings of this process, for an event of the history. */
export function digestOfSettings(environment: Environment): SettingsDigest {
  const { settings } = effectiveSettings(environment, new Set());
  const pairs = settings.map(({ name, value }) => [name, value ?? null]);
  return {
    settings: settings.filter(({ from }) => from !== "default").map(({ name }) => name),
    digest: createHash("sha256").update(JSON.stringify(pairs)).digest("hex"),
  };
}
