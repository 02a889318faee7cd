import { createHash } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { openProduct, type Product } from "../../support/product.ts";

let product: Product;
let leaver: string;
const begin = new Date(Date.now() - 60_000).toISOString();
let end: string;

beforeAll(async () => {
  product = await openProduct();
  const add = async (n: number) => {
    const phoneNumbers = [{ type: "mobile", value: `+852 9000 000${n}` }];
    return (
      await product.send("POST", "/scim/v2/Users", {
        body: { userName: `p${n}`, displayName: `Canary ${n}`, phoneNumbers },
      })
    ).body.id;
  };
  const people = [await add(1), await add(2), await add(3), await add(4)];
  leaver = people[0];
  const sync = await product.startSync();
  await product.quiet();
  await product.control("faults", { match: "/topapi/v2/user/update", fault: "busy", times: 1 });
  const replace = {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", path: "title", value: "Canary" }],
  };
  await product.send("PATCH", `/scim/v2/Users/${people[1]}`, { body: replace });
  await product.send("DELETE", `/scim/v2/Users/${leaver}`);
  await product.quiet();
  await sync.stop(1_000);
  end = new Date().toISOString();
});
afterAll(() => product.close());

const order = (body: object) => product.send("POST", "/api/evidence", { body });

/** The files of a zip, by its central directory. */
function unzip(zip: Buffer): Record<string, string> {
  const end = zip.lastIndexOf(Buffer.from("504b0506", "hex"));
  const files: Record<string, string> = {};
  for (let n = 0, at = zip.readUInt32LE(end + 16); n < zip.readUInt16LE(end + 10); n++) {
    const nameLength = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(begin, begin + zip.readUInt32LE(at + 20));
    files[zip.toString("utf8", at + 46, at + 46 + nameLength)] = (
      zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(bytes) : bytes
    ).toString("utf8");
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}

async function packOf(body: object): Promise<Record<string, string>> {
  const ordered = await order(body);
  expect([ordered.status, ordered.headers.get("location")]).toEqual([
    202,
    `/api/evidence/${ordered.body.id}`,
  ]);
  let bytes = Buffer.alloc(0);
  await product.until(async () => {
    const answer = await fetch(`${product.base}/api/evidence/${ordered.body.id}`, {
      headers: { authorization: `Bearer ${product.bootstrap}` },
    });
    if (answer.status === 202) return false;
    if (answer.status !== 200) throw new Error(await answer.text());
    bytes = Buffer.from(await answer.arrayBuffer());
    return true;
  });
  return unzip(bytes);
}

const rows = (csv: string) => csv.slice(1).trim().split("\r\n").slice(1);

test("holds every event of the period, as the database counts them, and hashes of every file", async () => {
  const files = await packOf({ from: begin, to: end, sample: 3, seed: 7 });
  const manifest = JSON.parse(files["manifest.json"]!);
  expect(manifest.files.map(({ name }: { name: string }) => name).sort()).toEqual(
    Object.keys(files)
      .filter((name) => name !== "manifest.json")
      .sort(),
  );
  for (const { name, sha256 } of manifest.files)
    expect([name, createHash("sha256").update(files[name]!).digest("hex")]).toEqual([name, sha256]);
  const counted = await product.pool.query(
    "select code, count(*)::int as n from history where at >= $1 and at < $2 group by code",
    [begin, end],
  );
  expect(manifest.counts).toEqual(Object.fromEntries(counted.rows.map(({ code, n }) => [code, n])));
  const lines = files["events.jsonl"]!.trim().split("\n");
  expect(lines).toHaveLength(counted.rows.reduce((sum, { n }) => sum + n, 0));

  // The event names the manifest.
  const { body } = await product.send(
    "GET",
    `/api/history?${new URLSearchParams({ filter: 'code eq "evidence.made"' })}`,
  );
  expect(body.events[0].detail).toMatchObject({
    manifest: createHash("sha256").update(files["manifest.json"]!).digest("hex"),
    seed: 7,
  });
});

test("tells the population with its times, the leaver with the verdict, the failure with its resolution, and no values", async () => {
  const files = await packOf({ from: begin, to: end });
  const population = rows(files["population.csv"]!);
  expect(population.filter((row) => row.startsWith('"joiner"'))).toHaveLength(4);
  expect(population.filter((row) => row.startsWith('"leaver"'))).toHaveLength(1);
  // Received, committed, sent and answered.
  for (const row of population) expect(row).toMatch(/(,"\d{4}-\d\d-\d\dT[^"]+"){4}$/);
  expect(rows(files["leavers.csv"]!)).toEqual([
    expect.stringMatching(new RegExp(`^"${leaver}".*"true","out"$`)),
  ]);
  const failed = rows(files["failures.csv"]!);
  expect(failed.length).toBeGreaterThan(0);
  for (const row of failed) expect(row).toMatch(/"[0-9a-f-]{36}"$/);
  for (const [name, text] of Object.entries(files))
    expect([name, text.includes("Canary")]).toEqual([name, false]);
  for (const lang of ["en", "zh-Hans-CN", "zh-Hant-HK"])
    expect(files["cover.html"]).toContain(`<section id="${lang}" lang="${lang}">`);
  expect(files["VERIFY.txt"]).toContain("sha256sum --check");
});

test("the same seed draws the same sample, and everybody can draw it", async () => {
  const sampleOf = (files: Record<string, string>) =>
    rows(files["sample.csv"]!).map((row) => row.split(",")[1]!.replaceAll('"', ""));
  const one = await packOf({ from: begin, to: end, sample: 3, seed: 7 });
  const events = rows(one["population.csv"]!).map((row) => row.split(",")[1]!.replaceAll('"', ""));
  const rank = (event: string) => createHash("sha256").update(`7:${event}`).digest("hex");
  expect(sampleOf(one)).toEqual(events.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, 3));
  expect(sampleOf(await packOf({ from: begin, to: end, sample: 3, seed: 7 }))).toEqual(sampleOf(one));
  expect(
    one["sample.jsonl"]!.trim()
      .split("\n")
      .map((line) => JSON.parse(line).id),
  ).toEqual(sampleOf(one));
});

test.each([
  {},
  { from: "2026-01-01" },
  { from: "2026-02-01", to: "2026-01-01" },
  { from: "2125-01-01", to: "2126-01-01" },
  { from: "2026-01-01", to: "2026-02-01", sample: -1 },
  { from: "2026-01-01", to: "2026-02-01", seed: "x" },
])("%j is refused", async (body) => {
  expect((await order(body)).status).toBe(400);
});

test("a pack that nobody ordered is 404", async () => {
  for (const id of ["2819c223-7f76-453a-919d-413861904646", "..%2f..%2fsecret"])
    expect((await product.send("GET", `/api/evidence/${id}`)).status).toBe(404);
});

test("packs that are kept are listed, the newest first, with what was ordered", async () => {
  await packOf({ from: begin, to: end, sample: 2, seed: 41 });
  const { body } = await product.send("GET", "/api/evidence");
  expect(body.packs[0]).toMatchObject({
    state: "made",
    bytes: expect.any(Number),
    ordered: { sample: 2, seed: 41 },
  });
  expect(new Date(body.packs[0].ordered.from)).toEqual(new Date(begin));
  expect(
    (await product.send("GET", "/api/evidence", { token: await product.token(["provision"]) })).status,
  ).toBe(403);
});
