import type pg from "pg";
import { seed } from "../../support/seed.ts";
import { createSampleDirectory, type SampleDirectory } from "./sample-directory.ts";

/*
 * Which index answers which match, on a table of 10,000 people, by EXPLAIN of the very statement the list
 * sends: planned for its values, and planned for any (as a prepared statement ends up).
 */

const PEOPLE = 10_000;
const TEAMS = 1_000;

let directory: SampleDirectory;
/** Statements and the sessions they went to. */
const sent: { readonly config: pg.QueryConfig; readonly sessions: pg.Pool }[] = [];

beforeAll(async () => {
  directory = await createSampleDirectory();
  const { pool, sourceId } = directory;
  const other = await directory.addSource();
  await seed(
    pool,
    `insert into users (id, source_id, active, user_name, user_name_key, display_name_key, external_id, employee_number_key,
       email_keys, document, created_at, modified_at)
     select gen_random_uuid(), s.id, i % 50 <> 0, 'u' || i, 'u' || i, 'name ' || i, 'x' || i, 'e' || i,
       array['u' || i || '@example.com'],
       json_build_object('userName', 'u' || i, 'displayName', 'Name ' || i, 'externalId', 'x' || i, 'active', i % 50 <> 0,
         'emails', json_build_array(json_build_object('value', 'U' || i || '@example.com', 'type', 'work')),
         'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', json_build_object('employeeNumber', 'E' || i)),
       '2026-01-01', timestamptz '2026-01-01' + i * interval '1 minute'
     from (values ($1::uuid), ($2::uuid)) s(id), generate_series(1, ${PEOPLE}) i`,
    [sourceId, other],
  );
  await seed(
    pool,
    `insert into groups (id, source_id, display_name, display_name_key, external_id, document, created_at, modified_at)
     select gen_random_uuid(), $1, 'G' || i, 'g' || i, 'g' || i, json_build_object('displayName', 'G' || i), now(), now() from generate_series(1, ${TEAMS}) i`,
    [sourceId],
  );
  await pool.query(
    `insert into group_members select g.id, u.id from groups g join users u on u.source_id = g.source_id
      where substr(u.user_name, 2)::int % ${TEAMS} = substr(g.display_name, 2)::int % ${TEAMS}`,
  );
  await pool.query("analyze");

  for (const sessions of [pool, pool.byKey, pool["scanning"]]) {
    const query = sessions.query.bind(sessions) as (config: pg.QueryConfig) => Promise<pg.QueryResult>;
    Object.assign(sessions, {
      query(config: pg.QueryConfig) {
        sent.push({ config, sessions });
        return query(config);
      },
    });
  }
});

afterAll(() => directory.close());

async function plansOf(
  list: () => Promise<unknown>,
): Promise<{ readonly forValues: string; readonly forAny: string }> {
  sent.length = 0;
  await list();
  const {
    config: { text, values },
    sessions,
  } = sent[0]!;
  const explain = async (options: string, parameters?: unknown[]) => {
    const { rows } = await sessions.query<{ "QUERY PLAN": string }>({
      text: `explain (costs off${options}) ${text}`,
      ...(parameters ? { values: parameters } : {}),
    });
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  };
  return { forValues: await explain("", values as unknown[]), forAny: await explain(", generic_plan") };
}

const idOf = async (table: "users" | "groups", where: string): Promise<string> => {
  const { rows } = await directory.pool.query<{ id: string }>({
    text: `select id from ${table} where source_id = $1 and ${where}`,
    values: [directory.sourceId],
  });
  return rows[0]!.id;
};

