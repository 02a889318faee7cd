import type { JsonObject, JsonValue } from "../../core/entity.ts";
import type { Changes, LoggedEvent } from "../event.ts";
import { type EntityState, NOBODY } from "./entity-state.ts";

export function changed(before: EntityState, { code, changes = {} }: LoggedEvent): EntityState {
  const { document: _document, ...bare } = before;
  // A record that was joined to a person is no longer an entity of its own. When it is separated, it becomes
  // one again.
  if (code === "user.deleted" || code === "group.deleted" || code === "person.joined")
    return { ...bare, members: NOBODY };
  const isNew = code === "user.created" || code === "group.created" || code === "person.separated";
  // The ids of members who left and joined are not part of the document.
  const { members: moved, ...own } = changes;
  const document = withChanges(isNew ? {} : (before.document ?? {}), own);
  const members = new Set(isNew ? [] : before.members);
  for (const id of idsIn(moved?.before)) members.delete(id);
  for (const id of idsIn(moved?.after)) members.add(id);
  return { ...bare, document, members };
}

const idsIn = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((id): id is string => typeof id === "string") : [];

/** `skipped`: names of attributes that keep their old value. */
function withChanges(
  before: JsonObject,
  changes: Changes,
  skipped: ReadonlySet<string> = new Set(),
): JsonObject {
  const after = new Map(Object.entries(before));
  for (const [name, change] of Object.entries(changes)) {
    if (skipped.has(name)) continue;
    if (change.after === undefined) after.delete(name);
    else after.set(name, change.after);
  }
  return Object.fromEntries(after);
}

/** The state that a run found at the target before its write. It includes changes by others. */
export function found(before: EntityState, { changes = {}, detail }: LoggedEvent): EntityState {
  const action = detail?.["action"];
  if (action === "create") return withoutTarget(before);
  const seen: Changes = Object.fromEntries(
    Object.entries(changes).map(([name, change]) => [name, wasThere(change.before)]),
  );
  const attributes = withChanges(before.target?.attributes ?? {}, seen);
  return { ...before, target: { suspended: before.target?.suspended ?? false, attributes } };
}

const wasThere = (value: JsonValue | undefined): Changes[string] =>
  value === undefined ? {} : { after: value };

export function written(
  before: EntityState,
  { changes = {}, detail }: LoggedEvent,
  refused: ReadonlySet<string>,
): EntityState {
  const there = before.target ?? { suspended: false, attributes: {} };
  switch (detail?.["action"]) {
    case "remove":
      return withoutTarget(before);
    case "suspend":
    case "resume":
      return { ...before, target: { ...there, suspended: detail["action"] === "suspend" } };
    default:
      return { ...before, target: { ...there, attributes: withChanges(there.attributes, changes, refused) } };
  }
}

export function withoutTarget({ target: _target, ...before }: EntityState): EntityState {
  return before;
}

/** Names of attributes that the target refused in a write whose other attributes it accepted. */
export function refusedIn({ detail }: LoggedEvent): ReadonlySet<string> {
  const refused = detail?.["refused"];
  const names = Array.isArray(refused) ? refused.map((one) => (one as JsonObject)["attribute"]) : [];
  return new Set(names.filter((name): name is string => typeof name === "string"));
}
