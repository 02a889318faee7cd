import type { EntityRef, JsonObject } from "../../../core/entity.ts";
import { isUuid } from "../../../core/id.ts";
import type { WriteContext } from "../../../reconcile/target.ts";
import {
  TargetConflict,
  TargetDependency,
  TargetNotFound,
  TargetOutcomeUnknown,
  TargetRejected,
  type Written,
} from "../../../reconcile/target-failures.ts";
import type { Actual, Attributes } from "../../../reconcile/target-values.ts";
import { normalize } from "../attributes/normalize.ts";
import { numberedDepartmentName } from "../attributes/text.ts";
import { isObject, resultOf } from "../client/answers/answer.ts";
import { meaningOf } from "../client/answers/codes.ts";
import { API } from "../client/apis.ts";
import type { DingTalkClient, Session } from "../client/client.ts";
import { differences, noteOf, operate, withHolder } from "../client/operation.ts";
import { idsOf, objectsIn } from "../client/wire-values.ts";
import { partly, type Sent, sendInParts } from "../people/parts.ts";
import {
  createFields,
  departmentCreateBody,
  departmentFromWire,
  departmentUpdateBody,
  nameOf,
  postCreateFields,
} from "./department-wire.ts";
import type { ManagedArea } from "./managed-area.ts";

/**
 * Departments. DingTalk chooses their ids. Ours is sent as `source_identifier`, by which we find the
 * department (docs/dingtalk.md 14.2).
 */
export function createDepartments(client: DingTalkClient, area: ManagedArea, region: string) {
  async function create(
    ref: EntityRef,
    attributes: Attributes,
    context: WriteContext & { readonly resume: boolean },
  ): Promise<Written> {
    return operate(client, context, async (session) => {
      const parent = String(attributes.parent ?? area.root);
      await area.requireInside(session, parent);
      const siblings = () => childrenOf(session, parent);
      const earlier = context.resume
        ? await ownAmong(session, ref, attributes, await siblings(), "everyChild")
        : undefined;
      if (earlier) return updateToMatch(session, earlier, attributes);
      try {
        return await make(session, ref, attributes, area.root);
      } catch (error) {
        if (!(error instanceof TargetConflict) || error.attribute !== "name") throw error;
        const children = await siblings();
        const own = await ownAmong(session, ref, attributes, children, "ofThisName");
        if (own) return updateToMatch(session, own, attributes);
        const holder = children.find((child) => nameOf(child) === attributes.name);
        if (!holder) throw nameNowFree(error);
        throw withHolder(error, String(holder.dept_id));
      }
    });
  }

  async function updateToMatch(session: Session, actual: Actual, attributes: Attributes): Promise<Written> {
    const { managers: _later, ...own } = normalize("department", attributes, actual, region).attributes;
    return change(session, actual, differences(own, actual.attributes));
  }

  async function update(
    _ref: EntityRef,
    actual: Actual,
    set: Attributes,
    context: WriteContext,
  ): Promise<Written> {
    requireOrdinary(actual.remoteId, area.root);
    return operate(client, context, async (session) => {
      await area.requireInside(session, actual.remoteId);
      if (typeof set.parent === "string") await area.requireInside(session, set.parent);
      return change(session, actual, set);
    });
  }

  async function change(session: Session, actual: Actual, set: Attributes): Promise<Written> {
    const sent = await sendInParts(set, {
      decisive: ["name", "parent"],
      send: async (each) => {
        try {
          await session.call(API.departmentUpdate, departmentUpdateBody(actual.remoteId, each));
        } catch (error) {
          if (error instanceof TargetConflict && error.attribute === "name")
            await renameAside(session, actual, each, error, area.root);
          throw error;
        }
      },
    });
    return done(session, actual, sent);
  }

  async function remove(
    actual: Actual,
    context: WriteContext,
  ): Promise<{ readonly calls: Written["calls"] }> {
    requireOrdinary(actual.remoteId, area.root);
    return operate(client, context, async (session) => {
      try {
        await area.requireInside(session, actual.remoteId);
        await requireLeaf(session, actual.remoteId);
        await session.call(API.departmentDelete, { dept_id: Number(actual.remoteId) });
      } catch (error) {
        if (!(error instanceof TargetNotFound)) throw error;
      }
      return { calls: session.calls };
    });
  }

  async function read(deptId: string, context: WriteContext) {
    return operate(client, context, async (session) => ({
      actual: await get(session, deptId),
      calls: session.calls,
    }));
  }

  return { create, update, remove, read };
}

