import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import { type Company, managerIn, type Person, type Team } from "../company/company.ts";
import { DemoFailed } from "../failure.ts";
import { object, objects, text } from "../server/directory.ts";
import { type Answer, type Http, NoAnswer } from "../server/http.ts";
import * as entra from "../server/requests.ts";
import { concurrently, WIDTH } from "./concurrently.ts";
import { attributesIn, attributesToSend, type KnownTeam, type KnownUser, type Memory } from "./memory.ts";

/* One provisioning cycle in the order of Entra: users, deleted users, groups, deleted groups, members, managers. */

export interface CycleDeps {
  readonly http: Http;
  readonly clock: Clock;
  readonly memory: Memory;
  /** Writes that the server has acknowledged, in the order of their answers. */
  readonly acknowledged: Acknowledged[];
  /** Called after each object and each reference. */
  step(): void;
}

export interface Acknowledged {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
}

export interface CyclePlan {
  /** The present state of the source directory. */
  readonly wanted: Company;
  /** Whether known objects are searched on the server again, as in a first cycle and after a restart of provisioning. */
  readonly match: boolean;
  /** Whether unknown objects are created without a search. */
  readonly fresh?: boolean;
  /** Whether unchanged values are sent too. */
  readonly resend: boolean;
}

/** Maximum number of members in one PATCH. */
const MEMBERS_AT_ONCE = 20;

/** Number of steps that the cycle reports. */
export const stepsOf = ({ wanted }: CyclePlan, { memory }: Pick<CycleDeps, "memory">): number =>
  2 * wanted.people.length +
  2 * wanted.teams.length +
  leavers(memory.users, wanted.people).length +
  leavers(memory.teams, wanted.teams).length;

export async function playCycle(deps: CycleDeps, plan: CyclePlan): Promise<void> {
  const { memory, step } = deps;
  const { wanted } = plan;
  const stepping =
    <T>(work: (item: T, index: number) => Promise<void>) =>
    async (item: T, index: number): Promise<void> => {
      await work(item, index);
      step();
    };

  await concurrently(
    wanted.people,
    WIDTH,
    stepping((person, index) => provisionUser(deps, plan, person, dialectOf(index))),
  );
  await concurrently(
    leavers(memory.users, wanted.people),
    WIDTH,
    stepping(([externalId, { id }]) => forget(deps, memory.users, externalId, entra.deleteUser(id))),
  );
  await concurrently(
    wanted.teams,
    WIDTH,
    stepping((team, index) => provisionTeam(deps, plan, team, dialectOf(index))),
  );
  await concurrently(
    leavers(memory.teams, wanted.teams),
    WIDTH,
    stepping(([externalId, { id }]) => forget(deps, memory.teams, externalId, entra.deleteTeam(id))),
  );
  await concurrently(
    wanted.teams,
    WIDTH,
    stepping((team, index) => provisionMembers(deps, plan, team, dialectOf(index))),
  );
  await concurrently(
    wanted.people,
    WIDTH,
    stepping((person, index) => provisionManager(deps, plan, person, dialectOf(index))),
  );
}

/** A tenant of Entra uses one dialect. The demo alternates, so that it tests both. */
const dialectOf = (index: number): entra.Dialect => (index % 2 === 0 ? "A" : "B");

function leavers<T>(known: ReadonlyMap<string, T>, wanted: readonly { readonly externalId: string }[]): readonly (readonly [string, T])[] {
  const staying = new Set(wanted.map(({ externalId }) => externalId));
  return [...known].filter(([externalId]) => !staying.has(externalId));
}

async function provisionUser(deps: CycleDeps, { match, fresh, resend }: CyclePlan, person: Person, dialect: entra.Dialect): Promise<void> {
  const { http, memory } = deps;
  const wanted = entra.attributesOf(person);
  let known = memory.users.get(person.externalId);
  if (match || known === undefined) known = await createOrFind(deps, soughtPerson(person, known), fresh);
  const toSend = resend ? wanted : attributesToSend(known.attributes, wanted);
  if (Object.keys(toSend).length > 0) {
    await http.scim(entra.readUser(known.id));
    await write(deps, entra.patchUser(known.id, toSend, dialect));
  }
  memory.users.set(person.externalId, { ...known, attributes: wanted });
}

interface Sought<Known> {
  /** The name by which it is searched. */
  readonly name: string;
  readonly match: entra.ScimRequest;
  readonly create: entra.ScimRequest;
  /** What to remember: from the resource that was found, else from the one that was created. */
  known(id: string, found?: JsonObject): Known;
  /** What an earlier cycle remembered. Used if the search finds nothing, because the object was renamed in the meantime. */
  readonly otherwise?: Known | undefined;
}

