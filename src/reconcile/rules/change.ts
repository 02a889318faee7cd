import type { Clock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import type { EventCode, HistoryEvent } from "../../history/event.ts";
import type { Mapping } from "../../mapping/mapping.ts";
import type { Policy } from "../../policy/policy.ts";
import type { SyncMode } from "../policy.ts";
import type { KnownRules, Rules, RulesStore } from "./store.ts";

export interface NewRules {
  readonly mapping: Pick<Mapping, "version">;
  readonly policy: Pick<Policy, "version">;
  readonly mode: SyncMode;
  readonly target: string;
  readonly clock: Clock;
}

/**
 * Puts rules in force: when the mapping is not the one of the last time, everybody is looked at again; when the mode or the policy is not, those who are
 * held. First nobody works by the others any more, then all are marked. Stopped half-way, it begins anew the next time. Answers how many were marked.
 */
export async function putInForce(
  store: Pick<RulesStore, "rules" | "putInForce" | "markAll" | "markHeld" | "endMarking">,
  { mapping, policy, mode, target, clock }: NewRules,
): Promise<number> {
  const { inForce: before, marked: wasMarked }: KnownRules = await store.rules();
  const now: Rules = { mapping: mapping.version, mode, policy: policy.version };
  const codes = changesIn(before, now);
  if (codes.length === 0 && wasMarked) return 0;

  const at = clock.now();
  const events = codes.map(
    (code): HistoryEvent => ({
      id: uuidv7(at.getTime()),
      at,
      code,
      actor: "system",
      causes: [],
      target,
      detail: { ...now, ...(before.mapping === undefined ? {} : { before: { ...before } }) },
    }),
  );
  const causes = events.map(({ id }) => id);
  await store.putInForce(now, events);
  const marked = codes.includes("mapping.changed") || !wasMarked ? await store.markAll(causes) : await store.markHeld(causes);
  await store.endMarking();
  return marked;
}

/** The first start of all is one with new rules. A new mode is not told apart from a new mapping, which has everybody looked at. */
function changesIn(before: Partial<Rules>, now: Rules): readonly EventCode[] {
  const mapping = before.mapping !== now.mapping;
  return [
    ...(mapping ? (["mapping.changed"] as const) : []),
    ...(!mapping && before.mode !== now.mode ? (["mode.changed"] as const) : []),
    ...(before.mapping !== undefined && before.policy !== now.policy ? (["policy.changed"] as const) : []),
  ];
}
