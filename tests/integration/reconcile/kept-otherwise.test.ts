import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { type Connection, type House, openHouse } from "../../support/house.ts";
import { addGroup, change, changeGroup, notesOn, person, remote } from "./sample.ts";

/* What DingTalk accepts and ignores, chooses by itself or turns into something else: found, tried once more, and then left, with a note. */

let house: House;
let hand: Connection;
beforeEach(async () => {
  house = await openHouse({ retryBaseMs: 10 });
  hand = house.connect();
});
afterEach(() => house.close());

const compare = async () => {
  const result = await sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
  await house.quiet();
  return result;
};
/** Without the note of those who have no department: they do here. */
const valueNotes = async (id: string) => (await notesOn(house, id)).filter((note) => !note.startsWith("departments:"));
const ownWays = (...ways: readonly JsonObject[]) => house.control("switches", { ownWays: ways });
const edit = (call: string, body: JsonObject) => house.control("edit", { call, body });
const writes = async (): Promise<number> =>
  Object.entries(await house.calls()).reduce((sum, [path, { count }]) => sum + (/create|update|delete/.test(path) ? count : 0), 0);

/** A comparison that finds the difference and sends it again, and one that finds nothing: from then on nothing is sent. */
async function settlesInTwoComparisons(): Promise<void> {
  expect(await compare()).toMatchObject({ differing: 1 });
  const sent = await writes();
  expect(await compare()).toMatchObject({ differing: 0, missing: 0 });
  expect(await writes()).toBe(sent);
}

test.each<[string, JsonObject, string, unknown]>([
  ["ignored", { on: "user", field: "title" }, "title", undefined],
  ["turned into something else", { on: "user", field: "title", value: "Clerk", makes: "Clerk (HK)" }, "title", "Clerk (HK)"],
  ["ignored, a number of a room", { on: "user", field: "job_number" }, "job_number", undefined],
  ["chosen by DingTalk", { on: "user", field: "telephone", makes: "80123" }, "telephone", "80123"],
])("a value of a person that is %s", async (_name, way, attribute, shown) => {
  await ownWays(way);
  const id = await house.addUser(
    person("Chan", {
      title: "Clerk",
      phoneNumbers: [
        { type: "mobile", value: "+852 9123 4567" },
        { type: "work", value: "+852 2345 6789" },
      ],
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { employeeNumber: "726" },
    }),
  );
  house.startWorker();
  await house.quiet();
  await settlesInTwoComparisons();
  expect((await remote(house, id))?.[attribute]).toBe(shown);
  expect(await valueNotes(id)).toEqual([`${attribute}: keptOtherwise`]);
});

test("it is sent again when it changes at its source, and when it changes there", async () => {
  await ownWays({ on: "user", field: "title", value: "Clerk", makes: "Clerk (HK)" });
  const id = await house.addUser(person("Chan", { title: "Clerk" }));
  house.startWorker();
  await house.quiet();
  await settlesInTwoComparisons();

  await edit("/topapi/v2/user/update", { userid: id, title: "King" });
  expect(await compare()).toMatchObject({ differing: 1 });
  expect((await remote(house, id))?.["title"]).toBe("Clerk (HK)");

  await change(house, id, { title: "Buyer" });
  await house.quiet();
  expect((await remote(house, id))?.["title"]).toBe("Buyer");
  expect(await valueNotes(id)).toEqual([]);
  await change(house, id, { title: "Clerk" });
  await house.quiet();
  expect((await remote(house, id))?.["title"]).toBe("Clerk (HK)");
});

test("what an administrator changed is put right, and is no note", async () => {
  const id = await house.addUser(person("Chan", { title: "Clerk" }));
  house.startWorker();
  await house.quiet();
  for (const title of ["King", "King", "Queen"]) {
    await edit("/topapi/v2/user/update", { userid: id, title });
    expect(await compare()).toMatchObject({ differing: 1 });
    expect((await remote(house, id))?.["title"]).toBe("Clerk");
    expect(await valueNotes(id)).toEqual([]);
  }
});

test("where somebody is stays a difference, however often DingTalk ignores it", async () => {
  const id = await house.addUser(person("Chan"));
  const group = await addGroup(house, { displayName: "Sales" }, [id]);
  house.startWorker();
  await house.quiet();
  await ownWays({ on: "user", field: "dept_id_list" });
  await edit("/topapi/v2/user/update", { userid: id, dept_id_list: "1" });
  for (let n = 0; n < 2; n++) expect(await compare()).toMatchObject({ differing: 1 });
  expect(await valueNotes(id)).toEqual([]);
  await ownWays();
  await compare();
  const { departments } = await house.state();
  expect((await remote(house, id))?.dept_id_list).toEqual([departments.find(({ name }) => name === "Sales")!.dept_id]);
  expect(group).toBeDefined();
});

test("a department's name that DingTalk writes in another way", async () => {
  await ownWays({ on: "department", field: "name", value: "R&D", makes: "R＆D" });
  const id = await house.addUser(person("Chan"));
  const group = await addGroup(house, { displayName: "R&D" }, [id]);
  house.startWorker();
  await house.quiet();
  await settlesInTwoComparisons();
  await changeGroup(house, group, { displayName: "Research" });
  await house.quiet();
  expect((await house.state()).departments.map(({ name }) => name)).toEqual(["Sandbox", "Research"]);
});

test.each(["always", "whenSetUp"])("an address that is shown %s makes no difference for ever", async (emailShown) => {
  await house.control("switches", { emailShown });
  const id = await house.addUser(person("Chan", { emails: [{ type: "work", value: "chan@example.com" }] }));
  await house.addUser(person("Li", { title: "Clerk" }));
  house.startWorker();
  await house.quiet();
  expect(await compare()).toMatchObject({ differing: 0 });
  await edit("/topapi/v2/user/update", { userid: id, email: "other@example.com" });
  expect(await compare()).toMatchObject({ differing: emailShown === "always" ? 1 : 0 });
  // Whoever sets it up in Mail shows what was changed.
  await edit("mail", { userid: id });
  await compare();
  expect(await remote(house, id)).toMatchObject({ email: "chan@example.com" });
  expect(await compare()).toMatchObject({ differing: 0 });
});

test("extensions that DingTalk assigns by itself are nobody's difference", async () => {
  await house.control("switches", { assignsTelephones: true });
  const id = await house.addUser(person("Chan"));
  house.startWorker();
  await house.quiet();
  expect((await remote(house, id))?.["telephone"]).toMatch(/^8\d{4}$/);
  expect(await compare()).toMatchObject({ differing: 0 });
  expect(await valueNotes(id)).toEqual([]);
});
