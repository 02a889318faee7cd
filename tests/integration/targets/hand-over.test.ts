import type { Actual } from "../../../src/reconcile/target-values.ts";
import { calmly, create, newRef, openOrganisation, person, type TestOrganisation } from "./organisation.ts";

/*
 * What belongs to a leaver goes to somebody, where the organisation has the product for it and the operator
 * wants it.
 */

const HAND_OVER = { to: "manager", reason: "1" } as const;
const TERMINATE = "/v1.0/hrm/processes/terminateAndHandOver";
const DELETE = "/topapi/v2/user/delete";

let organisation: TestOrganisation;
afterEach(() => organisation.close());

const callsOf = async () => {
  const calls = await organisation.calls();
  return { terminate: calls[TERMINATE] ?? 0, delete: calls[DELETE] ?? 0 };
};
const isThere = async (userid: string) =>
  (await organisation.state()).users.some((user) => user["userid"] === userid);

async function leaverOf(
  handOver: typeof HAND_OVER & { readonly otherwise?: string },
  hasManager: boolean,
  switches: object = {},
) {
  organisation = await openOrganisation(switches);
  const target = organisation.connect({ handOver });
  const boss = await create(target, newRef("user"), person(1));
  const ref = newRef("user");
  const made = await create(target, ref, person(2, hasManager ? { manager: boss.remoteId } : {}));
  const { actual } = await target.read("user", made.remoteId, calmly);
  return { target, ref, actual: actual as Actual, boss };
}

test("somebody with a manager is removed with a hand-over to them, in one call", async () => {
  const { target, ref, actual } = await leaverOf(HAND_OVER, true);
  const { calls } = await target.remove(ref, actual, calmly);
  expect([await isThere(actual.remoteId), await callsOf()]).toEqual([false, { terminate: 1, delete: 0 }]);
  expect(calls.at(-1)).toMatchObject({ api: TERMINATE, code: "ok" });
});

test("without a manager the one who is named takes over", async () => {
  const { target, ref, actual, boss } = await leaverOf(HAND_OVER, false);
  const named = organisation.connect({ handOver: { ...HAND_OVER, otherwise: boss.remoteId } });
  await named.remove(ref, actual, calmly);
  expect([await isThere(actual.remoteId), await callsOf()]).toEqual([false, { terminate: 1, delete: 0 }]);
  expect(target).not.toBe(named);
});

test.each<[string, Parameters<typeof leaverOf>, { readonly terminate: number; readonly delete: number }]>([
  ["nobody can take over", [HAND_OVER, false], { terminate: 0, delete: 1 }],
  ["the named one is not there", [{ ...HAND_OVER, otherwise: "nobody" }, false], { terminate: 1, delete: 1 }],
  ["the product is not open to the app", [HAND_OVER, true, { hr: false }], { terminate: 1, delete: 1 }],
  [
    "the permission is missing",
    [HAND_OVER, true, { revokedPermissions: ["Hrm.Process.ReadWrite"] }],
    { terminate: 1, delete: 1 },
  ],
])("where %s, the person is removed all the same", async (_name, given, expected) => {
  const { target, ref, actual } = await leaverOf(...given);
  await target.remove(ref, actual, calmly);
  expect([await isThere(actual.remoteId), await callsOf()]).toEqual([false, expected]);
});

test("while DingTalk is busy nothing is removed without a hand-over: it is tried again", async () => {
  const { target, ref, actual } = await leaverOf(HAND_OVER, true);
  await organisation.control("faults", { match: TERMINATE, fault: "busy", times: 2 });
  await expect(target.remove(ref, actual, calmly)).rejects.toThrow();
  expect([await isThere(actual.remoteId), (await callsOf()).delete]).toEqual([true, 0]);
});

test("nothing is handed over unless the operator says so", async () => {
  organisation = await openOrganisation();
  const ref = newRef("user");
  const made = await create(organisation.target, ref, person(3));
  await organisation.target.remove(ref, made, calmly);
  expect(await callsOf()).toEqual({ terminate: 0, delete: 1 });
});
