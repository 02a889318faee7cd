import { openProduct, type Product } from "../../support/product.ts";

/* The way of a customer whose DingTalk has people already: assess, adopt, upsert, sync. */

let product: Product;
afterEach(() => product.close());

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const send = (method: string, path: string, body?: unknown) =>
  product.send(method, path, body === undefined ? {} : { body });
const edit = (call: string, body: object) => product.control("edit", { call, body });

interface RemotePerson {
  readonly userid: string;
  readonly name: string;
  readonly title?: string;
  readonly dept_id_list: readonly number[];
}
const people = async (): Promise<readonly RemotePerson[]> =>
  (await product.remote()).users as unknown as RemotePerson[];
const assessment = async () => {
  expect((await send("POST", "/api/sync/assess")).status).toBe(202);
  await product.until(async () => (await send("GET", "/api/sync/assessment")).body.state !== "running");
  const { body } = await send("GET", "/api/sync/assessment");
  expect(body.state).toBe("done");
  return body;
};
const sum = (tiers: Record<string, number>) => Object.values(tiers).reduce((total, n) => total + n, 0);

const DEPARTMENTS = ["Sales", "Finance", "Engineering", "HR", "Shops"];
const mobile = (n: number): string => `6111${String(n).padStart(4, "0")}`;
const number = (n: number): string => `E${100 + n}`;
const name = (n: number): string => (n % 10 < 2 ? "Chan Tai Man" : `Person ${n}`);

interface Dirt {
  readonly noNumber?: boolean;
  readonly otherMobile?: boolean;
  readonly onlyThere?: boolean;
}
/**
 * Of 30 people made by hand: some without job number, some with another mobile, three who are nobody of the
 * directory.
 */
const dirt = (n: number): Dirt => ({ noNumber: n % 7 === 0, otherMobile: n % 11 === 3, onlyThere: n >= 27 });

async function byHand(): Promise<void> {
  for (const each of DEPARTMENTS) await edit("/topapi/v2/department/create", { name: each, parent_id: 1 });
  const made = new Map(
    (await product.remote()).departments.map(({ name: each, dept_id }) => [each, dept_id]),
  );
  for (let n = 0; n < 30; n++) {
    const { noNumber, otherMobile } = dirt(n);
    await edit("/topapi/v2/user/create", {
      userid: `hand${n}`,
      name: name(n),
      title: "By hand",
      mobile: `+852-${otherMobile ? `6999${String(n).padStart(4, "0")}` : mobile(n)}`,
      dept_id_list: String(made.get(DEPARTMENTS[n % 5]!)),
      ...(noNumber ? {} : { job_number: number(n) }),
    });
  }
}

async function directory(): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  const members: Record<string, { value: string }[]> = Object.fromEntries(
    DEPARTMENTS.map((each) => [each, []]),
  );
  for (let n = 0; n < 33; n++) {
    if (dirt(n).onlyThere && n < 30) continue;
    const { body } = await send("POST", "/scim/v2/Users", {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
      userName: `p${n}@example.com`,
      displayName: name(n),
      title: "By the directory",
      active: true,
      phoneNumbers: [{ type: "mobile", value: `+852 ${mobile(n)}` }],
      [ENTERPRISE]: { employeeNumber: number(n) },
    });
    ids.set(`hand${n}`, body.id);
    members[DEPARTMENTS[n % 5]!]!.push({ value: body.id });
  }
  for (const displayName of DEPARTMENTS)
    await send("POST", "/scim/v2/Groups", {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
      displayName,
      members: members[displayName],
    });
  return ids;
}

