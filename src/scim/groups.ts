import type { JsonObject } from "../core/entity.ts";
import type { RequestContext } from "../directory/context.ts";
import { NotFound } from "../directory/errors.ts";
import type { Member, StoredGroup } from "../directory/group.ts";
import type { GroupDirectory } from "../directory/groups.ts";
import { withAddresses } from "./answer/addresses.ts";
import { type MembersOf, membersOfPage } from "./answer/page-members.ts";
import type { Projection } from "./answer/projection.ts";
import { createResourceText, projectedText } from "./answer/render.ts";
import type { ResourceKind } from "./answer/resource-kind.ts";
import { groupPatch, typedMembers } from "./patch/group.ts";
import { applyPatch } from "./patch/patch.ts";
import { readOperations } from "./patch/read-operations.ts";
import { groupContent } from "./resource/columns.ts";
import { readGroup } from "./resource/resource.ts";
import { groupResource } from "./schema/schemas.ts";

const ENDPOINT = "/Groups";

export interface GroupKindOptions {
  /** The public address of the SCIM root. */
  readonly baseUrl: string;
  /**
   * Whether a `remove` of `members` without values empties a group. Otherwise it is refused
   * (docs/clients.md 5.1).
   */
  readonly allowRemoveAllMembers: boolean;
}

interface AnsweredGroup extends StoredGroup {
  /**
   * Groups of one page read their members together. Members of a changed group are read before the answer.
   */
  readonly members?: MembersOf;
}

/**
 * Groups. Members are read only for answers, one page at a time, so other requests do not depend on the size
 * of a group.
 */
export function groupKind(
  directory: GroupDirectory,
  { baseUrl, allowRemoveAllMembers }: GroupKindOptions,
): ResourceKind<AnsweredGroup> {
  const locationOf = (id: string) => `${baseUrl}${ENDPOINT}/${id}`;
  const resourceText = createResourceText("Group", locationOf);

  async function groupsAmong(context: RequestContext, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    // One after the other: clients name one member in this form, and a request with many must not use all
    // connections.
    for (const id of new Set(ids)) if (await isGroup(context, id)) found.add(id);
    return found;
  }

  async function isGroup(context: RequestContext, id: string): Promise<boolean> {
    try {
      await directory.get(context, id);
      return true;
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  }

  return {
    schema: withAddresses(groupResource, baseUrl),
    endpoint: ENDPOINT,
    patchStatus: 204,
    createsShareCommits: false,
    locationOf,
    newId: () => directory.newId(),
    create(context, body, id) {
      const { content, members } = readGroup(body);
      return directory.create(context, content, members ?? [], id);
    },
    get: (context, id) => directory.get(context, id),
    async list(context, query) {
      const page = await directory.list(context, query);
      const members = membersOfPage(
        directory,
        page.items.map(({ id }) => id),
      );
      return { ...page, items: page.items.map((group) => ({ ...group, members })) };
    },
    async replace(context, id, body, ifVersion) {
      const { content, members } = readGroup(body);
      // Members that a request does not mention stay unchanged (RFC 7644 section 3.5.1). So a group that was
      // read without members can be written back.
      const change = members === undefined ? {} : { members: { kind: "all", members } as const };
      return directory.change(context, id, { decide: () => content, ...change }, ifVersion);
    },
    async patch(context, id, body, ifVersion) {
      const operations = readOperations(body);
      const groups = await groupsAmong(context, typedMembers(operations));
      const { attributes, members } = groupPatch(operations, { allowRemoveAllMembers, groups });
      const decide = (current: JsonObject) => groupContent(applyPatch(current, attributes, groupResource));
      return directory.change(
        context,
        id,
        attributes.length > 0 ? { decide, members } : { members },
        ifVersion,
      );
    },
    async answerOfPatch(group) {
      const members = await directory.membersIfSmall(group.id);
      if (members === undefined) return undefined;
      return {
        ...group,
        async *members() {
          yield members;
        },
      };
    },
    remove: (context, id, ifVersion) => directory.remove(context, id, ifVersion),
    render(group, projection) {
      const text = projectedText(resourceText(group, ""), projection);
      if (!projection.wants("members")) return text;
      const { id, members = directory.members } = group;
      return withMembers(text, members(id), memberText(baseUrl, projection));
    },
  };
}

/**
 * Writes the members as the last attribute. A group without members has no `members`, as unassigned
 * attributes are left out.
 */
async function* withMembers(
  group: string,
  pages: AsyncIterable<readonly Member[]>,
  textOf: (member: Member) => string | undefined,
): AsyncIterable<string> {
  let separator = `${group === "{}" ? "" : ","}"members":[`;
  let any = false;
  yield group.slice(0, -1);
  for await (const page of pages) {
    const texts = page.map(textOf).filter((text) => text !== undefined);
    if (texts.length === 0) continue;
    yield separator + texts.join(",");
    separator = ",";
    any = true;
  }
  yield any ? "]}" : "}";
}

function memberText(baseUrl: string, projection: Projection): (member: Member) => string | undefined {
  const rendered = ({ id, type, display }: Member): JsonObject => ({
    value: id,
    $ref: `${baseUrl}/${type}s/${id}`,
    type,
    ...(display === undefined ? {} : { display }),
  });
  if (projection.whole) return (member) => JSON.stringify(rendered(member));
  return (member) => {
    const { members } = projection.apply({ members: [rendered(member)] });
    return Array.isArray(members) ? JSON.stringify(members[0]) : undefined;
  };
}
