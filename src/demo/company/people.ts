import { type Faker, fakerEN, fakerEN_HK, fakerZH_CN, fakerZH_TW } from "@faker-js/faker";
import type { CompanySize, Person } from "./company.ts";

/*
 * Synthetic people. Each depends only on the seed and their index, so a larger company of the same seed
 * contains a smaller one.
 */

const TITLES = [
  "Clerk",
  "Buyer",
  "Accountant",
  "Engineer",
  "Designer",
  "Analyst",
  "Nurse",
  "店務員",
  "會計主任",
  "工程师",
  "客户经理",
];

export function personOf(
  { seed }: Pick<CompanySize, "seed">,
  index: number,
  managerId: string | undefined,
): Person {
  const { givenName, familyName, displayName, written } = nameOf(seed, index);
  const number = String(index + 1).padStart(4, "0");
  const address = `${written}.${number}@company-${seed}.example`;
  return {
    externalId: objectId(seed, index),
    userName: address,
    active: true,
    displayName,
    givenName,
    familyName,
    title: TITLES[(index * 7 + seed) % TITLES.length]!,
    employeeNumber: `C${seed}-${number}`,
    email: address,
    mobile: mobileOf(seed, index),
    ...(index % 3 === 0 ? { workPhone: workPhoneOf(seed, index) } : {}),
    department: "",
    ...(managerId === undefined ? {} : { managerId }),
  };
}

/** The object id of a person or team. The same seed and index give the same id. */
export function objectId(seed: number, index: number): string {
  return seeded(fakerEN, seed, index).string.uuid();
}

/**
 * A mobile number that is unique in the company: `distinct` gives each index another number of seven digits.
 */
export function mobileOf(seed: number, index: number): string {
  const digits = distinct(seed, index);
  return index % 5 < 3
    ? `+852 9${digits.slice(0, 3)} ${digits.slice(3)}`
    : `+86 138 ${index % 10}${digits.slice(0, 3)} ${digits.slice(3)}`;
}

export function workPhoneOf(seed: number, index: number): string {
  const digits = distinct(seed, index);
  return `+852 2${digits.slice(0, 3)} ${digits.slice(3)}`;
}

const SEVEN_DIGITS = 10_000_000;
/** Has no common factor with SEVEN_DIGITS, so the first 10,000,000 indexes give different numbers. */
const STRIDE = 7_919;

const distinct = (seed: number, index: number): string =>
  String((seed * 104_729 + 1_234_567 + index * STRIDE) % SEVEN_DIGITS).padStart(7, "0");

/**
 * Of ten people, five have a name in Latin letters, three in traditional and two in simplified Chinese
 * characters.
 */
function nameOf(seed: number, index: number) {
  const place = index % 10;
  if (place >= 5) {
    const { person } = seeded(place < 8 ? fakerZH_TW : fakerZH_CN, seed, index);
    const [familyName, givenName] = [person.lastName(), person.firstName()];
    return { givenName, familyName, displayName: `${familyName}${givenName}`, written: "staff" };
  }
  const { person } = seeded(place < 3 ? fakerEN_HK : fakerEN, seed, index);
  const [givenName, familyName] = [person.firstName(), person.lastName()];
  const written = `${givenName}.${familyName}`.toLowerCase().replace(/[^a-z.]/g, "");
  return { givenName, familyName, displayName: `${givenName} ${familyName}`, written: written.slice(0, 20) };
}

function seeded(faker: Faker, seed: number, index: number): Faker {
  faker.seed([seed, index]);
  return faker;
}
