import { silentLogger } from "../../../src/core/logger.ts";
import { type Forecast, forecast } from "../../../src/reconcile/compare/preview.ts";
import { createReconciler } from "../../../src/reconcile/run/reconciler.ts";
import type { TargetAdapter } from "../../../src/reconcile/target.ts";
import { raisedPolicy } from "../../support/policies.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import {
  type Connection,
  openTestEnvironment,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import { createRandom, createRandomDirectory } from "./random-directory.ts";
import { addGroup, change, ENTERPRISE, mobile, person, stateOf } from "./sample.ts";

/*
 * The run, the preview and the comparison conclude by the same functions, so what is foretold of an entity is
 * what its next run does.
 */

keepDatabase();
let env: TestEnvironment;
afterEach(() => env.close());

type Write = readonly [action: string, values: unknown];

/** A target that notes the writes it is asked for, and a loop that is driven one entity at a time. */
async function byHand(): Promise<Connection & { next(): Promise<boolean>; readonly compared: () => number }> {
  const connection = env.connect();
  const { store, target } = connection;
  await store.keepAlive([]);
  let writes: Write[] = [];
  const noting: TargetAdapter = {
    ...target,
    create: (ref, attributes, context) => {
      writes.push(["create", attributes]);
      return target.create(ref, attributes, context);
    },
    update: (ref, actual, set, context) => {
      writes.push(["update", set]);
      return target.update(ref, actual, set, context);
    },
    remove: (ref, actual, context) => {
      writes.push(["remove", undefined]);
      return target.remove(ref, actual, context);
    },
  };
  const reconcile = createReconciler({
    ...connection,
    target: noting,
    policy: raisedPolicy,
    mode: "sync",
    logger: silentLogger,
    random: () => 0,
    retryBaseMs: 20,
  });
  let compared = 0;
  return {
    ...connection,
    compared: () => compared,
    async next() {
      const [claim] = await store.claim(1);
      if (!claim) {
        const dueMs = await store.nextDueMs();
        return dueMs !== undefined && dueMs < 5_000;
      }
      const foretold = await forecast(connection, claim.ref);
      writes = [];
      await reconcile(claim, new AbortController().signal);
      expect({ ref: claim.ref, writes }).toEqual({ ref: claim.ref, writes: writesIn(foretold) });
      compared += 1;
      return true;
    },
  };
}

function writesIn(foretold: Forecast | undefined): readonly Write[] {
  if (foretold?.kind !== "plan") return [];
  const { plan } = foretold;
  switch (plan.action) {
    case "create":
      return [["create", plan.attributes]];
    case "update":
      return [["update", plan.set]];
    case "remove":
      return [["remove", undefined]];
    default:
      return [];
  }
}

test.each([1, 2])("what is foretold of an entity is what its run does (seed %i)", async (seed) => {
  env = await openTestEnvironment({ retryBaseMs: 20, times: { settleMs: 0 } });
  const directory = createRandomDirectory(env, createRandom(seed));
  const hand = await byHand();
  for (let round = 0; round < 6; round++) {
    for (let edit = 0; edit < 10; edit++) await directory.edit();
    while (await hand.next());
  }
  expect(await directory.differences()).toEqual([]);
  expect(hand.compared()).toBeGreaterThan(40);
});

test("a value that DingTalk refused is not foretold again", async () => {
  env = await openTestEnvironment();
  await env.control("edit", {
    call: "/topapi/v2/user/create",
    body: {
      userid: "stranger",
      name: "Stranger",
      mobile: mobile(7_000).replace(" ", "-").replace(" ", ""),
      dept_id_list: "1",
    },
  });
  const li = await env.addUser(person("Li"));
  const worker = env.startWorker();
  await env.quiet();
  await change(env, li, { title: "Head", phoneNumbers: [{ type: "mobile", value: mobile(7_000) }] });
  await env.quiet();
  await worker.stop(2_000);
  expect(await stateOf(env, "user", li)).toMatchObject({ state: "inSync" });
  expect(await forecast(env.connect(), { kind: "user", id: li })).toMatchObject({
    kind: "plan",
    plan: { action: "none" },
  });
});

test("who manages a department is foretold to wait before leaving it", async () => {
  env = await openTestEnvironment();
  const li = await env.addUser(person("Li", { [ENTERPRISE]: { employeeNumber: "N-1" } }));
  const urn = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group";
  await addGroup(env, { displayName: "Ops", [urn]: { managers: [{ value: li }] } }, [li]);
  const worker = env.startWorker();
  await env.quiet();
  await worker.stop(2_000);
  const group = (await env.pool.query("select id from groups")).rows[0].id;
  await env.groups.change(env.context, group, { members: { kind: "delta", add: [], remove: [li] } });
  expect(await forecast(env.connect(), { kind: "user", id: li })).toMatchObject({
    kind: "waiting",
    reasonCode: "stillManager",
  });
});
