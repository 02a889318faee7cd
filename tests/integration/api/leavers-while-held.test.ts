import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { DEFAULT_POLICY } from "../../../src/policy/default-policy.ts";
import { createMovableClock } from "../../../src/simulator/control/movable-clock.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/*
 * A changed mapping is held at start. Leavers go on by it, if it decides about leavers as the earlier one
 * does; everything else waits.
 */

const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
const DINGTALK = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User";
const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const PEOPLE = 24;

jest.setTimeout(120_000);

let product: Product;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(temporaryRoot(), "leavers-"));
  product = await openProduct();
});
afterEach(async () => {
  await product.close();
  rmSync(folder, { recursive: true });
});

let files = 0;
function file(text: string): string {
  const path = join(folder, `${++files}.yaml`);
  writeFileSync(path, text);
  return path;
}
const earlier = (policy = DEFAULT_POLICY) => ({ POLICY_FILE: file(policy) });
/** Everybody gets the user name as the title. */
const TITLES = (text: string) => text.replace(/^( *title:).*$/m, "$1 user.userName");
const changed = ({
  mapping = TITLES,
  policy = DEFAULT_POLICY,
}: {
  mapping?: (text: string) => string;
  policy?: string;
} = {}) => ({
  POLICY_FILE: file(policy),
  MAPPING_FILE: file(mapping(DEFAULT_MAPPING)),
});

const add = async (n: number, more: object = {}): Promise<string> =>
  (
    await product.send("POST", "/scim/v2/Users", {
      body: {
        schemas: [CORE, DINGTALK, WORKER],
        userName: `p${n}@example.com`,
        displayName: `P${n}`,
        title: "Clerk",
        active: true,
        phoneNumbers: [{ type: "mobile", value: `+852 9${String(n).padStart(7, "0")}` }],
        ...more,
      },
    })
  ).body.id;
const change = (id: string, value: object) =>
  product.send("PATCH", `/scim/v2/Users/${id}`, {
    body: { schemas: [PATCH], Operations: [{ op: "replace", value }] },
  });
const status = async () => (await product.send("GET", "/api/sync/status")).body;
const holds = async (state = "open") =>
  (await product.send("GET", `/api/sync/holds?state=${state}`)).body.holds;
const codes = async (): Promise<readonly string[]> =>
  (await status()).processes.flatMap(({ problems }: { problems: { code: string }[] }) =>
    problems.map(({ code }) => code),
  );
const users = async () =>
  (await product.remote()).users as readonly { userid: string; title?: string; disable_status?: boolean }[];
const isHere = async (id: string): Promise<boolean> => (await users()).some(({ userid }) => userid === id);
const titles = async () => [...new Set((await users()).map(({ title }) => title))];
/** The writes to DingTalk since the last look, by action. */
let seen = 0;
async function actions(): Promise<readonly string[]> {
  const { rows } = await product.pool.query(
    "select detail->>'action' as action from history where code = 'target.intent' order by id",
  );
  const since = rows.slice(seen).map(({ action }) => action);
  seen = rows.length;
  return since;
}
const stateOf = async (id: string) =>
  (
    await product.pool.query(
      "select state, reason_code as reason from entity_states where kind = 'user' and entity_id = $1",
      [id],
    )
  ).rows[0];

/** People in DingTalk by the earlier rules, and no process. */
async function settled(
  more: (n: number) => object = () => ({}),
  settings: Record<string, string> = earlier(),
): Promise<readonly string[]> {
  const ids = await Promise.all(Array.from({ length: PEOPLE }, (_, n) => add(n, more(n))));
  const group = { displayName: "Sales", members: [{ value: ids[0] }] };
  await product.send("POST", "/scim/v2/Groups", { body: group });
  const first = await product.startSync(settings);
  await product.until(async () => (await users()).length === PEOPLE);
  await product.quiet();
  await first.stop(1_000);
  await actions();
  return ids;
}
async function held(settings: Record<string, string>) {
  const running = await product.startSync(settings);
  await product.until(async () =>
    (await holds()).some(({ limit }: { limit: string }) => limit === "mappingChanged"),
  );
  await product.until(async () => (await codes()).some((code) => code.startsWith("rulesHeld")));
  return running;
}
async function approve(): Promise<void> {
  const [hold] = (await holds()).filter(({ limit }: { limit: string }) => limit === "mappingChanged");
  const agreement = { digest: hold.digest, count: hold.count };
  const other = await product.token(["admin"]);
  for (const token of [product.bootstrap, other])
    await product.send("POST", `/api/sync/holds/${hold.id}/approve`, { body: agreement, token });
}

