import type { JsonObject } from "../../../core/entity.ts";
import type { WriteContext } from "../../../reconcile/target.ts";
import type { TargetCall } from "../../../reconcile/target-values.ts";
import type { ManagedArea } from "../structure/managed-area.ts";
import { API, type Api } from "./apis.ts";
import type { DingTalkClient, Session } from "./client.ts";

/** Ids in place of those that DingTalk would choose: digits, and far above its own. */
const FIRST_ID = 9_000_000_000_000_000;

/**
 * A client that sends no write. Each write is answered as accepted, and only writes are recorded. Reads
 * before or after a write are answered from what the loop knows. Reads of the actual state are sent.
 */
export function rehearsing(client: DingTalkClient): DingTalkClient {
  let last = FIRST_ID;
  const answers = new Map<Api, () => JsonObject>([
    [API.departmentCreate, () => ({ result: { dept_id: ++last } })],
    [API.roleAddGroup, () => ({ groupId: ++last })],
    [API.roleAdd, () => ({ roleId: ++last })],
    // The loop has already checked whether people are inside.
    [API.departmentChildIds, () => ({ result: { dept_id_list: [] } })],
    [API.departmentChildren, () => ({ result: [] })],
  ]);

  function open(context: WriteContext): Session {
    const real = client.open(context);
    const calls: TargetCall[] = [];
    return {
      calls,
      get serverDate() {
        return real.serverDate;
      },
      callWithoutToken: real.callWithoutToken,
      async call(api, parameters) {
        const answer = answers.get(api);
        if (api.effect === "read" && !answer) return real.call(api, parameters);
        if (api.effect === "write") calls.push({ api: api.path, code: "ok", durationMs: 0 });
        return answer?.() ?? {};
      },
    };
  }

  return { open, close: () => undefined };
}

/**
 * Departments of the rehearsal are inside. All others were checked before, or are checked before a real
 * write.
 */
export const rehearsedArea = (area: ManagedArea): ManagedArea => ({
  ...area,
  async within(session, ids) {
    const inside = await area.within(
      session,
      ids.filter((id) => Number(id) <= FIRST_ID),
    );
    return new Set(ids.filter((id) => inside.has(id) || Number(id) > FIRST_ID));
  },
  requireInside: async () => undefined,
  learn: () => undefined,
});
