import { foldHan } from "../core/han.ts";
import type { LoggedEvent } from "./event.ts";
import type { EventLog } from "./event-log.ts";
import { filterOf } from "./walk.ts";

/*
 * People whom the directory has deleted, by the names they had. Those stand in the event of the deletion alone, encrypted under a key of the person, so there
 * is no index of them: the events are opened one by one, the last first. Whoever was erased is not found.
 */

export interface DeletedPerson {
  readonly id: string;
  readonly userName?: string;
  readonly displayName?: string;
  readonly at: Date;
  /** The event of the deletion. */
  readonly event: string;
}

export interface DeletedPeople {
  /** The last deleted first. */
  readonly people: readonly DeletedPerson[];
  /** False: there may be more, deleted before the last one that was read. */
  readonly complete: boolean;
}

const PAGE = 500;
/** Opening one takes some 0.05 ms of this process. */
const PAGES_MAX = 20;

/** By a part of the display name, another form of the name, the user name or an e-mail address, in simplified or traditional characters. */
export async function findDeleted(log: EventLog, text: string, count: number): Promise<DeletedPeople> {
  const sought = foldHan(text.trim());
  const filter = filterOf({ code: "user.deleted" })!;
  const people: DeletedPerson[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const { events, next } = await log.list({ filter, count: PAGE, ...(after === undefined ? {} : { after }) });
    for (const event of events) {
      if (!namesIn(event).some((name) => foldHan(name).includes(sought))) continue;
      if (people.length === count) return { people, complete: false };
      people.push(personOf(event));
    }
    if (next === undefined) return { people, complete: true };
    after = next;
  }
  return { people, complete: false };
}

function namesIn(event: LoggedEvent): readonly string[] {
  const name = beforeOf(event, "name");
  const emails = beforeOf(event, "emails");
  const parts: readonly unknown[] = isObject(name) ? Object.values(name) : [];
  const addresses: readonly unknown[] = Array.isArray(emails) ? emails.map((each) => (isObject(each) ? each["value"] : undefined)) : [];
  return [beforeOf(event, "displayName"), beforeOf(event, "userName"), beforeOf(event, "nickName"), ...parts, ...addresses].filter(isText);
}

function personOf(event: LoggedEvent): DeletedPerson {
  const [userName, displayName] = [beforeOf(event, "userName"), beforeOf(event, "displayName")];
  return {
    id: event.subject!.id,
    ...(isText(userName) ? { userName } : {}),
    ...(isText(displayName) ? { displayName } : {}),
    at: event.at,
    event: event.id,
  };
}

const beforeOf = ({ changes }: LoggedEvent, attribute: string): unknown => changes?.[attribute]?.before;
const isText = (value: unknown): value is string => typeof value === "string";
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
