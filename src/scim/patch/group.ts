import { quotedName } from "../../core/text/quoted-name.ts";
import type { MemberChange } from "../../directory/group.ts";
import type { FilterNode } from "../../filter/ast.ts";
import { InvalidFilter } from "../../filter/errors.ts";
import { isUnassigned, structureOf } from "../dialect-values.ts";
import { InvalidSyntax, InvalidValue, Mutability, NoTarget } from "../errors.ts";
import { type Body, isObject } from "../json.ts";
import { readMembers } from "../resource/members.ts";
import { groupResource } from "../schema/schemas.ts";
import { membersOf, type Operation } from "./operation.ts";
import { findPath, type PathTarget, parsePath } from "./path.ts";

export interface GroupPatch {
  /** The operations for applyPatch. Empty if the request changes only members; then the group is not read. */
  readonly attributes: readonly Operation[];
  /** The combined effect of all member operations in their order. */
  readonly members: MemberChange;
}

export interface GroupPatchOptions {
  readonly allowRemoveAllMembers: boolean;
  /** Those of `typedMembers` that are groups. None when unset. */
  readonly groups?: ReadonlySet<string>;
}

/**
 * Ids of members that are selected with a type (`members[value eq "…" and type eq "User"]`). Their types must
 * be known before.
 */
export function typedMembers(operations: readonly Operation[]): readonly string[] {
  return operations.flatMap(({ path }) => {
    if (path === undefined || !path.includes("[")) return [];
    const target = findPath(groupResource, path);
    if (target === undefined || !isMembers(target) || target.filter === undefined) return [];
    return (selectedBy(target.filter) ?? []).flatMap(({ id, type }) => (type === undefined ? [] : [id]));
  });
}

/**
 * Separates operations on the document of a group from those on its members. The members are not needed. A
 * `remove` of `members` without values empties a group. Entra means something else by it, so it is refused
 * unless `allowRemoveAllMembers`. Rejects with InvalidValue, InvalidPath, InvalidFilter, Mutability or
 * NoTarget.
 */
export function groupPatch(operations: readonly Operation[], options: GroupPatchOptions): GroupPatch {
  const attributes: Operation[] = [];
  const members = memberTally();
  const changeAt = (target: MemberTarget, op: Operation["op"], value: unknown) => {
    if (target.filter === undefined && target.sub === undefined)
      changeMembers(members, op, value, options.allowRemoveAllMembers);
    else changeSelected(members, op, target, options.groups ?? NO_GROUPS);
  };

  for (const operation of operations) {
    const { op, path, value } = operation;
    const target = path === undefined ? undefined : parsePath(groupResource, path);
    if (target === undefined || target.kind === "core") {
      if (op === "remove") throw new NoTarget("remove needs a path");
      const { own, rest } = split(membersOf(value, path ?? "value"));
      for (const { target: named, value: given } of own) changeAt(named, op, given);
      if (Object.keys(rest).length > 0) attributes.push({ op, value: rest });
    } else if (isMembers(target)) {
      changeAt(target, op, value);
    } else {
      attributes.push(operation);
    }
  }
  return { attributes, members: members.change() };
}

type MemberTarget = PathTarget & { readonly kind: "attribute" };

const isMembers = (target: PathTarget): target is MemberTarget =>
  target.kind === "attribute" && target.attribute.name === "members";

interface GivenMembers {
  readonly target: MemberTarget;
  readonly value: unknown;
}

/**
 * Takes the members out of a value without path, under all their names, with or without the URN of the core
 * schema.
 */
function split(value: Body): { readonly own: readonly GivenMembers[]; readonly rest: Body } {
  const own: GivenMembers[] = [];
  const rest: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const name of Object.keys(value)) {
    const target = findPath(groupResource, name);
    const given = target?.kind === "core" ? structureOf(value[name], name) : value[name];
    if (target !== undefined && isMembers(target)) {
      if (seen.has(name.toLowerCase()))
        throw new InvalidSyntax(`a name is given twice in one value${quotedName(name)}`);
      seen.add(name.toLowerCase());
      own.push({ target, value: given });
    } else if (target?.kind === "core" && isObject(given)) {
      const inner = split(given);
      own.push(...inner.own);
      if (Object.keys(inner.rest).length > 0) rest[name] = inner.rest;
    } else rest[name] = given;
  }
  return { own, rest: own.length > 0 ? known(rest) : rest };
}

