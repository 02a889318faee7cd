import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { addGroup, change, DINGTALK_USER, ENTERPRISE, notesOn, person, remote } from "../reconcile/sample.ts";
import { type ListeningEnvironment, openListeningEnvironment, until } from "./listening.ts";

/*
 * What a read does not show is remembered through a look: it is neither sent again for nothing, nor kept when
 * it was told to be another one. What would be shown if it were there is empty.
 */

const MAPPING = DEFAULT_MAPPING.replace("  settings:\n", `  settings:\n    dept_permits: '"1"'\n`);

let env: ListeningEnvironment;

beforeEach(async () => {
  env = await openListeningEnvironment({ mapping: MAPPING });
});
afterEach(() => env.close());

const writes = async () => {
  const calls = await env.calls();
  return Object.entries(calls).reduce(
    (sum, [path, { count }]) => sum + (/(user|department)\/(create|update|delete)/.test(path) ? count : 0),
    0,
  );
};
const looks = async () =>
  (await env.pool.query("select count(*)::int as n from history where code = 'hint.received'")).rows[0]
    .n as number;
/** Somebody else changes something there, which is looked at. Answers how many writes of ours followed. */
async function writesAfter(act: () => Promise<void>): Promise<number> {
  await env.atRest();
  const [before, lookedAt] = [await writes(), await looks()];
  await act();
  await until(async () => (await looks()) > lookedAt);
  await env.atRest();
  return (await writes()) - before;
}
/** Nothing of ours, and told by an event. */
const another = (userid: string) => () => env.edit("/topapi/v2/user/update", { userid, telephone: "4711" });
async function listen(...people: readonly JsonObject[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const each of people) ids.push(await env.addUser(each));
  await env.listen();
  await env.atRest();
  return ids;
}

const EMAIL = { emails: [{ type: "work", value: "li@example.com" }] };
const dingtalk = (values: JsonObject): JsonObject => ({ [DINGTALK_USER]: values });
const WITHHELD = { fieldPermissions: { mobile: true, personal: false } };

test.each<[string, JsonObject, JsonObject, string, unknown]>([
  ["an address that is not set up", {}, EMAIL, "email", "li@example.com"],
  [
    "the kind of a mailbox",
    {},
    dingtalk({ organizationEmail: "li@corp.example.com", organizationEmailType: "profession" }),
    "org_email",
    "li@corp.example.com",
  ],
  [
    "a mailbox, withheld",
    WITHHELD,
    dingtalk({ organizationEmail: "li@corp.example.com" }),
    "org_email",
    "li@corp.example.com",
  ],
  ["a work place, withheld", WITHHELD, dingtalk({ workPlace: "Central" }), "work_place", "Central"],
  ["a remark, withheld", WITHHELD, dingtalk({ remark: "Floor 8" }), "remark", "Floor 8"],
  [
    "a custom field, withheld",
    WITHHELD,
    { [ENTERPRISE]: { costCenter: "4711" } },
    "extension",
    '{"Cost centre":"4711"}',
  ],
  [
    "the number, withheld",
    { fieldPermissions: { mobile: false, personal: true } },
    {},
    "mobile",
    expect.stringMatching(/^9/),
  ],
])("%s is not sent again for a look", async (_name, switches, more, field, value) => {
  await env.control("switches", switches);
  const [id] = await listen(person("Li", more));
  expect((await remote(env, id!))?.[field]).toEqual(value);
  expect(await writesAfter(another(id!))).toBe(0);
  expect((await remote(env, id!))?.[field]).toEqual(value);
});

test.each<[string, JsonObject, JsonObject, JsonObject, string, unknown]>([
  ["an address", {}, EMAIL, { email: "other@example.com" }, "email", "li@example.com"],
  ["a remark", WITHHELD, dingtalk({ remark: "Floor 8" }), { remark: "Floor 9" }, "remark", "Floor 8"],
  ["a work place", WITHHELD, dingtalk({ workPlace: "Central" }), { work_place: "" }, "work_place", "Central"],
  [
    "a custom field",
    WITHHELD,
    { [ENTERPRISE]: { costCenter: "4711" } },
    { extension: '{"Cost centre":""}' },
    "extension",
    '{"Cost centre":"4711"}',
  ],
])(
  "%s that nobody can read is put right where an event says that it was changed",
  async (_name, switches, more, body, field, value) => {
    await env.control("switches", switches);
    const [id] = await listen(person("Li", more));
    expect(await writesAfter(() => env.edit("/topapi/v2/user/update", { userid: id!, ...body }))).toBe(1);
    expect((await remote(env, id!))?.[field]).toEqual(value);
  },
);

