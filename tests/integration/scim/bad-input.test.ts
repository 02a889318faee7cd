import fc from "fast-check";
import { message, type Resource, type ScimClient, USER } from "../../conformance/client.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

/*
 * A thousand bad inputs: none is answered with 5xx, each 4xx is a SCIM error, and nothing that is stored
 * changes.
 */

let open: OpenScim;
let scim: ScimClient;
let user: Resource;
let group: Resource;

beforeAll(async () => {
  open = await openScim();
  scim = open.scim;
  user = await scim.user({ title: "x", emails: [{ type: "work", value: "a@b.c" }] });
  group = await scim.group({ members: [{ value: user.id }] });
});

afterAll(() => open.close());

const NASTY = [
  "__proto__",
  "constructor",
  "toString",
  "\u0000",
  "\ud800",
  "'; drop table users; --",
  '"',
  "\\",
  "%",
  "_",
  "𠮷",
  "\u202e",
  "1e999",
  "{{x}}",
  "x".repeat(5_000),
];
const NAMES = [
  "userName",
  "active",
  "emails",
  "name.givenName",
  "meta.created",
  "id",
  "groups",
  "members",
  "externalId",
  "title",
  USER,
  `${USER}:title`,
  "schemas",
];

const word = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.constantFrom(...NAMES),
  fc.string({ maxLength: 20, unit: "binary" }),
);
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  word,
  fc.constantFrom({}, [], null, -1, 1e308, [[]], { value: null }),
);
const filter = fc
  .array(
    fc.oneof(
      word,
      fc.constantFrom(
        "(",
        ")",
        "[",
        "]",
        "not",
        "and",
        "or",
        "eq",
        "pr",
        "co",
        "gt",
        "true",
        "null",
        '"x"',
        "5",
        ".",
        ":",
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(" "));
const object = fc.dictionary(word, json, { maxKeys: 5 });

type Request = readonly [method: string, path: string, body?: unknown, query?: Record<string, string>];

const path = fc.constantFrom(
  "/Users/{user}",
  "/Groups/{group}",
  "/Users",
  "/Groups",
  "/Bulk",
  "/.search",
  "/Users/.search",
  "/Schemas",
  "/Nowhere",
  "/Users/%zz",
  "/Users/%ff",
);

const request: fc.Arbitrary<Request> = fc.oneof(
  filter.map((text): Request => ["GET", "/Users", undefined, { filter: text }]),
  filter.map((text): Request => ["GET", "/", undefined, { filter: text }]),
  fc
    .tuple(
      fc.constantFrom(
        "startIndex",
        "count",
        "sortBy",
        "sortOrder",
        "cursor",
        "attributes",
        "excludedAttributes",
      ),
      word,
    )
    .map(([name, value]): Request => ["GET", "/Groups", undefined, { [name]: value }]),
  object.map((body): Request => ["POST", "/.search", body]),
  fc.tuple(path, json).map(([at, body]): Request => ["POST", at, body]),
  fc
    .tuple(fc.constantFrom("PUT", "PATCH"), path, json)
    .map(([method, at, body]): Request => [method, at, body]),
  // Operations that end with one that cannot be done, so that none is.
  fc
    .tuple(
      path,
      fc.array(
        fc.record({
          op: fc.constantFrom("add", "Replace", "remove", "x"),
          path: fc.oneof(word, filter),
          value: json,
        }),
        {
          maxLength: 3,
        },
      ),
    )
    .map(
      ([at, operations]): Request => [
        "PATCH",
        at,
        { Operations: [...operations, { op: "replace", path: "id", value: "x" }] },
      ],
    ),
  fc
    .array(
      fc.record({
        method: fc.constantFrom("PUT", "PATCH", "GET", "x"),
        path: fc.constantFrom("/Users/{user}", "/Users/bulkId:a", "/x"),
        bulkId: word,
        data: json,
      }),
      { maxLength: 3 },
    )
    .map(
      (operations): Request => [
        "POST",
        "/Bulk",
        { schemas: [message("BulkRequest")], Operations: operations },
      ],
    ),
);

test("a thousand bad inputs", async () => {
  const before = await open.contents();
  const outcomes = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(request, async ([method, at, body, query]) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const place = at.replace("{user}", user.id).replace("{group}", group.id);
      const answer = await scim.send(method, place, undefined, {
        ...(text === undefined ? {} : { raw: text }),
        ...(query ? { query } : {}),
      });
      outcomes.set(answer.status, (outcomes.get(answer.status) ?? 0) + 1);
      expect(answer.status).toBeLessThan(500);
      if (answer.status >= 400)
        expect(answer.body).toMatchObject({ schemas: [message("Error")], status: String(answer.status) });
    }),
    { numRuns: 1_000 },
  );
  expect(await open.contents()).toEqual(before);
  expect(open.app.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
  // Not all of them fell at the same fence.
  expect([...outcomes.keys()].sort()).toEqual(expect.arrayContaining([200, 400, 404, 405]));
}, 60_000);

test.each<[string, string]>([
  ["parentheses", `${"(".repeat(1_000)}title pr`],
  ["negations", "not (".repeat(400)],
  ["terms", Array(500).fill("title pr").join(" or ")],
  ["an open string", `title eq "${"\\".repeat(2_001)}`],
  ["blanks", `title${" ".repeat(2_000)}`],
])("a filter of 4 kB of %s is refused at once", async (_name, filter) => {
  const text = filter.slice(0, 4_096);
  await scim.get("/Users", { filter: text });
  const started = performance.now();
  const answer = await scim.get("/Users", { filter: text });
  expect([answer.status, answer.body.scimType]).toEqual([400, "invalidFilter"]);
  // The whole round trip; the parser alone is held to 5 ms in its own tests.
  expect(performance.now() - started).toBeLessThan(250);
});
