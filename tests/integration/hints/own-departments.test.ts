import { changeGroup, person } from "../reconcile/sample.ts";
import { type ListeningEnvironment, openListeningEnvironment, outcomes, until } from "./listening.ts";

/*
 * Events of departments tell no value. What we changed ourselves costs no read all the same, and what
 * somebody else changed beside it is found.
 */

let env: ListeningEnvironment;
beforeEach(async () => {
  env = await openListeningEnvironment();
  await env.listen();
});
afterEach(() => env.close());

const callsOf = async (path: string): Promise<number> =>
  (await env.calls())[`/topapi/v2/department/${path}`]?.count ?? 0;
const names = async () => (await env.state()).departments.map(({ name }) => name).sort();
const addGroups = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => env.addGroup(`Team ${n}`)));

test("200 own changes of departments cost no read", async () => {
  const count = Number(process.env["OWN_UPDATES"] ?? 200);
  const groups = await addGroups(10);
  await env.atRest();
  const before = { update: await callsOf("update"), get: await callsOf("get") };
  for (let n = 0; n < count; n += groups.length) {
    await Promise.all(
      groups.map((group, at) => changeGroup(env, group, { displayName: `Team ${at} of ${n}` })),
    );
    await env.quiet();
  }
  await env.atRest();
  expect({
    writes: (await callsOf("update")) - before.update,
    reads: (await callsOf("get")) - before.get,
  }).toEqual({
    writes: count,
    reads: 0,
  });
  expect(await outcomes(env)).not.toHaveProperty("look");
});

test("making, moving, leading and removing departments costs no read either", async () => {
  const head = await env.addUser(person("Head"));
  const groups = await Promise.all(
    ["Asia", "Asia/Sales", "Europe"].map((name) => env.addGroup(name, [head])),
  );
  await env.atRest();
  const gets = await callsOf("get");
  await changeGroup(env, groups[1]!, { displayName: "Europe/Sales" });
  await env.atRest();
  await env.groups.remove(env.context, groups[0]!);
  await env.atRest();
  expect(await names()).toEqual(["Europe", "Sales", "Sandbox"].sort());
  expect((await callsOf("get")) - gets).toBe(0);
});

test.each([
  ["before", true],
  ["after", false],
])("what somebody else changes just %s a change of ours is put right", async (_name, isFirst) => {
  const [group] = await addGroups(1);
  await env.atRest();
  const team = (await env.state()).departments.find(({ name }) => name === "Team 0")!;
  const theirs = () => env.edit("/topapi/v2/department/update", { dept_id: team.dept_id, name: "Theirs" });
  const ours = () => changeGroup(env, group!, { displayName: "Ours" });
  if (isFirst) await theirs();
  await ours();
  await until(async () => (await names()).includes("Ours"));
  if (!isFirst) await theirs();
  await until(
    async () => (await env.pool.query("select 1 from hints where outcome = 'look'")).rows.length > 0,
  );
  await env.atRest();
  expect(await names()).toEqual(["Ours", "Sandbox"]);
});

test("what somebody else changes just after a change of ours is put right by a process that has just begun to listen", async () => {
  const [group] = await addGroups(1);
  await env.atRest();
  const team = (await env.state()).departments.find(({ name }) => name === "Team 0")!;
  await changeGroup(env, group!, { displayName: "Ours" });
  await until(async () => (await names()).includes("Ours"));
  await env.atRest();
  // The event of our change is decided about. Who listens now does not know that.
  const { rows } = await env.pool.query("select from hints where outcome is null or outcome = 'look'");
  expect(rows).toEqual([]);
  await env.listen();
  await env.edit("/topapi/v2/department/update", { dept_id: team.dept_id, name: "Theirs" });
  await until(async () => !(await names()).includes("Theirs"));
  await env.atRest();
  expect(await names()).toEqual(["Ours", "Sandbox"]);
});
