import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { type House, openHouse } from "../../support/house.ts";
import { addGroup, change, changeGroup, chart, DINGTALK_GROUP, members, notesOn, person, stateOf } from "./sample.ts";

/* Nobody is put directly below the organisation by accident, and who is there is told. */

let house: House;
const open = async (edit: (mapping: string) => string = (mapping) => mapping) => {
  house = await openHouse({ mapping: edit(DEFAULT_MAPPING), retryBaseMs: 5 });
};
afterEach(() => house.close());
const start = async () => {
  house.startWorker();
  await house.quiet();
};
const departments = (more: string) => (mapping: string) => mapping.replace("departments:\n", `departments:\n${more}`);

test("a note on everybody who is there, until they have a department", async () => {
  await open();
  const id = await house.addUser(person("Li"));
  await start();
  expect(await notesOn(house, id)).toEqual(["departments: inRoot"]);
  await house.addGroup("Ops", [id]);
  await house.quiet();
  expect([await chart(house), await notesOn(house, id)]).toEqual([{ "": [], Ops: ["Li"] }, []]);
});

test("the mapping's default department takes those who have none, also when theirs goes", async () => {
  await open(departments("  default: Unplaced/New\n"));
  const li = await house.addUser(person("Li"));
  const na = await house.addUser(person("Na"));
  const ops = await house.addGroup("Ops", [na]);
  await start();
  expect(await chart(house)).toEqual({ "": [], Ops: ["Na"], Unplaced: [], "Unplaced/New": ["Li"] });
  expect(await notesOn(house, li)).toEqual([]);
  await house.groups.remove(house.context, ops);
  await members(house, await house.addGroup("HK"), { add: [li] });
  await house.quiet();
  expect(await chart(house)).toEqual({ "": [], HK: ["Li"], Unplaced: [], "Unplaced/New": ["Na"] });
});

test("people of a hidden department that is refused stay out of the root, and come when it is made", async () => {
  await open();
  await house.control("switches", { sensitiveWords: ["Board"] });
  const na = await house.addUser(person("Na"));
  const group = await addGroup(house, { displayName: "Board", [DINGTALK_GROUP]: { hidden: true } }, [na]);
  await start();
  expect(await chart(house)).toEqual({ "": [] });
  expect(await stateOf(house, "user", na)).toMatchObject({ state: "parked" });
  await changeGroup(house, group, { displayName: "Directors" });
  await house.quiet();
  expect(await chart(house)).toEqual({ "": [], Directors: ["Na"] });
});

describe("a parent that has not come yet", () => {
  beforeEach(() =>
    open((mapping) => mapping.replace(/structure: \w+/, "").replace("departments:\n", "departments:\n  structure: parent\n")),
  );

  test.each(["ORG-7", "Asia", "0b0e1c9e-1f1c-4a57-8a44-0e7c1b8f0a11"])(
    "named %s is waited for, and gives no department its name",
    async (parent) => {
      const li = await house.addUser(person("Li"));
      const na = await house.addUser(person("Na"));
      const child = await addGroup(house, { displayName: "Sales", [DINGTALK_GROUP]: { parent } }, [li, na]);
      await house.addGroup("Ops", [na]);
      await start();
      expect(await chart(house)).toEqual({ "": [], Ops: ["Na"] });
      expect(await stateOf(house, "group", child)).toMatchObject({ state: "parked", reason: expect.stringContaining(parent) });
      expect(await stateOf(house, "user", li)).toMatchObject({ state: "parked" });
      expect(await notesOn(house, na)).toEqual(["departments: groupWaits"]);
      await change(house, na, { title: "Clerk" });
      if (parent === "Asia") await house.addGroup("Asia");
      else if (parent === "ORG-7") await addGroup(house, { displayName: "Asia", externalId: parent });
      else await changeGroup(house, child, { [DINGTALK_GROUP]: { parent: await house.addGroup("Asia") } });
      await house.quiet();
      expect(await chart(house)).toEqual({ "": [], Ops: ["Na"], Asia: [], "Asia/Sales": ["Li", "Na"] });
    },
  );

  test("a path is one when it is written as one", async () => {
    await addGroup(house, { displayName: "Sales", [DINGTALK_GROUP]: { parent: "/Asia" } });
    await start();
    expect(await chart(house)).toEqual({ "": [], Asia: [], "Asia/Sales": [] });
  });

  test("one placed before stays where it is while its new parent has not come", async () => {
    const hk = await house.addGroup("HK");
    const child = await addGroup(house, { displayName: "Sales", [DINGTALK_GROUP]: { parent: hk } });
    await start();
    await changeGroup(house, child, { [DINGTALK_GROUP]: { parent: "ORG-8" } });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], HK: [], "HK/Sales": [] });
    await addGroup(house, { displayName: "CN", externalId: "ORG-8" });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], HK: [], CN: [], "CN/Sales": [] });
  });
});
