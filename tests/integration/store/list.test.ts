import fc from "fast-check";
import type { JsonObject } from "../../../src/core/entity.ts";
import { InvalidCursor } from "../../../src/directory/errors.ts";
import type { Page } from "../../../src/directory/list-query.ts";
import type { StoredUser } from "../../../src/directory/user.ts";
import { InvalidFilter } from "../../../src/filter/errors.ts";
import { byCodePoint } from "../../../src/filter/evaluate.ts";
import { HORIZON } from "../../../src/store/directory/list/snapshot.ts";
import { createSampleDirectory, type ListRequest, type SampleDirectory } from "./sample-directory.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

let directory: SampleDirectory;

beforeAll(async () => {
  directory = await createSampleDirectory();
});

afterAll(() => directory.close());

const names = (page: Page<StoredUser>): string[] =>
  page.items.map((user) => (JSON.parse(user.document) as { userName: string }).userName);

/** Reads a list to its end, page by page. */
async function walk(
  request: ListRequest,
  by: "index" | "cursor",
  sourceId: string,
): Promise<{ names: string[]; totals: Set<number> }> {
  const found: string[] = [];
  const totals = new Set<number>();
  let cursor: string | null = null;
  for (;;) {
    const page = await directory.users(
      by === "index" ? { ...request, startIndex: found.length + 1 } : { ...request, cursor },
      sourceId,
    );
    found.push(...names(page));
    totals.add(page.total);
    if (by === "index" ? page.items.length === 0 : page.next === undefined) return { names: found, totals };
    cursor = page.next ?? null;
  }
}

describe("paging a quiet directory", () => {
  const people: readonly JsonObject[] = Array.from({ length: 23 }, (_, at) => ({
    userName: `person-${String((at * 7) % 23).padStart(2, "0")}`,
    active: at % 4 !== 0,
    ...(at % 3 === 0 ? {} : { displayName: ["beta", "Alpha", "ÉTÉ", "李"][at % 4]! }),
    ...(at % 5 === 0 ? { title: at % 2 === 0 ? "" : "lead" } : { title: `T${at % 3}` }),
    emails: [
      { value: `z${at % 6}@example.com` },
      ...(at % 2 === 0 ? [{ value: `A${at % 5}@example.com`, primary: true }] : []),
    ],
    ...(at % 4 === 1 ? { [ENTERPRISE]: { employeeNumber: `E${at % 2}` } } : {}),
  }));
  const keyOf: Readonly<Record<string, (document: JsonObject) => string | undefined>> = {
    userName: (document) => String(document["userName"]),
    displayName: (document) => text(document["displayName"])?.toLowerCase(),
    title: (document) => text(document["title"])?.toLowerCase(),
    active: (document) => String(document["active"]),
    emails: (document) => {
      const emails = document["emails"] as readonly { value: string; primary?: boolean }[];
      return (emails.find((email) => email.primary) ?? emails[0])?.value.toLowerCase();
    },
    [`${ENTERPRISE}:employeeNumber`]: (document) =>
      text((document[ENTERPRISE] as JsonObject | undefined)?.["employeeNumber"]),
  };
  const text = (value: unknown): string | undefined =>
    typeof value === "string" && value !== "" ? value : undefined;
  let sourceId: string;

  beforeAll(async () => {
    sourceId = await directory.addSource();
    for (const document of people) await directory.addUser(document, undefined, sourceId);
  });

  /** Missing last when ascending, first when descending; equal ones by time of making. */
  function expected(
    sortBy: string | undefined,
    descending: boolean,
    picked: (document: JsonObject) => boolean,
  ): string[] {
    const key = sortBy === undefined ? undefined : keyOf[sortBy];
    const rows = people
      .map((document, at) => ({ document, at, key: key?.(document) }))
      .filter(({ document }) => picked(document));
    rows.sort((a, b) => {
      if (a.key === b.key) return a.at - b.at;
      if (a.key === undefined || b.key === undefined) return a.key === undefined ? 1 : -1;
      return byCodePoint(a.key, b.key);
    });
    return (descending ? rows.reverse() : rows).map(({ document }) => String(document["userName"]));
  }

  const sorts = [undefined, ...Object.keys(keyOf)];
  const filters: readonly [string | undefined, (document: JsonObject) => boolean][] = [
    [undefined, () => true],
    ["active eq true", (document) => document["active"] === true],
    [`displayName eq "alpha"`, (document) => document["displayName"] === "Alpha"],
  ];
  const cases = sorts.flatMap((sortBy) =>
    filters.flatMap(([filter, picked]) =>
      [false, true].map((descending) => ({ sortBy, filter, descending, picked })),
    ),
  );

  test.each(cases)(
    "sortBy $sortBy, descending $descending, filter $filter: everybody once, in order",
    async ({ picked, ...query }) => {
      const { filter, sortBy, descending } = query;
      const request = {
        ...(filter === undefined ? {} : { filter }),
        ...(sortBy === undefined ? {} : { sortBy, descending }),
      };
      const all = expected(sortBy, sortBy !== undefined && descending, picked);
      for (const by of ["index", "cursor"] as const) {
        for (const count of [3, 100]) {
          expect(await walk({ ...request, count }, by, sourceId)).toEqual({
            names: all,
            totals: new Set([all.length]),
          });
        }
      }
      const last = await directory.users({ ...request, startIndex: all.length, count: 10 }, sourceId);
      expect([names(last), last.total]).toEqual([all.slice(-1), all.length]);
    },
  );

  test.each<[string, ListRequest, number, number]>([
    ["count 0 tells the total alone", { count: 0 }, 0, 23],
    ["count 0 with a filter", { count: 0, filter: "active eq true" }, 0, 17],
    ["behind the end", { startIndex: 24 }, 0, 23],
    ["far behind the end, with a filter", { startIndex: 1_000_000, filter: "active eq true" }, 0, 17],
    ["an index below 1 is 1", { startIndex: -5, count: 2 }, 2, 23],
    ["one of one", { count: 1, filter: `userName eq "PERSON-07"` }, 1, 1],
    ["none", { filter: `userName eq "nobody"` }, 0, 0],
    ["none by cursor", { filter: `userName eq "nobody"`, cursor: null }, 0, 0],
  ])("%s", async (_name, request, items, total) => {
    const page = await directory.users(request, sourceId);
    expect([page.items.length, page.total, page.next]).toEqual([items, total, undefined]);
  });
});

