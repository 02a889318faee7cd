import { compileMapping } from "../../../../src/mapping/compile.ts";
import { compilePolicy } from "../../../../src/policy/compile.ts";
import { leaversDigest } from "../../../../src/reconcile/rules/leavers.ts";

/*
 * Which keys of the mapping and the policy decide about leavers: while others are held, leavers go on
 * (ADR 0070).
 */

const MAPPING = "version: 1\n";
const POLICY = "version: 1\n";
const digest = (mapping: string, policy: string): string =>
  leaversDigest(compileMapping(mapping), compilePolicy(policy));
const PARKING = "inactive: { regular: remove, parkIn: Former }\n";
const SOURCES = "sources: { leaving: all }\n";
const ZONED = 'zone: lookup("zones", user.title)\ntables: { zones: { a: Europe/London } }\n';

test.each([
  ["another title", "person: { title: user.userName }"],
  ["other departments", 'departments: { groups: [{ match: "x*", to: role }] }'],
  ["another manager", "manager: user.title"],
  ["external people, without a department for leavers", "external: user.title"],
  ["a table", "tables: { t: { a: b } }"],
  ["an extension", "extensions: { own: 'urn:example:own' }"],
  ["a region", "region: CN"],
])("a mapping with %s decides about leavers as before", (_what, more) => {
  expect(digest(`${MAPPING}${more}\n`, POLICY)).toBe(digest(MAPPING, POLICY));
});

test.each([
  ["no dates", "", "dates: false"],
  ["another zone", "", "zone: Europe/London"],
  ["a table of zones", ZONED, ZONED.replace("Europe", "Africa").replace("London", "Lagos")],
  ["days before the day of hire", "", "hire: { leadDays: 3 }"],
  ["another time of the last day", "", "leave: { at: '18:00' }"],
  ["another end of regular accounts", "", "inactive: { regular: keep }"],
  ["a department for leavers", "", PARKING],
  ["external people, with a department for leavers", PARKING, `${PARKING}external: user.title`],
  [
    "external departments, with a department for leavers",
    PARKING,
    `${PARKING}departments: { external: [Former] }`,
  ],
  ["another rule for several sources", SOURCES, "sources: { leaving: any }"],
  ["the order of sources", SOURCES, "sources: { leaving: all, authority: { order: [hr] } }"],
  ["records that are joined", SOURCES, "sources: { leaving: all, join: [{ by: email }] }"],
  ["an isolated source", SOURCES, "sources: { leaving: all, named: { hr: { isolated: true } } }"],
])("a mapping with %s decides about leavers in another way", (_what, before, after) => {
  expect(digest(`${MAPPING}${after}\n`, POLICY)).not.toBe(digest(`${MAPPING}${before}\n`, POLICY));
});

test.each([
  ["a limit of values", "limits: { attributeBlanked: { percent: 100 } }"],
  ["a limit of departments", "limits: { departmentsRemoved: { atLeast: 50 } }"],
  ["adoption", "adopt: { people: { 2: link } }"],
  ["domains of addresses", "accounts: { domains: [example.com] }"],
])("a policy with another %s decides about leavers as before", (_what, more) => {
  expect(digest(MAPPING, `${POLICY}${more}\n`)).toBe(digest(MAPPING, POLICY));
});

test.each([
  ["scope", "scope: { where: user.title == 'a' }"],
  ["grace", "grace: 24h"],
  ["treatment of leavers", "leaver: { enterprise: remove }"],
  ["hand-over", "leaver: { handOver: { to: manager, reason: 1 } }"],
  ["protected person", "protect: { userid: [a] }"],
  ["limit of removals", "limits: { peopleRemoved: { percent: 3 } }"],
  ["limit of departments that lose people", "limits: { departmentEmptied: { percent: 60 } }"],
  ["limit of sources", "limits: { sourceCollapsed: { percent: 60 } }"],
])("a policy with another %s decides about leavers in another way", (_what, more) => {
  expect(digest(MAPPING, `${POLICY}${more}\n`)).not.toBe(digest(MAPPING, POLICY));
});
