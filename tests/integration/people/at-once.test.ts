import fc from "fast-check";
import type { JsonObject } from "../../../src/core/entity.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { by, openSources, type Sources } from "./two-sources.ts";

/* Sources that create the same people at the same time. */

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const NAMES = ["workday", "entra", "hr"] as const;

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

/** Each is nobody's from the runs before. */
let made = 0;

/** `turns`: the sources in the order in which each sends this person. */
async function createAtOnce(
  sources: Sources,
  turns: readonly (readonly string[])[],
  of: (n: number, source: string) => JsonObject,
) {
  const first = made;
  made += turns.length;
  const people = turns.map((names, at) => ({ n: first + at, names }));
  await Promise.all(
    people.flatMap(({ n, names }) =>
      names.map((name) =>
        sources.source(name).create({ displayName: `Person ${n}`, active: true, ...of(n, name) }),
      ),
    ),
  );
  const { rows } = await env.pool.query<{ name: string; records: number }>(
    `select p.document::json->>'displayName' as name, cardinality(p.record_ids) as records from people p
      where p.document::json->>'displayName' = any($1) order by 1`,
    [people.map(({ n }) => `Person ${n}`)],
  );
  return {
    rows,
    wanted: people.map(({ n, names }) => ({ name: `Person ${n}`, records: names.length })).sort(byName),
  };
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;

test("by a number that all of them have: exactly one person each, whoever comes first", async () => {
  const sources = await openSources(
    env,
    "  join: [{ by: employeeNumber, decide: join }, { by: userName }, { by: email }]\n  authority: { order: [workday, entra] }",
    NAMES,
  );
  const turn = fc.shuffledSubarray([...NAMES], { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 8, maxLength: 16 }), async (turns) => {
      const { rows, wanted } = await createAtOnce(sources, turns, (n, source) => ({
        userName: `${source}-${n}`,
        // Letter case does not count.
        [ENTERPRISE]: { employeeNumber: source === "entra" ? `e-${n}` : `E-${n}` },
        // Shared with the neighbour, so that records wait for one another by several values.
        emails: [`box-${n}@example.com`, `box-${n + 1}@example.com`].map((value) => ({
          type: "work",
          value,
        })),
      }));
      expect(rows).toEqual(wanted);
    }),
    { numRuns: 8 },
  );
  expect((await sources.joins.search(by())).joined).toBe(0);
});

test("by what is only proposed: the later one of two is proposed as the other, once", async () => {
  const sources = await openSources(env, "  join: [{ by: userName }, { by: email }]", NAMES);
  const turns = Array.from({ length: 24 }, (_, n) =>
    n % 2 === 0 ? ["workday", "entra"] : ["entra", "workday"],
  );
  const { rows } = await createAtOnce(sources, turns, (n, source) =>
    n % 3 === 0
      ? { userName: `both-${n}` }
      : { userName: `${source}-${n}`, emails: [{ type: "work", value: `${n}@example.com` }] },
  );
  expect(rows).toHaveLength(48);
  const { joins } = await sources.joins.list({ state: "proposed", count: 100 });
  expect(joins).toHaveLength(24);
  for (const { record, person } of joins) expect(person.records).toMatchObject([{ name: record!.name }]);
  expect(await sources.joins.search(by())).toEqual({ joined: 0, proposed: 0 });
});
