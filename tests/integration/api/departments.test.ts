import { openProduct, type Product } from "../../support/product.ts";

/*
 * Managers of departments, and what holds for a person in one department only, from the SCIM request to
 * DingTalk.
 */

const USER = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User";
const GROUP = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group";

let product: Product;
beforeEach(async () => {
  product = await openProduct();
  await product.startSync();
});
afterEach(() => product.close());

let number = 0;
async function addUser(displayName: string, more: object = {}): Promise<string> {
  number += 1;
  const body = {
    userName: `${displayName}${number}`,
    displayName,
    phoneNumbers: [{ type: "mobile", value: `+852 6200 ${1000 + number}` }],
    ...more,
  };
  const { status, body: made } = await product.send("POST", "/scim/v2/Users", { body });
  expect(status).toBe(201);
  return made.id;
}
async function addGroup(displayName: string, members: readonly string[], extension: object): Promise<string> {
  const body = { displayName, members: members.map((value) => ({ value })), [GROUP]: extension };
  const { status, body: made } = await product.send("POST", "/scim/v2/Groups", { body });
  expect(status).toBe(201);
  return made.id;
}
async function patch(address: string, ...Operations: readonly object[]): Promise<void> {
  const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations };
  expect((await product.send("PATCH", address, { body })).status).toBeLessThan(300);
  await product.quiet();
}
const managersOf = async (name: string) => {
  const department = (await product.remote()).departments.find((each) => each.name === name);
  return department && "dept_manager_userid_list" in department
    ? department.dept_manager_userid_list
    : undefined;
};

test("a group names its managers, in a list or as one, and PATCH changes and takes them away", async () => {
  const [a, b] = [await addUser("Mak"), await addUser("Lee", { externalId: "EXT-LEE" })];
  const ops = await addGroup("Ops", [a, b], { managers: [{ value: a }] });
  await product.quiet();
  expect(await managersOf("Ops")).toEqual([a]);

  await patch(`/scim/v2/Groups/${ops}`, {
    op: "add",
    path: `${GROUP}:managers`,
    value: [{ value: "EXT-LEE" }],
  });
  expect(await managersOf("Ops")).toEqual([a, b].sort());
  await patch(`/scim/v2/Groups/${ops}`, { op: "remove", path: `${GROUP}:managers[value eq "${a}"]` });
  expect(await managersOf("Ops")).toEqual([b]);
  await patch(
    `/scim/v2/Groups/${ops}`,
    { op: "remove", path: `${GROUP}:managers` },
    { op: "add", path: `${GROUP}:manager`, value: a },
  );
  expect(await managersOf("Ops")).toEqual([a]);
  await patch(`/scim/v2/Groups/${ops}`, { op: "remove", path: `${GROUP}:manager` });
  expect(await managersOf("Ops")).toEqual([]);
  expect((await product.send("GET", `/scim/v2/Groups/${ops}`)).body[GROUP]).toBeUndefined();
});

test("a person has a title, an order and a main department by department, read back as they were sent", async () => {
  const departments = [
    { value: "Ops", title: "Buyer", order: 30 },
    { value: "Shops/Kowloon", main: true },
  ];
  const id = await addUser("Mak", { title: "Clerk", [USER]: { departments } });
  await addGroup("Ops", [id], {});
  await addGroup("Shops/Kowloon", [id], {});
  await product.quiet();
  expect((await product.send("GET", `/scim/v2/Users/${id}`)).body[USER].departments).toEqual(departments);
  const positions = async () => {
    const { users, departments: all } = await product.remote();
    const user = users.find(({ userid }) => userid === id) as unknown as {
      dept_position_list: readonly { dept_id: number; title: string; is_main: boolean }[];
    };
    return Object.fromEntries(
      user.dept_position_list.map(({ dept_id, title, is_main }) => [
        all.find((each) => each.dept_id === dept_id)!.name,
        [title, is_main],
      ]),
    );
  };
  expect(await positions()).toEqual({ Ops: ["Buyer", false], Kowloon: ["Clerk", true] });
  await patch(`/scim/v2/Users/${id}`, {
    op: "replace",
    path: `${USER}:departments[value eq "Ops"].title`,
    value: "Head buyer",
  });
  expect(await positions()).toEqual({ Ops: ["Head buyer", false], Kowloon: ["Clerk", true] });
});