async function make(
  session: Session,
  ref: EntityRef,
  attributes: Attributes,
  root: string,
): Promise<Written> {
  let remoteId: string | undefined;
  const born = createFields(attributes);
  const requested = { ...born, ...postCreateFields(attributes) };
  const required = ["name", "parent"].filter((name) => born[name] !== undefined);
  const sent = await sendInParts(requested, {
    required,
    send: async (each) => {
      const isNew = remoteId === undefined;
      remoteId ??= await createOne(session, departmentCreateBody(ref.id, { parent: root, ...each }));
      const later = isNew ? postCreateFields(each) : each;
      if (Object.keys(later).length > 0)
        await session.call(API.departmentUpdate, departmentUpdateBody(remoteId, later));
    },
  });
  if (remoteId === undefined) throw sent.failure;
  return done(session, { remoteId, attributes: { managers: [] }, presence: "active" }, sent);
}

/**
 * The loop orders changes of names. A refusal only comes if the holder of the name was not known. Two
 * departments that swap their names would then wait for each other endlessly. So this department takes its
 * new name with a number suffix, which frees its old name. Always rejects: with a dependency if the holder is
 * one of ours and will change, otherwise with the conflict.
 */
async function renameAside(
  session: Session,
  actual: Actual,
  set: Attributes,
  conflict: TargetConflict,
  root: string,
): Promise<never> {
  const parent =
    set.parent ?? actual.attributes.parent ?? (await get(session, actual.remoteId))?.attributes.parent;
  const siblings = await childrenOf(session, String(parent ?? root));
  const wanted = set.name ?? actual.attributes.name;
  const holder = siblings.find(
    (sibling) => nameOf(sibling) === wanted && String(sibling.dept_id) !== actual.remoteId,
  );
  if (!holder) throw nameNowFree(conflict);
  const owner = holder.source_identifier ?? (await get(session, String(holder.dept_id)))?.entityId;
  if (typeof owner !== "string" || !isUuid(owner)) throw withHolder(conflict, String(holder.dept_id));
  const numbered = Array.from({ length: siblings.length + 1 }, (_, at) =>
    numberedDepartmentName(String(wanted), at + 2),
  );
  const aside = siblings.some(
    (sibling) => String(sibling.dept_id) === actual.remoteId && numbered.includes(nameOf(sibling) ?? ""),
  );
  const name = numbered.find((each) => siblings.every((sibling) => nameOf(sibling) !== each));
  if (!aside && name !== undefined)
    await session.call(API.departmentUpdate, departmentUpdateBody(actual.remoteId, { ...set, name }));
  throw new TargetDependency(
    "another department of ours still has the name",
    { answer: conflict.answer, reasonCode: "nameTakenByOwn", ms: SOON_MS },
    { cause: conflict },
  );
}

async function get(session: Session, deptId: string): Promise<Actual | undefined> {
  try {
    return departmentFromWire(
      resultOf(await session.call(API.departmentGet, { dept_id: Number(deptId), language: "zh_CN" })),
      true,
    );
  } catch (error) {
    if (error instanceof TargetNotFound) return undefined;
    throw error;
  }
}

async function childrenOf(session: Session, parent: string): Promise<readonly JsonObject[]> {
  return objectsIn(
    (await session.call(API.departmentChildren, { dept_id: Number(parent), language: "zh_CN" })).result,
  );
}

