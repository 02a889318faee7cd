import { createContext, useContext } from "react";
import type { Reasons } from "../../../src/words/reasons/reasons.ts";
import type { en } from "./en.ts";

/*
 * The texts of the page, with a catalogue for each language. A message with {count} may have two forms, `one`
 * and `other`. The plural rules of the language choose.
 */

export type Message = string | { readonly one: string; readonly other: string };
export type Key = keyof typeof en;
export type Catalogue = Readonly<Record<Key, Message>>;

export const LANGUAGES = ["en", "zh-Hans-CN", "zh-Hant-HK"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The name of each language, in the language itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: "English",
  "zh-Hans-CN": "简体中文",
  "zh-Hant-HK": "繁體中文",
};

export type Values = Readonly<Record<string, string | number>>;

export interface Words {
  readonly language: Language;
  readonly reasons: Reasons;
  t(key: Key, values?: Values): string;
  /** True: the catalogue has this key. For keys that are composed at run time. */
  has(key: string): key is Key;
  number(value: number): string;
  percent(value: number): string;
  /** A duration in the language of the page, such as 45 sec or 2 min. */
  duration(seconds: number): string;
  /** The date in UTC, such as 2026-11-21. */
  date(at: string): string;
  /** Date and time with the zone, such as 2026-11-21 19:40:05 HKT. */
  time(at: string): string;
  /** The time relative to `now`, such as "3 minutes ago". */
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
      const text =
        typeof message === "string"
          ? message
          : message[plural.select(Number(count)) === "one" ? "one" : "other"];
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

/** Units of durations. Durations below two minutes are shown in seconds. */
const DURATIONS = [
  { unit: "day", from: 172_800, size: 86_400 },
  { unit: "hour", from: 3_600, size: 3_600 },
  { unit: "minute", from: 120, size: 60 },
] as const;

/**
 * The time in the same form for every language. So it sorts, and can be pasted into a ticket. Only the name
 * of the zone depends on the place.
 */
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
  const parts = Object.fromEntries(
    format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]),
  );
  return `${parts["year"]}-${parts["month"]}-${parts["day"]} ${parts["hour"]}:${parts["minute"]}:${parts["second"]} ${parts["timeZoneName"]}`;
}

/**
 * The language of the page for the languages of a browser. `zh-CN` and `zh-SG` mean simplified characters,
 * other Chinese means traditional characters.
 */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted.map((each) => each.toLowerCase())) {
    if (tag === "en" || tag.startsWith("en-")) return "en";
    if (tag === "zh-cn" || tag === "zh-sg" || tag === "zh-hans" || tag.startsWith("zh-hans-"))
      return "zh-Hans-CN";
    if (tag === "zh" || tag.startsWith("zh-")) return "zh-Hant-HK";
  }
  return "en";
}

export const WordsContext = createContext<Words | undefined>(undefined);

export function useWords(): Words {
  const words = useContext(WordsContext);
  if (!words) throw new Error("useWords needs a WordsContext around the component");
  return words;
}
