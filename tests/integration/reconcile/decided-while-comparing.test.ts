import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { PROPOSE_ALL } from "../../../src/reconcile/adopt/rules.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { createAdoptionOperations } from "../../../src/store/adopt/decisions.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";
import { change, ENTERPRISE, person } from "./sample.ts";

/*
 * An operator decides about adoptions while a comparison is reading the lists of the target: what the
 * comparison has read is older than the decision.
 */

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

const byHand = (userid: string, name: string, more: JsonObject) =>
  env.control("edit", { call: "/topapi/v2/user/create", body: { userid, name, dept_id_list: "1", ...more } });
const numbered = (name: string, employeeNumber: string, more: JsonObject = {}) =>
  env.addUser(person(name, { [ENTERPRISE]: { employeeNumber }, ...more }));
const operations = () => createAdoptionOperations(env.pool, "dingtalk", testVault);
const by = () => ({ at: systemClock.now(), actor: "token:test", causes: [], target: "dingtalk" });
const told = async (): Promise<readonly string[]> =>
  (await operations().list({ count: 100 })).adoptions
    .map(({ entity, remote, state }) => `${entity.name}=${remote.id} ${state}`)
    .sort();
const idOf = async (userid: string): Promise<string> =>
  (await operations().list({ count: 100 })).adoptions.find(({ remote }) => remote.id === userid)!.id;
const accounts = async () =>
  Object.fromEntries((await env.state()).users.map(({ userid, name, title }) => [userid, [name, title]]));

/**
 * A comparison. `decide` runs once, when the page of people has been read and compared, or when it has been
 * read only.
 */
async function compare(
  decide: () => Promise<unknown> = async () => undefined,
  when: "read" | "compared" = "compared",
): Promise<void> {
  const connection = env.connect();
  const { target } = connection;
  let decided = false;
  const list: typeof target.list = async function* (kind, context) {
    for await (const page of target.list(kind, context)) {
      const now = kind === "user" && !decided;
      if (now) decided = true;
      if (now && when === "read") await decide();
      yield page;
      if (now && when === "compared") await decide();
    }
  };
  await sweep(
    { ...connection, target: { ...target, list }, clock: systemClock, policy: { adopt: PROPOSE_ALL } },
    "cli",
    new AbortController().signal,
  );
  if (!decided) throw new Error("no people were listed");
}
/** As another mode at start does. */
async function start(mode: "observe" | "sync"): Promise<void> {
  await env.pool.query(
    "update entity_states set state = 'due', next_at = now(), desired_generation = desired_generation + 1",
  );
  const worker = env.startWorker({ mode });
  await env.quiet();
  if (mode === "observe") await worker.stop(1_000);
}

describe.each(["read", "compared"] as const)("when the list has been %s", (when) => {
  test("who is accepted stays linked, and who is rejected stays rejected and gets an account of their own", async () => {
    await byHand("li.wei", "Li Wei", { job_number: "7", mobile: "+852-61110001", title: "Old" });
    await byHand("wu.fei", "Wu Fei", { job_number: "8", mobile: "+852-61110002", title: "Old" });
    await numbered("Li Wei", "7", { title: "Head" });
    const wu = await numbered("Wu Fei", "8", { title: "Clerk" });
    await start("observe");
    await compare();
    expect(await told()).toEqual(["Li Wei=li.wei proposed", "Wu Fei=wu.fei proposed"]);
    await compare(async () => {
      expect(await operations().accept(await idOf("li.wei"), by())).toMatchObject({ kind: "done" });
      expect(await operations().reject(await idOf("wu.fei"), by())).toMatchObject({ kind: "done" });
    }, when);
    expect(await told()).toEqual(["Li Wei=li.wei linked", "Wu Fei=wu.fei rejected"]);
    await start("sync");
    await compare();
    await env.quiet();
    expect(await accounts()).toEqual({
      "li.wei": ["Li Wei", "Head"],
      "wu.fei": ["Wu Fei", "Old"],
      [wu]: ["Wu Fei", "Clerk"],
    });
    expect(await told()).toEqual(["Li Wei=li.wei linked", "Wu Fei=wu.fei rejected"]);
  });

  test("who is unlinked is not linked again, and is not written", async () => {
    await byHand("li.wei", "Li Wei", { job_number: "7", mobile: "+852-61110001", title: "Old" });
    const id = await numbered("Li Wei", "7", { title: "Head" });
    await start("observe");
    await compare();
    await operations().accept(await idOf("li.wei"), by());
    await start("sync");
    expect(await accounts()).toEqual({ "li.wei": ["Li Wei", "Head"] });
    await compare(async () => {
      await change(env, id, { title: "Chief" });
      await until(async () => (await accounts())["li.wei"]?.[1] === "Chief");
      await env.quiet();
      expect(await operations().unlink({ kind: "user", id }, by())).toMatchObject({ kind: "done" });
      await change(env, id, { title: "Nobody" });
    }, when);
    await env.quiet();
    await compare();
    await env.quiet();
    expect(await accounts()).toEqual({ "li.wei": ["Li Wei", "Chief"] });
    const { rows } = await env.pool.query("select 1 from links where entity_id = $1", [id]);
    expect(rows).toEqual([]);
  });
});

async function until(done: () => Promise<boolean>): Promise<void> {
  for (const deadline = systemClock.monotonicMs() + 20_000; !(await done()); await systemClock.sleep(20))
    if (systemClock.monotonicMs() > deadline) throw new Error("it did not come about");
}
