import type { Clock } from "../../../core/clock.ts";
import type { EntityRef } from "../../../core/entity.ts";
import type { WriteContext } from "../../../reconcile/target.ts";
import {
  type Refused,
  TargetConflict,
  TargetDependency,
  TargetError,
  TargetNotFound,
  TargetRejected,
  type Written,
} from "../../../reconcile/target-failures.ts";
import type { Actual, Attributes, AttributeValue, Note } from "../../../reconcile/target-values.ts";
import { normalize } from "../attributes/normalize.ts";
import { isObject, resultOf } from "../client/answers/answer.ts";
import { meaningOf } from "../client/answers/codes.ts";
import { NO_FEATURE } from "../client/answers/meaning.ts";
import { API } from "../client/apis.ts";
import type { DingTalkClient, Session } from "../client/client.ts";
import { differences, noteOf, operate, withHolder } from "../client/operation.ts";
import { textOrUndefined } from "../client/wire-values.ts";
import type { HandOver } from "../config.ts";
import { type ManagedArea, outside } from "../structure/managed-area.ts";
import type { Admins } from "./admins.ts";
import { handOver } from "./hand-over.ts";
import { lackingOf } from "./identity.ts";
import { partly, type Sent, sendInParts } from "./parts.ts";
import { apart, placesOutside, saysPlaces, together } from "./places.ts";
import { createPlacing } from "./placing.ts";
import { changeRoles } from "./role-members.ts";
import { userCreateBody, userUpdateBody } from "./user-body.ts";
import { type RecordOptions, userFromWire, visiblePermissions } from "./user-record.ts";

export interface UserOptions extends RecordOptions {
  /** Makes a random password for an account that needs one. It is not stored. */
  readonly newPassword: () => string;
  /** Unset: nothing is handed over when a person is removed. */
  readonly handOver?: HandOver;
  readonly clock: Pick<Clock, "now">;
}

/**
 * People. A new person gets the id of the entity as userid. So a create without an answer can be repeated: DingTalk then answers that the
 * userid exists (docs/dingtalk.md 14.1).
 */
export function createUsers(
  client: DingTalkClient,
  { admins, area }: { readonly admins: Admins; readonly area: ManagedArea },
  options: UserOptions,
) {
  async function get(session: Session, userid: string): Promise<Actual | undefined> {
    try {
      const record = resultOf(await session.call(API.userGet, { userid, language: "zh_CN" }));
      const actual = userFromWire(record, visiblePermissions([record]), true, options);
      return area.whole ? actual : apart(actual, await area.within(session, listOf(actual.attributes.departments ?? null)));
    } catch (error) {
      if (error instanceof TargetNotFound) return undefined;
      throw error;
    }
  }

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
        return await updateToMatch(session, attributes, await ownOrConflict(session, ref, attributes, error, () => get(session, ref.id)));
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
    const had = listOf(actual.attributes.departments ?? null);
    const placing = createPlacing({ session, root: area.root, had }, (each) => send(session, actual.remoteId, each, actual.attributes));
    const sent = placing.correct(await sendInParts(carried, { send: placing.send }));
    const done = written(session, actual, { ...sent, refused: await Promise.all(sent.refused.map((one) => named(session, one))) });
    if (sent.failure) throw partly(sent.failure, done);
    onlyDependencies(sent);
    const changed = { ...done, notes: [...done.notes, ...left.map(notCarried)] };
    return roles === undefined ? changed : withRoles(session, changed, roles, actual.attributes.roles);
  }

  /**
   * Reads the person again if the change needs values that `seen` lacks. Roles are added and removed one by one, an enterprise account's
   * departments are sent with every update, and departments outside the managed root with every list.
   */
  async function complete(session: Session, seen: Actual, set: Attributes): Promise<Actual> {
    const lacksRoles = set.roles !== undefined && seen.attributes.roles === undefined;
    const lacksDepartments = typeof seen.attributes.exclusive_account_type === "string" && seen.attributes.departments === undefined;
    const lacksOthers = !area.whole && saysPlaces(set, seen.attributes);
    if (!lacksRoles && !lacksDepartments && !lacksOthers) return seen;
    const now = await get(session, seen.remoteId);
    if (!now)
      throw new TargetNotFound(`the person ${seen.remoteId} does not exist any more`, { answer: "60121", reasonCode: "personMissing" });
    return now;
  }

  async function remove(actual: Actual, context: WriteContext): Promise<{ readonly calls: Written["calls"] }> {
    return operate(client, context, async (session) => {
      if ((await admins.requireOrdinary(session, actual.remoteId)) === "absent") return { calls: session.calls };
      await requireInside(session, actual.remoteId);
      if (options.handOver && (await handOver(session, actual, options.handOver, options.clock))) return { calls: session.calls };
      try {
        await session.call(API.userDelete, { userid: actual.remoteId });
      } catch (error) {
        if (!(error instanceof TargetNotFound)) throw error;
      }
      return { calls: session.calls };
    });
  }

  /** Rejects if the person is also in a department outside the managed root: a removal removes the person from the whole organisation. */
  async function requireInside(session: Session, userid: string): Promise<void> {
    if (area.whole) return;
    const now = await get(session, userid);
    const others = now ? placesOutside(now) : [];
    if (others.length > 0) throw outside(`the person is also in department ${others.join(", ")}, outside the managed root ${area.root}`);
  }

  async function read(userid: string, context: WriteContext) {
    return operate(client, context, async (session) => ({ actual: await get(session, userid), calls: session.calls }));
  }

  return { create, update, remove, read };
}

