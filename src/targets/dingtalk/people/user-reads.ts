import { TargetNotFound } from "../../../reconcile/target-failures.ts";
import { type Actual, type Attributes, listOf } from "../../../reconcile/target-values.ts";
import { resultOf } from "../client/answers/answer.ts";
import { API } from "../client/apis.ts";
import type { Session } from "../client/client.ts";
import { type ManagedArea, outside } from "../structure/managed-area.ts";
import { apart, placesOutside, saysPlaces } from "./places.ts";
import { type RecordOptions, userFromWire, visiblePermissions } from "./user-record.ts";

/** Reads of single people, within the managed area. */
export function createUserReads(area: ManagedArea, options: RecordOptions) {
  async function get(session: Session, userid: string): Promise<Actual | undefined> {
    try {
      const record = resultOf(await session.call(API.userGet, { userid, language: "zh_CN" }));
      const actual = userFromWire(record, visiblePermissions([record]), true, options);
      return area.whole
        ? actual
        : apart(actual, await area.within(session, listOf(actual.attributes.departments)));
    } catch (error) {
      if (error instanceof TargetNotFound) return undefined;
      throw error;
    }
  }

  /**
   * Reads the person again if the change needs values that `seen` lacks. Roles are added and removed one by
   * one, an enterprise account's departments are sent with every update, and departments outside the managed
   * root with every list.
   */
  async function complete(session: Session, seen: Actual, set: Attributes): Promise<Actual> {
    const lacksRoles = set.roles !== undefined && seen.attributes.roles === undefined;
    const lacksDepartments =
      typeof seen.attributes.exclusive_account_type === "string" && seen.attributes.departments === undefined;
    const lacksOthers = !area.whole && saysPlaces(set, seen.attributes);
    if (!lacksRoles && !lacksDepartments && !lacksOthers) return seen;
    const now = await get(session, seen.remoteId);
    if (!now)
      throw new TargetNotFound(`the person ${seen.remoteId} does not exist any more`, {
        answer: "60121",
        reasonCode: "personMissing",
      });
    return now;
  }

  /**
   * Rejects if the person is also in a department outside the managed root: a removal removes the person from
   * the whole organisation.
   */
  async function requireInside(session: Session, userid: string): Promise<void> {
    if (area.whole) return;
    const now = await get(session, userid);
    const others = now ? placesOutside(now) : [];
    if (others.length > 0)
      throw outside(
        `the person is also in department ${others.join(", ")}, outside the managed root ${area.root}`,
      );
  }

  return { get, complete, requireInside };
}
