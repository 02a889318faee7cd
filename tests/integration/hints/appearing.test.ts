import { randomUUID } from "node:crypto";
import { change, person, remote, stateOf } from "../reconcile/sample.ts";
import { type ListeningEnvironment, openListeningEnvironment, until } from "./listening.ts";

/*
 * People who appear in DingTalk with an id of ours that nothing here was waiting for. Who should be out is
 * out again in seconds, and not after a comparison.
 */

const ROOT = "1";
let env: ListeningEnvironment;
beforeEach(async () => {
  env = await openListeningEnvironment();
  await env.listen();
});
afterEach(() => env.close());

const countOf = async (call: string): Promise<number> =>
  (await env.calls())[`/topapi/v2/user/${call}`]?.count ?? 0;
const appear = (userid: string) =>
  env.edit("/topapi/v2/user/create", { userid, name: "Li", mobile: "+852-69990001", dept_id_list: ROOT });
const number = (value: string) => ({ phoneNumbers: [{ type: "mobile", value }] });

test("an old invitation that is accepted after its person has left brings nobody in", async () => {
  await env.control("switches", { protectedMobiles: ["+852-65550003"] });
  const id = await env.addUser(person("Li", number("+852 6555 0003")));
  await env.quiet();
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "waiting" });
  await change(env, id, number("+852 6555 0009"));
  await env.quiet();
  expect(await remote(env, id)).toBeDefined();
  await change(env, id, { active: false });
  await env.atRest();
  expect(await remote(env, id)).toBeUndefined();

  await env.edit("accept", { mobile: "+852-65550003" });
  await until(async () => (await countOf("delete")) === 2);
  await env.atRest();
  expect([await remote(env, id), await stateOf(env, "user", id)]).toEqual([
    undefined,
    expect.objectContaining({ state: "inSync" }),
  ]);
});

test.each([
  ["was removed", async (id: string) => void (await change(env, id, { active: false }))],
  ["was deleted from the directory", (id: string) => env.users.remove(env.context, id)],
])("somebody who %s and is there again, with our id, is removed again", async (_name, leave) => {
  const id = await env.addUser(person("Li"));
  await env.quiet();
  await leave(id);
  await env.atRest();
  await appear(id);
  await until(async () => (await countOf("delete")) === 2);
  await env.atRest();
  expect(await remote(env, id)).toBeUndefined();
});

test("an id in the form of ours that nobody here ever had is a stranger's, and is not read", async () => {
  const stranger = randomUUID();
  await appear(stranger);
  await env.atRest();
  expect(await remote(env, stranger)).toBeDefined();
  expect(await countOf("get")).toBe(0);
});

test("the events of what we create and remove ourselves cost no read", async () => {
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.push(await env.addUser(person(`P${n}`)));
  await env.atRest();
  for (const id of ids) await change(env, id, { active: false });
  await env.atRest();
  // A removal reads first whether somebody is an administrator by now.
  expect([await countOf("create"), await countOf("delete"), await countOf("get")]).toEqual([5, 5, 5]);
});
