import { openProduct, type Product } from "../../support/product.ts";

let product: Product;
let li: string;
beforeAll(async () => {
  product = await openProduct();
  const phoneNumbers = [{ type: "mobile", value: "+852 9000 0001" }];
  li = (
    await product.send("POST", "/scim/v2/Users", {
      body: { userName: "li", displayName: "Canary Li", phoneNumbers },
    })
  ).body.id;
  const sync = await product.startSync();
  await product.quiet();
  await sync.stop(1_000);
});
afterAll(() => product.close());

const take = (query: Record<string, string>, token?: string) =>
  product.send("GET", `/api/history/export?${new URLSearchParams(query)}`, token ? { token } : {});
const eventsOf = async (code: string) =>
  (await product.send("GET", `/api/history?${new URLSearchParams({ filter: `code eq "${code}"` })}`)).body
    .events;

test("holds every event once, as the database counts them, and is recorded before and after", async () => {
  const { rows } = await product.pool.query("select code, count(*)::int as n from history group by code");
  const counted = new Map(rows.map(({ code, n }) => [code, n]));
  const answer = await take({ format: "jsonl" });
  expect([answer.status, answer.headers.get("content-disposition")]).toEqual([
    200,
    'attachment; filename="history.jsonl"',
  ]);
  const events = answer.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const found = new Map<string, number>();
  for (const { code } of events) found.set(code, (found.get(code) ?? 0) + 1);
  expect(found).toEqual(counted);
  const [after, before] = await eventsOf("history.exported");
  expect(before.detail).toEqual({ format: "jsonl" });
  expect(after).toMatchObject({
    causes: [before.id],
    detail: { format: "jsonl", count: events.length, complete: true },
  });
  expect(before.requestId).toBe(answer.headers.get("x-request-id"));
});

test("holds what the filter is true for", async () => {
  const { text } = await take({ format: "csv", filter: `subject eq "${li}" and code eq "user.created"` });
  expect(text.trim().split("\r\n")).toHaveLength(2);
  expect((await eventsOf("history.exported"))[1].detail.filter).toContain(li);
});

test("who may not see values gets none in any format, and reads of values are noted", async () => {
  const token = await product.token(["history:read"]);
  for (const format of ["jsonl", "csv", "ocsf", "cef"])
    expect((await take({ format }, token)).text).not.toContain("Canary");
  const read = (await eventsOf("personal.read")).filter(({ detail }: { detail: { address: string } }) =>
    detail.address.endsWith("/export"),
  );
  expect(read[0].detail.subjects).toContain(li);
  expect((await take({ format: "jsonl" })).text).toContain("Canary");
});

test.each([{ format: "xml" }, { filter: "wrong" }])(
  "%j is refused, and nothing is recorded",
  async (query) => {
    const before = (await eventsOf("history.exported")).length;
    expect((await take(query as Record<string, string>)).status).toBe(400);
    expect(await eventsOf("history.exported")).toHaveLength(before);
  },
);

test("whoever leaves in the middle has an export that is not complete", async () => {
  await product.pool.query(
    `insert into history (id, at, code, actor, detail)
     select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '2024-06-09', 'operator.retry', 'cli', json_build_object('text', repeat('x', 2000)) from generate_series(1, 20000) n`,
  );
  const leaving = new AbortController();
  const answer = await fetch(`${product.base}/api/history/export?format=jsonl`, {
    headers: { authorization: `Bearer ${product.bootstrap}` },
    signal: leaving.signal,
  });
  await answer.body!.getReader().read();
  leaving.abort();
  await product.until(async () => (await eventsOf("history.exported"))[0].detail.complete === false);
});
