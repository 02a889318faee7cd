import type { JsonObject } from "../../../core/entity.ts";
import type { WriteContext } from "../../../reconcile/target.ts";
import type { TargetCall } from "../../../reconcile/target-values.ts";
import type { ManagedArea } from "../structure/managed-area.ts";
import { API, type Api } from "./apis.ts";
import type { DingTalkClient, Session } from "./client.ts";

/** Ids that DingTalk would choose. Far above its own, and digits, as those are. */
const FIRST_ID = 9_000_000_000_000_000;

/**
 * A client that sends no write: each is answered as if DingTalk had taken it, and only those are recorded. What a write asks for before or after it is
 * answered by what the loop knows; a read that says what is there goes through.
 */
export function rehearsing(client: DingTalkClient): DingTalkClient {
  let last = FIRST_ID;
  const answers = new Map<Api, () => JsonObject>([
    [API.departmentCreate, () => ({ result: { dept_id: ++last } })],
    [API.roleAddGroup, () => ({ groupId: ++last })],
    [API.roleAdd, () => ({ roleId: ++last })],
    // The loop has checked before whether people are inside.
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

/** What is made in the rehearsal is inside, and where the rest is has been asked before, or is asked when something is really done. */
export const rehearsedArea = (area: ManagedArea): ManagedArea => ({
  ...area,
  async within(session, ids) {
    const inside = await area.within(
      session,
      ids.filter((id) => Number(id) <= FIRST_ID),
    );
    return new Set(ids.filter((id) => inside.has(id) || Number(id) > FIRST_ID));
  },
  demandInside: async () => undefined,
  learn: () => undefined,
});