test("leavers are out within seconds, nothing else is sent, and an approval continues with everything", async () => {
  const [first, disabled, busy, second, third] = await settled((n) =>
    n === 1 ? { [DINGTALK]: { accountType: "sso" } } : {},
  );
  const running = await held(changed());
  expect((await status()).rulesHold).toMatchObject({ leaversGoOn: true });
  expect(await codes()).toEqual(["rulesHeldLeaversGoOn"]);

  const begun = systemClock.monotonicMs();
  await product.send("DELETE", `/scim/v2/Users/${first}`);
  await change(disabled!, { active: false });
  await change(busy!, { title: "Chief" });
  await change(busy!, { active: false });
  await change(busy!, { active: true });
  const newcomer = await add(PEOPLE);
  const groups = (await product.send("GET", "/scim/v2/Groups")).body.Resources;
  await product.send("DELETE", `/scim/v2/Groups/${groups[0].id}`);
  await product.send("POST", "/scim/v2/Groups", {
    body: { displayName: "Support", members: [{ value: second }] },
  });
  await product.until(async () => !(await isHere(first!)));
  await product.until(
    async () => (await users()).find(({ userid }) => userid === disabled)?.disable_status === true,
  );
  const tookMs = systemClock.monotonicMs() - begun;
  expect(tookMs).toBeLessThan(10_000);
  await product.until(async () => (await stateOf(disabled!)).reason === "rulesHeld");
  expect([...(await actions())].sort()).toEqual(["remove", "suspend"]);
  expect(await titles()).toEqual(["Clerk"]);
  expect((await product.remote()).departments.map(({ name }) => name)).toContain("Sales");
  expect([await isHere(newcomer), await isHere(busy!)]).toEqual([false, true]);

  // A restart, and another process beside it.
  await running.stop(1_000);
  await Promise.all([product.startSync(changed()), product.startSync(changed())]);
  await change(second!, { active: false });
  await product.send("DELETE", `/scim/v2/Users/${third}`);
  await product.until(async () => !(await isHere(second!)) && !(await isHere(third!)));
  expect(await actions()).toEqual(["remove", "remove"]);

  await approve();
  await product.until(async () => (await isHere(newcomer)) && (await titles()).length === PEOPLE - 3 + 1);
  await product.quiet();
  expect((await product.remote()).departments.map(({ name }) => name).sort()).toContain("Support");
  expect((await status()).rulesHold).toBeNull();
});

test("the limits count leavers while the mapping is held, for two processes together", async () => {
  const people = await settled();
  await Promise.all([held(changed()), product.startSync(changed())]);
  await Promise.all(people.slice(0, 12).map((id) => change(id, { active: false })));
  await product.until(async () =>
    (await holds()).some(
      ({ limit, count }: { limit: string; count: number }) => limit === "peopleRemoved" && count === 7,
    ),
  );
  expect((await users()).length).toBe(PEOPLE - 5);
  expect(await actions()).toEqual(["remove", "remove", "remove", "remove", "remove"]);

  // An approval of these leavers alone lets them out; the mapping stays held.
  const [hold] = (await holds()).filter(({ limit }: { limit: string }) => limit === "peopleRemoved");
  const agreement = { digest: hold.digest, count: hold.count };
  for (const token of [product.bootstrap, await product.token(["admin"])])
    await product.send("POST", `/api/sync/holds/${hold.id}/approve`, { body: agreement, token });
  await product.until(async () => (await users()).length === PEOPLE - 12);
  expect(await titles()).toEqual(["Clerk"]);
  expect(await holds()).toMatchObject([{ limit: "mappingChanged", state: "open" }]);
});

