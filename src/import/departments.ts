import type { JsonObject } from "../core/entity.ts";
import { fold } from "../core/text/fold.ts";
import type { RequestContext } from "../directory/context.ts";
import type { StoredGroup } from "../directory/group.ts";
import type { GroupDirectory } from "../directory/groups.ts";
import { checkedBody } from "../scim/json.ts";
import { readGroup } from "../scim/resource/resource.ts";
import type { PersonRecord } from "./person.ts";

export interface DepartmentChange {
  readonly action: "create" | "change" | "remove";
  readonly name: string;
  readonly joined: number;
  readonly left: number;
}

/** Departments of the file, with the ids of their people in the directory. */
export class NamedDepartments {
  readonly byKey = new Map<string, { readonly name: string; readonly people: Set<string> }>();
  /** People whose rows have departments. */
  readonly people = new Set<string>();

  add({ departments }: PersonRecord, id: string): void {
    if (!departments) return;
    this.people.add(id);
    for (const name of departments) {
      const key = fold(name);
      const department = this.byKey.get(key);
      if (department) department.people.add(id);
      else this.byKey.set(key, { name, people: new Set([id]) });
    }
  }
}

export interface DepartmentOptions {
  readonly groups: GroupDirectory;
  readonly context: RequestContext;
  /**
   * The file has everybody: a person who is not in it is in no department, and other departments are removed.
   */
  readonly isComplete: boolean;
  readonly writes: boolean;
}

/** Prefix of groups that an import has created and may remove. Other groups of the source stay unchanged. */
const OWN = "import:";
const MEMBERS_AT_ONCE = 1_000;
const PAGE = 200;

/** Makes the groups of a source equal to the departments of the file: one group for each, with its people. */
export async function importDepartments(
  named: NamedDepartments,
  options: DepartmentOptions,
): Promise<readonly DepartmentChange[]> {
  const { groups, context, writes, isComplete } = options;
  const changes: DepartmentChange[] = [];
  const there = await groupsOf(groups, context);
  for (const [key, { name, people }] of named.byKey) {
    const group = there.get(key);
    const joinedAndLeft = await membersToChange(group, people, named, options);
    const { add, remove } = joinedAndLeft;
    if (group && add.length + remove.length === 0) continue;
    changes.push({ action: group ? "change" : "create", name, joined: add.length, left: remove.length });
    if (!writes) continue;
    const id =
      group?.id ??
      (
        await groups.create(
          context,
          readGroup(checkedBody({ externalId: OWN + key, displayName: name })).content,
          [],
        )
      ).id;
    await changeMembers(id, joinedAndLeft, options);
  }
  for (const [key, group] of there) {
    if (named.byKey.has(key) || !isOwn(group)) continue;
    const { remove } = await membersToChange(group, new Set(), named, options);
    if (isComplete) {
      changes.push({ action: "remove", name: nameOf(group), joined: 0, left: remove.length });
      if (writes) await groups.remove(context, group.id);
    } else if (remove.length > 0) {
      changes.push({ action: "change", name: nameOf(group), joined: 0, left: remove.length });
      if (writes) await changeMembers(group.id, { add: [], remove }, options);
    }
  }
  return changes;
}

async function changeMembers(
  id: string,
  { add, remove }: Members,
  { groups, context }: DepartmentOptions,
): Promise<void> {
  for (let at = 0; at < Math.max(add.length, remove.length); at += MEMBERS_AT_ONCE) {
    const members = {
      kind: "delta",
      add: add.slice(at, at + MEMBERS_AT_ONCE),
      remove: remove.slice(at, at + MEMBERS_AT_ONCE),
    } as const;
    await groups.change(context, id, { members });
  }
}

interface Members {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

async function membersToChange(
  group: StoredGroup | undefined,
  people: ReadonlySet<string>,
  named: NamedDepartments,
  { groups, isComplete }: DepartmentOptions,
): Promise<Members> {
  const present = new Set<string>();
  if (group)
    for await (const page of groups.members(group.id))
      for (const { id, type } of page) if (type === "User") present.add(id);
  return {
    add: [...people].filter((id) => !present.has(id)),
    remove: [...present].filter((id) => !people.has(id) && (isComplete || named.people.has(id))),
  };
}

async function groupsOf(
  groups: GroupDirectory,
  context: RequestContext,
): Promise<ReadonlyMap<string, StoredGroup>> {
  const all = new Map<string, StoredGroup>();
  for (let position: string | undefined; ; ) {
    const page = await groups.list(context, { start: { kind: "after", position }, count: PAGE });
    for (const group of page.items) all.set(fold(nameOf(group)), group);
    if (page.next === undefined) return all;
    position = page.next;
  }
}

const documentOf = ({ document }: StoredGroup): JsonObject => JSON.parse(document) as JsonObject;
const nameOf = (group: StoredGroup): string => String(documentOf(group)["displayName"]);
const isOwn = (group: StoredGroup): boolean => String(documentOf(group)["externalId"] ?? "").startsWith(OWN);
