import type { Company, CompanySize, Person } from "../company/company.ts";
import { teamsOf } from "../company/company.ts";
import { mobileOf, personOf, workPhoneOf } from "../company/people.ts";
import { founded } from "../company/stages.ts";

/*
 * A company that was in DingTalk before any directory was connected: the same people, entered by hand, with the mistakes of years. All of it follows from size
 * and seed.
 */

/** What is wrong with one in twenty. */
export const DIRT = ["noNumber", "otherMobile", "otherName", "twin", "landline", "onlyAddress"] as const;
export type Dirt = (typeof DIRT)[number];

/** Somebody as an administrator has entered them. */
export interface Account {
  readonly userid: string;
  readonly name: string;
  readonly title: string;
  readonly mobile: string;
  readonly number?: string;
  readonly email?: string;
  /** Path; the root is an empty text. */
  readonly department: string;
  /** `externalId` of the person of the directory; nobody of a stranger. */
  readonly whose?: string;
}

export interface ByHand {
  /** The company as the directory tells it at first, with mistakes of its own. */
  readonly told: Company;
  /** After the source has corrected them. */
  readonly wanted: Company;
  readonly dirt: Readonly<Partial<Record<Dirt, number>>>;
  /** Paths, parents before children. */
  readonly departments: readonly string[];
  readonly accounts: readonly Account[];
}

/** Numbers of telephones that nobody of the directory has. */
const OTHER_NUMBERS = 600_000;
/** Departments of the directory that DingTalk does not have yet. */
const NEW_DEPARTMENTS = 2;

export function byHand(size: CompanySize): ByHand {
  const wanted = below(`Company ${size.seed}`, founded(size));
  const paths = wanted.teams.map(({ displayName }) => displayName);
  const made = paths.slice(0, Math.max(1, paths.length - NEW_DEPARTMENTS));
  const canteen = `Company ${size.seed}/Canteen`;
  const people = wanted.people.map((person, index) => ({ person, index, dirt: dirtOf(index) }));
  const accounts = people.flatMap(({ person, index, dirt }) =>
    accountsOf(size, { person, index, dirt }, departmentOf(wanted, made, person)),
  );
  const strangers = Array.from({ length: Math.max(2, Math.round(size.users * 0.02)) }, (_, at) =>
    stranger(size, at, at % 2 === 0 ? canteen : made[0]!),
  );
  return {
    wanted,
    told: {
      ...wanted,
      people: people.map(({ person, index, dirt }) => (dirt === "landline" ? onLandline(size.seed, person, index) : person)),
    },
    dirt: counted(people.flatMap(({ dirt }) => dirt ?? [])),
    departments: [...new Set([...made, canteen].flatMap(levels))],
    accounts: [...accounts, ...strangers],
  };
}

const dirtOf = (index: number): Dirt | undefined => (index % 20 === 7 ? DIRT[Math.floor(index / 20) % DIRT.length] : undefined);

/** A tree of its own: other companies of the sandbox have departments of the same names. */
const below = (root: string, company: Company): Company => ({
  ...company,
  teams: company.teams.map((team) => ({ ...team, displayName: `${root}/${team.displayName}` })),
});

interface Entered {
  readonly person: Person;
  readonly index: number;
  readonly dirt: Dirt | undefined;
}

function accountsOf({ seed }: CompanySize, { person, index, dirt }: Entered, department: string): readonly Account[] {
  const userid = `hand-${seed}-${index + 1}`;
  const clean: Account = {
    userid,
    name: person.displayName,
    title: index % 3 === 0 ? person.title : "Staff",
    mobile: person.mobile,
    number: person.employeeNumber,
    department,
    whose: person.externalId,
  };
  const otherMobile = mobileOf(seed, OTHER_NUMBERS + index);
  const { number, ...unnumbered } = clean;
  const { whose, ...nobodys } = clean;
  switch (dirt) {
    case "noNumber":
      return [unnumbered];
    case "otherMobile":
      return [{ ...clean, mobile: otherMobile }];
    case "otherName":
      return [{ ...clean, name: `${person.displayName} (old)` }];
    // Somebody was entered twice: the second account is nobody's, but nothing says so except the number that is still in use.
    case "twin":
      return [clean, { ...nobodys, userid: `${userid}b`, mobile: otherMobile }];
    case "onlyAddress":
      return [{ ...unnumbered, mobile: otherMobile, email: person.email }];
    case "landline":
    case undefined:
      return [clean];
  }
}

/** Nobody of the directory: a cook in a department of their own, a contractor among our people. */
function stranger({ seed }: CompanySize, at: number, department: string): Account {
  const { displayName, mobile } = personOf({ seed }, OTHER_NUMBERS * 2 + at, undefined);
  return { userid: `hand-${seed}-guest-${at + 1}`, name: displayName, title: "Guest", mobile, department };
}

const onLandline = (seed: number, person: Person, index: number): Person => ({ ...person, mobile: workPhoneOf(seed, index) });

function departmentOf(company: Company, made: readonly string[], person: Person): string {
  const paths = teamsOf(company, person.externalId).map(({ displayName }) => displayName);
  return paths.find((path) => made.includes(path)) ?? "";
}

function levels(path: string): readonly string[] {
  const names = path.split("/");
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

function counted(dirt: readonly Dirt[]): Partial<Record<Dirt, number>> {
  const counts: Partial<Record<Dirt, number>> = {};
  for (const each of dirt) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}