test("no page shows a change late: index pages are those of a list kept in memory, whatever happens between them", async () => {
  const sourceId = await directory.addSource();
  const model: { id: string; active: boolean }[] = [];
  let number = 0;
  const add = async (at: Date | undefined, active: boolean) => {
    number += 1;
    const { id } = await directory.addUser({ userName: `n${number}`, active }, at, sourceId);
    model.push({ id, active });
    model.sort((a, b) => byCodePoint(a.id, b.id));
  };
  // More than the rows at the end that are never taken for settled.
  for (let at = 0; at < HORIZON + 100; at += 1) await add(undefined, at % 3 !== 0);

  const step = fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("read" as const),
        start: fc.integer({ min: 1, max: 350 }),
        filtered: fc.boolean(),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("walk" as const), filtered: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("add" as const), active: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("add in the past" as const),
        minutes: fc.integer({ min: 0, max: 10 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), at: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("write elsewhere" as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      let next = 1;
      for (const action of steps) {
        if (action.do === "add") await add(undefined, action.active);
        else if (action.do === "add in the past")
          await add(new Date(Date.parse("2026-01-01T00:00:00Z") + action.minutes * 60_000), true);
        else if (action.do === "write elsewhere") await directory.pool.query("select pg_current_xact_id()");
        else if (action.do === "remove") {
          const [gone] = model.splice(action.at % Math.max(model.length, 1), 1);
          if (gone) await directory.removeUser(gone.id, sourceId);
        } else {
          const all = action.filtered ? model.filter((user) => user.active) : model;
          const startIndex = action.do === "read" ? action.start : next;
          const page = await directory.users(
            { startIndex, count: 20, ...(action.filtered ? { filter: "active eq true" } : {}) },
            sourceId,
          );
          expect(page.items.map((user) => user.id)).toEqual(
            all.slice(startIndex - 1, startIndex + 19).map((user) => user.id),
          );
          expect(page.total).toBe(all.length);
          next = page.items.length === 0 ? 1 : startIndex + page.items.length;
        }
      }
    }),
    { numRuns: 30 },
  );
});

