import type { EntityKind, JsonObject, JsonValue } from "../core/entity.ts";
import { sameJson } from "../core/json/same-json.ts";
import { type Changes, DIRECTORY_CODES, type EventCode, type LoggedEvent } from "./event.ts";

/*
 * Computes the state of entities from events alone. Pure. The directory side follows the documents that SCIM wrote. The target side follows the values that runs
 * found at the target and wrote to it. So a change by others at the target shows only after a run has found it.
 */

/** The state of a person, group, department or role. It is immutable: an event makes a new state. */
export interface EntityState {
  readonly kind: EntityKind;
  readonly id: string;
  /** The document of the directory, without id, members and meta. Undefined: the entity is not in the directory. */
  readonly document?: JsonObject;
  /** For a group: ids of its members, which are people and groups. */
  readonly members: ReadonlySet<string>;
  /** The values at the target. Undefined: the entity is not at the target. */
  readonly target?: { readonly suspended: boolean; readonly attributes: JsonObject };
}

/** Codes of the events that change a state. */
export const STATE_CODES: readonly EventCode[] = [
  ...DIRECTORY_CODES,
  "target.intent",
  "target.outcome",
  "adoption.linked",
  "adoption.unlinked",
];
const CHANGES_STATE: ReadonlySet<EventCode> = new Set(STATE_CODES);

export class History {
  readonly #entities = new Map<string, EntityState>();
  /** Id of a record → id of its person. Groups have records as members. */
  readonly #persons = new Map<string, string>();
  /** Intents without an outcome yet. */
  readonly #intents = new Map<string, LoggedEvent>();

  /** Events must come in the order of their ids. */
  apply(event: LoggedEvent): void {
    const { subject, code } = event;
    if (!subject || !CHANGES_STATE.has(code)) return;
    if (code === "person.joined" && typeof event.detail?.person === "string") this.#persons.set(subject.id, event.detail.person);
    if (code === "person.separated") this.#persons.delete(subject.id);
    const before = this.#entities.get(subject.id) ?? { ...subject, members: NOBODY };
    this.#entities.set(subject.id, this.#after(before, event));
  }

