import fc from "fast-check";
import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { fold } from "../../../src/core/text/fold.ts";
import { foldHan } from "../../../src/core/text/han.ts";
import { createSyncOperations } from "../../../src/store/operations.ts";
import { createParameters } from "../../../src/store/postgres/parameters.ts";
import { inTransaction } from "../../../src/store/postgres/statement.ts";
import { idsMeantBy, peopleMeantIn } from "../../../src/store/status/item-search.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { openSources, type Sources } from "../people/two-sources.ts";

/*
 * People are found by parts of their names and by digits along an index of keys. The answer is the one of a
 * plain filter, which looks at everybody; whoever worked the keys out: this version, or PostgreSQL where the
 * version before wrote.
 */

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

let env: TestEnvironment;
let sources: Sources;
beforeAll(async () => {
  env = await openTestEnvironment();
  sources = await openSources(
    env,
    "  join: [{ by: employeeNumber, decide: join }]\n  authority: { order: [workday, entra] }",
  );
});
afterAll(() => env.close());

/** Few different digits, so that people meet each other in many ways. */
const digits = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom("0", "1", "2"), { minLength, maxLength }).map((all) => all.join(""));
/** As people write numbers, with what may stand in and after them. */
const written = fc
  .tuple(
    fc.constantFrom("", "+", "(0)"),
    fc.array(fc.tuple(digits(1, 4), fc.constantFrom("", " ", "-", "\u00a0", ".", '"', "\\", "x")), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.constantFrom("", " (home)"),
  )
  .map(([before, groups, after]) => `${before}${groups.map((group) => group.join("")).join("")}${after}`);
const name = fc
  .tuple(
    fc.constantFrom("a", "陳", "n-", "wong tai", "陈大", "Ma大文"),
    digits(0, 7),
    fc.constantFrom("", ".b", " 01 2", "man", "劉强"),
  )
  .map((parts) => parts.join(""));

interface Made {
  readonly name: string;
  readonly email: string;
  readonly numbers: readonly string[];
  readonly later: readonly string[];
  readonly employeeNumber: string;
  readonly externalId: string;
  readonly way: "created" | "changed" | "by the version before" | "of two sources";
}
const made: fc.Arbitrary<Made> = fc.record({
  name,
  email: name,
  numbers: fc.array(written, { maxLength: 3 }),
  later: fc.array(written, { maxLength: 2 }),
  employeeNumber: digits(4, 6),
  externalId: fc.tuple(digits(4, 6), fc.constantFrom("", "a", "Xy")).map((parts) => parts.join("")),
  way: fc.constantFrom("created", "changed", "by the version before", "of two sources"),
});
/** What is typed: any digits, or digits of one of the people. */
type Typed = (people: readonly Made[]) => string;
const typed: fc.Arbitrary<Typed> = fc.oneof(
  fc
    .oneof(
      digits(4, 8),
      fc.array(digits(1, 4), { minLength: 2, maxLength: 4 }).map((groups) => groups.join(" ")),
      digits(4, 6).map((text) => `+${text}`),
      digits(5, 7).map((text) => ` ${text.slice(0, 2)}-${text.slice(2)}`),
    )
    .map((text) => () => text),
  fc
    .record({ whose: fc.nat(), length: fc.integer({ min: 4, max: 7 }), gap: fc.boolean() })
    .map(({ whose, length, gap }) => (people: readonly Made[]) => {
      const last = people[whose % people.length]!.numbers.join()
        .replace(/[^0-9]/g, "")
        .slice(-length);
      return gap ? `${last.slice(0, 2)} ${last.slice(2)}` : last;
    }),
  fc
    .nat()
    .map(
      (whose) => (people: readonly Made[]) =>
        /[0-9]{4,}/.exec(people[whose % people.length]!.name)?.[0] ?? "0000",
    ),
  fc.nat().map((whose) => (people: readonly Made[]) => people[whose % people.length]!.employeeNumber),
  fc
    .nat()
    .map((whose) => (people: readonly Made[]) => people[whose % people.length]!.externalId.toUpperCase()),
  // A part of a name, in simplified characters or as it is.
  fc
    .record({
      whose: fc.nat(),
      from: fc.nat({ max: 9 }),
      length: fc.integer({ min: 1, max: 6 }),
      simplified: fc.boolean(),
      mail: fc.boolean(),
    })
    .map(({ whose, from, length, simplified, mail }) => (people: readonly Made[]) => {
      const { name, email } = people[whose % people.length]!;
      const part = `${mail ? email : name}${mail ? "@example" : ""}`
        .slice(from % (name.length || 1))
        .slice(0, length);
      return simplified ? foldHan(part) : part;
    }),
  fc.constantFrom("won", "g tai", "大", "刘強", "AMP", "zzz", "陈大x").map((text) => () => text),
);

const phoneNumbers = (values: readonly string[]): JsonObject => ({
  phoneNumbers: values.map((value) => ({ value, type: "other" })),
});

let count = 0;
async function make({ name, email, numbers, later, employeeNumber, externalId, way }: Made): Promise<void> {
  const joined = way === "of two sources";
  // Nobody else's, but for the two records of one person.
  const key = `${employeeNumber}${joined ? `-${count}` : ""}`;
  const document = (more: string): JsonObject => ({
    userName: `${more}${name}_${count}x`,
    displayName: `${more}${name}`,
    emails: [{ value: `${email}${more}@example.com`, type: "work" }],
    externalId: `${externalId}`,
    ...phoneNumbers(numbers),
    [ENTERPRISE]: { employeeNumber: key },
  });
  const entra = sources.source("entra");
  const id = await entra.create(document(""));
  if (way === "changed") await entra.change(id, phoneNumbers(later));
  if (joined) await sources.source("workday").create({ ...document("w"), ...phoneNumbers(later) });
  // It knows no keys, and leaves those that are there.
  if (way === "by the version before")
    await env.pool.query(
      `update users set version = version + 1, document = $2::json, display_name_key = $3, modified_at = now() where id = $1`,
      [id, JSON.stringify({ ...document(""), ...phoneNumbers(later) }), fold(`later ${email}`)],
    );
  count++;
}

interface Row {
  readonly id: string;
  readonly document: string;
  readonly names: readonly string[];
  readonly whole: readonly string[];
}

/** Who is meant, by looking at everybody. */
async function filtered(text: string): Promise<readonly string[]> {
  const part = fold(text.trim());
  // Only a text that may be a number is compared with numbers.
  const last = /^\+?[\d\s()-]+$/.test(part) ? part.replace(/[^0-9]/g, "") : "";
  const { rows } = await env.pool.query<Row>(
    `select x.id, x.document::text as document, array_remove(array[display_name_key, user_name_key, array_to_string(email_keys, ' ')], null) as names,
        array_remove(array[employee_number_key, lower(external_id)], null) as whole
      from (select coalesce(person_id, id) as id, document, display_name_key, user_name_key, email_keys, employee_number_key, external_id from users
        union all select id, document, display_name_key, user_name_key, email_keys, employee_number_key, external_id from persons) x
     where exists (select from entity_states s where s.target = 'dingtalk' and s.kind = 'user' and s.entity_id = x.id)`,
  );
  const meant = rows.filter(({ document, names, whole }) => {
    const numbers = (
      (JSON.parse(document) as { phoneNumbers?: readonly { value: string }[] }).phoneNumbers ?? []
    ).map(({ value }) => value);
    return (
      names.some((name) => foldHan(name).includes(foldHan(part))) ||
      whole.includes(part) ||
      (last.length >= 4 && numbers.some((number) => number.replace(/[^0-9]/g, "").endsWith(last)))
    );
  });
  return [...new Set(meant.map(({ id }) => id))].sort();
}

/**
 * Who is meant, as a large directory is read first: without the index of names. The items are those that have
 * a state.
 */
async function walked(text: string): Promise<readonly string[]> {
  const parameters = createParameters(["dingtalk"]);
  const range = {
    after: "00000000-0000-0000-0000-000000000000",
    upTo: "ffffffff-ffff-ffff-ffff-ffffffffffff",
  };
  const { rows } = await env.pool.query<{ id: string }>(
    `select distinct m.id from (${peopleMeantIn(range, text, parameters)}) m(id)
      where exists (select from entity_states s where s.target = $1 and s.kind = 'user' and s.entity_id = m.id)`,
    [...parameters.values],
  );
  return rows.map(({ id }) => id).sort();
}

test("whoever a plain filter finds is found, and nobody else", async () => {
  const operations = createSyncOperations(env.pool, "dingtalk", systemClock);
  const found = { somebody: 0, nobody: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(made, { minLength: 3, maxLength: 6 }),
      fc.array(typed, { minLength: 6, maxLength: 10 }),
      async (people, texts) => {
        for (const person of people) await make(person);
        for (const text of texts.map((ask) => ask(people)).filter((text) => text.trim() !== "")) {
          const { items } = await operations.items({ kind: "user", text, count: 1_000 });
          const ids = items.map(({ ref }) => ref.id);
          expect({ text, ids: [...ids].sort() }).toEqual({ text, ids: await filtered(text) });
          expect({ text, ids: await walked(text) }).toEqual({ text, ids: [...ids].sort() });
          found[ids.length > 0 ? "somebody" : "nobody"]++;
        }
      },
    ),
    { numRuns: 12, endOnFailure: true },
  );
  expect(found.somebody).toBeGreaterThan(20);
  expect(found.nobody).toBeGreaterThan(0);
  expect((await env.pool.query("select from persons")).rowCount).toBeGreaterThan(0);
});

