import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import {
  addGroup,
  change,
  changeGroup,
  chart,
  DINGTALK_GROUP,
  members,
  notesOn,
  person,
  stateOf,
} from "./sample.ts";

/* Nobody is put directly below the organisation by accident, and who is there is told. */

keepDatabase();
let env: TestEnvironment;
const open = async (edit: (mapping: string) => string = (mapping) => mapping) => {
  env = await openTestEnvironment({ mapping: edit(DEFAULT_MAPPING), retryBaseMs: 5 });
};
afterEach(() => env.close());
const start = async () => {
  env.startWorker();
  await env.quiet();
};
const departments = (more: string) => (mapping: string) =>
  mapping.replace("departments:\n", `departments:\n${more}`);

test("a note on everybody who is there, until they have a department", async () => {
  await open();
  const id = await env.addUser(person("Li"));
  await start();
  expect(await notesOn(env, id)).toEqual(["departments: inRoot"]);
  await env.addGroup("Ops", [id]);
  await env.quiet();
  expect([await chart(env), await notesOn(env, id)]).toEqual([{ "": [], Ops: ["Li"] }, []]);
});

test("the mapping's default department takes those who have none, also when theirs goes", async () => {
  await open(departments("  default: Unplaced/New\n"));
  const li = await env.addUser(person("Li"));
  const na = await env.addUser(person("Na"));
  const ops = await env.addGroup("Ops", [na]);
  await start();
  expect(await chart(env)).toEqual({ "": [], Ops: ["Na"], Unplaced: [], "Unplaced/New": ["Li"] });
  expect(await notesOn(env, li)).toEqual([]);
  await env.groups.remove(env.context, ops);
  await members(env, await env.addGroup("HK"), { add: [li] });
  await env.quiet();
  expect(await chart(env)).toEqual({ "": [], HK: ["Li"], Unplaced: [], "Unplaced/New": ["Na"] });
});

test("people of a hidden department that is refused stay out of the root, and come when it is made", async () => {
  await open();
  await env.control("switches", { sensitiveWords: ["Board"] });
  const na = await env.addUser(person("Na"));
  const group = await addGroup(env, { displayName: "Board", [DINGTALK_GROUP]: { hidden: true } }, [na]);
  await start();
  expect(await chart(env)).toEqual({ "": [] });
  expect(await stateOf(env, "user", na)).toMatchObject({ state: "parked" });
  await changeGroup(env, group, { displayName: "Directors" });
  await env.quiet();
  expect(await chart(env)).toEqual({ "": [], Directors: ["Na"] });
});

const DEEP = Array.from({ length: 21 }, (_, n) => `L${n}`).join("/");
const noteTexts = async (id: string): Promise<readonly string[]> => {
  const { rows } = await env.pool.query(
    "select notes from entity_states where kind = 'user' and entity_id = $1",
    [id],
  );
  return (JSON.parse(rows[0].notes ?? "[]") as { text: string }[]).map(({ text }) => text);
};

test("a group that cannot become a department is named to its people, as long as it cannot", async () => {
  await open();
  const [li, na] = [await env.addUser(person("Li")), await env.addUser(person("Na"))];
  const group = await addGroup(env, { displayName: DEEP }, [li, na]);
  await env.addGroup("Ops", [na]);
  await start();
  expect(await chart(env)).toEqual({ "": ["Li"], Ops: ["Na"] });
  expect(await noteTexts(li)).toEqual([
    expect.stringMatching(new RegExp(`correct at its source: group "${DEEP}" \\(${group}\\)`)),
  ]);
  expect(await notesOn(env, na)).toEqual(["departments: notThere"]);
  expect(await noteTexts(na)).toEqual([expect.stringContaining(`see group ${group}`)]);

  await changeGroup(env, group, { displayName: "Shops" });
  await env.quiet();
  expect([await chart(env), await notesOn(env, li), await notesOn(env, na)]).toEqual([
    { "": [], Ops: ["Na"], Shops: ["Li", "Na"] },
    [],
    [],
  ]);
});

test("groups in a circle are named to a newcomer of theirs", async () => {
  await open((mapping) =>
    mapping.replace(/structure: \w+/, "").replace("departments:\n", "departments:\n  structure: parent\n"),
  );
  const a = await addGroup(env, { displayName: "A", externalId: "A" });
  const li = await env.addUser(person("Li"));
  const b = await addGroup(env, { displayName: "B", externalId: "B", [DINGTALK_GROUP]: { parent: "A" } }, [
    li,
  ]);
  await changeGroup(env, a, { displayName: "A", externalId: "A", [DINGTALK_GROUP]: { parent: "B" } });
  await start();
  expect(await stateOf(env, "group", b)).toMatchObject({ state: "parked" });
  expect(await noteTexts(li)).toEqual([expect.stringContaining(`group "B" (${b})`)]);
  await changeGroup(env, a, { displayName: "A", externalId: "A", [DINGTALK_GROUP]: null });
  await env.quiet();
  expect([await chart(env), await notesOn(env, li)]).toEqual([{ "": [], A: [], "A/B": ["Li"] }, []]);
});

describe("a parent that has not come yet", () => {
  beforeEach(() =>
    open((mapping) =>
      mapping.replace(/structure: \w+/, "").replace("departments:\n", "departments:\n  structure: parent\n"),
    ),
  );

  test.each(["ORG-7", "Asia", "0b0e1c9e-1f1c-4a57-8a44-0e7c1b8f0a11"])(
    "named %s is waited for, and gives no department its name",
    async (parent) => {
      const li = await env.addUser(person("Li"));
      const na = await env.addUser(person("Na"));
      const child = await addGroup(env, { displayName: "Sales", [DINGTALK_GROUP]: { parent } }, [li, na]);
      await env.addGroup("Ops", [na]);
      await start();
      expect(await chart(env)).toEqual({ "": [], Ops: ["Na"] });
      expect(await stateOf(env, "group", child)).toMatchObject({
        state: "parked",
        reason: expect.stringContaining(parent),
      });
      expect(await stateOf(env, "user", li)).toMatchObject({ state: "parked" });
      expect(await notesOn(env, na)).toEqual(["departments: groupWaits"]);
      await change(env, na, { title: "Clerk" });
      if (parent === "Asia") await env.addGroup("Asia");
      else if (parent === "ORG-7") await addGroup(env, { displayName: "Asia", externalId: parent });
      else await changeGroup(env, child, { [DINGTALK_GROUP]: { parent: await env.addGroup("Asia") } });
      await env.quiet();
      expect(await chart(env)).toEqual({ "": [], Ops: ["Na"], Asia: [], "Asia/Sales": ["Li", "Na"] });
    },
  );

  test("a path is one when it is written as one", async () => {
    await addGroup(env, { displayName: "Sales", [DINGTALK_GROUP]: { parent: "/Asia" } });
    await start();
    expect(await chart(env)).toEqual({ "": [], Asia: [], "Asia/Sales": [] });
  });

  test("one placed before stays where it is while its new parent has not come", async () => {
    const hk = await env.addGroup("HK");
    const child = await addGroup(env, { displayName: "Sales", [DINGTALK_GROUP]: { parent: hk } });
    await start();
    await changeGroup(env, child, { [DINGTALK_GROUP]: { parent: "ORG-8" } });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], HK: [], "HK/Sales": [] });
    await addGroup(env, { displayName: "CN", externalId: "ORG-8" });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], HK: [], CN: [], "CN/Sales": [] });
  });
});
