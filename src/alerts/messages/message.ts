import type { Words } from "../words/words.ts";
import type { IncidentFacts, Occasion } from "./incident-facts.ts";

/** The content of a message before a channel formats it. All texts are plain. */
export interface Message {
  readonly incident: string;
  readonly occasion: Occasion;
  /** Language of the texts, for the attribute `lang` of a page. */
  readonly language: string;
  /** One line. */
  readonly title: string;
  readonly headline: string;
  /** Label and value, in order. */
  readonly facts: readonly (readonly [string, string])[];
  readonly remedy?: readonly [string, string];
  /** Lines for copying. Every format keeps their characters unchanged. */
  readonly copy?: string;
  readonly link: string;
  readonly linkText: string;
  /** For programs. */
  readonly about: IncidentFacts;
  readonly at: Date;
  /** Only in personal channels. */
  readonly names: readonly string[];
}

export interface Circumstances {
  readonly occasion: Occasion;
  /** Time of the message. */
  readonly at: Date;
  readonly words: Words;
  readonly publicUrl: string;
  readonly names?: readonly string[];
}

/** Identifies this program among many robots. Also the keyword for a robot that requires one. */
const SENDER = "dingtalk-scim";

export function messageOf(
  about: IncidentFacts,
  { occasion, at, words, publicUrl, names = [] }: Circumstances,
): Message {
  const headline = oneLine(words.headline(about));
  const since = about.detail.since === undefined ? about.openedAt : new Date(about.detail.since);
  const durationMs = (about.closedAt ?? at).getTime() - about.openedAt.getTime();
  /** The code of DingTalk, or the name of a limit in the policy file. */
  const exactly = about.detail.answer ?? about.detail.limit;
  const facts: (readonly [string, string] | undefined)[] = [
    about.kind === "checkpoint" ? undefined : [words.labels.since, instant(since)],
    occasion === "closed" ? [words.labels.lasted, words.duration(durationMs)] : undefined,
    occasion === "reminder" ? [words.labels.goesOnFor, words.duration(durationMs)] : undefined,
    about.kind === "test" || about.kind === "checkpoint"
      ? undefined
      : [words.labels.code, exactly === undefined ? about.code : `${about.code} (${exactly})`],
    names.length > 0 ? [words.labels.names, names.map(oneLine).join(words.comma)] : undefined,
  ];
  return {
    incident: about.id,
    occasion,
    language: words.language,
    title: `[${SENDER}] ${words.occasions[occasion]}${headline}`,
    headline: `${words.occasions[occasion]}${headline}`,
    facts: facts.filter((fact) => fact !== undefined),
    ...(occasion === "closed" || about.kind === "test"
      ? {}
      : { remedy: [words.labels.remedy, words.remedy(about)] as const }),
    ...(about.detail.checkpoint === undefined ? {} : { copy: about.detail.checkpoint }),
    link: `${publicUrl}/incidents/${about.id}`,
    linkText: words.labels.link,
    about,
    at,
    names,
  };
}

/** `2026-11-21 11:40 UTC`. */
const instant = (at: Date): string => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

/**
 * Names come from a directory. Removes line breaks, and characters that are invisible or change the direction
 * of text.
 */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
    .trim();
