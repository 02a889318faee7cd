import type { Clock } from "../../../core/clock.ts";
import type { EntityRef } from "../../../core/entity.ts";
import type { WriteContext } from "../../../reconcile/target.ts";
import {
  TargetConflict,
  TargetNotFound,
  TargetRejected,
  type Written,
} from "../../../reconcile/target-failures.ts";
import { type Actual, type Attributes, isEmpty, listOf } from "../../../reconcile/target-values.ts";
import { normalize } from "../attributes/normalize.ts";
import { API } from "../client/apis.ts";
import type { DingTalkClient, Session } from "../client/client.ts";
import { differences, operate } from "../client/operation.ts";
import type { HandOver } from "../config.ts";
import type { ManagedArea } from "../structure/managed-area.ts";
import type { Admins } from "./admins.ts";
import { handOver } from "./hand-over.ts";
import { lackingOf } from "./identity.ts";
import { partly, sendInParts } from "./parts.ts";
import { together } from "./places.ts";
import { createPlacing } from "./placing.ts";
import { named, ownOrConflict } from "./taken-values.ts";
import { userCreateBody, userUpdateBody } from "./user-body.ts";
import { createUserReads } from "./user-reads.ts";
import { type RecordOptions, sameAs } from "./user-record.ts";
import { explained, notCarried, onlyDependencies, withRoles, written } from "./user-results.ts";

export interface UserOptions extends RecordOptions {
  /** Makes a random password for an account that needs one. It is not stored. */
  readonly newPassword: () => string;
  /** Unset: nothing is handed over when a person is removed. */
  readonly handOver?: HandOver;
  readonly clock: Pick<Clock, "now">;
}

/**
 * People. A new person gets the id of the entity as userid. So a create without an answer can be repeated:
 * DingTalk then answers that the userid exists (docs/dingtalk.md 14.1).
 */
export function createUsers(
  client: DingTalkClient,
  { admins, area }: { readonly admins: Admins; readonly area: ManagedArea },
  options: UserOptions,
) {
  const { get, complete, requireInside } = createUserReads(area, options);

  async function create(ref: EntityRef, attributes: Attributes, context: WriteContext): Promise<Written> {
    requireIdentity(attributes);
    return operate(client, context, async (session) => {
      const { roles, ...own } = attributes;
      let exists = false;
      const placing = createPlacing({ session, root: area.root, had: [] }, async (each) => {
        if (exists) return void (await send(session, ref.id, each, own));
        await session.call(API.userCreate, userCreateBody(ref.id, each, options.newPassword));
        exists = true;
      });
      try {
        const required = REQUIRED.filter((name) => own[name] !== undefined);
        const sent = placing.correct(await sendInParts(own, { required, send: placing.send }));
        const fresh = written(session, { remoteId: ref.id, attributes: FRESH, presence: "active" }, sent);
        if (sent.failure) throw partly(sent.failure, fresh);
        return isEmpty(roles) ? fresh : await withRoles(session, fresh, roles, []);
      } catch (error) {
        if (!(error instanceof TargetConflict) || exists) throw explained(error, attributes);
        return await updateToMatch(
          session,
          attributes,
          await ownOrConflict(session, ref, attributes, error, () => get(session, ref.id)),
        );
      }
    });
  }

  async function updateToMatch(session: Session, attributes: Attributes, actual: Actual): Promise<Written> {
    const shaped = normalize("user", attributes, actual, options.region);
    const done = await change(session, actual, differences(shaped.attributes, actual.attributes));
    return { ...done, notes: [...shaped.notes, ...done.notes] };
  }

  async function update(actual: Actual, set: Attributes, context: WriteContext): Promise<Written> {
    return operate(client, context, (session) => change(session, actual, set));
  }

  async function change(session: Session, seen: Actual, set: Attributes): Promise<Written> {
    const { roles, ...own } = set;
    const actual = await complete(session, seen, set);
    const carried = Object.fromEntries(Object.entries(own).filter(([name]) => isCarried(actual, name, own)));
    const left = Object.keys(own).filter((name) => !(name in carried));
    const had = listOf(actual.attributes.departments);
    const placing = createPlacing({ session, root: area.root, had }, (each) =>
      send(session, actual.remoteId, each, actual.attributes),
    );
    const sent = placing.correct(await sendInParts(carried, { send: placing.send }));
    const done = written(session, actual, {
      ...sent,
      refused: await Promise.all(sent.refused.map((one) => named(session, one))),
    });
    if (sent.failure) throw partly(sent.failure, done);
    onlyDependencies(sent);
    const changed = { ...done, notes: [...done.notes, ...left.map(notCarried)] };
    return roles === undefined ? changed : withRoles(session, changed, roles, actual.attributes.roles);
  }

  async function remove(
    actual: Actual,
    context: WriteContext,
  ): Promise<{ readonly calls: Written["calls"] }> {
    return operate(client, context, async (session) => {
      if ((await admins.requireOrdinary(session, actual.remoteId, sameAs(actual, options))) === "absent")
        return { calls: session.calls };
      await requireInside(session, actual.remoteId);
      if (options.handOver && (await handOver(session, actual, options.handOver, options.clock)))
        return { calls: session.calls };
      try {
        await session.call(API.userDelete, { userid: actual.remoteId });
      } catch (error) {
        if (!(error instanceof TargetNotFound)) throw error;
      }
      return { calls: session.calls };
    });
  }

  async function read(userid: string, context: WriteContext) {
    return operate(client, context, async (session) => ({
      actual: await get(session, userid),
      calls: session.calls,
    }));
  }

  return { create, update, remove, read };
}

async function send(session: Session, userid: string, set: Attributes, before: Attributes): Promise<void> {
  const body = userUpdateBody(userid, together(set, before), together(before, before));
  if (body) await session.call(API.userUpdate, body);
}

/** Whether a call can send the attribute. A value that was not sent must not be stored as observed. */
const isCarried = (actual: Actual, name: string, own: Attributes): boolean =>
  userUpdateBody(
    actual.remoteId,
    { [name]: own[name] ?? null },
    // Values within a department are sent only together with the departments.
    own.departments === undefined
      ? actual.attributes
      : { ...actual.attributes, departments: own.departments },
  ) !== undefined;

/** Attributes of a new person that were not sent. */
const FRESH: Attributes = { manager: null, roles: [], exclusive_account_type: null };

/**
 * Rejects with TargetRejected where DingTalk would refuse the call. It saves the call and names the attribute
 * (docs/dingtalk.md 5.1 and 6).
 */
function requireIdentity(attributes: Attributes): void {
  const [lacking] = lackingOf(attributes);
  if (!lacking) return;
  const { attribute, code, remedy } = lacking;
  throw new TargetRejected(`a person needs a ${attribute} that DingTalk can hold`, {
    answer: `no-${attribute}`,
    reasonCode: code,
    remedy,
  });
}

/** A create without these values is not tried. */
const REQUIRED = ["name", "mobile", "departments", "exclusive_account_type", "login_id"];