  #after(before: EntityState, event: LoggedEvent): EntityState {
    switch (event.code) {
      case "target.intent":
        this.#intents.set(event.id, event);
        return found(before, event);
      case "target.outcome": {
        const intent = this.#intents.get(event.causes[0] ?? "");
        this.#intents.delete(event.causes[0] ?? "");
        return event.outcome === "done" && intent ? written(before, intent, refusedIn(event)) : before;
      }
      case "adoption.linked":
        return before.target ? before : { ...before, target: { suspended: false, attributes: {} } };
      case "adoption.unlinked":
        return withoutTarget(before);
      default:
        return changed(before, event);
    }
  }

  get(id: string): EntityState | undefined {
    return this.#entities.get(id);
  }

  /** The state of all entities now. Later events do not change a snapshot. It leaves out deleted members: a deletion writes no event of the group. */
  snapshot(): Snapshot {
    return new Map([...this.#entities].map(([id, entity]) => [id, this.#withoutDeleted(entity)]));
  }

  #withoutDeleted(entity: EntityState): EntityState {
    const isThere = (id: string): boolean => this.#entities.get(id)?.document !== undefined;
    if ([...entity.members].every(isThere)) return entity;
    return { ...entity, members: new Set([...entity.members].map((id) => this.#persons.get(id) ?? id).filter(isThere)) };
  }
}

export type Snapshot = ReadonlyMap<string, EntityState>;

const NOBODY: ReadonlySet<string> = new Set();

function changed(before: EntityState, { code, changes = {} }: LoggedEvent): EntityState {
  const { document: _document, ...bare } = before;
  // A record that was joined to a person is no longer an entity of its own. When it is separated, it becomes one again.
  if (code === "user.deleted" || code === "group.deleted" || code === "person.joined") return { ...bare, members: NOBODY };
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
function withChanges(before: JsonObject, changes: Changes, skipped: ReadonlySet<string> = new Set()): JsonObject {
  const after = new Map(Object.entries(before));
  for (const [name, change] of Object.entries(changes)) {
    if (skipped.has(name)) continue;
    if (change.after === undefined) after.delete(name);
    else after.set(name, change.after);
  }
  return Object.fromEntries(after);
}

/** The state that a run found at the target before its write. It includes changes by others. */
function found(before: EntityState, { changes = {}, detail }: LoggedEvent): EntityState {
  const action = detail?.["action"];
  if (action === "create") return withoutTarget(before);
  const seen: Changes = Object.fromEntries(Object.entries(changes).map(([name, change]) => [name, wasThere(change.before)]));
  const attributes = withChanges(before.target?.attributes ?? {}, seen);
  return { ...before, target: { suspended: before.target?.suspended ?? false, attributes } };
}

const wasThere = (value: JsonValue | undefined): Changes[string] => (value === undefined ? {} : { after: value });

function written(before: EntityState, { changes = {}, detail }: LoggedEvent, refused: ReadonlySet<string>): EntityState {
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

function withoutTarget({ target: _target, ...before }: EntityState): EntityState {
  return before;
}

/** Names of attributes that the target refused in a write whose other attributes it accepted. */
function refusedIn({ detail }: LoggedEvent): ReadonlySet<string> {
  const refused = detail?.["refused"];
  const names = Array.isArray(refused) ? refused.map((one) => (one as JsonObject)["attribute"]) : [];
  return new Set(names.filter((name): name is string => typeof name === "string"));
}

/** The person is in the directory and not deactivated. */
export const isMember = ({ document }: EntityState): boolean => document !== undefined && document["active"] !== false;

export interface SideDifference {
  readonly joined: readonly string[];
  readonly left: readonly string[];
  readonly changed: readonly { readonly id: string; readonly changes: Changes; readonly target: Changes }[];
}

/** The difference between two snapshots, for entities of these kinds. `isThere` decides which entities count as present. */
export function difference(
  from: Snapshot,
  to: Snapshot,
  kinds: readonly EntityKind[],
  isThere: (entity: EntityState) => boolean,
): SideDifference {
  const joined: string[] = [];
  const left: string[] = [];
  const changes: SideDifference["changed"][number][] = [];
  for (const after of to.values()) {
    if (!kinds.includes(after.kind)) continue;
    const before = from.get(after.id);
    const [was, is] = [before !== undefined && isThere(before), isThere(after)];
    if (is && !was) joined.push(after.id);
    else if (was && !is) left.push(after.id);
    else if (is && before && before !== after) {
      const own = { ...between(before.document, after.document), ...membersBetween(before, after) };
      const target = between(targetOf(before), targetOf(after));
      if (Object.keys(own).length + Object.keys(target).length > 0) changes.push({ id: after.id, changes: own, target });
    }
  }
  return { joined, left, changed: changes };
}

const targetOf = ({ target }: EntityState): JsonObject | undefined => target && { ...target.attributes, suspended: target.suspended };

function between(before: JsonObject = {}, after: JsonObject = {}): Changes {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !sameJson(before[name], after[name]));
  return Object.fromEntries(names.map((name) => [name, { ...side("before", before[name]), ...side("after", after[name]) }]));
}

function membersBetween(before: EntityState, after: EntityState): Changes {
  const gone = [...before.members].filter((id) => !after.members.has(id));
  const come = [...after.members].filter((id) => !before.members.has(id));
  if (gone.length + come.length === 0) return {};
  return { members: { ...(gone.length > 0 ? { before: gone } : {}), ...(come.length > 0 ? { after: come } : {}) } };
}

const side = (name: "before" | "after", value: JsonValue | undefined) => (value === undefined ? {} : { [name]: value });
