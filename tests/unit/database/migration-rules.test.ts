import { join } from "node:path";
import { breachesOf, breachesSince, type RuleName } from "../../support/migration-rules.ts";

const migrations = join(__dirname, "..", "..", "..", "prisma", "migrations");

/** Those before it were made while no version was upgraded under load. */
const FIRST_HELD = "20261130040501";

/** Allowed exceptions with their reasons. Usually the previous version no longer uses what is changed. */
const ALLOWED: Readonly<Record<string, readonly { readonly rule: RuleName; readonly why: string }[]>> = {
  "20261130082900_session_roles": [
    {
      rule: "removes what the previous version uses",
      why: "no release has used sessions of the dashboard with one role",
    },
    { rule: "refuses what the previous version writes", why: "the same" },
  ],
  "20261130170000_sent_checkpoints": [
    {
      rule: "refuses what the previous version writes",
      why: "the constraint allows all that it allowed before, and one value more",
    },
  ],
};

test("migrations do not break the previous version", () => {
  const breaches = Object.entries(breachesSince(migrations, FIRST_HELD)).flatMap(([name, found]) =>
    found
      .filter(({ rule }) => !ALLOWED[name]?.some((allowed) => allowed.rule === rule))
      .map(({ rule, statement }) => `${name} ${rule}: ${statement}`),
  );
  expect(breaches).toEqual([]);
});

test("what is allowed is done", () => {
  const breaches = breachesSince(migrations, FIRST_HELD);
  const idle = Object.entries(ALLOWED).flatMap(([name, rules]) =>
    rules
      .filter(({ rule }) => !breaches[name]?.some((breach) => breach.rule === rule))
      .map(({ rule }) => `${name}: ${rule}`),
  );
  expect(idle).toEqual([]);
});

test.each<[string, readonly RuleName[]]>([
  [
    "create table t (a int not null, b text unique); create unique index t_a on t (a); drop index users_x",
    [],
  ],
  ["alter table users add column a int", []],
  ["alter table users add column a int not null default 0, add column b text", []],
  ["alter table target_states add column mode text check (mode in ('a', 'b'))", []],
  ["alter table users alter column a drop not null, alter column b set default 1", []],
  ["create index holds_x on holds (id)", []],
  [
    "-- drop table users\ncreate function f() returns trigger language plpgsql as $$ begin drop table users; end $$",
    [],
  ],
  ["drop index concurrently if exists history_x; create index concurrently history_x on history (code)", []],
  ["alter table users drop column title", ["removes what the previous version uses"]],
  ["ALTER TABLE users DROP title", ["removes what the previous version uses"]],
  ["drop table holds", ["removes what the previous version uses"]],
  ["alter table users rename column a to b", ["renames what the previous version uses"]],
  ["alter table users rename to people", ["renames what the previous version uses"]],
  ["alter table users alter column version type integer", ["changes a type"]],
  ["alter table holds add column a int not null", ["refuses what the previous version writes"]],
  ["alter table holds add a int not null", ["refuses what the previous version writes"]],
  ["alter table holds alter column a set not null", ["refuses what the previous version writes"]],
  ["alter table holds add constraint c check (a > 0)", ["refuses what the previous version writes"]],
  ["create unique index holds_x on holds (a)", ["refuses what the previous version writes"]],
  ["create index history_x on history (code)", ["blocks writers"]],
  ["alter table history add column leaf uuid default gen_random_uuid()", ["blocks writers"]],
  ["update users set version = 2", ["blocks writers"]],
  ["drop index concurrently if exists x; alter table holds add column a int", ["blocks writers"]],
  ["lock table users", ["blocks writers"]],
  ["create table t (); commit", ["ends its transaction"]],
])("%s", (sql, rules) => expect(breachesOf(sql).map(({ rule }) => rule)).toEqual(rules));