test("PostgreSQL works out the keys that the writer does", async () => {
  const { rows } = await env.pool.query<{ written: number[]; worked: number[] }>(
    `select array(select distinct unnest(search_keys) order by 1) as written,
        array(select distinct unnest(search_keys_of(document, array[user_name_key, display_name_key] || email_keys, external_id)) order by 1) as worked
      from users where search_version = version`,
  );
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.map(({ written }) => written)).toEqual(rows.map(({ worked }) => worked));
  const { rows: others } = await env.pool.query<{ count: number }>(
    "select count(*)::int as count from users where search_version is distinct from version",
  );
  expect(others[0]!.count).toBeGreaterThan(0);
  // As during an upgrade, and when the tables are analyzed: without the schema in the search path.
  await env.pool.query("reindex index users_search");
  await env.pool.query("reindex index persons_search");
  await env.pool.query("analyze users");
});

test("the search goes along the indexes of keys", async () => {
  const parameters = createParameters(["dingtalk"]);
  const text = `explain (costs off) ${idsMeantBy("4567", "user", parameters)}`;
  const plan = await inTransaction(env.pool, async (client) => {
    await client.query("set local enable_seqscan = off");
    const { rows } = await client.query<{ "QUERY PLAN": string }>(text, [...parameters.values]);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  });
  expect(plan.match(/on users_search/g)).toHaveLength(3);
  expect(plan.match(/on persons_search/g)).toHaveLength(3);
  expect(plan).toMatch(/using users_employee_number/);
  expect(plan).not.toMatch(/Seq Scan on (users|persons)/);
});
