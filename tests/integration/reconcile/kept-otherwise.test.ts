import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import {
  type Connection,
  openTestEnvironment,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import { addGroup, change, changeGroup, notesOn, person, remote } from "./sample.ts";

/*
 * What DingTalk accepts and ignores, chooses by itself or turns into something else: found, tried once more,
 * and then left, with a note.
 */

keepDatabase();
let env: TestEnvironment;
let hand: Connection;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 10 });
  hand = env.connect();
});
afterEach(() => env.close());

const compare = async () => {
  const result = await sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
  await env.quiet();
  return result;
};
/** Without the note of those who have no department: they do here. */
const valueNotes = async (id: string) =>
  (await notesOn(env, id)).filter((note) => !note.startsWith("departments:"));
const ownWays = (...ways: readonly JsonObject[]) => env.control("switches", { ownWays: ways });
const edit = (call: string, body: JsonObject) => env.control("edit", { call, body });
const writes = async (): Promise<number> =>
  Object.entries(await env.calls()).reduce(
    (sum, [path, { count }]) => sum + (/create|update|delete/.test(path) ? count : 0),
    0,
  );

/**
 * A comparison that finds the difference and sends it again, and one that finds nothing: from then on nothing
 * is sent.
 */
async function settlesInTwoComparisons(): Promise<void> {
  expect(await compare()).toMatchObject({ differing: 1 });
  const sent = await writes();
  expect(await compare()).toMatchObject({ differing: 0, missing: 0 });
  expect(await writes()).toBe(sent);
}

test.each<[string, JsonObject, string, unknown]>([
  ["ignored", { on: "user", field: "title" }, "title", undefined],
  [
    "turned into something else",
    { on: "user", field: "title", value: "Clerk", makes: "Clerk (HK)" },
    "title",
    "Clerk (HK)",
  ],
  ["ignored, a number of a room", { on: "user", field: "job_number" }, "job_number", undefined],
  ["chosen by DingTalk", { on: "user", field: "telephone", makes: "80123" }, "telephone", "80123"],
])("a value of a person that is %s", async (_name, way, attribute, shown) => {
  await ownWays(way);
  const id = await env.addUser(
    person("Chan", {
      title: "Clerk",
      phoneNumbers: [
        { type: "mobile", value: "+852 9123 4567" },
        { type: "work", value: "+852 2345 6789" },
      ],
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { employeeNumber: "726" },
    }),
  );
  env.startWorker();
  await env.quiet();
  await settlesInTwoComparisons();
  expect((await remote(env, id))?.[attribute]).toBe(shown);
  expect(await valueNotes(id)).toEqual([`${attribute}: keptOtherwise`]);
});

test("it is sent again when it changes at its source, and when it changes there", async () => {
  await ownWays({ on: "user", field: "title", value: "Clerk", makes: "Clerk (HK)" });
  const id = await env.addUser(person("Chan", { title: "Clerk" }));
  env.startWorker();
  await env.quiet();
  await settlesInTwoComparisons();

  await edit("/topapi/v2/user/update", { userid: id, title: "King" });
  expect(await compare()).toMatchObject({ differing: 1 });
  expect((await remote(env, id))?.["title"]).toBe("Clerk (HK)");

  await change(env, id, { title: "Buyer" });
  await env.quiet();
  expect((await remote(env, id))?.["title"]).toBe("Buyer");
  expect(await valueNotes(id)).toEqual([]);
  await change(env, id, { title: "Clerk" });
  await env.quiet();
  expect((await remote(env, id))?.["title"]).toBe("Clerk (HK)");
});

test("what an administrator changed is put right, and is no note", async () => {
  const id = await env.addUser(person("Chan", { title: "Clerk" }));
  env.startWorker();
  await env.quiet();
  for (const title of ["King", "King", "Queen"]) {
    await edit("/topapi/v2/user/update", { userid: id, title });
    expect(await compare()).toMatchObject({ differing: 1 });
    expect((await remote(env, id))?.["title"]).toBe("Clerk");
    expect(await valueNotes(id)).toEqual([]);
  }
});

test("where somebody is stays a difference, however often DingTalk ignores it", async () => {
  const id = await env.addUser(person("Chan"));
  const group = await addGroup(env, { displayName: "Sales" }, [id]);
  env.startWorker();
  await env.quiet();
  await ownWays({ on: "user", field: "dept_id_list" });
  await edit("/topapi/v2/user/update", { userid: id, dept_id_list: "1" });
  for (let n = 0; n < 2; n++) expect(await compare()).toMatchObject({ differing: 1 });
  expect(await valueNotes(id)).toEqual([]);
  await ownWays();
  await compare();
  const { departments } = await env.state();
  expect((await remote(env, id))?.dept_id_list).toEqual([
    departments.find(({ name }) => name === "Sales")!.dept_id,
  ]);
  expect(group).toBeDefined();
});

test("a department's name that DingTalk writes in another way", async () => {
  await ownWays({ on: "department", field: "name", value: "R&D", makes: "R＆D" });
  const id = await env.addUser(person("Chan"));
  const group = await addGroup(env, { displayName: "R&D" }, [id]);
  env.startWorker();
  await env.quiet();
  await settlesInTwoComparisons();
  await changeGroup(env, group, { displayName: "Research" });
  await env.quiet();
  expect((await env.state()).departments.map(({ name }) => name)).toEqual(["Sandbox", "Research"]);
});

test.each(["always", "whenSetUp"])(
  "an address that is shown %s makes no difference for ever",
  async (emailShown) => {
    await env.control("switches", { emailShown });
    const id = await env.addUser(person("Chan", { emails: [{ type: "work", value: "chan@example.com" }] }));
    await env.addUser(person("Li", { title: "Clerk" }));
    env.startWorker();
    await env.quiet();
    expect(await compare()).toMatchObject({ differing: 0 });
    await edit("/topapi/v2/user/update", { userid: id, email: "other@example.com" });
    expect(await compare()).toMatchObject({ differing: emailShown === "always" ? 1 : 0 });
    // Whoever sets it up in Mail shows what was changed.
    await edit("mail", { userid: id });
    await compare();
    expect(await remote(env, id)).toMatchObject({ email: "chan@example.com" });
    expect(await compare()).toMatchObject({ differing: 0 });
  },
);

test("extensions that DingTalk assigns by itself are nobody's difference", async () => {
  await env.control("switches", { assignsTelephones: true });
  const id = await env.addUser(person("Chan"));
  env.startWorker();
  await env.quiet();
  expect((await remote(env, id))?.["telephone"]).toMatch(/^8\d{4}$/);
  expect(await compare()).toMatchObject({ differing: 0 });
  expect(await valueNotes(id)).toEqual([]);
});
