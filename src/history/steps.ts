import type { JsonObject } from "../core/entity.ts";
import { DIRECTORY_CODES, type EventCode, type HistoryEvent, RECORD_CODES } from "./event.ts";

/*
 * The steps of a change: received → committed → planned → held or sent → answered.
 * `received`: the request arrived. `committed`: the change was stored with its event. `planned`: a run found
 * the difference to the target. Pure.
 */

export type StepName = "received" | "committed" | "planned" | "held" | "sent" | "answered";

export interface Step {
  readonly step: StepName;
  /** Time of our clock. */
  readonly at: Date;
  /** Time of the target's clock, in whole seconds. */
  readonly targetAt?: Date;
  /** Id of the event that recorded this step. */
  readonly event: string;
  readonly requestId?: string;
  /** Number of the attempt, from 1. */
  readonly attempt?: number;
  /**
   * Of `received` and `committed`: the code of the event. Of `planned`: the action. Of `held`: the limit. Of
   * `answered`: the target's own code.
   */
  readonly code?: string;
}

const CHANGES: readonly EventCode[] = [...DIRECTORY_CODES, ...RECORD_CODES];

export function stepsOf(event: HistoryEvent): readonly Step[] {
  const common = {
    event: event.id,
    ...(event.requestId === undefined ? {} : { requestId: event.requestId }),
    ...(event.attempt === undefined ? {} : { attempt: event.attempt }),
  };
  switch (event.code) {
    case "target.intent":
      return [{ step: "planned", at: event.at, ...common, ...codeIn(event.detail, "action") }];
    case "target.outcome":
    case "target.late":
      return callSteps(event).map((step) => ({ ...step, ...common }));
    case "hold.opened":
    case "hold.extended":
      return [{ step: "held", at: event.at, ...common, ...codeIn(event.detail, "limit") }];
    case "grace.started":
      return [{ step: "held", at: event.at, ...common, code: "grace" }];
    default:
      return CHANGES.includes(event.code)
        ? changeSteps(event, common)
        : [{ step: "committed", at: event.at, ...common, code: event.code }];
  }
}

function changeSteps(
  event: HistoryEvent,
  common: Pick<Step, "event" | "requestId" | "attempt">,
): readonly Step[] {
  const received = timeIn(event.detail, "receivedAt");
  return [
    ...(received ? [{ step: "received" as const, at: received, ...common, code: event.code }] : []),
    { step: "committed", at: event.at, ...common, code: event.code },
  ];
}

/**
 * The steps of an attempt: its first call was sent, its last call was answered. If no answer arrived, there
 * is no step `answered`.
 */
function callSteps({
  at,
  detail,
  outcome,
}: HistoryEvent): readonly Pick<Step, "step" | "at" | "targetAt" | "code">[] {
  const calls = callsOf(detail);
  const [first, last] = [calls[0], calls.at(-1)];
  if (!first || !last) return [];
  const code = typeof detail?.["answer"] === "string" ? detail["answer"] : last.code;
  const answered = {
    step: "answered" as const,
    at,
    ...(last.targetAt ? { targetAt: last.targetAt } : {}),
    ...(code ? { code } : {}),
  };
  return [{ step: "sent", at: first.at ?? at }, ...(outcome === "unknown" ? [] : [answered])];
}

interface TimedCall {
  readonly code?: string;
  readonly at?: Date;
  readonly targetAt?: Date;
}

/** The calls of an outcome with their times. Calls of earlier versions have no times. */
export function callsOf(detail: JsonObject | undefined): readonly TimedCall[] {
  const calls = detail?.["calls"];
  if (!Array.isArray(calls)) return [];
  return calls.map((call) => {
    const fields =
      typeof call === "object" && call !== null && !Array.isArray(call) ? (call as JsonObject) : {};
    const [at, targetAt] = [timeIn(fields, "at"), timeIn(fields, "targetAt")];
    return { ...codeIn(fields, "code"), ...(at ? { at } : {}), ...(targetAt ? { targetAt } : {}) };
  });
}

export function timeIn(fields: JsonObject | undefined, name: string): Date | undefined {
  const value = fields?.[name];
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? new Date(value) : undefined;
}

const codeIn = (fields: JsonObject | undefined, name: string): { readonly code?: string } =>
  typeof fields?.[name] === "string" ? { code: fields[name] } : {};
