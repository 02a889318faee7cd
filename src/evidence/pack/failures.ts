import type { HistoryEvent, Outcome } from "../../history/event.ts";

/** A write to DingTalk that was not carried out, with the write that resolved it. */
export interface Failure {
  readonly event: string;
  readonly at: Date;
  readonly kind: string;
  readonly subject: string;
  readonly action: string;
  readonly outcome: Outcome;
  readonly code: string;
  /** Time and event of the next successful write for the same entity. Null: there was none yet. */
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
}

/**
 * Collects failures from events in their order: the events of a period, and then the events after it. The
 * latter only resolve failures. Pure.
 */
export class Failures {
  readonly #all: Failure[] = [];
  readonly #open = new Map<string, number[]>();

  /** `within`: the event is in the period. */
  apply(event: HistoryEvent, within: boolean): void {
    const { code, subject, outcome, detail } = event;
    if (code !== "target.outcome" || !subject || !outcome) return;
    if (outcome === "done") {
      for (const at of this.#open.get(subject.id) ?? [])
        this.#all[at] = { ...this.#all[at]!, resolvedAt: event.at, resolvedBy: event.id };
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
