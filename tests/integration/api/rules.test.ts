import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { DEFAULT_POLICY } from "../../../src/policy/default-policy.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/*
 * Another mapping or policy at start: what would touch more than the limits is held as a whole, before the
 * first write.
 */

const PEOPLE = 110;

// On a busy machine: a start with its checks, a plan and a stop follow each other several times.
jest.setTimeout(120_000);

let product: Product;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(temporaryRoot(), "rules-"));
  product = await openProduct();
});
afterEach(async () => {
  await product.close();
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const limited = () => ({ POLICY_FILE: file("policy.yaml", DEFAULT_POLICY) });
const withMapping = (change: (text: string) => string) => {
  const text = change(DEFAULT_MAPPING);
  expect(text).not.toBe(DEFAULT_MAPPING);
  return { ...limited(), MAPPING_FILE: file("mapping.yaml", text) };
};
/**
 * Everybody gets the user name as the title: another value for each, so no limit of a single run would trip.
 */
const wrong = () => withMapping((text) => text.replace(/^( *title:).*$/m, "$1 user.userName"));

async function populate(count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 20)
    ids.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(20, count - at) }, async (_, i) => {
          const body = {
            userName: `p${at + i}@example.com`,
            displayName: `P${at + i}`,
            title: "Clerk",
            phoneNumbers: [{ type: "mobile", value: `+852 9${String(at + i).padStart(7, "0")}` }],
          };
          return (await product.send("POST", "/scim/v2/Users", { body })).body.id as string;
        }),
      )),
    );
  return ids;
}
const status = async () => (await product.send("GET", "/api/sync/status")).body;
const holds = async () => (await product.send("GET", "/api/sync/holds")).body.holds;
const titles = async () => new Set((await product.remote()).users.map(({ title }) => title));
const events = async (filter: string) =>
  (await product.send("GET", `/api/history?${new URLSearchParams({ filter })}`)).body.events;
const writes = async (): Promise<number> => {
  const { rows } = await product.pool.query(
    "select count(*)::int as n from history where code = 'target.intent'",
  );
  return rows[0].n;
};

async function settledWith(count: number): Promise<readonly string[]> {
  const ids = await populate(count);
  const first = await product.startSync(limited());
  await product.until(async () => (await product.remote()).users.length === count);
  await product.quiet();
  await first.stop(1_000);
  return ids;
}

test("a wrong mapping sends nothing and makes one hold, over restarts, until it is approved", async () => {
  const [someone] = await settledWith(PEOPLE);
  const before = await writes();
  const first = await product.startSync(wrong());
  await product.until(async () => (await holds()).length === 1);
  const [hold] = await holds();
  expect(hold).toMatchObject({
    state: "open",
    limit: "mappingChanged",
    count: PEOPLE,
    passed: 0,
    present: PEOPLE,
    detail: {
      exceeded: [
        { limit: "attributeBlanked", kind: "user", attribute: "title", count: PEOPLE, allowed: PEOPLE / 5 },
      ],
    },
  });
  const shown = (await product.send("GET", `/api/sync/holds/${hold.id}?count=1`)).body;
  expect(shown.entities).toMatchObject([
    { kind: "user", action: "update", name: expect.stringMatching(/^P/), done: false },
  ]);
  expect(await status()).toMatchObject({
    holds: { open: 1 },
    rulesHold: { id: hold.id, mapping: hold.detail.mapping },
  });
  expect(await events('code eq "hold.opened"')).toMatchObject([
    { detail: { hold: hold.id, limit: "mappingChanged", count: PEOPLE } },
  ]);
  expect(await events('code eq "mapping.changed"')).toHaveLength(1);

  // SCIM goes on; what it asks for waits, except that somebody leaves (leavers-while-held.test.ts).
  const body = {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", path: "title", value: "Chief" }],
  };
  expect((await product.send("PATCH", `/scim/v2/Users/${someone}`, { body })).status).toBe(200);
  await first.stop(1_000);
  const second = await product.startSync(wrong());
  await product.until(async () =>
    (await status()).processes.some(({ state }: { state: string }) => state === "resting"),
  );
  expect(await holds()).toMatchObject([{ id: hold.id, state: "open", count: PEOPLE, digest: hold.digest }]);
  expect((await status()).processes).toMatchObject([{ problems: [{ code: "rulesHeldLeaversGoOn" }] }]);
  expect(await writes()).toBe(before);

  const agreement = { digest: hold.digest, count: PEOPLE };
  const other = await product.token(["admin"]);
  expect(
    (await product.send("POST", `/api/sync/holds/${hold.id}/approve`, { body: { ...agreement, count: 1 } }))
      .status,
  ).toBe(409);
  expect((await product.send("POST", `/api/sync/holds/${hold.id}/approve`, { body: agreement })).status).toBe(
    202,
  );
  expect(
    (await product.send("POST", `/api/sync/holds/${hold.id}/approve`, { body: agreement, token: other }))
      .status,
  ).toBe(200);
  await product.until(async () => (await titles()).size === PEOPLE);
  await product.quiet();
  expect(await holds()).toMatchObject([{ id: hold.id, state: "approved" }]);
  expect((await status()).rulesHold).toBeNull();
  await second.stop(1_000);
});

