import type { Expected, ExpectedPerson } from "./expected.ts";

/** One difference between the directory and DingTalk. */
export interface Difference {
  readonly what: string;
  readonly attribute: string;
  readonly directory: string;
  readonly dingtalk: string;
}

export const inWords = ({ what, attribute, directory, dingtalk }: Difference): string =>
  `${what}: ${attribute} is ${directory} in the directory, ${dingtalk} in DingTalk`;

const ATTRIBUTES = [
  "name",
  "title",
  "job_number",
  "mobile",
  "email",
  "telephone",
  "manager_userid",
  "hide_mobile",
  "departments",
] as const satisfies readonly (keyof ExpectedPerson)[];

/** Compares all attributes, and finds missing and extra people and departments. */
export function compare(wanted: Expected, actual: Expected): readonly Difference[] {
  const people = [...new Set([...wanted.people.keys(), ...actual.people.keys()])];
  const departments = [...new Set([...wanted.departments, ...actual.departments])];
  return [
    ...people.flatMap((id) => comparePerson(id, wanted.people.get(id), actual.people.get(id))),
    ...departments
      .filter((path) => wanted.departments.has(path) !== actual.departments.has(path))
      .map((path) => presence(`department ${path}`, wanted.departments.has(path))),
  ];
}

function comparePerson(
  id: string,
  wanted: ExpectedPerson | undefined,
  actual: ExpectedPerson | undefined,
): readonly Difference[] {
  const what = `${wanted?.name ?? actual?.name} (${id})`;
  if (!wanted || !actual) return [presence(what, wanted !== undefined)];
  return ATTRIBUTES.filter((attribute) => wanted[attribute] !== actual[attribute]).map((attribute) => ({
    what,
    attribute,
    directory: wanted[attribute] ?? "–",
    dingtalk: actual[attribute] ?? "–",
  }));
}

const presence = (what: string, isWanted: boolean): Difference => ({
  what,
  attribute: "presence",
  directory: isWanted ? "present" : "absent",
  dingtalk: isWanted ? "absent" : "present",
});
