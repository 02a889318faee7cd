import { DIRECTORY_CODES, type EventCode, type LoggedEvent } from "../event.ts";
import { type EntityState, NOBODY } from "./entity-state.ts";
import { changed, found, refusedIn, withoutTarget, written } from "./state-changes.ts";

/*
 * Computes the state of entities from events alone. Pure. The directory side follows the documents that SCIM
 * wrote. The target side follows the values that runs found at the target and wrote to it. So a change by
 * others at the target shows only after a run has found it.
 */

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
    if (code === "person.joined" && typeof event.detail?.person === "string")
      this.#persons.set(subject.id, event.detail.person);
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

  /**
   * The state of all entities now. Later events do not change a snapshot. It leaves out deleted members: a
   * deletion writes no event of the group.
   */
  snapshot(): Snapshot {
    return new Map([...this.#entities].map(([id, entity]) => [id, this.#withoutDeleted(entity)]));
  }

  #withoutDeleted(entity: EntityState): EntityState {
    const isThere = (id: string): boolean => this.#entities.get(id)?.document !== undefined;
    if ([...entity.members].every(isThere)) return entity;
    return {
      ...entity,
      members: new Set([...entity.members].map((id) => this.#persons.get(id) ?? id).filter(isThere)),
    };
  }
}

export type Snapshot = ReadonlyMap<string, EntityState>;

/** The person is in the directory and not deactivated. */
export const isMember = ({ document }: EntityState): boolean =>
  document !== undefined && document["active"] !== false;