test.each([
  [
    "a grace",
    {
      policy: DEFAULT_POLICY.replace(
        "grace: { regular: 0, enterprise: 0 }",
        "grace: { regular: 1h, enterprise: 0 }",
      ),
    },
  ],
  ["a protected person", { policy: `${DEFAULT_POLICY}protect: { job_number: [7] }\n` }],
  ["a pilot", { policy: `${DEFAULT_POLICY}scope: { where: user.title == "Clerk" }\n` }],
  ["a raised limit of removals", { policy: DEFAULT_POLICY.replace("atLeast: 5", "atLeast: 50") }],
  [
    "who stays",
    {
      mapping: (text: string) =>
        TITLES(text).replace("inactive: { regular: remove }", "inactive: { regular: keep }"),
    },
  ],
  ["the end of the last day", { mapping: (text: string) => `${TITLES(text)}\nleave: { at: "18:00" }\n` }],
] as const)(
  "everything waits, leavers too, if the rules about leavers change with the mapping: %s",
  async (_what, change) => {
    const [leaver] = await settled();
    await held(changed(change));
    expect(await codes()).toEqual(["rulesHeld"]);
    expect((await status()).rulesHold).toMatchObject({ leaversGoOn: false });
    await product.send("DELETE", `/scim/v2/Users/${leaver}`);
    // Several polls of the worker.
    const looked = systemClock.monotonicMs() + 2_500;
    await product.until(async () => systemClock.monotonicMs() > looked);
    expect(await isHere(leaver!)).toBe(true);
    expect(await actions()).toEqual([]);
    await approve();
    if (_what !== "a pilot")
      await product.until(
        async () => !(await isHere(leaver!)) || (await stateOf(leaver!))?.reason === "inGrace",
      );
  },
);

test("everything waits if it is not known with which rules about leavers an earlier version has written", async () => {
  const [leaver, other] = await settled();
  await held(changed());
  // As if a process of the version before had written with other rules: it does not store this column.
  await product.pool.query("update target_states set written_policy = 'another'");
  await product.until(async () => (await codes()).includes("rulesHeld"));
  await product.send("DELETE", `/scim/v2/Users/${leaver}`);
  const looked = systemClock.monotonicMs() + 2_500;
  await product.until(async () => systemClock.monotonicMs() > looked);
  expect([await isHere(leaver!), await isHere(other!)]).toEqual([true, true]);
  expect(await actions()).toEqual([]);
});

test("who is past the last day leaves, and who gets a date is not written", async () => {
  const clock = createMovableClock(systemClock);
  const day = (days: number) =>
    new Date(systemClock.now().getTime() + days * 86_400_000).toISOString().slice(0, 10);
  const [leaver, later] = await settled((n) => (n === 0 ? { [WORKER]: { terminationDate: day(2) } } : {}));
  const running = await product.startSync(changed(), { clock });
  await product.until(async () => (await codes()).includes("rulesHeldLeaversGoOn"));
  await change(later!, { [WORKER]: { terminationDate: day(30) } });
  clock.advance(4 * 86_400_000);
  await product.until(async () => !(await isHere(leaver!)));
  expect(await actions()).toEqual(["remove"]);
  expect(await titles()).toEqual(["Clerk"]);
  await running.stop(1_000);
});

test("a grace begins, ends and is cancelled while the mapping is held", async () => {
  const policy = DEFAULT_POLICY.replace(
    "grace: { regular: 0, enterprise: 0 }",
    "grace: { regular: 0, enterprise: 24h }",
  );
  const sso = (n: number) => (n < 2 ? { [DINGTALK]: { accountType: "sso" } } : {});
  const [one, two] = await settled(sso, earlier(policy));
  const clock = createMovableClock(systemClock);
  await product.startSync(changed({ policy }), { clock });
  await product.until(async () => (await codes()).includes("rulesHeldLeaversGoOn"));
  for (const id of [one!, two!]) await change(id, { active: false });
  const off = async () => (await users()).filter(({ disable_status: is }) => is === true).length;
  await product.until(async () => (await off()) === 2);
  await change(two!, { active: true });
  clock.advance(86_400_000 + 60_000);
  await product.pool.query(
    "update links set grace_until = grace_until - interval '25 hours' where grace_until is not null",
  );
  await product.pool.query(
    "update entity_states set next_at = now() where state = 'waiting' and lease is null",
  );
  await product.until(async () => !(await isHere(one!)));
  // Whoever is active again waits disabled for the decision: to switch an account on is not the end of an
  // access.
  expect([...(await actions())].sort()).toEqual(["remove", "suspend", "suspend"]);
  expect(await isHere(two!)).toBe(true);
  await approve();
  await product.until(async () => (await off()) === 0);
});
