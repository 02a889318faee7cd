import { systemClock } from "../../../src/core/clock.ts";
import { storedLog } from "../../../src/history/log/sources.ts";
import { verifyLog } from "../../../src/history/log/verify.ts";
import { subjectReport } from "../../../src/privacy/subject-report.ts";
import { createLogReader } from "../../../src/store/history/log/reader.ts";
import { createSubjects } from "../../../src/store/privacy/subjects.ts";
import { beginTestLog } from "../../support/history-log.ts";
import { openProduct, type Product } from "../../support/product.ts";

/* The eight questions of docs/auditors.md, each by the call that is written there, on a small company. */

let product: Product;
let auditor: string;
let li: string;
let mei: string;
let request: string;
const begin = new Date(Date.now() - 60_000).toISOString();
let before: string;
let end: string;

const get = async (path: string, token = auditor) => {
  const answer = await product.send("GET", path, { token });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer;
};
const ask = async (filter: string) =>
  (await get(`/api/history?${new URLSearchParams({ filter })}`)).body.events;

beforeAll(async () => {
  product = await openProduct();
  const seal = await beginTestLog(product.pool);
  auditor = await product.token(["history:read", "history:personal"]);
  const add = async (userName: string, n: number) => {
    const body = {
      userName,
      displayName: userName,
      title: "Clerk",
      phoneNumbers: [{ type: "mobile", value: `+852 9000 000${n}` }],
    };
    return (await product.send("POST", "/scim/v2/Users", { body })).body.id;
  };
  [li, mei] = [await add("li", 1), await add("mei", 2)];
  const sync = await product.startSync();
  await product.quiet();
  before = new Date().toISOString();
  await product.until(async () => Date.now() > Date.parse(before) + 1);
  const body = {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", path: "title", value: "Head" }],
  };
  request = (await product.send("PATCH", `/scim/v2/Users/${li}`, { body })).headers.get("x-request-id")!;
  await product.send("DELETE", `/scim/v2/Users/${mei}`);
  await product.quiet();
  await sync.stop(1_000);
  end = new Date().toISOString();
  await seal();
});
afterAll(() => product.close());

test("1. who asked: the token and the source of the request", async () => {
  const [event] = await ask(`requestId eq "${request}"`);
  expect(event.actor).toMatch(/^token:/);
  expect(event.source).toMatch(/^[0-9a-f-]{36}$/);
});

test("2. what changed: the attribute, from what to what", async () => {
  const [event] = await ask(`subject eq "${li}" and attribute eq "title" and code eq "user.updated"`);
  expect(event.changes).toEqual({ title: { before: "Clerk", after: "Head" } });
});

test("3. when did it reach DingTalk: the steps, by both clocks", async () => {
  const { steps } = (await get(`/api/users/${li}/timeline`)).body;
  const from = steps.findIndex((step: { requestId?: string }) => step.requestId === request);
  const names = steps.slice(from).map(({ step }: { step: string }) => step);
  expect(names).toEqual(["received", "committed", "planned", "sent", "answered"]);
  expect(steps.at(-1).targetAt).toBeDefined();
});

test("4. was the leaver out in time: the four times and the verdict", async () => {
  const { leavers } = (await get(`/api/leavers?from=${begin}&to=${end}`)).body;
  expect(leavers).toMatchObject([{ id: mei, inTime: true, state: "out" }]);
});

test("5. is the list complete: the export has as many events of each code as the database counts", async () => {
  const { buckets } = (await get(`/api/history/histogram?from=${begin}&to=${end}`)).body;
  const counted: Record<string, number> = {};
  for (const { counts } of buckets)
    for (const [code, n] of Object.entries<number>(counts)) counted[code] = (counted[code] ?? 0) + n;
  const filter = `at ge "${begin}" and at lt "${end}"`;
  const { text } = await get(`/api/history/export?${new URLSearchParams({ format: "jsonl", filter })}`);
  const exported: Record<string, number> = {};
  for (const line of text.trim().split("\n")) {
    const { code } = JSON.parse(line);
    exported[code] = (exported[code] ?? 0) + 1;
  }
  expect(exported).toEqual(counted);
});

test("6. was it altered: the log verifies, and shows what an owner of the database changes", async () => {
  const [event] = await ask(`requestId eq "${request}"`);
  expect((await get(`/api/history/${event.id}/proof`)).text).toContain("tlog-proof");
  const verify = () => verifyLog(storedLog(createLogReader(product.pool)));
  expect((await verify()).ok).toBe(true);
  await product.pool.query("alter table history disable trigger user");
  await product.pool.query("update history set actor = 'token:somebody' where id = $1", [event.id]);
  expect(await verify()).toMatchObject({ ok: false, fault: { event: event.id } });
  await product.pool.query("update history set actor = $2 where id = $1", [event.id, event.actor]);
  expect((await verify()).ok).toBe(true);
});

test("7. how did it look on that day: as the directory and DingTalk were", async () => {
  const { resource, target } = (await get(`/api/users/${li}?at=${before}`)).body;
  expect([resource.title, target.attributes.title]).toEqual(["Clerk", "Clerk"]);
  const organisation = (await get(`/api/organisation?at=${before}`)).body;
  expect(organisation.people.map(({ id }: { id: string }) => id).sort()).toEqual([li, mei].sort());
  const { left, changed } = (await get(`/api/organisation/difference?from=${before}&to=${end}`)).body;
  expect([left, changed.map(({ id }: { id: string }) => id)]).toEqual([[{ id: mei }], [li]]);
});

test("8. what do you hold on me: everything that is held, and who looked", async () => {
  await get(`/api/users/${li}`);
  const records = await createSubjects(product.pool, systemClock).records(li);
  const events = (await ask(`subject eq "${li}"`)).map((event: { at: string }) => ({
    ...event,
    at: new Date(event.at),
  }));
  const report = subjectReport(records!, events, systemClock.now());
  expect(report.directory!.document["title"]).toBe("Head");
  expect(report.reads.length).toBeGreaterThan(0);
});

test("the evidence pack proves its sample", async () => {
  const { id } = (
    await product.send("POST", "/api/evidence", { token: auditor, body: { from: begin, to: end, seed: 1 } })
  ).body;
  await product.until(
    async () => (await product.send("GET", `/api/evidence/${id}`, { token: auditor })).status === 200,
  );
  const answer = await fetch(`${product.base}/api/evidence/${id}`, {
    headers: { authorization: `Bearer ${auditor}` },
  });
  const zip = Buffer.from(await answer.arrayBuffer()).toString("latin1");
  // Names of files stand in a zip as they are.
  for (const event of await ask('code eq "user.deleted" or code eq "user.updated"'))
    expect(zip).toContain(`proofs-${event.id}.tlog-proof`);
  expect(zip).toContain("checkpoint.txt");
});
