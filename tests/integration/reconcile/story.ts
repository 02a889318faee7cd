import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import type { SweepResult } from "../../../src/reconcile/compare/count.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import type { TestEnvironment } from "../../support/test-environment.ts";
import { chart } from "./sample.ts";

/*
 * What all stories about the two sides have in common: people act in DingTalk by hand, and at the end both
 * sides have to agree.
 */

export const USER = {
  create: "/topapi/v2/user/create",
  update: "/topapi/v2/user/update",
  delete: "/topapi/v2/user/delete",
};
export const DEPARTMENT = {
  create: "/topapi/v2/department/create",
  update: "/topapi/v2/department/update",
  delete: "/topapi/v2/department/delete",
};

/**
 * An act in DingTalk's console or client. Rejects if DingTalk refuses it: a story must not depend on an act
 * that did not happen.
 */
export async function byHand(env: TestEnvironment, call: string, body: JsonObject): Promise<void> {
  const answer = await fetch(`${env.dingtalk}/_sim/edit`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ call, body }),
  });
  const text = await answer.text();
  const { errcode } = JSON.parse(text) as { errcode?: number };
  if (!answer.ok || errcode !== 0) throw new Error(`DingTalk refused ${call}: ${text}`);
}

export async function departmentOf(env: TestEnvironment, name: string): Promise<number> {
  const found = (await env.state()).departments.find((each) => each.name === name);
  if (!found) throw new Error(`DingTalk has no department ${name}`);
  return found.dept_id;
}

/** A department that somebody made in DingTalk, for themselves. */
export async function theirDepartment(env: TestEnvironment, name: string, parent = 1): Promise<number> {
  await byHand(env, DEPARTMENT.create, { name, parent_id: parent });
  const { departments } = await env.state();
  return departments.find(
    (each) => each.name === name && each.parent_id === parent && !each.source_identifier,
  )!.dept_id;
}

let strangers = 0;

/** A member whom somebody added in DingTalk. */
export async function stranger(
  env: TestEnvironment,
  name: string,
  department = 1,
  more: JsonObject = {},
): Promise<string> {
  strangers += 1;
  const userid = `stranger${strangers}`;
  const mobile = `+852-6${String(1_000_000 + strangers)}`;
  await byHand(env, USER.create, { userid, name, mobile, dept_id_list: String(department), ...more });
  return typeof more["userid"] === "string" ? more["userid"] : userid;
}

export const compare = (env: TestEnvironment): Promise<SweepResult> =>
  sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);

/** Writes that DingTalk has carried out. */
export const taken = async (env: TestEnvironment): Promise<number> =>
  (
    await env.pool.query(
      "select count(*)::int as n from history where code = 'target.outcome' and outcome = 'done'",
    )
  ).rows[0].n;

export interface Ending {
  /** Comparisons until both sides have to agree. */
  readonly comparisons?: number;
  /**
   * Entities that cannot be as they should, for a cause in DingTalk. Each comparison tries them again, in
   * vain.
   */
  readonly differing?: number;
}

/**
 * The end of a story: DingTalk looks like `expected`, and another comparison finds nothing and changes
 * nothing.
 */
export async function ends(
  env: TestEnvironment,
  expected: Readonly<Record<string, readonly string[]>>,
  { comparisons = 1, differing = 0 }: Ending = {},
) {
  await env.quiet();
  for (let n = 0; n < comparisons; n++) {
    await compare(env);
    await env.quiet();
  }
  expect(await chart(env)).toEqual(expected);
  const before = await taken(env);
  expect(await compare(env)).toMatchObject({ differing, missing: 0 });
  await env.quiet();
  expect([await taken(env), await chart(env)]).toEqual([before, expected]);
}
