import type { SyncMode } from "../../../src/reconcile/policy.ts";
import { modeOrder } from "../../../src/reconcile/process/orders.ts";

/* What an order of a mode comes to, for the API and for the command line. */

type Case = readonly [
  what: string,
  order: SyncMode,
  living: readonly SyncMode[],
  lastMode: SyncMode | undefined,
  expected: object,
];

test.each<Case>([
  ["a lower mode is stored", "observe", ["sync"], "sync", { isAllowed: true, stored: "observe" }],
  ["the setting itself is no order", "sync", ["sync"], "sync", { isAllowed: true, stored: undefined }],
  [
    "the highest setting counts",
    "sync",
    ["observe", "sync"],
    "observe",
    { isAllowed: true, stored: undefined },
  ],
  ["a mode above the setting is refused", "sync", ["upsert"], "upsert", { isAllowed: false }],
  [
    "with nothing running, the mode of the last process is stored",
    "observe",
    [],
    "observe",
    { stored: "observe" },
  ],
  ["the same with a first order of all", "sync", [], undefined, { isAllowed: true, stored: "sync" }],
  ["with nothing running, a mode above the last one is refused", "sync", [], "observe", { isAllowed: false }],
])("%s", (_what, order, living, lastMode, expected) => {
  const processes = { living: living.map((mode) => ({ mode })), lastMode };
  expect(modeOrder(order, processes, "sync")).toMatchObject(expected);
});