test("30 people and 5 departments made by hand: nobody is made twice, no stranger is touched", async () => {
  product = await openProduct({ settings: { SYNC_MODE: "observe" } });
  await byHand();
  const before = await people();
  expect(before).toHaveLength(30);
  const observe = await product.startSync({ SYNC_MODE: "observe" });
  // Before the first SCIM client: everybody is only there, and nothing is wrong with that.
  const empty = await assessment();
  expect(empty).toMatchObject({
    findings: 0,
    people: { directory: 0, target: 30, onlyThere: { count: 30 } },
    figures: { matchable: { share: 1 } },
  });

  const ids = await directory();
  await product.quiet();
  const callsBefore = await product.calls();
  const report = await assessment();
  const calls = await product.calls();
  const cost = Object.entries(calls).flatMap(([path, count]) =>
    count === (callsBefore[path] ?? 0) ? [] : [[path, count - (callsBefore[path] ?? 0)]],
  );
  // One list of departments for each, the root among them, and one page of people for each.
  expect(Object.fromEntries(cost)).toEqual({ "/topapi/v2/department/listsub": 6, "/topapi/v2/user/list": 6 });
  expect(report).toMatchObject({
    people: {
      directory: 30,
      target: 30,
      linked: 0,
      ambiguous: { count: 0 },
      onlyHere: { count: 3 },
      onlyThere: { count: 3 },
    },
    departments: { directory: 5, target: 5, tiers: { 2: 5 } },
    accounts: { neverActivated: { count: 30 } },
  });
  expect(sum(report.people.tiers)).toBe(27);
  // One has neither number nor mobile in common, and is only likely to be the same.
  expect(report.figures.matchable).toMatchObject({ count: 26, of: 30 });
  const { at: _at, askedAt: _asked, endedAt: _ended, sources: _sources, ...again } = await assessment();
  const { at, askedAt, endedAt, sources, ...first } = report;
  expect(again).toEqual(first);
  expect(await people()).toEqual(before);

  for (const tier of [1, 2, 3, 4]) {
    const { body } = await send("GET", `/api/sync/adoptions?state=proposed&tier=${tier}&count=1000`);
    const accepted = await send("POST", "/api/sync/adoptions/accept", { tier, count: body.adoptions.length });
    expect(accepted.body.accepted).toBe(body.adoptions.length);
  }
  await product.quiet();
  expect(await people()).toEqual(before);
  await observe.stop(2_000);

  const upsert = await product.startSync({ SYNC_MODE: "upsert" });
  await product.quiet();
  await upsert.stop(2_000);
  // Nobody was made in place of the one that is only likely; now a person decides.
  expect(await people()).toHaveLength(33);
  expect((await send("GET", "/api/sync/items?reason=adoptionOpen")).body.items).toHaveLength(1);
  const [weak] = (await send("GET", "/api/sync/adoptions?state=proposed")).body.adoptions;
  expect(weak).toMatchObject({ tier: 6, strength: "weak", remote: { id: "hand14", departments: ["Shops"] } });
  await send("POST", `/api/sync/adoptions/${weak.id}/accept`);
  await product.startSync({ SYNC_MODE: "sync" });
  await product.quiet();
  const after = await people();
  expect(after).toHaveLength(33);
  const strangers = (all: readonly RemotePerson[]) =>
    all.filter(({ userid }) => /^hand(27|28|29)$/.test(userid));
  expect(strangers(after)).toEqual(strangers(before));
  const ours = after.filter(({ title }) => title === "By the directory");
  expect(ours).toHaveLength(30);
  // Old accounts are kept, with their userid; three are new under our own.
  expect(ours.filter(({ userid }) => userid.startsWith("hand"))).toHaveLength(27);
  expect(ours.filter(({ userid }) => [...ids.values()].includes(userid))).toHaveLength(3);
  expect((await product.remote()).departments).toHaveLength(6);
  const { items } = (await send("GET", "/api/sync/items?count=1000")).body;
  expect(items.filter(({ state }: { state: string }) => state !== "inSync")).toEqual([]);
}, 60_000);

test("an assessment tells what of the data will keep somebody out", async () => {
  product = await openProduct();
  const loop = await product.startSync({ SYNC_MODE: "observe" });
  const add = async (displayName: string, more: object = {}): Promise<string> => {
    const body = { userName: `${displayName}@example.com`, displayName, active: true, ...more };
    return (await send("POST", "/scim/v2/Users", body)).body.id;
  };
  const phone = (value: string) => ({ phoneNumbers: [{ type: "mobile", value }] });
  await edit("/topapi/v2/user/create", {
    userid: "left",
    name: "Gone",
    mobile: "+852-61119999",
    dept_id_list: "1",
  });
  await add("Gone", { ...phone("+852 6111 9999"), active: false });
  await add("None");
  await add("Landline", phone("+852 2111 0001"));
  await add("One", { ...phone("+852 6111 0001"), emails: [{ type: "work", value: "one@gmail.com" }] });
  await add("Two", phone("+852 6111 0001"));
  const a = await add("Above", phone("+852 6111 0003"));
  const b = await add("Below", {
    ...phone("+852 6111 0004"),
    [ENTERPRISE]: { manager: { value: a }, costCenter: "CC1" },
  });
  await send("PATCH", `/scim/v2/Users/${a}`, {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "add", path: `${ENTERPRISE}:manager`, value: { value: b } }],
  });
  await add("Lost", { ...phone("+852 6111 0005"), [ENTERPRISE]: { manager: { value: "nobody" } } });
  await product.quiet();
  const report = await assessment();
  expect(report).toMatchObject({
    mobiles: {
      missing: { count: 1, items: [{ name: "None" }] },
      impossible: { count: 1, items: [{ name: "Landline" }] },
      shared: { count: 2 },
    },
    managers: { notFound: { count: 1, items: [{ name: "Lost", detail: "nobody" }] }, loop: { count: 2 } },
    accounts: { leavers: { count: 1, items: [{ name: "Gone", remoteId: "left" }] } },
    customFields: { count: 1, items: [{ name: "Cost centre" }] },
    privateAddresses: { count: 1, items: [{ name: "One", detail: "gmail.com" }] },
    sources: [expect.objectContaining({ changedInADay: expect.any(Number) })],
    permissions: [],
  });
  expect(report.findings).toBeGreaterThan(5);
  await loop.stop(2_000);
});

test("nothing was asked for is 404, and asking is for operators", async () => {
  product = await openProduct();
  expect((await send("GET", "/api/sync/assessment")).status).toBe(404);
  const token = await product.token(["history:read"]);
  expect((await product.send("POST", "/api/sync/assess", { token })).status).toBe(403);
});
