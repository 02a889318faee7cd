import type { Occasion, Told } from "./told.ts";
import type { Words } from "./words/words.ts";

/** What is said, before any channel gives it its form. All of it is plain text. */
export interface Message {
  readonly incident: string;
  readonly occasion: Occasion;
  /** Of the words, for the page's `lang`. */
  readonly language: string;
  /** One line. */
  readonly title: string;
  readonly headline: string;
  /** Label and value, in order. */
  readonly facts: readonly (readonly [string, string])[];
  readonly remedy?: readonly [string, string];
  /** Lines that a reader copies: their characters stay as they are in every form. */
  readonly copy?: string;
  readonly link: string;
  readonly linkText: string;
  /** For programs. */
  readonly told: Told;
  readonly at: Date;
  /** Only in a channel that is personal. */
  readonly names: readonly string[];
}

export interface Circumstances {
  readonly occasion: Occasion;
  /** When it is said. */
  readonly at: Date;
  readonly words: Words;
  readonly publicUrl: string;
  readonly names?: readonly string[];
}

/** Who reads a hundred robots has to see whose this is; also the keyword for a robot that asks for one. */
const SENDER = "dingtalk-scim";

export function messageOf(told: Told, { occasion, at, words, publicUrl, names = [] }: Circumstances): Message {
  const headline = oneLine(words.headline(told));
  const since = told.detail.since === undefined ? told.openedAt : new Date(told.detail.since);
  const durationMs = (told.closedAt ?? at).getTime() - told.openedAt.getTime();
  const facts: (readonly [string, string] | undefined)[] = [
    told.kind === "checkpoint" ? undefined : [words.labels.since, instant(since)],
    occasion === "closed" ? [words.labels.lasted, words.duration(durationMs)] : undefined,
    occasion === "reminder" ? [words.labels.goesOnFor, words.duration(durationMs)] : undefined,
    told.kind === "test" || told.kind === "checkpoint"
      ? undefined
      : [words.labels.code, told.detail.answer === undefined ? told.code : `${told.code} (${told.detail.answer})`],
    names.length > 0 ? [words.labels.names, names.map(oneLine).join(words.comma)] : undefined,
  ];
  return {
    incident: told.id,
    occasion,
    language: words.language,
    title: `[${SENDER}] ${words.occasions[occasion]}${headline}`,
    headline: `${words.occasions[occasion]}${headline}`,
    facts: facts.filter((fact) => fact !== undefined),
    ...(occasion === "closed" || told.kind === "test" ? {} : { remedy: [words.labels.remedy, words.remedy(told)] as const }),
    ...(told.detail.checkpoint === undefined ? {} : { copy: told.detail.checkpoint }),
    link: `${publicUrl}/incidents/${told.id}`,
    linkText: words.labels.link,
    told,
    at,
    names,
  };
}

/** `2026-11-21 11:40 UTC`. */
const instant = (at: Date): string => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** Names come from a directory: no line breaks, no characters that turn the direction or cannot be seen. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
    .trim();
