import { type Reasons, reasonOf } from "../../words/reasons/reasons.ts";
import type { IncidentFacts, Occasion } from "../messages/incident-facts.ts";
import type { CauseKind } from "../rules/condition.ts";

/** All texts in one language. Each uses the words of DingTalk's console in that language. */
export interface Catalogue {
  readonly language: string;
  readonly comma: string;
  readonly brackets: readonly [string, string];
  readonly labels: Readonly<Record<Label, string>>;
  /** Before the headline. */
  readonly occasions: Readonly<Record<Occasion, string>>;
  duration(ms: number): string;
  /** The numbers of all kinds: "12 people and 3 departments". */
  counted(counts: Readonly<Record<string, number>>): string;
  readonly causes: Readonly<Record<CauseKind, CauseWords>>;
  readonly reasons: Reasons;
}

export type Label = "since" | "lasted" | "goesOnFor" | "code" | "names" | "remedy" | "link";

export interface CauseWords {
  headline(
    incident: IncidentFacts,
    words: { readonly reason: string; readonly counted: string; readonly limit: string },
  ): string;
  /** Used if the reason has no remedy of its own. */
  readonly remedy: string;
}

export interface Words extends Pick<Catalogue, "language" | "comma" | "labels" | "occasions" | "duration"> {
  headline(incident: IncidentFacts): string;
  remedy(incident: Pick<IncidentFacts, "kind" | "code">): string;
}

export function wordsOf(catalogue: Catalogue): Words {
  const { causes, reasons, counted } = catalogue;
  return {
    ...catalogue,
    duration: (ms) => catalogue.duration(ms),
    headline(incident) {
      const text = reasonOf(reasons, incident.code)?.[0] ?? incident.code;
      const { answer, limit = "" } = incident.detail;
      const reason = answer === undefined ? text : `${text}${catalogue.brackets.join(answer)}`;
      return causes[incident.kind].headline(incident, {
        reason,
        counted: counted(incident.detail.counts ?? {}),
        limit: reasonOf(reasons, limit)?.[0] ?? limit,
      });
    },
    remedy: ({ kind, code }) => reasonOf(reasons, code)?.[1] ?? causes[kind].remedy,
  };
}

/** Days and hours, hours and minutes, or minutes. */
export function partsOf(ms: number): {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
} {
  const all = Math.max(1, Math.round(ms / 60_000));
  const days = Math.floor(all / 1_440);
  return { days, hours: Math.floor((all % 1_440) / 60), minutes: days > 0 ? 0 : all % 60 };
}
