import assert from "node:assert/strict";
import type { Answer, Resource, ScimClient } from "./client.ts";

/**
 * One requirement for a server. A case creates the resources that it needs, and throws if the server does not
 * meet the requirement.
 */
export interface Case {
  /** The source of the requirement: a section of an RFC, or a client. */
  readonly origin: string;
  readonly name: string;
  readonly run: (scim: ScimClient) => Promise<void>;
}

/** Cases with the same origin, from functions by name. */
export const casesOf = (origin: string, cases: Readonly<Record<string, Case["run"]>>): readonly Case[] =>
  Object.entries(cases).map(([name, run]) => ({ origin, name, run }));

export function answered(answer: Answer, status: number): Resource {
  assert.equal(
    answer.status,
    status,
    `expected ${status}, got ${answer.status}: ${answer.text.slice(0, 300)}`,
  );
  return answer.body;
}

/** Expects a SCIM error with this status, and this scimType or none (RFC 7644 section 3.12). */
export function refused(answer: Answer, status: number, scimType?: string): void {
  answered(answer, status);
  assert.deepEqual(answer.body.schemas, ["urn:ietf:params:scim:api:messages:2.0:Error"]);
  assert.equal(answer.body.status, String(status));
  assert.equal(answer.body.scimType, scimType);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/scim\+json/);
}

/** Expects that `actual` contains all members of `expected`. Lists must have the same length and order. */
export function has(actual: unknown, expected: unknown, path = "answer"): void {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${path} is not a list: ${JSON.stringify(actual)}`);
    assert.equal(actual.length, expected.length, `${path}: ${JSON.stringify(actual)}`);
    for (const [at, element] of expected.entries()) has(actual[at], element, `${path}[${at}]`);
  } else if (typeof expected === "object" && expected !== null) {
    assert.ok(
      typeof actual === "object" && actual !== null,
      `${path} is not an object: ${JSON.stringify(actual)}`,
    );
    for (const [name, value] of Object.entries(expected))
      has((actual as Resource)[name], value, `${path}.${name}`);
  } else
    assert.deepEqual(
      actual,
      expected,
      `${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`,
    );
}

/** The ids in a list response, in its order. */
export const idsOf = (answer: Answer): readonly string[] =>
  (answered(answer, 200).Resources as Resource[]).map((resource) => resource.id);

export const memberIds = (group: Resource): readonly string[] =>
  ((group.members ?? []) as Resource[]).map((member) => member.value as string).sort();
