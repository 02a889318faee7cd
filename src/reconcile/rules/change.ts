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
 * Puts rules in force. A new mapping marks everybody; a new mode or policy marks the held entities. First no
 * process works by other rules any more, then the entities are marked. A stopped attempt begins again at the
 * next start. Resolves with the number of marked entities.
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
  const marked =
    codes.includes("mapping.changed") || !wasMarked
      ? await store.markAll(causes)
      : await store.markHeld(causes);
  await store.endMarking();
  return marked;
}

/**
 * The first start ever counts as one with new rules. If the mapping is new, a new mode needs no event of its
 * own, because everybody is marked.
 */
function changesIn(before: Partial<Rules>, now: Rules): readonly EventCode[] {
  const mapping = before.mapping !== now.mapping;
  return [
    ...(mapping ? (["mapping.changed"] as const) : []),
    ...(!mapping && before.mode !== now.mode ? (["mode.changed"] as const) : []),
    ...(before.mapping !== undefined && before.policy !== now.policy ? (["policy.changed"] as const) : []),
  ];
}
