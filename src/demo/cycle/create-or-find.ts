import type { JsonObject } from "../../core/entity.ts";
import type { Person, Team } from "../company/company.ts";
import { DemoFailed } from "../failure.ts";
import { objects, text } from "../server/directory.ts";
import * as entra from "../server/requests.ts";
import type { CycleDeps } from "./cycle.ts";
import { attributesIn, type KnownTeam, type KnownUser } from "./memory.ts";
import { acknowledge, answered, CONFLICT, requireAnswer } from "./send.ts";

interface Sought<Known> {
  /** The name by which it is searched. */
  readonly name: string;
  readonly match: entra.ScimRequest;
  readonly create: entra.ScimRequest;
  /** What to remember: from the resource that was found, else from the one that was created. */
  known(id: string, found?: JsonObject): Known;
  /**
   * What an earlier cycle remembered. Used if the search finds nothing, because the object was renamed in the
   * meantime.
   */
  readonly otherwise?: Known | undefined;
}

/**
 * Searches an object, and creates it if it is not found. If the create gets no answer or a conflict, searches
 * again, 20 times at most.
 */
export async function createOrFind<Known>(
  { http, acknowledged }: CycleDeps,
  sought: Sought<Known>,
  fresh = false,
): Promise<Known> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const look = !fresh || attempt > 1;
    const found = look ? objects((await requireAnswer(http, sought.match)).body.Resources)[0] : undefined;
    if (found) return sought.known(text(found.id), found);
    if (sought.otherwise) return sought.otherwise;
    const made = await answered(http, sought.create);
    if (!made || made.status === CONFLICT) continue;
    acknowledge(acknowledged, sought.create, made);
    return sought.known(text(made.body.id));
  }
  throw new DemoFailed(`${sought.name} can neither be found nor created`);
}

export const soughtPerson = (person: Person, before: KnownUser | undefined): Sought<KnownUser> => ({
  name: person.userName,
  match: entra.matchUser(person.userName),
  create: entra.createUser(person),
  known: (id, found) => ({
    id,
    attributes: found ? attributesIn(found) : entra.attributesOf(person),
    managerId: found ? before?.managerId : undefined,
  }),
});

export const soughtTeam = (team: Team, before: KnownTeam | undefined): Sought<KnownTeam> => ({
  name: team.displayName,
  match: entra.matchTeam(team.displayName),
  create: entra.createTeam(team),
  known: (id, found) => ({
    id,
    displayName: found ? text(found.displayName) : team.displayName,
    members: (found && before?.members) ?? new Set(),
  }),
  otherwise: before,
});

const MOST_ATTEMPTS = 20;
