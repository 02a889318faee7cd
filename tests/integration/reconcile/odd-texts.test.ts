import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { openSources } from "../people/two-sources.ts";
import { change, changeGroup, chart, ENTERPRISE, person, remote, stateOf } from "./sample.ts";
import { byHand, compare, DEPARTMENT, departmentOf, ends, taken } from "./story.ts";

/*
 * Names and titles that are long, invisible, written from the right, or beyond the basic plane. Nobody stays
 * out for them, and nothing is sent twice.
 */

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 5 });
  env.startWorker();
});
afterEach(() => env.close());

const ZWJ = "\u200d";
const NAMES: readonly (readonly [string, string, string])[] = [
  ["an emoji", "陈大文 🎉", "陈大文 🎉"],
  ["a family of joined emoji", `Ng 👩${ZWJ}👩${ZWJ}👧`, `Ng 👩${ZWJ}👩${ZWJ}👧`],
  ["a flag and a tone of skin", "Li 🇭🇰 👍🏽", "Li 🇭🇰 👍🏽"],
  ["characters of four bytes", "𠮷野 𨋢", "𠮷野 𨋢"],
  ["a name written from the right", "محمد علي", "محمد علي"],
  ["an override of the direction", "Chan \u202egnaW", "Chan gnaW"],
  ["invisible characters", "Wu\u200b \u2060Kit\ufeff", "Wu Kit"],
  ["a combining accent", "Jose\u0301", "José"],
  ["a control character", "Ho\u0007 Man", "Ho Man"],
  ["what looks like an escape", "A\\u0041", "A\uff3cu0041"],
  ["wide blanks", "\u3000李\u3000娜\u3000", "李\u3000娜"],
  ["100 characters", "陈".repeat(100), "陈".repeat(80)],
  ["100 emoji", "🎉".repeat(100), "🎉".repeat(40)],
];

test("people with each of them are in, under a name that DingTalk holds, and come to rest", async () => {
  const ids: string[] = [];
  for (const [, name] of NAMES)
    ids.push(await env.addUser(person("Plain", { displayName: name, title: name })));
  const people = await env.addGroup("People", ids);
  expect(people).not.toBe("");
  await env.quiet();
  const names = await Promise.all(ids.map(async (id) => (await remote(env, id))?.name));
  expect(Object.fromEntries(NAMES.map(([what], at) => [what, names[at]]))).toEqual(
    Object.fromEntries(NAMES.map(([what, , shown]) => [what, shown])),
  );
  await ends(env, { "": [], People: NAMES.map(([, , shown]) => shown).sort() });
});

test.each([
  ["only invisible characters", "\u200b\u2060"],
  ["only blanks", "\u3000 \u00a0"],
])("somebody whose display name has %s is in under another name of theirs", async (_what, displayName) => {
  const id = await env.addUser(
    person("Plain", { displayName, name: { givenName: "Tai Man", familyName: "Chan" } }),
  );
  await env.quiet();
  await compare(env);
  await env.quiet();
  expect((await remote(env, id))?.name).toMatch(/\S/);
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "inSync" });
});

test.each([
  ["64", 64, 64],
  ["65", 65, 65],
  ["200", 200, 200],
  ["250", 250, 200],
])("a title of %s characters", async (_name, length, shown) => {
  const id = await env.addUser(person("Li", { title: "经".repeat(length) }));
  await env.quiet();
  expect((await remote(env, id))?.["title"]).toBe("经".repeat(shown));
  await ends(env, { "": ["Li"] });
});

test("other texts that are too long do not keep the person out", async () => {
  const long = "x".repeat(300);
  const id = await env.addUser(
    person("Li", {
      title: long,
      emails: [{ type: "work", value: `${"a".repeat(60)}@example.com` }],
      [ENTERPRISE]: { employeeNumber: long, department: long, costCenter: long },
    }),
  );
  await env.quiet();
  expect(await remote(env, id)).toBeDefined();
  await ends(env, { "": ["Li"] });
});

describe("departments whose names DingTalk takes for one", () => {
  test.each<[string, string, string, number]>([
    ["letter case", "Sales", "SALES", 1],
    ["width", "Sales", "Ｓａｌｅｓ", 1],
    ["blanks", "Head office", "Head  office", 2],
    ["wide blanks", "销售 部", "销售\u3000部", 1],
    ["composition", "Café", "Cafe\u0301", 1],
    ["dashes", "R-D", "R\u2010D", 2],
    ["an emoji and its selector", "Team ❤", "Team ❤\ufe0f", 2],
    ["joiners", "नम", "न\u200dम", 2],
  ])(
    "%s: everybody has a place, also after it was renamed by hand and after the first group goes",
    async (_what, one, other, places) => {
      // One source cannot have two groups of one name, but two sources can.
      const { source } = await openSources(env, "  authority: { order: [entra, okta] }", ["entra", "okta"]);
      const [entra, okta] = [source("entra"), source("okta")];
      const [a, b] = [await entra.create(person("A")), await okta.create(person("B"))];
      const first = await entra.group(one, [a]);
      await env.quiet();
      await okta.group(other, [b]);
      await env.quiet();
      await compare(env);
      await env.quiet();
      // Names that are the same for the directory share a department.
      const there = await chart(env);
      expect([there[""], Object.values(there).flat().sort(), Object.keys(there).length]).toEqual([
        [],
        ["A", "B"],
        places + 1,
      ]);
      const second = Object.keys(there).find((name) => there[name]!.includes("B"))!;
      await byHand(env, DEPARTMENT.update, { dept_id: await departmentOf(env, second), name: "By hand" });
      await entra.groups.remove(entra.context(), first);
      await env.quiet();
      await compare(env);
      await env.quiet();
      const now = await chart(env);
      expect([now[""], Object.keys(now).length]).toEqual([["A"], 2]);
      expect(Object.keys(now)).not.toContain("By hand");
      const before = await taken(env);
      expect(await compare(env)).toMatchObject({ differing: 0, missing: 0 });
      await env.quiet();
      expect(await taken(env)).toBe(before);
    },
  );
});

test.each([
  ["an emoji", "团队 🎉"],
  ["70 characters of four bytes", "𠮷".repeat(70)],
  ["hyphens and commas only", "-,-"],
  ["an override of the direction", "A\u202eB"],
  ["a very long path", Array.from({ length: 12 }, (_, n) => `Level ${n}`).join("/")],
])("a department called with %s holds its people, and a later rename reaches it", async (_what, name) => {
  const id = await env.addUser(person("Li"));
  const group = await env.addGroup(name, [id]);
  await env.quiet();
  await compare(env);
  await env.quiet();
  const inside = await chart(env);
  expect(inside[""]).toEqual([]);
  expect(Object.values(inside).flat()).toEqual(["Li"]);
  await changeGroup(env, group, { displayName: "Plain" });
  await ends(env, { "": [], Plain: ["Li"] });
});

test("a person takes the name of another one, who takes theirs, again and again", async () => {
  const [a, b] = [await env.addUser(person("Wang Wei")), await env.addUser(person("王伟"))];
  for (const [one, other] of [
    ["王伟", "Wang Wei"],
    ["WANG WEI", "wang wei"],
    ["Wang  Wei", "Wang Wei"],
  ] as const) {
    await change(env, a, { displayName: one });
    await change(env, b, { displayName: other });
    await env.quiet();
  }
  expect((await remote(env, b))?.name).toBe("Wang Wei");
  const before = await taken(env);
  await compare(env);
  await env.quiet();
  expect(await taken(env)).toBe(before);
});
