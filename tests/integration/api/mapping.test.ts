import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/* The mapping file as people look at it. */

const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-mapping-"));
const file = join(folder, "mapping.yaml");

let product: Product;
let id: string;
beforeAll(async () => {
  writeFileSync(file, DEFAULT_MAPPING);
  product = await openProduct({ settings: { MAPPING_FILE: file } });
  const add = (userName: string, mobile: string, more: object = {}) =>
    product.send("POST", "/scim/v2/Users", {
      body: { userName, displayName: userName, phoneNumbers: [{ type: "mobile", value: mobile }], ...more },
    });
  id = (await add("li@example.com", "+852 9123 4567", { title: "Clerk" })).body.id;
  await add("odd@example.com", "call me");
});
afterAll(async () => {
  await product.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => writeFileSync(file, DEFAULT_MAPPING));

const get = (path: string, options: Parameters<Product["send"]>[2] = {}) =>
  product.send("GET", `/api/mapping${path}`, options);
const ruleOf = (body: { explanations: { attribute: string }[] }, name: string) =>
  body.explanations.find(({ attribute }) => attribute === name);

async function session(): Promise<{ readonly cookie: string }> {
  const opened = await product.send("POST", "/auth/session", {
    token: "",
    body: { token: product.bootstrap },
  });
  return { cookie: opened.headers.getSetCookie()[0]!.split(";")[0]! };
}

test("the file is shown with its rules and its version", async () => {
  const { body } = await get("");
  expect(body).toMatchObject({
    file,
    text: DEFAULT_MAPPING,
    problems: [],
    settings: { region: "HK", from: "groups" },
  });
  expect(body.version).toMatch(/^[0-9a-f]{12}$/);
  expect(body.rules).toContainEqual({
    about: "person",
    attribute: "title",
    rule: "firstOf(user.title, workday.businessTitle)",
    when: "always",
    empty: "leave",
  });
});

test("the version in force is that of the loop, and a changed file is another one", async () => {
  const running = await product.startSync();
  await product.until(async () => (await get("")).body.inForce !== null);
  const before = (await get("")).body;
  expect(before.inForce).toBe(before.version);
  writeFileSync(file, DEFAULT_MAPPING.replace("remark: dingtalk.remark", "remark: user.nickName"));
  const after = (await get("")).body;
  expect(after.inForce).toBe(before.version);
  expect(after.version).not.toBe(before.version);
  await running.stop(1_000);
});

test("a file with a mistake is shown with it, and nobody is tried on it", async () => {
  writeFileSync(file, DEFAULT_MAPPING.replace("user.title,", "user.titel,"));
  const { status, body } = await get("");
  expect(status).toBe(200);
  expect(body).toMatchObject({ version: null, settings: null, rules: [] });
  expect(body.problems).toEqual([
    expect.objectContaining({
      path: "person.title.value",
      line: 8,
      message: expect.stringContaining("titel"),
    }),
  ]);
  expect((await get("/trial")).status).toBe(409);
  expect((await get(`/people/${id}`)).status).toBe(409);
});

test("a file that is gone is told", async () => {
  rmSync(file);
  expect((await get("")).body).toMatchObject({
    version: null,
    text: "",
    problems: [{ message: "the file cannot be read (ENOENT)" }],
  });
});

test("what rules could not do is counted, with somebody to look at", async () => {
  const { body } = await get("/trial");
  expect(body).toMatchObject({ people: 2, values: { name: 2, title: 1 } });
  expect(body.notes).toEqual([
    expect.objectContaining({ attribute: "mobile", code: "phoneNotUnderstood", count: 1 }),
  ]);
  expect((await get(`/people/${body.notes[0].example}`)).body.explanations).toContainEqual(
    expect.objectContaining({ attribute: "mobile", note: expect.any(String) }),
  );
  expect((await get("/trial?people=1")).body.people).toBe(1);
  for (const wrong of ["0", "1001", "many"]) expect((await get(`/trial?people=${wrong}`)).status).toBe(400);
});

test("one person goes through it: what each rule read and gave", async () => {
  const { body } = await get(`/people/${id}`);
  expect(body.masked).toBe(false);
  expect(ruleOf(body, "title")).toEqual({
    attribute: "title",
    sources: [
      { path: "user.title", value: "Clerk" },
      { path: "workday.businessTitle", value: null },
    ],
    rule: "firstOf(user.title, workday.businessTitle)",
    result: "Clerk",
    set: true,
    when: "always",
  });
  expect(ruleOf(body, "remark")).toMatchObject({ result: null, set: false });
  expect(ruleOf(body, "mobile")).toMatchObject({ result: "+852 91234567" });
});

test("values are for those who may see them, and whose were read is noted", async () => {
  const { body } = await get(`/people/${id}`, { token: await product.token(["history:read"]) });
  expect(body.masked).toBe(true);
  expect(JSON.stringify(body)).not.toMatch(/Clerk|9123/);
  const { events } = (
    await product.send("GET", `/api/history?filter=${encodeURIComponent('code eq "personal.read"')}`)
  ).body;
  expect(events[0].detail).toMatchObject({ address: "/api/mapping/people", subjects: [id] });
});

test("a session is shown the last digits of numbers, whatever attribute they go to", async () => {
  writeFileSync(file, DEFAULT_MAPPING.replace("remark: dingtalk.remark", 'remark: phoneOf(user, "mobile")'));
  const { body } = await get(`/people/${id}`, { token: "", headers: await session() });
  expect(ruleOf(body, "mobile")).toMatchObject({ result: "••••4567" });
  expect(ruleOf(body, "remark")).toMatchObject({ result: "••••4567" });
  expect(JSON.stringify(body)).not.toMatch(/9123/);
});

describe("another file", () => {
  const CHANGED = DEFAULT_MAPPING.replace(
    "remark: dingtalk.remark",
    'remark: phoneOf(user, "mobile")',
  ).replace("title: firstOf(user.title, workday.businessTitle)", "title: upper(user.title)");
  const replay = (body: object, options: Parameters<Product["send"]>[2] = {}) =>
    product.send("POST", "/api/mapping/replay", { ...options, body });
  const marks = async () =>
    (
      await product.pool.query(
        "select count(*)::int as n, max(desired_generation)::int as g from entity_states",
      )
    ).rows[0];

  test("is tried on the people of the last changes: what comes out otherwise, and after which change", async () => {
    const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    for (const value of ["Head", "Clerk"])
      await product.send("PATCH", `/scim/v2/Users/${id}`, {
        body: { schemas, Operations: [{ op: "replace", path: "title", value }] },
      });
    const before = [await marks(), await product.calls()];
    const { status, body } = await replay({ text: CHANGED });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      problems: [],
      people: 2,
      complete: true,
      masked: false,
      byAttribute: { title: 1, remark: 2 },
    });
    expect(body.version).toMatch(/^[0-9a-f]{12}$/);
    const { events } = (
      await product.send("GET", `/api/history?filter=${encodeURIComponent(`subject eq "${id}"`)}`)
    ).body;
    expect(body.items[0]).toEqual({
      id,
      name: "li@example.com",
      cause: { event: events[0].id, code: "user.updated", at: events[0].at },
      changes: { title: { before: "Clerk", after: "CLERK" }, remark: { after: "+852 9123 4567" } },
    });
    expect([await marks(), await product.calls()]).toEqual(before);
  });

  test("is tried on few, or on those who were created first", async () => {
    expect((await replay({ text: CHANGED, count: 1 })).body).toMatchObject({ people: 1, items: [{ id }] });
    const { body } = await replay({ text: CHANGED, on: "people" });
    expect(body).toMatchObject({ people: 2, byAttribute: { title: 1, remark: 2 } });
    expect(body.items.every((item: object) => !("cause" in item))).toBe(true);
  });

  test("that means the same changes nothing", async () => {
    expect((await replay({ text: `# the same\n${DEFAULT_MAPPING}` })).body).toMatchObject({
      people: 2,
      byAttribute: {},
      items: [],
    });
  });

  test("with mistakes is told where they are, also while that of the server has one", async () => {
    const text = DEFAULT_MAPPING.replace("user.title,", "user.titel,");
    const told = { version: null, people: 0, items: [], problems: [{ path: "person.title.value", line: 8 }] };
    expect((await replay({ text })).body).toMatchObject(told);
    writeFileSync(file, text);
    expect((await replay({ text })).body).toMatchObject(told);
    expect((await replay({ text: CHANGED })).status).toBe(409);
  });

  test("shows values to those who may see them, numbers by their last digits at the page, and whose were read is noted", async () => {
    const { body } = await replay({ text: CHANGED }, { token: await product.token(["admin"]) });
    expect(body).toMatchObject({ masked: true, byAttribute: { title: 1 } });
    expect(body.items[0].changes).toEqual({ title: {}, remark: {} });
    const { cookie } = await session();
    const { csrf } = (await product.send("GET", "/auth/session", { token: "", headers: { cookie } })).body;
    const headers = {
      cookie,
      origin: "http://127.0.0.1:8080",
      "sec-fetch-site": "same-origin",
      "x-csrf-token": csrf,
    };
    const page = await replay({ text: CHANGED }, { token: "", headers });
    expect(page.body.items[0].changes).toEqual({
      title: { before: "Clerk", after: "CLERK" },
      remark: { after: "••••4567" },
    });
    expect(page.text).not.toMatch(/9123/);
    const { events } = (
      await product.send("GET", `/api/history?filter=${encodeURIComponent('code eq "personal.read"')}`)
    ).body;
    expect(events.map(({ detail }: { detail: object }) => detail)).toContainEqual(
      expect.objectContaining({ address: "/api/mapping/replay", people: 2 }),
    );
  });

  test.each<[string, object]>([
    ["no text", {}],
    ["a text that is none", { text: 1 }],
    ["too long a text", { text: "#".repeat(65_537) }],
    ["more than 500 changes", { text: DEFAULT_MAPPING, count: 501 }],
    ["half a change", { text: DEFAULT_MAPPING, count: 0.5 }],
    ["others than there are", { text: DEFAULT_MAPPING, on: "groups" }],
    ["a field that is not known", { text: DEFAULT_MAPPING, send: true }],
  ])("is not tried with %s", async (_what, body) => {
    expect((await replay(body)).status).toBe(400);
  });
});

test("nobody of this id has no mapping", async () => {
  expect((await get("/people/2819c223-7f76-453a-919d-413861904646")).status).toBe(404);
  expect((await get("/people/x")).status).toBe(404);
});
