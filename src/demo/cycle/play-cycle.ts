import { managerIn, type Person, type Team } from "../company/company.ts";
import { objects } from "../server/directory.ts";
import * as entra from "../server/requests.ts";
import { concurrently, WIDTH } from "./concurrently.ts";
import { createOrFind, soughtPerson, soughtTeam } from "./create-or-find.ts";
import type { CycleDeps, CyclePlan } from "./cycle.ts";
import { attributesToSend } from "./memory.ts";
import { requireAnswer, write } from "./send.ts";

/*
 * One provisioning cycle in the order of Entra: users, deleted users, groups, deleted groups, members,
 * managers.
 */

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

function leavers<T>(
  known: ReadonlyMap<string, T>,
  wanted: readonly { readonly externalId: string }[],
): readonly (readonly [string, T])[] {
  const staying = new Set(wanted.map(({ externalId }) => externalId));
  return [...known].filter(([externalId]) => !staying.has(externalId));
}

async function provisionUser(
  deps: CycleDeps,
  { match, fresh, resend }: CyclePlan,
  person: Person,
  dialect: entra.Dialect,
): Promise<void> {
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

async function provisionTeam(
  deps: CycleDeps,
  { match, fresh, resend }: CyclePlan,
  team: Team,
  dialect: entra.Dialect,
): Promise<void> {
  const { http, memory } = deps;
  let known = memory.teams.get(team.externalId);
  if (match || known === undefined) known = await createOrFind(deps, soughtTeam(team, known), fresh);
  if (resend || known.displayName !== team.displayName) {
    await http.scim(entra.readTeam(known.id));
    await write(deps, entra.renameTeam(known.id, team.displayName, dialect));
  }
  memory.teams.set(team.externalId, { ...known, displayName: team.displayName });
}

async function provisionMembers(
  deps: CycleDeps,
  { resend }: CyclePlan,
  team: Team,
  dialect: entra.Dialect,
): Promise<void> {
  const { memory } = deps;
  const known = memory.teams.get(team.externalId)!;
  const wanted = new Set(team.members);
  const idOf = (member: string): string => memory.users.get(member)!.id;
  const leaving = [...known.members].filter((member) => !wanted.has(member) && memory.users.has(member));
  const arriving = team.members.filter((member) => resend || !known.members.has(member));
  // One batch after the other, because all change the same group.
  for (const batch of batches(leaving))
    await write(deps, entra.removeMembers(known.id, batch.map(idOf), dialect));
  for (const batch of batches(arriving))
    await write(deps, entra.addMembers(known.id, batch.map(idOf), dialect));
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
    manager === undefined || fresh
      ? []
      : objects((await requireAnswer(http, entra.hasManager(known.id, manager))).body.Resources);
  if (found.length === 0 || resend) await write(deps, entra.patchManager(known.id, manager, dialect));
  memory.users.set(person.externalId, { ...known, managerId });
}

async function forget(
  deps: CycleDeps,
  known: Map<string, unknown>,
  externalId: string,
  request: entra.ScimRequest,
): Promise<void> {
  await write(deps, request);
  known.delete(externalId);
}
