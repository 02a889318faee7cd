import type { JsonObject } from "../../../core/entity.ts";
import { TargetNotFound, TargetProtected } from "../../../reconcile/target-failures.ts";
import { isObject } from "../client/answers/answer.ts";
import { API } from "../client/apis.ts";
import type { Session } from "../client/client.ts";
import { isTrue, objectsIn } from "../client/wire-values.ts";

export interface Admins {
  /**
   * Rejects with TargetProtected when the person is an administrator of the organisation. Also rejects when
   * DingTalk does not answer, so that nobody is removed by mistake. It asks DingTalk each time, because the
   * role may have been given a minute ago. Resolves whether the person exists. Another human under the same
   * userid is not the person.
   */
  requireOrdinary(
    session: Session,
    userid: string,
    isSame?: (record: JsonObject) => boolean,
  ): Promise<"present" | "absent">;
}

/**
 * Recognises main and sub administrators. DingTalk has two sources, and both are read (docs/dingtalk.md 5.4).
 * The flag in the person's own record follows a change immediately, but it does not say for which level it is
 * true, and it may be withheld. The list of administrators has both levels, but may be late. A person in
 * either of them is protected.
 */
export function createAdmins(): Admins {
  let running: Promise<unknown> = Promise.resolve();
  let next: { readonly by: Session; readonly answer: Promise<ReadonlySet<string>> } | undefined;

  /** Callers share one call if they ask before it is sent. */
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
    // The run that made the shared call may have lost its lease. The other runs then ask themselves.
    return by === session ? answer : answer.catch(() => ask(session));
  }

  return {
    async requireOrdinary(session, userid, isSame = () => true) {
      const own = await ownRecord(session, userid, isSame);
      if (own === "absent") return own;
      if (own === "administrator" || (await listed(session)).has(userid))
        throw new TargetProtected(TEXT, {
          answer: "administrator",
          reasonCode: "administrator",
          remedy: REMEDY,
        });
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

async function ownRecord(
  session: Session,
  userid: string,
  isSame: (record: JsonObject) => boolean,
): Promise<"administrator" | "ordinary" | "absent"> {
  try {
    const { result } = await session.call(API.userGet, { userid, language: "zh_CN" });
    if (isObject(result) && !isSame(result)) return "absent";
    return isObject(result) && isTrue(result.admin) ? "administrator" : "ordinary";
  } catch (error) {
    if (error instanceof TargetNotFound) return "absent";
    throw error;
  }
}
