import type { WriteContext } from "../../../reconcile/target.ts";
import { TargetNotFound, type Written } from "../../../reconcile/target-failures.ts";
import type { Actual, Attributes } from "../../../reconcile/target-values.ts";
import { API } from "../client/apis.ts";
import type { DingTalkClient } from "../client/client.ts";
import { operate } from "../client/operation.ts";
import type { Admins } from "./admins.ts";
import { type RecordOptions, sameAs } from "./user-record.ts";

const REASON = "switched off in the directory";

/** Only enterprise accounts can be disabled. A regular account belongs to the person (docs/dingtalk.md 6). */
export const canSuspend = (attributes: Attributes): boolean =>
  typeof attributes.exclusive_account_type === "string";

/**
 * Disables and enables enterprise accounts. Repeating a call changes nothing. Rejects with TargetNotFound and
 * TargetProtected.
 */
export function createAccounts(client: DingTalkClient, admins: Admins, options: RecordOptions) {
  async function setSuspended(actual: Actual, suspended: boolean, context: WriteContext): Promise<Written> {
    return operate(client, context, async (session) => {
      const userId = actual.remoteId;
      if (suspended) {
        if ((await admins.requireOrdinary(session, userId, sameAs(actual, options))) === "absent")
          throw new TargetNotFound(`the person ${userId} does not exist any more`, {
            answer: "60121",
            reasonCode: "personMissing",
          });
        await session.call(API.accountDisable, { userId, reason: REASON });
        // A disabled account keeps its running sessions until it is signed out.
        await session.call(API.accountSignOut, { userId, reason: REASON });
      } else {
        await session.call(API.accountEnable, { userId });
      }
      const presence = suspended ? "disabled" : "active";
      return { remoteId: userId, attributes: actual.attributes, presence, notes: [], calls: session.calls };
    });
  }
  return { setSuspended };
}
