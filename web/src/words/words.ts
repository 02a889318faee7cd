import { createContext, useContext } from "react";
import type { Reasons } from "../../../src/words/reasons/reasons.ts";
import type { en } from "./en.ts";

/*
 * The words of the page, a catalogue for each language. A message with {count} may have forms for one and for others; the rules of the language choose.
 */

export type Message = string | { readonly one: string; readonly other: string };
export type Key = keyof typeof en;
export type Catalogue = Readonly<Record<Key, Message>>;

export const LANGUAGES = ["en", "zh-Hans-CN", "zh-Hant-HK"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What each is called, in itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", "zh-Hans-CN": "简体中文", "zh-Hant-HK": "繁體中文" };

export type Values = Readonly<Record<string, string | number>>;

export interface Words {
  readonly language: Language;
  readonly reasons: Reasons;
  t(key: Key, values?: Values): string;
  /** Whether there are words for a key that was put together. */
  has(key: string): key is Key;
  number(value: number): string;
  percent(value: number): string;
  /** Such as 45 sec or 2 min, in the words of the language. */
  duration(seconds: number): string;
  /** Year, month and day in UTC, such as 2026-11-21. */
  date(at: string): string;
  /** Date and time with the zone, such as 2026-11-21 19:40 HKT. */
  time(at: string): string;
  /** Such as "3 minutes ago". */
  ago(at: string, now?: number): string;
}

export function createWords(language: Language, catalogue: Catalogue, reasons: Reasons): Words {
  const numbers = new Intl.NumberFormat(language);
  const percents = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 2 });
  const plural = new Intl.PluralRules(language);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  return {
    language,
    reasons,
    t(key, values = {}) {
      const message = catalogue[key];
      const count = values["count"];
      const text = typeof message === "string" ? message : message[plural.select(Number(count)) === "one" ? "one" : "other"];
      return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        return value === undefined ? whole : typeof value === "number" ? numbers.format(value) : value;
      });
    },
    has: (key): key is Key => Object.hasOwn(catalogue, key),
    number: (value) => numbers.format(value),
    percent: (value) => percents.format(value),
    duration: (seconds) => {
      const { unit, size } = DURATIONS.find(({ from }) => seconds >= from) ?? { unit: "second", size: 1 };
      const value = seconds / size;
      return new Intl.NumberFormat(language, {
        style: "unit",
        unit,
        unitDisplay: "short",
        maximumFractionDigits: value < 10 ? 1 : 0,
      }).format(value);
    },
    date: (at) => at.slice(0, 10),
    time: timeText,
    ago(at, now = Date.now()) {
      const seconds = (Date.parse(at) - now) / 1_000;
      const [size, unit] = UNITS.find(([size]) => Math.abs(seconds) >= size) ?? [1, "second"];
      return relative.format(Math.round(seconds / size), unit);
    },
  };
}

const UNITS: readonly (readonly [number, Intl.RelativeTimeFormatUnit])[] = [
  [31_536_000, "year"],
  [2_592_000, "month"],
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/** Below two minutes seconds say more. */
const DURATIONS = [
  { unit: "day", from: 172_800, size: 86_400 },
  { unit: "hour", from: 3_600, size: 3_600 },
  { unit: "minute", from: 120, size: 60 },
] as const;

/** The same in every language: it sorts, and it can be pasted into a ticket. Only the zone has a name. */
function timeText(at: string): string {
  const format = new Intl.DateTimeFormat("en-HK", {
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
  const parts = Object.fromEntries(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  return `${parts["year"]}-${parts["month"]}-${parts["day"]} ${parts["hour"]}:${parts["minute"]}:${parts["second"]} ${parts["timeZoneName"]}`;
}

/** The language of the page for what a browser asks for. `zh-CN` and `zh-SG` are written in simplified characters, other Chinese in traditional ones. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted.map((each) => each.toLowerCase())) {
    if (tag === "en" || tag.startsWith("en-")) return "en";
    if (tag === "zh-cn" || tag === "zh-sg" || tag === "zh-hans" || tag.startsWith("zh-hans-")) return "zh-Hans-CN";
    if (tag === "zh" || tag.startsWith("zh-")) return "zh-Hant-HK";
  }
  return "en";
}

export const WordsContext = createContext<Words | undefined>(undefined);

export function useWords(): Words {
  const words = useContext(WordsContext);
  if (!words) throw new Error("there are no words around this part");
  return words;
}
