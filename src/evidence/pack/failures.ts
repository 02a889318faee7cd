import type { HistoryEvent, Outcome } from "../../history/event.ts";

/** A write to DingTalk that was not carried out, and what became of it. Pure. */
export interface Failure {
  readonly event: string;
  readonly at: Date;
  readonly kind: string;
  readonly subject: string;
  readonly action: string;
  readonly outcome: Outcome;
  readonly code: string;
  /** The next write about the same entity that was carried out; null: none yet. */
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
}

/** Takes the events of a period in their order, and then those after it that resolve them. */
export class Failures {
  readonly #all: Failure[] = [];
  readonly #open = new Map<string, number[]>();

  apply(event: HistoryEvent, within: boolean): void {
    const { code, subject, outcome, detail } = event;
    if (code !== "target.outcome" || !subject || !outcome) return;
    if (outcome === "done") {
      for (const at of this.#open.get(subject.id) ?? []) this.#all[at] = { ...this.#all[at]!, resolvedAt: event.at, resolvedBy: event.id };
      this.#open.delete(subject.id);
    } else if (within) {
      this.#open.set(subject.id, [...(this.#open.get(subject.id) ?? []), this.#all.length]);
      this.#all.push({
        event: event.id,
        at: event.at,
        kind: subject.kind,
        subject: subject.id,
        action: textIn(detail?.["action"]),
        outcome,
        code: textIn(detail?.["answer"]),
        resolvedAt: null,
        resolvedBy: null,
      });
    }
  }

  get all(): readonly Failure[] {
    return this.#all;
  }
}

const textIn = (value: unknown): string => (typeof value === "string" ? value : "");
