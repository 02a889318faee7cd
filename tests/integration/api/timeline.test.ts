import { openProduct, type Product } from "../../support/product.ts";

interface Step {
  readonly step: string;
  readonly at: string;
  readonly targetAt?: string;
  readonly requestId?: string;
  readonly attempt?: number;
  readonly code?: string;
}

let product: Product;
let li: string;
let sales: string;
const requests: Record<string, string> = {};
const begin = new Date(Date.now() - 60_000).toISOString();

async function scim(name: string, method: string, path: string, body?: object): Promise<string> {
  const answer = await product.send(method, `/scim/v2${path}`, { body });
  expect(answer.status).toBeLessThan(300);
  requests[name] = answer.headers.get("x-request-id")!;
  return answer.body?.id;
}
const patch = (...Operations: object[]) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations,
});
const timeline = async (path: string): Promise<readonly Step[]> =>
  (await product.send("GET", `/api/${path}/timeline?count=1000`)).body.steps;
const mobile = (n: number) => [{ type: "mobile", value: `+852 9000 000${n}` }];
const ofRequest = (steps: readonly Step[], name: string) =>
  steps.filter(({ requestId }) => requestId === requests[name]);

beforeAll(async () => {
  product = await openProduct();
  li = await scim("hired", "POST", "/Users", { userName: "li", displayName: "Li", phoneNumbers: mobile(1) });
  sales = await scim("group", "POST", "/Groups", { displayName: "Sales" });
  const sync = await product.startSync();
  await product.quiet();
  await product.control("faults", { match: "/topapi/v2/user/update", fault: "busy", times: 1 });
  await scim(
    "joined",
    "PATCH",
    `/Groups/${sales}`,
    patch({ op: "add", path: "members", value: [{ value: li }] }),
  );
  await product.quiet();
  await scim("left", "DELETE", `/Users/${li}`);
  await product.quiet();
  await sync.stop(1_000);
});
afterAll(() => product.close());

test("a change of a person is received, committed, planned, sent and answered, each at its time", async () => {
  const steps = await timeline(`users/${li}`);
  expect(ofRequest(steps, "hired").map(({ step, code }) => [step, code])).toEqual([
    ["received", "user.created"],
    ["committed", "user.created"],
  ]);
  const sent = steps.filter(({ attempt }) => attempt !== undefined);
  expect(sent.slice(0, 3).map(({ step, code }) => [step, code])).toEqual([
    ["planned", "create"],
    ["sent", undefined],
    ["answered", "ok"],
  ]);
  const answered = sent.find(({ step }) => step === "answered")!;
  expect(Math.abs(Date.parse(answered.targetAt!) - Date.parse(answered.at))).toBeLessThan(10_000);
  const times = steps.map(({ at }) => at);
  expect(times).toEqual([...times].sort());
});

test("what led to it comes along, and so does a try that failed", async () => {
  const steps = await timeline(`users/${li}`);
  expect(ofRequest(steps, "joined").map(({ step, code }) => [step, code])).toEqual([
    ["received", "group.members"],
    ["committed", "group.members"],
  ]);
  const tries = steps.filter(({ step }) => step === "answered").map(({ attempt, code }) => [attempt, code]);
  expect(tries.filter(([attempt, code]) => attempt === 2 && code === "ok")).toHaveLength(1);
});

test("a group's plans and answers are those of its department", async () => {
  const steps = await timeline(`groups/${sales}`);
  expect(ofRequest(steps, "group").map(({ step }) => step)).toEqual(["received", "committed"]);
  expect(steps.filter(({ attempt }) => attempt !== undefined).map(({ step, code }) => [step, code])).toEqual([
    ["planned", "create"],
    ["sent", undefined],
    ["answered", "ok"],
  ]);
});