/** If the conflict is with a person under our own id, that person is ours. Otherwise another account has the value. */
async function ownOrConflict(
  session: Session,
  ref: EntityRef,
  attributes: Attributes,
  conflict: TargetConflict,
  read: () => Promise<Actual | undefined>,
): Promise<Actual> {
  const own = conflict.heldBy === undefined || conflict.heldBy === ref.id ? await read() : undefined;
  if (own) return own;
  if (conflict.heldBy !== undefined || conflict.attribute !== "mobile") throw conflict;
  throw withHolder(conflict, await holderOf(session, attributes.mobile));
}

async function send(session: Session, userid: string, set: Attributes, before: Attributes): Promise<void> {
  const body = userUpdateBody(userid, together(set, before), together(before, before));
  if (body) await session.call(API.userUpdate, body);
}

async function holderOf(session: Session, mobile: AttributeValue | undefined): Promise<string | undefined> {
  if (typeof mobile !== "string") return undefined;
  try {
    const { result } = await session.call(API.userByMobile, { mobile });
    return isObject(result) ? textOrUndefined(result.userid) : undefined;
  } catch (error) {
    // The holder is only information for the operator. The conflict stays without it, and the call is recorded.
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

/** Adds the holder of a taken number, which DingTalk's answer does not always name. */
async function named(session: Session, refused: Refused): Promise<Refused> {
  const { attribute, value, error } = refused;
  if (attribute !== "mobile" || !(error instanceof TargetConflict) || error.heldBy !== undefined) return refused;
  return { attribute, value, error: withHolder(error, await holderOf(session, value)) };
}

/** Whether a call can send the attribute. A value that was not sent must not be stored as observed. */
const isCarried = (actual: Actual, name: string, own: Attributes): boolean =>
  userUpdateBody(
    actual.remoteId,
    { [name]: own[name] ?? null },
    // Values within a department are sent only together with the departments.
    own.departments === undefined ? actual.attributes : { ...actual.attributes, departments: own.departments },
  ) !== undefined;

/** Changes the roles of a person who exists. A refused role becomes a note and does not fail the create or update. */
async function withRoles(session: Session, done: Written, requested: AttributeValue, had: AttributeValue | undefined): Promise<Written> {
  try {
    await changeRoles(session, done.remoteId, listOf(requested), listOf(had ?? []));
    return { ...done, attributes: { ...done.attributes, roles: requested }, calls: session.calls };
  } catch (error) {
    if (!(error instanceof TargetError) || error.retry.kind !== "never") throw error;
    return {
      ...done,
      attributes: { ...done.attributes, roles: had ?? [] },
      notes: [...done.notes, noteOf("roles", error)],
      calls: session.calls,
    };
  }
}

/** Attributes of a new person that were not sent. */
const FRESH: Attributes = { manager: null, roles: [], exclusive_account_type: null };

/**
 * Rejects with TargetRejected where DingTalk would refuse the call. It saves the call and names the attribute (docs/dingtalk.md 5.1 and 6).
 */
function requireIdentity(attributes: Attributes): void {
  const [lacking] = lackingOf(attributes);
  if (!lacking) return;
  const { attribute, code, remedy } = lacking;
  throw new TargetRejected(`a person needs a ${attribute} that DingTalk can hold`, { answer: `no-${attribute}`, reasonCode: code, remedy });
}

/** A create without these values is not tried. */
const REQUIRED = ["name", "mobile", "departments", "exclusive_account_type", "login_id"];

/** If only a reference was to be sent and its object does not exist, the person has to wait for it. */
function onlyDependencies({ taken, refused }: Sent): void {
  const [first] = refused;
  if (first?.error instanceof TargetDependency && Object.keys(taken).length === 0) throw first.error;
}

/** The code 400002 has many meanings. For an enterprise account it can only mean that the organisation may not have such accounts. */
function explained(error: unknown, attributes: Attributes): unknown {
  const vague = error instanceof TargetRejected && error.answer === "400002" && error.attribute === undefined;
  if (!vague || isEmpty(attributes.exclusive_account_type)) return error;
  const { reason, says, remedy = "", attribute } = NO_FEATURE;
  return new TargetRejected(
    `the account was refused with 400002: ${says}`,
    { answer: "400002", reasonCode: reason, remedy, attribute },
    { cause: error },
  );
}

/**
 * The result of a write. A mobile number that the person alone can change is stored as refused, so that it is not sent again. This number,
 * and a reference to an object that does not exist, become notes. Other refused values are returned, and the loop stores them.
 */
function written(session: Session, before: Pick<Actual, "remoteId" | "attributes" | "presence">, { taken, refused }: Sent): Written {
  const noted = refused.filter(({ attribute, error }) => error instanceof TargetDependency || (attribute === "mobile" && isLocked(error)));
  const number = noted.find(({ attribute }) => attribute === "mobile");
  return {
    remoteId: before.remoteId,
    presence: before.presence,
    attributes: {
      ...before.attributes,
      ...taken,
      ...(number?.error.answer === "41054" ? { activated: true } : {}),
      ...(number ? { mobile_refused: number.value } : {}),
    },
    notes: noted.map(({ attribute, error }) => noteOf(attribute, error)),
    refused: refused.filter((one) => !noted.includes(one)),
    calls: session.calls,
  };
}

const isLocked = ({ answer }: TargetError): boolean => meaningOf(answer).kind === "locked";

const notCarried = (attribute: string): Note => ({
  attribute,
  code: "notSent",
  text: "DingTalk cannot change this for an existing person; remove the person and add them again, or change it in DingTalk",
});

const isEmpty = (value: AttributeValue | undefined): value is undefined | null | "" | readonly [] =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

const listOf = (value: AttributeValue): readonly string[] => (Array.isArray(value) ? value : []);
