import type { Clock } from "../../core/clock.ts";
import { TargetRejected } from "../../reconcile/target.ts";
import { API } from "./apis.ts";
import type { Session } from "./client.ts";
import { objectsIn } from "./wire-values.ts";

/** How long a list of administrators is believed: removing people costs at most one call an hour more. */
const BELIEVED_MS = 60 * 60_000;

export interface Admins {
  /** Rejects when the person administers the organisation, and when that cannot be found out: then nobody is removed. */
  demandOrdinary(session: Session, userid: string): Promise<void>;
}

/** Main and sub administrators, from `user/listadmin` (dingtalk-api.md section 5.4), which the contact scope does not limit. */
export function createAdmins(clock: Clock): Admins {
  let known: { readonly ids: Promise<ReadonlySet<string>>; readonly untilMs: number } | undefined;

  function load(session: Session): Promise<ReadonlySet<string>> {
    const nowMs = clock.monotonicMs();
    if (known && nowMs < known.untilMs) return known.ids;
    const ids = session.call(API.userAdmins, {}).then((body) => new Set(objectsIn(body.result).map((admin) => String(admin.userid))));
    const mine = { ids, untilMs: nowMs + BELIEVED_MS };
    known = mine;
    // A failed answer is not kept; the one who asked hears of it below.
    ids.catch(() => {
      if (known === mine) known = undefined;
    });
    return ids;
  }

  return {
    async demandOrdinary(session, userid) {
      if (!(await load(session)).has(userid)) return;
      throw new TargetRejected("administrators of the organisation are never removed or switched off", {
        answer: "administrator",
        reasonCode: "administrator",
        remedy: "take the administrator's role away first: DingTalk admin console › Security and permissions › Permission management",
      });
    },
  };
}
