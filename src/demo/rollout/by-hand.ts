import { type Company, type CompanySize, type Person, teamsOf } from "../company/company.ts";
import { mobileOf, personOf, workPhoneOf } from "../company/people.ts";
import { founded } from "../company/stages.ts";

/*
 * A company whose people were entered in DingTalk by hand before a directory was connected, with typical
 * mistakes. It depends only on size and seed.
 */

/** Kinds of mistakes. One person in twenty has one. */
export const DIRT = ["noNumber", "otherMobile", "otherName", "twin", "landline", "onlyAddress"] as const;
export type Dirt = (typeof DIRT)[number];

/** An account that an administrator entered. */
export interface Account {
  readonly userid: string;
  readonly name: string;
  readonly title: string;
  readonly mobile: string;
  readonly number?: string;
  readonly email?: string;
  /** Path of the department. The path of the root is "". */
  readonly department: string;
  /** `externalId` of the person whose account it is. Absent if the person is not in the directory. */
  readonly whose?: string;
}

export interface ByHand {
  /** The company as the source sends it first, with wrong mobile numbers. */
  readonly initial: Company;
  /** The company after the source has corrected them. */
  readonly wanted: Company;
  /** Number of people by mistake. */
  readonly dirt: Readonly<Partial<Record<Dirt, number>>>;
  /** Paths of the departments in DingTalk, parents before children. */
  readonly departments: readonly string[];
  readonly accounts: readonly Account[];
}

/** First index of phone numbers that no person of the directory has. */
const OTHER_NUMBERS = 600_000;
/** Number of departments of the directory that DingTalk does not have at the beginning. */
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
  const guests = Array.from({ length: Math.max(2, Math.round(size.users * 0.02)) }, (_, at) =>
    guest(size, at, at % 2 === 0 ? canteen : made[0]!),
  );
  return {
    wanted,
    initial: {
      ...wanted,
      people: people.map(({ person, index, dirt }) =>
        dirt === "landline" ? onLandline(size.seed, person, index) : person,
      ),
    },
    dirt: counted(people.flatMap(({ dirt }) => dirt ?? [])),
    departments: [...new Set([...made, canteen].flatMap(levels))],
    accounts: [...accounts, ...guests],
  };
}

const dirtOf = (index: number): Dirt | undefined =>
  index % 20 === 7 ? DIRT[Math.floor(index / 20) % DIRT.length] : undefined;

/**
 * Puts all departments below one, because other companies of the sandbox have departments with the same
 * names.
 */
const below = (root: string, company: Company): Company => ({
  ...company,
  teams: company.teams.map((team) => ({ ...team, displayName: `${root}/${team.displayName}` })),
});

interface Entered {
  readonly person: Person;
  readonly index: number;
  readonly dirt: Dirt | undefined;
}

function accountsOf(
  { seed }: CompanySize,
  { person, index, dirt }: Entered,
  department: string,
): readonly Account[] {
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
    // Entered twice: the second account has the same job number, but a mobile number that nobody in the
    // directory has.
    case "twin":
      return [clean, { ...nobodys, userid: `${userid}b`, mobile: otherMobile }];
    case "onlyAddress":
      return [{ ...unnumbered, mobile: otherMobile, email: person.email }];
    case "landline":
    case undefined:
      return [clean];
  }
}

/**
 * An account of a person who is not in the directory: in a department of their own, or among the people of
 * the directory.
 */
function guest({ seed }: CompanySize, at: number, department: string): Account {
  const { displayName, mobile } = personOf({ seed }, OTHER_NUMBERS * 2 + at, undefined);
  return { userid: `hand-${seed}-guest-${at + 1}`, name: displayName, title: "Guest", mobile, department };
}

const onLandline = (seed: number, person: Person, index: number): Person => ({
  ...person,
  mobile: workPhoneOf(seed, index),
});

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

const WORDS: Readonly<Record<Dirt, string>> = {
  noNumber: "without job number",
  otherMobile: "with another mobile number",
  otherName: "with another name",
  twin: "entered twice",
  landline: "with a landline number in the directory",
  onlyAddress: "with only the email address correct",
};

export const dirtText = (dirt: Readonly<Partial<Record<Dirt, number>>>): string =>
  Object.entries(dirt)
    .map(([kind, count]) => `${count} ${WORDS[kind as Dirt]}`) // the keys are those of the type
    .join(", ");