test.each<[string, string, number]>([
  [`userName eq "U77"`, "users_user_name_key", 1],
  [`userName eq "u77" and active eq true`, "users_user_name_key", 1],
  [`externalId eq "x77"`, "users_external_id", 1],
  [`id eq "{id}"`, "users_pkey|users_source_order", 1],
  [`displayName eq "name 77"`, "users_display_name", 1],
  [`emails.value eq "u77@EXAMPLE.com"`, "users_email", 1],
  [`emails eq "u77@example.com"`, "users_email", 1],
  [`emails[type eq "work"].value eq "u77@example.com"`, "users_email", 1],
  [`emails[type eq "work" and value eq "u77@example.com"]`, "users_email", 1],
  [`emails[type eq "home"].value eq "u77@example.com"`, "users_email", 0],
  [
    `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "E77"`,
    "users_employee_number",
    1,
  ],
  [
    `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "e77"`,
    "users_employee_number",
    0,
  ],
  [`active eq false`, "users_inactive", PEOPLE / 50],
  [`groups.value eq "{group}"`, "group_members_pkey", PEOPLE / TEAMS],
])("people by %s are found through %s", async (text, index, total) => {
  const filter = text
    .replace("{id}", await idOf("users", "user_name = 'u77'"))
    .replace("{group}", await idOf("groups", "display_name = 'G7'"));
  expect((await directory.users({ filter })).total).toBe(total);
  const { forValues, forAny } = await plansOf(() => directory.users({ filter }));
  expect(forValues).toMatch(new RegExp(`\\b(${index})\\b`));
  expect(forValues).not.toContain("Seq Scan on users");
  expect(forAny).toMatch(new RegExp(`\\b(${index})\\b`));
  expect(forAny).not.toContain("Seq Scan on users");
});

test.each([
  `emails[type eq "work"].value eq "u77@example.com"`,
  `emails.value eq "u77@example.com" and active eq true`,
])("a look-up by %s reads no other index, even when planned for any source", async (filter) => {
  const { forAny } = await plansOf(() => directory.users({ filter }));
  expect(forAny).not.toMatch(/BitmapAnd|users_(source_order|modified|display_name)/);
});

test("those changed of late are found by the time of change", async () => {
  const filter = `meta.lastModified gt "2026-01-07T22:30:00Z"`;
  expect((await directory.users({ filter })).total).toBe(10);
  expect((await plansOf(() => directory.users({ filter }))).forValues).toContain("users_modified");
});

test.each<[string, string]>([
  [`members.value eq "{id}"`, "group_members_user"],
  [`members[value eq "{id}"]`, "group_members_user"],
  [`displayName eq "g7"`, "groups_display_name_key"],
  [`externalId eq "g7"`, "groups_external_id"],
])("groups by %s are found through %s", async (text, index) => {
  const filter = text.replace("{id}", await idOf("users", "user_name = 'u7'"));
  const page = await directory.groups({ filter });
  expect(page.items.map((group) => JSON.parse(group.document).displayName)).toEqual(["G7"]);
  const { forValues, forAny } = await plansOf(() => directory.groups({ filter }));
  expect(forValues).toMatch(new RegExp(`\\b(${index})\\b`));
  expect(forAny).toMatch(new RegExp(`\\b(${index})\\b`));
});

test.each<[string, Parameters<SampleDirectory["users"]>[0], string]>([
  ["all", {}, "users_source_order"],
  ["all from the middle", { startIndex: 5_001 }, "Index Only Scan using users_source_order"],
  ["by user name", { sortBy: "userName" }, "users_user_name_key"],
  ["by display name, descending", { sortBy: "displayName", descending: true }, "users_display_name"],
  ["by the time of change", { sortBy: "meta.lastModified" }, "users_modified"],
])("the order is read from an index, never sorted: %s", async (_name, request, index) => {
  const { forAny } = await plansOf(() => directory.users(request));
  expect(forAny).toContain(index);
  expect(forAny).not.toMatch(/(?<!Incremental )Sort\n\s+Sort Key: u\./);
});

test("a match is prepared once per connection under a name of its own; what is not is planned for its values", async () => {
  const nameOf = async (filter: string) => {
    sent.length = 0;
    await directory.users({ filter });
    return sent[0]!.config.name;
  };
  const first = await nameOf(`userName eq "a"`);
  expect(first).toBe("lookup-user-name");
  expect(await nameOf(`userName eq "b"`)).toBe(first);
  expect(await nameOf(`employeeNumber eq "b"`)).toMatch(/^list-user-.+/);
  expect(await nameOf(`externalId eq "b"`)).not.toBe(first);
  expect(await nameOf(`userName eq "b" or title eq "c"`)).toBe("");
});
