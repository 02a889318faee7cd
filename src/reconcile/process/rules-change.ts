import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import { uuidv7 } from "../../core/id.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { Mapping } from "../../mapping/mapping.ts";
import type { SyncMode } from "../policy.ts";
import type { Renewal } from "../ports.ts";

/**
 * To be called at start, before the worker: when the mapping is not the one of the last time, everybody is looked at again; when the mode is not, those
 * who are held. Stopped half-way, it begins anew the next time. Answers how many were marked.
 */
export async function renewRules(
  store: Renewal,
  { mapping, mode, target, clock }: { readonly mapping: Mapping; readonly mode: SyncMode; readonly target: string; readonly clock: Clock },
): Promise<number> {
  const before = await store.rules();
  const sameMapping = before.mappingVersion === mapping.version;
  if (sameMapping && before.mode === mode) return 0;

  const at = clock.now();
  const event: HistoryEvent = {
    id: uuidv7(at.getTime()),
    at,
    code: sameMapping ? "mode.changed" : "mapping.changed",
    actor: "system",
    causes: [],
    target,
    detail: { mapping: mapping.version, mode, ...beforeOf(before) },
  };
  const marked = sameMapping ? await store.markHeld([event.id]) : await store.markAll([event.id]);
  await store.remember({ mappingVersion: mapping.version, mode }, event);
  return marked;
}

/** Nothing at the first start. */
const beforeOf = ({ mappingVersion, mode }: Awaited<ReturnType<Renewal["rules"]>>): JsonObject =>
  mappingVersion === undefined || mode === undefined ? {} : { before: { mapping: mappingVersion, mode } };
