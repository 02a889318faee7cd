import type { JsonObject } from "../../../core/entity.ts";
import type { WriteContext } from "../../../reconcile/target.ts";
import {
  TargetConflict,
  TargetDependency,
  TargetNotFound,
  TargetUnavailable,
  type Written,
} from "../../../reconcile/target-failures.ts";
import type { Actual, Attributes } from "../../../reconcile/target-values.ts";
import { isObject, resultOf } from "../client/answers/answer.ts";
import { API } from "../client/apis.ts";
import type { DingTalkClient, Session } from "../client/client.ts";
import { operate, withHolder } from "../client/operation.ts";
import { isTrue, objectsIn } from "../client/wire-values.ts";

const PAGE = 200;
/** More than the number of role groups of any organisation. It ends a paging loop that never finishes. */
const MAX_PAGES = 200;

export interface RoleGroup {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly { readonly id: string; readonly name: string }[];
}

/**
 * Roles in one role group (docs/dingtalk.md 8.1). DingTalk does not store our ids for them, so their names
 * within the group identify them.
 */
export function createRoles(client: DingTalkClient, groupName: string) {
  let groupId: number | undefined;

  async function ourGroup(session: Session): Promise<RoleGroup | undefined> {
    return (await roleGroups(session)).find((group) => group.name === groupName);
  }

  async function idOfGroup(session: Session): Promise<number> {
    if (groupId !== undefined) return groupId;
    const known = await ourGroup(session);
    groupId = known
      ? Number(known.id)
      : Number((await session.call(API.roleAddGroup, { name: groupName })).groupId);
    return groupId;
  }

  async function create(
    attributes: Attributes,
    context: WriteContext & { readonly resume: boolean },
  ): Promise<Written> {
    return operate(client, context, async (session) => {
      const done = (remoteId: string): Written => ({
        remoteId,
        attributes,
        presence: "active",
        notes: [],
        calls: session.calls,
      });
      if (context.resume) {
        const earlier = (await ourGroup(session))?.roles.find((role) => role.name === attributes.name);
        if (earlier) return done(earlier.id);
      }
      try {
        const body = await session.call(API.roleAdd, {
          roleName: String(attributes.name ?? ""),
          groupId: await idOfGroup(session),
        });
        return done(String(body.roleId));
      } catch (error) {
        if (error instanceof TargetDependency) groupId = undefined;
        if (!(error instanceof TargetConflict)) throw error;
        const holder = (await ourGroup(session))?.roles.find((role) => role.name === attributes.name);
        throw withHolder(error, holder?.id);
      }
    });
  }

  async function update(actual: Actual, set: Attributes, context: WriteContext): Promise<Written> {
    return operate(client, context, async (session) => {
      if (typeof set.name === "string")
        await session.call(API.roleUpdate, { roleId: Number(actual.remoteId), roleName: set.name });
      return {
        remoteId: actual.remoteId,
        attributes: { ...actual.attributes, ...set },
        presence: "active",
        notes: [],
        calls: session.calls,
      };
    });
  }

  async function remove(
    actual: Actual,
    context: WriteContext,
  ): Promise<{ readonly calls: Written["calls"] }> {
    return operate(client, context, async (session) => {
      try {
        await session.call(API.roleDelete, { role_id: Number(actual.remoteId) });
      } catch (error) {
        if (!(error instanceof TargetNotFound)) throw error;
      }
      return { calls: session.calls };
    });
  }

  async function read(
    roleId: string,
    context: WriteContext,
  ): Promise<{ readonly actual: Actual | undefined; readonly calls: Written["calls"] }> {
    return operate(client, context, async (session) => {
      try {
        const { role } = await session.call(API.roleGet, { roleId: Number(roleId) });
        if (!isObject(role))
          throw new TargetUnavailable("DingTalk answered without a role", {
            answer: "no-result",
            reasonCode: "answerIncomplete",
          });
        return { actual: roleActual(roleId, String(role.name)), calls: session.calls };
      } catch (error) {
        if (!(error instanceof TargetNotFound)) throw error;
        return { actual: undefined, calls: session.calls };
      }
    });
  }

  return { create, update, remove, read };
}

export const roleActual = (id: string, name: string): Actual => ({
  remoteId: id,
  attributes: { name },
  presence: "active",
});

/** All role groups with their roles, including those of DingTalk. */
export async function roleGroups(session: Session): Promise<readonly RoleGroup[]> {
  const groups: RoleGroup[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    // One page after the other, because each says whether another follows.
    const result = resultOf(await session.call(API.roleList, { size: PAGE, offset: page * PAGE }));
    groups.push(...objectsIn(result.list).map(groupFromWire));
    if (!isTrue(result.hasMore)) return groups;
  }
  throw new TargetUnavailable("the list of roles never ended", {
    answer: "no-end",
    reasonCode: "answerIncomplete",
  });
}

const groupFromWire = (group: JsonObject): RoleGroup => ({
  id: String(group.groupId),
  name: String(group.name),
  roles: objectsIn(group.roles).map((role) => ({ id: String(role.id), name: String(role.name) })),
});