test("who was made anew there gets what is not shown as well", async () => {
  const [id] = await listen(person("Li", EMAIL));
  const { mobile, state_code, name, dept_id_list } = (await remote(env, id!))!;
  const again = async () => {
    await env.edit("/topapi/v2/user/delete", { userid: id! });
    await env.edit("/topapi/v2/user/create", {
      userid: id!,
      name,
      mobile: `+${String(state_code)}-${String(mobile)}`,
      dept_id_list: dept_id_list.join(","),
    });
  };
  await writesAfter(again);
  expect((await remote(env, id!))?.["email"]).toBe("li@example.com");
});

test("a number that DingTalk has refused is not offered again for a look", async () => {
  const [id] = await listen(person("Li"));
  await env.control("switches", { registeredMobiles: ["+852-61112222"] });
  await change(env, id!, { phoneNumbers: [{ type: "mobile", value: "+852 6111 2222" }] });
  await env.atRest();
  expect(await notesOn(env, id!)).toEqual(expect.arrayContaining([expect.stringMatching(/^mobile: /)]));
  expect(await writesAfter(another(id!))).toBe(0);
});

test("what DingTalk has made of a value stays through a look", async () => {
  await env.control("switches", {
    ownWays: [{ on: "user", field: "title", value: "Clerk", makes: "Clerk (HK)" }],
  });
  const [id] = await listen(person("Li", { title: "Clerk" }));
  const hand = env.connect();
  const compare = () => sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
  await compare();
  await env.atRest();
  expect(await notesOn(env, id!)).toContain("title: keptOtherwise");
  expect(await writesAfter(another(id!))).toBe(0);
  expect((await remote(env, id!))?.["title"]).toBe("Clerk (HK)");
});

test("whom a department is shown to is not sent again for a look while nobody hides it, and is where somebody did", async () => {
  await addGroup(env, { displayName: "Board" });
  await listen();
  const board = (await env.state()).departments.find(({ name }) => name === "Board")!;
  expect(
    await writesAfter(() =>
      env.edit("/topapi/v2/department/update", { dept_id: board.dept_id, brief: "of ours" }),
    ),
  ).toBe(0);
  await writesAfter(() =>
    env.edit("/topapi/v2/department/update", {
      dept_id: board.dept_id,
      hide_dept: true,
      dept_permits: String(board.dept_id),
    }),
  );
  expect((await env.state()).departments.find(({ name }) => name === "Board")).toMatchObject({
    dept_permits: [1],
  });
});

test("a custom field that somebody cleared is found by a comparison, and one that nobody made is noted", async () => {
  const both = { [ENTERPRISE]: { costCenter: "4711" }, [DINGTALK_USER]: { remark: "Floor 8" } };
  const id = await env.addUser(person("Li", both));
  env.startWorker();
  await env.quiet();
  const hand = env.connect();
  const compare = async () => {
    const result = await sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
    await env.quiet();
    return result.differing;
  };
  await env.edit("/topapi/v2/user/update", { userid: id, extension: '{"Cost centre":""}' });
  expect([await compare(), (await remote(env, id))?.["extension"]]).toEqual([1, '{"Cost centre":"4711"}']);
  expect(await compare()).toBe(0);

  await change(env, id, {
    [DINGTALK_USER]: { remark: "Floor 8", customFields: [{ name: "Locker", value: "12" }] },
  });
  await env.quiet();
  expect(await compare()).toBe(1);
  expect(await notesOn(env, id)).toContain("extension.Locker: keptOtherwise");
  const sent = await writes();
  expect([await compare(), (await writes()) - sent]).toEqual([0, 0]);
});
