import type { EntityKind, JsonObject, JsonValue } from "../core/entity.ts";
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
