import type { Clock } from "../core/clock.ts";
import { uuidv7 } from "../core/id.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { Mapping } from "../mapping/mapping.ts";
import type { SyncMode } from "./policy.ts";
import type { Renewal } from "./ports.ts";

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
  const event: HistoryEvent | undefined = sameMapping
    ? undefined
    : {
        id: uuidv7(at.getTime()),
        at,
        code: "mapping.changed",
        actor: "system",
        causes: [],
        target,
        detail: { mapping: mapping.version, ...(before.mappingVersion === undefined ? {} : { before: before.mappingVersion }) },
      };
  const marked = event ? await store.markAll([event.id]) : await store.markHeld();
  await store.remember({ mappingVersion: mapping.version, mode }, event);
  return marked;
}