async function createOne(session: Session, body: JsonObject): Promise<string> {
  const { result } = await session.call(API.departmentCreate, body);
  const remoteId = isObject(result) ? String(result.dept_id) : "";
  if (!/^\d+$/.test(remoteId))
    throw new TargetOutcomeUnknown("the answer has no id of the new department", {
      answer: "no-dept-id",
      reasonCode: "answerIncomplete",
    });
  return remoteId;
}

/**
 * The child that carries our id. `listsub` may not return our ids. Then children with the same name are read,
 * and after an unanswered create all others too, because the name may have changed since. This is rare;
 * without it a second department would stay permanently.
 */
async function ownAmong(
  session: Session,
  ref: EntityRef,
  attributes: Attributes,
  children: readonly JsonObject[],
  ask: "ofThisName" | "everyChild",
): Promise<Actual | undefined> {
  const child = children.find((each) => each.source_identifier === ref.id);
  if (child) return get(session, String(child.dept_id));
  if (children.some((child) => child.source_identifier !== undefined)) return undefined;
  const namesakes = children.filter((child) => nameOf(child) === attributes.name);
  const others = ask === "everyChild" ? children.filter((child) => !namesakes.includes(child)) : [];
  for (const child of [...namesakes, ...others]) {
    // One after the other, because the first is nearly always the right one.
    const actual = await get(session, String(child.dept_id));
    if (actual?.entityId === ref.id) return actual;
  }
  return undefined;
}

/** Managers who are not members yet become a note. Their arrival causes another run. */
function done(session: Session, before: Actual, { taken, refused, failure }: Sent): Written {
  const [first] = refused;
  if (first?.error instanceof TargetDependency && Object.keys(taken).length === 0) throw first.error;
  const noted = refused.filter(({ error }) => error instanceof TargetDependency);
  const written: Written = {
    remoteId: before.remoteId,
    attributes: { ...before.attributes, ...taken },
    presence: "active",
    notes: noted.map(({ attribute, error }) => noteOf(attribute, error)),
    refused: refused.filter((one) => !noted.includes(one)),
    calls: session.calls,
  };
  if (failure) throw partly(failure, written);
  return written;
}

/** The refusal of organisations that do not delete them (docs/dingtalk.md 4.3). */
const CHILDREN_INSIDE = "60006";

/** Some organisations also delete the departments below (docs/dingtalk.md 4.3), and these may not be ours. */
async function requireLeaf(session: Session, deptId: string): Promise<void> {
  const { result } = await session.call(API.departmentChildIds, { dept_id: Number(deptId) });
  const children = isObject(result) ? idsOf(result.dept_id_list) : [];
  if (children.length === 0) return;
  const { reason, remedy = "", tries = 1 } = meaningOf(CHILDREN_INSIDE);
  throw new TargetDependency(`${children.length} departments are still inside the department`, {
    answer: CHILDREN_INSIDE,
    reasonCode: reason,
    remedy,
    tries,
  });
}

/** Names are swapped within one cycle, so the present holder is renamed soon too. */
const SOON_MS = 200;

/**
 * The holder was renamed between the refusal and the look-up, so the next try will succeed. The number of
 * tries is limited, in case the holder is only invisible to us.
 */
const nameNowFree = (conflict: TargetConflict): TargetDependency =>
  new TargetDependency(
    "the name was taken a moment ago and nobody has it now",
    { answer: conflict.answer, reasonCode: "nameCameFree", ms: SOON_MS },
    { cause: conflict },
  );

function requireOrdinary(deptId: string, root: string): void {
  if (deptId !== root && /^\d+$/.test(deptId)) return;
  throw new TargetRejected("the organisation itself and departments of other kinds are never touched", {
    answer: "protected",
    reasonCode: "rootProtected",
  });
}
