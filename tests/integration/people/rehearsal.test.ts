import { systemClock } from "../../../src/core/clock.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { planEverybody } from "../../../src/reconcile/compare/whole-plan.ts";
import { openRehearsal } from "../../../src/store/rehearse.ts";
import { raisedPolicy } from "../../support/policies.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { openSources, personOf } from "./two-sources.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const JOIN = "  join: [{ by: employeeNumber, decide: join }]";

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

test("a plan with another authority shows what it would do, and changes nobody", async () => {
  const { source } = await openSources(env, `${JOIN}\n  authority: { order: [workday] }`);
  const person = (n: number, title: string) => ({
    userName: `p${n}-${title}`,
    displayName: `Person ${n}`,
    title,
    phoneNumbers: [{ type: "mobile", value: `+852 5123 400${n}` }],
    [ENTERPRISE]: { employeeNumber: `E${n}` },
  });
  const ids: string[] = [];
  for (const n of [1, 2, 3]) {
    ids.push(await source("workday").create(person(n, "Clerk")));
    await source("entra").create(person(n, n === 3 ? "Clerk" : "Manager"));
  }
  env.startWorker();
  await env.quiet();

  const mapping = compileMapping(`${DEFAULT_MAPPING}\nsources:\n${JOIN}\n  authority: { order: [entra] }\n`);
  const rehearsal = await openRehearsal(env.pool, { target: "dingtalk", everybody: true, sources: mapping.sources });
  const { target } = env.connect();
  const whole = await planEverybody(
    { rehearsal, target, mapping, mode: "sync", policy: raisedPolicy, clock: systemClock },
    new AbortController().signal,
  );
  const { items } = await whole.items({ count: 100 });
  await whole.close();
  expect(items.map(({ id, changes }) => [id, changes])).toEqual(
    [ids[0], ids[1]].sort().map((id) => [id, { title: { before: "Clerk", after: "Manager" } }]),
  );
  for (const id of ids) expect((await personOf(env, id))?.document).toMatchObject({ title: "Clerk" });
  expect((await env.state()).users.map(({ title }) => title)).toEqual(["Clerk", "Clerk", "Clerk"]);
});