describe("cursors", () => {
  let sourceId: string;
  const ids: string[] = [];

  beforeEach(async () => {
    sourceId = await directory.addSource();
    ids.length = 0;
    for (const letter of "abcdef")
      ids.push((await directory.addUser({ userName: letter, active: true }, undefined, sourceId)).id);
  });

  test("a change behind or before the cursor loses and doubles nobody", async () => {
    const first = await directory.users({ cursor: null, count: 3 }, sourceId);
    await directory.removeUser(ids[0]!, sourceId);
    await directory.removeUser(ids[2]!, sourceId);
    await directory.addUser({ userName: "g", active: true }, undefined, sourceId);
    const rest = await directory.users({ cursor: first.next!, count: 10 }, sourceId);
    expect([names(first), names(rest), rest.next, rest.total]).toEqual([
      ["a", "b", "c"],
      ["d", "e", "f", "g"],
      undefined,
      5,
    ]);
  });

  test("a full last page has no next", async () => {
    const page = await directory.users({ cursor: null, count: 6 }, sourceId);
    expect([page.items.length, page.next]).toEqual([6, undefined]);
  });

  const damages: readonly [string, (cursor: string) => string][] = [
    ["empty", () => ""],
    ["not base64url", () => "%%%"],
    ["no JSON", () => Buffer.from("{").toString("base64url")],
    ["not three parts", () => Buffer.from("[1]").toString("base64url")],
    ["a null", () => Buffer.from("null").toString("base64url")],
    ["cut", (cursor) => cursor.slice(0, -4)],
    ["another id", (cursor) => replaced(cursor, 1, "00000000-0000-4000-8000-000000000000")],
    ["a value of another kind", (cursor) => replaced(cursor, 2, 5)],
    ["too long", (cursor) => cursor.repeat(2_000)],
  ];
  const replaced = (cursor: string, at: number, by: unknown): string => {
    const parts = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    parts[at] = by;
    return Buffer.from(JSON.stringify(parts)).toString("base64url");
  };

  test.each(damages)("refused: %s", async (_name, damage) => {
    const { next } = await directory.users({ cursor: null, count: 2, sortBy: "meta.created" }, sourceId);
    await expect(
      directory.users({ cursor: damage(next!), count: 2, sortBy: "meta.created" }, sourceId),
    ).rejects.toBeInstanceOf(InvalidCursor);
  });

  test.each<[string, ListRequest]>([
    ["filter", { filter: "active eq true" }],
    ["order", { sortBy: "userName" }],
    ["direction", { sortBy: "id", descending: true }],
  ])("refused: that of a list with another %s", async (_name, request) => {
    const { next } = await directory.users({ cursor: null, count: 2 }, sourceId);
    await expect(directory.users({ cursor: next!, count: 2, ...request }, sourceId)).rejects.toBeInstanceOf(
      InvalidCursor,
    );
  });

  test("refused: that of another source", async () => {
    const { next } = await directory.users({ cursor: null, count: 2 }, sourceId);
    await expect(directory.users({ cursor: next!, count: 2 }, directory.sourceId)).rejects.toBeInstanceOf(
      InvalidCursor,
    );
  });
});

test("the total stays exact while many write at once", async () => {
  const sourceId = await directory.addSource();
  const writer = async (name: number) => {
    for (let at = 0; at < 10; at += 1) {
      const user = await directory.addUser({ userName: `w${name}-${at}`, active: true }, undefined, sourceId);
      if (at % 3 === 0) await directory.removeUser(user.id, sourceId);
      // In every snapshot, also in the middle.
      const { rows } = await directory.pool.query<{ kept: number; counted: number }>(
        `select (select sum(count) from resource_counts where source_id = $1 and kind = 'User')::int as kept,
                (select count(*) from users where source_id = $1)::int as counted`,
        [sourceId],
      );
      expect(rows[0]!.kept).toBe(rows[0]!.counted);
    }
  };
  await Promise.all(Array.from({ length: 12 }, (_, name) => writer(name)));
  await expect(directory.addUser({ userName: "w0-1", active: true }, undefined, sourceId)).rejects.toThrow(
    "another User has this userName",
  );
  const page = await directory.users({ count: 200 }, sourceId);
  expect([page.items.length, page.total, (await directory.users({ count: 0 }, sourceId)).total]).toEqual([
    72, 72, 72,
  ]);
});

test.each<[string, ListRequest, "users" | "groups"]>([
  ["an address, when it is not known where addresses begin", { filter: `meta.location eq "x"` }, "users"],
  ["the address of a member, then", { filter: `members[$ref pr]` }, "groups"],
  ["order by groups", { sortBy: "groups" }, "users"],
  ["order by members", { sortBy: "members.display" }, "groups"],
])("refused, because it has no exact answer: %s", async (_name, request, ask) => {
  await expect((async () => directory[ask](request))()).rejects.toBeInstanceOf(InvalidFilter);
});
