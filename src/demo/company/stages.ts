import { type Company, type CompanySize, type Person, type Team, teamsOf } from "./company.ts";
import { departmentPaths } from "./departments.ts";
import { mobileOf, objectId, personOf, workPhoneOf } from "./people.ts";

/*
 * The three states of the company: founded, changed, and after people have left. They depend only on size and
 * seed.
 */

/** First index of the object ids of teams. No person has an index this high. */
const TEAM_NUMBERS = 1_000_000;
/** First index of the phone numbers that people get in the change cycle. */
const LATER_NUMBERS = 500_000;
/** Number of people who report to one manager. */
const SPAN = 7;

export function founded(size: CompanySize): Company {
  const paths = departmentPaths(size.departments);
  const people = Array.from({ length: size.users }, (_, index) => {
    const above = index === 0 ? undefined : objectId(size.seed, Math.floor((index - 1) / SPAN));
    return {
      ...personOf(size, index, above),
      department: lastName(paths[index % Math.max(1, paths.length)] ?? ""),
    };
  });
  const teams = paths.map((displayName, team) => ({
    externalId: objectId(size.seed, TEAM_NUMBERS + team),
    displayName,
    members: people
      .filter((_, index) => belongs(index, team, paths.length))
      .map(({ externalId }) => externalId),
  }));
  return { people, teams };
}

/** One person in seventeen has no department, and every tenth has a second one. */
const belongs = (index: number, team: number, teams: number): boolean =>
  index % 17 !== 16 && (index % teams === team || (index % 10 === 3 && (index + 4) % teams === team));

/**
 * Changes titles, names, numbers, addresses, managers and departments. Adds joiners, and renames one
 * department of the second and one of the third level.
 */
export function changed(size: CompanySize, before: Company): Company {
  const joiners = Array.from({ length: Math.max(1, Math.round(size.users * 0.02)) }, (_, index) => ({
    ...personOf(size, size.users + index, before.people[0]?.externalId),
    department: lastName(before.teams[0]?.displayName ?? ""),
  }));
  const people = before.people.map((person, index) => changedPerson(size.seed, person, index, before));
  const teams = before.teams.map((team, index) => renamed(size.seed, team, index));
  const joined = { people: [...people, ...joiners], teams: withMembers(teams, 0, joiners) };
  return moves(joined, size);
}

function changedPerson(seed: number, person: Person, index: number, company: Company): Person {
  const later = LATER_NUMBERS + index;
  switch (index % 20) {
    case 1:
    case 11:
      return { ...person, title: `Senior ${person.title}` };
    case 4:
      return { ...person, mobile: mobileOf(seed, later) };
    case 6:
      return { ...person, email: person.email.replace("@", "@mail.") };
    case 8:
      return { ...person, familyName: "Chan", displayName: `${person.givenName} Chan` };
    case 10:
      return index < SPAN ? person : { ...person, managerId: company.people[0]!.externalId };
    case 14:
      return { ...person, title: "Team lead", workPhone: workPhoneOf(seed, later) };
    default:
      return person;
  }
}

/**
 * Renames a department without children, and one with children. The children keep their paths, so their
 * parent is then a new department with the old name. The new names contain the seed, so no other company has
 * them.
 */
const renamed = (seed: number, team: Team, index: number): Team =>
  index === 1 || index === 4 ? { ...team, displayName: `${team.displayName} Group ${seed}` } : team;

/** Moves every fourteenth person who is in a department to the next department. */
function moves({ people, teams }: Company, size: CompanySize): Company {
  const placed = new Set(teams.flatMap(({ members }) => members));
  const moving = people.filter(
    ({ externalId }, index) => index % 14 === 2 && index < size.users && placed.has(externalId),
  );
  const leaving = new Set(moving.map(({ externalId }) => externalId));
  const moved = teams.map((team, place) => {
    const previous = teams[(place + teams.length - 1) % teams.length]!;
    const arriving = previous.members.filter((member) => leaving.has(member));
    return {
      ...team,
      members: [...new Set([...team.members.filter((member) => !leaving.has(member)), ...arriving])],
    };
  });
  const company = { people, teams: moved };
  return {
    ...company,
    people: people.map((person) => (leaving.has(person.externalId) ? inNewTeam(company, person) : person)),
  };
}

const inNewTeam = (company: Company, person: Person): Person => ({
  ...person,
  department: lastName(teamsOf(company, person.externalId)[0]?.displayName ?? ""),
});

/** Deactivates some people and deletes others, with a manager in each group. Deletes one department. */
export function afterLeavers(before: Company): Company {
  const gone = new Set(
    before.people.filter((_, index) => index % 29 === 2).map(({ externalId }) => externalId),
  );
  const people = before.people
    .filter(({ externalId }) => !gone.has(externalId))
    .map((person, place) => (place % 15 === 3 ? { ...person, active: false } : person));
  const teams = before.teams
    .filter((_, index) => index !== 2)
    .map((team) => ({ ...team, members: team.members.filter((member) => !gone.has(member)) }));
  return { people, teams };
}

const withMembers = (teams: readonly Team[], place: number, people: readonly Person[]): readonly Team[] =>
  teams.map((team, index) =>
    index === place
      ? { ...team, members: [...team.members, ...people.map(({ externalId }) => externalId)] }
      : team,
  );

const lastName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
