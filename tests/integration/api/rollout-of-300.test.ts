import { systemClock } from "../../../src/core/clock.ts";
import { playRollout, rolloutProblems } from "../../../src/demo/rollout/play-rollout.ts";
import { openProduct, type Product } from "../../support/product.ts";

/*
 * An organisation made by hand, 300 people in 30 departments with 5 % dirt: assess, adopt, plan, upsert, sync, and everybody deactivated by mistake. The demo
 * plays it and looks at DingTalk after each step; what it demands is in src/demo/rollout.
 */

let product: Product;
afterEach(() => product.close());

const SILENT = { begin: () => undefined, step: () => undefined, open: () => undefined, end: () => undefined };

test("300 people entered by hand: nobody twice, no stranger touched, nothing parked that a person could have decided", async () => {
  product = await openProduct({ sandbox: true });
  await product.startSync();
  const result = await playRollout({
    url: product.base,
    token: product.bootstrap,
    users: 300,
    departments: 30,
    seed: 1,
    perSecond: 0,
    patienceMs: 120_000,
    clock: systemClock,
    signal: new AbortController().signal,
    progress: SILENT,
  });
  process.stdout.write(`rollout of 300: ${result.steps.map(({ name, told }) => `${name}: ${told.join(", ")}`).join("; ")}\n`);
  expect(rolloutProblems(result)).toEqual([]);
  const { users } = await product.remote();
  const hands = users.filter(({ userid }) => userid.startsWith("hand-"));
  // 300 people, the twins and the guests; those who left by the mistake are there under another id.
  const nobodys = users.filter(({ userid }) => /-guest-|b$/.test(userid) && userid.startsWith("hand-"));
  expect(users).toHaveLength(300 + nobodys.length);
  expect(hands).toHaveLength(users.length - result.left.length);
  // 2 % of 300.
  expect(result.left.length).toBeLessThanOrEqual(6);
  const parked = await product.send("GET", "/api/sync/items?state=parked");
  expect(parked.body.items).toEqual([]);
}, 600_000);
