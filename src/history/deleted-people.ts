import { foldHan } from "../core/text/han.ts";
import type { LoggedEvent } from "./event.ts";
import type { EventLog } from "./event-log.ts";
import { filterOf } from "./walk.ts";

/*
 * Search for people whom the directory has deleted, by the names they had. Only the event of the deletion has
 * these names. They are encrypted under a key of the person, so no index can hold them. The search decrypts
 * the events one by one, newest first. It does not find people whose values were erased.
 */

export interface DeletedPerson {
  readonly id: string;
  readonly userName?: string;
  readonly displayName?: string;
  readonly at: Date;
  /** Id of the event of the deletion. */
  readonly event: string;
}

export interface DeletedPeople {
  /** The person who was deleted last comes first. */
  readonly people: readonly DeletedPerson[];
  /** False: the search stopped at a limit. Older deletions may match too. */
  readonly complete: boolean;
}

const PAGE = 500;
/** Decrypting one event takes about 0.05 ms of this process: 0.5 s for all pages. */
const PAGES_MAX = 20;

/**
 * `text`: a part of the display name, of another form of the name, of the user name or of an e-mail address.
 * Simplified and traditional characters match each other. `count`: the largest number of people in the
 * answer.
 */
export async function findDeleted(log: EventLog, text: string, count: number): Promise<DeletedPeople> {
  const sought = foldHan(text.trim());
  const filter = filterOf({ code: "user.deleted" })!;
  const people: DeletedPerson[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const { events, next } = await log.list({
      filter,
      count: PAGE,
      ...(after === undefined ? {} : { after }),
    });
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
  const addresses: readonly unknown[] = Array.isArray(emails)
    ? emails.map((each) => (isObject(each) ? each["value"] : undefined))
    : [];
  return [
    beforeOf(event, "displayName"),
    beforeOf(event, "userName"),
    beforeOf(event, "nickName"),
    ...parts,
    ...addresses,
  ].filter(isText);
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