test("pages hold every step once", async () => {
  const all = await timeline(`users/${li}`);
  const seen = new Set<string>();
  for (let after = "", first = true; first || after; first = false) {
    const { body } = await product.send(
      "GET",
      `/api/users/${li}/timeline?count=2${after ? `&after=${after}` : ""}`,
    );
    for (const { step, event } of body.steps) seen.add(`${step} ${event}`);
    after = body.next ?? "";
  }
  expect(seen.size).toBe(all.length);
});

test("a leaver has the four times and the verdict", async () => {
  const to = new Date(Date.now() + 60_000).toISOString();
  const { body } = await product.send("GET", `/api/leavers?from=${begin}&to=${to}`);
  expect(body).toMatchObject({ limitMinutes: 60, leavers: [{ id: li, state: "out", inTime: true }] });
  const [{ received, committed, sent, answered, minutes }] = body.leavers;
  expect([received, committed, sent, answered]).toEqual([received, committed, sent, answered].sort());
  expect(minutes).toBeLessThan(3);
  expect((await product.send("GET", `/api/leavers?from=${to}&to=${to}`)).body.leavers).toEqual([]);
});

test("who is held is told so", async () => {
  const people = await Promise.all(
    Array.from(
      { length: 8 },
      async (_, n) =>
        (
          await product.send("POST", "/scim/v2/Users", {
            body: { userName: `p${n}`, displayName: `P ${n}`, phoneNumbers: mobile(2 + n) },
          })
        ).body.id,
    ),
  );
  const sync = await product.startSync({ POLICY_FILE: "" });
  await product.quiet();
  for (const id of people) await product.send("DELETE", `/scim/v2/Users/${id}`);
  await product.quiet();
  await sync.stop(1_000);
  const held = await Promise.all(
    people.map(async (id) => (await timeline(`users/${id}`)).filter(({ step }) => step === "held")),
  );
  const { rows } = await product.pool.query("select entity_id as id from hold_members");
  expect(rows.length).toBeGreaterThan(0);
  for (const [at, id] of people.entries()) {
    const wanted = rows.some((row) => row.id === id);
    expect(held[at]!.map(({ code }) => code)).toEqual(wanted ? ["peopleRemoved"] : []);
  }
});

test("a group whose department is held says so", async () => {
  const groups: string[] = [];
  for (let n = 0; n < 6; n++)
    groups.push(
      (await product.send("POST", "/scim/v2/Groups", { body: { displayName: `Team ${n}` } })).body.id,
    );
  const sync = await product.startSync({ POLICY_FILE: "" });
  await product.quiet();
  for (const id of groups) await product.send("DELETE", `/scim/v2/Groups/${id}`);
  await product.quiet();
  await sync.stop(1_000);
  const { rows } = await product.pool.query("select from hold_members where kind = 'department'");
  const steps = await Promise.all(groups.map((id) => timeline(`groups/${id}`)));
  const held = steps
    .map((each) => each.filter(({ step }) => step === "held").map(({ code }) => code))
    .filter((codes) => codes.length > 0);
  expect(rows.length).toBeGreaterThan(0);
  expect(held).toEqual(rows.map(() => ["departmentsRemoved"]));
  // The page of the deletion alone.
  const pages = groups.map(async (id) => {
    const { body: first } = await product.send("GET", `/api/groups/${id}/timeline?count=1`);
    const { body: second } = await product.send(
      "GET",
      `/api/groups/${id}/timeline?count=1&after=${first.next}`,
    );
    return second.steps.filter(({ step }: Step) => step === "held").map(({ code }: Step) => code);
  });
  expect((await Promise.all(pages)).filter((codes) => codes.length > 0)).toEqual(held);
});

test("whom the history does not know is 404", async () => {
  for (const path of [
    "users/2819c223-7f76-453a-919d-413861904646",
    "users/li",
    "groups/2819c223-7f76-453a-919d-413861904646",
  ])
    expect((await product.send("GET", `/api/${path}/timeline`)).status).toBe(404);
});
