import type { JsonObject } from "../../../src/core/entity.ts";
import type { Random } from "./random-directory.ts";
import { ENTERPRISE, mobile } from "./sample.ts";

/*
 * What real directories are full of. Each kind can be mixed into a random directory, which knows what has to
 * come of it.
 */

export const DIRT = [
  "sharedPhones",
  "sharedMailboxes",
  "malformedValues",
  "missingMobiles",
  "oddNames",
  "twinDepartments",
  "fullDepartments",
  "lateAdministrators",
  "invitedPeople",
] as const;

export type Dirt = (typeof DIRT)[number];

/** What is odd about one person; undefined where nothing is. */
export interface PersonDirt {
  /** The name as the directory has it, and as DingTalk shows it. */
  readonly name?: readonly [written: string, shown: string];
  /** Null: none at all. A person with one that nobody can sign in with cannot be in. */
  readonly mobile?: string | null;
  readonly work?: string;
  readonly email?: string;
  readonly employeeNumber?: string;
}

/** Values that several people share, and of which each is held by one of them in DingTalk. */
export const OFFICES: readonly string[] = ["+852 2345 6789", "+852 2345 6790"];
export const MAILBOXES: readonly string[] = ["shop@example.com", "Shop@Example.com", "till@example.com"];
const BAD_ADDRESSES = ["Ann <ann@example.com>", "ann@example", "ann@example.com; bo@example.com", "n/a", "@"];
const BAD_PHONES = [
  "ask the front desk, they know where everybody sits",
  "2345 6789 / 2345 6790 / 2345 6791 (after six: 2345 6792)",
];
const BAD_NUMBERS = ["0".repeat(51), "\u202e726\u202c", "7 2 6"];
const NO_MOBILES = [
  null,
  "n/a",
  "+852 2345 6789",
  "13800138000",
  "+852 13800138000",
  "123",
  "+86 10 6555 1234",
];
const ODD_NAMES: readonly (readonly [string, string])[] = [
  [`  ${"Wing".repeat(30)}`, "Wing".repeat(20)],
  ["\u202eMoshe\u202c Levi", "Moshe Levi"],
  ["Li\u200b Na", "Li Na"],
  ["محمد علي", "محمد علي"],
  ["Cafe\u0301", "Café"],
  ["👨‍👩‍👧 Family", "👨‍👩‍👧 Family"],
  ["Chan\tTai Man\n", "Chan Tai Man"],
];

/**
 * Some of the kinds, at random. The generator is not asked where there is no dirt: a clean directory of a
 * seed stays what it was.
 */
export function dirtOf(kinds: ReadonlySet<Dirt>, random: Random): PersonDirt {
  const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const has = (kind: Dirt, share: number): boolean => kinds.has(kind) && random() < share;
  return {
    ...(has("sharedPhones", 0.7) ? { work: any(OFFICES) } : {}),
    ...(has("sharedMailboxes", 0.7) ? { email: any(MAILBOXES) } : {}),
    ...(has("malformedValues", 0.6)
      ? { email: any(BAD_ADDRESSES), work: any(BAD_PHONES), employeeNumber: any(BAD_NUMBERS) }
      : {}),
    ...(has("missingMobiles", 0.3) ? { mobile: any(NO_MOBILES) } : {}),
    ...(has("oddNames", 0.6) ? { name: any(ODD_NAMES) } : {}),
  };
}

/** The attributes that the dirt changes or adds. */
export function dirtyDocument(
  { name, mobile: number, work, email, employeeNumber }: PersonDirt,
  phone: number,
): JsonObject {
  const own = number === undefined ? mobile(phone) : number;
  return {
    ...(name ? { displayName: name[0] } : {}),
    phoneNumbers: [
      ...(own === null ? [] : [{ type: "mobile", value: own }]),
      ...(work ? [{ type: "work", value: work }] : []),
    ],
    ...(email ? { emails: [{ type: "work", value: email }] } : {}),
    ...(employeeNumber ? { [ENTERPRISE]: { employeeNumber } } : {}),
  };
}

export const canBeIn = (dirt: PersonDirt): boolean => dirt.mobile === undefined;

/** Levels of paths that are one department to DingTalk, each with another of these. */
export const TWIN_LEVELS = [
  "R-D",
  "R\u2010D",
  "SALES",
  "hk",
  "Ops\u200b",
  "Cafe\u0301",
  "Café",
  `${"x".repeat(64)}A`,
  `${"x".repeat(64)}B`,
];

/** A path as it looks in DingTalk: letter case, invisible characters and what is beyond 64 do not count. */
export const lookOf = (path: string): string =>
  path
    .split("/")
    .map((level) =>
      [
        ...level
          .normalize("NFC")
          .replaceAll(/\p{Cf}/gu, "")
          .replaceAll("\u2010", "-")
          .trim(),
      ]
        .slice(0, 64)
        .join("")
        .toLowerCase(),
    )
    .join("/");

/** Numbers whose owners are asked before they are members: every fourth. */
export const PROTECTED = Array.from(
  { length: 60 },
  (_, at) =>
    `+${mobile(4 * (at + 1)).slice(1, 4)}-${mobile(4 * (at + 1))
      .slice(5)
      .replace(" ", "")}`,
);

/** How many fit into a department. */
export const SEATS = 3;
