import { TargetNotFound, TargetProtected } from "../../../reconcile/target-failures.ts";
import { isObject } from "../client/answer.ts";
import { API } from "../client/apis.ts";
import type { Session } from "../client/client.ts";
import { isTrue, objectsIn } from "../client/wire-values.ts";

export interface Admins {
  /**
   * Rejects when the person administers the organisation, and when that cannot be found out: then nobody is removed. Asks DingTalk each time, as the role
   * may have been given a minute ago. Answers whether the person is there at all.
   */
  demandOrdinary(session: Session, userid: string): Promise<"present" | "absent">;
}

/**
 * Main and sub administrators. The person's own record is asked first, whose flag follows a change at once; it does not say of whom it is true and may be
 * withheld, so the list, which names both levels and may lag behind, is asked as well (docs/dingtalk.md 5.4). Whoever either names is protected.
 */
export function createAdmins(): Admins {
  let running: Promise<unknown> = Promise.resolve();
  let next: { readonly by: Session; readonly answer: Promise<ReadonlySet<string>> } | undefined;

  /** One question answers everybody who asked before it was sent. */
  function listed(session: Session): Promise<ReadonlySet<string>> {
    next ??= {
      by: session,
      answer: running.then(() => {
        next = undefined;
        const asked = ask(session);
        running = asked.catch(() => undefined);
        return asked;
      }),
    };
    const { by, answer } = next;
    // Whoever asked for all may have lost their place; that is no reason of anybody else's.
    return by === session ? answer : answer.catch(() => ask(session));
  }

  return {
    async demandOrdinary(session, userid) {
      const own = await ownRecord(session, userid);
      if (own === "absent") return own;
      if (own === "administrator" || (await listed(session)).has(userid))
        throw new TargetProtected(TEXT, { answer: "administrator", reasonCode: "administrator", remedy: REMEDY });
      return "present";
    },
  };
}

const TEXT = "administrators of the organisation are never removed or switched off";
const REMEDY =
  "take the administrator's role away: DingTalk admin console › Security and permissions › Permission management; the person is checked every hour";

async function ask(session: Session): Promise<ReadonlySet<string>> {
  const { result } = await session.call(API.userAdmins, {});
  return new Set(objectsIn(result).map((admin) => String(admin.userid)));
}

async function ownRecord(session: Session, userid: string): Promise<"administrator" | "ordinary" | "absent"> {
  try {
    const { result } = await session.call(API.userGet, { userid, language: "zh_CN" });
    return isObject(result) && isTrue(result.admin) ? "administrator" : "ordinary";
  } catch (error) {
    if (error instanceof TargetNotFound) return "absent";
    throw error;
  }
}
