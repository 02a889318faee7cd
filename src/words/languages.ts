/** As ALERT_LANGUAGE and `lang` name them. */
export const LANGUAGES = ["en", "zh-Hans", "zh-Hant"] as const;

export type Language = (typeof LANGUAGES)[number];

/**
 * `zh-CN` and `zh-SG` are written in the simplified script, every other Chinese that names no script in the
 * traditional one.
 */
export function languageOf(tag: string): Language | undefined {
  const parts = tag.trim().toLowerCase().split(/[-_]/);
  if (parts[0] === "en") return "en";
  if (parts[0] !== "zh") return undefined;
  if (parts.includes("hans")) return "zh-Hans";
  if (parts.includes("hant")) return "zh-Hant";
  return parts.includes("cn") || parts.includes("sg") ? "zh-Hans" : "zh-Hant";
}
