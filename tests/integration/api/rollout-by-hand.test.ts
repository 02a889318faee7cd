import { systemClock } from "../../../src/core/clock.ts";
import { playRollout, rolloutProblems } from "../../../src/demo/rollout/play-rollout.ts";
import { openProduct, type Product } from "../../support/product.ts";

/*
 * An organisation made by hand, with 5 % dirt (with `npm run test:guard` 300 people in 30 departments):
 * assess, adopt, plan, upsert, sync, and everybody deactivated by mistake. The demo plays it and looks at
 * DingTalk after each step; what it demands is in src/demo/rollout.
 */

let product: Product;
afterEach(() => product.close());

const SILENT = { begin: () => undefined, step: () => undefined, open: () => undefined, end: () => undefined };

const PEOPLE = Number(process.env["ROLLOUT_PEOPLE"] ?? 60);

test(`${PEOPLE} people entered by hand: nobody twice, no stranger touched, nothing parked that a person could have decided`, async () => {
  product = await openProduct({ sandbox: true });
  await product.startSync();
  const result = await playRollout({
    url: product.base,
    token: product.bootstrap,
    users: PEOPLE,
    departments: PEOPLE / 10,
    seed: 1,
    perSecond: 0,
    patienceMs: 120_000,
    clock: systemClock,
    signal: new AbortController().signal,
    progress: SILENT,
  });
  process.stdout.write(
    `rollout of ${PEOPLE}: ${result.steps.map(({ name, lines }) => `${name}: ${lines.join(", ")}`).join("; ")}\n`,
  );
  expect(rolloutProblems(result)).toEqual([]);
  const { users } = await product.remote();
  const hands = users.filter(({ userid }) => userid.startsWith("hand-"));
  // The people, the twins and the guests; those who left by the mistake are there under another id.
  const nobodys = users.filter(({ userid }) => /-guest-|b$/.test(userid) && userid.startsWith("hand-"));
  expect(users).toHaveLength(PEOPLE + nobodys.length);
  expect(hands).toHaveLength(users.length - result.left.length);
  // The limit of the built-in policy: max(5, 2 %).
  expect(result.left.length).toBeLessThanOrEqual(Math.max(5, PEOPLE * 0.02));
  const parked = await product.send("GET", "/api/sync/items?state=parked");
  expect(parked.body.items).toEqual([]);
}, 600_000);