test("the mapping of before dissolves it, and a process that works by it goes on all the time", async () => {
  const [someone] = await settledWith(30);
  await product.startSync(limited());
  const wrongly = await product.startSync(wrong());
  await product.until(async () => (await holds()).length === 1);
  // The one that works by the mapping of before still carries out what the source asks for.
  await product.send("DELETE", `/scim/v2/Users/${someone}`);
  await product.until(async () => (await product.remote()).users.length === 29);
  await product.quiet();
  expect(await titles()).toEqual(new Set(["Clerk"]));
  expect(await holds()).toMatchObject([{ state: "open", count: 30 }]);
  await wrongly.stop(1_000);
  await product.startSync(limited());
  await product.until(async () => (await holds())[0].state === "dissolved");
  expect(await events('code eq "hold.dissolved"')).toMatchObject([{ detail: { limit: "mappingChanged" } }]);
  expect(await titles()).toEqual(new Set(["Clerk"]));
  expect(await events('code eq "mapping.changed"')).toHaveLength(1);
});

test("of several processes one compares, and a rejected mapping stays held", async () => {
  await settledWith(30);
  const settings = wrong();
  await Promise.all([product.startSync(settings), product.startSync(settings), product.startSync(settings)]);
  await product.until(async () => (await holds()).length === 1);
  const [hold] = await holds();
  expect((await product.send("POST", `/api/sync/holds/${hold.id}/reject`)).status).toBe(200);
  const late = await product.startSync(settings);
  await product.until(
    async () =>
      (await status()).processes.filter(({ state }: { state: string }) => state === "resting").length === 4,
  );
  await late.stop(1_000);
  expect(await titles()).toEqual(new Set(["Clerk"]));
  expect(await holds()).toMatchObject([{ state: "rejected" }]);
});

test("a comment, a rule that changes nothing and one that changes few do not hold", async () => {
  await settledWith(30);
  const before = await writes();
  const started = async (settings: Record<string, string>) => {
    const running = await product.startSync(settings);
    await product.until(async () => {
      const { version } = compileMapping(readFileSync(settings["MAPPING_FILE"]!, "utf8"));
      const { rows } = await product.pool.query(
        "select written_mapping = $1 and mapping_version = $1 and marked as good from target_states",
        [version],
      );
      return rows[0].good;
    });
    await product.quiet();
    await running.stop(1_000);
  };
  await started(withMapping((text) => `# a comment\n${text}`));
  expect(await events('code eq "mapping.changed"')).toHaveLength(1);
  await started(withMapping((text) => text.replace(/^( *title:).*$/m, '$1 firstOf(user.title, "")')));
  await product.until(async () => (await events('code eq "mapping.changed"')).length === 2);
  expect(await writes()).toBe(before);
  await started(
    withMapping((text) =>
      text.replace(
        /^( *title:).*$/m,
        '$1 "user.userName == \\"p3@example.com\\" ? \\"Chief\\" : user.title"',
      ),
    ),
  );
  await product.until(async () => (await titles()).has("Chief"));
  expect(await holds()).toEqual([]);
});

test("a policy that lets many be written at once is held, by the limits of before", async () => {
  await populate(30);
  const pilot = `${DEFAULT_POLICY}\nscope:\n  where: user.userName == "p3@example.com"\n`;
  const first = await product.startSync({ POLICY_FILE: file("pilot.yaml", pilot) });
  await product.until(async () => (await product.remote()).users.length === 1);
  await product.quiet();
  await first.stop(1_000);
  const wide = { POLICY_FILE: file("wide.yaml", DEFAULT_POLICY.replace("people: 20,", "people: 1000,")) };
  const second = await product.startSync(wide);
  await product.until(async () => (await holds()).length === 1);
  const [hold] = await holds();
  expect(hold).toMatchObject({
    limit: "mappingChanged",
    count: 29,
    detail: { exceeded: [{ limit: "peopleTouched", count: 29, allowed: 19 }] },
  });
  expect((await product.remote()).users).toHaveLength(1);
  await second.stop(1_000);
  await product.startSync({ POLICY_FILE: file("pilot.yaml", pilot) });
  await product.until(async () => (await holds())[0].state === "dissolved");
  expect((await product.remote()).users).toHaveLength(1);
});

test("in observe nothing is held; raising the mode has the rules weighed", async () => {
  await settledWith(30);
  const observing = await product.startSync({ ...wrong(), SYNC_MODE: "observe" });
  await product.until(
    async () => (await product.send("GET", "/api/sync/items?state=held&count=100")).body.items.length === 30,
  );
  expect(await holds()).toEqual([]);
  await observing.stop(1_000);
  await product.send("PUT", "/api/sync/mode", { body: { mode: "observe" } });
  await product.startSync(wrong());
  await product.quiet();
  expect(await holds()).toEqual([]);
  await product.send("PUT", "/api/sync/mode", { body: { mode: "sync" } });
  await product.until(async () => (await holds()).length === 1);
  expect(await titles()).toEqual(new Set(["Clerk"]));
});
