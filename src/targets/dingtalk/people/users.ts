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
import { isObject, resultOf } from "../client/answer.ts";
import { API } from "../client/apis.ts";
import type { DingTalkClient, Session } from "../client/client.ts";
import { meaningOf } from "../client/codes.ts";
import { NO_FEATURE } from "../client/meaning.ts";
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
  /** A random password that is not stored, for accounts that need one. */
  readonly newPassword: () => string;
  /** Unset: nothing of a leaver's is handed over. */
  readonly handOver?: HandOver;
  readonly clock: Pick<Clock, "now">;
}

/** People. Who is made here gets the entity's own id as user id, so a create that happened unseen is found by repeating it (docs/dingtalk.md 14.1). */
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

  /** Some calls need to say what was there before: roles are given and taken one by one, and an enterprise account's departments are always said again. */
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
      if ((await admins.demandOrdinary(session, actual.remoteId)) === "absent") return { calls: session.calls };
      await demandInside(session, actual.remoteId);
      if (options.handOver && (await handOver(session, actual, options.handOver, options.clock))) return { calls: session.calls };
      try {
        await session.call(API.userDelete, { userid: actual.remoteId });
      } catch (error) {
        if (!(error instanceof TargetNotFound)) throw error;
      }
      return { calls: session.calls };
    });
  }

  /** A removal is one from the whole organisation. */
  async function demandInside(session: Session, userid: string): Promise<void> {
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

/** A person under our own id is managed, whatever DingTalk refused first; otherwise another account has the value. */
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
    // Knowing the holder only helps the operator: the conflict stands without it, and the call is on record.
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

/** The answer does not always tell who has a number. */
async function named(session: Session, refused: Refused): Promise<Refused> {
  const { attribute, value, error } = refused;
  if (attribute !== "mobile" || !(error instanceof TargetConflict) || error.heldBy !== undefined) return refused;
  return { attribute, value, error: withHolder(error, await holderOf(session, value)) };
}

/** Whether a call carries the attribute at all: what was not sent must not be remembered as if it were there. */
const isCarried = (actual: Actual, name: string, own: Attributes): boolean =>
  userUpdateBody(
    actual.remoteId,
    { [name]: own[name] ?? null },
    // What holds in a department only goes along with the move into it.
    own.departments === undefined ? actual.attributes : { ...actual.attributes, departments: own.departments },
  ) !== undefined;

/** The person exists by now: a refusal about roles must not look as if they did not. */
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

/** What a new person is unless something else was sent. */
const FRESH: Attributes = { manager: null, roles: [], exclusive_account_type: null };

/** Refused here because DingTalk would refuse it: saves the call and names the attribute (docs/dingtalk.md 5.1 and 6). */
function requireIdentity(attributes: Attributes): void {
  const [lacking] = lackingOf(attributes);
  if (!lacking) return;
  const { attribute, code, remedy } = lacking;
  throw new TargetRejected(`a person needs a ${attribute} that DingTalk can hold`, { answer: `no-${attribute}`, reasonCode: code, remedy });
}

/** A person is nothing without these: a create without them is not tried. */
const REQUIRED = ["name", "mobile", "departments", "exclusive_account_type", "login_id"];

/** A reference that is all there was to send has to wait for what it names. */
function onlyDependencies({ taken, refused }: Sent): void {
  const [first] = refused;
  if (first?.error instanceof TargetDependency && Object.keys(taken).length === 0) throw first.error;
}

/** DingTalk's code for everything says nothing; what was asked for tells what it can only be. */
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
 * What the answers let us know. A number that is not ours to change is remembered, so that the same one is not offered again; it and a reference to
 * somebody who is not there are notes, everything else that is refused is the loop's to remember.
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
