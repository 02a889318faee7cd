import { type Faker, fakerEN, fakerEN_HK, fakerZH_CN, fakerZH_TW } from "@faker-js/faker";
import type { CompanySize, Person } from "./company.ts";

/* Synthetic people. Each depends on the seed and their own number alone, so that a bigger company of the same seed holds the smaller one. */

const TITLES = ["Clerk", "Buyer", "Accountant", "Engineer", "Designer", "Analyst", "Nurse", "店務員", "會計主任", "工程师", "客户经理"];

export function personOf({ seed }: Pick<CompanySize, "seed">, index: number, managerId: string | undefined): Person {
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

/** A stable object id of the n-th thing of a company. */
export function objectId(seed: number, index: number): string {
  return seeded(fakerEN, seed, index).string.uuid();
}

/** Unique within the company: steps through all seven-digit numbers in an order of the seed's own. */
export function mobileOf(seed: number, index: number): string {
  const digits = distinct(seed, index);
  return index % 5 < 3 ? `+852 9${digits.slice(0, 3)} ${digits.slice(3)}` : `+86 138 ${index % 10}${digits.slice(0, 3)} ${digits.slice(3)}`;
}

export function workPhoneOf(seed: number, index: number): string {
  const digits = distinct(seed, index);
  return `+852 2${digits.slice(0, 3)} ${digits.slice(3)}`;
}

const SEVEN_DIGITS = 10_000_000;
/** Has no factor in common with SEVEN_DIGITS. */
const STRIDE = 7_919;

const distinct = (seed: number, index: number): string =>
  String((seed * 104_729 + 1_234_567 + index * STRIDE) % SEVEN_DIGITS).padStart(7, "0");

/** Five in ten people have a name in Latin letters, three in traditional and two in simplified characters. */
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