/** Searches an object, and creates it if it is not found. If the create gets no answer or a conflict, searches again, 20 times at most. */
async function createOrFind<Known>({ http, acknowledged }: CycleDeps, sought: Sought<Known>, fresh = false): Promise<Known> {
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

const soughtPerson = (person: Person, before: KnownUser | undefined): Sought<KnownUser> => ({
  name: person.userName,
  match: entra.matchUser(person.userName),
  create: entra.createUser(person),
  known: (id, found) => ({
    id,
    attributes: found ? attributesIn(found) : entra.attributesOf(person),
    managerId: found ? before?.managerId : undefined,
  }),
});

const soughtTeam = (team: Team, before: KnownTeam | undefined): Sought<KnownTeam> => ({
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

async function provisionTeam(deps: CycleDeps, { match, fresh, resend }: CyclePlan, team: Team, dialect: entra.Dialect): Promise<void> {
  const { http, memory } = deps;
  let known = memory.teams.get(team.externalId);
  if (match || known === undefined) known = await createOrFind(deps, soughtTeam(team, known), fresh);
  if (resend || known.displayName !== team.displayName) {
    await http.scim(entra.readTeam(known.id));
    await write(deps, entra.renameTeam(known.id, team.displayName, dialect));
  }
  memory.teams.set(team.externalId, { ...known, displayName: team.displayName });
}

async function provisionMembers(deps: CycleDeps, { resend }: CyclePlan, team: Team, dialect: entra.Dialect): Promise<void> {
  const { memory } = deps;
  const known = memory.teams.get(team.externalId)!;
  const wanted = new Set(team.members);
  const idOf = (member: string): string => memory.users.get(member)!.id;
  const leaving = [...known.members].filter((member) => !wanted.has(member) && memory.users.has(member));
  const arriving = team.members.filter((member) => resend || !known.members.has(member));
  // One batch after the other, because all change the same group.
  for (const batch of batches(leaving)) await write(deps, entra.removeMembers(known.id, batch.map(idOf), dialect));
  for (const batch of batches(arriving)) await write(deps, entra.addMembers(known.id, batch.map(idOf), dialect));
  memory.teams.set(team.externalId, { ...known, members: wanted });
}

function batches(members: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(members.length / MEMBERS_AT_ONCE) }, (_, index) =>
    members.slice(index * MEMBERS_AT_ONCE, (index + 1) * MEMBERS_AT_ONCE),
  );
}

async function provisionManager(
  deps: CycleDeps,
  { wanted, fresh, resend }: CyclePlan,
  person: Person,
  dialect: entra.Dialect,
): Promise<void> {
  const { http, memory } = deps;
  const known = memory.users.get(person.externalId)!;
  const managerId = managerIn(wanted, person);
  // Entra sends nothing about a deleted manager (docs/clients.md 1.2).
  if (managerId === undefined && person.managerId !== undefined) return;
  if (managerId === known.managerId && !(resend && managerId !== undefined)) return;
  const manager = managerId === undefined ? undefined : memory.users.get(managerId)!.id;
  const found =
    manager === undefined || fresh ? [] : objects((await requireAnswer(http, entra.hasManager(known.id, manager))).body.Resources);
  if (found.length === 0 || resend) await write(deps, entra.patchManager(known.id, manager, dialect));
  memory.users.set(person.externalId, { ...known, managerId });
}

async function forget(deps: CycleDeps, known: Map<string, unknown>, externalId: string, request: entra.ScimRequest): Promise<void> {
  await write(deps, request);
  known.delete(externalId);
}

const CONFLICT = 409;
const NOT_FOUND = 404;
const MOST_ATTEMPTS = 20;

/** The answer, also if it is a conflict. Undefined if there was no answer. */
async function answered(http: Http, request: entra.ScimRequest): Promise<Answer | undefined> {
  try {
    const answer = await http.scim(request);
    if (answer.status >= 400 && answer.status !== CONFLICT) throw refused(request, answer);
    return answer;
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
}

/** Sends a PATCH or DELETE. Both may be repeated, so a DELETE that finds nothing is done. */
async function write({ http, acknowledged }: CycleDeps, request: entra.ScimRequest): Promise<void> {
  const answer = await http.scim(request);
  if (request.method === "DELETE" && answer.status === NOT_FOUND) return;
  if (answer.status >= 400) throw refused(request, answer);
  acknowledge(acknowledged, request, answer);
}

async function requireAnswer(http: Http, request: entra.ScimRequest): Promise<Answer> {
  const answer = await http.scim(request);
  if (answer.status !== 200) throw refused(request, answer);
  return answer;
}

const refused = ({ method, path }: entra.ScimRequest, { status, body, requestId }: Answer): DemoFailed =>
  new DemoFailed(`the answer to ${method} ${path} is ${status}: ${text(object(body).detail)} (request ${requestId})`);

const acknowledge = (acknowledged: Acknowledged[], { method, path }: entra.ScimRequest, { requestId }: Answer): void =>
  void acknowledged.push({ requestId, method, path });