/** Ignores unknown names besides the members. */
const known = (rest: Body): Body =>
  Object.fromEntries(Object.entries(rest).filter(([name]) => findPath(groupResource, name) !== undefined));

function changeMembers(
  members: MemberTally,
  op: Operation["op"],
  value: unknown,
  allowRemoveAll: boolean,
): void {
  const absent = value === undefined || value === null || value === "";
  if (op === "add") members.add(readMembers(value));
  else if (op === "replace" && !absent) members.replace(readMembers(value));
  else if (!absent) members.remove(readMembers(value));
  else if (allowRemoveAll) members.replace([]);
  else
    throw new InvalidValue(
      'members: to remove some, list them in value or select them in the path (members[value eq "…"])',
    );
}

const NO_GROUPS: ReadonlySet<string> = new Set();

/** `members[value eq "a" or value eq "b"]`. Filters without values would need all members. */
function changeSelected(
  members: MemberTally,
  op: Operation["op"],
  { filter, sub }: MemberTarget,
  groups: ReadonlySet<string>,
): void {
  if (sub !== undefined || filter === undefined)
    throw new Mutability("members: members can be added and removed, but not changed");
  const selected = selectedBy(filter);
  if (selected === undefined)
    throw new InvalidFilter('members: select by value, or by value and type (members[value eq "…"])');
  // A member of another type than that of the filter does not match.
  const isMeant = ({ id, type }: SelectedMember) =>
    type === undefined || (type === "group") === groups.has(id);
  const ids = selected.filter(isMeant).map(({ id }) => id);
  if (op === "replace") throw new Mutability("members: members can be added and removed, but not changed");
  if (op === "add") members.add(ids);
  else members.remove(ids);
}

interface SelectedMember {
  readonly id: string;
  /** In lower case. */
  readonly type?: string;
}

/** The members that a filter names by their values. Undefined for all other filters. */
function selectedBy(filter: FilterNode): readonly SelectedMember[] | undefined {
  if (filter.op === "or") {
    const each = filter.nodes.map(selectedBy);
    return each.every((one) => one !== undefined) ? each.flat() : undefined;
  }
  const leaves = filter.op === "and" ? filter.nodes : [filter];
  const [ids, types] = [valuesOf(leaves, "value"), valuesOf(leaves, "type")];
  const [id] = ids;
  if (id === undefined || ids.length + types.length < leaves.length || ids.length > 1 || types.length > 1)
    return undefined;
  return [{ id, ...(types[0] === undefined ? {} : { type: types[0].toLowerCase() }) }];
}

const valuesOf = (leaves: readonly FilterNode[], element: string): readonly string[] =>
  leaves.flatMap((leaf) => {
    if (leaf.op !== "compare" || leaf.operator !== "eq" || leaf.attribute.element !== element) return [];
    return typeof leaf.value === "string" && !isUnassigned(leaf.value) ? [leaf.value] : [];
  });

interface MemberTally {
  add(ids: readonly string[]): void;
  remove(ids: readonly string[]): void;
  replace(ids: readonly string[]): void;
  change(): MemberChange;
}

/** Combines operations in their order: a later one replaces an earlier one for the same member. */
function memberTally(): MemberTally {
  let all = false;
  let joining = new Set<string>();
  const leaving = new Set<string>();
  return {
    add(ids) {
      for (const id of ids) {
        joining.add(id);
        leaving.delete(id);
      }
    },
    remove(ids) {
      for (const id of ids) {
        joining.delete(id);
        if (!all) leaving.add(id);
      }
    },
    replace(ids) {
      all = true;
      joining = new Set(ids);
      leaving.clear();
    },
    change: () =>
      all
        ? { kind: "all", members: [...joining] }
        : { kind: "delta", add: [...joining], remove: [...leaving] },
  };
}
