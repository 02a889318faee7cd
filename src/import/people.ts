import type { JsonObject } from "../core/entity.ts";
import { AppError } from "../core/errors.ts";
import type { RequestContext } from "../directory/context.ts";
import { UniquenessConflict } from "../directory/errors.ts";
import type { StoredUser } from "../directory/user.ts";
import type { UserDirectory } from "../directory/users.ts";
import { differences } from "../history/differences.ts";
import { parseFilter } from "../scim/filter.ts";
import { userResource } from "../scim/schema/schemas.ts";
import type { RowProblem } from "./check.ts";
import { contentOf } from "./content.ts";
import type { PersonRecord } from "./person.ts";

export type PersonAction = "create" | "change" | "activate" | "deactivate";

export interface PersonChange {
  readonly action: PersonAction;
  /** Undefined: the person is not in the file. */
  readonly at?: number;
  /** The directory's id. Undefined: a trial would create the person. */
  readonly id?: string;
  readonly key: string;
  readonly attributes: readonly string[];
}

export interface PeopleImport {
  readonly changes: readonly PersonChange[];
  readonly unchanged: number;
  readonly problems: readonly RowProblem[];
  /** The directory's id of each person of the file. In a trial new people have a placeholder. */
  readonly ids: ReadonlyMap<string, string>;
}

export interface PeopleOptions {
  readonly users: UserDirectory;
  readonly context: RequestContext;
  /** Keys of everybody in the file. */
  readonly keys: ReadonlySet<string>;
  /** False: a trial, which writes nothing. */
  readonly writes: boolean;
}

/**
 * Makes the people of a source equal to the records, with the commands of SCIM. Equal people are not written.
 * A person who takes over a user name from another record is written after that record.
 */
export async function importPeople(
  records: AsyncIterable<PersonRecord>,
  options: PeopleOptions,
): Promise<PeopleImport> {
  const changes: PersonChange[] = [];
  const problems: RowProblem[] = [];
  const ids = new Map<string, string>();
  let unchanged = 0;
  let again: PersonRecord[] = [];

  const take = async (record: PersonRecord): Promise<void> => {
    const done = await importPerson(record, options);
    ids.set(record.key, done.id);
    if (done.change) changes.push(done.change);
    else unchanged += 1;
  };
  for await (const record of records) {
    try {
      await take(record);
    } catch (error) {
      if (error instanceof UniquenessConflict) again.push(record);
      else if (error instanceof AppError && error.retry.kind === "never")
        problems.push({ at: record.at, text: error.message });
      else throw error;
    }
  }
  // In each round, people whose user name has become free succeed. The user names of the others belong to
  // people who are not in the file.
  for (let left = -1; again.length > 0 && again.length !== left; ) {
    left = again.length;
    const round = again;
    again = [];
    for (const record of round) {
      try {
        await take(record);
      } catch (error) {
        if (!(error instanceof UniquenessConflict)) throw error;
        again.push(record);
      }
    }
  }
  for (const { at } of again) problems.push({ at, text: "another person of this source has this user name" });
  return { changes, unchanged, problems, ids };
}

async function importPerson(
  record: PersonRecord,
  options: PeopleOptions,
): Promise<{ readonly id: string; readonly change?: PersonChange }> {
  const { users, context, writes } = options;
  const found = await findPerson(record, options);
  if (!found) {
    const content = contentOf(record);
    const attributes = Object.keys(differences({}, content.document));
    const id = writes ? (await users.create(context, content)).id : `new:${record.key}`;
    return {
      id,
      change: { action: "create", at: record.at, ...(writes ? { id } : {}), key: record.key, attributes },
    };
  }
  const before = JSON.parse(found.document) as JsonObject;
  const content = contentOf(record, before);
  const attributes = Object.keys(differences(before, content.document));
  if (attributes.length === 0) return { id: found.id };
  if (writes) await users.change(context, found.id, (current) => contentOf(record, current));
  const action =
    before["active"] === content.columns.active
      ? "change"
      : content.columns.active
        ? "activate"
        : "deactivate";
  return { id: found.id, change: { action, at: record.at, id: found.id, key: record.key, attributes } };
}

/**
 * Finds a person by the key. Otherwise by the user name, if the source had the person before the first file
 * and no other row is about that person.
 */
async function findPerson(
  { key, userName }: PersonRecord,
  { users, context, keys }: PeopleOptions,
): Promise<StoredUser | undefined> {
  const byKey = await one(`externalId eq ${JSON.stringify(key)}`, users, context);
  if (byKey) return byKey;
  const byName = await one(`userName eq ${JSON.stringify(userName)}`, users, context);
  const { externalId } = byName ? (JSON.parse(byName.document) as JsonObject) : {};
  return typeof externalId === "string" && keys.has(externalId) ? undefined : byName;
}

async function one(
  filter: string,
  users: UserDirectory,
  context: RequestContext,
): Promise<StoredUser | undefined> {
  const page = await users.list(context, {
    filter: parseFilter(userResource, filter),
    start: { kind: "index", startIndex: 1 },
    count: 1,
  });
  return page.items[0];
}
